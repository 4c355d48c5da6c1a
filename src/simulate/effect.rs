//! The effect of profiles on a score.

use super::Parameters;
use super::students::Student;

/// Weeks of a school year.
const WEEKS: f64 = 36.0;

/// Effect = (size × fidelity of the classroom / ordinary fidelity + the classroom's own deviation) × multiple of the place × growth
/// with years of use × multiples of student and cohort × alignment of the test.
pub(super) struct Effect {
    sizes: [f64; 2],
    deviations: [f64; 2],
    /// By years since take-up.
    growth: Vec<f64>,
    ordinary: f64,
    iep: f64,
    poverty: f64,
    rural: f64,
    slope: f64,
    step: f64,
    first_take_up: i64,
    alignment: f64,
    spillover: f64,
    student_sd: f64,
    /// What accommodations add to the scores of students with an IEP, SD.
    pub accommodation: f64,
}

impl Effect {
    pub(super) fn read(p: &Parameters, ordinary: f64) -> Self {
        let (math, ratio, sd) = (p.value("effect"), p.value("reading_ratio"), p.value("effect_sd"));
        let n_years = p.whole("last_year") - p.whole("first_year") + 1;
        let multiples = [1.0, p.value("second_year_multiple"), p.value("later_years_multiple")];
        let (novelty, weeks, use_years) = (p.value("novelty"), p.value("novelty_weeks"), p.whole("use_years"));
        let used = |e: i64| multiples[e.min(2) as usize] * (1.0 + novelty * libm::exp2(-WEEKS * e as f64 / weeks));
        let growth = |e: i64| match e - use_years {
            _ if use_years == 0 => used(e),
            ..0 => used(e),
            0 => used(use_years - 1) * p.value("kept_first_year"),
            _ => used(use_years - 1) * p.value("kept_later"),
        };
        Effect {
            sizes: [math, math * ratio],
            deviations: [sd, sd * ratio],
            growth: (0..n_years).map(growth).collect(),
            ordinary,
            iep: p.value("iep_multiple"),
            poverty: p.value("poverty_multiple"),
            rural: p.value("rural_multiple"),
            slope: p.value("standing_slope"),
            step: p.get("cohort_step").unwrap_or(0.0),
            first_take_up: p.whole("first_take_up"),
            alignment: p.value("alignment"),
            spillover: p.value("spillover"),
            student_sd: libm::sqrt(p.value("student_variance")),
            accommodation: p.value("accommodation_gain"),
        }
    }

    /// The effect of the first year in a classroom of this fidelity and this deviation (standard normal), in a school that stands
    /// in the country or not, SD.
    pub(super) fn of_classroom(&self, fidelity: f64, deviation: f64, rural: bool) -> [f64; 2] {
        let place = if rural { self.rural } else { 1.0 };
        std::array::from_fn(|k| (self.sizes[k] * fidelity / self.ordinary + self.deviations[k] * deviation) * place)
    }

    /// The effect on a student, `event_time` years after take-up in `group` (0: the first year with profiles), SD.
    #[inline]
    pub(super) fn on(&self, classroom: [f64; 2], student: &Student, group: i64, event_time: i64) -> [f64; 2] {
        let Some(growth) = usize::try_from(event_time).ok().and_then(|e| self.growth.get(e)) else { return [0.0; 2] };
        let who = if student.iep.is_some() { self.iep } else { 1.0 } * if student.frl { self.poverty } else { 1.0 };
        let common = growth * who * (1.0 + self.step * (group - self.first_take_up) as f64) * self.alignment;
        std::array::from_fn(|k| {
            let standing =
                if self.slope == 0.0 || self.student_sd == 0.0 { 0.0 } else { self.slope * student.standing[k] / self.student_sd };
            classroom[k] * common * (1.0 + standing)
        })
    }

    /// Whether profiles reach students who have none.
    pub(super) fn spills(&self) -> bool {
        self.spillover != 0.0
    }

    /// What profiles in this share of a school's other classrooms do to a student without, SD: a part of their effect.
    pub(super) fn spilled(&self, effect: [f64; 2], share: f64) -> [f64; 2] {
        effect.map(|e| e * self.spillover * share)
    }
}
