//! Whether trends before treatment speak for the comparison.

use super::baseline::alike;
use crate::evidence::facts::{Design, Facts};
use crate::evidence::p_words;
use crate::evidence::standard::{Equivalence, Key, Standards, weakest};
use crate::evidence::verdict::{Cap, Grade};

fn rests_on_trends(facts: &Facts) -> bool {
    facts.design == Some(Design::DifferenceInDifferences) && facts.comparison.is_some_and(|c| c.is_group())
}

/// A joint pre-trend test below `pretrend-p`, or a breakdown value below `breakdown`, or a test with less than `pretrend-power` to see a bias as
/// large as the estimate: C. A test whose power is not known: C.
pub(super) fn pre_trend(facts: &Facts, standards: &Standards) -> Option<Cap> {
    if !rests_on_trends(facts) {
        return None;
    }
    let t = facts.trends;
    let cap = |found: String, instead: &str| Cap::at_most("pre-trend", Grade::C, found, instead);
    let (p, m, power) = (standards.number(Key::PretrendP), standards.number(Key::Breakdown), standards.number(Key::PretrendPower));
    if let Some(found) = t.p_value.filter(|found| *found < p) {
        return Some(cap(format!("groups drifted apart before ({})", p_words(found, t.draws)), "parallel trends before").with(found, p));
    }
    if let Some(found) = t.breakdown.filter(|found| *found < m) {
        let said = format!("the result does not survive {found:.2} times the largest drift seen before");
        return Some(cap(said, "a result that survives drift as large as before").with(found, m));
    }
    match t.power {
        Some(found) if found < power => {
            let said = format!("the test of earlier trends would see so large a bias only {:.0} % of the time", 100.0 * found);
            Some(cap(said, "more periods before, so that drift would be seen").with(found, power))
        }
        None if t.p_value.is_some() && t.breakdown.is_none() => {
            let said = "earlier trends passed a test whose power is not known".to_string();
            Some(cap(said, "the power of the test of earlier trends").because_unknown())
        }
        _ => None,
    }
}

/// Fewer than two periods before, no test of earlier trends, and groups not shown to be alike: C. Not known: C.
pub(super) fn pre_periods(facts: &Facts, standards: &Standards) -> Option<Cap> {
    let t = facts.trends;
    let shown = t.p_value.is_some() || t.breakdown.is_some() || t.periods.is_some_and(|p| p >= 2) || alike(facts, standards);
    if !rests_on_trends(facts) || shown {
        return None;
    }
    let instead = "two or more periods before treatment";
    Some(match t.periods {
        Some(p) => {
            let noun = if p == 1 { "period" } else { "periods" };
            let groups = match weakest(&facts.baseline, standards) {
                Some((_, Equivalence::NotAdjusted)) => "how groups differed then was not adjusted for",
                Some((_, Equivalence::NotSatisfied)) => "groups were not alike then",
                _ => "whether groups were alike then is not known",
            };
            Cap::at_most("pre-periods", Grade::C, format!("{p} {noun} before, and {groups}"), instead).with(f64::from(p), 2.0)
        }
        None => Cap::at_most("pre-periods", Grade::C, "how many periods before were seen is not known", instead).because_unknown(),
    })
}
