//! Which numbers differ between two documents, and by how much.

use super::difference::{Difference, Only, Part, Shown, by_size};
use super::pairing::pairs;
use super::scope;
use super::spoken::{column, joined};
use crate::table::Digits;
use serde_json::{Map, Value};

/// Differences below this share of a number are those of rounding.
const ROUNDING: f64 = 1e-12;

/// Tables whose numbers stand elsewhere in the document at the same precision: by the beginning of their names.
const REPEATED: &[&str] = &[
    "main-effects",
    "comparison",
    "side-by-side",
    "event-study",
    "cohorts",
    "distribution",
    "joint-tests",
    "components",
    "fallacies",
    "check",
    "wwc-",
    "effect-sizes",
    "standards",
    "caps",
    "facts",
    "essa",
    "questions",
    "settings",
];

/// How an estimate was drawn by chance: no number of the study's, so it is told among what stands behind the estimates.
const DRAWN: &[&str] = &["replicates", "failures", "mc_std_error", "mc_p_value", "mc_critical_value"];

/// Numbers in the units of the estimate beside them: they are shown with its digits.
const MEASURED: &[&str] = &["estimate", "std_error", "conf_low", "conf_high", "band_low", "band_high", "conf", "low", "high"];

/// Two documents compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The outcomes of the two headlines, where they are not of the same one: then nothing that is of the headline alone is compared.
    pub apart: Option<[String; 2]>,
    /// What differs: part by part, in each the largest first.
    pub found: Vec<Difference>,
    /// How many numbers differ by rounding only, and count as the same.
    pub rounding: usize,
}

/// All differences between two JSON documents to the last bit, in document order.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut walk = Walk { exact: true, out: Vec::new(), rounding: 0 };
    walk.value(&Place::default(), before, after);
    walk.out
}

/// How the results of two runs differ, rounding apart: a number that differs by less than 1e-12 of its size counts as the same, and
/// so do two that are as small beside the numbers around them, the standard error first. Tables that repeat other numbers are left out,
/// and so is what is of the headline alone where the two headlines are of different outcomes.
pub fn compared(before: &Value, after: &Value) -> Compared {
    let apart = scope::apart(before, after);
    let once = |document: &Value| {
        let mut out = document.clone();
        if apart.is_some() {
            scope::without_headline(&mut out);
        }
        if let Some(tables) = out["tables"].as_object_mut() {
            tables.retain(|id, _| !REPEATED.iter().any(|of| id.starts_with(of)));
        }
        out
    };
    let mut walk = Walk { exact: false, out: Vec::new(), rounding: 0 };
    walk.value(&Place::default(), &once(before), &once(after));
    by_size(&mut walk.out);
    Compared { apart, found: walk.out, rounding: walk.rounding }
}

/// Where in the document one is.
#[derive(Clone, Default)]
struct Place {
    part: Option<Part>,
    path: Vec<String>,
    /// The key one came by.
    key: String,
    /// The size of the numbers around.
    scale: f64,
    /// The standard error beside an estimate.
    std_error: Option<f64>,
    /// The smaller standard error beside a number in the units of an estimate.
    uncertainty: Option<f64>,
    /// The draws among which p-values beside were counted, in the first document and in the second.
    draws: [Option<u64>; 2],
    /// Whether it is within the first result of a run.
    headline: bool,
}

impl Place {
    fn under(&self, key: &str) -> Place {
        let mut out = Place { key: key.to_string(), std_error: None, uncertainty: None, ..self.clone() };
        out.part = match (self.path.len(), self.part, key) {
            (_, Some(Part::Headline | Part::Estimates), key) if DRAWN.contains(&key) => Some(Part::Rest),
            (_, Some(Part::Rest), "word" | "credibility") if self.key == "verdict" && self.path.len() == 1 => Some(Part::Verdict),
            (_, Some(part), _) => Some(part),
            (_, None, "checks") => Some(Part::Checks),
            (_, None, "tables") => Some(Part::Tables),
            (_, None, _) => Some(Part::Rest),
        };
        if self.key == "tables" {
            out.path.push(format!("table {key}"));
        } else if let Some(words) = column(key) {
            out.path.push(words);
        }
        out
    }

    fn named(&self, name: &str, part: Option<Part>) -> Place {
        let mut out = Place { part: part.or(self.part), ..self.clone() };
        out.path.push(name.to_string());
        out
    }
}

struct Walk {
    exact: bool,
    out: Vec<Difference>,
    rounding: usize,
}

