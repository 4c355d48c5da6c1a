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

/// Where an outcome of the treated before stands among the comparison group's outcomes before, whatever the counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// How many of their values are at or below it.
    pub at_or_below: u32,
    /// Whether it is one of them.
    pub among: bool,
}

/// The places of ascending values among other ascending values.
pub(super) fn places(of: &[f64], among: &[f64]) -> Vec<Place> {
    let one = |y: &f64| {
        let n = among.partition_point(|v| v <= y);
        Place { at_or_below: n as u32, among: n > 0 && among[n - 1] == *y }
    };
    of.iter().map(one).collect()
}

impl<'a> Four<'a> {
    /// The groups: comparison before and after, treated before and after.
    pub fn all(&self) -> [&Distribution<'a>; 4] {
        [&self.comparison_before, &self.comparison_after, &self.treated_before, &self.treated_after]
    }

    /// For each outcome of the treated before, by its place, the place of its counterfactual among the comparison group's outcomes
    /// after. Ranks ascend with outcomes, so one walk finds them all.
    pub fn counterfactual(&self, rank: Rank, places: &[Place]) -> Vec<usize> {
        let (before, after) = (&self.comparison_before, &self.comparison_after);
        let mut from = 0;
        let one = |place: &Place| {
            let n = place.at_or_below as usize;
            let on_support = place.among && before.mass[n - 1] > 0.0;
            from = if rank == Rank::Lowest && on_support {
                after.lowest_exceeding(before.of_first(n - 1), before.total, from)
            } else {
                // Outside the support there is one rank only.
                after.lowest_reaching(before.of_first(n), before.total, from)
            };
            from
        };
        places.iter().map(one).collect()
    }

    /// The shares of the treated whose outcomes before lie below and above the range of the comparison group's.
    pub fn shares_outside(&self) -> (f64, f64) {
        let ((low, high), values) = (self.comparison_before.range(), &self.treated_before.of.values);
        let share = |test: &dyn Fn(f64) -> bool| self.treated_before.mean(|v| f64::from(u8::from(test(values[v]))));
        (share(&|y| y < low), share(&|y| y > high))
    }

    /// Whether an outcome of the treated before lies within the range of the comparison group's.
    pub fn is_supported(&self, y: f64) -> bool {
        let (low, high) = self.comparison_before.range();
        low <= y && y <= high
    }
}
