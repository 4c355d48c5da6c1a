//! One line of the table, read strictly.

use super::{By, EffectUnit, PublishedClaim, RowStatus};
use crate::cohort::{Fault, Faults, did_you_mean};
use std::cell::RefCell;

pub(super) const COLUMNS: [&str; 16] = [
    "id",
    "programme",
    "outcome",
    "effect",
    "unit",
    "std_error",
    "low",
    "high",
    "reported",
    "students",
    "sites",
    "site_kind",
    "design",
    "by",
    "source",
    "status",
];

const UNITS: [(&str, EffectUnit); 4] = [
    ("sd", EffectUnit::Sd),
    ("percentile points", EffectUnit::PercentilePoints),
    ("percent growth", EffectUnit::PercentGrowth),
    ("points", EffectUnit::Points),
];

const BY: [(&str, By); 4] =
    [("independent", By::Independent), ("developer", By::Developer), ("commissioned", By::Commissioned), ("vendor", By::Vendor)];

pub(super) struct Row<'a> {
    pub(super) line: usize,
    pub(super) values: &'a [String],
    pub(super) faults: RefCell<Faults>,
}

impl Row<'_> {
    fn text(&self, column: &str) -> &str {
        COLUMNS.iter().position(|c| *c == column).and_then(|i| self.values.get(i)).map_or("", String::as_str)
    }

    fn refuse(&self, column: &str, what: String, remedy: &str) {
        self.faults.borrow_mut().push(fault(self.line, Some(column), what, remedy));
    }

    fn needed(&self, column: &str) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.refuse(column, format!("no {column}"), "each row has one");
        }
        text.to_string()
    }

    fn number(&self, column: &str) -> Option<f64> {
        let text = self.text(column);
        let value = text.parse::<f64>().ok().filter(|v| v.is_finite());
        if !text.is_empty() && value.is_none() {
            self.refuse(column, format!("{text:?} is not a number"), "a plain number, or empty; figures as reported go into  reported");
        }
        value
    }

    fn count(&self, column: &str) -> Option<u64> {
        let text = self.text(column);
        let value = text.parse::<u64>().ok();
        if !text.is_empty() && value.is_none() {
            self.refuse(column, format!("{text:?} is not a count"), "a whole number without commas, or empty");
        }
        value
    }

    fn named<T: Copy>(&self, column: &str, names: &'static [(&'static str, T)]) -> Option<T> {
        let text = self.text(column);
        let found = names.iter().find(|n| n.0 == text).map(|n| n.1);
        if found.is_none() {
            self.refuse(column, format!("there is no {column} {text:?}"), &did_you_mean(text, names.iter().map(|n| n.0)));
        }
        found
    }

    pub(super) fn claim(&self) -> PublishedClaim {
        let effect = self.number("effect");
        let unit = match (effect, self.text("unit")) {
            (None, "") => None,
            (None, _) => {
                self.refuse("unit", "a unit without an effect".into(), "leave both empty, or give both");
                None
            }
            (Some(_), _) => self.named("unit", &UNITS),
        };
        let std_error = self.number("std_error");
        let ends = (self.number("low"), self.number("high"));
        if ends.0.is_some() != ends.1.is_some() || matches!(ends, (Some(low), Some(high)) if low > high) {
            self.refuse("low", "an interval with one end, or with its ends the wrong way round".into(), "give both ends, the lower first");
        }
        if effect.is_none() && (std_error.is_some() || ends.0.is_some()) {
            self.refuse("effect", "an uncertainty without an effect".into(), "leave both empty, or give both");
        }
        if std_error.is_some_and(|se| se <= 0.0) {
            self.refuse("std_error", "a standard error that is not above zero".into(), "look it up again");
        }
        PublishedClaim {
            id: self.needed("id"),
            programme: self.needed("programme"),
            outcome: self.text("outcome").to_string(),
            effect: effect.zip(unit),
            std_error,
            interval: ends.0.zip(ends.1),
            reported: self.needed("reported"),
            students: self.count("students"),
            sites: self.count("sites"),
            site_kind: self.text("site_kind").to_string(),
            design: self.needed("design"),
            by: self.named("by", &BY).unwrap_or(By::Vendor),
            source: self.needed("source"),
            status: self.named("status", &[("looked-up", RowStatus::LookedUp)]).unwrap_or(RowStatus::LookedUp),
        }
    }
}

pub(super) fn fault(line: usize, column: Option<&str>, what: String, remedy: &str) -> Fault {
    let place = column.map_or(format!("claims table, line {line}"), |c| format!("claims table, line {line}, column {c}"));
    Fault::new("EVI-020", what, place, "a figure in the wrong place would be quoted as someone's claim", remedy)
}
