//! `didact calibrate`: how far methods can be trusted on a design whose truth is known.

use super::failure::print;
use super::{Common, Failure, Threads, laboratory, pipeline, run};
use crate::cohort::Fault;
use crate::evaluate::Axis;
use crate::evaluate::fitted::CONDITIONS;
use crate::simulate::{SUBGROUPS, WORLDS};
use crate::store::StoreError;
use crate::study::{self, AnalysisSection, Calibration, STUDIES, StudyFile};
use crate::table::content::{PublishedCalibration, calibration};
use std::path::PathBuf;

/// How far methods can be trusted on a design.
#[derive(clap::Args, Debug)]
#[command(after_long_help = conditions())]
pub struct Calibrate {
    /// A world (didact list worlds), or a study file: of a world, or of data, to whose design a world is then fitted
    #[arg(value_name = "WORLD|STUDY")]
    design: String,
    /// How many times to draw, at each point of the grid
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u64).range(2..=1_000_000_000))]
    replicates: u64,
    /// Values to try for a parameter, as NAME=A,B,C or NAME=A..B:STEP (repeatable: every combination)
    #[arg(long, value_name = "NAME=VALUES")]
    grid: Vec<String>,
    /// A parameter of the world, as NAME=VALUE (repeatable); on data: effect, drift, attrition, attrition_by_outcome, contamination (what they mean: --help)
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Where the data of a loaded study lie, if not where it says
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The estimator with its options, instead of the study's (repeatable)
    #[arg(long, value_name = "NAME[:key=value,…]")]
    estimator: Vec<String>,
    /// The inference method with its options, instead of the study's (repeatable)
    #[arg(long, value_name = "NAME[:key=value,…]")]
    inference: Vec<String>,
    /// The outcome (repeatable) [default: the study's first]
    #[arg(long, value_name = "COL")]
    outcome: Vec<String>,
    /// Which effects to look at: overall, event, group, calendar, group-time, dose, subgroup (repeatable) [default: overall, event,
    /// dose where an estimator asks for one, and subgroup where the world tells the truth in them]
    #[arg(long, value_name = "KIND")]
    effect: Vec<String>,
    /// A column in whose values effects are looked at, instead of the study's (repeatable; a third difference compares the first)
    #[arg(long, value_name = "COLUMN")]
    subgroup: Vec<String>,
    /// The column of the dose, for dose-response, instead of the study's
    #[arg(long, value_name = "COLUMN")]
    dose: Option<String>,
    /// On data without --grid: only the design as it is, not also with a drift, attrition and contamination of usual size
    #[arg(long)]
    as_it_is: bool,
    /// The confidence level, instead of the study's
    #[arg(long)]
    level: Option<f64>,
    /// The seed of all draws, instead of the study's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The folder to write [default: runs/NAME-calibration-HASH]; killed, the same command goes on where it was
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only part I of N, to be joined by  didact merge; its draws did not pass disclosure control, so of loaded data keep it where these are
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// Go on whatever it costs: by default more than a billion fits, a million points or 30 days are refused
    #[arg(long)]
    at_any_price: bool,
}

