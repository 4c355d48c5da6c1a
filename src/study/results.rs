//! Results as the JSON document of the interface.

use super::analyse::{Analysis, Effect};
use crate::estimate::{Component, Ends};
use crate::infer::JointTest;
use crate::infer::multiplicity::Adjustment;
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
        "fixed_effects": a.fixed_effects,
        "analysis": a.section,
        "outcome": a.outcome,
        "subgroup": a.subgroup.as_ref().map(|(c, v)| json!({"column": c, "value": v})),
        "sample": {
            "rows": a.sample.rows, "rows_used": a.sample.rows_used, "units": a.sample.units, "clusters": a.sample.clusters,
            "periods": a.sample.periods, "treated_units": a.sample.treated_units,
            "treated_clusters": a.sample.clusters_by_arm.0, "comparison_clusters": a.sample.clusters_by_arm.1,
            "switching_units": a.sample.switching.map(|s| s.0), "switching_clusters": a.sample.switching.map(|s| s.1.0),
            "dropped": dropped,
        },
        "asks": a.asks.words(),
        "versus_first": a.versus.as_ref().map(|v| json!({
            "first": v.first, "estimate": number(Some(v.estimate)), "std_error": number(v.std_error), "df": number(Some(v.df)), "p_value": number(v.p_value),
        })),
        "multiplicity": a.multiplicity.map(Adjustment::name),
        "tests": a.tests.iter().map(test).collect::<Vec<_>>(),
        "effects": a.effects.iter().map(effect).collect::<Vec<_>>(),
        "components": a.components.iter().map(component).collect::<Vec<_>>(),
        "criterion": a.criterion.map(|(name, value)| json!({"name": name, "value": number(Some(value))})),
        "warnings": a.warnings.iter().map(|w| json!({"code": w.code, "message": w.message})).collect::<Vec<_>>(),
    })
}

fn component(c: &Component) -> Value {
    let low = |ends: Option<Ends>| number(ends.map(|e| e.low));
    let high = |ends: Option<Ends>| number(ends.and_then(|e| e.high));
    json!({
        "name": c.name, "variance": number(Some(c.variance)), "variance_low": low(c.variance_ends), "variance_high": high(c.variance_ends), "share": number(c.share), "correlation": number(c.correlation),
        "share_low": low(c.share_ends), "share_high": high(c.share_ends),
    })
}

fn test(t: &JointTest) -> Value {
    json!({
        "hypothesis": t.hypothesis, "inference": t.inference, "statistic": number(t.statistic), "kind": t.kind, "df1": t.df1,
        "df2": number(t.df2), "p_value": number(t.p_value), "draws": t.draws, "note": t.note,
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
            "band_low": number(r.band.and_then(|b| b.low.value())), "band_high": number(r.band.and_then(|b| b.high.value())),
            "inference": r.inference,
            "p_adjusted": number(r.p_adjusted),
            "critical_value": number(r.simulated.and_then(|s| s.critical)),
            "replicates": r.simulated.map(|s| s.replicates), "failures": r.simulated.map(|s| s.failures),
            "mc_std_error": number(r.simulated.and_then(|s| s.of_std_error)), "mc_p_value": number(r.simulated.and_then(|s| s.of_p_value)),
            "mc_critical_value": number(r.simulated.and_then(|s| s.of_critical)),
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
