//! Puts a school study together: school by school, from the parts.

use super::assignment::Assignment;
use super::attrition::Attrition;
use super::classrooms::Classrooms;
use super::codebook::codebook;
use super::columns::{Place, Rows, Year, student_id};
use super::effect::Effect;
use super::fidelity::Fidelity;
use super::profiles::Profiles;
use super::schools::Schools;
use super::scores::Scores;
use super::students::Students;
use super::truth::{CohortFidelity, Losses, Sizes, Tally, Truth, implied};
use super::{Detail, Draw, OUTCOMES, Parameters, WorldCard};
use crate::cohort::Profile;
use crate::random::Stream;
use std::collections::BTreeMap;

/// Draws a longitudinal study of one entering grade in many schools.
pub(super) fn school_study(card: &WorldCard, p: &Parameters, seed: u64, detail: Detail) -> Draw {
    if let Err(faults) = p.check() {
        panic!("the parameters of {} were not checked: {}", card.id, faults[0]);
    }
    let mut study = Study::new(card, p, seed, detail);
    for school_ix in 0..study.n_schools {
        study.school(school_ix);
    }
    study.finish(card, p, seed)
}

/// The parts of a study, and what has been drawn of it.
struct Study {
    n_schools: u32,
    n_classrooms: u32,
    first_year: i64,
    entering_grade: i64,
    detail: Detail,
    schools: Schools,
    classrooms: Classrooms,
    assignment: Assignment,
    fidelity: Fidelity,
    effect: Effect,
    students: Students,
    attrition: Attrition,
    scores: Scores,
    goals: Profiles,
    streams: BTreeMap<&'static str, Stream>,
    rows: Rows,
    profiles: Vec<Profile>,
    tally: Tally,
    cohorts: BTreeMap<i64, (usize, [f64; 5])>,
    sizes: Sizes,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    at_risk: usize,
    left: usize,
    moved: usize,
    joined: usize,
    missed: usize,
}

/// The parts that draw, each from its own streams, one a school.
const PARTS: [&str; 12] =
    ["schools", "classrooms", "assignment", "fidelity", "students", "joining", "attrition", "prior", "scores", "records", "goals", "words"];

impl Study {
    fn new(card: &WorldCard, p: &Parameters, seed: u64, detail: Detail) -> Self {
        let fidelity = Fidelity::read(p);
        Study {
            n_schools: p.whole("schools") as u32,
            n_classrooms: p.whole("classrooms") as u32,
            first_year: p.whole("first_year"),
            entering_grade: p.whole("entering_grade"),
            detail,
            schools: Schools::read(p),
            classrooms: Classrooms::read(p),
            assignment: Assignment::read(p),
            effect: Effect::read(p, fidelity.mean()),
            fidelity,
            students: Students::read(p),
            attrition: Attrition::read(p),
            scores: Scores::read(p),
            goals: Profiles::read(p),
            streams: PARTS.iter().map(|part| (*part, Stream::new(seed, &["simulate", card.id, part], 0))).collect(),
            rows: Rows::default(),
            profiles: Vec::new(),
            tally: Tally::default(),
            cohorts: BTreeMap::new(),
            sizes: Sizes::default(),
            counts: Counts::default(),
        }
    }

