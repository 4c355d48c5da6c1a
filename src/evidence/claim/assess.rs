//! A claim, assessed.

use super::consistency::checks;
use super::footing::effect;
use super::refuse::{contradictory, idle_correlation, impossible, incomplete, without_uncertainty};
use super::{Check, Claim, ClusterStory, ErrorFrom, Footing, Question, Route, Shrunk, independent_expectation, questions, shrink};
use crate::cohort::Faults;
use crate::evidence::benchmark::{MonthsTable, SizeClass, months, size_class};
use crate::evidence::effect::{Sizes, improvement_index};
use crate::evidence::facts::{Comparison, Design, Effect, Facts, Unit};
use crate::evidence::standard::{Key, Standards};
use crate::evidence::verdict::Verdict;
use serde::Serialize;

/// All that can be said of a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// The effect on one footing.
    pub footing: Footing,
    /// Effect, lower and upper end in percentile points.
    pub percentile_points: [f64; 3],
    /// Months by the Toolkit and by trial reports; to be printed with their warning.
    pub months: [Option<i32>; 2],
    /// Kraft's size; none below zero.
    pub size: Option<SizeClass>,
    /// What is left beside the literature.
    pub shrunk: Shrunk,
    /// What an independent broad test would show on average, where the test is of another kind.
    pub independent: Option<f64>,
    /// Which numbers were checked against which; none contradicts.
    pub checks: Vec<Check>,
    /// What was assumed for want of better.
    pub assumptions: Vec<String>,
    /// What is not told, and how to ask for it.
    pub questions: Vec<Question>,
    /// The facts as they were judged.
    pub facts: Facts,
    /// The verdict on the study behind the claim.
    pub verdict: Verdict,
}

/// Puts a claim on one footing, checks its numbers against each other, corrects it for clusters that its source ignored, shrinks it, and judges
/// the study behind it.
///
/// # Errors
/// `EVI-010` for each pair of numbers that contradict each other, `EVI-014` for each number that cannot be, `EVI-016` for each that
/// another is missing for, and for a correlation with which
/// nothing is corrected; else one of `EVI-011` (an effect
/// without any uncertainty: says what then cannot be said), `EVI-012` (an empty cell in the counts), `EVI-013` (percent growth without SD or
/// growth) and `EVI-015` (no effect at all).
pub fn assess(claim: &Claim, standards: &Standards) -> Result<Assessment, Faults> {
    impossible(claim).into_result()?;
    let checks = checks(claim);
    contradictory(&checks).into_result()?;
    if let Some(fault) = incomplete(claim) {
        return Err(fault.into());
    }
    let g = effect(claim).map_or(0.0, |e| e.0);
    let footing = Footing::of(claim, standards).ok_or_else(|| without_uncertainty(g))?;
    if let Some(fault) = idle_correlation(claim, footing.clusters) {
        return Err(fault.into());
    }
    let best = footing.corrected;
    let shrunk = shrink(footing.g, best.std_error, standards).ok_or_else(|| without_uncertainty(g))?;
    let facts = facts(claim, &footing, standards);
    Ok(Assessment {
        percentile_points: [footing.g, best.low, best.high].map(improvement_index),
        months: [MonthsTable::Toolkit, MonthsTable::Trial].map(|table| months(footing.g, table, standards)),
        size: size_class(footing.g, standards),
        shrunk,
        independent: claim.facts.measure.and_then(|m| independent_expectation(footing.g, m, standards)),
        checks,
        assumptions: assumptions(claim, &footing),
        questions: questions(claim, &footing),
        verdict: Verdict::of(&facts, standards),
        facts,
        footing,
    })
}

fn facts(claim: &Claim, footing: &Footing, standards: &Standards) -> Facts {
    let best = footing.corrected;
    let mut facts = claim.facts.clone();
    let effect =
        Effect { estimate: footing.g, std_error: Some(best.std_error), df: best.df, p_value: Some(best.p_value), ..Effect::default() };
    let plain = effect.interval(standards.number(Key::Alpha)) == Some((best.low, best.high));
    let effect = if plain { effect } else { Effect { low: Some(best.low), high: Some(best.high), ..effect } };
    facts.effect = facts.effect.or(Some(effect));
    facts.students = facts.students.or_else(|| claim.sizes().map(|s| s.treated.saturating_add(s.comparison)));
    facts.sites = facts.sites.or(claim.schools);
    facts.clustering = facts.clustering.or_else(|| footing.clusters.clustering(claim.heeded));
    facts.unit = facts.unit.or_else(|| claim.unit());
    let units = match facts.unit {
        Some(Unit::Student) => claim.sizes(),
        _ => claim.clusters().map(Sizes::even),
    };
    facts.units = facts.units.or(units);
    facts.comparison = facts.comparison.or_else(|| implied(claim));
    facts
}

/// These designs compare with other students at the same time, unless the source says otherwise.
fn implied(claim: &Claim) -> Option<Comparison> {
    let designs = [Design::Randomised, Design::DifferenceInDifferences, Design::QuasiExperiment];
    claim.facts.design.filter(|d| designs.contains(d)).map(|_| Comparison::Concurrent)
}

fn assumptions(claim: &Claim, footing: &Footing) -> Vec<String> {
    let mut out = Vec::new();
    if claim.sizes().is_some() && !claim.knows_arms() {
        out.push("as many students in each group".to_string());
    }
    if claim.facts.unit.is_none() {
        out.extend(claim.unit().map(|unit| format!("{} were what was assigned", unit.plural())));
    }
    if claim.facts.units.is_none() {
        out.extend(claim.clusters().map(|_| "as many of them in each group".to_string()));
    }
    if claim.facts.comparison.is_none() && implied(claim).is_some() {
        out.push("a comparison with other students at the same time, as the design has it".to_string());
    }
    match footing.clusters {
        ClusterStory::Corrected { icc, assumed: true, .. } => out.push(format!("an intraclass correlation of {icc:.2}, the WWC's default")),
        ClusterStory::TakenAsHeeded { times } => {
            out.push(format!("the standard error heeds clusters, as it is {times:.1} times what independent students would give"));
        }
        _ => {}
    }
    match footing.error_from {
        ErrorFrom::PValueBound => {
            out.push("the p-value lies just below the bound it is said to be below, so that the interval just leaves zero out".into());
        }
        ErrorFrom::PValueAbove => out.push("the p-value lies at the bound it is said to be above, or higher".into()),
        ErrorFrom::Sizes => out.push("an unadjusted comparison, as only numbers of students are told".into()),
        _ => {}
    }
    match footing.from {
        Route::T | Route::F | Route::PValue => out.push("the statistic is of an unadjusted comparison of independent students".into()),
        Route::Interval => out.push("the effect is the middle of its interval, and both are in standard deviations".into()),
        Route::Percentiles => out.push("percentiles of a normal distribution of comparison students".into()),
        _ => {}
    }
    out
}
