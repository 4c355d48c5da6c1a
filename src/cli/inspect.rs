//! `didact inspect`: what is in a file.

use super::failure::print;
use super::guess::{describe, roles};
use super::roles::Data;
use super::{Common, Failure, Threads};
use crate::cohort::{Cohort, Suspect, suspects};
use crate::ingest::profiles;
use crate::ingest::write::Writing;
use crate::panel::{Keys, PanelSpec, Paths, Sequence, TreatmentRule};
use crate::render::text;
use crate::store::{Input, StoreError, write_atomically};
use crate::table::{Cell, Column, Digits, Table};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What is in a file.
#[derive(clap::Args, Debug)]
pub struct Inspect {
    #[command(flatten)]
    data: Data,
    /// The learner profiles that go with it (JSON Lines)
    #[arg(long, value_name = "FILE")]
    profiles: Option<String>,
    /// Also write all rows as they are read (codes for missing values empty, a OneRoster folder joined) to a CSV or Parquet file; they
    /// are students' rows, under no gate
    #[arg(long, value_name = "FILE", value_parser = rows_file)]
    rows: Option<PathBuf>,
}

/// A place for rows, whose ending tells the format.
fn rows_file(text: &str) -> Result<PathBuf, String> {
    let place = PathBuf::from(text);
    if is_parquet(&place) || ends(&place, "csv") { Ok(place) } else { Err("the name of the file ends in .csv or .parquet".into()) }
}

fn ends(place: &Path, with: &str) -> bool {
    place.extension().is_some_and(|e| e.eq_ignore_ascii_case(with))
}

fn is_parquet(place: &Path) -> bool {
    ends(place, "parquet") || ends(place, "pq")
}

/// Writes all rows of a cohort.
fn write_rows(cohort: &Cohort, place: &Path, common: &Common) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut file = if is_parquet(place) { Writing::parquet(&mut bytes) } else { Writing::csv(&mut bytes) };
    let written = file.push(cohort, &Threads::new(common.threads)).and_then(|()| file.finish());
    written.map_err(|e| StoreError::new(format!("writing {}", place.display()), e))?;
    Ok(write_atomically(place, &bytes)?)
}

impl Inspect {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let cohort = self.data.read(None)?;
        if let Some(place) = &self.rows {
            write_rows(&cohort, place, common)?;
        }
        let guesses = roles(&cohort);
        let found = missing_codes(&cohort);
        let shape = shape(&cohort, &guesses);
        let profiles = match &self.profiles {
            Some(path) => Some(profiles::read(&Input::open(path)?.text()?)?),
            None => None,
        };
        if common.json {
            let columns: Vec<_> = cohort
                .columns
                .iter()
                .map(|c| {
                    let (missing, distinct, range) = describe(c);
                    let says = cohort.codebook.entries.iter().find(|e| e.column == c.name);
                    json!({"name": c.name, "kind": c.data.kind(), "missing": missing, "distinct": distinct, "low": range.map(|r| r.0), "high": range.map(|r| r.1),
                        "meaning": says.map(|e| &e.meaning), "coding": says.map(|e| e.coding()), "source": says.map(|e| &e.source)})
                })
                .collect();
            let guessed: Vec<_> = guesses.iter().map(|g| json!({"role": g.role, "column": g.column, "why": g.why})).collect();
            let codes: Vec<_> = found.iter().map(|s| json!({"column": s.column, "code": s.code, "rows": s.rows, "why": s.why})).collect();
            let document = json!({"rows": cohort.n_rows, "columns": columns, "roles": guessed, "suspected_missing_codes": codes, "shape": shape, "profiles": profiles.as_ref().map(Vec::len)});
            return print(&format!("{document:#}\n"));
        }
        let mut out = format!("{} rows, {} columns\n\n", cohort.n_rows, cohort.columns.len());
        let heads = ["Column", "Kind", "Missing", "Distinct", "Lowest", "Highest", "Role guessed, and why"];
        let mut table = Table::new("columns", "Columns", heads.iter().map(|h| Column::new(h.to_lowercase(), *h)).collect());
        for c in &cohort.columns {
            let (missing, distinct, range) = describe(c);
            let end = |x: Option<f64>| {
                x.map_or_else(
                    || Cell::text(""),
                    |x| {
                        if libm::floor(x) == x && x.abs() < 1e15 {
                            Cell::Whole(x as i64)
                        } else {
                            Cell::number_with(Some(x), Digits::Auto, "")
                        }
                    },
                )
            };
            let guess = guesses.iter().find(|g| g.column == c.name).map(|g| format!("{}: {}", g.role, g.why)).unwrap_or_default();
            table.push(vec![
                Cell::text(&c.name),
                Cell::text(c.data.kind()),
                Cell::Count(missing as u64),
                Cell::Count(distinct as u64),
                end(range.map(|r| r.0)),
                end(range.map(|r| r.1)),
                Cell::text(guess),
            ]);
        }
        out.push_str(&text::text(&table));
        out.push('\n');
        out.push_str(&said(&cohort));
        for line in &shape {
            out.push_str(&format!("{line}\n"));
        }
        for s in &found {
            out.push_str(&format!(
                "question: does {:?} in column {} mean missing? {} rows; {}. Answer with --missing {}={} or --keep {}={}\n",
                s.code, s.column, s.rows, s.why, s.column, s.code, s.column, s.code
            ));
        }
        if let Some(p) = &profiles {
            let goals: usize = p.iter().map(|p| p.goals.len()).sum();
            let met: usize = p.iter().flat_map(|p| &p.goals).filter(|g| g.met == Some(true)).count();
            out.push_str(&format!("{} learner profiles with {goals} goals, {met} of them met\n", p.len()));
        }
        if !common.quiet {
            out.push_str(&format!(
                "\nThese are guesses. To analyse, say the roles:  didact new {}  writes a study file to correct.\n",
                self.data.data
            ));
        }
        print(&out)
    }
}

