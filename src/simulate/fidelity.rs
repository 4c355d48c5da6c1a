//! How well a classroom works with profiles, and what drives it.

use super::Parameters;
use crate::num::normal;
use crate::random::Stream;

/// The four drivers: staffing, training, family, technology for staff. Normal with SD 1, to two decimals.
pub(super) type Drivers = [f64; 4];

/// Fidelity = Φ(intercept + weights · drivers). The weights are scenario choices, not estimates.
pub(super) struct Fidelity {
    intercept: f64,
    weights: [f64; 4],
    means: Drivers,
    school_share: f64,
}

impl Fidelity {
    pub(super) fn read(p: &Parameters) -> Self {
        Fidelity {
            intercept: p.value("fidelity_intercept"),
            weights: ["staffing_weight", "training_weight", "family_weight", "technology_weight"].map(|w| p.value(w)),
            means: ["staffing_mean", "training_mean", "family_mean", "technology_mean"].map(|m| p.value(m)),
            school_share: p.value("driver_school_share"),
        }
    }

    /// Draws the drivers of a school's classrooms, part of them common to the school.
    pub(super) fn drivers(&self, stream: &mut Stream, n_classrooms: usize) -> Vec<Drivers> {
        let (between, within) = (libm::sqrt(self.school_share), libm::sqrt(1.0 - self.school_share));
        let school: Drivers = std::array::from_fn(|_| stream.normal());
        (0..n_classrooms)
            .map(|_| std::array::from_fn(|d| round(self.means[d] + between * school[d] + within * stream.normal(), 100.0)))
            .collect()
    }

    /// The fidelity of a classroom with these drivers, to three decimals.
    pub(super) fn of(&self, drivers: &Drivers) -> f64 {
        let index = self.weights.iter().zip(drivers).fold(self.intercept, |sum, (w, d)| sum + w * d);
        round(normal::cdf(index), 1000.0)
    }

    /// The mean over all classrooms there could be where drivers are ordinary, at which the effect is stated:
    /// Φ(intercept / √(1 + Σ weights²)).
    pub(super) fn ordinary(&self) -> f64 {
        self.mean_at(self.intercept)
    }

    /// The mean over all classrooms of this world: Φ((intercept + weights · means) / √(1 + Σ weights²)).
    pub(super) fn mean(&self) -> f64 {
        self.mean_at(self.weights.iter().zip(&self.means).fold(self.intercept, |sum, (w, m)| sum + w * m))
    }

    fn mean_at(&self, index: f64) -> f64 {
        let spread: f64 = self.weights.iter().map(|w| w * w).sum();
        normal::cdf(index / libm::sqrt(1.0 + spread))
    }
}

/// The value to so many parts of one; never −0.
pub(super) fn round(x: f64, parts: f64) -> f64 {
    (x * parts).round() / parts + 0.0
}

#[cfg(test)]
mod tests {
    use super::super::defaults::school_study;
    use super::*;

    #[test]
    fn the_mean_is_the_mean() {
        let f = Fidelity::read(&school_study());
        let mut stream = Stream::new(1, &["test", "fidelity"], 0);
        let drivers = f.drivers(&mut stream, 0);
        assert!(drivers.is_empty());
        let all: Vec<f64> = (0..20_000).map(|i| f.of(&f.drivers(&mut stream.at(i), 1)[0])).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        assert!((mean - f.mean()).abs() < 0.006, "{mean} {}", f.mean());
    }
}
