//! Which cells, sides and strata there are, and who had any treatment.

use super::classes::Classes;
use super::horizons::Horizon;
use crate::cohort::Warning;
use crate::estimate::Side;
use crate::estimate::arithmetic::Frame;
use crate::estimate::fit::Exposure;
use crate::panel::Panel;

/// Rows by class and period, clusters by the classes that they hold; where treatments stay on, classes are cohorts.
pub(super) fn frame(panel: &Panel, classes: &Classes, horizons: &[Horizon], warnings: &mut Vec<Warning>) -> Frame {
    let n_periods = panel.cells.periods.len();
    let switching = panel.extras.status.is_some();
    // Where treatments stay on, whoever starts is on the treated side, compared or not.
    let mut switches: Vec<bool> = (0..classes.list.len()).map(|c| !switching && panel.cells.is_ever_treated(c)).collect();
    horizons.iter().for_each(|h| switches[h.class] = true);
    let cell = |u: usize| {
        let class = classes.of_unit[u] as usize;
        panel.rows_of(u).map(move |r| (class * n_periods + panel.cells.period_ix(panel.cell[r])) as u32)
    };
    let sets: Vec<Vec<u32>> = (0..panel.n_clusters())
        .map(|g| {
            let mut here: Vec<u32> = panel.units_of(g).map(|u| classes.of_unit[u]).collect();
            here.sort_unstable();
            here.dedup();
            here
        })
        .collect();
    let side = |set: &Vec<u32>| match (set.iter().any(|&c| switches[c as usize]), set.iter().all(|&c| switches[c as usize])) {
        (true, true) => Side::Treated,
        (false, _) => Side::Comparison,
        (true, false) => Side::Both,
    };
    let mut distinct = sets.clone();
    distinct.sort();
    distinct.dedup();
    if switching {
        warnings.push(Warning::new(
            "treatment-changes",
            "the treatment does not simply stay on: effects are those of more treatment, also where some was taken away, since the first change, whatever came after it",
        ));
    }
    Frame {
        cells: (0..panel.n_units()).flat_map(cell).collect(),
        sides: sets.iter().map(side).collect(),
        strata: sets.iter().map(|s| distinct.binary_search(s).expect("listed") as u32).collect(),
        n_treated_units: classes.of_unit.iter().filter(|&&c| switches[c as usize]).count(),
        exposure: exposure(panel),
    }
}

fn exposure(panel: &Panel) -> Option<Exposure> {
    let status = panel.extras.status.as_ref()?;
    let had = |u: usize| panel.rows_of(u).any(|r| status.now[r] != 0.0);
    let clusters = |wanted: bool| (0..panel.n_clusters()).filter(|&g| panel.units_of(g).any(|u| had(u) == wanted)).count();
    Some(Exposure { units: (0..panel.n_units()).filter(|&u| had(u)).count(), clusters: (clusters(true), clusters(false)) })
}
