//! What a check says: the verdict in a sentence, what to do, and its table. One file a check.

mod attrition;
mod bacon;
mod balance;
mod checked;
mod disagreement;
mod honest;
mod leave_one_out;
mod multiverse;
mod overlap;
mod placebo;
mod power;
mod pretrends;
mod pretrends_power;
mod sample;
mod smallest_set;
mod twfe_weights;

pub(super) use attrition::LOSSES;
pub(super) use balance::SEEN_TWICE;
pub use checked::Checked;
pub(super) use multiverse::{decisions as curve_decisions, table as curve_table};
pub(super) use overlap::reason as overlap_reason;
pub(super) use sample::change_of;

use crate::cohort::Fault;
use crate::diagnose::{Aim, Asked, Finding, Verdict};
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Digits, Table};

/// The number that a verdict rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What number it is.
    pub name: &'static str,
    /// Its value; `None` where it has none.
    pub value: Option<f64>,
    /// The rule, with the values that divide the verdicts.
    pub rule: String,
}

/// What a check says.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in plain words.
    pub reason: String,
    /// What to do.
    pub remedy: String,
    /// The number that decided; `None` where the data do not answer.
    pub decided: Option<Decided>,
    /// Further numbers, by name.
    pub numbers: Vec<(&'static str, Option<f64>)>,
    /// The table.
    pub table: Table,
    /// A shorter table that stands before it on a terminal.
    pub summary: Option<Table>,
}

/// A check's answer in words.
pub fn told(asked: &Asked, answer: &Result<Finding, Fault>) -> Told {
    match answer {
        Ok(Finding::Honest(found)) => honest::told(found),
        Ok(Finding::Pretrends(found)) => pretrends::told(found),
        Ok(Finding::PretrendsPower(found)) => pretrends_power::told(found),
        Ok(Finding::Bacon(found)) => bacon::told(found),
        Ok(Finding::TwfeWeights(found)) => twfe_weights::told(found),
        Ok(Finding::LeaveOneOut(found)) => leave_one_out::told(found),
        Ok(Finding::Balance(found)) => balance::told(found),
        Ok(Finding::Attrition(found)) => attrition::told(found),
        Ok(Finding::Overlap(found)) => overlap::told(found),
        Ok(Finding::Placebo(found)) => placebo::told(found),
        Ok(Finding::Power(found)) => power::told(found),
        Ok(Finding::Sample(found)) => sample::told(found),
        Ok(Finding::Multiverse(found)) => multiverse::told(found),
        Ok(Finding::SmallestSet(found)) => smallest_set::told(found),
        Ok(Finding::Disagreement(found)) => disagreement::told(found),
        Err(fault) => unanswered(asked, fault),
    }
}

fn unanswered(asked: &Asked, fault: &Fault) -> Told {
    Told {
        verdict: Verdict::CannotTell,
        reason: sentence(&format!("{} ({}): {}", fault.what, fault.place, fault.why)),
        remedy: sentence(&fault.remedy),
        decided: None,
        numbers: Vec::new(),
        table: Table::new(asked.check.card.id, asked.check.card.title, Vec::new()),
        summary: None,
    }
}

/// With a capital first and a full stop last.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if words.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// A number in a sentence: three significant digits, none before the point is dropped.
fn number(value: f64) -> String {
    let size = value.abs();
    if !size.is_finite() || size >= 1e15 || (size < 1e-4 && size > 0.0) {
        return number::number(value, Digits::Auto, Glyphs::Ascii);
    }
    let exponent: i32 = format!("{size:.2e}").split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let decimals = if size == 0.0 { 0 } else { (2 - exponent).clamp(0, 12) as u8 };
    number::number(value, Digits::Decimals(decimals), Glyphs::Ascii)
}

/// A p-value in a sentence: `p = 0.043`, `p <0.001`; `floor` is one divided by the draws where none of them was beyond.
fn p_words(p: f64, floor: Option<f64>) -> String {
    let said = number::cell(&Cell::p_value_above(Some(p), floor, ""), Glyphs::Ascii);
    if said.starts_with('<') { format!("p {said}") } else { format!("p = {said}") }
}

/// A constant in a sentence: no zeros behind the last digit.
fn constant(value: f64) -> String {
    number::trimmed(value, Glyphs::Ascii)
}

/// A share in a sentence.
fn percent(share: f64) -> String {
    number::percent(share, Glyphs::Ascii)
}

/// Which effect is meant.
fn effect(aim: Aim) -> &'static str {
    match aim {
        Aim::First => "the effect in the first period after treatment",
        Aim::Average => "the mean effect over the periods after treatment",
    }
}

fn column(key: &str, title: &str, explain: &str) -> Column {
    Column::new(key, title).explain(explain)
}
