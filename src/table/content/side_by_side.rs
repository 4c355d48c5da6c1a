//! Several estimators: where those of one effect differ, whether chance explains it, and what sets them apart; and which ask another
//! question, whose difference tests nothing.

use super::words::points;
use crate::estimate::Beside;
use crate::infer::Versus;
use crate::study::Analysis;
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Digits, Table};

/// One row an outcome and estimator, where there are several of them.
pub fn side_by_side(analyses: &[Analysis], level: f64) -> Table {
    let mut out = Table::new(
        "side-by-side",
        "Estimators side by side",
        vec![
            Column::new("outcome", "Outcome"),
            Column::new("estimator", "Estimator"),
            Column::new("estimate", "Overall effect").unit("outcome units").explain("the estimated effect, in the outcome's own units"),
            Column::new("conf", format!("{} interval", super::words::percent(level))).unit("outcome units"),
            Column::new("difference", "Difference to the first").unit("outcome units"),
            Column::new("difference_error", "Its standard error")
                .unit("outcome units")
                .explain("both come from the same clusters, so it is smaller than either's own"),
            Column::new("difference_p", "p")
                .explain("how often a difference at least this large would appear if both estimated the same quantity; none where they ask different questions"),
            Column::new("apart", "What sets it apart"),
        ],
    );
    for a in several(analyses) {
        let Some(e) = a.overall() else { continue };
        let digits = e.std_error.map_or(Digits::Decimals(3), Digits::for_uncertainty);
        let mut row = vec![
            Cell::text(&a.outcome),
            Cell::text(a.label()),
            Cell::number_with(Some(e.estimate), digits, ""),
            super::effects::interval(e.interval, digits),
        ];
        let first = first(analyses, a);
        let beside = a.asks.beside(&first.asks);
        match &a.versus {
            None => {
                let why = match beside {
                    _ if std::ptr::eq(a, first) => "it is the first, to which the others are compared",
                    Beside::OtherEffect => "it asks for another effect, which is not compared",
                    _ => "what each cluster adds to one of the two is not known",
                };
                row.extend((0..3).map(|_| Cell::undefined(why)));
            }
            Some(v) => {
                let same = "both give the same number here";
                let untested =
                    if v.std_error.is_none() { same } else { "they ask different questions, so a difference is no disagreement" };
                row.push(Cell::number_with(Some(v.estimate), digits, ""));
                row.push(Cell::number_with(v.std_error, digits, same));
                row.push(Cell::p_value(v.p_value, untested));
            }
        }
        let contrast = a.estimator.estimator.card().contrast;
        let contrast = match beside {
            Beside::Same => contrast.to_string(),
            _ => format!("It asks another question than the first: {}. {contrast}", a.asks.words()),
        };
        row.push(Cell::text(others_left_out(a, first).iter().fold(contrast, |all, sentence| format!("{all} {sentence}"))));
        out.push(row);
    }
    out
}

/// The analysis that those of its outcome and section are compared to.
fn first<'a>(analyses: &'a [Analysis], a: &'a Analysis) -> &'a Analysis {
    let same = |b: &&Analysis| b.outcome == a.outcome && b.subgroup == a.subgroup && b.section == a.section && b.overall().is_some();
    analyses.iter().find(same).unwrap_or(a)
}

/// The analyses of outcomes and sections in which there is more than one estimator.
fn several(analyses: &[Analysis]) -> impl Iterator<Item = &Analysis> {
    analyses.iter().filter(|a| {
        let same = |b: &&Analysis| b.outcome == a.outcome && b.subgroup == a.subgroup && b.overall().is_some();
        analyses.iter().filter(same).count() > 1 && a.overall().is_some()
    })
}

