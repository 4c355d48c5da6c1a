//! What assigning whole classrooms or schools does to an effect size and to its test.

use super::{Sizes, small_sample_factor, t_statistic};
use crate::num::student;
use serde::Serialize;

/// How students lie in clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Clusters {
    /// Students of each arm.
    pub sizes: Sizes,
    /// Clusters in all; with [`Clustered::TreatedOnly`] those of the treated arm.
    pub clusters: u64,
    /// Intraclass correlation ρ in [0, 1].
    pub icc: f64,
    /// Which arms lie in clusters.
    pub clustered: Clustered,
}

/// Which arms lie in clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clustered {
    /// Both arms: schools or classrooms were assigned.
    BothArms,
    /// The treated arm only: tutoring groups beside students without one.
    TreatedOnly,
}

/// The three numbers by which clusters enter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Factors {
    /// γ: how much the total variance shrinks in clusters.
    pub gamma: f64,
    /// η: the design effect.
    pub eta: f64,
    /// h: degrees of freedom.
    pub df: f64,
}

/// A t statistic before and after heeding clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CorrectedT {
    /// As if students were independent.
    pub t: f64,
    /// Its two-sided p-value with N − 2 degrees of freedom.
    pub p_ignoring: f64,
    /// t·√(γ/η).
    pub t_corrected: f64,
    /// h.
    pub df: f64,
    /// Two-sided p-value of the corrected t with h degrees of freedom.
    pub p_value: f64,
}

impl Clusters {
    /// Both arms in clusters, as many students in each.
    pub fn both(sizes: Sizes, clusters: u64, icc: f64) -> Self {
        Clusters { sizes, clusters, icc, clustered: Clustered::BothArms }
    }

    /// γ, η and h. `None` when there are fewer than two clusters (one, where only the treated arm has them), fewer students than
    /// clusters or an empty arm, ρ is outside [0, 1], or the degrees of freedom vanish.
    ///
    /// Both arms: γ = 1 − 2(n̄−1)ρ/(N−2); η = 1 + (n̄−1)ρ;
    /// h = [(N−2) − 2(n̄−1)ρ]² / [(N−2)(1−ρ)² + n̄(N−2n̄)ρ² + 2(N−2n̄)ρ(1−ρ)].
    /// One arm: γ = 1 − (n_c+n̄−2)ρ/(N−2); η = 1 + (n̄·n_c/N − 1)ρ;
    /// h = [(N−2)(1−ρ) + (n_i−n̄)ρ]² / [(N−2)(1−ρ)² + (n_i−n̄)n̄ρ² + 2(n_i−n̄)(1−ρ)ρ].
    ///
    /// Source: Hedges (2007); WWC Procedures 4.1 appendix F and 5.0 eq. E.21; one arm: Hedges and Citkowicz (2015).
    pub fn factors(&self) -> Option<Factors> {
        let (rho, total, df) = (self.icc, self.sizes.total(), self.sizes.df());
        let m = self.clusters as f64;
        let (n_i, n_c) = (self.sizes.treated as f64, self.sizes.comparison as f64);
        let (least, inside) = match self.clustered {
            Clustered::BothArms => (2.0, total),
            Clustered::TreatedOnly => (1.0, n_i),
        };
        if !(0.0..=1.0).contains(&rho) || m < least || inside < m || n_i < 1.0 || n_c < 1.0 || df < 1.0 {
            return None;
        }
        let size = inside / m;
        let rest = 1.0 - rho;
        let (gamma, eta, top, bottom) = match self.clustered {
            Clustered::BothArms => (
                1.0 - 2.0 * (size - 1.0) * rho / df,
                1.0 + (size - 1.0) * rho,
                df - 2.0 * (size - 1.0) * rho,
                df * rest * rest + size * (total - 2.0 * size) * rho * rho + 2.0 * (total - 2.0 * size) * rho * rest,
            ),
            Clustered::TreatedOnly => (
                1.0 - (n_c + size - 2.0) * rho / df,
                1.0 + (size * n_c / total - 1.0) * rho,
                df * rest + (n_i - size) * rho,
                df * rest * rest + (n_i - size) * size * rho * rho + 2.0 * (n_i - size) * rest * rho,
            ),
        };
        let h = top * top / bottom;
        (gamma > 0.0 && eta > 0.0 && h.is_finite() && h > 0.0).then_some(Factors { gamma, eta, df: h })
    }

