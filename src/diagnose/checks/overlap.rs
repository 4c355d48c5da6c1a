//! Whether there are comparison units like the treated ones: the probability of being treated, given the covariates.

use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::groups::Groups;
use crate::estimate::{Card, Options, propensity};
use crate::num::{Cholesky, Matrix, RankRule, dot, quantile_type7, sorted};
use crate::panel::Panel;

/// Share of treated units outside the comparison units' range: up to the first is ok, up to the second a caution. Both are ours.
pub const OUTSIDE: [f64; 2] = [0.05, 0.25];
/// Comparison units that the weights leave, as a share of them: from the first on ok, from the second on a caution. Both are ours.
pub const EFFECTIVE: [f64; 2] = [0.25, 0.10];
/// The quantiles that are shown.
pub const QUANTILES: [f64; 7] = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0];

/// How far the groups overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlapping {
    /// Who is compared when.
    pub words: String,
    /// Units: treated, comparison.
    pub units: [usize; 2],
    /// Covariates used; those that others explain are left out.
    pub covariates: Vec<String>,
    /// The probabilities; the reason where covariates tell the groups apart.
    pub found: Result<Probabilities, String>,
}

/// The probability of being treated in both groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities {
    /// Share of treated units above the comparison units' highest or below their lowest.
    pub outside: f64,
    /// What the comparison units count like under the weights p/(1 − p): (Σw)²/Σw².
    pub effective: f64,
    /// Quantiles ([`QUANTILES`]) among the treated and among the others.
    pub quantiles: [Vec<f64>; 2],
}

impl Overlapping {
    /// The verdict: by the share outside and by the weights, the worse of the two; fails where covariates tell the groups apart.
    pub fn verdict(&self) -> Verdict {
        let Ok(p) = &self.found else { return Verdict::Fail };
        let outside = Verdict::of_height(-p.outside, -OUTSIDE[0], -OUTSIDE[1]);
        outside.max(Verdict::of_height(p.effective / self.units[1] as f64, EFFECTIVE[0], EFFECTIVE[1]))
    }
}

/// The check.
pub static OVERLAP: Check = Check {
    card: Card {
        id: "overlap",
        title: "overlap of treated and comparison units in the covariates",
        estimand: "whether there are comparison units like the treated ones: the probability of being treated given the covariates in both groups, the share of treated units outside the others' range, and how many comparison units are left when they are weighted to be alike",
        assumptions: "a logit of the covariates in the last period before the first start; all starts together against the comparison units; without weights",
        when: "covariates are adjusted for, above all by weights (did:method=ipw or dr, callaway-santanna)",
        needs: "covariates, and both groups before the first start",
        contrast: "balance compares one measure after the other; this asks for all of them together.",
        options: &[],
        source: "Rosenbaum and Rubin (1983); (Σw)²/Σw² is Kish's effective sample size; quantiles as R's type 7; the thresholds are ours",
        reference_call: "fitted(glm(treated ~ covariates, binomial, data))",
        version: 1,
    },
    look: Look::Sample(look),
};

fn look(panel: &Panel, _: &Options) -> Result<Finding, Fault> {
    let groups = Groups::of(panel)?;
    if panel.covariates.is_empty() {
        return Err(Fault::new(
            "DIAG-022",
            "there are no covariates in which units could be alike",
            "covariates",
            "without them every comparison unit is as good as any other",
            "name covariates of the time before treatment, if the estimate is to be adjusted for them",
        ));
    }
    let of = |treated: bool| groups.rows(panel, groups.before, treated).collect::<Vec<usize>>();
    let (treated, comparison) = (of(true), of(false));
    if treated.is_empty() || comparison.is_empty() {
        return Err(Fault::new(
            "DIAG-021",
            "there are no two groups to look at before treatment",
            groups.words(panel),
            "one of the groups was not seen then",
            "include earlier periods and units that are not treated",
        ));
    }
    let rows: Vec<usize> = treated.iter().chain(&comparison).copied().collect();
    let (kept, x) = design(panel, &rows);
    let covariates: Vec<String> = kept.iter().map(|&j| panel.covariates[j].name.clone()).collect();
    let found = propensity(treated.len(), &covariates, x).map(|p| probabilities(&p[..treated.len()], &p[treated.len()..]));
    Ok(Finding::Overlap(Overlapping { words: groups.words(panel), units: [treated.len(), comparison.len()], covariates, found }))
}

/// Covariates that neither a constant nor those before them explain, and the rows' values: 1, then each to mean 0 and SD 1.
fn design(panel: &Panel, rows: &[usize]) -> (Vec<usize>, Vec<f64>) {
    let columns: Vec<Vec<f64>> = panel
        .covariates
        .iter()
        .map(|c| {
            let of = crate::num::Centre::of(rows.iter().map(|&r| c.values[r]));
            let (mean, sd) = (of.mean.unwrap_or(0.0), of.sd.filter(|sd| *sd > 0.0));
            rows.iter().map(|&r| sd.map_or(0.0, |sd| (c.values[r] - mean) / sd)).collect()
        })
        .collect();
    let n = rows.len() as f64;
    let gram = Matrix::from_fn(columns.len(), columns.len(), |i, j| dot(&columns[i], &columns[j]) / n);
    let kept = Cholesky::ranked(&gram, RankRule::default()).kept;
    let x = (0..rows.len()).flat_map(|i| std::iter::once(1.0).chain(kept.iter().map(|&j| columns[j][i]).collect::<Vec<_>>())).collect();
    (kept, x)
}

fn probabilities(treated: &[f64], comparison: &[f64]) -> Probabilities {
    let quantiles = [treated, comparison].map(|p| {
        let ordered = sorted(p.to_vec());
        QUANTILES.iter().map(|&q| quantile_type7(&ordered, q)).collect::<Vec<f64>>()
    });
    let (low, high) = (quantiles[1][0], quantiles[1][QUANTILES.len() - 1]);
    let outside = treated.iter().filter(|&&p| p < low || p > high).count() as f64 / treated.len() as f64;
    let odds = sorted(comparison.iter().map(|p| p / (1.0 - p)).collect());
    let (sum, squares) = odds.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
    Probabilities { outside, effective: sum * sum / squares, quantiles }
}
