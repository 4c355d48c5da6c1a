//! `didact man`: the manual page.

use super::Failure;
use super::failure::print;

/// The manual page, in roff.
#[derive(clap::Args, Debug)]
pub struct Man {}

impl Man {
    pub(super) fn run(&self, command: clap::Command) -> Result<(), Failure> {
        let mut out = Vec::new();
        clap_mangen::Man::new(command).render(&mut out).map_err(|e| Failure::Internal(e.to_string()))?;
        print(&String::from_utf8_lossy(&out))
    }
}
