//! t, F and p with each other, and with the effect and its standard error.

use super::fit::{adjustment, fit, if_not};
use super::interval::SLACK;
use super::{Agreement, Difference, Notes, Span, Told};
use crate::evidence::claim::PValue;
use crate::num::student;

/// Beyond rounding, t statistics of the same data differ by so much between formulas.
pub(super) const FORMULAS: f64 = 0.05;

pub(super) fn check(told: &Told<'_>, notes: &mut Notes) {
    let claim = told.claim;
    if let (Some(t), Some(f)) = (claim.t, claim.f) {
        let square = Span::printed(t).size().map(|t| t * t).wider(FORMULAS);
        let found = format!("F is {} and t is {}", f.value, t.value);
        notes.add(&["t", "F"], if_not(square.meets(Span::printed(f)), Agreement::Contradicts), found);
    }
    let sizes: Vec<(&str, Span)> = told.statistics().into_iter().filter(|s| s.0 != "p").collect();
    if let Some(p) = claim.p_value {
        for (name, size) in &sizes {
            let (fits, found) = with_p(told, p, *size);
            notes.add(&[name, "p"], if_not(fits, Agreement::Contradicts), found);
        }
    }
    let Some(difference) = told.difference() else { return };
    for (source, error) in told.errors() {
        let ratio = difference.g.size().over(error).wider(if source == "interval" { SLACK } else { FORMULAS });
        for (name, size) in &sizes {
            let root = if *name == "F" { "the root of F" } else { "|t|" };
            let found =
                format!("{root} is {:.2}, but effect over standard error lies between {:.2} and {:.2}", size.value, ratio.low, ratio.high);
            notes.add(&[difference.name, source, name], if_fits(told, &difference, ratio.meets(*size), error.times(*size)), found);
        }
        if let Some(p) = claim.p_value {
            let (fits, found) = with_p(told, p, ratio);
            let size = Span::of_p(p, told.fewest_df(), f64::INFINITY);
            notes.add(&[difference.name, source, "p"], if_fits(told, &difference, fits, error.times(size)), found);
        }
    }
}

/// A statistic times its standard error is the effect that it is of: an adjusted one, perhaps, beside means or counts.
fn if_fits(told: &Told<'_>, difference: &Difference, fits: bool, effect: Span) -> Agreement {
    match fits {
        true => Agreement::Agrees,
        false if difference.is_raw() => fit(effect, difference.g.size(), adjustment(told)).max(Agreement::Doubtful),
        false => Agreement::Contradicts,
    }
}

/// Whether a statistic of this size can have that p-value, by the normal distribution or with few degrees of freedom.
fn with_p(told: &Told<'_>, p: PValue, size: Span) -> (bool, String) {
    let possible = (student::two_sided(size.high, f64::INFINITY), student::two_sided(size.low, told.fewest_df()));
    let range = p.range();
    let text = match range {
        (low, 1.0) => format!("p is above {low}"),
        (0.0, high) => format!("p is below {high}"),
        (low, high) => format!("p lies between {} and {}", digits(low), digits(high)),
    };
    let (low, high) = possible;
    let found =
        format!("{text}, but |t| between {:.2} and {:.2} gives p between {} and {}", size.low, size.high, digits(low), digits(high));
    (low <= range.1 && range.0 <= high, found)
}

/// A p-value in digits; of a small one more.
fn digits(p: f64) -> String {
    match p {
        p if p < 1e-6 => "less than 0.000001".into(),
        p if p < 1e-3 => format!("{p:.6}"),
        p => format!("{p:.4}"),
    }
}
