//! t, F and p beside means or counts, against those that means or counts have by themselves.

use super::error::SMALL_ERROR;
use super::fit::adjustment;
use super::statistic::FORMULAS;
use super::{Agreement, Notes, Span, Told};

/// Covariates that explain 79 % of the variance, as the best pretests do, make the t of a difference that they do not change so many times
/// as large.
const COVARIATES: f64 = 2.2;

/// Where they explain less (56 %), they make it half as large again, and that after a difference before the start, by chance, of one
/// standard error.
const CHANCE: (f64, f64) = (1.0, 1.5);

/// Smaller statistics than their own are no contradiction, as clusters make them smaller.
pub(super) fn check(told: &Told<'_>, notes: &mut Notes) {
    let Some(difference) = told.difference().filter(|d| d.is_raw()) else { return };
    let Some(error) = told.independent_error() else { return };
    let own = difference.g.map(|g| g / error);
    for (name, size) in told.statistics() {
        let signed = match told.claim.t {
            Some(t) if name == "t" => Span::printed(t),
            // F and p are taken to be of the side that the difference has.
            _ if own.value < 0.0 => Span { low: -size.high, value: -size.value, high: -size.low },
            _ => size,
        };
        let more = if size.high.is_infinite() { " or more" } else { "" };
        let says =
            if name == "t" { format!("t is {:.2}", signed.value) } else { format!("{name} tells of a t of {:.2}{more}", signed.value) };
        let (agreement, why) = match () {
            () if signed.meets(unadjusted(own)) => (Agreement::Agrees, ""),
            () if signed.meets(adjusted(told, own, error)) => (Agreement::Doubtful, "; an adjusted analysis could explain it"),
            () => (Agreement::Contradicts, "; if it is of an adjusted analysis, that analysis's effect is missing"),
        };
        let found = format!("{says}, where the {} give {:.2} by themselves{why}", difference.name, own.value);
        notes.add(&[difference.name, name], agreement, found);
    }
}

/// The t statistics of an unadjusted analysis, clusters heeded or not.
fn unadjusted(own: Span) -> Span {
    let most = 1.0 + FORMULAS;
    Span::around(0.0, &[own.low * most, own.high * most])
}

/// The t statistics that an adjusted analysis could give. Where the source tells that it adjusted: all whose standard error and whose shift can be.
fn adjusted(told: &Told<'_>, own: Span, error: f64) -> Span {
    let t = own.value;
    let ends = [COVARIATES * t, CHANCE.1 * (t - CHANCE.0), CHANCE.1 * (t + CHANCE.0), CHANCE.1 * own.low, CHANCE.1 * own.high];
    let out = Span::around(0.0, &ends);
    if !told.is_adjusted() {
        return out;
    }
    let most = (own.size().high + adjustment(told).of(Span::exact(error * t)) / error) / SMALL_ERROR.1;
    Span { low: out.low.min(-most), high: out.high.max(most), ..out }
}
