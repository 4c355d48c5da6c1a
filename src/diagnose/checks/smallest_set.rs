//! Whether a few clusters or units carry the result.

use crate::cohort::{Fault, Faults};
use crate::diagnose::check::{Check, Finding, Look, one_clustering};
use crate::diagnose::smallest::{Goal, Outcome, Smallest, among_clusters, among_units};
use crate::diagnose::{Ground, Verdict};
use crate::estimate::{Body, Card, Fit, OptionSpec, Options, Sample, Values};
use crate::infer::{Setting, leave_one_out};

/// A result that turns without fewer than this share of the units, or of the clusters, or without one cluster, rests on few. Ours.
pub const FEW: [f64; 2] = [0.01, 0.05];

/// The cluster that changes the effect most.
#[derive(Debug, Clone, PartialEq)]
pub struct Carrier {
    /// Its name.
    pub cluster: String,
    /// The effect without it.
    pub without: f64,
}

/// The smallest sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// The estimator.
    pub estimator: String,
    /// The result with everybody.
    pub whole: Outcome,
    /// The size of the test.
    pub alpha: f64,
    /// The sets of clusters, with their names.
    pub clusters: Vec<(Smallest, Vec<String>)>,
    /// The sets of units, with how many of them are treated and from how many clusters they come.
    pub units: Vec<(Smallest, usize, usize)>,
    /// The cluster that changes the effect most; `None` where leaving one out loses it.
    pub carrier: Option<Carrier>,
}

impl Carried {
    /// Whether the result with everybody is significant.
    pub fn is_significant(&self) -> bool {
        self.whole.p_value() < self.alpha
    }

    /// Fails where few turn the sign of a significant effect; a caution where few turn the significance, or the sign of an effect that is not
    /// significant. Few: fewer than [`FEW`], or a single cluster.
    pub fn verdict(&self) -> Verdict {
        let few = |goal: Goal| {
            let clusters = self
                .clusters
                .iter()
                .filter(|(s, _)| s.goal == goal)
                .any(|(s, _)| s.found.as_ref().is_some_and(|f| f.size == 1) || s.share().is_some_and(|share| share < FEW[1]));
            clusters || self.units.iter().filter(|(s, ..)| s.goal == goal).any(|(s, ..)| s.share().is_some_and(|share| share < FEW[0]))
        };
        if self.is_significant() && few(Goal::Sign) {
            Verdict::Fail
        } else if few(Goal::Significance) || few(Goal::Sign) {
            Verdict::Caution
        } else {
            Verdict::Ok
        }
    }
}

/// The check.
pub static SMALLEST_SET: Check = Check {
    card: Card {
        id: "smallest-set",
        title: "the smallest set whose removal turns the result",
        estimand: "how few clusters (schools), and how few units (students), have to be left out for the effect to change its sign, or to become or stop being significant; which cluster carries the result",
        assumptions: "none beyond those of the estimator: the sets are found by influence or by trying all, and the effect is estimated again without each",
        when: "always: a result that a hundredth of the students turns is no result about the others",
        needs: "an overall effect, and at least five clusters",
        contrast: "leave-one-out leaves out one cluster at a time; this asks for as many as it takes.",
        options: &[
            OptionSpec {
                key: "target",
                values: Values::OneOf(&["both", "sign", "significance"]),
                meaning: "what is to turn: the sign of the effect, or whether it is significant",
                positional: false,
            },
            OptionSpec {
                key: "of",
                values: Values::OneOf(&["both", "clusters", "units"]),
                meaning: "who is left out: whole clusters, or units",
                positional: false,
            },
        ],
        source: "Broderick, Giordano and Meager (2020), arXiv:2011.14999, section 2; t with G − 1 degrees of freedom on CR0 times G/(G − 1)",
        reference_call: "zaminfluence: GetInferenceSignals, then RerunForSignals; estimates again: didact estimate without the rows",
        version: 2,
    },
    look: Look::Ground(look),
};

fn look(ground: &Ground<'_>, options: &Options, setting: &Setting<'_>) -> Result<Finding, Faults> {
    let chosen = ground.estimators().into_iter().next().ok_or_else(|| unanswered("no estimator"))?;
    let fit = chosen.fit(&Sample::new(ground.panel, setting.executor))?;
    let (target, estimate) = Ground::overall(&fit).ok_or_else(|| unanswered("it has no overall effect"))?;
    if matches!(&fit.body, Body::Linear(l) if l.crossing().is_some()) {
        return Err(unanswered("its named effects cross clusters and would have to be estimated anew each time").into());
    }
    if fit.is_crossed() {
        return Err(one_clustering("smallest-set").into());
    }
    let n = fit.n_clusters();
    let g = n as f64;
    let squares: f64 = fit.influence(target).iter().flatten().map(|x| x * x).sum();
    let whole = Outcome { estimate, std_error: libm::sqrt(squares * g / (g - 1.0)), clusters: n };
    if n < 5 || !fit.varies(target) || estimate == 0.0 {
        return Err(unanswered(&format!("{n} clusters")).into());
    }
    let wanted = |key: &str, word: &str| ["both", word].contains(&options.get(key));
    let goals: Vec<Goal> = [("sign", Goal::Sign), ("significance", Goal::Significance)]
        .into_iter()
        .filter(|(word, _)| wanted("target", word))
        .map(|(_, goal)| goal)
        .collect();
    let (mut clusters, mut units) = (Vec::new(), Vec::new());
    for goal in goals {
        if wanted("of", "clusters") {
            let smallest = among_clusters(&fit, target, goal, whole, setting);
            let mut names: Vec<String> = smallest.found.iter().flat_map(|f| &f.members).map(|&g| fit.cluster_name(g as usize)).collect();
            names.sort();
            clusters.push((smallest, names));
        }
        if wanted("of", "units") {
            let smallest = among_units(ground.panel, &chosen, target, goal, whole, setting)?;
            let members: &[u32] = smallest.found.as_ref().map_or(&[], |f| &f.members);
            let panel = ground.panel;
            let treated = members.iter().filter(|&&u| panel.cells.is_ever_treated(panel.cohort_of(u as usize))).count();
            let of = panel.cluster_of_groups(crate::panel::Finer::Units);
            let from: std::collections::BTreeSet<u32> = members.iter().map(|&u| of[u as usize]).collect();
            units.push((smallest, treated, from.len()));
        }
    }
    let carrier = carrier(&fit, target, estimate, setting);
    let alpha = 1.0 - setting.level;
    Ok(Finding::SmallestSet(Carried { estimator: chosen.label(), whole, alpha, clusters, units, carrier }))
}

/// The cluster that changes the effect most.
fn carrier(fit: &Fit, target: usize, estimate: f64, setting: &Setting<'_>) -> Option<Carrier> {
    let all = leave_one_out(fit, setting);
    let change = |without: &f64| (without - estimate).abs();
    let found = all.iter().enumerate().filter_map(|(g, row)| row.get(target).copied().flatten().map(|(e, _)| (g, e)));
    let (g, without) = found.max_by(|a, b| change(&a.1).total_cmp(&change(&b.1)).then(b.0.cmp(&a.0)))?;
    Some(Carrier { cluster: fit.cluster_name(g), without })
}

fn unanswered(place: &str) -> Fault {
    Fault::new(
        "DIAG-046",
        "there is no overall effect of enough clusters to leave some out",
        place,
        "without some of them the others must still give an effect and its uncertainty",
        "name a finer unit of assignment as cluster, or an estimator with an overall effect that can be estimated without some clusters",
    )
}
