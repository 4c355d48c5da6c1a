//! Baseline balance: how alike the groups were in the first period.

use super::descriptives::cells;
use super::disclosure::Gate;
use super::words::arm;
use crate::evidence::effect::small_sample_factor;
use crate::study::{Baseline, Run};
use crate::table::{Cell, Column, Digits, Table};

/// Means of both groups in the first period, and their difference in standard deviations.
///
/// Continuous: Hedges' g with the pooled standard deviation and the factor 1 − 3/(4N − 9). Yes/no: the Cox index
/// (difference of log odds / 1.65). The thresholds .05 and .25 are those of the What Works Clearinghouse.
pub(super) fn balance(run: &Run) -> Table {
    let switching = run.descriptions.iter().any(|d| d.switching);
    let group = |of: &str, treated: bool| format!("{of}, {}", arm(treated, switching));
    let labelled = run.descriptions.iter().flat_map(|d| &d.baseline).any(|b| label(run, b).is_some());
    let mut columns = vec![Column::new("outcome", "Analysis of"), Column::new("variable", "Variable")];
    if labelled {
        columns.push(Column::new("label", "Of whom").explain("the label of the value 1 in the source: the mean is their share"));
    }
    columns.extend([
        Column::new("treated_n", group("n", true)),
        Column::new("treated_mean", group("Mean", true)),
        Column::new("treated_sd", group("SD", true)),
        Column::new("comparison_n", group("n", false)),
        Column::new("comparison_mean", group("Mean", false)),
        Column::new("comparison_sd", group("SD", false)),
        Column::new("difference_sd", "Difference")
            .unit("SD")
            .explain("difference of the groups in standard deviations (Hedges' g, or the Cox index for yes/no)"),
        Column::new("category", "Baseline difference"),
    ]);
    let mut out = Table::new("baseline-balance", "Baseline balance", columns);
    let gate = Gate::of(run);
    for d in &run.descriptions {
        let stay = gate.hides_periods(d);
        for b in &d.baseline {
            let difference = if b.binary { cox(b) } else { hedges(b) };
            let category = match difference.map(f64::abs) {
                None => "cannot be computed",
                Some(g) if g <= 0.05 => "small (≤ 0.05)",
                Some(g) if g <= 0.25 => "needs adjustment (0.05–0.25)",
                Some(_) => "large (> 0.25)",
            };
            let mut row = vec![Cell::text(&d.outcome), Cell::text(&b.name)];
            if labelled {
                row.push(label(run, b).map_or_else(|| Cell::undefined("the source has no label for it"), Cell::text));
            }
            row.extend(cells(&b.treated, &gate, stay));
            row.extend(cells(&b.comparison, &gate, stay));
            let few = !b.binary && b.treated.n + b.comparison.n < 4;
            let lacks = if few { "fewer than four units: too few for Hedges' g" } else { "a group is empty or does not vary" };
            row.push(Cell::number_with(difference, Digits::Decimals(3), lacks));
            row.push(Cell::text(category));
            if gate.hides_baseline(run, d, b) {
                row.iter_mut().skip(2 + usize::from(labelled)).for_each(|cell| *cell = Cell::Suppressed);
            }
            out.push(row);
        }
    }
    out.note("First period, observed units, without weights. A difference-in-differences removes a constant gap between the groups, but groups that start far apart seldom would have moved in parallel.");
    out
}

/// What the source calls the value 1 of a variable of 0 and 1.
pub(super) fn label<'r>(run: &'r Run, b: &Baseline) -> Option<&'r str> {
    run.codebook.label_of(&b.name, "1").filter(|_| b.binary)
}

fn hedges(b: &Baseline) -> Option<f64> {
    let (n1, n0) = (b.treated.n as f64, b.comparison.n as f64);
    let (s1, s0) = (b.treated.sd?, b.comparison.sd?);
    let pooled = (((n1 - 1.0) * s1 * s1 + (n0 - 1.0) * s0 * s0) / (n1 + n0 - 2.0)).sqrt();
    let omega = small_sample_factor(n1 + n0 - 2.0)?;
    (pooled > 0.0).then(|| omega * (b.treated.mean.unwrap_or(0.0) - b.comparison.mean.unwrap_or(0.0)) / pooled)
}

fn cox(b: &Baseline) -> Option<f64> {
    let odds = |p: f64| (p > 0.0 && p < 1.0).then(|| libm::log(p / (1.0 - p)));
    Some((odds(b.treated.mean?)? - odds(b.comparison.mean?)?) / 1.65)
}
