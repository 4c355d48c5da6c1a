//! Outcome-regression difference-in-differences, from cluster moments alone.
//!
//! Panel (Sant'Anna and Zhao 2020, eq. 2.2): with β from regressing the change on x among comparison units,
//! ATT = mean over treated of (change − x'β). Cross-sections: two regressions among comparison rows, before and after;
//! ATT = mean(y | treated, after) − mean(y | treated, before) − mean over all treated of x'(β_after − β_before).
//! The influence function is theirs (their R package's `reg_did_panel`, `reg_did_rc`), summed within clusters; being
//! quadratic in (x, y) it follows from the moments, and so does every refit under cluster weights.

use super::arithmetic;
use super::fit::{Body, Fit, InfluenceFit, NotIdentified, Refit, Side};
use super::model_fit::Components;
use super::reassign::{Reassign, Shifted};
use super::target::Target;
use crate::cohort::Warning;
use crate::num::{Cholesky, Matrix, RankRule, dot, four_lanes};
use crate::panel::{Kind, Moments, Panel};
use std::sync::OnceLock;

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
    /// The sums over all clusters.
    all: Sums,
}

/// The sums of the four cells over some clusters; in a panel both "before" are empty.
#[derive(Clone)]
struct Sums {
    treated_before: Part,
    treated_after: Part,
    comparison_before: Part,
    comparison_after: Part,
}

/// A regression among comparison rows: entries of all covariates, zero where one was dropped.
struct Line {
    beta: Vec<f64>,
    /// Coefficients of the comparison scores: (Σxx')⁻¹ mean x of the treated.
    pull: Vec<f64>,
    /// pull·beta', row by row.
    products: Vec<f64>,
}

impl Line {
    fn of(kept: &[usize], k: usize, own_beta: &[f64], own_pull: &[f64]) -> Line {
        let (mut beta, mut pull) = (vec![0.0; k], vec![0.0; k]);
        for (i, &at) in kept.iter().enumerate() {
            (beta[at], pull[at]) = (own_beta[i], own_pull[i]);
        }
        let mut products = Vec::with_capacity(k * k);
        pull.iter().for_each(|p| products.extend(beta.iter().map(|b| p * b)));
        Line { beta, pull, products }
    }

    /// pull'Σx(y − x'β) over a part's rows.
    fn score(&self, part: &Part) -> f64 {
        four_lanes(&part.xy, &self.pull) - four_lanes(part.xx.data(), &self.products)
    }
}

struct Solution {
    att: f64,
    /// In a panel there is only "after".
    before: Option<Line>,
    after: Line,
    n_treated: f64,
    n_before: f64,
    n_after: f64,
    mean_before: f64,
    mean_after: f64,
    gap: f64,
}

