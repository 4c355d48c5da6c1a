//! `didact compare`: which numbers differ between two runs.

use super::failure::print;
use super::folder::Found;
use super::{Common, Failure};
use crate::num::named;
use crate::provenance::{Compared, Difference, Only, Origin, Part, Side, Summary, beside, compared, headlines, origins};
use crate::render::{comparison, text};
use crate::store;
use crate::table::{Cell, Column, Digits, Table};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// So many differences of a kind are listed on a terminal; the page and JSON list all.
const LISTED: usize = 40;

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
    let results = found.json("results.json")?;
    // Only the numbers are needed: a folder without the rest is compared all the same.
    let manifest = if found.files.contains_key("manifest.json") { found.json("manifest.json")? } else { Value::Null };
    let study = found.files.get("study.toml").map(|b| String::from_utf8_lossy(b).into_owned()).unwrap_or_default();
    Ok(Side { name: place.display().to_string(), results, manifest, study })
}

impl Compare {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let (a, b) = (side(&self.a)?, side(&self.b)?);
        let compared = compared(&a.results, &b.results);
        let origins = origins(&a, &b);
        let same_study = !origins.iter().any(|o| o.what == "Study");
        let sentences = sentences(&compared, same_study);
        let tables = |most: usize| {
            let mut out = vec![headlines(&a, &b)];
            out.extend((!origins.is_empty()).then(|| made(&origins, &a.name, &b.name)));
            out.extend(listed(&compared.found, &a.name, &b.name, most));
            out
        };
        if let Some(out) = &self.out {
            let mut all = tables(usize::MAX);
            all.push(beside(&a, &b));
            store::write_atomically(out, comparison::page("Two runs side by side", &sentences, &all).as_bytes())?;
        }
        if common.json {
            let both = compared.found.iter().filter(|d| d.only.is_none()).map(json).collect::<Vec<_>>();
            let alone = |side: Only| compared.found.iter().filter(|d| d.only == Some(side)).map(|d| d.place.as_str()).collect::<Vec<_>>();
            let from: Vec<_> = origins
                .iter()
                .map(|o| serde_json::json!({"what": o.what, "a": o.before, "b": o.after, "only_order": o.only_order}))
                .collect();
            let document = serde_json::json!({
                "verdict": if compared.found.is_empty() { "identical" } else { "different" },
                "same_study": same_study,
                "same_outcome": compared.apart.is_none(),
                "headline": {"a": Summary::of(&a).json(), "b": Summary::of(&b).json()},
                "made_from": from,
                "differences": both,
                "only_in_a": alone(Only::First),
                "only_in_b": alone(Only::Second),
                "rounding": compared.rounding,
            });
            print(&format!("{document:#}\n"))?;
        } else {
            let mut out = String::new();
            sentences.iter().for_each(|s| out.push_str(&format!("{s}\n")));
            tables(LISTED).iter().for_each(|t| out.push_str(&format!("\n{}", text::text(t))));
            if let (Some(page), false) = (&self.out, common.quiet) {
                out.push_str(&format!("\nPage: {}\n", page.display()));
            }
            print(&out)?;
        }
        if compared.found.is_empty() { Ok(()) } else { Err(Failure::Different) }
    }
}

/// What the comparison comes to.
fn sentences(compared: &Compared, same_study: bool) -> Vec<String> {
    let count = |only: Option<Only>| compared.found.iter().filter(|d| d.only == only).count();
    let (both, first, second) = (count(None), count(Some(Only::First)), count(Some(Only::Second)));
    let mut out = vec![match (both, first + second) {
        (0, 0) => "identical: no number differs".to_string(),
        (1, _) => "different: 1 value differs".to_string(),
        (n, _) => format!("different: {n} values differ"),
    }];
    if first + second > 0 {
        out.push(format!("{first} of what was estimated, checked or listed is in the first run only, {second} in the second only; values are compared where both have them."));
    }
    if compared.rounding > 0 {
        let values = if compared.rounding == 1 { "1 value differs" } else { &format!("{} values differ", compared.rounding) };
        out.push(format!("{values} by rounding only, less than 1e-12 of its size, and counts as the same."));
    }
    if let Some([x, y]) = &compared.apart {
        out.push(format!("The headlines are of different outcomes, {x} in the first run and {y} in the second: no difference of them is given, and specification curves, draws that tried the interval and numbers behind the verdict are not compared."));
    }
    if !same_study {
        out.push("These are different studies: differences between them are no fault of either.".into());
    }
    out
}

