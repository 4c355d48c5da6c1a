//! Rows of two arms, and weighted sums over them.
//!
//! Every sum is added up row by row. With few covariates their number is a constant, so that all sums of a pass stay in registers;
//! the additions and their order are the same whatever the number.

use crate::num::{Matrix, dot};
use std::ops::Range;
use std::sync::Arc;

/// Rows of two arms with covariates; treated rows come first.
#[derive(Debug, Clone, Default)]
pub(in crate::estimate) struct Arms {
    /// How many are treated.
    pub n_treated: usize,
    /// Weight of each.
    pub weight: Vec<f64>,
    /// How many units each row is made of; empty where each is one.
    pub number: Vec<f64>,
    /// Covariates, row by row, the first of them 1.
    pub x: Vec<f64>,
    /// Covariates a row.
    pub k: usize,
    /// The covariates' names but for the constant, to be named where they leave no overlap; empty where nobody asks.
    pub names: Arc<[String]>,
}

/// Calls `f::<K>(…)` with the number of covariates; K = 0 stands for many.
macro_rules! by_width {
    ($k:expr, $($f:ident)::+($($arg:expr),*)) => {
        match $k {
            2 => $($f)::+::<2>($($arg),*),
            3 => $($f)::+::<3>($($arg),*),
            4 => $($f)::+::<4>($($arg),*),
            5 => $($f)::+::<5>($($arg),*),
            6 => $($f)::+::<6>($($arg),*),
            7 => $($f)::+::<7>($($arg),*),
            8 => $($f)::+::<8>($($arg),*),
            _ => $($f)::+::<0>($($arg),*),
        }
    };
}
pub(super) use by_width;

/// The largest number of covariates that is a constant.
const WIDEST: usize = 8;
/// Rows that are gone through at once.
pub(super) const BLOCK: usize = 256;

impl Arms {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// How many units a row is made of.
    pub fn number(&self, i: usize) -> usize {
        self.number.get(i).map_or(1, |n| *n as usize)
    }

    /// The covariates of a row.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.k..(i + 1) * self.k]
    }

    /// Σ over `rows` of v·x.
    pub(super) fn moment(&self, rows: Range<usize>, v: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.k];
        self.blocks(rows, v, |x, v| by_width!(self.k, add_first(x, v, &mut sum)));
        sum
    }

    /// Σ over `rows` of v·xx'.
    pub(super) fn cross(&self, rows: Range<usize>, v: impl Fn(usize) -> f64) -> Matrix {
        let mut sum = vec![0.0; self.k * self.k];
        self.blocks(rows, v, |x, v| by_width!(self.k, add_second(x, v, self.k, &mut sum)));
        symmetric(&sum, self.k)
    }

    /// x'b of every row.
    pub(super) fn fitted(&self, b: &[f64]) -> Vec<f64> {
        by_width!(self.k, Self::fitted_of(self, b))
    }

    fn fitted_of<const K: usize>(&self, b: &[f64]) -> Vec<f64> {
        let k = if K == 0 { self.k } else { K };
        self.x.chunks_exact(k).map(|x| dot(x, &b[..k])).collect()
    }

    /// Hands on the covariates of one block of rows after the other, with a value of each row.
    fn blocks(&self, rows: Range<usize>, v: impl Fn(usize) -> f64, mut add: impl FnMut(&[f64], &[f64])) {
        let mut values = [0.0; BLOCK];
        for from in rows.clone().step_by(BLOCK) {
            let n = BLOCK.min(rows.end - from);
            values[..n].iter_mut().enumerate().for_each(|(r, value)| *value = v(from + r));
            add(&self.x[from * self.k..(from + n) * self.k], &values[..n]);
        }
    }
}

/// Adds Σ v·x over some rows to a sum.
pub(super) fn add_first<const K: usize>(x: &[f64], v: &[f64], sum: &mut [f64]) {
    if K == 0 {
        let rows = x.chunks_exact(sum.len()).zip(v);
        return rows.for_each(|(x, v)| sum.iter_mut().zip(x).for_each(|(s, x)| *s += v * x));
    }
    let mut own = [0.0; WIDEST];
    own[..K].copy_from_slice(sum);
    for (x, v) in x.chunks_exact(K).zip(v) {
        (0..K).for_each(|a| own[a] += v * x[a]);
    }
    sum.copy_from_slice(&own[..K]);
}

/// Adds Σ v·xx' over some rows to a sum, of which the upper triangle counts.
pub(super) fn add_second<const K: usize>(x: &[f64], v: &[f64], k: usize, sum: &mut [f64]) {
    if K == 0 {
        for (x, v) in x.chunks_exact(k).zip(v) {
            for a in 0..k {
                let c = v * x[a];
                sum[a * k + a..(a + 1) * k].iter_mut().zip(&x[a..]).for_each(|(s, x)| *s += c * x);
            }
        }
        return;
    }
    let mut own = [[0.0; WIDEST]; WIDEST];
    own[..K].iter_mut().zip(sum.chunks_exact(K)).for_each(|(own, sum)| own[..K].copy_from_slice(sum));
    for (x, v) in x.chunks_exact(K).zip(v) {
        for a in 0..K {
            let c = v * x[a];
            (0..K).for_each(|b| own[a][b] += c * x[b]);
        }
    }
    own[..K].iter().zip(sum.chunks_exact_mut(K)).for_each(|(own, sum)| sum.copy_from_slice(&own[..K]));
}

/// The symmetric matrix with this upper triangle.
pub(super) fn symmetric(upper: &[f64], k: usize) -> Matrix {
    Matrix::from_fn(k, k, |a, b| upper[a.min(b) * k + a.max(b)])
}
