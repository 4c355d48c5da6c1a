//! A reader of drawings: the numbers that marks say, beside those they were drawn from.

use super::grid::entities;
use super::{plain, stands_for};
use didact::render::svg::{Style, svg};
use didact::table::{Digits, Figure, FigureKind};

/// A value and its bounds.
type Numbers = (f64, Option<f64>, Option<f64>);

/// Every mark says the value and the interval of its point, at the precision shown; gives back how many numbers were looked at.
pub fn check(study: &str, figure: &Figure) -> usize {
    let meant = meant(&figure.kind);
    let drawn = svg(figure, Style::Standalone);
    let said: Vec<String> =
        drawn.split("<g class=\"mark\"><title>").skip(1).map(|m| entities(m.split("</title>").next().unwrap_or_default())).collect();
    let Some(meant) = meant else { return 0 };
    assert_eq!(said.len(), meant.len(), "{study}, {}: marks", figure.id);
    let mut looked = 0;
    for (words, numbers) in said.iter().zip(&meant) {
        assert!(says(words, numbers), "{study}, {}: {numbers:?} is said as {words:?}", figure.id);
        looked += 1 + usize::from(numbers.1.is_some()) + usize::from(numbers.2.is_some());
    }
    looked
}

/// The numbers of the marks in the order in which they are drawn; `None` of kinds whose marks say something else.
fn meant(kind: &FigureKind) -> Option<Vec<Numbers>> {
    let series = |all: &[didact::table::Series]| -> Vec<Numbers> {
        let points = all.iter().flat_map(|s| s.points.iter());
        points.map(|p| (p.1, p.2.map(|i| i.0), p.2.map(|i| i.1))).collect()
    };
    Some(match kind {
        FigureKind::EventStudy { points, sensitivity, .. } => {
            let mut points = points.clone();
            points.sort_by_key(|p| p.event_time);
            let own = points.iter().map(|p| (p.estimate, p.low, p.high));
            let sets = sensitivity.iter().flat_map(|s| &s.bounds).map(|b| (f64::NAN, b.low, b.high));
            own.chain(sets).collect()
        }
        FigureKind::Lines { series: all, .. } | FigureKind::Scatter { series: all, .. } => series(all),
        FigureKind::Means { arms, difference, .. } => series(arms).into_iter().chain(series(std::slice::from_ref(difference))).collect(),
        FigureKind::Forest { rows, .. } => rows.iter().map(|r| (r.estimate, r.low, r.high)).collect(),
        FigureKind::Balance { rows, samples, .. } => {
            let values = rows.iter().flat_map(|r| r.values.iter().take(samples.len()).flatten());
            values.map(|v| (*v, None, None)).collect()
        }
        FigureKind::Flow { .. } | FigureKind::Specifications { .. } => return None,
    })
}

/// Whether words end with a value, and its interval where it has one.
fn says(words: &str, &(value, low, high): &Numbers) -> bool {
    let words = plain(words.trim_end_matches(" SD"));
    let words = words.split(" band ").next().unwrap_or_default().to_string();
    if words.ends_with("zero by construction") {
        return value == 0.0;
    }
    let shown = |shown: &str, value: f64| {
        let shown = shown.trim();
        let decimals = shown.split_once('.').map_or(0, |(_, tail)| tail.len()) as u8;
        stands_for(shown, value, if shown.contains('e') { Digits::Auto } else { Digits::Decimals(decimals) })
    };
    // Thousands have lost their separators, and so has the interval.
    let (before, interval) = match words.rsplit_once(['[', '(']) {
        Some((before, rest)) if low.is_some() || high.is_some() => (before, Some(rest)),
        None if low.is_some() || high.is_some() => return false,
        _ => (words.as_str(), None),
    };
    if let Some(rest) = interval {
        let Some((left, right)) = rest.trim_end_matches([']', ')']).split_once(' ') else { return false };
        let right = right.split(']').next().unwrap_or_default();
        if !low.map_or(left == "-inf", |v| shown(left, v)) || !high.map_or(right == "inf", |v| shown(right, v)) {
            return false;
        }
    }
    let last = before.trim_end_matches("(no interval)").trim_end().trim_end_matches("interval").trim_end();
    value.is_nan() || last.rsplit(' ').next().is_some_and(|number| shown(number, value))
}

#[test]
fn a_wrong_number_is_seen() {
    let point = (3.444, Some(2.1), Some(4.78));
    assert!(says("math, 2019: 3.44, interval [2.10, 4.78]", &point) && says("a: b: 3.44 [2.10, 4.78]", &point));
    assert!(says("1: 3.44, interval [2.10, 4.78], band [1.0, 6.0]", &point));
    assert!(!says("math, 2019: 3.45, interval [2.10, 4.78]", &point) && !says("math, 2019: 3.44, interval [2.11, 4.78]", &point));
    assert!(!says("math, 2019: 3.44", &point) && says("2: reference, zero by construction", &(0.0, None, None)));
    assert!(
        says("x: 1,234.5 (no interval)", &(1234.5, None, None))
            && says("1: 0.0, interval (\u{2212}\u{221e}, 1.5]", &(0.04, None, Some(1.5)))
    );
}
