//! All tables as one Word document.

use docx_rs::{
    AlignmentType, Docx, LineSpacing, PageMargin, PageOrientationType, Paragraph, Run, RunFonts, Style, StyleType, Table as Grid,
    TableBorder, TableBorderPosition, TableBorders, TableCell, TableCellBorder, TableCellBorderPosition, TableLayoutType, TableRow,
    WidthType, XMLDocx,
};

use super::RenderError;
use super::number::{self, DASH, Glyphs};
use super::text::printable;
use crate::table::{Cell, Table};

/// The time that stands in the document's properties: nothing in it depends on when it was made.
const TIME: &str = "1980-01-01T00:00:00Z";

/// The width between the margins of a landscape page, in twentieths of a point.
const WIDTH: usize = 14_400;

/// The tables one below another, each with a caption, rules as in print, a heading that repeats on every page, and notes.
///
/// Numbers are shown as on the page, with a minus sign that is one; an undefined cell is a dash and its reason a note; a
/// suppressed cell is `<suppressed>`.
///
/// # Errors
/// The document could not be written: a fault of the program.
pub fn docx(tables: &[Table]) -> Result<Vec<u8>, RenderError> {
    let mut document = Docx::new()
        .created_at(TIME)
        .updated_at(TIME)
        .page_size(16_838, 11_906)
        .page_orient(PageOrientationType::Landscape)
        .page_margin(PageMargin::new().top(1_134).bottom(1_134).left(1_219).right(1_219))
        .default_fonts(RunFonts::new().ascii("Calibri").hi_ansi("Calibri").cs("Calibri"))
        .default_size(18)
        .add_style(Style::new("Caption", StyleType::Paragraph).name("caption").size(22).bold())
        .add_style(Style::new("TableNote", StyleType::Paragraph).name("Table note").size(16));
    for (n, table) in tables.iter().enumerate() {
        document = add(document, n + 1, table);
    }
    let mut parts = document.build();
    repeat_headings(&mut parts);
    let mut bytes = std::io::Cursor::new(Vec::new());
    parts.pack(&mut bytes).map_err(|why| RenderError::Document(why.to_string()))?;
    Ok(bytes.into_inner())
}

fn add(document: Docx, n: usize, table: &Table) -> Docx {
    let caption =
        Paragraph::new().style("Caption").keep_next(true).add_run(Run::new().add_text(words(&format!("Table {n}. {}", table.title))));
    let mut document = document.add_paragraph(caption);
    if !table.columns.is_empty() {
        document = document.add_table(grid(table));
    }
    let reasons = table.reasons().into_iter().map(|(column, reason)| format!("{DASH} {column}: {reason}"));
    for note in table.notes.iter().cloned().chain(reasons) {
        document = document.add_paragraph(Paragraph::new().style("TableNote").add_run(Run::new().add_text(words(&note))));
    }
    document.add_paragraph(Paragraph::new())
}

fn grid(table: &Table) -> Grid {
    let columns = table.columns.len();
    let size = if columns > 9 { 14 } else { 17 };
    let aligned: Vec<AlignmentType> = (0..columns)
        .map(|ix| {
            let numbers = table.rows.iter().any(|row| row.get(ix).is_some_and(Cell::is_numeric));
            match (table.is_numeric(ix), numbers) {
                (true, _) => AlignmentType::Right,
                (_, true) => AlignmentType::Center,
                _ => AlignmentType::Left,
            }
        })
        .collect();
    let widths = widths(table);
    let cell = |ix: usize, shown: &str, bold: bool| {
        let run = Run::new().size(size).add_text(words(shown));
        let run = if bold { run.bold() } else { run };
        let tight = LineSpacing::new().before(20).after(20);
        let paragraph = Paragraph::new().align(aligned[ix]).line_spacing(tight).keep_next(bold).add_run(run);
        TableCell::new().width(widths[ix], WidthType::Dxa).add_paragraph(paragraph)
    };
    let heading = table.columns.iter().enumerate().map(|(ix, column)| {
        let rule = TableCellBorder::new(TableCellBorderPosition::Bottom).size(4);
        cell(ix, &column.heading(), true).set_border(rule)
    });
    let mut rows = vec![TableRow::new(heading.collect()).cant_split()];
    for row in 0..table.rows.len() {
        let cells = (0..columns).map(|ix| cell(ix, &number::cell(&table.cell(row, ix), Glyphs::Typographic), false));
        rows.push(TableRow::new(cells.collect()).cant_split());
    }
    let rules = [TableBorderPosition::Top, TableBorderPosition::Bottom].map(|at| TableBorder::new(at).size(8));
    let borders = rules.into_iter().fold(TableBorders::with_empty(), TableBorders::set);
    Grid::new(rows).set_grid(widths).set_borders(borders).layout(TableLayoutType::Fixed).width(WIDTH, WidthType::Dxa)
}

/// The columns' widths, by their longest cell; they fill the page.
fn widths(table: &Table) -> Vec<usize> {
    let weight = |ix: usize| {
        let cells = (0..table.rows.len()).map(|row| number::cell(&table.cell(row, ix), Glyphs::Typographic).chars().count());
        let heading = table.columns[ix].heading();
        let word = heading.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        cells.max().unwrap_or(0).max(word).clamp(6, 40)
    };
    let weights: Vec<usize> = (0..table.columns.len()).map(weight).collect();
    let total: usize = weights.iter().sum();
    weights.iter().map(|w| w * WIDTH / total.max(1)).collect()
}

/// The first row of every table is repeated at the head of every page: a mark the library has no call for.
fn repeat_headings(parts: &mut XMLDocx) {
    // No word of the data holds a bare `<`, so what looks like an element is one.
    let xml = String::from_utf8_lossy(&parts.document);
    let mut out = String::with_capacity(xml.len() + 64);
    for (n, table) in xml.split("<w:tbl>").enumerate() {
        if n == 0 {
            out.push_str(table);
        } else {
            out.push_str("<w:tbl>");
            out.push_str(&table.replacen("</w:trPr>", "<w:tblHeader /></w:trPr>", 1));
        }
    }
    parts.document = out.into_bytes();
}

/// Words without what XML forbids.
fn words(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, empty_table, hostile_table, undefined_table};

    #[test]
    fn headings_repeat_and_names_do_not_act() {
        let tables = [hostile_table(), empty_table(), undefined_table(), Table::new("none", "None", Vec::new())];
        let bytes = docx(&tables).unwrap();
        // Nothing is compressed, so the document can be read as it lies.
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(text.matches("<w:tblHeader />").count(), 3);
        assert_eq!(text.matches("<w:tbl>").count(), 3);
        assert!(text.contains("&lt;script&gt;") && !text.contains("<script"));
        assert!(text.contains("Table 4. None") && text.contains("&lt;suppressed&gt;"));
        assert!(!text.contains("NaN") && text.contains(NAMES[2].split('\'').next().unwrap()));
        // Each part's time is the first that the container knows.
        for (at, _) in text.match_indices("PK\u{3}\u{4}").take(0) {
            assert!(at < bytes.len());
        }
        let times = bytes.windows(4).enumerate().filter(|(_, w)| *w == b"PK\x03\x04").map(|(at, _)| &bytes[at + 10..at + 14]);
        let times: Vec<&[u8]> = times.collect();
        assert!(times.len() > 10 && times.iter().all(|t| *t == [0, 0, 0x21, 0]), "{times:?}");
    }
}
