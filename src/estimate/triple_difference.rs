//! Triple difference: did one subgroup gain more than the other?
//!
//! With means: y on arm × period × subgroup, all interactions; the coefficient of arm × after × subgroup is the difference of
//! the subgroups' difference-in-differences. With covariates that is not enough: the subgroups differ in them, and two
//! conditional comparisons are averaged over different covariates. Ortiz-Villavicencio and Sant'Anna (2025) compare the
//! treated of the subgroup with each of the three other groups, always reweighted to *their* covariates:
//! DR(treated, other subgroup) + DR(comparison, same subgroup) − DR(comparison, other subgroup).

use super::arithmetic::{self, About, Arithmetic, Solved};
use super::did::only_start;
use super::fit::{Fit, NotIdentified};
use super::linear::{self, Column, Term, Wanted};
use super::observations::Observations;
use super::target::Target;
use super::twfe::absorb_for;
use super::two_groups::{Changes, Method, PASSES, Pooled, TRIM};
use super::{Asks, Card, Estimator, OptionSpec, Options, Role, Sample, Values};
use crate::cohort::{Fault, Faults, Warning};
use crate::num::Matrix;
use crate::panel::{Absorb, Cells, Executor, Kind, Moments, Panel};
use std::sync::{Arc, OnceLock};

/// The difference of two subgroups' effects.
pub struct TripleDifference;

static CARD: Card = Card {
    id: "triple-difference",
    title: "triple difference",
    estimand: "how much larger the average effect on the treated is in one subgroup than in the other (with covariates: for the treated of the first subgroup)",
    assumptions: "without profiles the gap between the subgroups would have changed alike in both arms (each arm's own trend may differ, as long as it does so for both subgroups)",
    when: "did students with an IEP gain as others did? Also where arms drift apart for reasons that touch both subgroups alike",
    needs: "one start; a column with two values (--subgroup); both subgroups in both arms, before and after",
    contrast: "It estimates another quantity than the others: the difference of two subgroups' effects.",
    options: &[OptionSpec {
        key: "method",
        values: Values::OneOf(&["means", "dr", "ipw", "regression"]),
        meaning: "means: all interactions of arm, period and subgroup, covariates added; dr, ipw, regression: the treated of the subgroup against each of the three other groups, made alike in covariates",
        positional: false,
    }],
    source: "Gruber (1994); Olden and Møen (2022); Ortiz-Villavicencio and Sant'Anna (2025), Better understanding triple differences estimators, eq. 4.7",
    reference_call: "means: fixest::feols(y ~ arm * post * subgroup, cluster = ~g); dr: triplediff::ddd(est_method = \"dr\")",
    version: 3,
};

impl Estimator for TripleDifference {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn asks(&self, _: &Fit, _: &Panel, _: &Options) -> Asks {
        Asks::Gap
    }

    fn uses_later_covariates(&self, options: &Options) -> bool {
        options.get("method") == "means"
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::Third
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let Some(third) = &panel.extras.third else {
            return Err(Fault::new(
                "EST-025",
                "triple-difference needs two subgroups",
                "roles",
                "the third difference is between the effects in two subgroups",
                "name a column with two values:  --subgroup iep  (subgroups = [\"iep\"] under [roles])",
            )
            .into());
        };
        let start = only_start(panel, CARD.id)?;
        if panel.kind == Kind::Panel && panel.varies_within_units(&third.values) {
            return Err(Fault::new(
                "EST-026",
                "the subgroup changes within a unit",
                format!("column {}", third.name),
                "a unit that changes sides belongs to neither subgroup",
                "use its value at entry",
            )
            .into());
        }
        let mut fit = match options.get("method") {
            "means" => means(panel, &third.labels, &third.name, sample)?,
            method => {
                let method = match method {
                    "ipw" => Method::Weighting,
                    "regression" => Method::Regression,
                    _ => Method::DoublyRobust,
                };
                let collapsed = match panel.kind {
                    Kind::Panel => panel.differences(start),
                    Kind::CrossSections => panel.before_and_after(start),
                };
                compared(&collapsed, panel.kind, method, sample.executor)
            }
        };
        // A constant effect on all treated cancels here: no hypothesis of one can be tested by other assignments.
        fit.rows_by_label = true;
        Ok(fit)
    }
}

/// The panel with every cohort cut in two by the subgroup.
fn halved(panel: &Panel) -> Panel {
    let third = panel.extras.third.as_ref().expect("checked");
    let cells = Cells { periods: panel.cells.periods.clone(), cohorts: panel.cells.cohorts.iter().flat_map(|c| [*c, *c]).collect() };
    let cell = panel
        .cell
        .iter()
        .zip(third.values.iter())
        .map(|(&c, &z)| cells.cell(2 * panel.cells.cohort_ix(c) + usize::from(z > 0.5), panel.cells.period_ix(c)))
        .collect();
    Panel { cells, cell: Arc::new(cell), survey: Arc::new(OnceLock::new()), ..panel.clone() }
}