impl Walk {
    fn value(&mut self, at: &Place, a: &Value, b: &Value) {
        match (a, b) {
            (Value::Object(x), Value::Object(y)) => match (rows(x), rows(y)) {
                (Some(mine), Some(theirs)) => self.list(&Place { key: "rows".into(), ..at.clone() }, &mine, &theirs),
                _ => self.object(at, x, y),
            },
            (Value::Array(x), Value::Array(y)) => self.list(at, x, y),
            _ if a == b => {}
            (x, Value::Null) if holds(x) => self.only(at, Only::First),
            (Value::Null, y) if holds(y) => self.only(at, Only::Second),
            (Value::Null, y) | (y, Value::Null) if y.is_object() || y.is_array() => {}
            _ => self.leaf(at, a, b),
        }
    }

    fn object(&mut self, at: &Place, x: &Map<String, Value>, y: &Map<String, Value>) {
        let std_error = |of: &Map<String, Value>| of.get("std_error").and_then(Value::as_f64).filter(|se| *se > 0.0);
        let beside = std_error(x).or_else(|| std_error(y));
        let smaller = [std_error(x), std_error(y)].into_iter().flatten().reduce(f64::min).or(at.uncertainty);
        let around = beside.or_else(|| size(x.values().chain(y.values())));
        let here = Place { scale: around.unwrap_or(at.scale), ..at.clone() };
        let draws = |of: &Map<String, Value>| ["replicates", "draws"].iter().find_map(|key| of.get(*key)?.as_u64());
        let drawn = [draws(x), draws(y)];
        let keys = x.keys().chain(y.keys().filter(|k| !x.contains_key(*k)));
        for key in keys {
            let mut place = here.under(key);
            place.std_error = beside.filter(|_| key == "estimate");
            place.draws = drawn;
            place.uncertainty = smaller.filter(|_| MEASURED.contains(&key.as_str()));
            self.value(&place, x.get(key).unwrap_or(&Value::Null), y.get(key).unwrap_or(&Value::Null));
        }
    }

    fn list(&mut self, at: &Place, x: &[Value], y: &[Value]) {
        let around = size(x.iter().chain(y)).unwrap_or(at.scale);
        let first = |e: &Value, all: &[Value]| all.first().is_some_and(|f| std::ptr::eq(f, e));
        for pair in pairs(&at.key, x, y) {
            // The first result's overall effect is the headline; other effects are estimates, and what else there is of them is the rest.
            let of_first = pair.before.is_some_and(|e| first(e, x)) || pair.after.is_some_and(|e| first(e, y));
            let overall = pair.before.or(pair.after).is_some_and(|e| e["estimand"] == "overall");
            let part = match at.key.as_str() {
                "effects" if at.headline && overall => Some(Part::Headline),
                "effects" => Some(Part::Estimates),
                _ => None,
            };
            let mut place = at.named(&pair.name, part);
            place.scale = around;
            place.headline |= at.key == "results" && of_first;
            match (pair.before, pair.after) {
                (Some(a), Some(b)) => self.value(&place, a, b),
                (Some(_), None) => self.only(&place, Only::First),
                _ => self.only(&place, Only::Second),
            }
        }
    }

    fn only(&mut self, at: &Place, only: Only) {
        let [has, lacks] = ["an entry", "nothing"].map(String::from);
        let (before, after) = if only == Only::First { (has, lacks) } else { (lacks, has) };
        self.push(at, [before, after], [None, None], Shown::With(Digits::Auto), Some(only));
    }

    fn leaf(&mut self, at: &Place, a: &Value, b: &Value) {
        let numbers = a.as_f64().zip(b.as_f64());
        if let Some((x, y)) = numbers
            && !self.exact
            && (a.is_f64() || b.is_f64())
            && alike(x, y, &at.key, at.scale)
        {
            self.rounding += 1;
            return;
        }
        let is_whole = |v: &Value| v.is_i64() || v.is_u64() || !v.is_number();
        let shown = match at.uncertainty {
            _ if is_probability(&at.key) => Shown::PValue(at.draws),
            _ if is_whole(a) && is_whole(b) => Shown::Whole,
            Some(std_error) => Shown::With(Digits::for_uncertainty(std_error)),
            None => Shown::With(Digits::Auto),
        };
        self.push(at, [short(a), short(b)], [a.as_f64(), b.as_f64()], shown, None);
    }

    fn push(&mut self, at: &Place, [before, after]: [String; 2], numbers: [Option<f64>; 2], shown: Shown, only: Option<Only>) {
        let both = numbers[0].zip(numbers[1]);
        let by = both.map(|(x, y)| y - x);
        self.out.push(Difference {
            part: at.part.unwrap_or(Part::Rest),
            place: joined(&at.path),
            before,
            after,
            numbers,
            shown,
            by,
            share: by.zip(both).filter(|(_, (x, _))| *x != 0.0).map(|(d, (x, _))| d / x.abs()),
            std_errors: by.zip(at.std_error).map(|(d, se)| d / se),
            only,
        });
    }
}

