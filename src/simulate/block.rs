//! A block of schools and everyone in them.

use super::attrition::Stay;
use super::classrooms::Classroom;
use super::columns::Row;
use super::compliance::Taker;
use super::fidelity::Drivers;
use super::measured::{OfSchool, Rooms};
use super::records::Record;
use super::rows::Rows;
use super::schools::{RURAL, School};
use super::scores::Test;
use super::sealed::{LEFT_OUT, Sealed, Whose};
use super::streams::Part;
use super::students::Student;
use super::study::Study;
use super::tally::{At, Outcome, Tally};
use super::truth::{SchoolChance, Sizes};
use super::twins::Comparison;
use crate::cohort::Profile;
use crate::random::Stream;
use std::collections::BTreeMap;

/// What has been drawn of some schools.
pub(super) struct Block {
    pub rows: Rows,
    pub sealed: Sealed,
    pub tally: Tally,
    pub profiles: Vec<(u32, Profile)>,
    /// By first year with profiles: classrooms, and sums of fidelity and its drivers in thousandths (exact, in any order).
    pub cohorts: BTreeMap<i64, (usize, [i64; 5])>,
    pub sizes: Sizes,
    pub counts: Counts,
    /// Rows of students and of comparisons: numbers given out so far.
    pub n_students: u32,
    /// Students whom the file leaves out altogether.
    pub n_left_out: u32,
    /// What each school adds to the variance, of levels and gains in math, then in reading.
    pub parts: [Vec<OfSchool>; 4],
    /// Each school's number and chances, its name to come.
    pub chances: Vec<(u32, SchoolChance)>,
    /// The sums of the school at hand.
    rooms: Rooms,
    /// The tests of the student at hand, by year.
    tests: Vec<[Test; 2]>,
}

/// Losses while they are counted.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub at_risk: usize,
    pub left: usize,
    pub moved: usize,
    pub joined: usize,
    pub missed: usize,
    pub tests: usize,
}

/// A classroom where it stands.
struct Place<'a> {
    school: &'a School,
    school_ix: u32,
    classroom_ix: u32,
    room: &'a Classroom,
    start: Option<i64>,
    drivers: Drivers,
    fidelity: f64,
    /// Effect of the first year, SD.
    effect: [f64; 2],
    /// A standard normal number.
    engaged: f64,
    /// By year: part of the school's other classrooms with profiles, and their first year.
    others: &'a [(f64, i64)],
}

/// The streams of a school's students.
struct Sources {
    compliance: Stream,
    attrition: Stream,
    prior: Stream,
    math: Stream,
    reading: Stream,
    records: Stream,
    goals: Stream,
    words: Stream,
    twins: [Stream; 2],
    skills: Stream,
}

impl Block {
    /// Nothing yet, with room for about so many rows.
    pub(super) fn new(study: &Study, empty: &Tally, n_rows: usize) -> Self {
        Block {
            rows: Rows::new(&study.wanted, n_rows),
            sealed: Sealed::new(study.wanted.sealed, &study.outcomes),
            tally: empty.clone(),
            profiles: Vec::new(),
            cohorts: BTreeMap::new(),
            sizes: Sizes::default(),
            counts: Counts::default(),
            n_students: 0,
            n_left_out: 0,
            parts: Default::default(),
            chances: Vec::new(),
            rooms: Rooms::default(),
            tests: Vec::new(),
        }
    }

