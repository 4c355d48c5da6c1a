//! Schools: how poor they are, whom they serve, and their level over the years.

use super::Parameters;
use super::shocks::path;
use crate::num::normal;
use crate::random::Stream;

/// How alike schools are in their shares of IEP students: a beta distribution's a + b. With a mean of 15 % nine
/// schools in ten lie between 8 and 23 %. Scenario choice.
const IEP_CONCENTRATION: f64 = 60.0;
/// The same for English learners, who are spread far less evenly. Scenario choice.
const EL_CONCENTRATION: f64 = 15.0;

/// One school.
pub(super) struct School {
    /// Share of students with free or reduced-price lunch.
    pub poverty_share: f64,
    /// Share with an IEP.
    pub iep_share: f64,
    /// Share of English learners.
    pub el_share: f64,
    /// How easily students leave, a standard normal number.
    pub leaving: f64,
    /// Level in SD by year, the year before the study first, then its years.
    pub level: Vec<[f64; 2]>,
}

/// What schools are drawn from.
pub(super) struct Schools {
    n_years: usize,
    poverty_location: f64,
    poverty_spread: f64,
    poverty_gap: f64,
    poverty_correlation: f64,
    sd: f64,
    carry_over: f64,
    correlation: f64,
    iep_share: f64,
    el_share: f64,
}

impl Schools {
    pub(super) fn read(p: &Parameters) -> Self {
        let spread = p.value("poverty_spread");
        let r = p.value("poverty_correlation");
        Schools {
            n_years: (p.whole("last_year") - p.whole("first_year") + 2) as usize,
            // E Φ(location + spread·z) = Φ(location / √(1 + spread²)), set to the share wanted.
            poverty_location: normal::quantile(p.value("poverty_share")) * libm::sqrt(1.0 + spread * spread),
            poverty_spread: spread,
            poverty_gap: p.value("poverty_gap"),
            poverty_correlation: r,
            sd: libm::sqrt(p.value("school_variance")),
            // Poverty does not change; the rest carries over so that the whole has the persistence wanted.
            carry_over: (p.value("school_persistence") - r * r) / (1.0 - r * r),
            correlation: p.value("outcome_correlation"),
            iep_share: p.value("iep_share"),
            el_share: p.value("el_share"),
        }
    }

    /// Draws a school. A profile school differs in its poverty only, and through it in its level.
    pub(super) fn draw(&self, stream: &mut Stream, profile_school: bool) -> School {
        let gap = if profile_school { self.poverty_gap } else { 0.0 };
        let poverty = stream.normal() + gap;
        let leaving = stream.normal();
        let rest = libm::sqrt(1.0 - self.poverty_correlation * self.poverty_correlation);
        let level = path(stream, self.n_years, self.carry_over, self.correlation)
            .into_iter()
            .map(|year| year.map(|z| self.sd * (rest * z - self.poverty_correlation * poverty)))
            .collect();
        School {
            poverty_share: normal::cdf(self.poverty_location + self.poverty_spread * poverty),
            iep_share: share(stream, self.iep_share, IEP_CONCENTRATION),
            el_share: share(stream, self.el_share, EL_CONCENTRATION),
            leaving,
            level,
        }
    }
}

fn share(stream: &mut Stream, mean: f64, concentration: f64) -> f64 {
    if mean <= 0.0 { 0.0 } else { stream.beta(mean * concentration, (1.0 - mean) * concentration) }
}
