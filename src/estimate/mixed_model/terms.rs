//! The fixed effects and the levels of a model, from a panel and the option `fixed`.

use super::nested::Starts;
use crate::estimate::linear::Column;
use crate::panel::{FirstTreated, Kind, Panel};
use std::sync::Arc;

/// A fixed effect.
pub(super) struct Fixed {
    pub name: String,
    pub column: Column,
    /// Whether it is the effect of treatment.
    pub treatment: bool,
}

impl Fixed {
    fn cells(name: impl Into<String>, panel: &Panel, test: impl Fn(u32) -> bool) -> Fixed {
        let values = (0..panel.cells.len() as u32).map(|c| f64::from(u8::from(test(c)))).collect();
        Fixed { name: name.into(), column: Column::Cells(values), treatment: false }
    }
}

/// The intercept, what `kind` asks for, the treatment, and the covariates.
pub(super) fn fixed(panel: &Panel, kind: &str) -> Vec<Fixed> {
    let cells = &panel.cells;
    let mut out = vec![Fixed::cells("(Intercept)", panel, |_| true)];
    if kind == "null" {
        return out;
    }
    let treatment = |fixed: Fixed| Fixed { treatment: true, ..fixed };
    if kind == "baseline" {
        out.push(treatment(Fixed::cells("arm", panel, |c| cells.is_ever_treated(cells.cohort_ix(c)))));
    } else {
        if kind == "cohort-period" {
            let two_arms = cells.cohorts.len() == 2 && cells.has_never();
            for (i, cohort) in cells.cohorts[..cells.cohorts.len() - 1].iter().enumerate() {
                let name = match cohort {
                    FirstTreated::At(_) if two_arms => "arm".to_string(),
                    FirstTreated::At(g) => format!("cohort {g}"),
                    FirstTreated::Never => "never treated".into(),
                };
                out.push(Fixed::cells(name, panel, |c| cells.cohort_ix(c) == i));
            }
        }
        for (i, period) in cells.periods.iter().enumerate().skip(1) {
            out.push(Fixed::cells(format!("period {period}"), panel, |c| cells.period_ix(c) == i));
        }
        out.push(treatment(Fixed::cells("treated", panel, |c| cells.is_treated(c))));
    }
    let covariates = panel.covariates.iter().enumerate();
    out.extend(covariates.map(|(i, c)| Fixed { name: c.name.clone(), column: Column::Covariate(i), treatment: false }));
    out
}

/// The levels with a random intercept, coarse to fine, and those left out because a finer one says the same.
pub(super) struct Levels {
    pub names: Vec<String>,
    pub starts: Vec<Arc<Starts>>,
    pub left_out: Vec<String>,
}

impl Levels {
    /// The cluster, the levels between, and the unit where some unit has several rows.
    pub fn of(panel: &Panel) -> Levels {
        let mut all: Vec<(String, Arc<Starts>)> = vec![("cluster".into(), panel.cluster_start.clone())];
        all.extend(panel.levels.iter().map(|l| (l.name.clone(), l.start.clone())));
        if panel.kind == Kind::Panel {
            all.push(("unit".into(), Arc::new((0..=panel.n_units() as u32).collect())));
        }
        let mut out = Levels { names: Vec::new(), starts: Vec::new(), left_out: Vec::new() };
        for (at, (name, start)) in all.iter().enumerate() {
            let groups = start.len() - 1;
            // Every group a single row: its intercept is the residual. The same groups as one level up: it is that one's.
            let again = at > 0 && all[..at].iter().any(|(_, coarser)| coarser.len() == start.len());
            if groups == panel.n_rows() || again {
                if name != "unit" || groups != panel.n_rows() {
                    out.left_out.push(name.clone());
                }
                continue;
            }
            out.names.push(name.clone());
            out.starts.push(start.clone());
        }
        out
    }
}
