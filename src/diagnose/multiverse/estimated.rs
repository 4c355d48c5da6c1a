//! Every specification estimated: regressions from one pass of moments a sample and scale, the others by their estimator.

use super::Specification;
use super::choices::Choices;
use super::joint::{Joint, Shuffled, Statistics};
use super::place::Place;
use crate::cohort::Faults;
use crate::diagnose::Ground;
use crate::estimate::{Body, Estimand, Fit, Sample};
use crate::infer::Setting;
use crate::panel::{Panel, Serial, spread};
use std::collections::{BTreeMap, BTreeSet};

/// All specifications.
pub(super) struct Estimated {
    pub found: Vec<Specification>,
    /// Why some combinations have no estimate, and how many.
    pub missing: Vec<(String, usize)>,
    /// Combinations that repeat another in every number.
    pub repeats: usize,
    pub shuffled: Result<Joint, String>,
}

/// A fit and what is made of it.
struct Cell {
    /// The covariates that it kept.
    kept: Vec<usize>,
    /// A number by which repeated fits are known.
    estimate: f64,
    sd: f64,
    units: usize,
    /// One for each method: standard error, interval, p-value; or why not.
    intervals: Vec<Result<Uncertainty, String>>,
    /// How it fares under other assignments.
    statistics: Result<Statistics, String>,
    /// The fit, where shuffling it was left for later.
    later: Option<(Fit, usize)>,
}

struct Uncertainty {
    std_error: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    p_value: Option<f64>,
    floor: Option<f64>,
}

/// Estimates every combination.
pub(super) fn estimate(ground: &Ground<'_>, choices: &Choices, places: &[Place], setting: &Setting<'_>) -> Result<Estimated, Faults> {
    let serial = Serial;
    let samples: Vec<Option<Sample<'_>>> =
        places.iter().map(|p| p.panel.as_ref().ok().map(|(panel, _)| Sample::new(panel, &serial))).collect();
    let (n_sets, n_ways) = (choices.sets.len(), choices.ways.len());
    // The headline is fitted first: its clusters, in the order that its numbers give them, are those that are dealt anew.
    let first = places.iter().position(|p| p.first).and_then(|p| samples[p].as_ref());
    let shuffled = match first.map(|s| fit_of(ground, choices, s, 0, 0)) {
        Some(Ok((_, fit, _))) => Shuffled::of(ground.panel, &fit, choices.shuffles, setting),
        Some(Err(why)) => Err(format!("the first specification has no estimate ({why})")),
        None => Err("the first sample does not exist".into()),
    };
    let making = Making { named: ground.panel, choices, setting, shuffled: shuffled.as_ref().ok() };
    let one = |i: usize| -> Result<Cell, String> {
        let (place, set, way) = (i / (n_sets * n_ways), i / n_ways % n_sets, i % n_ways);
        let (sample, (_, sd)) = match (&samples[place], &places[place].panel) {
            (Some(sample), Ok(panel)) => (sample, panel),
            (_, Err(why)) => return Err(format!("{} on the scale {}: {why}", places[place].names[0], places[place].names[2])),
            _ => return Err("no sample".into()),
        };
        let (panel, fit, target) = fit_of(ground, choices, sample, set, way)?;
        Ok(cell(&panel, (fit, target), *sd, &making))
    };
    let cells = spread(setting.executor, places.len() * n_sets * n_ways, one);
    gather(choices, places, cells, shuffled, setting)
}

/// The fit of a set of covariates by an estimator, with the panel behind it and the target that is compared.
fn fit_of(ground: &Ground<'_>, choices: &Choices, whole: &Sample<'_>, set: usize, way: usize) -> Result<(Panel, Fit, usize), String> {
    let names = &ground.panel.covariates;
    // A sample of fewer rows may lack a level of a category.
    let place = |i: &usize| whole.panel.covariates.iter().position(|c| c.name == names[*i].name);
    let columns: Vec<usize> = choices.sets[set].iter().filter_map(place).collect();
    let panel = whole.panel.with_covariates(&columns);
    let way = &choices.ways[way];
    let fit = way.chosen.fit(&whole.among(&panel, columns)).map_err(|f| format!("{}: {}", way.name, f.shown[0].what))?;
    let target = [Estimand::Overall, Estimand::OverallDynamic]
        .iter()
        .find_map(|kind| (0..fit.targets.len()).find(|&t| fit.targets[t].estimand == *kind))
        .ok_or_else(|| format!("{} has no overall effect", way.name))?;
    match &fit.estimates[target] {
        Err(why) => Err(format!("{}: {}", way.name, why.0)),
        Ok(e) if !e.is_finite() => Err(format!("{}: the estimate is not a finite number", way.name)),
        Ok(_) => Ok((panel, fit, target)),
    }
}

/// What every cell is made with.
struct Making<'a> {
    named: &'a Panel,
    choices: &'a Choices,
    setting: &'a Setting<'a>,
    shuffled: Option<&'a Shuffled>,
}

