//! Two runs side by side: their verdicts and headlines, what they were made from, and every effect of either.

use super::pairing;
use super::scope;
use super::settings;
use crate::infer::floor;
use crate::table::{Cell, Column, Digits, Table, number};
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
                other if other["suppressed"] == true => "withheld".into(),
                other => other.to_string(),
            },
        }
    }
}

/// Something that two runs were made from and that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What it is: `Study`, `Seed`, `Setting data.world.effect`.
    pub what: String,
    /// What it is of the first run.
    pub before: String,
    /// What it is of the second.
    pub after: String,
    /// Whether only the order differs in which a list has its entries.
    pub only_order: bool,
}

impl Origin {
    fn new(what: impl Into<String>, before: impl Into<String>, after: impl Into<String>) -> Origin {
        Origin { what: what.into(), before: before.into(), after: after.into(), only_order: false }
    }
}

/// A run's verdict and its headline: the first result's overall effect by its first method.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The verdict's word and grade, where the run was judged.
    pub verdict: Option<(String, String)>,
    /// The outcome of the headline.
    pub outcome: Option<String>,
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
    /// The draws among which it was counted, where it was.
    pub draws: Option<usize>,
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
            outcome: scope::outcome(&side.results).map(String::from),
            verdict: word(&verdict["word"]).zip(word(&verdict["credibility"])),
            of: told,
            estimate: number("estimate"),
            std_error: number("std_error"),
            interval: [number("conf_low"), number("conf_high")],
            level: side.results["study"]["level"].as_f64(),
            p_value: number("p_value"),
            draws: effect.and_then(|e| usize::try_from(e["replicates"].as_u64()?).ok()),
        }
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let [low, high] = self.interval;
        json!({
            "verdict": self.verdict.as_ref().map(|v| &v.0), "credibility": self.verdict.as_ref().map(|v| &v.1), "of": self.of,
            "outcome": self.outcome,
            "estimate": self.estimate, "std_error": self.std_error, "conf_low": low, "conf_high": high, "level": self.level,
            "p_value": self.p_value,
        })
    }
}

/// The verdicts and the headlines of two runs, one row each number; no difference is told of headlines of different outcomes.
pub fn headlines(a: &Side, b: &Side) -> Table {
    let columns = vec![Column::new("what", "What"), Column::new("a", &a.name), Column::new("b", &b.name), Column::new("by", "Difference")];
    let mut out = Table::new("headlines", "Verdict and headline", columns);
    let both = [Summary::of(a), Summary::of(b)];
    let of = headlined(a, b);
    let untold = "it is not told";
    let dash = || Cell::text("–");
    let words =
        |of: &dyn Fn(&Summary) -> Option<String>| both.each_ref().map(|s| of(s).map_or_else(|| Cell::undefined(untold), Cell::Text));
    let mut row = |what: &str, [x, y]: [Cell; 2], by: Cell| out.push(vec![Cell::text(what), x, y, by]);
    row("verdict", words(&|s| s.verdict.as_ref().map(|v| v.0.clone())), dash());
    row("credibility, A (best) to E", words(&|s| s.verdict.as_ref().map(|v| v.1.clone())), dash());
    row("headline", of, dash());
    let digits = |s: &Summary| Digits::for_uncertainty(s.std_error.unwrap_or(f64::NAN));
    let apart = scope::apart(&a.results, &b.results);
    let by = both[0].estimate.zip(both[1].estimate).map(|(x, y)| y - x).filter(|_| apart.is_none());
    let by = by.map_or_else(dash, |by| Cell::number_with(Some(by), digits(&both[0]), untold));
    row("effect (outcome units)", both.each_ref().map(|s| Cell::number_with(s.estimate, digits(s), untold)), by);
    let interval = |s: &Summary| match s.interval {
        [None, None] => Cell::undefined(untold),
        [low, high] => Cell::interval(low, high, digits(s)),
    };
    row("interval (outcome units)", both.each_ref().map(interval), dash());
    row("p", both.each_ref().map(|s| Cell::p_value_above(s.p_value, floor(s.p_value, s.draws), untold)), dash());
    let levels: Vec<String> = both.iter().filter_map(|s| s.level).map(number::level).collect();
    if let [x, y] = &levels[..] {
        out.note(if x == y { format!("Intervals at {x}.") } else { format!("Intervals at {x} and at {y}.") });
    }
    if let Some([x, y]) = apart {
        out.note(format!("The headlines are of different outcomes, {x} and {y}, so no difference is told."));
    }
    out
}

