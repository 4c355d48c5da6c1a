//! What is left of columns when effects have been taken off.

use super::dimension::{Dimension, Rows};
use super::projection::{Block, ENOUGH, MOST_STEPS, NotConverged};
use crate::cohort::{Fault, Faults};
use crate::panel::{Executor, spread};

/// A column of the regression on the rows used.
pub(super) struct Remainder {
    pub name: String,
    /// All zero where less than 1e-10 of its own variation was left: it is explained.
    pub values: Vec<f64>,
}

/// The share of its own variation below which a column counts as explained: the rule by which collinear terms are dropped.
const SHARE: f64 = 1e-10;

/// Takes the weighted mean off a column: every effect has it.
pub(super) fn centre(values: &mut [f64], weight: &[f64]) {
    let total: f64 = weight.iter().sum();
    // Twice, for what rounding leaves of a mean far from zero.
    for _ in 0..2 {
        let mean = values.iter().zip(weight).map(|(v, w)| w * v).sum::<f64>() / total;
        values.iter_mut().for_each(|v| *v -= mean);
    }
}

fn square(values: &[f64], weight: &[f64]) -> f64 {
    values.iter().zip(weight).map(|(v, w)| w * v * v).sum()
}

/// Takes effects off every column: cluster by cluster where each level lies in one cluster, else over all rows at once.
///
/// # Errors
/// When the coefficients of the effects are not found within [`MOST_STEPS`] steps.
pub(super) fn remainders(
    columns: Vec<(String, Vec<f64>)>,
    effects: &[&Dimension],
    rows: &Rows,
    executor: &dyn Executor,
) -> Result<Vec<Remainder>, Faults> {
    let nested = effects.iter().all(|e| e.nested);
    // Clusters in about 256 pieces of similar size, a fixed function of the rows; else all rows in one.
    let mut pieces = Vec::new();
    if nested {
        let (mut from, least) = (0, rows.len().div_ceil(256).max(1));
        for g in 0..rows.clusters.len() {
            if rows.clusters[g].end - rows.clusters[from].start >= least || g + 1 == rows.clusters.len() {
                pieces.push(rows.clusters[from..=g].to_vec());
                from = g + 1;
            }
        }
    } else {
        pieces.push(std::iter::once(0..rows.len()).collect());
    }
    let one = |piece: &[std::ops::Range<usize>], column: &[f64]| -> Result<Vec<f64>, NotConverged> {
        let (from, end) = (piece[0].start, piece[piece.len() - 1].end);
        let mut left = column[from..end].to_vec();
        for block in piece {
            Block::new(rows, block.clone(), effects).take_off(&mut left[block.start - from..block.end - from])?;
        }
        Ok(left)
    };
    let found = spread(executor, pieces.len() * columns.len(), |job| {
        let (piece, column) = (job % pieces.len(), job / pieces.len());
        one(&pieces[piece], &columns[column].1)
    });
    let mut found = found.into_iter();
    let mut out = Vec::new();
    for (name, before) in columns {
        let mut values = Vec::with_capacity(before.len());
        for part in found.by_ref().take(pieces.len()) {
            values.extend(part.map_err(|_| not_converged(&name, effects))?);
        }
        if square(&values, &rows.weight) <= SHARE * square(&before, &rows.weight) {
            values.fill(0.0);
        }
        out.push(Remainder { name, values });
    }
    Ok(out)
}

pub(super) fn not_converged(column: &str, effects: &[&Dimension]) -> Faults {
    let names: Vec<&str> = effects.iter().map(|e| e.name.as_str()).collect();
    Fault::new(
        "EST-061",
        "the fixed effects could not be taken off",
        format!("{column}; effects {}", names.join(", ")),
        format!("after {MOST_STEPS} steps of conjugate gradients more than {ENOUGH:e} of its size was still open: the effects' groups hang together by few rows only"),
        "leave one of the effects out, or join small levels",
    )
    .into()
}
