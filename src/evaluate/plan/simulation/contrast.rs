//! Least squares of the simulated studies: a difference between arms with covariates, exact t under normal errors.

use crate::num::{Cholesky, Matrix, dot};

/// An estimate and its standard error.
pub(super) type Estimate = (f64, f64);

/// Outcomes and g covariates of units, each in a cell.
pub(super) struct Cells<'a> {
    /// Outcome of each unit.
    pub y: &'a [f64],
    /// How many covariates each has.
    pub g: usize,
    /// The covariates, unit after unit.
    pub x: &'a [f64],
    /// The cell of each unit.
    pub cell: &'a [usize],
    /// How many cells there are.
    pub n_cells: usize,
}

/// Slopes of the covariates within cells, the means of the cells, and what is left.
struct Within {
    n: Vec<f64>,
    y: Vec<f64>,
    x: Vec<Vec<f64>>,
    slopes: Vec<f64>,
    cross: Option<Cholesky>,
    residual: f64,
}

impl Cells<'_> {
    fn within(&self) -> Option<Within> {
        let g = self.g;
        let row = |i: usize| &self.x[g * i..g * (i + 1)];
        let (mut n, mut y, mut x) = (vec![0.0; self.n_cells], vec![0.0; self.n_cells], vec![vec![0.0; g]; self.n_cells]);
        for (i, &c) in self.cell.iter().enumerate() {
            n[c] += 1.0;
            y[c] += self.y[i];
            x[c].iter_mut().zip(row(i)).for_each(|(sum, x)| *sum += x);
        }
        for c in 0..self.n_cells {
            y[c] /= n[c];
            x[c].iter_mut().for_each(|sum| *sum /= n[c]);
        }
        let (mut yy, mut xy, mut xx) = (0.0, vec![0.0; g], Matrix::zeros(g, g));
        let mut off = vec![0.0; g];
        for (i, &c) in self.cell.iter().enumerate() {
            let from_mean = self.y[i] - y[c];
            yy += from_mean * from_mean;
            if g > 0 {
                off.iter_mut().zip(row(i)).zip(&x[c]).for_each(|((off, x), mean)| *off = x - mean);
                xy.iter_mut().zip(&off).for_each(|(sum, off)| *sum += off * from_mean);
                xx.add_outer(&off, 1.0);
            }
        }
        if g == 0 {
            return Some(Within { n, y, x, slopes: Vec::new(), cross: None, residual: yy });
        }
        let cross = Cholesky::new_guarded(&xx)?;
        let slopes = cross.solve(&xy);
        let residual = yy - dot(&slopes, &xy);
        Some(Within { n, y, x, slopes, cross: Some(cross), residual })
    }

    /// The mean over blocks of treated less comparison: cell 2b holds the comparison units of block b, 2b + 1 its treated.
    pub fn difference(&self, df: f64) -> Option<Estimate> {
        let w = self.within()?;
        let blocks = self.n_cells / 2;
        let g = w.slopes.len();
        let (mut estimate, mut share, mut gap) = (0.0, 0.0, vec![0.0; g]);
        for b in 0..blocks {
            let (comparison, treated) = (2 * b, 2 * b + 1);
            estimate += w.y[treated] - w.y[comparison];
            share += 1.0 / w.n[treated] + 1.0 / w.n[comparison];
            gap.iter_mut().enumerate().for_each(|(j, gap)| *gap += w.x[treated][j] - w.x[comparison][j]);
        }
        let n = blocks as f64;
        gap.iter_mut().for_each(|gap| *gap /= n);
        let imbalance = w.cross.map_or(0.0, |cross| dot(&cross.solve(&gap), &gap));
        let variance = w.residual / df * (share / (n * n) + imbalance);
        proper(estimate / n - dot(&w.slopes, &gap), variance)
    }

    /// The mean of all units (one cell), covariates about their means.
    pub fn mean(&self, df: f64) -> Option<Estimate> {
        let w = self.within()?;
        proper(w.y[0], w.residual / (df * w.n[0]))
    }
}

fn proper(estimate: f64, variance: f64) -> Option<Estimate> {
    (estimate.is_finite() && variance.is_finite() && variance > 0.0).then(|| (estimate, libm::sqrt(variance)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_least_squares() {
        let y = [1.0, 2.5, 2.0, 4.0, 3.5, 5.0];
        let x = [0.1, 1.2, 0.4, 0.9, 0.3, 1.6];
        let cells = Cells { y: &y, g: 1, x: &x, cell: &[0, 0, 0, 1, 1, 1], n_cells: 2 };
        let (estimate, error) = cells.difference(3.0).unwrap();
        // numpy: least squares of y on 1, arm and x, and the root of RSS/3 (X'X)⁻¹.
        assert!((estimate - 1.8995535714285714).abs() < 1e-12, "{estimate}");
        assert!((error - 0.24772763508786114).abs() < 1e-12, "{error}");
    }
}
