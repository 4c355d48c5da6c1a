//! What a change of the covariates does to the change of the outcome, among those who have not switched yet.
//!
//! For each treatment at first d, θ_d is the slope of a regression, weighted by the row's weight, of ΔY on ΔX and effects of periods over
//! all rows before their unit's switch, Δ from one period of the data to the next. DID_ℓ then compares changes of Y − X'θ_d (de Chaisemartin
//! and D'Haultfœuille 2024, web appendix on covariates). Its influence is the cluster's part of the normal equations,
//! D⁻¹ Σ w (ΔX − mean)·(residual), each period's with √(n/(n−1)), n the clusters then.

use super::classes::Classes;
use crate::estimate::arithmetic::range_scale;
use crate::num::{Cholesky, Matrix, RankRule, dot};
use crate::panel::{FirstTreated, Panel};
use std::cmp::Ordering;

/// The covariates of a panel, each divided by a power of two of the size of its spread.
pub(super) struct Covariates<'a> {
    columns: Vec<(&'a [f64], f64)>,
}

impl Covariates<'_> {
    pub(super) fn of(panel: &Panel) -> Covariates<'_> {
        Covariates { columns: panel.covariates.iter().map(|c| (&c.values[..], range_scale(&c.values).1)).collect() }
    }

    /// How they change from one row to another.
    pub(super) fn change(&self, from: usize, to: usize) -> Box<[f64]> {
        self.columns.iter().map(|(v, unit)| v[to] / unit - v[from] / unit).collect()
    }

    /// Their size in both rows.
    fn size(&self, from: usize, to: usize) -> impl Iterator<Item = f64> + '_ {
        let square = |x: f64| x * x;
        self.columns.iter().map(move |(v, unit)| square(v[to] / unit) + square(v[from] / unit))
    }
}

/// Sums over those of one cluster who have not switched by a period, all about the period's means in the whole sample.
struct Part {
    cluster: u32,
    weight: f64,
    y: f64,
    x: Box<[f64]>,
    xy: Box<[f64]>,
    /// The lower triangle of the products, row by row.
    xx: Box<[f64]>,
}

impl Part {
    fn order(&self, other: &Part) -> Ordering {
        let each = |p: &Part| -> Vec<f64> { [p.weight, p.y].into_iter().chain(p.x.iter().chain(&p.xy).chain(&p.xx).copied()).collect() };
        by_numbers(&each(self), &each(other))
    }
}

