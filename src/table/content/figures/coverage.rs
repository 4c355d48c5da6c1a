//! Whether intervals keep their promise on designs like the study's own.

use crate::evaluate::Performance;
use crate::study::{Run, for_comparison};
use crate::table::content::calibration::in_percent;
use crate::table::content::words::percent;
use crate::table::number::{self, Glyphs};
use crate::table::{Against, Digits, Figure, FigureKind, ForestRow};

/// What is promised beside what was found, a row a method; `None` where it was not tried or cannot be said.
pub(super) fn coverage(run: &Run) -> Option<Figure> {
    let trust = run.trust.as_ref()?.as_ref().ok()?;
    let row = |(i, p): (usize, &Performance)| {
        let (value, ends) = in_percent(p.coverage?);
        let (low, high) = ends.unzip();
        let method = p.method.as_deref().unwrap_or_default();
        Some(ForestRow {
            label: match method {
                robust if robust.starts_with("robust") => format!("{robust}: units counted for clusters"),
                other => other.to_string(),
            },
            detail: match i > 0 && for_comparison(method) {
                true => format!("for comparison, {} draws", p.n),
                false => format!("{}, {} draws", trust.estimator, p.n),
            },
            estimate: value,
            low,
            high,
            headline: i == 0,
        })
    };
    let rows: Vec<ForestRow> = std::iter::once(&trust.performance).chain(&trust.others).enumerate().filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    let level = run.study.study.level;
    let design = if trust.fitted { "your design (fitted to the data)" } else { "designs like this one" };
    let said: Vec<String> =
        rows.iter().map(|r| format!("{} {} %", r.label, number::number(r.estimate, Digits::Decimals(1), Glyphs::Ascii))).collect();
    Some(Figure {
        id: "coverage".into(),
        title: format!("How often the interval holds the truth on {design}"),
        alt: format!("Share of draws whose interval contained the true effect, promised {}: {}", percent(level), said.join("; ")),
        caption: format!(
            "Outcomes were drawn again and again with the truth known. An interval that keeps its promise holds it in {} of the draws; bars: what the number of draws leaves open (two Monte Carlo standard errors on either side). Methods that draw at random themselves are tried by didact calibrate.",
            percent(level)
        ),
        kind: FigureKind::Forest {
            rows,
            against: Against { value: 100.0 * level, words: format!("promised {}", percent(level)) },
            x_title: "Intervals that hold the truth (percent)".into(),
        },
    })
}
