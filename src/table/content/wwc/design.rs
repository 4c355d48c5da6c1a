//! Tables 4 and 5: how the study was designed and measured, and how the sample came about and was analysed.

use super::{Asked, words};
use crate::study::{DuplicatesRule, Run};
use crate::table::Table;
use crate::table::content::disclosure::Gate;

/// Table 4.
pub(super) fn design(run: &Run) -> Table {
    let mut out = Asked::new(4, "design", "Study design and measures");
    let (context, roles) = (&run.study.context, run.study.roles.as_ref());
    out.maybe(
        "how it was decided who is treated",
        context.assigned_by.map(|a| words::assigned(a).into()),
        "by lot, by choice, or how else",
    );
    if context.assigned_by == Some(crate::study::AssignedBy::Lot) {
        out.open("how the lot was drawn", "who drew it, when, and with which probabilities");
        let kept = context.compromised.map(|c| if c { "no" } else { "yes" }.into());
        out.maybe("whether the lot was kept to", kept, "whether all were analysed in the group that they were drawn into");
    }
    out.maybe("unit of assignment", roles.and_then(|r| r.cluster.as_ref()).map(|c| format!("the column {c}")), "what was assigned");
    if let Some(block) = roles.and_then(|r| r.block.as_ref()) {
        out.known("assigned within", format!("the column {block}"));
    }
    if let Some(a) = run.analyses.first() {
        out.known("analysis", format!("{} ({})", a.label(), a.estimator.estimator.card().title));
    }
    for outcome in run.descriptions.iter().map(|d| &d.outcome) {
        let named = |what: &str| format!("{outcome}: {what}");
        out.maybe(&named("domain"), roles.and_then(|r| r.domains.get(outcome)).cloned(), "its outcome domain, as the WWC names them");
        out.open(&named("test"), "the test's name, version and scale");
        out.maybe(&named("made by"), context.measure.map(|m| words::made(m).into()), "who made it, and how broad it is");
        let reliable = Some(context.reliability.facts().words()).filter(|words| !words.is_empty());
        out.maybe(&named("reliability"), reliable, "its internal consistency or test-retest reliability, in this sample if known");
        let eligible = context.eligible_measure.map(|e| if e { "yes" } else { "no" }.into());
        out.maybe(
            &named("valid, reliable, not aligned with the intervention, the same in both groups"),
            eligible,
            "whether the measure is eligible",
        );
    }
    out.done()
}

/// Table 5.
pub(super) fn analysis(run: &Run) -> Table {
    let mut out = Asked::new(5, "analysis", "Sample formation and analysis");
    let gate = Gate::of(run);
    let data = &run.study.data;
    out.open("how schools and students came into the study", "who was asked, who agreed, and who was left out before the data begin");
    let kept = if data.filter.is_empty() { "all rows of the source".into() } else { format!("rows with {}", data.filter.join(", ")) };
    out.known("rows asked for", kept);
    if let Some(a) = run.analyses.first() {
        for ((reason, n), hide) in a.sample.dropped.iter().zip(gate.hides_dropped(&a.sample)) {
            out.counted(&format!("rows left out: {reason}"), gate.count(hide, *n));
        }
    }
    out.known(
        "missing values",
        "rows without an outcome, or without a covariate, weight or role that is asked for, are left out; nothing is imputed",
    );
    if data.duplicates == DuplicatesRule::Mean {
        out.known("units seen twice in a period", "averaged");
    }
    let Some(a) = run.analyses.first() else { return out.done() };
    out.known("estimate", format!("{}: {}", a.label(), a.estimator.estimator.card().estimand));
    let section = run.study.analysis.first();
    let covariates = section.and_then(|s| s.covariates.as_ref()).or(run.study.roles.as_ref().map(|r| &r.covariates));
    let named = covariates.filter(|c| !c.is_empty()).map_or_else(|| "none".to_string(), |c| c.join(", "));
    out.known("covariates", named);
    let roles = run.study.roles.as_ref();
    out.known("weights", roles.and_then(|r| r.weights.clone()).unwrap_or_else(|| "none".into()));
    if let Some(e) = a.overall() {
        let clusters = roles.and_then(|r| r.cluster.as_ref()).map_or_else(String::new, |c| format!(", clustered by the column {c}"));
        out.known("standard errors", format!("{}{clusters}", e.inference));
    }
    out.known("several outcomes", a.multiplicity.map_or("p-values are not adjusted for their number", |m| m.name()));
    out.known("software", format!("didact {}", env!("CARGO_PKG_VERSION")));
    out.done()
}
