//! A study carried out: everything that tables, figures, the report and the manifest are made of.

use super::analyse::{Analysis, Question, analyse_panel};
use super::checks;
use super::describe::{Description, describe};
use super::family::{Leader, adjust};
use super::file::{AnalysisSection, DuplicatesRule, Roles, StudyFile};
use super::multiverse::multiverse;
use super::plan::{Kept, kept};
use super::signs::{Sources, signs};
use super::subgroup::by_subgroup;
use super::trust::{Trust, draws, trust};
use crate::cohort::{Codebook, Cohort, Fault, Faults};
use crate::diagnose::{Answered, Specified};
use crate::estimate::{Chosen, Role};
use crate::evidence::fallacy::{Alarm, Signs, detect};
use crate::evidence::standard::Standards;
use crate::infer::Method;
use crate::panel::{CovariateTerm, Duplicates, Executor, FixedEffect, Panel, PanelSpec, TreatmentRule};
use crate::simulate::{self, Draw, Parameters, Truth, World};

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
    /// Rows of the source.
    pub n_rows: usize,
    /// Descriptions, one an outcome.
    pub descriptions: Vec<Description>,
    /// All analyses; the first is the headline.
    pub analyses: Vec<Analysis>,
    /// Subgroups, headline estimator and method.
    pub subgroups: Vec<SubgroupResult>,
    /// What could be wrong with the headline, check by check.
    pub checks: Vec<Answered>,
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

