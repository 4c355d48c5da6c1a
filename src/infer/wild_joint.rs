//! The wild cluster bootstrap of a joint hypothesis: the Wald statistic under resampled signs.

use super::bootstrap::in_blocks;
use super::estimate::JointTest;
use super::replicates::{Asked, Share, of_share};
use super::weights::Source;
use super::{Setting, wald, wild};
use crate::cohort::Faults;
use crate::estimate::{Body, Fit, Options};
use crate::num::{Cholesky, Matrix, dot};

/// What the test needs of each cluster, in the order of draws. With H the targets' rows in the space of scores:
/// numerator HZ, Z = Σ v_g s̃_g; a cluster's deviation v_g u_g − Ξ_g Z with u_g = H s̃_g, Ξ_g = H S_g M.
struct Problem {
    h: Vec<Vec<f64>>,
    score: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    xi: Vec<Matrix>,
    /// Where effects cross clusters: for each target what the score of cluster j, weighted, adds to the deviation of cluster g.
    across: Vec<Matrix>,
}

/// All targets zero at once. The statistic is θ'V⁻¹θ with V the CR0 covariance; one draw costs clusters × targets × terms.
pub(super) fn test(fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
    let q = targets.len();
    if options.get("subcluster") != "none" {
        return Ok(Some(JointTest { kind: "Wald", ..wald::undefined(q, "there is no joint test with a weight for each subcluster") }));
    }
    let estimates = wald::estimates(fit, targets);
    let Some(observed) = wald::quadratic(&estimates, &wald::plain_covariance(fit, targets)) else {
        return Ok(Some(wald::undefined(q, "the effects' covariance is singular: there are as many effects as clusters, or more")));
    };
    let Some(problem) = Problem::new(fit, targets, &estimates, options.get("null") == "imposed", setting)? else {
        return Ok(Some(wald::undefined(q, "the effects' information is singular")));
    };
    let asked = Asked::of(options);
    let m = problem.u.len();
    let named = Source::named(options.get("weights"));
    let enumerated = named.enumerated(m, |n| asked.allows(n));
    let (source, asked) = enumerated.map_or((named, asked), |(s, n)| (s, Asked::Fixed(n)));
    let root = wild::root(options, setting);
    const TIE: f64 = 1e-9;
    let edge = if options.get("ties") == "count" { observed * (1.0 - 2.0 * TIE) } else { observed * (1.0 + 2.0 * TIE) };
    let (mut above, mut singular, mut drawn) = (0usize, 0usize, 0usize);
    let (n, settled) = asked.draw(|range| {
        drawn = range.end;
        let found = in_blocks(
            range,
            setting,
            || vec![0.0; m],
            |r, v| {
                source.fill(&root, r, v);
                problem.statistic(v)
            },
        );
        singular += found.iter().filter(|w| w.is_none()).count();
        above += found.into_iter().flatten().filter(|w| *w > edge).count();
        Share { count: above, of: drawn, level: 1.0 - setting.level }.is_settled()
    });
    let p = above as f64 / n as f64;
    let mut notes = Vec::new();
    if enumerated.is_none() {
        notes.push(format!("Monte Carlo standard error of p {:.4} ({n} draws)", of_share(p.max(1.0 / (n + 1) as f64), n)));
    }
    if !settled {
        notes.push("more draws could still turn the verdict".into());
    }
    if singular > 0 {
        notes.push(format!("in {singular} of {n} draws the covariance is singular; they count as not beyond"));
    }
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    Ok(Some(JointTest { statistic: Some(observed), kind: "Wald", p_value: Some(p), draws: Some(n), note, ..wald::undefined(q, "") }))
}

