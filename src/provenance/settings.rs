//! Which settings two resolved studies differ in, by key.

use serde_json::Value;

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    /// Its key as the study file writes it: `data.world.effect`, `analysis[main].estimators`.
    pub key: String,
    /// Its value in the first study.
    pub before: String,
    /// Its value in the second.
    pub after: String,
    /// Whether both hold the same entries and only their order differs.
    pub only_order: bool,
}

/// What a study that lacks a setting says of it.
const UNSET: &str = "not set";

/// Every setting that differs, in the order of the first study.
///
/// # Errors
/// Which of the two (0 or 1) is no TOML.
pub(super) fn changed(before: &str, after: &str) -> Result<Vec<Changed>, usize> {
    let read = |text: &str, side: usize| toml::from_str::<Value>(text).map_err(|_| side);
    let mut out = Vec::new();
    walk("", Some(&read(before, 0)?), Some(&read(after, 1)?), &mut out);
    Ok(out)
}

/// Compares a setting, or all below it.
fn walk(key: &str, before: Option<&Value>, after: Option<&Value>, out: &mut Vec<Changed>) {
    if before == after {
        return;
    }
    let below = |name: &str| if key.is_empty() { name.to_string() } else { format!("{key}.{name}") };
    match (before, after) {
        (Some(Value::Object(_)), Some(Value::Object(_)) | None) | (None, Some(Value::Object(_))) => {
            for name in union(before, after, |v| v.as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect()) {
                let of = |v: Option<&Value>| v.and_then(|v| v.get(&name)).cloned();
                walk(&below(&name), of(before).as_ref(), of(after).as_ref(), out);
            }
        }
        _ if is_named(before) && is_named(after) => {
            for name in union(before, after, names) {
                let of =
                    |v: Option<&Value>| v.and_then(Value::as_array).into_iter().flatten().find(|e| e["name"] == name.as_str()).cloned();
                walk(&format!("{key}[{name}]"), of(before).as_ref(), of(after).as_ref(), out);
            }
            let order = |v: Option<&Value>| v.map(names).unwrap_or_default();
            let (x, y) = (order(before), order(after));
            push_order(key, (x.join(", "), y.join(", ")), x != y && same(&x, &y), out);
        }
        _ => {
            let entries = |v: Option<&Value>| v.and_then(Value::as_array).map(|all| all.iter().map(said).collect::<Vec<_>>());
            let only_order = entries(before).zip(entries(after)).is_some_and(|(x, y)| same(&x, &y));
            let tell = |v: Option<&Value>| v.map_or_else(|| UNSET.into(), said);
            out.push(Changed { key: key.into(), before: tell(before), after: tell(after), only_order });
        }
    }
}

fn push_order(key: &str, (before, after): (String, String), differs: bool, out: &mut Vec<Changed>) {
    if differs {
        out.push(Changed { key: key.into(), before, after, only_order: true });
    }
}

/// The keys or names of the first, then those that only the second has.
fn union(before: Option<&Value>, after: Option<&Value>, of: impl Fn(&Value) -> Vec<String>) -> Vec<String> {
    let mut out = before.map(&of).unwrap_or_default();
    let more: Vec<String> = after.map(&of).unwrap_or_default().into_iter().filter(|k| !out.contains(k)).collect();
    out.extend(more);
    out
}

/// Whether it is a list of sections that each have a name of their own, or is not there.
fn is_named(value: Option<&Value>) -> bool {
    let Some(value) = value else { return true };
    let all = names(value);
    let distinct = all.iter().enumerate().all(|(i, n)| !all[..i].contains(n));
    value.as_array().is_some_and(|own| !own.is_empty() && all.len() == own.len()) && distinct
}

/// The names of a list's sections.
fn names(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|e| e["name"].as_str().map(String::from)).collect()
}

/// Whether two lists hold the same entries, in whatever order.
fn same(x: &[String], y: &[String]) -> bool {
    let sorted = |all: &[String]| {
        let mut out = all.to_vec();
        out.sort();
        out
    };
    sorted(x) == sorted(y)
}

/// A value as people read it.
fn said(value: &Value) -> String {
    match value {
        Value::String(words) if words.is_empty() => "empty".into(),
        Value::String(words) => words.clone(),
        Value::Array(all) if all.is_empty() => "none".into(),
        Value::Array(all) => all.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Object(all) => all.iter().map(|(k, v)| format!("{k} = {}", said(v))).collect::<Vec<_>>().join(", "),
        Value::Number(n) => n.as_f64().filter(|_| n.is_f64()).map_or_else(|| n.to_string(), |x| x.to_string()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<(String, String, String, bool)> {
        changed(before, after).unwrap().into_iter().map(|c| (c.key, c.before, c.after, c.only_order)).collect()
    }

    fn row(key: &str, before: &str, after: &str, only_order: bool) -> (String, String, String, bool) {
        (key.into(), before.into(), after.into(), only_order)
    }

    #[test]
    fn the_setting_is_named_with_both_values() {
        let a = "[data]\nsimulate = \"null\"\n[data.world]\neffect = 0.15\nschools = 40.0\n[roles]\noutcomes = [\"math\"]\n";
        let b = "[roles]\noutcomes = [\"math\", \"gpa\"]\n[data]\nsimulate = \"null\"\n[data.world]\nschools = 40.0\neffect = 0.0\n[plan]\nat = 1\n";
        let expected = [
            row("data.world.effect", "0.15", "0", false),
            row("roles.outcomes", "math", "math, gpa", false),
            row("plan.at", UNSET, "1", false),
        ];
        let mut found = told(a, b);
        found.sort_by_key(|f| expected.iter().position(|e| e.0 == f.0));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_order_of_keys_is_no_setting_and_that_of_a_list_is_one() {
        assert!(told("[a]\nx = 1\ny = 2\n", "[a]\ny = 2\nx = 1\n").is_empty());
        assert_eq!(told("[a]\nx = [\"p\", \"q\"]\n", "[a]\nx = [\"q\", \"p\"]\n"), [row("a.x", "p, q", "q, p", true)]);
    }

    #[test]
    fn sections_with_a_name_go_by_it() {
        let section = |name: &str, estimator: &str| format!("[[analysis]]\nname = \"{name}\"\nestimators = [\"{estimator}\"]\n");
        let (a, b) = (section("main", "did") + &section("other", "twfe"), section("other", "twfe") + &section("main", "ancova"));
        let expected = [row("analysis[main].estimators", "did", "ancova", false), row("analysis", "main, other", "other, main", true)];
        assert_eq!(told(&a, &b), expected);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert_eq!(changed("a = 1", "a = = 1"), Err(1));
    }
}
