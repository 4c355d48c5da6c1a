//! Learner profiles as JSON Lines: one student a line.

use super::IngestError;
use crate::cohort::{Fault, Faults, Profile};

/// One line a profile.
pub fn write(profiles: &[Profile]) -> Vec<u8> {
    let mut out = Vec::new();
    for p in profiles {
        out.extend_from_slice(serde_json::to_string(p).expect("a profile is always representable").as_bytes());
        out.push(b'\n');
    }
    out
}

/// Reads profiles; every faulty line is named.
///
/// # Errors
/// All lines that are not profiles.
pub fn read(text: &str) -> Result<Vec<Profile>, IngestError> {
    let mut faults = Faults::default();
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(p) => out.push(p),
            Err(e) => faults.push(Fault::new(
                "INGEST-009",
                "a line is not a learner profile",
                format!("line {}, column {}", i + 1, e.column()),
                "the profile would be lost",
                "write one JSON object a line, with student_id, strengths, goals, interests and achievements",
            )),
        }
    }
    faults.into_result()?;
    Ok(out)
}
