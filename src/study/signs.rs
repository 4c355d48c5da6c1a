//! The signs of fallacies in a run: told in the study, or counted in its sample. No student's row leaves here.

use super::analyse::{Analysis, Question};
use super::file::{Roles, StudyFile};
use super::run::SubgroupResult;
use super::strata::{STRATA_ROWS, strata};
use crate::cohort::Cohort;
use crate::diagnose::{Answered, Finding};
use crate::estimate::{ALIKE_BEFORE, Estimand};
use crate::evidence::effect::Sizes;
use crate::evidence::facts::{Effect, Unit};
use crate::evidence::fallacy::{Before, Extreme, Path, Shares, Signs, Tested, Throughout, Used, Uses};
use crate::num::{Centre, sorted};
use crate::panel::{CovariateTerm, FirstTreated, Keys, Kind, Panel, PanelSpec, Sequence};

/// Fewer pairs of scores than this tell no correlation.
const FEWEST_PAIRS: usize = 30;

/// What is looked at: the study, its data, and what was estimated.
pub(super) struct Sources<'a> {
    pub study: &'a StudyFile,
    pub cohort: &'a Cohort,
    /// The headline's question.
    pub question: &'a Question,
    pub analyses: &'a [Analysis],
    pub subgroups: &'a [SubgroupResult],
    /// What the checks of the headline answered.
    pub checks: &'a [Answered],
    /// The spread of comparison scores in the first period.
    pub sd: Option<f64>,
}

/// Reads the signs. What a column does not tell stays unknown.
pub(super) fn signs(from: &Sources<'_>) -> Signs {
    let roles = from.study.roles.clone().unwrap_or_default();
    let context = &from.study.context;
    let mut out = Signs {
        comparison: context.compared(),
        assigned_by: context.assigned(),
        selected_low: context.selected_low(),
        measure: context.made_by(),
        conductor: context.conducted_by(),
        declined: context.declined_evaluation,
        confound: context.confounded().map(str::to_string),
        weeks: context.weeks,
        said: [&from.study.study.title, &from.study.study.question].into_iter().chain(&context.claims).cloned().collect(),
        ..Signs::default()
    };
    let plain = plain(&from.question.spec);
    if let Ok(panel) = Panel::build(from.cohort, &plain) {
        // Where treatments do not simply stay on, groups are told apart otherwise, and these signs do not apply.
        if panel.extras.status.is_none() {
            sample(&panel, &roles, from.sd, &mut out);
            ends(&panel, &mut out);
        }
    }
    for outcome in roles.outcomes.iter().skip(1).filter(|_| from.cohort.n_rows <= STRATA_ROWS) {
        let spec = PanelSpec { outcome: outcome.clone(), ..plain.clone() };
        if let Ok(panel) = Panel::build(from.cohort, &spec) {
            ends(&panel, &mut out);
        }
    }
    assigned(from, &plain, &roles, &mut out);
    out.poverty = context.poverty.as_deref().and_then(|c| shares(from.cohort, &plain, c));
    out.sector = context.sector.as_deref().and_then(|c| shares(from.cohort, &plain, c));
    out.uses = context.uses.as_deref().and_then(|c| uses(from.cohort, &plain, c));
    out.strata = strata(from, &plain, &roles);
    estimated(from, &roles, &mut out);
    out
}

/// The sample without what only some estimators ask for.
fn plain(spec: &PanelSpec) -> PanelSpec {
    let none = PanelSpec::new(&spec.outcome, spec.treatment.clone());
    PanelSpec {
        unit: spec.unit.clone(),
        period: spec.period.clone(),
        paths: spec.paths.clone(),
        filter: spec.filter.clone(),
        duplicates: spec.duplicates,
        ..none
    }
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    Centre::of(values).mean
}

/// Scores of an arm in a period.
fn scores(panel: &Panel, treated: bool, period: usize) -> Vec<f64> {
    let here = |c: &u32| panel.cells.is_ever_treated(panel.cells.cohort_ix(*c)) == treated && panel.cells.period_ix(*c) == period;
    panel.cell.iter().zip(panel.outcome.iter()).filter(|(c, _)| here(c)).map(|(_, y)| *y).collect()
}

