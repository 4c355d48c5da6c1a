//! How a solution divides the outcome's variance, and what to say of it.

use super::effects::Effects;
use super::levels::Levels;
use super::likelihood::Solution;
use super::uncertainty::Uncertainty;
use crate::cohort::Warning;
use crate::estimate::model_fit::Component;

/// A correlation above this is one but for rounding.
const ONE: f64 = 1.0 - 1e-12;

/// The levels' variances, that of the slope, and the residual's. `unit2` is the square of the outcome's unit.
pub(super) fn all(solution: &Solution, levels: &Levels, effects: &Effects, uncertainty: &Uncertainty, unit2: f64) -> Vec<Component> {
    let n = levels.names.len();
    let ratios = &solution.theta[..n];
    let whole = 1.0 + ratios.iter().sum::<f64>();
    let one = |name: &str, ratio: f64, level: Option<usize>| Component {
        name: name.into(),
        variance: ratio * solution.residual * unit2,
        share: Some(ratio / whole),
        logit_error: uncertainty.of_share(level, ratios),
        correlation: None,
    };
    let mut out: Vec<Component> = levels.names.iter().enumerate().map(|(i, name)| one(name, ratios[i], Some(i))).collect();
    if let Some(slope) = effects.slope {
        let linear = effects.linear(&solution.theta);
        let (a, b, c) = (linear[effects.levels[0].own], linear[slope.covariance], linear[slope.own]);
        let correlation = (a > 0.0 && c > 0.0).then(|| b / (a * c).sqrt());
        out.push(Component {
            name: "cluster:treatment".into(),
            variance: c * solution.residual * unit2,
            share: None,
            logit_error: None,
            // With no variance left of its own the slope is the intercept's multiple.
            correlation: correlation.map(|r| if solution.theta[slope.own] == 0.0 { r.signum() } else { r.clamp(-1.0, 1.0) }),
        });
    }
    out.push(one("residual", 1.0, None));
    out
}

/// What the reader should know of these components.
pub(super) fn cautions(components: &[Component], converged: bool) -> Vec<Warning> {
    let mut out = Vec::new();
    let none: Vec<&str> = components.iter().filter(|c| c.variance == 0.0).map(|c| c.name.as_str()).collect();
    if !none.is_empty() {
        out.push(Warning::new(
            "singular-fit",
            format!(
                "no variance is left between groups of {}: estimated as zero, at the boundary; degrees of freedom take it as known",
                none.join(", ")
            ),
        ));
    }
    for c in components.iter().filter(|c| c.correlation.is_some_and(|r| r.abs() >= ONE)) {
        let sign = if c.correlation.is_some_and(|r| r > 0.0) { "+1" } else { "-1" };
        out.push(Warning::new(
            "singular-fit",
            format!(
                "{} and the cluster's intercept are estimated to go together exactly (correlation {sign}), at the boundary; Satterthwaite's degrees of freedom take the correlation as known",
                c.name
            ),
        ));
    }
    if !converged {
        out.push(Warning::new("not-converged", "the search for the variances ended before they settled; the numbers are not reliable"));
    }
    out
}
