//! The smallest set of clusters, or of units, whose removal turns the result (Broderick, Giordano and Meager 2020), confirmed by
//! estimating again without it.

mod clusters;
mod search;
mod units;

pub use clusters::among_clusters;
pub use units::among_units;

use crate::num::student;
use std::sync::OnceLock;

/// What of the result is to turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Its sign.
    Sign,
    /// Whether it is significant.
    Significance,
}

/// A result: an estimate, its standard error (CR0 times G/(G − 1)), and its p-value by t with G − 1 degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The clusters behind it.
    pub clusters: usize,
}

impl Outcome {
    /// Its p-value.
    pub fn p_value(&self) -> f64 {
        student::two_sided(self.estimate / self.std_error, self.clusters as f64 - 1.0)
    }
}

/// A goal, and the result with everybody that is to turn.
struct Aim {
    goal: Goal,
    whole: Outcome,
    alpha: f64,
    /// The critical values, by how many clusters are left: sought once each, as sets are tried by the million.
    critical: Vec<OnceLock<f64>>,
}

impl Aim {
    fn new(goal: Goal, whole: Outcome, level: f64) -> Aim {
        Aim { goal, whole, alpha: 1.0 - level, critical: vec![OnceLock::new(); whole.clusters + 1] }
    }

    fn critical(&self, clusters: usize) -> f64 {
        *self.critical[clusters].get_or_init(|| student::critical(1.0 - self.alpha, clusters as f64 - 1.0))
    }

    /// By how much the goal is missed, zero or less where it is reached.
    fn margin(&self, after: &Outcome) -> f64 {
        match self.goal {
            Goal::Sign => after.estimate * self.whole.estimate.signum(),
            Goal::Significance => {
                let of = |o: &Outcome| o.estimate.abs() - self.critical(o.clusters) * o.std_error;
                if of(&self.whole) > 0.0 { of(after) } else { -of(after) }
            }
        }
    }

    /// By how much the margin of a result falls when each piece is left out, to first order: of the estimate its influence, of the
    /// standard error s_g ψ_i / se with s_g the sum of its cluster's influences.
    fn pulls(&self, now: &Outcome, influence: &[f64], of_cluster: &dyn Fn(usize) -> f64) -> Vec<f64> {
        let sign = now.estimate.signum();
        let g = now.clusters as f64;
        let critical = self.critical(now.clusters);
        let significant = now.p_value() < self.alpha;
        let pull = |i: usize| {
            let estimate = sign * influence[i];
            match self.goal {
                Goal::Sign => estimate,
                Goal::Significance => {
                    let error = g / (g - 1.0) * of_cluster(i) * influence[i] / now.std_error;
                    let pull = estimate - critical * error;
                    if significant { pull } else { -pull }
                }
            }
        };
        (0..influence.len()).map(pull).collect()
    }
}

/// The smallest set that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How many are left out.
    pub size: usize,
    /// Who: positions among the clusters of the fit, or the units of the panel.
    pub members: Vec<u32>,
    /// The result estimated again without them.
    pub after: Outcome,
    /// How many influence alone predicted; `None` where it predicted that no set does.
    pub predicted: Option<usize>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Smallest {
    /// What was to turn.
    pub goal: Goal,
    /// The set; `None` where none of those tried turns it.
    pub found: Option<Found>,
    /// All sets of fewer than this many were tried: no smaller set than this exists.
    pub at_least: usize,
    /// The largest size that was tried.
    pub most: usize,
    /// How many there are.
    pub of: usize,
}

impl Smallest {
    /// Whether it is the smallest of all.
    pub fn is_proved(&self) -> bool {
        self.found.as_ref().is_some_and(|f| f.size == self.at_least)
    }

    /// The share of clusters or units whose removal suffices.
    pub fn share(&self) -> Option<f64> {
        self.found.as_ref().map(|f| f.size as f64 / self.of as f64)
    }
}
