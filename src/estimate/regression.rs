//! Outcome-regression difference-in-differences, from cluster moments alone.
//!
//! Panel (Sant'Anna and Zhao 2020, eq. 2.2): with β from regressing the change on x among comparison units,
//! ATT = mean over treated of (change − x'β). Cross-sections: two regressions among comparison rows, before and after;
//! ATT = mean(y | treated, after) − mean(y | treated, before) − mean over all treated of x'(β_after − β_before).
//! The influence function is theirs (their R package's `reg_did_panel`, `reg_did_rc`), summed within clusters; being
//! quadratic in (x, y) it follows from the moments, and so does every refit under cluster weights.

use super::fit::{Body, Fit, InfluenceFit, NotIdentified, Refit, Side};
use super::linear::strata;
use super::target::Target;
use crate::cohort::{Faults, Warning};
use crate::num::{Cholesky, Matrix, RankRule, dot};
use crate::panel::{Absorb, Executor, Kind, Moments, Panel};

/// One cell's sums in one cluster: Σw xx' and Σw xy with x = (1, covariates).
#[derive(Clone)]
struct Part {
    xx: Matrix,
    xy: Vec<f64>,
}

/// The sums of the four cells (or two: a panel has only "after") for each cluster.
struct Parts {
    kind: Kind,
    treated_before: Vec<Part>,
    treated_after: Vec<Part>,
    comparison_before: Vec<Part>,
    comparison_after: Vec<Part>,
    kept: Vec<usize>,
    y_unit: f64,
}

struct Solution {
    att: f64,
    beta_before: Vec<f64>,
    beta_after: Vec<f64>,
    /// Coefficients of the comparison scores: (Σxx')⁻¹ mean x of the treated.
    pull_before: Vec<f64>,
    pull_after: Vec<f64>,
    n_treated: f64,
    n_before: f64,
    n_after: f64,
    mean_before: f64,
    mean_after: f64,
    gap: f64,
}

pub(super) fn fit(panel: &Panel, kind: Kind, executor: &dyn Executor) -> Result<Fit, Faults> {
    let read = |cell: u32| -> (Vec<Part>, Moments) {
        let moments = Moments::accumulate(panel, Absorb::Nothing, &|c| c == cell, executor);
        (moments.clusters.iter().map(|c| part(&c.cross, c.cells.len(), moments.n_covariates())).collect(), moments)
    };
    let (treated_before, treated_after, comparison_before, comparison_after, moments) = match kind {
        Kind::Panel => {
            let (t, _) = read(0);
            let (c, m) = read(1);
            (Vec::new(), t, Vec::new(), c, m)
        }
        Kind::CrossSections => {
            let (tb, _) = read(0);
            let (ta, _) = read(1);
            let (cb, _) = read(2);
            let (ca, m) = read(3);
            (tb, ta, cb, ca, m)
        }
    };
    let all = total(&comparison_after, &vec![1.0; comparison_after.len()]);
    let rule = RankRule::default();
    let ranked = Cholesky::ranked(&all.xx, RankRule { absolute: rule.absolute * all.xx[(0, 0)], ..rule });
    let dropped_terms: Vec<String> = ranked.dropped.iter().map(|&j| panel.covariates[j - 1].name.clone()).collect();
    let y_unit = moments.scales[moments.n_covariates()].unit;
    let parts = Parts { kind, treated_before, treated_after, comparison_before, comparison_after, kept: ranked.kept, y_unit };
    let n_clusters = panel.n_clusters();
    let ones = vec![1.0; n_clusters];
    let solution = parts.solve(&ones);
    let estimate = solution
        .as_ref()
        .map(|s| s.att * y_unit)
        .ok_or_else(|| NotIdentified("the covariates are collinear among the comparison units, or an arm is empty".into()));
    let influence = Matrix::from_fn(n_clusters, 1, |g, _| solution.as_ref().map_or(0.0, |s| parts.influence(g, s) * y_unit));
    let information = parts.information(n_clusters);
    let sides = (0..n_clusters).map(|g| parts.side(g)).collect();
    let mut warnings = Vec::new();
    if !dropped_terms.is_empty() {
        warnings.push(Warning::new(
            "collinear",
            format!("dropped because they do not vary, or others explain them, among comparison units: {}", dropped_terms.join(", ")),
        ));
    }
    if panel.covariates.is_empty() {
        warnings.push(Warning::new("no-covariates", "method=regression without covariates is the same as method=means"));
    }
    Ok(Fit {
        targets: vec![Target::overall()],
        estimates: vec![estimate],
        body: Body::Influence(InfluenceFit { influence, information, sides, refit: Box::new(parts) }),
        dropped_terms,
        warnings,
        n_rows: panel.n_rows(),
        n_units: panel.n_units(),
        n_treated_units: panel.n_treated_units(),
        strata: strata(panel),
        ledger: panel.ledger.clone(),
    })
}

