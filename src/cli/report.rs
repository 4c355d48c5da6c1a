//! `didact report`: render a finished run again.

use super::failure::print;
use super::{Common, Failure};
use crate::cohort::Fault;
use crate::render::{self, FigureFormat, Format, figure_files};
use crate::store::{Folder, Input};
use crate::study::Output;
use std::path::PathBuf;

/// Render a finished run again.
#[derive(clap::Args, Debug)]
pub struct Report {
    /// The run's folder
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,
    /// What to render; by default everything
    #[arg(long, value_name = "WHAT", value_parser = ["page", "tables", "figures"])]
    only: Option<String>,
    /// A format of the tables: csv, markdown, json, text, latex, html; with --out also parquet, xlsx, docx (repeatable)
    /// [default: as a run writes them]
    #[arg(long, value_name = "NAME")]
    format: Vec<String>,
    /// A format of the figures: svg, png, pdf, vega-lite (repeatable) [default: as a run writes them]
    #[arg(long, value_name = "NAME")]
    figure: Vec<String>,
    /// The folder to write; left out, tables are printed
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Report {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let path = self.run.join("report.json");
        let bytes = Input::open(&path.to_string_lossy())?.bytes()?;
        let report: crate::table::Report = serde_json::from_slice(&bytes).map_err(|e| {
            Failure::from(Fault::new(
                "RUN-001",
                format!("report.json cannot be read: {e}"),
                path.display().to_string(),
                "there is nothing to render",
                "use the folder as the run wrote it",
            ))
        })?;
        let formats = chosen("--format", &self.format, &Format::ALL.map(|f| (f.name(), f)))?;
        let figures = chosen("--figure", &self.figure, &FigureFormat::ALL.map(|f| (f.name(), f)))?;
        let wants = |what: &str| self.only.as_deref().is_none_or(|o| o == what);
        for (flag, idle, what) in [
            ("--format", !formats.is_empty() && !wants("tables"), "tables"),
            ("--figure", !figures.is_empty() && !wants("figures"), "figures"),
        ] {
            if idle {
                return Err(Failure::Usage(format!("{flag} does nothing without {what}: take it out, or --only")));
            }
        }
        let Some(out) = &self.out else {
            if !wants("tables") || !figures.is_empty() {
                return Err(Failure::Usage("pages and figures need a folder to be written to: --out DIR".into()));
            }
            let default = if common.json { Format::Json } else { Format::Text };
            let mut printed = Vec::new();
            for format in if formats.is_empty() { vec![default] } else { formats } {
                for table in &report.tables {
                    printed.push(format.text(table).ok_or_else(|| {
                        Failure::Usage(format!(
                            "--format {} is no text to print: give a folder to write it to with --out DIR",
                            format.name()
                        ))
                    })?);
                }
            }
            return print(&(printed.join("\n") + "\n"));
        };
        let output = Output::default();
        let formats = if formats.is_empty() { output.formats.iter().filter_map(|name| Format::from_name(name)).collect() } else { formats };
        let figures =
            if figures.is_empty() { output.figures.iter().filter_map(|name| FigureFormat::from_name(name)).collect() } else { figures };
        let mut folder = Folder::begin(out)?;
        if wants("page") {
            folder.write("report.html", render::html::html(&report)?.as_bytes())?;
        }
        if wants("tables") {
            for format in formats {
                for (name, bytes) in format.files(&report.tables)? {
                    folder.write(&name, &bytes)?;
                }
            }
        }
        if wants("figures") {
            for figure in &report.figures {
                for (name, bytes) in figure_files(figure, &figures)? {
                    folder.write(&name, &bytes)?;
                }
            }
        }
        let place = folder.finish()?;
        if common.quiet { Ok(()) } else { print(&format!("{}\n", place.display())) }
    }
}

/// The formats of these names, each once.
fn chosen<T: Copy + PartialEq>(flag: &str, names: &[String], known: &[(&str, T)]) -> Result<Vec<T>, Failure> {
    let mut out: Vec<T> = Vec::new();
    for name in names {
        let found = known.iter().find(|(known, _)| known == name).ok_or_else(|| {
            let all: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            Failure::Usage(format!("{flag} {name}: known are {}", all.join(", ")))
        })?;
        if !out.contains(&found.1) {
            out.push(found.1);
        }
    }
    Ok(out)
}
