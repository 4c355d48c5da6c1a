//! Standard errors against the least that so many students allow.

use super::{Agreement, Notes, Span, Told};
use crate::evidence::claim::footing::ignoring;

/// A standard error below this share of an unadjusted one needs covariates that explain more than 91 % of the variance; below the
/// second, more than 99 %.
pub(super) const SMALL_ERROR: (f64, f64) = (0.3, 0.1);

/// Larger ones are no contradiction: clusters make them larger.
pub(super) fn check(told: &Told<'_>, notes: &mut Notes) {
    let Some(least) = told.independent_error() else { return };
    let mut add = |names: &[&str], error: Span, says: String| {
        let agreement = match error.high / least {
            s if s < SMALL_ERROR.1 => Agreement::Contradicts,
            s if s < SMALL_ERROR.0 => Agreement::Doubtful,
            _ => Agreement::Agrees,
        };
        notes.add(names, agreement, format!("{says}, where so many students as independent give {least:.4} without covariates"));
    };
    for (name, error) in told.errors() {
        let says = match told.claim.std_error {
            Some(se) if name == "standard error" => format!("the standard error is {}", se.value),
            _ => format!("the {name} makes the standard error at most {:.4}", error.high),
        };
        add(&[name, "number of students"], error, says);
    }
    // Beside means and counts, statistics are compared with those that these have by themselves.
    let Some(difference) = told.difference().filter(|d| d.way.is_some() && !d.is_raw()) else { return };
    for (name, size) in told.statistics() {
        let error = difference.g.size().over(size);
        if error.high.is_finite() {
            let says = format!("{} and {name} make the standard error at most {:.4}", difference.name, error.high);
            add(&[difference.name, name, "number of students"], error, says);
        }
    }
}

impl Told<'_> {
    /// The standard error, in SD, of an unadjusted comparison of so many independent students: of the counts, where these are told.
    pub(super) fn independent_error(&self) -> Option<f64> {
        let counts = self.claim.counts.and_then(|c| c.standard_error());
        counts.or_else(|| self.claim.sizes().and_then(ignoring)).filter(|se| *se > 0.0 && se.is_finite())
    }

    /// The standard error by each source that gives it without the effect, in SD.
    pub(super) fn errors(&self) -> Vec<(&'static str, Span)> {
        let told = self.claim.std_error.map(|se| ("standard error", Span::above_zero(se)));
        told.into_iter().chain(self.error_of_interval().map(|se| ("interval", se))).collect()
    }
}
