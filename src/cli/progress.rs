//! What is being done, on a terminal's standard error only.

use super::Common;
use crate::study::Stage;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A line that says what is being done.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    verbose: bool,
    quiet: bool,
}

impl Progress {
    pub(super) fn new(common: &Common) -> Progress {
        let show = !common.quiet && !common.json && std::io::stderr().is_terminal();
        let bar = show.then(|| {
            let bar = ProgressBar::new_spinner()
                .with_style(ProgressStyle::with_template("{spinner} {msg}  {elapsed}").expect("a valid template"));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Progress { bar, verbose: common.verbose > 0 && !common.quiet, quiet: common.quiet }
    }

    pub(super) fn stage(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_string());
        } else if self.verbose {
            eprintln!("{what}");
        }
    }

    /// What a study tells while it is carried out: what takes long is told wherever it is not for a program.
    pub(super) fn tell(&self, stage: Stage<'_>) {
        match stage {
            Stage::Doing(what) => self.stage(what),
            Stage::Long(price) if !self.quiet => {
                let note = || eprintln!("note: {price}");
                self.bar.as_ref().map_or_else(note, |bar| bar.suspend(note));
            }
            Stage::Long(_) => {}
        }
    }

    pub(super) fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    /// Nothing of it stays on the terminal, however the work ended.
    fn drop(&mut self) {
        self.done();
    }
}
