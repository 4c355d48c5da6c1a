//! The fixed effects of a model, from a panel and the option `fixed`.

use crate::cohort::Fault;
use crate::estimate::linear::Column;
use crate::panel::{FirstTreated, Panel};

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

/// Refuses a random slope of treatment that rows cannot tell from the intercepts: it is seen only where a cluster has treated and
/// untreated rows, and varies only between such clusters.
pub(super) fn check_slope(panel: &Panel, fixed: &[Fixed]) -> Result<(), Fault> {
    let refused = |place: String, remedy: &str| {
        Err(Fault::new(
            "EST-048",
            "a random slope of treatment cannot be told from the intercepts",
            place,
            "it is seen only in clusters with treated and untreated rows, and varies only between several of them",
            remedy,
        ))
    };
    let Some(Column::Cells(treated)) = fixed.iter().find(|f| f.treatment).map(|f| &f.column) else {
        return refused("fixed=null leaves treatment out".into(), "use another value of fixed, or slopes=none");
    };
    let both = |g: &usize| {
        let mut rows = panel.units_of(*g).flat_map(|u| panel.rows_of(u)).map(|r| treated[panel.cell[r] as usize]);
        let first = rows.next();
        rows.any(|d| Some(d) != first)
    };
    match (0..panel.n_clusters()).filter(both).take(2).count() {
        2 => Ok(()),
        _ => refused(format!("{} clusters, fewer than two with both", panel.n_clusters()), "use slopes=none"),
    }
}
