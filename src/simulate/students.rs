//! Students: who they are and where they stand, none of which changes with time.

use super::Parameters;
use super::classrooms::Classroom;
use super::fidelity::round;
use super::kinds::{Kind, gaps, parts};
use super::schools::School;
use super::streams::{Part, Streams};
use super::wanted::Wanted;
use crate::random::{Stream, weighted};

/// IDEA categories, each with the parameters of its part of all IEPs and of its level against the others.
pub(super) const CATEGORIES: [Kind; 12] = [
    ("specific learning disability", ["iep_learning_part", "iep_learning_gap"]),
    ("speech or language impairment", ["iep_speech_part", "iep_speech_gap"]),
    ("other health impairment", ["iep_health_part", "iep_health_gap"]),
    ("autism", ["iep_autism_part", "iep_autism_gap"]),
    ("developmental delay", ["iep_delay_part", "iep_delay_gap"]),
    ("intellectual disability", ["iep_intellectual_part", "iep_intellectual_gap"]),
    ("emotional disturbance", ["iep_emotional_part", "iep_emotional_gap"]),
    ("multiple disabilities", ["iep_several_part", "iep_several_gap"]),
    ("hearing impairment", ["iep_hearing_part", "iep_hearing_gap"]),
    ("orthopedic impairment", ["iep_orthopedic_part", "iep_orthopedic_gap"]),
    ("traumatic brain injury", ["iep_injury_part", "iep_injury_gap"]),
    ("visual impairment", ["iep_visual_part", "iep_visual_gap"]),
];

/// One student.
#[derive(Clone)]
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
    /// Yearly growth beyond the grade's, SD.
    pub growth: f64,
    /// What makes a student use software, and grow: a standard normal number; 0 where no software is used.
    pub drive: f64,
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
    growth_sd: f64,
    drive_growth: Option<f64>,
    female: f64,
    iep_male: f64,
    openness: f64,
    /// Parts of all IEPs, by category.
    parts: [f64; 12],
    /// Level against the mean of all IEPs, by category, and its variance among them.
    gaps: [f64; 12],
    gap_variance: f64,
}

/// The streams that a school's students are drawn from.
struct Sources {
    students: Stream,
    reading: Stream,
    traits: Stream,
    growth: Stream,
    attending: Stream,
    drive: Stream,
}