/// The first difference of two lists decides.
pub(super) fn by_numbers(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Those who share the treatment at first: by period, in an order that depends on their numbers only.
struct Baseline {
    periods: Vec<Vec<Part>>,
    /// Σ w x² of each covariate itself: what is left of much less than that is rounding.
    size: Vec<f64>,
}

/// All of them.
pub(super) struct Coefficients {
    k: usize,
    baselines: Vec<Baseline>,
    of_class: Vec<usize>,
}

/// The coefficients of one treatment at first, zero where nothing tells.
pub(super) struct Solved {
    pub slopes: Vec<f64>,
    /// The inverse of what the regression divides by; zero in the rows of those left out.
    inverse: Matrix,
    /// Which are left out.
    pub dropped: Vec<usize>,
    means: Vec<Mean>,
}

/// The means of one period.
struct Mean {
    clusters: f64,
    weight: f64,
    y: f64,
    x: Vec<f64>,
}

impl Mean {
    fn of(parts: &[Part], k: usize, counts: &[f64]) -> Mean {
        let mut out = Mean { clusters: 0.0, weight: 0.0, y: 0.0, x: vec![0.0; k] };
        for p in parts {
            let n = counts[p.cluster as usize];
            out.clusters += n;
            out.weight += n * p.weight;
            out.y += n * p.y;
            out.x.iter_mut().zip(&p.x).for_each(|(s, x)| *s += n * x);
        }
        if out.weight > 0.0 {
            out.y /= out.weight;
            out.x.iter_mut().for_each(|x| *x /= out.weight);
        }
        out
    }
}

/// The change of one unit to a period before its switch.
struct Step {
    weight: f64,
    y: f64,
    x: Box<[f64]>,
}

/// Those of one cluster.
type Steps = (u32, Vec<Step>);

impl Coefficients {
    /// `unit` divides outcomes.
    pub(super) fn new(panel: &Panel, classes: &Classes, unit: f64) -> Coefficients {
        let (k, covariates) = (panel.covariates.len(), Covariates::of(panel));
        let n_periods = panel.cells.periods.len();
        let starts: Vec<usize> = (0..classes.list.len()).map(|c| classes.alike(c).start).collect();
        let mut firsts = starts.clone();
        firsts.dedup();
        let of_class: Vec<usize> = starts.iter().map(|s| firsts.binary_search(s).expect("listed")).collect();
        let empty = || Baseline { periods: (0..n_periods).map(|_| Vec::new()).collect(), size: vec![0.0; k] };
        let mut out = Coefficients { k, baselines: firsts.iter().map(|_| empty()).collect(), of_class };
        if k == 0 {
            return out;
        }
        // By treatment at first and period: each cluster's steps.
        let mut steps: Vec<Vec<Vec<Steps>>> = firsts.iter().map(|_| (0..n_periods).map(|_| Vec::new()).collect()).collect();
        let mut sizes: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); k]; firsts.len()];
        for g in 0..panel.n_clusters() {
            for u in panel.units_of(g) {
                let class = classes.of_unit[u] as usize;
                let b = out.of_class[class];
                let switched = |p: usize| matches!(classes.list[class].start, FirstTreated::At(start) if panel.cells.periods[p] >= start);
                let at = |r: usize| panel.cells.period_ix(panel.cell[r]);
                let rows = panel.rows_of(u);
                for to in rows.start + 1..rows.end {
                    let (from, p) = (to - 1, at(to));
                    if at(from) + 1 != p || switched(p) {
                        continue;
                    }
                    let weight = panel.weight_of(to);
                    let y = panel.outcome[to] / unit - panel.outcome[from] / unit;
                    covariates.size(from, to).zip(&mut sizes[b]).for_each(|(s, all)| all.push(weight * s));
                    let here = &mut steps[b][p];
                    if here.last().is_none_or(|(last, _)| *last != g as u32) {
                        here.push((g as u32, Vec::new()));
                    }
                    here.last_mut().expect("just pushed").1.push(Step { weight, y, x: covariates.change(from, to) });
                }
            }
        }
        for ((baseline, steps), sizes) in out.baselines.iter_mut().zip(steps).zip(sizes) {
            baseline.size = sizes.into_iter().map(|s| crate::num::sorted(s).iter().sum()).collect();
            baseline.periods = steps.into_iter().map(|s| parts(s, k)).collect();
        }
        out
    }

    /// The place of a class's treatment at first.
    pub(super) fn baseline_of(&self, class: usize) -> usize {
        self.of_class[class]
    }

    /// The coefficients of each treatment at first, when each cluster counts so often.
    pub(super) fn solve(&self, counts: &[f64]) -> Vec<Solved> {
        self.baselines.iter().map(|b| b.solve(self.k, counts)).collect()
    }

    /// Adds how each cluster moves Σ `along` · θ.
    pub(super) fn influence(&self, baseline: usize, solved: &Solved, along: &[f64], counts: &[f64], add: &mut impl FnMut(u32, f64)) {
        let (v, slopes) = (solved.inverse.apply(along), &solved.slopes);
        if v.iter().all(|v| *v == 0.0) {
            return;
        }
        for (parts, mean) in self.baselines[baseline].periods.iter().zip(&solved.means) {
            let factor = if mean.clusters > 1.0 { (mean.clusters / (mean.clusters - 1.0)).sqrt() } else { 1.0 };
            let (v_mean, fit_mean) = (dot(&v, &mean.x), dot(slopes, &mean.x));
            for p in parts.iter().filter(|p| counts[p.cluster as usize] > 0.0) {
                let outcome = dot(&v, &p.xy) - dot(&v, &p.x) * mean.y - v_mean * (p.y - p.weight * mean.y);
                let fitted = quadratic(&p.xx, &v, slopes) - dot(&v, &p.x) * fit_mean - v_mean * (dot(slopes, &p.x) - p.weight * fit_mean);
                add(p.cluster, factor * (outcome - fitted));
            }
        }
    }

    /// About how many products one [`Coefficients::solve`] takes.
    pub(super) fn price(&self) -> f64 {
        let parts: usize = self.baselines.iter().flat_map(|b| &b.periods).map(Vec::len).sum();
        (parts * self.k * (self.k + 4)) as f64
    }
}

/// v'Aw of a matrix given by its lower triangle.
fn quadratic(lower: &[f64], v: &[f64], w: &[f64]) -> f64 {
    let mut at = lower.iter();
    let mut sum = 0.0;
    for i in 0..v.len() {
        for j in 0..=i {
            let a = at.next().expect("a triangle");
            sum += if i == j { a * v[i] * w[i] } else { a * (v[i] * w[j] + v[j] * w[i]) };
        }
    }
    sum
}

