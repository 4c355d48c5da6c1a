//! Rows into the order cluster, unit, period; what must not vary within a unit is checked on the way.

use super::effects;
use super::nested::{Nested, block_codes, counting_sort, of_units};
use super::rows::Used;
use super::started::{self, Placed, Seen, Started};
use super::switching;
use super::timing::{Timing, Treated};
use crate::cohort::{Cohort, Data, Fault, Faults, MISSING_CODE, Reason, Warning};
use crate::num::sorted;
use crate::panel::{
    Cells, Covariate, CovariateTerm, Duplicates, Extra, Extras, FirstTreated, Grouping, Keys, Kind, Panel, PanelSpec, Sequence,
    nests_periods,
};
use std::sync::{Arc, OnceLock};

/// `None` when the rows cannot be put in order; other faults are noted and the work goes on, so that more can be found.
pub(super) fn assemble(cohort: &Cohort, spec: &PanelSpec, used: Used, timing: Timing, faults: &mut Faults) -> Option<Panel> {
    let rows = used.rows;
    let row_number = |i: usize| cohort.first_row + rows.at(i);
    let mut warnings = Vec::new();
    let (period_keys, period_code) = (timing.periods, timing.period);
    let unit = spec.unit.as_ref().map(|name| Keys::index(&cohort.column(name).expect("checked").data, &rows));
    let (clusters, cluster_code) = match (&spec.cluster, &unit) {
        (Some(name), _) => Keys::index(&cohort.column(name).expect("checked").data, &rows),
        (None, Some((keys, codes))) => {
            warnings.push(Warning::new(
                "cluster-is-unit",
                "no cluster was named, so each unit counts as its own cluster; if whole classrooms or schools took up profiles together, name them as cluster, or the interval will be too narrow",
            ));
            (keys.clone(), codes.clone())
        }
        (None, None) => {
            warnings.push(Warning::new(
                "cluster-is-row",
                "neither cluster nor unit was named, so each row counts as independent of all others; students of one school are not: name the school or classroom as cluster",
            ));
            (Keys::Rows(rows.len()), canonical_ranks(cohort, spec, &rows, &period_code, &timing.treated))
        }
    };

    // `order[k]` is the place in `rows` of the panel's k-th row.
    let level_codes: Vec<Vec<u32>> =
        spec.levels.iter().map(|name| Keys::index(&cohort.column(name).expect("checked").data, &rows).1).collect();
    let mut levels = Vec::new();
    let (order, unit_start, cluster_start) = match &unit {
        None => {
            let nested = Nested::new(&cluster_code, clusters.len(), &level_codes);
            let (order, start) = counting_sort(&nested.group, nested.paths.len().max(clusters.len()));
            levels = nested.levels(&start, &spec.levels);
            (order, Vec::new(), nested.cluster_start(&start, clusters.len()))
        }
        Some((keys, unit_code)) => {
            let mut unit_cluster = vec![u32::MAX; keys.len()];
            let mut told = std::collections::BTreeSet::new();
            for (i, (&u, &c)) in unit_code.iter().zip(&cluster_code).enumerate() {
                let slot = &mut unit_cluster[u as usize];
                if *slot == u32::MAX {
                    *slot = c;
                } else if *slot != c && told.insert(u) {
                    let first = unit_code.iter().position(|&v| v == u).unwrap_or(0);
                    faults.push(Fault::new(
                        "PANEL-006",
                        "the cluster changes within a unit",
                        format!(
                            "rows {} and {} (unit {}, cluster {})",
                            row_number(first),
                            row_number(i),
                            spec.unit.as_deref().unwrap_or_default(),
                            spec.cluster.as_deref().unwrap_or_default()
                        ),
                        "a unit that moves belongs to no cluster, and the interval would be wrong",
                        "use the cluster at entry, or leave movers out",
                    ));
                }
            }
            let unit_levels: Vec<Vec<u32>> = level_codes
                .iter()
                .zip(&spec.levels)
                .map(|(codes, name)| of_units(unit_code, codes, keys.len(), name, &row_number, faults))
                .collect();
            let nested = Nested::new(&unit_cluster, clusters.len(), &unit_levels);
            let (units, group_start) = counting_sort(&nested.group, nested.paths.len().max(clusters.len()));
            levels.extend(nested.levels(&group_start, &spec.levels));
            let cluster_start = nested.cluster_start(&group_start, clusters.len());
            let mut place = vec![0u32; units.len()];
            units.iter().enumerate().for_each(|(k, u)| place[u] = k as u32);
            let unit_rank: Vec<u32> = unit_code.iter().map(|&u| place[u as usize]).collect();
            let (mut order, start) = counting_sort(&unit_rank, units.len());
            let disordered = |slice: &[u32]| slice.windows(2).any(|w| period_code[w[0] as usize] > period_code[w[1] as usize]);
            let later_first = |k: usize| period_code[order.at(k - 1)] > period_code[order.at(k)];
            if start.windows(2).any(|pair| (pair[0] as usize + 1..pair[1] as usize).any(later_first)) {
                let mut list: Vec<u32> = order.iter().map(|i| i as u32).collect();
                for pair in start.windows(2) {
                    let slice = &mut list[pair[0] as usize..pair[1] as usize];
                    if disordered(slice) {
                        slice.sort_unstable_by_key(|&i| (period_code[i as usize], i));
                    }
                }
                order = Sequence::Listed(list);
            }
            (order, start, cluster_start)
        }
    };

    let placed = Placed { order: &order, unit_start: &unit_start, period: &period_code, periods: &period_keys };
    // A treatment that may take any path and stays on is one that stays on.
    let treated = match timing.treated {
        Treated::Path(now) => started::stays_on(&now, &placed).map_or(Treated::Path(now), Treated::Now),
        other => other,
    };
    let Started { since, list, switching } = match treated {
        Treated::Since { codes, list } => started::known(codes, list, &placed, &row_number, faults),
        Treated::Now(now) => {
            let seen =
                used.seen.as_ref().map(|seen| Seen::read(cohort, spec, seen)).transpose().map_err(|f| faults.extend(f)).ok()?.flatten();
            let first_on = |place: usize| seen.as_ref().map(|seen| seen.of_row(rows.at(order.at(place))));
            started::switched_on(&now, &first_on, &placed, &row_number, spec, &mut warnings, faults)
        }
        Treated::Path(_) => switching::changed(cohort, spec, &rows, used.seen.as_ref(), &placed, faults)?,
    };
    let last = *period_keys.last().expect("at least one row");
    // A cohort whose start lies beyond the last period is not treated within the sample.
    let mut later_starts: Vec<i64> = Vec::new();
    for (code, start) in list.iter().enumerate() {
        if let FirstTreated::At(g) = *start
            && g > last
            && since.contains(&(code as u32))
        {
            later_starts.push(g);
        }
    }
    later_starts.sort_unstable();
    let list: Vec<FirstTreated> =
        list.into_iter().map(|s| if matches!(s, FirstTreated::At(g) if g > last) { FirstTreated::Never } else { s }).collect();
    let mut present = vec![false; list.len()];
    since.iter().for_each(|&c| present[c as usize] = true);
    let mut cohorts: Vec<FirstTreated> = list.iter().zip(&present).filter(|(_, p)| **p).map(|(s, _)| *s).collect();
    cohorts.sort_unstable();
    cohorts.dedup();
    let cells = Cells { periods: period_keys, cohorts };
    let cohort_ix: Vec<usize> = list.iter().map(|s| cells.cohorts.binary_search(s).unwrap_or(0)).collect();
    let second = spec.second_cluster.as_ref().map(|name| {
        let (keys, codes) = Keys::index(&cohort.column(name).expect("checked").data, &rows);
        let nests_periods = nests_periods(codes.iter().copied().zip(period_code.iter().map(|&p| p as usize)), cells.periods.len());
        Grouping { name: name.clone(), codes: Arc::new(order.iter().map(|i| codes[i]).collect()), n: keys.len(), nests_periods }
    });
    let blocks =
        spec.block.as_ref().map(|name| Arc::new(block_codes(cohort, name, &rows, &cluster_code, clusters.len(), &row_number, faults)));
    let cell: Vec<u32> = order.iter().zip(&since).map(|(i, &s)| cells.cell(cohort_ix[s as usize], period_code[i] as usize)).collect();
    // Codes have served; the columns of numbers come last, so that not everything stands in memory at once.
    drop((since, period_code, cluster_code));

    let gather = |data: &Data| -> Vec<f64> {
        match data {
            Data::Number(v) => order.iter().map(|i| v[rows.at(i)]).collect(),
            Data::Flag(v) => order.iter().map(|i| f64::from(u8::from(v[rows.at(i)]))).collect(),
            Data::Whole(w) => order.iter().map(|i| w.values.at(rows.at(i)) as f64).collect(),
            Data::Text(_) => unreachable!("roles::check refuses text here"),
        }
    };
    let outcome = gather(&cohort.column(&spec.outcome).expect("checked").data);
    let weight = spec.weights.as_ref().map(|name| gather(&cohort.column(name).expect("checked").data)).unwrap_or_default();
    let mut covariates = Vec::new();
    for term in &spec.covariates {
        covariates.extend(expand(cohort, term, &rows, &order, &gather));
    }
    let number = |name: &String| -> Extra {
        let mut values = gather(&cohort.column(name).expect("checked").data);
        // Where nothing is said there is none.
        values.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = 0.0);
        Extra { name: name.clone(), labels: Vec::new(), values: Arc::new(values) }
    };
    let extras = Extras {
        third: spec.third.as_ref().and_then(|name| two_values(cohort, name, &rows, &order, faults)),
        dose: spec.dose.as_ref().map(number),
        take_up: spec.take_up.as_ref().map(number),
        status: switching.as_ref().map(|s| s.status.clone()),
        effects: effects::read(cohort, spec, &rows, &order, &gather),
        marks: spec.marks.iter().map(|name| mark(cohort, name, &rows, &order)).collect(),
    };
    let mut panel = Panel {
        kind: if unit.is_some() { Kind::Panel } else { Kind::CrossSections },
        outcome_name: spec.outcome.clone(),
        outcome: Arc::new(outcome),
        weight: Arc::new(weight),
        cell: Arc::new(cell),
        covariates,
        unit_start: Arc::new(unit_start),
        cluster_start: Arc::new(cluster_start),
        clusters: Arc::new(clusters),
        second,
        levels,
        blocks,
        extras,
        cells,
        later_starts,
        ledger: used.ledger,
        warnings,
        survey: Arc::new(OnceLock::new()),
    };
    duplicates(&mut panel, spec, |k| row_number(order.at(k)), faults);
    Some(match switching {
        Some(switching) => switching.leave_out(panel),
        None => panel,
    })
}

