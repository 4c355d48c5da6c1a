//! Flags that tell facts of a study and say by which standards it is judged: shared by `claim` and `grade`.

use super::Failure;
use crate::cohort::{Fault, Faults};
use crate::evidence::benchmark::Subject;
use crate::evidence::claim::Printed;
use crate::evidence::effect::Sizes;
use crate::evidence::facts::{
    Comparison, Conductor, Confound, Design, Facts, Measure, Plan, Reliability, SelectedLow, Specifications, Unit,
};
use crate::evidence::standard::{Assumption, Attrition, Baseline, Standards, Wwc};

/// A number as printed, such as `.27`.
pub(super) fn printed(text: &str) -> Result<Printed, String> {
    Printed::parse(text).ok_or_else(|| "a number, such as .27".to_string())
}

/// A plain number.
pub(super) fn number(text: &str) -> Result<f64, String> {
    printed(text).map(|p| p.value)
}

/// A share from 0 to 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    number(text).ok().filter(|x| (0.0..=1.0).contains(x)).ok_or_else(|| "a number from 0 to 1".to_string())
}

/// A whole number, with or without commas between thousands.
pub(super) fn count(text: &str) -> Result<u64, String> {
    text.trim().replace(',', "").parse().map_err(|_| "a whole number, such as 11000".to_string())
}

/// Two values with a comma between them.
pub(super) fn two<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<(T, T), String> {
    let parts: Vec<&str> = text.split(',').collect();
    match parts[..] {
        [a, b] => Ok((read(a)?, read(b)?)),
        _ => Err("two values with a comma between them, such as 12,30".to_string()),
    }
}

/// A cost in dollars.
fn cost(text: &str) -> Result<f64, String> {
    let plain = text.trim().trim_start_matches('$').replace(',', "");
    plain.parse().ok().filter(|x: &f64| *x > 0.0 && x.is_finite()).ok_or_else(|| "an amount above 0, such as 350".to_string())
}

fn sizes(text: &str) -> Result<Sizes, String> {
    two(text, count).map(|(treated, comparison)| Sizes::new(treated, comparison))
}

fn yes(text: &Option<String>) -> Option<bool> {
    text.as_deref().map(|t| t == "yes")
}

