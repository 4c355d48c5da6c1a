//! A study with everything written out that it leaves open.

use super::checks;
use super::file::{AnalysisSection, StudyFile};
use super::plan::{Kept, kept};
use super::run::uses;
use crate::cohort::{Fault, Faults};
use crate::estimate::{Chosen, Role};
use crate::infer::Method;
use crate::panel::FixedEffect;
use crate::simulate;

/// Fills in what a study leaves open, so that the resolved file says everything.
///
/// # Errors
/// All contradictions and unknown names at once.
pub fn resolve(mut study: StudyFile) -> Result<StudyFile, Faults> {
    let mut faults = Faults::default();
    // Roles that a world brings along were written for the analyses of its built-in study.
    let own_roles = study.roles.is_some();
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
                        let remedy = format!("correct it under [data] world;  didact list worlds {world}  shows the parameters");
                        faults.push(fault(e.to_string(), &remedy));
                    }
                }
                if let Err(errors) = parameters.check() {
                    for e in errors {
                        let (what, remedy) = (e.to_string(), "change one of them, under [data] world or with --set");
                        let place = "the parameters of the world: the study file, or --set";
                        faults.push(Fault::new("STUDY-002", what, place, "there is no such world to draw from", remedy));
                    }
                }
                study.data.world = parameters.iter().map(|p| (p.name.to_string(), p.value)).collect();
                if study.implementation.is_none() {
                    study.implementation = Some(super::ImplementationSection::of_world());
                }
                if study.roles.is_none() {
                    study.roles = super::builtin::STUDIES.iter().find(|s| s.id == world).and_then(|s| s.study().roles);
                }
            }
        },
        (None, Some(_)) if !study.data.world.is_empty() => {
            faults.push(fault("world parameters are given for data that are loaded".into(), "take them out, or simulate"))
        }
        (None, Some(_)) if study.data.sealed => {
            let remedy = "leave out  sealed  (--sealed), or simulate";
            faults.push(fault(
                "a sealed file is asked for of data that are loaded: nobody knows what else could have been scored".into(),
                remedy,
            ))
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
    if let Some((what, r)) = study.context.reliability.wrong() {
        faults.push(fault(format!("context.reliability: {what} {r} is no reliability"), "a number from 0 to 1; or leave it out"));
    }
    if study.multiverse.is_some() && study.checks.off.iter().any(|c| c == "multiverse") {
        faults.push(fault(
            "the specification curve is off and asked for".into(),
            "take multiverse out of off, or [multiverse] out of the study",
        ));
    }
    if let Some(cost) = study.context.cost_per_student.filter(|c| !(*c > 0.0 && c.is_finite())) {
        faults.push(fault(format!("context.cost_per_student = {cost} is no cost"), "an amount above 0, in dollars; or leave it out"));
    }
    if let Some(grade) = study.context.school_grade.filter(|g| *g > 12) {
        faults.push(fault(format!("context.school_grade = {grade} is no grade"), "from 0, kindergarten, to 12; or leave it out"));
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
    if !own_roles {
        study.leave_out_idle_roles();
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
pub(super) fn plan(study: &StudyFile) -> Result<Option<Kept>, Faults> {
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
