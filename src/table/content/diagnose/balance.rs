//! Baseline equivalence, in words.

use super::{Decided, Told, column, constant, number};
use crate::diagnose::{Balanced, Measured, Verdict};
use crate::evidence::standard::Equivalence;
use crate::table::{Cell, Digits, Table};

/// How the note on those seen then and later ends.
pub const SEEN_TWICE: &str = "were seen then and after the start.";

pub(super) fn told(found: &Balanced) -> Told {
    let verdict = found.verdict();
    let worst = found.worst.map(|i| &found.measures[i]);
    let [small, large, gains] = found.limits.map(constant);
    let unstable: Vec<&str> = found.measures.iter().filter(|m| m.stable == Some(false)).map(|m| m.baseline.measure.as_str()).collect();
    let hangs = if unstable.is_empty() {
        String::new()
    } else {
        format!(" What the rule says of {} depends on which standard deviation is used.", unstable.join(", "))
    };
    let reason = match worst {
        None => "No measure could be compared.".to_string(),
        Some(m) => format!("{}.{hangs}", clause(m, found)),
    };
    let remedy = match verdict {
        Verdict::Ok => "Report the differences; nothing else needs to be done on this account.",
        Verdict::Caution => {
            "Adjust for the measure that is apart (as a covariate of a doubly robust estimator, or ancova on the outcome before), and report how the estimate changes."
        }
        Verdict::Fail => {
            "Find comparison units that are more alike, or keep those of both groups that are (overlap says who), before reading the estimate as an effect."
        }
        Verdict::CannotTell => "Look at the measures themselves: where a group does not vary no difference in standard deviations exists.",
    };
    let mut table = Table::new(
        "balance",
        "Groups before treatment",
        vec![
            column("measure", "Measure", "the outcome before treatment, and each covariate"),
            column("treated_n", "Treated, n", "treated units seen then and later"),
            column("treated_mean", "Treated, mean", "their mean"),
            column("treated_sd", "Treated, SD", "their standard deviation"),
            column("comparison_n", "Comparison, n", "comparison units seen then and later"),
            column("comparison_mean", "Comparison, mean", "their mean"),
            column("comparison_sd", "Comparison, SD", "their standard deviation"),
            column("difference_sd", "Difference", "in standard deviations: Hedges' g, or the Cox index for yes/no").unit("SD"),
            column("category", "Rule", "what the rule says of it"),
            column("adjusted", "Adjusted", "whether the estimate is adjusted for this measure"),
            column(
                "stable",
                "Holds by any SD",
                "whether the rule says the same by the pooled and the comparison group's standard deviation, with and without the small-sample factor",
            ),
            column("p_value", "p", "of no difference, clusters heeded; for information: no rule asks for it"),
        ],
    );
    for m in &found.measures {
        table.push(row(m));
    }
    table.note(format!("{}. Without weights.", sentence(&found.words)));
    if found.seen.0 < found.seen.1 {
        table.note(format!("{} of {} units of the two groups {SEEN_TWICE}", found.seen.0, found.seen.1));
    }
    table.note(format!("Thresholds: {}, {} SD ({}). An estimate of changes counts as adjusted for the outcome before where that correlates with the next period's by {gains} or more.", small, large, found.standard));
    let sizes = |of: fn(&Measured) -> usize| found.measures.first().map(|m| of(m) as f64);
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "largest difference, SD",
            value: worst.and_then(|m| m.baseline.difference).map(f64::abs),
            rule: format!(
                "ok up to {small}, or up to {large} where adjusted for; caution up to {large} where not, or where it depends on the SD; else fail"
            ),
        }),
        numbers: vec![
            ("largest_difference", worst.and_then(|m| m.baseline.difference)),
            ("outcome_difference", found.measures.first().and_then(|m| m.baseline.difference)),
            ("correlation", found.correlation),
            ("treated_n", sizes(|m| m.treated.n)),
            ("comparison_n", sizes(|m| m.comparison.n)),
            ("units_of_groups", Some(found.seen.1 as f64)),
            ("unstable", Some(unstable.len() as f64)),
        ],
        table,
        summary: None,
    }
}

fn sentence(words: &str) -> String {
    super::sentence(words).trim_end_matches('.').to_string()
}

fn clause(m: &Measured, found: &Balanced) -> String {
    let name = &m.baseline.measure;
    let [small, large, _] = found.limits.map(constant);
    let Some(d) = m.baseline.difference else {
        return format!("How far apart the groups were in {name} cannot be said: one of them does not vary");
    };
    let side = if d < 0.0 { "lower" } else { "higher" };
    let size = format!("Before treatment the treated were {} standard deviations {side} in {name}", number(d.abs()));
    match m.equivalence {
        Equivalence::Satisfied => format!("{size}, the largest difference of {}: no more than {small}", found.measures.len()),
        Equivalence::SatisfiedByAdjustment => format!("{size}, which is adjusted for ({small} to {large} asks for that)"),
        Equivalence::NotAdjusted => format!("{size}, which is not adjusted for ({small} to {large} asks for that)"),
        Equivalence::Unknown => format!("{size}, and whether the estimate is adjusted for it is not known"),
        Equivalence::NotSatisfied => format!("{size}: more than {large} cannot be adjusted away"),
    }
}

fn row(m: &Measured) -> Vec<Cell> {
    let yes_no = |x: Option<bool>| x.map_or_else(|| Cell::undefined("not known"), |x| Cell::text(if x { "yes" } else { "no" }));
    let category = match m.equivalence {
        Equivalence::Satisfied => "alike",
        Equivalence::SatisfiedByAdjustment => "alike once adjusted",
        Equivalence::Unknown => "not known",
        Equivalence::NotAdjusted => "needs adjustment",
        Equivalence::NotSatisfied => "not alike",
    };
    vec![
        Cell::text(&m.baseline.measure),
        Cell::Count(m.treated.n as u64),
        Cell::number(m.treated.mean, "nobody was seen"),
        Cell::number(m.treated.sd, "fewer than two were seen"),
        Cell::Count(m.comparison.n as u64),
        Cell::number(m.comparison.mean, "nobody was seen"),
        Cell::number(m.comparison.sd, "fewer than two were seen"),
        Cell::number_with(m.baseline.difference, Digits::Decimals(3), "a group is empty or does not vary"),
        Cell::text(category),
        yes_no(m.baseline.adjusted),
        yes_no(m.stable),
        Cell::p_value(m.p_value, "too few clusters, or no variation"),
    ]
}
