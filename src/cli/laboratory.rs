//! Carries a calibration out: priced before it starts, in blocks that a journal keeps, on all threads.

use super::price::{Asked, Draw, Price, duration};
use super::progress::Progress;
use super::{Common, Failure, Threads};
use crate::cohort::{Fault, Faults};
use crate::evaluate::{Effects, Experiment, Replicate, replicate};
use crate::panel::{Executor, spread};
use crate::provenance;
use crate::store::{Journal, Opened, StoreError, write_folder};
use crate::study::{Calibrated, Calibration, Loaded};
use crate::table::content::{PublishedCalibration, publish_calibration};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A part of the draws: replicates from `R·(i − 1)/n` to before `R·i/n`, at every point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shard {
    pub part: usize,
    pub of: usize,
}

impl Shard {
    pub(super) fn parse(text: &str) -> Result<Shard, Failure> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
        match numbers {
            Some((part, of)) if 1 <= part && part <= of && of <= 1_000_000 => Ok(Shard { part, of }),
            _ => Err(Failure::Usage(format!("--shard {text}: write it as I/N, with I from 1 to N, such as 3/7"))),
        }
    }

    pub(super) fn replicates(self, all: usize) -> std::ops::Range<usize> {
        let at = |part: usize| (all as u128 * part as u128 / self.of as u128) as usize;
        at(self.part - 1)..at(self.part)
    }
}

/// What is to be done, and how.
pub(super) struct Work<'a> {
    pub calibration: Calibration,
    pub loaded: Option<Loaded>,
    pub shard: Option<Shard>,
    pub at_any_price: bool,
    /// Whether a design fitted to data is tried under the usual troubles too, where no grid says what to try.
    pub usual: bool,
    pub common: &'a Common,
    pub threads: &'a Threads,
}

/// Draws, analyses and writes the folder; a shard has no results of its own.
pub(super) fn carry_out(work: &Work<'_>, place: &dyn Fn(&str) -> PathBuf) -> Result<(Option<PublishedCalibration>, PathBuf), Failure> {
    let mut calibration = work.calibration.clone();
    let progress = Progress::new(work.common);
    if work.loaded.is_some() {
        progress.stage("fitting the design");
    }
    let source = calibration.source(work.loaded.as_ref().map(|l| &l.cohort))?;
    let usual = if work.usual { calibration.try_the_usual(&*source) } else { Vec::new() };
    let grid = calibration.grid(&*source).map_err(Failure::BadFlag)?;
    Effects::parse(calibration.effects.iter().map(String::as_str).filter(|e| *e != "subgroup")).map_err(Failure::BadFlag)?;
    let range = work.shard.map_or(0..calibration.replicates, |s| s.replicates(calibration.replicates));
    let asked = Asked {
        points: grid.n_points(),
        replicates: calibration.replicates,
        own: range.len(),
        fits_a_draw: calibration.fits_a_draw() as f64,
        shard: work.shard,
    };
    progress.stage("looking at the first draw");
    if !work.at_any_price && asked.is_too_much() {
        let tried = grid.diagonal().into_iter().find_map(|one| calibration.experiment(&*source, one).ok());
        let draw = tried.map(|(experiment, pilot)| Draw::measure(&experiment, &pilot));
        progress.done();
        return Err(Price::new(asked, draw, work.threads).refusal().into());
    }
    let (experiment, pilot) = calibration.experiment(&*source, grid)?;
    let jobs: Vec<(usize, usize)> = experiment.draws(range).collect();
    let asked = Asked { fits_a_draw: experiment.fits_a_draw() as f64, ..asked };
    let price = Price::new(asked, Some(Draw::measure(&experiment, &pilot)), work.threads);
    drop(pilot);
    if !work.at_any_price && price.is_too_long() {
        progress.done();
        return Err(price.refusal().into());
    }
    if !work.common.quiet && !work.common.json {
        eprintln!("{}{}", price.words(), also(&calibration, &usual));
    }
    let place = place(&experiment.fingerprint()[..6]);
    let (mut journal, mut draws) = open(&journal_of(&place), &heading(&experiment, work.shard))?;
    let known: BTreeSet<(usize, usize)> = draws.iter().map(|d| (d.point, d.number)).collect();
    let left: Vec<(usize, usize)> = jobs.into_iter().filter(|job| !known.contains(job)).collect();
    if !known.is_empty() && !work.common.quiet {
        eprintln!("{} draws are in the journal already", known.len());
    }
    draws.extend(draw(&experiment, &left, price.block(), work.threads, &progress, &mut |lines| journal.append(lines))?);
    progress.stage("writing tables, figures and the page");
    let (calibrated, files) = match work.shard {
        Some(shard) => (None, provenance::shard_files(&calibration, &experiment, (shard.part, shard.of), &draws)?),
        None => {
            let calibrated = publish_calibration(Calibrated::new(calibration.clone(), work.loaded.as_ref(), &experiment, draws));
            let files = provenance::calibration_files(&calibrated)?;
            (Some(calibrated), files)
        }
    };
    let place = write_folder(&place, &files)?;
    journal.remove()?;
    progress.done();
    Ok((calibrated, place))
}

