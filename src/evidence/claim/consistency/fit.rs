//! How far two numbers of one study may lie apart.

use super::{Agreement, Span, Told};

/// A distance in SD, and beside it a share of the larger effect.
#[derive(Clone, Copy)]
pub(super) struct Reach(f64, f64);

impl Reach {
    /// For an effect of this size.
    pub fn of(self, g: Span) -> f64 {
        self.0 + self.1 * g.size().value
    }
}

/// Which SD an effect is in, the small-sample factor and the index of proportions move it by so much.
pub(super) const CONVENTIONS: Reach = Reach(0.05, 0.1);

/// One estimate in other words (percentiles, percent of growth) moves by so much at most where a norm's spread stands for the students' own: a
/// quarter, as standard deviations of norm groups and of students seldom differ by more.
pub(super) const OTHER_WORDS: Reach = Reach(0.1, 0.25);

/// An adjustment moves an effect by the difference before the start times a slope of at most one; the Clearinghouse accepts no adjustment for more
/// than 0.25 SD. Twice that is more than an adjustment that anyone would accept explains. Where the source itself tells of a larger
/// difference, that one and 0.25.
const ADJUSTMENT: Reach = Reach(0.5, 0.1);

/// An interval is of the effect that stands beside it. Around a difference that is not adjusted it may lie off by as much as the Clearinghouse
/// lets an adjustment make up for.
pub(super) const INTERVAL_OF_RAW: Reach = Reach(0.25, 0.0);

/// What an adjustment could explain.
pub(super) fn adjustment(told: &Told<'_>) -> Reach {
    let before =
        told.claim.facts.baseline.iter().filter_map(|b| b.difference).filter(|d| d.is_finite()).fold(0.0, |most, d| d.abs().max(most));
    Reach(ADJUSTMENT.0.max(before + 0.25), ADJUSTMENT.1)
}

/// How two effects fit: they agree within [`CONVENTIONS`]; they contradict each other when they lie apart by more than `far` as printed, and by
/// more than half of it however they were rounded.
pub(super) fn fit(a: Span, b: Span, far: Reach) -> Agreement {
    let larger = if a.size().value < b.size().value { b } else { a };
    apart((a.value - b.value).abs(), a.gap(b), CONVENTIONS.of(larger), far.of(larger))
}

/// As [`fit`], from the distance as printed and the least that rounding leaves.
pub(super) fn apart(printed: f64, least: f64, near: f64, far: f64) -> Agreement {
    match () {
        () if least <= near => Agreement::Agrees,
        () if printed > far && least > 0.5 * far => Agreement::Contradicts,
        () => Agreement::Doubtful,
    }
}

/// Agreement, or else.
pub(super) fn if_not(fits: bool, otherwise: Agreement) -> Agreement {
    if fits { Agreement::Agrees } else { otherwise }
}
