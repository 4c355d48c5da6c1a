//! A small dense matrix with its products written out, so that their digits do not depend on the processor.

use std::ops::{Index, IndexMut};

/// A dense matrix, row by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Matrix { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// The identity.
    pub fn identity(n: usize) -> Self {
        Matrix::from_fn(n, n, |i, j| if i == j { 1.0 } else { 0.0 })
    }

    /// A matrix filled by a function of row and column.
    pub fn from_fn(rows: usize, cols: usize, mut f: impl FnMut(usize, usize) -> f64) -> Self {
        let mut data = Vec::with_capacity(rows * cols);
        for i in 0..rows {
            for j in 0..cols {
                data.push(f(i, j));
            }
        }
        Matrix { rows, cols, data }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// One row.
    #[inline]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.cols..(i + 1) * self.cols]
    }

    /// One row, to write to.
    #[inline]
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.cols..(i + 1) * self.cols]
    }

    /// All entries, row by row.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// All entries, row by row, to write to.
    pub fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }

    /// The transpose.
    pub fn transpose(&self) -> Matrix {
        Matrix::from_fn(self.cols, self.rows, |i, j| self[(j, i)])
    }

    /// The product with another matrix.
    pub fn times(&self, other: &Matrix) -> Matrix {
        assert_eq!(self.cols, other.rows, "shapes do not fit");
        let mut out = Matrix::zeros(self.rows, other.cols);
        for i in 0..self.rows {
            for k in 0..self.cols {
                let a = self[(i, k)];
                if a == 0.0 {
                    continue;
                }
                let row = other.row(k);
                for (o, b) in out.row_mut(i).iter_mut().zip(row) {
                    *o += a * b;
                }
            }
        }
        out
    }

    /// The product with a vector.
    pub fn apply(&self, v: &[f64]) -> Vec<f64> {
        assert_eq!(self.cols, v.len(), "shapes do not fit");
        (0..self.rows).map(|i| dot(self.row(i), v)).collect()
    }

    /// The product of the transpose with a vector.
    pub fn apply_transposed(&self, v: &[f64]) -> Vec<f64> {
        assert_eq!(self.rows, v.len(), "shapes do not fit");
        let mut out = vec![0.0; self.cols];
        for (i, &x) in v.iter().enumerate() {
            for (o, a) in out.iter_mut().zip(self.row(i)) {
                *o += x * a;
            }
        }
        out
    }

    /// Adds `factor` times another matrix of the same shape.
    pub fn add_scaled(&mut self, other: &Matrix, factor: f64) {
        assert_eq!((self.rows, self.cols), (other.rows, other.cols), "shapes do not fit");
        for (a, b) in self.data.iter_mut().zip(&other.data) {
            *a += factor * b;
        }
    }

    /// Adds `factor · v v'`.
    pub fn add_outer(&mut self, v: &[f64], factor: f64) {
        for (i, &a) in v.iter().enumerate() {
            let scaled = factor * a;
            for (o, b) in self.row_mut(i).iter_mut().zip(v) {
                *o += scaled * b;
            }
        }
    }

    /// All entries times a factor.
    pub fn scaled(mut self, factor: f64) -> Matrix {
        self.data.iter_mut().for_each(|x| *x *= factor);
        self
    }

    /// The mean of the matrix and its transpose: removes the asymmetry that rounding leaves.
    pub fn symmetrized(&self) -> Matrix {
        Matrix::from_fn(self.rows, self.cols, |i, j| 0.5 * (self[(i, j)] + self[(j, i)]))
    }

    /// The rows and columns named by `keep`, in that order.
    pub fn select(&self, keep: &[usize]) -> Matrix {
        Matrix::from_fn(keep.len(), keep.len(), |i, j| self[(keep[i], keep[j])])
    }

    /// The quadratic form `v' A v`.
    pub fn quadratic(&self, v: &[f64]) -> f64 {
        dot(&self.apply(v), v)
    }
}

/// The inner product, left to right.
#[inline]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        sum += x * y;
    }
    sum
}

/// An inner product in four fixed lanes: the same bits everywhere, and fast.
pub fn four_lanes(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (ca, cb) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = ca.remainder().iter().zip(cb.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in ca.zip(cb) {
        for l in 0..4 {
            lanes[l] += x[l] * y[l];
        }
    }
    ((lanes[0] + lanes[2]) + (lanes[1] + lanes[3])) + rest
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    #[inline]
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.data[i * self.cols + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    #[inline]
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.data[i * self.cols + j]
    }
}
