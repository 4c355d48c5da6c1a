//! The standard error of Hedges' g, by what a source tells.

use super::{Clusters, Sizes};

/// What is known of the precision of a difference of means: it decides the first term of the variance of g.
///
/// Source: WWC (2021) supplement to Procedures 4.1, as tabulated in `VIVECampbell`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    /// Only how many students: 1/n_i + 1/n_c.
    Sizes,
    /// The standard error of the regression coefficient and the outcome's pooled SD, both in points: (SE/S)².
    RegressionError {
        /// Standard error of the coefficient.
        std_error: f64,
        /// Pooled SD of the outcome, not adjusted.
        sd: f64,
    },
    /// The t statistic of the difference, also of a gain score: g²/t².
    T(f64),
    /// The F statistic of the difference: g²/F.
    F(f64),
    /// R² of the covariates: (1 − R²)(1/n_i + 1/n_c).
    RSquared(f64),
    /// Only the correlation of scores before and after, used as a covariate: (1 − r²)(1/n_i + 1/n_c).
    PrePost(f64),
    /// Gain scores or difference-in-differences with that correlation: 2(1 − r)(1/n_i + 1/n_c). Where r is not known,
    /// `gain-correlation` (0.5) gives the formula of [`Known::Sizes`].
    Gain(f64),
}

impl Known {
    fn first_term(self, g: f64, sizes: Sizes) -> Option<f64> {
        let within = |r: f64| (-1.0..=1.0).contains(&r);
        let term = match self {
            Known::Sizes => sizes.reciprocal()?,
            Known::RegressionError { std_error, sd } if sd > 0.0 => (std_error / sd) * (std_error / sd),
            Known::T(t) if t != 0.0 => g * g / (t * t),
            Known::F(f) if f > 0.0 => g * g / f,
            Known::RSquared(r2) if (0.0..=1.0).contains(&r2) => (1.0 - r2) * sizes.reciprocal()?,
            Known::PrePost(r) if within(r) => (1.0 - r * r) * sizes.reciprocal()?,
            Known::Gain(r) if within(r) => 2.0 * (1.0 - r) * sizes.reciprocal()?,
            _ => return None,
        };
        (term.is_finite() && term >= 0.0).then_some(term)
    }
}

/// The standard error of g with students assigned one by one, in SD.
///
/// Unadjusted ([`Known::Sizes`]): √((n_i + n_c)/(n_i·n_c) + g²/(2N)). Otherwise √(first term + g²/(2·df)), df = N − 2, less
/// the number of covariates when there are several. The root is not multiplied by ω: version 4.1 writes it with ω,
/// Hedges et al. (2023) find that this understates the variance; the difference is below 1 % from N = 100 on.
///
/// `None` when an arm is empty, df < 1, or a statistic cannot be.
pub fn standard_error(g: f64, known: Known, sizes: Sizes, covariates: u32) -> Option<f64> {
    let first = known.first_term(g, sizes)?;
    let several = if covariates > 1 { f64::from(covariates) } else { 0.0 };
    let df = if known == Known::Sizes { sizes.total() } else { sizes.df() - several };
    (df >= 1.0).then(|| (first + g * g / (2.0 * df)).sqrt())
}

/// The standard error of g with clusters assigned, in SD: √(first term × factor + g²/(2h)). The factor is the design effect η
/// where the source ignored the clusters, γ where it heeded them; h less the number of covariates when there are several.
///
/// Source: WWC (2021, 2022 eq. E.21), as in `VIVECampbell`.
pub fn standard_error_clustered(g: f64, known: Known, clusters: &Clusters, heeded: bool, covariates: u32) -> Option<f64> {
    let first = known.first_term(g, clusters.sizes)?;
    let several = if covariates > 1 { f64::from(covariates) } else { 0.0 };
    let of = clusters.factors()?;
    let df = of.df - several;
    let factor = if heeded { of.gamma } else { of.eta };
    (df > 0.0).then(|| (first * factor + g * g / (2.0 * df)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_that_say_the_same_agree() {
        let sizes = Sizes::new(60, 40);
        let se = |known| standard_error(0.3, known, sizes, 0).unwrap();
        assert!((se(Known::T(2.0)) - se(Known::F(4.0))).abs() < 1e-15);
        assert!((se(Known::PrePost(0.6)) - se(Known::RSquared(0.36))).abs() < 1e-15);
        assert!((se(Known::Gain(0.5)) - se(Known::PrePost(0.0))).abs() < 1e-15);
        assert!(se(Known::RSquared(0.5)) < se(Known::RSquared(0.1)));
    }

    #[test]
    fn what_cannot_be_has_no_error() {
        let sizes = Sizes::new(60, 40);
        for known in [Known::T(0.0), Known::F(-1.0), Known::RSquared(1.2), Known::Gain(f64::NAN), Known::PrePost(-2.0)] {
            assert_eq!(standard_error(0.3, known, sizes, 0), None, "{known:?}");
        }
        assert_eq!(standard_error(0.3, Known::Sizes, Sizes::new(0, 40), 0), None);
        assert_eq!(standard_error(0.3, Known::RSquared(0.2), sizes, 98), None);
    }

    #[test]
    fn ignored_clusters_make_it_larger() {
        let clusters = Clusters::both(Sizes::new(200, 200), 20, 0.2);
        let ignored = standard_error_clustered(0.3, Known::Sizes, &clusters, false, 0).unwrap();
        let heeded = standard_error_clustered(0.3, Known::Sizes, &clusters, true, 0).unwrap();
        assert!(ignored > 2.0 * heeded, "{ignored} {heeded}");
    }
}
