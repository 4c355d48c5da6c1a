//! Tables 6 to 8: means and spreads, results, and attrition.

use super::{source, table};
use crate::study::{Analysis, AssignedBy, Run};
use crate::table::content::descriptives::cells;
use crate::table::content::disclosure::Gate;
use crate::table::content::effects;
use crate::table::content::words::percent;
use crate::table::{Cell, Column, Digits, Table};

/// Table 6: both groups side by side, each measure in each period, then the covariates in the first.
pub(super) fn descriptives(run: &Run) -> Table {
    let columns = vec![
        Column::new("measure", "Measure"),
        Column::new("period", "Period"),
        Column::new("treated_n", "Intervention, n"),
        Column::new("treated_mean", "Intervention, mean"),
        Column::new("treated_sd", "Intervention, SD"),
        Column::new("comparison_n", "Comparison, n"),
        Column::new("comparison_mean", "Comparison, mean"),
        Column::new("comparison_sd", "Comparison, SD"),
    ];
    let mut out = table(6, "descriptives", "Descriptive statistics for the analytic sample", columns);
    let gate = Gate::of(run);
    let mut covariates: Vec<&str> = Vec::new();
    for d in &run.descriptions {
        let (half, stay) = (d.by_period.len() / 2, gate.hides_periods(d));
        for (treated, other) in d.by_period[..half].iter().zip(&d.by_period[half..]) {
            let mut row = vec![Cell::text(&d.outcome), Cell::Whole(treated.period)];
            row.extend(cells(&treated.outcome, &gate, stay));
            row.extend(cells(&other.outcome, &gate, stay));
            out.push(row);
        }
    }
    for d in &run.descriptions {
        let stay = gate.hides_periods(d);
        for b in d.baseline.iter().filter(|b| run.descriptions.iter().all(|d| d.outcome != b.name)) {
            if !covariates.contains(&b.name.as_str()) {
                covariates.push(&b.name);
                let mut row = vec![Cell::text(&b.name), Cell::Whole(d.first_period)];
                row.extend(cells(&b.treated, &gate, stay));
                row.extend(cells(&b.comparison, &gate, stay));
                out.push(row);
            }
        }
    }
    out.note("Observed units of the analytic sample, without weights or adjustment.");
    source(&mut out);
    out
}

/// Table 7: the overall effect on each outcome by the first estimator of each analysis.
pub(super) fn results(run: &Run) -> Table {
    let columns = vec![
        Column::new("outcome", "Outcome"),
        Column::new("estimator", "Estimator"),
        Column::new("treated_units", "Intervention, n"),
        Column::new("treated_clusters", "Intervention, clusters"),
        Column::new("comparison_units", "Comparison, n"),
        Column::new("comparison_clusters", "Comparison, clusters"),
        Column::new("estimate", "Effect").unit("outcome units"),
        Column::new("std_error", "Standard error").unit("outcome units"),
        Column::new("conf", format!("{} interval", percent(run.study.study.level))).unit("outcome units"),
        Column::new("effect_size", "Effect").unit("SD").explain("divided by the standard deviation of untreated units in the first period"),
        Column::new("p_value", "p"),
        Column::new("inference", "Method"),
    ];
    let mut out = table(7, "results", "Study results for each outcome measure", columns);
    let gate = Gate::of(run);
    for section in &run.study.analysis {
        for d in &run.descriptions {
            let own = |a: &&Analysis| a.outcome == d.outcome && a.section.as_ref().is_none_or(|name| *name == section.name);
            let Some(a) = run.analyses.iter().find(own) else { continue };
            out.push(result(a, d.untreated_sd.filter(|sd| *sd > 0.0), &gate));
        }
    }
    out.note("Clusters with units of both groups count in both. All with a usable row in some period count; table 8 counts those who were there before the first start, and of these those with one before and after it.");
    if run.study.context.is_against_norm() {
        out.note("The comparison's rows are those of a norm: no students, and nobody assigned them.");
    }
    source(&mut out);
    out
}

