//! How sure the mean of an arm in a period is, and the difference between the arms, with clusters heeded.
//!
//! With e_i = y_i − ȳ and s_g = Σ_{i in g} e_i / n over the clusters g = 1 … G that have rows of the arm in the period:
//! V = G/(G − 1) Σ s_g², the cluster-robust variance of a mean (Liang and Zeger 1986), and ȳ ± t_{G−1} √V. The difference of two
//! arms whose clusters are others has V₁ + V₀ with Welch's (1947) degrees of freedom; where a cluster has rows of both, s_g is that
//! of the treated less that of the others, and there are G − 1.

use super::describe::ArmPeriod;
use crate::num::student;
use crate::panel::Panel;

/// Treated less comparison in a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The period.
    pub period: i64,
    /// The difference of the means.
    pub difference: f64,
    /// Its interval; `None` where an arm has fewer than two clusters.
    pub interval: Option<(f64, f64)>,
}

/// Squares of cluster sums.
#[derive(Debug, Clone, Copy, Default)]
struct Squares {
    sum: f64,
    clusters: usize,
}

impl Squares {
    fn add(&mut self, s: f64) {
        self.sum += s * s;
        self.clusters += 1;
    }

    /// G/(G − 1) Σ s²; `None` with fewer than two clusters.
    fn variance(&self) -> Option<f64> {
        let g = self.clusters as f64;
        (self.clusters > 1).then(|| g / (g - 1.0) * self.sum)
    }
}

/// The squares of each arm and period, and of their differences.
pub(super) struct Spread {
    arms: Vec<Squares>,
    pairs: Vec<Squares>,
    /// Whether some cluster has rows of both arms in a period.
    shared: Vec<bool>,
}

impl Spread {
    /// Of a panel whose arms and periods are described: the treated, then the others, each in order of the periods.
    pub fn of(panel: &Panel, described: &[ArmPeriod]) -> Spread {
        let cells = &panel.cells;
        let periods = cells.periods.len();
        let mut out =
            Spread { arms: vec![Squares::default(); 2 * periods], pairs: vec![Squares::default(); periods], shared: vec![false; periods] };
        for g in 0..panel.n_clusters() {
            let mut own = vec![(0.0, 0usize); 2 * periods];
            for r in panel.units_of(g).flat_map(|u| panel.rows_of(u)) {
                let cell = panel.cell[r];
                let other = usize::from(!cells.is_ever_treated(cells.cohort_ix(cell)));
                let ix = other * periods + cells.period_ix(cell);
                let described = &described[ix].outcome;
                own[ix].0 += (panel.outcome[r] - described.mean.unwrap_or(0.0)) / described.n.max(1) as f64;
                own[ix].1 += 1;
            }
            out.arms.iter_mut().zip(&own).filter(|(_, o)| o.1 > 0).for_each(|(s, o)| s.add(o.0));
            for p in 0..periods {
                let (treated, other) = (own[p], own[periods + p]);
                if treated.1 + other.1 > 0 {
                    out.pairs[p].add(treated.0 - other.0);
                    out.shared[p] |= treated.1 > 0 && other.1 > 0;
                }
            }
        }
        out
    }

    /// Clusters of an arm in a period.
    pub fn clusters(&self, ix: usize) -> usize {
        self.arms[ix].clusters
    }

    /// The interval of a mean.
    pub fn interval(&self, ix: usize, mean: Option<f64>, level: f64) -> Option<(f64, f64)> {
        let (mean, variance) = (mean?, self.arms[ix].variance()?);
        around(mean, variance, self.arms[ix].clusters as f64 - 1.0, level)
    }

    /// The differences in the periods that have both arms.
    pub fn gaps(&self, described: &[ArmPeriod], level: f64) -> Vec<Gap> {
        let periods = self.pairs.len();
        let mut out = Vec::new();
        for p in 0..periods {
            let (treated, other) = (&described[p], &described[periods + p]);
            let Some((a, b)) = treated.outcome.mean.zip(other.outcome.mean) else { continue };
            let interval = self.uncertain(p).and_then(|(variance, df)| around(a - b, variance, df, level));
            out.push(Gap { period: treated.period, difference: a - b, interval });
        }
        out
    }

    /// Variance and degrees of freedom of the difference in a period.
    fn uncertain(&self, p: usize) -> Option<(f64, f64)> {
        let (treated, other) = (&self.arms[p], &self.arms[self.pairs.len() + p]);
        if self.shared[p] {
            return Some((self.pairs[p].variance()?, self.pairs[p].clusters as f64 - 1.0));
        }
        let (a, b) = (treated.variance()?, other.variance()?);
        let df = (a + b) * (a + b) / (a * a / (treated.clusters as f64 - 1.0) + b * b / (other.clusters as f64 - 1.0));
        Some((a + b, df))
    }
}

fn around(centre: f64, variance: f64, df: f64, level: f64) -> Option<(f64, f64)> {
    let half = student::critical(level, df) * variance.sqrt();
    half.is_finite().then_some((centre - half, centre + half))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(sums: &[f64]) -> Squares {
        let mut out = Squares::default();
        sums.iter().for_each(|s| out.add(*s));
        out
    }

    #[test]
    fn one_row_a_cluster_is_the_usual_error_of_a_mean() {
        // y = 1, 2, 6: mean 3, s²/n = 7/3, t with two degrees of freedom 4.30265.
        let s = squares(&[-2.0 / 3.0, -1.0 / 3.0, 1.0]);
        assert!((s.variance().unwrap() - 7.0 / 3.0).abs() < 1e-12);
        let (low, high) = around(3.0, s.variance().unwrap(), 2.0, 0.95).unwrap();
        let half = 4.302_652_729_911_275 * (7.0_f64 / 3.0).sqrt();
        assert!((low - 3.0 + half).abs() < 1e-9 && (high - 3.0 - half).abs() < 1e-9);
        assert_eq!(squares(&[0.0]).variance(), None);
    }

    #[test]
    fn two_arms_are_welch_and_shared_clusters_are_pairs() {
        let apart =
            Spread { arms: vec![squares(&[1.0, -1.0]), squares(&[2.0, -1.0, -1.0])], pairs: vec![squares(&[0.0])], shared: vec![false] };
        // V₁ = 2·2 = 4 with 1, V₀ = 1.5·6 = 9 with 2: (13)²/(16/1 + 81/2).
        let (variance, df) = apart.uncertain(0).unwrap();
        assert!((variance - 13.0).abs() < 1e-12 && (df - 169.0 / 56.5).abs() < 1e-12);
        let pairs = Spread { pairs: vec![squares(&[0.5, -0.5, 0.0])], shared: vec![true], ..apart };
        assert_eq!(pairs.uncertain(0), Some((0.75, 2.0)));
    }
}
