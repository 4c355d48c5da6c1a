//! Overlap in the covariates, in words.

use super::{Decided, Told, column, constant, number, percent};
use crate::diagnose::{EFFECTIVE, OUTSIDE, Overlapping, QUANTILES, Verdict};
use crate::table::{Cell, Digits, Table};

/// Why, with the share of treated units outside the range as it is told.
pub fn reason(found: &Overlapping, outside: &str) -> String {
    let [treated, comparison] = found.units;
    match &found.found {
        Err(why) => format!("For some treated units there is nobody to compare with: {why}."),
        Ok(p) => {
            let tail = match found.verdict() {
                Verdict::Ok => "there are comparison units like the treated ones",
                Verdict::Caution => "the estimate leans on few comparison units, or on none for some of the treated",
                _ => "for many of the treated there is hardly anyone to compare with",
            };
            format!(
                "{outside} of the {treated} treated units have a probability of treatment outside the range of the comparison units; weighted to be like the treated, the {comparison} comparison units count like {}: {tail}.",
                number(p.effective)
            )
        }
    }
}

pub(super) fn told(found: &Overlapping) -> Told {
    let verdict = found.verdict();
    let [treated, comparison] = found.units;
    let outside = found.found.as_ref().map_or_else(|_| String::new(), |p| percent(p.outside));
    let reason = reason(found, &outside);
    let remedy = match verdict {
        Verdict::Ok => "Report the share outside beside an estimate that is adjusted.",
        Verdict::Caution => {
            "Report the estimate without the treated units outside the range, too, and compare weighted with regression-adjusted estimates."
        }
        _ => "Take fewer covariates or coarser ones, or confine the question to treated units for whom there is somebody to compare with.",
    };
    let mut table = Table::new(
        "overlap",
        "Probability of treatment, given the covariates",
        vec![
            column("group", "Group", "treated at some time, or comparison"),
            column("n", "Units", "units seen then"),
            column("min", "Lowest", "the lowest probability"),
            column("q05", "5 %", "5 % of the group have less"),
            column("q25", "25 %", "a quarter has less"),
            column("q50", "50 %", "half has less"),
            column("q75", "75 %", "three quarters have less"),
            column("q95", "95 %", "95 % have less"),
            column("max", "Highest", "the highest probability"),
        ],
    );
    for (k, words) in ["treated", "comparison"].into_iter().enumerate() {
        let mut row = vec![Cell::text(words), Cell::Count(found.units[k] as u64)];
        row.extend((0..QUANTILES.len()).map(|q| {
            let value = found.found.as_ref().ok().map(|p| p.quantiles[k][q]);
            Cell::number_with(value, Digits::Decimals(3), "the covariates tell the groups apart")
        }));
        table.push(row);
    }
    let used = if found.covariates.is_empty() { "none that varies".to_string() } else { found.covariates.join(", ") };
    table.note(format!("{}. Covariates: {used}.", super::sentence(&found.words).trim_end_matches('.')));
    let of = |f: fn(&crate::diagnose::Probabilities) -> f64| found.found.as_ref().ok().map(f);
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "share of treated units outside the range",
            value: of(|p| p.outside),
            rule: format!(
                "ok up to {} and with an effective share of comparison units from {}, caution up to {} and from {}, else fail; fail where the covariates tell the groups apart",
                constant(OUTSIDE[0]),
                constant(EFFECTIVE[0]),
                constant(OUTSIDE[1]),
                constant(EFFECTIVE[1])
            ),
        }),
        numbers: vec![
            ("outside", of(|p| p.outside)),
            ("effective", of(|p| p.effective)),
            ("treated_n", Some(treated as f64)),
            ("comparison_n", Some(comparison as f64)),
            ("separated", Some(f64::from(u8::from(found.found.is_err())))),
        ],
        table,
        summary: None,
    }
}
