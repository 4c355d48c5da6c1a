//! Effects by time since the start, and what they are worth where trends were not parallel.

use super::{STAYS, reference, slug};
use crate::estimate::Estimand;
use crate::study::{Analysis, Effect, Run};
use crate::table::content::disclosure::Gate;
use crate::table::content::units::unit;
use crate::table::content::words::percent;
use crate::table::disclosure::WITHHELD;
use crate::table::number::{self, Glyphs};
use crate::table::{Bounds, Cell, Digits, EventPoint, Figure, FigureKind, Sensitivity};

/// The path of an analysis, and beside it how its effect holds where trends were not parallel.
pub(super) fn event_study(run: &Run, a: &Analysis) -> Option<Figure> {
    let level = run.study.study.level;
    let first = a.effects.iter().find_map(|e| e.result.as_ref().ok()).map(|e| e.inference.clone())?;
    // The simultaneous band of the first method that gives one.
    let banded = a.effects.iter().find_map(|e| e.result.as_ref().ok().filter(|r| r.band.is_some()).map(|r| r.inference.clone()));
    let band = |time: Option<i64>| {
        let of = |e: &&Effect| e.target.estimand == Estimand::Event && e.target.event_time == time;
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
    let withheld = |e: &Effect| e.target.estimand == Estimand::Event && e.result.as_ref().is_err_and(|why| why.0 == WITHHELD);
    let stays = if a.effects.iter().any(withheld) { STAYS } else { "" };
    let ribbon = banded.as_ref().map(|b| format!(" ribbon: all times at once ({b});")).unwrap_or_default();
    let (sensitivity, holds) = sensitivity(run, a).unzip();
    let holds = holds.unwrap_or_default();
    let said = spoken(&points);
    Some(Figure {
        id: format!("event-study-{}", slug(&a.outcome)),
        title: format!("{}: effect by time since the start", a.outcome),
        alt: format!("Estimated effect on {} for each number of periods before and after the start, with intervals{said}", a.outcome),
        caption: format!(
            "Points: estimates; bars: {} intervals ({first});{ribbon}{fixed} Before the start the points should lie near zero.{start}{stays}{holds}",
            percent(level)
        ),
        kind: FigureKind::EventStudy {
            points,
            sensitivity,
            x_title: "Periods since the start".into(),
            y_title: format!("Effect on {} ({})", a.outcome, unit(run, &a.outcome)),
        },
    })
}

/// The points in words.
fn spoken(points: &[EventPoint]) -> String {
    let one = |p: &EventPoint| {
        let digits = Digits::for_interval(p.estimate, p.low, p.high);
        format!("{}: {}", number::whole(p.event_time, Glyphs::Ascii), number::number(p.estimate, digits, Glyphs::Ascii))
    };
    let shown: Vec<String> = points.iter().filter(|p| !p.reference).map(one).collect();
    if shown.is_empty() { String::new() } else { format!(". Periods since the start and effect: {}", shown.join("; ")) }
}

/// The sets that the check `honest` gives for this outcome, and how to read them.
fn sensitivity(run: &Run, a: &Analysis) -> Option<(Sensitivity, String)> {
    let found = Gate::of(run).found(run, "honest", &a.outcome)?;
    let table = &found.told.table;
    let at = |key: &str| table.at(key);
    let (trends, size) = (at("trends")?, at("mbar").or_else(|| at("m"))?);
    let (low, high) = (at("conf_low")?, at("conf_high")?);
    let value = |cell: &Cell| if let Cell::Number { value, .. } = cell { Some(*value) } else { None };
    let bounds: Vec<Bounds> = table
        .rows
        .iter()
        .map(|row| {
            let own = value(&row[size]);
            let label = own.map_or_else(|| "parallel".to_string(), |m| number::trimmed(m, Glyphs::Typographic));
            Bounds { label, size: own, low: value(&row[low]), high: value(&row[high]) }
        })
        .collect();
    if bounds.iter().all(|b| b.low.is_none() && b.high.is_none()) {
        return None;
    }
    let held = table.rows.last().map(|row| if let Cell::Text(words) = &row[trends] { words.as_str() } else { "" });
    let (x_title, by) = match held.unwrap_or_default() {
        "smoothness" => (
            format!("Change of slope, {} a period", unit(run, &a.outcome)),
            "drew apart with a slope that changes by up to that much from one period to the next",
        ),
        "relative smoothness" => (
            "Times the largest change of slope before".to_string(),
            "drew apart with a slope that changes by up to that many times its largest change before",
        ),
        _ => (
            "Times the largest change before".to_string(),
            "differed after the start by up to that many times the largest change between two periods before it",
        ),
    };
    let effect = table.title.split(" (").next().unwrap_or_default().trim_start_matches("Bounds of ").to_string();
    let by_whom = found.estimator.iter().chain(&found.inference).cloned().collect::<Vec<_>>().join(", ");
    let caption = format!(
        " Beside it: what {effect} may be if trends were not parallel, but {by} ({by_whom}). Where a bar reaches zero, a difference in trends of that size would undo the effect."
    );
    Some((Sensitivity { title: format!("If trends were not parallel: {effect}"), x_title, bounds }, caption))
}
