//! A check that was carried out, in words, with what was asked of what.

use super::{Told, leave_one_out, told};
use crate::diagnose::{Answered, LeftOut};

/// A check that was carried out, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The check's name.
    pub check: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its name with the options that differ from the defaults.
    pub label: String,
    /// Its version.
    pub version: u32,
    /// All its options.
    pub options: Vec<(&'static str, String)>,
    /// The outcome.
    pub outcome: Option<String>,
    /// The estimator looked at.
    pub estimator: Option<String>,
    /// The method looked at.
    pub inference: Option<String>,
    /// Code and message of what the reader should know.
    pub warnings: Vec<(&'static str, String)>,
    /// What it says.
    pub told: Told,
}

impl Checked {
    /// All that was found.
    pub fn of(a: &Answered) -> Checked {
        Checked::with(a, told(&a.asked, &a.answer))
    }

    /// What was found without each cluster in turn, but of those clusters only that hold `least` units.
    pub(in crate::table::content) fn of_large(a: &Answered, found: &LeftOut, least: u64) -> Checked {
        let (kept, hidden) = found.of_large(least);
        let mut told = leave_one_out::told(&kept);
        if hidden > 0 {
            told.table.note(format!(
                "{hidden} of {} clusters hold fewer than {least} units: the effect without one of them would tell of those few, so they are left out here; the verdict heeds them.",
                found.clusters
            ));
        }
        Checked::with(a, told)
    }

    fn with(a: &Answered, told: Told) -> Checked {
        let card = &a.asked.check.card;
        Checked {
            check: card.id,
            title: card.title,
            label: a.asked.label(),
            version: card.version,
            options: a.asked.options.iter().map(|(key, value)| (key, value.to_string())).collect(),
            outcome: a.outcome.clone(),
            estimator: a.by.as_ref().map(|by| by.0.label()),
            inference: a.by.as_ref().and_then(|by| by.1.as_ref()).map(|method| method.label()),
            warnings: a.warnings.iter().map(|w| (w.code, w.message.clone())).collect(),
            told,
        }
    }
}