fn means(panel: &Panel, labels: &[String], name: &str, sample: &Sample<'_>) -> Result<Fit, Faults> {
    let panel = halved(panel);
    let absorb = absorb_for(panel.kind);
    let cells = &panel.cells;
    let moments = Arc::new(Moments::accumulate(&panel, absorb, &|_| true, sample.executor));
    let second = |c: u32| cells.cohort_ix(c) % 2 == 1;
    let term = |name: String, test: &dyn Fn(u32) -> bool, is_period: bool| Term {
        name,
        column: Column::Cells((0..cells.len() as u32).map(|c| f64::from(u8::from(test(c)))).collect()),
        tell: !is_period,
        is_period,
    };
    let mut terms = Vec::new();
    if absorb == Absorb::Nothing {
        terms.extend((0..cells.cohorts.len()).map(|k| term(format!("group {k}"), &|c| cells.cohort_ix(c) == k, true)));
        terms.iter_mut().for_each(|t| t.is_period = false);
        terms.iter_mut().for_each(|t| t.tell = false);
    }
    for p in 1..cells.periods.len() {
        terms.push(term(format!("period {}", cells.periods[p]), &|c| cells.period_ix(c) == p, true));
        terms.push(term(format!("period {} × {name}", cells.periods[p]), &|c| cells.period_ix(c) == p && second(c), true));
    }
    let at = terms.len();
    terms.push(term("treated".into(), &|c| cells.is_treated(c), false));
    terms.push(term(format!("treated × {name}"), &|c| cells.is_treated(c) && second(c), false));
    let [own, other] = [&labels[1], &labels[0]];
    let mut wanted = vec![
        Wanted { target: overall(name, own, other), weights: vec![(at + 1, 1.0)] },
        Wanted { target: within(name, other), weights: vec![(at, 1.0)] },
        Wanted { target: within(name, own), weights: vec![(at, 1.0), (at + 1, 1.0)] },
    ];
    linear::covariates(&panel, &mut terms, &mut wanted);
    let nested = if absorb == Absorb::Unit { moments.n_units } else { 0 };
    linear::fit(&panel, &moments, terms, wanted, nested, sample.executor)
}

fn overall(name: &str, own: &str, other: &str) -> Target {
    Target { label: format!("effect where {name} = {own}, less that where {name} = {other}"), ..Target::overall() }
}

fn within(name: &str, value: &str) -> Target {
    Target::coefficient(&format!("effect where {name} = {value}"))
}

fn compared(collapsed: &Panel, kind: Kind, method: Method, executor: &dyn Executor) -> Fit {
    let panel = collapsed.canonical();
    let third = panel.extras.third.clone().expect("carried along");
    let half = halved(&panel);
    let size = half.cell_sizes();
    // Signs of the four groups: treated 0, treated 1, comparison 0, comparison 1.
    let n = half.cells.periods.len();
    let weights = |signs: [f64; 4]| -> Vec<f64> {
        // The weights of a row of the original cells: both halves have one.
        let value = |cohort: usize, p: usize| -> f64 {
            let each = [2 * cohort, 2 * cohort + 1].map(|c| {
                let (s, m) = (signs[c] * if n == 2 && p == 0 { -1.0 } else { 1.0 }, size[c * n + p]);
                if m > 0.0 { (s / m, m) } else { (0.0, 0.0) }
            });
            let total: f64 = each.iter().map(|(_, m)| m).sum();
            if total > 0.0 { (each.iter().map(|(a, m)| a * a * m).sum::<f64>() / total).sqrt() } else { 0.0 }
        };
        (0..panel.cells.len()).map(|c| value(c / n, c % n)).collect()
    };
    let [own, other] = [&third.labels[1], &third.labels[0]];
    let targets = vec![overall(&third.name, own, other), within(&third.name, other), within(&third.name, own)];
    let cell_weights = vec![weights([-1.0, 1.0, 1.0, -1.0]), weights([1.0, 0.0, -1.0, 0.0]), weights([0.0, 1.0, 0.0, -1.0])];
    let mut warnings = Vec::new();
    if panel.covariates.is_empty() {
        warnings.push(Warning::new("no-covariates", "without covariates all methods are the same difference of mean changes"));
    }
    let about = About { targets, cell_weights, dropped_terms: Vec::new(), warnings };
    let three = Three::new(&panel, kind, method);
    let trimmed = three.trimmed.clone();
    let mut fit = arithmetic::fit(&panel, Box::new(three), about, executor);
    fit.warnings.extend(trimmed.get().and_then(|n| left_out(*n, kind, [&third.name, own, other])));
    fit
}

