//! A block of schools and everyone in them.

use super::attrition::Stay;
use super::classrooms::Classroom;
use super::columns::Row;
use super::compliance::Taker;
use super::fidelity::Drivers;
use super::profiles::Set;
use super::records::Record;
use super::rows::Rows;
use super::schools::School;
use super::scores::Test;
use super::sealed::Sealed;
use super::skills::SkillYear;
use super::streams::Part;
use super::students::Student;
use super::study::Study;
use super::tally::{At, Outcome, Tally};
use super::truth::Sizes;
use crate::cohort::{Goal, GoalKind, Profile, Quarter};
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
    pub(super) fn new(study: &Study, empty: &Tally) -> Self {
        Block {
            rows: Rows::new(&study.wanted),
            sealed: Sealed::new(study.wanted.sealed, &study.outcomes),
            tally: empty.clone(),
            profiles: Vec::new(),
            cohorts: BTreeMap::new(),
            sizes: Sizes::default(),
            counts: Counts::default(),
            n_students: 0,
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
                    effect: study.effect.of_classroom(fidelity, deviation),
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
        let mut treated = vec![false; rooms.len()];
        for (i, student) in students.iter().enumerate() {
            let place = &places[student.classroom_ix];
            let start = own.as_ref().map_or(place.start, |own| own[i]);
            let start = self.student(study, place, student, start, &mut from);
            treated[student.classroom_ix] |= start.is_some();
        }
        self.sizes.n_students += students.len();
        self.sizes.n_classrooms += rooms.len();
        self.sizes.n_treated_classrooms += treated.iter().filter(|t| **t).count();
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
        let whom = (place.school, place.room, student);
        let (scores, wanted) = (&study.scores, &study.wanted);
        let (student_ix, mut start) = (self.n_students, start);
        let complies = study.compliance.draw(&mut from.compliance);
        let minutes = study.assignment.minutes(student);
        let written = study.comparison.is_none() || minutes.is_none() || start.is_some();
        let prior_math = if wanted.prior {
            let (test, _) = scores.math(&mut from.prior, whom, -1, &study.attrition);
            points(scores.score(&test, 0, -1, 0.0))
        } else {
            f64::NAN
        };
        let mut path = study.skills.as_ref().map(|s| s.begin(&mut from.skills));
        let last_possible = study.n_years as usize - 1;
        let (mut stays, mut seen, mut years): (bool, [Vec<i32>; 2], Vec<i64>) = (true, [Vec::new(), Vec::new()], Vec::new());
        let mut goals: Vec<(i64, Set)> = Vec::new();
        let mut plans: Vec<Goal> = Vec::new();
        let tests = self.tests(study, whom, &mut start, from);
        for (t, &[math, reading]) in (student.entry..).zip(&tests) {
            let year = study.first_year + t as i64;
            let treated = start.is_some_and(|first| year >= first);
            let uses = match complies {
                Taker::Complier => treated,
                Taker::Never => false,
                Taker::Always => year >= start.unwrap_or(study.first_take_up),
            };
            let (mut outcomes, effect) = self.outcomes(study, place, student, start, (t as i64, complies), [&math, &reading], minutes);
            let mut skill = SkillYear::default();
            if let (Some(skills), Some(path)) = (&study.skills, &mut path) {
                skill = skills.year(path, math.level, effect[0], uses);
                let [without, with] = skill.mastered.map(|n| n * 10);
                let observed = if uses { with } else { without };
                outcomes[study.outcomes.len() - 1] = Outcome { without, with, observed, beside: without, everyone: with, seen: true };
            }
            let taken = [math, reading];
            for k in 0..wanted.n_tests() {
                outcomes[k].seen = stays && written && !taken[k].missed;
            }
            if study.skills.is_some() {
                outcomes[study.outcomes.len() - 1].seen = stays;
            }
            let dose = minutes.map_or(place.fidelity, |m| study.assignment.dose(m));
            let at = At { student, group: start, year, complier: complies == Taker::Complier, dose };
            self.tally.row(at, &outcomes[..study.outcomes.len()]);
            if wanted.sealed {
                self.sealed.push(student_ix, year, stays, &outcomes[..study.outcomes.len()]);
            }
            if stays && written {
                self.counts.tests += if wanted.reading { 2 } else { 1 };
                self.counts.missed += usize::from(math.missed) + usize::from(wanted.reading && reading.missed);
                self.sizes.n_treated_rows += usize::from(treated);
                let recorded = |k: usize| if taken[k].missed { f64::NAN } else { points(outcomes[k].observed) };
                let record = if wanted.records { study.records.draw(&mut from.records, student, place.engaged) } else { Record::default() };
                let (mut set, mut met) = (0, 0);
                if treated && wanted.goals {
                    let of_year = study.goals.year(&mut from.goals, student, year);
                    (set, met) = (of_year.goals.len(), of_year.met as usize);
                    goals.extend(of_year.goals.into_iter().map(|g| (year, g)));
                }
                let mastered: Vec<(usize, bool)> = std::mem::take(&mut skill.plan);
                set += mastered.len();
                met += mastered.iter().filter(|m| m.1).count();
                if let Some(skills) = study.skills.as_ref().filter(|_| wanted.profiles) {
                    let n = skills.len();
                    plans.extend(mastered.iter().map(|(j, done)| Goal {
                        kind: GoalKind::Academic,
                        text: format!("master skill {} of {n}", j + 1),
                        set: Quarter { year: year as i32, quarter: 1 },
                        met: Some(*done),
                    }));
                }
                let skills = match &study.skills {
                    Some(_) => {
                        let observed = outcomes[study.outcomes.len() - 1].observed / 10;
                        [observed as f64, mastered.len() as f64, mastered.iter().filter(|m| m.1).count() as f64]
                    }
                    None => [f64::NAN; 3],
                };
                self.rows.push(
                    wanted,
                    &Row {
                        student_ix,
                        classroom_ix: place.classroom_ix,
                        school_ix: place.school_ix,
                        school: place.school,
                        student,
                        teacher: place.room.teacher[t + 1],
                        drivers: &place.drivers,
                        fidelity: place.fidelity,
                        start,
                        uses,
                        year,
                        grade: study.entering_grade + t as i64,
                        scores: [recorded(0), if wanted.reading { recorded(1) } else { f64::NAN }],
                        cut: scores.cut(t),
                        prior_math,
                        record,
                        goals: [set as f64, met as f64],
                        minutes: minutes.map_or(f64::NAN, |m| (m * if year >= study.first_take_up { 10.0 } else { 0.0 }).round() / 10.0),
                        skills,
                        kind: 0,
                    },
                );
                if study.comparison.is_some() {
                    years.push(year);
                    for k in 0..wanted.n_tests() {
                        seen[k].push(if taken[k].missed { i32::MIN } else { outcomes[k].observed });
                    }
                }
            }
            if stays && t < last_possible {
                let stay = study.attrition.after(&mut from.attrition, place.school, student, treated, math.luck);
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
        if wanted.profiles && !(goals.is_empty() && plans.is_empty()) {
            let sets = goals.into_iter().map(|(_, set)| set).collect();
            let mut profile = study.goals.write(&mut from.words, student, String::new(), sets);
            profile.goals.extend(plans);
            profile.goals.sort_by_key(|g| g.set);
            self.profiles.push((student_ix, profile));
        }
        if let Some(first) = start.filter(|_| study.comparison.is_some()) {
            self.twin(study, place, student, first, (&years, &seen), from);
        }
        start
    }

    /// Draws a student's tests, year by year from entry on; where profiles go to low scores, says when the first is due.
    #[inline]
    fn tests(
        &mut self,
        study: &Study,
        whom: (&School, &Classroom, &Student),
        start: &mut Option<i64>,
        from: &mut Sources,
    ) -> Vec<[Test; 2]> {
        let (scores, attrition) = (&study.scores, &study.attrition);
        let mut tests = std::mem::take(&mut self.tests);
        tests.clear();
        for t in whom.2.entry as i64..study.n_years {
            let (math, shared) = scores.math(&mut from.math, whom, t, attrition);
            let reading =
                if study.wanted.reading { scores.reading(&mut from.reading, whom, t, shared, attrition) } else { Test::default() };
            tests.push([math, reading]);
            if let Some((base, cut)) = study.dip
                && base == study.first_year + t
                && !math.missed
                && scores.score(&math, 0, t, 0.0) < cut
            {
                *start = Some(base + 1);
            }
        }
        tests
    }

    /// What a student's year would be with and without profiles, and the effect on the level, SD.
    #[allow(clippy::too_many_arguments)]
    #[inline]
    fn outcomes(
        &self,
        study: &Study,
        place: &Place<'_>,
        student: &Student,
        start: Option<i64>,
        (t, complies): (i64, Taker),
        tests: [&Test; 2],
        minutes: Option<f64>,
    ) -> ([Outcome; 3], [f64; 2]) {
        let year = study.first_year + t;
        let group = start.unwrap_or(study.first_take_up);
        let dose = minutes.map_or(1.0, |m| study.assignment.dose(m));
        let treated = start.is_some_and(|first| year >= first);
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
            let score = |effect: f64| study.scores.score(tests[k], k, t, effect);
            let without = score(0.0);
            let full = if effect[k] == 0.0 { without } else { score(effect[k]) };
            let beside = if spill[k] == 0.0 { without } else { score(spill[k]) };
            // With assignment: those who never use profiles score as without. Without: those who always do, as with.
            let assigned = if complies == Taker::Never { without } else { full };
            let unassigned = if complies == Taker::Always { full } else { without };
            let (with, observed, base) = if treated {
                let recorded = if boost != 0.0 && complies != Taker::Never { score(effect[k] + boost) } else { assigned };
                (assigned, recorded, unassigned)
            } else {
                // Light users have a small effect, and classrooms beside others with profiles some of theirs.
                let own = if minutes.is_some() && year >= study.first_take_up { full } else { unassigned };
                (assigned, if beside == without { own } else { beside }, without)
            };
            outcomes[k] = Outcome {
                without: base,
                with,
                observed,
                beside: if beside == without { base } else { beside },
                everyone: full,
                seen: false,
            };
        }
        (outcomes, effect)
    }

    /// Writes the comparison of a treated student: what a norm expects, or the mean of matched students.
    fn twin(
        &mut self,
        study: &Study,
        place: &Place<'_>,
        student: &Student,
        first: i64,
        (years, seen): (&[i64], &[Vec<i32>; 2]),
        from: &mut Sources,
    ) {
        let Some(comparison) = &study.comparison else { return };
        let Some(base) = years.iter().position(|y| *y == first - 1) else { return };
        let paths: Vec<Option<Vec<i32>>> = (0..study.wanted.n_tests())
            .map(|k| {
                let score = seen[k][base];
                (score != i32::MIN).then(|| comparison.scores(&mut from.twins[k], &study.scores, k, first - 1 - study.first_year, score))
            })
            .collect();
        let student_ix = self.n_students;
        self.n_students += 1;
        for (i, &year) in years.iter().enumerate() {
            let t = (year - study.first_year) as usize;
            let mut outcomes = [Outcome::default(); 3];
            let mut scores = [f64::NAN; 2];
            for (k, path) in paths.iter().enumerate() {
                if let Some(path) = path {
                    let score = path[t];
                    outcomes[k] = Outcome {
                        without: score,
                        with: score,
                        observed: score,
                        beside: score,
                        everyone: score,
                        seen: seen[k][i] != i32::MIN,
                    };
                    scores[k] = if outcomes[k].seen { points(score) } else { f64::NAN };
                }
            }
            self.tally.comparison(year, &outcomes[..paths.len()]);
            self.rows.push(
                &study.wanted,
                &Row {
                    student_ix,
                    classroom_ix: place.classroom_ix,
                    school_ix: place.school_ix,
                    school: place.school,
                    student,
                    teacher: place.room.teacher[t + 1],
                    drivers: &place.drivers,
                    fidelity: place.fidelity,
                    start: None,
                    uses: false,
                    year,
                    grade: study.entering_grade + t as i64,
                    scores,
                    cut: f64::INFINITY,
                    prior_math: f64::NAN,
                    record: Record::NONE,
                    goals: [0.0; 2],
                    minutes: f64::NAN,
                    skills: [f64::NAN; 3],
                    kind: comparison.name(),
                },
            );
        }
    }
}

/// Tenths of a point in points.
fn points(tenths: i32) -> f64 {
    f64::from(tenths) / 10.0
}