/// A fit with everything that its specifications say.
fn cell(panel: &Panel, (fit, target): (Fit, usize), sd: f64, making: &Making<'_>) -> Cell {
    let Making { named, choices, setting, shuffled } = *making;
    let estimate = fit.estimates[target].as_ref().copied().unwrap_or(f64::NAN);
    let focus: Vec<bool> = (0..fit.targets.len()).map(|t| t == target).collect();
    let setting = Setting { focus: Some(&focus), executor: &Serial, ..*setting };
    let intervals = choices
        .methods
        .iter()
        .map(|method| {
            let inferred = method.fits(&fit, panel).and_then(|()| method.infer(&fit, &setting));
            let inferred = inferred.map_err(|f| format!("{}: {}", method.label(), f.shown[0].what))?;
            let own = inferred.estimates.iter().find(|e| e.target == target);
            let own = own.ok_or_else(|| format!("{} says nothing of the overall effect", method.label()))?;
            Ok(Uncertainty {
                std_error: own.std_error,
                low: own.interval.low.value(),
                high: own.interval.high.value(),
                p_value: own.p_value,
                floor: own.floor(),
            })
        })
        .collect();
    let kept = match &fit.body {
        Body::Linear(l) => panel.covariates.iter().filter(|c| l.terms.contains(&c.name)).collect::<Vec<_>>(),
        Body::Influence(_) if fit.warnings.iter().any(|w| w.code == "covariates-not-used") => Vec::new(),
        Body::Influence(_) => panel.covariates.iter().filter(|c| !fit.dropped_terms.contains(&c.name)).collect(),
    };
    let kept = kept.iter().filter_map(|c| named.covariates.iter().position(|n| n.name == c.name)).collect();
    let units = fit.n_units;
    let statistics = match shuffled {
        None => Err(String::new()),
        Some(shuffled) => shuffled.dealt(&fit, target, sd),
    };
    let later = matches!(&statistics, Err(why) if why.is_empty() && shuffled.is_some()).then_some((fit, target));
    Cell { kept, estimate, sd, units, intervals, statistics, later }
}

/// Sets repeated specifications aside and names the choices of the others.
fn gather(
    choices: &Choices,
    places: &[Place],
    cells: Vec<Result<Cell, String>>,
    shuffled: Result<Shuffled, String>,
    setting: &Setting<'_>,
) -> Result<Estimated, Faults> {
    let (n_sets, n_ways, n_methods) = (choices.sets.len(), choices.ways.len(), choices.methods.len());
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let (mut found, mut repeats) = (Vec::new(), 0);
    let mut by_covariates = BTreeSet::new();
    let mut by_numbers: BTreeMap<(usize, usize), Vec<Vec<f64>>> = BTreeMap::new();
    let mut fitted = Vec::new();
    for (i, cell) in cells.into_iter().enumerate() {
        let (place, set, way) = (i / (n_sets * n_ways), i / n_ways % n_sets, i % n_ways);
        let cell = match cell {
            Ok(cell) => cell,
            Err(why) => {
                *missing.entry(why).or_default() += n_methods;
                continue;
            }
        };
        let names = &places[place].names;
        // An estimator may ignore covariates without a word; then all its numbers are the same, but for rounding.
        let numbers: Vec<f64> = std::iter::once(cell.estimate)
            .chain(cell.intervals.iter().map(|u| u.as_ref().ok().and_then(|u| u.std_error).unwrap_or(0.0)))
            .collect();
        let before = by_numbers.entry((place, way)).or_default();
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-10 * (a.abs() + b.abs());
        let same = before.iter().any(|known| known.iter().zip(&numbers).all(near));
        if !by_covariates.insert((place, way, cell.kept.clone())) || same {
            repeats += n_methods;
            continue;
        }
        before.push(numbers);
        let set_name = set_name(&cell.kept, choices);
        let way_name = &choices.ways[way];
        for (m, uncertainty) in cell.intervals.iter().enumerate() {
            let uncertainty = match uncertainty {
                Ok(u) => u,
                Err(why) => {
                    *missing.entry(why.clone()).or_default() += 1;
                    continue;
                }
            };
            let in_sd = |x: Option<f64>| x.map(|x| x / cell.sd);
            found.push(Specification {
                choices: vec![
                    names[0].clone(),
                    names[1].clone(),
                    set_name.clone(),
                    way_name.comparison.clone(),
                    way_name.name.clone(),
                    names[2].clone(),
                    choices.methods[m].label(),
                ],
                estimate: cell.estimate / cell.sd,
                unscaled: cell.estimate,
                std_error: in_sd(uncertainty.std_error),
                interval: (in_sd(uncertainty.low), in_sd(uncertainty.high)),
                p_value: uncertainty.p_value,
                floor: uncertainty.floor,
                units: cell.units,
                headline: places[place].first && set == 0 && way == 0 && !found.iter().any(|s: &Specification| s.headline),
            });
        }
        fitted.push((cell.statistics, cell.later, cell.sd));
    }
    let joint = shuffled.and_then(|shuffled| shuffled.joint(fitted, setting));
    let mut missing: Vec<(String, usize)> = missing.into_iter().collect();
    missing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(Estimated { found, missing, repeats, shuffled: joint })
}

/// The covariates that a specification really has, by their places in the named panel.
fn set_name(kept: &[usize], choices: &Choices) -> String {
    let names: Vec<&str> = kept.iter().map(|&i| choices.covariates[i].as_str()).collect();
    if names.is_empty() { "none".into() } else { names.join(" + ") }
}
