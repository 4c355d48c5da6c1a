//! The specification curve, in words.

use super::{Decided, Told, column, constant, number, p_words, percent};
use crate::diagnose::multiverse::{Curve, DECISIONS, Joint, Specification};
use crate::diagnose::{SAME_SIGN, Specified, Verdict};
use crate::num::settled;
use crate::table::{Cell, Digits, Table};

pub(super) fn told(found: &Specified) -> Told {
    let verdict = found.verdict();
    let curve = &found.curve;
    let n = curve.specifications.len();
    let middle = &curve.specifications[curve.middle];
    let (first, last) = (&curve.specifications[0], &curve.specifications[n - 1]);
    let share = percent(curve.same_sign);
    let holds = if found.median_excludes_zero() { "leaves zero out" } else { "holds zero" };
    let decision = curve.decisions.iter().filter(|d| d.share.is_some()).max_by(|a, b| {
        let of = |d: &crate::diagnose::multiverse::Decision| d.share.unwrap_or(0.0);
        of(a).total_cmp(&of(b))
    });
    let most = decision.map_or(String::new(), |d| {
        format!(" Most of the spread comes from the choice of {} ({}).", d.name, percent(d.share.unwrap_or(0.0)))
    });
    let reason = format!(
        "Of {n} reasonable specifications {share} have the sign of the headline; the median effect is {} SD (from {} to {}), and the interval of the median specification {holds} ({} to {}).{most} {}",
        sd(curve.median),
        sd(first.estimate),
        sd(last.estimate),
        bound(middle.interval.0),
        bound(middle.interval.1),
        joint_words(curve),
    );
    let remedy = match verdict {
        Verdict::Ok => "Report the curve beside the headline.",
        Verdict::Caution => "Do not call the effect established: the typical specification does not tell it from none. Report the curve.",
        _ => "Do not report the headline alone: say which choices turn it, and why one of them would be right.",
    };
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "specifications with the headline's sign",
            value: Some(curve.same_sign),
            rule: format!(
                "fail below {}; ok if besides the interval of the median specification leaves zero out, else caution (both are our proposals)",
                constant(SAME_SIGN)
            ),
        }),
        numbers: numbers(found),
        table: table(curve),
        summary: Some(decisions(curve)),
    }
}

/// A number of standard deviations in a sentence.
fn sd(value: f64) -> String {
    number(settled(value, 1.0))
}

fn bound(end: Option<f64>) -> String {
    end.map_or("no end".into(), sd)
}

fn joint_words(curve: &Curve) -> String {
    match &curve.joint {
        Err(why) => format!("There is no joint inference: {why}."),
        Ok(joint) => {
            let p: Vec<String> =
                joint.questions.iter().map(|q| format!("{} {} ({})", q.name, number(q.observed), p_words(q.p_value, None))).collect();
            let how = if joint.exact { "all" } else { "random" };
            let out = left_out(joint);
            format!(
                "Under {} {how} shuffles of treatment among the clusters, of {} estimates: {}.{out}",
                joint.shuffles,
                joint.estimates,
                p.join("; ")
            )
        }
    }
}

fn left_out(joint: &Joint) -> String {
    let all: usize = joint.left_out.iter().map(|(_, n)| n).sum();
    if all == 0 {
        return String::new();
    }
    let why: Vec<String> = joint.left_out.iter().map(|(why, n)| format!("{why}: {n}")).collect();
    format!(" {all} others take no part in it ({}).", why.join("; "))
}

