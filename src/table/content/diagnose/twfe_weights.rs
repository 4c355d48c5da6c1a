//! The weights of two-way fixed effects, in words.

use super::{Decided, Told, column, constant, number};
use crate::diagnose::{NEGATIVE, Verdict, Weighted};
use crate::table::{Cell, Table};

pub(super) fn told(found: &Weighted) -> Told {
    let verdict = found.verdict();
    let w = &found.weights;
    let n = w.cells.len();
    let coefficient = number(w.coefficient);
    let mislead = match w.sigma_zero {
        Some(sigma) => format!(
            " Effects that differ by a standard deviation of {} (in units of the outcome) would be enough for the average effect on the treated to be 0.",
            number(sigma)
        ),
        None => String::new(),
    };
    let reason = if w.n_negative == 0 {
        let none = if n == 1 { "its one effect no" } else { "none of its effects a" };
        format!("The coefficient of two-way fixed effects ({coefficient}) gives {none} negative weight.{mislead}")
    } else {
        format!(
            "The coefficient of two-way fixed effects ({coefficient}) gives {} of its {n} effects a negative weight, {} in sum: a larger effect there lowers it.{mislead}",
            w.n_negative,
            number(w.sum_negative)
        )
    };
    let remedy = match verdict {
        Verdict::Ok => "Nothing needs to be done on this account.",
        _ => {
            "Use an estimator whose weights are the shares of the treated, such as callaway-santanna or imputation, and report twfe beside it at most."
        }
    };
    let mut table = Table::new(
        "twfe-weights",
        "Weights of the effects",
        vec![
            column("cohort", "Start", "when the cohort starts"),
            column("period", "Period", "the period"),
            column("weight", "Weight", "the weight of this effect in the coefficient"),
            column("share", "Share of the treated", "its weight in the average effect on the treated"),
        ],
    );
    for &(cohort, period, weight, share) in &found.cells {
        table.push(vec![Cell::Whole(cohort), Cell::Whole(period), Cell::number(Some(weight), ""), Cell::number(Some(share), "")]);
    }
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "sum of negative weights",
            value: Some(w.sum_negative),
            rule: format!("ok above -{}, caution above -{}, else fail", constant(NEGATIVE[0]), constant(NEGATIVE[1])),
        }),
        numbers: vec![
            ("coefficient", Some(w.coefficient)),
            ("n_positive", Some(w.n_positive as f64)),
            ("n_negative", Some(w.n_negative as f64)),
            ("sum_positive", Some(w.sum_positive)),
            ("sum_negative", Some(w.sum_negative)),
            ("sigma_zero", w.sigma_zero),
            ("sigma_opposite", w.sigma_opposite),
        ],
        table,
        summary: None,
    }
}
