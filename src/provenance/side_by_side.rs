//! Two runs side by side: their verdicts and headlines, what they were made from, and every effect of either.

use super::pairing;
use crate::table::{Cell, Column, Digits, Table};
use serde_json::{Value, json};

/// A run with what it was made from.
pub struct Side {
    /// What it is called: its place.
    pub name: String,
    /// Its results.json.
    pub results: Value,
    /// Its manifest, or nothing.
    pub manifest: Value,
    /// Its study.toml, or nothing.
    pub study: String,
}

impl Side {
    fn said(&self, key: &str) -> String {
        match key {
            "title" => self.results["study"]["title"].as_str().unwrap_or("not told").into(),
            "input" => self.manifest["input"]["blake3"]
                .as_str()
                .map_or_else(|| "none (simulated)".into(), |h| format!("{}…", h.get(..12).unwrap_or(h))),
            _ => match &self.manifest[key] {
                Value::Null => "not told".into(),
                Value::String(s) => s.clone(),
                other => other.to_string(),
            },
        }
    }
}

/// A run's verdict and its headline: the first result's overall effect by its first method.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The verdict's word and grade, where the run was judged.
    pub verdict: Option<(String, String)>,
    /// Outcome, estimator and method; `None`: there is no effect.
    pub of: Option<String>,
    /// The effect.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Its interval.
    pub interval: [Option<f64>; 2],
    /// The level of the interval.
    pub level: Option<f64>,
    /// The p-value.
    pub p_value: Option<f64>,
}

impl Summary {
    /// Of a run.
    pub fn of(side: &Side) -> Summary {
        let word = |v: &Value| v.as_str().map(String::from);
        let first = &side.results["results"][0];
        let effects = first["effects"].as_array();
        let find = |estimand: &str| effects.into_iter().flatten().find(|e| e["estimand"] == estimand && e["estimate"].is_number());
        let effect = find("overall").or_else(|| find("overall-dynamic"));
        let number = |key: &str| effect.and_then(|e| e[key].as_f64());
        let told = effect.and_then(|e| {
            let (outcome, estimator) = (first["outcome"].as_str()?, first["estimator"].as_str()?);
            Some(format!("{outcome}, {estimator}, by {}", e["inference"].as_str().unwrap_or("no method")))
        });
        let verdict = &side.results["verdict"];
        Summary {
            verdict: word(&verdict["word"]).zip(word(&verdict["credibility"])),
            of: told,
            estimate: number("estimate"),
            std_error: number("std_error"),
            interval: [number("conf_low"), number("conf_high")],
            level: side.results["study"]["level"].as_f64(),
            p_value: number("p_value"),
        }
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let [low, high] = self.interval;
        json!({
            "verdict": self.verdict.as_ref().map(|v| &v.0), "credibility": self.verdict.as_ref().map(|v| &v.1), "of": self.of,
            "estimate": self.estimate, "std_error": self.std_error, "conf_low": low, "conf_high": high, "level": self.level,
            "p_value": self.p_value,
        })
    }
}

/// The verdicts and the headlines of two runs, one row each number.
pub fn headlines(a: &Side, b: &Side) -> Table {
    let columns = vec![Column::new("what", "What"), Column::new("a", &a.name), Column::new("b", &b.name), Column::new("by", "Difference")];
    let mut out = Table::new("headlines", "Verdict and headline", columns);
    let both = [Summary::of(a), Summary::of(b)];
    let untold = "it is not told";
    let dash = || Cell::text("–");
    let words =
        |of: &dyn Fn(&Summary) -> Option<String>| both.each_ref().map(|s| of(s).map_or_else(|| Cell::undefined(untold), Cell::Text));
    let mut row = |what: &str, [x, y]: [Cell; 2], by: Cell| out.push(vec![Cell::text(what), x, y, by]);
    row("verdict", words(&|s| s.verdict.as_ref().map(|v| v.0.clone())), dash());
    row("credibility, A (best) to E", words(&|s| s.verdict.as_ref().map(|v| v.1.clone())), dash());
    row("headline", words(&|s| s.of.clone()), dash());
    let digits = |s: &Summary| Digits::for_uncertainty(s.std_error.unwrap_or(f64::NAN));
    let by = both[0].estimate.zip(both[1].estimate).map(|(x, y)| y - x);
    let by = by.map_or_else(dash, |by| Cell::number_with(Some(by), digits(&both[0]), untold));
    row("effect (outcome units)", both.each_ref().map(|s| Cell::number_with(s.estimate, digits(s), untold)), by);
    let interval = |s: &Summary| match s.interval {
        [None, None] => Cell::undefined(untold),
        [low, high] => Cell::interval(low, high, digits(s)),
    };
    row("interval (outcome units)", both.each_ref().map(interval), dash());
    row("p", both.each_ref().map(|s| Cell::p_value(s.p_value, untold)), dash());
    let levels: Vec<String> =
        both.iter().filter_map(|s| s.level).map(|l| crate::table::number::percent(l, crate::table::number::Glyphs::Ascii)).collect();
    if let [x, y] = &levels[..] {
        out.note(if x == y { format!("Intervals at {x}.") } else { format!("Intervals at {x} and at {y}.") });
    }
    out
}

