//! Why two estimators differ.

use crate::cohort::{Fault, Faults};
use crate::diagnose::check::{Check, Finding, Look, one_clustering};
use crate::diagnose::disagreement::{Gap, gap};
use crate::diagnose::{Ground, Verdict};
use crate::estimate::{Card, Chosen, OptionSpec, Options, Values};
use crate::infer::Setting;

/// The gap between two estimators.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreed {
    /// The gap.
    pub gap: Gap,
    /// The size of the test.
    pub alpha: f64,
}

impl Disagreed {
    /// Whether chance does not explain the gap.
    pub fn is_significant(&self) -> bool {
        self.gap.difference.p_value.is_some_and(|p| p < self.alpha)
    }

    /// Ok where chance explains the gap, fail where it does not and two answers to one question have opposite signs, else a caution.
    pub fn verdict(&self) -> Verdict {
        match (self.is_significant(), self.gap.asks_the_same() && self.gap.estimates[0] * self.gap.estimates[1] < 0.0) {
            (false, _) => Verdict::Ok,
            (true, false) => Verdict::Caution,
            (true, true) => Verdict::Fail,
        }
    }
}

const fn estimator(key: &'static str, meaning: &'static str) -> OptionSpec {
    OptionSpec { key, values: Values::Words { of: "an estimator with its options (; for a comma)", most: 1 }, meaning, positional: false }
}

/// The check.
pub static DISAGREEMENT: Check = Check {
    card: Card {
        id: "disagreement",
        title: "why two estimators differ",
        estimand: "how far the overall effects of two estimators lie apart, whether chance explains it, and how much of the gap comes from covariates, from units with gaps, from weights and from the comparison group",
        assumptions: "clusters are independent; the parts are arithmetic",
        when: "two estimators are reported and do not agree",
        needs: "two estimators of an overall effect on the treated (one that asks for another effect, as triple-difference and compliance do, has nothing to disagree about); for weights and comparison group also never-treated units and two estimators that add up effects by cohort and period",
        contrast: "A run says by how much estimators differ; this says why.",
        options: &[
            estimator("a", "the first; auto: the first --estimator, or the usual one for the design"),
            estimator("b", "the second, less which the first is taken; auto: the second --estimator, or twfe"),
        ],
        source: "the difference: Σ_g (ψ_g − ψ'_g)² G/(G − 1) of the clusters' influences; weights of twfe on effects by cohort and period: de Chaisemartin and D'Haultfœuille (2020), theorem 1",
        reference_call: "the differences of didact estimate with and without covariates, on all units and on those seen in every period",
        version: 2,
    },
    look: Look::Ground(look),
};

fn look(ground: &Ground<'_>, options: &Options, setting: &Setting<'_>) -> Result<Finding, Faults> {
    if ground.panel.second.is_some() {
        return Err(one_clustering("disagreement").into());
    }
    let suited = ground.estimators();
    if ground.named.len() > 2 {
        return Err(pick(&format!("{} are named", ground.named.len())).into());
    }
    let option = |key: &str| -> Result<Option<Chosen>, Faults> {
        let text = options.get(key);
        if text == "auto" { Ok(None) } else { Chosen::parse(&text.replace(';', ",")).map(Some) }
    };
    let by_name = |key: &str, place: usize| -> Result<Option<Chosen>, Faults> {
        let own = option(key)?;
        if own.is_some() && ground.named.len() > place {
            return Err(pick(&format!("{key}= and --estimator")).into());
        }
        Ok(own.or_else(|| ground.named.get(place).cloned()))
    };
    let a = by_name("a", 0)?.or_else(|| suited.first().cloned()).ok_or_else(|| pick("none is named"))?;
    let b = match by_name("b", 1)? {
        Some(b) => b,
        None => Chosen::parse("twfe")?,
    };
    if a.label() == b.label() {
        return Err(pick(&format!("{} twice", a.label())).into());
    }
    Ok(Finding::Disagreement(Disagreed { gap: gap(ground, [&a, &b], setting)?, alpha: 1.0 - setting.level }))
}

fn pick(place: &str) -> Fault {
    Fault::new(
        "DIAG-047",
        "two different estimators are compared",
        place,
        "a gap lies between exactly two",
        "give --estimator twice, or disagreement:a=NAME,b=NAME",
    )
}
