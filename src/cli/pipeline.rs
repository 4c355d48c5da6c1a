//! From a study to the files of its run: shared by `run` and `verify`.

use super::Failure;
use super::progress::Progress;
use crate::cohort::{Cohort, Fault, Faults};
use crate::ingest::write::Writing;
use crate::ingest::{self, Codes, Format, Source};
use crate::panel::Executor;
use crate::provenance::{self, RunFiles};
use crate::simulate;
use crate::store::Input;
use crate::study::{self, Loaded, StudyFile};
use crate::table::content::{Published, publish};
use std::path::{Path, PathBuf};

/// Where the data of a loaded study may lie: a place named by the reader, else folders in which its path is looked for, in order.
#[derive(Default)]
pub(super) struct Places {
    pub named: Option<PathBuf>,
    pub near: Vec<PathBuf>,
    /// The file itself, by its name, where a bundle carries it.
    pub held: Option<(String, Vec<u8>)>,
}

impl Places {
    /// Named, or else in a folder that was written, in those around it, or here.
    pub fn around(folder: &Path, named: Option<PathBuf>) -> Places {
        Places { named, held: None, near: folder.ancestors().take(4).map(PathBuf::from).chain([PathBuf::from(".")]).collect() }
    }
}

/// Loads or simulates, carries out, renders.
pub(super) fn execute(
    study: StudyFile,
    slug: &str,
    places: &Places,
    executor: &dyn Executor,
    progress: &Progress,
) -> Result<(Published, RunFiles), Failure> {
    let study = study::resolve(planned(study, places)?)?;
    let mut beside = Vec::new();
    let loaded = if study.data.simulate.is_some() {
        progress.stage("simulating");
        let draw = study::draw(&study)?;
        if let Some(sealed) = &draw.sealed {
            beside.push((provenance::SEALED.to_string(), csv(sealed, executor)?));
        }
        Loaded { cohort: draw.cohort, truth: Some(draw.truth), input: None }
    } else {
        progress.stage("reading");
        load(&study, places)?
    };
    let run = publish(study::carry_out(study, loaded, executor, &|stage| progress.tell(stage))?);
    progress.stage("writing tables, figures and the page");
    let files = provenance::files(&run, slug, beside).map_err(|e| Failure::Internal(e.to_string()))?;
    Ok((run, files))
}

/// Simulated students as a CSV file.
fn csv(cohort: &Cohort, executor: &dyn Executor) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut file = Writing::csv(&mut bytes);
    file.push(cohort, executor).and_then(|()| file.finish()).map_err(|e| Failure::Internal(e.to_string()))?;
    Ok(bytes)
}

/// A study with the text of its plan, where it names one.
pub(super) fn planned(mut study: StudyFile, places: &Places) -> Result<StudyFile, Failure> {
    if let Some(path) = study.plan.path.take() {
        let place = places.near.iter().map(|folder| folder.join(&path)).find(|p| p.is_file()).unwrap_or_else(|| PathBuf::from(&path));
        study.plan.locked = Some(Input::open(&place.to_string_lossy())?.text()?);
    }
    Ok(study)
}

/// The data of a study, where it is not simulated.
pub(super) fn data_of(study: &StudyFile, places: &Places) -> Result<Option<Loaded>, Failure> {
    if study.data.path.is_some() { load(study, places).map(Some) } else { Ok(None) }
}

/// Where the data file of a study is.
pub(super) fn place_of(study: &StudyFile, places: &Places) -> Result<String, Failure> {
    let path = study.data.path.as_deref().expect("resolved: loaded");
    let found = places.named.clone().or_else(|| places.near.iter().map(|folder| folder.join(path)).find(|p| p.exists()));
    match found {
        Some(p) => Ok(p.to_string_lossy().into_owned()),
        None if Path::new(path).is_absolute() || path == "-" => Ok(path.to_string()),
        None => Err(Failure::Store(crate::store::StoreError::plain(format!(
            "the data file {path} is not there (looked beside the study file and here); put it there, or name it with --data"
        )))),
    }
}

