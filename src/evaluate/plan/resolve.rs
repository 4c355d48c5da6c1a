//! From a question to a design: levels from what is named, defaults where nothing is said, and what does not fit refused.

mod variance;

use super::assumption::{self as known, Assumption, GIVEN, Sourced};
use super::check::{idle, impossible, ranges};
use super::{Analysis, Assign, Design, Layout, Levels, Measure, Question, Size, Tier, Wanted};
use crate::cohort::{Fault, Faults};
use variance::has_class;

/// A question made definite.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The design; where the number of top units is not known it stands at 1.
    pub design: Design,
    /// The number of top units, where it is given.
    pub given: Option<u64>,
    /// What is analysed.
    pub measure: Measure,
    /// Variance in one period of what changes between periods, at each level.
    pub shock: Levels,
    /// Periods before and after, where changes are analysed.
    pub periods: Option<(u32, u32)>,
    /// What to work out.
    pub wanted: Vec<Wanted>,
    /// All numbers with their sources.
    pub assumptions: Vec<Assumption>,
}

/// Makes a question definite.
///
/// # Errors
/// Every number that is impossible, does not fit the others, or would do nothing.
pub fn resolve(question: &Question) -> Result<Resolved, Faults> {
    ranges(question).into_result()?;
    let mut r = Resolver { q: question, faults: Faults::default(), assumptions: Vec::new() };
    let resolved = r.all();
    r.faults.into_result()?;
    Ok(Resolved { assumptions: r.assumptions, ..resolved })
}

struct Resolver<'a> {
    q: &'a Question,
    faults: Faults,
    assumptions: Vec<Assumption>,
}