/// What is tried beside the design as it is, behind the price.
fn also(calibration: &Calibration, usual: &[&str]) -> String {
    if usual.is_empty() {
        return String::new();
    }
    let effect = calibration.conditions.iter().rev().find(|(name, _)| name == "effect").is_some_and(|(_, value)| *value != 0.0);
    let more = if effect { "" } else { " (that some untreated have the effect too is tried with an effect:  --set effect=0.2)" };
    format!("\nAlso tried, one at a time: {}{more}. Only as it is:  --as-it-is", usual.join("; "))
}

/// Makes the draws, a block at a time; `keep` is given each block's lines.
fn draw(
    experiment: &Experiment<'_>,
    jobs: &[(usize, usize)],
    block: usize,
    threads: &Threads,
    progress: &Progress,
    keep: &mut dyn FnMut(&str) -> Result<(), StoreError>,
) -> Result<Vec<Replicate>, Failure> {
    let begun = Instant::now();
    let mut draws = Vec::new();
    for jobs_now in jobs.chunks(block) {
        let found = spread(threads, jobs_now.len(), |i| replicate(experiment, jobs_now[i].0, jobs_now[i].1));
        keep(&found.iter().map(Replicate::line).collect::<String>())?;
        draws.extend(found);
        let left = jobs.len() - draws.len();
        let seconds = begun.elapsed().as_secs_f64() / draws.len() as f64 * left as f64;
        progress.stage(&format!("{} of {} draws, {} left", draws.len(), jobs.len(), duration(seconds)));
    }
    Ok(draws)
}

/// A finished calibration once more, from what its folder says.
pub(super) fn again(
    calibration: &Calibration,
    loaded: Option<&Loaded>,
    threads: &Threads,
    progress: &Progress,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let source = calibration.source(loaded.map(|l| &l.cohort))?;
    let (experiment, _) = calibration.experiment(&*source, calibration.grid(&*source)?)?;
    let jobs: Vec<(usize, usize)> = experiment.draws(0..calibration.replicates).collect();
    let draws = draw(&experiment, &jobs, 32 * threads.width(), threads, progress, &mut |_| Ok(()))?;
    Ok(provenance::calibration_files(&publish_calibration(Calibrated::new(calibration.clone(), loaded, &experiment, draws)))?)
}

/// Beside the folder that is to come.
fn journal_of(place: &Path) -> PathBuf {
    let name = place.file_name().map_or_else(|| "calibration".into(), |n| n.to_string_lossy().into_owned());
    place.with_file_name(format!("{name}.journal"))
}

fn heading(experiment: &Experiment<'_>, shard: Option<Shard>) -> Vec<String> {
    let mut lines = vec!["didact calibration journal 1".to_string()];
    lines.extend(experiment.identity().into_iter().map(|(name, value)| format!("{name} = {value}")));
    lines.push(shard.map_or_else(|| "shard = none".into(), |s| format!("shard = {}/{}", s.part, s.of)));
    lines
}

fn open(place: &Path, heading: &[String]) -> Result<(Journal, Vec<Replicate>), Failure> {
    match Journal::open(place, heading, Replicate::parse)? {
        Opened::Ready(journal, mut draws) => {
            let mut seen = BTreeSet::new();
            draws.retain(|d| seen.insert((d.point, d.number)));
            Ok((journal, draws))
        }
        Opened::Other(lines) => {
            let name = |line: &str| line.split_once(" = ").map_or_else(|| line.to_string(), |(n, _)| n.to_string());
            let gone = lines.iter().filter(|l| !heading.contains(l)).map(|l| (name(l), format!("was: {l}")));
            let come = heading.iter().filter(|l| !lines.contains(l)).map(|l| (name(l), format!("is:  {l}")));
            let mut changed: Vec<(String, String)> = gone.chain(come).collect();
            changed.sort_by(|a, b| a.0.cmp(&b.0));
            let mut faults = Faults::default();
            faults.push(Fault::new(
                "CAL-010",
                "the journal is of another calibration",
                place.display().to_string(),
                format!(
                    "its draws would be mixed with others; what changed: {}",
                    changed.iter().map(|c| c.1.as_str()).collect::<Vec<_>>().join("; ")
                ),
                "go on with the old command, give another --out, or take the journal away",
            ));
            Err(Failure::Invalid(faults))
        }
    }
}
