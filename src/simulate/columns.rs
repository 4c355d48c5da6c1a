//! The columns of a simulated cohort: what each means, and how a row fills it.

use super::Parameters;
use super::classrooms::Teacher;
use super::design::{Design, Twins};
use super::fidelity::Drivers;
use super::records::Record;
use super::schools::{School, URBANICITY};
use super::students::{CATEGORIES, Student};

/// One row while it is drawn. Wholes and flags are numbers here, missing ones NaN.
pub(super) struct Row<'a> {
    pub student_ix: u32,
    pub classroom_ix: u32,
    pub teacher_ix: u32,
    pub school_ix: u32,
    pub school: &'a School,
    pub student: &'a Student,
    pub teacher: Teacher,
    pub drivers: &'a Drivers,
    pub fidelity: f64,
    pub start: Option<i64>,
    /// Uses profiles this year (where not all do what they are assigned).
    pub uses: bool,
    pub year: i64,
    pub grade: i64,
    /// Recorded scores in points; NaN when the test was missed.
    pub scores: [f64; 2],
    /// The score in math from which on a student counts as proficient, points.
    pub cut: f64,
    pub prior_math: f64,
    pub record: Record,
    pub goals: [f64; 2],
    pub minutes: f64,
    /// Skills mastered, planned, and mastered of those planned.
    pub skills: [f64; 3],
    /// 0: a student; 1: a norm; 2: matched students.
    pub kind: usize,
}

/// How a column is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier: a letter, and how many digits at least.
    Id(Id),
    /// One of these words.
    Words(&'static [&'static str]),
    Whole,
    Number,
}

/// Whose identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    Student,
    Classroom,
    Teacher,
    School,
    District,
    State,
}

/// Which worlds have a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    With(&'static str),
    Districts,
    Twins,
}