    /// Draws a school and everyone in it.
    fn school(&mut self, school_ix: u32) {
        let stream = |part: &str| self.streams[part].at(u64::from(school_ix));
        let school = self.schools.draw(&mut stream("schools"), self.assignment.is_profile_school(school_ix as usize));
        let rooms = self.classrooms.draw(&mut stream("classrooms"));
        let taken = self.assignment.draw(&mut stream("assignment"), school_ix as usize, rooms.len());
        let drivers = self.fidelity.drivers(&mut stream("fidelity"), rooms.len());
        let students = self.students.draw(&mut stream("students"), &mut stream("joining"), &school, &rooms);
        let [mut attrition, mut prior, mut scores, mut records, mut goals, mut words] =
            ["attrition", "prior", "scores", "records", "goals", "words"].map(stream);

        let places: Vec<Place> = (0..rooms.len())
            .map(|c| Place {
                school_ix,
                classroom_ix: school_ix * self.n_classrooms + c as u32,
                profile_year: taken[c],
                drivers: drivers[c],
                fidelity: self.fidelity.of(&drivers[c]),
            })
            .collect();
        self.note_places(&places);

        for student in &students {
            let room = &rooms[student.classroom_ix];
            let place = &places[student.classroom_ix];
            let stay = self.attrition.stay(&mut attrition, &school, student);
            let last_possible = school.level.len() - 2;
            self.counts.at_risk += stay.last.min(last_possible - 1) + 1 - student.entry.min(last_possible);
            self.counts.left += usize::from(stay.left);
            self.counts.moved += usize::from(stay.moved);
            self.counts.joined += usize::from(student.entry > 0);
            self.sizes.n_treated_students += usize::from(place.profile_year.is_some());

            let whom = (&school, room, student);
            let misses = self.attrition.misses(student);
            let before = self.scores.test(&mut prior, whom, -1, [0.0; 2], 0.0);
            let prior_math = points(before[0].without);
            let student_ix = self.rows.next_student();
            let mut sets = Vec::new();
            for t in student.entry..=stay.last {
                let year = self.first_year + t as i64;
                let event_time = place.profile_year.map_or(-1, |first| year - first);
                let effect = self.effect.at(event_time, place.fidelity);
                let tested = self.scores.test(&mut scores, whom, t as i64, effect, misses);
                self.tally.row(place.profile_year, year, self.first_year, &tested);
                self.counts.missed += tested.iter().filter(|t| t.missed).count();
                let treated = event_time >= 0;
                self.sizes.n_treated_rows += usize::from(treated);
                let recorded = tested.map(|t| match (t.missed, treated) {
                    (true, _) => f64::NAN,
                    (false, true) => points(t.with),
                    (false, false) => points(t.without),
                });
                let attendance = self.scores.attendance(&mut records, student);
                let gpa = self.scores.gpa(&mut records, student);
                let (mut goals_set, mut goals_met) = (0, 0);
                if treated {
                    let of_year = self.goals.year(&mut goals, student, year);
                    (goals_set, goals_met) = (of_year.goals.len() as i64, of_year.met);
                    sets.extend(of_year.goals);
                }
                let grade = self.entering_grade + t as i64;
                let now = Year { year, grade, scores: recorded, gpa, attendance, goals_set, goals_met };
                self.rows.push(place, student, prior_math, now);
            }
            if self.detail == Detail::Full && !sets.is_empty() {
                self.profiles.push(self.goals.write(&mut words, student, student_id(student_ix), sets));
            }
        }
        self.sizes.n_students += students.len();
    }

    fn note_places(&mut self, places: &[Place]) {
        self.sizes.n_classrooms += places.len();
        self.sizes.n_treated_schools += usize::from(places.iter().any(|p| p.profile_year.is_some()));
        for place in places {
            let Some(group) = place.profile_year else { continue };
            self.sizes.n_treated_classrooms += 1;
            let (n, sums) = self.cohorts.entry(group).or_default();
            *n += 1;
            let [staffing, training, family, technology] = place.drivers;
            sums.iter_mut().zip([place.fidelity, staffing, training, family, technology]).for_each(|(s, x)| *s += x);
        }
    }

    fn finish(mut self, card: &WorldCard, p: &Parameters, seed: u64) -> Draw {
        self.sizes.n_schools = self.n_schools as usize;
        self.sizes.n_rows = self.rows.len();
        let rate = |n: usize, of: usize| if of == 0 { 0.0 } else { n as f64 / of as f64 };
        let counts = &self.counts;
        let fidelity = self.cohorts.iter().map(|(&group, &(n_classrooms, sums))| {
            let [fidelity, staffing, training, family, technology_for_staff] = sums.map(|s| s / n_classrooms as f64);
            CohortFidelity { group, n_classrooms, fidelity, staffing, training, family, technology_for_staff }
        });
        let truth = Truth {
            world: card.id.into(),
            version: card.version,
            seed,
            parameters: p.iter().map(|p| (p.name.into(), p.value)).collect(),
            assignment: self.assignment.words(),
            effects: self.tally.effects(),
            scales: self.tally.scales(),
            implied: implied(p, self.fidelity.mean()),
            fidelity: fidelity.collect(),
            losses: Losses {
                at_risk: counts.at_risk,
                left_rate: rate(counts.left, counts.at_risk),
                moved_rate: rate(counts.moved, counts.at_risk),
                joined: counts.joined,
                missing_test_rate: rate(counts.missed, OUTCOMES.len() * self.rows.len()),
            },
            sizes: self.sizes,
        };
        let mut cohort = self.rows.into_cohort(self.n_schools, self.n_classrooms);
        cohort.profiles = self.profiles;
        cohort.codebook = codebook();
        Draw { cohort, truth }
    }
}

/// Tenths of a point in points.
fn points(tenths: i32) -> f64 {
    f64::from(tenths) / 10.0
}