/// A column as it stands, missing values as NaN; text as the number of its level.
fn mark(cohort: &Cohort, name: &str, rows: &Sequence, order: &Sequence) -> Extra {
    let data = &cohort.column(name).expect("checked").data;
    let value = |row: usize| match data {
        Data::Text(t) if t.codes[row] != MISSING_CODE => f64::from(t.codes[row]),
        data => data.number(row).unwrap_or(f64::NAN),
    };
    Extra { name: name.into(), labels: Vec::new(), values: Arc::new(order.iter().map(|i| value(rows.at(i))).collect()) }
}

/// A column with two values as 0 and 1, in sorted order.
fn two_values(cohort: &Cohort, name: &str, rows: &Sequence, order: &Sequence, faults: &mut Faults) -> Option<Extra> {
    let (keys, codes) = Keys::index(&cohort.column(name).expect("checked").data, rows);
    if keys.len() != 2 {
        faults.push(Fault::new(
            "PANEL-023",
            format!("the subgroup column has {} values among the rows used", keys.len()),
            format!("column {name}"),
            "a third difference compares the effects in two subgroups",
            "name a column with two values, such as iep",
        ));
        return None;
    }
    let values = order.iter().map(|i| f64::from(codes[i])).collect();
    Some(Extra { name: name.into(), labels: vec![keys.label(0), keys.label(1)], values: Arc::new(values) })
}

