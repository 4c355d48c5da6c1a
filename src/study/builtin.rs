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
    BuiltIn { id: "single-school", text: include_str!("../../datasets/studies/single-school.toml") },
    BuiltIn { id: "lottery", text: include_str!("../../datasets/studies/lottery.toml") },
    BuiltIn { id: "school-trial", text: include_str!("../../datasets/studies/school-trial.toml") },
    BuiltIn { id: "classroom-trial", text: include_str!("../../datasets/studies/classroom-trial.toml") },
    BuiltIn { id: "rand-charters", text: include_str!("../../datasets/studies/rand-charters.toml") },
    BuiltIn { id: "dosage", text: include_str!("../../datasets/studies/dosage.toml") },
    BuiltIn { id: "norms", text: include_str!("../../datasets/studies/norms.toml") },
    BuiltIn { id: "adopt-after-dip", text: include_str!("../../datasets/studies/adopt-after-dip.toml") },
    BuiltIn { id: "pandemic", text: include_str!("../../datasets/studies/pandemic.toml") },
    BuiltIn { id: "staggered-rollout", text: include_str!("../../datasets/studies/staggered-rollout.toml") },
    BuiltIn { id: "fade-out", text: include_str!("../../datasets/studies/fade-out.toml") },
    BuiltIn { id: "spillover", text: include_str!("../../datasets/studies/spillover.toml") },
    BuiltIn { id: "under-resourced", text: include_str!("../../datasets/studies/under-resourced.toml") },
    BuiltIn { id: "iep-inclusion", text: include_str!("../../datasets/studies/iep-inclusion.toml") },
    BuiltIn { id: "mastery", text: include_str!("../../datasets/studies/mastery.toml") },
    BuiltIn { id: "null", text: include_str!("../../datasets/studies/null.toml") },
    BuiltIn { id: "two-period", text: include_str!("../../datasets/studies/two-period.toml") },
    BuiltIn { id: "violated-trends", text: include_str!("../../datasets/studies/violated-trends.toml") },
    BuiltIn { id: "forty-states", text: include_str!("../../datasets/studies/forty-states.toml") },
];

impl BuiltIn {
    /// The study.
    pub fn study(&self) -> StudyFile {
        StudyFile::parse(self.text, self.id).expect("built-in studies are valid")
    }
}
