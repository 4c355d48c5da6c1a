//! How alike the groups were before, variable by variable: a love plot.

use crate::evidence::standard::{Key, Standards};
use crate::study::Run;
use crate::table::content::balance::{balance as first_period, label};
use crate::table::content::disclosure::Gate;
use crate::table::number::{self, Glyphs};
use crate::table::{BalanceRow, Cell, Digits, Figure, FigureKind, Table};

/// The headline's outcome and covariates, then the other outcomes; `None` where nothing can be compared.
pub(super) fn balance(run: &Run) -> Option<Figure> {
    let headline = run.descriptions.first()?;
    let mut observed = first_period(run);
    Gate::of(run).table(&mut observed);
    let check = Gate::of(run).found(run, "balance", &headline.outcome);
    let analysed = check.as_ref().map(|c| &c.told.table).filter(|t| !t.rows.is_empty());
    let mut samples = vec![format!("everyone in the first period ({})", headline.first_period)];
    if analysed.is_some() {
        samples.push("those analysed, in the last period before the start".into());
    }
    let mut rows: Vec<BalanceRow> = Vec::new();
    let (outcome, variable) = (observed.at("outcome")?, observed.at("variable")?);
    for row in &observed.rows {
        let (Cell::Text(of), Cell::Text(name)) = (&row[outcome], &row[variable]) else { continue };
        // Of the other outcomes only their own row: covariates are the same.
        if (of != &headline.outcome && of != name) || rows.iter().any(|r| &r.label == name) {
            continue;
        }
        let mut values = vec![number(&observed, row, "difference_sd")];
        let mut detail = String::new();
        if let Some(table) = analysed {
            let own = table.rows.iter().find(|r| r.first() == Some(&Cell::text(name)));
            values.push(own.and_then(|r| number(table, r, "difference_sd")));
            detail = match own.zip(table.at("adjusted")).map(|(r, c)| &r[c]) {
                Some(Cell::Text(words)) if words == "yes" => "the estimate adjusts for it".into(),
                Some(Cell::Text(words)) if words == "no" => "not adjusted for".into(),
                _ => String::new(),
            };
        }
        rows.push(BalanceRow { label: name.clone(), detail, values });
    }
    if rows.iter().all(|r| r.values.iter().all(Option::is_none)) {
        return None;
    }
    for row in &mut rows {
        let own = headline.baseline.iter().find(|b| b.name == row.label);
        if let Some(label) = own.and_then(|b| label(run, b)) {
            row.label = format!("{}: {label}", row.label);
        }
    }
    let standards = Standards::default();
    let limits = [standards.number(Key::EquivalenceSatisfied), standards.number(Key::EquivalenceLimit)];
    let said: Vec<String> =
        rows.iter().filter_map(|r| r.values.iter().rev().flatten().next().map(|v| format!("{} {}", r.label, shown(*v)))).collect();
    Some(Figure {
        id: "balance".into(),
        title: "Were the groups alike before the start?".into(),
        alt: format!(
            "Difference of treated and comparison units before treatment in standard deviations for each variable: {}",
            said.join("; ")
        ),
        caption: format!(
            "Each mark: treated less comparison in standard deviations. Inside the inner band ({}) the What Works Clearinghouse calls them alike; up to the outer lines ({}) the estimate must adjust for the variable; beyond them adjusting does not help.",
            shown(limits[0]),
            shown(limits[1])
        ),
        kind: FigureKind::Balance { samples, rows, limits, x_title: "Difference (SD)".into() },
    })
}

fn number(table: &Table, row: &[Cell], key: &str) -> Option<f64> {
    match row.get(table.at(key)?)? {
        Cell::Number { value, .. } => Some(*value),
        _ => None,
    }
}

fn shown(value: f64) -> String {
    number::number(value, Digits::Decimals(2), Glyphs::Ascii)
}
