//! The command line: one file a command. It prints, and never computes.

mod bundle;
mod calibrate;
mod claim;
mod compare;
mod completions;
mod diagnose;
mod estimate;
mod export;
mod failure;
mod folder;
mod grade;
mod guess;
mod inspect;
mod laboratory;
mod list;
mod man;
mod merge;
mod new;
mod pipeline;
mod plan;
mod price;
mod progress;
mod report;
mod roles;
mod run;
mod schema;
mod show;
mod simulate;
mod threads;
mod told;
mod verify;
mod volume;

pub use failure::Failure;
pub use threads::Threads;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Does personalized learning help? Difference-in-differences with honest intervals, rerun to the byte from one seed.
#[derive(Parser)]
#[command(name = "didact", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// Flags of every command.
#[derive(clap::Args, Clone, Debug)]
pub struct Common {
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// How many threads to use [default: all cores]; no number changes with it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Say nothing but the result
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Say more: what is being done, step by step
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// The main job: simulate or load, estimate, and write tables, figures, report and manifest
    Run(run::Run),
    /// Write a commented study file by looking at a file's columns
    New(new::New),
    /// What is in a file: columns, roles guessed and why, panel shape, missing codes, duplicates
    Inspect(inspect::Inspect),
    /// Simulate a world: students, their learner profiles, codebook, and the truth
    Simulate(simulate::Simulate),
    /// One estimate from flags, without a study file
    Estimate(Box<estimate::Estimate>),
    /// What could be wrong: checks of an estimate, each with its verdict, reason and remedy
    Diagnose(Box<diagnose::Diagnose>),
    /// Draw a world again and again: bias, coverage, size and power of every estimator and method on this design
    Calibrate(Box<calibrate::Calibrate>),
    /// Join the shards of a calibration
    Merge(merge::Merge),
    /// Plan a study: smallest effect seen, power, and how many schools, classrooms or students are needed
    Plan(Box<plan::Plan>),
    /// What the evidence of a finished run is worth: verdict, WWC rating, ESSA tier, EEF padlocks, each with what decided it
    Grade(Box<grade::Grade>),
    /// What a published claim is worth: its effect on one footing, its numbers checked, and what to ask
    Claim(Box<claim::Claim>),
    /// Rerun a finished run from its manifest and compare every number
    Verify(verify::Verify),
    /// Which numbers differ between two runs, and by how much
    Compare(compare::Compare),
    /// Pack a finished run into one file that verifies on another machine
    Bundle(bundle::Bundle),
    /// Render a finished run again
    Report(report::Report),
    /// Export a finished run: a notebook or script that refits it with other software
    Export(export::Export),
    /// What there is: worlds, studies, estimators, inference, diagnostics, published claims
    List(list::List),
    /// The JSON Schema of the study file
    Schema(schema::Schema),
    /// Completions for a shell
    Completions(completions::Completions),
    /// The manual page
    Man(man::Man),
}

/// Reads the arguments, runs the command, and says how it went.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(a) => a,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    // An interrupted run leaves nothing behind.
    let _ = ctrlc::set_handler(|| {
        crate::store::abandon_drafts();
        std::process::exit(130);
    });
    let common = arguments.common;
    let threads = Threads::new(common.threads);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match arguments.command {
        Command::Run(c) => c.run(&common, &threads),
        Command::New(c) => c.run(&common),
        Command::Inspect(c) => c.run(&common),
        Command::Simulate(c) => c.run(&common),
        Command::Estimate(c) => c.run(&common, &threads),
        Command::Diagnose(c) => c.run(&common, &threads),
        Command::Calibrate(c) => c.run(&common, &threads),
        Command::Merge(c) => c.run(&common),
        Command::Plan(c) => c.run(&common, &threads),
        Command::Grade(c) => c.run(&common),
        Command::Claim(c) => c.run(&common),
        Command::Verify(c) => c.run(&common, &threads),
        Command::Compare(c) => c.run(&common),
        Command::Bundle(c) => c.run(&common),
        Command::Report(c) => c.run(&common),
        Command::Export(c) => c.run(&common),
        Command::List(c) => c.run(&common),
        Command::Schema(c) => c.run(),
        Command::Completions(c) => c.run(&mut Arguments::command()),
        Command::Man(c) => c.run(Arguments::command()),
    }))
    .unwrap_or_else(|_| Err(Failure::Internal("a bug stopped the program; what it said stands above".into())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}
