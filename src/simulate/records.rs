//! The school's own records: grades, attendance, and a survey of engagement. Profiles do not move them.

use super::Parameters;
use super::fidelity::round;
use super::students::Student;
use crate::num::normal;
use crate::random::Stream;

/// What records are drawn from.
pub(super) struct Records {
    attendance: f64,
    /// Logit SD of attendance, and the part of its variance that is the student's own.
    spread: [f64; 2],
    /// Grade point average: mean, weight of standing, of conscientiousness, and grading noise.
    gpa: [f64; 4],
    /// Engagement on a scale from 1 to 5: mean and SD.
    engagement: [f64; 2],
    /// Reliability of the survey, and the part of its variance between classrooms.
    survey: [f64; 2],
    student_sd: f64,
}

/// A year's records.
#[derive(Clone, Copy, Default)]
pub(super) struct Record {
    /// Per cent of days, one decimal.
    pub attendance: f64,
    /// 0 to 4, one decimal: teachers grade standing in class and conscientiousness.
    pub gpa: f64,
    /// 1 to 5, one decimal.
    pub engagement: f64,
}

impl Record {
    /// Of what is no student: none.
    pub(super) const NONE: Record = Record { attendance: f64::NAN, gpa: f64::NAN, engagement: f64::NAN };
}

impl Records {
    pub(super) fn read(p: &Parameters) -> Self {
        let values = |names: [&str; 2]| names.map(|name| p.value(name));
        let spread = values(["attendance_spread", "attendance_lasting"]);
        Records {
            // Φ((logit .9 − centre) / SD) = the share of students below 90 %.
            attendance: libm::log(9.0) - spread[0] * normal::quantile(p.value("chronic_absence")),
            spread,
            gpa: ["gpa_mean", "gpa_standing", "gpa_conscientiousness", "gpa_noise"].map(|name| p.value(name)),
            engagement: values(["engagement_mean", "engagement_spread"]),
            survey: values(["survey_reliability", "survey_classroom_share"]),
            student_sd: libm::sqrt(p.value("student_variance")),
        }
    }

    /// Draws a year's records of a student in a classroom that is so engaged (standard normal).
    pub(super) fn draw(&self, stream: &mut Stream, student: &Student, classroom: f64) -> Record {
        let [sd, own] = self.spread;
        let z = libm::sqrt(own) * student.attending + libm::sqrt(1.0 - own) * stream.normal();
        let attendance = round(100.0 / (1.0 + libm::exp(-(self.attendance + sd * z))), 10.0);
        let [mean, standing, conscientious, noise] = self.gpa;
        let able = if self.student_sd > 0.0 { 0.5 * (student.standing[0] + student.standing[1]) / self.student_sd } else { 0.0 };
        let gpa = mean + standing * able + conscientious * student.conscientious + noise * stream.normal();
        let ([reliability, shared], [middle, spread]) = (self.survey, self.engagement);
        let own = (student.conscientious + student.attending) * std::f64::consts::FRAC_1_SQRT_2;
        let felt =
            libm::sqrt(shared) * classroom + libm::sqrt(reliability - shared) * own + libm::sqrt(1.0 - reliability) * stream.normal();
        Record { attendance, gpa: round(gpa.clamp(0.0, 4.0), 10.0), engagement: round((middle + spread * felt).clamp(1.0, 5.0), 10.0) }
    }
}
