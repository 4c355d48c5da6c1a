//! Classrooms: sections of the entering grade, their sizes, their good and bad years, and their teachers.

use super::Parameters;
use super::shocks::path;
use super::streams::{Part, Streams};

/// Nobody has been in the job for longer, years.
const LONGEST: f64 = 45.0;

/// One classroom.
pub(super) struct Classroom {
    /// Students in the first year.
    pub size: u32,
    /// Class-year shock in SD by year, the year before the study first.
    pub shock: Vec<[f64; 2]>,
    /// The year's teacher, by year, the year before the study first.
    pub teacher: Vec<Teacher>,
}

/// A classroom's teacher in a year: another one each year, but where sections loop.
#[derive(Clone, Copy)]
pub(super) struct Teacher {
    /// Years in the job before this one.
    pub experience: i32,
    /// New to the school.
    pub new: bool,
    /// Since which year this section's teacher, as the place of the year.
    pub since: u32,
}

/// What classrooms are drawn from.
pub(super) struct Classrooms {
    n_classrooms: usize,
    /// SD of their number between schools.
    spread: f64,
    n_years: usize,
    size: f64,
    size_sd: f64,
    sizes: [f64; 2],
    sd: f64,
    carry_over: f64,
    correlation: f64,
    turnover: f64,
    turnover_shift: f64,
    looping: f64,
    leaving: f64,
    novice: f64,
    novice_years: i32,
    novices: f64,
}

impl Classrooms {
    pub(super) fn read(p: &Parameters) -> Self {
        let novice = p.value("novice_shift");
        let (leaving, novice_years) = (p.value("teacher_leaving"), p.whole("novice_years") as i32);
        let novices = 1.0 - libm::pow(1.0 - leaving, f64::from(novice_years));
        let (turnover, turnover_shift) = (p.value("teacher_turnover"), p.value("turnover_shift"));
        let explained = novice * novice * novices * (1.0 - novices) + turnover_shift * turnover_shift * turnover * (1.0 - turnover);
        Classrooms {
            n_classrooms: p.whole("classrooms") as usize,
            spread: p.value("classroom_spread"),
            n_years: (p.whole("last_year") - p.whole("first_year") + 2) as usize,
            size: p.value("class_size"),
            size_sd: p.value("class_size_sd"),
            sizes: [p.value("smallest_class"), p.value("largest_class")],
            // What teachers explain is part of the variance of class-years.
            sd: libm::sqrt((p.value("class_variance") - explained).max(0.0)),
            carry_over: p.value("class_carry_over"),
            correlation: p.value("outcome_correlation"),
            turnover,
            turnover_shift,
            looping: p.value("looping"),
            leaving,
            novice,
            novice_years,
            novices,
        }
    }

    /// Draws a school's classrooms.
    pub(super) fn draw(&self, streams: &Streams, school_ix: u32) -> Vec<Classroom> {
        let (mut stream, mut staff) = (streams.of(Part::Classrooms, school_ix), streams.of(Part::Teachers, school_ix));
        let mut staying = streams.of(Part::Looping, school_ix);
        let [smallest, largest] = self.sizes;
        let mut one = || {
            let size = (self.size + self.size_sd * stream.normal()).clamp(smallest, largest).round() as u32;
            let mut teacher: Vec<Teacher> = (0..self.n_years as u32)
                .map(|since| {
                    let new = staff.bernoulli(self.turnover);
                    let years = libm::floor(libm::log(staff.uniform()) / libm::log(1.0 - self.leaving));
                    Teacher { experience: years.min(LONGEST) as i32, new, since }
                })
                .collect();
            for t in 1..teacher.len() {
                if staying.bernoulli(self.looping * (1.0 - self.turnover)) {
                    let before = teacher[t - 1];
                    teacher[t] = Teacher { experience: before.experience + 1, new: false, since: before.since };
                }
            }
            let luck = path(&mut stream, self.n_years, self.carry_over, self.correlation);
            let shock = luck.into_iter().zip(&teacher).map(|(year, teacher)| {
                let novice = f64::from(u8::from(teacher.experience < self.novice_years)) - self.novices;
                let new = f64::from(u8::from(teacher.new)) - self.turnover;
                year.map(|z| self.sd * z + self.novice * novice + self.turnover_shift * new)
            });
            Classroom { size, shock: shock.collect(), teacher }
        };
        (0..self.number(streams, school_ix)).map(|_| one()).collect()
    }

    /// How many sections a school has.
    fn number(&self, streams: &Streams, school_ix: u32) -> usize {
        if self.spread == 0.0 {
            return self.n_classrooms;
        }
        let (mean, z) = (self.n_classrooms as f64, streams.of(Part::Sections, school_ix).normal());
        (mean + self.spread * z).round().clamp(1.0, 2.0 * mean) as usize
    }
}

/// The largest number of sections that a school can have.
pub(super) fn most(p: &Parameters) -> u32 {
    let mean = p.whole("classrooms") as u32;
    if p.value("classroom_spread") == 0.0 { mean } else { 2 * mean }
}