fn numbers(found: &Specified) -> Vec<(&'static str, Option<f64>)> {
    let curve = &found.curve;
    let all = &curve.specifications;
    let middle = &all[curve.middle];
    let mut out = vec![
        ("specifications", Some(all.len() as f64)),
        ("repeats", Some(curve.repeats as f64)),
        ("missing", Some(curve.missing.iter().map(|m| m.1 as f64).sum())),
        ("same_sign", Some(curve.same_sign)),
        ("significant", Some(curve.significant.0)),
        ("significant_same_sign", Some(curve.significant.1)),
        ("median", Some(curve.median)),
        ("median_specification_low", middle.interval.0),
        ("median_specification_high", middle.interval.1),
        ("median_excludes_zero", Some(f64::from(u8::from(found.median_excludes_zero())))),
        ("smallest", all.first().map(|s| s.estimate)),
        ("largest", all.last().map(|s| s.estimate)),
        ("headline", Some(all[curve.headline].estimate)),
        ("headline_rank", Some(curve.headline_rank)),
    ];
    if let Ok(joint) = &curve.joint {
        let names = [("joint_median", "joint_median_p"), ("joint_significant", "joint_significant_p"), ("joint_z", "joint_z_p")];
        out.push(("shuffles", Some(joint.shuffles as f64)));
        out.push(("joint_estimates", Some(joint.estimates as f64)));
        for (q, (value, p)) in joint.questions.iter().zip(names) {
            out.push((value, Some(q.observed)));
            out.push((p, Some(q.p_value)));
        }
    }
    out
}

/// All specifications.
pub(in crate::table::content) fn table(curve: &Curve) -> Table {
    let mut columns = vec![
        column(
            "estimate",
            "Estimate",
            "the effect in standard deviations: of the outcome in the first period among those it is compared with, on the same scale",
        )
        .unit("SD"),
        column("std_error", "Standard error", "of the estimate").unit("SD"),
        column("conf_low", "Low", "lower end of the interval").unit("SD"),
        column("conf_high", "High", "upper end of the interval").unit("SD"),
        column("p_value", "p", "for no effect"),
        column("units", "Units", "units used"),
        column("unscaled", "On its scale", "the effect in the units of its scale"),
    ];
    columns.extend(DECISIONS.iter().map(|d| column(d, &capital(d), "the choice made")));
    columns.push(column("headline", "Headline", "whether it is the first choice of each decision"));
    let mut table = Table::new("specification-curve", "All specifications", columns);
    for s in &curve.specifications {
        table.push(row(s));
    }
    for (why, n) in &curve.missing {
        table.note(format!("{n} combinations have no estimate: {why}"));
    }
    if curve.repeats > 0 {
        table.note(format!(
            "{} combinations repeat another one in every number, because a choice changes nothing there, and count once",
            curve.repeats
        ));
    }
    if let Some(all) = curve.subsets_of {
        table.note(format!("not all {all:.0} subsets of the covariates were taken: subsets=N says how many"));
    }
    table
}

fn row(s: &Specification) -> Vec<Cell> {
    let digits = Digits::for_interval(s.estimate, s.interval.0, s.interval.1);
    let none = "its method gives none";
    let mut row = vec![
        Cell::number_with(Some(s.estimate), digits, ""),
        Cell::number(s.std_error, none),
        Cell::number_with(s.interval.0, digits, none),
        Cell::number_with(s.interval.1, digits, none),
        Cell::p_value_above(s.p_value, s.floor, none),
        Cell::Count(s.units as u64),
        // Its scale is not known here, but nothing is nothing on each.
        Cell::number(Some(if settled(s.estimate, 1.0) == 0.0 { 0.0 } else { s.unscaled }), ""),
    ];
    row.extend(s.choices.iter().map(Cell::text));
    row.push(Cell::text(if s.headline { "yes" } else { "no" }));
    row
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
}

/// What each decision and choice goes with.
pub(in crate::table::content) fn decisions(curve: &Curve) -> Table {
    let mut table = Table::new(
        "specification-decisions",
        "Where the spread comes from",
        vec![
            column("decision", "Decision", "what was decided"),
            column("share", "Share of the spread", "its Shapley share of the variance of the estimates; all shares add up to one"),
            column("choice", "Choice", "what was chosen"),
            column("specifications", "Specifications", "how many make this choice"),
            column("median", "Median estimate", "of those that make it").unit("SD"),
        ],
    );
    for d in &curve.decisions {
        for (name, n, median) in &d.choices {
            table.push(vec![
                Cell::text(d.name),
                Cell::percent(d.share, "the estimates do not vary"),
                Cell::text(name),
                Cell::Count(*n as u64),
                Cell::number(Some(settled(*median, 1.0)), ""),
            ]);
        }
    }
    table
}
