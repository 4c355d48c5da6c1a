//! Estimates with intervals, one row an effect and method.

use super::disclosure::Gate;
use crate::infer::{Estimate, Simulated, floor};
use crate::study::{Analysis, Effect};
use crate::table::disclosure::WITHHELD;
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Digits, Table};

/// Every effect of the given analyses.
pub fn effects(analyses: &[Analysis], level: f64) -> Table {
    let title = match analyses {
        [one] => match &one.subgroup {
            Some((c, v)) => format!("{}: {} ({c} = {v})", one.outcome, one.label()),
            None => format!("{}: {}", one.outcome, one.label()),
        },
        _ => "Estimated effects".to_string(),
    };
    table("effects", &title, analyses, level, |_| true, analyses.len() > 1, Gate::open())
}

/// The columns that R users know, for the effects that `keep` keeps.
pub(super) fn table(
    id: &str,
    title: &str,
    analyses: &[Analysis],
    level: f64,
    keep: impl Fn(&Effect) -> bool,
    many: bool,
    gate: Gate,
) -> Table {
    let shown: Vec<&Estimate> =
        analyses.iter().flat_map(|a| &a.effects).filter(|e| keep(e)).filter_map(|e| e.result.as_ref().ok()).collect();
    let (banded, adjusted, simulated) =
        (shown.iter().any(|e| e.band.is_some()), shown.iter().any(|e| e.p_adjusted.is_some()), shown.iter().any(|e| e.simulated.is_some()));
    // A family holds no more hypotheses than there are adjusted p-values.
    let family = shown.iter().filter(|e| e.p_adjusted.is_some()).count();
    let mut columns = Vec::new();
    if many {
        columns.push(Column::new("outcome", "Outcome"));
        columns.push(Column::new("estimator", "Estimator"));
    }
    columns.extend([
        Column::new("term", "Effect")
            .explain("ATT: the mean effect on those who were treated; the others are means over fewer or otherwise counted of them"),
        Column::new("estimate", "Estimate").unit("outcome units").explain("the estimated effect, in the outcome's own units"),
        Column::new("conf", format!("{} interval", super::words::percent(level)))
            .unit("outcome units")
            .explain("effects that the data do not rule out"),
    ]);
    if banded {
        columns.push(
            Column::new("band", format!("{} band", super::words::percent(level)))
                .unit("outcome units")
                .explain("wider than the interval: it covers all effects of this kind at once"),
        );
    }
    columns.extend([
        Column::new("std_error", "Standard error").unit("outcome units").explain("how far the estimate would typically be off"),
        Column::new("statistic", "t").explain("estimate divided by its standard error"),
        Column::new("df", "df").explain("degrees of freedom: how much independent information the interval rests on"),
        Column::new("p_value", "p").explain("how often a difference at least this large would appear if there were no effect"),
    ]);
    if adjusted {
        columns.push(Column::new("p_adjusted", "Adjusted p").explain("p-value that allows for the number of hypotheses that were tested"));
    }
    columns.push(Column::new("inference", "Method"));
    if simulated {
        columns.push(
            Column::new("monte_carlo", "Monte Carlo error")
                .explain("how far another seed would typically move the standard error (SE), the p-value and the critical value (c)"),
        );
    }
    let mut out = Table::new(id, title, columns);
    for analysis in analyses {
        for effect in analysis.effects.iter().filter(|e| keep(e)) {
            let mut row = Vec::new();
            if many {
                row.push(Cell::text(&analysis.outcome));
                row.push(Cell::text(analysis.label()));
            }
            row.push(Cell::text(&effect.target.label));
            match &effect.result {
                Ok(e) => {
                    let digits = match (e.std_error, e.interval.low.value(), e.interval.high.value()) {
                        (Some(se), ..) => Digits::for_uncertainty(se),
                        (None, low, high) => Digits::for_interval(e.estimate, low, high),
                    };
                    let undefined = "its standard error cannot be computed";
                    row.push(Cell::number_with(Some(e.estimate), digits, undefined));
                    row.push(interval(e.interval, digits));
                    if banded {
                        row.push(e.band.map_or_else(
                            || {
                                Cell::undefined(
                                    "no band: it belongs to several effects that stand side by side, and not every method gives one",
                                )
                            },
                            |b| interval(b, digits),
                        ));
                    }
                    row.push(Cell::number_with(e.std_error, digits, undefined));
                    row.push(Cell::number_with(e.statistic, Digits::Decimals(2), undefined));
                    row.push(match (e.df, e.p_value) {
                        (Some(df), _) => Cell::number_with(Some(df), Digits::Decimals(1), ""),
                        (None, Some(_)) => Cell::undefined("the p-value comes from resampling or the normal distribution"),
                        _ => Cell::undefined(undefined),
                    });
                    row.push(Cell::p_value_above(e.p_value, e.floor(), undefined));
                    if adjusted {
                        row.push(adjusted_p(e, family));
                    }
                    row.push(Cell::text(&e.inference));
                    if simulated {
                        row.push(
                            e.simulated.map_or_else(|| Cell::undefined("nothing was drawn at random"), |s| Cell::text(monte_carlo(&s))),
                        );
                    }
                }
                Err(reason) => {
                    row.extend((0..6 + usize::from(banded) + usize::from(adjusted)).map(|_| Cell::undefined(&reason.0)));
                    row.push(Cell::text("–"));
                    if simulated {
                        row.push(Cell::undefined(&reason.0));
                    }
                }
            }
            out.push(row);
        }
    }
    let adjustments: std::collections::BTreeSet<&str> = analyses.iter().filter_map(|a| a.multiplicity).map(|m| m.name()).collect();
    if adjusted && !adjustments.is_empty() {
        let names: Vec<&str> = adjustments.into_iter().collect();
        out.note(format!(
            "Adjusted p ({}): over all effects of one kind by one estimator and method, within each domain of outcomes; times before the start are a family of their own.",
            names.join(", ")
        ));
    }
    for analysis in analyses {
        let s = &analysis.sample;
        let shown = |hide: bool, n: usize| if hide { "a withheld number".to_string() } else { number::count(n as u64) };
        let (units, (with, without)) = s.switching.unwrap_or((s.treated_units, s.clusters_by_arm));
        let words = match s.switching {
            None => ["of them treated", "with treated", "with units to compare with"],
            Some(_) => ["of them with a treatment that changes", "with such units", "with units whose treatment does not"],
        };
        let prefix = if many { format!("{}, {}: ", analysis.outcome, analysis.label()) } else { String::new() };
        let rows = match (s.withheld.rows, gate.source) {
            (true, true) => "how many rows were used, and of how many, is withheld".to_string(),
            (used, read) => format!("{} rows used of {}", shown(used, s.rows_used), shown(read, s.rows)),
        };
        out.note(format!(
            "{prefix}{rows}; {} units, {} {}; {} clusters ({} {}, {} {}); {} periods.",
            shown(s.withheld.units, s.units),
            shown(gate.hides_treated(s), units),
            words[0],
            number::count(s.clusters as u64),
            shown(gate.hides_clusters(s), with),
            words[1],
            shown(gate.hides_clusters(s), without),
            words[2],
            s.periods
        ));
    }
    out
}

