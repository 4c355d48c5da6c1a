//! `results.json`: every number of a run, and the verdict on it.

use crate::cohort::Faults;
use crate::evidence::standard::Standards;
use crate::render;
use crate::study;
use crate::table::Report;
use crate::table::content::evidence::Judgement;
use crate::table::content::{self, Gate, Published};
use serde_json::Value;

/// Everything in `results.json`, and the verdict, or why there is none; the verdict is also put into the report.
pub fn results(run: &Published, report: &mut Report) -> (Value, Result<Judgement, Faults>) {
    let tables: serde_json::Map<String, serde_json::Value> = report.tables.iter().map(|t| (t.id.clone(), render::json::json(t))).collect();
    let mut results = study::document(&run.analyses);
    results["tables"] = serde_json::Value::Object(tables);
    results["study"] = serde_json::json!({"title": run.study.study.title, "seed": run.study.study.seed, "level": run.study.study.level});
    results["headline_calibration"] = match &run.trust {
        None => serde_json::Value::Null,
        Some(Ok(trust)) => trust.value(),
        Some(Err(why)) => serde_json::json!({"not_tried": why}),
    };
    if let Some(found) = &run.multiverse {
        results["multiverse"] = study::multiverse_document(found);
    }
    results["checks"] = serde_json::Value::Array(content::checked(run).iter().map(render::json::check).collect());
    results["subgroups"] = serde_json::Value::Array(
        run.subgroups
            .iter()
            .filter_map(|s| s.result.as_ref().ok())
            .map(|a| study::document(std::slice::from_ref(a))["results"][0].clone())
            .collect(),
    );
    let gate = Gate::of(run);
    gate.document(run, &mut results);
    results["plan"] = serde_json::json!(run.plan);
    results["fallacies"] = serde_json::json!(run.alarms());
    // The verdict reads what stands in the folder, as `didact grade` does.
    let guessed = run.study.context.compared().is_none();
    let judgement =
        study::run_facts(&results, &run.study, &Standards::default()).map(|read| Judgement::of(read, Standards::default(), guessed));
    results["verdict"] = match &judgement {
        Ok(judgement) => judgement.document(),
        Err(why) => serde_json::json!({"not_judged": why.shown[0].what}),
    };
    if let Ok(judgement) = &judgement {
        let known = report.tables.len();
        content::judge(report, judgement);
        for table in &report.tables[known..] {
            results["tables"][table.id.as_str()] = render::json::json(table);
        }
    }
    (results, judgement)
}
