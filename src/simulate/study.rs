//! Puts a school study together: school by school, from the parts.

use super::assignment::Assignment;
use super::attrition::Attrition;
use super::batches::Batches;
use super::classrooms::{self, Classrooms};
use super::compliance::Compliance;
use super::design::Design;
use super::effect::Effect;
use super::fidelity::Fidelity;
use super::profiles::Profiles;
use super::records::Records;
use super::schools::Schools;
use super::scores::{Scores, Test};
use super::skills::Skills;
use super::streams::Streams;
use super::students::Students;
use super::twins::Comparison;
use super::variance;
use super::wanted::Wanted;
use super::{Detail, Draw, OUTCOMES, Parameters, WorldCard};
use crate::num::normal;
use crate::panel::Executor;

/// Draws a whole study.
pub(super) fn draw(
    card: &'static WorldCard,
    design: Design,
    p: &Parameters,
    seed: u64,
    detail: Detail<'_>,
    executor: &dyn Executor,
) -> Draw {
    let mut batches = Batches::new(card, design, p, seed, detail, usize::MAX, executor);
    let batch = batches.next().unwrap_or_else(|| unreachable!("there is at least one school"));
    Draw { cohort: batch.cohort, sealed: batch.sealed, truth: batches.truth() }
}

/// The parts of a study.
pub(super) struct Study {
    pub n_schools: u32,
    /// The largest number of classrooms that a school can have.
    pub n_classrooms: u32,
    pub first_year: i64,
    pub n_years: i64,
    pub first_take_up: i64,
    pub entering_grade: i64,
    pub outcomes: Vec<&'static str>,
    pub schools: Schools,
    pub classrooms: Classrooms,
    pub assignment: Assignment,
    pub compliance: Compliance,
    pub fidelity: Fidelity,
    pub effect: Effect,
    pub students: Students,
    pub attrition: Attrition,
    pub scores: Scores,
    pub records: Records,
    pub skills: Option<Skills>,
    pub goals: Profiles,
    pub comparison: Option<Comparison>,
    pub streams: Streams,
    pub wanted: Wanted,
    /// The score in math below which a student gets a profile in the year after this one, in tenths of a point.
    pub dip: Option<(i64, i32)>,
}

impl Study {
    pub(super) fn new(card: &WorldCard, design: Design, p: &Parameters, seed: u64, detail: Detail<'_>) -> Self {
        if let Err(faults) = p.check() {
            panic!("the parameters of {} were not checked: {}", card.id, faults[0]);
        }
        let design = design.with(p);
        let streams = Streams::new(card.id, seed);
        let (fidelity, attrition, scores) = (Fidelity::read(p), Attrition::read(p), Scores::read(p));
        let wanted = Wanted::new(detail, p, design, &attrition);
        let skills = if wanted.skills { Skills::read(p, &scores) } else { None };
        let assignment = Assignment::read(design, p, &streams);
        let first_year = p.whole("first_year");
        let dip = assignment.dip().map(|(year, share)| {
            let below = libm::sqrt(variance::total(p)) * normal::quantile(share);
            (year, scores.tenths(scores.growth(year - first_year)[0] + below))
        });
        let mut outcomes = vec![OUTCOMES[0]];
        if wanted.reading {
            outcomes.push(OUTCOMES[1]);
        }
        if skills.is_some() {
            outcomes.push("skills");
        }
        Study {
            n_schools: p.whole("schools") as u32,
            n_classrooms: classrooms::most(p),
            first_year,
            n_years: p.whole("last_year") - first_year + 1,
            first_take_up: p.whole("first_take_up"),
            entering_grade: p.whole("entering_grade"),
            outcomes,
            schools: Schools::read(p),
            classrooms: Classrooms::read(p),
            assignment,
            compliance: Compliance::read(p),
            effect: Effect::read(p, fidelity.ordinary()),
            fidelity,
            students: Students::read(p),
            attrition,
            scores,
            records: Records::read(p),
            skills,
            goals: Profiles::read(p),
            comparison: Comparison::read(design.twins, p),
            streams,
            wanted,
            dip,
        }
    }

    /// For each year, which part of a school's classrooms (or students) but this one has profiles, and since when.
    pub(super) fn others(&self, starts: &[Option<i64>], but: Option<usize>) -> Vec<(f64, i64)> {
        let n = starts.len() - usize::from(but.is_some());
        if !self.effect.spills() || n == 0 {
            return Vec::new();
        }
        let others: Vec<i64> = starts.iter().enumerate().filter(|(i, _)| Some(*i) != but).filter_map(|(_, s)| *s).collect();
        let first = others.iter().copied().min().unwrap_or(i64::MAX);
        let share = |year: i64| others.iter().filter(|s| **s <= year).count() as f64 / n as f64;
        (0..self.n_years).map(|t| (share(self.first_year + t), first)).collect()
    }

    /// Where profiles go to low scores: the first year with one, of a student with these tests from entry on.
    pub(super) fn after_a_dip(&self, entry: usize, tests: &[[Test; 2]]) -> Option<i64> {
        let (base, cut) = self.dip?;
        let t = base - self.first_year;
        let [math, _] = tests.get(usize::try_from(t - entry as i64).ok()?)?;
        (!math.missed && self.scores.score(math, 0, t, 0.0) < cut).then_some(base + 1)
    }
}
