//! `didact report`: render a finished run again.

use super::failure::print;
use super::{Common, Failure};
use crate::cohort::Fault;
use crate::provenance::figure_files;
use crate::render;
use crate::store::{Folder, Input};
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
    /// The tables' format: csv, markdown, json, text (repeatable) [default: csv and markdown]
    #[arg(long, value_name = "NAME")]
    format: Vec<String>,
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
        let mut formats = Vec::new();
        for name in &self.format {
            formats.push(render::Format::from_name(name).ok_or_else(|| {
                let known: Vec<&str> = render::Format::ALL.iter().map(|f| f.name()).collect();
                Failure::Usage(format!("--format {name}: known are {}", known.join(", ")))
            })?);
        }
        let wants = |what: &str| self.only.as_deref().is_none_or(|o| o == what);
        let Some(out) = &self.out else {
            let format = formats.first().copied().unwrap_or(if common.json { render::Format::Json } else { render::Format::Text });
            if !wants("tables") {
                return Err(Failure::Usage("pages and figures need a folder to be written to: --out DIR".into()));
            }
            let text: Vec<String> = report.tables.iter().map(|t| format.table(t)).collect();
            return print(&(text.join("\n") + "\n"));
        };
        if formats.is_empty() {
            formats = vec![render::Format::Csv, render::Format::Markdown];
        }
        let mut folder = Folder::begin(out)?;
        if wants("page") {
            folder.write("report.html", render::html::html(&report)?.as_bytes())?;
        }
        if wants("tables") {
            for table in &report.tables {
                for format in &formats {
                    folder.write(&format!("tables/{}.{}", table.id, format.extension()), format.table(table).as_bytes())?;
                }
            }
        }
        if wants("figures") {
            for figure in &report.figures {
                for (name, bytes) in figure_files(figure, &["svg".into(), "png".into()])? {
                    folder.write(&name, &bytes)?;
                }
            }
        }
        let place = folder.finish()?;
        if common.quiet { Ok(()) } else { print(&format!("{}\n", place.display())) }
    }
}
