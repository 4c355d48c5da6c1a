//! The card's sentences: facts in fixed templates, typed, and short enough to be read aloud.

use super::{Change, Effects, Grade, Verdict, Word};
use crate::evidence::effect::{exaggeration, improvement_index};
use crate::evidence::facts::{Facts, Unit};
use crate::evidence::standard::{Key, Standards, minimum_detectable};
use crate::num::named;
use serde::Serialize;
use std::fmt;

/// Words of the card before its first table of numbers: at most this many.
pub const CARD_WORDS: usize = 120;

/// Of what would change a verdict so much is named in its sentence.
const NAMED: usize = 3;

/// One sentence of the card; `to_string` gives its words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Sentence {
    /// The word, and credibility.
    Verdict {
        /// The word.
        word: Word,
        /// Credibility.
        grade: Grade,
    },
    /// The interval in percentile points.
    Points {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// There is no interval.
    NoUncertainty,
    /// What the treatment cannot be told apart from.
    NotApart {
        /// As a noun phrase.
        from: String,
    },
    /// Why credibility is not better.
    Doubt {
        /// As a clause.
        found: String,
    },
    /// Students were assigned at random, and nothing speaks against it.
    Apart,
    /// How many units typical effects would need.
    Needs {
        /// Typical effects, from and to, SD.
        typical: (f64, f64),
        /// Units needed for the larger and for the smaller.
        units: (f64, f64),
        /// Units it had.
        had: f64,
        /// What was assigned.
        unit: Option<Unit>,
    },
    /// By how much a significant result of such a study overstates typical effects.
    Overstates {
        /// Typical effects, from and to, SD.
        typical: (f64, f64),
        /// Times, at the larger and at the smaller.
        times: (f64, f64),
    },
    /// The nearest change.
    WouldChange(Change),
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sentence::Verdict { word, grade } => {
                let said = match word {
                    Word::Strong | Word::Promising | Word::Weak => format!("is {} of an effect", word.words()),
                    Word::NotSupported => "does not support an effect".into(),
                    Word::WeakAgainst => "is weak evidence against an effect".into(),
                    Word::Harm | Word::WeakHarm => format!("is {}", word.words()),
                    Word::CannotTell => "cannot tell whether there is an effect".into(),
                };
                write!(f, "This study {said}. Its credibility is {grade}, on a scale from A (best) to E.")
            }
            Sentence::Points { low, high } => {
                let no = if *low <= 0.0 && *high >= 0.0 { "compatible" } else { "not compatible" };
                // Sizes: an end that rounds to zero has no sign.
                let (l, h) = (low.abs(), high.abs());
                let range = match () {
                    () if *low >= 0.0 => format!("{l:.1} to {h:.1} percentile points higher"),
                    () if *high <= 0.0 => format!("{h:.1} to {l:.1} percentile points lower"),
                    () => format!("between {l:.1} percentile points lower and {h:.1} higher"),
                };
                write!(
                    f,
                    "In this study treated students scored {range} than those they were compared with; the data are {no} with no difference."
                )
            }
            Sentence::NoUncertainty => write!(f, "It gives no effect with its uncertainty, so its numbers fit any effect."),
            Sentence::NotApart { from } => write!(f, "This study cannot tell the treatment apart from {from}."),
            Sentence::Doubt { found } => write!(f, "A doubt: {found}."),
            Sentence::Apart => write!(f, "Chance decided who was treated, which sets the treatment apart from other differences."),
            Sentence::Needs { typical, units, had, unit } => {
                let noun = unit.map_or("units", Unit::plural);
                let (few, many) = (count(units.0), count(units.1));
                write!(
                    f,
                    "To see effects as small as typical ones ({:.2} to {:.2} standard deviations) it would need about {few} to {many} {noun}; it had {}.",
                    typical.0,
                    typical.1,
                    count(*had)
                )
            }
            Sentence::Overstates { typical, times } => write!(
                f,
                "If the true effect is {:.2} to {:.2}, a significant result in a study this size overstates it {:.1} to {:.1} times.",
                typical.0, typical.1, times.1, times.0
            ),
            Sentence::WouldChange(change) => {
                let all = change.items.len();
                let named = named(all, NAMED);
                let said: Vec<&str> = change.items.iter().take(named).map(|i| i.instead.as_str()).collect();
                let more = if all > named { format!("; and {} more", all - named) } else { String::new() };
                let to = match change.to {
                    Word::NotSupported => "a clear answer",
                    word => word.words(),
                };
                write!(f, "What would change this verdict to {to}: {}{more}.", said.join("; "))
            }
        }
    }
}

