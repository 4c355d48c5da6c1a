//! The interval with the effect, its standard error and p.

use super::fit::{CONVENTIONS, INTERVAL_OF_RAW, OTHER_WORDS, adjustment, apart, if_not};
use super::{Agreement, Notes, Route, Span, Told, Way};
use crate::evidence::claim::Claim;
use crate::evidence::effect::cox_from_odds_ratio;
use crate::num::student;

/// Intervals need not be built from the standard error that is told: bootstrap intervals differ by so much.
pub(super) const SLACK: f64 = 0.1;

/// Off the middle by more than this share of half the interval: doubtful, as intervals by bootstrap or likelihood are not quite symmetric. By
/// more than the second, where one side is seven times as long as the other: a contradiction.
const OFF_THE_MIDDLE: (f64, f64) = (0.25, 0.75);

/// Lower and upper end in SD; of an odds ratio on the scale of its logarithm, where the interval is symmetric.
pub(super) fn in_sd(claim: &Claim) -> Option<(Span, Span)> {
    let (low, high) = claim.interval?;
    if !claim.interval_is_of_odds() {
        return Some((Span::printed(low), Span::printed(high)));
    }
    let end = |p| Span::above_zero(p).try_map(cox_from_odds_ratio);
    Some((end(low)?, end(high)?))
}

pub(super) fn check(told: &Told<'_>, notes: &mut Notes) {
    let (Some(ends), Some((low, high))) = (told.interval, told.claim.interval) else { return };
    let text = format!("{} to {}", low.value, high.value);
    if let Some(way) = told.interval_is_of() {
        around(told, way, ends, &text, notes);
    }
    let level = told.claim.interval_level();
    if let (Some(se), Some(half)) = (told.claim.std_error, told.half_interval()) {
        let rounded = Span::above_zero(se).wider(0.02);
        let low = student::critical(level, f64::INFINITY) * rounded.low;
        let high = student::critical(level, told.fewest_df()) * rounded.high;
        let found = format!(
            "the interval reaches {:.3} SD to each side, but a standard error of {} gives {low:.3} to {high:.3}",
            half.value, se.value
        );
        let fits = half.meets(Span { low, value: low, high });
        notes.add(&["standard error", "interval"], if_not(fits, Agreement::Contradicts), found);
    }
    if let Some(p) = told.claim.p_value {
        let alpha = 1.0 - level;
        let holds = ends.0.high < 0.0 && ends.1.low > 0.0 && p.range().1 < alpha;
        let leaves_out = (ends.0.low > 0.0 || ends.1.high < 0.0) && p.range().0 > alpha;
        let found = format!("the interval is {text} and p lies between {:.4} and {:.4}", p.range().0, p.range().1);
        notes.add(&["interval", "p"], if_not(!holds && !leaves_out, Agreement::Contradicts), found);
    }
}

/// Whether the interval holds the effect, and lies evenly around it.
fn around(told: &Told<'_>, way: &Way, (low, high): (Span, Span), text: &str, notes: &mut Notes) {
    let (g, claim) = (way.g, told.claim);
    let itself = matches!(way.route, Route::Effect | Route::OddsRatio);
    let found = match claim.odds_ratio {
        Some(odds) if way.route == Route::OddsRatio => format!("the odds ratio is {} and its interval {text}", odds.value),
        _ if itself => format!("{} and its interval {text}", way.says()),
        _ => format!("{}, and the interval is {text}", way.says()),
    };
    let outside = (low.value - g.value).max(g.value - high.value).max(0.0);
    let least = (low.low - g.high).max(g.low - high.high).max(0.0);
    let holds = match () {
        () if itself => if_not(least <= 0.0, Agreement::Contradicts),
        () if !way.is_raw() => apart(outside, least, CONVENTIONS.of(g), OTHER_WORDS.of(g)),
        () if told.is_adjusted() => apart(outside, least, CONVENTIONS.of(g), adjustment(told).of(g)),
        () => apart(outside, least, CONVENTIONS.of(g), INTERVAL_OF_RAW.of(g)),
    };
    notes.add(&[way.name(), "interval"], holds, found.clone());
    if holds != Agreement::Agrees {
        return;
    }
    let half = 0.5 * (high.value - low.value);
    let off = Told::middle(low, high).gap(g) - if itself { 0.0 } else { CONVENTIONS.of(g) };
    let agreement = match () {
        () if off <= OFF_THE_MIDDLE.0 * half => Agreement::Agrees,
        () if itself && off > OFF_THE_MIDDLE.1 * half => Agreement::Contradicts,
        () => Agreement::Doubtful,
    };
    notes.add(&[way.name(), "middle of the interval"], agreement, found);
}

impl Told<'_> {
    /// The middle of an interval.
    pub(super) fn middle(low: Span, high: Span) -> Span {
        Span { low: 0.5 * (low.low + high.low), value: 0.5 * (low.value + high.value), high: 0.5 * (low.high + high.high) }
    }

    /// The way of telling the effect that the interval stands around.
    fn interval_is_of(&self) -> Option<&Way> {
        let of_odds = self.claim.interval_is_of_odds();
        self.ways.iter().find(|w| !of_odds || w.route == Route::OddsRatio)
    }

    /// How far the interval reaches to each side, in SD.
    fn half_interval(&self) -> Option<Span> {
        let (low, high) = self.interval?;
        let half = |low: f64, high: f64| (0.5 * (high - low)).max(0.0);
        Some(Span { low: half(low.high, high.low), value: half(low.value, high.value), high: half(low.low, high.high) })
    }

    /// The standard error that the interval was built from, in SD.
    pub(super) fn error_of_interval(&self) -> Option<Span> {
        let level = self.claim.interval_level();
        let z = student::critical(level, f64::INFINITY);
        Some(self.half_interval()?.over(Span { low: z, value: z, high: student::critical(level, self.fewest_df()) }))
    }
}
