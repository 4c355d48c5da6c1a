//! The gap between two estimators, in words.

use super::{Decided, Told, column, constant, number, p_words};
use crate::diagnose::{Disagreed, Verdict};
use crate::num::student;
use crate::table::{Cell, Table};

pub(super) fn told(found: &Disagreed) -> Told {
    let verdict = found.verdict();
    let gap = &found.gap;
    let [a, b] = &gap.labels;
    let interval = interval(found);
    let chance = match (gap.difference.p_value, interval) {
        (Some(p), Some((low, high))) => format!(
            "{} to {}, {}: chance {} it",
            number(low),
            number(high),
            p_words(p, None),
            if found.is_significant() { "does not explain" } else { "explains" }
        ),
        _ if gap.asks_the_same() => "they are two ways to one number".to_string(),
        _ => "here they give one number".to_string(),
    };
    let largest = gap
        .parts
        .iter()
        .filter_map(|p| p.size.filter(|s| *s != 0.0).map(|s| (p.name, s)))
        .max_by(|x, y| x.1.abs().total_cmp(&y.1.abs()))
        .map_or(String::new(), |(name, size)| format!(" The largest part is {name} ({}).", number(size)));
    let rest = if gap.is_divided() {
        String::new()
    } else {
        format!(" {} of it cannot be divided further and stands as the remainder.", number(gap.remainder))
    };
    let asked = if gap.asks_the_same() {
        String::new()
    } else {
        let [first, second] = gap.asks.each_ref().map(crate::estimate::Asks::words);
        format!(" They ask different questions ({b}: {second}; {a}: {first}), so a gap does not mean that one of them is wrong.")
    };
    let reason = format!(
        "{b} gives {}, {a} gives {}: a gap of {} ({chance}).{asked}{largest}{rest}",
        number(gap.estimates[1]),
        number(gap.estimates[0]),
        number(gap.difference.estimate)
    );
    let remedy = match verdict {
        Verdict::Ok => "Report both; choose by what each assumes, not by its number.",
        Verdict::Caution if !gap.asks_the_same() => {
            "Report the one that answers the question of the study, and say which question that is."
        }
        Verdict::Caution => "Say why the two differ, and report the one whose weights and comparison group answer the question.",
        _ => "Do not report one of them alone: they disagree on the sign. Say which assumption the choice rests on.",
    };
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "p-value of the gap",
            value: gap.difference.p_value,
            rule: format!(
                "ok from {}; below it caution, and fail where two answers to one question have opposite signs",
                constant(found.alpha)
            ),
        }),
        numbers: vec![
            ("a", Some(gap.estimates[0])),
            ("b", Some(gap.estimates[1])),
            ("gap", Some(gap.difference.estimate)),
            ("std_error", gap.difference.std_error),
            ("df", Some(gap.difference.df)),
            ("p_value", gap.difference.p_value),
            ("conf_low", interval.map(|i| i.0)),
            ("conf_high", interval.map(|i| i.1)),
            ("remainder", Some(gap.remainder)),
            ("alpha", Some(found.alpha)),
        ],
        table: table(found),
        summary: None,
    }
}

fn interval(found: &Disagreed) -> Option<(f64, f64)> {
    let d = &found.gap.difference;
    let half = student::critical(1.0 - found.alpha, d.df) * d.std_error?;
    Some((d.estimate - half, d.estimate + half))
}

fn explained(name: &str) -> &'static str {
    match name {
        "covariates" => "what each gains by its covariates",
        "units with gaps" => "what each makes of units that are not seen in every period",
        "weights after the start" => "how much each effect after the start counts",
        "weights before the start" => "how much differences before the start count; they should not",
        _ => "whom the treated are compared with, and since when",
    }
}

fn table(found: &Disagreed) -> Table {
    let gap = &found.gap;
    let mut table = Table::new(
        "disagreement",
        format!("What the gap between {} and {} is made of", gap.labels[1], gap.labels[0]),
        vec![
            column("part", "Part", "what the two estimators do differently"),
            column("size", "Of the gap", "in units of the outcome; parts and remainder add up to the gap"),
            column("meaning", "Meaning", "what the part stands for"),
        ],
    );
    for part in &gap.parts {
        let why = part.why.as_deref().unwrap_or_default();
        table.push(vec![Cell::text(part.name), Cell::number(part.size, why), Cell::text(explained(part.name))]);
    }
    table.push(vec![Cell::text("remainder"), Cell::number(Some(gap.remainder), ""), Cell::text("what cannot be divided")]);
    table.push(vec![Cell::text("gap"), Cell::number(Some(gap.difference.estimate), ""), Cell::text("the second less the first")]);
    table
}
