//! The least favourable critical value of η: its 1 − κ quantile when every inequality holds with equality (Andrews, Roth and Pakes
//! 2023, section 4; Rambachan and Roth 2023, section 3.3), where η is the largest of finitely many normal variables.
//!
//! Those variables span a space of few dimensions, since the trends after treatment are free but for the target: one under Δ^SD, two
//! under Δ^RM. In polar coordinates the radius is a χ variable, so P(η > c) is the mean over directions u of P(χ_q > c/η(u)). In one
//! dimension that is two directions, in two an integral over the arcs on which one vertex is largest, by Gauss–Legendre's rule; in
//! more, the mean over fixed directions drawn in opposite pairs, good to about half a percent of the critical value. HonestDiD draws 1,000 times
//! instead.

use super::moments::{Functional, Moments};
use crate::num::{Matrix, chi_square, dot, gauss_legendre};
use crate::random::Stream;

/// Pairs of directions in three and more dimensions.
const PAIRS: u64 = 1_000;

/// The value that η exceeds with probability `kappa`, not below 0; `None` when a program cannot be solved.
pub(super) fn critical(moments: &mut Moments, kappa: f64) -> Option<f64> {
    let axes = axes(moments)?;
    let q = axes.rows();
    // Each is a radius per direction and its share of all directions.
    let radii: Vec<(f64, f64)> = match q {
        0 => return Some(0.0),
        1 => [1.0, -1.0].iter().map(|u| Some((eta(moments, &axes, &[*u])?, 0.5))).collect::<Option<_>>()?,
        2 => arcs(&corners(moments, &axes)?),
        _ => {
            let mut out = Vec::new();
            for pair in 0..PAIRS {
                let mut draw = Stream::new(0, &["diagnose", "honest", "directions"], pair);
                let v: Vec<f64> = (0..q).map(|_| draw.normal()).collect();
                let length = dot(&v, &v).sqrt();
                for sign in [1.0, -1.0] {
                    let u: Vec<f64> = v.iter().map(|x| sign * x / length).collect();
                    out.push((eta(moments, &axes, &u)?, 0.5 / PAIRS as f64));
                }
            }
            out
        }
    };
    let exceeds = |c: f64| -> f64 {
        radii.iter().filter(|(r, _)| *r > 0.0).map(|&(r, share)| share * chi_square::upper_tail(c * c / (r * r), q)).sum()
    };
    let largest = radii.iter().fold(0.0_f64, |m, (r, _)| m.max(*r));
    let (mut low, mut high) = (0.0, largest * chi_square::critical(1.0 - kappa, q).sqrt());
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if exceeds(middle) > kappa { low = middle } else { high = middle }
    }
    Some(high)
}

fn eta(moments: &mut Moments, axes: &Matrix, u: &[f64]) -> Option<f64> {
    Some(dot(&moments.of_noise(&axes.apply_transposed(u))?.loading, &axes.apply_transposed(u)))
}

/// An orthonormal basis of all that the multipliers load on, a row each.
fn axes(moments: &mut Moments) -> Option<Matrix> {
    let columns = moments.loadings.cols();
    let start = moments.of_noise(&vec![0.0; columns])?.loading;
    let directions = moments.multipliers.directions();
    let mut left: Vec<Vec<f64>> = directions.iter().map(|x| moments.loadings.apply_transposed(x)).chain([start]).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut first = 0.0_f64;
    loop {
        let longest = left.iter().map(|v| dot(v, v)).enumerate().fold((0, 0.0), |m, (i, s)| if s > m.1 { (i, s) } else { m });
        first = first.max(longest.1);
        if basis.len() == columns || longest.1 <= 1e-16 * first || first == 0.0 {
            break;
        }
        let length = longest.1.sqrt();
        let axis: Vec<f64> = left[longest.0].iter().map(|x| x / length).collect();
        for v in &mut left {
            // Twice, so that what is left is orthogonal to working accuracy.
            for _ in 0..2 {
                let part = dot(v, &axis);
                v.iter_mut().zip(&axis).for_each(|(x, a)| *x -= part * a);
            }
        }
        basis.push(axis);
    }
    Some(Matrix::from_fn(basis.len(), columns, |i, j| basis[i][j]))
}

