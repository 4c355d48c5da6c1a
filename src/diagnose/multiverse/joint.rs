//! Joint inference: what the whole curve looks like when treatment is dealt anew to the clusters.

use crate::estimate::{Body, Fit};
use crate::infer::{Setting, Shuffles};
use crate::num::student;
use crate::panel::{Panel, spread};
use std::collections::BTreeMap;

/// What is asked of the whole curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Which statistic.
    pub name: &'static str,
    /// Its value as observed.
    pub observed: f64,
    /// How often it is at least as large, in absolute value, under shuffled treatment.
    pub p_value: f64,
}

/// Joint inference on the curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// How many assignments.
    pub shuffles: usize,
    /// Whether these are all there are.
    pub exact: bool,
    /// How many estimates take part (specifications that differ in inference or cluster alone count once).
    pub estimates: usize,
    /// Those that do not: why, and how many.
    pub left_out: Vec<(String, usize)>,
    /// Assignments in which some estimate did not exist: its others are used.
    pub incomplete: usize,
    /// The three questions.
    pub questions: Vec<Question>,
}

/// One specification under all assignments, the observed one first: estimate in standard deviations, and its t statistic.
pub(super) struct Statistics {
    observed: (f64, f64),
    dealt: Vec<Option<(f64, f64)>>,
    df: f64,
}

/// An estimate and its variance (CR0) when clusters have these cohorts; `None` where there is none.
type Evaluate<'a> = dyn Fn(&[u32]) -> Option<(f64, f64)> + 'a;

/// A specification's statistics, or its number and what one assignment costs where it is to be shuffled later; and one standard deviation
/// of its outcome.
pub(super) type Fitted = (Result<Statistics, String>, Option<(usize, f64)>, f64);

/// The fit of a specification by its number, with the target that is compared.
pub(super) type Again<'a> = dyn Fn(usize) -> Result<(Fit, usize), String> + Sync + 'a;

/// Assignments of the headline's clusters.
pub(super) struct Shuffled {
    shuffles: Shuffles,
    /// The place of each named cluster.
    place: BTreeMap<String, usize>,
    observed: Vec<u32>,
}

/// Products and sums for which the assignments of one estimator that is no regression may take in all.
const SLOW: f64 = 2e10;

impl Shuffled {
    /// Deals the panel's cohorts to its clusters, in the order that the headline's numbers give them.
    pub(super) fn of(panel: &Panel, fit: &Fit, n: usize, setting: &Setting<'_>) -> Result<Shuffled, String> {
        if n == 0 {
            return Err("it was not asked for (shuffles=0)".into());
        }
        let observed =
            panel.whole_cohorts().ok_or("some cluster holds units of several cohorts: treatment was not assigned to whole clusters")?;
        let place: BTreeMap<String, usize> = (0..panel.n_clusters()).map(|g| (panel.clusters.label(g), g)).collect();
        let mut order: Vec<u32> =
            fit.draw_order.iter().filter_map(|&g| place.get(&fit.cluster_name(g as usize)).map(|&g| g as u32)).collect();
        let mut seen = vec![false; observed.len()];
        order.iter().for_each(|&g| seen[g as usize] = true);
        order.extend((0..observed.len() as u32).filter(|&g| !seen[g as usize]));
        let blocks = panel.blocks.as_ref().map(|b| b.as_slice());
        let shuffles = Shuffles::deal(&observed, blocks, &order, n, setting.seed).ok_or("there is no other assignment to compare with")?;
        Ok(Shuffled { shuffles, place, observed })
    }

    /// The assignments as a fit's clusters and cohorts have them: for each of its clusters the place, and for each cohort of the
    /// panel the fit's own.
    fn translation(&self, fit: &Fit, labels: &[u32]) -> Option<(Vec<usize>, Vec<Option<u32>>)> {
        let places: Option<Vec<usize>> = (0..fit.n_clusters()).map(|g| self.place.get(&fit.cluster_name(g)).copied()).collect();
        let places = places?;
        let n = self.observed.iter().max().map_or(0, |m| *m as usize + 1);
        let mut cohort: Vec<Option<u32>> = vec![None; n];
        for (&place, &own) in places.iter().zip(labels) {
            let slot = &mut cohort[self.observed[place] as usize];
            if slot.is_some_and(|known| known != own) {
                return None;
            }
            *slot = Some(own);
        }
        Some((places, cohort))
    }

    /// The fit under every assignment, where that costs little: a regression in which only the treatment's column changes. An empty
    /// reason: it may be done later.
    pub(super) fn dealt(&self, fit: &Fit, target: usize, sd: f64) -> Result<Statistics, String> {
        let Body::Linear(linear) = &fit.body else { return Err(String::new()) };
        let Some(dealt) = linear.dealt(target) else { return Err(String::new()) };
        self.under(fit, target, sd, dealt.labels(), &|labels| dealt.evaluate(labels))
    }

    fn under(&self, fit: &Fit, target: usize, sd: f64, observed: &[u32], evaluate: &Evaluate<'_>) -> Result<Statistics, String> {
        let unknown = || "its clusters are not those that were assigned".to_string();
        let (places, cohort) = self.translation(fit, observed).ok_or_else(unknown)?;
        let g = fit.n_clusters() as f64;
        let factor = g / (g - 1.0);
        let statistic = |found: Option<(f64, f64)>| {
            let (estimate, variance) = found?;
            let se = (variance * factor).sqrt();
            (estimate.is_finite() && se > fit.rounding(target) && se.is_finite()).then(|| (estimate / sd, estimate / se))
        };
        let observed = statistic(evaluate(observed)).ok_or("it has no standard error")?;
        let mut labels = vec![0; places.len()];
        let dealt = self
            .shuffles
            .all()
            .iter()
            .map(|all| {
                for (label, &place) in labels.iter_mut().zip(&places) {
                    *label = cohort[all[place] as usize]?;
                }
                statistic(evaluate(&labels))
            })
            .collect();
        Ok(Statistics { observed, dealt, df: g - 1.0 })
    }

