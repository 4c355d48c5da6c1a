//! What the wild bootstrap needs of each cluster: its score as a function of the hypothesized effect, and its pull on the fit.

use super::Setting;
use crate::cohort::Faults;
use crate::estimate::{Body, Fit, Part};
use crate::num::{Matrix, dot};

/// A target's test, cluster by cluster (or finer).
pub(super) enum Problem {
    /// One weight a cluster.
    Clusters(Clusters),
    /// One weight a finer group, errors clustered as before.
    Finer(Finer),
    /// One weight a cluster, where effects were taken off that cross clusters.
    Crossing(Across),
}

/// With δ = θ̂ − r and h = Mc: s_g(δ) = s_g + κ_g δ, κ_g = S_g h / (c'h); α = h's, γ = h'κ, ξ_g = M S_g h.
pub(super) struct Clusters {
    /// Rows of 4k numbers: s, κ, αξ, γξ.
    table: Vec<f64>,
    width: usize,
    alpha: Vec<f64>,
    gamma: Vec<f64>,
    h: Vec<f64>,
    /// Σ ξξ'.
    gram: Matrix,
}

/// The same with weights on finer groups: rows of 2k + 2 numbers s, κ, α, γ; ξ stays with the clusters.
pub(super) struct Finer {
    table: Vec<f64>,
    width: usize,
    cluster: Vec<u32>,
    xi: Vec<Vec<f64>>,
    h: Vec<f64>,
}

/// Where effects cross clusters each cluster's weight moves the residuals of the others: a cluster's deviation is Σ_j v_j a_gj,
/// under the hypothesis Σ_j v_j (a_gj + δ b_gj).
pub(super) struct Across {
    a: Matrix,
    b: Matrix,
    alpha: Vec<f64>,
    gamma: Vec<f64>,
}

/// What a replicate needs to write on.
pub(super) struct Scratch {
    sum: Vec<f64>,
    own: Vec<[f64; 2]>,
}

/// A vector for each cluster.
type Rows = Vec<Vec<f64>>;

impl Problem {
    /// One weight a cluster, in the order in which clusters get their draws.
    pub(super) fn clusters(fit: &Fit, t: usize, imposed: bool, setting: &Setting<'_>) -> Option<Problem> {
        let order = setting.order_of(fit);
        let each = || order.iter().map(|&g| g as usize);
        let (scores, kappas, xis, h): (Rows, Rows, Rows, Vec<f64>) = match &fit.body {
            Body::Linear(body) => {
                let contrast = body.contrasts[t].as_ref()?;
                let h = body.inverse.apply(contrast);
                let scale: f64 = dot(contrast, &h);
                let sh: Rows = each().map(|g| body.clusters[g].s.apply(&h)).collect();
                (
                    each().map(|g| body.score(g)).collect(),
                    sh.iter().map(|v| v.iter().map(|x| x / scale).collect()).collect(),
                    sh.iter().map(|v| body.inverse.apply(v)).collect(),
                    h,
                )
            }
            // One parameter whose information is shared among the clusters.
            Body::Influence(body) => {
                let column = |m: &Matrix| each().map(|g| vec![m[(g, t)]]).collect::<Rows>();
                (column(&body.influence), column(&body.information), column(&body.information), vec![1.0])
            }
        };
        let k = h.len();
        let alpha: Vec<f64> = scores.iter().map(|s| dot(&h, s)).collect();
        let gamma: Vec<f64> = kappas.iter().map(|s| if imposed { dot(&h, s) } else { 0.0 }).collect();
        let mut table = Vec::with_capacity(scores.len() * 4 * k);
        let mut gram = Matrix::zeros(k, k);
        for g in 0..scores.len() {
            table.extend_from_slice(&scores[g]);
            table.extend(kappas[g].iter().map(|x| if imposed { *x } else { 0.0 }));
            table.extend(xis[g].iter().map(|x| alpha[g] * x));
            table.extend(xis[g].iter().map(|x| gamma[g] * x));
            gram.add_outer(&xis[g], 1.0);
        }
        Some(Problem::Clusters(Clusters { table, width: 4 * k, alpha, gamma, h, gram }))
    }