/// A rank for each row that depends on its values only, so that rows that are clusters of their own stand in the same order
/// however the file is sorted. Rows equal in all values are interchangeable.
fn canonical_ranks(cohort: &Cohort, spec: &PanelSpec, rows: &Sequence, period: &[u32], treated: &Treated) -> Vec<u32> {
    let names = std::iter::once(&spec.outcome).chain(spec.covariates.iter().map(|c| &c.column)).chain(&spec.weights);
    let effects = spec.named_effects().iter().flat_map(|e| e.all_columns());
    let columns: Vec<&Data> = names.map(String::as_str).chain(effects).map(|n| &cohort.column(n).expect("checked").data).collect();
    let since = |i: usize| match treated {
        Treated::Since { codes, list } => Some(list[codes[i] as usize]),
        Treated::Now(_) | Treated::Path(_) => None,
    };
    let compare = |a: usize, b: usize| {
        let key = |i: usize| (period[i], since(i));
        key(a).cmp(&key(b)).then_with(|| {
            let (ra, rb) = (rows.at(a), rows.at(b));
            let mut order = std::cmp::Ordering::Equal;
            for data in &columns {
                order = order.then_with(|| match data {
                    Data::Text(t) => t.get(ra).cmp(&t.get(rb)),
                    data => data.number(ra).unwrap_or(0.0).total_cmp(&data.number(rb).unwrap_or(0.0)),
                });
            }
            order
        })
    };
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by(|&a, &b| compare(a as usize, b as usize));
    let mut ranks = vec![0u32; order.len()];
    order.iter().enumerate().for_each(|(rank, &i)| ranks[i as usize] = rank as u32);
    ranks
}