/// The corners of the polygon of loadings in the plane, counter-clockwise.
fn corners(moments: &mut Moments, axes: &Matrix) -> Option<Vec<[f64; 2]>> {
    let mut ask = |u: [f64; 2]| -> Option<[f64; 2]> {
        let found: Functional = moments.of_noise(&axes.apply_transposed(&u))?;
        let point = axes.apply(&found.loading);
        Some([point[0], point[1]])
    };
    let around = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
    let start: Vec<[f64; 2]> = around.iter().map(|u| ask(*u)).collect::<Option<_>>()?;
    let mut out: Vec<[f64; 2]> = Vec::new();
    for k in 0..4 {
        let mut stack = vec![(start[k], start[(k + 1) % 4])];
        while let Some((a, b)) = stack.pop() {
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let length = (dx * dx + dy * dy).sqrt();
            if length <= 1e-10 {
                continue;
            }
            let normal = [dy / length, -dx / length];
            let height = |p: [f64; 2]| normal[0] * p[0] + normal[1] * p[1];
            let beyond = ask(normal)?;
            if height(beyond) > height(a).max(height(b)) + 1e-10 && out.len() < 10_000 {
                stack.push((beyond, b));
                stack.push((a, beyond));
            } else {
                out.push(a);
            }
        }
    }
    if out.is_empty() {
        out.push(start[0]);
    }
    Some(out)
}

/// Points of the rule on each arc.
const POINTS: usize = 16;
/// The widest arc told by one rule.
const ARC: f64 = std::f64::consts::FRAC_PI_8;

/// The radius η(u) at the rule's directions where it is positive, with their shares of the circle.
fn arcs(corners: &[[f64; 2]]) -> Vec<(f64, f64)> {
    let n = corners.len();
    let turn = 2.0 * std::f64::consts::PI;
    // The direction of the outward normal of the edge that begins at a corner.
    let normal = |k: usize| {
        let (a, b) = (corners[k % n], corners[(k + 1) % n]);
        libm::atan2(a[0] - b[0], b[1] - a[1])
    };
    let rule = gauss_legendre(POINTS);
    let mut out = Vec::new();
    for (k, corner) in corners.iter().enumerate() {
        let from = if n == 1 { 0.0 } else { normal(k + n - 1) };
        let mut width = if n == 1 { turn } else { normal(k) - from };
        if width < 0.0 {
            width += turn;
        }
        // Of the arc, what lies within a quarter turn of the corner: elsewhere the radius is negative.
        let towards = libm::atan2(corner[1], corner[0]);
        for shift in [-turn, 0.0, turn] {
            let (low, high) = (from.max(towards + shift - 0.25 * turn), (from + width).min(towards + shift + 0.25 * turn));
            if high <= low {
                continue;
            }
            let parts = ((high - low) / ARC).ceil();
            let half = 0.5 * (high - low) / parts;
            for part in 0..parts as usize {
                let middle = low + half * (2 * part + 1) as f64;
                for (node, weight) in &rule {
                    let angle = middle + half * node;
                    let radius = corner[0] * libm::cos(angle) + corner[1] * libm::sin(angle);
                    out.push((radius, weight * half / turn));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceeds(corners: &[[f64; 2]], c: f64) -> f64 {
        arcs(corners).iter().filter(|(r, _)| *r > 0.0).map(|(r, w)| w * chi_square::upper_tail(c * c / (r * r), 2)).sum()
    }

    #[test]
    fn the_rule_is_exact_where_the_answer_is_known() {
        use crate::num::normal;
        // One variable, its size, the larger of two independent ones, the largest size of two.
        let tail = |c: f64| 0.5 * libm::erfc(c * std::f64::consts::FRAC_1_SQRT_2);
        for c in [0.5, 2.0, 2.8] {
            assert!((exceeds(&[[1.0, 0.0]], c) - tail(c)).abs() < 1e-8);
            assert!((exceeds(&[[1.0, 0.0], [-1.0, 0.0]], c) - 2.0 * tail(c)).abs() < 1e-8);
            assert!((exceeds(&[[1.0, 0.0], [0.0, 1.0]], c) - (1.0 - normal::cdf(c) * normal::cdf(c))).abs() < 1e-8);
            let square = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
            let inside = 1.0 - 2.0 * tail(c);
            assert!((exceeds(&square, c) - (1.0 - inside * inside)).abs() < 1e-8);
        }
    }
}
