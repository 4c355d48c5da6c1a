//! Two runs side by side: what they were made from, and every effect of either.

use crate::table::{Cell, Column, Table};
use serde_json::Value;

/// A run with what it was made from.
pub struct Side {
    /// What it is called: its place.
    pub name: String,
    /// Its results.json, without the tables.
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
        for result in side.results["results"].as_array().into_iter().flatten() {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
            let section = result["analysis"].as_str().map(|s| format!("{s}: ")).unwrap_or_default();
            for effect in result["effects"].as_array().into_iter().flatten() {
                let name =
                    [word(&result["outcome"]), section.clone() + result["estimator"].as_str().unwrap_or_default(), word(&effect["label"])];
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
