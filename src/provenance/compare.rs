//! Which numbers differ between two documents, and by how much.

use serde_json::Value;

/// One place where two documents differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where: the path, with the names of outcome, estimator, effect and method.
    pub place: String,
    /// What the first says.
    pub before: String,
    /// What the second says.
    pub after: String,
    /// The difference, when both are numbers.
    pub by: Option<f64>,
    /// The difference as a share of the first, when both are numbers and the first is not zero.
    pub share: Option<f64>,
}

/// All differences between two JSON documents, in document order.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut out = Vec::new();
    walk("", before, after, &mut out);
    out
}

/// Largest first: by their share of the first value, then those from zero by their size, then what is no number, as it stood.
pub fn by_size(found: &mut [Difference]) {
    let rank = |d: &Difference| match (d.share, d.by) {
        (Some(share), _) => (0, share.abs()),
        (None, Some(by)) => (1, by.abs()),
        (None, None) => (2, 0.0),
    };
    found.sort_by(|a, b| {
        let ((x, p), (y, q)) = (rank(a), rank(b));
        x.cmp(&y).then(q.total_cmp(&p))
    });
}

fn walk(place: &str, a: &Value, b: &Value, out: &mut Vec<Difference>) {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            for (key, value) in x {
                walk(&join(place, key), value, y.get(key).unwrap_or(&Value::Null), out);
            }
            for (key, value) in y.iter().filter(|(k, _)| !x.contains_key(*k)) {
                walk(&join(place, key), &Value::Null, value, out);
            }
        }
        (Value::Array(x), Value::Array(y)) => {
            for i in 0..x.len().max(y.len()) {
                let (left, right) = (x.get(i).unwrap_or(&Value::Null), y.get(i).unwrap_or(&Value::Null));
                let name = name(if left.is_null() { right } else { left }).unwrap_or_else(|| i.to_string());
                walk(&join(place, &name), left, right, out);
            }
        }
        _ if a == b => {}
        _ => {
            let by = a.as_f64().zip(b.as_f64()).map(|(x, y)| y - x);
            let share = by.zip(a.as_f64()).filter(|(_, x)| *x != 0.0).map(|(d, x)| d / x.abs());
            out.push(Difference { place: place.to_string(), before: short(a), after: short(b), by, share });
        }
    }
}

fn join(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_string() } else { format!("{place} › {key}") }
}

/// A name for an entry of a list, from the fields by which people know it.
fn name(value: &Value) -> Option<String> {
    let field = |k: &str| value.get(k).and_then(Value::as_str);
    let parts: Vec<&str> =
        ["outcome", "estimator", "label", "term", "inference", "code", "step", "arm", "variable"].iter().filter_map(|k| field(k)).collect();
    if parts.is_empty() { None } else { Some(parts.join(" · ")) }
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(s) => s.clone(),
        Value::Object(_) | Value::Array(_) => "an entry".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_largest_comes_first() {
        let mut found = differences(&json!({"a": 1.0, "b": 2.0, "c": 0.0, "d": "x"}), &json!({"a": 1.1, "b": 1.0, "c": 3.0, "d": "y"}));
        by_size(&mut found);
        assert_eq!(found.iter().map(|d| d.place.as_str()).collect::<Vec<_>>(), ["b", "a", "c", "d"]);
    }

    #[test]
    fn names_the_number_that_moved() {
        let a = json!({"results": [{"outcome": "math", "estimator": "did", "effects": [{"label": "ATT", "estimate": 2.0}]}]});
        let mut b = a.clone();
        assert!(differences(&a, &b).is_empty());
        b["results"][0]["effects"][0]["estimate"] = json!(2.5);
        let found = differences(&a, &b);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "results › math · did › effects › ATT › estimate");
        assert_eq!((found[0].by, found[0].share), (Some(0.5), Some(0.25)));
    }
}
