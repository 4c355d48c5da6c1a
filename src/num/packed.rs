//! Many small positive definite systems, one after the other, without allocating.

use super::Matrix;

/// The upper triangle of a symmetric matrix, row by row.
pub fn upper_triangle(a: &Matrix) -> Vec<f64> {
    let k = a.rows();
    (0..k).flat_map(|i| a.row(i)[i..].iter().copied()).collect()
}

/// Factors and solves k × k systems given as packed upper triangles.
#[derive(Debug, Clone)]
pub struct PackedSolver {
    k: usize,
    lower: Vec<f64>,
}

impl PackedSolver {
    /// A solver for systems of size `k`.
    pub fn new(k: usize) -> Self {
        PackedSolver { k, lower: vec![0.0; k * k] }
    }

    /// Factors the matrix whose upper triangle, row by row, is given. `false` when it is singular: a column keeps less
    /// than 1e-10 of its own variation (the rule by which collinear terms are dropped).
    pub fn factor(&mut self, upper: &[f64]) -> bool {
        let k = self.k;
        let mut at = 0;
        for i in 0..k {
            for j in i..k {
                self.lower[j * k + i] = upper[at];
                at += 1;
            }
        }
        for j in 0..k {
            let own = self.lower[j * k + j];
            for c in 0..j {
                let mut value = self.lower[j * k + c];
                for m in 0..c {
                    value -= self.lower[j * k + m] * self.lower[c * k + m];
                }
                self.lower[j * k + c] = value / self.lower[c * k + c];
            }
            let mut left = own;
            for c in 0..j {
                left -= self.lower[j * k + c] * self.lower[j * k + c];
            }
            if !left.is_finite() || left <= 1e-10 * own {
                return false;
            }
            self.lower[j * k + j] = left.sqrt();
        }
        true
    }

    /// Solves for one right-hand side.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let k = self.k;
        let mut x = b.to_vec();
        for i in 0..k {
            let mut v = x[i];
            for j in 0..i {
                v -= self.lower[i * k + j] * x[j];
            }
            x[i] = v / self.lower[i * k + i];
        }
        for i in (0..k).rev() {
            let mut v = x[i];
            for j in i + 1..k {
                v -= self.lower[j * k + i] * x[j];
            }
            x[i] = v / self.lower[i * k + i];
        }
        x
    }
}
