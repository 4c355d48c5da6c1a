//! Fixed effects that are named: their columns checked, and the level of each row.

use crate::cohort::{Cohort, Data, Fault, Faults};
use crate::panel::{Effect, FixedEffect, Keys, PanelSpec, Sequence};
use std::ops::Range;
use std::sync::Arc;

/// Levels are text or whole numbers; no effect is named twice, and none is the outcome.
pub(super) fn check(cohort: &Cohort, spec: &PanelSpec, faults: &mut Faults) {
    let named = spec.named_effects();
    for (i, effect) in named.iter().enumerate() {
        let same = |e: &FixedEffect| {
            let sorted = |e: &FixedEffect| {
                let mut columns = e.columns.clone();
                columns.sort();
                columns
            };
            sorted(e) == sorted(effect)
        };
        if let Some(earlier) = named[..i].iter().find(|e| same(e)) {
            faults.push(Fault::new(
                "PANEL-040",
                format!("the levels of {} are named twice", effect.columns.join("^")),
                format!("fixed effects {} and {}", earlier.name(), effect.name()),
                "once they are absorbed nothing is left of them",
                format!("name them once; {}[x] stands for a level and a slope", effect.columns.join("^")),
            ));
        }
        for name in &effect.columns {
            if *name == spec.outcome {
                faults.push(Fault::new(
                    "PANEL-014",
                    "one column is both outcome and fixed effect",
                    format!("column {name}"),
                    "an effect for each value of the outcome explains it whole",
                    "name another column for one of them",
                ));
            }
            let Some(Data::Number(values)) = cohort.column(name).map(|c| &c.data) else { continue };
            if let Some(r) = values.iter().position(|v| !v.is_nan() && libm::floor(*v) != *v) {
                faults.push(Fault::new(
                    "PANEL-041",
                    "a fixed effect for each value of a number with fractions",
                    format!("column {name}, first at row {}", cohort.first_row + r),
                    "levels are groups of rows: text or whole numbers; a measured number has hardly two rows with the same value",
                    format!("name a column of groups, take it as a covariate (--covariates {name}), or give its slope to a group:  school[{name}]"),
                ));
            }
        }
        if effect.slope.as_deref() == Some(spec.outcome.as_str()) {
            faults.push(Fault::new(
                "PANEL-014",
                "one column is both outcome and slope of a fixed effect",
                format!("column {}", spec.outcome),
                "the outcome would explain itself",
                "name another column for one of them",
            ));
        }
    }
}

/// Each row's level of each effect that is named.
pub(super) fn read(
    cohort: &Cohort,
    spec: &PanelSpec,
    rows: &Sequence,
    order: &Sequence,
    gather: &dyn Fn(&Data) -> Vec<f64>,
) -> Vec<Effect> {
    let data = |name: &str| &cohort.column(name).expect("checked").data;
    let one = |effect: &FixedEffect| {
        let mut parts = effect.columns.iter().map(|name| Keys::index(data(name), rows));
        let (keys, mut level) = parts.next().expect("at least one column");
        let mut n = keys.len();
        for (keys, codes) in parts {
            (n, level) = together((n, level), (keys.len(), codes));
        }
        Effect {
            name: effect.name(),
            level: Arc::new(order.iter().map(|i| level[i]).collect()),
            slope: effect.slope.as_ref().map(|x| Arc::new(gather(data(x)))),
        }
    };
    spec.named_effects().iter().map(one).collect()
}

/// The combinations of two groupings that occur, numbered in the order of the first, then the second.
fn together(a: (usize, Vec<u32>), b: (usize, Vec<u32>)) -> (usize, Vec<u32>) {
    let key = |i: usize| u64::from(a.1[i]) * b.0 as u64 + u64::from(b.1[i]);
    let mut distinct: Vec<u64> = (0..a.1.len()).map(key).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let level = (0..a.1.len()).map(|i| distinct.binary_search(&key(i)).expect("listed") as u32).collect();
    (distinct.len(), level)
}

/// Rows that are averaged must lie in one level.
pub(super) fn averaged(effects: &[Effect], groups: &[Range<usize>], row_number: &impl Fn(usize) -> usize, faults: &mut Faults) {
    for effect in effects {
        let differs =
            |k: usize, first: usize| effect.level[k] != effect.level[first] || effect.slope.as_ref().is_some_and(|x| x[k] != x[first]);
        let found = groups.iter().find_map(|g| g.clone().find(|&k| differs(k, g.start)).map(|k| (g.start, k)));
        if let Some((first, k)) = found {
            faults.push(Fault::new(
                "PANEL-042",
                format!("rows to be averaged differ in the fixed effect {}", effect.name),
                format!("rows {} and {}", row_number(first), row_number(k)),
                "their mean would lie in no level",
                "keep one of the rows, or leave this effect out",
            ));
        }
    }
}
