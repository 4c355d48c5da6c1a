//! How many parameters effects count for, by fixest's rules.

use super::dimension::{Dimension, Rows};
use crate::estimate::DegreesOfFreedom;
use crate::panel::Panel;

/// K for `k` coefficients beside F effects with L_f levels (fixest 0.13, `vcov`): every level but one of each effect after the
/// first, and every slope, k + Σ L_f + Σ slopes − (F − 1). Under the rule "nonnested" an effect whose levels each lie in one
/// cluster (of any clustering) counts as one; when all do, they are one constant together. Slopes count always, and so do
/// levels that some rows share with no other: a level with a single row is kept and counted.
pub(super) fn count(effects: &[Dimension], panel: &Panel, rows: &Rows, k: usize) -> DegreesOfFreedom {
    let second = panel.second.as_ref();
    let in_second = |e: &Dimension| second.is_some_and(|s| e.has_one(rows.row.iter().map(|&r| s.codes[r])));
    let levels: usize = effects.iter().map(|e| e.n_levels).sum();
    let slopes: usize = effects.iter().map(|e| e.width() - e.n_levels).sum();
    let nested: Vec<&Dimension> = effects.iter().filter(|e| e.nested || in_second(e)).collect();
    let counted = if nested.len() == effects.len() {
        1
    } else {
        let inside: usize = nested.iter().map(|e| e.n_levels).sum();
        levels - (effects.len() - 1) - inside + nested.len()
    };
    DegreesOfFreedom {
        n_rows: rows.len(),
        nested: k + slopes + counted,
        slopes: k + slopes,
        // All that lies in a second clustering is accounted for above.
        periods: 0,
        full: k + slopes + levels - (effects.len() - 1),
    }
}
