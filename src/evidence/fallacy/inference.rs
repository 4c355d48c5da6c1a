//! How sure it is, and how often it was tried.

use super::{Detector, Signs, Tested, Trigger, percent};
use crate::evidence::effect::exaggeration;
use crate::evidence::facts::Unit;
use crate::evidence::p_words;
use crate::evidence::standard::{Key, Standards, within_domain};

/// Students counted where schools or classrooms were assigned.
pub(super) static UNIT_OF_ANALYSIS: Detector = Detector {
    id: "unit-of-analysis",
    title: "Students counted for schools",
    why: "Students of one school share its luck; counted as independent they reject a true null in a quarter of studies instead of one in twenty.",
    remedy: "Take the unit that was assigned as cluster.",
    source: "What Works Clearinghouse, Procedures 4.1, appendix F; Moulton (1990)",
    look: |s, _| {
        let assigned = s.unit.filter(|u| *u != Unit::Student)?;
        let finer = |u: Unit| (u as u8) < (assigned as u8);
        let one = s.used.iter().find(|u| u.independent.is_some_and(finer))?;
        let independent = one.independent.map_or("", Unit::plural);
        Some(Trigger::told(format!(
            "{} takes {independent} as independent, and whole {} share their treatment.",
            one.label,
            assigned.plural()
        )))
    },
};

/// A percentile bootstrap of few clusters.
pub(super) static PERCENTILE_BOOTSTRAP: Detector = Detector {
    id: "percentile-bootstrap-few-clusters",
    title: "A bootstrap of too few",
    why: "With few clusters the percentile bootstrap is too sure: with ten it rejects a true null in 13 of 100 studies, not in 5.",
    remedy: "Use cluster:cr2 or wild-bootstrap.",
    source: "Cameron, Gelbach and Miller (2008), 10.1162/rest.90.3.414",
    look: |s, standards| {
        let least = standards.number(Key::BootstrapClusters);
        let percentile = |m: &str| m.contains("bootstrap") && m.contains("interval=percentile");
        let one = s.used.iter().find(|u| percentile(&u.inference) && (u.clusters as f64) < least)?;
        Some(Trigger::by(format!("{} uses {} with {} clusters.", one.label, one.inference, one.clusters), one.clusters as f64, least))
    },
};

/// Many outcomes, one of them good.
pub(super) static MULTIPLE_OUTCOMES: Detector = Detector {
    id: "multiple-outcomes",
    title: "One of many outcomes",
    why: "Of twenty outcomes one comes out significant by chance.",
    remedy: "Adjust for their number (multiplicity in the study), and name the headline beforehand.",
    source: "Benjamini and Hochberg (1995); What Works Clearinghouse, Procedures 4.1",
    look: |s, standards| many(&s.outcomes, |_| true, s.adjusted, Key::OutcomesTested, "outcomes", standards),
};

/// Subgroups searched until one works.
pub(super) static SUBGROUP_FISHING: Detector = Detector {
    id: "subgroup-fishing",
    title: "Searched until it worked",
    why: "Whoever looks into enough groups finds one in which it seems to work.",
    remedy: "Take it as an idea for the next study; ask whether the groups differ from each other, not whether one is significant.",
    source: "Gelman and Stern (2006), 10.1198/000313006X152649",
    look: |s, standards| {
        // Whoever found something in the whole need not search for it in its parts.
        let alpha = standards.number(Key::Alpha);
        let found: Vec<String> = s.outcomes.iter().filter(|o| o.p_value < alpha).map(|o| format!("{} among ", o.label)).collect();
        let in_vain = |one: &Tested| !found.iter().any(|whole| one.label.starts_with(whole));
        many(&s.subgroups, in_vain, s.adjusted, Key::SubgroupsTested, "tests in subgroups", standards)
    },
};

/// Too small to see what can be expected.
pub(super) static UNDERPOWERED: Detector = Detector {
    id: "underpowered",
    title: "Too small to tell",
    why: "A study that would seldom see a large effect says nothing when it finds none, and exaggerates when it finds one.",
    remedy: "Ask how many schools it would take (didact plan); read the interval, not the estimate.",
    source: "Gelman and Carlin (2014), 10.1177/1745691614551642",
    look: |s: &Signs, standards: &Standards| {
        let alpha = standards.number(Key::Alpha);
        let large = standards.numbers(Key::KraftSize)[1];
        let least = standards.number(Key::LeastPower);
        let effect = s.effect?;
        let of = exaggeration(large, effect.error(alpha)?, alpha)?;
        let words = format!(
            "a large effect of {large:.2} SD would be seen in {} of such studies, and then shown {:.1} times too large.",
            percent(of.power),
            of.type_m
        );
        (of.power < least).then(|| Trigger::by(words, of.power, least))
    },
};

/// More tests than a number without adjusting, or a significant one that counts and is not significant among all.
fn many(all: &[Tested], counts: impl Fn(&Tested) -> bool, adjusted: bool, key: Key, what: &str, standards: &Standards) -> Option<Trigger> {
    if adjusted || all.len() < 2 {
        return None;
    }
    let alpha = standards.number(Key::Alpha);
    let p: Vec<f64> = all.iter().map(|t| t.p_value).collect();
    let judged = within_domain(&p, alpha)?;
    let lost = all.iter().zip(&judged).find(|(t, j)| t.p_value < alpha && !j.significant && counts(t));
    if let Some((one, _)) = lost {
        let words =
            format!("{} is significant alone ({}), but not among {} {what}.", one.label, p_words(one.p_value, one.draws), all.len());
        return Some(Trigger::by(words, one.p_value, alpha));
    }
    let most = standards.number(key);
    let chance = 1.0 - libm::pow(1.0 - alpha, all.len() as f64);
    let words =
        format!("{} {what} without adjusting: a chance of {} that at least one is significant by chance.", all.len(), percent(chance));
    (all.len() as f64 >= most).then(|| Trigger::by(words, all.len() as f64, most))
}
