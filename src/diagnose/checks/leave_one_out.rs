//! Whether the effect rests on one cluster: all estimates without each of them in turn.

use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look, one_clustering};
use crate::estimate::{Card, Estimand, Fit, OptionSpec, Options, Values};
use crate::infer::{Setting, leave_one_out};
use crate::num::student;

/// The effect without one cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Without {
    /// The cluster's name.
    pub cluster: String,
    /// Its units.
    pub units: usize,
    /// The effect without it; `None` where there is none then.
    pub estimate: Option<f64>,
    /// Its standard error and p-value.
    pub uncertainty: Option<(f64, f64)>,
    /// What leaving it out changes of what is said.
    pub turn: Option<Turn>,
}

/// What leaving a cluster out changes of what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The effect can no longer be estimated.
    Lost,
    /// It has the opposite sign.
    Sign,
    /// It becomes significant, or is no longer.
    Significance,
}

/// The effect without each cluster in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// The effect with all clusters, and its p-value by the same standard error.
    pub estimate: f64,
    /// Its p-value.
    pub p_value: Option<f64>,
    /// How many clusters there are.
    pub clusters: usize,
    /// The effect without each, those first that change it most.
    pub without: Vec<Without>,
    /// How many of them are shown.
    pub show: usize,
    /// How many clusters, left out alone, turn significance; how many turn the sign or lose the effect.
    pub turns: [usize; 2],
    /// How many of the latter lose the effect.
    pub lost: usize,
    /// The size of the test.
    pub alpha: f64,
}

impl LeftOut {
    /// The smallest and the largest effect without one of the clusters kept here.
    pub fn range(&self) -> Option<(f64, f64)> {
        let mut found = self.without.iter().filter_map(|w| w.estimate);
        let first = found.next()?;
        Some(found.fold((first, first), |(low, high), e| (low.min(e), high.max(e))))
    }

    /// The same without what is said of single clusters of fewer than `least` units, and how many those are. The verdict stays.
    pub fn of_large(&self, least: u64) -> (LeftOut, usize) {
        let mut kept = self.clone();
        kept.without.retain(|w| w.units as u64 >= least);
        let hidden = self.without.len() - kept.without.len();
        (kept, hidden)
    }

    /// Whether the effect with all clusters is significant.
    pub fn is_significant(&self) -> bool {
        self.p_value.is_some_and(|p| p < self.alpha)
    }

    /// Fails where one cluster turns the sign of a significant effect, or the effect rests on it alone. A caution where significance turns,
    /// or the sign of an effect that is not significant.
    pub fn verdict(&self) -> Verdict {
        match self.turns {
            [_, signs] if signs > 0 && !self.is_significant() && self.lost == 0 => Verdict::Caution,
            [0, 0] => Verdict::Ok,
            [_, 0] => Verdict::Caution,
            _ => Verdict::Fail,
        }
    }
}

/// The check.
pub static LEAVE_ONE_OUT: Check = Check {
    card: Card {
        id: "leave-one-out",
        title: "the effect without each cluster in turn",
        estimand: "which cluster (school) carries the effect, and whether leaving a single one out turns its sign or its significance",
        assumptions: "none beyond those of the estimator: each effect is estimated again, exactly",
        when: "always; above all with few clusters, or some that are large",
        needs: "at least four clusters",
        contrast: "It asks what one cluster decides; the cluster jackknife makes a standard error of the same estimates.",
        options: &[OptionSpec {
            key: "show",
            values: Values::Whole { default: 5, low: 1, high: 20 },
            meaning: "how many clusters are shown, those first that change the effect most",
            positional: false,
        }],
        source: "exact delete-one-cluster estimates, from moments or by estimating again; Student's t with G − 2 degrees of freedom on CR0 times G/(G − 1)",
        reference_call: "summclust::summclust(fixest model, params, cluster = ~g): beta_no_g",
        version: 2,
    },
    look: Look::Fit(look),
};

fn look(fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Finding, Fault> {
    if fit.is_crossed() {
        return Err(one_clustering("leave-one-out"));
    }
    let n = fit.n_clusters();
    let kinds = [Estimand::Overall, Estimand::OverallDynamic];
    let target = kinds.iter().find_map(|kind| (0..fit.targets.len()).find(|&t| fit.targets[t].estimand == *kind && fit.varies(t)));
    let Some((target, &estimate)) = target.and_then(|t| fit.estimates[t].as_ref().ok().map(|e| (t, e))).filter(|_| n >= 4) else {
        return Err(Fault::new(
            "DIAG-018",
            "there is no overall effect of enough clusters to leave one out",
            format!("{n} clusters"),
            "without one of them the others must still give an effect and its uncertainty",
            "name a finer unit of assignment as cluster, or an estimator with an overall effect",
        ));
    };
    let alpha = 1.0 - setting.level;
    let p = |estimate: f64, se: f64, df: f64| (se > 0.0).then(|| student::two_sided(estimate / se, df));
    let g = n as f64;
    let squares: f64 = fit.influence(target).iter().flatten().map(|x| x * x).sum();
    let p_value = p(estimate, libm::sqrt(squares * g / (g - 1.0)), g - 1.0);
    let estimates = fit.leave_one_out(setting.executor);
    let errors = leave_one_out(fit, setting);
    let significant = p_value.is_some_and(|p| p < alpha);
    let mut all: Vec<Without> = (0..n)
        .map(|cluster| {
            let own = estimates[cluster][target].filter(|e| e.is_finite());
            let uncertainty = errors[cluster][target].and_then(|(e, se)| p(e, se, g - 2.0).map(|p| (se, p)));
            let turn = match (own, uncertainty) {
                (None, _) => Some(Turn::Lost),
                (Some(e), _) if e * estimate < 0.0 => Some(Turn::Sign),
                (_, Some((_, p))) if (p < alpha) != significant => Some(Turn::Significance),
                _ => None,
            };
            Without { cluster: fit.cluster_name(cluster), units: fit.clusters[cluster].n_units, estimate: own, uncertainty, turn }
        })
        .collect();
    let count = |test: &dyn Fn(Turn) -> bool| all.iter().filter(|w| w.turn.is_some_and(test)).count();
    let turns = [count(&|t| t == Turn::Significance), count(&|t| t != Turn::Significance)];
    let lost = count(&|t| t == Turn::Lost);
    let change = |w: &Without| w.estimate.map_or(f64::INFINITY, |e| (e - estimate).abs());
    all.sort_by(|a, b| change(b).total_cmp(&change(a)).then_with(|| a.cluster.cmp(&b.cluster)));
    let show = usize::try_from(options.whole("show")).unwrap_or(5);
    Ok(Finding::LeaveOneOut(LeftOut { estimate, p_value, clusters: n, without: all, show, turns, lost, alpha }))
}
