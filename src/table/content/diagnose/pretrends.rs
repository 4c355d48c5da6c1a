//! The joint test of trends before treatment, in words.

use super::{Decided, Told, column, constant, number};
use crate::diagnose::{Tested, Verdict};
use crate::num::settled;
use crate::table::number::{Glyphs, p_value};
use crate::table::{Cell, Digits, Table};

pub(super) fn told(found: &Tested) -> Told {
    let verdict = found.verdict();
    let test = found.test;
    let size = constant(found.alpha);
    let p = p_value(test.p_value, Glyphs::Ascii);
    let statistic = number(settled(test.statistic, 1.0));
    let name = match test.df2 {
        Some(df) => format!("F({}, {}) = {statistic}", test.df1, constant(df)),
        None => format!("chi-squared({}) = {statistic}", test.df1),
    };
    let reason = match verdict {
        Verdict::Ok => format!(
            "The test of all periods before treatment at once finds no difference in trends ({name}, p = {p}). That does not show that there was none: pretrends-power says what it would have noticed."
        ),
        Verdict::Caution => format!(
            "The test of all periods before treatment at once comes close to a difference in trends ({name}, p = {p}, against {size})."
        ),
        _ => format!(
            "The groups changed differently before treatment already ({name}, p {} {size}).",
            if p.starts_with('<') { format!("{p}, below") } else { format!("= {p}, below") }
        ),
    };
    let remedy = match verdict {
        Verdict::Ok => "Run pretrends-power and honest beside it, and report all three.",
        Verdict::Caution => "Run honest: it says how far the estimate depends on these differences.",
        _ => {
            "Do not read the estimate as an effect as it is: bound it with honest, or find comparison units that moved like the treated ones before."
        }
    };
    let mut table = Table::new(
        "pretrends",
        "Differences before treatment",
        vec![
            column("event_time", "Time", "periods since the start of treatment, or the time that the file names"),
            column("estimate", "Estimate", "difference between the groups against the reference period, in units of the outcome"),
            column("std_error", "Standard error", "its standard error"),
        ],
    );
    for &(time, estimate, se) in &found.before {
        let digits = Digits::for_uncertainty(se);
        table.push(vec![Cell::Whole(time), Cell::number_with(Some(estimate), digits, ""), Cell::number_with(Some(se), digits, "")]);
    }
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "p-value",
            value: Some(test.p_value),
            rule: format!("fail below {size}, caution below {}, else ok", constant(2.0 * found.alpha)),
        }),
        numbers: vec![
            ("statistic", Some(test.statistic)),
            ("df1", Some(test.df1 as f64)),
            ("df2", test.df2),
            ("p_value", Some(test.p_value)),
            ("alpha", Some(found.alpha)),
        ],
        table,
        summary: None,
    }
}
