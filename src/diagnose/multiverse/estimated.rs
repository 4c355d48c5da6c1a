//! Every specification estimated: regressions from one pass of moments a sample and scale, the others by their estimator. What does not
//! depend on the outcome, such as the odds of treatment, is found once for a sample and a set of covariates, whatever the scale.

use super::Specification;
use super::choices::Choices;
use super::joint::{Again, Joint, Shuffled, Statistics};
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
    /// What one assignment costs, where shuffling was left for later. The fit is not kept: it holds its rows.
    later: Option<f64>,
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
    let n_scales = choices.scales.len();
    // A job is a sample with a set of covariates; within it stand scales, then estimators.
    let job = |j: usize| -> Vec<Result<Cell, String>> {
        let (from, set) = (j / n_sets * n_scales, j % n_sets);
        let narrow: Vec<Option<(Panel, Vec<usize>)>> =
            samples[from..from + n_scales].iter().map(|s| s.as_ref().map(|s| narrowed(ground, choices, s.panel, set))).collect();
        let mut parts: Vec<Option<Sample<'_>>> = Vec::with_capacity(n_scales);
        for (sample, narrow) in samples[from..].iter().zip(&narrow) {
            let part = sample.as_ref().zip(narrow.as_ref()).map(|(sample, (panel, columns))| {
                let part = sample.among(panel, columns.clone());
                match parts.iter().flatten().next() {
                    Some(first) => part.beside(first),
                    None => part,
                }
            });
            parts.push(part);
        }
        let one = |i: usize| -> Result<Cell, String> {
            let (scale, way) = (i / n_ways, i % n_ways);
            let place = &places[from + scale];
            match (&parts[scale], &place.panel) {
                (Some(part), Ok((_, sd))) => Ok(cell(part.panel, fit_by(choices, part, way)?, *sd, &making)),
                (_, Err(why)) => Err(format!("{} on the scale {}: {why}", place.names[0], place.names[2])),
                _ => Err("no sample".into()),
            }
        };
        (0..n_scales * n_ways).map(one).collect()
    };
    let mut done: Vec<std::vec::IntoIter<Result<Cell, String>>> =
        spread(setting.executor, places.len() / n_scales * n_sets, job).into_iter().map(Vec::into_iter).collect();
    let mut cells = Vec::with_capacity(places.len() * n_sets * n_ways);
    for place in 0..places.len() {
        (0..n_sets).for_each(|set| cells.extend(done[place / n_scales * n_sets + set].by_ref().take(n_ways)));
    }
    let again = |i: usize| {
        let (place, set, way) = (i / (n_sets * n_ways), i / n_ways % n_sets, i % n_ways);
        let sample = samples[place].as_ref().ok_or("no sample")?;
        fit_of(ground, choices, sample, set, way).map(|(_, fit, target)| (fit, target))
    };
    gather(choices, places, cells, (shuffled, &again), setting)
}

/// A panel with a set of covariates, and their places among its own.
fn narrowed(ground: &Ground<'_>, choices: &Choices, whole: &Panel, set: usize) -> (Panel, Vec<usize>) {
    let names = &ground.panel.covariates;
    // A sample of fewer rows may lack a level of a category.
    let place = |i: &usize| whole.covariates.iter().position(|c| c.name == names[*i].name);
    let columns: Vec<usize> = choices.sets[set].iter().filter_map(place).collect();
    (whole.with_covariates(&columns), columns)
}

/// The fit of a set of covariates by an estimator, with the panel behind it and the target that is compared.
fn fit_of(ground: &Ground<'_>, choices: &Choices, whole: &Sample<'_>, set: usize, way: usize) -> Result<(Panel, Fit, usize), String> {
    let (panel, columns) = narrowed(ground, choices, whole.panel, set);
    let (fit, target) = fit_by(choices, &whole.among(&panel, columns), way)?;
    Ok((panel, fit, target))
}

/// The fit of a sample by an estimator, with the target that is compared.
fn fit_by(choices: &Choices, sample: &Sample<'_>, way: usize) -> Result<(Fit, usize), String> {
    let way = &choices.ways[way];
    let fit = way.chosen.fit(sample).map_err(|f| format!("{}: {}", way.name, f.shown[0].what))?;
    let target = [Estimand::Overall, Estimand::OverallDynamic]
        .iter()
        .find_map(|kind| (0..fit.targets.len()).find(|&t| fit.targets[t].estimand == *kind))
        .ok_or_else(|| format!("{} has no overall effect", way.name))?;
    match &fit.estimates[target] {
        Err(why) => Err(format!("{}: {}", way.name, why.0)),
        Ok(e) if !e.is_finite() => Err(format!("{}: the estimate is not a finite number", way.name)),
        Ok(_) => Ok((fit, target)),
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
    let later = matches!(&statistics, Err(why) if why.is_empty() && shuffled.is_some()).then(|| fit.refit_price());
    Cell { kept, estimate, sd, units, intervals, statistics, later }
}

/// Sets repeated specifications aside and names the choices of the others.
fn gather(
    choices: &Choices,
    places: &[Place],
    cells: Vec<Result<Cell, String>>,
    (shuffled, again): (Result<Shuffled, String>, &Again<'_>),
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
        fitted.push((cell.statistics, cell.later.map(|price| (i, price)), cell.sd));
    }
    let joint = shuffled.and_then(|shuffled| shuffled.joint(fitted, again, setting));
    let mut missing: Vec<(String, usize)> = missing.into_iter().collect();
    missing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(Estimated { found, missing, repeats, shuffled: joint })
}

/// The covariates that a specification really has, by their places in the named panel.
fn set_name(kept: &[usize], choices: &Choices) -> String {
    let names: Vec<&str> = kept.iter().map(|&i| choices.covariates[i].as_str()).collect();
    if names.is_empty() { "none".into() } else { names.join(" + ") }
}
