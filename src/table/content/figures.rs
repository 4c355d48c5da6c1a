//! The figures of a run, as data.

mod balance;
mod comparisons;
mod coverage;
mod event_study;
mod flow;
mod means;

use super::units::{shared, unit};
use crate::estimate::Estimand;
use crate::study::Run;
use crate::table::{Against, Figure, FigureKind, ForestRow, Series};

/// Said where a point is not drawn.
pub(super) const STAYS: &str = " Points that would tell of too few students are withheld.";

/// What the effect looks like over time and how it holds, what the outcome did in both groups, how the estimates compare, whether
/// the groups were alike and who is missing, and whether the interval can be trusted.
pub(super) fn figures(run: &Run) -> Vec<Figure> {
    let mut out = Vec::new();
    for (i, a) in run.analyses.iter().enumerate() {
        if has_path(a) && !run.analyses[..i].iter().any(|b| b.outcome == a.outcome && has_path(b)) {
            out.extend(event_study::event_study(run, a));
        }
    }
    out.extend(means::means(run));
    out.extend(balance::balance(run));
    out.extend(flow::flow(run));
    out.push(forest(run));
    out.extend(super::specifications::figure(run));
    out.extend(comparisons::comparisons(run));
    out.extend(coverage::coverage(run));
    out.extend(paths(run));
    // Names that differ only in letters a file name cannot hold get a number.
    for i in 1..out.len() {
        let same = out[..i]
            .iter()
            .filter(|f| f.id == out[i].id || f.id.strip_suffix(char::is_numeric) == Some(&format!("{}-", out[i].id)))
            .count();
        if same > 0 {
            out[i].id = format!("{}-{}", out[i].id, same + 1);
        }
    }
    out
}

pub(super) fn slug(text: &str) -> String {
    let cleaned: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let short: String = cleaned.trim_matches('-').chars().take(40).collect();
    if short.is_empty() { "outcome".into() } else { short }
}

/// Whether an analysis has effects by time since the start.
fn has_path(a: &crate::study::Analysis) -> bool {
    a.effects.iter().filter(|e| e.target.estimand == Estimand::Event && e.result.is_ok()).count() > 1
}

/// The event time that is zero by construction, where the estimator has one.
pub(super) fn reference(a: &crate::study::Analysis) -> Option<i64> {
    a.estimator.options.iter().find(|(key, _)| *key == "reference").and_then(|(_, value)| value.parse().ok())
}

/// The paths of several estimators in one picture, for each outcome.
fn paths(run: &Run) -> Vec<Figure> {
    let mut out = Vec::new();
    for d in &run.descriptions {
        let with: Vec<&crate::study::Analysis> = run.analyses.iter().filter(|a| a.outcome == d.outcome && has_path(a)).collect();
        if with.len() < 2 {
            continue;
        }
        let series = with
            .iter()
            .map(|a| {
                let mut points: Vec<crate::table::SeriesPoint> = Vec::new();
                for e in a.effects.iter().filter(|e| e.target.estimand == Estimand::Event) {
                    if let (Some(time), Ok(r)) = (e.target.event_time, &e.result)
                        && !points.iter().any(|p| p.0 == time as f64)
                    {
                        points.push((time as f64, r.estimate, None));
                    }
                }
                if let Some(time) = reference(a) {
                    points.push((time as f64, 0.0, None));
                }
                points.sort_by(|p, q| p.0.total_cmp(&q.0));
                Series { name: a.label(), points }
            })
            .collect();
        out.push(Figure {
            id: format!("paths-{}", slug(&d.outcome)),
            title: format!("{}: effect by time since the start, all estimators", d.outcome),
            alt: format!("Estimated effect on {} for each number of periods since the start by each estimator", d.outcome),
            caption: "Estimates only; their intervals are in the tables. Where the lines part, look at what sets the estimators apart (side by side).".into(),
            kind: FigureKind::Lines {
                series,
                marks: Vec::new(),
                x_title: "Periods since the start".into(),
                y_title: format!("Effect on {} ({})", d.outcome, unit(run, &d.outcome)),
            },
        });
    }
    out
}

/// Said behind an estimator that asks another question than the first of its outcome.
fn asked(run: &Run, a: &crate::study::Analysis) -> &'static str {
    match run.analyses.iter().find(|b| b.outcome == a.outcome && b.overall().is_some()) {
        Some(first) if a.asks != first.asks => " (another question)",
        _ => "",
    }
}

fn forest(run: &Run) -> Figure {
    let mut rows = Vec::new();
    for a in &run.analyses {
        let Some(chosen) = a.overall() else { continue };
        for effect in &a.effects {
            let Ok(e) = &effect.result else { continue };
            if e.target != chosen.target {
                continue;
            }
            rows.push(ForestRow {
                label: format!("{}: {}{}", a.outcome, a.label(), asked(run, a)),
                detail: e.inference.clone(),
                estimate: e.estimate,
                low: e.interval.low.value(),
                high: e.interval.high.value(),
                headline: rows.is_empty(),
            });
        }
    }
    let others = run.analyses.iter().any(|a| a.overall().is_some() && !asked(run, a).is_empty());
    let apart = if others {
        " Those that ask another question than the first of their outcome are marked so, and are no rivals of it."
    } else {
        ""
    };
    Figure {
        id: "forest".into(),
        title: "All estimators and methods side by side".into(),
        alt: "Overall effect by each estimator and inference method, with intervals".into(),
        caption: format!(
            "{} intervals. Where estimators differ, look at what each assumes (methods, below).{apart}",
            super::words::percent(run.study.study.level)
        ),
        kind: FigureKind::Forest {
            rows,
            against: Against::default(),
            x_title: format!("Effect ({})", shared(run, run.analyses.iter().map(|a| a.outcome.as_str()))),
        },
    }
}