/// `cells`: the moments of each cell by itself.
pub(super) fn fit(panel: &Panel, cells: &[Moments], kind: Kind) -> Fit {
    let of = |m: &Moments| -> Vec<Part> { m.clusters.iter().map(|c| part(&c.cross, c.cells.len(), m.n_covariates())).collect() };
    let moments = &cells[cells.len() - 1];
    let (treated_before, treated_after, comparison_before, comparison_after) = match kind {
        Kind::Panel => (Vec::new(), of(&cells[0]), Vec::new(), of(moments)),
        Kind::CrossSections => (of(&cells[0]), of(&cells[1]), of(&cells[2]), of(moments)),
    };
    let all = total(&comparison_after, &vec![1.0; comparison_after.len()], panel.covariates.len() + 1);
    let rule = RankRule::default();
    let ranked = Cholesky::ranked(&all.xx, RankRule { absolute: rule.absolute * all.xx[(0, 0)], ..rule });
    let dropped_terms: Vec<String> = ranked.dropped.iter().map(|&j| panel.covariates[j - 1].name.clone()).collect();
    let y_unit = moments.scales[moments.n_covariates()].unit;
    let n_clusters = panel.n_clusters();
    let empty = Part::empty(panel.covariates.len() + 1);
    let none =
        Sums { treated_before: empty.clone(), treated_after: empty.clone(), comparison_before: empty.clone(), comparison_after: empty };
    let mut parts =
        Parts { kind, treated_before, treated_after, comparison_before, comparison_after, kept: ranked.kept, y_unit, all: none };
    parts.all = parts.sums(&vec![1.0; n_clusters]);
    let solution = parts.solve(&parts.all);
    let estimate = solution
        .as_ref()
        .map(|s| s.att * y_unit)
        .ok_or_else(|| NotIdentified("the covariates are collinear among the comparison units, or an arm is empty".into()));
    let influence = Matrix::from_fn(n_clusters, 1, |g, _| solution.as_ref().map_or(0.0, |s| parts.influence(&parts.of(g), s) * y_unit));
    let information = parts.information(n_clusters);
    let sides: Vec<Side> = (0..n_clusters).map(|g| parts.side(g)).collect();
    let numbers = |g: usize| -> Vec<f64> { parts.cells().iter().flat_map(|cell| cell[g].xy.iter().copied()).collect() };
    let (scores, designs): (Vec<Vec<f64>>, Vec<&Matrix>) = (0..n_clusters).map(|g| (numbers(g), &parts.treated_after[g].xx)).unzip();
    let draw_order = super::design::draw_order(&designs.iter().zip(&scores).map(|(s, b)| (*s, b.as_slice())).collect::<Vec<_>>());
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
    let clusters = arithmetic::clusters(panel, &sides);
    Fit {
        targets: vec![Target::overall()],
        estimates: vec![estimate],
        body: Body::Influence(InfluenceFit {
            influence,
            information,
            sides,
            ratio: None,
            less: None,
            crossed: None,
            refit: Box::new(parts),
            left: OnceLock::new(),
        }),
        dropped_terms,
        warnings,
        outcome_unit: y_unit,
        rows_by_label: false,
        left_out: None,
        own_inference: None,
        exposure: None,
        n_rows: panel.n_rows(),
        n_units: panel.n_units(),
        n_treated_units: panel.n_treated_units(),
        clusters,
        draw_order,
        cluster_names: panel.clusters.clone(),
        ledger: panel.ledger.clone(),
        model: None,
        components: Components::default(),
    }
}

fn part(cross: &Matrix, n_cells: usize, n_covariates: usize) -> Part {
    let k = n_covariates + 1;
    if n_cells == 0 {
        return Part::empty(k);
    }
    Part { xx: Matrix::from_fn(k, k, |i, j| cross[(i, j)]), xy: (0..k).map(|i| cross[(i, k)]).collect() }
}

impl Part {
    fn empty(k: usize) -> Part {
        Part { xx: Matrix::zeros(k, k), xy: vec![0.0; k] }
    }

    fn add(&mut self, other: &Part, w: f64) {
        self.xx.add_scaled(&other.xx, w);
        self.xy.iter_mut().zip(&other.xy).for_each(|(s, x)| *s += w * x);
    }

    fn is_empty(&self) -> bool {
        self.xx[(0, 0)] <= 0.0
    }
}

fn total(parts: &[Part], weights: &[f64], k: usize) -> Part {
    let mut sum = Part::empty(k);
    for (part, &w) in parts.iter().zip(weights).filter(|(_, w)| **w != 0.0) {
        sum.add(part, w);
    }
    sum
}

