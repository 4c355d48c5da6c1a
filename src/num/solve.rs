//! Solving symmetric systems: a Cholesky decomposition that names what is collinear, and powers of a symmetric matrix.

use super::Matrix;
use nalgebra::DMatrix;

/// When a column counts as collinear with those before it.
#[derive(Debug, Clone, Copy)]
pub struct RankRule {
    /// A column is dropped when less than this share of its own variation is left after those before it.
    pub share: f64,
    /// A column is dropped when its variation is below this (columns are scaled to a range of about one).
    pub absolute: f64,
}

impl Default for RankRule {
    fn default() -> Self {
        RankRule { share: 1e-10, absolute: 1e-13 }
    }
}

/// A lower triangular factor `L` with `L L' = A`.
#[derive(Debug, Clone)]
pub struct Cholesky {
    lower: Matrix,
}

/// The outcome of a decomposition in the given order: which columns were kept and which were not.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// Indices of the kept columns, ascending.
    pub kept: Vec<usize>,
    /// Indices of the dropped columns, ascending.
    pub dropped: Vec<usize>,
    /// The decomposition of the kept rows and columns.
    pub cholesky: Cholesky,
}

impl Cholesky {
    /// Decomposes a positive definite matrix; `None` if it is not (to working accuracy).
    pub fn new(a: &Matrix) -> Option<Cholesky> {
        let ranked = Cholesky::ranked(a, RankRule { share: 1e-14, absolute: 0.0 });
        ranked.dropped.is_empty().then_some(ranked.cholesky)
    }

    /// Decomposes a matrix that may be singular to working accuracy: `None` when a column keeps less than 1e-10 of its
    /// own variation (the rule by which collinear terms are dropped, see [`RankRule`]).
    pub fn new_guarded(a: &Matrix) -> Option<Cholesky> {
        let ranked = Cholesky::ranked(a, RankRule { share: RankRule::default().share, absolute: 0.0 });
        ranked.dropped.is_empty().then_some(ranked.cholesky)
    }

    /// Decomposes a positive semi-definite matrix column by column in the given order, dropping each column that the
    /// columns before it explain.
    pub fn ranked(a: &Matrix, rule: RankRule) -> Ranked {
        let n = a.rows();
        let (mut kept, mut dropped): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for j in 0..n {
            let mut row = Vec::with_capacity(kept.len() + 1);
            let mut left = a[(j, j)];
            for (r, &k) in kept.iter().enumerate() {
                let mut value = a[(j, k)];
                let other: &Vec<f64> = &rows[r];
                for c in 0..r {
                    value -= row[c] * other[c];
                }
                let value: f64 = value / other[r];
                left -= value * value;
                row.push(value);
            }
            if !left.is_finite() || left <= rule.absolute || left <= rule.share * a[(j, j)] {
                dropped.push(j);
            } else {
                row.push(left.sqrt());
                kept.push(j);
                rows.push(row);
            }
        }
        let m = kept.len();
        let lower = Matrix::from_fn(m, m, |i, j| if j <= i { rows[i][j] } else { 0.0 });
        Ranked { kept, dropped, cholesky: Cholesky { lower } }
    }

    /// Solves `A x = b`.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.lower.rows();
        let mut x = b.to_vec();
        for i in 0..n {
            let mut v = x[i];
            for j in 0..i {
                v -= self.lower[(i, j)] * x[j];
            }
            x[i] = v / self.lower[(i, i)];
        }
        for i in (0..n).rev() {
            let mut v = x[i];
            for j in i + 1..n {
                v -= self.lower[(j, i)] * x[j];
            }
            x[i] = v / self.lower[(i, i)];
        }
        x
    }

    /// The inverse of the decomposed matrix.
    pub fn inverse(&self) -> Matrix {
        let n = self.lower.rows();
        let mut out = Matrix::zeros(n, n);
        let mut unit = vec![0.0; n];
        for j in 0..n {
            unit[j] = 1.0;
            let column = self.solve(&unit);
            unit[j] = 0.0;
            for i in 0..n {
                out[(i, j)] = column[i];
            }
        }
        out.symmetrized()
    }

    /// The triangular factor.
    pub fn lower(&self) -> &Matrix {
        &self.lower
    }
}

/// Applies `f` to the eigenvalues of a symmetric matrix: `Q f(Λ) Q'`.
pub fn symmetric_power(a: &Matrix, mut f: impl FnMut(f64) -> f64) -> Matrix {
    let n = a.rows();
    if n == 0 {
        return Matrix::zeros(0, 0);
    }
    let (values, vectors) = eigen(a);
    let values: Vec<f64> = values.into_iter().map(&mut f).collect();
    let mut out = Matrix::zeros(n, n);
    for (k, &v) in values.iter().enumerate() {
        if v == 0.0 {
            continue;
        }
        let column: Vec<f64> = (0..n).map(|i| vectors[(i, k)]).collect();
        out.add_outer(&column, v);
    }
    out
}

/// Eigenvalues and eigenvectors. The tridiagonal method loses its way in some matrices with blocks of zeros and gives no numbers;
/// Jacobi's rotations do not.
fn eigen(a: &Matrix) -> (Vec<f64>, Matrix) {
    let n = a.rows();
    let found = DMatrix::from_fn(n, n, |i, j| 0.5 * (a[(i, j)] + a[(j, i)])).symmetric_eigen();
    if found.eigenvalues.iter().chain(found.eigenvectors.iter()).all(|v| v.is_finite()) {
        return (found.eigenvalues.iter().copied().collect(), Matrix::from_fn(n, n, |i, j| found.eigenvectors[(i, j)]));
    }
    super::jacobi::eigen(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collinear_columns_are_named_in_order() {
        // Third column = first + second; fourth is constant zero.
        let x = [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0], [2.0, 1.0, 3.0, 0.0], [1.0, 3.0, 4.0, 0.0]];
        let a = Matrix::from_fn(4, 4, |i, j| x.iter().map(|r| r[i] * r[j]).sum());
        let ranked = Cholesky::ranked(&a, RankRule::default());
        assert_eq!((ranked.kept, ranked.dropped), (vec![0, 1], vec![2, 3]));
    }

    #[test]
    fn inverse_and_square_root() {
        let a = Matrix::from_fn(3, 3, |i, j| if i == j { 4.0 + i as f64 } else { 1.0 / (1.0 + i as f64 + j as f64) });
        let product = a.times(&Cholesky::new(&a).expect("definite").inverse());
        let root = symmetric_power(&a, |v| v.sqrt());
        for i in 0..3 {
            for j in 0..3 {
                assert!((product[(i, j)] - f64::from(u8::from(i == j))).abs() < 1e-14);
                assert!((root.times(&root)[(i, j)] - a[(i, j)]).abs() < 1e-13);
            }
        }
    }
}