/// A column.
pub(super) struct Spec {
    pub name: &'static str,
    pub kind: Kind,
    pub get: fn(&Row<'_>) -> f64,
    when: When,
    pub meaning: &'static str,
    pub unit: &'static str,
    /// Where it comes from; a parameter's name in braces stands for its value.
    source: &'static str,
}

impl Spec {
    /// Where the column comes from, with the values that its world's parameters have: `{name}` as it is, `{name %}` in percent.
    pub(super) fn source(&self, p: &Parameters) -> String {
        let mut parts = self.source.split('{');
        let mut out = parts.next().unwrap_or_default().to_string();
        for part in parts {
            let (given, rest) = part.split_once('}').unwrap_or((part, ""));
            let (name, percent) = given.split_once(' ').map_or((given, false), |(name, unit)| (name, unit == "%"));
            let value = p.get(name).map(|x| if percent { format!("{} %", short(100.0 * x)) } else { short(x) });
            out.push_str(value.as_deref().unwrap_or(given));
            out.push_str(rest);
        }
        out
    }
}

/// A number to six decimals at most, without zeros that say nothing: .7, −1.17, 30.
fn short(x: f64) -> String {
    let text = format!("{:.6}", x.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let text = if text.starts_with("0.") { &text[1..] } else { text };
    if x < 0.0 && text != "0" { format!("−{text}") } else { text.to_string() }
}

const MADE: &str = "simulated";
const GILMOUR: &str = "simulated; {iep_share %} have one (NCES 2022–23: 15 %), in reading {iep_shift_reading} SD against others of their school (Gilmour et al. 2019: −1.17)";
const WEIGHTS: &str = "simulated; SD 1, a scenario choice";
const HILL: &str = "simulated; growth from Hill, Bloom, Black & Lipsey 2008";
const CHOSEN: &str = "simulated; a scenario choice";
const YEAR: &str = "school year, by its spring";

const IEPS: [&str; 12] = {
    let mut names = [""; 12];
    let mut i = 0;
    while i < 12 {
        names[i] = CATEGORIES[i].0;
        i += 1;
    }
    names
};
const LOCALES: [&str; 4] = [URBANICITY[0].0, URBANICITY[1].0, URBANICITY[2].0, URBANICITY[3].0];
const ROWS: [&str; 3] = ["student", "norm", "matched students"];

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn maybe(year: Option<i64>) -> f64 {
    year.map_or(f64::NAN, |y| y as f64)
}

type Given = (&'static str, Kind, fn(&Row<'_>) -> f64, When, &'static str, &'static str, &'static str);

use Kind::{Id as Ident, Number, Whole, Words};
use When::{Always, With};

#[rustfmt::skip]
const GIVEN: [Given; 42] = [
    ("student_id", Ident(Id::Student), |r| f64::from(r.student_ix), Always, "The student.", "identifier", MADE),
    ("classroom_id", Ident(Id::Classroom), |r| f64::from(r.classroom_ix), Always, "The student's classroom: a section of the entering grade that stays together.", "identifier", MADE),
    ("school_id", Ident(Id::School), |r| f64::from(r.school_ix), Always, "The student's school.", "identifier", MADE),
    ("district_id", Ident(Id::District), |r| f64::from(r.school.district_ix), When::Districts, "The school's district.", "identifier", MADE),
    ("state_id", Ident(Id::State), |r| f64::from(r.school.state_ix), With("states"), "The district's state.", "identifier", MADE),
    ("record", Words(&ROWS), |r| r.kind as f64, When::Twins, "Whether the row is a student of the study, or what stands in for a comparison student.", "category", MADE),
    ("year", Whole, |r| r.year as f64, Always, "The school year.", YEAR, MADE),
    ("grade", Whole, |r| r.grade as f64, Always, "The student's grade in that year.", "grade, 0 = kindergarten", MADE),
    ("profile_year", Whole, |r| maybe(r.start), Always, "First year in which the student was to have a learner profile; missing: never.", YEAR, MADE),
    ("profiles", Whole, |r| flag(r.start.is_some_and(|first| r.year >= first)), Always, "Whether the student was to have a learner profile in that year.", "0/1", MADE),
    ("uses_profile", Whole, |r| flag(r.uses), With("no_show_rate"), "Whether the student really used a learner profile in that year.", "0/1", CHOSEN),
    ("math", Number, |r| r.scores[0], Always, "Mathematics test in spring; missing when the test was missed.", "points", HILL),
    ("reading", Number, |r| r.scores[1], Always, "Reading test in spring; missing when the test was missed.", "points", HILL),
    ("proficient", Whole, |r| if r.scores[0].is_nan() || r.kind > 0 { f64::NAN } else { flag(r.scores[0] >= r.cut) }, Always, "Whether the score in math reached the cut of proficiency.", "0/1", "simulated; a cut that {proficient_share %} reach"),
    ("skills", Whole, |r| r.skills[0], With("skills"), "Skills mastered by spring.", "count", CHOSEN),
    ("skills_planned", Whole, |r| r.skills[1], With("skills"), "Skills that the student's profile planned for the year; 0 where there is no profile.", "count", CHOSEN),
    ("skills_of_plan", Whole, |r| r.skills[2], With("skills"), "How many of the planned skills were mastered by spring.", "count", CHOSEN),
    ("minutes", Number, |r| r.minutes, With("dose_full"), "Use of the software.", "minutes a week", "simulated; {heavy_share %} reach {dose_full} minutes (Khan Academy 2022–23: 9 % reach 30, mean 11)"),
    ("gpa", Number, |r| r.record.gpa, Always, "Grade point average of the year. Profiles do not move it in this world.", "0 to 4", CHOSEN),
    ("attendance", Number, |r| r.record.attendance, Always, "Attendance in the year before.", "percent of days", "simulated; {chronic_absence %} below 90 % (Attendance Works, 2017–18: 16 %)"),
    ("engagement", Number, |r| r.record.engagement, Always, "Engagement by a short survey. Profiles do not move it in this world.", "1 to 5", "simulated; reliability {survey_reliability}, part between classrooms {survey_classroom_share}"),
    ("iep", Whole, |r| flag(r.student.iep.is_some()), Always, "Whether the student has an individualized education program.", "0/1", GILMOUR),
    ("iep_category", Words(&IEPS), |r| r.student.iep.map_or(f64::NAN, |c| c as f64), Always, "Category of disability under IDEA; missing when the student has no IEP.", "category", "simulated; parts by the parameters iep_…_part (defaults: NCES Digest 204.50)"),
    ("el", Whole, |r| flag(r.student.el), Always, "Whether the student is an English learner.", "0/1", "simulated; {el_share %} are"),
    ("frl", Whole, |r| flag(r.student.frl), Always, "Whether the student has free or reduced-price lunch.", "0/1", MADE),
    ("female", Whole, |r| flag(r.student.female), Always, "Whether the student is a girl.", "0/1", MADE),
    ("prior_math", Number, |r| r.prior_math, Always, "Mathematics test in the spring before the study, also of students who join later.", "points", MADE),
    ("conscientiousness", Number, |r| r.student.conscientiousness, Always, "Score of conscientiousness at entry.", "T score, mean 50, SD 10", "simulated; reliability {trait_reliability}"),
    ("openness", Number, |r| r.student.openness, Always, "Score of openness at entry.", "T score, mean 50, SD 10", "simulated; reliability {trait_reliability}"),
    ("urbanicity", Words(&LOCALES), |r| r.school.urbanicity as f64, Always, "Where the school stands.", "category", "simulated; parts by the parameters city_part to rural_part (defaults: NCES Common Core of Data)"),
    ("remote_months", Whole, |r| r.school.remote_months, With("pandemic_year"), "Months of remote schooling in the pandemic's year.", "months", "simulated; correlation with the school's poverty {remote_poverty}"),
    ("teacher_id", Ident(Id::Teacher), |r| f64::from(r.teacher_ix), Always, "The classroom's teacher in that year: another one each year, but where teachers go on with their section.", "identifier", "simulated; {looping %} of the sections keep a teacher who stays in the school"),
    ("teacher_experience", Whole, |r| f64::from(r.teacher.experience), Always, "Years in the job of the classroom's teacher before this one.", "years", "simulated; {teacher_leaving %} leave the job each year"),
    ("teacher_new", Whole, |r| flag(r.teacher.new), Always, "Whether the classroom's teacher is new to the school.", "0/1", "simulated; {teacher_turnover %} a year"),
    ("staffing", Number, |r| r.drivers[0], Always, "How well the classroom is staffed.", "SD units", WEIGHTS),
    ("training", Number, |r| r.drivers[1], Always, "How much training the classroom's teachers have had.", "SD units", WEIGHTS),
    ("family", Number, |r| r.drivers[2], Always, "How engaged the classroom's families are.", "SD units", WEIGHTS),
    ("technology_for_staff", Number, |r| r.drivers[3], Always, "How far technology stands in for staff in the classroom.", "SD units", WEIGHTS),
    ("fidelity", Number, |r| if r.start.is_some() { r.fidelity } else { f64::NAN }, Always, "How well the classroom works with profiles; missing for students who never have one.", "0 to 1", "simulated from the four drivers; the weights are scenario choices, not estimates"),
    ("goals_set", Whole, |r| r.goals[0], Always, "Goals set in the student's learner profile in that year; 0 where there is no profile.", "count", CHOSEN),
    ("goals_met", Whole, |r| r.goals[1], Always, "How many of the goals set in that year have been met.", "count", CHOSEN),
    ("poverty_share", Number, |r| (r.school.poverty_share * 1000.0).round() / 1000.0, Always, "Share of the school's students with free or reduced-price lunch.", "share", MADE),
];

/// All columns there are, in the order in which a cohort has them.
pub(super) static COLUMNS: std::sync::LazyLock<Vec<Spec>> = std::sync::LazyLock::new(|| {
    let made = |(name, kind, get, when, meaning, unit, source)| Spec { name, kind, get, when, meaning, unit, source };
    GIVEN.into_iter().map(made).collect()
});

/// The columns of a world.
pub(super) fn of(p: &Parameters, design: Design) -> impl Iterator<Item = &'static Spec> {
    let twins = design.twins != Twins::None;
    let districts = p.value("districts") > 0.0;
    let has = move |spec: &&'static Spec, named: bool| match spec.when {
        When::Always => true,
        When::Districts => districts,
        With(_) => named,
        When::Twins => twins,
    };
    let named: Vec<bool> = COLUMNS.iter().map(|c| matches!(c.when, With(name) if p.get(name).is_some())).collect();
    COLUMNS.iter().zip(named).filter(move |(spec, named)| has(spec, *named)).map(|(spec, _)| spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let all = [0.7, -1.17, 30.0, 0.0, -0.0, 100.0 * 0.33, 1e-9].map(short);
        assert_eq!(all, [".7", "−1.17", "30", "0", "0", "33", "0"]);
    }

