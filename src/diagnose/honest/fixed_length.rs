//! The shortest confidence interval of fixed length under Δ^SD(M): an affine estimator v'β̂ + l'β̂_post with its worst bias.
//!
//! With u_k = Σ_{t>k} (t − k) v_{−t}, k = 0, 1, …, the estimator's bias is Σ over changes of slope d_k of u_k d_k, and free of
//! linear trends when u_0 = Σ t l_t. So its worst bias is M b(u), b(u) = |u_0| + Σ_{k≥1} |u_k| + Σ_{k≥1} |Σ_{t>k} (t − k) l_t|, and the half-length
//! is s · cv(M b/s) with s its standard error and cv the quantile of the folded normal distribution (Rambachan and
//! Roth 2023, section 4.1; Armstrong and Kolesár 2018). The best trade of variance for bias lies on the path of
//! ½ s² + λ Σ_{k≥1} |u_k|, which is piecewise linear in λ (Osborne, Presnell and Turlach 2000): it is followed exactly, and
//! the half-length, convex along it, is brought to its least by bisection on its slope.

use super::Weights;
use crate::cohort::Fault;
use crate::diagnose::EventStudy;
use crate::num::{Cholesky, Matrix, dot, folded_normal, normal};

/// An affine estimator and its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedLength {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The largest bias of it that the restriction allows.
    pub worst_bias: f64,
    /// Half the interval's length.
    pub half_length: f64,
    /// The weights of the coefficients before treatment, earliest first.
    pub pre_weights: Vec<f64>,
}

/// All affine estimators worth considering, whatever the size M: they do not depend on it.
#[derive(Debug, Clone)]
pub(super) struct Frontier {
    /// u_0.
    trend: f64,
    /// The part of b that no weight changes.
    fixed_bias: f64,
    /// ½ s² = ½ constant + linear'u + ½ u'Qu, for u = (u_1, …).
    constant: f64,
    linear: Vec<f64>,
    quadratic: Matrix,
    /// λ and u at each kink, λ falling to 0.
    kinks: Vec<(f64, Vec<f64>)>,
}

impl Frontier {
    /// # Errors
    ///
    /// DIAG-006: the covariance of the coefficients before treatment is singular.
    pub fn new(study: &EventStudy, weights: &Weights) -> Result<Frontier, Fault> {
        let (n_pre, l) = (study.n_pre(), weights.values());
        let time = |t: usize| (t + 1) as f64;
        let trend: f64 = l.iter().enumerate().map(|(t, x)| time(t) * x).sum();
        let tail = |k: usize| l.iter().enumerate().skip(k).map(|(t, x)| (time(t) - k as f64) * x).sum::<f64>();
        let fixed_bias = trend.abs() + (1..l.len()).map(|k| tail(k).abs()).sum::<f64>();
        // The estimator's weights are base + Σ u_k column(k).
        let n = n_pre + l.len();
        let base: Vec<f64> = (0..n).map(|i| if i >= n_pre { l[i - n_pre] } else { trend * of_change(n_pre, i, 0) }).collect();
        let k = n_pre - 1;
        let columns: Vec<Vec<f64>> =
            (1..=k).map(|u| (0..n).map(|i| if i < n_pre { of_change(n_pre, i, u) } else { 0.0 }).collect()).collect();
        let sigma = study.covariance();
        let carried: Vec<Vec<f64>> = columns.iter().map(|c| sigma.apply(c)).collect();
        let quadratic = Matrix::from_fn(k, k, |i, j| dot(&carried[i], &columns[j])).symmetrized();
        let linear: Vec<f64> = carried.iter().map(|c| dot(c, &base)).collect();
        let mut out = Frontier { trend, fixed_bias, constant: sigma.quadratic(&base), linear, quadratic, kinks: Vec::new() };
        out.follow().ok_or_else(singular)?;
        let least = out.std_error(&out.kinks[out.kinks.len() - 1].1);
        if least.is_nan() || least <= 1e-9 * out.constant.sqrt() {
            return Err(singular());
        }
        Ok(out)
    }