/// Facts of the study. What is not told is not known, and counts so.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "What is known of the study")]
pub struct Told {
    /// How it came about who was treated: randomised, difference-in-differences, quasi-experiment, controlled, unadjusted
    #[arg(long, value_name = "DESIGN")]
    design: Option<String>,
    /// Whom the treated are compared with: concurrent (others at the same time), other-years, norm, dosage (those who used it less),
    /// before-after, nobody
    #[arg(long, value_name = "WITH")]
    comparison: Option<String>,
    /// What was assigned
    #[arg(long, value_name = "UNIT", value_parser = ["student", "classroom", "school"])]
    unit: Option<String>,
    /// How many of them to each arm
    #[arg(long, value_name = "TREATED,COMPARISON", value_parser = sizes)]
    units: Option<Sizes>,
    /// A baseline difference in SD, and whether the effect is adjusted for that measure (repeatable)
    #[arg(long, value_name = "MEASURE=SD[:adjusted|:unadjusted]")]
    baseline: Vec<String>,
    /// Students assigned to each arm; with --analysed
    #[arg(long, value_name = "TREATED,COMPARISON", value_parser = sizes, requires = "analysed")]
    assigned: Option<Sizes>,
    /// Of those, students analysed
    #[arg(long, value_name = "TREATED,COMPARISON", value_parser = sizes, requires = "assigned")]
    analysed: Option<Sizes>,
    /// Classrooms or schools assigned to each arm; with --analysed-clusters
    #[arg(long, value_name = "TREATED,COMPARISON", value_parser = sizes, requires = "analysed_clusters")]
    assigned_clusters: Option<Sizes>,
    /// Of those, how many were analysed
    #[arg(long, value_name = "TREATED,COMPARISON", value_parser = sizes, requires = "assigned_clusters")]
    analysed_clusters: Option<Sizes>,
    /// Which attrition boundary the review chose beforehand [default: cautious]
    #[arg(long, value_name = "WHICH", value_parser = ["cautious", "optimistic"])]
    attrition_boundary: Option<String>,
    /// Whether random assignment was compromised
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    compromised: Option<String>,
    /// What else always went with the treatment, in words; none: looked for and not found
    #[arg(long, value_name = "WHAT|none")]
    confound: Option<String>,
    /// Who was chosen for low scores or a bad year
    #[arg(long, value_name = "WHO", value_parser = ["nobody", "both", "treated"])]
    chosen_for_low_scores: Option<String>,
    /// Periods seen before treatment
    #[arg(long, value_name = "N")]
    periods_before: Option<u32>,
    /// p-value of the test of trends before treatment
    #[arg(long, value_name = "P", value_parser = share)]
    pretrend_p: Option<f64>,
    /// Power of that test to see a bias as large as the effect
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pretrend_power: Option<f64>,
    /// How many times the largest drift seen before the result survives (HonestDiD)
    #[arg(long, value_name = "TIMES", value_parser = number)]
    breakdown: Option<f64>,
    /// Who made the test
    #[arg(long, value_name = "WHO", value_parser = ["independent-broad", "independent-narrow", "researcher", "developer"])]
    measure: Option<String>,
    /// Whether the test is eligible: valid on its face, reliable, not over-aligned, the same in both groups
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    eligible_measure: Option<String>,
    /// How reliable the test is, from 0 to 1, as KIND=VALUE (repeatable): internal-consistency, test-retest, inter-rater
    #[arg(long, value_name = "KIND=VALUE", value_parser = reliable)]
    reliability: Vec<(usize, f64)>,
    /// Who ran the study
    #[arg(long, value_name = "WHO", value_parser = ["independent", "developer"])]
    conductor: Option<String>,
    /// Whether there was a plan before outcomes were read
    #[arg(long, value_name = "WHAT", value_parser = ["kept", "deviated", "absent"])]
    plan: Option<String>,
    /// p-values of the other outcomes tested, with commas; none: it was the only one
    #[arg(long, value_name = "P,P,…|none")]
    other_outcomes: Option<String>,
    /// Share of other reasonable analyses with the same sign; with --middle-excludes-zero
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "middle_excludes_zero")]
    same_sign: Option<f64>,
    /// Whether the middle one of them excludes no effect
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"], requires = "same_sign")]
    middle_excludes_zero: Option<String>,
    /// Whether leaving out one school changes the result
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    one_school_decides: Option<String>,
    /// Whether the years compared span 2020 to 2022
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    spans_pandemic: Option<String>,
    /// Whether another strong or moderate study found significant harm
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    contradicted: Option<String>,
    /// Whether a logic model rests on research and its effects are being studied
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    rationale: Option<String>,
    /// What the treatment costs a student, in dollars: resources are half of the question
    #[arg(long, value_name = "DOLLARS", value_parser = cost, allow_hyphen_values = true)]
    cost_per_student: Option<f64>,
    /// The outcome's subject: with --school-grade the growth of a year stands beside the effect, as context
    #[arg(long, value_name = "SUBJECT", value_parser = ["reading", "math"])]
    subject: Option<String>,
    /// The grade in which students began; 0: kindergarten
    #[arg(long, value_name = "0..12", value_parser = clap::value_parser!(u8).range(0..=12))]
    school_grade: Option<u8>,
}

/// By which standards.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "By which standards")]
pub struct By {
    /// The version of the What Works Clearinghouse's handbook: 4.0, 4.1, 5.0
    #[arg(long, value_name = "VERSION", default_value = "5.0")]
    standards: String,
    /// Another number than the built-in one, as NAME=VALUE (repeatable); the names stand under the verdict
    #[arg(long, value_name = "NAME=VALUE[,VALUE…]")]
    set: Vec<String>,
}