fn sample(panel: &Panel, roles: &Roles, sd: Option<f64>, out: &mut Signs) {
    let students = roles.unit.is_none() && roles.student.is_some();
    let (n, treated) = (panel.n_units(), panel.n_treated_units());
    out.arms = Some(Sizes::new(treated as u64, (n - treated) as u64));
    let starts: Vec<i64> = panel.cells.cohorts.iter().filter_map(|c| if let FirstTreated::At(g) = c { Some(*g) } else { None }).collect();
    out.starts = starts.len() as u32;
    let periods = &panel.cells.periods;
    if let (Some(first), Some(start), Some(last)) = (periods.first(), starts.first(), periods.last()) {
        out.years = Some((*first, *start, *last));
    }
    if panel.kind == Kind::Panel && students {
        let always = (0..n).filter(|&u| panel.rows_of(u).len() == periods.len()).count() as u64;
        let complete = panel.ledger.dropped.is_empty();
        out.throughout = complete.then_some(Throughout { units: n as u64, periods: periods.len() as u64, always });
    }
    if students {
        out.before = sd.and_then(|sd| before(panel, sd));
    }
}

/// Whether an outcome only says that a line was passed, and how many scores lie at the ends of its scale.
fn ends(panel: &Panel, out: &mut Signs) {
    let periods = panel.cells.periods.len();
    let distinct = {
        let mut values = sorted(panel.outcome.to_vec());
        values.dedup();
        values
    };
    if distinct.iter().all(|v| *v == 0.0 || *v == 1.0) {
        out.cuts.push(panel.outcome_name.clone());
    } else if let (Some(low), Some(high)) = (distinct.first(), distinct.last()) {
        for (end, highest) in [(*high, true), (*low, false)] {
            let share =
                |y: Vec<f64>| (y.len() >= 50).then(|| (y.iter().filter(|v| **v == end).count() as f64 / y.len() as f64, y.len() as u64));
            let cells = (0..periods).flat_map(|p| [true, false].map(|arm| share(scores(panel, arm, p))));
            if let Some((share, of)) = cells.flatten().reduce(|a, b| if b.0 > a.0 { b } else { a }) {
                out.extremes.push(Extreme { outcome: panel.outcome_name.clone(), highest, share, of });
            }
        }
    }
}

/// Treated minus never treated in the period before each start, averaged by treated students; its change from the period before
/// that; and the correlation of never treated students' scores from period to period.
fn before(panel: &Panel, sd: f64) -> Option<Before> {
    let cells = &panel.cells;
    let of = |cohort: usize, period: usize| -> Vec<f64> {
        let cell = cells.cell(cohort, period);
        panel.cell.iter().zip(panel.outcome.iter()).filter(|(c, _)| **c == cell).map(|(_, y)| *y).collect()
    };
    let never = cells.cohorts.iter().position(|c| *c == FirstTreated::Never)?;
    let (mut gaps, mut changes) = (Vec::new(), Vec::new());
    for (cohort, start) in cells.cohorts.iter().enumerate() {
        let FirstTreated::At(start) = start else { continue };
        let Some(last) = cells.periods.iter().rposition(|p| p < start) else { continue };
        let gap = |period: usize| {
            let own = of(cohort, period);
            let n = own.len();
            Some((mean(own.iter().copied())? - mean(of(never, period).iter().copied())?, n as f64))
        };
        let Some((now, n)) = gap(last) else { continue };
        gaps.push((now, n));
        if let Some((earlier, _)) = last.checked_sub(1).and_then(gap) {
            changes.push((now - earlier, n));
        }
    }
    let weighted = |all: &[(f64, f64)]| {
        let n: f64 = all.iter().map(|g| g.1).sum();
        (n > 0.0).then(|| all.iter().map(|(g, w)| g * w).sum::<f64>() / n / sd)
    };
    let never_pairs: Vec<(f64, f64)> = (0..panel.n_units())
        .filter(|&u| panel.cohort_of(u) == never)
        .flat_map(|u| {
            let rows = panel.rows_of(u);
            rows.clone().zip(rows.skip(1)).map(|(a, b)| (panel.outcome[a], panel.outcome[b])).collect::<Vec<_>>()
        })
        .collect();
    let correlated = Centre::correlation(never_pairs.iter().copied());
    Some(Before {
        gap: weighted(&gaps)?,
        change: weighted(&changes),
        correlation: correlated.filter(|_| never_pairs.len() >= FEWEST_PAIRS),
    })
}