    /// Draws a school and everyone in it.
    pub(super) fn school(&mut self, study: &Study, school_ix: u32) {
        let of = |part| study.streams.of(part, school_ix);
        let school = study.schools.draw(&study.streams, school_ix, study.assignment.differs(school_ix));
        let rooms = study.classrooms.draw(&study.streams, school_ix);
        let starts = study.assignment.of_classrooms(&study.streams, school_ix, rooms.len());
        let drivers = study.fidelity.drivers(&mut of(Part::Fidelity), rooms.len());
        let students = study.students.draw(&study.streams, school_ix, &school, &rooms, &study.wanted);
        let own = study.assignment.of_students(&study.streams, school_ix, &students);
        let mut sites = of(Part::Sites);
        let others: Vec<Vec<(f64, i64)>> = match &own {
            Some(own) => vec![study.others(own, None); rooms.len()],
            None => (0..rooms.len()).map(|c| study.others(&starts, Some(c))).collect(),
        };
        let places: Vec<Place<'_>> = (0..rooms.len())
            .map(|c| {
                let fidelity = study.fidelity.of(&drivers[c]);
                let (deviation, engaged) = (sites.normal(), sites.normal());
                Place {
                    school: &school,
                    school_ix,
                    classroom_ix: school_ix * study.n_classrooms + c as u32,
                    room: &rooms[c],
                    start: starts[c],
                    drivers: drivers[c],
                    fidelity,
                    effect: study.effect.of_classroom(fidelity, deviation, school.urbanicity == RURAL),
                    engaged,
                    others: &others[c],
                }
            })
            .collect();
        let mut from = Sources {
            compliance: of(Part::Compliance),
            attrition: of(Part::Attrition),
            prior: of(Part::Prior),
            math: of(Part::Math),
            reading: of(Part::ReadingScores),
            records: of(Part::Records),
            goals: of(Part::Goals),
            words: of(Part::Words),
            twins: [of(Part::Twins), of(Part::ReadingTwins)],
            skills: of(Part::Skills),
        };
        self.rooms.clear(rooms.len());
        let (mut treated, mut n_treated) = (vec![false; rooms.len()], 0);
        for (i, student) in students.iter().enumerate() {
            let place = &places[student.classroom_ix];
            let start = own.as_ref().map_or(place.start, |own| own[i]);
            let start = self.student(study, place, student, start, &mut from);
            treated[student.classroom_ix] |= start.is_some();
            n_treated += usize::from(start.is_some());
        }
        let n_treated_classrooms = treated.iter().filter(|t| **t).count();
        if study.wanted.whole_truth {
            let parts = self.rooms.parts(study.assignment.differs(school_ix), study.scores.sd());
            self.parts.iter_mut().zip(parts.into_iter().flatten()).for_each(|(all, own)| all.extend(own));
            let chance = SchoolChance {
                school_id: String::new(),
                probability: study.assignment.chance(school_ix),
                n_classrooms: rooms.len(),
                n_treated_classrooms,
                n_students: students.len(),
                n_treated_students: n_treated,
            };
            self.chances.push((school_ix, chance));
        }
        self.sizes.n_students += students.len();
        self.sizes.n_classrooms += rooms.len();
        self.sizes.n_treated_classrooms += n_treated_classrooms;
        self.sizes.n_treated_schools += usize::from(treated.contains(&true));
        self.sizes.n_schools += 1;
        for (place, treated) in places.iter().zip(treated) {
            // Where students start one by one, their classroom counts with the first year.
            let Some(group) = place.start.or(treated.then_some(study.first_take_up)) else { continue };
            let (n, sums) = self.cohorts.entry(group).or_default();
            *n += 1;
            let [staffing, training, family, technology] = place.drivers;
            sums.iter_mut()
                .zip([place.fidelity, staffing, training, family, technology])
                .for_each(|(s, x)| *s += (x * 1000.0).round() as i64);
        }
    }