impl By {
    /// The standards.
    pub(super) fn standards(&self) -> Result<Standards, Failure> {
        let mut faults = Faults::default();
        let mut standards = match Wwc::parse(&self.standards) {
            Ok(version) => Standards::new(version),
            Err(fault) => return Err(Failure::BadFlag(fault.into())),
        };
        let mut named: Vec<&str> = Vec::new();
        for text in &self.set {
            let (name, values) = text.split_once('=').unwrap_or((text, ""));
            if named.contains(&name.trim()) {
                faults.push(Fault::new(
                    "EVI-003",
                    format!("{} is set twice", name.trim()),
                    format!("setting {} of the standards", name.trim()),
                    "only one of the values can be gone by, and nothing tells which is meant",
                    "set it once",
                ));
                continue;
            }
            named.push(name.trim());
            let numbers: Option<Vec<f64>> = values.split(',').map(|v| v.trim().parse().ok()).collect();
            // What is no number is refused as one that is not finite.
            let set = standards.set(name.trim(), &numbers.unwrap_or_else(|| vec![f64::NAN]));
            if let Err(fault) = set {
                faults.push(fault);
            }
        }
        faults.into_result().map_err(Failure::BadFlag)?;
        Ok(standards)
    }
}

/// KIND=VALUE: the kind's place, and the number.
fn reliable(text: &str) -> Result<(usize, f64), String> {
    let (kind, value) = text.split_once('=').ok_or("a kind and a number, such as internal-consistency=.85")?;
    let kinds = Reliability::KINDS.map(|k| k.replace(' ', "-"));
    let place = kinds.iter().position(|k| k == kind.trim());
    let place = place.ok_or_else(|| format!("{:?} is no kind of reliability: {}", kind.trim(), kinds.join(", ")))?;
    Ok((place, share(value.trim())?))
}

impl Told {
    /// Writes what is told over what is known so far.
    pub(super) fn apply(&self, facts: &mut Facts) -> Result<(), Failure> {
        let mut faults = Faults::default();
        match self.design.as_deref().map(Design::parse).transpose() {
            Ok(told) => facts.design = told.or(facts.design),
            Err(fault) => faults.push(fault),
        }
        match self.comparison.as_deref().map(Comparison::parse).transpose() {
            Ok(told) => facts.comparison = told.or(facts.comparison),
            Err(fault) => faults.push(fault),
        }
        let mut baseline = Vec::new();
        for text in &self.baseline {
            match measured(text) {
                Ok(one) => baseline.push(one),
                Err(fault) => faults.push(fault),
            }
        }
        if !baseline.is_empty() {
            facts.baseline = baseline;
        }
        for (flag, assigned, analysed) in
            [("--assigned", self.assigned, self.analysed), ("--assigned-clusters", self.assigned_clusters, self.analysed_clusters)]
        {
            let Some((assigned, analysed)) = assigned.zip(analysed) else { continue };
            let attrition = Attrition { assigned, analysed };
            if !attrition.is_possible() {
                faults.push(Fault::new(
                    "EVI-005",
                    "more analysed than were assigned, or nobody assigned to an arm",
                    flag,
                    "what was lost cannot be counted from it",
                    "count only those who were assigned; who joined later does not count",
                ));
            }
            match flag {
                "--assigned" => facts.attrition = Some(attrition),
                _ => facts.cluster_attrition = Some(attrition),
            }
        }
        if self.units.is_some_and(|u| u.treated == 0) {
            faults.push(Fault::new(
                "EVI-005",
                "no treated units",
                "--units",
                "where nobody was treated there is no effect to judge",
                "give how many were assigned to treatment, and how many to comparison; where there was no comparison:  --units 12,0",
            ));
        }
        faults.into_result().map_err(Failure::BadFlag)?;
        self.conduct(facts);
        Ok(())
    }