/// How many were left out of which comparison.
fn left_out(trimmed: [usize; 4], kind: Kind, [name, own, other]: [&str; 3]) -> Option<Warning> {
    let against = [
        format!("the treated with {name} = {own} against the treated with {name} = {other}"),
        format!("the treated with {name} = {own} against comparison units with {name} = {own}"),
        format!("the treated with {name} = {own} against comparison units with {name} = {other}"),
        format!("the treated with {name} = {other} against comparison units with {name} = {other}"),
    ];
    let each: Vec<String> = trimmed.iter().zip(&against).filter(|(n, _)| **n > 0).map(|(n, who)| format!("{who}: {n}")).collect();
    let noun = if kind == Kind::Panel { "units" } else { "rows" };
    (!each.is_empty()).then(|| {
        Warning::new(
            "trimmed",
            format!(
                "{noun} left out of a comparison because their covariates made it almost sure (probability {TRIM} or more) that they are not of the group compared with: {} in all ({})",
                trimmed.iter().sum::<usize>(),
                each.join("; ")
            ),
        )
    })
}

struct Three {
    kind: Kind,
    method: Method,
    n_clusters: usize,
    n_periods: usize,
    data: Observations,
    /// Units trimmed in each comparison, when first solved.
    trimmed: Arc<OnceLock<[usize; 4]>>,
}

/// An effect, each cluster's influence on it and how many units were trimmed, or why there is none.
type Compared = Result<Found, String>;
type Found = (f64, Vec<f64>, usize);

/// Treated of the subgroup, treated of the other, comparison of the subgroup, of the other.
const TREATED: [usize; 2] = [0, 1];
const COMPARISON: [usize; 2] = [2, 3];

impl Three {
    fn new(panel: &Panel, kind: Kind, method: Method) -> Three {
        let half = halved(panel);
        let (n_clusters, n_periods) = (panel.n_clusters(), half.cells.periods.len());
        Three { kind, method, n_clusters, n_periods, data: Observations::rows(&half), trimmed: Arc::default() }
    }

    /// One group against another: the effect, and each cluster's influence.
    fn one(&self, own: usize, other: usize, counts: &[f64], influence: bool) -> Compared {
        let data = &self.data;
        let mut arms = data.arms();
        let (mut who, mut after, mut y) = (Vec::new(), Vec::new(), Vec::new());
        for group in [own, other] {
            for p in 0..self.n_periods {
                for &i in &data.members[group * self.n_periods + p] {
                    let g = data.cluster[i as usize] as usize;
                    if counts[g] == 0.0 {
                        continue;
                    }
                    who.push(g);
                    after.push(p + 1 == self.n_periods);
                    y.push(data.y(i, 0));
                    arms.number.push(data.number[i as usize]);
                    arms.weight.push(counts[g] * data.weight(i, 0));
                    arms.x.extend_from_slice(data.x(i, 0));
                }
            }
            if group == own {
                arms.n_treated = who.len();
            }
        }
        let mut psi = vec![0.0; if influence { self.n_clusters } else { 0 }];
        let mut add = |i: usize, v: f64| psi[who[i]] += v / counts[who[i]];
        let (att, trimmed) = match self.kind {
            Kind::Panel => {
                let changes = Changes::new(&arms, self.method, None)?;
                (changes.effect(&y, influence, &mut add), changes.trimmed())
            }
            Kind::CrossSections => {
                let pooled = Pooled::new(&arms, &after, self.method, true, false)?;
                (pooled.effect(&y, influence, &mut add)?, pooled.trimmed())
            }
        };
        Ok((att, psi, trimmed))
    }
}

impl Arithmetic for Three {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        let of = |own: usize, other: usize| self.one(own, other, counts, influence);
        let (treated, same, across) = (of(TREATED[1], TREATED[0]), of(TREATED[1], COMPARISON[1]), of(TREATED[1], COMPARISON[0]));
        let rest = of(TREATED[0], COMPARISON[0]);
        let cut = |one: &Compared| one.as_ref().map_or(0, |(_, _, n)| *n);
        let _ = self.trimmed.set([&treated, &same, &across, &rest].map(cut));
        let combined: [Vec<(&Compared, f64)>; 3] =
            [vec![(&treated, 1.0), (&same, 1.0), (&across, -1.0)], vec![(&rest, 1.0)], vec![(&same, 1.0)]];
        let mut table = influence.then(|| Matrix::zeros(self.n_clusters, 3));
        let mut estimates = Vec::new();
        for (t, parts) in combined.iter().enumerate() {
            if let Some(reason) = parts.iter().find_map(|(part, _)| part.as_ref().err()) {
                estimates.push(Err(NotIdentified(reason.clone())));
                continue;
            }
            let parts: Vec<(&Found, f64)> = parts.iter().filter_map(|(part, sign)| Some((part.as_ref().ok()?, *sign))).collect();
            estimates.push(Ok(parts.iter().map(|((att, ..), sign)| sign * att).sum()));
            if let Some(table) = &mut table {
                (0..self.n_clusters).for_each(|g| table[(g, t)] = parts.iter().map(|((_, psi, _), sign)| sign * psi[g]).sum());
            }
        }
        Solved { estimates, influence: table }
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        Some(Box::new(Three::new(&panel, self.kind, self.method)))
    }

    fn price(&self) -> f64 {
        (4 * PASSES * self.data.cluster.len() * self.data.k * self.data.k) as f64
    }
}
