//! Cluster-robust variances of a least-squares fit, and their Satterthwaite degrees of freedom, from moments.
//!
//! With M = (ΣS)⁻¹, the root R = M^½ (symmetric), T_g = R S_g R and F_g = f(I − T_g):
//! a cluster's contribution to a contrast c is (Rc)'F_g R s_g, where f = 1 for CR0 and CR1, the inverse square root for
//! CR2 (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018), the inverse for CR3 (the exact delete-one-cluster change).
//! Eigenvalues of I − T_g below 1e-10 have no inverse: they are set to zero (generalized inverse), which is said.
//!
//! Weighted CR2 follows clubSandwich's default for weighted least squares: the working model is the identity.

use crate::estimate::{AbsorbedUnit, LinearFit};
use crate::num::{Matrix, dot, symmetric_power};

/// Which adjustment of the residuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adjustment {
    /// None: CR0 and CR1.
    None,
    /// Inverse square root: CR2.
    Root,
    /// Inverse: CR3, the jackknife.
    Full,
}

/// Variance and degrees of freedom of one contrast.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variance {
    /// Without any small-sample factor.
    pub variance: f64,
    /// Satterthwaite degrees of freedom under an independent, homoskedastic working model.
    pub satterthwaite: f64,
}

/// The sandwich, and whether some cluster decides a coefficient alone.
pub(super) struct Sandwich {
    pub contrasts: Vec<Option<Variance>>,
    pub leverage_one: bool,
}

const SINGULAR: f64 = 1e-10;

/// The sandwich of these targets.
pub(super) fn sandwich(fit: &LinearFit, adjustment: Adjustment, targets: impl Iterator<Item = usize>) -> Sandwich {
    let targets: Vec<usize> = targets.filter(|&t| fit.contrasts[t].is_some()).collect();
    let chosen: Vec<Vec<f64>> = targets.iter().filter_map(|&t| fit.contrasts[t].clone()).collect();
    let mut pieces = Pieces::new(fit, adjustment);
    let rooted = pieces.rooted(&chosen);
    let mut sums: Vec<Sums> = chosen.iter().map(|_| Sums::new(pieces.c.rows())).collect();
    for g in 0..fit.clusters.len() {
        for (sum, piece) in sums.iter_mut().zip(pieces.cluster(g, &chosen, &rooted)) {
            sum.variance += piece.contribution * piece.contribution;
            let (a, own) = (dot(&piece.left, &piece.right), pieces.c.quadratic(&piece.y));
            sum.trace += a + own;
            sum.squares += a * a + 2.0 * a * own;
            sum.outer.add_outer(&piece.y, 1.0);
        }
    }
    let mut contrasts = vec![None; fit.contrasts.len()];
    for (sum, &t) in sums.iter().zip(&targets) {
        contrasts[t] = Some(Variance { variance: sum.variance, satterthwaite: sum.satterthwaite(&pieces.c) });
    }
    Sandwich { contrasts, leverage_one: pieces.leverage_one && adjustment != Adjustment::None }
}

/// The variance of a contrast c without any adjustment of the residuals (CR0) and without any small-sample factor:
/// Σ_g (c'M s_g)². Where no degrees of freedom are wanted it needs neither roots nor the clusters' leverage.
pub(super) fn plain(fit: &LinearFit) -> impl Fn(&[f64]) -> f64 {
    let scores: Vec<Vec<f64>> = (0..fit.clusters.len()).map(|g| fit.score(g)).collect();
    move |contrast| {
        let h = fit.inverse.apply(contrast);
        scores.iter().map(|s| dot(&h, s)).map(|x| x * x).sum()
    }
}

/// The covariance of several contrasts, without any small-sample factor: each cluster's contributions, outer product summed.
pub(super) fn covariance(fit: &LinearFit, adjustment: Adjustment, contrasts: &[Vec<f64>]) -> Matrix {
    let mut pieces = Pieces::new(fit, adjustment);
    let rooted = pieces.rooted(contrasts);
    let mut out = Matrix::zeros(contrasts.len(), contrasts.len());
    for g in 0..fit.clusters.len() {
        let row: Vec<f64> = pieces.cluster(g, contrasts, &rooted).iter().map(|p| p.contribution).collect();
        out.add_outer(&row, 1.0);
    }
    out
}

