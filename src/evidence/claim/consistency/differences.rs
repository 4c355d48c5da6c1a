//! The effect by each route against the effect by each other.

use super::fit::{OTHER_WORDS, adjustment, fit};
use super::{Agreement, Notes, Route, Span, Told, Way};

pub(super) fn check(told: &Told<'_>, notes: &mut Notes) {
    for (n, a) in told.ways.iter().enumerate() {
        for b in &told.ways[n + 1..] {
            let (g, other) = scales(a, b);
            let words = a.restates(b);
            let agreement = fit(g, other, if words { OTHER_WORDS } else { adjustment(told) });
            let why = match agreement {
                Agreement::Agrees => "",
                Agreement::Doubtful if words => "; another spread of scores could explain it",
                Agreement::Doubtful => "; an adjustment could explain it",
                Agreement::Contradicts if words => "; no other spread of scores explains so much",
                Agreement::Contradicts => "; no adjustment that could be accepted explains so much",
            };
            notes.add(&[a.name(), b.name()], agreement, format!("{}, and {}{why}", a.says(), b.says()));
        }
    }
}

/// Counts and odds are put into SD by the same index, so that no convention comes between them.
fn scales(a: &Way, b: &Way) -> (Span, Span) {
    match (a.route, b.route) {
        (Route::Counts, Route::OddsRatio) => (Span::exact(a.g.value), b.g),
        _ => (a.g, b.g),
    }
}
