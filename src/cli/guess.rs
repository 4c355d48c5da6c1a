//! Guesses which column plays which part, with the reason for each: for `inspect` and `new`, never for an estimate.

use crate::cohort::{Cohort, Column, Data};
use std::collections::BTreeSet;

/// A guess.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    pub role: &'static str,
    pub column: String,
    pub why: String,
}

struct Facts<'a> {
    column: &'a Column,
    lower: String,
    distinct: usize,
    present: usize,
    low: f64,
    high: f64,
    whole: bool,
}

/// A guess for each role that some column could play.
pub(super) fn roles(cohort: &Cohort) -> Vec<Guess> {
    let facts: Vec<Facts<'_>> = cohort.columns.iter().map(look).collect();
    let mut out: Vec<Guess> = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut name = |out: &mut Vec<Guess>, role: &'static str, words: &[&str], fits: &dyn Fn(&Facts<'_>) -> Option<String>| {
        for word in words {
            for f in &facts {
                if taken.contains(&f.column.name) || !f.lower.contains(word) {
                    continue;
                }
                if let Some(why) = fits(f) {
                    taken.insert(f.column.name.clone());
                    out.push(Guess { role, column: f.column.name.clone(), why: format!("its name contains {word:?}; {why}") });
                    return;
                }
            }
        }
    };
    let n = cohort.n_rows;
    // Numbers with fractions count or measure something; they name nobody.
    let names = |f: &Facts<'_>| f.whole || matches!(f.column.data, Data::Text(_));
    name(
        &mut out,
        "cohort",
        &[
            "first_treat",
            "first.treat",
            "treated_year",
            "profile_year",
            "cohort",
            "gvar",
            "reformyr",
            "adopt",
            "treat_year",
            "year_treated",
        ],
        &|f| (f.whole && f.distinct < 60).then(|| format!("{} distinct values", f.distinct)),
    );
    name(&mut out, "period", &["year", "period", "term", "wave", "semester", "time"], &|f| {
        (f.whole && f.distinct > 1 && f.distinct < 200 && f.present == n).then(|| format!("whole numbers from {} to {}", f.low, f.high))
    });
    name(&mut out, "student", &["student", "pupil", "child", "person", "unit", "county", "state", "id"], &|f| {
        (names(f) && f.distinct > 1 && f.present == n).then(|| format!("{} distinct values in {n} rows", f.distinct))
    });
    name(&mut out, "classroom", &["classroom", "class", "section", "teacher"], &|f| {
        (names(f) && f.distinct > 1 && f.distinct < n).then(|| format!("{} distinct values", f.distinct))
    });
    name(&mut out, "school", &["school", "district", "cluster", "site"], &|f| {
        (names(f) && f.distinct > 1 && f.distinct < n).then(|| format!("{} distinct values", f.distinct))
    });
    if !out.iter().any(|g| g.role == "cohort") {
        name(&mut out, "treatment", &["profiles", "treatment", "status"], &|f| is_flag(f).then(|| "0 and 1 only".into()));
        if !out.iter().any(|g| g.role == "treatment") {
            name(&mut out, "arm", &["arm", "treat", "personalized", "group", "intervention"], &|f| {
                is_flag(f).then(|| "0 and 1 only".into())
            });
            name(&mut out, "post", &["post", "after"], &|f| is_flag(f).then(|| "0 and 1 only".into()));
        }
    }
    name(&mut out, "weights", &["weight"], &|f| (f.low >= 0.0 && !is_flag(f)).then(|| "not negative".into()));
    let number = |f: &Facts<'_>| {
        (!matches!(f.column.data, Data::Text(_)) && f.distinct > 10).then(|| format!("numbers from {} to {}", f.low, f.high))
    };
    for _ in 0..2 {
        name(&mut out, "outcome", &["score", "math", "reading", "achievement", "outcome", "grade_point", "gpa", "lemp", "test"], &number);
    }
    if !out.iter().any(|g| g.role == "outcome")
        && let Some(f) = facts.iter().find(|f| !f.whole && number(f).is_some() && !out.iter().any(|g| g.column == f.column.name))
    {
        out.push(Guess { role: "outcome", column: f.column.name.clone(), why: "the first column of numbers with fractions".into() });
    }
    out
}

fn is_flag(f: &Facts<'_>) -> bool {
    f.whole && f.distinct == 2 && f.low == 0.0 && f.high == 1.0
}

fn look(column: &Column) -> Facts<'_> {
    let n = column.data.len();
    let mut seen: BTreeSet<u64> = BTreeSet::new();
    let (mut present, mut low, mut high, mut whole) = (0, f64::INFINITY, f64::NEG_INFINITY, !matches!(column.data, Data::Text(_)));
    for r in 0..n {
        if column.data.is_missing(r) {
            continue;
        }
        present += 1;
        match &column.data {
            Data::Text(t) => {
                seen.insert(u64::from(t.codes[r]));
            }
            data => {
                let x = data.number(r).expect("not missing");
                whole &= libm::floor(x) == x;
                low = low.min(x);
                high = high.max(x);
                seen.insert(x.to_bits());
            }
        }
    }
    Facts { lower: column.name.to_lowercase(), distinct: seen.len(), present, low, high, whole, column }
}

/// One column in a line: kind, missing, distinct, range.
pub(super) fn describe(column: &Column) -> (usize, usize, Option<(f64, f64)>) {
    let f = look(column);
    (column.data.len() - f.present, f.distinct, (f.low <= f.high).then_some((f.low, f.high)))
}
