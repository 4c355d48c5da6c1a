//! A method's card: what it is, what it assumes, what it can be told, and where it comes from.
//!
//! From the cards come `didact list`, the option parser, the study file's schema, and the report's methods section.

use crate::cohort::{Fault, Faults, nearest};
use std::collections::BTreeMap;

/// What a method is.
#[derive(Debug)]
pub struct Card {
    /// The name by which it is asked for.
    pub id: &'static str,
    /// The name in words.
    pub title: &'static str,
    /// What it estimates, or how it measures uncertainty.
    pub estimand: &'static str,
    /// What must hold for that.
    pub assumptions: &'static str,
    /// When to use it.
    pub when: &'static str,
    /// What the data must have; empty for methods of inference.
    pub needs: &'static str,
    /// What sets it apart from other estimators of the same effect, in a sentence; empty for methods of inference.
    pub contrast: &'static str,
    /// Its options, in order; defaults first in each.
    pub options: &'static [OptionSpec],
    /// Paper and equations.
    pub source: &'static str,
    /// A call of other software that gives the same numbers.
    pub reference_call: &'static str,
    /// Raised whenever a number can change.
    pub version: u32,
}

/// One option.
#[derive(Debug)]
pub struct OptionSpec {
    /// Its name.
    pub key: &'static str,
    /// What may be said, the default first.
    pub values: Values,
    /// What it does.
    pub meaning: &'static str,
    /// Whether the value may stand alone, without `key=`.
    pub positional: bool,
}

/// A choice among words.
pub type Choice = &'static [&'static str];

/// What an option may be set to.
#[derive(Debug)]
pub enum Values {
    /// One of these words; the first is the default.
    OneOf(Choice),
    /// A whole number in a range.
    Whole {
        /// The default.
        default: i64,
        /// The lowest.
        low: i64,
        /// The highest.
        high: i64,
    },
    /// A number of random draws, or `auto`: as many as it takes until more cannot change the verdict.
    Draws {
        /// The default.
        default: i64,
    },
    /// A range of whole numbers `a..b`, both included; by default none.
    Window,
    /// A name, such as a column's; by default none.
    Name,
    /// Numbers between two others, separated by `;` or `+` (which no shell takes for its own), each once.
    Numbers {
        /// The default, as it is written.
        default: &'static str,
        /// All are greater than this.
        above: f64,
        /// All are less than this.
        below: f64,
        /// How many there may be.
        most: usize,
    },
    /// Words separated by `|`, each once, with `;` where they hold a comma; or `auto`, the default. Who asks for them says what they mean.
    Words {
        /// What may stand in the list, in words.
        of: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// Numbers of 0 or more, separated by `;` or `+`, each once; or `auto`, the default.
    Sizes {
        /// How many there may be.
        most: usize,
    },
}

/// Options resolved against a card: every one has a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    values: BTreeMap<&'static str, String>,
    given: Vec<&'static str>,
}

impl Options {
    /// Reads `key=value,…` against a card.
    ///
    /// # Errors
    /// An unknown key (the nearest is named), a value that is not allowed, a key given twice.
    pub fn parse(card: &Card, text: &str) -> Result<Options, Faults> {
        let mut options = Options::default();
        let mut faults = Faults::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (key, value) = match part.split_once('=') {
                Some((k, v)) => (k.trim(), v.trim()),
                None => match card.options.iter().find(|o| o.positional && o.values.check(part).is_ok()) {
                    Some(spec) => (spec.key, part),
                    None => {
                        let words: Vec<String> = card.options.iter().filter(|o| o.positional).map(|o| o.values.words()).collect();
                        let known =
                            if words.is_empty() { "options are written key=value".into() } else { format!("one of {}", words.join(", ")) };
                        faults.push(fault(card, part, &known));
                        continue;
                    }
                },
            };
            match card.options.iter().find(|o| o.key == key) {
                None => {
                    let keys: Vec<&str> = card.options.iter().map(|o| o.key).collect();
                    let remedy = match nearest(key, keys.iter().copied()) {
                        Some(near) => format!("did you mean  {near}?"),
                        None if keys.is_empty() => "it has no options".into(),
                        None => format!("its options are {}", keys.join(", ")),
                    };
                    faults.push(fault(card, part, &remedy));
                }
                Some(spec) => match spec.values.check(value) {
                    Err(remedy) => faults.push(Fault::new(
                        "EST-002",
                        format!("{} cannot be set to {value:?}", spec.key),
                        format!("options of {}", card.id),
                        "a value that is not understood would change the answer without a word, or not at all",
                        remedy,
                    )),
                    Ok(()) if options.given.contains(&spec.key) => faults.push(fault(card, part, "say it once")),
                    Ok(()) => {
                        options.values.insert(spec.key, value.to_string());
                        options.given.push(spec.key);
                    }
                },
            }
        }
        faults.into_result()?;
        for spec in card.options {
            options.values.entry(spec.key).or_insert_with(|| spec.values.default_text());
        }
        Ok(options)
    }

    /// The value of an option.
    ///
    /// # Panics
    /// When the card has no such option (a bug).
    pub fn get(&self, key: &str) -> &str {
        self.values.get(key).unwrap_or_else(|| panic!("no option {key}"))
    }

    /// The value of a whole-number option.
    pub fn whole(&self, key: &str) -> i64 {
        self.get(key).parse().expect("checked when parsed")
    }

    /// The value of a window option, if one was given.
    pub fn window(&self, key: &str) -> Option<(i64, i64)> {
        let (a, b) = self.get(key).split_once("..")?;
        Some((a.parse().ok()?, b.parse().ok()?))
    }

    /// The values of an option that is a list of numbers, in the order in which they were written.
    pub fn numbers(&self, key: &str) -> Vec<f64> {
        numbers(self.get(key)).expect("checked when parsed")
    }

    /// The values of an option of sizes, in the order in which they were written; `None` for `auto`.
    pub fn sizes(&self, key: &str) -> Option<Vec<f64>> {
        numbers(self.get(key))
    }

    /// Whether an option was written by the user, rather than left at its default.
    pub fn was_given(&self, key: &str) -> bool {
        self.given.contains(&key)
    }

    /// All options with their values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(k, v)| (*k, v.as_str()))
    }

    /// The method's name with the options that differ from the defaults.
    pub fn label(&self, card: &Card) -> String {
        let mut parts = Vec::new();
        for spec in card.options {
            let value = self.get(spec.key);
            if spec.positional {
                parts.push(value.to_string());
            } else if value != spec.values.default_text() {
                parts.push(format!("{}={value}", spec.key));
            }
        }
        if parts.is_empty() { card.id.to_string() } else { format!("{}:{}", card.id, parts.join(",")) }
    }
}