impl Resolver<'_> {
    fn note(&mut self, flag: &'static str, meaning: &str, value: f64, source: &str) {
        self.assumptions.push(Assumption { flag, meaning: meaning.into(), value, source: source.into() });
    }

    /// A number that is given, or its default.
    fn number(&mut self, flag: &'static str, meaning: &str, given: Option<f64>, default: Sourced) -> f64 {
        let (value, source) = given.map_or(default, |v| (v, GIVEN));
        self.note(flag, meaning, value, source);
        value
    }

    /// Refuses a number that would change nothing.
    fn refuse(&mut self, flag: &'static str, given: bool, why: &str, remedy: &str) {
        if given {
            self.faults.push(idle(flag, why, remedy));
        }
    }

    fn all(&mut self) -> Resolved {
        let q = self.q;
        let (layout, top, size, given) = self.levels();
        let share = self.number("--treated-share", "share that is treated", q.treated_share, (0.5, "half, the most precise"));
        let correlation = self.correlation();
        let (measure, periods) = self.measure(layout, top);
        let (variance, shock) = self.variances(layout, top, correlation, &measure);
        let (effect_variance, effect_explained) = self.effect_variance(layout, variance.school);
        let explained = self.explained(layout, top, correlation);
        let at_top = match (layout, top) {
            (Layout::Students, _) => explained.student,
            (Layout::Clusters, Tier::Classrooms) | (Layout::ClassroomsFixedSchools, _) => explained.class,
            (Layout::ClassroomsRandomSchools, _) => effect_explained,
            _ => explained.school,
        };
        let default = if at_top > 0.0 { (1.0, "one, as covariates explain something there") } else { (0.0, "none is assumed") };
        let g = self.number("--covariates-at-top", "covariates at the top, g", q.covariates.map(|g| g as f64), default);
        let design = Design {
            layout,
            top,
            size,
            treated_share: share,
            variance,
            explained,
            effect_variance,
            effect_explained,
            covariates: g as u64,
        };
        let wanted = self.wanted(layout, top, given);
        Resolved { design, given, measure, shock, periods, wanted, assumptions: Vec::new() }
    }

    /// Which levels there are: those whose number is named.
    fn levels(&mut self) -> (Layout, Tier, Size, Option<u64>) {
        let q = self.q;
        let seeks_schools = q.wanted.contains(&Wanted::Number(Tier::Schools));
        let has_schools = q.schools.is_some() || seeks_schools;
        let nothing_said = q.classrooms.is_none() && q.students.is_none();
        let (layout, top) = match q.assign {
            Assign::School if q.classrooms.is_some() || nothing_said => (Layout::Schools, Tier::Schools),
            Assign::School => (Layout::Clusters, Tier::Schools),
            Assign::Classroom if !has_schools && q.classrooms.is_some() => (Layout::Clusters, Tier::Classrooms),
            Assign::Classroom if q.fixed_schools => (Layout::ClassroomsFixedSchools, Tier::Schools),
            Assign::Classroom => (Layout::ClassroomsRandomSchools, Tier::Schools),
            Assign::Student if has_schools => (Layout::Students, Tier::Schools),
            Assign::Student if q.classrooms.is_some() => (Layout::Students, Tier::Classrooms),
            Assign::Student => (Layout::Students, Tier::Students),
        };
        if layout != Layout::ClassroomsFixedSchools {
            let why = "only where classrooms are assigned within schools can the schools be these and no others";
            self.refuse("--fixed-schools", q.fixed_schools, why, "add  --assign classroom --schools K, or leave it out");
        }
        let mut size = Size { schools: q.schools.unwrap_or(1), classrooms: 1, students: 1 };
        if let Some(k) = q.schools {
            self.note("--schools", "schools", k as f64, GIVEN);
        }
        let in_rooms = matches!(layout, Layout::Schools | Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools);
        if in_rooms || q.classrooms.is_some() || (q.assign == Assign::Student && has_schools && nothing_said) {
            let each = if top == Tier::Schools { "classrooms in each school" } else { "classrooms" };
            let default = (known::CLASSROOMS.0 as f64, known::CLASSROOMS.1);
            size.classrooms = self.number("--classrooms", each, q.classrooms.map(|n| n as f64), default) as u64;
        }
        if q.students.is_some() || top != Tier::Students {
            let rooms = in_rooms || q.classrooms.is_some() || size.classrooms > 1;
            let each = match (top, rooms) {
                (Tier::Students, _) => "students",
                (_, true) => "students in each classroom",
                (_, false) => "students in each school",
            };
            let default = (known::STUDENTS.0 as f64, known::STUDENTS.1);
            size.students = self.number("--students", each, q.students.map(|n| n as f64), default) as u64;
        }
        let given = match top {
            Tier::Schools => q.schools,
            Tier::Classrooms => q.classrooms,
            Tier::Students => q.students,
        };
        (layout, top, size, given)
    }

    fn correlation(&mut self) -> f64 {
        let q = self.q;
        match q.analysis {
            Analysis::Gain | Analysis::Did => {
                self.number("--correlation", "correlation of a student's scores", q.correlation, known::CORRELATION)
            }
            Analysis::Ancova => {
                if let Some(r) = q.correlation {
                    self.note("--correlation", "correlation of a student's scores", r, GIVEN);
                }
                q.correlation.unwrap_or(known::CORRELATION.0)
            }
            Analysis::Post => {
                let why = "scores after are analysed without those before";
                self.refuse("--correlation", q.correlation.is_some(), why, "add  --analysis ancova, gain or did");
                0.0
            }
        }
    }

    fn measure(&mut self, layout: Layout, top: Tier) -> (Measure, Option<(u32, u32)>) {
        let q = self.q;
        if q.analysis != Analysis::Did {
            let remedy = "add  --analysis did, or leave it out";
            let why = "only a difference-in-differences takes several periods";
            self.refuse("--periods-before", q.periods_before.is_some(), why, remedy);
            self.refuse("--periods-after", q.periods_after.is_some(), why, remedy);
            self.refuse("--carry-over", q.carry_over.is_some(), why, remedy);
            self.refuse("--pretrend", q.drift.is_some(), why, remedy);
            let gain = q.analysis == Analysis::Gain;
            return if gain { (Measure::change(1, 1, 0.0), Some((1, 1))) } else { (Measure::score(), None) };
        }
        let default = if q.drift.is_some() { (3.0, "the fewest that show a trend twice") } else { (1.0, "one") };
        let before = self.number("--periods-before", "periods before", q.periods_before.map(f64::from), default) as u32;
        let after = self.number("--periods-after", "periods after", q.periods_after.map(f64::from), (1.0, "one")) as u32;
        if q.drift.is_some() && before < 2 {
            let why = "one period before shows no trend";
            self.faults.push(impossible("--periods-before", before, why, "give 2 or more for --pretrend"));
        }
        let carry_over = if has_class(layout, top) {
            let default = (0.0, "shocks of different periods taken as independent (compound symmetry)");
            self.number("--carry-over", "part of a classroom's shock that carries over", q.carry_over, default)
        } else {
            self.refuse(
                "--carry-over",
                q.carry_over.is_some(),
                "no level of classrooms is in the design",
                "name --classrooms, or leave it out",
            );
            0.0
        };
        (Measure::change(before, after, carry_over), Some((before, after)))
    }

    fn wanted(&mut self, layout: Layout, top: Tier, given: Option<u64>) -> Vec<Wanted> {
        let q = self.q;
        if q.wanted.is_empty() {
            return vec![Wanted::Effect, Wanted::Power, Wanted::Number(top)];
        }
        for w in &q.wanted {
            let Wanted::Number(tier) = *w else {
                if given.is_none() && !q.wanted.contains(&Wanted::Number(top)) {
                    let noun = top.noun();
                    self.faults.push(Fault::new(
                        "PLAN-004",
                        format!("the number of {noun} is not said"),
                        "--solve",
                        "the smallest effect and the power are those of a study of some size",
                        format!("add  --{noun} N, or  --solve {noun}"),
                    ));
                }
                continue;
            };
            let there = match tier {
                Tier::Schools => top == Tier::Schools,
                Tier::Classrooms => q.classrooms.is_some() || has_class(layout, top),
                Tier::Students => true,
            };
            if !there {
                let noun = tier.noun();
                self.faults.push(idle(
                    &format!("--solve {noun}"),
                    &format!("no level of {noun} is in the design"),
                    &format!("add  --{noun} N, or leave it out"),
                ));
            } else if tier != top && given.is_none() {
                let (noun, sought) = (top.noun(), tier.noun());
                self.faults.push(Fault::new(
                    "PLAN-004",
                    format!("the number of {noun} is not said"),
                    format!("--solve {sought}"),
                    format!("how many {sought} are needed depends on how many {noun} there are"),
                    format!("add  --{noun} N, or ask for  --solve {noun}"),
                ));
            }
        }
        let mut wanted = q.wanted.clone();
        wanted.dedup();
        wanted
    }
}
