//! Facts to verdict.

use super::{Cap, Change, Effects, Grade, Outcome, RULES, Start, Word};
use crate::evidence::facts::{Comparison, Design, Facts};
use crate::evidence::standard::{Essa, Key, Padlocks, Rated, Setting, Standards};
use serde::Serialize;

/// What a study is worth, and why. It is about this study, never about a programme.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The word.
    pub word: Word,
    /// Credibility.
    pub grade: Grade,
    /// Where credibility started.
    pub start: Start,
    /// The rules that triggered, in order, each with the grade before and after it.
    pub caps: Vec<Cap>,
    /// What was found.
    pub outcome: Outcome,
    /// The interval in SD.
    pub interval: Option<(f64, f64)>,
    /// The nearest change that would give a better word; none where the word is as clear as can be.
    pub change: Option<Change>,
    /// The What Works Clearinghouse's rating.
    pub rated: Rated,
    /// The tier of the Every Student Succeeds Act.
    pub essa: Essa,
    /// The Education Endowment Foundation's padlocks.
    pub padlocks: Padlocks,
    /// The set of standards: [`Standards::label`].
    pub standards: String,
    /// The settings that rules compared with, each with its source.
    pub settings: Vec<Setting>,
}

/// The settings a verdict rests on.
const USED: &[Key] = &[
    Key::Alpha,
    Key::Sesoi,
    Key::ClustersPerArm,
    Key::PretrendP,
    Key::Breakdown,
    Key::PretrendPower,
    Key::Specifications,
    Key::StrongStudents,
    Key::StrongSites,
    Key::EquivalenceSatisfied,
    Key::EquivalenceLimit,
    Key::MeasureMeans,
    Key::PadlockMdes,
    Key::PadlockAttrition,
    Key::TypicalEffects,
];

impl Verdict {
    /// Judges a study by its facts. What is not known caps too, by the rule that asks for it.
    pub fn of(facts: &Facts, standards: &Standards) -> Verdict {
        let start = start(facts);
        let (grade, caps) = applied(start.grade, RULES.iter().filter_map(|(_, rule)| rule(facts, standards)).collect());
        let outcome = Outcome::of(facts, standards);
        let rated = Rated::of(facts, standards);
        let essa = Essa::of(facts, &rated, standards);
        let mut verdict = Verdict {
            word: Word::of(grade, outcome, is_large(facts, standards)),
            grade,
            start,
            caps,
            outcome,
            interval: facts.effect.and_then(|e| e.interval(standards.number(Key::Alpha))),
            change: None,
            rated,
            essa,
            padlocks: Padlocks::of(facts, standards),
            standards: standards.label(),
            settings: USED.iter().map(|key| standards.setting(*key)).collect(),
        };
        verdict.change = Change::nearest(&verdict, facts, standards);
        verdict
    }

    /// The cap that weighs most: of the worst the first, one that rests on something known before one that does not.
    pub fn heaviest(&self) -> Option<&Cap> {
        let weight = |cap: &Cap| match cap.effects {
            Effects::AtMost(most) => (most, !cap.unknown),
            Effects::OneDown => (Grade::B, !cap.unknown),
        };
        self.caps.iter().reduce(|worst, next| if weight(next) > weight(worst) { next } else { worst })
    }
}

/// Enough students and sites for strong evidence, and known to be.
pub(super) fn is_large(facts: &Facts, standards: &Standards) -> bool {
    let enough = |n: Option<u64>, key| n.is_some_and(|n| n as f64 >= standards.number(key));
    enough(facts.students, Key::StrongStudents) && enough(facts.sites, Key::StrongSites)
}

fn start(facts: &Facts) -> Start {
    let of = |grade, because| Start { grade, because };
    match (facts.comparison, facts.design) {
        (Some(Comparison::Nobody), _) => of(Grade::E, "nobody to compare with"),
        (Some(Comparison::Norm), _) => of(Grade::D, "compared with a norm"),
        (Some(Comparison::BeforeAfter), _) => of(Grade::D, "compared with themselves before"),
        (Some(Comparison::Dosage), _) => of(Grade::D, "compared by how much they used it"),
        (_, Some(Design::Randomised)) if facts.compromised == Some(true) => of(Grade::B, "random assignment that was compromised"),
        (_, Some(Design::Randomised)) => of(Grade::A, "assigned at random"),
        (_, Some(Design::DifferenceInDifferences)) => of(Grade::B, "changes compared, or a cut-off used"),
        (_, Some(Design::QuasiExperiment)) => of(Grade::B, "matched or adjusted on earlier scores"),
        (_, Some(Design::Controlled)) => of(Grade::C, "adjusted for some of what matters"),
        (_, Some(Design::Unadjusted)) => of(Grade::C, "compared as they are"),
        (_, None) => of(Grade::A, "nothing known against it at the start"),
    }
}

/// The grade after all caps, and the caps with the grades before and after them.
pub(super) fn applied(start: Grade, mut caps: Vec<Cap>) -> (Grade, Vec<Cap>) {
    let mut grade = start;
    for cap in &mut caps {
        cap.before = grade;
        grade = cap.effects.on(grade);
        cap.after = grade;
    }
    (grade, caps)
}
