//! Rows into the order cluster, unit, period; what must not vary within a unit is checked on the way.

use super::rows::Used;
use super::timing::{Timing, Treated};
use crate::cohort::{Cohort, Data, Fault, Faults, Warning};
use crate::panel::{Cells, Covariate, CovariateTerm, Duplicates, FirstTreated, Keys, Kind, Panel, PanelSpec};

pub(super) fn assemble(cohort: &Cohort, spec: &PanelSpec, used: Used, timing: Timing) -> Result<Panel, Faults> {
    let rows = used.rows;
    let row_number = |i: u32| cohort.first_row + rows[i as usize] as usize;
    let mut warnings = Vec::new();
    let (period_keys, period_code) = period_codes(&timing.period);
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
            (Keys::Rows(rows.len()), (0..rows.len() as u32).collect())
        }
    };

    // `order[k]` is the place in `rows` of the panel's k-th row.
    let (order, unit_start, cluster_start) = match &unit {
        None => {
            let (order, start) = counting_sort(&cluster_code, clusters.len(), 0..rows.len() as u32);
            (order, Vec::new(), start)
        }
        Some((keys, unit_code)) => {
            let mut unit_cluster = vec![u32::MAX; keys.len()];
            let mut faults = Faults::default();
            for (i, (&u, &c)) in unit_code.iter().zip(&cluster_code).enumerate() {
                let slot = &mut unit_cluster[u as usize];
                if *slot == u32::MAX {
                    *slot = c;
                } else if *slot != c {
                    let first = unit_code.iter().position(|&v| v == u).unwrap_or(0) as u32;
                    faults.push(Fault::new(
                        "PANEL-006",
                        "the cluster changes within a unit",
                        format!(
                            "rows {} and {} (unit {}, cluster {})",
                            row_number(first),
                            row_number(i as u32),
                            spec.unit.as_deref().unwrap_or_default(),
                            spec.cluster.as_deref().unwrap_or_default()
                        ),
                        "a unit that moves belongs to no cluster, and the interval would be wrong",
                        "use the cluster at entry, or leave movers out",
                    ));
                    *slot = c;
                }
            }
            faults.into_result()?;
            let (units, cluster_start) = counting_sort(&unit_cluster, clusters.len(), 0..keys.len() as u32);
            let mut place = vec![0u32; units.len()];
            units.iter().enumerate().for_each(|(k, &u)| place[u as usize] = k as u32);
            let unit_rank: Vec<u32> = unit_code.iter().map(|&u| place[u as usize]).collect();
            let (mut order, start) = counting_sort(&unit_rank, units.len(), 0..rows.len() as u32);
            for pair in start.windows(2) {
                let slice = &mut order[pair[0] as usize..pair[1] as usize];
                if slice.windows(2).any(|w| period_code[w[0] as usize] > period_code[w[1] as usize]) {
                    slice.sort_unstable_by_key(|&i| (period_code[i as usize], i));
                }
            }
            (order, start, cluster_start)
        }
    };

    let since = first_treated(timing.treated, &order, &unit_start, &timing.period, &row_number, spec, &mut warnings)?;
    let last = *period_keys.last().expect("at least one row");
    let since: Vec<FirstTreated> = since
        .into_iter()
        .map(|s| match s {
            FirstTreated::At(g) if g > last => FirstTreated::Never,
            other => other,
        })
        .collect();
    let mut cohorts: Vec<FirstTreated> = since.clone();
    cohorts.sort_unstable();
    cohorts.dedup();
    let cells = Cells { periods: period_keys, cohorts };
    let cohort_ix = |s: FirstTreated| cells.cohorts.binary_search(&s).expect("every cohort is listed");
    let cell: Vec<u32> = order.iter().zip(&since).map(|(&i, &s)| cells.cell(cohort_ix(s), period_code[i as usize] as usize)).collect();

    let gather = |data: &Data| -> Vec<f64> {
        match data {
            Data::Number(v) => order.iter().map(|&i| v[rows[i as usize] as usize]).collect(),
            Data::Whole(w) => order.iter().map(|&i| w.values[rows[i as usize] as usize] as f64).collect(),
            Data::Text(_) => unreachable!("roles::check refuses text here"),
        }
    };
    let outcome = gather(&cohort.column(&spec.outcome).expect("checked").data);
    let weight = spec.weights.as_ref().map(|name| gather(&cohort.column(name).expect("checked").data)).unwrap_or_default();
    let mut covariates = Vec::new();
    for term in &spec.covariates {
        covariates.extend(expand(cohort, term, &rows, &order, &gather));
    }
    let mut panel = Panel {
        kind: if unit.is_some() { Kind::Panel } else { Kind::CrossSections },
        outcome_name: spec.outcome.clone(),
        outcome,
        weight,
        cell,
        covariates,
        unit_start,
        cluster_start,
        clusters,
        cells,
        ledger: used.ledger,
        warnings,
    };
    duplicates(&mut panel, spec, |k| row_number(order[k]))?;
    Ok(panel)
}

fn period_codes(period: &[i64]) -> (Vec<i64>, Vec<u32>) {
    let mut keys = Vec::new();
    let mut last = None;
    for &p in period {
        if last != Some(p) {
            if let Err(at) = keys.binary_search(&p) {
                keys.insert(at, p);
            }
            last = Some(p);
        }
    }
    let codes = period.iter().map(|p| keys.partition_point(|k| k < p) as u32).collect();
    (keys, codes)
}

