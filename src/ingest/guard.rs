//! Outside readers, kept from ending the program.

use super::IngestError;
use crate::cohort::Fault;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What an outside reader makes of a file; its panic over a hostile file is a fault of the file.
pub(super) fn calm<T>(kind: &str, read: impl FnOnce() -> Result<T, IngestError>) -> Result<T, IngestError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged(kind, "its reader gave up on the content")))
}

/// The fault of a file that cannot be read in its format.
pub(super) fn damaged(kind: &str, place: impl std::fmt::Display) -> IngestError {
    Fault::new(
        "INGEST-008",
        format!("the file cannot be read as {kind}"),
        place.to_string(),
        "its content is damaged, breaks off, or is of another kind",
        "copy or export the file again, or say its format with --format",
    )
    .into()
}