/// The same in sentences: the range of the estimates that answer the question of the first, then each difference and why.
pub fn comparison(analyses: &[Analysis]) -> Vec<String> {
    let mut out = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for a in several(analyses) {
        if done.contains(&a.outcome.as_str()) {
            continue;
        }
        done.push(&a.outcome);
        let all: Vec<(&Analysis, f64, Option<f64>)> = several(analyses)
            .filter(|b| b.outcome == a.outcome && b.subgroup == a.subgroup)
            .filter_map(|b| b.overall().map(|e| (b, e.estimate, e.std_error)))
            .collect();
        let show = |x: f64| points(x, all[0].2, Glyphs::Ascii);
        let same: Vec<f64> = all.iter().filter(|(b, _, _)| b.asks == all[0].0.asks).map(|(_, e, _)| *e).collect();
        let (low, high) = same.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), e| (l.min(*e), h.max(*e)));
        out.push(match same.len() {
            1 => format!("{}: {} finds {}; no other estimator asks the same question.", a.outcome, all[0].0.label(), show(same[0])),
            n => format!("{}: {n} estimators find between {} and {}.", a.outcome, show(low), show(high)),
        });
        for (b, estimate, error) in &all {
            let first = first(analyses, b);
            let sentence = match &b.versus {
                None if b.asks.beside(&first.asks) == Beside::OtherEffect => format!(
                    "{} asks another question than {}: {}. It finds {}, which is another effect and no rival.",
                    b.label(),
                    first.label(),
                    b.asks.words(),
                    points(*estimate, *error, Glyphs::Ascii)
                ),
                None => continue,
                Some(v) => difference(b, first, v, apart(b, all[0].0, b.estimator.estimator.card().contrast)),
            };
            out.push(sentence);
        }
    }
    out
}

/// How far an estimate lies from the first, and why.
fn difference(b: &Analysis, first: &Analysis, v: &Versus, apart: String) -> String {
    let other = (b.asks != first.asks)
        .then(|| format!("{} asks another question ({}) than {} ({})", b.label(), b.asks.words(), v.first, first.asks.words()));
    let Some(se) = v.std_error else {
        return match other {
            Some(other) => format!("{other}, and gives the same number here."),
            None => format!("{} gives the same number here as {}.", b.label(), v.first),
        };
    };
    let way = if v.estimate < 0.0 { "lower" } else { "higher" };
    let size = points(v.estimate.abs(), Some(se), Glyphs::Ascii);
    let error = format!("standard error of the difference {}", points(se, Some(se), Glyphs::Ascii));
    match (other, v.p_value) {
        (Some(other), _) => format!("{other}, so that it may well differ: it lies {size} {way} ({error}). {apart}"),
        (None, None) => format!("{} lies {size} {way} than {} ({error}). {apart}", b.label(), v.first),
        (None, Some(p)) => {
            let chance = if p < 0.05 { "more than chance explains" } else { "within what chance explains" };
            let p = number::p_value(p, Glyphs::Ascii);
            let p = if p.starts_with('<') { p } else { format!("= {p}") };
            format!("{} lies {size} {way} than {} ({error}, p {p}: {chance}). {apart}", b.label(), v.first)
        }
    }
}

/// Which of two estimators leaves out cohorts that the other does not, and which those are: in sentences.
fn others_left_out(b: &Analysis, first: &Analysis) -> Vec<String> {
    let groups = |a: &Analysis| -> Vec<i64> { a.left_out.iter().flat_map(|l| &l.cohorts).map(|c| c.group).collect() };
    let told = |a: &Analysis, name: String| {
        let whole = a.left_out.as_ref()?.whole()?;
        Some(format!("{name} leaves out {whole}, on which it knows no effect, and so averages over other units."))
    };
    if groups(b) == groups(first) {
        return Vec::new();
    }
    [told(b, "It".into()), told(first, first.label())].into_iter().flatten().collect()
}

/// What sets an estimator apart, and whether it used other rows.
fn apart(b: &Analysis, first: &Analysis, contrast: &str) -> String {
    let (own, theirs) = (b.sample.rows_used, first.sample.rows_used);
    let mut contrast = contrast.to_string();
    if b.estimator.estimator.card().id == first.estimator.estimator.card().id {
        let (own, theirs) = (&b.estimator.options, &first.estimator.options);
        let differ = own.iter().zip(theirs.iter()).filter(|(a, b)| a != b);
        let each: Vec<String> = differ.map(|((key, own), (_, theirs))| format!("{key}={own} in the place of {key}={theirs}")).collect();
        contrast = match each.len() {
            0 => "It is the same estimator with the same options.".into(),
            _ => format!("It is the same estimator with {}.", each.join(", ")),
        };
    }
    if !b.fixed_effects.is_empty() {
        contrast = format!(
            "{contrast} It takes off the levels of {}, in the place of those of unit and period, which alone can make it differ.",
            b.fixed_effects.join(", ")
        );
    }
    for sentence in others_left_out(b, first) {
        contrast = format!("{contrast} {sentence}");
    }
    if own == theirs {
        return contrast;
    }
    if b.sample.withheld.rows || first.sample.withheld.rows {
        return format!("{contrast} It uses other rows than the first.");
    }
    format!("{contrast} It uses {} rows, the first {}.", number::count(own as u64), number::count(theirs as u64))
}