impl Calibrate {
    pub(super) fn run(&self, common: &Common, threads: &Threads) -> Result<(), Failure> {
        if let Some(out) = &self.out
            && out.symlink_metadata().is_ok()
        {
            return Err(Failure::Store(StoreError::plain(format!(
                "{} exists already, and finished results are never overwritten: give another place with --out, or move it away",
                out.display()
            ))));
        }
        let shard = self.shard.as_deref().map(laboratory::Shard::parse).transpose()?;
        let (study, slug, mut places) = self.study()?;
        if self.data.is_some() && study.data.path.is_none() {
            return Err(Failure::Usage("--data names a file, but the design is a world's".into()));
        }
        places.named = self.data.clone();
        let loaded = pipeline::data_of(&study, &places)?;
        if loaded.is_none() && self.as_it_is {
            return Err(Failure::Usage("--as-it-is is about data, but the design is a world's: it is as it is".into()));
        }
        // Who names a column wants effects in it, beside those that are looked at by default.
        let by_default: &[&str] = if self.subgroup.is_empty() { &[] } else { &["overall", "event", "subgroup"] };
        let mut effects = if self.effect.is_empty() { by_default.iter().map(|e| (*e).to_string()).collect() } else { self.effect.clone() };
        if !self.subgroup.is_empty() && !effects.iter().any(|e| e == "subgroup") {
            effects.push("subgroup".into());
        }
        let calibration = Calibration {
            grid: self.grid.clone(),
            effects,
            all_in_subgroups: !self.estimator.is_empty() || !self.inference.is_empty(),
            one_at_a_time: false,
            replicates: self.replicates as usize,
            conditions: if loaded.is_some() { pipeline::settings(&self.set)? } else { Vec::new() },
            study,
        };
        let (at_any_price, usual) = (self.at_any_price, !self.as_it_is);
        let work = laboratory::Work { calibration, loaded, shard, at_any_price, usual, common, threads };
        let place = |name: &str| self.out.clone().unwrap_or_else(|| run::free(&format!("{slug}-calibration-{name}")));
        let (calibrated, place) = laboratory::carry_out(&work, &place)?;
        let Some(calibrated) = calibrated else {
            let merge = "when all shards are there:  didact merge DIR… --out DIR";
            return match (common.json, common.quiet) {
                (true, _) => print(&format!("{:#}\n", serde_json::json!({"folder": place.to_string_lossy(), "shard": self.shard}))),
                (false, true) => Ok(()),
                (false, false) => {
                    print(&format!("Shard {} is in {}; {merge}\n", self.shard.as_deref().unwrap_or_default(), place.display()))
                }
            };
        };
        show(&calibrated, &place, common)
    }