/// Fills in what a study leaves open, so that the resolved file says everything.
///
/// # Errors
/// All contradictions and unknown names at once.
pub fn resolve(mut study: StudyFile) -> Result<StudyFile, Faults> {
    let mut faults = Faults::default();
    let fault =
        |what: String, remedy: &str| Fault::new("STUDY-002", what, "the study file", "the study would not say what is asked", remedy);
    match (&study.data.simulate, &study.data.path) {
        (Some(world), None) => match simulate::find(world) {
            None => faults.push(Fault::new(
                "STUDY-003",
                format!("there is no world {world:?}"),
                "simulate, under [data]",
                "nothing can be simulated",
                crate::cohort::did_you_mean(world, simulate::WORLDS.iter().map(|w| w.card().id)),
            )),
            Some(found) => {
                let mut parameters = found.parameters();
                for (name, value) in &study.data.world {
                    if let Err(e) = parameters.set(name, &value.to_string()) {
                        faults.push(fault(e.to_string(), "correct it under [data] world;  didact list worlds  shows the parameters"));
                    }
                }
                if let Err(errors) = parameters.check() {
                    for e in errors {
                        faults.push(fault(e.to_string(), "change one of them under [data] world"));
                    }
                }
                study.data.world = parameters.iter().map(|p| (p.name.to_string(), p.value)).collect();
                if study.roles.is_none() {
                    study.roles = super::builtin::STUDIES.iter().find(|s| s.id == world).and_then(|s| s.study().roles);
                }
            }
        },
        (None, Some(_)) if !study.data.world.is_empty() => {
            faults.push(fault("world parameters are given for data that are loaded".into(), "take them out, or simulate"))
        }
        (None, Some(_)) => {}
        _ => {
            faults.push(fault("[data] needs exactly one of simulate and path".into(), "say which world to simulate, or which file to read"))
        }
    }
    match &study.roles {
        None => faults.push(fault("there are no [roles]".into(), "say which column plays which part; didact new DATA writes a start")),
        Some(roles) => {
            let distinct: std::collections::BTreeSet<&String> = roles.outcomes.iter().collect();
            if distinct.len() < roles.outcomes.len() {
                faults.push(fault("an outcome is named twice".into(), "name each outcome once"));
            }
            if roles.outcomes.is_empty() {
                faults.push(fault("roles.outcomes is empty".into(), "name at least one outcome"));
            }
            if [&roles.cohort, &roles.arm, &roles.treatment].iter().filter(|r| r.is_some()).count() != 1 {
                faults
                    .push(fault("roles need exactly one of cohort, arm and treatment".into(), "say how the data tell who is treated when"));
            }
            if roles.second_cluster.is_some() && roles.cluster.is_none() {
                faults.push(fault("roles.second_cluster needs roles.cluster".into(), "name the first clustering too"));
            }
            for outcome in roles.domains.keys().filter(|o| !roles.outcomes.contains(o)) {
                faults.push(fault(format!("roles.domains names {outcome:?}, which is no outcome"), "name outcomes only"));
            }
            if roles.post.is_some() && roles.arm.is_none() {
                faults.push(fault("roles.post needs roles.arm".into(), "name the arm"));
            }
        }
    }
    if !(study.study.level > 0.0 && study.study.level < 1.0) {
        faults.push(fault(format!("level = {} is no confidence level", study.study.level), "a number between 0 and 1, such as 0.95"));
    }
    if let Some(date) = study.study.date.as_deref().filter(|d| !is_day(d)) {
        faults.push(fault(format!("date = {date:?} is no day"), "write it as YYYY-MM-DD, such as 2026-05-01"));
    }
    if study.analysis.is_empty() {
        study.analysis.push(AnalysisSection {
            name: "main".into(),
            estimators: Vec::new(),
            inference: Vec::new(),
            multiplicity: None,
            covariates: None,
        });
    }
    if let Some(n) = study.calibration.replicates.filter(|n| *n > 1_000_000) {
        faults.push(fault(format!("calibration.replicates = {n} is more than a million"), "0 for none, or some hundreds"));
    }
    let names: std::collections::BTreeSet<&String> = study.analysis.iter().map(|a| &a.name).collect();
    if names.len() < study.analysis.len() {
        faults.push(fault("two analyses have the same name".into(), "give each [[analysis]] its own name"));
    }
    for section in &mut study.analysis {
        if section.estimators.is_empty() {
            section.estimators.push("callaway-santanna".into());
        }
        for text in &section.estimators {
            if let Err(f) = Chosen::parse(text) {
                faults.extend(f);
            }
        }
        for text in &section.inference {
            if let Err(f) = Method::parse(text) {
                faults.extend(f);
            }
        }
    }
    if let Some(roles) = &study.roles {
        let nobody = |asks: fn(&Method) -> bool| !study.analysis.iter().any(|section| uses(section, asks));
        if roles.block.is_some() && nobody(Method::uses_blocks) {
            faults.push(fault("roles.block does nothing here".into(), "use the inference method permutation, or leave it out"));
        }
        let unasked = |role: Role| {
            let estimators = study.analysis.iter().flat_map(|section| &section.estimators);
            !estimators.filter_map(|text| Chosen::parse(text).ok()).any(|e| e.estimator.asks_for(role))
        };
        if roles.dose.is_some() && unasked(Role::Dose) {
            faults.push(fault("roles.dose does nothing here".into(), "use the estimator dose-response, or leave it out"));
        }
        if roles.take_up.is_some() && unasked(Role::TakeUp) {
            faults.push(fault("roles.take_up does nothing here".into(), "use the estimator compliance, or leave it out"));
        }
        if !roles.fixed_effects.is_empty() && unasked(Role::FixedEffects) {
            faults.push(fault(
                "roles.fixed_effects does nothing here".into(),
                "use the estimator twfe or event-study (the others absorb nothing or have effects of their own), or leave it out",
            ));
        }
        for text in &roles.fixed_effects {
            if let Err(f) = FixedEffect::parse(text) {
                faults.push(f);
            }
        }
        if roles.subgroups.is_empty() && !unasked(Role::Third) {
            faults.push(fault(
                "triple-difference needs roles.subgroups".into(),
                "name a column with two values, such as subgroups = [\"iep\"]",
            ));
        }
        if !roles.levels.is_empty() && nobody(Method::uses_levels) && unasked(Role::Levels) {
            faults.push(fault(
                "roles.levels does nothing here".into(),
                "use the inference method hierarchical-bootstrap or wild-bootstrap:subcluster=level, or the estimator mixed-model, or leave it out",
            ));
        }
    }
    if let Err(f) = checks::asked(&study.checks) {
        faults.extend(f);
    }
    for (list, known) in [(&study.output.formats, super::file::FORMATS), (&study.output.figures, super::file::FIGURES)] {
        for (i, name) in list.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                faults.push(fault(format!("unknown output format {name:?}"), &format!("known: {}", known.join(", "))));
            } else if list[..i].contains(name) {
                faults.push(fault(format!("the output format {name:?} is named twice"), "name each format once"));
            }
        }
    }
    if let Some(Err(f)) = study.multiverse.as_ref().map(super::multiverse::MultiverseSection::asked) {
        faults.extend(f);
    }
    faults.into_result()?;
    plan(&study)?;
    Ok(study)
}