/// Degrees of freedom η of the approximate Hotelling test (Pustejovsky and Tipton 2018, section 3.2, "HTZ"): with contrasts
/// standardized by their expected covariance Ω under the working model, η = q(q+1) / Σ_st Var(V_st), where
/// Var(V_st) = Σ_gh P^ss_gh P^tt_gh + P^st_gh P^ts_gh and P^st_gh = [g = h] a^st_g + y_g^s' C y_h^t. The sums over pairs of
/// clusters reduce to Y^st = Σ_g y_g^s y_g^t'. `None` when Ω is singular.
pub(super) fn hotelling(fit: &LinearFit, adjustment: Adjustment, contrasts: &[Vec<f64>]) -> Option<f64> {
    let q = contrasts.len();
    let mut pieces = Pieces::new(fit, adjustment);
    let rooted = pieces.rooted(contrasts);
    let mut omega = Matrix::zeros(q, q);
    for g in 0..fit.clusters.len() {
        let own = pieces.cluster(g, contrasts, &rooted);
        for s in 0..q {
            let cy = pieces.c.apply(&own[s].y);
            for t in 0..q {
                omega[(s, t)] += dot(&own[s].left, &own[t].right) + dot(&cy, &own[t].y);
            }
        }
    }
    let omega = omega.symmetrized();
    crate::num::Cholesky::new_guarded(&omega)?;
    let half = symmetric_power(&omega, |v| if v > 0.0 { 1.0 / v.sqrt() } else { 0.0 });
    let mixed: Vec<Vec<f64>> =
        (0..q).map(|s| (0..contrasts[0].len()).map(|i| (0..q).map(|j| half[(s, j)] * contrasts[j][i]).sum()).collect()).collect();
    let rooted = pieces.rooted(&mixed);
    let width = pieces.c.rows();
    let mut outer: Vec<Matrix> = vec![Matrix::zeros(width, width); q * q];
    let mut sum = 0.0;
    for g in 0..fit.clusters.len() {
        let own = pieces.cluster(g, &mixed, &rooted);
        let cy: Vec<Vec<f64>> = own.iter().map(|p| pieces.c.apply(&p.y)).collect();
        let a = |s: usize, t: usize| dot(&own[s].left, &own[t].right);
        let y = |s: usize, t: usize| dot(&cy[s], &own[t].y);
        for s in 0..q {
            for t in 0..q {
                sum += a(s, s) * a(t, t) + a(s, s) * y(t, t) + a(t, t) * y(s, s);
                sum += a(s, t) * a(t, s) + a(s, t) * y(t, s) + a(t, s) * y(s, t);
                for (i, &u) in own[s].y.iter().enumerate() {
                    outer[s * q + t].row_mut(i).iter_mut().zip(&own[t].y).for_each(|(o, v)| *o += u * v);
                }
            }
        }
    }
    for s in 0..q {
        for t in 0..q {
            let left = pieces.c.times(&outer[s * q + t]);
            let right = pieces.c.times(&outer[t * q + s]);
            for i in 0..width {
                for j in 0..width {
                    sum += left[(i, j)] * right[(j, i)] + left[(i, j)] * left[(j, i)];
                }
            }
        }
    }
    let eta = (q * (q + 1)) as f64 / sum;
    eta.is_finite().then_some(eta)
}

/// What a cluster adds for one contrast.
struct Piece {
    /// To the estimate's deviation.
    contribution: f64,
    /// With `right` of another contrast: a^st = left_s · right_t.
    left: Vec<f64>,
    right: Vec<f64>,
    y: Vec<f64>,
}

/// Running sums for the degrees of freedom of one contrast: with P_gh = [g = h] a_g + y_g'C y_h,
/// (Σ P_gg)² / Σ P_gh² needs only Σa, Σa², Σ y'Cy, Σ a y'Cy and Y = Σ yy'.
struct Sums {
    variance: f64,
    trace: f64,
    squares: f64,
    outer: Matrix,
}

impl Sums {
    fn new(width: usize) -> Sums {
        Sums { variance: 0.0, trace: 0.0, squares: 0.0, outer: Matrix::zeros(width, width) }
    }

    fn satterthwaite(&self, c: &Matrix) -> f64 {
        let cy = c.times(&self.outer);
        let k = cy.rows();
        let mut cross = 0.0;
        for a in 0..k {
            for b in 0..k {
                cross += cy[(a, b)] * cy[(b, a)];
            }
        }
        self.trace * self.trace / (self.squares + cross)
    }
}

/// Gives each cluster's pieces.
struct Pieces<'a> {
    fit: &'a LinearFit,
    adjustment: Adjustment,
    root: Matrix,
    /// C: −I in the root's coordinates; with weights [MQM, −M; −M, 0].
    c: Matrix,
    weighted: Option<WeightedRoot>,
    leverage_one: bool,
}

