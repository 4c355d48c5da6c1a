//! Hedges' g: a difference of means in pooled standard deviations, corrected for small samples.

use serde::Serialize;

/// Students analysed in each arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// In the treated arm.
    pub treated: u64,
    /// In the comparison arm.
    pub comparison: u64,
}

impl Sizes {
    /// Two arms.
    pub fn new(treated: u64, comparison: u64) -> Self {
        Sizes { treated, comparison }
    }

    /// A total split as evenly as can be, for sources that give no more than that.
    pub fn even(total: u64) -> Self {
        Sizes { treated: total - total / 2, comparison: total / 2 }
    }

    /// N = n_i + n_c.
    pub fn total(&self) -> f64 {
        self.treated as f64 + self.comparison as f64
    }

    /// N − 2.
    pub fn df(&self) -> f64 {
        self.total() - 2.0
    }

    /// 1/n_i + 1/n_c; `None` when an arm is empty.
    pub fn reciprocal(&self) -> Option<f64> {
        let both = self.treated > 0 && self.comparison > 0;
        both.then(|| 1.0 / self.treated as f64 + 1.0 / self.comparison as f64)
    }
}

/// What is known of one arm's scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Arm {
    /// Number of students.
    pub n: u64,
    /// Mean, in points.
    pub mean: f64,
    /// Standard deviation (divisor n − 1), in points.
    pub sd: f64,
}

/// ω = 1 − 3/(4·df − 1), the small-sample factor; with df = N − 2 that is 1 − 3/(4N − 9). `None` unless df ≥ 2: at df = 1 it is
/// zero, and would make every effect zero.
///
/// Source: Hedges (1981), as WWC Procedures 4.1 has it; the exact factor Γ(df/2)/(√(df/2)·Γ((df−1)/2)) differs by less than
/// 0.0001 from df = 10 on.
pub fn small_sample_factor(df: f64) -> Option<f64> {
    (df >= 2.0).then(|| 1.0 - 3.0 / (4.0 * df - 1.0))
}

/// J = Γ(df/2) / (√(df/2)·Γ((df − 1)/2)), the small-sample factor without approximation. `None` unless df ≥ 2.
///
/// From df = 100 on its series in 1/df, which is good to 1e-13 there.
///
/// Source: Hedges (1981), equation 6e.
pub fn exact_small_sample_factor(df: f64) -> Option<f64> {
    const SERIES: [f64; 6] = [1.0, -3.0 / 4.0, -7.0 / 32.0, -9.0 / 128.0, 59.0 / 2048.0, 483.0 / 8192.0];
    if df >= 100.0 {
        return Some(SERIES.iter().rev().fold(0.0, |sum, c| sum / df + c));
    }
    (df >= 2.0).then(|| libm::exp(libm::lgamma(0.5 * df) - libm::lgamma(0.5 * (df - 1.0))) / (0.5 * df).sqrt())
}

/// S = √(((n_i − 1)s_i² + (n_c − 1)s_c²) / (n_i + n_c − 2)), in points. `None` when an arm has no students, both
/// have one, or S is not a positive number.
pub fn pooled_sd(treated: &Arm, comparison: &Arm) -> Option<f64> {
    if treated.n == 0 || comparison.n == 0 {
        return None;
    }
    let (a, b) = (treated.n as f64 - 1.0, comparison.n as f64 - 1.0);
    let sd = ((a * treated.sd * treated.sd + b * comparison.sd * comparison.sd) / (a + b)).sqrt();
    (sd.is_finite() && sd > 0.0 && treated.sd >= 0.0 && comparison.sd >= 0.0).then_some(sd)
}

/// g = ω · difference / S for a difference of means in points. `None` when S is not positive or N < 4.
///
/// Source: WWC Procedures 4.1, appendix E.
pub fn hedges_g(difference: f64, sd: f64, sizes: Sizes) -> Option<f64> {
    let omega = small_sample_factor(sizes.df())?;
    (sd > 0.0 && difference.is_finite()).then(|| omega * difference / sd)
}

/// Glass's Δ = difference / s_c, in standard deviations of the comparison arm alone. `None` where it has no spread.
///
/// Source: Glass (1976).
pub fn glass_delta(difference: f64, comparison: &Arm) -> Option<f64> {
    (comparison.sd > 0.0 && comparison.sd.is_finite() && difference.is_finite()).then(|| difference / comparison.sd)
}

/// g of a difference of differences: ω · [(ȳ_i − ȳ_c) after − (ȳ_i − ȳ_c) before] / S after. Both differences must be of the same
/// measure on the same scale, in points. On different scales subtract two [`hedges_g`] instead.
///
/// Source: the WWC glossary's pre/post difference.
pub fn difference_in_differences_g(after: f64, before: f64, sd_after: f64, sizes: Sizes) -> Option<f64> {
    hedges_g(after - before, sd_after, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_made_of_nothing() {
        let empty = Arm { n: 0, mean: 1.0, sd: 1.0 };
        let one = Arm { n: 1, ..empty };
        assert_eq!(pooled_sd(&empty, &Arm { n: 10, ..empty }), None);
        assert_eq!(pooled_sd(&one, &one), None);
        assert_eq!(hedges_g(1.0, 0.0, Sizes::new(10, 10)), None);
        assert_eq!(hedges_g(1.0, 1.0, Sizes::new(1, 1)), None);
        // Not an effect of zero: ω is zero for three students.
        assert_eq!((hedges_g(1.0, 1.0, Sizes::new(2, 1)), small_sample_factor(1.0)), (None, None));
        assert!(hedges_g(1.0, 1.0, Sizes::new(2, 2)).is_some_and(|g| (g - 4.0 / 7.0).abs() < 1e-15));
        assert_eq!(Sizes::new(0, 4).reciprocal(), None);
        assert_eq!(Sizes::even(11), Sizes::new(6, 5));
    }

    // Γ in 60 digits by mpmath 1.3.
    #[test]
    fn the_exact_factor_to_all_digits() {
        let known = [
            (2.0, 0.5641895835477563),
            (3.0, 0.7236012545582676),
            (10.0, 0.9227456080530871),
            (38.0, 0.9801104021309462),
            (263.0, 0.9971451225703974),
            (1000.0, 0.9992497811797164),
            (1e6, 0.9999992499997813),
        ];
        for (df, j) in known {
            let found = exact_small_sample_factor(df).unwrap();
            assert!((found - j).abs() < 1e-13, "{df}: {found}");
        }
        assert_eq!(exact_small_sample_factor(1.0), None);
    }

    #[test]
    fn points_do_not_matter() {
        let g = |scale: f64| {
            let arm = |mean: f64| Arm { n: 20, mean: mean * scale, sd: 3.0 * scale };
            hedges_g(2.0 * scale, pooled_sd(&arm(5.0), &arm(3.0))?, Sizes::new(20, 20))
        };
        assert!((g(1.0).unwrap() - g(17.3).unwrap()).abs() < 1e-15);
    }
}