fn expand(cohort: &Cohort, term: &CovariateTerm, rows: &Sequence, order: &Sequence, gather: &dyn Fn(&Data) -> Vec<f64>) -> Vec<Covariate> {
    let data = &cohort.column(&term.column).expect("checked").data;
    if !term.factor && !matches!(data, Data::Text(_)) {
        return vec![Covariate { name: term.column.clone(), values: Arc::new(gather(data)) }];
    }
    let (keys, codes) = Keys::index(data, rows);
    (1..keys.len())
        .map(|level| Covariate {
            name: format!("{}={}", term.column, keys.label(level)),
            values: Arc::new(order.iter().map(|i| f64::from(u8::from(codes[i] as usize == level))).collect()),
        })
        .collect()
}

/// Refuses or averages units seen twice in a period.
fn duplicates(panel: &mut Panel, spec: &PanelSpec, row_number: impl Fn(usize) -> usize, faults: &mut Faults) {
    if panel.kind == Kind::CrossSections {
        return;
    }
    let same = |panel: &Panel, k: usize| panel.cell[k] == panel.cell[k - 1];
    let mut any = false;
    for u in 0..panel.n_units() {
        for k in panel.rows_of(u).skip(1) {
            if same(panel, k) {
                any = true;
                if spec.duplicates == Duplicates::Refuse {
                    let period = panel.cells.periods[panel.cells.period_ix(panel.cell[k])];
                    faults.push(Fault::new(
                        "PANEL-007",
                        "unit observed twice in one period",
                        format!("rows {} and {} (column {}, period {period})", row_number(k - 1), row_number(k), spec.unit.as_deref().unwrap_or_default()),
                        "an estimator would count this unit twice without a word",
                        "keep one row, name the right period, or set  duplicates = \"mean\"  under [data] (flag --duplicates mean) to average on purpose",
                    ));
                }
            }
        }
    }
    if !any || spec.duplicates == Duplicates::Refuse {
        return;
    }
    let mut starts = vec![0u32];
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    for u in 0..panel.n_units() {
        let range = panel.rows_of(u);
        let mut from = range.start;
        for k in range.start + 1..=range.end {
            if k == range.end || !same(panel, k) {
                groups.push(from..k);
                from = k;
            }
        }
        starts.push(groups.len() as u32);
    }
    let mean = |values: &[f64]| -> Arc<Vec<f64>> {
        // In ascending order, so that the order of rows cannot change a bit.
        let one = |g: &std::ops::Range<usize>| sorted(values[g.clone()].to_vec()).iter().sum::<f64>() / g.len() as f64;
        Arc::new(groups.iter().map(one).collect())
    };
    let averaged = panel.n_rows() - groups.len();
    panel.outcome = mean(&panel.outcome);
    if !panel.weight.is_empty() {
        panel.weight = mean(&panel.weight);
    }
    for c in &mut panel.covariates {
        c.values = mean(&c.values);
    }
    // What is the same in all of them stays exactly that.
    let kept = |values: &[f64]| -> Vec<f64> {
        let alike = |g: &std::ops::Range<usize>| values[g.clone()].iter().all(|v| *v == values[g.start]);
        groups.iter().zip(mean(values).iter()).map(|(g, m)| if alike(g) { values[g.start] } else { *m }).collect()
    };
    effects::averaged(&panel.extras.effects, &groups, &row_number, faults);
    let first: Vec<usize> = groups.iter().map(|g| g.start).collect();
    let effects = panel.extras.effects.iter().map(|e| e.pick(&first)).collect();
    panel.extras = Extras { effects, ..panel.extras.numbers(kept) };
    panel.cell = Arc::new(groups.iter().map(|g| panel.cell[g.start]).collect());
    if let Some(second) = &mut panel.second {
        second.codes = Arc::new(groups.iter().map(|g| second.codes[g.start]).collect());
    }
    panel.unit_start = Arc::new(starts);
    panel.ledger.drop_rows(Reason::Averaged, averaged);
    panel.warnings.push(Warning::new(
        "duplicates-averaged",
        format!("{averaged} rows were averaged with another row of the same unit and period, as asked"),
    ));
}
