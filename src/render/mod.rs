//! One format a file. A renderer sees typed content only; nothing here computes a result.
//!
//! Every name from the data is escaped by the rules of its format; NaN and infinities are never printed
//! (see [`crate::table::Cell::checked`]); the same content gives the same bytes.

pub mod capsule;
pub mod comparison;
pub mod csv;
pub mod export;
pub mod html;
pub mod json;
pub mod markdown;
pub use crate::table::number;
pub mod png;
pub mod svg;
pub mod text;

use std::fmt;

use crate::table::Table;

/// The formats a table can be written in. A new one is one file and one line in each match here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values at full precision.
    Csv,
    /// A GitHub table.
    Markdown,
    /// One JSON document at full precision.
    Json,
    /// Aligned columns for a terminal.
    Text,
}

impl Format {
    /// Every format, in the order they are listed to users.
    pub const ALL: [Format; 4] = [Format::Csv, Format::Markdown, Format::Json, Format::Text];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Markdown => "markdown",
            Format::Json => "json",
            Format::Text => "text",
        }
    }

    /// The ending of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Markdown => "md",
            Format::Json => "json",
            Format::Text => "txt",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The table in this format, with a newline at its end.
    pub fn table(self, table: &Table) -> String {
        match self {
            Format::Csv => csv::csv(table),
            Format::Markdown => markdown::markdown(table),
            Format::Json => format!("{:#}\n", json::json(table)),
            Format::Text => text::text(table),
        }
    }
}

/// Why a page or a picture could not be made. Each is a fault of the program, not of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// The page's template failed.
    Template(String),
    /// The SVG could not be read.
    Svg(String),
    /// The picture has no size, or one too large to hold.
    Size,
    /// The PNG could not be encoded.
    Png(String),
    /// The JSON could not be written.
    Json(String),
}

impl RenderError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            RenderError::Template(_) => "RENDER-001",
            RenderError::Svg(_) => "RENDER-002",
            RenderError::Size => "RENDER-003",
            RenderError::Png(_) => "RENDER-004",
            RenderError::Json(_) => "RENDER-005",
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Template(why) => write!(f, "the report's page could not be filled in: {why}"),
            RenderError::Svg(why) => write!(f, "the figure is not a valid SVG: {why}"),
            RenderError::Size => write!(f, "the figure has no size, or one too large for a picture"),
            RenderError::Png(why) => write!(f, "the picture could not be encoded: {why}"),
            RenderError::Json(why) => write!(f, "the JSON could not be written: {why}"),
        }
    }
}

impl std::error::Error for RenderError {}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_format_prints_nan_or_loses_a_name() {
        let table = samples::hostile_table();
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
            let written = format.table(&table);
            assert!(!written.contains("NaN") && !written.contains("inf,"), "{written}");
            assert!(written.ends_with('\n') && written.contains("Belmont-Cragin"), "{written}");
            assert_eq!(written, format.table(&table));
        }
    }
}
