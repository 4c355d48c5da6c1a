//! `didact compare`: which numbers differ between two runs.

use super::failure::print;
use super::{Common, Failure};
use crate::cohort::Fault;
use crate::provenance::{Difference, differences};
use crate::render::text;
use crate::store::Input;
use crate::table::{Cell, Column, Digits, Table};
use std::path::{Path, PathBuf};

/// Which numbers differ between two runs.
#[derive(clap::Args, Debug)]
pub struct Compare {
    /// A run's folder
    #[arg(value_name = "RUN_A")]
    a: PathBuf,
    /// Another run's folder
    #[arg(value_name = "RUN_B")]
    b: PathBuf,
}

impl Compare {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let found = differences(&results(&self.a)?, &results(&self.b)?);
        if common.json {
            let rows: Vec<_> = found.iter().map(json).collect();
            let verdict = if found.is_empty() { "identical" } else { "different" };
            print(&format!("{:#}\n", serde_json::json!({"verdict": verdict, "differences": rows})))?;
        } else if found.is_empty() {
            print("identical: no number differs\n")?;
        } else {
            print(&table(&found, &self.a.display().to_string(), &self.b.display().to_string()))?;
        }
        if found.is_empty() { Ok(()) } else { Err(Failure::Different) }
    }
}

fn results(folder: &Path) -> Result<serde_json::Value, Failure> {
    let path = folder.join("results.json");
    let bytes = Input::open(&path.to_string_lossy())?.bytes()?;
    let mut value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|e| {
        Failure::from(Fault::new(
            "RUN-001",
            format!("results.json cannot be read: {e}"),
            path.display().to_string(),
            "there is nothing to compare",
            "use the folder as the run wrote it",
        ))
    })?;
    // The tables repeat the results at the same precision.
    if let Some(map) = value.as_object_mut() {
        map.remove("tables");
    }
    Ok(value)
}

/// One difference as JSON.
pub(super) fn json(d: &Difference) -> serde_json::Value {
    serde_json::json!({"place": d.place, "before": d.before, "after": d.after, "by": d.by, "share": d.share})
}

/// The differences as a table; the first hundred.
pub(super) fn table(found: &[Difference], a: &str, b: &str) -> String {
    if found.is_empty() {
        return String::new();
    }
    let columns = vec![
        Column::new("place", "What"),
        Column::new("before", a),
        Column::new("after", b),
        Column::new("by", "By"),
        Column::new("share", "Share"),
    ];
    let mut out = Table::new(
        "differences",
        if found.len() == 1 { "1 value differs".into() } else { format!("{} values differ", found.len()) },
        columns,
    );
    for d in found.iter().take(100) {
        out.push(vec![
            Cell::text(&d.place),
            Cell::text(&d.before),
            Cell::text(&d.after),
            d.by.map_or_else(|| Cell::text("–"), |x| Cell::number_with(Some(x), Digits::Auto, "")),
            d.share.map_or_else(|| Cell::text("–"), |x| Cell::number_with(Some(x), Digits::Auto, "")),
        ]);
    }
    if found.len() > 100 {
        out.note(format!("and {} more", found.len() - 100));
    }
    text::text(&out)
}
