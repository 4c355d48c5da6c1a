//! Means and spreads by arm and period.

use super::disclosure::Gate;
use super::words::arm;
use crate::num::Centre;
use crate::study::Run;
use crate::table::{Cell, Column, Digits, Table, number};

/// Outcome means by arm and period.
pub(super) fn descriptives(run: &Run) -> Table {
    let columns = vec![
        Column::new("outcome", "Outcome"),
        Column::new("arm", "Group"),
        Column::new("period", "Period"),
        Column::new("n", "Observations"),
        Column::new("mean", "Mean").unit("outcome units"),
        Column::new("sd", "SD").unit("outcome units").explain("standard deviation: the typical distance from the mean"),
    ];
    let mut out = Table::new("descriptives", "Outcome by group and period", columns);
    let gate = Gate::of(run);
    for d in &run.descriptions {
        let stay = gate.hides_periods(d);
        for row in &d.by_period {
            let [n, mean, sd] = cells(&row.outcome, &gate, stay);
            out.push(vec![Cell::text(&d.outcome), Cell::text(arm(row.treated, d.switching)), Cell::Whole(row.period), n, mean, sd]);
        }
    }
    out
}

/// Count, mean and standard deviation, as the gate lets them pass: whether the count stays is asked, that of few does with what follows.
/// Where it stays, mean and spread are told as they are shown: a share to its last digit, or its spread, tells of how many it is one.
pub(super) fn cells(s: &Centre, gate: &Gate, stays: bool) -> [Cell; 3] {
    let stays = stays && !gate.few(s.n as u64);
    let spread = gate.spread(s, Cell::number_with(told(s, s.sd, stays), digits(s), "fewer than two are observed"));
    [
        gate.count(stays, s.n),
        gate.mean(s, Cell::number_with(told(s, s.mean, stays), digits(s), "nobody is observed")),
        if stays && s.two.is_some() && matches!(spread, Cell::Number { .. }) { Cell::Suppressed } else { spread },
    ]
}

/// A mean or a spread: as it is shown, where the count behind it stays.
pub(super) fn told(s: &Centre, value: Option<f64>, stays: bool) -> Option<f64> {
    if stays { value.map(|v| number::rounded(v, digits(s))) } else { value }
}

fn digits(s: &Centre) -> Digits {
    Digits::for_uncertainty(s.sd.map_or(f64::NAN, |sd| sd / 10.0))
}
