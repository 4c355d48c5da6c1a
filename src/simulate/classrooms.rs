//! Classrooms: sections of the entering grade, their sizes and their good and bad years.

use super::Parameters;
use super::shocks::path;
use crate::random::Stream;

/// Sections stay within these sizes. Source: usual class-size limits; scenario choice.
const SIZES: [f64; 2] = [8.0, 34.0];

/// One classroom.
pub(super) struct Classroom {
    /// Students in the first year.
    pub size: u32,
    /// Class-year shock in SD by year, the year before the study first.
    pub shock: Vec<[f64; 2]>,
}

/// What classrooms are drawn from.
pub(super) struct Classrooms {
    n_classrooms: usize,
    n_years: usize,
    size: f64,
    size_sd: f64,
    sd: f64,
    carry_over: f64,
    correlation: f64,
}

impl Classrooms {
    pub(super) fn read(p: &Parameters) -> Self {
        Classrooms {
            n_classrooms: p.whole("classrooms") as usize,
            n_years: (p.whole("last_year") - p.whole("first_year") + 2) as usize,
            size: p.value("class_size"),
            size_sd: p.value("class_size_sd"),
            sd: libm::sqrt(p.value("class_variance")),
            carry_over: p.value("class_carry_over"),
            correlation: p.value("outcome_correlation"),
        }
    }

    /// Draws a school's classrooms.
    pub(super) fn draw(&self, stream: &mut Stream) -> Vec<Classroom> {
        let one = |stream: &mut Stream| {
            let size = (self.size + self.size_sd * stream.normal()).clamp(SIZES[0], SIZES[1]).round() as u32;
            let shock = path(stream, self.n_years, self.carry_over, self.correlation);
            Classroom { size, shock: shock.into_iter().map(|year| year.map(|z| self.sd * z)).collect() }
        };
        (0..self.n_classrooms).map(|_| one(stream)).collect()
    }
}