impl Students {
    pub(super) fn read(p: &Parameters) -> Self {
        let (parts, (gaps, gap_variance)) = (parts(p, &CATEGORIES), gaps(p, &CATEGORIES));
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
            growth_sd: libm::sqrt(p.value("growth_variance")),
            drive_growth: p.get("drive_growth"),
            female: p.value("female_share"),
            iep_male: p.value("iep_male_share"),
            openness: p.value("openness_correlation"),
            parts,
            gaps,
            gap_variance,
        }
    }

    /// Draws a school's students, classroom by classroom: those there from the start, then who joins in later years.
    pub(super) fn draw(&self, streams: &Streams, school_ix: u32, school: &School, rooms: &[Classroom], wanted: &Wanted) -> Vec<Student> {
        let of = |part| streams.of(part, school_ix);
        let mut joining = of(Part::Joining);
        let mut from = Sources {
            students: of(Part::Students),
            reading: of(Part::Reading),
            traits: of(Part::Traits),
            growth: of(Part::Growth),
            attending: of(Part::Attending),
            drive: of(Part::Drive),
        };
        let chances = Chances::of(self, school);
        let mut students = Vec::with_capacity(rooms.iter().map(|r| r.size as usize + 4).sum());
        for (classroom_ix, room) in rooms.iter().enumerate() {
            for entry in 0..self.n_years {
                for _ in 0..room.size {
                    if entry == 0 || joining.bernoulli(self.join_rate) {
                        students.push(self.one(&mut from, &chances, classroom_ix, entry, wanted));
                    }
                }
            }
        }
        students
    }

    /// Always takes the same draws, so that a changed share changes only whom it must.
    fn one(&self, from: &mut Sources, chances: &Chances, classroom_ix: usize, entry: usize, wanted: &Wanted) -> Student {
        let stream = &mut from.students;
        let female = stream.bernoulli(self.female);
        let has_iep = stream.bernoulli(chances.iep[usize::from(female)]);
        let category = stream.uniform();
        let iep = has_iep.then(|| weighted(&self.parts, category));
        let gap = iep.map_or(0.0, |category| self.gaps[category]);
        let el = stream.bernoulli(chances.el);
        let frl = stream.bernoulli(chances.frl);
        let noise = stream.normal();
        let level = |k: usize, noise: f64| {
            let shifts = &chances.shifts[k];
            chances.base[k]
                + shifts[0] * f64::from(has_iep)
                + shifts[1] * f64::from(frl)
                + shifts[2] * f64::from(el)
                + chances.sd[k] * noise
                + gap
        };
        let math = level(0, noise);
        let reading = if wanted.reading {
            let own = from.reading.normal();
            level(1, self.correlation * noise + libm::sqrt(1.0 - self.correlation * self.correlation) * own)
        } else {
            0.0
        };
        let drive = if self.drive_growth.is_some() { from.drive.normal() } else { 0.0 };
        let growth = if self.growth_sd > 0.0 { self.growth_sd * from.growth.normal() } else { 0.0 };
        let mut student = Student {
            classroom_ix,
            entry,
            female,
            iep,
            el,
            frl,
            standing: [math, reading],
            growth: growth + self.drive_growth.unwrap_or(0.0) * drive,
            drive,
            conscientious: 0.0,
            conscientiousness: 0.0,
            openness: 0.0,
            attending: if wanted.attending { from.attending.normal() } else { 0.0 },
        };
        if wanted.traits {
            self.traits(&mut from.traits, &mut student);
        }
        student
    }

    fn traits(&self, stream: &mut Stream, student: &mut Student) {
        let ability = if self.variance > 0.0 { student.standing[0] / libm::sqrt(self.variance) } else { 0.0 };
        let conscientious = related(ability, self.trait_correlation, stream.normal());
        let open = related(ability, self.openness, stream.normal());
        let mut score = |truth| round(50.0 + 10.0 * related(truth, libm::sqrt(self.trait_reliability), stream.normal()), 10.0);
        (student.conscientious, student.conscientiousness, student.openness) = (conscientious, score(conscientious), score(open));
    }
}

/// What a school's students have in common: their chances, and where each group stands.
struct Chances {
    /// Of an IEP, for boys and for girls.
    iep: [f64; 2],
    el: f64,
    frl: f64,
    /// Standing of those without IEP, poverty and EL, by outcome.
    base: [f64; 2],
    /// Shifts of IEP, poverty and EL.
    shifts: [[f64; 3]; 2],
    /// SD of what they leave of the permanent variance.
    sd: [f64; 2],
}

impl Chances {
    /// Level shifts are taken from the school's own mean, which already stands in the school's level; noise fills
    /// what they leave of the permanent variance.
    fn of(students: &Students, school: &School) -> Self {
        let shares = [school.iep_share, school.poverty_share, school.el_share];
        let shifts = students.iep_shift.map(|iep| [iep, students.poverty_shift, students.el_shift]);
        let sum = |k: usize, f: fn(f64, f64) -> f64| (0..3).map(|j| f(shifts[k][j], shares[j])).sum::<f64>();
        Chances {
            iep: [students.iep_male / (1.0 - students.female), (1.0 - students.iep_male) / students.female]
                .map(|given_sex| school.iep_share * given_sex),
            el: school.el_share,
            frl: school.poverty_share,
            base: std::array::from_fn(|k| -sum(k, |shift, share| shift * share)),
            sd: std::array::from_fn(|k| {
                let groups = sum(k, |shift, share| shift * shift * share * (1.0 - share));
                libm::sqrt((students.variance - groups - school.iep_share * students.gap_variance).max(0.0))
            }),
            shifts,
        }
    }
}

/// The variance of levels among students with an IEP that their categories make.
pub(super) fn between_categories(p: &Parameters) -> f64 {
    gaps(p, &CATEGORIES).1
}

/// A standard normal number with this correlation to `base`, from one that has none.
fn related(base: f64, correlation: f64, noise: f64) -> f64 {
    correlation * base + libm::sqrt(1.0 - correlation * correlation) * noise
}
