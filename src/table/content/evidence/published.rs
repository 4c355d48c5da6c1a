//! The table of published claims, and its forest plot.

use super::verdict::counted;
use crate::evidence::published::{By, CLAIMS_VERSION, EffectUnit, PublishedClaim};
use crate::table::{Against, Cell, Column, Digits, Figure, FigureKind, ForestRow, Table};

fn by(by: By) -> &'static str {
    match by {
        By::Independent => "independent",
        By::Developer => "developer",
        By::Commissioned => "commissioned",
        By::Vendor => "vendor",
    }
}

fn unit(unit: EffectUnit) -> &'static str {
    match unit {
        EffectUnit::Sd => "SD",
        EffectUnit::PercentilePoints => "percentile points",
        EffectUnit::PercentGrowth => "percent more growth",
        EffectUnit::Points => "points of the test",
    }
}

/// Independent claims, or all others: those of sellers, of researchers they paid, and of a programme's own developers.
pub fn published(claims: &[PublishedClaim], independent: bool) -> Table {
    let columns = vec![
        Column::new("id", "Name"),
        Column::new("programme", "Programme"),
        Column::new("outcome", "Outcome"),
        Column::new("reported", "As reported"),
        Column::new("effect", "Effect"),
        Column::new("unit", "Unit"),
        Column::new("std_error", "Standard error"),
        Column::new("interval", "Interval"),
        Column::new("students", "Students"),
        Column::new("sites", "Sites"),
        Column::new("design", "Design"),
        Column::new("by", "Who"),
        Column::new("source", "Where it was read"),
    ];
    let (id, title) = match independent {
        true => ("claims-independent", "Published claims, independent"),
        false => ("claims-with-a-stake", "Published claims, by those with a stake"),
    };
    let mut out = Table::new(id, format!("{title} (table {CLAIMS_VERSION})"), columns);
    for c in claims.iter().filter(|c| c.by.is_independent() == independent) {
        let none = "not one number where it was read";
        let blank = "not told where it was read";
        let digits = Digits::Decimals(if c.effect.is_some_and(|e| e.1 == EffectUnit::Sd) { 3 } else { 1 });
        let sites = c.sites.map_or_else(|| Cell::undefined(blank), |n| Cell::Text(format!("{} {}", counted(n), c.site_kind).trim().into()));
        out.push(vec![
            Cell::text(&c.id),
            Cell::text(&c.programme),
            Cell::text(&c.outcome),
            Cell::text(&c.reported),
            Cell::number_with(c.effect.map(|e| e.0), digits, none),
            c.effect.map_or_else(|| Cell::undefined(none), |e| Cell::text(unit(e.1))),
            Cell::number_with(c.std_error, digits, blank),
            c.interval.map_or_else(|| Cell::undefined(blank), |(low, high)| Cell::interval(Some(low), Some(high), digits)),
            c.students.map_or_else(|| Cell::undefined(blank), Cell::Count),
            sites,
            Cell::text(&c.design),
            Cell::text(by(c.by)),
            Cell::text(&c.source),
        ]);
    }
    out.note(
        "Only figures that were looked up, as they were reported: nothing is corrected or converted here. To judge one: didact claim.",
    );
    out
}

/// The claims in SD below one another: independent ones first, then those by people with a stake, largest first. Intervals are drawn
/// where an interval or a standard error was reported.
pub fn forest(claims: &[PublishedClaim]) -> Figure {
    let mut shown: Vec<(&PublishedClaim, f64)> =
        claims.iter().filter_map(|c| c.effect.filter(|e| e.1 == EffectUnit::Sd).map(|e| (c, e.0))).collect();
    shown.sort_by(|a, b| (!a.0.by.is_independent()).cmp(&!b.0.by.is_independent()).then(b.1.total_cmp(&a.1)).then(a.0.id.cmp(&b.0.id)));
    let normal = crate::num::normal::quantile(0.975);
    let rows = shown.iter().map(|(c, g)| {
        let ends = c.interval.or(c.std_error.map(|se| (g - normal * se, g + normal * se)));
        let group = if c.by.is_independent() { "independent".to_string() } else { format!("WITH A STAKE: {}", by(c.by)) };
        ForestRow {
            label: c.programme.clone(),
            detail: format!("{group}; {}; {}", c.outcome, c.design),
            estimate: *g,
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            headline: false,
        }
    });
    let rows: Vec<ForestRow> = rows.collect();
    let left = claims.len() - rows.len();
    Figure {
        id: "claims".into(),
        title: "Published claims: independent above, with a stake below".into(),
        alt: "Published effects in standard deviations, independent studies above, those of sellers and developers below".into(),
        caption: format!(
            "As reported, in standard deviations of students (table {CLAIMS_VERSION}); {left} more claims give no single number in SD. Designs and tests differ: \
             the rows are not to be averaged. Lines are 95 % intervals, as reported or from the reported standard error; most report none."
        ),
        kind: FigureKind::Forest { rows, against: Against::default(), x_title: "Effect (SD)".into() },
    }
}
