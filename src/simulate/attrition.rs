//! Who leaves, and which tests are missed. Both depend only on what does not change with time.

use super::Parameters;
use super::schools::School;
use super::students::Student;
use crate::num::normal;
use crate::random::Stream;

/// How a student's time in the study ends.
pub(super) struct Stay {
    /// The last year in the study, counted from 0.
    pub last: usize,
    /// Left the study's schools before its end.
    pub left: bool,
    /// Moved to another school before the study's end.
    pub moved: bool,
}

/// What departures and missed tests are drawn from.
pub(super) struct Attrition {
    n_years: usize,
    leave: f64,
    spread: f64,
    ability: f64,
    student_sd: f64,
    move_rate: f64,
    missing: f64,
    attendance: f64,
}

/// The constant c with E Φ(c + x) = rate, where x is normal with this variance; −∞ for a rate of 0.
fn intercept(rate: f64, variance: f64) -> f64 {
    if rate <= 0.0 { f64::NEG_INFINITY } else { normal::quantile(rate) * libm::sqrt(1.0 + variance) }
}

impl Attrition {
    pub(super) fn read(p: &Parameters) -> Self {
        let (spread, ability, attendance) = (p.value("leave_spread"), p.value("leave_ability"), p.value("missing_attendance"));
        Attrition {
            n_years: (p.whole("last_year") - p.whole("first_year") + 1) as usize,
            leave: intercept(p.value("leave_rate"), spread * spread + ability * ability),
            spread,
            ability,
            student_sd: libm::sqrt(p.value("student_variance")),
            move_rate: p.value("move_rate"),
            missing: intercept(p.value("missing_rate"), attendance * attendance),
            attendance,
        }
    }

    /// Draws how long a student stays: at least the first year.
    pub(super) fn stay(&self, stream: &mut Stream, school: &School, student: &Student) -> Stay {
        let able = if self.student_sd > 0.0 { student.standing[0] / self.student_sd } else { 0.0 };
        let rate = normal::cdf(self.leave + self.spread * school.leaving + self.ability * able);
        for year in student.entry..self.n_years - 1 {
            let left = stream.bernoulli(rate);
            let moved = stream.bernoulli(self.move_rate) && !left;
            if left || moved {
                return Stay { last: year, left, moved };
            }
        }
        Stay { last: self.n_years - 1, left: false, moved: false }
    }

    /// The probability with which a student misses a test.
    pub(super) fn misses(&self, student: &Student) -> f64 {
        normal::cdf(self.missing + self.attendance * student.attending)
    }
}
