//! `didact schema`: the JSON Schema of the study file.

use super::Failure;
use super::failure::print;
use crate::study::StudyFile;

/// The JSON Schema of the study file.
#[derive(clap::Args, Debug)]
pub struct Schema {}

impl Schema {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let schema = schemars::schema_for!(StudyFile);
        let text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::Internal(e.to_string()))?;
        print(&(text + "\n"))
    }
}