/// An adjusted p-value. One of zero was counted among draws, and in a family of `most` hypotheses or fewer it may be so many times one draw.
fn adjusted_p(e: &Estimate, most: usize) -> Cell {
    let floor = floor(e.p_adjusted, e.simulated.map(|s| s.replicates)).map(|one| (one * most as f64).min(1.0));
    Cell::p_value_above(e.p_adjusted, floor, "it belongs to no family of hypotheses")
}

/// How far another seed would typically move what was computed from random draws.
fn monte_carlo(s: &Simulated) -> String {
    let draws = number::count(s.replicates as u64);
    let errors: Vec<f64> = [s.of_std_error, s.of_p_value, s.of_critical].into_iter().flatten().collect();
    if !errors.is_empty() && errors.iter().all(|e| *e == 0.0) {
        return format!("none: all {draws} possible draws");
    }
    let named = [("SE", s.of_std_error), ("p", s.of_p_value), ("c", s.of_critical)];
    let parts: Vec<String> = named
        .into_iter()
        .filter_map(|(name, value)| value.map(|v| (name, v)))
        .map(|(name, value)| match value {
            v if v < 5e-5 && name == "p" => format!("{name} <0.0001"),
            v => format!("{name} ±{}", number::number(v, Digits::for_uncertainty(v), Glyphs::Typographic)),
        })
        .collect();
    format!("{} ({draws} draws)", parts.join(", "))
}

/// The columns of the overall effect on a part of the sample.
pub(super) fn part_columns(level: f64) -> [Column; 6] {
    [
        Column::new("n", "Units"),
        Column::new("treated_units", "Treated units"),
        Column::new("estimate", "Estimate").unit("outcome units"),
        Column::new("conf", format!("{} interval", super::words::percent(level))).unit("outcome units"),
        Column::new("std_error", "Standard error").unit("outcome units"),
        Column::new("p_value", "p"),
    ]
}