impl Parts {
    fn select(&self, v: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&k| v[k]).collect()
    }

    fn k(&self) -> usize {
        self.comparison_after[0].xy.len()
    }

    fn sums(&self, weights: &[f64]) -> Sums {
        let k = self.k();
        Sums {
            treated_before: total(&self.treated_before, weights, k),
            treated_after: total(&self.treated_after, weights, k),
            comparison_before: total(&self.comparison_before, weights, k),
            comparison_after: total(&self.comparison_after, weights, k),
        }
    }

    /// Coefficients among comparison rows, and the decomposition they came from.
    fn line(&self, sum: &Part) -> Option<(Vec<f64>, Cholesky)> {
        let cholesky = Cholesky::new_guarded(&sum.xx.select(&self.kept))?;
        Some((cholesky.solve(&self.select(&sum.xy)), cholesky))
    }

    fn solve(&self, sums: &Sums) -> Option<Solution> {
        let after = &sums.treated_after;
        let (beta_after, cholesky_after) = self.line(&sums.comparison_after)?;
        let n_after = after.xx[(0, 0)];
        if n_after <= 0.0 {
            return None;
        }
        let mean_after = after.xy[0] / n_after;
        let line = |beta: &[f64], pull: &[f64]| Line::of(&self.kept, self.k(), beta, pull);
        match self.kind {
            Kind::Panel => {
                let x: Vec<f64> = self.select(after.xx.row(0)).iter().map(|v| v / n_after).collect();
                let gap = dot(&x, &beta_after);
                Some(Solution {
                    att: mean_after - gap,
                    before: None,
                    after: line(&beta_after, &cholesky_after.solve(&x)),
                    n_treated: n_after,
                    n_before: 1.0,
                    n_after,
                    mean_before: 0.0,
                    mean_after,
                    gap,
                })
            }
            Kind::CrossSections => {
                let before = &sums.treated_before;
                let (beta_before, cholesky_before) = self.line(&sums.comparison_before)?;
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
                    before: Some(line(&beta_before, &cholesky_before.solve(&x))),
                    after: line(&beta_after, &cholesky_after.solve(&x)),
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

    /// A cluster's parts, cell by cell.
    fn of(&self, g: usize) -> Cluster<'_> {
        Cluster {
            treated_before: self.treated_before.get(g),
            treated_after: self.treated_after.get(g),
            comparison_before: self.comparison_before.get(g),
            comparison_after: self.comparison_after.get(g),
        }
    }

    /// A cluster's summed influence, in scaled outcome units.
    fn influence(&self, cluster: &Cluster<'_>, s: &Solution) -> f64 {
        let deviation = |part: &Part, mean: f64, n: f64| (part.xy[0] - part.xx[(0, 0)] * mean) / n;
        let predicted = |part: &Part| {
            let x = part.xx.row(0);
            let before = s.before.as_ref().map_or(0.0, |line| four_lanes(x, &line.beta));
            (four_lanes(x, &s.after.beta) - before - part.xx[(0, 0)] * s.gap) / s.n_treated
        };
        let mut psi = 0.0;
        if let Some(after) = cluster.treated_after {
            psi += deviation(after, s.mean_after, s.n_after) - predicted(after);
        }
        if let Some(after) = cluster.comparison_after {
            psi -= s.after.score(after);
        }
        if let Some(line) = &s.before {
            if let Some(before) = cluster.treated_before {
                psi -= deviation(before, s.mean_before, s.n_before) + predicted(before);
            }
            if let Some(before) = cluster.comparison_before {
                psi += line.score(before);
            }
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

/// One cluster's parts in the cells it has rows in.
#[derive(Clone, Copy)]
struct Cluster<'a> {
    treated_before: Option<&'a Part>,
    treated_after: Option<&'a Part>,
    comparison_before: Option<&'a Part>,
    comparison_after: Option<&'a Part>,
}

impl Refit for Parts {
    fn refit(&self, weights: &[f64]) -> Vec<Option<f64>> {
        vec![self.solve(&self.sums(weights)).map(|s| s.att * self.y_unit)]
    }

    fn refit_with_variance(&self, weights: &[f64]) -> Vec<Option<(f64, f64)>> {
        let both = self.solve(&self.sums(weights)).map(|s| {
            let variance: f64 = weights
                .iter()
                .enumerate()
                .filter(|(_, w)| **w != 0.0)
                .map(|(g, w)| {
                    let psi = self.influence(&self.of(g), &s) * self.y_unit;
                    w * psi * psi
                })
                .sum();
            (s.att * self.y_unit, variance)
        });
        vec![both]
    }

    fn without(&self, g: usize) -> Vec<Option<f64>> {
        let mut sums = self.all.clone();
        let Cluster { treated_before, treated_after, comparison_before, comparison_after } = self.of(g);
        for (sum, part) in [
            (&mut sums.treated_before, treated_before),
            (&mut sums.treated_after, treated_after),
            (&mut sums.comparison_before, comparison_before),
            (&mut sums.comparison_after, comparison_after),
        ] {
            let Some(part) = part else { continue };
            let before = sum.xx[(0, 0)];
            sum.add(part, -1.0);
            // What rounding leaves of a cell that was this cluster's alone is nothing.
            if sum.xx[(0, 0)] <= 1e-12 * before {
                *sum = Part::empty(self.k());
            }
        }
        vec![self.solve(&sums).map(|s| s.att * self.y_unit)]
    }

    fn price(&self) -> f64 {
        (self.cells().len() * self.treated_after.len() * self.k() * self.k()) as f64
    }

    fn reassign(&self) -> Option<Box<dyn Reassign + '_>> {
        let n = self.treated_after.len();
        let sides: Vec<Side> = (0..n).map(|g| self.side(g)).collect();
        if sides.contains(&Side::Both) {
            return None;
        }
        let labels: Vec<u32> = sides.iter().map(|s| u32::from(*s == Side::Comparison)).collect();
        let own: Vec<[Option<&Part>; 2]> = (0..n)
            .map(|g| {
                let cluster = self.of(g);
                if labels[g] == 0 {
                    [cluster.treated_before, cluster.treated_after]
                } else {
                    [cluster.comparison_before, cluster.comparison_after]
                }
            })
            .collect();
        let treated = own
            .iter()
            .zip(&labels)
            .map(|(parts, &label)| {
                let mut after = false;
                parts.map(|part| {
                    let on = if std::mem::replace(&mut after, true) && label == 0 { 1.0 } else { 0.0 };
                    part.map(|p| Part { xx: p.xx.clone(), xy: p.xx.row(0).iter().map(|x| on * x).collect() })
                })
            })
            .collect();
        Some(Box::new(Swapped { parts: self, labels, own, treated }))
    }
}

/// The same clusters with other arms: label 0 is treated, 1 comparison.
struct Swapped<'a> {
    parts: &'a Parts,
    labels: Vec<u32>,
    /// Each cluster's rows before and after.
    own: Vec<[Option<&'a Part>; 2]>,
    /// The same with the observed treatment as outcome.
    treated: Vec<[Option<Part>; 2]>,
}

impl Swapped<'_> {
    /// The solution, and each cluster's influence where variances are wanted.
    fn solve<'b>(&'b self, labels: &[u32], variances: bool, of: impl Fn(usize) -> [Option<&'b Part>; 2]) -> Option<(Solution, Vec<f64>)> {
        let empty = Part::empty(self.parts.k());
        let mut sums =
            Sums { treated_before: empty.clone(), treated_after: empty.clone(), comparison_before: empty.clone(), comparison_after: empty };
        for (g, &label) in labels.iter().enumerate().filter(|(_, l)| **l != u32::MAX) {
            let slots = match label {
                0 => [&mut sums.treated_before, &mut sums.treated_after],
                _ => [&mut sums.comparison_before, &mut sums.comparison_after],
            };
            slots.into_iter().zip(of(g)).for_each(|(sum, part)| {
                if let Some(part) = part {
                    sum.add(part, 1.0);
                }
            });
        }
        let solution = self.parts.solve(&sums)?;
        if !variances {
            return Some((solution, Vec::new()));
        }
        let influence = labels
            .iter()
            .enumerate()
            .map(|(g, &label)| {
                let [before, after] = of(g).map(|p| p.filter(|p| !p.is_empty()));
                let none = Cluster { treated_before: None, treated_after: None, comparison_before: None, comparison_after: None };
                let cluster = match label {
                    u32::MAX => none,
                    0 => Cluster { treated_before: before, treated_after: after, ..none },
                    _ => Cluster { comparison_before: before, comparison_after: after, ..none },
                };
                self.parts.influence(&cluster, &solution)
            })
            .collect();
        Some((solution, influence))
    }
}

impl Reassign for Swapped<'_> {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn untreated(&self) -> Option<u32> {
        Some(1)
    }

    fn plain(&self, labels: &[u32]) -> Vec<Option<(f64, f64)>> {
        let unit = self.parts.y_unit;
        let squares = |psi: &[f64]| psi.iter().map(|p| (p * unit) * (p * unit)).sum();
        vec![self.solve(labels, true, |g| self.own[g]).map(|(plain, psi)| (plain.att * unit, squares(&psi)))]
    }

    fn evaluate(&self, labels: &[u32], variances: bool) -> Vec<Option<Shifted>> {
        let unit = self.parts.y_unit;
        let one = || -> Option<Shifted> {
            let (plain, psi) = self.solve(labels, variances, |g| self.own[g])?;
            let (moved, tau) = self.solve(labels, variances, |g| [self.treated[g][0].as_ref(), self.treated[g][1].as_ref()])?;
            let mut variance = [0.0; 3];
            for (p, t) in psi.iter().map(|p| p * unit).zip(&tau) {
                variance[0] += p * p;
                variance[1] -= 2.0 * p * t;
                variance[2] += t * t;
            }
            Some(Shifted { estimate: [plain.att * unit, moved.att], variance })
        };
        vec![one()]
    }
}