    /// The curve's statistics under every assignment, with the estimates that could not be had at once where they are affordable.
    pub(super) fn joint(&self, fitted: Vec<Fitted>, again: &Again<'_>, setting: &Setting<'_>) -> Result<Joint, String> {
        let n = self.shuffles.all().len();
        let slow = fitted.iter().filter_map(|f| f.1).map(|(_, price)| price).sum::<f64>() * n as f64;
        let done = spread(setting.executor, fitted.len(), |i| {
            let (at_once, later, sd) = &fitted[i];
            let Some((number, _)) = later else { return None };
            debug_assert!(at_once.is_err(), "what is left for later was not done at once");
            if slow > SLOW {
                return Some(Err(format!(
                    "dealing treatment anew to estimators that are no regression takes {slow:.0e} products and sums"
                )));
            }
            Some(again(*number).and_then(|(fit, target)| {
                let reassign = fit.reassign().ok_or("it cannot be computed under another assignment")?;
                let evaluate = |labels: &[u32]| reassign.plain(labels).get(target).copied().flatten();
                self.under(&fit, target, *sd, reassign.labels(), &evaluate)
            }))
        });
        let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
        let mut all = Vec::new();
        for ((at_once, ..), later) in fitted.into_iter().zip(done) {
            match later.unwrap_or(at_once) {
                Ok(statistics) => all.push(statistics),
                Err(why) => *left_out.entry(why).or_default() += 1,
            }
        }
        if all.len() < 2 {
            let why: Vec<String> = left_out.into_iter().map(|(why, n)| format!("{why} ({n})")).collect();
            return Err(format!("fewer than two specifications can be computed under another assignment: {}", why.join("; ")));
        }
        let critical: Vec<f64> = all.iter().map(|s| student::critical(setting.level, s.df)).collect();
        let observed = summary(all.iter().zip(&critical).map(|(s, c)| (s.observed, s.df, *c)));
        let dealt = spread(setting.executor, n, |r| {
            let own = all.iter().zip(&critical).filter_map(|(s, c)| s.dealt[r].map(|d| (d, s.df, *c)));
            summary(own)
        });
        let incomplete = (0..n).filter(|&r| all.iter().any(|s| s.dealt[r].is_none())).count();
        let names = ["median effect", "share significant in one direction", "mean z value"];
        let questions = names
            .into_iter()
            .enumerate()
            .map(|(q, name)| {
                let values: Vec<f64> = dealt.iter().flatten().map(|d| d[q].abs()).collect();
                let value = observed.map_or(0.0, |o| o[q]);
                Question { name, observed: value, p_value: self.shuffles.p_value(value.abs(), &values) }
            })
            .collect();
        let left_out = left_out.into_iter().collect();
        Ok(Joint { shuffles: n, exact: self.shuffles.is_exact(), estimates: all.len(), left_out, incomplete, questions })
    }
}

/// The median estimate, the larger share of significant estimates of one sign, and the mean z value; `None` without any.
fn summary(all: impl Iterator<Item = ((f64, f64), f64, f64)>) -> Option<[f64; 3]> {
    let (mut estimates, mut up, mut down, mut z) = (Vec::new(), 0usize, 0usize, 0.0);
    for ((estimate, t), df, critical) in all {
        estimates.push(estimate);
        up += usize::from(t > critical);
        down += usize::from(t < -critical);
        z += normal_score(t, df);
    }
    if estimates.is_empty() {
        return None;
    }
    let n = estimates.len() as f64;
    let middle = (estimates.len() - 1) / 2;
    let (_, &mut low, above) = estimates.select_nth_unstable_by(middle, f64::total_cmp);
    let high = if n as usize % 2 == 1 { low } else { above.iter().copied().fold(f64::INFINITY, f64::min) };
    Some([(low + high) / 2.0, up.max(down) as f64 / n, z / n])
}

/// The z value of a t statistic by Wallace (1959), Annals of Mathematical Statistics 30, section 4: ± (8ν + 1)/(8ν + 3) √(ν ln(1 + t²/ν)),
/// within 0.02 of the exact one from some degrees of freedom on; the same for the observed and the shuffled curves.
fn normal_score(t: f64, df: f64) -> f64 {
    let size = (8.0 * df + 1.0) / (8.0 * df + 3.0) * (df * libm::log1p(t * t / df)).sqrt();
    if t < 0.0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::normal;

    #[test]
    fn the_normal_score_is_near_the_exact_one() {
        for df in [5.0, 11.0, 60.0] {
            for t in [-4.0, -1.0, 0.0, 0.5, 2.0, 3.0] {
                let exact = normal::quantile(student::cdf(t, df));
                assert!((normal_score(t, df) - exact).abs() < 0.02, "{df} {t}: {exact}");
            }
        }
    }

    #[test]
    fn the_summary_takes_the_larger_direction() {
        let one = |e: f64, t: f64| ((e, t), 30.0, 2.0);
        let got = summary([one(0.3, 3.0), one(0.1, 1.0), one(-0.2, -2.5), one(0.2, 2.2)].into_iter()).expect("some");
        assert!((got[0] - 0.15).abs() < 1e-12 && (got[1] - 0.5).abs() < 1e-12);
        assert_eq!(summary(std::iter::empty()), None);
    }
}