/// The plan of a resolved study, and what is otherwise.
fn plan(study: &StudyFile) -> Result<Option<Kept>, Faults> {
    study.plan.locked.as_ref().map(|text| kept(text, study)).transpose()
}

/// Whether a text is a day of the calendar, YYYY-MM-DD.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let whole = |part: &str| part.parse::<u32>().unwrap_or(0);
    let year = whole(year);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match whole(month) {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&whole(day))
}

/// Simulates a resolved study's world.
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
    Ok(world.draw(&parameters(study, world)?, study.study.seed))
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

/// Carries out a resolved study. `stage` is told what is being done.
///
/// # Errors
/// All faults of the sample, or the first method that does not fit it.
pub fn carry_out(mut study: StudyFile, loaded: Loaded, executor: &dyn Executor, stage: &dyn Fn(&str)) -> Result<Run, Faults> {
    let roles = roles(&study).clone();
    let mut analyses = Vec::new();
    let mut descriptions = Vec::new();
    let mut subgroups = Vec::new();
    let mut checked = Vec::new();
    let mut faults = Faults::default();
    for (s, section) in study.analysis.iter().enumerate() {
        let leader = Leader::default();
        let mut own = Vec::new();
        for outcome in &roles.outcomes {
            stage(&format!("{outcome}: estimating"));
            let question = question(&study, section, outcome)?;
            let panel = match Panel::build(&loaded.cohort, &question.spec) {
                Ok(panel) => panel,
                Err(f) => {
                    faults.extend(f);
                    continue;
                }
            };
            if s == 0 {
                descriptions.push(describe(&panel));
            }
            match analyse_panel(&panel, &question, &leader, executor) {
                Ok(mut found) => {
                    if study.analysis.len() > 1 {
                        found.iter_mut().for_each(|a| a.section = Some(section.name.clone()));
                    }
                    own.extend(found);
                }
                Err(f) => faults.extend(f),
            }
            if let Some(headline) = own.first().filter(|_| s == 0 && *outcome == roles.outcomes[0]) {
                stage(&format!("{outcome}: checks"));
                checked = checks::checks(&study.checks, &loaded.cohort, (&panel, headline), &question, executor)?;
            }
            if s == 0 {
                for column in &roles.subgroups {
                    stage(&format!("{outcome}: subgroups of {column}"));
                    let mut one = question.clone();
                    // Within one subgroup there is no other to compare with.
                    one.estimators.retain(|e| !e.estimator.asks_for(Role::Third));
                    one.estimators.truncate(1);
                    one.inference.truncate(1);
                    one.multiplicity = None;
                    if one.estimators.is_empty() {
                        continue;
                    }
                    for found in by_subgroup(&loaded.cohort, &one, column, executor)? {
                        let result = found
                            .result
                            .map_err(|f| f.shown[0].what.clone())
                            .and_then(|mut a| if a.is_empty() { Err("nothing was estimated".to_string()) } else { Ok(a.remove(0)) });
                        subgroups.push(SubgroupResult { column: column.clone(), value: found.value, result });
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
    let multiverse = match (study.multiverse.is_some(), analyses.is_empty()) {
        (true, false) => {
            stage("drawing the specification curve");
            multiverse(&study, &headline, &loaded.cohort, executor).map_err(|f| f.shown[0].what.clone()).transpose()
        }
        _ => None,
    };
    study.calibration.replicates = Some(draws(&study, loaded.cohort.n_rows));
    Ok(Run {
        plan: plan(&study)?,
        trust,
        multiverse,
        signs,
        n_rows: loaded.cohort.n_rows,
        codebook: loaded.cohort.codebook,
        study,
        truth: loaded.truth,
        input: loaded.input,
        descriptions,
        analyses,
        subgroups,
        checks: checked,
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
    })
}

/// Whether some method of an analysis asks for something.
fn uses(section: &AnalysisSection, asks: impl Fn(&Method) -> bool) -> bool {
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
        filter,
        subgroup: None,
        duplicates: match study.data.duplicates {
            DuplicatesRule::Refuse => Duplicates::Refuse,
            DuplicatesRule::Mean => Duplicates::Mean,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::is_day;

    #[test]
    fn days_of_the_calendar() {
        assert!(["2026-05-01", "2024-02-29", "2000-02-29", "1999-12-31"].iter().all(|d| is_day(d)));
        assert!(
            ["", "2026-5-1", "2023-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-04-00", "+026-04-01"]
                .iter()
                .all(|d| !is_day(d))
        );
    }
}