/// What the two were made from, where it differs: the label and both sides.
pub fn origins(a: &Side, b: &Side) -> Vec<(&'static str, String, String)> {
    let mut out: Vec<(&str, String, String)> =
        [("Study", "title"), ("Version of didact", "didact"), ("Seed", "seed"), ("Rows read", "rows"), ("Input, BLAKE3", "input")]
            .into_iter()
            .map(|(label, key)| (label, a.said(key), b.said(key)))
            .collect();
    let version = |side: &Side, id: &str| {
        let all = side.manifest["methods"].as_array();
        all.into_iter().flatten().find(|m| m["id"] == id).map_or_else(|| "not used".into(), |m| m["version"].to_string())
    };
    let methods = a.manifest["methods"].as_array().into_iter().chain(b.manifest["methods"].as_array()).flatten();
    let ids: std::collections::BTreeSet<&str> = methods.filter_map(|m| m["id"].as_str()).collect();
    out.extend(ids.iter().map(|id| ("Method", format!("{id}: {}", version(a, id)), format!("{id}: {}", version(b, id)))));
    // The settings, line by line: what only one of them says.
    let lines = |side: &Side| -> Vec<String> { side.study.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from).collect() };
    let (one, other) = (lines(a), lines(b));
    let only = |own: &[String], rest: &[String]| own.iter().filter(|l| !rest.contains(l)).cloned().collect::<Vec<_>>().join("; ");
    out.push(("Settings in study.toml", only(&one, &other), only(&other, &one)));
    out.retain(|(_, x, y)| x != y);
    out
}

/// Every effect of either run by its first method, one row each.
pub fn beside(a: &Side, b: &Side) -> Table {
    let columns = vec![
        Column::new("outcome", "Outcome"),
        Column::new("estimator", "Estimator"),
        Column::new("term", "Effect"),
        Column::new("a", &a.name),
        Column::new("b", &b.name),
        Column::new("by", "Difference"),
    ];
    let mut out = Table::new("effects", "Effects side by side", columns);
    let effects = |side: &Side| {
        let mut list: Vec<([String; 3], Option<f64>)> = Vec::new();
        let results = side.results["results"].as_array().map_or(&[][..], Vec::as_slice);
        for result in results {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
            let outcome = word(&result["outcome"]);
            let known_as = pairing::name("results", result, results).unwrap_or_default();
            let estimator = known_as.strip_prefix(&format!("{outcome}, ")).unwrap_or(&known_as).to_string();
            for effect in result["effects"].as_array().into_iter().flatten() {
                let name = [outcome.clone(), estimator.clone(), word(&effect["label"])];
                let known = list.iter().any(|(n, _)| *n == name);
                if !known {
                    list.push((name, effect["estimate"].as_f64()));
                }
            }
        }
        list
    };
    let (one, other) = (effects(a), effects(b));
    let missing = "not in this run";
    let mut row = |name: &[String; 3], x: Option<f64>, y: Option<f64>| {
        let number = |v: Option<f64>| Cell::number(v, missing);
        let by = x.zip(y).map(|(x, y)| y - x);
        out.push(vec![
            Cell::text(&name[0]),
            Cell::text(&name[1]),
            Cell::text(&name[2]),
            number(x),
            number(y),
            Cell::number(by, "only one run has it"),
        ]);
    };
    for (name, x) in &one {
        row(name, *x, other.iter().find(|(n, _)| n == name).and_then(|(_, y)| *y));
    }
    for (name, y) in other.iter().filter(|(n, _)| !one.iter().any(|(m, _)| m == n)) {
        row(name, None, *y);
    }
    out
}
