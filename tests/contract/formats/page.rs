//! A reader of the report's page: every cell of every table, and what a column is sorted by.

use super::columnar::value;
use super::grid::entities;
use super::is_shown;
use didact::render::html::html;
use didact::table::{Cell, Report, Table};

/// Every table of the page holds what it stands for, in its order: the data of the figures, then the tables.
pub fn check(study: &str, report: &Report) {
    let page = html(report).expect("a page");
    // The table of what the page computes again is none of the report's.
    let of_report = |html: &&str| html.starts_with("data-") || html.starts_with("table-");
    let shown: Vec<&str> = page.split("<table id=\"").skip(1).filter(of_report).collect();
    let meant: Vec<Table> = report.figures.iter().map(|f| f.data()).chain(report.tables.iter().cloned()).collect();
    assert_eq!(shown.len(), meant.len(), "{study}: tables of the page");
    for (html, table) in shown.iter().zip(&meant) {
        let what = format!("{study}, page, {}", table.id);
        let body = html.split_once("<tbody>").expect("a body").1.split_once("</tbody>").expect("its end").0;
        let rows: Vec<&str> = body.split("<tr>").skip(1).collect();
        assert_eq!(rows.len(), table.rows.len(), "{what}: rows");
        for (r, row) in rows.iter().enumerate() {
            let cells: Vec<&str> = row.split("<t").skip(1).collect();
            assert_eq!(cells.len(), table.columns.len(), "{what}, row {r}");
            for (c, html) in cells.iter().enumerate() {
                let cell = table.cell(r, c);
                let (tag, inside) = html.split_once('>').expect("a tag");
                let words = entities(&stripped(inside));
                assert!(is_shown(&cell, &words), "{what}, row {r}, {}: {cell:?} is shown as {words:?}", table.columns[c].key);
                let sort = tag.split_once("data-sort=\"").map(|(_, rest)| rest.split('"').next().unwrap_or_default());
                assert!(sorts(&cell, sort), "{what}, row {r}, {}: {cell:?} is sorted by {sort:?}", table.columns[c].key);
            }
        }
    }
}

/// What a cell is sorted by: its value, to the bit; words by themselves; what does not exist by nothing.
fn sorts(cell: &Cell, sort: Option<&str>) -> bool {
    match cell {
        Cell::Text(_) => sort.is_none(),
        Cell::Undefined(_) | Cell::Suppressed | Cell::ToFill(_) => sort == Some(""),
        Cell::Interval { low, .. } => {
            sort.and_then(|s| s.parse::<f64>().ok()).map(f64::to_bits) == Some((low.unwrap_or(f64::NEG_INFINITY) + 0.0).to_bits())
        }
        other => sort.and_then(|s| s.parse::<f64>().ok()).map(f64::to_bits) == value(other).map(|v| (v + 0.0).to_bits()),
    }
}

/// The words of an element, without the tags within it, up to its end.
fn stripped(html: &str) -> String {
    let html = html.split("</td>").next().unwrap_or_default().split("</th>").next().unwrap_or_default();
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]
fn a_wrong_order_is_seen() {
    let cell = Cell::number(Some(0.1), "");
    assert!(sorts(&cell, Some("0.1")) && !sorts(&cell, Some("0.2")) && !sorts(&cell, Some("")) && !sorts(&cell, None));
    assert!(sorts(&Cell::Suppressed, Some("")) && !sorts(&Cell::Suppressed, Some("0")));
}
