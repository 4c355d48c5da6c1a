//! A run as it is judged.

use super::{Judged, with_settings};
use crate::evidence::claim::{Question, Shrunk, shrink};
use crate::evidence::standard::{Key, Setting, Standards};
use crate::evidence::verdict::{Verdict, open_questions};
use crate::study::RunFacts;
use serde_json::{Value, json};

/// What a grade rests on beside what every verdict does.
const USED: &[Key] = &[Key::PriorMean, Key::PriorSd, Key::KraftSize, Key::MonthsToolkit, Key::MonthsTrial];

/// What no file tells of a comparison that was read off the units.
const TREATED: Question = Question {
    missing: "who counts as treated",
    ask: "Was it settled before the start who counts as treated, or by how much they used it?",
};

/// The verdict on a run, with all it rests on.
pub struct Judgement {
    /// What the run tells.
    pub read: RunFacts,
    /// The verdict.
    pub verdict: Verdict,
    standards: Standards,
    shrunk: Option<Shrunk>,
    questions: Vec<Question>,
    settings: Vec<Setting>,
}

impl Judgement {
    /// Judges what a run tells. `guessed`: whom the treated are compared with was read off the units, and nobody told.
    pub fn of(read: RunFacts, standards: Standards, guessed: bool) -> Judgement {
        let verdict = Verdict::of(&read.facts, &standards);
        let mut questions = open_questions(&verdict, &read.facts);
        if guessed && read.facts.comparison.is_some() {
            questions.insert(0, TREATED);
        }
        let effect = read.facts.effect;
        let shrunk = effect.and_then(|e| shrink(e.estimate, e.error(standards.number(Key::Alpha))?, &standards));
        let settings = with_settings(&verdict, &read.facts, &standards, USED);
        Judgement { read, verdict, standards, shrunk, questions, settings }
    }

    /// What cards and tables are made of.
    pub fn judged(&self) -> Judged<'_> {
        Judged {
            facts: &self.read.facts,
            verdict: &self.verdict,
            standards: &self.standards,
            shrunk: self.shrunk,
            questions: &self.questions,
            caution: None,
            effect: self.read.facts.effect.map(|e| e.estimate),
            settings: self.settings.clone(),
        }
    }

    /// All of it in JSON.
    pub fn document(&self) -> Value {
        let mut document = self.judged().document();
        document["headline"] = json!({"outcome": self.read.outcome, "estimator": self.read.estimator, "inference": self.read.inference});
        document["read"] = json!(self.read.known);
        document["effect_sizes"] = json!(self.read.sizes);
        document
    }
}
