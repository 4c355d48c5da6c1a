//! The tables of a calibration: every measure with its Monte Carlo standard error, the ranking, and what failed.

use super::super::parameters;
use super::words::withheld;
use super::{effect, error, estimator, is_overall, number, outcome, share, value};
use crate::evaluate::Performance;
use crate::evaluate::fitted::CONDITIONS;
use crate::study::Calibrated;
use crate::table::{Cell, Column, Digits, Table};

/// All tables that have rows.
pub fn tables(c: &Calibrated) -> Vec<Table> {
    let subgroup = |p: &Performance| c.questions[p.question].spec.subgroup.is_some();
    let mut tables = vec![
        performance(c, "performance", "Overall effects", &|p| is_overall(p) && !subgroup(p)),
        performance(c, "performance-by-time", "Effects by time, cohort, period and dose", &|p| !is_overall(p) && !subgroup(p)),
        performance(c, "performance-by-subgroup", "Effects in subgroups", &subgroup),
        ranking(c),
        failures(c),
        design(c),
    ];
    let study = &c.calibration.study.data;
    let varied: Vec<&str> = c.points[0].values.iter().map(|(name, _)| name.as_str()).collect();
    tables.extend(study.simulate.as_deref().and_then(|world| parameters::of_world(world, &study.world, &varied)));
    tables.retain(|t| !t.rows.is_empty());
    tables
}

fn where_columns(c: &Calibrated) -> Vec<Column> {
    let mut columns: Vec<Column> = c.points[0].values.iter().map(|(name, _)| Column::new(name.clone(), name.clone())).collect();
    columns.extend([Column::new("outcome", "Outcome"), Column::new("estimator", "Estimator")]);
    columns
}

fn place(c: &Calibrated, point: usize, outcome: String, estimator: String) -> Vec<Cell> {
    let mut row: Vec<Cell> = c.points[point].values.iter().map(|(_, x)| value(*x)).collect();
    row.extend([Cell::text(outcome), Cell::text(estimator)]);
    row
}

fn performance(c: &Calibrated, id: &str, title: &str, wanted: &dyn Fn(&Performance) -> bool) -> Table {
    let mut columns = where_columns(c);
    columns.extend([
        Column::new("term", "Effect"),
        Column::new("inference", "Inference"),
        Column::new("n", "Draws"),
        Column::new("truth", "True effect").unit("outcome units"),
    ]);
    let measures: [(&str, &str, &str); 14] = [
        ("estimate", "Mean estimate", "the mean of the estimates"),
        ("bias", "Bias", "the mean of estimate minus truth"),
        ("relative_bias", "Relative bias", "the bias as a part of the mean true effect"),
        ("empirical_sd", "SD of errors", "the standard deviation of estimate minus truth"),
        ("rmse", "RMSE", "the root of the mean squared error"),
        ("mean_std_error", "Mean SE", "the root of the mean squared standard error"),
        ("std_error_off", "SE off", "by which part the mean standard error misses the SD of errors"),
        ("coverage", "Coverage", "how often the interval contains the truth"),
        ("width", "Width", "the mean width of bounded intervals"),
        ("unbounded", "Unbounded", "the share of intervals open on some side"),
        ("size", "Size", "how often no effect is rejected, where there is none"),
        ("power", "Power", "how often no effect is rejected, where there is one"),
        ("type_s", "Type S", "among rejections, the share with the wrong sign"),
        ("type_m", "Type M", "among rejections, the mean size of the estimate over that of the truth"),
    ];
    for (key, heading, words) in measures {
        columns.push(Column::new(key, heading).explain(words));
        columns.push(Column::new(format!("{key}_mc"), "± MC").explain("its Monte Carlo standard error"));
    }
    columns.extend([Column::new("promise", "Promise"), Column::new("failures", "Failed")]);
    let mut out = Table::new(id, title, columns);
    for p in c.performances.iter().filter(|p| wanted(p)) {
        let mut row = place(c, p.point, outcome(c, p), estimator(c, p));
        let digits = p.bias.and_then(|m| m.mc_error).map_or(Digits::Auto, Digits::for_uncertainty);
        row.extend([
            Cell::text(effect(p)),
            Cell::text(p.method.as_deref().unwrap_or("none")),
            Cell::Count(p.n as u64),
            Cell::number_with(p.truth, digits, "not known"),
        ]);
        for (name, measure) in crate::study::measures(p) {
            let is_share = matches!(name, "relative_bias" | "std_error_off" | "coverage" | "unbounded" | "size" | "power" | "type_s");
            let why = why(name);
            row.push(if is_share { share(measure, why) } else { number(measure, why) });
            let mc = measure.and_then(|m| m.mc_error);
            row.push(if is_share { mc.map_or_else(|| Cell::undefined("too few draws"), Cell::Percent) } else { error(measure) });
        }
        row.extend([Cell::text(p.verdict.word()), Cell::Count(p.n_failed() as u64)]);
        out.push(row);
    }
    if !out.rows.is_empty() {
        withheld(c).into_iter().for_each(|note| out.note(note));
    }
    out.note("± MC: the Monte Carlo standard error of the measure on its left (Morris, White and Crowther 2019, table 6). Type S and type M: Gelman and Carlin (2014).");
    out.note(format!(
        "Promise: broken, or wider than promised, where coverage misses {} % by more than 3 √(level (1 − level)/draws).",
        100.0 * c.level()
    ));
    out
}