    /// g with clusters assigned: ω·√γ·difference/S, with ω at h degrees of freedom; the difference and S in points.
    ///
    /// Source: the two factors of the corrected t, which the supplement to WWC Procedures 4.1 confirms.
    pub fn g(&self, difference: f64, sd: f64) -> Option<f64> {
        let of = self.factors()?;
        let omega = small_sample_factor(of.df)?;
        (sd > 0.0 && difference.is_finite()).then(|| omega * of.gamma.sqrt() * difference / sd)
    }

    /// The test of a g whose source ignored the clusters, corrected for them: t_A = t·√(γ/η), p = 2·P(T_h > |t_A|), with t from
    /// g and the sizes alone ([`t_statistic`]).
    ///
    /// Source: WWC Procedures 4.1 appendix F.
    pub fn correct(&self, g: f64) -> Option<CorrectedT> {
        self.correct_t(t_statistic(g, self.sizes)?)
    }

    /// As [`Clusters::correct`], for a t statistic that the source itself gives.
    pub fn correct_t(&self, t: f64) -> Option<CorrectedT> {
        let of = self.factors()?;
        let t_corrected = t * (of.gamma / of.eta).sqrt();
        Some(CorrectedT {
            t,
            p_ignoring: student::two_sided(t, self.sizes.df()),
            t_corrected,
            df: of.df,
            p_value: student::two_sided(t_corrected, of.df),
        })
    }
}

/// The smallest two-sided p-value that assigning clusters at random can give: one over the number of assignments, two over it when
/// the arms are equal, as each assignment then has a mirror image of the same size. `None` when an arm is empty.
pub fn smallest_possible_p(treated: u64, comparison: u64) -> Option<f64> {
    if treated == 0 || comparison == 0 {
        return None;
    }
    let few = treated.min(comparison);
    // Beyond this many clusters the number is too small to be told from none.
    if few > 1000 {
        return Some(0.0);
    }
    let total = treated as f64 + comparison as f64;
    let assignments = (0..few).fold(1.0, |ways, k| ways * (total - k as f64) / (few - k) as f64);
    Some(if treated == comparison { 2.0 / assignments } else { 1.0 / assignments })
}

/// How many different |t| a wild cluster bootstrap with signs (Rademacher weights) can give: 2^(G−1) for G clusters.
pub fn wild_patterns(clusters: u32) -> f64 {
    libm::ldexp(1.0, clusters.saturating_sub(1).min(1023) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_correlation_clusters_do_not_matter() {
        for clustered in [Clustered::BothArms, Clustered::TreatedOnly] {
            let none = Clusters { clustered, ..Clusters::both(Sizes::new(120, 80), 10, 0.0) };
            assert_eq!(none.factors(), Some(Factors { gamma: 1.0, eta: 1.0, df: 198.0 }));
            let t = none.correct(0.3).unwrap();
            assert_eq!((t.t, t.p_ignoring), (t.t_corrected, t.p_value));
        }
    }

    #[test]
    fn as_many_clusters_as_students_are_students() {
        let each = Clusters::both(Sizes::new(100, 100), 200, 0.7).factors().unwrap();
        assert_eq!((each.gamma, each.eta), (1.0, 1.0));
        assert!((each.df - 198.0).abs() < 1e-9, "{each:?}");
    }

    #[test]
    fn what_cannot_be_has_no_factors() {
        let sizes = Sizes::new(100, 100);
        for (clusters, icc) in [(1, 0.2), (0, 0.2), (201, 0.2), (10, -0.1), (10, 1.1), (10, f64::NAN)] {
            assert_eq!(Clusters::both(sizes, clusters, icc).factors(), None, "{clusters} {icc}");
        }
        assert_eq!(Clusters::both(Sizes::new(0, 9), 3, 0.1).factors(), None);
        assert_eq!(smallest_possible_p(0, 3), None);
        assert_eq!(smallest_possible_p(1, 5), Some(1.0 / 6.0));
        assert_eq!(smallest_possible_p(5000, 5000), Some(0.0));
    }

    #[test]
    fn groups_in_one_arm_cost_less_than_in_both() {
        let both = Clusters::both(Sizes::new(100, 100), 20, 0.2);
        let one = Clusters { clusters: 10, clustered: Clustered::TreatedOnly, ..both };
        assert!(one.correct(0.3).unwrap().p_value < both.correct(0.3).unwrap().p_value);
    }
}
