//! How a command can fail, and the exit code of each way.

use crate::cohort::{Fault, Faults};
use crate::ingest::IngestError;
use crate::store::StoreError;

/// A command's failure.
#[derive(Debug)]
pub enum Failure {
    /// A bug of ours (exit code 1).
    Internal(String),
    /// The command was not understood (exit code 2).
    Usage(String),
    /// A flag names something that does not exist (exit code 2).
    BadFlag(Faults),
    /// The data or the study file is not valid (exit code 3).
    Invalid(Faults),
    /// `verify` or `compare` found a difference; it has been printed (exit code 4).
    Different,
    /// A missing file, a full disk, no permission (exit code 5).
    Store(StoreError),
    /// The reader of our output has gone; nothing to say (exit code 0).
    ClosedPipe,
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Internal(_) => 1,
            Failure::Usage(_) | Failure::BadFlag(_) => 2,
            Failure::Invalid(_) => 3,
            Failure::Different => 4,
            Failure::Store(_) => 5,
            Failure::ClosedPipe => 0,
        }
    }

    /// Prints the message to standard error.
    pub fn print(&self) {
        match self {
            Failure::Internal(what) => eprintln!("error[BUG] {what}\n  do      please report it with the command and the study file"),
            Failure::Usage(what) => eprintln!("error: {what}\n\nFor more information, try '--help'."),
            Failure::Invalid(faults) | Failure::BadFlag(faults) => eprint!("{faults}"),
            Failure::Different | Failure::ClosedPipe => {}
            Failure::Store(e) => eprintln!("{e}"),
        }
    }
}

impl From<Faults> for Failure {
    fn from(f: Faults) -> Self {
        Failure::Invalid(f)
    }
}

impl From<Fault> for Failure {
    fn from(f: Fault) -> Self {
        Failure::Invalid(f.into())
    }
}

impl From<StoreError> for Failure {
    fn from(e: StoreError) -> Self {
        Failure::Store(e)
    }
}

impl From<crate::render::RenderError> for Failure {
    fn from(e: crate::render::RenderError) -> Self {
        Failure::Internal(e.to_string())
    }
}

impl From<IngestError> for Failure {
    fn from(e: IngestError) -> Self {
        match e {
            IngestError::Store(e) => Failure::Store(e),
            IngestError::Faults(f) => Failure::Invalid(f),
        }
    }
}

/// Writes text to standard output; a reader that has gone is no fault.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Err(Failure::ClosedPipe),
        Err(e) => Err(Failure::Store(StoreError::new("writing to standard output", e))),
    }
}
