//! Tables as GitHub Markdown.

use super::number::{self, Glyphs};
use crate::table::{Cell, Table};

/// The table as a GitHub table with its title in bold above and its notes as a list below.
///
/// Everything that Markdown or HTML would act on is escaped; line breaks in names become spaces.
pub fn markdown(table: &Table) -> String {
    let mut out = format!("**{}**\n\n|", escape(&table.title));
    for column in &table.columns {
        out.push_str(&format!(" {} |", escape(&column.heading())));
    }
    out.push_str("\n|");
    for ix in 0..table.columns.len() {
        out.push_str(if table.is_numeric(ix) { " ---: |" } else { " :--- |" });
    }
    out.push('\n');
    for row in 0..table.rows.len() {
        out.push('|');
        for ix in 0..table.columns.len() {
            let cell = table.cell(row, ix);
            let shown = match cell.as_ref() {
                Cell::Text(words) => escape(words),
                // Numbers hold nothing to escape but the sign of `<0.001` and of `<suppressed>`.
                other => number::cell(other, Glyphs::Ascii).replace('<', "&lt;").replace('>', "&gt;"),
            };
            out.push_str(&format!(" {shown} |"));
        }
        out.push('\n');
    }
    let reasons = table.reasons();
    if !table.notes.is_empty() || !reasons.is_empty() {
        out.push('\n');
    }
    for note in &table.notes {
        out.push_str(&format!("- {}\n", escape(note)));
    }
    for (column, reason) in reasons {
        out.push_str(&format!("- {} {}: {}\n", number::DASH, escape(&column), escape(&reason)));
    }
    out
}

/// Words that Markdown and HTML print as they are.
pub fn escape(words: &str) -> String {
    let chars: Vec<char> = words.chars().collect();
    let mut out = String::with_capacity(words.len());
    for (i, &c) in chars.iter().enumerate() {
        let is_inner = |at: Option<&char>| at.is_some_and(|c| c.is_alphanumeric());
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An underscore within a word, as in `std_error`, means nothing to GitHub.
            '_' if i > 0 && is_inner(chars.get(i - 1)) && is_inner(chars.get(i + 1)) => out.push('_'),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '$' | '!' => out.extend(['\\', c]),
            '\r' if chars.get(i + 1) == Some(&'\n') => {}
            c if c.is_control() => out.push(if c.is_whitespace() { ' ' } else { '\u{fffd}' }),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::hostile_table;

    #[test]
    fn names_neither_act_nor_break_the_table() {
        let table = hostile_table();
        let written = markdown(&table);
        assert!(!written.contains("<script") && !written.contains("<img"));
        let rows: Vec<&str> = written.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), table.rows.len() + 2);
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), table.columns.len() + 1, "{row}");
        }
        assert!(written.contains("a\\|b\\|c") && written.contains("[-3.40, inf)") && written.contains("&lt;0.001"));
        assert!(written.contains("- \u{2014} Estimate, 95% interval, p, Share: not a finite number"));
        assert_eq!(escape("std_error _x_ [a](b)"), "std_error \\_x\\_ \\[a\\](b)");
    }
}
