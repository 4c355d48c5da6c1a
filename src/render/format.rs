//! The formats tables and figures are written in. A new one is one file and one line in each match here.

use super::{RenderError, csv, docx, html, json, latex, markdown, parquet, pdf, png, svg, text, vega, xlsx};
use crate::table::{Figure, Table};

/// Name within a folder, and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// The formats a table can be written in.
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
    /// A LaTeX table for a paper.
    Latex,
    /// An HTML table to paste into a page.
    Html,
    /// Typed columns at full precision.
    Parquet,
    /// One Excel workbook with a sheet for each table.
    Xlsx,
    /// One Word document with every table.
    Docx,
}

impl Format {
    /// Every format, in the order they are listed to users.
    pub const ALL: [Format; 9] = [
        Format::Csv,
        Format::Markdown,
        Format::Json,
        Format::Text,
        Format::Latex,
        Format::Html,
        Format::Parquet,
        Format::Xlsx,
        Format::Docx,
    ];

    /// The name on the command line and in a study file.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Markdown => "markdown",
            Format::Json => "json",
            Format::Text => "text",
            Format::Latex => "latex",
            Format::Html => "html",
            Format::Parquet => "parquet",
            Format::Xlsx => "xlsx",
            Format::Docx => "docx",
        }
    }

    /// The ending of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Markdown => "md",
            Format::Text => "txt",
            Format::Latex => "tex",
            other => other.name(),
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The table in this format, with a newline at its end; `None` where the format is not text.
    pub fn text(self, table: &Table) -> Option<String> {
        match self {
            Format::Csv => Some(csv::csv(table)),
            Format::Markdown => Some(markdown::markdown(table)),
            Format::Json => Some(format!("{:#}\n", json::json(table))),
            Format::Text => Some(text::text(table)),
            Format::Latex => Some(latex::latex(table)),
            Format::Html => Some(html::table(table)),
            Format::Parquet | Format::Xlsx | Format::Docx => None,
        }
    }

    /// The files of some tables: `tables/ID.ENDING` each, or `tables.xlsx` and `tables.docx` with all of them.
    ///
    /// # Errors
    /// A file could not be made: a fault of the program.
    pub fn files(self, tables: &[Table]) -> Result<Files, RenderError> {
        match self {
            Format::Xlsx => Ok(vec![("tables.xlsx".into(), xlsx::xlsx(tables)?)]),
            Format::Docx => Ok(vec![("tables.docx".into(), docx::docx(tables)?)]),
            _ => tables
                .iter()
                .map(|table| {
                    let bytes = match self.text(table) {
                        Some(text) => text.into_bytes(),
                        None => parquet::parquet(table)?,
                    };
                    Ok((format!("tables/{}.{}", table.id, self.extension()), bytes))
                })
                .collect(),
        }
    }
}

/// The formats a figure can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FigureFormat {
    /// A drawing for pages.
    Svg,
    /// A picture of 300 dots an inch.
    Png,
    /// A drawing for papers.
    Pdf,
    /// A specification with its data, to draw and change elsewhere.
    VegaLite,
}

impl FigureFormat {
    /// Every format, in the order they are listed to users.
    pub const ALL: [FigureFormat; 4] = [FigureFormat::Svg, FigureFormat::Png, FigureFormat::Pdf, FigureFormat::VegaLite];

    /// The name on the command line and in a study file.
    pub fn name(self) -> &'static str {
        match self {
            FigureFormat::Svg => "svg",
            FigureFormat::Png => "png",
            FigureFormat::Pdf => "pdf",
            FigureFormat::VegaLite => "vega-lite",
        }
    }

    /// The ending of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            FigureFormat::VegaLite => "vl.json",
            other => other.name(),
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<FigureFormat> {
        FigureFormat::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// A figure in the formats asked for, and the CSV it was drawn from.
///
/// # Errors
/// A picture could not be made: a fault of the program.
pub fn figure_files(figure: &Figure, formats: &[FigureFormat]) -> Result<Files, RenderError> {
    let mut files = Vec::new();
    let drawn = svg::svg(figure, svg::Style::Standalone);
    for &format in formats {
        let bytes = match format {
            FigureFormat::Svg => drawn.clone().into_bytes(),
            FigureFormat::Png => png::png(&drawn)?,
            FigureFormat::Pdf => pdf::pdf(&drawn, &figure.title)?,
            FigureFormat::VegaLite => format!("{:#}\n", vega::vega_lite(figure)).into_bytes(),
        };
        files.push((format!("figures/{}.{}", figure.id, format.extension()), bytes));
    }
    files.push((format!("figures/{}.csv", figure.id), csv::csv(&figure.data()).into_bytes()));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{self, NAMES};

    #[test]
    fn no_format_prints_nan_or_loses_a_name() {
        let table = samples::hostile_table();
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
            let Some(written) = format.text(&table) else { continue };
            assert!(!written.contains("NaN") && !written.contains("inf,"), "{written}");
            assert!(written.ends_with('\n') && written.contains("Belmont-Cragin"), "{written}");
        }
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let tables = [samples::hostile_table(), samples::hostile_table(), samples::empty_table(), samples::undefined_table()];
        for format in Format::ALL {
            assert_eq!(format.files(&tables).unwrap(), format.files(&tables).unwrap(), "{}", format.name());
            assert!(format.files(&[]).is_ok());
        }
        for name in NAMES {
            for figure in samples::hostile_figures(name) {
                let first = figure_files(&figure, &FigureFormat::ALL).unwrap();
                assert_eq!(first, figure_files(&figure, &FigureFormat::ALL).unwrap());
                assert_eq!(first.len(), 5);
            }
        }
        assert!(FigureFormat::ALL.iter().all(|f| FigureFormat::from_name(f.name()) == Some(*f)));
    }
}
