//! What evidence is worth, as typed content: the card, and the tables below it.

mod alarms;
mod card;
mod claim;
mod effect_sizes;
mod facts;
mod judgement;
mod published;
mod verdict;

pub use alarms::alarms;
pub use card::{card, headline, in_short};
pub use claim::{checks, footing};
pub use effect_sizes::effect_sizes;
pub use facts::{facts, unknown};
pub use judgement::Judgement;
pub use published::{forest, published};
pub use verdict::{caps, conditions, glossary, ratings, settings, with_settings};

use crate::evidence::claim::{Question, Shrunk};
use crate::evidence::facts::Facts;
use crate::evidence::standard::{Rated, Setting, Standards, Wwc};
use crate::evidence::verdict::Verdict;
use serde_json::{Value, json};

/// A study as it was judged: what cards and tables are made of.
pub struct Judged<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// The verdict.
    pub verdict: &'a Verdict,
    /// The standards.
    pub standards: &'a Standards,
    /// What is left beside other large trials, where there is an uncertainty.
    pub shrunk: Option<Shrunk>,
    /// What is not told, and how to ask for it.
    pub questions: &'a [Question],
    /// What has to be said beside the interval, where something has.
    pub caution: Option<&'a str>,
    /// The effect in SD, where there is one.
    pub effect: Option<f64>,
    /// All settings that numbers rest on.
    pub settings: Vec<Setting>,
}

impl Judged<'_> {
    /// The rating by 4.1 and by 5.0, and by the version asked for.
    pub fn rated(&self) -> Vec<Rated> {
        let mut versions = vec![Wwc::V4_1, Wwc::V5_0];
        if !versions.contains(&self.standards.wwc) {
            versions.insert(0, self.standards.wwc);
        }
        let by = |wwc| {
            let mut standards = self.standards.clone();
            standards.wwc = wwc;
            Rated::of(self.facts, &standards)
        };
        versions.into_iter().map(by).collect()
    }

    /// What both commands say in JSON, beside what is their own.
    pub fn document(&self) -> Value {
        let rated = |r: &Rated| {
            json!({
                "version": r.version, "rating": r.rating, "words": r.rating.words(), "rule": r.rule, "because": r.rule.words(), "attrition": r.attrition,
                "equivalence": r.equivalence, "not_known": r.unknown, "note": r.version.note(),
            })
        };
        json!({
            "didact": env!("CARGO_PKG_VERSION"),
            "standards": self.standards.label(),
            "word": self.verdict.word.words(),
            "credibility": self.verdict.grade,
            "card": card(self),
            "verdict": self.verdict,
            "facts": self.facts,
            "percentile_points": verdict::points(self),
            "wwc": self.rated().iter().map(rated).collect::<Vec<_>>(),
            "kraft_size": verdict::size(self),
            "kraft_cost": verdict::cost_of(self),
            "cost_effectiveness": verdict::cost(self),
            "months": verdict::months_of(self),
            "growth": verdict::growth_of(self),
            "growth_in_special_education": verdict::special_education(self),
            "beside_other_trials": self.shrunk,
            "questions": self.questions,
            "settings": self.settings,
        })
    }
}
