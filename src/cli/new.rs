//! `didact new`: a commented study file from a look at the data.

use super::failure::print;
use super::guess::{Guess, roles};
use super::inspect::missing_codes;
use super::roles::Data;
use super::{Common, Failure};
use crate::store::write_atomically;
use std::path::{Path, PathBuf};

/// Write a commented study file by looking at a file's columns.
#[derive(clap::Args, Debug)]
pub struct New {
    #[command(flatten)]
    data: Data,
    /// The study file to write [default: DATA's name with .toml]; - prints it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl New {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let cohort = self.data.read(None)?;
        let text = self.text(&roles(&cohort), &missing_codes(&cohort), &cohort.names);
        let place = self.out.clone().unwrap_or_else(|| Path::new(&self.data.data).with_extension("toml"));
        if place == Path::new("-") || (self.data.data == "-" && self.out.is_none()) {
            return print(&text);
        }
        write_atomically(&place, text.as_bytes())?;
        if common.quiet {
            return Ok(());
        }
        print(&format!("{}: check the roles, then  didact run {}\n", place.display(), place.display()))
    }

    fn text(&self, guesses: &[Guess], codes: &[crate::cohort::Suspect], names: &[String]) -> String {
        let name = Path::new(&self.data.data).file_name().map_or_else(|| self.data.data.clone(), |n| n.to_string_lossy().into_owned());
        let beside = self.out.as_ref().is_none_or(|o| o.parent() == Path::new(&self.data.data).parent());
        let path = if beside { name.clone() } else { self.data.data.clone() };
        let mut out = format!(
            "# A study file for didact, guessed from the columns of {name}. Every guess gives its reason: correct what is wrong.\n# Columns there are: {}\n\n[study]\ntitle = {}\nquestion = \"Did students in classrooms with learner profiles gain more?\"\nseed = 20210126                 # of everything random; the same seed gives the same bytes\n\n[data]\npath = {}                       # relative to this file\n",
            names.join(", "),
            quoted(&format!("A study of {name}")),
            quoted(&path)
        );
        for (key, value) in [("format", &self.data.format), ("sheet", &self.data.sheet)] {
            if let Some(value) = value {
                out.push_str(&format!("{key} = {}\n", quoted(value)));
            }
        }
        if codes.is_empty() {
            out.push_str("# missing = [\"score=-99\"]       # values that mean missing; empty cells always do\n# keep = [\"grade=-1\"]           # values that look like a missing code and are real\n");
        } else {
            let list = |all: &[crate::cohort::Suspect]| {
                all.iter().map(|s| quoted(&format!("{}={}", s.column, s.code))).collect::<Vec<_>>().join(", ")
            };
            out.push_str(
                "# These values look like codes for missing. The run asks about those it would use: move the real ones to keep.\n",
            );
            codes.iter().for_each(|s| out.push_str(&format!("#   {} in {}: {} rows; {}\n", s.code, s.column, s.rows, s.why)));
            out.push_str(&format!("# missing = [{}]\n# keep = []\n", list(codes)));
        }
        out.push_str("\n[roles]\n");
        let mut role = |key: &str, role: &str, otherwise: &str| match guesses.iter().find(|g| g.role == role) {
            Some(g) => out.push_str(&format!("{key} = {:<22} # {}\n", quoted(&g.column), g.why)),
            None => out.push_str(&format!("# {key} = \"\"                  # {otherwise}\n")),
        };
        role("student", "student", "the unit followed over time; leave out for repeated cross-sections");
        role("classroom", "classroom", "the classroom");
        role("school", "school", "the school");
        role("period", "period", "a whole number, such as the school year by its spring");
        if guesses.iter().any(|g| g.role == "arm") {
            role("arm", "arm", "");
            role("post", "post", "0/1, after the start; may be left out with two periods");
        } else if guesses.iter().any(|g| g.role == "treatment") {
            role("treatment", "treatment", "");
        } else {
            role("cohort", "cohort", "the first treated period; 0, empty, NA, Inf: never. Or arm (with post), or treatment");
        }
        role("weights", "weights", "weights");
        match guesses.iter().find(|g| g.role == "school") {
            Some(g) => out.push_str(&format!(
                "cluster = {:<18} # the unit of assignment: who took up profiles together? If classrooms did, name the classroom\n",
                quoted(&g.column)
            )),
            None => out.push_str("# cluster = \"\"               # the unit of assignment: who took up profiles together?\n"),
        }
        let outcomes: Vec<String> = guesses.iter().filter(|g| g.role == "outcome").map(|g| quoted(&g.column)).collect();
        out.push_str(&format!("outcomes = [{}]\ncovariates = []                 # measured before the start\nsubgroups = []                  # such as [\"iep\"]\n", outcomes.join(", ")));
        let estimators = if guesses.iter().any(|g| g.role == "arm") { "[\"did\", \"twfe\"]" } else { "[\"callaway-santanna\", \"twfe\"]" };
        out.push_str(&format!("\n[[analysis]]\nname = \"main\"\nestimators = {estimators}   # the first is the headline;  didact list estimators\n# inference = [\"jackknife\", \"wild-bootstrap\"]   # left out: what suits each estimator;  didact list inference\n\n[checks]                        # all are on;  didact list diagnostics\n# off = [\"bacon\"]\n# ask = [\"honest:type=smoothness\"]\n\n[privacy]\nminimum_cell = 10               # counts of students below this do not leave\n"));
        out
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}