/// The overall effect on a part of the sample, the digits that it deserves, and its cells in these columns; or why there is none.
pub(super) fn of_part(result: &Result<Analysis, String>) -> Result<(&Estimate, Digits, [Cell; 6]), &str> {
    let a = result.as_ref().map_err(String::as_str)?;
    let e = a.overall().ok_or_else(|| lost(a))?;
    let digits = Digits::for_uncertainty(e.std_error.unwrap_or(f64::NAN));
    let cells = [
        Cell::Count(a.sample.units as u64),
        Cell::Count(a.sample.treated_units as u64),
        Cell::number_with(Some(e.estimate), digits, ""),
        interval(e.interval, digits),
        Cell::number_with(e.std_error, digits, UNDEFINED),
        Cell::p_value_above(e.p_value, e.floor(), UNDEFINED),
    ];
    Ok((e, digits, cells))
}

/// Why there is no effect.
pub(super) fn lost(a: &Analysis) -> &'static str {
    let withheld = |e: &Effect| e.result.as_ref().is_err_and(|why| why.0 == WITHHELD);
    if a.effects.iter().any(withheld) { WITHHELD } else { "the effect is not identified" }
}

/// Why a statistic of an effect is not there.
pub(super) const UNDEFINED: &str = "it cannot be computed";

pub(super) fn interval(interval: crate::infer::Interval, digits: Digits) -> Cell {
    use crate::infer::Bound;
    if interval.low == Bound::Undefined || interval.high == Bound::Undefined {
        return Cell::undefined("the interval cannot be computed");
    }
    Cell::interval(interval.low.value(), interval.high.value(), digits)
}

use crate::estimate::Estimand;
use crate::study::Run;

/// The overall effects and coefficients of all outcomes and estimators.
pub(super) fn main(run: &Run, level: f64) -> Table {
    table(
        "main-effects",
        "Main effects",
        &run.analyses,
        level,
        |e| {
            matches!(
                e.target.estimand,
                Estimand::Overall | Estimand::OverallDynamic | Estimand::OverallGroup | Estimand::OverallCalendar | Estimand::Coefficient
            )
        },
        true,
        Gate::of(run),
    )
}

/// The effects by time since the start.
pub(super) fn events(run: &Run, level: f64) -> Table {
    let kept = |e: &Effect| e.target.estimand == Estimand::Event;
    let mut out = table("event-study", "Effects by years since the start", &run.analyses, level, kept, true, Gate::of(run));
    out.notes.clear();
    out.note("Effects before the start (negative times) show whether the groups moved apart already without profiles; the last period before is set to zero.");
    out.notes.extend(samples(&run.analyses, &kept));
    if run.analyses.iter().any(|a| a.sample.switching.is_some()) {
        out.note("Where a treatment does not simply stay on, the start is its first change, and effects are those of more treatment.");
    }
    out
}

/// The effects by cohort and period, where an estimator tells them apart.
pub(super) fn cohorts(run: &Run, level: f64) -> Table {
    let kept = |e: &Effect| matches!(e.target.estimand, Estimand::Group | Estimand::Calendar | Estimand::GroupTime);
    let mut out = table("cohorts", "Effects by cohort and period", &run.analyses, level, kept, true, Gate::of(run));
    out.notes.clear();
    out.note("A cohort is named by its first treated period. In periods before it the effect should be near zero: it is the difference by which the groups moved apart anyway.");
    out.notes.extend(samples(&run.analyses, &kept));
    out
}

/// The effects at quantiles of the outcome or at doses.
pub(super) fn distribution(run: &Run, level: f64) -> Table {
    let kept = |e: &Effect| matches!(e.target.estimand, Estimand::Quantile | Estimand::Bound | Estimand::Dose | Estimand::DoseSlope);
    let mut out =
        table("distribution", "Effects by place in the distribution, or by dose", &run.analyses, level, kept, true, Gate::of(run));
    out.notes.clear();
    out.notes.extend(samples(&run.analyses, &kept));
    out
}

/// What the effects of a kind rest on, for each outcome: units, clusters, and for which estimators.
fn samples(analyses: &[Analysis], kept: &dyn Fn(&Effect) -> bool) -> Vec<String> {
    let mut found: Vec<(&str, Option<usize>, usize, Vec<String>)> = Vec::new();
    for a in analyses.iter().filter(|a| a.effects.iter().any(kept)) {
        let (units, clusters) = (Some(a.sample.units).filter(|_| !a.sample.withheld.units), a.sample.clusters);
        match found.iter_mut().find(|f| (f.0, f.1, f.2) == (a.outcome.as_str(), units, clusters)) {
            Some(known) => known.3.push(a.label()),
            None => found.push((&a.outcome, units, clusters, vec![a.label()])),
        }
    }
    let count = |n: usize| number::count(n as u64);
    let note = |(outcome, units, clusters, who): (&str, Option<usize>, usize, Vec<String>)| {
        let units = units.map_or_else(|| "a withheld number of".to_string(), count);
        format!("{outcome}: {units} units in {} clusters ({}).", count(clusters), who.join(", "))
    };
    found.into_iter().map(note).collect()
}