    /// Draws a student's years; says in which the first profile was to be used.
    fn student(&mut self, study: &Study, place: &Place<'_>, student: &Student, start: Option<i64>, from: &mut Sources) -> Option<i64> {
        let (wanted, student_ix) = (&study.wanted, self.n_students);
        let complies = study.compliance.draw(&mut from.compliance);
        let minutes = study.assignment.minutes(student);
        let written = study.comparison.is_none() || minutes.is_none() || start.is_some();
        let prior_math = if wanted.prior {
            let (test, _) = study.scores.math(&mut from.prior, (place.school, place.room, student), -1, &study.attrition);
            points(study.scores.score(&test, 0, -1, 0.0))
        } else {
            f64::NAN
        };
        let mut path = study.skills.as_ref().map(|s| s.begin(&mut from.skills));
        let tests = self.tests(study, (place.school, place.room, student), from);
        let start = start.or_else(|| study.after_a_dip(student.entry, &tests));
        let whom = Whom { study, place, student, start, complies, minutes };
        let n_outcomes = study.outcomes.len();
        let (mut stays, mut seen, mut first) = (true, Vec::new(), [None; 2]);
        let id = if written { student_ix } else { LEFT_OUT + self.n_left_out };
        let (mut goals, mut plans) = (Vec::new(), Vec::new());
        let mut row = Row { start, prior_math, ..whom.row(student_ix, student.entry) };
        for (t, &taken) in (student.entry..).zip(&tests) {
            let year = study.first_year + t as i64;
            let (treated, uses) = (whom.treated(year), whom.uses(year));
            let (mut outcomes, effect) = whom.outcomes(t as i64, &taken);
            for (outcome, test) in outcomes.iter_mut().zip(&taken).take(wanted.n_tests()) {
                outcome.seen = stays && written && !test.missed;
            }
            let mut plan = Vec::new();
            let mut skills = [f64::NAN; 3];
            if let (Some(all), Some(path)) = (&study.skills, &mut path) {
                let of_year = all.year(path, taken[0].level, effect[0], uses);
                plan = of_year.plan;
                let mastered = of_year.mastered[usize::from(uses)];
                let [without, with] = of_year.mastered.map(|n| n * 10);
                let observed = mastered * 10;
                let (none, spilled, beside, everyone, accommodated) = (without, without, without, with, with);
                outcomes[n_outcomes - 1] = Outcome { none, without, with, observed, beside, spilled, accommodated, everyone, seen: stays };
                skills = [f64::from(mastered), plan.len() as f64, plan.iter().filter(|p| p.1).count() as f64];
            }
            let outcomes = &outcomes[..n_outcomes];
            self.tally.row(whom.at(year), outcomes);
            if wanted.sealed {
                self.sealed.push(Whose { student: id, year, enrolled: stays, taker: complies, uses }, outcomes);
            }
            if wanted.whole_truth && t < 2 {
                self.measure(student.classroom_ix, t, &outcomes[..wanted.n_tests()], &mut first);
            }
            if stays && written {
                let missed: [bool; 2] = std::array::from_fn(|k| k >= wanted.n_tests() || taken[k].missed);
                self.counts.tests += wanted.n_tests();
                self.counts.missed += taken[..wanted.n_tests()].iter().filter(|test| test.missed).count();
                self.sizes.n_treated_rows += usize::from(treated);
                let record = if wanted.records { study.records.draw(&mut from.records, student, place.engaged) } else { Record::default() };
                let mut counted = [plan.len(), plan.iter().filter(|p| p.1).count()];
                if treated && wanted.goals {
                    let of_year = study.goals.year(&mut from.goals, student, year);
                    counted[0] += of_year.goals.len();
                    counted[1] += of_year.met as usize;
                    goals.extend(of_year.goals);
                }
                if let Some(skills) = study.skills.as_ref().filter(|_| wanted.profiles) {
                    plans.extend(plan.into_iter().map(|planned| skills.goal(planned, year)));
                }
                whom.turn_to(&mut row, t);
                (row.uses, row.record, row.skills, row.cut) = (uses, record, skills, study.scores.cut(t));
                row.goals = counted.map(|n| n as f64);
                row.scores = std::array::from_fn(|k| if missed[k] { f64::NAN } else { points(outcomes[k].observed) });
                row.minutes = minutes.map_or(f64::NAN, |m| (m * if year >= study.first_take_up { 10.0 } else { 0.0 }).round() / 10.0);
                self.rows.push(wanted, &row);
                if study.comparison.is_some() {
                    seen.push((t, std::array::from_fn(|k| (!missed[k]).then(|| outcomes[k].observed))));
                }
            }
            if stays && t + 1 < study.n_years as usize {
                let stay = study.attrition.after(&mut from.attrition, place.school, student, treated, taken[0].luck);
                self.counts.at_risk += 1;
                self.counts.left += usize::from(stay == Stay::Left);
                self.counts.moved += usize::from(stay == Stay::Moved);
                stays = stay == Stay::Stays;
            }
        }
        self.tests = tests;
        self.counts.joined += usize::from(student.entry > 0);
        self.sizes.n_treated_students += usize::from(start.is_some());
        self.n_students += u32::from(written);
        self.n_left_out += u32::from(!written);
        if wanted.profiles && !(goals.is_empty() && plans.is_empty()) {
            let mut profile = study.goals.write(&mut from.words, student, String::new(), goals);
            profile.goals.extend(plans);
            profile.goals.sort_by_key(|g| g.set);
            self.profiles.push((student_ix, profile));
        }
        if let (Some(comparison), Some(first)) = (&study.comparison, start) {
            self.twin(&whom, comparison, first, &seen, from);
        }
        start
    }

