//! What a sample can do to an estimate, in words.

use super::{Decided, Told, column, constant, number, percent};
use crate::diagnose::{Aspect, CHANGED, EXTREME, RISING, Sampled, Verdict};
use crate::table::{Cell, Digits, Table};

pub(super) fn told(found: &Sampled) -> Told {
    let verdict = found.verdict();
    let against: Vec<String> = found.aspects().iter().filter(|(_, v)| *v == Some(verdict)).map(|(a, _)| clause(*a, found)).collect();
    let reason = match verdict {
        Verdict::Ok => "Few scores lie at the end of the scale, the groups did not change in their make-up as far as it is known, each has clusters enough, and low scores before are no explanation.".to_string(),
        _ => format!("{}.", capital(&against.join("; "))),
    };
    let remedies: Vec<&str> = found
        .aspects()
        .iter()
        .filter(|(_, v)| v.is_some_and(|v| v >= Verdict::Caution))
        .map(|(aspect, _)| match aspect {
            Aspect::Ends => "use a measure with room above and below, or estimate without those at its end",
            Aspect::Composition => "follow the same students, or adjust for what changed if the treatment cannot have moved it",
            Aspect::Clusters => "add clusters, or use methods made for few (permutation, few-treated) and say how few they are",
            Aspect::Rising => "compare with units as low before, and say how the treated were chosen",
        })
        .collect();
    let remedy =
        if remedies.is_empty() { "Nothing needs to be done on this account.".into() } else { super::sentence(&remedies.join("; ")) };
    let rising = |f: fn(&crate::diagnose::Rising) -> f64| found.rising.as_ref().map(f);
    let bad = found.aspects().iter().filter(|(_, v)| v.is_some_and(|v| v >= Verdict::Caution)).count();
    Told {
        verdict,
        reason,
        remedy,
        decided: Some(Decided { name: "aspects that speak against it", value: Some(bad as f64), rule: rule(found) }),
        numbers: vec![
            ("ceiling", found.ends.map(|e| e.ceiling)),
            ("floor", found.ends.map(|e| e.floor)),
            ("largest_change", found.largest_change()),
            ("treated_clusters", Some(found.clusters[0] as f64)),
            ("comparison_clusters", Some(found.clusters[1] as f64)),
            ("gap", rising(|r| r.gap)),
            ("correlation", rising(|r| r.correlation)),
            ("gain_by_itself", rising(|r| r.gain)),
        ],
        table: table(found),
        summary: None,
    }
}

fn rule(found: &Sampled) -> String {
    format!(
        "the worst of: scores at an end of the scale, ok up to {}, caution up to {}, else fail; change of a covariate in one group beyond the other, ok up to {} SD, caution up to {}, else fail; clusters in an arm, fail below 2, caution below {}; treated lower by {} SD or more with a gain by itself from {} SD on, caution",
        constant(EXTREME[0]),
        constant(EXTREME[1]),
        constant(CHANGED[0]),
        constant(CHANGED[1]),
        found.fewest,
        constant(RISING[0]),
        constant(RISING[1])
    )
}

fn capital(words: &str) -> String {
    super::sentence(words).trim_end_matches('.').to_string()
}

fn clause(aspect: Aspect, found: &Sampled) -> String {
    match aspect {
        Aspect::Ends => {
            let e = found.ends.unwrap_or(crate::diagnose::Ends { ceiling: 0.0, floor: 0.0, rows: 0 });
            let (share, end) = if e.ceiling >= e.floor { (e.ceiling, "highest") } else { (e.floor, "lowest") };
            format!("{} of the scores are the {end} there are, so a change beyond it cannot be seen", percent(share))
        }
        Aspect::Composition => {
            let largest = found
                .changed
                .iter()
                .filter(|c| c.difference.is_some())
                .max_by(|a, b| a.difference.unwrap_or(0.0).abs().total_cmp(&b.difference.unwrap_or(0.0).abs()));
            match largest.and_then(|c| c.difference.map(|d| (c, d))) {
                Some((c, d)) => format!(
                    "{} changed among the treated by {} standard deviations {} than among the others, so the groups are not those they were",
                    c.covariate,
                    number(d.abs()),
                    if d < 0.0 { "less" } else { "more" }
                ),
                None => "how the groups changed is not known".into(),
            }
        }
        Aspect::Clusters => {
            let [treated, comparison] = found.clusters;
            let what = if treated.min(comparison) < 2 {
                "what else happened in a single one cannot be told from the effect"
            } else {
                "intervals lean on few"
            };
            format!("there are {treated} treated and {comparison} comparison clusters: {what}")
        }
        Aspect::Rising => match found.rising {
            Some(r) => format!(
                "the treated were {} standard deviations lower before; had they been chosen for that, {} of it would come back without any treatment",
                number(r.gap.abs()),
                number(r.gain)
            ),
            None => "what low scores gain by themselves is not known".into(),
        },
    }
}

/// What the row of a covariate's change is called.
pub fn change_of(covariate: &str) -> String {
    format!("change of {covariate}, treated beyond comparison")
}

fn table(found: &Sampled) -> Table {
    let mut table = Table::new(
        "sample",
        "What the sample itself can do",
        vec![
            column("aspect", "Aspect", "what is looked at"),
            column("value", "Value", "its number"),
            column("unit", "Unit", "what the number counts"),
            column("p_value", "p", "of no change beyond the other group's, clusters heeded; for information"),
            column("verdict", "Verdict", "by the rule of this aspect"),
        ],
    );
    let none = "not asked here";
    let of = |aspect: Aspect| {
        let found = found.aspects().into_iter().find(|(a, _)| *a == aspect).and_then(|(_, v)| v);
        found.map_or_else(|| Cell::undefined("there is nothing to look at"), |v| Cell::text(v.word()))
    };
    let few = "the outcome has few values";
    let shares =
        [("scores at the highest value", found.ends.map(|e| e.ceiling)), ("scores at the lowest value", found.ends.map(|e| e.floor))];
    for (words, share) in shares {
        table.push(vec![Cell::text(words), Cell::percent(share, few), Cell::text("share"), Cell::undefined(none), of(Aspect::Ends)]);
    }
    for c in &found.changed {
        table.push(vec![
            Cell::text(change_of(&c.covariate)),
            Cell::number_with(c.difference, Digits::Decimals(3), "it does not vary before"),
            Cell::text("SD"),
            Cell::p_value(c.p_value, "too few clusters, or no variation"),
            of(Aspect::Composition),
        ]);
    }
    for (words, n) in ["treated clusters", "comparison clusters"].into_iter().zip(found.clusters) {
        table.push(vec![Cell::text(words), Cell::Count(n as u64), Cell::text("clusters"), Cell::undefined(none), of(Aspect::Clusters)]);
    }
    let unknown = "units are not followed, or do not vary";
    for (words, value, unit) in [
        ("treated less comparison before", found.rising.map(|r| r.gap), "SD"),
        ("correlation of neighbouring periods", found.rising.map(|r| r.correlation), "correlation"),
        ("gain by itself, had the treated been chosen for low scores", found.rising.map(|r| r.gain), "SD"),
    ] {
        table.push(vec![
            Cell::text(words),
            Cell::number_with(value, Digits::Decimals(3), unknown),
            Cell::text(unit),
            Cell::undefined(none),
            of(Aspect::Rising),
        ]);
    }
    table.note(format!("{}. SD: of the comparison group's scores then; of a covariate among all then.", capital(&found.words)));
    if found.rising.is_some_and(|r| !r.before) {
        table.note("With one period before the start the correlation is that with the period after it.");
    }
    table
}