    /// Follows the path from λ = ∞, where u = 0, to λ = 0.
    fn follow(&mut self) -> Option<()> {
        let k = self.linear.len();
        let mut u = vec![0.0; k];
        let mut lambda = self.linear.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        self.kinks.push((lambda, u.clone()));
        let mut active: Vec<(usize, f64)> = Vec::new();
        let mut last_event = None;
        for _ in 0..1_000 * (k + 1) {
            if lambda <= 0.0 {
                return Some(());
            }
            let gradient: Vec<f64> = self.quadratic.apply(&u).iter().zip(&self.linear).map(|(q, l)| q + l).collect();
            if last_event.is_none() {
                // At the start the largest gradient enters.
                let (j, g) = gradient.iter().enumerate().fold((0, 0.0_f64), |m, (j, g)| if g.abs() > m.1.abs() { (j, *g) } else { m });
                active.push((j, -g.signum()));
            }
            // As λ falls by one, active u move by `pace` so that their gradients fall alike.
            let names: Vec<usize> = active.iter().map(|a| a.0).collect();
            let signs: Vec<f64> = active.iter().map(|a| a.1).collect();
            let pace = Cholesky::new(&self.quadratic.select(&names))?.solve(&signs);
            let mut moved = vec![0.0; k];
            names.iter().zip(&pace).for_each(|(&j, p)| moved[j] = *p);
            let slope = self.quadratic.apply(&moved);
            let (mut step, mut event) = (lambda, None);
            for (at, &(j, _)) in active.iter().enumerate() {
                let to_zero = -u[j] / pace[at];
                if to_zero > 1e-14 * lambda && to_zero < step {
                    (step, event) = (to_zero, Some((j, false)));
                }
            }
            for j in (0..k).filter(|j| !names.contains(j)) {
                for sign in [1.0, -1.0] {
                    // gradient + step · slope = sign · (λ − step)
                    let meets = (sign * lambda - gradient[j]) / (slope[j] + sign);
                    // One that has just left stands at the limit it left from.
                    let least = if last_event == Some((j, false)) { 1e-9 } else { 1e-14 };
                    if meets > least * lambda && meets < step {
                        (step, event) = (meets, Some((j, true)));
                    }
                }
            }
            u.iter_mut().zip(&moved).for_each(|(x, m)| *x += step * m);
            lambda -= step;
            match event {
                None => lambda = 0.0,
                Some((j, true)) => {
                    let g = dot(self.quadratic.row(j), &u) + self.linear[j];
                    active.push((j, -g.signum()));
                }
                Some((j, false)) => {
                    u[j] = 0.0;
                    active.retain(|a| a.0 != j);
                }
            }
            self.kinks.push((lambda, u.clone()));
            last_event = event;
        }
        None
    }

    fn std_error(&self, u: &[f64]) -> f64 {
        (self.constant + 2.0 * dot(&self.linear, u) + self.quadratic.quadratic(u)).max(0.0).sqrt()
    }

    fn bias(&self, u: &[f64]) -> f64 {
        self.fixed_bias + u.iter().map(|x| x.abs()).sum::<f64>()
    }

    /// The u of a λ.
    fn on_path(&self, lambda: f64) -> Vec<f64> {
        for pair in self.kinks.windows(2) {
            let ((above, from), (below, to)) = (&pair[0], &pair[1]);
            if lambda <= *above && lambda >= *below {
                let share = if above > below { (above - lambda) / (above - below) } else { 0.0 };
                return from.iter().zip(to).map(|(a, b)| a + share * (b - a)).collect();
            }
        }
        self.kinks[if lambda > self.kinks[0].0 { 0 } else { self.kinks.len() - 1 }].1.clone()
    }

    /// The interval of confidence 1 − `alpha` under Δ^SD(`m`).
    pub fn shortest(&self, study: &EventStudy, weights: &Weights, m: f64, alpha: f64) -> FixedLength {
        // Along the path db/ds² = −1/(2λ), so the half-length falls with λ as long as λ < M s ∂_b/∂_s.
        let price = |u: &[f64]| {
            let s = self.std_error(u);
            let ratio = m * self.bias(u) / s;
            let c = folded_normal::quantile(1.0 - alpha, ratio);
            let (right, left) = (normal::density(c - ratio), normal::density(c + ratio));
            let by_bias = (right - left) / (right + left);
            m * s * by_bias / (c - ratio * by_bias)
        };
        let (mut low, mut high) = (0.0, self.kinks[0].0);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle == low || middle == high {
                break;
            }
            if middle < price(&self.on_path(middle)) { low = middle } else { high = middle }
        }
        let u = self.on_path(if m == 0.0 { 0.0 } else { 0.5 * (low + high) });
        let n_pre = study.n_pre();
        let pre_weights: Vec<f64> = (0..n_pre)
            .map(|i| self.trend * of_change(n_pre, i, 0) + u.iter().enumerate().map(|(k, x)| x * of_change(n_pre, i, k + 1)).sum::<f64>())
            .collect();
        let estimate = dot(&pre_weights, &study.estimates()[..n_pre]) + dot(weights.values(), &study.estimates()[n_pre..]);
        let (std_error, worst_bias) = (self.std_error(&u), m * self.bias(&u));
        let half_length = std_error * folded_normal::quantile(1.0 - alpha, worst_bias / std_error);
        FixedLength { estimate, std_error, worst_bias, half_length, pre_weights }
    }
}

/// The weight of the i-th coefficient (t periods before the reference) that one unit of u_k gives it: v_{−t} = u_{t−1} − 2u_t + u_{t+1}.
fn of_change(n_pre: usize, i: usize, k: usize) -> f64 {
    let t = n_pre - i;
    match k {
        _ if k + 1 == t || k == t + 1 => 1.0,
        _ if k == t => -2.0,
        _ => 0.0,
    }
}

fn singular() -> Fault {
    Fault::new(
        "DIAG-006",
        "no shortest interval: the covariance of the coefficients is singular",
        "the event study's coefficients before treatment",
        "a combination of them would seem to be known without error, and get all the weight",
        "use the conditional or hybrid interval, more clusters than coefficients, or fewer periods",
    )
}
