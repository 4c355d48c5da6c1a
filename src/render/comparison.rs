//! Two runs side by side as one self-contained page: no script, no request.

use super::number::{self, Glyphs};
use crate::table::{Cell, Table};

/// Words as HTML prints them.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && !c.is_whitespace() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// On a narrow screen a row's cells stand below one another, each behind its column's heading, so nothing scrolls sideways.
const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8886;text-align:left;vertical-align:top;overflow-wrap:anywhere}h1,h2,p{overflow-wrap:anywhere}td.n,th.n{text-align:right}.verdict{font-size:1.25rem;font-weight:600}@media screen and (max-width:45rem){table,tbody,tr,td{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}tr{padding:.4rem 0;border-bottom:1px solid #8886}td,td.n{padding:.1rem 0;border:0;text-align:left}td::before{content:attr(data-label) ': ';font-weight:600}}";

/// The page: a title, sentences (the first is the verdict), tables.
pub fn page(title: &str, sentences: &[String], tables: &[Table]) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n",
        escape(title)
    );
    for (i, sentence) in sentences.iter().enumerate() {
        out.push_str(&format!("<p{}>{}</p>\n", if i == 0 { " class=\"verdict\"" } else { "" }, escape(sentence)));
    }
    for table in tables {
        out.push_str(&format!(
            "<h2 id=\"{0}\">{1}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{0}\">\n<table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">",
            escape(&table.id),
            escape(&table.title)
        ));
        let class = |column: usize| if table.is_numeric(column) { " class=\"n\"" } else { "" };
        for (c, column) in table.columns.iter().enumerate() {
            out.push_str(&format!("<th role=\"columnheader\" scope=\"col\"{}>{}</th>", class(c), escape(&column.heading())));
        }
        out.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        for row in 0..table.rows.len() {
            out.push_str("<tr role=\"row\">");
            for (c, column) in table.columns.iter().enumerate() {
                let shown = match table.cell(row, c).as_ref() {
                    Cell::Text(words) => escape(words),
                    other => escape(&number::cell(other, Glyphs::Typographic)),
                };
                out.push_str(&format!("<td role=\"cell\"{} data-label=\"{}\">{shown}</td>", class(c), escape(&column.heading())));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n</div>\n");
        for note in &table.notes {
            out.push_str(&format!("<p>{}</p>\n", escape(note)));
        }
    }
    out + "</main>\n</body>\n</html>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::hostile_table;

    #[test]
    fn names_do_not_act_and_nothing_is_fetched() {
        let page = page("<script>alert(1)</script>", &["\"><img src=x onerror=alert(1)>".into()], &[hostile_table()]);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("http://") && !page.contains("https://"), "{page}");
        assert!(!page.contains("NaN") && page.contains("default-src 'none'"));
        assert_eq!(page.matches("<tr ").count(), page.matches("</tr>").count());
    }
}
