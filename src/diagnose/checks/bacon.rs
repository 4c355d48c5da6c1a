//! Which comparisons the coefficient of two-way fixed effects is made of.

use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::bacon::{Comparison, Decomposition, decompose};
use crate::diagnose::check::{Check, Finding, Look};
use crate::estimate::{Card, Options};
use crate::panel::Panel;

/// Weight on comparisons with units that are treated already: less than the first is ok, less than the second a caution. Both are ours.
pub const FORBIDDEN: [f64; 2] = [0.05, 0.5];

/// A coefficient taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakable {
    /// All comparisons.
    pub parts: Decomposition,
    /// The weight on comparisons with units that are treated already.
    pub forbidden: f64,
    /// The weighted mean of the other comparisons; `None` where there are none.
    pub clean: Option<f64>,
    /// Units seen in every period, and all units: the others are left out.
    pub units: (usize, usize),
}

impl Breakable {
    /// The verdict, by the weight on comparisons with treated units; where the others alone have the opposite sign it fails.
    pub fn verdict(&self) -> Verdict {
        let turned = self.clean.is_some_and(|clean| clean * self.parts.coefficient < 0.0);
        match self.forbidden {
            w if w < FORBIDDEN[0] => Verdict::Ok,
            w if w < FORBIDDEN[1] && !turned => Verdict::Caution,
            _ => Verdict::Fail,
        }
    }
}

/// The check.
pub static BACON: Check = Check {
    card: Card {
        id: "bacon",
        title: "decomposition of two-way fixed effects (Goodman-Bacon)",
        estimand: "which comparisons of two cohorts the coefficient of twfe averages, with what weights, and how many of them compare with units that are treated already",
        assumptions: "none: it is arithmetic",
        when: "twfe is used where treatment starts at several times",
        needs: "units seen in every period (others are left out, and counted), without weights and covariates, and at least two cohorts",
        contrast: "It shows the comparisons; twfe-weights the effects that are averaged.",
        options: &[],
        source: "Goodman-Bacon (2021), Journal of Econometrics 225(2), theorem 1",
        reference_call: "bacondecomp::bacon(y ~ treated, data, id_var, time_var)",
        version: 1,
    },
    look: Look::Sample(look),
};

fn look(panel: &Panel, _: &Options) -> Result<Finding, Fault> {
    let all = panel.n_units();
    let balanced = panel.complete();
    let panel = balanced.as_ref().unwrap_or(panel);
    let parts = decompose(panel)?;
    let is_clean = |c: Comparison| [Comparison::TreatedWithNever, Comparison::EarlierWithLater].contains(&c);
    let kinds = parts.by_kind();
    let sum = |clean: bool| kinds.iter().filter(|k| is_clean(k.comparison) == clean).map(|k| k.weight).sum::<f64>() + 0.0;
    let weight = sum(true);
    let total: f64 = kinds.iter().filter(|k| is_clean(k.comparison)).map(|k| k.weight * k.estimate).sum();
    let clean = (weight > 0.0).then(|| total / weight);
    Ok(Finding::Bacon(Breakable { forbidden: sum(false), clean, units: (panel.n_units(), all), parts }))
}