/// What the two were made from.
fn made(origins: &[Origin], a: &str, b: &str) -> Table {
    let columns = vec![Column::new("what", "What"), Column::new("a", a), Column::new("b", b)];
    let mut out = Table::new("made-from", "What the two were made from, where it differs", columns);
    for o in origins {
        out.push(vec![Cell::text(&o.what), Cell::text(&o.before), Cell::text(&o.after)]);
    }
    out
}

/// One difference as JSON.
pub(super) fn json(d: &Difference) -> Value {
    serde_json::json!({
        "part": d.part.name(), "place": d.place, "before": d.before, "after": d.after, "by": d.by, "share": d.share,
        "std_errors": d.std_errors,
    })
}

/// The differences as text; the first of each kind.
pub(super) fn table(found: &[Difference], a: &str, b: &str) -> String {
    listed(found, a, b, LISTED).iter().map(text::text).collect::<Vec<_>>().join("\n")
}

/// The differences: the headline first, verdict and other effects, then other numbers, then checks, then tables, then what one of the two alone has.
fn listed(found: &[Difference], a: &str, b: &str, most: usize) -> Vec<Table> {
    let parts: [(&str, &str, &[Part]); 4] = [
        ("effects-differ", "in effects and verdict", &[Part::Headline, Part::Verdict, Part::Estimates]),
        ("rest-differs", "in what stands behind them: samples, tests, and what the verdict rests on", &[Part::Rest]),
        ("checks-differ", "in checks", &[Part::Checks]),
        ("tables-differ", "in tables", &[Part::Tables]),
    ];
    let mut out = Vec::new();
    for (id, words, parts) in parts {
        let own: Vec<&Difference> = found.iter().filter(|d| d.only.is_none() && parts.contains(&d.part)).collect();
        if !own.is_empty() {
            out.push(values(id, words, &own, (a, b), most));
        }
    }
    for (id, name, only) in [("only-in-a", a, Only::First), ("only-in-b", b, Only::Second)] {
        let own: Vec<&Difference> = found.iter().filter(|d| d.only == Some(only)).collect();
        if !own.is_empty() {
            let mut table = Table::new(id, format!("Only in {name}"), vec![Column::new("place", "What")]);
            let told = named(own.len(), most);
            own.iter().take(told).for_each(|d| table.push(vec![Cell::text(&d.place)]));
            rest(&mut table, own.len(), told);
            out.push(table);
        }
    }
    out
}

/// Values that differ; estimates with their difference in standard errors.
fn values(id: &str, words: &str, own: &[&Difference], (a, b): (&str, &str), most: usize) -> Table {
    let count = if own.len() == 1 { "1 value differs".to_string() } else { format!("{} values differ", own.len()) };
    let mut columns = vec![Column::new("place", "What"), Column::new("before", a), Column::new("after", b), Column::new("by", "By")];
    columns.push(Column::new("share", "Share"));
    let errors = own.iter().any(|d| d.std_errors.is_some());
    if errors {
        columns.push(Column::new("std_errors", "In standard errors of the first"));
    }
    let mut out = Table::new(id, format!("{count} {words}"), columns);
    let number = |x: Option<f64>, digits: Digits| x.map_or_else(|| Cell::text("–"), |x| Cell::number_with(Some(x), digits, ""));
    let told = named(own.len(), most);
    for d in own.iter().take(told) {
        let [before, after] = d.cells();
        let mut row = vec![Cell::text(&d.place), before, after];
        row.extend([number(d.by, Digits::Auto), number(d.share, Digits::Auto)]);
        if errors {
            row.push(number(d.std_errors, Digits::Decimals(2)));
        }
        out.push(row);
    }
    rest(&mut out, own.len(), told);
    out
}

/// How many more there are.
fn rest(table: &mut Table, all: usize, told: usize) {
    if all > told {
        table.note(format!("and {} more", all - told));
    }
}
