//! `didact simulate`: a world's students, profiles, codebook and truth.

use super::failure::print;
use super::{Common, Failure};
use crate::cohort::Fault;
use crate::ingest::{profiles, write};
use crate::simulate::{self, WORLDS};
use crate::store::Folder;
use std::path::PathBuf;

/// Simulate a world.
#[derive(clap::Args, Debug)]
pub struct Simulate {
    /// The world (didact list worlds)
    #[arg(value_name = "WORLD")]
    world: String,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The seed
    #[arg(long, default_value_t = 20_210_126)]
    seed: u64,
    /// A parameter, as NAME=VALUE (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// The format of the students' file
    #[arg(long, value_name = "NAME", default_value = "csv", value_parser = ["csv", "parquet"])]
    format: String,
}

impl Simulate {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let invalid = |what: String, remedy: String| {
            Failure::from(Fault::new("SIM-001", what, format!("world {}", self.world), "nothing can be simulated", remedy))
        };
        let world = simulate::find(&self.world).ok_or_else(|| {
            invalid(
                format!("there is no world {:?}", self.world),
                crate::cohort::did_you_mean(&self.world, WORLDS.iter().map(|w| w.card().id)),
            )
        })?;
        let mut parameters = world.parameters();
        for text in &self.set {
            let (name, value) = text.split_once('=').ok_or_else(|| Failure::Usage(format!("--set {text}: write it as NAME=VALUE")))?;
            parameters
                .set(name.trim(), value)
                .map_err(|e| invalid(e.to_string(), "didact list worlds --json  shows all parameters with their ranges".into()))?;
        }
        parameters.check().map_err(|errors| {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            invalid(all.join("; "), "change one of them".into())
        })?;
        let mut folder = Folder::begin(&self.out)?;
        let draw = world.draw(&parameters, self.seed);
        if self.format == "parquet" {
            folder.write("cohort.parquet", &write::parquet(&draw.cohort).map_err(Failure::Internal)?)?;
        } else {
            folder.write("cohort.csv", &write::csv(&draw.cohort))?;
        }
        folder.write("profiles.jsonl", &profiles::write(&draw.cohort.profiles))?;
        folder.write("codebook.csv", &codebook(&draw.cohort.codebook))?;
        let truth = serde_json::to_string_pretty(&draw.truth).map_err(|e| Failure::Internal(e.to_string()))? + "\n";
        folder.write("truth.json", truth.as_bytes())?;
        let files = folder.files().join(", ");
        let place = folder.finish()?;
        if common.json {
            return print(&format!(
                "{:#}\n",
                serde_json::json!({"folder": place.to_string_lossy(), "rows": draw.cohort.n_rows, "students": draw.cohort.profiles.len(), "truth": draw.truth})
            ));
        }
        if common.quiet {
            return Ok(());
        }
        print(&format!("{} rows of simulated students in {} ({files})\n", draw.cohort.n_rows, place.display()))
    }
}

fn codebook(codebook: &crate::cohort::Codebook) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let fine = "writing to memory cannot fail";
    out.write_record(["column", "meaning", "unit", "source"]).expect(fine);
    for e in &codebook.entries {
        out.write_record([&e.column, &e.meaning, &e.unit, &e.source]).expect(fine);
    }
    out.into_inner().expect(fine)
}
