//! The smallest sets whose removal turns the result, in words.

use super::{Decided, Told, column, constant, number, p_words, percent};
use crate::diagnose::smallest::{Goal, Smallest};
use crate::diagnose::{Carried, FEW, Verdict};
use crate::table::{Cell, Table};

fn goal(goal: Goal) -> &'static str {
    match goal {
        Goal::Sign => "the sign",
        Goal::Significance => "the significance",
    }
}

pub(super) fn told(found: &Carried) -> Told {
    let verdict = found.verdict();
    let mut said: Vec<String> = found.clusters.iter().map(|(s, names)| clusters(s, names)).collect();
    said.extend(found.units.iter().map(|(s, treated, from)| units(s, *treated, *from)));
    let carrier = found
        .carrier
        .as_ref()
        .map_or(String::new(), |c| format!(" Cluster {} carries most: without it the effect is {}.", c.cluster, number(c.without)));
    let reason = format!(
        "The effect is {} ({}, {}). {}{carrier}",
        number(found.whole.estimate),
        p_words(found.whole.p_value(), None),
        found.estimator,
        said.join(" ")
    );
    let remedy = match verdict {
        Verdict::Ok => "Report how many it would take.",
        Verdict::Caution if found.is_significant() => "Report how few turn the significance, and look at what is special about them.",
        Verdict::Caution => {
            "Read neither a direction nor the absence of an effect out of it: a few decide. Look at what is special about them."
        }
        _ => "Do not speak of an effect on all: a few carry it. Look at what is special about them, and at errors in their data.",
    };
    let least = |sets: Vec<&Smallest>, of: Goal| sets.into_iter().filter(|s| s.goal == of).find_map(Smallest::share);
    let (c, u) = (|| found.clusters.iter().map(|(s, _)| s).collect(), || found.units.iter().map(|(s, ..)| s).collect());
    let shares = [least(u(), Goal::Sign), least(c(), Goal::Sign), least(u(), Goal::Significance), least(c(), Goal::Significance)];
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "smallest share whose removal turns the result",
            value: shares.iter().flatten().copied().reduce(f64::min),
            rule: format!(
                "few are fewer than {} of the units, fewer than {} of the clusters, or one cluster: fail where few turn the sign of a significant effect, caution where they turn the significance or the sign of another, else ok (ours)",
                constant(FEW[0]),
                constant(FEW[1])
            ),
        }),
        numbers: vec![
            ("estimate", Some(found.whole.estimate)),
            ("std_error", Some(found.whole.std_error)),
            ("p_value", Some(found.whole.p_value())),
            ("share_of_units_sign", shares[0]),
            ("share_of_clusters_sign", shares[1]),
            ("share_of_units_significance", shares[2]),
            ("share_of_clusters_significance", shares[3]),
            ("without_carrier", found.carrier.as_ref().map(|c| c.without)),
            ("alpha", Some(found.alpha)),
        ],
        table: table(found),
        summary: None,
    }
}

fn clusters(s: &Smallest, names: &[String]) -> String {
    match &s.found {
        None => format!("No set of up to {} of the {} clusters that was tried turns {}.", s.most, s.of, goal(s.goal)),
        Some(f) => {
            let proof = if s.is_proved() { "; all smaller sets were tried" } else { "; not all smaller sets were tried" };
            let shown = if names.len() <= 8 { format!(" ({})", names.join(", ")) } else { String::new() };
            format!("Without {} of {} clusters{shown} {} turns{proof}.", f.size, s.of, goal(s.goal))
        }
    }
}

fn units(s: &Smallest, treated: usize, from: usize) -> String {
    match &s.found {
        None => format!("No set of up to {} of the {} units that was tried turns {}.", s.most, s.of, goal(s.goal)),
        Some(f) => format!(
            "Without {} of {} units ({}; {treated} treated, from {from} clusters) {} turns.",
            f.size,
            s.of,
            percent(f.size as f64 / s.of as f64),
            goal(s.goal)
        ),
    }
}

fn table(found: &Carried) -> Table {
    let mut table = Table::new(
        "smallest-set",
        "The smallest sets whose removal turns the result",
        vec![
            column("target", "Turns", "what of the result turns without them"),
            column("of", "Left out", "whether whole clusters or units are left out"),
            column("size", "How many", "how many are left out"),
            column("share", "Share", "of all clusters, or of all units"),
            column("estimate", "Estimate without", "the effect estimated again without them, in units of the outcome"),
            column("std_error", "Standard error", "of that effect"),
            column("p_value", "p", "of that effect"),
            column("predicted", "Predicted", "how many influence alone predicted"),
            column("at_least", "At least", "no set of fewer turns it: all of them were tried"),
            column("members", "Who", "the clusters; units are not named"),
        ],
    );
    let none = "no set that was tried turns it";
    let mut push = |s: &Smallest, of: &str, members: Cell| {
        let after = s.found.as_ref().map(|f| f.after);
        let predicted = s.found.as_ref().and_then(|f| f.predicted);
        table.push(vec![
            Cell::text(goal(s.goal)),
            Cell::text(of),
            s.found.as_ref().map_or(Cell::undefined(none), |f| Cell::Count(f.size as u64)),
            Cell::percent(s.share(), none),
            Cell::number(after.map(|a| a.estimate), none),
            Cell::number(after.map(|a| a.std_error), none),
            Cell::p_value(after.map(|a| a.p_value()), none),
            predicted.map_or(Cell::undefined("influence predicts that no set does"), |n| Cell::Count(n as u64)),
            if s.at_least > 0 { Cell::Count(s.at_least as u64) } else { Cell::undefined("not all sets of units can be tried") },
            members,
        ]);
    };
    for (s, names) in &found.clusters {
        push(s, "clusters", if names.is_empty() { Cell::undefined(none) } else { Cell::text(names.join(", ")) });
    }
    for (s, treated, from) in &found.units {
        let who = format!("{treated} treated, from {from} clusters");
        push(s, "units", if s.found.is_some() { Cell::text(who) } else { Cell::undefined(none) });
    }
    table
}
