//! The figures of a run, as data.

use super::disclosure::Gate;
use super::words::arm;
use crate::estimate::Estimand;
use crate::study::Run;
use crate::table::disclosure::WITHHELD;
use crate::table::{EventPoint, Figure, FigureKind, ForestRow, Series};

/// Said where a point is not drawn.
const STAYS: &str = " Points that would tell of too few students are withheld.";

/// Event studies, outcome means by group, and all estimates side by side.
pub(super) fn figures(run: &Run) -> Vec<Figure> {
    let mut out = Vec::new();
    for (i, a) in run.analyses.iter().enumerate() {
        if has_path(a) && !run.analyses[..i].iter().any(|b| b.outcome == a.outcome && has_path(b)) {
            out.extend(event_study(a, run.study.study.level));
        }
    }
    out.extend(paths(run));
    out.extend(means(run));
    out.push(forest(run));
    out.extend(super::specifications::figure(run));
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
                y_title: format!("Effect on {} (outcome units)", d.outcome),
            },
        });
    }
    out
}

fn event_study(a: &crate::study::Analysis, level: f64) -> Option<Figure> {
    let first = a.effects.iter().find_map(|e| e.result.as_ref().ok()).map(|e| e.inference.clone())?;
    // The simultaneous band of the first method that gives one.
    let banded = a.effects.iter().find_map(|e| e.result.as_ref().ok().filter(|r| r.band.is_some()).map(|r| r.inference.clone()));
    let band = |time: Option<i64>| {
        let of = |e: &&crate::study::Effect| e.target.estimand == Estimand::Event && e.target.event_time == time;
        a.effects
            .iter()
            .filter(of)
            .filter_map(|e| e.result.as_ref().ok())
            .find(|r| Some(&r.inference) == banded.as_ref())
            .and_then(|r| r.band)
    };
    let mut points: Vec<EventPoint> = a
        .effects
        .iter()
        .filter(|e| e.target.estimand == Estimand::Event)
        .filter_map(|e| {
            let r = e.result.as_ref().ok().filter(|r| r.inference == first)?;
            Some(EventPoint {
                event_time: e.target.event_time?,
                estimate: r.estimate,
                low: r.interval.low.value(),
                high: r.interval.high.value(),
                band_low: band(e.target.event_time).and_then(|b| b.low.value()),
                band_high: band(e.target.event_time).and_then(|b| b.high.value()),
                reference: false,
            })
        })
        .collect();
    if let Some(event_time) = reference(a) {
        points.push(EventPoint { event_time, estimate: 0.0, low: None, high: None, band_low: None, band_high: None, reference: true });
    }
    points.sort_by_key(|p| p.event_time);
    let fixed = if reference(a).is_some() { " hollow: the reference, zero by construction." } else { " hollow: before the start." };
    let start = if a.sample.switching.is_some() { " The start is the first change of a treatment that may change again." } else { "" };
    let withheld = |e: &crate::study::Effect| e.result.as_ref().is_err_and(|why| why.0 == WITHHELD);
    let stays = if a.effects.iter().any(withheld) { STAYS } else { "" };
    let ribbon = banded.as_ref().map(|b| format!(" ribbon: all times at once ({b});")).unwrap_or_default();
    Some(Figure {
        id: format!("event-study-{}", slug(&a.outcome)),
        title: format!("{}: effect by time since the start", a.outcome),
        alt: format!("Estimated effect on {} for each number of periods before and after the start, with intervals", a.outcome),
        caption: format!(
            "Points: estimates; bars: {} intervals ({first});{ribbon}{fixed} Before the start the points should lie near zero.{start}{stays}",
            super::words::percent(level)
        ),
        kind: FigureKind::EventStudy {
            points,
            x_title: "Periods since the start".into(),
            y_title: format!("Effect on {} (outcome units)", a.outcome),
        },
    })
}

fn means(run: &Run) -> Vec<Figure> {
    let gate = Gate::of(run);
    let small = |n: usize| gate.few(n as u64);
    run.descriptions
        .iter()
        .map(|d| {
            let series = [true, false]
                .iter()
                .map(|&treated| Series {
                    name: arm(treated, d.switching).into(),
                    points: d
                        .by_period
                        .iter()
                        .filter(|p| p.treated == treated && !small(p.outcome.n))
                        .filter_map(|p| Some((p.period as f64, p.outcome.mean?, None)))
                        .collect(),
                })
                .collect();
            Figure {
                id: format!("means-{}", slug(&d.outcome)),
                title: format!("{}: mean by group over time", d.outcome),
                alt: if d.switching {
                    format!("Mean {} in each period of units whose treatment changes at some time and of the others", d.outcome)
                } else {
                    format!("Mean {} in each period of treated and comparison units", d.outcome)
                },
                caption: format!(
                    "Means of all observed units; a difference-in-differences compares how the lines move, not how high they lie.{}",
                    if d.by_period.iter().any(|p| small(p.outcome.n)) { STAYS } else { "" }
                ),
                kind: FigureKind::Lines {
                    series,
                    marks: Vec::new(),
                    x_title: "Period".into(),
                    y_title: format!("Mean {} (outcome units)", d.outcome),
                },
            }
        })
        .collect()
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
                label: format!("{}: {}", a.outcome, a.label()),
                detail: e.inference.clone(),
                estimate: e.estimate,
                low: e.interval.low.value(),
                high: e.interval.high.value(),
                headline: rows.is_empty(),
            });
        }
    }
    Figure {
        id: "forest".into(),
        title: "All estimators and methods side by side".into(),
        alt: "Overall effect by each estimator and inference method, with intervals".into(),
        caption: format!(
            "{} intervals. Where estimators differ, look at what each assumes (methods, below).",
            super::words::percent(run.study.study.level)
        ),
        kind: FigureKind::Forest { rows, x_title: "Effect (outcome units)".into() },
    }
}
