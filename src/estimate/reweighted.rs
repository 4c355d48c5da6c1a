//! `did` by inverse probability weighting or doubly robust: one comparison of
//! [`two_groups`](super::two_groups), under any cluster weights.

use super::arithmetic::{self, About, Arithmetic, Solved};
use super::blind::{Blind, Drawn};
use super::fit::{Fit, NotIdentified};
use super::observations::Observations;
use super::target::Target;
use super::two_groups::{Changes, Method, Odds, Pooled, TRIM};
use crate::cohort::Warning;
use crate::num::Matrix;
use crate::panel::{Executor, Kind, Panel};
use std::sync::{Arc, OnceLock, Weak};

/// How it is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub method: Method,
    /// Cross-sections: whether regressions among the treated are used too.
    pub efficient: bool,
    /// Cross-sections: DRDID's influence.
    pub as_drdid: bool,
}

/// `collapsed` holds changes of units (cells: treated, comparison) or rows before and after, and `panel` the same in an order that depends
/// on values only; `blind` is what is known of these rows before their outcome is read.
pub(super) fn fit(collapsed: &Panel, panel: &Panel, blind: &Arc<Blind>, kind: Kind, how: How, executor: &dyn Executor) -> Fit {
    let reweighted = Reweighted::new(collapsed, blind, kind, how);
    let trimmed = reweighted.trimmed.clone();
    let size = panel.cell_sizes();
    let signs: &[f64] = if kind == Kind::Panel { &[1.0, -1.0] } else { &[-1.0, 1.0, 1.0, -1.0] };
    let cell_weights = vec![signs.iter().zip(&size).map(|(s, n)| if *n > 0.0 { s / n } else { 0.0 }).collect()];
    let mut warnings = Vec::new();
    if panel.covariates.is_empty() {
        warnings.push(Warning::new("no-covariates", "without covariates all methods are the same difference of mean changes"));
    }
    let about = About { targets: vec![Target::overall()], cell_weights, dropped_terms: Vec::new(), warnings };
    let mut fit = arithmetic::fit(panel, Box::new(reweighted), about, executor);
    if let Some(&n) = trimmed.get().filter(|n| **n > 0) {
        fit.warnings.push(Warning::new(
            "trimmed",
            format!(
                "comparison {} left out because their covariates made treatment almost sure (probability {TRIM} or more): {n}",
                if kind == Kind::Panel { "units" } else { "rows" }
            ),
        ));
    }
    fit
}

struct Reweighted {
    kind: Kind,
    how: How,
    n_clusters: usize,
    data: Arc<Observations>,
    /// The outcome of each observation.
    y: Vec<f64>,
    /// What is known before the outcome when each cluster counts once, as long as somebody keeps it.
    blind: Weak<Blind>,
    trimmed: Arc<OnceLock<usize>>,
}

impl Reweighted {
    fn new(panel: &Panel, blind: &Arc<Blind>, kind: Kind, how: How) -> Reweighted {
        let (alike, data) = blind.rows(panel);
        Reweighted {
            kind,
            how,
            n_clusters: panel.n_clusters(),
            y: alike.outcomes(panel),
            data: data.clone(),
            blind: Arc::downgrade(blind),
            trimmed: Arc::default(),
        }
    }
}

impl Arithmetic for Reweighted {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        let (data, How { method, efficient, as_drdid }) = (&self.data, self.how);
        let known = self.blind.upgrade().filter(|_| counts.iter().all(|c| *c == 1.0));
        let drawn = known.as_ref().map_or_else(|| Arc::new(Drawn::of(data, counts)), |blind| blind.drawn(data, counts));
        let Drawn { observations, who, after, arms } = &*drawn;
        let odds = || known.as_ref().map_or_else(|| Odds::of(arms, method, None).map(Arc::new), |blind| blind.odds(arms, method));
        let y: Vec<f64> = observations.iter().map(|&i| self.y[i as usize]).collect();
        let mut table = influence.then(|| Matrix::zeros(self.n_clusters, 1));
        let mut add = |i: usize, v: f64| {
            if let Some(table) = &mut table {
                table[(who[i], 0)] += v / counts[who[i]];
            }
        };
        let att = match self.kind {
            Kind::Panel => Changes::given(arms, method, odds).map(|changes| {
                let _ = self.trimmed.set(changes.trimmed());
                changes.effect(&y, influence, &mut add)
            }),
            Kind::CrossSections => Pooled::given(arms, after, method, efficient, as_drdid, odds).and_then(|pooled| {
                let _ = self.trimmed.set(pooled.trimmed());
                pooled.effect(&y, influence, &mut add)
            }),
        };
        if let (Ok(att), true) = (&att, as_drdid && self.kind == Kind::CrossSections && method == Method::PlainWeighting) {
            // There the sum of the weights is taken for known: rows that weigh less than the mean pull the estimate away from zero.
            let number = |at: usize| counts[who[at]] * arms.number[at];
            let (rows, total): (f64, f64) = ((0..who.len()).map(number).sum(), arms.weight.iter().sum());
            (0..who.len()).for_each(|at| add(at, (number(at) / rows - arms.weight[at] / total) * att));
        }
        Solved { estimates: vec![att.map_err(NotIdentified)], influence: table }
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        Some(Box::new(Reweighted::new(&panel, &Arc::default(), self.kind, self.how)))
    }

    fn price(&self) -> f64 {
        (super::two_groups::PASSES * self.data.cluster.len() * self.data.k * self.data.k) as f64
    }
}
