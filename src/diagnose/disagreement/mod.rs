//! Why two estimators differ: the gap between their overall effects, divided into parts that add up to it.
//!
//! With θ the estimates on all units, θ° without covariates and θ* without covariates on the units seen in every period, the gap is
//! (covariates) [θ_b − θ°_b] − [θ_a − θ°_a] + (units with gaps) [θ°_b − θ*_b] − [θ°_a − θ*_a] + [θ*_b − θ*_a]. The last part is divided where
//! each θ* is a weighted sum of effects by cohort and period: with E(g,t) the differences to the never-treated since the last period before
//! the start, θ* = Σ w e, it is Σ (w_b − w_a) E (weights: after the start, and before it) plus Σ w_b (e_b − E) − Σ w_a (e_a − E)
//! (comparison group). What weights an estimator has is not taken for granted: they count only if the sum gives back its estimate.

mod cells;

use crate::cohort::{Fault, Faults};
use crate::diagnose::Ground;
use crate::estimate::{Asks, Beside, Chosen, Fit, Sample};
use crate::infer::{Overall, Setting, Versus};
use crate::panel::Panel;
use cells::{NeverCells, Weights, represented};

/// A part of the gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Which.
    pub name: &'static str,
    /// How much of the gap; `None` where it cannot be told from the remainder.
    pub size: Option<f64>,
    /// Why it cannot.
    pub why: Option<String>,
}

/// The gap between two estimators.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The estimators.
    pub labels: [String; 2],
    /// Which question the overall effect of each answers.
    pub asks: [Asks; 2],
    /// Their overall effects.
    pub estimates: [f64; 2],
    /// The difference, second less first, with its standard error from the clusters' influences on both.
    pub difference: Versus,
    /// The parts; they and the remainder add up to the difference.
    pub parts: Vec<Part>,
    /// What is left.
    pub remainder: f64,
    /// The largest difference by which rounding alone leaves a remainder.
    pub rounding: f64,
}

impl Gap {
    /// Whether both answer one question: otherwise a gap is no disagreement.
    pub fn asks_the_same(&self) -> bool {
        self.asks[0].beside(&self.asks[1]) == Beside::Same
    }

    /// Whether nothing but rounding is left.
    pub fn is_divided(&self) -> bool {
        self.remainder.abs() <= self.rounding
    }
}

struct Fitted {
    fit: Fit,
    asks: Asks,
    estimate: f64,
}

