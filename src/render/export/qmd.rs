//! A Quarto page: the notebook's words and Python in one text file.

use super::python::{Piece, pieces};
use crate::table::content::export::Export;

/// The page.
pub fn qmd(export: &Export) -> String {
    // A JSON string is a YAML string.
    let mut out = format!(
        "---\ntitle: {}\nformat: html\njupyter: python3\nexecute:\n  warning: false\n---\n",
        // A short code would be carried out in the head, too.
        serde_json::Value::from(export.title.replace("{{<", "{{&lt;"))
    );
    for (i, piece) in pieces(export).into_iter().enumerate() {
        match piece {
            // The title stands above.
            Piece::Words(text) if i == 0 => {
                let rest = text.split_once("\n\n").map_or("", |(_, rest)| rest);
                out.push_str(&format!("\n{rest}"));
            }
            Piece::Words(text) => out.push_str(&format!("\n{text}")),
            Piece::Code(text) => out.push_str(&format!("\n```{{python}}\n{text}```\n")),
        }
    }
    out
}
