//! What is not left to chance: the levels of cohorts and periods, and what covariates explain.

use super::layout::Layout;
use crate::num::{Cholesky, Matrix, RankRule};

/// The part of the outcome that stays the same from draw to draw, and what is left of it in the data.
pub(super) struct Levels {
    /// The expected outcome of each row without an effect.
    pub expected: Vec<f64>,
    /// The outcome less what covariates explain and less the mean of its cell.
    pub left: Vec<f64>,
    /// The standard deviation of the outcome within cells.
    pub sd: f64,
    /// The part of the variance within cells that covariates explain.
    pub explained: f64,
}

/// Deviations from the mean of each cell.
fn within(layout: &Layout, values: &[f64]) -> Vec<f64> {
    let means = means(layout, values);
    values.iter().zip(&layout.cell).map(|(v, &c)| v - means[c as usize].0).collect()
}

/// The mean and the number of rows of each cell.
fn means(layout: &Layout, values: &[f64]) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); layout.cells.len()];
    for (v, &c) in values.iter().zip(&layout.cell) {
        sums[c as usize].0 += v;
        sums[c as usize].1 += 1.0;
    }
    sums.into_iter().map(|(sum, n): (f64, f64)| (if n > 0.0 { sum / n } else { 0.0 }, n)).collect()
}

fn variance(layout: &Layout, left: &[f64]) -> f64 {
    let occupied = means(layout, left).iter().filter(|m| m.1 > 0.0).count();
    let squares: f64 = left.iter().map(|r| r * r).sum();
    let df = left.len().saturating_sub(occupied);
    if df == 0 { 0.0 } else { squares / df as f64 }
}

impl Levels {
    /// Cohort and period levels from the cells without treatment, y = α_cohort + μ_period, by least squares over rows; slopes of
    /// covariates within cells, a set for each period. A period in which all are treated has the level of the one before.
    pub(super) fn fit(layout: &Layout) -> Levels {
        let raw = within(layout, &layout.outcome);
        let explained = covariate_part(layout, &raw);
        let rest: Vec<f64> = layout.outcome.iter().zip(&explained).map(|(y, x)| y - x).collect();
        let left = within(layout, &rest);
        let total = variance(layout, &raw);
        let levels = cohorts_and_periods(layout, &means(layout, &rest));
        let expected = layout.cell.iter().zip(&explained).map(|(&c, x)| levels[c as usize] + x).collect();
        let share = if total > 0.0 { (1.0 - variance(layout, &left) / total).max(0.0) } else { 0.0 };
        Levels { expected, left, sd: total.sqrt(), explained: share }
    }
}

/// Slopes of the covariates in each period, within cells, times the covariates.
fn covariate_part(layout: &Layout, y: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; y.len()];
    let k = layout.covariates.len();
    if k == 0 {
        return out;
    }
    let x: Vec<Vec<f64>> = layout.covariates.iter().map(|c| within(layout, c)).collect();
    for p in 0..layout.cells.periods.len() {
        let rows: Vec<usize> = (0..y.len()).filter(|&r| layout.cells.period_ix(layout.cell[r]) == p).collect();
        let sum = |a: &[f64], b: &[f64]| rows.iter().map(|&r| a[r] * b[r]).sum::<f64>();
        let a = Matrix::from_fn(k, k, |i, j| sum(&x[i], &x[j]));
        let ranked = Cholesky::ranked(&a, RankRule { absolute: 0.0, ..RankRule::default() });
        let right: Vec<f64> = ranked.kept.iter().map(|&i| sum(&x[i], y)).collect();
        for (&i, slope) in ranked.kept.iter().zip(ranked.cholesky.solve(&right)) {
            rows.iter().for_each(|&r| out[r] += slope * layout.covariates[i][r]);
        }
    }
    out
}

/// The level of each cell without treatment.
fn cohorts_and_periods(layout: &Layout, means: &[(f64, f64)]) -> Vec<f64> {
    let (cells, n_cohorts, n_periods) = (&layout.cells, layout.cells.cohorts.len(), layout.cells.periods.len());
    // Columns: the cohorts, then the periods; the first that others explain is the one with no level of its own.
    let k = n_cohorts + n_periods;
    let (mut a, mut b) = (Matrix::zeros(k, k), vec![0.0; k]);
    for cell in (0..cells.len() as u32).filter(|&c| !cells.is_treated(c)) {
        let (mean, n) = means[cell as usize];
        let columns = [cells.cohort_ix(cell), n_cohorts + cells.period_ix(cell)];
        for i in columns {
            b[i] += n * mean;
            columns.iter().for_each(|&j| a[(i, j)] += n);
        }
    }
    let ranked = Cholesky::ranked(&a, RankRule { absolute: 0.0, ..RankRule::default() });
    let right: Vec<f64> = ranked.kept.iter().map(|&i| b[i]).collect();
    let mut levels = vec![0.0; k];
    ranked.kept.iter().zip(ranked.cholesky.solve(&right)).for_each(|(&i, v)| levels[i] = v);
    for p in 1..n_periods {
        if a[(n_cohorts + p, n_cohorts + p)] == 0.0 {
            levels[n_cohorts + p] = levels[n_cohorts + p - 1];
        }
    }
    // Who is treated throughout has the level that is seen.
    for cohort in (0..n_cohorts).filter(|&c| a[(c, c)] == 0.0) {
        let (mut sum, mut rows) = (0.0, 0.0);
        for p in 0..n_periods {
            let (mean, n) = means[cells.cell(cohort, p) as usize];
            sum += n * (mean - levels[n_cohorts + p]);
            rows += n;
        }
        levels[cohort] = if rows > 0.0 { sum / rows } else { 0.0 };
    }
    (0..cells.len() as u32).map(|c| levels[cells.cohort_ix(c)] + levels[n_cohorts + cells.period_ix(c)]).collect()
}
