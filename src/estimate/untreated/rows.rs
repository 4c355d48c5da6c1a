//! Which rows can be compared: those of units with an untreated row, in periods in which someone is untreated.

use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::estimate::{LeftOut, Options};
use crate::panel::{Covariate, Kind, Panel};
use std::sync::Arc;

/// The rows that can be compared.
pub struct Compared {
    pub panel: Panel,
    pub warnings: Vec<Warning>,
    /// Cohorts of which rows, or all, cannot be compared.
    pub left_out: Option<LeftOut>,
    /// Whether a dropped covariate is worth a word: one split by period loses a part by its nature.
    pub tell_covariates: bool,
}

/// The rows that can be compared, covariates prepared as the options say.
///
/// # Errors
/// When no treated row is left, or none is untreated; when covariates are asked for by period and there are none.
pub fn compared(panel: &Panel, options: &Options, card: &str) -> Result<Compared, Faults> {
    let split = options.get("covariates") == "by-period";
    if split && panel.covariates.is_empty() {
        return Err(Fault::new(
            "EST-023",
            "covariates=by-period without a covariate does nothing",
            format!("options of {card}"),
            "an option without effect would pass for an adjustment",
            "name covariates (--covariates), or leave the option away",
        )
        .into());
    }
    let (kept, warnings) = without_lone(panel)?;
    let left_out = left_out(panel, &kept);
    Ok(Compared { panel: if split { by_period(&kept) } else { kept }, warnings, left_out, tell_covariates: !split })
}

/// Which treated cohorts and periods of a panel have no row left.
fn left_out(all: &Panel, kept: &Panel) -> Option<LeftOut> {
    let seen = kept.occupied();
    let is_left = |group: i64, test: &dyn Fn(i64) -> bool| {
        let cells = &kept.cells;
        let own = cells.treated_cohorts().filter(|(_, g)| *g == group);
        own.flat_map(|(c, _)| (0..cells.periods.len()).map(move |p| (c, p)))
            .any(|(c, p)| test(cells.periods[p]) && seen[cells.cell(c, p) as usize])
    };
    LeftOut::of(all, &[], |group, time| match (is_left(group, &|t| t == time), is_left(group, &|_| true)) {
        (true, _) => Ok(()),
        (false, true) => Err("nobody is untreated then".into()),
        (false, false) => Err("it is never seen untreated, or nobody is untreated when it is treated".into()),
    })
}

/// The same rows with each covariate split into one for each period: its value there, zero elsewhere.
fn by_period(panel: &Panel) -> Panel {
    let cells = &panel.cells;
    let split = |covariate: &Covariate, p: usize| Covariate {
        name: format!("{} in {}", covariate.name, cells.periods[p]),
        values: Arc::new(
            covariate.values.iter().zip(panel.cell.iter()).map(|(&x, &c)| if cells.period_ix(c) == p { x } else { 0.0 }).collect(),
        ),
    };
    let covariates = panel.covariates.iter().flat_map(|c| (0..cells.periods.len()).map(|p| split(c, p)).collect::<Vec<_>>()).collect();
    Panel { covariates, ..panel.clone() }
}

/// The panel without the rows for which nothing tells what they would have been untreated, and what to say of them.
fn without_lone(panel: &Panel) -> Result<(Panel, Vec<Warning>), Faults> {
    let mut warnings = Vec::new();
    let cells = &panel.cells;
    let treated: Vec<bool> = (0..cells.len() as u32).map(|c| cells.is_treated(c)).collect();
    // Rows of a unit (in cross-sections: of a cohort) that is never seen untreated.
    let mut lone = vec![false; panel.n_rows()];
    let reason = match panel.kind {
        Kind::Panel => {
            let mut n = 0;
            for u in 0..panel.n_units() {
                if panel.rows_of(u).all(|r| treated[panel.cell[r] as usize]) {
                    n += 1;
                    panel.rows_of(u).for_each(|r| lone[r] = true);
                }
            }
            if n > 0 {
                let units = if n == 1 { "1 unit has".into() } else { format!("{n} units have") };
                warnings.push(Warning::new(
                    "nothing-untreated",
                    format!("{units} no untreated row and left: nothing tells what would have been"),
                ));
            }
            Reason::NothingUntreated
        }
        Kind::CrossSections => {
            let mut seen = vec![false; cells.cohorts.len()];
            panel.cell.iter().filter(|&&c| !treated[c as usize]).for_each(|&c| seen[cells.cohort_ix(c)] = true);
            lone.iter_mut().zip(panel.cell.iter()).for_each(|(l, &c)| *l = !seen[cells.cohort_ix(c)]);
            let gone: Vec<String> = cells.treated_cohorts().filter(|&(ix, _)| !seen[ix]).map(|(_, g)| g.to_string()).collect();
            if !gone.is_empty() {
                let message = format!("cohorts without an untreated row left: nothing tells what would have been: {}", gone.join(", "));
                warnings.push(Warning::new("nothing-untreated", message));
            }
            Reason::AlwaysTreated
        }
    };
    let out = if lone.contains(&true) { panel.keeping(|r| !lone[r], reason) } else { panel.clone() };
    let cells = &out.cells;
    let mut untreated = vec![0usize; cells.periods.len()];
    out.cell.iter().filter(|&&c| !cells.is_treated(c)).for_each(|&c| untreated[cells.period_ix(c)] += 1);
    let gone: Vec<String> = (0..untreated.len()).filter(|&p| untreated[p] == 0).map(|p| cells.periods[p].to_string()).collect();
    let out = if gone.is_empty() {
        out
    } else {
        let message = format!(
            "nobody is untreated in {}: effects there cannot be told from the passing of time, and those rows left",
            gone.join(", ")
        );
        warnings.push(Warning::new("nobody-untreated", message));
        out.keeping(|r| untreated[cells.period_ix(out.cell[r])] > 0, Reason::NoComparison)
    };
    let n_treated = out.cell.iter().filter(|&&c| out.cells.is_treated(c)).count();
    if n_treated == 0 || n_treated == out.n_rows() {
        return Err(Fault::new(
            "EST-020",
            "no treated row can be compared with what it would have been",
            format!("{} rows in {} periods", panel.n_rows(), panel.cells.periods.len()),
            "that is learnt from untreated rows of the same unit (in cross-sections: cohort) and of the same period",
            "add periods before the start, or units that are untreated in the later periods",
        )
        .into());
    }
    Ok((out, warnings))
}