impl Problem {
    fn new(fit: &Fit, targets: &[usize], estimates: &[f64], imposed: bool, setting: &Setting<'_>) -> Result<Option<Problem>, Faults> {
        let q = targets.len();
        let order = setting.order_of(fit);
        match &fit.body {
            Body::Linear(body) => {
                let contrasts: Vec<&Vec<f64>> = targets.iter().filter_map(|&t| body.contrasts[t].as_ref()).collect();
                let h: Vec<Vec<f64>> = contrasts.iter().map(|c| body.inverse.apply(c)).collect();
                let information = Matrix::from_fn(q, q, |i, j| dot(contrasts[i], &h[j])).symmetrized();
                // β − β̃ = M R' (R M R')⁻¹ R β.
                let Some(information) = Cholesky::new_guarded(&information) else { return Ok(None) };
                let multiplier = information.solve(estimates);
                let moved: Vec<f64> = (0..body.beta.len()).map(|i| (0..q).map(|j| h[j][i] * multiplier[j]).sum()).collect();
                let score = |g: usize| -> Vec<f64> {
                    let shift = if imposed { body.clusters[g].s.apply(&moved) } else { vec![0.0; moved.len()] };
                    body.score(g).iter().zip(&shift).map(|(a, b)| a + b).collect()
                };
                let score: Vec<Vec<f64>> = order.iter().map(|&g| score(g as usize)).collect();
                let u = score.iter().map(|s| h.iter().map(|h| dot(h, s)).collect()).collect();
                let xi = order
                    .iter()
                    .map(|&g| {
                        let rows: Vec<Vec<f64>> = h.iter().map(|h| body.inverse.apply(&body.clusters[g as usize].s.apply(h))).collect();
                        Matrix::from_fn(q, body.beta.len(), |i, j| rows[i][j])
                    })
                    .collect();
                let mut across = Vec::new();
                if let Some(crossing) = body.crossing() {
                    let shift = if imposed { moved } else { vec![0.0; moved.len()] };
                    for h in &h {
                        let pulls = crossing.pulls(body, h, std::slice::from_ref(&shift), setting.executor)?;
                        let at = |g: usize, j: usize| (order[g] as usize, order[j] as usize);
                        across.push(Matrix::from_fn(order.len(), order.len(), |g, j| pulls[0][at(g, j)] + pulls[1][at(g, j)]));
                    }
                }
                Ok(Some(Problem { h, score, u, xi, across }))
            }
            // One parameter a target, whose information is shared among the clusters.
            Body::Influence(body) => {
                let at = |m: &Matrix, g: u32| -> Vec<f64> { targets.iter().map(|&t| m[(g as usize, t)]).collect() };
                let score = |g: u32| -> Vec<f64> {
                    let shift = at(&body.information, g);
                    at(&body.influence, g)
                        .iter()
                        .zip(&shift)
                        .zip(estimates)
                        .map(|((a, b), e)| a + if imposed { b * e } else { 0.0 })
                        .collect()
                };
                let score: Vec<Vec<f64>> = order.iter().map(|&g| score(g)).collect();
                let xi = order
                    .iter()
                    .map(|&g| {
                        let share = at(&body.information, g);
                        Matrix::from_fn(q, q, |i, j| if i == j { share[i] } else { 0.0 })
                    })
                    .collect();
                let h = (0..q).map(|i| (0..q).map(|j| f64::from(u8::from(i == j))).collect()).collect();
                Ok(Some(Problem { h, u: score.clone(), score, xi, across: Vec::new() }))
            }
        }
    }

    /// One replicate's Wald statistic; `None` when its covariance is singular.
    fn statistic(&self, v: &[f64]) -> Option<f64> {
        let q = self.h.len();
        let mut z = vec![0.0; self.score[0].len()];
        for (score, &w) in self.score.iter().zip(v) {
            z.iter_mut().zip(score).for_each(|(z, s)| *z += w * s);
        }
        let mut covariance = Matrix::zeros(q, q);
        for (g, ((u, xi), &w)) in self.u.iter().zip(&self.xi).zip(v).enumerate() {
            let score = |i: usize| if self.across.is_empty() { w * u[i] } else { dot(self.across[i].row(g), v) };
            let deviation: Vec<f64> = (0..q).map(|i| score(i) - dot(xi.row(i), &z)).collect();
            covariance.add_outer(&deviation, 1.0);
        }
        wald::quadratic(&self.h.iter().map(|h| dot(h, &z)).collect::<Vec<_>>(), &covariance)
    }
}
