//! The same units before and after: two groups compared by their changes.
//!
//! With Δ the change, w the weight, β from least squares of Δ on x among comparison units, o the odds of treatment:
//! ATT = Σ_D w(Δ − x'β)/Σ_D w − Σ_C wo(Δ − x'β)/Σ_C wo, where regression drops the second part (which is zero for it) and
//! weighting drops x'β (Sant'Anna and Zhao 2020, eqs. 2.2, 2.4, 2.6, 3.1). The influence carries the estimation of β and of
//! the odds; in the improved form their first-order effect vanishes.

use super::{Arms, Method, Odds, Reason, least_squares};
use crate::num::Cholesky;
use std::sync::Arc;

/// Two arms with everything that does not depend on the outcome.
pub(in crate::estimate) struct Changes<'a> {
    arms: &'a Arms,
    method: Method,
    odds: Option<Arc<Odds>>,
    line: Option<Cholesky>,
    treated: f64,
    /// Σ_D w x.
    pull_treated: Vec<f64>,
}

impl<'a> Changes<'a> {
    /// Fits the odds, searching from `start` where something like their coefficients is known, and prepares the regression.
    pub fn new(arms: &'a Arms, method: Method, start: Option<&[f64]>) -> Result<Changes<'a>, Reason> {
        Changes::given(arms, method, || Odds::of(arms, method, start).map(Arc::new))
    }

    /// The same with odds fitted to these arms before.
    pub fn given(arms: &'a Arms, method: Method, odds: impl FnOnce() -> Result<Arc<Odds>, Reason>) -> Result<Changes<'a>, Reason> {
        let m = arms.n_treated;
        let treated: f64 = arms.weight[..m].iter().sum();
        let comparison: f64 = arms.weight[m..].iter().sum();
        if treated <= 0.0 {
            return Err("no treated unit is observed in both periods".into());
        }
        if comparison <= 0.0 {
            return Err("no comparison unit is observed in both periods".into());
        }
        let odds = if method.weights() { Some(odds()?) } else { None };
        if odds.as_ref().is_some_and(|o| o.weight.iter().sum::<f64>() <= 0.0) {
            return Err("no comparison unit is left after trimming: every one was (almost) sure to be treated".into());
        }
        let line = if method.predicts() {
            let cross = match (&odds, method) {
                (Some(odds), Method::Improved) => arms.cross(m..arms.len(), |i| odds.weight[i - m]),
                _ => arms.cross(m..arms.len(), |i| arms.weight[i]),
            };
            Some(least_squares(&cross, "comparison units")?)
        } else {
            None
        };
        Ok(Changes { arms, method, odds, line, treated, pull_treated: arms.moment(0..m, |i| arms.weight[i]) })
    }

    /// The coefficients of the odds.
    pub fn coefficients(&self) -> Option<&[f64]> {
        self.odds.as_ref().map(|o| o.coefficients.as_slice())
    }

    /// Comparison units left out because they were almost sure to be treated.
    pub fn trimmed(&self) -> usize {
        self.odds.as_ref().map_or(0, |o| o.trimmed)
    }

    /// The effect for these changes; `add` is given each row's influence where `influence` is set.
    pub fn effect(&self, change: &[f64], influence: bool, mut add: impl FnMut(usize, f64)) -> f64 {
        let (arms, m, n) = (self.arms, self.arms.n_treated, self.arms.len());
        let weighted = |i: usize| match (&self.odds, self.method) {
            (Some(odds), Method::Improved) => odds.weight[i - m],
            _ => arms.weight[i],
        };
        let beta = self.line.as_ref().map(|line| line.solve(&arms.moment(m..n, |i| weighted(i) * change[i])));
        let fitted = beta.as_ref().map(|b| arms.fitted(b));
        let rest = |i: usize| change[i] - fitted.as_ref().map_or(0.0, |f| f[i]);
        let mean_treated = (0..m).map(|i| arms.weight[i] * rest(i)).sum::<f64>() / self.treated;
        let Some(odds) = &self.odds else {
            if influence {
                (0..m).for_each(|i| add(i, arms.weight[i] * (rest(i) - mean_treated) / self.treated));
                if let Some(line) = &self.line {
                    let pull = arms.fitted(&line.solve(&self.pull_treated));
                    (m..n).for_each(|i| add(i, -arms.weight[i] * rest(i) * pull[i] / self.treated));
                }
            }
            return mean_treated;
        };
        let plain = self.method == Method::PlainWeighting;
        let comparison: f64 = if plain { self.treated } else { odds.weight.iter().sum() };
        let mean_comparison = (m..n).map(|i| odds.weight[i - m] * rest(i)).sum::<f64>() / comparison;
        let att = mean_treated - mean_comparison;
        if !influence {
            return att;
        }
        let centre = if plain { 0.0 } else { mean_comparison };
        let moment: Vec<f64> = arms.moment(m..n, |i| odds.weight[i - m] * (rest(i) - centre)).iter().map(|v| v / comparison).collect();
        let ps = odds.pull(&moment).map(|pull| arms.fitted(&pull));
        let line = match (&self.line, self.method) {
            (Some(line), Method::DoublyRobust) => {
                let weighted = arms.moment(m..n, |i| odds.weight[i - m]);
                let gap: Vec<f64> = weighted.iter().zip(&self.pull_treated).map(|(c, t)| c / comparison - t / self.treated).collect();
                Some(arms.fitted(&line.solve(&gap)))
            }
            _ => None,
        };
        for i in 0..n {
            let mut psi = if i < m {
                let centre = if plain { att } else { mean_treated };
                arms.weight[i] * (rest(i) - centre) / self.treated
            } else {
                let direct = -odds.weight[i - m] * (rest(i) - centre) / comparison;
                direct + line.as_ref().map_or(0.0, |a| arms.weight[i] * rest(i) * a[i])
            };
            if let Some(pull) = &ps {
                psi += odds.score(arms, i, pull[i]);
            }
            add(i, psi);
        }
        att
    }
}
