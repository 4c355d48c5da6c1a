//! The scale on which the outcome is measured.

use crate::cohort::{Fault, Faults};
use crate::panel::Panel;

/// The scale on which the outcome is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// As it stands in the data.
    Raw,
    /// Within each period, less the mean and divided by the standard deviation of the rows that are not treated.
    Standardized,
    /// The natural logarithm.
    Log,
    /// The percentile rank within its period: 100 (rank − ½)/n, ties in the middle.
    Rank,
}

impl Scale {
    pub(super) fn parse(text: &str) -> Result<Scale, Faults> {
        [Scale::Raw, Scale::Standardized, Scale::Log, Scale::Rank].into_iter().find(|s| s.name() == text).ok_or_else(|| {
            Fault::new(
                "DIAG-043",
                format!("there is no outcome scale {text:?}"),
                format!("scales={text}"),
                "an effect has to be measured on a known scale",
                "one of raw, z, log, rank",
            )
            .into()
        })
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Scale::Raw => "raw",
            Scale::Standardized => "z",
            Scale::Log => "log",
            Scale::Rank => "rank",
        }
    }

    /// The outcome on this scale, or why there is none.
    pub(super) fn apply(self, panel: &Panel) -> Result<Vec<f64>, &'static str> {
        let outcome = &panel.outcome;
        match self {
            Scale::Raw => Ok(outcome.to_vec()),
            Scale::Log if outcome.iter().any(|y| *y <= 0.0) => Err("a logarithm needs outcomes above zero"),
            Scale::Log => Ok(outcome.iter().map(|y| libm::log(*y)).collect()),
            Scale::Standardized => standardized(panel).ok_or("some period has no two different outcomes of untreated rows"),
            Scale::Rank => Ok(ranked(panel)),
        }
    }
}

fn period_of(panel: &Panel, row: usize) -> usize {
    panel.cells.period_ix(panel.cell[row])
}

fn standardized(panel: &Panel) -> Option<Vec<f64>> {
    let moments: Option<Vec<(f64, f64)>> = (0..panel.cells.periods.len())
        .map(|p| spread(panel, &|r| period_of(panel, r) == p && !panel.cells.is_treated(panel.cell[r])))
        .collect();
    let moments = moments?;
    Some(
        (0..panel.n_rows())
            .map(|r| {
                let (mean, sd) = moments[period_of(panel, r)];
                (panel.outcome[r] - mean) / sd
            })
            .collect(),
    )
}

/// Weighted mean and standard deviation of the outcome in some rows; `None` where it does not vary there. Values are added up in
/// ascending order, so that the order of rows changes no bit.
pub(super) fn spread(panel: &Panel, test: &dyn Fn(usize) -> bool) -> Option<(f64, f64)> {
    let mut rows: Vec<(f64, f64)> = (0..panel.n_rows()).filter(|&r| test(r)).map(|r| (panel.outcome[r], panel.weight_of(r))).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let n = rows.len() as f64;
    let weight: f64 = rows.iter().map(|r| r.1).sum();
    let mean = rows.iter().map(|(y, w)| w * y).sum::<f64>() / weight;
    let variance = rows.iter().map(|(y, w)| w * (y - mean) * (y - mean)).sum::<f64>() / weight * n / (n - 1.0);
    let sd = variance.sqrt();
    (n > 1.0 && sd > 1e-12 * mean.abs()).then_some((mean, sd))
}

fn ranked(panel: &Panel) -> Vec<f64> {
    let mut out = vec![0.0; panel.n_rows()];
    for p in 0..panel.cells.periods.len() {
        let mut rows: Vec<usize> = (0..panel.n_rows()).filter(|&r| period_of(panel, r) == p).collect();
        rows.sort_by(|&a, &b| panel.outcome[a].total_cmp(&panel.outcome[b]));
        let n = rows.len() as f64;
        let mut at = 0;
        while at < rows.len() {
            let ties = rows[at..].iter().take_while(|&&r| panel.outcome[r] == panel.outcome[rows[at]]).count();
            // Ranks at + 1 … at + ties have this mean, less one half.
            let middle = at as f64 + ties as f64 / 2.0;
            rows[at..at + ties].iter().for_each(|&r| out[r] = 100.0 * middle / n);
            at += ties;
        }
    }
    out
}
