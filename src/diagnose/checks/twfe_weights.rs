//! Which effects the coefficient of two-way fixed effects averages, with what weights.

use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::twfe_weights::{CellWeight, Grouping, TwfeWeights, weights};
use crate::estimate::{Card, OptionSpec, Options, Values};
use crate::panel::{FirstTreated, Panel};

/// The sum of negative weights, without its sign: less than the first is ok, less than the second a caution. Both are ours.
pub const NEGATIVE: [f64; 2] = [0.01, 0.25];

/// The weights of a coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    /// The weights.
    pub weights: TwfeWeights,
    /// By cohort and period: when it starts, the period, its weight and its share of the treated.
    pub cells: Vec<(i64, i64, f64, f64)>,
}

impl Weighted {
    /// The verdict, by the sum of the negative weights.
    pub fn verdict(&self) -> Verdict {
        match -self.weights.sum_negative {
            w if w < NEGATIVE[0] => Verdict::Ok,
            w if w < NEGATIVE[1] => Verdict::Caution,
            _ => Verdict::Fail,
        }
    }
}

/// The check.
pub static TWFE_WEIGHTS: Check = Check {
    card: Card {
        id: "twfe-weights",
        title: "weights of two-way fixed effects (de Chaisemartin and D'Haultfœuille)",
        estimand: "what weight the coefficient of twfe gives the effect on each cohort in each period, how many weights are negative, and how much effects would have to differ for the coefficient to mislead",
        assumptions: "parallel trends; a treatment that stays on",
        when: "twfe is used where treatment starts at several times, also with covariates, weights and gaps",
        needs: "units (or cohorts in cross-sections) that start at different times or never",
        contrast: "It shows the effects that are averaged; bacon the comparisons.",
        options: &[OptionSpec {
            key: "by",
            values: Values::OneOf(&["cohort", "unit"]),
            meaning: "whose effect gets one weight: a cohort's in a period, or a unit's (G = unit); the same without covariates, weights and gaps",
            positional: false,
        }],
        source: "de Chaisemartin and D'Haultfœuille (2020), American Economic Review 110(9), theorem 1 and corollary 1",
        reference_call: "TwoWayFEWeights::twowayfeweights(data, Y, G, T, D, type = \"feTR\")",
        version: 1,
    },
    look: Look::Sample(look),
};

fn look(panel: &Panel, options: &Options) -> Result<Finding, Fault> {
    let grouping = if options.get("by") == "unit" { Grouping::Units } else { Grouping::Cohorts };
    let weights = weights(panel, grouping)?;
    let mut sums = vec![(0.0, 0.0); panel.cells.len()];
    for &CellWeight { cell, weight, share } in &weights.cells {
        let sum = &mut sums[cell as usize];
        (sum.0, sum.1) = (sum.0 + weight, sum.1 + share);
    }
    let start = |cell: usize| match panel.cells.cohorts[panel.cells.cohort_ix(cell as u32)] {
        FirstTreated::At(g) => Some((g, panel.cells.periods[panel.cells.period_ix(cell as u32)])),
        FirstTreated::Never => None,
    };
    let cells = (0..sums.len()).filter(|&c| sums[c].1 > 0.0).filter_map(|c| start(c).map(|(g, t)| (g, t, sums[c].0, sums[c].1))).collect();
    Ok(Finding::TwfeWeights(Weighted { weights, cells }))
}
