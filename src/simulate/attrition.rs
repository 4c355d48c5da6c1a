//! Who leaves, and which tests are missed.

use super::Parameters;
use super::schools::School;
use super::students::Student;
use crate::num::normal;
use crate::random::Stream;

/// What departures and missed tests are drawn from.
pub(super) struct Attrition {
    leave: f64,
    spread: f64,
    ability: f64,
    treated: f64,
    score: f64,
    student_sd: f64,
    move_rate: f64,
    missing: f64,
    attendance: f64,
    missing_score: f64,
}

/// How a student's year ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stay {
    Stays,
    Left,
    Moved,
}

/// The constant c with E Φ(c + x) = rate, where x is normal with this variance; −∞ for a rate of 0.
fn intercept(rate: f64, variance: f64) -> f64 {
    if rate <= 0.0 { f64::NEG_INFINITY } else { normal::quantile(rate) * libm::sqrt(1.0 + variance) }
}

/// On what leaving and missing a test depend at these values, in words.
pub(super) fn words(p: &Parameters) -> String {
    let named = |all: &[(&str, &'static str)]| -> Vec<&'static str> {
        all.iter().filter(|(name, _)| p.value(name) != 0.0).map(|(_, what)| *what).collect()
    };
    let listed = |what: &[&str]| what.join(", ");
    let (leaving, missing) = (p.value("leave_rate") > 0.0, p.value("missing_rate") > 0.0);
    let left = named(&[
        ("leave_spread", "the school"),
        ("leave_ability", "permanent standing"),
        ("leave_treated", "having a profile"),
        ("leave_score", "how well the year went"),
    ]);
    let missed = named(&[("missing_attendance", "permanent attendance"), ("missing_score", "how well the test would have gone")]);
    let one = |what: &str, happens: bool, on: &[&str]| match (happens, on.is_empty()) {
        (false, _) => format!("nobody {what}"),
        (true, true) => format!("who {what} is chance alone"),
        (true, false) => format!("who {what} depends on {}", listed(on)),
    };
    format!("{}; {}.", one("leaves for good", leaving, &left), one("misses a test", missing, &missed))
}

impl Attrition {
    pub(super) fn read(p: &Parameters) -> Self {
        let (spread, ability, attendance) = (p.value("leave_spread"), p.value("leave_ability"), p.value("missing_attendance"));
        let (score, missing_score) = (p.value("leave_score"), p.value("missing_score"));
        Attrition {
            leave: intercept(p.value("leave_rate"), spread * spread + ability * ability + score * score),
            spread,
            ability,
            treated: p.value("leave_treated"),
            score,
            student_sd: libm::sqrt(p.value("student_variance")),
            move_rate: p.value("move_rate"),
            missing: intercept(p.value("missing_rate"), attendance * attendance + missing_score * missing_score),
            attendance,
            missing_score,
        }
    }

    /// How a year ends; `luck`: how much better than usual it went, standard normal.
    pub(super) fn after(&self, stream: &mut Stream, school: &School, student: &Student, treated: bool, luck: f64) -> Stay {
        let able = if self.student_sd > 0.0 { student.standing[0] / self.student_sd } else { 0.0 };
        let treated = if treated { self.treated } else { 0.0 };
        let index = self.leave + self.spread * school.leaving + self.ability * able + treated + self.score * luck;
        let left = stream.normal() < index;
        let moved = stream.bernoulli(self.move_rate);
        if left {
            Stay::Left
        } else if moved {
            Stay::Moved
        } else {
            Stay::Stays
        }
    }

    /// The normal number below which a student misses a test that would have gone so much better than usual.
    #[inline]
    pub(super) fn misses(&self, student: &Student, luck: f64) -> f64 {
        self.missing + self.attendance * student.attending + self.missing_score * luck
    }

    /// Whether attendance decides who misses a test.
    pub(super) fn needs_attendance(&self) -> bool {
        self.attendance != 0.0 && self.missing > f64::NEG_INFINITY
    }
}
