//! Where a run came from, and whether it comes out again: files with their hashes, manifest, verify, compare.

mod calibration;
mod compare;
mod difference;
mod files;
mod manifest;
mod pairing;
mod papers;
mod results;
mod scope;
mod settings;
mod side_by_side;
mod spoken;
mod verify;

pub use calibration::{CALIBRATION, DRAWS, SHARD, ShardRecord, calibration_files, shard_files};
pub use compare::{Compared, compared, differences};
pub use difference::{Difference, Only, Part, Shown, by_size};
pub use files::{RunFiles, SEALED, files};
pub use manifest::{InputRecord, Manifest, MethodRecord};
pub use results::results;
pub use side_by_side::{Origin, Side, Summary, beside, headlines, origins};
pub use verify::{Verdict, changed, verify};
