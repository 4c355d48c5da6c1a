//! `didact plan`: the smallest effect a design sees, its power, and how many schools it needs.

use super::failure::print;
use super::progress::Progress;
use super::{Common, Failure, Threads, pipeline};
use crate::evaluate::plan::{Analysis, Assign, Goal, Question, Tier, Wanted, answer};
use crate::render::{FigureFormat, Format, figure_files, text};
use crate::store::{Folder, StoreError, write_atomically};
use crate::study;
use crate::table::content::plan as content;
use std::path::PathBuf;

/// How the levels of a study are said, below the flags.
const LEVELS: &str = "\
Name only the levels the study has:
  whole schools                       --schools 42 --classrooms 4 --students 20
  whole schools, classes not counted  --schools 42 --students 80
  classrooms within schools           --assign classroom --schools 12 --classrooms 4 --students 20
  classrooms alone                    --assign classroom --classrooms 40 --students 20
  students                            --assign student --students 600
What is not said is assumed; the answer names each assumption with its source. Formulas: Dong and Maynard (2013), PowerUp!";

/// Plan a study.
#[derive(clap::Args, Debug)]
#[command(after_help = LEVELS)]
pub struct Plan {
    /// Who is assigned by lot
    #[arg(long, value_name = "WHO", default_value = "school", value_parser = ["school", "classroom", "student"])]
    assign: String,
    /// How many schools; left out, the number needed is worked out
    #[arg(long, value_name = "N")]
    schools: Option<u64>,
    /// How many classrooms in each school, or in all where no schools are named [default: 4 where neither classrooms nor students are named]
    #[arg(long, value_name = "N")]
    classrooms: Option<u64>,
    /// How many students in each classroom, in each school where no classrooms are named, or in all [default: 20]
    #[arg(long, value_name = "N")]
    students: Option<u64>,
    /// The share that is treated [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    treated_share: Option<f64>,
    /// Classrooms assigned within schools: these schools and no others, in place of schools drawn from many
    #[arg(long)]
    fixed_schools: bool,
    /// How the outcome is analysed [default: ancova; did with --pretrend]
    #[arg(long, value_name = "HOW", value_parser = ["ancova", "gain", "did", "post"])]
    analysis: Option<String>,
    /// Share of the variance that lies between schools; for gain and did: of the variance of gains
    #[arg(long, value_name = "SHARE")]
    icc_school: Option<f64>,
    /// Share of the variance that lies between classrooms of a school; for gain and did: of the variance of gains
    #[arg(long, value_name = "SHARE")]
    icc_class: Option<f64>,
    /// Share of the variance between schools that covariates explain (R²)
    #[arg(long, value_name = "SHARE")]
    r2_school: Option<f64>,
    /// Share of the variance between classrooms that covariates explain
    #[arg(long, value_name = "SHARE")]
    r2_class: Option<f64>,
    /// Share of the variance between students that covariates explain
    #[arg(long, value_name = "SHARE")]
    r2_student: Option<f64>,
    /// Share of the effect's variance between schools that covariates of schools explain
    #[arg(long, value_name = "SHARE")]
    r2_effect: Option<f64>,
    /// Classrooms assigned within schools: standard deviation of the effect between schools, in SD of the score [default: 0.1]
    #[arg(long, value_name = "SD")]
    effect_sd: Option<f64>,
    /// The same as PowerUp! counts it: variance of the effect over the variance between schools (ω)
    #[arg(long, value_name = "RATIO", conflicts_with = "effect_sd")]
    omega: Option<f64>,
    /// Covariates at the level whose units are counted for degrees of freedom (g) [default: 1 if they explain something, else 0]
    #[arg(long, value_name = "N")]
    covariates_at_top: Option<u64>,
    /// Correlation of a student's scores before and after; with ancova, its square is every R² not given [default: 0.77 for gain and did]
    #[arg(long, value_name = "R")]
    correlation: Option<f64>,
    /// Periods before treatment (did) [default: 1; 3 with --pretrend]
    #[arg(long, value_name = "N")]
    periods_before: Option<u32>,
    /// Periods after its start (did) [default: 1]
    #[arg(long, value_name = "N")]
    periods_after: Option<u32>,
    /// Part of a classroom's shock that carries over to the next period (did) [default: 0]
    #[arg(long, value_name = "SHARE")]
    carry_over: Option<f64>,
    /// The effect to be seen, in SD
    #[arg(long, value_name = "SD", default_value_t = 0.10)]
    effect: f64,
    /// The power wished for
    #[arg(long, value_name = "SHARE", default_value_t = 0.8)]
    power: f64,
    /// The confidence level; the test is two-sided
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// What to work out (repeatable) [default: effect, power, and the number at the top]
    #[arg(long, value_name = "WHAT", value_parser = ["effect", "power", "schools", "classrooms", "students"])]
    solve: Vec<String>,
    /// Also the power of the test of trends before treatment (did)
    #[arg(long)]
    pretrend: bool,
    /// The drift between arms that test should notice, in SD a period [default: 0.05]
    #[arg(long, value_name = "SD", requires = "pretrend")]
    drift: Option<f64>,
    /// How often the study is simulated; 0: formulas only
    #[arg(long, value_name = "N", default_value_t = 1000)]
    replicates: u64,
    /// The seed of the simulation
    #[arg(long, default_value_t = 20_210_126)]
    seed: u64,
    /// In place of all that: lock the analysis plan of a study (a file, or a built-in study) before outcomes are read; no data is read for it
    #[arg(long, value_name = "STUDY", conflicts_with_all = ["assign", "solve", "schools", "classrooms", "students", "treated_share", "fixed_schools", "icc_school", "icc_class", "r2_school", "r2_class", "r2_student", "r2_effect", "effect_sd", "omega", "covariates_at_top", "correlation", "periods_before", "periods_after", "carry_over", "effect", "power", "level", "pretrend", "drift", "replicates", "seed"])]
    lock: Option<String>,
    /// The folder to write tables and curves to; with --lock the file to write the plan to
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Plan {
    pub(super) fn run(&self, common: &Common, threads: &Threads) -> Result<(), Failure> {
        if let Some(study) = &self.lock {
            return self.locked(study, common);
        }
        let question = self.question();
        let folder = self.out.as_deref().map(Folder::begin).transpose()?;
        let progress = Progress::new(common);
        progress.stage("simulating studies");
        let plan = answer(&question, threads).map_err(Failure::BadFlag);
        progress.done();
        let plan = plan?;
        let sentences = content::sentences(&plan);
        let tables = content::tables(&plan);
        let document = serde_json::json!({"didact": env!("CARGO_PKG_VERSION"), "plan": content::document(&plan)});
        let document = format!("{document:#}\n");
        let place = match folder {
            None => None,
            Some(mut folder) => {
                folder.write("plan.json", document.as_bytes())?;
                for format in [Format::Csv, Format::Markdown] {
                    for (name, bytes) in format.files(&tables)? {
                        folder.write(&name, &bytes)?;
                    }
                }
                for figure in content::figures(&plan) {
                    for (name, bytes) in figure_files(&figure, &[FigureFormat::Svg])? {
                        folder.write(&name, &bytes)?;
                    }
                }
                Some(folder.finish()?)
            }
        };
        if common.json {
            return print(&document);
        }
        let mut out = sentences.join("\n") + "\n";
        for table in tables.iter().filter(|t| !(common.quiet && t.id == "assumptions")) {
            out.push_str(&format!("\n{}", text::text(table)));
        }
        if let Some(place) = place.filter(|_| !common.quiet) {
            out.push_str(&format!("\nTables and curves: {}\n", place.display()));
        }
        print(&out)
    }

    /// Writes the plan of a study and tells its hash.
    fn locked(&self, study: &str, common: &Common) -> Result<(), Failure> {
        let (study, _, _) = pipeline::find(study)?;
        if !study.plan.is_empty() {
            return Err(Failure::Usage("the study names a plan already: take [plan] out of it to lock a new one".into()));
        }
        let (text, hash) = study::lock(&study::resolve(study)?);
        let Some(out) = &self.out else {
            return match common.json {
                true => print(&format!("{:#}\n", serde_json::json!({"didact": env!("CARGO_PKG_VERSION"), "blake3": hash, "plan": text}))),
                false => print(&text),
            };
        };
        if out.symlink_metadata().is_ok() {
            let why = "exists already, and a locked plan is never overwritten: give another place with --out";
            return Err(Failure::Store(StoreError::plain(format!("{} {why}", out.display()))));
        }
        write_atomically(out, text.as_bytes())?;
        if common.json {
            return print(&format!("{:#}\n", serde_json::json!({"didact": env!("CARGO_PKG_VERSION"), "blake3": hash, "file": out})));
        }
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        print(&format!(
            "Plan locked: {}\nIts hash: {hash}\nDeposit the hash where a date is kept, and name the plan in the study:\n\n[plan]\npath = \"{name}\"\n",
            out.display()
        ))
    }

    fn question(&self) -> Question {
        let assign = match self.assign.as_str() {
            "school" => Assign::School,
            "classroom" => Assign::Classroom,
            _ => Assign::Student,
        };
        let analysis = match self.analysis.as_deref() {
            Some("gain") => Analysis::Gain,
            Some("did") => Analysis::Did,
            Some("post") => Analysis::Post,
            None if self.pretrend => Analysis::Did,
            _ => Analysis::Ancova,
        };
        let wanted = self.solve.iter().map(|what| match what.as_str() {
            "effect" => Wanted::Effect,
            "power" => Wanted::Power,
            "schools" => Wanted::Number(Tier::Schools),
            "classrooms" => Wanted::Number(Tier::Classrooms),
            _ => Wanted::Number(Tier::Students),
        });
        Question {
            schools: self.schools,
            classrooms: self.classrooms,
            students: self.students,
            treated_share: self.treated_share,
            fixed_schools: self.fixed_schools,
            icc_school: self.icc_school,
            icc_class: self.icc_class,
            r2_school: self.r2_school,
            r2_class: self.r2_class,
            r2_student: self.r2_student,
            r2_effect: self.r2_effect,
            effect_sd: self.effect_sd,
            omega: self.omega,
            correlation: self.correlation,
            periods_before: self.periods_before,
            periods_after: self.periods_after,
            carry_over: self.carry_over,
            covariates: self.covariates_at_top,
            effect: self.effect,
            goal: Goal { level: self.level, power: self.power },
            wanted: wanted.collect(),
            drift: self.pretrend.then(|| self.drift.unwrap_or(0.05)),
            replicates: self.replicates,
            seed: self.seed,
            ..Question::new(assign, analysis)
        }
    }
}
