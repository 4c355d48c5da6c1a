//! Carries a calibration out: priced before it starts, in blocks that a journal keeps, on all threads.

use super::progress::Progress;
use super::{Common, Failure, Threads};
use crate::cohort::{Fault, Faults};
use crate::evaluate::{Drawn, Effects, Experiment, Replicate, replicate};
use crate::panel::{Executor, spread};
use crate::provenance;
use crate::store::{Journal, Opened, StoreError, write_folder};
use crate::study::{Calibrated, Calibration, FittedTo, Loaded};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

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
    pub common: &'a Common,
    pub threads: &'a Threads,
}

const MOST_FITS: f64 = 1e9;
const MOST_POINTS: f64 = 1e6;
const MOST_SECONDS: f64 = 30.0 * 86_400.0;

/// Draws, analyses and writes the folder; a shard has no results of its own.
pub(super) fn carry_out(work: &Work<'_>, place: &dyn Fn(&str) -> PathBuf) -> Result<(Option<Calibrated>, PathBuf), Failure> {
    let calibration = &work.calibration;
    let progress = Progress::new(work.common);
    if work.loaded.is_some() {
        progress.stage("fitting the design");
    }
    let source = calibration.source(work.loaded.as_ref().map(|l| &l.cohort))?;
    let grid = calibration.grid(&*source).map_err(Failure::BadFlag)?;
    Effects::parse(calibration.effects.iter().map(String::as_str).filter(|e| *e != "subgroup")).map_err(Failure::BadFlag)?;
    let range = work.shard.map_or(0..calibration.replicates, |s| s.replicates(calibration.replicates));
    let (points, fits) = (grid.n_points(), grid.n_points() * range.len() as f64 * calibration.fits_a_draw() as f64);
    if !work.at_any_price && (fits > MOST_FITS || points > MOST_POINTS) {
        return Err(dear(format!("{points:e} points and {fits:e} fits"), "more than a million points or 1e9 fits").into());
    }
    progress.stage("looking at the first draw");
    let (experiment, pilot) = calibration.experiment(&*source, grid)?;
    let jobs: Vec<(usize, usize)> = experiment.draws(range).collect();
    let price = Price::measure(&experiment, &pilot, jobs.len(), work.threads);
    drop(pilot);
    if !work.at_any_price && price.seconds > MOST_SECONDS {
        progress.done();
        return Err(dear(price.words(), "more than 30 days").into());
    }
    if !work.common.quiet && !work.common.json {
        eprintln!("{}", price.words());
    }
    let place = place(&experiment.fingerprint()[..6]);
    let (mut journal, mut draws) = open(&journal_of(&place), &heading(&experiment, work.shard))?;
    let known: BTreeSet<(usize, usize)> = draws.iter().map(|d| (d.point, d.number)).collect();
    let left: Vec<(usize, usize)> = jobs.into_iter().filter(|job| !known.contains(job)).collect();
    if !known.is_empty() && !work.common.quiet {
        eprintln!("{} draws are in the journal already", known.len());
    }
    draws.extend(draw(&experiment, &left, price.block(work.threads), work.threads, &progress, &mut |lines| journal.append(lines))?);
    progress.stage("writing tables, figures and the page");
    let (calibrated, files) = match work.shard {
        Some(shard) => (None, provenance::shard_files(calibration, &experiment, (shard.part, shard.of), &draws)?),
        None => {
            let calibrated = Calibrated::new(calibration.clone(), input(work.loaded.as_ref()), &experiment, draws);
            let files = provenance::calibration_files(&calibrated)?;
            (Some(calibrated), files)
        }
    };
    let place = write_folder(&place, &files)?;
    journal.remove()?;
    progress.done();
    Ok((calibrated, place))
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
    Ok(provenance::calibration_files(&Calibrated::new(calibration.clone(), input(loaded), &experiment, draws))?)
}

/// The data that a design is fitted to.
pub(super) fn input(loaded: Option<&Loaded>) -> Option<FittedTo> {
    let (name, blake3) = loaded?.input.clone()?;
    Some(FittedTo { name, blake3, rows: loaded?.cohort.n_rows })
}

fn dear(price: String, limit: &str) -> Fault {
    Fault::new(
        "CAL-009",
        format!("this would take {price}"),
        "--replicates and --grid",
        format!("{limit} are rarely meant"),
        "try fewer values or replicates; split it by  --shard I/N;  or say  --at-any-price",
    )
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

/// What it will take.
struct Price {
    draws: usize,
    fits: usize,
    points: usize,
    seconds: f64,
    bytes: f64,
    each: f64,
    width: usize,
}

impl Price {
    /// Times one draw at the first point and one at the last.
    fn measure(experiment: &Experiment<'_>, pilot: &Drawn, draws: usize, threads: &Threads) -> Price {
        let last = experiment.grid.len() - 1;
        let mut bytes = 0;
        let mut timed = |point: usize| {
            let begun = Instant::now();
            bytes = bytes.max(replicate(experiment, point, 1).line().len());
            begun.elapsed()
        };
        // What is done once, and slow for it, is not what the others will take.
        replicate(experiment, 0, 0);
        let first = timed(0);
        let other = if last > 0 { timed(last) } else { first };
        let each = ((first + other) / 2).max(Duration::from_micros(1)).as_secs_f64();
        let width = threads.width();
        let sample = (pilot.cohort.n_rows * pilot.cohort.columns.len() * 8 * 3) as f64;
        Price {
            draws,
            fits: draws * experiment.fits_a_draw(),
            points: last + 1,
            seconds: each * draws as f64 / width as f64,
            bytes: sample * width as f64 + 3.0 * bytes as f64 * draws as f64,
            each,
            width,
        }
    }

    fn words(&self) -> String {
        let points = if self.points > 1 { format!(" at {} points", self.points) } else { String::new() };
        format!(
            "{} draws{points}, {} fits: about {} on {} thread{}, {:.0} MB",
            self.draws,
            self.fits,
            duration(self.seconds),
            self.width,
            if self.width > 1 { "s" } else { "" },
            (self.bytes / 1e6).max(1.0)
        )
    }

    /// Draws between two entries into the journal: about a second's.
    fn block(&self, threads: &Threads) -> usize {
        ((threads.width() as f64 / self.each) as usize).clamp(threads.width(), 10_000)
    }
}

/// A time in words, with one unit.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.5 => "a second".into(),
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s if s < 48.0 * 3600.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}
