//! Results as the JSON document of the interface.

use super::analyse::{Analysis, Effect};
use serde_json::{Value, json};

/// The document: one entry an estimator and outcome, one effect a target and method.
pub fn document(analyses: &[Analysis]) -> Value {
    json!({ "didact": env!("CARGO_PKG_VERSION"), "results": analyses.iter().map(result).collect::<Vec<_>>() })
}

/// A number as JSON has it: `null` for one that does not exist.
fn number(x: Option<f64>) -> Value {
    match x {
        Some(x) if x.is_finite() => json!(if x == 0.0 { 0.0 } else { x }),
        _ => Value::Null,
    }
}

fn result(a: &Analysis) -> Value {
    let options: serde_json::Map<String, Value> = a.estimator.options.iter().map(|(k, v)| (k.to_string(), json!(v))).collect();
    let dropped: Vec<Value> = if a.sample.dropped.is_empty() {
        vec![json!({"reason": "missing outcome", "rows": 0})]
    } else {
        a.sample.dropped.iter().map(|(reason, rows)| json!({"reason": reason, "rows": rows})).collect()
    };
    json!({
        "estimator": a.estimator.estimator.card().id,
        "options": options,
        "analysis": a.section,
        "outcome": a.outcome,
        "subgroup": a.subgroup.as_ref().map(|(c, v)| json!({"column": c, "value": v})),
        "sample": {
            "rows": a.sample.rows, "rows_used": a.sample.rows_used, "units": a.sample.units, "clusters": a.sample.clusters,
            "periods": a.sample.periods, "treated_units": a.sample.treated_units,
            "treated_clusters": a.sample.clusters_by_arm.0, "comparison_clusters": a.sample.clusters_by_arm.1,
            "dropped": dropped,
        },
        "effects": a.effects.iter().map(effect).collect::<Vec<_>>(),
        "warnings": a.warnings.iter().map(|w| json!({"code": w.code, "message": w.message})).collect::<Vec<_>>(),
    })
}

fn effect(e: &Effect) -> Value {
    let t = &e.target;
    let mut out = json!({
        "estimand": t.estimand.name(), "label": t.label, "group": t.group, "period": t.period, "event_time": t.event_time,
    });
    let rest = match &e.result {
        Ok(r) => json!({
            "estimate": number(Some(r.estimate)), "std_error": number(r.std_error), "statistic": number(r.statistic), "df": number(r.df),
            "p_value": number(r.p_value), "conf_low": number(r.interval.low.value()), "conf_high": number(r.interval.high.value()),
            "band_low": null, "band_high": null, "inference": r.inference,
        }),
        Err(reason) => json!({
            "estimate": null, "std_error": null, "statistic": null, "df": null, "p_value": null, "conf_low": null, "conf_high": null,
            "band_low": null, "band_high": null, "inference": null, "not_identified": reason.0,
        }),
    };
    if let (Value::Object(out), Value::Object(rest)) = (&mut out, rest) {
        out.extend(rest);
    }
    out
}
