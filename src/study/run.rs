//! A study carried out: everything that tables, figures, the report and the manifest are made of.

use super::analyse::{Analysis, Question, analyse_panel, only};
use super::checks;
use super::describe::{Description, describe};
use super::family::{Leader, adjust};
use super::file::{AnalysisSection, DuplicatesRule, Roles, StudyFile};
use super::implementation::{Implementation, implementation};
use super::losses::{Losses, losses};
use super::multiverse::multiverse;
use super::plan::Kept;
use super::price::prices;
use super::signs::{Sources, signs};
use super::subgroup::by_subgroup;
use super::trust::{Trust, draws, trust};
use super::variables::{Variable, variables};
use crate::cohort::{Codebook, Cohort, Fault, Faults};
use crate::diagnose::{Answered, Specified};
use crate::estimate::{Chosen, Role};
use crate::evidence::fallacy::{Alarm, Signs, detect};
use crate::evidence::standard::Standards;
use crate::infer::{Method, Overall, Versus};
use crate::panel::{CovariateTerm, Duplicates, Executor, FixedEffect, Panel, PanelSpec, TreatmentRule};
use crate::simulate::{self, Detail, Draw, Parameters, Truth, World};

/// Data that have come in: simulated, or loaded elsewhere.
pub struct Loaded {
    /// The students.
    pub cohort: Cohort,
    /// The truth, when simulated.
    pub truth: Option<Truth>,
    /// The input file's name and BLAKE3 hash, when loaded.
    pub input: Option<(String, String)>,
}

/// One subgroup's result.
pub struct SubgroupResult {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// The analysis, or why there is none.
    pub result: Result<Analysis, String>,
}

/// How the effect in one subgroup lies from that in another.
pub struct SubgroupDifference {
    /// The outcome.
    pub outcome: String,
    /// The column.
    pub column: String,
    /// The value with which it is compared.
    pub reference: String,
    /// The value.
    pub value: String,
    /// This value's effect less the other's.
    pub versus: Versus,
}

/// A finished run, before it is put into words.
pub struct Run {
    /// The study with every default written out.
    pub study: StudyFile,
    /// The truth, when simulated.
    pub truth: Option<Truth>,
    /// The input file's name and hash, when loaded.
    pub input: Option<(String, String)>,
    /// What the columns mean.
    pub codebook: Codebook,
    /// What the columns hold.
    pub variables: Vec<Variable>,
    /// Rows of the source.
    pub n_rows: usize,
    /// Descriptions, one an outcome.
    pub descriptions: Vec<Description>,
    /// All analyses; the first is the headline.
    pub analyses: Vec<Analysis>,
    /// Subgroups, headline estimator and method.
    pub subgroups: Vec<SubgroupResult>,
    /// How subgroups of one column differ.
    pub differences: Vec<SubgroupDifference>,
    /// How well the treatment was carried out, or why that cannot be said; `None` where no column tells.
    pub implementation: Option<Result<Implementation, String>>,
    /// What could be wrong with the headline, check by check.
    pub checks: Vec<Answered>,
    /// Who was lost of each other outcome, and of each in other analyses.
    pub losses: Vec<Losses>,
    /// What draws on its own design say of the headline interval, or why there are none; `None` where they were not asked for.
    pub trust: Option<Result<Trust, String>>,
    /// The specification curve of the headline, or why there is none; `None` where none was asked for.
    pub multiverse: Option<Result<Specified, String>>,
    /// Signs of what misleads.
    pub signs: Signs,
    /// The plan the study was locked to, and what is otherwise.
    pub plan: Option<Kept>,
}

impl Run {
    /// The fallacies that its signs tell of, by the built-in standards.
    pub fn alarms(&self) -> Vec<Alarm> {
        detect(&self.signs, &Standards::default())
    }
}

/// Simulates a resolved study's world, with the sealed file where the study asks for it.
///
/// # Errors
/// When the study is not a simulated one.
pub fn draw(study: &StudyFile) -> Result<Draw, Faults> {
    let world = study.data.simulate.as_deref().and_then(simulate::find).ok_or_else(|| {
        Faults::from(Fault::new(
            "STUDY-003",
            "the study is not simulated",
            "[data]",
            "there is no world to draw from",
            "use a study with simulate",
        ))
    })?;
    let detail = if study.data.sealed { Detail::Sealed } else { Detail::Full };
    Ok(world.draw_with(&parameters(study, world)?, study.study.seed, detail))
}

/// The parameters of a study's world.
pub(super) fn parameters(study: &StudyFile, world: &dyn World) -> Result<Parameters, Faults> {
    let mut parameters = world.parameters();
    for (name, value) in &study.data.world {
        parameters
            .set(name, &value.to_string())
            .map_err(|e| Fault::new("STUDY-002", e.to_string(), "[data] world", "the world would be another one", "correct it"))?;
    }
    Ok(parameters)
}

