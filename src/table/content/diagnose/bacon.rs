//! The comparisons of two-way fixed effects, in words.

use super::{Decided, Told, column, constant, number, percent};
use crate::diagnose::bacon::Comparison;
use crate::diagnose::{Breakable, FORBIDDEN, Verdict};
use crate::panel::FirstTreated;
use crate::table::{Cell, Table};

/// The names of the R package bacondecomp.
fn name(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::TreatedWithNever => "Treated vs Untreated",
        Comparison::EarlierWithLater => "Earlier vs Later Treated",
        Comparison::LaterWithEarlier => "Later vs Earlier Treated",
        Comparison::LaterWithAlways => "Later vs Always Treated",
    }
}

pub(super) fn told(found: &Breakable) -> Told {
    let verdict = found.verdict();
    let coefficient = number(found.parts.coefficient);
    let others = match found.clean {
        None => "there are no others".to_string(),
        Some(clean) => format!("the others alone give {}", number(clean)),
    };
    let share = percent(found.forbidden);
    let among = match found.units {
        // In whole percent: how many exactly were left out may be few.
        (here, all) if here < all => format!(" Looked at among units seen in every period ({} % of all).", 100 * here / all),
        _ => String::new(),
    };
    let reason = match verdict {
        Verdict::Ok if found.forbidden == 0.0 => {
            format!("No comparison in the coefficient of two-way fixed effects ({coefficient}) uses units that are treated already.{among}")
        }
        _ => format!(
            "Comparisons with units that are treated already have a weight of {share} in the coefficient of two-way fixed effects ({coefficient}); {others}. Where effects grow or fade, those comparisons take the change of an effect for a trend.{among}"
        ),
    };
    let remedy = match verdict {
        Verdict::Ok => "Nothing needs to be done on this account.",
        _ => {
            "Use an estimator that compares with units not yet treated only, such as callaway-santanna, and report twfe beside it at most."
        }
    };
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "weight on comparisons with treated units",
            value: Some(found.forbidden),
            rule: format!(
                "ok below {}, caution below {}, else fail; fail too where the other comparisons have the opposite sign",
                constant(FORBIDDEN[0]),
                constant(FORBIDDEN[1])
            ),
        }),
        numbers: vec![
            ("coefficient", Some(found.parts.coefficient)),
            ("weighted_sum", Some(found.parts.weighted_sum())),
            ("weight_on_treated", Some(found.forbidden)),
            ("estimate_of_others", found.clean),
        ],
        table: comparisons(found),
        summary: Some(kinds(found)),
    }
}

fn comparisons(found: &Breakable) -> Table {
    let mut table = Table::new(
        "bacon",
        "All comparisons",
        vec![
            column("type", "Comparison", "who is compared with whom"),
            column("treated", "Start", "when those that count as newly treated start"),
            column("untreated", "Compared with start", "when those they are compared with start"),
            column("estimate", "Estimate", "the difference of differences, in units of the outcome"),
            column("weight", "Weight", "its weight in the coefficient"),
        ],
    );
    for c in &found.parts.components {
        let compared = match c.compared {
            FirstTreated::At(start) => Cell::Whole(start),
            FirstTreated::Never => Cell::text("never"),
        };
        table.push(vec![
            Cell::text(name(c.comparison)),
            Cell::Whole(c.treated),
            compared,
            Cell::number(Some(c.estimate), ""),
            Cell::number(Some(c.weight), ""),
        ]);
    }
    table
}

fn kinds(found: &Breakable) -> Table {
    let mut table = Table::new(
        "bacon-kinds",
        "Comparisons by kind",
        vec![
            column("type", "Comparison", "who is compared with whom"),
            column("weight", "Weight", "the sum of the weights"),
            column("estimate", "Mean estimate", "the weighted mean of the estimates, in units of the outcome"),
        ],
    );
    for kind in found.parts.by_kind() {
        table.push(vec![Cell::text(name(kind.comparison)), Cell::number(Some(kind.weight), ""), Cell::number(Some(kind.estimate), "")]);
    }
    table
}
