//! What no data tell: how a study came about.

use super::reliable::Reliable;
use crate::evidence::benchmark::Subject;
use crate::evidence::facts::{Comparison, Conductor, Confound, Design, Facts, Measure, SelectedLow};
use crate::evidence::fallacy::Assigned;
use crate::evidence::standard::Assumption;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What no data tell. What is left out is not known, and a verdict counts it so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// How it was decided who is treated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_by: Option<AssignedBy>,
    /// Whether a lot was not kept to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised: Option<bool>,
    /// Whom the treated are compared with. Left out: units not treated in the same periods, where there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<ComparedWith>,
    /// Who was chosen for low scores or a bad year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_for_low_scores: Option<ChosenLow>,
    /// What else always goes with the treatment, in words; "none": looked for and not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confound: Option<String>,
    /// Who made the outcome's test, and how broad it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<MadeBy>,
    /// Whether the test is eligible: valid on its face, reliable, not over-aligned, the same in both groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligible_measure: Option<bool>,
    /// How reliable the test is in students like these, each from 0 to 1.
    #[serde(default, skip_serializing_if = "Reliable::is_untold")]
    pub reliability: Reliable,
    /// Who ran the study, or paid for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conductor: Option<ConductedBy>,
    /// Whether an independent evaluation was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_evaluation: Option<bool>,
    /// Which attrition boundary the review chose beforehand. Left out: cautious.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attrition_boundary: Option<Boundary>,
    /// Weeks from the start to the last score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weeks: Option<f64>,
    /// What has been said of the treatment or of this study, word by word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// What the treatment costs a student, in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_student: Option<f64>,
    /// The outcome's subject. With `school_grade` the growth of a year stands beside the effect, as context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The grade in which students began, from 0 (kindergarten) to 12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school_grade: Option<u8>,
    /// Whether another strong or moderate study found significant harm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contradicted: Option<bool>,
    /// Whether a logic model rests on research and its effects are being studied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rationale: Option<bool>,
    /// A 0/1 column: whether the student is poor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poverty: Option<String>,
    /// A 0/1 column: whether the school is of another kind, such as a charter school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// A column of numbers: how much the student used it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
}

/// How it was decided who is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignedBy {
    /// By lot.
    Lot,
    /// By choice of schools, teachers or families.
    Choice,
    /// By those who paid for it.
    Funders,
    /// By low scores or a bad year.
    LowScores,
    /// By use seen after the start.
    Use,
}

/// Whom the treated are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComparedWith {
    /// Others, at the same time.
    Concurrent,
    /// An earlier cohort, or other years.
    OtherYears,
    /// A published norm.
    Norm,
    /// Those who used it less.
    Dosage,
    /// Themselves before.
    BeforeAfter,
    /// Nobody.
    Nobody,
}

/// Who was chosen for low scores or a bad year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChosenLow {
    /// Nobody.
    Nobody,
    /// The treated, and the comparison group by the same rule.
    Both,
    /// The treated alone.
    Treated,
}

/// Who made the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MadeBy {
    /// Others, on a broad domain (a state test).
    IndependentBroad,
    /// Others, on a narrow domain.
    IndependentNarrow,
    /// The researchers.
    Researcher,
    /// The product's developer.
    Developer,
}

/// Who ran the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConductedBy {
    /// People with no stake in the result.
    Independent,
    /// The developer or seller, or people they paid.
    Developer,
}

/// An attrition boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// The treatment could itself affect who stays.
    Cautious,
    /// It is unlikely to.
    Optimistic,
}

impl Context {
    /// Whether it tells nothing.
    pub fn is_empty(&self) -> bool {
        *self == Context::default()
    }