/// One period's steps as sums a cluster.
fn parts(mut clusters: Vec<Steps>, k: usize) -> Vec<Part> {
    let numbers = |s: &Step| -> Vec<f64> { [s.weight, s.y].into_iter().chain(s.x.iter().copied()).collect() };
    for (_, steps) in &mut clusters {
        steps.sort_by(|a, b| by_numbers(&numbers(a), &numbers(b)));
    }
    clusters.sort_by(|a, b| {
        let each = |(_, steps): &Steps| -> Vec<f64> { steps.iter().flat_map(&numbers).collect() };
        let (a, b) = (each(a), each(b));
        by_numbers(&a, &b).then(a.len().cmp(&b.len()))
    });
    let all = || clusters.iter().flat_map(|(_, steps)| steps);
    let weight: f64 = all().map(|s| s.weight).sum();
    let y = all().map(|s| s.weight * s.y).sum::<f64>() / weight;
    let x: Vec<f64> = (0..k).map(|c| all().map(|s| s.weight * s.x[c]).sum::<f64>() / weight).collect();
    let part = |(cluster, steps): &Steps| {
        let mut out = Part { cluster: *cluster, weight: 0.0, y: 0.0, x: zeros(k), xy: zeros(k), xx: zeros(k * (k + 1) / 2) };
        for s in steps {
            let (dy, dx): (f64, Vec<f64>) = (s.y - y, s.x.iter().zip(&x).map(|(x, mean)| x - mean).collect());
            out.weight += s.weight;
            out.y += s.weight * dy;
            let mut at = out.xx.iter_mut();
            for i in 0..k {
                out.x[i] += s.weight * dx[i];
                out.xy[i] += s.weight * dx[i] * dy;
                dx[..=i].iter().for_each(|other| *at.next().expect("a triangle") += s.weight * dx[i] * other);
            }
        }
        out
    };
    let mut out: Vec<Part> = clusters.iter().map(part).collect();
    out.sort_by(Part::order);
    out
}

fn zeros(n: usize) -> Box<[f64]> {
    vec![0.0; n].into_boxed_slice()
}

impl Baseline {
    fn solve(&self, k: usize, counts: &[f64]) -> Solved {
        let means: Vec<Mean> = self.periods.iter().map(|parts| Mean::of(parts, k, counts)).collect();
        let (mut products, mut right) = (Matrix::zeros(k, k), vec![0.0; k]);
        for (parts, mean) in self.periods.iter().zip(&means) {
            for p in parts {
                let n = counts[p.cluster as usize];
                let mut at = p.xx.iter();
                for i in 0..k {
                    right[i] += n * p.xy[i];
                    (0..=i).for_each(|j| products[(i, j)] += n * at.next().expect("a triangle"));
                }
            }
            for i in 0..k {
                right[i] -= mean.weight * mean.x[i] * mean.y;
                (0..=i).for_each(|j| products[(i, j)] -= mean.weight * mean.x[i] * mean.x[j]);
            }
        }
        let usable: Vec<usize> = (0..k).filter(|&i| products[(i, i)] > 1e-20 * self.size[i]).collect();
        let scale: Vec<f64> = usable.iter().map(|&i| products[(i, i)].sqrt()).collect();
        let scaled = Matrix::from_fn(usable.len(), usable.len(), |a, b| {
            products[(usable[a].max(usable[b]), usable[a].min(usable[b]))] / scale[a] / scale[b]
        });
        let ranked = Cholesky::ranked(&scaled, RankRule::default());
        let small = ranked.cholesky.inverse();
        let mut inverse = Matrix::zeros(k, k);
        for (r, &a) in ranked.kept.iter().enumerate() {
            for (c, &b) in ranked.kept.iter().enumerate() {
                inverse[(usable[a], usable[b])] = small[(r, c)] / scale[a] / scale[b];
            }
        }
        let kept: Vec<usize> = ranked.kept.iter().map(|&a| usable[a]).collect();
        let solution: Vec<f64> = ranked.cholesky.solve(&ranked.kept.iter().map(|&a| right[usable[a]] / scale[a]).collect::<Vec<f64>>());
        let mut slopes = vec![0.0; k];
        ranked.kept.iter().zip(solution).for_each(|(&a, s)| slopes[usable[a]] = s / scale[a]);
        Solved { slopes, inverse, dropped: (0..k).filter(|i| !kept.contains(i)).collect(), means }
    }
}
