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

pub(super) fn sandwich(fit: &LinearFit, adjustment: Adjustment) -> Sandwich {
    let root = symmetric_power(&fit.inverse, |v| if v > 0.0 { v.sqrt() } else { 0.0 });
    let weighted = fit.clusters.iter().any(|c| c.weighted.is_some());
    let targets: Vec<usize> = (0..fit.contrasts.len()).filter(|&t| fit.contrasts[t].is_some()).collect();
    let rooted: Vec<Vec<f64>> = targets.iter().map(|&t| root.apply(fit.contrasts[t].as_ref().expect("filtered"))).collect();
    let mut work = Work::new(fit, targets.len(), weighted);
    let mut leverage_one = false;
    for g in 0..fit.clusters.len() {
        let t = root.times(&fit.clusters[g].s).times(&root);
        let score = root.apply(&fit.score(g));
        let factor = match adjustment {
            Adjustment::None => None,
            _ => Some(symmetric_power(&t, |lambda| {
                let left = 1.0 - lambda;
                if left < SINGULAR {
                    leverage_one = true;
                    0.0
                } else if adjustment == Adjustment::Root {
                    1.0 / left.sqrt()
                } else {
                    1.0 / left
                }
            })),
        };
        for (j, q) in rooted.iter().enumerate() {
            let f = factor.as_ref().map_or_else(|| q.clone(), |m| m.apply(q));
            let contribution = if weighted && adjustment == Adjustment::Root {
                work.weighted_root(fit, g, j, &targets)
            } else {
                if weighted {
                    work.weighted_plain(fit, g, j, &root.apply(&f));
                } else {
                    work.plain(j, &t.apply(&f), &f);
                }
                dot(&f, &score)
            };
            work.variance[j] += contribution * contribution;
        }
    }
    let mut contrasts = vec![None; fit.contrasts.len()];
    for (j, &t) in targets.iter().enumerate() {
        contrasts[t] = Some(Variance { variance: work.variance[j], satterthwaite: work.satterthwaite(j) });
    }
    Sandwich { contrasts, leverage_one: leverage_one && adjustment != Adjustment::None }
}

/// Running sums for the degrees of freedom: with P_gh = [g = h] a_g + y_g'C y_h,
/// (Σ P_gg)² / Σ P_gh² needs only Σa, Σa², Σ y'Cy, Σ a y'Cy and Y = Σ yy'.
struct Work {
    c: Matrix,
    variance: Vec<f64>,
    trace: Vec<f64>,
    squares: Vec<f64>,
    outer: Vec<Matrix>,
    weighted: Option<WeightedRoot>,
}

impl Work {
    fn new(fit: &LinearFit, n: usize, weighted: bool) -> Work {
        let k = fit.beta.len();
        let (c, size, parts) = if weighted {
            let parts = WeightedRoot::new(fit);
            (parts.c.clone(), 2 * k, Some(parts))
        } else {
            (Matrix::identity(k).scaled(-1.0), k, None)
        };
        Work {
            c,
            variance: vec![0.0; n],
            trace: vec![0.0; n],
            squares: vec![0.0; n],
            outer: vec![Matrix::zeros(size, size); n],
            weighted: parts,
        }
    }

    fn add(&mut self, j: usize, a: f64, y: &[f64]) {
        let own = self.c.quadratic(y);
        self.trace[j] += a + own;
        self.squares[j] += a * a + 2.0 * a * own;
        self.outer[j].add_outer(y, 1.0);
    }

    /// Unweighted: a = f'Tf, y = Tf, C = −I (in the root's coordinates).
    fn plain(&mut self, j: usize, y: &[f64], f: &[f64]) {
        self.add(j, dot(f, y), y);
    }

    /// Weighted, without the root: the cluster's vector is W X r.
    fn weighted_plain(&mut self, fit: &LinearFit, g: usize, j: usize, r: &[f64]) {
        let k = fit.beta.len();
        let mut d = vec![0.0; 2 * k];
        d[k..].copy_from_slice(r);
        let y = joint(fit, g).apply(&d);
        self.add(j, dot(&d, &y), &y);
    }

    fn weighted_root(&mut self, fit: &LinearFit, g: usize, j: usize, targets: &[usize]) -> f64 {
        let contrast = fit.contrasts[targets[j]].as_ref().expect("identified");
        let parts = self.weighted.as_mut().expect("weighted");
        if parts.cluster != Some(g) {
            parts.prepare(fit, g);
        }
        let (contribution, a, y) = parts.contrast(fit, g, contrast);
        self.add(j, a, &y);
        contribution
    }

    fn satterthwaite(&self, j: usize) -> f64 {
        let cy = self.c.times(&self.outer[j]);
        let k = cy.rows();
        let mut cross = 0.0;
        for a in 0..k {
            for b in 0..k {
                cross += cy[(a, b)] * cy[(b, a)];
            }
        }
        self.trace[j] * self.trace[j] / (self.squares[j] + cross)
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
    cluster: Option<usize>,
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
        WeightedRoot {
            c,
            mqm,
            cluster: None,
            joint: empty.clone(),
            half: empty.clone(),
            half_inverse: empty.clone(),
            change: empty,
            scores: Vec::new(),
        }
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
        self.cluster = Some(g);
    }

    /// (contribution, a, y) of a contrast.
    fn contrast(&self, fit: &LinearFit, g: usize, contrast: &[f64]) -> (f64, f64, Vec<f64>) {
        let k = fit.beta.len();
        let weighted = fit.clusters[g].weighted.as_ref().expect("weighted");
        let units: &[AbsorbedUnit] = weighted.absorbed.as_deref().unwrap_or_default();
        let z = k + units.len();
        let mut e = vec![0.0; 2 * z];
        e[z..z + k].copy_from_slice(&fit.inverse.apply(contrast));
        let moved = self.half_inverse.apply(&self.change.apply(&self.half.apply(&e)));
        let d: Vec<f64> = e.iter().zip(&moved).map(|(a, b)| a + b).collect();
        let v = self.joint.apply(&d);
        let mut a = dot(&d, &v);
        let mut y: Vec<f64> = v[..k].iter().chain(&v[z..z + k]).copied().collect();
        for (u, unit) in units.iter().enumerate() {
            let (plain, with_weight, n) = (v[k + u], v[z + k + u], 1.0 / unit.weights[1]);
            a += n * plain * (n * unit.weights[2] * plain - 2.0 * with_weight);
            for (slot, x) in y[k..].iter_mut().zip(&unit.x2) {
                *slot -= x * n * plain;
            }
        }
        (dot(&d, &self.scores), a, y)
    }
}
