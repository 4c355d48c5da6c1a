//! `didact export`: a notebook or script that checks a finished run with other software.

use super::failure::print;
use super::{Common, Failure};
use crate::cohort::Fault;
use crate::render::export::Target;
use crate::store::{self, Input, StoreError};
use crate::study::{self, StudyFile};
use crate::table::content::export::export;
use std::path::{Component, Path, PathBuf};

/// Export a finished run: a notebook or script that refits it with other software.
#[derive(clap::Args, Debug)]
pub struct Export {
    /// The run's folder
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,
    /// What to write: ipynb and qmd (Python: pandas, pyfixest), r (fixest, did, DRDID), stata
    #[arg(long, value_name = "NAME", value_parser = Target::ALL.map(Target::name))]
    to: String,
    /// The file to write, or the folder to write it into; left out, it is printed
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// Where the students' rows lie, for the script to read [default: as the study says; simulated: made by didact]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let path = self.run.join("study.toml");
        let text = Input::open(&path.to_string_lossy())?.text()?;
        let study = study::resolve(StudyFile::parse(&text, "study.toml")?)?;
        if self.run.join(crate::provenance::CALIBRATION).exists() {
            return Err(Fault::new(
                "RUN-002",
                "this is the folder of a calibration, which draws anew every time",
                self.run.display().to_string(),
                "there is no one set of rows that other software could fit again",
                "export a run (didact run)",
            )
            .into());
        }
        let target = Target::from_name(&self.to).expect("clap has checked");
        let Some(out) = &self.out else {
            let data = self.data.as_ref().map(|p| slashes(p));
            return print(&target.render(&export(&study, &slashes(&self.run), data.as_deref())));
        };
        let is_folder = out.is_dir() || out.extension().is_none() || out.to_string_lossy().ends_with('/');
        let file = if is_folder { out.join(target.file()) } else { out.clone() };
        let from = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let data = self.data.as_ref().map(|d| seen_from(from, d)).transpose()?;
        let text = target.render(&export(&study, &seen_from(from, &self.run)?, data.as_deref()));
        store::make_folder(from)?;
        store::write_atomically(&file, text.as_bytes())?;
        if common.json {
            return print(&format!("{:#}\n", serde_json::json!({"to": self.to, "file": file.to_string_lossy()})));
        }
        if common.quiet { Ok(()) } else { print(&format!("{}\n", file.display())) }
    }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A place as it is written in a file of the folder `from`: relative, as long as both lie under one root.
fn seen_from(from: &Path, place: &Path) -> Result<String, Failure> {
    let whole = |path: &Path| -> Result<PathBuf, Failure> {
        let path = std::path::absolute(path).map_err(|e| StoreError::new(format!("finding {}", path.display()), e))?;
        let mut out = PathBuf::new();
        for part in path.components() {
            match part {
                Component::ParentDir => {
                    out.pop();
                }
                Component::CurDir => {}
                other => out.push(other),
            }
        }
        Ok(out)
    };
    let (from, place) = (whole(from)?, whole(place)?);
    let shared = from.components().zip(place.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return Ok(slashes(&place));
    }
    let up = std::iter::repeat_n(Component::ParentDir, from.components().count() - shared);
    let relative: PathBuf = up.chain(place.components().skip(shared)).collect();
    Ok(if relative.as_os_str().is_empty() { ".".into() } else { slashes(&relative) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_seen_from_the_notebook() {
        let seen = |from: &str, place: &str| seen_from(Path::new(from), Path::new(place)).expect("a place");
        assert_eq!(seen("a/b", "a/b"), ".");
        assert_eq!(seen("a/b", "a/c/run"), "../c/run");
        assert_eq!(seen(".", "runs/x"), "runs/x");
        assert_eq!(seen("a/./b/../b", "a/data.csv"), "../data.csv");
    }
}