/// What the two were made from, where it differs: what the manifests tell, then the settings by their keys.
pub fn origins(a: &Side, b: &Side) -> Vec<Origin> {
    let told = [
        ("Study", "title"),
        ("Version of didact", "didact"),
        ("Seed", "seed"),
        ("Rows read", "rows"),
        ("Columns read, BLAKE3", "input"),
        ("Disclosure control", "disclosure_control"),
        ("Smallest count told", "minimum_cell"),
    ];
    let mut out: Vec<Origin> = told.into_iter().map(|(label, key)| Origin::new(label, a.said(key), b.said(key))).collect();
    let version = |side: &Side, id: &str| {
        let all = side.manifest["methods"].as_array();
        all.into_iter().flatten().find(|m| m["id"] == id).map_or_else(|| "not used".into(), |m| m["version"].to_string())
    };
    let methods = a.manifest["methods"].as_array().into_iter().chain(b.manifest["methods"].as_array()).flatten();
    let ids: std::collections::BTreeSet<&str> = methods.filter_map(|m| m["id"].as_str()).collect();
    out.extend(ids.iter().map(|id| Origin::new("Method", format!("{id}: {}", version(a, id)), format!("{id}: {}", version(b, id)))));
    out.retain(|o| o.before != o.after);
    out.extend(set(a, b, &out));
    out
}

/// The settings of study.toml that differ and are not among what is `told` already.
fn set(a: &Side, b: &Side, told: &[Origin]) -> Vec<Origin> {
    const SETTINGS: &str = "Settings in study.toml";
    let held = [a, b].map(|side| !side.study.trim().is_empty());
    if held[0] != held[1] {
        let words = held.map(|held| if held { "told" } else { "not in the folder" });
        return vec![Origin::new(SETTINGS, words[0], words[1])];
    }
    let changed = match settings::changed(&a.study, &b.study) {
        Ok(changed) => changed,
        Err(side) => {
            let words = |own: usize| if own == side { "cannot be read" } else { "not compared" };
            return vec![Origin::new(SETTINGS, words(0), words(1))];
        }
    };
    let is_told = |key: &str| {
        let label = match key {
            "study.title" => "Study",
            "study.seed" => "Seed",
            "privacy.minimum_cell" => "Smallest count told",
            _ => return false,
        };
        told.iter().any(|o| o.what == label)
    };
    let lines = |side: &Side| side.study.lines().map(|l| l.trim().to_string()).filter(|l| !l.is_empty()).collect::<Vec<_>>();
    if changed.is_empty() && lines(a) != lines(b) {
        let words = "the same settings, written in another order or otherwise";
        return vec![Origin { only_order: true, ..Origin::new(SETTINGS, words, words) }];
    }
    let row = |c: settings::Changed| {
        let order = if c.only_order { " (only the order differs)" } else { "" };
        Origin { only_order: c.only_order, ..Origin::new(format!("Setting {}{order}", c.key), c.before, c.after) }
    };
    changed.into_iter().filter(|c| !is_told(&c.key)).map(row).collect()
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
        let mut list: Vec<Effect> = Vec::new();
        let results = side.results["results"].as_array().map_or(&[][..], Vec::as_slice);
        for result in results {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
            let outcome = word(&result["outcome"]);
            let known_as = pairing::name("results", result, results).unwrap_or_default();
            let estimator = known_as.strip_prefix(&format!("{outcome}, ")).unwrap_or(&known_as).to_string();
            for effect in result["effects"].as_array().into_iter().flatten() {
                let name = [outcome.clone(), estimator.clone(), word(&effect["label"])];
                if !list.iter().any(|e| e.name == name) {
                    list.push(Effect { name, estimate: effect["estimate"].as_f64(), std_error: effect["std_error"].as_f64() });
                }
            }
        }
        list
    };
    let (one, other) = (effects(a), effects(b));
    let missing = "not in this run";
    let mut row = |name: &[String; 3], x: Option<&Effect>, y: Option<&Effect>| {
        let digits = |e: Option<&Effect>| Digits::for_uncertainty(e.and_then(|e| e.std_error).unwrap_or(f64::NAN));
        let estimate = |e: Option<&Effect>| e.and_then(|e| e.estimate);
        let number = |e: Option<&Effect>| Cell::number_with(estimate(e), digits(e), missing);
        let by = estimate(x).zip(estimate(y)).map(|(x, y)| y - x);
        let mut cells: Vec<Cell> = name.iter().map(Cell::text).collect();
        cells.extend([number(x), number(y), Cell::number_with(by, digits(x), "only one run has it")]);
        out.push(cells);
    };
    for effect in &one {
        row(&effect.name, Some(effect), other.iter().find(|e| e.name == effect.name));
    }
    for effect in other.iter().filter(|e| !one.iter().any(|o| o.name == e.name)) {
        row(&effect.name, None, Some(effect));
    }
    out
}

/// An effect by its first method.
struct Effect {
    /// Outcome, estimator, label.
    name: [String; 3],
    estimate: Option<f64>,
    std_error: Option<f64>,
}

/// Outcome, estimator and method of the two headlines; the estimator with the options in which it is another in the other run.
fn headlined(a: &Side, b: &Side) -> [Cell; 2] {
    let firsts = [&a.results["results"][0], &b.results["results"][0]].map(Clone::clone);
    [(a, 0), (b, 1)].map(|(side, own)| {
        let known_as = pairing::name("results", &firsts[own], &firsts);
        let method = Summary::of(side).of.and_then(|of| of.rsplit_once(", by ").map(|(_, method)| method.to_string()));
        known_as.zip(method).map_or_else(|| Cell::undefined("it is not told"), |(of, method)| Cell::text(format!("{of}, by {method}")))
    })
}
