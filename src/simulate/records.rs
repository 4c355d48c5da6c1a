//! The school's own records: grades, attendance, and a survey of engagement. Profiles do not move them.

use super::Parameters;
use super::fidelity::round;
use super::students::Student;
use crate::num::normal;
use crate::random::Stream;

/// Logit SD of attendance, and the part of its variance that is the student's own. Scenario choices.
const ATTENDANCE: [f64; 2] = [0.75, 0.7];
/// Grade point average: mean, weight of standing, of conscientiousness, and grading noise. Scenario choices.
const GPA: [f64; 4] = [2.9, 0.45, 0.15, 0.35];
/// Engagement on a scale from 1 to 5: mean and SD; scenario choices.
const ENGAGEMENT: [f64; 2] = [3.4, 0.7];
/// Reliability of short survey scales (.7–.8), and the part of their variance between classrooms.
const SURVEY: [f64; 2] = [0.75, 0.10];

/// What records are drawn from.
pub(super) struct Records {
    attendance: f64,
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
        Records {
            // Φ((logit .9 − centre) / SD) = the share of students below 90 %.
            attendance: libm::log(9.0) - ATTENDANCE[0] * normal::quantile(p.value("chronic_absence")),
            student_sd: libm::sqrt(p.value("student_variance")),
        }
    }

    /// Draws a year's records of a student in a classroom that is so engaged (standard normal).
    pub(super) fn draw(&self, stream: &mut Stream, student: &Student, classroom: f64) -> Record {
        let [sd, own] = ATTENDANCE;
        let z = libm::sqrt(own) * student.attending + libm::sqrt(1.0 - own) * stream.normal();
        let attendance = round(100.0 / (1.0 + libm::exp(-(self.attendance + sd * z))), 10.0);
        let [mean, standing, conscientious, noise] = GPA;
        let able = if self.student_sd > 0.0 { 0.5 * (student.standing[0] + student.standing[1]) / self.student_sd } else { 0.0 };
        let gpa = mean + standing * able + conscientious * student.conscientious + noise * stream.normal();
        let ([reliability, shared], [middle, spread]) = (SURVEY, ENGAGEMENT);
        let own = (student.conscientious + student.attending) * std::f64::consts::FRAC_1_SQRT_2;
        let felt =
            libm::sqrt(shared) * classroom + libm::sqrt(reliability - shared) * own + libm::sqrt(1.0 - reliability) * stream.normal();
        Record { attendance, gpa: round(gpa.clamp(0.0, 4.0), 10.0), engagement: round((middle + spread * felt).clamp(1.0, 5.0), 10.0) }
    }
}
