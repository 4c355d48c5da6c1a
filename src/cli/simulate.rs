//! `didact simulate`: a world's students, profiles, codebook and truth.

use super::failure::print;
use super::volume::{Volume, Written};
use super::{Common, Failure, Threads};
use crate::cohort::{Codebook, Fault};
use crate::ingest::profiles;
use crate::ingest::write::Writing;
use crate::simulate::{self, Detail, WORLDS};
use crate::store::{Folder, OpenFile, StoreError};
use std::io::Write;
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
    /// Write the sealed file too: every student-year with and without profiles, also those that nobody recorded
    #[arg(long)]
    sealed: bool,
    /// About how many students the true effects are computed in once more (truth.json, population); 0: not at all
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    population: usize,
    /// Go on whatever it costs: by default more than 50 GB on disk or 30 days are refused
    #[arg(long)]
    at_any_price: bool,
}

/// Students in a batch: what is in memory at one time.
const BATCH: usize = 100_000;

impl Simulate {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let at = |place: String, what: String, remedy: String| {
            Failure::from(Fault::new("SIM-001", what, place, "nothing can be simulated", remedy))
        };
        let invalid = |what: String, remedy: String| at(format!("world {}", self.world), what, remedy);
        let world = simulate::find(&self.world).ok_or_else(|| {
            invalid(
                format!("there is no world {:?}", self.world),
                crate::cohort::did_you_mean(&self.world, WORLDS.iter().map(|w| w.card().id)),
            )
        })?;
        let mut parameters = world.parameters();
        for text in &self.set {
            let (name, value) = text.split_once('=').ok_or_else(|| Failure::Usage(format!("--set {text}: write it as NAME=VALUE")))?;
            parameters.set(name.trim(), value).map_err(|e| {
                let remedy = format!("didact list worlds {}  shows the parameters with their ranges", self.world);
                at(format!("--set {text}"), e.to_string(), remedy)
            })?;
        }
        parameters.check().map_err(|errors| {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            at("--set".into(), all.join("; "), "change one of them".into())
        })?;
        let executor = Threads::new(common.threads);
        let written = Written { parquet: self.format == "parquet", sealed: self.sealed, batch: BATCH, threads: &executor };
        let pricing = |e| StoreError::new("pricing the simulation", e);
        if let Some(volume) = Volume::measure(world, &parameters, self.seed, &written).map_err(pricing)? {
            if let Some(fault) = volume.refusal().filter(|_| !self.at_any_price) {
                return Err(fault.into());
            }
            if !common.quiet && !common.json {
                eprintln!("{}", volume.words());
            }
        }
        let mut folder = Folder::begin(&self.out)?;
        let detail = if self.sealed { Detail::Sealed } else { Detail::Full };
        let name = |stem: &str| format!("{stem}.{}", self.format);
        let mut file = self.begin(&mut folder, &name("cohort"))?;
        let mut sealed = if self.sealed { Some(self.begin(&mut folder, &name("sealed"))?) } else { None };
        let mut goals = folder.open("profiles.jsonl")?;
        let writing = |name: String| move |e| StoreError::new(format!("writing {name}"), e);
        let mut batches = world.batches(&parameters, self.seed, detail, BATCH, &executor);
        let (mut rows, mut students, mut book) = (0, 0, Codebook::default());
        for batch in &mut batches {
            file.push(&batch.cohort, &executor).map_err(writing(name("cohort")))?;
            if let (Some(file), Some(cohort)) = (&mut sealed, &batch.sealed) {
                file.push(cohort, &executor).map_err(writing(name("sealed")))?;
            }
            goals.write_all(&profiles::write(&batch.cohort.profiles)).map_err(writing("profiles.jsonl".into()))?;
            rows += batch.cohort.n_rows;
            students += batch.cohort.profiles.len();
            book = batch.cohort.codebook;
        }
        let mut truth = batches.truth();
        drop(batches);
        folder.close(&name("cohort"), file.finish())?;
        if let Some(file) = sealed {
            folder.close(&name("sealed"), file.finish())?;
        }
        folder.close("profiles.jsonl", goals.flush())?;
        if self.population > 0 {
            let population = world.population(&parameters, self.seed, self.population, &executor);
            truth.population = Some(population.compared_with(&truth.effects));
        }
        folder.write("codebook.csv", &codebook(&book))?;
        let text = serde_json::to_string_pretty(&truth).map_err(|e| Failure::Internal(e.to_string()))? + "\n";
        folder.write("truth.json", text.as_bytes())?;
        let files = folder.files().join(", ");
        let place = folder.finish()?;
        if common.json {
            return print(&format!(
                "{:#}\n",
                serde_json::json!({"folder": place.to_string_lossy(), "rows": rows, "students": students, "truth": truth})
            ));
        }
        if common.quiet {
            return Ok(());
        }
        print(&format!("{rows} rows of simulated students in {} ({files})\n", place.display()))
    }

    fn begin(&self, folder: &mut Folder, name: &str) -> Result<Writing<OpenFile>, Failure> {
        let sink = folder.open(name)?;
        Ok(if self.format == "parquet" { Writing::parquet(sink) } else { Writing::csv(sink) })
    }
}

fn codebook(codebook: &Codebook) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let fine = "writing to memory cannot fail";
    out.write_record(["column", "meaning", "unit", "source"]).expect(fine);
    for e in &codebook.entries {
        out.write_record([&e.column, &e.meaning, &e.unit, &e.source]).expect(fine);
    }
    out.into_inner().expect(fine)
}
