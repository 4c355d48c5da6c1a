//! Effects by cohort and period against the never-treated, and the weights with which estimators add such effects up.

use crate::estimate::{Estimand, Fit};
use crate::num::{Cholesky, Matrix, RankRule};
use crate::panel::{FirstTreated, Panel};

/// For each treated cohort and period the change of its mean outcome since the last period before its start, less that of the
/// never-treated.
pub(super) struct NeverCells {
    /// Cohort, period, and whether it lies after the start.
    pub cells: Vec<(i64, i64, bool)>,
    effects: Vec<f64>,
    candidates: Vec<Vec<f64>>,
}

/// An estimator's weights on the cells.
pub(super) struct Weights {
    pub weights: Vec<f64>,
}

/// Row weight and mean outcome by cohort and period.
struct Means {
    n: Vec<Vec<f64>>,
    mean: Vec<Vec<f64>>,
}

impl Means {
    fn of(panel: &Panel) -> Option<Means> {
        let (c, p) = (panel.cells.cohorts.len(), panel.cells.periods.len());
        let mut values: Vec<Vec<(f64, f64)>> = vec![Vec::new(); c * p];
        for r in 0..panel.n_rows() {
            values[panel.cell[r] as usize].push((panel.outcome[r], panel.weight_of(r)));
        }
        let (mut n, mut mean) = (vec![vec![0.0; p]; c], vec![vec![0.0; p]; c]);
        for (i, mut own) in values.into_iter().enumerate() {
            own.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let weight: f64 = own.iter().map(|o| o.1).sum();
            if weight.is_nan() || weight <= 0.0 {
                return None;
            }
            n[i / p][i % p] = weight;
            mean[i / p][i % p] = own.iter().map(|(y, w)| y * w).sum::<f64>() / weight;
        }
        Some(Means { n, mean })
    }
}

impl NeverCells {
    /// The cells of a sample, or why there are none.
    pub(super) fn of(panel: &Panel) -> Result<NeverCells, String> {
        let cells = &panel.cells;
        if !cells.has_never() {
            return Err("nobody is never treated, so effects by cohort and period have no common comparison".into());
        }
        let means = Means::of(panel).ok_or("some cohort is not seen in some period")?;
        let never = cells.cohorts.len() - 1;
        let (mut list, mut effects, mut place) = (Vec::new(), Vec::new(), Vec::new());
        for (c, cohort) in cells.cohorts.iter().enumerate() {
            let FirstTreated::At(start) = *cohort else { continue };
            let Some(base) = cells.periods.iter().rposition(|t| *t < start) else {
                return Err("some cohort is treated from the first period on".into());
            };
            for (p, &period) in cells.periods.iter().enumerate().filter(|(p, _)| *p != base) {
                let change = |c: usize| means.mean[c][p] - means.mean[c][base];
                list.push((start, period, period >= start));
                effects.push(change(c) - change(never));
                place.push((c, p));
            }
        }
        let after = |i: usize| list[i].2;
        let normal = |weights: Vec<f64>| {
            let total: f64 = weights.iter().sum();
            weights.into_iter().map(|w| w / total).collect::<Vec<f64>>()
        };
        let of = |weigh: &dyn Fn(usize) -> f64| (0..list.len()).map(weigh).collect::<Vec<f64>>();
        // The size of each cohort, its rows, and all alike.
        let size = of(&|i| if after(i) { means.n[place[i].0][0] } else { 0.0 });
        let rows = of(&|i| if after(i) { means.n[place[i].0][place[i].1] } else { 0.0 });
        let mut candidates = vec![normal(size), normal(rows)];
        candidates.extend(residuals(panel, &means).map(|all| place.iter().map(|&(c, p)| all[c][p]).collect()));
        if list.iter().all(|cell| cell.0 == list[0].0) {
            // One start: mean after less mean before; the period that the effects are counted from is one of those before.
            let post = list.iter().filter(|cell| cell.2).count() as f64;
            let pre = (list.len() as f64 - post) + 1.0;
            candidates.push(of(&|i| if after(i) { 1.0 / post } else { -1.0 / pre }));
        }
        // The mean over event times of the mean over cohorts.
        let event = |i: usize| list[i].1 - list[i].0;
        let same = |i: usize| (0..list.len()).filter(|&j| after(j) && event(j) == event(i)).map(|j| means.n[place[j].0][0]).sum::<f64>();
        candidates.push(normal(of(&|i| if after(i) { means.n[place[i].0][0] / same(i) } else { 0.0 })));
        // The mean over cohorts of each one's mean over its periods.
        let own = |i: usize| (0..list.len()).filter(|&j| after(j) && list[j].0 == list[i].0).count() as f64;
        candidates.push(normal(of(&|i| if after(i) { means.n[place[i].0][0] / own(i) } else { 0.0 })));
        Ok(NeverCells { cells: list, effects, candidates })
    }

