//! `did` by inverse probability weighting or doubly robust: one comparison of
//! [`two_groups`](super::two_groups), under any cluster weights.

use super::arithmetic::{self, About, Arithmetic, Solved};
use super::fit::{Fit, NotIdentified};
use super::observations::Observations;
use super::target::Target;
use super::two_groups::{Changes, Method, Pooled, TRIM};
use crate::cohort::Warning;
use crate::num::Matrix;
use crate::panel::{Executor, Kind, Panel};
use std::sync::{Arc, OnceLock};

/// How it is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub method: Method,
    /// Cross-sections: whether regressions among the treated are used too.
    pub efficient: bool,
    /// Cross-sections: DRDID's influence.
    pub as_drdid: bool,
}

/// `collapsed` holds changes of units (cells: treated, comparison) or rows before and after.
pub(super) fn fit(collapsed: &Panel, kind: Kind, how: How, executor: &dyn Executor) -> Fit {
    let panel = collapsed.canonical();
    let reweighted = Reweighted::new(&panel, kind, how);
    let trimmed = reweighted.trimmed.clone();
    let size = panel.cell_sizes();
    let signs: &[f64] = if kind == Kind::Panel { &[1.0, -1.0] } else { &[-1.0, 1.0, 1.0, -1.0] };
    let cell_weights = vec![signs.iter().zip(&size).map(|(s, n)| if *n > 0.0 { s / n } else { 0.0 }).collect()];
    let mut warnings = Vec::new();
    if panel.covariates.is_empty() {
        warnings.push(Warning::new("no-covariates", "without covariates all methods are the same difference of mean changes"));
    }
    let about = About { targets: vec![Target::overall()], cell_weights, dropped_terms: Vec::new(), warnings };
    let mut fit = arithmetic::fit(&panel, Box::new(reweighted), about, executor);
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
    data: Observations,
    trimmed: Arc<OnceLock<usize>>,
}

impl Reweighted {
    fn new(panel: &Panel, kind: Kind, how: How) -> Reweighted {
        Reweighted { kind, how, n_clusters: panel.n_clusters(), data: Observations::rows(panel), trimmed: Arc::default() }
    }
}

impl Arithmetic for Reweighted {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        let data = &self.data;
        let mut arms = data.arms();
        let (mut who, mut after, mut y) = (Vec::new(), Vec::new(), Vec::new());
        // Cells stand treated first, before then after.
        let per_arm = data.members.len() / 2;
        for (cell, members) in data.members.iter().enumerate() {
            for &i in members {
                let count = counts[data.cluster[i as usize] as usize];
                if count == 0.0 {
                    continue;
                }
                who.push(data.cluster[i as usize] as usize);
                after.push(cell % per_arm == per_arm - 1);
                y.push(data.y(i, 0));
                arms.number.push(data.number[i as usize]);
                arms.weight.push(count * data.weight(i, 0));
                arms.x.extend_from_slice(data.x(i, 0));
            }
            if cell + 1 == per_arm {
                arms.n_treated = who.len();
            }
        }
        let mut table = influence.then(|| Matrix::zeros(self.n_clusters, 1));
        let mut add = |i: usize, v: f64| {
            if let Some(table) = &mut table {
                table[(who[i], 0)] += v / counts[who[i]];
            }
        };
        let att = match self.kind {
            Kind::Panel => Changes::new(&arms, self.how.method, None).map(|changes| {
                let _ = self.trimmed.set(changes.trimmed());
                changes.effect(&y, influence, &mut add)
            }),
            Kind::CrossSections => Pooled::new(&arms, &after, self.how.method, self.how.efficient, self.how.as_drdid).and_then(|pooled| {
                let _ = self.trimmed.set(pooled.trimmed());
                pooled.effect(&y, influence, &mut add)
            }),
        };
        if let (Ok(att), true) = (&att, self.how.as_drdid && self.kind == Kind::CrossSections && self.how.method == Method::PlainWeighting)
        {
            // There the sum of the weights is taken for known: rows that weigh less than the mean pull the estimate away from zero.
            let number = |i: u32| counts[data.cluster[i as usize] as usize] * data.number[i as usize];
            let used: Vec<u32> =
                data.members.iter().flatten().copied().filter(|&i| counts[data.cluster[i as usize] as usize] != 0.0).collect();
            let (rows, total): (f64, f64) = (used.iter().map(|&i| number(i)).sum(), arms.weight.iter().sum());
            used.iter().enumerate().for_each(|(at, &i)| add(at, (number(i) / rows - arms.weight[at] / total) * att));
        }
        Solved { estimates: vec![att.map_err(NotIdentified)], influence: table }
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        Some(Box::new(Reweighted::new(&panel, self.kind, self.how)))
    }

    fn price(&self) -> f64 {
        (super::two_groups::PASSES * self.data.cluster.len() * self.data.k * self.data.k) as f64
    }
}
