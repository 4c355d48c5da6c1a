//! What is known of a study when its evidence is judged. Whatever is not known stays `None`; the rules have an answer to that too.

use super::effect::Sizes;
use super::standard::{Assumption, Attrition, Baseline};
use crate::cohort::{Fault, did_you_mean};
use crate::num::student;
use serde::Serialize;

/// How it came about who was treated, and what the analysis makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Assigned at random.
    Randomised,
    /// Selection on what is not observed is dealt with: difference-in-differences, regression discontinuity.
    DifferenceInDifferences,
    /// Matched or adjusted on the pretest and what else matters.
    QuasiExperiment,
    /// Adjusted for some of what matters.
    Controlled,
    /// Compared as they are.
    Unadjusted,
}

impl Design {
    /// The names by which designs are asked for, the first of each its own.
    const NAMES: &[(&str, Design)] = &[
        ("randomised", Design::Randomised),
        ("randomized", Design::Randomised),
        ("rct", Design::Randomised),
        ("experiment", Design::Randomised),
        ("difference-in-differences", Design::DifferenceInDifferences),
        ("did", Design::DifferenceInDifferences),
        ("regression-discontinuity", Design::DifferenceInDifferences),
        ("quasi-experiment", Design::QuasiExperiment),
        ("quasi-experimental", Design::QuasiExperiment),
        ("qed", Design::QuasiExperiment),
        ("matched", Design::QuasiExperiment),
        ("controlled", Design::Controlled),
        ("correlational", Design::Controlled),
        ("unadjusted", Design::Unadjusted),
    ];

    /// By name.
    ///
    /// # Errors
    /// `EVI-004` for an unknown name, with the nearest known one.
    pub fn parse(text: &str) -> Result<Design, Fault> {
        named(text, "design", Design::NAMES)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Design::NAMES.iter().find(|n| n.1 == self).map_or("", |n| n.0)
    }
}

/// Whom the treated are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Others, at the same time.
    Concurrent,
    /// An earlier cohort, or other years.
    OtherYears,
    /// A published norm, or expected growth.
    Norm,
    /// Those who used it less: treatment is defined by use seen after the start.
    Dosage,
    /// Themselves before.
    BeforeAfter,
    /// Nobody.
    Nobody,
}

impl Comparison {
    const NAMES: &[(&str, Comparison)] = &[
        ("concurrent", Comparison::Concurrent),
        ("other-years", Comparison::OtherYears),
        ("earlier-cohort", Comparison::OtherYears),
        ("norm", Comparison::Norm),
        ("norms", Comparison::Norm),
        ("dosage", Comparison::Dosage),
        ("before-after", Comparison::BeforeAfter),
        ("nobody", Comparison::Nobody),
        ("none", Comparison::Nobody),
    ];

    /// By name.
    ///
    /// # Errors
    /// `EVI-004` for an unknown name, with the nearest known one.
    pub fn parse(text: &str) -> Result<Comparison, Fault> {
        named(text, "comparison", Comparison::NAMES)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Comparison::NAMES.iter().find(|n| n.1 == self).map_or("", |n| n.0)
    }

    /// Whether the treated are compared with other students who were not treated and were chosen before the start.
    pub fn is_group(self) -> bool {
        matches!(self, Comparison::Concurrent | Comparison::OtherYears)
    }
}

fn named<T: Copy>(text: &str, what: &str, names: &'static [(&'static str, T)]) -> Result<T, Fault> {
    let wanted = text.trim().to_lowercase().replace([' ', '_'], "-");
    names.iter().find(|n| n.0 == wanted).map(|n| n.1).ok_or_else(|| {
        Fault::new(
            "EVI-004",
            format!("there is no {what} {text:?}"),
            format!("{what} of the study"),
            "credibility starts from it",
            did_you_mean(&wanted, names.iter().map(|n| n.0)),
        )
    })
}

/// What was assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Students, one by one.
    Student,
    /// Whole classrooms.
    Classroom,
    /// Whole schools.
    School,
}