/// What was assigned, and how many schools hold treated and other students.
fn assigned(from: &Sources<'_>, plain: &PanelSpec, roles: &Roles, out: &mut Signs) {
    let grouped = |column: &Option<String>| {
        let spec = PanelSpec { cluster: Some(column.clone()?), ..plain.clone() };
        Panel::build(from.cohort, &spec).ok().filter(|p| p.extras.status.is_none())
    };
    let shared = |panel: &Panel| panel.n_clusters() > 1 && panel.n_units() > panel.n_clusters() && panel.cohort_of_clusters().is_some();
    if let Some(only) = roles.school.as_ref().and_then(|c| from.cohort.column(c)) {
        let rows: Vec<u32> = (0..from.cohort.n_rows as u32).filter(|&r| !only.data.is_missing(r as usize)).collect();
        if !rows.is_empty() && Keys::index(&only.data, &Sequence::Listed(rows)).0.len() == 1 {
            out.schools = Some(Sizes::new(1, 1));
        }
    }
    if let Some(schools) = grouped(&roles.school) {
        let (treated, others) = schools.clusters_by_arm();
        out.schools = Some(Sizes::new(treated as u64, others as u64));
        if shared(&schools) {
            out.unit = Some(Unit::School);
            return;
        }
    }
    out.unit = match grouped(&roles.classroom) {
        Some(classrooms) if shared(&classrooms) => Some(Unit::Classroom),
        _ if roles.student.is_some() && roles.unit.is_none() => Some(Unit::Student),
        _ => None,
    };
}

/// Shares of ones in a 0/1 column, in the first period.
fn shares(cohort: &Cohort, plain: &PanelSpec, column: &str) -> Option<Shares> {
    let spec = PanelSpec { covariates: vec![CovariateTerm::parse(column)], ..plain.clone() };
    let panel = Panel::build(cohort, &spec).ok()?;
    let values = &panel.covariates.first().filter(|_| panel.covariates.len() == 1)?.values;
    if panel.extras.status.is_some() || values.iter().any(|v| *v != 0.0 && *v != 1.0) {
        return None;
    }
    let share = |treated: bool| {
        let here = |c: u32| panel.cells.period_ix(c) == 0 && panel.cells.is_ever_treated(panel.cells.cohort_ix(c)) == treated;
        mean(panel.cell.iter().zip(values.iter()).filter(|(c, _)| here(**c)).map(|(_, v)| *v))
    };
    Some(Shares { what: column.to_string(), treated: share(true)?, comparison: share(false)? })
}

/// Least use of the treated after their start, most use of the others.
fn uses(cohort: &Cohort, plain: &PanelSpec, column: &str) -> Option<Uses> {
    let spec = PanelSpec { covariates: vec![CovariateTerm::parse(column)], ..plain.clone() };
    let panel = Panel::build(cohort, &spec).ok()?;
    let values = &panel.covariates.first().filter(|_| panel.covariates.len() == 1 && panel.extras.status.is_none())?.values;
    let rows = panel.cell.iter().zip(values.iter());
    let treated = rows.clone().filter(|(c, _)| panel.cells.is_treated(**c)).map(|(_, v)| *v).reduce(f64::min)?;
    let never = |c: u32| !panel.cells.is_ever_treated(panel.cells.cohort_ix(c));
    let others = rows.filter(|(c, _)| never(**c)).map(|(_, v)| *v).reduce(f64::max)?;
    Some(Uses { column: column.to_string(), lowest_treated: treated, highest_comparison: others })
}

