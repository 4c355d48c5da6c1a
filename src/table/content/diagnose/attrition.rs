//! Attrition, in words.

use super::{Decided, Told, column, number, percent};
use crate::diagnose::{Attrited, Lost, Verdict};
use crate::evidence::standard::{Assumption, AttritionLevel};
use crate::table::{Cell, Digits, Table};

/// How the note on what the losses could do begins.
pub const LOSSES: &str = "Losses like these";

pub(super) fn told(found: &Attrited) -> Told {
    let verdict = found.verdict();
    let named = found.units.iter().map(|l| ("units", l)).chain(found.clusters.iter().map(|l| ("clusters", l)));
    let clauses: Vec<String> = named.map(|(what, lost)| clause(what, lost)).collect();
    let joined = found.joiners[0] + found.joiners[1];
    let joiners = if joined > 0 {
        format!(" {joined} units came after the start ({} treated); they are no part of these counts.", found.joiners[0])
    } else {
        String::new()
    };
    let reason = match verdict {
        Verdict::CannotTell => "Nobody is followed from before the start to after it, so who left cannot be counted; the table says what is missing in which period.".into(),
        _ => format!("{}.{joiners}", clauses.join("; ")),
    };
    let remedy = match verdict {
        Verdict::Ok => "Report the counts.",
        Verdict::Caution => "Say why the treatment should not affect who stays, or show by balance that those who stayed are alike.",
        Verdict::Fail => {
            "Do not count on the assignment: show by balance that those analysed are alike in both groups, and find out who left and why."
        }
        Verdict::CannotTell => "Name the unit that is followed, and keep the rows of those whose outcome is missing.",
    };
    let worst = found.lost().max_by(|a, b| excess(a).total_cmp(&excess(b)));
    let mut numbers = Vec::new();
    for (keys, lost) in [(UNITS, &found.units), (CLUSTERS, &found.clusters)] {
        let of = |f: &dyn Fn(&Lost) -> Option<f64>| lost.as_ref().and_then(f);
        numbers.extend([
            (keys[0], of(&|l| Some(l.counts.assigned.treated as f64))),
            (keys[1], of(&|l| Some(l.counts.assigned.comparison as f64))),
            (keys[2], of(&|l| Some(l.counts.analysed.treated as f64))),
            (keys[3], of(&|l| Some(l.counts.analysed.comparison as f64))),
            (keys[4], of(&|l| l.counts.overall())),
            (keys[5], of(&|l| l.counts.differential())),
            (keys[6], of(&|l| l.counts.boundary(Assumption::Cautious))),
            (keys[7], of(&|l| l.counts.boundary(Assumption::Optimistic))),
            (keys[8], of(&|l| l.implied[0])),
            (keys[9], of(&|l| l.implied[1])),
        ]);
    }
    numbers.extend([("joiners_treated", Some(found.joiners[0] as f64)), ("joiners_comparison", Some(found.joiners[1] as f64))]);
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "differential attrition, percentage points",
            value: worst.and_then(|l| l.counts.differential()).map(|d| 100.0 * d),
            rule: format!(
                "ok up to the {} boundary at this overall attrition, caution up to the optimistic one, else fail; the worse of units and clusters",
                if found.assumption == Assumption::Cautious { "cautious" } else { "optimistic" }
            ),
        }),
        numbers,
        table: missing(found),
        summary: Some(lost(found)),
    }
}

const UNITS: [&str; 10] = [
    "assigned_treated",
    "assigned_comparison",
    "analysed_treated",
    "analysed_comparison",
    "overall",
    "differential",
    "cautious_boundary",
    "optimistic_boundary",
    "implied_bias_cautious",
    "implied_bias_optimistic",
];
const CLUSTERS: [&str; 10] = [
    "clusters_assigned_treated",
    "clusters_assigned_comparison",
    "clusters_analysed_treated",
    "clusters_analysed_comparison",
    "clusters_overall",
    "clusters_differential",
    "clusters_cautious_boundary",
    "clusters_optimistic_boundary",
    "clusters_implied_bias_cautious",
    "clusters_implied_bias_optimistic",
];

/// How far a differential lies above the cautious boundary, in points; what is high however equal comes first.
fn excess(lost: &Lost) -> f64 {
    match (lost.counts.differential(), lost.counts.boundary(Assumption::Cautious)) {
        (Some(d), Some(most)) => 100.0 * d - most,
        (Some(_), None) => f64::INFINITY,
        _ => f64::NEG_INFINITY,
    }
}

