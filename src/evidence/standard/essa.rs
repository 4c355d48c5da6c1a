//! The tiers of evidence of the Every Student Succeeds Act, each condition met, failed or not known.

use super::{Key, Rated, Rating, Standards, within_domain};
use crate::evidence::facts::{Design, Facts};
use crate::evidence::p_words;
use serde::Serialize;

/// A tier, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Tier 4.
    DemonstratesARationale,
    /// Tier 3.
    Promising,
    /// Tier 2.
    Moderate,
    /// Tier 1.
    Strong,
}

impl Tier {
    /// 1 to 4.
    pub fn number(self) -> u8 {
        4 - self as u8
    }

    /// As the act words it.
    pub fn words(self) -> &'static str {
        match self {
            Tier::Strong => "strong evidence",
            Tier::Moderate => "moderate evidence",
            Tier::Promising => "promising evidence",
            Tier::DemonstratesARationale => "demonstrates a rationale",
        }
    }
}

/// Whether a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is.
    Met,
    /// It is not.
    Failed,
    /// Not known.
    Unknown,
}

impl From<Option<bool>> for State {
    fn from(known: Option<bool>) -> State {
        match known {
            Some(true) => State::Met,
            Some(false) => State::Failed,
            None => State::Unknown,
        }
    }
}

/// One condition of a tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// The tier that asks for it.
    pub tier: Tier,
    /// What is asked.
    pub asks: String,
    /// Whether it is met.
    pub state: State,
    /// What was found.
    pub found: String,
    /// Whether it asks about other studies than this one.
    pub of_other_studies: bool,
}

/// The tier and all conditions of all tiers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Essa {
    /// The highest tier whose conditions are all met, as far as this study goes: what it asks about other studies may be unknown, but not
    /// failed.
    pub tier: Option<Tier>,
    /// Conditions, tier 1 first.
    pub conditions: Vec<Condition>,
}

impl Essa {
    /// The conditions of one tier.
    pub fn of_tier(&self, tier: Tier) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter(move |c| c.tier == tier)
    }

    /// Judges a study. Significance is two-sided, of the p-value with clusters heeded and, where the domain is known, after
    /// Benjamini–Hochberg.
    ///
    /// Source: ies.ed.gov/ncee/wwc/essa for tiers 1 and 2 (looked up). Recalled only: what tier 3 asks, and that negative evidence of another
    /// study overrides. Pooling students over studies is not part of it.
    pub fn of(facts: &Facts, rated: &Rated, standards: &Standards) -> Essa {
        let positive = positive(facts, standards);
        let enough =
            |n: Option<u64>, key: Key| (n.map(|n| n as f64 >= standards.number(key)), n.map_or("not known".into(), |n| n.to_string()));
        let (students, sites) = (enough(facts.students, Key::StrongStudents), enough(facts.sites, Key::StrongSites));
        let rating = |least: Rating| {
            let known = if rated.rating >= least { Some(true) } else { Some(false).filter(|_| rated.unknown.is_empty()) };
            (known, rated.rating.words().to_string())
        };
        let trial = (facts.design.map(|d| d == Design::Randomised), facts.design.map_or("not known".into(), |d| d.name().to_string()));
        let adjusted = (facts.design.map(|d| d != Design::Unadjusted), trial.1.clone());
        let not_overridden = (
            facts.overridden.map(|o| !o),
            facts.overridden.map_or("not known", |o| if o { "there is some" } else { "there is none" }).to_string(),
        );
        let shared = |tier: Tier, least: Rating| {
            vec![
                (tier, format!("rated at least: {}", least.words()), rating(least)),
                (tier, "a statistically significant positive effect".into(), positive.clone()),
                (tier, format!("at least {} students", standards.number(Key::StrongStudents)), students.clone()),
                (tier, format!("at least {} sites", standards.number(Key::StrongSites)), sites.clone()),
                (tier, NOT_OVERRIDDEN.into(), not_overridden.clone()),
            ]
        };
        let mut all = vec![(Tier::Strong, "an experiment".to_string(), trial)];
        all.extend(shared(Tier::Strong, Rating::WithoutReservations));
        all.extend(shared(Tier::Moderate, Rating::WithReservations));
        all.extend([
            (Tier::Promising, "statistical controls for selection".into(), adjusted),
            (Tier::Promising, "a comparison group".into(), group(facts)),
            (Tier::Promising, "a statistically significant positive effect".into(), positive.clone()),
            (Tier::Promising, NOT_OVERRIDDEN.into(), not_overridden.clone()),
        ]);
        let rationale = facts.rationale.map_or("not known", |r| if r { "yes" } else { "no" }).to_string();
        all.push((
            Tier::DemonstratesARationale,
            "a logic model from research, and its effects under study".into(),
            (facts.rationale, rationale),
        ));
        let conditions: Vec<Condition> = all
            .into_iter()
            .map(|(tier, asks, (known, found))| {
                let of_other_studies = asks == NOT_OVERRIDDEN;
                Condition { tier, asks, state: known.into(), found, of_other_studies }
            })
            .collect();
        let holds = |c: &Condition| c.state == State::Met || c.of_other_studies && c.state == State::Unknown;
        let met = |tier: &Tier| conditions.iter().filter(|c| c.tier == *tier).all(holds);
        let tier = [Tier::Strong, Tier::Moderate, Tier::Promising, Tier::DemonstratesARationale].into_iter().find(met);
        Essa { tier, conditions }
    }
}

const NOT_OVERRIDDEN: &str = "no significant negative evidence of another study overrides it";

type Answer = (Option<bool>, String);

fn group(facts: &Facts) -> Answer {
    (facts.comparison.map(|c| c.is_group()), facts.comparison.map_or("not known".into(), |c| c.name().to_string()))
}

fn positive(facts: &Facts, standards: &Standards) -> Answer {
    let alpha = standards.number(Key::Alpha);
    let Some(effect) = facts.effect else { return (None, "no effect is known".into()) };
    let sign = effect.estimate > 0.0;
    let adjusted = facts.domain.as_deref().and_then(|p| within_domain(p, alpha)).and_then(|d| d.first().copied());
    if let Some(first) = adjusted {
        return (
            Some(sign && first.significant),
            format!("{:.2} SD, {} after Benjamini–Hochberg", effect.estimate, p_words(first.adjusted, effect.draws)),
        );
    }
    if let Some(p) = effect.p_value {
        return (Some(sign && p < alpha), format!("{:.2} SD, {}", effect.estimate, p_words(p, effect.draws)));
    }
    match effect.interval(alpha) {
        Some((low, high)) => (Some(low > 0.0), format!("{:.2} SD, interval {low:.2} to {high:.2}", effect.estimate)),
        None => (Some(false).filter(|_| !sign), format!("{:.2} SD, uncertainty not known", effect.estimate)),
    }
}