impl<'a> Pieces<'a> {
    fn new(fit: &'a LinearFit, adjustment: Adjustment) -> Pieces<'a> {
        let root = symmetric_power(&fit.inverse, |v| if v > 0.0 { v.sqrt() } else { 0.0 });
        let weighted = fit.clusters.iter().any(|c| c.weighted.is_some()).then(|| WeightedRoot::new(fit));
        let c = weighted.as_ref().map_or_else(|| Matrix::identity(fit.beta.len()).scaled(-1.0), |w| w.c.clone());
        Pieces { fit, adjustment, root, c, weighted, leverage_one: false }
    }

    fn rooted(&self, contrasts: &[Vec<f64>]) -> Vec<Vec<f64>> {
        contrasts.iter().map(|c| self.root.apply(c)).collect()
    }

    fn cluster(&mut self, g: usize, contrasts: &[Vec<f64>], rooted: &[Vec<f64>]) -> Vec<Piece> {
        let Pieces { fit, adjustment, root, weighted, leverage_one, .. } = self;
        if let (Some(weighted), Adjustment::Root) = (&mut *weighted, &*adjustment) {
            weighted.prepare(fit, g);
            return contrasts.iter().map(|c| weighted.contrast(fit, g, c)).collect();
        }
        let t = root.times(&fit.clusters[g].s).times(root);
        let score = root.apply(&fit.score(g));
        let factor = (*adjustment != Adjustment::None).then(|| {
            symmetric_power(&t, |lambda| {
                let left = 1.0 - lambda;
                if left < SINGULAR {
                    *leverage_one = true;
                    0.0
                } else if *adjustment == Adjustment::Root {
                    1.0 / left.sqrt()
                } else {
                    1.0 / left
                }
            })
        });
        let joint = weighted.as_ref().map(|_| joint(fit, g));
        rooted
            .iter()
            .map(|q| {
                let f = factor.as_ref().map_or_else(|| q.clone(), |m| m.apply(q));
                let contribution = dot(&f, &score);
                match &joint {
                    // a = f'Tf, y = Tf.
                    None => {
                        let y = t.apply(&f);
                        Piece { contribution, left: f, right: y.clone(), y }
                    }
                    // The cluster's vector is W X r.
                    Some(joint) => {
                        let mut d = vec![0.0; f.len()];
                        d.extend(root.apply(&f));
                        let y = joint.apply(&d);
                        Piece { contribution, left: d, right: y.clone(), y }
                    }
                }
            })
            .collect()
    }
}

/// [X'X, X'WX; X'WX, X'W²X] of a cluster.
fn joint(fit: &LinearFit, g: usize) -> Matrix {
    let cluster = &fit.clusters[g];
    let weighted = cluster.weighted.as_ref().expect("weighted");
    let k = fit.beta.len();
    Matrix::from_fn(2 * k, 2 * k, |i, j| match (i < k, j < k) {
        (true, true) => weighted.s0[(i, j)],
        (false, false) => weighted.s2[(i - k, j - k)],
        _ => cluster.s[(i % k, j % k)],
    })
}

/// CR2 under weights. With U = [Z, WZ] of a cluster, Z = [X, D] and D its absorbed units' indicators (left out where
/// weights are constant within units: then WX is orthogonal to D), P = diag(M, (D'WD)⁻¹) and
/// A = [MQM, MKN; NK'M, NLN] with Q = ΣX'W²X, K = X'W²D, N = (D'WD)⁻¹, L = D'W²D:
/// [(I−H)(I−H)']_gg = I + U C U', C = [A, −P; −P, 0]. Its inverse root acts in the span of U only, of dimension
/// 2(k + units) whatever the number of rows. Between clusters the same product needs only X'p and WX'p − KND'p.
struct WeightedRoot {
    /// C for the sums over clusters: [MQM, −M; −M, 0].
    c: Matrix,
    mqm: Matrix,
    joint: Matrix,
    /// N^½ and its generalized inverse.
    half: Matrix,
    half_inverse: Matrix,
    /// f(I + E) − I.
    change: Matrix,
    /// U'û.
    scores: Vec<f64>,
}

impl WeightedRoot {
    fn new(fit: &LinearFit) -> WeightedRoot {
        let k = fit.beta.len();
        let mut q = Matrix::zeros(k, k);
        fit.clusters.iter().filter_map(|c| c.weighted.as_ref()).for_each(|w| q.add_scaled(&w.s2, 1.0));
        let mqm = fit.inverse.times(&q).times(&fit.inverse);
        let c = Matrix::from_fn(2 * k, 2 * k, |i, j| match (i < k, j < k) {
            (true, true) => mqm[(i, j)],
            (false, false) => 0.0,
            _ => -fit.inverse[(i % k, j % k)],
        });
        let empty = Matrix::zeros(0, 0);
        WeightedRoot { c, mqm, joint: empty.clone(), half: empty.clone(), half_inverse: empty.clone(), change: empty, scores: Vec::new() }
    }