/// Whether two numbers differ by rounding only. Two that are next to nothing beside those around them are both zero, but for
/// probabilities, which may be as small as they like.
fn alike(x: f64, y: f64, key: &str, scale: f64) -> bool {
    let (size, apart) = (x.abs().max(y.abs()), (x - y).abs());
    let probability = is_probability(key) || key.starts_with("type_s");
    apart <= ROUNDING * size || (!probability && size <= ROUNDING * scale)
}

/// Whether a field holds a p-value.
fn is_probability(key: &str) -> bool {
    key.starts_with("p_") || key.ends_with("_p") || key == "domain"
}

/// The size of the largest of some numbers that are no counts.
fn size<'a>(values: impl Iterator<Item = &'a Value>) -> Option<f64> {
    values.filter(|v| v.is_f64()).filter_map(Value::as_f64).map(f64::abs).reduce(f64::max)
}

/// Whether there is something in a list or an object.
fn holds(value: &Value) -> bool {
    value.as_object().is_some_and(|o| !o.is_empty()) || value.as_array().is_some_and(|a| !a.is_empty())
}

/// The rows of a table by column; `None`: it is no table.
fn rows(of: &Map<String, Value>) -> Option<Vec<Value>> {
    let (columns, rows) = (of.get("columns")?.as_array()?, of.get("rows")?.as_array()?);
    let keys: Vec<&str> = columns.iter().map(|c| c.as_str().or_else(|| c["key"].as_str()).unwrap_or_default()).collect();
    let row = |r: &Value| match r {
        Value::Array(cells) => Value::Object(keys.iter().zip(cells).map(|(k, v)| ((*k).to_string(), v.clone())).collect()),
        other => other.clone(),
    };
    Some(rows.iter().map(row).collect())
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(s) => s.clone(),
        Value::Object(o) if o.contains_key("suppressed") => "suppressed".into(),
        Value::Object(_) | Value::Array(_) => "an entry".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Cell;
    use serde_json::json;

    #[test]
    fn the_largest_comes_first() {
        let mut found = differences(&json!({"a": 1.0, "b": 2.0, "c": 0.0, "d": "x"}), &json!({"a": 1.1, "b": 1.0, "c": 3.0, "d": "y"}));
        by_size(&mut found);
        assert_eq!(found.iter().map(|d| d.place.as_str()).collect::<Vec<_>>(), ["b", "a", "c", "d"]);
    }

    fn run(effects: &Value) -> Value {
        json!({
            "results": [
                {"outcome": "math", "estimator": "did", "effects": effects},
                {"outcome": "math", "estimator": "twfe", "effects": [{"estimand": "overall", "label": "ATT", "estimate": 1.0, "std_error": 0.5}]},
            ],
            "verdict": {"word": "weak", "credibility": "C"},
            "checks": [{"check": "power", "outcome": "math", "estimator": "did", "table": {"columns": ["effect_sd", "power"], "rows": [[0.05, 0.1], [0.1, 0.3]]}}],
        })
    }

    #[test]
    fn names_the_number_that_moved() {
        let a = run(&json!([{"estimand": "overall", "label": "ATT", "inference": "cluster:cr2", "estimate": 2.0, "std_error": 0.25}]));
        let mut b = a.clone();
        assert!(differences(&a, &b).is_empty());
        b["results"][0]["effects"][0]["estimate"] = json!(2.5);
        let found = differences(&a, &b);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "math, did, overall effect (ATT) by cluster:cr2: effect");
        assert_eq!((found[0].by, found[0].share, found[0].std_errors), (Some(0.5), Some(0.25), Some(2.0)));
    }

    #[test]
    fn the_headline_and_the_verdict_come_first_and_tables_last() {
        let effects = json!([{"estimand": "overall", "label": "ATT", "inference": "cluster:cr2", "estimate": 2.0, "std_error": 0.25, "p_value": 0.01}]);
        let (a, mut b) = (run(&effects), run(&effects));
        b["checks"][0]["table"]["rows"][1][1] = json!(0.9);
        b["results"][0]["effects"][0]["p_value"] = json!(0.02);
        b["results"][1]["effects"][0]["estimate"] = json!(1.1);
        b["verdict"]["word"] = json!("can't tell");
        let found = compared(&a, &b).found;
        let told: Vec<(Part, &str)> = found.iter().map(|d| (d.part, d.place.as_str())).collect();
        assert_eq!(
            told,
            [
                (Part::Headline, "math, did, overall effect (ATT) by cluster:cr2: p"),
                (Part::Verdict, "verdict: word"),
                (Part::Estimates, "math, twfe, overall effect (ATT): effect"),
                (Part::Checks, "check power of math by did, table, 0.1: power"),
            ]
        );
        assert!((found[2].std_errors.unwrap() - 0.2).abs() < 1e-12);
    }

    #[test]
    fn the_headline_is_told_effect_first_and_how_it_was_drawn_behind_it() {
        let effect = |estimate: f64, df: f64, replicates: u64| {
            run(&json!([{"estimand": "overall", "label": "ATT", "inference": "wild-bootstrap", "estimate": estimate, "std_error": 0.25,
                "df": df, "conf_low": estimate - 0.5, "replicates": replicates}]))
        };
        let found = compared(&effect(2.0123456, 10.0, 99), &effect(2.0223456, 90.0, 9999)).found;
        let last = |d: &Difference| d.place.rsplit(": ").next().unwrap_or_default().to_string();
        let told: Vec<(Part, String)> = found.iter().map(|d| (d.part, last(d))).collect();
        let expected = [
            (Part::Headline, "effect"),
            (Part::Headline, "degrees of freedom"),
            (Part::Headline, "lower end of the interval"),
            (Part::Rest, "replicates"),
        ];
        assert_eq!(told, expected.map(|(part, words)| (part, words.to_string())));
        // People read as many digits as the standard error gives; the words keep all.
        let two = Digits::Decimals(2);
        assert_eq!(found[0].cells(), [2.0123456, 2.0223456].map(|value| Cell::Number { value, digits: two }));
        assert_eq!(found[0].before, "2.0123456");
        assert_eq!(found[3].cells(), [Cell::Whole(99), Cell::Whole(9999)]);
    }

    #[test]
    fn headlines_of_different_outcomes_are_not_compared() {
        let of = |outcome: &str, effect: f64| {
            json!({
                "results": [{"outcome": outcome, "estimator": "did", "effects": [{"estimand": "overall", "label": "ATT", "estimate": effect}]}],
                "multiverse": {"median": effect},
                "headline_calibration": {"coverage": effect},
                "verdict": {"word": "weak", "credibility": "C", "facts": {"students": effect}},
                "fallacies": [{"fallacy": "sponsor", "number": effect}],
                "tables": {
                    "specification-curve": {"columns": [{"key": "estimate"}, {"key": "sample"}], "rows": [{"estimate": effect, "sample": "all"}]},
                    "implementation": {"columns": [{"key": "measure"}, {"key": "mean"}], "rows": [{"measure": "fidelity", "mean": 0.5}]},
                },
            })
        };
        let found = compared(&of("math", 1.0), &of("reading", 2.0));
        assert_eq!(found.apart, Some(["math".to_string(), "reading".to_string()]));
        let told: Vec<(Option<Only>, &str)> = found.found.iter().map(|d| (d.only, d.place.as_str())).collect();
        assert_eq!(told, [(Some(Only::First), "math, did"), (Some(Only::Second), "reading, did")]);
        let same = compared(&of("math", 1.0), &of("math", 2.0));
        assert!(same.apart.is_none() && same.found.iter().any(|d| d.place.starts_with("table specification-curve")));
    }

    #[test]
    fn what_only_one_has_is_no_difference_of_another() {
        let (a, mut b) = (run(&json!([])), run(&json!([])));
        b["results"][0]["estimator"] = json!("callaway-santanna");
        let found = compared(&a, &b).found;
        let told: Vec<(Option<Only>, &str)> = found.iter().map(|d| (d.only, d.place.as_str())).collect();
        assert_eq!(told, [(Some(Only::First), "math, did"), (Some(Only::Second), "math, callaway-santanna")]);
    }

    #[test]
    fn rounding_is_no_difference_but_a_small_p_is() {
        let effect = |estimate: f64, p: f64| {
            run(&json!([{"estimand": "overall", "label": "ATT", "estimate": estimate, "std_error": 0.25, "p_value": p}]))
        };
        let same = compared(&effect(2.0, 0.5), &effect(2.0 + 4e-13, 0.5));
        assert_eq!((same.found.len(), same.rounding), (0, 1));
        // Next to nothing beside its standard error.
        assert!(compared(&effect(3e-15, 0.5), &effect(-7e-15, 0.5)).found.is_empty());
        assert_eq!(compared(&effect(2.0, 1e-15), &effect(2.0, 2e-15)).found.len(), 1);
        assert_eq!(compared(&effect(2.0, 0.5), &effect(2.0 + 1e-11, 0.5)).found.len(), 1);
        // To the bit it is one.
        assert_eq!(differences(&effect(2.0, 0.5), &effect(2.0 + 4e-13, 0.5)).len(), 1);
    }
}
