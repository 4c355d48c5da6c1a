//! `didact merge`: joins the shards of a calibration.

use super::{Common, Failure, calibrate, pipeline};
use crate::cohort::{Fault, Faults};
use crate::evaluate::Replicate;
use crate::provenance::{self, DRAWS, SHARD, ShardRecord};
use crate::store::{read_folder, write_folder};
use crate::study::Calibrated;
use crate::table::content::publish_calibration;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Join the shards of a calibration.
#[derive(clap::Args, Debug)]
pub struct Merge {
    /// The folders of all shards, in any order
    #[arg(value_name = "DIR", required = true)]
    shards: Vec<PathBuf>,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where the input file of a loaded study lies now
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

/// One shard as it was read.
struct Part {
    place: String,
    record: ShardRecord,
    draws: Vec<Replicate>,
}

impl Merge {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let mut faults = Faults::default();
        let mut parts = Vec::new();
        for place in &self.shards {
            match read(place)? {
                Ok(part) => parts.push(part),
                Err(fault) => faults.push(fault),
            }
        }
        faults.into_result()?;
        fit_together(&parts)?;
        let calibration = parts[0].record.calibration.clone();
        let places = pipeline::Places::around(&self.shards[0], self.data.clone());
        let loaded = pipeline::data_of(&calibration.study, &places)?;
        let source = calibration.source(loaded.as_ref().map(|l| &l.cohort))?;
        let grid = calibration.grid(&*source)?;
        let (experiment, _) = calibration.experiment(&*source, grid)?;
        if experiment.fingerprint() != parts[0].record.fingerprint {
            return Err(Fault::new(
                "CAL-012",
                "the shards were made from other data, or by another version of didact, or of a world or method",
                parts[0].place.clone(),
                "what they were asked cannot be read off this program",
                "merge them with the version that made them, or make them again",
            )
            .into());
        }
        let mut draws: Vec<Replicate> = parts.into_iter().flat_map(|p| p.draws).collect();
        draws.sort_by_key(|d| (d.point, d.number));
        let expected = experiment.draws(0..calibration.replicates);
        if !draws.iter().map(|d| (d.point, d.number)).eq(expected) {
            return Err(Fault::new(
                "CAL-014",
                "the shards do not hold every draw once",
                "draws.txt of the shards",
                "the results would be those of other draws",
                "make the shards again",
            )
            .into());
        }
        let calibrated = publish_calibration(Calibrated::new(calibration, loaded.as_ref(), &experiment, draws));
        let place = write_folder(&self.out, &provenance::calibration_files(&calibrated)?)?;
        calibrate::show(&calibrated, &place, common)
    }
}

/// Reads a shard's folder; what is wrong with its content is a fault, what is wrong with the disk a failure.
fn read(place: &Path) -> Result<Result<Part, Fault>, Failure> {
    let name = place.display().to_string();
    let refused = |what: &str| {
        Fault::new(
            "CAL-011",
            what,
            name.clone(),
            "a part of the draws would be missing",
            "name the folders that  didact calibrate --shard  has written",
        )
    };
    let files = read_folder(place)?;
    let (Some(record), Some(draws)) = (files.get(SHARD), files.get(DRAWS)) else {
        return Ok(Err(refused("this folder is not a shard")));
    };
    let Ok(record) = serde_json::from_slice::<ShardRecord>(record) else {
        return Ok(Err(refused("its shard.json cannot be read")));
    };
    let text = String::from_utf8_lossy(draws);
    let Some(draws) = text.lines().map(Replicate::parse).collect::<Option<Vec<_>>>() else {
        return Ok(Err(refused("its draws.txt is damaged")));
    };
    Ok(Ok(Part { place: name, record, draws }))
}

/// Refuses shards of several calibrations, one that is there twice, and some that are missing.
fn fit_together(parts: &[Part]) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let first = &parts[0];
    let mut seen: BTreeMap<usize, &str> = BTreeMap::new();
    for part in parts {
        let mut refuse = |code, what: String, remedy: &str| {
            faults.push(Fault::new(code, what, part.place.clone(), "the results would mix or count draws wrongly", remedy));
        };
        if (&part.record.fingerprint, part.record.of) != (&first.record.fingerprint, first.record.of) {
            refuse(
                "CAL-012",
                format!("this shard is of another calibration than {}", first.place),
                "merge shards of the same command only",
            );
        } else if let Some(other) = seen.insert(part.record.part, &part.place) {
            refuse(
                "CAL-013",
                format!("shard {}/{} is there twice, also in {other}", part.record.part, part.record.of),
                "name each shard once",
            );
        }
    }
    let have: BTreeSet<usize> = seen.into_keys().collect();
    let missing: Vec<String> =
        (1..=first.record.of).filter(|i| !have.contains(i)).take(50).map(|i| format!("{i}/{}", first.record.of)).collect();
    if faults.total == 0 && !missing.is_empty() {
        faults.push(Fault::new(
            "CAL-013",
            format!("shards are missing: {}", missing.join(", ")),
            format!("{} folders", parts.len()),
            "a part of the draws is not there",
            "make them with  --shard,  and name all folders",
        ));
    }
    faults.into_result()
}