    fn prepare(&mut self, fit: &LinearFit, g: usize) {
        let k = fit.beta.len();
        let cluster = &fit.clusters[g];
        let weighted = cluster.weighted.as_ref().expect("weighted");
        let units: &[AbsorbedUnit] = weighted.absorbed.as_deref().unwrap_or_default();
        let z = k + units.len();
        // Z'W^aZ for a = 0, 1, 2.
        let power = |a: usize, xx: &Matrix| {
            Matrix::from_fn(z, z, |i, j| match (i < k, j < k) {
                (true, true) => xx[(i, j)],
                (false, false) if i == j => units[i - k].weights[a],
                (false, false) => 0.0,
                _ => {
                    let (x, unit) = (i.min(j), &units[i.max(j) - k]);
                    match a {
                        0 => unit.x[x],
                        1 => 0.0,
                        _ => unit.x2[x],
                    }
                }
            })
        };
        let (z0, z1, z2) = (power(0, &weighted.s0), power(1, &cluster.s), power(2, &weighted.s2));
        let joint = Matrix::from_fn(2 * z, 2 * z, |i, j| match (i < z, j < z) {
            (true, true) => z0[(i, j)],
            (false, false) => z2[(i - z, j - z)],
            _ => z1[(i % z, j % z)],
        });
        let n = |u: usize| 1.0 / units[u].weights[1];
        let mk: Vec<Vec<f64>> = units.iter().map(|u| fit.inverse.apply(&u.x2)).collect();
        let own = Matrix::from_fn(2 * z, 2 * z, |i, j| match (i < z, j < z) {
            (false, false) => 0.0,
            (true, true) => match (i < k, j < k) {
                (true, true) => self.mqm[(i, j)],
                (false, false) if i == j => n(i - k) * units[i - k].weights[2] * n(i - k),
                (false, false) => 0.0,
                _ => mk[i.max(j) - k][i.min(j)] * n(i.max(j) - k),
            },
            _ => {
                let (a, b) = (i % z, j % z);
                match (a < k, b < k) {
                    (true, true) => -fit.inverse[(a, b)],
                    (false, false) if a == b => -n(a - k),
                    _ => 0.0,
                }
            }
        });
        let largest = (0..joint.rows()).map(|i| joint[(i, i)]).fold(0.0, f64::max);
        let floor = 1e-12 * largest;
        self.half = symmetric_power(&joint, |v| if v > floor { v.sqrt() } else { 0.0 });
        self.half_inverse = symmetric_power(&joint, |v| if v > floor { 1.0 / v.sqrt() } else { 0.0 });
        let e = self.half.times(&own).times(&self.half);
        self.change = symmetric_power(&e, |v| {
            let left = 1.0 + v;
            if left < SINGULAR { -1.0 } else { 1.0 / left.sqrt() - 1.0 }
        });
        let plain: Vec<f64> = weighted.s0.apply(&fit.beta).iter().zip(&weighted.b0).map(|(sb, b)| b - sb).collect();
        let mut scores = plain;
        scores.extend(units.iter().map(|u| u.y - dot(&u.x, &fit.beta)));
        scores.extend(fit.score(g));
        scores.extend(units.iter().map(|_| 0.0));
        self.scores = scores;
        self.joint = joint;
    }

    /// The cluster's piece of a contrast.
    fn contrast(&self, fit: &LinearFit, g: usize, contrast: &[f64]) -> Piece {
        let k = fit.beta.len();
        let weighted = fit.clusters[g].weighted.as_ref().expect("weighted");
        let units: &[AbsorbedUnit] = weighted.absorbed.as_deref().unwrap_or_default();
        let z = k + units.len();
        let mut e = vec![0.0; 2 * z];
        e[z..z + k].copy_from_slice(&fit.inverse.apply(contrast));
        let moved = self.half_inverse.apply(&self.change.apply(&self.half.apply(&e)));
        let d: Vec<f64> = e.iter().zip(&moved).map(|(a, b)| a + b).collect();
        let v = self.joint.apply(&d);
        let mut y: Vec<f64> = v[..k].iter().chain(&v[z..z + k]).copied().collect();
        let contribution = dot(&d, &self.scores);
        // a^st = d_s'v_t + Σ_u n²w₂ p_s p_t − n p_s q_t − n q_s p_t, p = v plain, q = v with weight.
        let (mut left, mut right) = (d, v.clone());
        for (u, unit) in units.iter().enumerate() {
            let (plain, with_weight, n) = (v[k + u], v[z + k + u], 1.0 / unit.weights[1]);
            left.extend([plain, plain, with_weight]);
            right.extend([n * n * unit.weights[2] * plain, -n * with_weight, -n * plain]);
            for (slot, x) in y[k..].iter_mut().zip(&unit.x2) {
                *slot -= x * n * plain;
            }
        }
        Piece { contribution, left, right, y }
    }
}