/// Why a measure may not exist.
fn why(measure: &str) -> &'static str {
    match measure {
        "size" => "the true effect is not 0 in every draw",
        "power" => "there is no effect, or no test",
        "relative_bias" | "type_s" | "type_m" => "no effect to be relative to, or no rejection",
        "mean_std_error" | "std_error_off" => "no standard errors",
        "coverage" | "width" | "unbounded" => "no interval, or no truth",
        _ => "no estimate, or no truth",
    }
}

fn ranking(c: &Calibrated) -> Table {
    let mut columns = where_columns(c);
    columns.extend([
        Column::new("term", "Effect"),
        Column::new("inference", "Inference"),
        Column::new("rank", "Rank"),
        Column::new("promise", "Promise"),
        Column::new("rmse", "RMSE"),
        Column::new("n", "Draws in common"),
    ]);
    for (key, heading) in [("squared_error", "Squared error"), ("coverage", "Coverage"), ("width", "Width")] {
        columns.push(Column::new(format!("{key}_versus_first"), format!("{heading} minus that of the first")));
        columns.push(
            Column::new(format!("{key}_versus_first_mc"), "± MC").explain("its Monte Carlo standard error, from differences draw by draw"),
        );
    }
    let mut out = Table::new("ranking", "Estimators and methods on the same draws, best first", columns);
    for r in &c.rankings {
        let spec = &c.questions[r.question].spec;
        let outcome =
            spec.subgroup.as_ref().map_or_else(|| spec.outcome.clone(), |(column, value)| format!("{}, {column} = {value}", spec.outcome));
        for (i, p) in r.places.iter().enumerate() {
            let mut row = place(c, r.point, outcome.clone(), c.estimator(r.question, p.estimator));
            row.extend([
                Cell::text(r.effect.estimand.name()),
                Cell::text(&p.method),
                Cell::Count(i as u64 + 1),
                Cell::text(p.verdict.word()),
                number(p.rmse, "no truth to compare with"),
                Cell::Count(p.n as u64),
            ]);
            for difference in [p.squared_error, p.coverage, p.width] {
                row.extend([number(difference, "not in the same draws"), error(difference)]);
            }
            out.push(row);
        }
    }
    out.note("Intervals that keep their promise stand before those that do not; then by RMSE, then by width. Differences are paired: draw by draw, on the same students.");
    out
}

/// What was found about the data, and what was put on top.
fn design(c: &Calibrated) -> Table {
    let columns = vec![Column::new("outcome", "Outcome"), Column::new("what", "What"), Column::new("value", "Value")];
    let mut out = Table::new("design", "The design that was fitted to the data", columns);
    for fact in &c.facts {
        out.push(vec![Cell::text(&fact.outcome), Cell::text(&fact.what), value(fact.value)]);
    }
    if c.is_fitted() {
        for condition in &CONDITIONS {
            let set = c.calibration.conditions.iter().rev().find(|(name, _)| name == condition.name);
            if !c.points[0].values.iter().any(|(name, _)| name == condition.name) {
                let own = set.map_or(condition.default, |(_, v)| *v);
                out.push(vec![Cell::text("all"), Cell::text(format!("{}: {}", condition.name, condition.meaning)), value(own)]);
            }
        }
    }
    out.note("Who is in which group, treated when and seen when is as in the data. Outcomes are drawn with normal deviations that have the data's covariances within groups and over time; what few clusters tell of them is rough. Where covariates explain more in some periods than in others, groups that differ in them drift apart by that: analyses without them meet trends that are not parallel.");
    out
}

fn failures(c: &Calibrated) -> Table {
    let mut columns = where_columns(c);
    columns.extend([
        Column::new("term", "Effect"),
        Column::new("inference", "Inference"),
        Column::new("reason", "Reason"),
        Column::new("n", "Draws"),
    ]);
    let mut out = Table::new("failures", "Draws without an answer", columns);
    for p in &c.performances {
        for (why, n) in &p.failures {
            let mut row = place(c, p.point, outcome(c, p), estimator(c, p));
            row.extend([Cell::text(effect(p)), Cell::text(p.method.as_deref().unwrap_or("none")), Cell::text(why), Cell::Count(*n as u64)]);
            out.push(row);
        }
    }
    out
}