/// What the source says of its columns.
fn said(cohort: &Cohort) -> String {
    let Some(first) = cohort.codebook.entries.first() else { return String::new() };
    let mut out = format!("What the source says ({}):\n", first.source);
    for e in &cohort.codebook.entries {
        let coding = Some(e.coding()).filter(|words| !words.is_empty()).map_or(String::new(), |words| format!(" [{words}]"));
        out.push_str(&format!("  {}: {}{coding}\n", e.column, e.meaning));
    }
    out.push('\n');
    out
}

/// Values that may mean missing.
pub(super) fn missing_codes(cohort: &Cohort) -> Vec<Suspect> {
    let numbers = cohort.columns.iter().flat_map(suspects).filter(|s| !cohort.is_declared_real(&s.column, &s.code));
    cohort.undeclared.iter().cloned().chain(numbers).collect()
}

/// The panel's shape under the guessed roles, in sentences.
fn shape(cohort: &Cohort, guesses: &[super::guess::Guess]) -> Vec<String> {
    let role = |r: &str| guesses.iter().find(|g| g.role == r).map(|g| g.column.clone());
    let (Some(unit), Some(period)) = (role("student"), role("period")) else { return Vec::new() };
    let mut out = Vec::new();
    let column = |name: &str| &cohort.column(name).expect("guessed from the columns").data;
    let rows: Vec<u32> =
        (0..cohort.n_rows as u32).filter(|&r| !column(&unit).is_missing(r as usize) && !column(&period).is_missing(r as usize)).collect();
    let rows = Sequence::Listed(rows);
    let (units, unit_codes) = Keys::index(column(&unit), &rows);
    let (periods, period_codes) = Keys::index(column(&period), &rows);
    let mut pairs: Vec<(u32, u32)> = unit_codes.into_iter().zip(period_codes).collect();
    pairs.sort_unstable();
    let duplicates = pairs.windows(2).filter(|w| w[0] == w[1]).count();
    pairs.dedup();
    let full = units.len() * periods.len();
    let shape = if pairs.len() == full { "balanced" } else { "unbalanced" };
    out.push(format!(
        "as a panel: {} units ({unit}) in {} periods ({period}), {shape}: {} of {full} unit-periods are there",
        units.len(),
        periods.len(),
        pairs.len()
    ));
    if duplicates > 0 {
        out.push(format!("{duplicates} rows repeat a unit and period: name another unit, or say --duplicates mean"));
    }
    let rule = role("cohort").map(TreatmentRule::Cohort).or_else(|| role("treatment").map(TreatmentRule::Status));
    if let (Some(rule), Some(outcome)) = (rule, role("outcome")) {
        let spec = PanelSpec {
            unit: Some(unit),
            period: Some(period),
            cluster: role("school"),
            duplicates: crate::panel::Duplicates::Mean,
            paths: Paths::Any,
            ..PanelSpec::new(&outcome, rule)
        };
        match crate::panel::Panel::build(cohort, &spec) {
            Ok(panel) => {
                let switching = panel.extras.status.as_ref();
                if let Some(status) = switching {
                    out.push(format!(
                        "the treatment ({}) does not simply stay on: chaisemartin-dhaultfoeuille alone can follow it",
                        status.name
                    ));
                }
                let (first, never) = if switching.is_some() {
                    ("treatment first changes in", "treatment never changes")
                } else {
                    ("first treated in", "never treated")
                };
                for (ix, c) in panel.cells.cohorts.iter().enumerate() {
                    let n = (0..panel.n_units()).filter(|&u| panel.cohort_of(u) == ix).count();
                    out.push(match c {
                        crate::panel::FirstTreated::At(g) => format!("{first} {g}: {n} units"),
                        crate::panel::FirstTreated::Never => format!("{never}: {n} units"),
                    });
                }
            }
            Err(faults) => out.push(format!("with these roles the sample would be refused: {}", faults.shown[0].what)),
        }
    }
    out
}
