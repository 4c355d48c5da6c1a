//! Test scores with and without profiles, and the school's own records.

use super::Parameters;
use super::classrooms::Classroom;
use super::fidelity::round;
use super::schools::School;
use super::shocks::pair;
use super::students::Student;
use crate::num::normal;
use crate::random::Stream;

/// Mean growth in SD from each grade to the next, kindergarten to 1 first: math, reading.
/// Source: Hill, Bloom, Black & Lipsey (2008), from norming samples of seven standardized tests.
const GROWTH: [[f64; 12]; 2] = [
    [1.14, 1.03, 0.89, 0.52, 0.56, 0.41, 0.30, 0.32, 0.22, 0.25, 0.14, 0.01],
    [1.52, 0.97, 0.60, 0.36, 0.40, 0.32, 0.23, 0.26, 0.24, 0.19, 0.19, 0.06],
];
/// Logit SD of attendance, and the part of its variance that is the student's own. Scenario choices.
const ATTENDANCE: [f64; 2] = [0.75, 0.7];
/// Grade point average: mean, weight of standing, of conscientiousness, and grading noise. Scenario choices.
const GPA: [f64; 4] = [2.9, 0.45, 0.15, 0.35];

/// The two scores of a test in tenths of a point: what would be recorded without and with profiles.
#[derive(Clone, Copy, Default)]
pub(super) struct Tested {
    pub without: i32,
    pub with: i32,
    pub missed: bool,
}

/// What scores are drawn from.
pub(super) struct Scores {
    start: f64,
    sd: f64,
    /// Mean in SD by year, the year before the study first.
    growth: Vec<[f64; 2]>,
    correlation: f64,
    student_sd: f64,
    transient: f64,
    occasion: f64,
    error: f64,
    attendance: f64,
}

impl Scores {
    pub(super) fn read(p: &Parameters) -> Self {
        let n_years = (p.whole("last_year") - p.whole("first_year") + 1) as usize;
        let grade = p.whole("entering_grade") as usize;
        let before = if grade == 0 { [0.0; 2] } else { [-GROWTH[0][grade - 1], -GROWTH[1][grade - 1]] };
        let mut growth = vec![before, [0.0; 2]];
        for (math, reading) in GROWTH[0].iter().zip(&GROWTH[1]).skip(grade).take(n_years - 1) {
            let now = growth[growth.len() - 1];
            growth.push([now[0] + math, now[1] + reading]);
        }
        let root = |name| libm::sqrt(p.value(name));
        Scores {
            start: p.value("start_mean"),
            sd: p.value("score_sd"),
            growth,
            correlation: p.value("outcome_correlation"),
            student_sd: root("student_variance"),
            transient: root("transient_variance"),
            occasion: root("occasion_variance"),
            error: root("error_variance"),
            // Φ((logit .9 − centre) / SD) = the share of students below 90 %.
            attendance: libm::log(9.0) - ATTENDANCE[0] * normal::quantile(p.value("chronic_absence")),
        }
    }

    /// A year's tests. `year` counts from 0; −1 is the year before the study. Both potential scores have the same
    /// luck and the same errors; whether a test is missed does not depend on profiles.
    pub(super) fn test(
        &self,
        stream: &mut Stream,
        (school, room, student): (&School, &Classroom, &Student),
        year: i64,
        effect: [f64; 2],
        misses: f64,
    ) -> [Tested; 2] {
        let at = (year + 1) as usize;
        let transient = pair(stream, self.correlation);
        let occasion = self.occasion * stream.normal();
        std::array::from_fn(|k| {
            let luck = self.transient * transient[k] + occasion + self.error * stream.normal();
            let level = self.growth[at][k] + school.level[at][k] + room.shock[at][k] + student.standing[k] + luck;
            let recorded = |sd: f64| ((self.start + self.sd * sd) * 10.0).round() as i32;
            let without = recorded(level);
            let with = if effect[k] == 0.0 { without } else { recorded(level + effect[k]) };
            Tested { without, with, missed: stream.bernoulli(misses) }
        })
    }

    /// Attendance in per cent, one decimal: the student's own part and the year's.
    pub(super) fn attendance(&self, stream: &mut Stream, student: &Student) -> f64 {
        let [sd, own] = ATTENDANCE;
        let z = libm::sqrt(own) * student.attending + libm::sqrt(1.0 - own) * stream.normal();
        round(100.0 / (1.0 + libm::exp(-(self.attendance + sd * z))), 10.0)
    }

    /// Grade point average, one decimal: teachers grade standing in class and conscientiousness. Profiles do not move it.
    pub(super) fn gpa(&self, stream: &mut Stream, student: &Student) -> f64 {
        let [mean, standing, conscientious, noise] = GPA;
        let able = if self.student_sd > 0.0 { 0.5 * (student.standing[0] + student.standing[1]) / self.student_sd } else { 0.0 };
        let gpa = mean + standing * able + conscientious * student.conscientious + noise * stream.normal();
        round(gpa.clamp(0.0, 4.0), 10.0)
    }
}