/// Stable counting sort of `items` by `bucket[item]`: the items in order, and where each bucket begins.
fn counting_sort(bucket: &[u32], n_buckets: usize, items: std::ops::Range<u32>) -> (Vec<u32>, Vec<u32>) {
    let mut start = vec![0u32; n_buckets + 1];
    bucket.iter().for_each(|&b| start[b as usize + 1] += 1);
    for b in 0..n_buckets {
        start[b + 1] += start[b];
    }
    let mut next = start.clone();
    let mut order = vec![0u32; bucket.len()];
    for i in items {
        let slot = &mut next[bucket[i as usize] as usize];
        order[*slot as usize] = i;
        *slot += 1;
    }
    (order, start)
}

fn first_treated(
    treated: Treated,
    order: &[u32],
    unit_start: &[u32],
    period: &[i64],
    row_number: &dyn Fn(u32) -> usize,
    spec: &PanelSpec,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<FirstTreated>, Faults> {
    let mut faults = Faults::default();
    match treated {
        Treated::Since(since) => {
            let ordered: Vec<FirstTreated> = order.iter().map(|&i| since[i as usize]).collect();
            for pair in unit_start.windows(2) {
                let (from, to) = (pair[0] as usize, pair[1] as usize);
                if let Some(k) = (from + 1..to).find(|&k| ordered[k] != ordered[from]) {
                    faults.push(Fault::new(
                        "PANEL-005",
                        "the first treated period changes within a unit",
                        format!("rows {} and {}", row_number(order[from]), row_number(order[k])),
                        "a unit belongs to one cohort; with two the comparison is undefined",
                        "give each unit one first treated period",
                    ));
                }
            }
            faults.into_result()?;
            Ok(ordered)
        }
        Treated::Now(now) => {
            let mut since = vec![FirstTreated::Never; order.len()];
            let mut unseen = 0usize;
            let first_period = period.iter().min().copied().unwrap_or(0);
            for pair in unit_start.windows(2) {
                let (from, to) = (pair[0] as usize, pair[1] as usize);
                let Some(on) = (from..to).find(|&k| now[order[k] as usize]) else { continue };
                if let Some(off) = (on..to).find(|&k| !now[order[k] as usize]) {
                    faults.push(Fault::new(
                        "PANEL-004",
                        "the treatment switches off",
                        format!("rows {} (on) and {} (off again)", row_number(order[on]), row_number(order[off])),
                        "these estimators follow units that stay treated; a unit that stops is neither treated nor untreated",
                        "end the unit's rows when it stops, or give its first treated period with --cohort to follow it as assigned",
                    ));
                }
                let start = period[order[on] as usize];
                unseen += usize::from(on == from && start > first_period);
                since[from..to].fill(FirstTreated::At(start));
            }
            faults.into_result()?;
            if unseen > 0 {
                warnings.push(Warning::new(
                    "start-not-seen",
                    format!(
                        "{unseen} units are treated already in their first row (column {}); the period of that row is taken for their start",
                        match &spec.treatment {
                            crate::panel::TreatmentRule::Status(c) => c.as_str(),
                            _ => "",
                        }
                    ),
                ));
            }
            Ok(since)
        }
    }
}

fn expand(cohort: &Cohort, term: &CovariateTerm, rows: &[u32], order: &[u32], gather: &dyn Fn(&Data) -> Vec<f64>) -> Vec<Covariate> {
    let data = &cohort.column(&term.column).expect("checked").data;
    if !term.factor && !matches!(data, Data::Text(_)) {
        return vec![Covariate { name: term.column.clone(), values: gather(data) }];
    }
    let (keys, codes) = Keys::index(data, rows);
    (1..keys.len())
        .map(|level| Covariate {
            name: format!("{}={}", term.column, keys.label(level)),
            values: order.iter().map(|&i| f64::from(u8::from(codes[i as usize] as usize == level))).collect(),
        })
        .collect()
}

/// Refuses or averages units seen twice in a period.
fn duplicates(panel: &mut Panel, spec: &PanelSpec, row_number: impl Fn(usize) -> usize) -> Result<(), Faults> {
    if panel.kind == Kind::CrossSections {
        return Ok(());
    }
    let same = |panel: &Panel, k: usize| panel.cell[k] == panel.cell[k - 1];
    let mut faults = Faults::default();
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
    faults.into_result()?;
    if !any {
        return Ok(());
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
    let mean = |values: &[f64]| -> Vec<f64> {
        groups.iter().map(|g| values[g.clone()].iter().sum::<f64>() / g.len() as f64).collect()
    };
    let averaged = panel.n_rows() - groups.len();
    panel.outcome = mean(&panel.outcome);
    if !panel.weight.is_empty() {
        panel.weight = mean(&panel.weight);
    }
    for c in &mut panel.covariates {
        c.values = mean(&c.values);
    }
    panel.cell = groups.iter().map(|g| panel.cell[g.start]).collect();
    panel.unit_start = starts;
    panel.warnings.push(Warning::new("duplicates-averaged", format!("{averaged} rows were averaged with another row of the same unit and period, as asked")));
    Ok(())
}