impl Unit {
    /// In the plural.
    pub fn plural(self) -> &'static str {
        match self {
            Unit::Student => "students",
            Unit::Classroom => "classrooms",
            Unit::School => "schools",
        }
    }
}

/// Whether standard errors heed the unit of assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clustering {
    /// They do, or students were assigned one by one.
    Heeded,
    /// They did not, and were computed again from the students.
    Recomputed,
    /// They did not, and were corrected by formula with an assumed intraclass correlation.
    Corrected,
    /// They do not.
    Ignored,
}

/// Who made the outcome measure, and how broad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Others, on a broad domain (a state test).
    IndependentBroad,
    /// Others, on a narrow domain.
    IndependentNarrow,
    /// The researchers.
    Researcher,
    /// The product's developer.
    Developer,
}

impl Measure {
    /// The measure's place in `measure-means`.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether its maker has a stake in the result.
    pub fn has_a_stake(self) -> bool {
        matches!(self, Measure::Researcher | Measure::Developer)
    }
}

/// Who ran the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conductor {
    /// People with no stake in the result.
    Independent,
    /// The developer or seller, or people they paid.
    Developer,
}

/// The effect in SD, with what is known of its uncertainty, clusters heeded as [`Facts::clustering`] says.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Effect {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Degrees of freedom; none: normal.
    pub df: Option<f64>,
    /// Two-sided p-value of no effect.
    pub p_value: Option<f64>,
    /// Lower end of the interval at 1 − `alpha`, if other than estimate ± t·SE.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

impl Effect {
    /// The interval: as given, else estimate ± t·SE. `None` without either.
    pub fn interval(&self, alpha: f64) -> Option<(f64, f64)> {
        if let (Some(low), Some(high)) = (self.low, self.high) {
            return (low <= high).then_some((low, high));
        }
        let se = self.std_error.filter(|se| *se >= 0.0 && se.is_finite())?;
        let half = student::beyond(alpha, self.df.filter(|df| *df > 0.0).unwrap_or(f64::INFINITY)) * se;
        self.estimate.is_finite().then_some((self.estimate - half, self.estimate + half))
    }

    /// The standard error: as given, else from the interval's width.
    pub fn error(&self, alpha: f64) -> Option<f64> {
        self.std_error.or_else(|| {
            let (low, high) = self.interval(alpha)?;
            Some((high - low) / (2.0 * student::beyond(alpha, self.df.filter(|df| *df > 0.0).unwrap_or(f64::INFINITY))))
        })
    }
}

/// What is known of the years before treatment.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Trends {
    /// Periods before treatment.
    pub periods: Option<u32>,
    /// p-value of the joint test that trends were parallel.
    pub p_value: Option<f64>,
    /// Power of that test to see a bias as large as the estimate, in [0, 1].
    pub power: Option<f64>,
    /// HonestDiD breakdown value, in multiples of the largest deviation before treatment.
    pub breakdown: Option<f64>,
}

/// What a specification curve said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Specifications {
    /// Share of the specifications with the sign of the headline, in [0, 1].
    pub same_sign: f64,
    /// Whether the median specification's interval excludes zero.
    pub median_excludes_zero: bool,
}

/// The analysis plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// There was one before outcomes were read, and it was kept.
    Kept,
    /// There was one, and the analysis deviates from it.
    Deviated,
    /// There was none.
    Absent,
}

/// Something else that always goes with the treatment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confound {
    /// Looked for, and none found.
    NoneFound,
    /// Named; in the words of "tell the treatment apart from …".
    Named(String),
}

