//! Eigenvalues of a symmetric matrix by Jacobi's rotations: slower than by tridiagonal form, and never at a loss.

use super::Matrix;

/// Sweeps after which rotations have long become the identity.
const MOST_SWEEPS: usize = 60;

/// Eigenvalues, and the eigenvectors as columns (Golub and Van Loan 2013, algorithm 8.5.3). Each sweep rotates every pair of
/// coordinates once; off-diagonal entries shrink quadratically once they are small.
pub(super) fn eigen(a: &Matrix) -> (Vec<f64>, Matrix) {
    let n = a.rows();
    let (mut a, mut vectors) = (a.symmetrized(), Matrix::identity(n));
    let size = a.data().iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    for _ in 0..MOST_SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                let off = a[(p, q)];
                if off.abs() <= f64::EPSILON * 1e-3 * size {
                    continue;
                }
                rotated = true;
                let tau = (a[(q, q)] - a[(p, p)]) / (2.0 * off);
                let t = if tau >= 0.0 { 1.0 / (tau + (1.0 + tau * tau).sqrt()) } else { -1.0 / (-tau + (1.0 + tau * tau).sqrt()) };
                let c = 1.0 / (1.0 + t * t).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[(k, p)], a[(k, q)]);
                    a[(k, p)] = c * x - s * y;
                    a[(k, q)] = s * x + c * y;
                    let (x, y) = (vectors[(k, p)], vectors[(k, q)]);
                    vectors[(k, p)] = c * x - s * y;
                    vectors[(k, q)] = s * x + c * y;
                }
                for k in 0..n {
                    let (x, y) = (a[(p, k)], a[(q, k)]);
                    a[(p, k)] = c * x - s * y;
                    a[(q, k)] = s * x + c * y;
                }
            }
        }
        if !rotated {
            break;
        }
    }
    ((0..n).map(|i| a[(i, i)]).collect(), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_vectors_give_the_matrix_back() {
        let n = 9;
        // Rows of zeros, equal blocks and a full part.
        let entry = |i: usize, j: usize| match (i, j) {
            (3, _) | (_, 3) => 0.0,
            (0..3, 0..3) => {
                if i == j {
                    0.75
                } else {
                    -0.25
                }
            }
            (4.., 4..) => libm::sin((i * j) as f64),
            _ => 0.0,
        };
        let a = Matrix::from_fn(n, n, entry);
        let (values, vectors) = eigen(&a);
        for i in 0..n {
            for j in 0..n {
                let back: f64 = (0..n).map(|k| vectors[(i, k)] * values[k] * vectors[(j, k)]).sum();
                let unit: f64 = (0..n).map(|k| vectors[(k, i)] * vectors[(k, j)]).sum();
                assert!((back - a[(i, j)]).abs() < 1e-14, "{i} {j}: {back} {}", a[(i, j)]);
                assert!((unit - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
    }
}
