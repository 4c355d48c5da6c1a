//! `didact bundle`: a finished run in one file.

use super::failure::print;
use super::folder::Found;
use super::{Common, Failure, pipeline};
use crate::cohort::Fault;
use crate::provenance;
use crate::store::{self, Input};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Pack a finished run into one file that verifies on another machine.
#[derive(clap::Args, Debug)]
pub struct Bundle {
    /// The run's folder
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,
    /// The file to write [default: the folder's name with .zip, here]
    #[arg(long, value_name = "FILE.zip")]
    out: Option<PathBuf>,
    /// Pack the students' rows of a loaded study too: only where whoever gets the bundle may have them
    #[arg(long)]
    with_data: bool,
    /// Where the input file of a loaded study lies now (with --with-data)
    #[arg(long, value_name = "FILE", requires = "with_data")]
    data: Option<PathBuf>,
}

impl Bundle {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let mut found = Found::open(&self.run)?;
        let manifest = found.manifest()?;
        let own = found.take_data(&manifest);
        let changed: Vec<String> =
            provenance::changed(&manifest, &found.files).into_iter().filter(|f| !f.ends_with(": not part of the run")).collect();
        if let Some(first) = changed.first() {
            return Err(Fault::new(
                "RUN-003",
                format!("the run is not as it was written: {first}{}", if changed.len() > 1 { ", and others" } else { "" }),
                self.run.display().to_string(),
                "a bundle stands for what was computed",
                "bundle the folder as the run wrote it;  didact verify  says what differs",
            )
            .into());
        }
        // Only what the manifest names: whatever else lies in the folder stays there.
        let mut files: BTreeMap<String, Vec<u8>> =
            found.files.into_iter().filter(|(n, _)| n == "manifest.json" || manifest.outputs.contains_key(n)).collect();
        let rows = if self.with_data { Some(self.data(&manifest, own)?) } else { None };
        if let Some((name, bytes)) = &rows {
            files.insert(format!("data/{name}"), bytes.clone());
        }
        let root = format!("didact-{}", &blake3::hash(&files["manifest.json"]).to_hex()[..8]);
        let n = files.len();
        let bytes = store::pack(&files.into_iter().map(|(name, bytes)| (format!("{root}/{name}"), bytes)).collect())?;
        let out = self.out.clone().unwrap_or_else(|| {
            let name = self.run.file_name().map_or_else(|| root.clone(), |n| n.to_string_lossy().into_owned());
            PathBuf::from(format!("{name}.zip"))
        });
        store::write_atomically(&out, &bytes)?;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        if common.json {
            let document = serde_json::json!({
                "file": out.to_string_lossy(), "files": n, "bytes": bytes.len(), "blake3": hash, "data": rows.as_ref().map(|(name, _)| name),
            });
            return print(&format!("{document:#}\n"));
        }
        if common.quiet {
            return Ok(());
        }
        let holds = match (&rows, &manifest.input) {
            (Some((name, _)), _) => format!("It holds students' rows ({name}): give it only to those who may have them.\n"),
            (None, Some(input)) => format!("It holds no student's row; to repeat the run, {} is needed too (--data).\n", input.path),
            (None, None) => "It holds no student's row: they are simulated again.\n".to_string(),
        };
        print(&format!("{}: {n} files, BLAKE3 {hash}\n{holds}Check it: didact verify {}\n", out.display(), out.display()))
    }

    /// The input file, if it is the one the run was made from.
    fn data(&self, manifest: &provenance::Manifest, own: Option<(String, Vec<u8>)>) -> Result<(String, Vec<u8>), Failure> {
        let Some(input) = &manifest.input else {
            return Err(Failure::Usage(
                "--with-data: the students are simulated, and the program draws them again; there is nothing to pack".into(),
            ));
        };
        let mut places = pipeline::Places::around(&self.run, self.data.clone());
        places.held = own;
        let study = Found::open(&self.run)?.study()?;
        let loaded = pipeline::data_of(&study, &places)?.and_then(|l| l.input);
        if loaded.as_ref().is_none_or(|(_, hash)| *hash != input.blake3) {
            return Err(Fault::new(
                "RUN-004",
                "the data file is not the one that the run was made from",
                input.path.clone(),
                "whoever gets the bundle could not repeat the run",
                "name the right file with --data",
            )
            .into());
        }
        match places.held {
            Some(held) => Ok(held),
            None => Ok((input.path.clone(), Input::open(&pipeline::place_of(&study, &places)?)?.bytes()?)),
        }
    }
}