/// The gap between two estimators on a sample, and what it is made of.
///
/// # Errors
/// DIAG-048: one of them has no overall effect here, or the two are about different effects; as [`Chosen::fit`].
pub fn gap(ground: &Ground<'_>, [a, b]: [&Chosen; 2], setting: &Setting<'_>) -> Result<Gap, Faults> {
    let panel = ground.panel;
    let full = [fitted(panel, a, setting)?, fitted(panel, b, setting)?];
    if full[1].asks.beside(&full[0].asks) == Beside::OtherEffect {
        return Err(Fault::new(
            "DIAG-048",
            format!("{} and {} ask for different effects", a.label(), b.label()),
            format!("{}: {}; {}: {}", a.label(), full[0].asks.words(), b.label(), full[1].asks.words()),
            "two estimators can only be compared in what both of them estimate",
            "name two estimators of the same effect",
        )
        .into());
    }
    let overall = |f: &Fitted, c: &Chosen| Overall::of(&f.fit, c.label()).ok_or_else(|| Faults::from(no_effect(c, "no influence")));
    let difference = overall(&full[0], a)?.versus(&overall(&full[1], b)?);
    let size = full[0].estimate.abs().max(full[1].estimate.abs()).max(full[0].fit.outcome_unit * 1e-3);
    let mut parts = Vec::new();
    let mut left = full[1].estimate - full[0].estimate;
    let mut take = |name: &'static str, found: Result<f64, String>| {
        left -= found.as_ref().copied().unwrap_or(0.0);
        parts.push(Part { name, size: found.as_ref().ok().copied(), why: found.err() });
    };
    // Without covariates.
    let bare = panel.with_covariates(&[]);
    let plain = pair(&bare, [a, b], setting);
    let now = match (&plain, panel.covariates.is_empty()) {
        (_, true) => {
            take("covariates", Ok(0.0));
            [full[0].estimate, full[1].estimate]
        }
        (Ok(plain), _) => {
            take("covariates", Ok((full[1].estimate - plain[1].estimate) - (full[0].estimate - plain[0].estimate)));
            [plain[0].estimate, plain[1].estimate]
        }
        (Err(why), _) => {
            take("covariates", Err(why.clone()));
            for name in ["units with gaps", "weights after the start", "weights before the start", "comparison group"] {
                take(name, Err("an estimate without covariates does not exist".into()));
            }
            return Ok(done([a, b], &full, difference, parts, left, size));
        }
    };
    // Units seen in every period.
    let balanced = bare.complete();
    let whole = balanced.as_ref().unwrap_or(&bare);
    let fits = pair(whole, [a, b], setting);
    let fits = match fits {
        Ok(fits) => {
            take("units with gaps", Ok((now[1] - fits[1].estimate) - (now[0] - fits[0].estimate)));
            fits
        }
        Err(why) => {
            take("units with gaps", Err(why));
            for name in ["weights after the start", "weights before the start", "comparison group"] {
                take(name, Err("an estimate of the units seen in every period does not exist".into()));
            }
            return Ok(done([a, b], &full, difference, parts, left, size));
        }
    };
    let divided = NeverCells::of(whole).and_then(|never| {
        let first = represented(&never, &fits[0].fit, fits[0].estimate, size)
            .ok_or_else(|| format!("{} is no weighted sum of effects by cohort and period that is known here", a.label()))?;
        let second = represented(&never, &fits[1].fit, fits[1].estimate, size)
            .ok_or_else(|| format!("{} is no weighted sum of effects by cohort and period that is known here", b.label()))?;
        Ok((never, first, second))
    });
    match divided {
        Err(why) => {
            for name in ["weights after the start", "weights before the start", "comparison group"] {
                take(name, Err(why.clone()));
            }
        }
        Ok((never, first, second)) => {
            let by_weights = |after: bool| {
                let of = |w: &Weights| never.sum(&w.weights, Some(after));
                of(&second) - of(&first)
            };
            take("weights after the start", Ok(by_weights(true)));
            take("weights before the start", Ok(by_weights(false)));
            let formed = |w: &Weights, estimate: f64| estimate - never.sum(&w.weights, None);
            take("comparison group", Ok(formed(&second, fits[1].estimate) - formed(&first, fits[0].estimate)));
        }
    }
    Ok(done([a, b], &full, difference, parts, left, size))
}

fn done(chosen: [&Chosen; 2], full: &[Fitted; 2], difference: Versus, parts: Vec<Part>, left: f64, size: f64) -> Gap {
    let rounding = 1e-9 * size;
    // Less than rounding is nothing.
    let clean = |x: f64| if x.abs() <= rounding { 0.0 } else { x };
    let parts: Vec<Part> = parts.into_iter().map(|p| Part { size: p.size.map(clean), ..p }).collect();
    Gap {
        labels: chosen.map(Chosen::label),
        asks: [full[0].asks.clone(), full[1].asks.clone()],
        estimates: [full[0].estimate, full[1].estimate],
        difference,
        parts,
        remainder: clean(left),
        rounding,
    }
}

fn pair(panel: &Panel, [a, b]: [&Chosen; 2], setting: &Setting<'_>) -> Result<[Fitted; 2], String> {
    let one = |c: &Chosen| fitted(panel, c, setting).map_err(|f| format!("{}: {}", c.label(), f.shown[0].what));
    Ok([one(a)?, one(b)?])
}

fn fitted(panel: &Panel, chosen: &Chosen, setting: &Setting<'_>) -> Result<Fitted, Faults> {
    let fit = chosen.fit(&Sample::new(panel, setting.executor))?;
    let (_, estimate) = Ground::overall(&fit).ok_or_else(|| no_effect(chosen, "none is identified"))?;
    let asks = chosen.asks(&fit, panel);
    Ok(Fitted { fit, asks, estimate })
}

fn no_effect(chosen: &Chosen, place: &str) -> Fault {
    Fault::new(
        "DIAG-048",
        format!("{} has no overall effect here", chosen.label()),
        place,
        "two estimators can only be compared in what both of them estimate",
        "name two estimators with an overall effect",
    )
}
