//! What could be wrong with the headline of a run: every check that is on, asked of its estimate.

use super::analyse::{Analysis, Question};
use super::file::{ChecksSection, StudyFile};
use crate::cohort::{Cohort, Fault, Faults};
use crate::diagnose::{Answered, Asked, CHECKS, Estimated, Ground, Look, Otherwise, Path, Subject, Trends, With};
use crate::estimate::{Body, Chosen, Fit, Sample};
use crate::infer::{self, Method, Setting};
use crate::panel::{Executor, Panel};

/// The checks of a study in the order of the list (but the specification curve, which is drawn by itself), each with whether it was named under `ask`.
///
/// # Errors
/// All at once: an unknown check or option; an option under `off`; a check that is both off and asked for, or asked for twice alike.
pub(super) fn asked(section: &ChecksSection) -> Result<Vec<(Asked, bool)>, Faults> {
    let mut faults = Faults::default();
    let fault = |what: String, remedy: &str| Fault::new("STUDY-005", what, "[checks]", "it is not said which checks are wanted", remedy);
    let mut read = |texts: &[String]| -> Vec<Asked> {
        let parsed = texts.iter().filter_map(|text| Asked::parse(text).map_err(|f| faults.extend(f)).ok());
        parsed.collect()
    };
    let (off, ask) = (read(&section.off), read(&section.ask));
    for (i, check) in ask.iter().enumerate() {
        if ask[..i].iter().any(|c| c.label() == check.label()) {
            faults.push(fault(format!("{} is asked for twice", check.label()), "name it once"));
        }
        if off.iter().any(|c| c.check.card.id == check.check.card.id) {
            faults.push(fault(format!("{} is off and asked for", check.check.card.id), "take it out of off or of ask"));
        }
    }
    for check in section.off.iter().filter(|text| text.contains(':')) {
        faults.push(fault(format!("off = {check:?} has options"), "name the check alone: it is off whatever its options"));
    }
    faults.into_result()?;
    let mut out = Vec::new();
    for check in CHECKS.iter().map(|c| c.card.id) {
        let named: Vec<&Asked> = ask.iter().filter(|c| c.check.card.id == check).collect();
        // The curve stands beside the checks, as a part of the run of its own.
        if named.is_empty() && check != "multiverse" && !off.iter().any(|c| c.check.card.id == check) {
            out.push((Asked::parse(check)?, false));
        }
        out.extend(named.into_iter().map(|c| (c.clone(), true)));
    }
    Ok(out)
}

/// The columns that checks read beside those of the analyses.
pub(super) fn columns(section: &ChecksSection) -> Vec<String> {
    let asked = section.ask.iter().filter_map(|text| Asked::parse(text).ok());
    asked.flat_map(|asked| asked.columns()).collect()
}

/// Carries them out on the headline: the first estimator and method of a question. What a check cannot answer is its answer; none stops
/// the run.
///
/// # Errors
/// As [`asked`].
pub(super) fn checks(
    study: &StudyFile,
    school: Option<&String>,
    cohort: &Cohort,
    (panel, analysis): (&Panel, &Analysis),
    question: &Question,
    executor: &dyn Executor,
) -> Result<Vec<Answered>, Faults> {
    let asked = asked(&study.checks)?;
    let Some(chosen) = question.estimators.first().filter(|_| !asked.is_empty()) else { return Ok(Vec::new()) };
    let sample = Sample::new(panel, executor);
    let setting = Setting::new(question.level, question.seed, executor);
    let Ok(fit) = chosen.fit(&sample) else { return Ok(Vec::new()) };
    let headline = Estimated { chosen: chosen.clone(), fit };
    let methods = if question.inference.is_empty() { infer::defaults(&headline.fit, panel) } else { question.inference.clone() };
    let looks_at_trends = asked.iter().any(|(a, _)| matches!(a.check.look, Look::Trends(_)));
    let path = if looks_at_trends { Some(path(&headline, methods.first(), &sample, &setting)) } else { None };
    let looks_at_roll = asked.iter().any(|(a, _)| matches!(a.check.look, Look::Roll(_)));
    let roll = looks_at_roll.then(|| Panel::roll(cohort, &question.spec).map_err(|faults| faults.shown[0].clone()));
    let another = |with: With<'_>| Panel::build(cohort, &with.of(&question.spec));
    let rebuild = |other: &Otherwise| Panel::build(cohort, &other.of(&question.spec));
    let ground = Ground { panel, named: std::slice::from_ref(chosen), rebuild: &rebuild };
    let subject = Subject {
        ground: Some(&ground),
        panel,
        estimated: Some(&headline),
        effect: analysis.overall(),
        methods: &methods,
        path: path.as_ref(),
        roll: roll.as_ref(),
        another: Some(&another),
        setting,
    };
    let one = |(asked, named): &(Asked, bool)| {
        let silent = |fault: Fault| Answered {
            asked: asked.clone(),
            outcome: Some(panel.outcome_name.clone()),
            by: None,
            warnings: Vec::new(),
            answer: Err(fault),
        };
        if let Some(fault) = nobody_compared(study, asked) {
            return silent(fault);
        }
        match too_long(asked, panel, &headline.fit, methods.first()).filter(|_| !named) {
            Some(fault) => silent(fault),
            None => subject.answer(asked).unwrap_or_else(|faults| silent(faults.shown[0].clone())),
        }
    };
    let mut out: Vec<Answered> = asked.iter().map(one).collect();
    if let Some(asked) = beside(&asked, school, question)? {
        let at = out.iter().rposition(|a| a.asked.check.card.id == "placebo").map_or(out.len(), |at| at + 1);
        // Where no untreated cluster stands beside treated ones there is nothing to ask.
        let found = one(&(asked, false));
        if found.answer.is_ok() {
            out.insert(at, found);
        }
    }
    Ok(out)
}