/// What is known of a study. `Facts::default()` knows nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Facts {
    /// How it came about who was treated.
    pub design: Option<Design>,
    /// Whether random assignment was compromised.
    pub compromised: Option<bool>,
    /// Whom the treated are compared with.
    pub comparison: Option<Comparison>,
    /// Something else that goes with the treatment.
    pub confound: Option<Confound>,
    /// What was assigned.
    pub unit: Option<Unit>,
    /// Units of assignment in each arm.
    pub units: Option<Sizes>,
    /// Students analysed.
    pub students: Option<u64>,
    /// Schools or districts, whichever the standard counts as sites.
    pub sites: Option<u64>,
    /// Attrition of students.
    pub attrition: Option<Attrition>,
    /// Attrition of clusters, where clusters were assigned.
    pub cluster_attrition: Option<Attrition>,
    /// Which boundary the review protocol chooses. Unknown: cautious.
    pub assumption: Option<Assumption>,
    /// Baseline measures that the review requires; none known: empty.
    pub baseline: Vec<Baseline>,
    /// Whether the comparison group was chosen for the same low score or bad year as the treated, where these were chosen for theirs.
    /// `None`: not known whether they were chosen so at all.
    pub selected_low: Option<SelectedLow>,
    /// Whether the comparison comes from other cohorts or years and spans 2020 to 2022.
    pub spans_pandemic: Option<bool>,
    /// The effect.
    pub effect: Option<Effect>,
    /// Whether standard errors heed the unit of assignment.
    pub clustering: Option<Clustering>,
    /// The years before treatment.
    pub trends: Trends,
    /// Who made the outcome measure.
    pub measure: Option<Measure>,
    /// Whether the measure is eligible: valid on its face, reliable enough, not over-aligned, collected alike.
    pub measure_eligible: Option<bool>,
    /// Who ran the study.
    pub conductor: Option<Conductor>,
    /// The analysis plan.
    pub plan: Option<Plan>,
    /// All p-values of the headline's outcome domain, the headline's first, clusters heeded. `None`: not known how many
    /// outcomes were tested.
    pub domain: Option<Vec<f64>>,
    /// Specification curve.
    pub specifications: Option<Specifications>,
    /// Whether leaving out one school (or outliers) changes the result.
    pub hangs_on_one_school: Option<bool>,
    /// Whether significant negative evidence from another strong or moderate study overrides it.
    pub overridden: Option<bool>,
    /// Whether a logic model rests on research, and its effects are being studied.
    pub rationale: Option<bool>,
}

/// How the treated were chosen, as to their scores before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectedLow {
    /// Not for a low score or a bad year.
    No,
    /// For it, and the comparison group likewise.
    BothAlike,
    /// For it, and the comparison group not.
    TreatedOnly,
}

impl Facts {
    /// The attrition boundary used.
    pub fn boundary(&self) -> Assumption {
        self.assumption.unwrap_or(Assumption::Cautious)
    }

    /// Whether it counts as a randomised trial: assigned at random, not known to be compromised, with a group to compare with.
    pub fn is_trial(&self) -> bool {
        self.design == Some(Design::Randomised) && self.compromised != Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_unknown_ones_get_the_nearest() {
        assert_eq!(Design::parse("Quasi Experiment").unwrap(), Design::QuasiExperiment);
        assert_eq!(Comparison::parse("norms").unwrap(), Comparison::Norm);
        assert_eq!(Design::parse("quasi-experment").unwrap_err().remedy, "did you mean  quasi-experiment?");
        assert_eq!(Comparison::parse("dosis").unwrap_err().code, "EVI-004");
        for (_, design) in Design::NAMES {
            assert_eq!(Design::parse(design.name()).unwrap(), *design);
        }
    }

    #[test]
    fn interval_and_error_go_back_and_forth() {
        let of = Effect { estimate: 0.3, std_error: Some(0.1), df: Some(20.0), ..Effect::default() };
        let (low, high) = of.interval(0.05).unwrap();
        let back = Effect { std_error: None, low: Some(low), high: Some(high), ..of };
        assert!((back.error(0.05).unwrap() - 0.1).abs() < 1e-12);
        assert_eq!(Effect { estimate: 0.3, ..Effect::default() }.interval(0.05), None);
        assert_eq!(Effect { low: Some(1.0), high: Some(0.0), ..of }.interval(0.05), None);
    }
}
