//! What the outcome did in both groups, and the difference between them.

use super::{STAYS, slug};
use crate::study::{ArmPeriod, Description, Run};
use crate::table::content::descriptives;
use crate::table::content::disclosure::Gate;
use crate::table::content::units::unit;
use crate::table::content::words::{arm, percent};
use crate::table::number::{self, Glyphs};
use crate::table::{Digits, Figure, FigureKind, Series, SeriesPoint};
use std::collections::BTreeSet;

/// Clusters from which on the interval of a mean tells of no single one.
const TELLING: usize = 3;

/// One figure an outcome of which some mean may be told.
pub(super) fn means(run: &Run) -> Vec<Figure> {
    run.descriptions.iter().filter_map(|d| one(run, d)).collect()
}

fn one(run: &Run, d: &Description) -> Option<Figure> {
    let gate = Gate::of(run);
    let small = |p: &ArmPeriod| gate.few(p.outcome.n as u64) || gate.hides_mean(&p.outcome);
    // The interval of two clusters is as good as telling both of them.
    let told = |p: &ArmPeriod| gate.is_open() || p.clusters >= TELLING;
    // A share to its last digit tells of how many it is one, and so does its interval.
    let stay = gate.hides_periods(d);
    let arms: Vec<Series> = [true, false]
        .iter()
        .map(|&treated| Series {
            name: arm(treated, d.switching).into(),
            points: d
                .by_period
                .iter()
                .filter(|p| p.treated == treated && !small(p))
                .filter_map(|p| {
                    Some((p.period as f64, descriptives::told(&p.outcome, p.outcome.mean, stay)?, p.interval.filter(|_| told(p) && !stay)))
                })
                .collect(),
        })
        .collect();
    if arms.iter().all(|arm| arm.points.is_empty()) {
        return None;
    }
    let stays = |period: i64| d.by_period.iter().filter(|p| p.period == period).any(small);
    let open = |period: i64| d.by_period.iter().filter(|p| p.period == period).all(told);
    let points: Vec<SeriesPoint> = d
        .gaps
        .iter()
        .filter(|g| !stays(g.period))
        .map(|g| (g.period as f64, g.difference, g.interval.filter(|_| open(g.period))))
        .collect();
    let [first, second] = [true, false].map(|treated| arm(treated, d.switching));
    let groups = if d.switching { "units whose treatment changes at some time and of the others" } else { "treated and comparison units" };
    let unit = unit(run, &d.outcome);
    let withheld = if d.by_period.iter().any(|p| small(p) || !told(p)) { STAYS } else { "" };
    Some(Figure {
        id: format!("means-{}", slug(&d.outcome)),
        title: format!("{}: mean by group over time, and the difference", d.outcome),
        alt: format!("Mean {} in each period of {groups}, with intervals, and the difference between them{}", d.outcome, spoken(&points)),
        caption: format!(
            "Means of all observed units with {} intervals that heed clusters. A difference-in-differences compares how the lines move, not how high they lie: the difference below should stay level before the start.{withheld}",
            percent(run.study.study.level)
        ),
        kind: FigureKind::Means {
            arms,
            difference: Series { name: format!("Difference: {first} less {second} ({unit})"), points },
            marks: started(d),
            x_title: "Period".into(),
            y_title: format!("Mean {} ({unit})", d.outcome),
        },
    })
}

/// Between which periods the treatment began; with several starts, the first.
fn started(d: &Description) -> Vec<(f64, String)> {
    let starts: BTreeSet<i64> = d.seen.iter().filter_map(|s| s.start).collect();
    let Some(first) = starts.first().filter(|s| **s > d.first_period) else { return Vec::new() };
    let words = if starts.len() > 1 { "first start" } else { "treatment begins" };
    vec![(*first as f64 - 0.5, words.into())]
}

/// The differences in words.
fn spoken(points: &[SeriesPoint]) -> String {
    let one = |(x, y, interval): &SeriesPoint| {
        let (low, high) = interval.unzip();
        let value = number::number(*y, Digits::for_interval(*y, low, high), Glyphs::Ascii);
        format!("{}: {value}", number::whole(*x as i64, Glyphs::Ascii))
    };
    if points.is_empty() {
        String::new()
    } else {
        format!(". Period and difference: {}", points.iter().map(one).collect::<Vec<_>>().join("; "))
    }
}
