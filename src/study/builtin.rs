//! Built-in studies: one file each under `datasets/studies`.

use super::file::StudyFile;

/// A built-in study.
pub struct BuiltIn {
    /// The name by which it is run.
    pub id: &'static str,
    /// Its study file.
    pub text: &'static str,
}

/// All built-in studies, in the order in which they are listed.
pub static STUDIES: &[BuiltIn] = &[
    BuiltIn { id: "belmont-cragin", text: include_str!("../../datasets/studies/belmont-cragin.toml") },
    BuiltIn { id: "null", text: include_str!("../../datasets/studies/null.toml") },
    BuiltIn { id: "two-period", text: include_str!("../../datasets/studies/two-period.toml") },
];

impl BuiltIn {
    /// The study.
    pub fn study(&self) -> StudyFile {
        StudyFile::parse(self.text, self.id).expect("built-in studies are valid")
    }
}