    /// Notes the scores of the first year, and the gains from them to the next, of a student who was recorded.
    fn measure(&mut self, room: usize, t: usize, outcomes: &[Outcome], first: &mut [Option<i32>; 2]) {
        for (k, o) in outcomes.iter().enumerate().filter(|(_, o)| o.seen) {
            if t == 0 {
                first[k] = Some(o.none);
                self.rooms.add(room, k, false, o.none);
            } else if let Some(before) = first[k] {
                self.rooms.add(room, k, true, o.none - before);
            }
        }
    }

    /// Draws a student's tests, year by year from entry on.
    #[inline]
    fn tests(&mut self, study: &Study, whom: (&School, &Classroom, &Student), from: &mut Sources) -> Vec<[Test; 2]> {
        let (scores, attrition) = (&study.scores, &study.attrition);
        let mut tests = std::mem::take(&mut self.tests);
        tests.clear();
        for t in whom.2.entry as i64..study.n_years {
            let (math, shared) = scores.math(&mut from.math, whom, t, attrition);
            let reading =
                if study.wanted.reading { scores.reading(&mut from.reading, whom, t, shared, attrition) } else { Test::default() };
            tests.push([math, reading]);
        }
        tests
    }

    /// Writes the comparison of a treated student: what a norm expects, or the mean of matched students. `seen`: the years and
    /// scores of the student that were recorded.
    fn twin(&mut self, whom: &Whom<'_>, comparison: &Comparison, first: i64, seen: &[(usize, [Option<i32>; 2])], from: &mut Sources) {
        let study = whom.study;
        let base = first - 1 - study.first_year;
        let Some((_, before)) = seen.iter().find(|(t, _)| *t as i64 == base) else { return };
        let paths: [Option<Vec<i32>>; 2] =
            std::array::from_fn(|k| before[k].map(|score| comparison.scores(&mut from.twins[k], &study.scores, k, base, score)));
        let student_ix = self.n_students;
        self.n_students += 1;
        for (t, recorded) in seen {
            let told: [Option<i32>; 2] = std::array::from_fn(|k| recorded[k].and(paths[k].as_ref()).map(|path| path[*t]));
            let year = study.first_year + *t as i64;
            self.tally.comparison(year, &told[..study.wanted.n_tests()]);
            if study.wanted.sealed {
                self.sealed.comparison(student_ix, comparison.name(), year, &told);
            }
            let scores = told.map(|score| score.map_or(f64::NAN, points));
            self.rows.push(&study.wanted, &Row { scores, kind: comparison.name(), ..whom.row(student_ix, *t) });
        }
    }
}

/// A student, and what is decided before the first year.
struct Whom<'a> {
    study: &'a Study,
    place: &'a Place<'a>,
    student: &'a Student,
    start: Option<i64>,
    complies: Taker,
    /// Minutes a week of software, where there is some.
    minutes: Option<f64>,
}

impl<'a> Whom<'a> {
    /// Whether the student is to have a profile.
    fn treated(&self, year: i64) -> bool {
        self.start.is_some_and(|first| year >= first)
    }

    /// Whether the student really uses one.
    fn uses(&self, year: i64) -> bool {
        match self.complies {
            Taker::Complier => self.treated(year),
            Taker::Never => false,
            Taker::Always => year >= self.start.unwrap_or(self.study.first_take_up),
        }
    }