    /// The columns it names.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        self.poverty.iter().chain(&self.sector).chain(&self.uses)
    }

    /// How it was decided who is treated.
    pub fn assigned(&self) -> Option<Assigned> {
        self.assigned_by.map(|by| match by {
            AssignedBy::Lot => Assigned::Lot,
            AssignedBy::Choice => Assigned::Choice,
            AssignedBy::Funders => Assigned::Funders,
            AssignedBy::LowScores => Assigned::LowScores,
            AssignedBy::Use => Assigned::Use,
        })
    }

    /// Whom the treated are compared with: as told, or by use where use decided.
    pub fn compared(&self) -> Option<Comparison> {
        let told = self.comparison.map(|with| match with {
            ComparedWith::Concurrent => Comparison::Concurrent,
            ComparedWith::OtherYears => Comparison::OtherYears,
            ComparedWith::Norm => Comparison::Norm,
            ComparedWith::Dosage => Comparison::Dosage,
            ComparedWith::BeforeAfter => Comparison::BeforeAfter,
            ComparedWith::Nobody => Comparison::Nobody,
        });
        told.or((self.assigned_by == Some(AssignedBy::Use)).then_some(Comparison::Dosage))
    }

    /// Whether the treated are compared with a norm, whose rows are no students.
    pub fn is_against_norm(&self) -> bool {
        self.compared() == Some(Comparison::Norm)
    }

    /// Who was chosen for low scores: as told, or nobody where a lot decided.
    pub fn selected_low(&self) -> Option<SelectedLow> {
        match (self.chosen_for_low_scores, self.assigned_by) {
            (Some(ChosenLow::Nobody), _) | (None, Some(AssignedBy::Lot)) => Some(SelectedLow::No),
            (Some(ChosenLow::Both), _) => Some(SelectedLow::BothAlike),
            (Some(ChosenLow::Treated), _) | (None, Some(AssignedBy::LowScores)) => Some(SelectedLow::TreatedOnly),
            (None, _) => None,
        }
    }

    /// Who made the test.
    pub fn made_by(&self) -> Option<Measure> {
        self.measure.map(|by| match by {
            MadeBy::IndependentBroad => Measure::IndependentBroad,
            MadeBy::IndependentNarrow => Measure::IndependentNarrow,
            MadeBy::Researcher => Measure::Researcher,
            MadeBy::Developer => Measure::Developer,
        })
    }

    /// Who ran the study.
    pub fn conducted_by(&self) -> Option<Conductor> {
        self.conductor.map(|by| match by {
            ConductedBy::Independent => Conductor::Independent,
            ConductedBy::Developer => Conductor::Developer,
        })
    }

    /// What else goes with the treatment, where it is named.
    pub fn confounded(&self) -> Option<&str> {
        self.confound.as_deref().filter(|c| *c != "none")
    }

    /// Writes what it tells over what is known so far; gives the names of the facts.
    pub fn tell(&self, facts: &mut Facts) -> Vec<(&'static str, String)> {
        let mut told = Vec::new();
        let mut note = |fact: &'static str, value: String| told.push((fact, value));
        if self.assigned_by == Some(AssignedBy::Lot) {
            facts.design = Some(Design::Randomised);
            note("design", Design::Randomised.name().into());
        }
        if let Some(compromised) = self.compromised {
            facts.compromised = Some(compromised);
            note("lot kept to", if compromised { "no" } else { "yes" }.into());
        }
        if let Some(with) = self.compared() {
            facts.comparison = Some(with);
            note("comparison", with.name().into());
        }
        if let Some(low) = self.selected_low() {
            facts.selected_low = Some(low);
            let words = match low {
                SelectedLow::No => "nobody",
                SelectedLow::BothAlike => "both groups alike",
                SelectedLow::TreatedOnly => "the treated alone",
            };
            note("chosen for low scores", words.into());
        }
        if let Some(confound) = &self.confound {
            facts.confound = Some(self.confounded().map_or(Confound::NoneFound, |c| Confound::Named(c.into())));
            note("something else that goes with it", confound.clone());
        }
        if let Some(measure) = self.made_by() {
            facts.measure = Some(measure);
            let words = if measure.has_a_stake() { "people with a stake in it" } else { "people without a stake in it" };
            note("who made the test", words.into());
        }
        if let Some(conductor) = self.conducted_by() {
            facts.conductor = Some(conductor);
            note("who ran the study", if conductor == Conductor::Independent { "independent people" } else { "the developer" }.into());
        }
        facts.measure_eligible = self.eligible_measure.or(facts.measure_eligible);
        if !self.reliability.is_untold() {
            facts.reliability = self.reliability.facts();
            note("reliability of the test", facts.reliability.words());
        }
        facts.overridden = self.contradicted.or(facts.overridden);
        facts.rationale = self.rationale.or(facts.rationale);
        facts.cost_per_student = self.cost_per_student.or(facts.cost_per_student);
        facts.subject = self.subject.or(facts.subject);
        facts.school_grade = self.school_grade.or(facts.school_grade);
        let boundary = self.attrition_boundary.map(|b| match b {
            Boundary::Cautious => Assumption::Cautious,
            Boundary::Optimistic => Assumption::Optimistic,
        });
        facts.assumption = boundary.or(facts.assumption);
        told
    }
}
