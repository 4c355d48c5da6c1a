//! Schools: how poor they are, whom they serve, and their level over the years.

use super::Parameters;
use super::districts::Places;
use super::kinds::{Kind, gaps, parts};
use super::shocks::path;
use super::streams::{Part, Streams};
use super::trends::Trends;
use crate::num::normal;
use crate::random::Stream;

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
    /// District and state, counted from 0.
    pub district_ix: u32,
    pub state_ix: u32,
    /// Index into [`URBANICITY`].
    pub urbanicity: usize,
    /// Months of remote schooling in the pandemic's year.
    pub remote_months: f64,
}

/// Where schools stand, each with the parameters of its part of the schools and of their level against others.
pub(super) const URBANICITY: [Kind; 4] = [
    ("city", ["city_part", "city_gap"]),
    ("suburb", ["suburb_part", "suburb_gap"]),
    ("town", ["town_part", "town_gap"]),
    ("rural", ["rural_part", "rural_gap"]),
];
/// The place of the country among them.
pub(super) const RURAL: usize = 3;

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
    /// Mean share, and how alike schools are: a beta distribution's a + b.
    iep: [f64; 2],
    el: [f64; 2],
    /// By place: part of the schools, and level against the mean of all.
    parts: [f64; 4],
    gaps: [f64; 4],
    places: Places,
    trends: Trends,
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
            iep: [p.value("iep_share"), p.value("iep_concentration")],
            el: [p.value("el_share"), p.value("el_concentration")],
            parts: parts(p, &URBANICITY),
            gaps: gaps(p, &URBANICITY).0,
            places: Places::read(p),
            trends: Trends::read(p),
        }
    }

    /// Draws a school. A profile school differs in its poverty, and through it in its level, and by the gap in trends.
    pub(super) fn draw(&self, streams: &Streams, school_ix: u32, profile_school: bool) -> School {
        let stream = &mut streams.of(Part::Schools, school_ix);
        let gap = if profile_school { self.poverty_gap } else { 0.0 };
        let poverty = stream.normal() + gap;
        let leaving = stream.normal();
        let rest = libm::sqrt(1.0 - self.poverty_correlation * self.poverty_correlation);
        let mut level: Vec<[f64; 2]> = path(stream, self.n_years, self.carry_over, self.correlation)
            .into_iter()
            .map(|year| year.map(|z| self.sd * (rest * z - self.poverty_correlation * poverty)))
            .collect();
        let poverty_share = normal::cdf(self.poverty_location + self.poverty_spread * poverty);
        let iep_share = share(stream, self.iep);
        let el_share = share(stream, self.el);
        let (district_ix, state_ix, place) = self.places.of(streams, school_ix, self.correlation);
        let mut own = streams.of(Part::Places, school_ix);
        let urbanicity = own.choose_weighted(&self.parts);
        let remote_months = self.trends.add(&mut level, &mut own, [poverty, poverty_share], profile_school);
        let added = place.map(|of_place| of_place + self.gaps[urbanicity]);
        level.iter_mut().for_each(|year| (0..2).for_each(|k| year[k] += added[k]));
        School { poverty_share, iep_share, el_share, leaving, level, district_ix, state_ix, urbanicity, remote_months }
    }
}

/// The variance between schools that comes from where they stand.
pub(super) fn between_locales(p: &Parameters) -> f64 {
    gaps(p, &URBANICITY).1
}

fn share(stream: &mut Stream, [mean, concentration]: [f64; 2]) -> f64 {
    if mean <= 0.0 { 0.0 } else { stream.beta(mean * concentration, (1.0 - mean) * concentration) }
}
