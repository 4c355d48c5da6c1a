//! `didact compare`: which numbers differ between two runs.

use super::failure::print;
use super::folder::Found;
use super::{Common, Failure};
use crate::provenance::{Difference, Side, beside, by_size, differences, origins};
use crate::render::{comparison, text};
use crate::store;
use crate::table::{Cell, Column, Digits, Table};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Which numbers differ between two runs.
#[derive(clap::Args, Debug)]
pub struct Compare {
    /// A run's folder or bundle
    #[arg(value_name = "RUN_A")]
    a: PathBuf,
    /// Another run's folder or bundle
    #[arg(value_name = "RUN_B")]
    b: PathBuf,
    /// Write a page that shows both side by side
    #[arg(long, value_name = "PAGE.html")]
    out: Option<PathBuf>,
}

/// Reads one of the two.
fn side(place: &Path) -> Result<Side, Failure> {
    let found = Found::open(place)?;
    let mut results = found.json("results.json")?;
    // The tables repeat the results at the same precision.
    if let Some(map) = results.as_object_mut() {
        map.remove("tables");
    }
    // Only the numbers are needed: a folder without the rest is compared all the same.
    let manifest = if found.files.contains_key("manifest.json") { found.json("manifest.json")? } else { Value::Null };
    let study = found.files.get("study.toml").map(|b| String::from_utf8_lossy(b).into_owned()).unwrap_or_default();
    Ok(Side { name: place.display().to_string(), results, manifest, study })
}

impl Compare {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let (a, b) = (side(&self.a)?, side(&self.b)?);
        let mut found = differences(&a.results, &b.results);
        by_size(&mut found);
        let origins = origins(&a, &b);
        let verdict = if found.is_empty() { "identical" } else { "different" };
        let mut sentences = vec![match found.len() {
            0 => "identical: no number differs".to_string(),
            1 => "different: 1 value differs".to_string(),
            n => format!("different: {n} values differ"),
        }];
        if origins.iter().any(|(label, ..)| *label == "Study") {
            sentences.push("These are different studies: differences between them are no fault of either.".into());
        }
        let mut tables = Vec::new();
        if !origins.is_empty() {
            let columns = vec![Column::new("what", "What"), Column::new("a", &a.name), Column::new("b", &b.name)];
            let mut made = Table::new("made-from", "What the two were made from, where it differs", columns);
            for (label, x, y) in &origins {
                made.push(vec![Cell::text(*label), Cell::text(x), Cell::text(y)]);
            }
            tables.push(made);
        }
        if let Some(out) = &self.out {
            let mut all = tables.clone();
            all.extend((!found.is_empty()).then(|| listed(&found, &a.name, &b.name, usize::MAX)));
            all.push(beside(&a, &b));
            store::write_atomically(out, comparison::page("Two runs side by side", &sentences, &all).as_bytes())?;
        }
        if common.json {
            let rows: Vec<_> = found.iter().map(json).collect();
            let from: Vec<_> = origins.iter().map(|(label, x, y)| serde_json::json!({"what": label, "a": x, "b": y})).collect();
            let same = !origins.iter().any(|(label, ..)| *label == "Study");
            let document = serde_json::json!({"verdict": verdict, "same_study": same, "made_from": from, "differences": rows});
            print(&format!("{document:#}\n"))?;
        } else {
            let mut out = String::new();
            sentences.iter().for_each(|s| out.push_str(&format!("{s}\n")));
            tables.iter().for_each(|t| out.push_str(&format!("\n{}", text::text(t))));
            if !found.is_empty() {
                out.push_str(&format!("\n{}", table(&found, &a.name, &b.name)));
            }
            if let (Some(page), false) = (&self.out, common.quiet) {
                out.push_str(&format!("\nPage: {}\n", page.display()));
            }
            print(&out)?;
        }
        if found.is_empty() { Ok(()) } else { Err(Failure::Different) }
    }
}

/// One difference as JSON.
pub(super) fn json(d: &Difference) -> Value {
    serde_json::json!({"place": d.place, "before": d.before, "after": d.after, "by": d.by, "share": d.share})
}

/// The differences as text; the first hundred.
pub(super) fn table(found: &[Difference], a: &str, b: &str) -> String {
    if found.is_empty() { String::new() } else { text::text(&listed(found, a, b, 100)) }
}

fn listed(found: &[Difference], a: &str, b: &str, most: usize) -> Table {
    let columns = vec![
        Column::new("place", "What"),
        Column::new("before", a),
        Column::new("after", b),
        Column::new("by", "By"),
        Column::new("share", "Share"),
    ];
    let mut out = Table::new(
        "differences",
        if found.len() == 1 { "1 value differs".into() } else { format!("{} values differ, largest first", found.len()) },
        columns,
    );
    let number = |x: Option<f64>| x.map_or_else(|| Cell::text("–"), |x| Cell::number_with(Some(x), Digits::Auto, ""));
    for d in found.iter().take(most) {
        out.push(vec![Cell::text(&d.place), Cell::text(&d.before), Cell::text(&d.after), number(d.by), number(d.share)]);
    }
    if found.len() > most {
        out.note(format!("and {} more", found.len() - most));
    }
    out
}
