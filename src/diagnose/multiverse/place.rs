//! A sample and a scale: where specifications stand that differ in nothing but covariates, estimator and inference.

use super::choices::Choices;
use super::rule::Rule;
use super::scale::spread as deviation;
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
    /// Every sample on every scale.
    pub(super) fn all(ground: &Ground<'_>, choices: &Choices, executor: &dyn Executor) -> Result<Vec<Place>, Faults> {
        let mut bases: Vec<(usize, usize, Panel)> = Vec::new();
        for (c, cluster) in choices.clusters.iter().enumerate() {
            let named = rebuilt(ground, None, cluster.as_ref())?;
            for (s, rule) in choices.samples.iter().enumerate() {
                let panel = match rule {
                    Rule::Where(column, value) => rebuilt(ground, Some((column, value)), cluster.as_ref())?,
                    _ => named.clone(),
                };
                bases.push((s, c, panel));
            }
        }
        let n_scales = choices.scales.len();
        Ok(spread(executor, bases.len() * n_scales, |i| {
            let (s, c, base) = &bases[i / n_scales];
            let scale = choices.scales[i % n_scales];
            let rule = &choices.samples[*s];
            // On the scale of the whole sample, so that leaving students out does not change the yardstick.
            let panel = scale.apply(base).map_err(str::to_string).and_then(|outcome| {
                let whole = base.with_outcome(outcome);
                let first = |r: usize| whole.cells.period_ix(whole.cell[r]) == 0;
                let untreated = |r: usize| !whole.cells.is_ever_treated(whole.cells.cohort_ix(whole.cell[r]));
                let before = |r: usize| !whole.cells.is_treated(whole.cell[r]);
                let sd = deviation(&whole, &|r| first(r) && untreated(r)).or_else(|| deviation(&whole, &|r| first(r) && before(r)));
                let (_, sd) = sd.ok_or("comparison units do not differ in the first period, so there is no standard deviation")?;
                match rule.keeps(base) {
                    // Rules look at the outcome as it stands: the rows kept are the same on every scale.
                    Some((keep, reason)) if keep.contains(&true) => Ok((whole.keeping(|r| keep[r], reason), sd)),
                    Some(_) => Err(format!("the rule {} leaves everybody out", rule.name())),
                    None if matches!(rule, Rule::All | Rule::Where(..)) => Ok((whole, sd)),
                    None => Err(format!("the rule {} leaves nobody out", rule.name())),
                }
            });
            Place {
                names: [rule.name(), choices.clusters[*c].clone().unwrap_or("as named".into()), scale.name().into()],
                first: *s == 0 && *c == 0 && i % n_scales == 0,
                panel,
            }
        }))
    }
}

fn rebuilt(ground: &Ground<'_>, filter: Option<(&String, &String)>, cluster: Option<&String>) -> Result<Panel, Faults> {
    if filter.is_none() && cluster.is_none() {
        return Ok(ground.panel.clone());
    }
    (ground.rebuild)(&Otherwise { filter: filter.map(|(c, v)| (c.clone(), v.clone())), cluster: cluster.cloned() })
}