/// The columns a study reads.
pub fn columns(study: &StudyFile) -> Result<Vec<String>, Faults> {
    let mut all = Vec::new();
    let roles = roles(study);
    for section in &study.analysis {
        for outcome in &roles.outcomes {
            all.extend(spec(study, section, outcome)?.columns().iter().map(|c| (*c).to_string()));
        }
    }
    all.extend(roles.subgroups.iter().cloned());
    all.extend(study.context.columns().cloned());
    if let Some(section) = &study.implementation {
        all.extend(section.columns(roles));
    }
    all.extend(checks::columns(&study.checks));
    if study.data.path.is_some() {
        // No estimator reads them, but a design fitted to the data does.
        all.extend(roles.school.iter().chain(&roles.classroom).chain(&roles.levels).cloned());
    }
    if let Some(section) = &study.multiverse {
        all.extend(section.asked()?.columns());
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|c| seen.insert(c.clone()));
    Ok(all)
}

/// What is told while a study is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage<'a> {
    /// What is being done.
    Doing(&'a str),
    /// What is about to take long, and how long.
    Long(&'a str),
}

/// Carries out a resolved study. `told` hears what is being done.
///
/// # Errors
/// All faults of the sample, or the first method that does not fit it.
pub fn carry_out(mut study: StudyFile, loaded: Loaded, executor: &dyn Executor, told: &dyn Fn(Stage<'_>)) -> Result<Run, Faults> {
    let stage = |what: &str| told(Stage::Doing(what));
    let roles = roles(&study).clone();
    let mut analyses = Vec::new();
    let mut descriptions = Vec::new();
    let (mut subgroups, mut differences) = (Vec::new(), Vec::new());
    let (mut checked, mut lost) = (Vec::new(), Vec::new());
    let mut faults = Faults::default();
    for (s, section) in study.analysis.iter().enumerate() {
        let leader = Leader::default();
        let mut own = Vec::new();
        for outcome in &roles.outcomes {
            stage(&format!("{outcome}: estimating"));
            let carry = s == 0 && *outcome == roles.outcomes[0];
            let question = Question { carry, ..question(&study, section, outcome)? };
            let panel = match Panel::build(&loaded.cohort, &question.spec) {
                Ok(panel) => panel,
                Err(f) => {
                    faults.extend(f);
                    continue;
                }
            };
            if s == 0 {
                descriptions.push(describe(&panel, study.study.level));
            }
            prices(&panel, &question).iter().for_each(|price| told(Stage::Long(price)));
            match analyse_panel(&panel, &question, &leader, executor) {
                Ok(mut found) => {
                    if study.analysis.len() > 1 {
                        found.iter_mut().for_each(|a| a.section = Some(section.name.clone()));
                    }
                    own.extend(found);
                }
                Err(f) => faults.extend(f),
            }
            if s > 0 || *outcome != roles.outcomes[0] {
                lost.extend(losses(&study, &section.name, &question, &loaded.cohort)?);
            }
            if let Some(headline) = own.first().filter(|_| s == 0 && *outcome == roles.outcomes[0]) {
                stage(&format!("{outcome}: checks"));
                checked = checks::checks(&study, roles.school.as_ref(), &loaded.cohort, (&panel, headline), &question, executor)?;
            }
            if s == 0 {
                for column in &roles.subgroups {
                    stage(&format!("{outcome}: subgroups of {column}"));
                    let one = question.alone();
                    if one.estimators.is_empty() {
                        continue;
                    }
                    let mut first: Option<(String, Overall)> = None;
                    for found in by_subgroup(&loaded.cohort, &one, column, executor)? {
                        match (&first, found.overall) {
                            (None, own) => first = own.map(|own| (found.value.clone(), own)),
                            (Some((reference, other)), Some(own)) => differences.push(SubgroupDifference {
                                outcome: outcome.clone(),
                                column: column.clone(),
                                reference: reference.clone(),
                                value: found.value.clone(),
                                versus: other.versus(&own),
                            }),
                            (Some(_), None) => {}
                        }
                        subgroups.push(SubgroupResult { column: column.clone(), value: found.value, result: only(found.result) });
                    }
                }
            }
        }
        if let Some(multiplicity) = section.multiplicity
            && let Err(f) = adjust(&mut own, multiplicity.adjustment(), &roles.domains)
        {
            faults.extend(f);
        }
        analyses.extend(own);
    }
    faults.into_result()?;
    stage("looking for signs of what misleads");
    let headline = question(&study, &study.analysis[0], &roles.outcomes[0])?;
    let sd = descriptions.first().and_then(|d| d.untreated_sd).filter(|s| *s > 0.0);
    let sources = Sources {
        study: &study,
        cohort: &loaded.cohort,
        question: &headline,
        analyses: &analyses,
        subgroups: &subgroups,
        checks: &checked,
        sd,
    };
    let signs = signs(&sources);
    stage("trying the headline interval on this design");
    let trust = trust(&study, &loaded.cohort, analyses.first(), executor).map_err(|f| f.shown[0].what.clone()).transpose();
    let multiverse = if analyses.is_empty() {
        None
    } else {
        stage("drawing the specification curve");
        multiverse(&study, &headline, &loaded.cohort, executor).map_err(|f| f.shown[0].what.clone()).transpose()
    };
    let implementation = match &study.implementation {
        Some(section) if section.tells() => {
            stage("how well it was carried out");
            Some(implementation(section, &roles, &headline, &loaded.cohort, executor).map_err(|f| f.shown[0].what.clone()))
        }
        _ => None,
    };
    study.calibration.replicates = Some(draws(&study, loaded.cohort.n_rows));
    // Nobody is counted where nobody needs protection.
    let protects = loaded.truth.is_none() && study.privacy.on;
    let variables = variables(&study, &loaded.cohort, if protects { study.privacy.minimum_cell } else { 0 });
    Ok(Run {
        plan: super::resolve::plan(&study)?,
        trust,
        multiverse,
        signs,
        variables,
        n_rows: loaded.cohort.n_rows,
        codebook: loaded.cohort.codebook,
        study,
        truth: loaded.truth,
        input: loaded.input,
        descriptions,
        analyses,
        subgroups,
        differences,
        implementation,
        checks: checked,
        losses: lost,
    })
}

fn roles(study: &StudyFile) -> &Roles {
    study.roles.as_ref().expect("a resolved study has roles")
}

/// What a resolved study asks: each analysis of each outcome, by the analysis's name.
///
/// # Errors
/// What cannot be read.
pub fn questions(study: &StudyFile) -> Result<Vec<(String, Question)>, Faults> {
    let mut out = Vec::new();
    for section in &study.analysis {
        for outcome in &roles(study).outcomes {
            out.push((section.name.clone(), question(study, section, outcome)?));
        }
    }
    Ok(out)
}

fn question(study: &StudyFile, section: &AnalysisSection, outcome: &str) -> Result<Question, Faults> {
    Ok(Question {
        spec: spec(study, section, outcome)?,
        estimators: section.estimators.iter().map(|t| Chosen::parse(t)).collect::<Result<_, _>>()?,
        inference: section.inference.iter().map(|t| Method::parse(t)).collect::<Result<_, _>>()?,
        multiplicity: section.multiplicity.map(super::file::Multiplicity::adjustment),
        skip_missing: true,
        level: study.study.level,
        seed: study.study.seed,
        carry: false,
    })
}

/// Whether some method of an analysis asks for something.
pub(super) fn uses(section: &AnalysisSection, asks: impl Fn(&Method) -> bool) -> bool {
    section.inference.iter().filter_map(|text| Method::parse(text).ok()).any(|m| asks(&m))
}

fn spec(study: &StudyFile, section: &AnalysisSection, outcome: &str) -> Result<PanelSpec, Faults> {
    let roles = roles(study);
    let treatment = match (&roles.cohort, &roles.arm, &roles.treatment) {
        (Some(c), None, None) => TreatmentRule::Cohort(c.clone()),
        (None, Some(arm), None) => TreatmentRule::Arm { arm: arm.clone(), post: roles.post.clone() },
        (None, None, Some(t)) => TreatmentRule::Status(t.clone()),
        _ => unreachable!("checked when resolved"),
    };
    let mut filter = Vec::new();
    for text in &study.data.filter {
        let (column, value) = text.split_once('=').ok_or_else(|| {
            Fault::new("STUDY-002", format!("where = {text:?}"), "[data]", "the rows to keep are not said", "write it as \"COLUMN=VALUE\"")
        })?;
        filter.push((column.trim().to_string(), value.trim().to_string()));
    }
    // Only where an estimator asks for them: else a missing one would drop rows for nothing.
    let chosen: Vec<Chosen> = section.estimators.iter().filter_map(|text| Chosen::parse(text).ok()).collect();
    let asks = |role: Role| chosen.iter().any(|e| e.estimator.asks_for(role));
    Ok(PanelSpec {
        outcome: outcome.to_string(),
        unit: roles.unit.clone().or_else(|| roles.student.clone()),
        period: roles.period.clone(),
        treatment,
        paths: Chosen::paths(&chosen),
        covariates: section.covariates.as_ref().unwrap_or(&roles.covariates).iter().map(|c| CovariateTerm::parse(c)).collect(),
        weights: roles.weights.clone(),
        cluster: roles.cluster.clone(),
        second_cluster: roles.second_cluster.clone(),
        // Only where a method asks for them: else a missing one would drop rows for nothing.
        levels: if uses(section, Method::uses_levels) || asks(Role::Levels) { roles.levels.clone() } else { Vec::new() },
        block: roles.block.clone().filter(|_| uses(section, Method::uses_blocks)),
        third: if asks(Role::Third) { roles.subgroups.first().cloned() } else { None },
        dose: roles.dose.clone().filter(|_| asks(Role::Dose)),
        take_up: roles.take_up.clone().filter(|_| asks(Role::TakeUp)),
        fixed_effects: if asks(Role::FixedEffects) {
            roles.fixed_effects.iter().map(|text| FixedEffect::parse(text)).collect::<Result<_, _>>()?
        } else {
            Vec::new()
        },
        marks: Vec::new(),
        filter,
        subgroup: None,
        duplicates: match study.data.duplicates {
            DuplicatesRule::Refuse => Duplicates::Refuse,
            DuplicatesRule::Mean => Duplicates::Mean,
        },
    })
}