    /// The resolved study: the design, with what the flags say instead.
    fn study(&self) -> Result<(StudyFile, String, pipeline::Places), Failure> {
        let (mut study, slug, places) = match WORLDS.iter().find(|w| w.card().id == self.design) {
            Some(world) => {
                let id = world.card().id;
                let built_in = STUDIES.iter().map(|s| s.study()).find(|s| s.data.simulate.as_deref() == Some(id));
                let study = built_in.ok_or_else(|| {
                    Fault::new(
                        "CAL-007",
                        format!("the world {id} has no built-in study"),
                        "WORLD",
                        "it is not said how its draws are analysed",
                        "write a study file with  simulate, roles and analysis,  and name that",
                    )
                })?;
                (study, id.to_string(), pipeline::Places::default())
            }
            None => pipeline::find(&self.design)?,
        };
        if let Some(seed) = self.seed {
            study.study.seed = seed;
        }
        if let Some(level) = self.level {
            study.study.level = super::estimate::check_level(level)?;
        }
        let simulated = study.data.simulate.is_some();
        if simulated {
            pipeline::set(&mut study, &self.set)?;
        }
        super::estimate::methods(&self.estimator, &self.inference).map_err(Failure::BadFlag)?;
        if !self.estimator.is_empty() {
            let first = study.analysis.first().cloned();
            let inference = first.as_ref().map_or(Vec::new(), |a| a.inference.clone());
            let covariates = first.and_then(|a| a.covariates);
            study.analysis = vec![AnalysisSection {
                name: "main".into(),
                estimators: self.estimator.clone(),
                inference,
                multiplicity: None,
                covariates,
            }];
        }
        if !self.inference.is_empty() {
            if study.analysis.is_empty() {
                // The default analysis, written out: its methods are asked for.
                let (name, inference) = ("main".to_string(), self.inference.clone());
                study.analysis = vec![AnalysisSection { name, estimators: Vec::new(), inference, multiplicity: None, covariates: None }];
            }
            study.analysis.iter_mut().for_each(|section| section.inference.clone_from(&self.inference));
        }
        if !self.estimator.is_empty() || !self.inference.is_empty() {
            study.leave_out_idle_roles();
        }
        if let Some(dose) = &self.dose {
            match &mut study.roles {
                Some(roles) => roles.dose = Some(dose.clone()),
                None => {
                    return Err(Failure::Usage(format!(
                        "--dose {dose}: the study names no roles; say  dose = \"{dose}\"  under [roles] beside them"
                    )));
                }
            }
        }
        // A parameter of the grid needs no fitting value beside it: its first one stands for it where that is sound.
        let mut first = study.clone();
        for axis in self.grid.iter().filter(|_| simulated).filter_map(|text| Axis::parse(text).ok()) {
            first.data.world.insert(axis.name.clone(), axis.value(0));
        }
        let mut study = study::resolve(first).or_else(|_| study::resolve(study))?;
        for section in &mut study.analysis {
            // P-values of several hypotheses are not what is tried here.
            section.multiplicity = None;
            if !self.inference.is_empty() {
                section.inference.clone_from(&self.inference);
            }
        }
        if let Some(roles) = &mut study.roles {
            if let Some(unknown) = self.outcome.iter().find(|o| !roles.outcomes.contains(o)) {
                let remedy = crate::cohort::did_you_mean(unknown, roles.outcomes.iter().map(String::as_str));
                let why = "its true effect would not be known";
                return Err(Failure::BadFlag(
                    Fault::new("CAL-008", format!("the study has no outcome {unknown:?}"), format!("--outcome {unknown}"), why, remedy)
                        .into(),
                ));
            }
            if self.outcome.is_empty() {
                roles.outcomes.truncate(1)
            } else {
                roles.outcomes.clone_from(&self.outcome)
            }
            roles.domains.retain(|outcome, _| roles.outcomes.contains(outcome));
            if let Some(unknown) = self.subgroup.iter().find(|c| simulated && !SUBGROUPS.contains(&c.as_str())) {
                let remedy = crate::cohort::did_you_mean(unknown, SUBGROUPS);
                let (place, why) = (format!("--subgroup {unknown}"), "there would be nothing to compare the estimates with");
                let what = format!("no world tells the true effects by {unknown:?}");
                return Err(Failure::BadFlag(Fault::new("CAL-006", what, place, why, remedy).into()));
            }
            if !self.subgroup.is_empty() {
                roles.subgroups.clone_from(&self.subgroup);
            }
        }
        Ok((study::resolve(study)?, slug, places))
    }
}

/// What can be put on a design that is fitted to data, in words.
fn conditions() -> String {
    let mut out = String::from("Conditions of a design fitted to data, for --set and --grid:\n");
    for c in &CONDITIONS {
        let ((low, high), name) = (c.range, c.name);
        out.push_str(&format!("  {name:<21} {} ({low} to {high}; {} where nothing is said)\n", c.meaning, c.default));
    }
    out.push_str("Without --grid these are tried too, one at a time (--as-it-is leaves them out):\n");
    for (name, size, words) in study::USUAL {
        out.push_str(&format!("  {name:<21} {size}: {words}\n"));
    }
    out.push_str("None of them is an estimate: they are what-if. A world has parameters of its own:  didact list worlds NAME");
    out
}

/// Prints what came of it.
pub(super) fn show(calibrated: &PublishedCalibration, place: &std::path::Path, common: &Common) -> Result<(), Failure> {
    if common.json {
        let mut document = calibrated.document();
        document["folder"] = serde_json::json!(place.to_string_lossy());
        return print(&format!("{document:#}\n"));
    }
    let mut text = String::new();
    for sentence in calibration::sentences(calibrated, 12) {
        text.push_str(&format!("{}\n", crate::render::text::printable(&sentence)));
    }
    if !common.quiet {
        text.push_str(&format!("\n{}\n", crate::render::text::text(&calibration::summary(calibrated))));
        text.push_str(&format!("Report: {}\nCheck it: didact verify {}\n", place.join("report.html").display(), place.display()));
    }
    print(&text)
}
