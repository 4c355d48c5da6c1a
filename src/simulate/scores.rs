//! Test scores: the level behind them, the luck of the year and of the day, and the errors of measurement.

use super::Parameters;
use super::attrition::Attrition;
use super::classrooms::Classroom;
use super::defaults::GROWTH;
use super::schools::School;
use super::students::Student;
use super::variance;
use crate::num::normal;
use crate::random::Stream;

/// A test that was, or would have been, taken.
#[derive(Clone, Copy, Default)]
pub(super) struct Test {
    /// The level behind the score without profiles, SD, the year's luck and the day's with it.
    pub level: f64,
    /// The error of measurement, a standard normal number.
    error: f64,
    /// How much better than usual the year and the day went, a standard normal number.
    pub luck: f64,
    pub missed: bool,
}

/// What scores are drawn from.
pub(super) struct Scores {
    start: f64,
    sd: f64,
    /// Mean in SD by year, the year before the study first.
    growth: Vec<[f64; 2]>,
    correlation: f64,
    transient: f64,
    occasion: f64,
    luck: f64,
    error: f64,
    conditional: f64,
    /// The error of measurement is at most so many times that at the mean.
    worst_error: f64,
    ceiling: f64,
    floor: f64,
    drift: f64,
    cuts: Vec<f64>,
}

impl Scores {
    pub(super) fn read(p: &Parameters) -> Self {
        let n_years = (p.whole("last_year") - p.whole("first_year") + 1) as usize;
        let grade = p.whole("entering_grade") as usize;
        let [math, reading] = GROWTH.map(|names| names.map(|name| p.value(name)));
        let before = if grade == 0 { [0.0; 2] } else { [-math[grade - 1], -reading[grade - 1]] };
        let mut growth = vec![before, [0.0; 2]];
        for (math, reading) in math.iter().zip(&reading).skip(grade).take(n_years - 1) {
            let now = growth[growth.len() - 1];
            growth.push([now[0] + math, now[1] + reading]);
        }
        let v = |name| p.value(name);
        let conditional = v("conditional_error");
        let above = -normal::quantile(v("proficient_share")) * libm::sqrt(variance::total(p));
        let cut = |mean: &[f64; 2]| f64::from(nearest((v("start_mean") + v("score_sd") * (mean[0] + above)) * 10.0)) / 10.0;
        let cuts = growth[1..].iter().map(cut).collect();
        Scores {
            start: v("start_mean"),
            sd: v("score_sd"),
            growth,
            correlation: v("outcome_correlation"),
            transient: libm::sqrt(v("transient_variance")),
            occasion: libm::sqrt(v("occasion_variance")),
            luck: libm::sqrt(v("transient_variance") + v("occasion_variance")),
            // E c²(1 + kθ²) = c²(1 + k Var θ) is the error variance wanted.
            error: libm::sqrt(v("error_variance") / (1.0 + conditional * variance::of_levels(p))),
            conditional,
            worst_error: v("worst_error"),
            ceiling: v("ceiling"),
            floor: v("floor"),
            drift: v("scale_drift") / v("score_sd"),
            cuts,
        }
    }

    /// A year's test in math. `year` counts from 0; −1 is the year before the study. Whether a test is missed does not
    /// depend on profiles. The second number is the part of the luck that reading shares.
    #[inline]
    pub(super) fn math(
        &self,
        stream: &mut Stream,
        whom: (&School, &Classroom, &Student),
        year: i64,
        attrition: &Attrition,
    ) -> (Test, [f64; 2]) {
        let transient = stream.normal();
        let occasion = self.occasion * stream.normal();
        (self.test(stream, whom, 0, year, self.transient * transient + occasion, attrition), [transient, occasion])
    }

    /// A year's test in reading, on the same days.
    #[inline]
    pub(super) fn reading(
        &self,
        stream: &mut Stream,
        whom: (&School, &Classroom, &Student),
        year: i64,
        [transient, occasion]: [f64; 2],
        attrition: &Attrition,
    ) -> Test {
        let own = self.correlation * transient + libm::sqrt(1.0 - self.correlation * self.correlation) * stream.normal();
        self.test(stream, whom, 1, year, self.transient * own + occasion, attrition)
    }

    #[inline]
    fn test(
        &self,
        stream: &mut Stream,
        (school, room, student): (&School, &Classroom, &Student),
        k: usize,
        year: i64,
        luck: f64,
        attrition: &Attrition,
    ) -> Test {
        let at = (year + 1) as usize;
        let error = stream.normal();
        let standing = student.standing[k] + student.growth * year as f64;
        let level = self.growth[at][k] + school.level[at][k] + room.shock[at][k] + standing + luck;
        let luck = if self.luck > 0.0 { luck / self.luck } else { 0.0 };
        let missed = stream.normal() < attrition.misses(student, luck);
        Test { level, error, luck, missed }
    }

    /// The score in tenths of a point that a test gives when the level is `effect` SD higher; the luck and the error
    /// are the same. Error ~ c√(1 + kθ²), θ from the grade's mean.
    #[inline]
    pub(super) fn score(&self, test: &Test, k: usize, year: i64, effect: f64) -> i32 {
        let level = test.level + effect;
        let mut error = self.error * test.error;
        if self.conditional != 0.0 {
            let theta = level - self.growth[(year + 1) as usize][k];
            error *= libm::sqrt(1.0 + self.conditional * theta * theta).min(self.worst_error);
        }
        let sd = (level + error).clamp(self.floor, self.ceiling) + self.drift * year as f64;
        nearest((self.start + self.sd * sd) * 10.0)
    }

    /// The lowest score that counts as proficient in math in a year counted from 0, points.
    pub(super) fn cut(&self, t: usize) -> f64 {
        self.cuts[t]
    }

    /// Mean growth in math and reading since the first year, SD.
    pub(super) fn growth(&self, year: i64) -> [f64; 2] {
        self.growth[(year + 1) as usize]
    }

    /// Points to one SD unit.
    pub(super) fn sd(&self) -> f64 {
        self.sd
    }

    /// SD units as tenths of a point, and back.
    pub(super) fn tenths(&self, sd: f64) -> i32 {
        nearest((self.start + self.sd * sd) * 10.0)
    }

    pub(super) fn sd_of(&self, tenths: i32) -> f64 {
        (f64::from(tenths) / 10.0 - self.start) / self.sd
    }
}

/// The nearest whole number, halves away from zero, within 32 bits.
#[inline]
fn nearest(x: f64) -> i32 {
    (x + if x < 0.0 { -0.5 } else { 0.5 }) as i32
}
