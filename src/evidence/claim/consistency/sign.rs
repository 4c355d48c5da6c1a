//! Whether all agree on which side of zero the effect lies.

use super::fit::if_not;
use super::{Agreement, Notes, Span, Told};

pub(super) fn check(told: &Told<'_>, notes: &mut Notes) {
    let t = told.claim.t.map(Span::printed);
    let difference = told.difference();
    // Means and counts are compared with t as a whole, as an adjustment may turn a small difference around.
    if let (Some(d), Some(t)) = (difference.as_ref().filter(|d| !d.is_raw()), t) {
        let apart = d.g.low > 0.0 && t.high < 0.0 || d.g.high < 0.0 && t.low > 0.0;
        let name = if d.way.is_some() { d.name } else { "middle of the interval" };
        notes.add(&[name, "t"], if_not(!apart, Agreement::Contradicts), format!("{} and t is {}", d.says(), t.value));
    }
    if !told.claim.negative {
        return;
    }
    let by_ways = told.ways.iter().map(|w| (w.name(), w.g, w.says()));
    let by_t = t.map(|t| ("t", t, format!("t is {}", t.value)));
    let by_interval = difference.filter(|d| d.way.is_none()).map(|d| (d.name, d.g, d.says()));
    for (name, g, says) in by_ways.chain(by_t).chain(by_interval) {
        let found = format!("{says}, and the effect is said to be below zero");
        notes.add(&[name, "its sign"], if_not(g.low <= 0.0, Agreement::Contradicts), found);
    }
}
