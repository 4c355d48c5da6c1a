//! Students: who they are and where they stand, none of which changes with time.

use super::Parameters;
use super::classrooms::Classroom;
use super::fidelity::round;
use super::schools::School;
use super::shocks::pair;
use crate::random::Stream;

/// Share of girls. Source: NCES, about 48.7 % of enrolment.
const FEMALE: f64 = 0.487;
/// Share of boys among students with an IEP. Source: NCES Digest 204.50, about 65 %.
const IEP_MALE: f64 = 0.65;
/// Correlation of openness with standing in math. Source: traits other than conscientiousness 0–.1; scenario choice.
const OPENNESS: f64 = 0.05;
/// IDEA categories and their shares of all IEPs in per cent. Source: NCES Digest 204.50 (2022–23).
pub(super) const CATEGORIES: [(&str, f64); 12] = [
    ("specific learning disability", 32.0),
    ("speech or language impairment", 19.0),
    ("other health impairment", 15.3),
    ("autism", 13.0),
    ("developmental delay", 6.9),
    ("intellectual disability", 5.8),
    ("emotional disturbance", 4.3),
    ("multiple disabilities", 1.7),
    ("hearing impairment", 0.9),
    ("orthopedic impairment", 0.4),
    ("traumatic brain injury", 0.3),
    ("visual impairment", 0.3),
];

/// One student.
pub(super) struct Student {
    /// Classroom within the school.
    pub classroom_ix: usize,
    /// First year in the study, counted from 0.
    pub entry: usize,
    pub female: bool,
    /// Index into [`CATEGORIES`] when the student has an IEP.
    pub iep: Option<usize>,
    pub el: bool,
    pub frl: bool,
    /// Permanent standing within the school, SD.
    pub standing: [f64; 2],
    /// The true trait behind the score.
    pub conscientious: f64,
    /// Trait scores, mean 50 and SD 10.
    pub conscientiousness: f64,
    pub openness: f64,
    /// Permanent part of attendance, standard normal.
    pub attending: f64,
}

/// What students are drawn from.
pub(super) struct Students {
    n_years: usize,
    join_rate: f64,
    variance: f64,
    correlation: f64,
    iep_shift: [f64; 2],
    poverty_shift: f64,
    el_shift: f64,
    trait_correlation: f64,
    trait_reliability: f64,
}

impl Students {
    pub(super) fn read(p: &Parameters) -> Self {
        Students {
            n_years: (p.whole("last_year") - p.whole("first_year") + 1) as usize,
            join_rate: p.value("join_rate"),
            variance: p.value("student_variance"),
            correlation: p.value("outcome_correlation"),
            iep_shift: [p.value("iep_shift_math"), p.value("iep_shift_reading")],
            poverty_shift: p.value("poverty_shift"),
            el_shift: p.value("el_shift"),
            trait_correlation: p.value("trait_correlation"),
            trait_reliability: p.value("trait_reliability"),
        }
    }

    /// Draws a school's students, classroom by classroom: those there from the start, then who joins in later years.
    pub(super) fn draw(&self, stream: &mut Stream, joining: &mut Stream, school: &School, rooms: &[Classroom]) -> Vec<Student> {
        let mut students = Vec::with_capacity(rooms.len() * 30);
        for (classroom_ix, room) in rooms.iter().enumerate() {
            for entry in 0..self.n_years {
                for _ in 0..room.size {
                    if entry == 0 || joining.bernoulli(self.join_rate) {
                        students.push(self.one(stream, school, classroom_ix, entry));
                    }
                }
            }
        }
        students
    }

    /// Always takes the same number of draws, so that a changed share changes only whom it must.
    fn one(&self, stream: &mut Stream, school: &School, classroom_ix: usize, entry: usize) -> Student {
        let female = stream.bernoulli(FEMALE);
        let given_sex = if female { (1.0 - IEP_MALE) / FEMALE } else { IEP_MALE / (1.0 - FEMALE) };
        let has_iep = stream.bernoulli(school.iep_share * given_sex);
        let category = stream.choose_weighted(&CATEGORIES.map(|c| c.1));
        let el = stream.bernoulli(school.el_share);
        let frl = stream.bernoulli(school.poverty_share);
        let noise = pair(stream, self.correlation);
        let standing = std::array::from_fn(|k| self.standing(school, k, noise[k], has_iep, frl, el));
        let ability = if self.variance > 0.0 { standing[0] / libm::sqrt(self.variance) } else { 0.0 };
        let conscientious = related(ability, self.trait_correlation, stream.normal());
        let open = related(ability, OPENNESS, stream.normal());
        let mut score = |truth| round(50.0 + 10.0 * related(truth, libm::sqrt(self.trait_reliability), stream.normal()), 10.0);
        let (conscientiousness, openness) = (score(conscientious), score(open));
        Student {
            classroom_ix,
            entry,
            female,
            iep: has_iep.then_some(category),
            el,
            frl,
            standing,
            conscientious,
            conscientiousness,
            openness,
            attending: stream.normal(),
        }
    }

    /// Level shifts are taken from the school's own mean, which already stands in the school's level; noise fills
    /// what they leave of the permanent variance.
    fn standing(&self, school: &School, k: usize, noise: f64, iep: bool, frl: bool, el: bool) -> f64 {
        let shifts = [
            (self.iep_shift[k], school.iep_share, iep),
            (self.poverty_shift, school.poverty_share, frl),
            (self.el_shift, school.el_share, el),
        ];
        let mut left = self.variance;
        let mut level = 0.0;
        for (shift, share, is) in shifts {
            left -= shift * shift * share * (1.0 - share);
            level += shift * (f64::from(is) - share);
        }
        level + libm::sqrt(left.max(0.0)) * noise
    }
}

/// A standard normal number with this correlation to `base`, from one that has none.
fn related(base: f64, correlation: f64, noise: f64) -> f64 {
    correlation * base + libm::sqrt(1.0 - correlation * correlation) * noise
}
