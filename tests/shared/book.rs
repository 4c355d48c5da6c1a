//! One file of expected values, with a list of what was used of it.

use super::skipped;
use crate::support::reckoning::Reckoning;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The shared folder, if it is here.
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("DIDACT_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if folder.join("reference/expected").is_dir() {
        return Some(folder);
    }
    let message = format!("SKIPPED: ../shared is not here ({}): nothing was compared with other software on real data", folder.display());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
    // Not eprintln: the test harness would swallow it.
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "\n{message}\n");
    None
}

/// One file of expected values.
pub struct Book {
    name: String,
    data: PathBuf,
    cases: Value,
    used: RefCell<BTreeSet<String>>,
}

impl Book {
    pub fn open(folder: &Path, name: &str) -> Book {
        let reference = folder.join("reference");
        let path = reference.join("expected").join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        Book { name: name.into(), data: reference.join("data"), cases: document["cases"].take(), used: RefCell::default() }
    }

    /// A data file.
    pub fn data(&self, file: &str) -> PathBuf {
        self.data.join(file)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.cases.as_array().expect("cases").iter().map(|c| c["id"].as_str().expect("an id"))
    }

    /// A case's result, noted as used.
    pub fn case(&self, id: &str) -> Value {
        let at = self.ids().position(|i| i == id).unwrap_or_else(|| panic!("{}: no case {id}", self.name));
        self.used.borrow_mut().insert(id.into());
        self.cases[at]["result"].clone()
    }

    /// The arguments of a case's call.
    pub fn arguments(&self, id: &str) -> Value {
        let at = self.ids().position(|i| i == id).unwrap_or_else(|| panic!("{}: no case {id}", self.name));
        self.cases[at]["args"].clone()
    }

    /// All cases.
    pub fn all(&self) -> Vec<String> {
        self.ids().map(str::to_string).collect()
    }

    /// A case's name in the list of differences.
    pub fn title(&self, id: &str) -> String {
        format!("{}/{id}", self.name)
    }

    /// Every case must have been used, or be listed as skipped.
    pub fn close(&self, r: &mut Reckoning) {
        for id in self.ids() {
            let skipped = skipped::CASES.iter().any(|(file, part, _)| self.name.starts_with(file) && id.contains(part));
            let used = self.used.borrow().contains(id);
            r.holds(&self.title(id), "must be either compared or skipped with a reason", used != skipped);
        }
    }
}