/// A count to two digits, as it is an estimate, with commas; from a million on "over a million".
fn count(n: f64) -> String {
    if n >= 1e6 || n.is_nan() {
        return "over a million".into();
    }
    let rounded = if n < 100.0 { libm::round(n) } else { libm::round(n / 10.0) * 10.0 };
    let digits = (rounded as u64).to_string();
    match digits.len() {
        4.. => format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..]),
        _ => digits,
    }
}

/// The words of a text, as they are counted for the card.
pub fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// All sentences there are to say, in order of weight: word and credibility, interval, what it cannot be told apart from, nearest change, then
/// size and overstatement.
pub fn sentences(verdict: &Verdict, facts: &Facts, standards: &Standards) -> Vec<Sentence> {
    let mut all = vec![Sentence::Verdict { word: verdict.word, grade: verdict.grade }];
    all.push(match verdict.interval {
        Some((low, high)) => Sentence::Points { low: improvement_index(low), high: improvement_index(high) },
        None => Sentence::NoUncertainty,
    });
    all.extend(apart(verdict, facts));
    all.extend(verdict.change.clone().map(Sentence::WouldChange));
    all.extend(needs(facts, standards));
    all.extend(overstates(verdict, facts, standards));
    all
}

/// The card before its first table: [`sentences`] as long as they stay within [`CARD_WORDS`] words. The first is always there.
pub fn card(verdict: &Verdict, facts: &Facts, standards: &Standards) -> Vec<Sentence> {
    let mut words = 0;
    sentences(verdict, facts, standards)
        .into_iter()
        .filter(|s| {
            let more = count_words(&s.to_string());
            let fits = words + more <= CARD_WORDS;
            words += if fits { more } else { 0 };
            fits
        })
        .collect()
}

fn apart(verdict: &Verdict, facts: &Facts) -> Option<Sentence> {
    let Some(cap) = verdict.heaviest() else { return facts.is_trial().then_some(Sentence::Apart) };
    let from = match cap.rule {
        "single-unit" => "the one school or classroom it was tried in",
        "no-comparison" if !cap.unknown => "what would have happened anyway",
        "norms-only" | "before-after" => "the growth these students would have had anyway",
        "dosage" => "the drive of those who use it most",
        "baseline-gap" if !cap.unknown => "differences that were there before",
        "pre-trend" if !cap.unknown => "drift that may have begun before",
        "regression-to-mean" if !cap.unknown => "low scores that rise by themselves",
        "history" => "what else changed in those years",
        _ => return Some(Sentence::Doubt { found: cap.found.clone() }),
    };
    Some(Sentence::NotApart { from: from.into() })
}

fn typical(standards: &Standards) -> (f64, f64) {
    let of = standards.numbers(Key::TypicalEffects);
    (of[0], of[1])
}

/// Units in proportion to the square of the minimum detectable effect; none where the study could see the smaller typical effect.
fn needs(facts: &Facts, standards: &Standards) -> Option<Sentence> {
    let (alpha, typical) = (standards.number(Key::Alpha), typical(standards));
    let effect = facts.effect?;
    let minimum = minimum_detectable(effect.error(alpha)?, effect.df.unwrap_or(f64::INFINITY), alpha)?;
    let had = facts.units?.total();
    let units = |effect: f64| had * (minimum / effect) * (minimum / effect);
    (minimum > typical.0).then(|| Sentence::Needs { typical, units: (units(typical.1), units(typical.0)), had, unit: facts.unit })
}

fn overstates(verdict: &Verdict, facts: &Facts, standards: &Standards) -> Option<Sentence> {
    let (low, high) = verdict.interval?;
    if low <= 0.0 && high >= 0.0 || verdict.caps.iter().any(|c| c.effects == Effects::AtMost(Grade::E)) {
        return None;
    }
    let (alpha, typical) = (standards.number(Key::Alpha), typical(standards));
    let se = facts.effect?.error(alpha)?;
    let times = |effect: f64| Some(exaggeration(effect, se, alpha)?.type_m);
    let times = (times(typical.0)?, times(typical.1)?);
    (times.0 >= 1.2).then_some(Sentence::Overstates { typical, times })
}
