//! What only the simulator knows.

use super::OUTCOMES;
use super::Parameters;
use super::scores::Tested;
use serde::Serialize;
use std::collections::BTreeMap;

/// The truth about one draw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// The world's name.
    pub world: String,
    /// The world's version.
    pub version: u32,
    /// The seed.
    pub seed: u64,
    /// Every parameter and its value.
    pub parameters: Vec<(String, f64)>,
    /// Who takes up profiles, and how that comes about.
    pub assignment: String,
    /// The true effects of this draw.
    pub effects: Vec<TrueEffect>,
    /// The scale of each outcome, to turn points into SD.
    pub scales: Vec<OutcomeScale>,
    /// What the parameters imply.
    pub implied: Implied,
    /// Fidelity and its drivers, by cohort.
    pub fidelity: Vec<CohortFidelity>,
    /// How many schools, classrooms, students and rows there are.
    pub sizes: Sizes,
    /// Attrition and missed tests as they came out.
    pub losses: Losses,
}

/// A true effect: the mean over recorded scores of treated rows of the score with profiles minus the score without.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrueEffect {
    /// The outcome.
    pub outcome: String,
    /// `overall`, `group-time`, `event`, `group`, `calendar`: means over rows; `overall-dynamic`: the plain mean of the `event` effects.
    pub estimand: String,
    /// The first year with profiles, where the effect is one cohort's.
    pub group: Option<i64>,
    /// The year, where the effect is one year's.
    pub period: Option<i64>,
    /// Years since the first with profiles (0: that year), where the effect is of one event time.
    pub event_time: Option<i64>,
    /// The effect in points.
    pub value: f64,
    /// Treated student-years it averages.
    pub n: usize,
}

/// The scale of an outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeScale {
    /// The outcome.
    pub outcome: String,
    /// SD without profiles among students of classrooms that never use them, in the first year, in points.
    pub untreated_sd: f64,
    /// Students it is taken over.
    pub n: usize,
}

/// What the parameters imply within a kind of school (the gap between profile and other schools comes on top).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Implied {
    /// Part of the variance of scores between schools.
    pub icc_school_level: f64,
    /// Part between classrooms of a school.
    pub icc_class_level: f64,
    /// Part of the variance of one year's gains between schools.
    pub icc_school_gain: f64,
    /// Part between classrooms of a school.
    pub icc_class_gain: f64,
    /// Variance of one year's gains, SD².
    pub gain_variance: f64,
    /// Reliability of a score.
    pub reliability: f64,
    /// Correlation of the scores of two years in a row.
    pub year_to_year_correlation: f64,
    /// Mean fidelity over all classrooms there could be.
    pub mean_fidelity: f64,
}

/// Fidelity of the classrooms that took up profiles in the same year.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortFidelity {
    /// The first year with profiles.
    pub group: i64,
    /// Classrooms.
    pub n_classrooms: usize,
    /// Mean fidelity.
    pub fidelity: f64,
    /// Mean staffing, SD units.
    pub staffing: f64,
    /// Mean training, SD units.
    pub training: f64,
    /// Mean engagement of families, SD units.
    pub family: f64,
    /// Mean of technology in place of staff, SD units.
    pub technology_for_staff: f64,
}

/// Counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Schools.
    pub n_schools: usize,
    /// Schools with a classroom that took up profiles.
    pub n_treated_schools: usize,
    /// Classrooms.
    pub n_classrooms: usize,
    /// Classrooms that took up profiles.
    pub n_treated_classrooms: usize,
    /// Students.
    pub n_students: usize,
    /// Students of classrooms that took up profiles at some time.
    pub n_treated_students: usize,
    /// Rows (student-years).
    pub n_rows: usize,
    /// Rows with profiles.
    pub n_treated_rows: usize,
}

/// Losses as they came out. The mechanism: leaving depends on the school and on permanent standing, missing a test on
/// permanent attendance, neither on profiles or on any year's score.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Losses {
    /// Student-years after which a student could have left.
    pub at_risk: usize,
    /// Of those, the share that left for good.
    pub left_rate: f64,
    /// Of those, the share that moved to another school and so out of the sample.
    pub moved_rate: f64,
    /// Students who joined after the first year.
    pub joined: usize,
    /// Share of tests missed.
    pub missing_test_rate: f64,
}

impl Truth {
    /// The first true effect of this outcome and estimand: the only one of `overall` and `overall-dynamic`.
    pub fn effect(&self, outcome: &str, estimand: &str) -> Option<&TrueEffect> {
        self.effects.iter().find(|e| e.outcome == outcome && e.estimand == estimand)
    }
}

