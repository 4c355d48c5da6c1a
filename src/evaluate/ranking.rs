//! Estimators and methods compared on the same draws.

use super::measure::Measured;
use super::performance::{Performance, Rows, Verdict, covers, width};
use super::record::{Effect, Found, Replicate};
use crate::estimate::Estimand;
use std::collections::BTreeMap;

/// One estimator and method in a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Which of the question's estimators.
    pub estimator: usize,
    /// The method.
    pub method: String,
    /// Whether its interval keeps its promise.
    pub verdict: Verdict,
    /// Its root mean squared error.
    pub rmse: Option<Measured>,
    /// Draws in which both it and the first have an estimate.
    pub n: usize,
    /// Its squared error minus that of the first, draw by draw: in the outcome's units, squared.
    pub squared_error: Option<Measured>,
    /// Its coverage minus that of the first.
    pub coverage: Option<Measured>,
    /// Its width minus that of the first, where both intervals are bounded.
    pub width: Option<Measured>,
}

/// The estimators and methods of one question at one point that are about the same effect, best first: those that keep their
/// promise before those that do not, then by RMSE, then by width.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The point of the grid.
    pub point: usize,
    /// Which question of the experiment.
    pub question: usize,
    /// The effect.
    pub effect: Effect,
    /// Best first.
    pub places: Vec<Place>,
}

type Draws<'a> = BTreeMap<usize, &'a Found>;

/// The rankings for overall effects, where there are several estimators or methods. Differences are means over draws of paired
/// differences, with error √(S²/n): what both share of a draw drops out.
pub fn rankings(performances: &[Performance], draws: &[Replicate]) -> Vec<Ranking> {
    let rows = Rows::new(draws);
    let mut groups: BTreeMap<(usize, usize, Effect), Vec<&Performance>> = BTreeMap::new();
    for p in performances.iter().filter(|p| p.n > 0 && p.bias.is_some()) {
        let Some(effect) = p.effect.filter(|e| is_overall(e.estimand)) else { continue };
        groups.entry((p.point, p.question, effect)).or_default().push(p);
    }
    let mut out = Vec::new();
    for ((point, question, effect), mut own) in groups {
        if own.len() < 2 {
            continue;
        }
        // Twelve digits: what differs by rounding only is the same, and then stands in the order of the question.
        let twelve = |x: f64| format!("{x:.11e}").parse().unwrap_or(x);
        let value = |m: Option<Measured>| m.map_or(f64::INFINITY, |m| twelve(m.value));
        let kept = |p: &Performance| !matches!(p.verdict, Verdict::Kept | Verdict::Cautious);
        own.sort_by(|a, b| {
            let by_error = value(a.rmse).total_cmp(&value(b.rmse));
            kept(a).cmp(&kept(b)).then(by_error).then(value(a.width).total_cmp(&value(b.width)))
        });
        let of =
            |p: &Performance| -> Draws<'_> { rows.of(point, question, p.estimator, effect, p.method.as_deref()).iter().copied().collect() };
        let first = of(own[0]);
        out.push(Ranking { point, question, effect, places: own.iter().map(|p| place(p, &of(p), &first)).collect() });
    }
    out
}

pub(super) fn is_overall(estimand: Estimand) -> bool {
    matches!(estimand, Estimand::Overall | Estimand::OverallDynamic | Estimand::OverallGroup | Estimand::OverallCalendar)
}

/// a − b, and 0 where they differ by rounding only.
fn difference(a: f64, b: f64) -> f64 {
    let own = a - b;
    if own.abs() <= 1e-10 * (a.abs() + b.abs()) { 0.0 } else { own }
}

fn place(p: &Performance, own: &Draws<'_>, first: &Draws<'_>) -> Place {
    let paired = |value: &dyn Fn(&Found) -> Option<f64>| -> Vec<f64> {
        own.iter().filter_map(|(number, mine)| difference(value(mine)?, value(first.get(number)?)?).into()).collect()
    };
    let errors = paired(&|f| f.truth.map(|t| (f.estimate - t) * (f.estimate - t)));
    Place {
        estimator: p.estimator,
        method: p.method.clone().unwrap_or_default(),
        verdict: p.verdict,
        rmse: p.rmse,
        n: errors.len(),
        squared_error: Measured::mean(&errors),
        coverage: Measured::mean(&paired(&|f| covers(f).map(|c| f64::from(u8::from(c))))),
        width: Measured::mean(&paired(&width)),
    }
}
