//! `didact completions`: for the shell.

use super::Failure;
use super::failure::print;

/// Completions for a shell.
#[derive(clap::Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(&self, command: &mut clap::Command) -> Result<(), Failure> {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, command, "didact", &mut out);
        print(&String::from_utf8_lossy(&out))
    }
}
