//! What the treated would have become: each of their outcomes before, carried to the same rank of the comparison group's change.

use super::distribution::Distribution;

/// The four groups: comparison and treated units, before and after.
pub(super) struct Four<'a> {
    /// Comparison units before: Y₀₀.
    pub comparison_before: Distribution<'a>,
    /// Comparison units after: Y₀₁.
    pub comparison_after: Distribution<'a>,
    /// Treated units before: Y₁₀.
    pub treated_before: Distribution<'a>,
    /// Treated units after: Y₁₁.
    pub treated_after: Distribution<'a>,
}

/// Which of the outcomes that the same rank may have had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// k(y) = F₀₁⁻¹(F₀₀(y)): all who share y have its highest rank. The point estimate for continuous outcomes; the highest
    /// counterfactual for discrete ones.
    Highest,
    /// All who share y have its lowest rank: the lowest counterfactual, inf{v : F₀₁(v) > Pr(Y₀₀ < y)}.
    Lowest,
}

impl Four<'_> {
    /// For each outcome of the treated before, the place among the comparison group's outcomes after.
    pub fn counterfactual(&self, rank: Rank) -> Vec<usize> {
        let (before, after) = (&self.comparison_before, &self.comparison_after);
        let place = |y: f64| match (before.weights_at(y), rank) {
            ((_, Some(below)), Rank::Lowest) => after.lowest_exceeding(below, before.total),
            // Outside the support there is one rank only.
            ((at_or_below, _), _) => after.lowest_reaching(at_or_below, before.total),
        };
        self.treated_before.of.values.iter().map(|&y| place(y)).collect()
    }

    /// Whether an outcome of the treated before lies within the range of the comparison group's.
    pub fn is_supported(&self, y: f64) -> bool {
        let (low, high) = self.comparison_before.range();
        low <= y && y <= high
    }
}
