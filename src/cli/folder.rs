//! A finished run as found: in a folder, or in a bundle.

use super::Failure;
use crate::cohort::Fault;
use crate::provenance::Manifest;
use crate::store::{self, Input};
use crate::study::StudyFile;
use std::collections::BTreeMap;
use std::path::Path;

/// Its files by name.
pub(super) struct Found {
    pub files: BTreeMap<String, Vec<u8>>,
    pub place: String,
}

impl Found {
    /// Reads a folder or a bundle. The input file that a bundle carries under `data/` is no output: it is handed on apart.
    pub fn open(place: &Path) -> Result<Found, Failure> {
        let files =
            if place.is_dir() { store::read_folder(place)? } else { store::unpack(&Input::open(&place.to_string_lossy())?.bytes()?)? };
        Ok(Found { files, place: place.display().to_string() })
    }

    /// What to say of a folder that is not as a run writes it.
    pub fn damaged(&self, what: String) -> Failure {
        Fault::new("RUN-001", what, self.place.clone(), "the run cannot be repeated from it", "use the folder as the run wrote it").into()
    }

    pub fn file(&self, name: &str) -> Result<&[u8], Failure> {
        self.files.get(name).map(Vec::as_slice).ok_or_else(|| self.damaged(format!("{name} is missing")))
    }

    pub fn manifest(&self) -> Result<Manifest, Failure> {
        serde_json::from_slice(self.file("manifest.json")?).map_err(|e| self.damaged(format!("manifest.json cannot be read: {e}")))
    }

    pub fn study(&self) -> Result<StudyFile, Failure> {
        let text = std::str::from_utf8(self.file("study.toml")?).map_err(|_| self.damaged("study.toml is not text".into()))?;
        Ok(StudyFile::parse(text, "study.toml")?)
    }

    /// results.json, or another JSON file of the run.
    pub fn json(&self, name: &str) -> Result<serde_json::Value, Failure> {
        serde_json::from_slice(self.file(name)?).map_err(|e| self.damaged(format!("{name} cannot be read: {e}")))
    }

    /// Takes out the input file where it lies with the run, under `data/`.
    pub fn take_data(&mut self, manifest: &Manifest) -> Option<(String, Vec<u8>)> {
        let input = manifest.input.as_ref()?;
        let bytes = self.files.remove(&format!("data/{}", input.path))?;
        Some((input.path.clone(), bytes))
    }
}
