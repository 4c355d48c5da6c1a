//! When it started, and what the years around it do.

use super::{Detector, Trigger, percent, sd};
use crate::evidence::facts::Comparison;
use crate::evidence::p_words;
use crate::evidence::standard::Key;

/// Trends that differed before the start.
pub(super) static PRETREND: Detector = Detector {
    id: "pretrend",
    title: "Already moving apart",
    why: "Groups that moved apart before the start would likely have gone on doing so without it.",
    remedy: "Read how far trends may differ before the effect is gone (didact diagnose --check honest), or find a comparison that moved alike.",
    source: "Rambachan and Roth (2023), 10.1093/restud/rdad018",
    look: |s, standards| {
        let (p, least) = (s.pretrend_p?, standards.number(Key::PretrendP));
        (p < least).then(|| Trigger::by(format!("trends before the start differ ({}).", p_words(p, s.pretrend_draws)), p, least))
    },
};

/// A weak test taken for a pass.
pub(super) static UNDERPOWERED_PRETREND: Detector = Detector {
    id: "underpowered-pretrend",
    title: "A weak test taken for a pass",
    why: "A test of trends that would seldom notice a bias as large as the effect says little when it finds nothing.",
    remedy: "Do not read it as evidence of equal trends; bound the effect instead (didact diagnose --check honest).",
    source: "Roth (2022), 10.1257/aeri.20210236",
    look: |s, standards| {
        let (p, power, least) = (s.pretrend_p?, s.pretrend_power?, standards.number(Key::PretrendPower));
        let weak = p >= standards.number(Key::PretrendP) && power < least;
        let words = format!(
            "the test of trends found nothing (p = {p:.2}), and would have noticed a bias as large as the effect in {} of studies.",
            percent(power)
        );
        weak.then(|| Trigger::by(words, power, least))
    },
};

/// Two-way fixed effects where starts differ.
pub(super) static STAGGERED_TWFE: Detector = Detector {
    id: "staggered-twfe",
    title: "Early starters as comparison for late ones",
    why: "With starts in different years two-way fixed effects take those already treated as comparison; where effects grow or differ the mean can even have the wrong sign.",
    remedy: "Use callaway-santanna, sun-abraham or imputation, and look at the weights (didact diagnose --check twfe-weights).",
    source: "Goodman-Bacon (2021), 10.1016/j.jeconom.2021.03.014; de Chaisemartin and D'Haultfœuille (2020), 10.1257/aer.20181169",
    look: |s, _| {
        let one = s.used.iter().find(|u| u.two_way)?;
        let words = format!("{} with {} different starts.", one.label, s.starts);
        (s.starts > 1).then(|| Trigger::by(words, f64::from(s.starts), 2.0))
    },
};

/// Years that span the pandemic, and groups that it hit differently.
pub(super) static PANDEMIC_WINDOW: Detector = Detector {
    id: "pandemic-window",
    title: "Across the pandemic",
    why: "Schools with many poor students lost more in 2020 to 2022 and recover more slowly; a difference in poverty then looks like an effect.",
    remedy: "Compare schools alike in poverty and in months of remote teaching, or stay on one side of those years.",
    source: "Kuhfeld, Soland and Lewis (2022); Goldhaber et al. (2022)",
    look: |s, standards| {
        let (first, start, last) = s.years.filter(|(first, _, last)| *first > 1900 && *last < 2100)?;
        // The last year before the loss, and the first year after it.
        let spans = first <= 2020 && last >= 2021 && start > 2020;
        if !spans {
            return None;
        }
        if s.comparison == Some(Comparison::OtherYears) {
            return Some(Trigger::told(format!("another cohort is the comparison, and years run from {first} to {last}.")));
        }
        let (of, most) = (s.poverty.as_ref()?, standards.number(Key::PovertyGap));
        let gap = (of.treated - of.comparison).abs();
        let words = format!(
            "years run from {first} to {last}, and {} are {} of the treated and {} of the comparison group.",
            of.what,
            percent(of.treated),
            percent(of.comparison)
        );
        (gap > most).then(|| Trigger::by(words, gap, most))
    },
};

/// Short, or fading.
pub(super) static NOVELTY: Detector = Detector {
    id: "novelty",
    title: "New things wear off",
    why: "In the first weeks the new itself helps, and most gains fade: less than half is left a year later.",
    remedy: "Ask for results a year later.",
    source: "Hart et al. (87 trials, edworkingpapers): 43 % left after 6 to 12 months; Kulik and Fletcher (2016)",
    look: |s, standards| {
        let least = standards.number(Key::NoveltyWeeks);
        if let Some(weeks) = s.weeks
            && weeks < least
        {
            return Some(Trigger::by(format!("scores were taken {weeks} weeks after the start."), weeks, least));
        }
        let p = s.path.filter(|p| p.periods > 0)?;
        // Seen at the start, and later less than half of it, with an interval that lies below what was seen at the start.
        let fades = p.first.1 > 0.0 && p.last.0 < 0.5 * p.first.0 && p.last.1 < p.first.0;
        let words = format!("the effect was {} at the start and {} {} later.", sd(p.first.0), sd(p.last.0), periods(p.periods));
        fades.then(|| Trigger::by(words, p.last.0, 0.5 * p.first.0))
    },
};

fn periods(n: i64) -> String {
    if n == 1 { "one period".into() } else { format!("{n} periods") }
}