    /// All that cannot be wrong any more.
    fn conduct(&self, facts: &mut Facts) {
        let unit = self.unit.as_deref().map(|u| match u {
            "student" => Unit::Student,
            "classroom" => Unit::Classroom,
            _ => Unit::School,
        });
        let measure = self.measure.as_deref().map(|m| match m {
            "independent-broad" => Measure::IndependentBroad,
            "independent-narrow" => Measure::IndependentNarrow,
            "researcher" => Measure::Researcher,
            _ => Measure::Developer,
        });
        let conductor = self.conductor.as_deref().map(|c| if c == "independent" { Conductor::Independent } else { Conductor::Developer });
        let plan = self.plan.as_deref().map(|p| match p {
            "kept" => Plan::Kept,
            "deviated" => Plan::Deviated,
            _ => Plan::Absent,
        });
        let low = self.chosen_for_low_scores.as_deref().map(|w| match w {
            "nobody" => SelectedLow::No,
            "both" => SelectedLow::BothAlike,
            _ => SelectedLow::TreatedOnly,
        });
        let confound = self.confound.as_deref().map(|c| if c == "none" { Confound::NoneFound } else { Confound::Named(c.to_string()) });
        let boundary =
            self.attrition_boundary.as_deref().map(|a| if a == "cautious" { Assumption::Cautious } else { Assumption::Optimistic });
        let specifications = self
            .same_sign
            .zip(yes(&self.middle_excludes_zero))
            .map(|(same_sign, median_excludes_zero)| Specifications { same_sign, median_excludes_zero });
        facts.unit = unit.or(facts.unit);
        facts.units = self.units.or(facts.units);
        facts.measure = measure.or(facts.measure);
        facts.measure_eligible = yes(&self.eligible_measure).or(facts.measure_eligible);
        for &(kind, value) in &self.reliability {
            *facts.reliability.places()[kind] = Some(value);
        }
        facts.conductor = conductor.or(facts.conductor);
        facts.plan = plan.or(facts.plan);
        facts.selected_low = low.or(facts.selected_low);
        facts.confound = confound.or(facts.confound.take());
        facts.assumption = boundary.or(facts.assumption);
        facts.compromised = yes(&self.compromised).or(facts.compromised);
        facts.trends.periods = self.periods_before.or(facts.trends.periods);
        facts.trends.draws = facts.trends.draws.filter(|_| self.pretrend_p.is_none());
        facts.trends.p_value = self.pretrend_p.or(facts.trends.p_value);
        facts.trends.power = self.pretrend_power.or(facts.trends.power);
        facts.trends.breakdown = self.breakdown.or(facts.trends.breakdown);
        facts.specifications = specifications.or(facts.specifications);
        facts.hangs_on_one_school = yes(&self.one_school_decides).or(facts.hangs_on_one_school);
        facts.spans_pandemic = yes(&self.spans_pandemic).or(facts.spans_pandemic);
        facts.overridden = yes(&self.contradicted).or(facts.overridden);
        facts.rationale = yes(&self.rationale).or(facts.rationale);
        facts.cost_per_student = self.cost_per_student.or(facts.cost_per_student);
        let subject = self.subject.as_deref().map(|s| if s == "math" { Subject::Math } else { Subject::Reading });
        facts.subject = subject.or(facts.subject);
        facts.school_grade = self.school_grade.or(facts.school_grade);
    }

    /// Whether it is told whom the treated are compared with.
    pub(super) fn tells_comparison(&self) -> bool {
        self.comparison.is_some()
    }

    /// The p-values of the other outcomes tested, where they are told; empty: it was the only one.
    pub(super) fn other_outcomes(&self) -> Result<Option<Vec<f64>>, Failure> {
        let Some(text) = &self.other_outcomes else { return Ok(None) };
        if text.trim() == "none" {
            return Ok(Some(Vec::new()));
        }
        let read: Result<Vec<f64>, String> = text.split(',').map(share).collect();
        read.map(Some).map_err(|e| Failure::Usage(format!("--other-outcomes {text}: each is {e}")))
    }
}

/// Reads `reading=0.12:adjusted`.
fn measured(text: &str) -> Result<Baseline, Fault> {
    let (body, adjusted) = match text.rsplit_once(':') {
        Some((body, "adjusted")) => (body, Some(true)),
        Some((body, "unadjusted")) => (body, Some(false)),
        _ => (text, None),
    };
    let read = body.rsplit_once('=').and_then(|(name, d)| Some((name.trim(), number(d).ok()?)));
    let Some((name, difference)) = read.filter(|(name, _)| !name.is_empty()) else {
        return Err(Fault::new(
            "EVI-005",
            format!("{text:?} is no baseline difference"),
            "--baseline",
            "whether groups were alike is judged by it",
            "write it as  reading=0.12:adjusted,  in standard deviations",
        ));
    };
    Ok(Baseline { measure: name.to_string(), difference: Some(difference), adjusted })
}