    /// One weight a cluster of a regression beside effects that cross clusters.
    ///
    /// # Errors
    /// When they cannot be taken off.
    pub(super) fn across(fit: &Fit, t: usize, imposed: bool, setting: &Setting<'_>) -> Result<Option<Problem>, Faults> {
        let Body::Linear(body) = &fit.body else { return Ok(None) };
        let (Some(crossing), Some(contrast)) = (body.crossing(), body.contrasts[t].as_ref()) else { return Ok(None) };
        let h = body.inverse.apply(contrast);
        let scale = dot(contrast, &h);
        let shift: Vec<f64> = h.iter().map(|x| if imposed { x / scale } else { 0.0 }).collect();
        let pulls = crossing.pulls(body, &h, std::slice::from_ref(&shift), setting.executor)?;
        let order = setting.order_of(fit);
        let each = || order.iter().map(|&g| g as usize);
        let s = |g: usize, v: &[f64]| body.clusters[g].s.apply(v);
        let xi: Rows = each().map(|g| body.inverse.apply(&s(g, &h))).collect();
        let scores: [Rows; 2] = [each().map(|g| body.score(g)).collect(), each().map(|g| s(g, &shift)).collect()];
        let table = |k: usize| {
            let n = order.len();
            Matrix::from_fn(n, n, |g, j| pulls[k][(order[g] as usize, order[j] as usize)] - dot(&xi[g], &scores[k][j]))
        };
        let along = |k: usize| scores[k].iter().map(|s| dot(&h, s)).collect();
        Ok(Some(Problem::Crossing(Across { a: table(0), b: table(1), alpha: along(0), gamma: along(1) })))
    }

    /// One weight a finer group of a regression. `parts` are grouped by cluster.
    pub(super) fn finer(fit: &Fit, t: usize, imposed: bool, parts: &[Part], setting: &Setting<'_>) -> Option<Problem> {
        let Body::Linear(body) = &fit.body else { return None };
        let contrast = body.contrasts[t].as_ref()?;
        let k = body.beta.len();
        let h = body.inverse.apply(contrast);
        let scale = dot(contrast, &h);
        let order = setting.order_of(fit);
        let mut place = vec![0u32; order.len()];
        order.iter().enumerate().for_each(|(p, &g)| place[g as usize] = p as u32);
        let xi: Rows = order.iter().map(|&g| body.inverse.apply(&body.clusters[g as usize].s.apply(&h))).collect();
        let mut rows: Vec<(u32, Vec<f64>)> = parts
            .iter()
            .map(|part| {
                let (upper, b) = part.packed.split_at(k * (k + 1) / 2);
                let s = Matrix::from_fn(k, k, |i, j| {
                    let (i, j) = (i.min(j), i.max(j));
                    upper[i * k - i * (i + 1) / 2 + j]
                });
                let score: Vec<f64> = s.apply(&body.beta).iter().zip(b).map(|(sb, b)| b - sb).collect();
                let kappa: Vec<f64> = s.apply(&h).iter().map(|x| if imposed { x / scale } else { 0.0 }).collect();
                let (alpha, gamma) = (dot(&h, &score), dot(&h, &kappa));
                let mut row = score;
                row.extend(kappa);
                row.extend([alpha, gamma]);
                (place[part.cluster as usize], row)
            })
            .collect();
        // Stable: within a cluster the parts keep their order.
        rows.sort_by_key(|(p, _)| *p);
        let cluster = rows.iter().map(|(p, _)| *p).collect();
        Some(Problem::Finer(Finer { table: rows.into_iter().flat_map(|(_, row)| row).collect(), width: 2 * k + 2, cluster, xi, h }))
    }

    /// How many weights a replicate takes.
    pub(super) fn n_weights(&self) -> usize {
        match self {
            Problem::Clusters(c) => c.alpha.len(),
            Problem::Finer(f) => f.cluster.len(),
            Problem::Crossing(c) => c.alpha.len(),
        }
    }

