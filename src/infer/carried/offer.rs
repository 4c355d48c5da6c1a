//! Which methods, with which choices, can be asked of a fit without its rows.

use super::Reread;
use crate::estimate::{Fit, Values};
use crate::infer::{INFERENCE, Method, Setting};
use crate::panel::Serial;

/// A method that can be asked for, and what about it can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The method's id.
    pub method: &'static str,
    /// It in a few words.
    pub title: &'static str,
    /// How many random draws it takes by default, where it draws.
    pub replicates: Option<i64>,
    /// What can be chosen.
    pub choices: Vec<OfferedChoice>,
}

/// An option of a method with the values that a fit knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedChoice {
    /// The option's key.
    pub key: &'static str,
    /// What its values mean.
    pub meaning: &'static str,
    /// The value where none is said; the fit need not know it.
    pub usual: &'static str,
    /// The values that the fit knows.
    pub values: Vec<&'static str>,
}

/// Choices that a reader may want to play with; the others are for who compares programs.
const KEYS: [&str; 6] = ["type", "interval", "weights", "null", "p", "se"];

/// Few draws: only whether a method exists is asked.
const DRAWS: i64 = Values::FEWEST_DRAWS;

/// What can be asked of a fit: each method and each of its choices is tried.
pub(super) fn offers(reread: &Reread) -> Vec<Offer> {
    let works = |spelled: &str| exists(&reread.fit, spelled, &Setting::new(reread.level, reread.seed, &Serial));
    let mut out = Vec::new();
    for inference in INFERENCE {
        let card = inference.card();
        let draws = card.options.iter().find_map(|o| match o.values {
            Values::Draws { default } => Some(default),
            _ => None,
        });
        let few = draws.map(|_| format!("replicates={DRAWS}"));
        let spelled = |choice: Option<String>| {
            let options: Vec<String> = choice.into_iter().chain(few.clone()).collect();
            if options.is_empty() { card.id.to_string() } else { format!("{}:{}", card.id, options.join(",")) }
        };
        let choices: Vec<_> = card
            .options
            .iter()
            .filter(|o| KEYS.contains(&o.key))
            .filter_map(|o| match o.values {
                Values::OneOf(values) => {
                    let known: Vec<&'static str> =
                        values.iter().copied().filter(|v| works(&spelled(Some(format!("{}={v}", o.key))))).collect();
                    Some(OfferedChoice { key: o.key, meaning: o.meaning, usual: values[0], values: known })
                }
                _ => None,
            })
            .collect();
        let some = choices.iter().all(|c| !c.values.is_empty());
        if some && (!choices.is_empty() || works(&spelled(None))) {
            out.push(Offer { method: card.id, title: card.title, replicates: draws, choices });
        }
    }
    out
}

/// Whether a method gives this fit any uncertainty.
fn exists(fit: &Fit, spelled: &str, setting: &Setting<'_>) -> bool {
    let found = Method::parse(spelled).and_then(|m| m.infer(fit, setting));
    found.is_ok_and(|f| f.estimates.iter().any(|e| e.std_error.is_some() || e.p_value.is_some()))
}
