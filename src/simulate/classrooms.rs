//! Classrooms: sections of the entering grade, their sizes, their good and bad years, and their teachers.

use super::Parameters;
use super::shocks::path;
use super::streams::{Part, Streams};

/// Sections stay within these sizes. Source: usual class-size limits; scenario choice.
const SIZES: [f64; 2] = [8.0, 34.0];
/// Chance that a teacher leaves the job after a year, from which experience follows. Source: NCES, about 8 % a year.
const LEAVING: f64 = 0.08;
/// Teachers are novices in their first so many years.
const NOVICE_YEARS: i32 = 3;

/// One classroom.
pub(super) struct Classroom {
    /// Students in the first year.
    pub size: u32,
    /// Class-year shock in SD by year, the year before the study first.
    pub shock: Vec<[f64; 2]>,
    /// The year's teacher, by year, the year before the study first.
    pub teacher: Vec<Teacher>,
}

/// A classroom's teacher in a year: sections get another one each year.
#[derive(Clone, Copy)]
pub(super) struct Teacher {
    /// Years in the job before this one.
    pub experience: i32,
    /// New to the school.
    pub new: bool,
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
    turnover: f64,
    novice: f64,
    novices: f64,
}

impl Classrooms {
    pub(super) fn read(p: &Parameters) -> Self {
        let novice = p.value("novice_shift");
        let novices = novices();
        let explained = novice * novice * novices * (1.0 - novices);
        Classrooms {
            n_classrooms: p.whole("classrooms") as usize,
            n_years: (p.whole("last_year") - p.whole("first_year") + 2) as usize,
            size: p.value("class_size"),
            size_sd: p.value("class_size_sd"),
            // What novices explain is part of the variance of class-years.
            sd: libm::sqrt((p.value("class_variance") - explained).max(0.0)),
            carry_over: p.value("class_carry_over"),
            correlation: p.value("outcome_correlation"),
            turnover: p.value("teacher_turnover"),
            novice,
            novices,
        }
    }

    /// Draws a school's classrooms.
    pub(super) fn draw(&self, streams: &Streams, school_ix: u32) -> Vec<Classroom> {
        let (mut stream, mut staff) = (streams.of(Part::Classrooms, school_ix), streams.of(Part::Teachers, school_ix));
        let mut one = || {
            let size = (self.size + self.size_sd * stream.normal()).clamp(SIZES[0], SIZES[1]).round() as u32;
            let teacher: Vec<Teacher> = (0..self.n_years)
                .map(|_| {
                    let new = staff.bernoulli(self.turnover);
                    let years = libm::floor(libm::log(staff.uniform()) / libm::log(1.0 - LEAVING));
                    Teacher { experience: years.min(45.0) as i32, new }
                })
                .collect();
            let luck = path(&mut stream, self.n_years, self.carry_over, self.correlation);
            let shock = luck.into_iter().zip(&teacher).map(|(year, teacher)| {
                let novice = f64::from(u8::from(teacher.experience < NOVICE_YEARS)) - self.novices;
                year.map(|z| self.sd * z + self.novice * novice)
            });
            Classroom { size, shock: shock.collect(), teacher }
        };
        (0..self.n_classrooms).map(|_| one()).collect()
    }
}

/// Share of teachers who are novices.
fn novices() -> f64 {
    1.0 - libm::pow(1.0 - LEAVING, f64::from(NOVICE_YEARS))
}
