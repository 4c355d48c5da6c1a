//! The parameters of a model's random effects: variances over the residual's, in the order in which they are shown.
//!
//! A random slope of treatment d goes with its cluster's intercept: (u, v) ~ N(0, σ²D), D = [a b; b c]. The search for the
//! minimum moves a, r and q with b = ar and c = ar² + q: D is a covariance exactly where a ≥ 0 and q ≥ 0, and q = 0 is the
//! correlation of ±1. What is linear in V (Kenward and Roger) moves a, b and c.

use super::jet::Number;

/// The most parameters a model can have beside the residual variance.
pub(super) const MOST: usize = 8;

/// Where a level's parameters stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtLevel {
    /// The variance of the intercepts of its groups.
    pub own: usize,
    /// That of the intercepts of group × period.
    pub shocks: Option<usize>,
}

/// Where the slope's parameters stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slope {
    /// The regressor.
    pub column: usize,
    /// r, or b.
    pub covariance: usize,
    /// q, or c.
    pub own: usize,
}

/// The random effects of a model.
#[derive(Debug, Clone)]
pub(super) struct Effects {
    /// Coarse to fine; the first level is the clusters.
    pub levels: Vec<AtLevel>,
    pub slope: Option<Slope>,
}

/// Which three numbers stand for D.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chart {
    /// a, r and q.
    Search,
    /// a, b and c.
    Linear,
    /// c, b/c in the place of r and |D|/c in that of a: where c is to be held.
    Turned,
}

/// The variances of a level's effects.
pub(super) struct Variances<N> {
    pub own: N,
    pub shocks: Option<N>,
    /// b, c and |D|, with the regressor's place.
    pub slope: Option<(usize, [N; 3])>,
}

impl Effects {
    /// Number of parameters.
    pub fn n(&self) -> usize {
        let of_levels: usize = self.levels.iter().map(|l| 1 + usize::from(l.shocks.is_some())).sum();
        of_levels + if self.slope.is_some() { 2 } else { 0 }
    }

    /// Where the search begins: every variance that of the residual, no correlation.
    pub fn start(&self) -> Vec<f64> {
        (0..self.n()).map(|i| if self.is_variance(i) { 1.0 } else { 0.0 }).collect()
    }

    /// Whether a parameter of the search is at least zero.
    pub fn is_variance(&self, i: usize) -> bool {
        self.slope.is_none_or(|s| s.covariance != i)
    }

    /// The parameters of the search that can be told: variances above zero, and the slope's regression on an intercept that varies.
    pub fn free(&self, theta: &[f64], chart: Chart) -> Vec<usize> {
        let base = |slope: Slope| if chart == Chart::Turned { slope.own } else { self.levels[0].own };
        let told = |i: usize| match self.slope {
            Some(s) if i == s.covariance => theta[base(s)] > 0.0,
            _ => theta[i] > 0.0,
        };
        (0..self.n()).filter(|&i| told(i)).collect()
    }

    /// The parameters of the linear chart that can be told: variances above zero, and the covariance between two of them.
    pub fn free_linear(&self, theta: &[f64]) -> Vec<usize> {
        let linear = self.linear(theta);
        let told = |i: usize| match self.slope {
            Some(s) if i == s.covariance => linear[self.levels[0].own] > 0.0 && linear[s.own] > 0.0,
            _ => linear[i] > 0.0,
        };
        (0..self.n()).filter(|&i| told(i)).collect()
    }

    /// The same D in the linear chart.
    pub fn linear(&self, theta: &[f64]) -> Vec<f64> {
        let mut out = theta.to_vec();
        if let Some(slope) = &self.slope {
            let (a, r, q) = (theta[self.levels[0].own], theta[slope.covariance], theta[slope.own]);
            out[slope.covariance] = a * r;
            out[slope.own] = a * r * r + q;
        }
        out
    }

    /// The same D in the turned chart; with no slope at all as it is.
    pub fn turned(&self, theta: &[f64]) -> Vec<f64> {
        let mut out = self.linear(theta);
        if let Some(slope) = &self.slope {
            let own = self.levels[0].own;
            let (b, c) = (out[slope.covariance], out[slope.own]);
            if c > 0.0 {
                out[own] = theta[own] * theta[slope.own] / c;
                out[slope.covariance] = b / c;
            }
        }
        out
    }

    /// The variances by level, coarse to fine.
    pub fn variances<N: Number>(&self, theta: &[N], chart: Chart) -> Vec<Variances<N>> {
        let mut out: Vec<Variances<N>> =
            self.levels.iter().map(|l| Variances { own: theta[l.own], shocks: l.shocks.map(|s| theta[s]), slope: None }).collect();
        if let (Some(slope), Some(first)) = (&self.slope, out.first_mut()) {
            let (a, second, third) = (first.own, theta[slope.covariance], theta[slope.own]);
            let minus = |x: N| x.scaled(-1.0);
            let (own, three) = match chart {
                Chart::Search => (a, [a.times(second), a.times(second).times(second).plus(third), a.times(third)]),
                Chart::Linear => (a, [second, third, a.times(third).plus(minus(second.times(second)))]),
                Chart::Turned => (third.times(second).times(second).plus(a), [third.times(second), third, third.times(a)]),
            };
            first.own = own;
            first.slope = Some((slope.column, three));
        }
        out
    }
}