    #[test]
    fn sources_tell_the_values_there_are() {
        let of = |p: &Parameters, name: &str| {
            let column = COLUMNS.iter().find(|c| c.name == name);
            column.map(|c| c.source(p)).unwrap_or_default()
        };
        let mut p = super::super::defaults::school_study();
        assert_eq!(of(&p, "teacher_new"), "simulated; 16 % a year");
        for (name, value) in [("teacher_turnover", "0.3"), ("proficient_share", "0.33"), ("trait_reliability", "0.4"), ("iep_share", "0.2")]
        {
            assert_eq!(p.set(name, value), Ok(()));
        }
        assert_eq!(of(&p, "teacher_new"), "simulated; 30 % a year");
        assert_eq!(of(&p, "proficient"), "simulated; a cut that 33 % reach");
        assert_eq!(of(&p, "openness"), "simulated; reliability .4");
        assert!(of(&p, "iep").contains("20 % have one"), "{}", of(&p, "iep"));
        // Every name in braces is a parameter of each world that has the column.
        for world in super::super::WORLDS {
            let p = world.parameters();
            for column in super::of(&p, world.design()) {
                let names = column.source.split('{').skip(1).map(|part| part.split(['}', ' ']).next().unwrap_or_default());
                assert!(names.clone().all(|name| p.get(name).is_some()), "{}: {}", world.card().id, column.name);
            }
        }
    }
}