fn result(a: &Analysis, sd: Option<f64>, gate: &Gate) -> Vec<Cell> {
    let s = &a.sample;
    let (treated, others) = s.groups();
    let (hide, small) = (gate.hides_treated(s), gate.hides_clusters(s));
    let (with, without) = s.switching.map_or(s.clusters_by_arm, |s| s.1);
    let mut row = vec![
        Cell::text(&a.outcome),
        Cell::text(a.label()),
        gate.count(hide, treated),
        gate.count(small, with),
        gate.count(hide, others),
        gate.count(small, without),
    ];
    match a.overall() {
        Some(e) => {
            let digits = Digits::for_uncertainty(e.std_error.unwrap_or(f64::NAN));
            row.push(Cell::number_with(Some(e.estimate), digits, ""));
            row.push(Cell::number_with(e.std_error, digits, "it cannot be computed"));
            row.push(effects::interval(e.interval, digits));
            row.push(Cell::number_with(sd.map(|sd| e.estimate / sd), Digits::Decimals(2), "untreated units do not vary"));
            row.push(Cell::p_value_above(e.p_value, e.floor(), "it cannot be computed"));
            row.push(Cell::text(&e.inference));
        }
        None => {
            let why = effects::lost(a);
            row.extend((0..5).map(|_| Cell::undefined(why)));
            row.push(Cell::text("–"));
        }
    }
    row
}

/// Table 8: assigned and analysed, by level, for each outcome; where there are several analyses, in each of them.
pub(super) fn attrition(run: &Run) -> Table {
    let several = run.study.analysis.len() > 1;
    let mut columns = vec![Column::new("outcome", "Outcome")];
    columns.extend(several.then(|| Column::new("analysis", "Analysis")));
    columns.extend([
        Column::new("level", "Of"),
        Column::new("treated_n", "Intervention, assigned"),
        Column::new("treated_analysed_n", "Intervention, analysed"),
        Column::new("comparison_n", "Comparison, assigned"),
        Column::new("comparison_analysed_n", "Comparison, analysed"),
        Column::new("overall", "Overall attrition"),
        Column::new("differential", "Differential attrition"),
    ]);
    let mut out = table(8, "attrition", "Attrition and nonresponse", columns);
    let gate = Gate::of(run);
    let off = run.study.checks.off.iter().any(|id| id == "attrition");
    let asked = match () {
        () if run.study.context.is_against_norm() => "the rows of a norm are no students",
        () if off => "the check of attrition is off",
        () => "no one is followed here, or it was not counted",
    };
    for (s, section) in run.study.analysis.iter().enumerate() {
        for (ix, d) in run.descriptions.iter().enumerate() {
            let of_headline = s == 0 && ix == 0;
            let found = if of_headline { gate.found(run, "attrition", &d.outcome) } else { gate.lost(run, &section.name, &d.outcome) };
            let mut begin = vec![Cell::text(&d.outcome)];
            begin.extend(several.then(|| Cell::text(&section.name)));
            match found.and_then(|c| c.told.summary).filter(|t| !t.rows.is_empty()) {
                Some(t) => {
                    let keys: Vec<usize> = out.columns[begin.len()..].iter().filter_map(|c| t.at(&c.key)).collect();
                    for told in &t.rows {
                        out.push(begin.iter().cloned().chain(keys.iter().map(|k| told[*k].clone())).collect());
                    }
                }
                None => {
                    let open = (0..6).map(|_| Cell::to_fill(format!("counts of assigned and analysed: {asked}")));
                    out.push(begin.into_iter().chain([Cell::text("units")]).chain(open).collect());
                }
            }
        }
    }
    gate.apart(&mut out);
    if run.study.context.assigned_by != Some(AssignedBy::Lot) {
        out.note("The guide asks for this table where assignment was random; this study does not say that it was.");
    }
    out.note("Assigned: with a row before the first start; analysed: with an outcome before and after it.");
    source(&mut out);
    out
}