fn estimated(from: &Sources<'_>, roles: &Roles, out: &mut Signs) {
    let Some(headline) = from.analyses.first() else { return };
    let overall = headline.overall();
    let before = |t: &&crate::infer::JointTest| t.hypothesis == ALIKE_BEFORE && t.p_value.is_some();
    let own = |t: &&crate::infer::JointTest| overall.is_some_and(|e| e.inference == t.inference);
    let tests = headline.tests.iter().filter(before);
    let pretrend = tests.clone().find(own).or_else(|| tests.clone().next());
    out.pretrend_p = pretrend.and_then(|t| t.p_value);
    out.pretrend_draws = pretrend.and_then(|t| t.draws).map(|n| n as u64);
    out.pretrend_power = from.checks.iter().find_map(|c| match &c.answer {
        Ok(Finding::PretrendsPower(f)) => Some(f.matters.power),
        _ => None,
    });
    out.attrition = from.checks.iter().find_map(|c| match &c.answer {
        Ok(Finding::Attrition(f)) => f.units.as_ref().map(|lost| lost.counts),
        _ => None,
    });
    out.path = from.sd.and_then(|sd| path(headline, sd));
    let in_sd = |a: &Analysis| Some((a.label(), a.overall()?.estimate / from.sd?));
    out.overall = from.analyses.iter().filter(|a| a.outcome == headline.outcome).filter_map(in_sd).collect();
    for analysis in from.analyses {
        let mut methods: Vec<&str> = Vec::new();
        for effect in analysis.effects.iter().filter_map(|e| e.result.as_ref().ok()) {
            if !methods.contains(&effect.inference.as_str()) {
                methods.push(&effect.inference);
            }
        }
        for inference in methods {
            out.used.push(Used {
                label: format!("{}, {}", analysis.outcome, analysis.label()),
                two_way: analysis.estimator.estimator.is_two_way(),
                independent: independent(inference, roles),
                clusters: analysis.sample.clusters as u64,
                inference: inference.to_string(),
            });
        }
    }
    out.adjusted = headline.multiplicity.is_some();
    let first = |a: &&Analysis| a.estimator.label() == headline.estimator.label() && a.section == headline.section;
    let tested = |label: String, a: &Analysis| {
        let e = a.overall()?;
        Some(Tested { label, p_value: e.p_value?, draws: e.simulated.map(|s| s.replicates as u64) })
    };
    out.outcomes = from.analyses.iter().filter(first).filter_map(|a| tested(a.outcome.clone(), a)).collect();
    out.subgroups = from
        .subgroups
        .iter()
        .filter_map(|s| {
            let found = s.result.as_ref().ok()?;
            tested(format!("{} among {} = {}", found.outcome, s.column, s.value), found)
        })
        .collect();
    out.effect = overall.zip(from.sd).map(|(e, sd)| Effect {
        estimate: e.estimate / sd,
        std_error: e.std_error.map(|s| s / sd),
        df: e.df,
        p_value: e.p_value,
        draws: e.simulated.map(|s| s.replicates as u64),
        low: e.interval.low.value().map(|x| x / sd),
        high: e.interval.high.value().map(|x| x / sd),
    });
}

/// Effects at the start and at the last time after it, by the headline's first method.
fn path(headline: &Analysis, sd: f64) -> Option<Path> {
    let events = headline.effects.iter().filter(|e| e.target.estimand == Estimand::Event);
    let mut seen: Vec<(i64, f64, f64, f64)> = Vec::new();
    for effect in events {
        let (Some(time), Ok(e)) = (effect.target.event_time, &effect.result) else { continue };
        let (Some(low), Some(high)) = (e.interval.low.value(), e.interval.high.value()) else { continue };
        if time >= 0 && seen.iter().all(|s| s.0 != time) {
            seen.push((time, e.estimate / sd, low / sd, high / sd));
        }
    }
    let first = seen.iter().find(|s| s.0 == 0)?;
    let last = seen.iter().max_by_key(|s| s.0)?;
    Some(Path { first: (first.1, first.2), last: (last.1, last.3), periods: last.0 })
}

/// What a method takes as independent.
fn independent(inference: &str, roles: &Roles) -> Option<Unit> {
    let students = (roles.unit.is_none() && roles.student.is_some()).then_some(Unit::Student);
    if inference.starts_with("robust") {
        return students;
    }
    let unit = roles.unit.as_ref().or(roles.student.as_ref());
    match roles.cluster.as_ref() {
        None => students,
        c if c == roles.school.as_ref() => Some(Unit::School),
        c if c == roles.classroom.as_ref() => Some(Unit::Classroom),
        c if c == unit => students,
        _ => None,
    }
}