/// What the parameters imply.
pub(super) fn implied(p: &Parameters, mean_fidelity: f64) -> Implied {
    let v = |name| p.value(name);
    let (school, class, student) = (v("school_variance"), v("class_variance"), v("student_variance"));
    let passing = v("transient_variance") + v("occasion_variance") + v("error_variance");
    let total = school + class + student + passing;
    let school_gain = 2.0 * school * (1.0 - v("school_persistence"));
    let class_gain = 2.0 * class * (1.0 - v("class_carry_over"));
    let gain = school_gain + class_gain + 2.0 * passing;
    let part = |x: f64| if gain > 0.0 { x / gain } else { 0.0 };
    Implied {
        icc_school_level: school / total,
        icc_class_level: class / total,
        icc_school_gain: part(school_gain),
        icc_class_gain: part(class_gain),
        gain_variance: gain,
        reliability: 1.0 - v("error_variance") / total,
        year_to_year_correlation: (school * v("school_persistence") + class * v("class_carry_over") + student) / total,
        mean_fidelity,
    }
}

/// Sums of recorded scores, in whole tenths of a point, so that no order of adding changes them.
#[derive(Default)]
pub(super) struct Tally {
    cells: BTreeMap<(i64, i64), [Sum; 2]>,
    untreated: [Sum; 2],
}

#[derive(Clone, Copy, Default)]
struct Sum {
    n: i64,
    tenths: i64,
    squares: i64,
}

impl Sum {
    fn add(&mut self, tenths: i64) {
        self.n += 1;
        self.tenths += tenths;
        self.squares += tenths * tenths;
    }

    fn merge(self, other: &Sum) -> Sum {
        Sum { n: self.n + other.n, tenths: self.tenths + other.tenths, squares: self.squares + other.squares }
    }

    fn mean(self) -> f64 {
        self.tenths as f64 / (10.0 * self.n as f64)
    }

    fn sd(self) -> f64 {
        let (n, sum) = (i128::from(self.n), i128::from(self.tenths));
        let centred = n * i128::from(self.squares) - sum * sum;
        if n < 2 { 0.0 } else { libm::sqrt(centred as f64 / (n * (n - 1)) as f64) / 10.0 }
    }
}

impl Tally {
    /// Notes a row's tests.
    pub(super) fn row(&mut self, profile_year: Option<i64>, year: i64, first_year: i64, tested: &[Tested; 2]) {
        let sums = match profile_year {
            Some(group) if year >= group => self.cells.entry((group, year)).or_default(),
            None if year == first_year => &mut self.untreated,
            _ => return,
        };
        let treated = profile_year.is_some();
        for (sum, t) in sums.iter_mut().zip(tested).filter(|(_, t)| !t.missed) {
            sum.add(i64::from(if treated { t.with - t.without } else { t.without }));
        }
    }

    /// The scale of each outcome.
    pub(super) fn scales(&self) -> Vec<OutcomeScale> {
        let one = |(name, sum): (&&str, &Sum)| OutcomeScale { outcome: (*name).into(), untreated_sd: sum.sd(), n: sum.n as usize };
        OUTCOMES.iter().zip(&self.untreated).map(one).collect()
    }

    /// The true effects of each outcome.
    pub(super) fn effects(&self) -> Vec<TrueEffect> {
        let mut effects = Vec::new();
        for k in 0..OUTCOMES.len() {
            self.push(&mut effects, k, "overall", |_, _| [None; 3]);
            let before = effects.len();
            self.push(&mut effects, k, "event", |g, t| [None, None, Some(t - g)]);
            let events = &effects[before..];
            if !events.is_empty() {
                let value = events.iter().map(|e| e.value).sum::<f64>() / events.len() as f64;
                let n = events.iter().map(|e| e.n).sum();
                effects.insert(before, named(k, "overall-dynamic", [None; 3], value, n));
            }
            self.push(&mut effects, k, "group", |g, _| [Some(g), None, None]);
            self.push(&mut effects, k, "calendar", |_, t| [None, Some(t), None]);
            self.push(&mut effects, k, "group-time", |g, t| [Some(g), Some(t), Some(t - g)]);
        }
        effects
    }

    /// Adds the effects of one estimand: the cells with the same key together.
    fn push(&self, into: &mut Vec<TrueEffect>, k: usize, estimand: &str, key: impl Fn(i64, i64) -> [Option<i64>; 3]) {
        let mut sums: BTreeMap<[Option<i64>; 3], Sum> = BTreeMap::new();
        for (&(g, t), cell) in self.cells.iter().filter(|(_, cell)| cell[k].n > 0) {
            let sum = sums.entry(key(g, t)).or_default();
            *sum = sum.merge(&cell[k]);
        }
        into.extend(sums.into_iter().map(|(at, sum)| named(k, estimand, at, sum.mean(), sum.n as usize)));
    }
}

fn named(k: usize, estimand: &str, [group, period, event_time]: [Option<i64>; 3], value: f64, n: usize) -> TrueEffect {
    TrueEffect { outcome: OUTCOMES[k].into(), estimand: estimand.into(), group, period, event_time, value, n }
}