fn fault(card: &Card, part: &str, remedy: &str) -> Fault {
    Fault::new(
        "EST-002",
        format!("{} does not know the option {part:?}", card.id),
        format!("options of {}", card.id),
        "an option that is not understood would change the answer without a word, or not at all",
        remedy,
    )
}

/// Numbers separated by `;` or `+`.
fn numbers(text: &str) -> Option<Vec<f64>> {
    text.split([';', '+']).map(|part| part.trim().parse().ok()).collect()
}

impl Values {
    /// Fewer random draws than this say nothing.
    pub const FEWEST_DRAWS: i64 = 99;
    /// The most random draws that can be asked for.
    pub const MOST_DRAWS: i64 = 10_000_000;

    /// The default, as it would be written.
    pub fn default_text(&self) -> String {
        match self {
            Values::OneOf(words) => words[0].to_string(),
            Values::Whole { default, .. } | Values::Draws { default } => default.to_string(),
            Values::Window | Values::Name => "none".into(),
            Values::Numbers { default, .. } => (*default).into(),
            Values::Sizes { .. } | Values::Words { .. } => "auto".into(),
        }
    }

    /// What may be said, in words.
    pub fn words(&self) -> String {
        match self {
            Values::OneOf(words) => words.join("|"),
            Values::Whole { low, high, .. } => format!("a whole number from {low} to {high}"),
            Values::Draws { .. } => format!("auto, or a whole number from {} to {}", Self::FEWEST_DRAWS, Self::MOST_DRAWS),
            Values::Window => "a..b".into(),
            Values::Name => "a name".into(),
            Values::Numbers { above, below, most, .. } => {
                format!("different numbers between {above} and {below}, at most {most}, separated by ; or +")
            }
            Values::Words { of, most } => format!("auto, or {of}, at most {most}, separated by |"),
            Values::Sizes { most: 1 } => "auto, or a number of 0 or more".into(),
            Values::Sizes { most } => format!("auto, or different numbers of 0 or more, at most {most}, separated by ; or +"),
        }
    }

    fn check(&self, value: &str) -> Result<(), String> {
        let fine = match self {
            Values::OneOf(words) => words.contains(&value),
            Values::Whole { low, high, .. } => value.parse::<i64>().is_ok_and(|v| v >= *low && v <= *high),
            Values::Draws { .. } => {
                value == "auto" || value.parse::<i64>().is_ok_and(|v| (Self::FEWEST_DRAWS..=Self::MOST_DRAWS).contains(&v))
            }
            Values::Window => {
                value == "none"
                    || value.split_once("..").is_some_and(|(a, b)| match (a.parse::<i64>(), b.parse::<i64>()) {
                        (Ok(a), Ok(b)) => a <= b,
                        _ => false,
                    })
            }
            Values::Name => !value.is_empty() && !value.chars().any(char::is_control),
            Values::Numbers { above, below, most, .. } => numbers(value).is_some_and(|list| {
                let fine = |i: usize| *above < list[i] && list[i] < *below && !list[..i].contains(&list[i]);
                list.len() <= *most && (0..list.len()).all(fine)
            }),
            Values::Words { most, .. } => {
                let list: Vec<&str> = value.split('|').map(str::trim).collect();
                let fine = |i: usize| !list[i].is_empty() && list[i] != "auto" && !list[..i].contains(&list[i]);
                value == "auto" || (list.len() <= *most && (0..list.len()).all(fine))
            }
            Values::Sizes { most } => {
                let fine = |list: &[f64], i: usize| list[i] >= 0.0 && list[i].is_finite() && !list[..i].contains(&list[i]);
                value == "auto" || numbers(value).is_some_and(|list| list.len() <= *most && (0..list.len()).all(|i| fine(&list, i)))
            }
        };
        if fine { Ok(()) } else { Err(format!("allowed: {}", self.words())) }
    }
}