    pub(super) fn scratch(&self) -> Scratch {
        match self {
            Problem::Clusters(c) => Scratch { sum: vec![0.0; c.width], own: Vec::new() },
            Problem::Crossing(_) => Scratch { sum: Vec::new(), own: Vec::new() },
            Problem::Finer(f) => Scratch { sum: vec![0.0; f.width], own: vec![[0.0; 2]; f.xi.len()] },
        }
    }

    /// One replicate's coefficients [p₀, p₁, q₀, q₁, q₂] under weights v.
    pub(super) fn replicate(&self, v: &[f64], scratch: &mut Scratch) -> [f64; 5] {
        match self {
            Problem::Clusters(c) => c.replicate(v, &mut scratch.sum),
            Problem::Finer(f) => f.replicate(v, scratch),
            Problem::Crossing(c) => c.replicate(v),
        }
    }
}

impl Clusters {
    fn replicate(&self, v: &[f64], sum: &mut [f64]) -> [f64; 5] {
        let k = self.h.len();
        sum.fill(0.0);
        let (mut a0, mut a1, mut a2) = (0.0, 0.0, 0.0);
        for (g, (row, &w)) in self.table.chunks_exact(self.width).zip(v).enumerate() {
            sum.iter_mut().zip(row).for_each(|(s, x)| *s += w * x);
            let square = w * w;
            a0 += square * self.alpha[g] * self.alpha[g];
            a1 += square * self.alpha[g] * self.gamma[g];
            a2 += square * self.gamma[g] * self.gamma[g];
        }
        let (z0, rest) = sum.split_at(k);
        let (z1, rest) = rest.split_at(k);
        let (y0, y1) = rest.split_at(k);
        let bend = |u: &[f64], w: &[f64]| (0..k).map(|i| u[i] * dot(self.gram.row(i), w)).sum::<f64>();
        let q0 = a0 - 2.0 * dot(y0, z0) + bend(z0, z0);
        let q1 = 2.0 * a1 - 2.0 * (dot(y0, z1) + dot(y1, z0)) + 2.0 * bend(z0, z1);
        let q2 = a2 - 2.0 * dot(y1, z1) + bend(z1, z1);
        [dot(&self.h, z0), dot(&self.h, z1), q0, q1, q2]
    }
}

impl Across {
    fn replicate(&self, v: &[f64]) -> [f64; 5] {
        let mut q = [0.0; 3];
        for g in 0..v.len() {
            let (a, b) = (dot(self.a.row(g), v), dot(self.b.row(g), v));
            q[0] += a * a;
            q[1] += 2.0 * a * b;
            q[2] += b * b;
        }
        [dot(&self.alpha, v), dot(&self.gamma, v), q[0], q[1], q[2]]
    }
}

impl Finer {
    fn replicate(&self, v: &[f64], scratch: &mut Scratch) -> [f64; 5] {
        let k = self.h.len();
        let Scratch { sum, own } = scratch;
        sum.fill(0.0);
        own.fill([0.0; 2]);
        for ((row, &w), &g) in self.table.chunks_exact(self.width).zip(v).zip(&self.cluster) {
            sum.iter_mut().zip(row).for_each(|(s, x)| *s += w * x);
            own[g as usize][0] += w * row[2 * k];
            own[g as usize][1] += w * row[2 * k + 1];
        }
        let (z0, z1) = (&sum[..k], &sum[k..2 * k]);
        let mut q = [0.0; 3];
        for (own, xi) in own.iter().zip(&self.xi) {
            let (r0, r1) = (own[0] - dot(xi, z0), own[1] - dot(xi, z1));
            q[0] += r0 * r0;
            q[1] += 2.0 * r0 * r1;
            q[2] += r1 * r1;
        }
        [dot(&self.h, z0), dot(&self.h, z1), q[0], q[1], q[2]]
    }
}
