//! What moves a school's level over the years beside its own good and bad ones: drive, a gap in trends, a pandemic.

use super::Parameters;
use crate::random::Stream;

pub(super) struct Trends {
    growth_sd: f64,
    gap: f64,
    pandemic: Option<Pandemic>,
}

struct Pandemic {
    /// Its year, counted from the first of the study.
    year: i64,
    loss: [f64; 2],
    poverty: f64,
    in_person: f64,
    /// Mean and SD of the months of remote schooling.
    months: [f64; 2],
    remote_poverty: f64,
    recovery: f64,
    recovery_poverty: f64,
}

impl Trends {
    pub(super) fn read(p: &Parameters) -> Self {
        let pandemic = p.get("pandemic_year").map(|year| Pandemic {
            year: year as i64 - p.whole("first_year"),
            loss: [p.value("pandemic_math"), p.value("pandemic_reading")],
            poverty: p.value("pandemic_poverty"),
            in_person: p.value("in_person_loss"),
            months: [p.value("remote_mean"), p.value("remote_spread")],
            remote_poverty: p.value("remote_poverty"),
            recovery: p.value("pandemic_recovery"),
            recovery_poverty: p.value("recovery_poverty"),
        });
        Trends { growth_sd: libm::sqrt(p.value("school_growth_variance")), gap: p.value("trend_gap"), pandemic }
    }

    /// Adds the trends to a school's level by year (the year before the study first), and says for how many months it
    /// was remote. Poverty: in SD of schools, and as a share of students.
    pub(super) fn add(&self, level: &mut [[f64; 2]], stream: &mut Stream, [poverty, share]: [f64; 2], profile_school: bool) -> f64 {
        let growth = self.growth_sd * stream.normal() + if profile_school { self.gap } else { 0.0 };
        level.iter_mut().enumerate().for_each(|(at, year)| year.iter_mut().for_each(|y| *y += growth * (at as f64 - 1.0)));
        let noise = stream.normal();
        let Some(pandemic) = &self.pandemic else { return 0.0 };
        let r = pandemic.remote_poverty;
        let [mean, spread] = pandemic.months;
        let months = (mean + spread * (r * poverty + libm::sqrt(1.0 - r * r) * noise)).round().clamp(0.0, 9.0);
        let (remote, poor) = (months / 9.0, 2.0 * share - 1.0);
        // The loss is stated at half a year of remote schooling.
        let size = (pandemic.in_person + 2.0 * (1.0 - pandemic.in_person) * remote) * (1.0 + pandemic.poverty * remote * poor);
        let recovery = pandemic.recovery * (1.0 - pandemic.recovery_poverty * poor);
        for (at, year) in level.iter_mut().enumerate() {
            let since = at as i64 - 1 - pandemic.year;
            if since >= 0 {
                let left = (1.0 - recovery * since as f64).clamp(0.0, 1.0);
                (0..2).for_each(|k| year[k] += pandemic.loss[k] * size * left);
            }
        }
        months
    }
}