    fn at(&self, year: i64) -> At<'a> {
        let dose = self.minutes.map_or(self.place.fidelity, |m| self.study.assignment.dose(m));
        At { student: self.student, group: self.start, year, complier: self.complies == Taker::Complier, dose }
    }

    /// A year's row with all that does not depend on profiles, tests and records.
    fn row(&self, student_ix: u32, t: usize) -> Row<'a> {
        let (study, place) = (self.study, self.place);
        Row {
            student_ix,
            classroom_ix: place.classroom_ix,
            teacher_ix: self.teacher_ix(t),
            school_ix: place.school_ix,
            school: place.school,
            student: self.student,
            teacher: place.room.teacher[t + 1],
            drivers: &place.drivers,
            fidelity: place.fidelity,
            start: None,
            uses: false,
            year: study.first_year + t as i64,
            grade: study.entering_grade + t as i64,
            scores: [f64::NAN; 2],
            cut: f64::INFINITY,
            prior_math: f64::NAN,
            record: Record::NONE,
            goals: [0.0; 2],
            minutes: f64::NAN,
            skills: [f64::NAN; 3],
            kind: 0,
        }
    }

    /// Turns a row to another year.
    fn turn_to(&self, row: &mut Row<'_>, t: usize) {
        (row.year, row.grade) = (self.study.first_year + t as i64, self.study.entering_grade + t as i64);
        (row.teacher, row.teacher_ix) = (self.place.room.teacher[t + 1], self.teacher_ix(t));
    }

    /// The number of a year's teacher: those of a section are numbered by the year in which they took it over.
    fn teacher_ix(&self, t: usize) -> u32 {
        self.place.classroom_ix * (self.study.n_years as u32 + 1) + self.place.room.teacher[t + 1].since
    }

    /// What a year would be with and without profiles, and the effect on the level, SD.
    #[inline]
    fn outcomes(&self, t: i64, tests: &[Test; 2]) -> ([Outcome; 3], [f64; 2]) {
        let Whom { study, place, student, start, complies, minutes } = *self;
        let year = study.first_year + t;
        let group = start.unwrap_or(study.first_take_up);
        let dose = minutes.map_or(1.0, |m| study.assignment.dose(m));
        let treated = self.treated(year);
        // Who has no profile: what one would do is asked for only by the whole truth and by those who get it anyway.
        let asked = treated || study.wanted.whole_truth || minutes.is_some() || complies == Taker::Always;
        let effect = if asked { study.effect.on(place.effect, student, group, year - group).map(|e| e * dose) } else { [0.0; 2] };
        let spill = match place.others.get(t as usize) {
            Some(&(share, first)) if share > 0.0 => {
                study.effect.spilled(study.effect.on(place.effect, student, first, year - first), share)
            }
            _ => [0.0; 2],
        };
        let boost = if student.iep.is_some() { study.effect.accommodation } else { 0.0 };
        let mut outcomes = [Outcome::default(); 3];
        for k in 0..study.wanted.n_tests() {
            let score = |effect: f64| study.scores.score(&tests[k], k, t, effect);
            let without = score(0.0);
            let full = if effect[k] == 0.0 { without } else { score(effect[k]) };
            let spilled = if spill[k] == 0.0 { without } else { score(spill[k]) };
            let accommodated = if boost == 0.0 || year < group { full } else { score(effect[k] + boost) };
            // With assignment: those who never use profiles score as without. Without: those who always do, as with.
            let assigned = if complies == Taker::Never { without } else { full };
            let unassigned = if complies == Taker::Always { full } else { without };
            let (observed, base) = if treated {
                (if complies == Taker::Never { without } else { accommodated }, unassigned)
            } else {
                // Light users have a small effect, and classrooms beside others with profiles some of theirs.
                let own = if minutes.is_some() && year >= study.first_take_up { full } else { unassigned };
                (if spilled == without { own } else { spilled }, without)
            };
            let beside = if spilled == without { base } else { spilled };
            let none = without;
            outcomes[k] =
                Outcome { none, without: base, with: assigned, observed, beside, spilled, accommodated, everyone: full, seen: false };
        }
        (outcomes, effect)
    }
}

/// Tenths of a point in points.
fn points(tenths: i32) -> f64 {
    f64::from(tenths) / 10.0
}
