//! A sample and a scale: where specifications stand that differ in nothing but covariates, estimator and inference.

use super::choices::Choices;
use super::rule::Rule;
use super::scale::{Scale, spread as deviation};
use crate::cohort::Faults;
use crate::diagnose::{Ground, Otherwise};
use crate::panel::{Executor, Panel, spread};

/// A sample on a scale.
pub(super) struct Place {
    /// The names of the sample rule, the cluster and the scale.
    pub names: [String; 3],
    /// Whether all three are the first choices.
    pub first: bool,
    /// The panel with all covariates and one standard deviation of its outcome, or why there is none.
    pub panel: Result<(Panel, f64), String>,
}

impl Place {
    /// Every sample on every scale, the scales of a sample one after the other: their panels have the same rows.
    pub(super) fn all(ground: &Ground<'_>, choices: &Choices, executor: &dyn Executor) -> Result<Vec<Place>, Faults> {
        let mut bases: Vec<Base> = Vec::new();
        for (c, cluster) in choices.clusters.iter().enumerate() {
            let named = rebuilt(ground, None, cluster.as_ref())?;
            for (s, rule) in choices.samples.iter().enumerate() {
                let whole = match rule {
                    Rule::Where(column, value) => rebuilt(ground, Some((column, value)), cluster.as_ref())?,
                    _ => named.clone(),
                };
                // Rules look at the outcome as it stands: the rows kept are the same on every scale.
                let kept = match rule.keeps(&whole) {
                    Some((keep, reason)) if keep.contains(&true) => {
                        let rows = (0..whole.n_rows()).filter(|&r| keep[r]).collect();
                        Ok((whole.keeping(|r| keep[r], reason), Some(rows)))
                    }
                    Some(_) => Err(format!("the rule {} leaves everybody out", rule.name())),
                    None if matches!(rule, Rule::All | Rule::Where(..)) => Ok((whole.clone(), None)),
                    None => Err(format!("the rule {} leaves nobody out", rule.name())),
                };
                bases.push(Base { sample: s, cluster: c, whole, kept });
            }
        }
        let n_scales = choices.scales.len();
        Ok(spread(executor, bases.len() * n_scales, |i| {
            let base = &bases[i / n_scales];
            let scale = choices.scales[i % n_scales];
            Place {
                names: [
                    choices.samples[base.sample].name(),
                    choices.clusters[base.cluster].clone().unwrap_or("as named".into()),
                    scale.name().into(),
                ],
                first: i == 0,
                panel: base.on(scale),
            }
        }))
    }
}

/// A sample, before a scale is laid on it.
struct Base {
    sample: usize,
    cluster: usize,
    whole: Panel,
    /// The rows that its rule keeps, as a panel and as places in the whole one (`None`: all of them); or why there are none.
    kept: Result<(Panel, Option<Vec<usize>>), String>,
}

impl Base {
    /// The kept rows on a scale, and one standard deviation of the outcome: on the scale of the whole sample, so that leaving students out
    /// does not change the yardstick.
    fn on(&self, scale: Scale) -> Result<(Panel, f64), String> {
        let whole = self.whole.with_outcome(scale.apply(&self.whole)?);
        let first = |r: usize| whole.cells.period_ix(whole.cell[r]) == 0;
        let untreated = |r: usize| !whole.cells.is_ever_treated(whole.cells.cohort_ix(whole.cell[r]));
        let before = |r: usize| !whole.cells.is_treated(whole.cell[r]);
        let sd = deviation(&whole, &|r| first(r) && untreated(r)).or_else(|| deviation(&whole, &|r| first(r) && before(r)));
        let (_, sd) = sd.ok_or("comparison units do not differ in the first period, so there is no standard deviation")?;
        let (panel, rows) = self.kept.as_ref().map_err(String::clone)?;
        let outcome = match rows {
            Some(rows) => rows.iter().map(|&r| whole.outcome[r]).collect(),
            None => whole.outcome.to_vec(),
        };
        Ok((panel.with_outcome(outcome), sd))
    }
}

fn rebuilt(ground: &Ground<'_>, filter: Option<(&String, &String)>, cluster: Option<&String>) -> Result<Panel, Faults> {
    if filter.is_none() && cluster.is_none() {
        return Ok(ground.panel.clone());
    }
    (ground.rebuild)(&Otherwise { filter: filter.map(|(c, v)| (c.clone(), v.clone())), cluster: cluster.cloned() })
}