    /// Σ w E over the cells after the start, before it, or (`None`) all.
    pub(super) fn sum(&self, weights: &[f64], after: Option<bool>) -> f64 {
        let own = self.cells.iter().zip(weights.iter().zip(&self.effects)).filter(|(cell, _)| after.is_none_or(|a| cell.2 == a));
        own.map(|(_, (w, e))| w * e).sum()
    }
}

/// The weights of two-way fixed effects on all cells: what is left of treatment beside cohorts and periods, by size, over its sum of squares.
fn residuals(panel: &Panel, means: &Means) -> Option<Vec<Vec<f64>>> {
    let (c, p) = (panel.cells.cohorts.len(), panel.cells.periods.len());
    let k = c + p - 1;
    let columns = |g: usize, t: usize| std::iter::once(g).chain((t > 0).then(|| c + t - 1));
    let treated = |g: usize, t: usize| f64::from(u8::from(panel.cells.is_treated(panel.cells.cell(g, t))));
    let (mut s, mut b) = (Matrix::zeros(k, k), vec![0.0; k]);
    for g in 0..c {
        for t in 0..p {
            for i in columns(g, t) {
                b[i] += means.n[g][t] * treated(g, t);
                for j in columns(g, t) {
                    s[(i, j)] += means.n[g][t];
                }
            }
        }
    }
    let ranked = Cholesky::ranked(&s, RankRule::default());
    if ranked.kept.len() < k {
        return None;
    }
    let beta = ranked.cholesky.solve(&b);
    let left = |g: usize, t: usize| treated(g, t) - columns(g, t).map(|i| beta[i]).sum::<f64>();
    let squares: f64 = (0..c).map(|g| (0..p).map(|t| means.n[g][t] * left(g, t) * left(g, t)).sum::<f64>()).sum();
    (squares > 0.0).then(|| (0..c).map(|g| (0..p).map(|t| means.n[g][t] * left(g, t) / squares).collect()).collect())
}

/// The weights that give an estimate back: on the cells against the never-treated, or on the estimator's own effects by cohort and period.
pub(super) fn represented(never: &NeverCells, fit: &Fit, estimate: f64, size: f64) -> Option<Weights> {
    let near = |sum: f64| (sum - estimate).abs() <= 1e-9 * size;
    if let Some(weights) = never.candidates.iter().find(|w| near(never.sum(w, None))) {
        return Some(Weights { weights: weights.clone() });
    }
    let own = |cell: &(i64, i64, bool)| {
        let t = (0..fit.targets.len()).find(|&t| {
            let target = &fit.targets[t];
            target.estimand == Estimand::GroupTime && target.group == Some(cell.0) && target.period == Some(cell.1)
        })?;
        fit.estimates[t].as_ref().ok().copied()
    };
    let effects: Vec<Option<f64>> = never.cells.iter().map(own).collect();
    let sum = |weights: &[f64]| -> Option<f64> {
        weights.iter().zip(&effects).filter(|(w, _)| **w != 0.0).map(|(w, e)| e.map(|e| w * e)).sum::<Option<f64>>()
    };
    let weights = never.candidates.iter().find(|w| sum(w).is_some_and(near))?;
    Some(Weights { weights: weights.clone() })
}