fn part(cross: &Matrix, n_cells: usize, n_covariates: usize) -> Part {
    let k = n_covariates + 1;
    if n_cells == 0 {
        return Part { xx: Matrix::zeros(k, k), xy: vec![0.0; k] };
    }
    Part { xx: Matrix::from_fn(k, k, |i, j| cross[(i, j)]), xy: (0..k).map(|i| cross[(i, k)]).collect() }
}

fn total(parts: &[Part], weights: &[f64]) -> Part {
    let k = parts[0].xy.len();
    let mut sum = Part { xx: Matrix::zeros(k, k), xy: vec![0.0; k] };
    for (part, &w) in parts.iter().zip(weights).filter(|(_, w)| **w != 0.0) {
        sum.xx.add_scaled(&part.xx, w);
        sum.xy.iter_mut().zip(&part.xy).for_each(|(s, x)| *s += w * x);
    }
    sum
}

impl Parts {
    fn select(&self, v: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&k| v[k]).collect()
    }

    /// Coefficients among comparison rows, and the decomposition they came from.
    fn line(&self, parts: &[Part], weights: &[f64]) -> Option<(Vec<f64>, Cholesky)> {
        let sum = total(parts, weights);
        let cholesky = Cholesky::new_guarded(&sum.xx.select(&self.kept))?;
        Some((cholesky.solve(&self.select(&sum.xy)), cholesky))
    }

    fn solve(&self, weights: &[f64]) -> Option<Solution> {
        let after = total(&self.treated_after, weights);
        let (beta_after, cholesky_after) = self.line(&self.comparison_after, weights)?;
        let n_after = after.xx[(0, 0)];
        if n_after <= 0.0 {
            return None;
        }
        let mean_after = after.xy[0] / n_after;
        match self.kind {
            Kind::Panel => {
                let x: Vec<f64> = self.select(after.xx.row(0)).iter().map(|v| v / n_after).collect();
                let gap = dot(&x, &beta_after);
                let pull_after = cholesky_after.solve(&x);
                let k = beta_after.len();
                Some(Solution {
                    att: mean_after - gap,
                    beta_before: vec![0.0; k],
                    beta_after,
                    pull_before: vec![0.0; k],
                    pull_after,
                    n_treated: n_after,
                    n_before: 1.0,
                    n_after,
                    mean_before: 0.0,
                    mean_after,
                    gap,
                })
            }
            Kind::CrossSections => {
                let before = total(&self.treated_before, weights);
                let (beta_before, cholesky_before) = self.line(&self.comparison_before, weights)?;
                let n_before = before.xx[(0, 0)];
                if n_before <= 0.0 {
                    return None;
                }
                let n_treated = n_before + n_after;
                let sum_x: Vec<f64> = before.xx.row(0).iter().zip(after.xx.row(0)).map(|(a, b)| a + b).collect();
                let x: Vec<f64> = self.select(&sum_x).iter().map(|v| v / n_treated).collect();
                let gap = dot(&x, &beta_after) - dot(&x, &beta_before);
                let mean_before = before.xy[0] / n_before;
                Some(Solution {
                    att: mean_after - mean_before - gap,
                    pull_before: cholesky_before.solve(&x),
                    pull_after: cholesky_after.solve(&x),
                    beta_before,
                    beta_after,
                    n_treated,
                    n_before,
                    n_after,
                    mean_before,
                    mean_after,
                    gap,
                })
            }
        }
    }

    /// A cluster's summed influence, in scaled outcome units.
    fn influence(&self, g: usize, s: &Solution) -> f64 {
        let deviation = |part: &Part, mean: f64, n: f64| (part.xy[0] - part.xx[(0, 0)] * mean) / n;
        let score = |part: &Part, beta: &[f64], pull: &[f64]| {
            let xb = part.xx.select(&self.kept).apply(beta);
            dot(&self.select(&part.xy), pull) - dot(&xb, pull)
        };
        let predicted = |part: &Part| {
            let x = self.select(part.xx.row(0));
            (dot(&x, &s.beta_after) - dot(&x, &s.beta_before) - part.xx[(0, 0)] * s.gap) / s.n_treated
        };
        let after = &self.treated_after[g];
        let mut psi =
            deviation(after, s.mean_after, s.n_after) - predicted(after) - score(&self.comparison_after[g], &s.beta_after, &s.pull_after);
        if self.kind == Kind::CrossSections {
            let before = &self.treated_before[g];
            psi -= deviation(before, s.mean_before, s.n_before) + predicted(before);
            psi += score(&self.comparison_before[g], &s.beta_before, &s.pull_before);
        }
        psi
    }

    fn cells(&self) -> Vec<&Vec<Part>> {
        match self.kind {
            Kind::Panel => vec![&self.treated_after, &self.comparison_after],
            Kind::CrossSections => vec![&self.treated_before, &self.treated_after, &self.comparison_before, &self.comparison_after],
        }
    }

    /// Each cluster's share of the leverage of a difference of cell means: a cell counts by the inverse of its size.
    fn information(&self, n_clusters: usize) -> Matrix {
        let sizes: Vec<f64> = self.cells().iter().map(|cell| cell.iter().map(|p| p.xx[(0, 0)]).sum()).collect();
        let inverse: f64 = sizes.iter().filter(|n| **n > 0.0).map(|n| 1.0 / n).sum();
        Matrix::from_fn(n_clusters, 1, |g, _| {
            self.cells().iter().zip(&sizes).filter(|(_, n)| **n > 0.0).map(|(cell, n)| cell[g].xx[(0, 0)] / (n * n) / inverse).sum()
        })
    }

    fn side(&self, g: usize) -> Side {
        let has = |cells: &[&Vec<Part>]| cells.iter().any(|c| c.get(g).is_some_and(|p| p.xx[(0, 0)] > 0.0));
        match (has(&[&self.treated_before, &self.treated_after]), has(&[&self.comparison_before, &self.comparison_after])) {
            (true, false) => Side::Treated,
            (false, true) => Side::Comparison,
            _ => Side::Both,
        }
    }
}

impl Refit for Parts {
    fn refit(&self, weights: &[f64]) -> Vec<Option<f64>> {
        vec![self.solve(weights).map(|s| s.att * self.y_unit)]
    }

    fn refit_with_variance(&self, weights: &[f64]) -> Vec<Option<(f64, f64)>> {
        let both = self.solve(weights).map(|s| {
            let variance: f64 = weights
                .iter()
                .enumerate()
                .filter(|(_, w)| **w != 0.0)
                .map(|(g, w)| {
                    let psi = self.influence(g, &s) * self.y_unit;
                    w * psi * psi
                })
                .sum();
            (s.att * self.y_unit, variance)
        });
        vec![both]
    }
}