/// Checks that compare students with students, and follow those of both groups.
const OF_BOTH_GROUPS: [&str; 3] = ["balance", "attrition", "overlap"];

/// Why a check says nothing where the comparison rows are of a norm: they are no students, who could be unlike the treated, or leave.
pub(super) fn nobody_compared(study: &StudyFile, asked: &Asked) -> Option<Fault> {
    let id = asked.check.card.id;
    let norm = study.context.is_against_norm() && OF_BOTH_GROUPS.contains(&id);
    norm.then(|| {
        Fault::new(
            "DIAG-024",
            "the comparison is with a norm",
            id,
            "its rows are no students, who could be unlike the treated before, or leave",
            "find a comparison group of students",
        )
    })
}

/// Where clusters lie in schools: whether untreated ones beside treated ones changed otherwise than those elsewhere.
fn beside(asked: &[(Asked, bool)], school: Option<&String>, question: &Question) -> Result<Option<Asked>, Faults> {
    let mut kinds = asked.iter().filter(|(a, _)| a.check.card.id == "placebo").map(|(a, _)| a.options.get("kind")).peekable();
    let fits = kinds.peek().is_some() && kinds.all(|kind| kind != "neighbours");
    match (school, &question.spec.cluster) {
        (Some(school), Some(cluster)) if fits && school != cluster => {
            Asked::parse(&format!("placebo:neighbours,within={school}")).map(Some)
        }
        _ => Ok(None),
    }
}

/// Rows beyond which what estimates anew on other samples is left out unless it is named.
pub(super) const GROUND_ROWS: usize = 200_000;
/// About how often the smallest set makes every cluster's part anew.
const REMADE: f64 = 30.0;
/// Rows beyond which a check that reads them several times is left out unless it is named.
pub(super) const MOST_ROWS: usize = 5_000_000;
/// Products and sums that take about a second.
const A_SECOND: f64 = 5e8;

/// Why a check is left out of a run that does not name it: it would take longer than a second or so.
fn too_long(asked: &Asked, panel: &Panel, fit: &Fit, method: Option<&Method>) -> Option<Fault> {
    let id = asked.check.card.id;
    let refits = match asked.check.look {
        Look::Fit(_) => true,
        // Its uncertainty is inferred anew.
        Look::Estimate(_) => id == "placebo" && method.is_none_or(|m| m.inference.card().id != "cluster"),
        _ => false,
    };
    let place = match asked.check.look {
        _ if refits && fit.refit_price() * fit.n_clusters() as f64 > A_SECOND => format!("{} clusters", fit.n_clusters()),
        Look::Fit(_) => return None,
        Look::Ground(_) if panel.n_rows() > GROUND_ROWS => format!("{} rows", panel.n_rows()),
        // What is no regression iterates at each refit, and is made anew for students too.
        Look::Ground(_) if id == "smallest-set" && matches!(fit.body, Body::Influence(_)) => format!("{} clusters", fit.n_clusters()),
        Look::Ground(_) if id == "smallest-set" && REMADE * fit.refit_price() * fit.n_clusters() as f64 > A_SECOND => {
            format!("{} clusters", fit.n_clusters())
        }
        _ if panel.n_rows() > MOST_ROWS => format!("{} rows", panel.n_rows()),
        _ => return None,
    };
    Some(Fault::new(
        "DIAG-020",
        format!("{id} was left out"),
        place,
        "on data of this size it takes longer than a second or so, and the study does not name it",
        format!("name it to have it carried out:  ask = [\"{id}\"]  under [checks]"),
    ))
}

/// The path of the headline where its effects are measured from one period before treatment, else the one that `didact diagnose` takes.
fn path(headline: &Estimated, method: Option<&Method>, sample: &Sample<'_>, setting: &Setting<'_>) -> Path {
    let own = |method: Method| {
        Trends::of(&headline.fit, &headline.chosen, &method, setting).ok().map(|trends| Path {
            chosen: headline.chosen.clone(),
            method,
            trends: Ok(trends),
        })
    };
    if let Some(path) = method.cloned().and_then(own).or_else(|| own(Trends::method())) {
        return path;
    }
    let chosen = Trends::estimator(sample.panel);
    let method = Trends::method();
    let trends = of(&chosen, &method, sample, setting).map_err(|faults| faults.shown[0].clone());
    Path { chosen, method, trends }
}

fn of(chosen: &Chosen, method: &Method, sample: &Sample<'_>, setting: &Setting<'_>) -> Result<Trends, Faults> {
    let fit = chosen.fit(sample)?;
    method.fits(&fit, sample.panel)?;
    Trends::of(&fit, chosen, method, setting)
}
