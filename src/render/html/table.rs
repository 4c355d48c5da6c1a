//! One table as HTML, to paste into a page or to open by itself.

use crate::render::number::{self, DASH, Glyphs};
use crate::table::{Cell, Table};

/// The table as one `<table>` element with caption, headings and notes.
///
/// It is plain ASCII, so it reads right under any encoding, and brings no style of its own. Numeric cells have
/// `class="number"` and their value at full precision in `data-value`; an undefined cell is a dash with its reason as title;
/// a suppressed cell is the word *withheld* in `class="suppressed"`, one for the author *to fill in* in `class="to-fill"`.
pub fn table(table: &Table) -> String {
    let mut out = format!("<table id=\"{}\">\n<caption>{}</caption>\n<thead>\n<tr>", id(&table.id), escape(&table.title));
    let numeric: Vec<bool> = (0..table.columns.len()).map(|ix| table.is_numeric(ix)).collect();
    for (column, numeric) in table.columns.iter().zip(&numeric) {
        let title = column.explain.as_ref().map_or_else(String::new, |words| format!(" title=\"{}\"", escape(words)));
        out.push_str(&format!("<th scope=\"col\"{}{title}>{}</th>", class(*numeric), escape(&column.heading())));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in 0..table.rows.len() {
        out.push_str("<tr>");
        for (ix, numeric) in numeric.iter().enumerate() {
            out.push_str(&shown(&table.cell(row, ix), *numeric, ix == 0));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n");
    let reasons = table.reasons().into_iter().map(|(column, reason)| format!("{DASH} {column}: {reason}"));
    let notes: Vec<String> = table.notes.iter().cloned().chain(reasons).map(|note| escape(&note)).collect();
    if !notes.is_empty() {
        out.push_str(&format!(
            "<tfoot>\n<tr><td colspan=\"{}\">{}</td></tr>\n</tfoot>\n",
            table.columns.len().max(1),
            notes.join("<br>\n")
        ));
    }
    out.push_str("</table>\n");
    out
}

fn shown(cell: &Cell, numeric: bool, heads: bool) -> String {
    let (more, words) = match cell {
        Cell::ToFill(asked) => (format!(" class=\"to-fill\" title=\"{}\"", escape(asked)), "to fill in".to_string()),
        Cell::Suppressed => (" class=\"suppressed\"".to_string(), "withheld".to_string()),
        Cell::Undefined(reason) => (format!("{} title=\"{}\"", class(numeric), escape(reason)), escape(DASH)),
        other => {
            let value = value(other).map_or_else(String::new, |value| format!(" data-value=\"{value}\""));
            (format!("{}{value}", class(numeric)), escape(&number::cell(other, Glyphs::Typographic)))
        }
    };
    if heads { format!("<th scope=\"row\"{more}>{words}</th>") } else { format!("<td{more}>{words}</td>") }
}

fn value(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Count(n) => Some(n.to_string()),
        Cell::Whole(n) => Some(n.to_string()),
        Cell::Number { value, .. }
        | Cell::Bracketed { value, .. }
        | Cell::Percent(value)
        | Cell::PValue(value)
        | Cell::PBelow { value, .. } => number::exact(*value),
        Cell::Interval { low, high, .. } => {
            let end = |end: &Option<f64>, open: &str| end.and_then(number::exact).unwrap_or_else(|| open.to_string());
            Some(format!("{} {}", end(low, "-Inf"), end(high, "Inf")))
        }
        Cell::Text(_) | Cell::Undefined(_) | Cell::Suppressed | Cell::ToFill(_) => None,
    }
}

fn class(numeric: bool) -> &'static str {
    if numeric { " class=\"number\"" } else { "" }
}

fn id(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).take(80).collect()
}

/// Words as ASCII that HTML prints as they are; what it forbids becomes U+FFFD, line breaks spaces.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            // Marks that reverse the direction of what follows.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push_str("&#65533;"),
            c if c.is_control() || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff) => out.push_str("&#65533;"),
            c if c.is_ascii() => out.push(c),
            c => out.push_str(&format!("&#{};", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{empty_table, hostile_table, undefined_table};

    #[test]
    fn names_do_not_act() {
        for source in [hostile_table(), empty_table(), undefined_table()] {
            let written = table(&source);
            assert!(written.is_ascii() && !written.contains("<script") && !written.contains("<img"));
            assert_eq!(written.matches("<tr>").count() - 1 - usize::from(written.contains("<tfoot>")), source.rows.len());
            assert_eq!(
                written.matches("<th ").count() + written.matches("<td").count() - usize::from(written.contains("<tfoot>")),
                (source.rows.len() + 1) * source.columns.len()
            );
        }
        assert!(table(&hostile_table()).contains("class=\"suppressed\">withheld<"));
    }
}
