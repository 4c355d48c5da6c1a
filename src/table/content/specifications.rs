//! The specification curve of a run: its figure and tables.

use super::diagnose::{curve_decisions, curve_table};
use super::words::percent;
use crate::diagnose::Specified;
use crate::diagnose::multiverse::{Curve, DECISIONS};
use crate::study::Run;
use crate::table::{ChoiceRow, Figure, FigureKind, SpecificationPoint, Table};

/// The decision whose choices are sets.
const SETS: usize = 2;

fn found(run: &Run) -> Option<&Specified> {
    run.multiverse.as_ref()?.as_ref().ok()
}

/// Where the spread comes from, and all specifications.
pub(super) fn tables(run: &Run) -> Vec<Table> {
    found(run).map_or(Vec::new(), |f| vec![curve_decisions(&f.curve), curve_table(&f.curve)])
}

/// The curve with the choices beneath.
pub(super) fn figure(run: &Run) -> Option<Figure> {
    let found = found(run)?;
    let outcome = run.analyses.first().map_or("", |a| a.outcome.as_str());
    let curve = &found.curve;
    let n = curve.specifications.len();
    Some(Figure {
        id: "specification-curve".into(),
        title: format!("{outcome}: {n} reasonable specifications, {} with the sign of the headline", percent(curve.same_sign)),
        alt: format!(
            "All {n} estimates of the effect on {outcome} from the smallest to the largest, with intervals, and the choices behind each"
        ),
        caption: format!(
            "Each point (or place on the line) is one specification: an estimate with its {} interval; filled: significant. Beneath, a mark under a point says which choices it makes. Only choices that differ somewhere are shown.",
            percent(curve.level)
        ),
        kind: kind(curve),
    })
}

fn kind(curve: &Curve) -> FigureKind {
    let mut rows: Vec<ChoiceRow> = Vec::new();
    let mut of_point: Vec<Vec<usize>> = vec![Vec::new(); curve.specifications.len()];
    for d in (0..DECISIONS.len()).filter(|&d| curve.decisions.iter().any(|own| own.name == DECISIONS[d])) {
        // A set of covariates is shown by its members.
        let parts = |choice: &str| -> Vec<String> {
            if d != SETS {
                return vec![choice.to_string()];
            }
            choice.split(" + ").map(str::to_string).collect()
        };
        let first = rows.len();
        let all: std::collections::BTreeSet<String> = curve.specifications.iter().flat_map(|s| parts(&s.choices[d])).collect();
        let all: Vec<String> = all.into_iter().collect();
        rows.extend(all.iter().map(|label| ChoiceRow { group: DECISIONS[d].into(), label: label.clone() }));
        for (own, s) in of_point.iter_mut().zip(&curve.specifications) {
            own.extend(parts(&s.choices[d]).iter().filter_map(|p| all.iter().position(|a| a == p)).map(|at| first + at));
        }
    }
    let alpha = 1.0 - curve.level;
    let points = curve
        .specifications
        .iter()
        .zip(of_point)
        .map(|(s, choices)| SpecificationPoint {
            estimate: s.estimate,
            low: s.interval.0,
            high: s.interval.1,
            significant: s.p_value.is_some_and(|p| p < alpha),
            headline: s.headline,
            choices,
        })
        .collect();
    FigureKind::Specifications { points, rows, y_title: "Effect (SD)".into() }
}