fn clause(what: &str, lost: &Lost) -> String {
    let c = &lost.counts;
    let level = match lost.levels {
        [Some(AttritionLevel::Low), _] => "low by both boundaries",
        [_, Some(AttritionLevel::Low)] => "low only if the treatment is unlikely to affect who stays",
        _ => "high by both boundaries",
    };
    match (c.overall(), c.by_arm()) {
        (Some(all), Some((treated, comparison))) => format!(
            "Of {} {what} that were there before the start {} have no usable outcome on both sides of it ({} of the treated, {} of the others): {level}",
            c.assigned.total(),
            percent(all),
            percent(treated),
            percent(comparison)
        ),
        _ => format!("How many {what} were lost cannot be counted"),
    }
}

fn lost(found: &Attrited) -> Table {
    let mut table = Table::new(
        "attrition-overall",
        "Who was lost",
        vec![
            column("level", "Of", "what is counted"),
            column("treated_n", "Treated, assigned", "those with a row before the first start"),
            column("treated_analysed_n", "Treated, analysed", "those of them with a usable row before and after it"),
            column("comparison_n", "Comparison, assigned", "those with a row before the first start"),
            column("comparison_analysed_n", "Comparison, analysed", "those of them with a usable row before and after it"),
            column("overall", "Lost", "share lost, both groups together"),
            column("differential", "Difference", "share lost in one group beyond the other"),
            column("cautious", "Cautious boundary", "the largest difference that is low where the treatment could affect who stays")
                .unit("points"),
            column("optimistic", "Optimistic boundary", "the largest difference that is low where it is unlikely to").unit("points"),
            column("implied", "Bias it could leave", "by the model behind the cautious boundary").unit("SD"),
        ],
    );
    for (words, lost) in [("units", &found.units), ("clusters", &found.clusters)] {
        let Some(l) = lost else { continue };
        let c = &l.counts;
        let always = "attrition is high however equal";
        table.push(vec![
            Cell::text(words),
            Cell::Count(c.assigned.treated),
            Cell::Count(c.analysed.treated),
            Cell::Count(c.assigned.comparison),
            Cell::Count(c.analysed.comparison),
            Cell::percent(c.overall(), "the counts cannot be"),
            Cell::percent(c.differential(), "the counts cannot be"),
            Cell::number_with(c.boundary(Assumption::Cautious), Digits::Decimals(1), always),
            Cell::number_with(c.boundary(Assumption::Optimistic), Digits::Decimals(1), always),
            Cell::number_with(l.implied[0], Digits::Decimals(3), "everyone of a group was lost"),
        ]);
    }
    let bias = found.lost().filter_map(|l| l.implied[0]).fold(None, |m: Option<f64>, b| Some(m.map_or(b, |m| m.max(b))));
    if let Some(bias) = bias {
        table.note(format!("{LOSSES} could put the groups {} SD apart; the boundaries tolerate 0.05.", number(bias)));
    }
    table.note(format!("{}. WWC Standards 4.1, table II.1 ({}).", super::sentence(&found.words).trim_end_matches('.'), found.standard));
    table
}

fn missing(found: &Attrited) -> Table {
    let mut table = Table::new(
        "attrition",
        "What is missing in which period",
        vec![
            column("group", "Group", "treated at some time, or not"),
            column("period", "Period", "the period"),
            column("n", "Rows", "rows of the source"),
            column("used_n", "Usable", "rows with outcome, covariates and weights"),
            column("missing", "Missing", "share of rows without them"),
            column("analysed_n", "Of those assigned", "those that were there before the first start and have a usable row in this period"),
        ],
    );
    for r in &found.rows {
        let share = (r.rows > 0).then(|| 1.0 - r.used as f64 / r.rows as f64);
        table.push(vec![
            Cell::text(if r.treated { "treated" } else { "comparison" }),
            Cell::Whole(r.period),
            Cell::Count(r.rows as u64),
            Cell::Count(r.used as u64),
            Cell::percent(share, "no rows"),
            r.analysed.map_or_else(|| Cell::undefined("units are not followed"), |n| Cell::Count(n as u64)),
        ]);
    }
    table
}