/// Reads the data of a study.
fn load(study: &StudyFile, places: &Places) -> Result<Loaded, Failure> {
    let path = study.data.path.as_deref().expect("resolved: loaded");
    let (format, sheet) = (study.data.format.as_deref(), study.data.sheet.as_deref());
    let source = match &places.held {
        Some((name, bytes)) if places.named.is_none() => {
            Source::of(Input::Bytes(bytes.clone().into()), Format::find(name, format)?, sheet)?
        }
        _ => Source::open(&place_of(study, places)?, format, sheet)?,
    };
    let columns = study::columns(study)?;
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let cohort = ingest::read(&source, Some(&names), &Codes::parse(&study.data.missing, &study.data.keep))?;
    let name = Path::new(path).file_name().map_or_else(|| path.to_string(), |n| n.to_string_lossy().into_owned());
    let hash = cohort.fingerprint();
    Ok(Loaded { cohort, truth: None, input: Some((name, hash)) })
}

/// A study by its file or built-in name, the short name for its folder, and where its data may lie. A folder is no study file, so one
/// that has a built-in study's name, such as that study's run, does not stand in its way.
pub(super) fn find(study: &str) -> Result<(StudyFile, String, Places), Failure> {
    let path = Path::new(study);
    if !path.exists() || path.is_dir() {
        if let Some(built_in) = study::STUDIES.iter().find(|s| s.id == study) {
            return Ok((built_in.study(), built_in.id.to_string(), Places::default()));
        }
        if path.is_dir() {
            return Err(folder(path).into());
        }
    }
    if !path.exists() && !study.contains(['/', '.']) {
        return Err(Failure::Invalid(
            Fault::new(
                "STUDY-004",
                format!("there is no built-in study {study:?}, and no file of that name"),
                "STUDY",
                "there is nothing to run",
                crate::cohort::did_you_mean(study, study::STUDIES.iter().map(|s| s.id)),
            )
            .into(),
        ));
    }
    let text = Input::open(study)?.text()?;
    let file = StudyFile::parse(&text, study)?;
    let slug = path.file_stem().map_or_else(|| "study".into(), |s| s.to_string_lossy().into_owned());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")).to_path_buf();
    Ok((file, slug, Places { named: None, held: None, near: vec![folder, PathBuf::from(".")] }))
}

/// The fault of a folder where a study file is asked for.
fn folder(path: &Path) -> Fault {
    let own = path.join("study.toml");
    let remedy = if own.is_file() {
        format!(
            "to repeat the run in this folder, name its study file: {}; to compare it number by number: didact verify {}",
            own.display(),
            path.display()
        )
    } else {
        "name a study file (didact new DATA writes one), or a built-in study (didact list studies)".into()
    };
    Fault::new("STUDY-004", format!("{} is a folder, not a study file", path.display()), "STUDY", "there is nothing to run", remedy)
}

/// Puts parameters given as NAME=VALUE into a study of a world.
///
/// # Errors
/// What is not written so; every name and value that the world does not have, with its flag as the place.
pub(super) fn set(study: &mut StudyFile, given: &[String]) -> Result<(), Failure> {
    let settings = settings(given)?;
    if let Some(world) = study.data.simulate.as_deref().and_then(simulate::find) {
        let mut parameters = world.parameters();
        let mut faults = Faults::default();
        for ((name, value), text) in settings.iter().zip(given) {
            if let Err(e) = parameters.set(name, &value.to_string()) {
                let (place, id) = (format!("--set {text}"), world.card().id);
                let remedy = format!("correct it;  didact list worlds {id}  shows the parameters with their ranges");
                faults.push(Fault::new("STUDY-002", e.to_string(), place, "the world would be another one", remedy));
            }
        }
        faults.into_result()?;
    }
    study.data.world.extend(settings);
    Ok(())
}

/// Parameters, each given as NAME=VALUE.
pub(super) fn settings(given: &[String]) -> Result<Vec<(String, f64)>, Failure> {
    let one = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| Failure::Usage(format!("--set {text}: write it as NAME=VALUE")))?;
        let value = value.trim().parse().map_err(|_| Failure::Usage(format!("--set {text}: the value is not a number")))?;
        Ok((name.trim().to_string(), value))
    };
    given.iter().map(one).collect()
}
