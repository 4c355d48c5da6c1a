//! Which entries of two lists are one and the same: by what they are of, not by their place.

use super::spoken;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// An entry of one list, or of both, under the name by which people know it.
pub(super) struct Pair<'a> {
    /// The name.
    pub name: String,
    /// In the first list.
    pub before: Option<&'a Value>,
    /// In the second.
    pub after: Option<&'a Value>,
}

/// Columns of whole numbers that say what a row is of.
const LABELS: &[&str] = &["period", "cohort", "group", "event_time", "dose_percent", "treated", "untreated", "compared", "classroom"];

/// Lists of words that are known by themselves, wherever they stand.
const WORDS: &[&str] = &["unknown", "not_known"];

/// What the entries of a list are known by.
fn fields(list: &str) -> &'static [&'static str] {
    match list {
        "results" | "subgroups" => &["outcome", "analysis", "estimator", "subgroup"],
        "effects" => &["estimand", "label", "group", "period", "event_time", "inference"],
        "tests" => &["hypothesis", "inference"],
        "checks" => &["check", "outcome", "estimator"],
        "components" | "settings" => &["name"],
        "dropped" => &["reason"],
        "warnings" => &["code"],
        "others" => &["inference"],
        "decisions" => &["decision"],
        "fallacies" => &["fallacy"],
        "caps" | "items" => &["rule"],
        "conditions" => &["tier", "asks"],
        "baseline" => &["measure"],
        "wwc" => &["version"],
        "questions" => &["missing"],
        "read" => &["fact"],
        _ => &[],
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// What an entry is of, as one word that two entries share where they are of the same.
fn key(list: &str, entry: &Value) -> String {
    let own = fields(list);
    if WORDS.contains(&list) {
        return word(entry).unwrap_or_default();
    }
    if own.is_empty() { label(entry).unwrap_or_default() } else { own.iter().map(|f| format!("{}\u{1f}", entry[*f])).collect() }
}

/// What the row of a table is of: its words on the left and the whole numbers that name periods and cohorts; where it begins with a
/// number, that number; where that is an estimate, all its words.
fn label(row: &Value) -> Option<String> {
    let row = row.as_object()?;
    // A row of the codebook is of a column, whatever is said of it.
    if let (Some(Value::String(column)), true) = (row.get("column"), row.contains_key("meaning")) {
        return Some(column.clone());
    }
    let named = |(key, value): &(&String, &Value)| value.is_string() || (LABELS.contains(&key.as_str()) && value.is_i64());
    let left: Vec<String> = row.iter().take_while(named).filter_map(|(_, v)| word(v)).collect();
    if !left.is_empty() {
        return Some(left.join(", "));
    }
    match row.iter().next() {
        Some((first, value)) if first != "estimate" => word(value),
        _ => {
            Some(row.iter().filter(|(k, v)| *k != "headline" && v.is_string()).filter_map(|(_, v)| word(v)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The options in which entries of one key differ, as they are spelled: `:method=dr`.
fn apart(list: &str, entry: &Value, all: &[Value]) -> String {
    let Some(own) = entry["options"].as_object() else { return String::new() };
    let known_by = key(list, entry);
    let others: Vec<&Value> = all.iter().filter(|e| key(list, e) == known_by && e["options"] != entry["options"]).collect();
    let differs = |k: &str, v: &Value| others.iter().any(|o| o["options"][k] != *v);
    let told: Vec<String> = own.iter().filter(|(k, v)| differs(k, v)).filter_map(|(k, v)| word(v).map(|v| format!("{k}={v}"))).collect();
    if told.is_empty() { String::new() } else { format!(":{}", told.join(",")) }
}

/// The name by which people know an entry of a list.
pub(super) fn name(list: &str, entry: &Value, all: &[Value]) -> Option<String> {
    let field = |k: &str| word(&entry[k]);
    let options = || apart(list, entry, all);
    Some(match list {
        "results" | "subgroups" => {
            let section = field("analysis").map(|s| format!("{s}: ")).unwrap_or_default();
            let subgroup = &entry["subgroup"];
            let among = match (word(&subgroup["column"]), word(&subgroup["value"])) {
                (Some(column), Some(value)) => format!(" among {column} = {value}"),
                _ => String::new(),
            };
            format!("{}, {section}{}{}{among}", field("outcome")?, field("estimator")?, options())
        }
        "effects" => {
            let label = field("label")?;
            let overall = entry["estimand"] == "overall";
            let by = field("inference").map(|i| format!(" by {i}")).unwrap_or_default();
            if overall { format!("overall effect ({label}){by}") } else { format!("{label}{by}") }
        }
        "tests" => format!("test of {}{}", field("hypothesis")?, field("inference").map(|i| format!(" by {i}")).unwrap_or_default()),
        "checks" => {
            let of = field("outcome").map(|o| format!(" of {o}")).unwrap_or_default();
            let by = field("estimator").map(|e| format!(" by {e}")).unwrap_or_default();
            format!("check {}{}{of}{by}", field("check")?, options())
        }
        "rows" => label(entry)?,
        _ if WORDS.contains(&list) => word(entry)?,
        _ if fields(list).is_empty() => return None,
        _ => fields(list).iter().filter_map(|f| field(f)).collect::<Vec<_>>().join(", "),
    })
}

/// The entries of two lists, those that are of the same side by side: first those with the same options, then those that alone are of
/// their kind in either list; what is left stands alone. Entries that nothing tells apart go by their place.
pub(super) fn pairs<'a>(list: &str, before: &'a [Value], after: &'a [Value]) -> Vec<Pair<'a>> {
    let keys = |all: &[Value]| all.iter().map(|e| key(list, e)).collect::<Vec<_>>();
    let (mine, theirs) = (keys(before), keys(after));
    let mut partner: Vec<Option<usize>> = vec![None; before.len()];
    let mut taken = vec![false; after.len()];
    let with_options = |key: &str, e: &Value| format!("{key}\u{1e}{}", e["options"]);
    let mut waiting: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
    for (j, e) in after.iter().enumerate() {
        waiting.entry(with_options(&theirs[j], e)).or_default().push_back(j);
    }
    for (i, e) in before.iter().enumerate() {
        partner[i] = waiting.get_mut(&with_options(&mine[i], e)).and_then(VecDeque::pop_front);
        if let Some(j) = partner[i] {
            taken[j] = true;
        }
    }
    let count = |all: &[String]| {
        let mut out: BTreeMap<String, usize> = BTreeMap::new();
        all.iter().for_each(|k| *out.entry(k.clone()).or_default() += 1);
        out
    };
    let (in_mine, in_theirs) = (count(&mine), count(&theirs));
    for i in (0..before.len()).filter(|i| in_mine.get(&mine[*i]) == Some(&1) && in_theirs.get(&mine[*i]) == Some(&1)) {
        if partner[i].is_none()
            && let Some(j) = theirs.iter().position(|k| *k == mine[i])
        {
            partner[i] = Some(j);
            taken[j] = true;
        }
    }
    let named = |e: &Value, all: &[Value], place: usize| name(list, e, all).unwrap_or_else(|| spoken::entry(list, place));
    let mut out: Vec<Pair<'a>> = before
        .iter()
        .enumerate()
        .map(|(i, e)| Pair { name: named(e, before, i), before: Some(e), after: partner[i].map(|j| &after[j]) })
        .collect();
    out.extend(after.iter().enumerate().filter(|(j, _)| !taken[*j]).map(|(j, e)| Pair {
        name: named(e, after, j),
        before: None,
        after: Some(e),
    }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told<'a>(pairs: &'a [Pair<'a>]) -> Vec<(&'a str, bool, bool)> {
        pairs.iter().map(|p| (p.name.as_str(), p.before.is_some(), p.after.is_some())).collect()
    }

    #[test]
    fn entries_are_paired_by_what_they_are_of() {
        let a = json!([{"outcome": "math", "estimator": "callaway-santanna"}, {"outcome": "math", "estimator": "twfe"}]);
        let b = json!([{"outcome": "math", "estimator": "did"}, {"outcome": "math", "estimator": "twfe"}]);
        let found = pairs("results", a.as_array().unwrap(), b.as_array().unwrap());
        assert_eq!(told(&found), [("math, callaway-santanna", true, false), ("math, twfe", true, true), ("math, did", false, true)]);
    }

    #[test]
    fn of_two_alike_the_one_with_the_same_options() {
        let did = |method: &str| json!({"outcome": "math", "estimator": "did", "options": {"method": method, "improved": "false"}});
        let (a, b) = ([did("means"), did("dr")], [did("dr"), did("ipw")]);
        let found = pairs("results", &a, &b);
        assert_eq!(
            told(&found),
            [("math, did:method=means", true, false), ("math, did:method=dr", true, true), ("math, did:method=ipw", false, true)]
        );
        // Where there is one of either it is the same estimator otherwise chosen.
        assert_eq!(told(&pairs("results", &a[..1], &b[..1])), [("math, did", true, true)]);
    }

    #[test]
    fn entries_without_a_name_are_told_by_what_they_stand_for() {
        let values = [json!(0.1), json!(0.2)];
        assert_eq!(told(&pairs("domain", &values, &values)), [("the headline's", true, true), ("the second", true, true)]);
        // Words stand for themselves, wherever they are.
        let (a, b) = ([json!("attrition"), json!("cost")], [json!("cost")]);
        assert_eq!(told(&pairs("not_known", &a, &b)), [("attrition", true, false), ("cost", true, true)]);
    }

    #[test]
    fn rows_go_by_their_words() {
        let row = |arm: &str, period: i64, n: i64| json!({"outcome": "math", "arm": arm, "period": period, "n": n, "verdict": "ok"});
        let (a, b) = ([row("treated", 2019, 40), row("treated", 2020, 41)], [row("treated", 2020, 43)]);
        assert_eq!(told(&pairs("rows", &a, &b)), [("math, treated, 2019", true, false), ("math, treated, 2020", true, true)]);
        let bare = [json!({"effect_sd": 0.05, "power": 0.1})];
        assert_eq!(told(&pairs("rows", &bare, &bare)), [("0.05", true, true)]);
    }
}
