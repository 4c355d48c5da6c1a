//! Coefficients by period and their covariance, as other software writes them: two small tables.

use super::{Codes, IngestError, Source, read};
use crate::cohort::{Cohort, Data, Fault, did_you_mean};

/// Coefficients before and after treatment, without the reference period.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    /// The estimates, earliest first.
    pub estimates: Vec<f64>,
    /// Their times, where the file has a column of them.
    pub times: Option<Vec<i64>>,
    /// How many lie before treatment.
    pub n_pre: usize,
    /// The rows of their covariance.
    pub covariance: Vec<Vec<f64>>,
}

/// What the column of estimates may be called.
const ESTIMATE: [&str; 5] = ["estimate", "betahat", "beta", "coef", "coefficient"];
/// What the column of times may be called.
const TIME: [&str; 4] = ["event_time", "time", "year", "relative_time"];
/// What the column that says `pre` or `post` may be called.
const SIDE: [&str; 3] = ["period", "side", "when"];

/// Reads coefficients (a column `estimate`; a column `event_time`, `time` or `year` in which the reference period is the one that is left
/// out, or a column `period` of `pre` and `post`) and their covariance (as many rows and columns of numbers, in the same order, with or without a
/// first column of names).
///
/// # Errors
///
/// A file that cannot be read; INGEST-011 to INGEST-014: a column that is not there, a cell that is no number, periods out of order, a matrix
/// that is not square.
pub fn coefficients(estimates: &str, covariance: &str) -> Result<Coefficients, IngestError> {
    let table = whole(estimates)?;
    let (_, values) = find(&table, &ESTIMATE, estimates, "the coefficients")?;
    let values = numbers(values, ESTIMATE[0], estimates)?;
    let is_text = |c: &&crate::cohort::Column| matches!(c.data, Data::Text(_));
    let times = match TIME.iter().chain(&SIDE).find_map(|name| table.column(name).filter(|c| !is_text(c))) {
        None => None,
        Some(column) => Some(wholes(&column.data, &column.name, estimates)?),
    };
    if let Some(times) = &times
        && times.windows(2).any(|w| w[0] >= w[1])
    {
        return Err(disordered(estimates, "the times do not rise from row to row").into());
    }
    let n_pre = match (SIDE.iter().find_map(|name| table.column(name).filter(is_text)), &times) {
        (Some(column), _) => sides(&column.data, &column.name, estimates)?,
        (None, Some(times)) => before_gap(times, estimates)?,
        (None, None) => {
            find(&table, &[SIDE[0], TIME[0], TIME[1]], estimates, "which coefficients lie before treatment")?;
            0
        }
    };
    Ok(Coefficients { estimates: values, times, n_pre, covariance: matrix(covariance)? })
}

fn whole(path: &str) -> Result<Cohort, IngestError> {
    let table = read(&Source::open(path, None, None)?, None, &Codes::default())?;
    Ok(table)
}

fn find<'a>(table: &'a Cohort, names: &[&str], path: &str, what: &str) -> Result<(&'a str, &'a Data), Fault> {
    if let Some(column) = names.iter().find_map(|name| table.column(name)) {
        return Ok((&column.name, &column.data));
    }
    Err(Fault::new(
        "INGEST-011",
        format!("no column says {what}"),
        format!("{path}: columns {}", table.names.join(", ")),
        "the numbers cannot be told apart",
        format!("name one {}; {}", names.join(" or "), did_you_mean(names[0], table.names.iter().map(String::as_str))),
    ))
}

fn numbers(data: &Data, name: &str, path: &str) -> Result<Vec<f64>, Fault> {
    let values: Option<Vec<f64>> = match data {
        Data::Number(values) => Some(values.clone()),
        Data::Flag(values) => Some(values.iter().map(|v| f64::from(u8::from(*v))).collect()),
        Data::Whole(w) => {
            let at = |i: usize| if w.missing.get(i) == Some(&true) { f64::NAN } else { w.values.at(i) as f64 };
            Some((0..w.values.len()).map(at).collect())
        }
        Data::Text(_) => None,
    };
    let row = values.as_ref().map(|v| v.iter().position(|x| !x.is_finite()));
    match (values, row) {
        (Some(values), Some(None)) => Ok(values),
        (_, row) => Err(Fault::new(
            "INGEST-012",
            format!("{name} is not all numbers"),
            match row.flatten() {
                Some(row) => format!("{path}, row {} after the header", row + 1),
                None => path.to_string(),
            },
            "a coefficient or covariance that is missing cannot be made up",
            "leave the period out of both files, or give its numbers; the decimal sign is a point",
        )),
    }
}

fn wholes(data: &Data, name: &str, path: &str) -> Result<Vec<i64>, Fault> {
    let values = numbers(data, name, path)?;
    if values.iter().all(|v| v.fract() == 0.0 && v.abs() < 1e15) {
        return Ok(values.iter().map(|v| *v as i64).collect());
    }
    Err(disordered(path, "the times are no whole numbers"))
}

/// How many rows say `pre`; all of them must stand before those that say `post`.
fn sides(data: &Data, name: &str, path: &str) -> Result<usize, Fault> {
    let Data::Text(texts) = data else {
        return Err(disordered(path, &format!("{name} says neither pre nor post")));
    };
    let words: Vec<String> = texts.codes.iter().map(|&c| texts.levels.get(c as usize).map_or("", |s| s.trim()).to_lowercase()).collect();
    let n_pre = words.iter().take_while(|w| *w == "pre").count();
    if words[n_pre..].iter().all(|w| w == "post") {
        Ok(n_pre)
    } else {
        Err(disordered(path, &format!("{name} is not pre, …, pre, post, …, post")))
    }
}

/// How many times lie before the one that is left out.
fn before_gap(times: &[i64], path: &str) -> Result<usize, Fault> {
    let steps: Vec<i64> = times.windows(2).map(|w| w[1] - w[0]).collect();
    let gaps: Vec<usize> = (0..steps.len()).filter(|&i| steps[i] == 2).collect();
    match gaps[..] {
        [gap] if steps.iter().all(|s| *s <= 2) => Ok(gap + 1),
        _ => Err(disordered(path, "not exactly one time, the reference period, is left out")),
    }
}

fn disordered(path: &str, what: &str) -> Fault {
    Fault::new(
        "INGEST-013",
        what,
        path,
        "trends are followed from the earliest period to the last, across the reference period, whose coefficient is 0",
        "order the rows by time, leave out the reference period alone, or add a column period that says pre or post",
    )
}

fn matrix(path: &str) -> Result<Vec<Vec<f64>>, IngestError> {
    let table = whole(path)?;
    let n = table.n_rows;
    let mut names: Vec<&String> = table.names.iter().collect();
    if names.len() == n + 1 {
        names.remove(0);
    }
    if names.len() != n {
        return Err(Fault::new(
            "INGEST-014",
            "the covariance is not square",
            format!("{path}: {n} rows after the header, {} columns", table.names.len()),
            "each coefficient has a row and a column",
            "give a header line, then one row for each coefficient, in the order of the coefficients",
        )
        .into());
    }
    let mut columns = Vec::with_capacity(n);
    for name in names {
        let data = &table.column(name).expect("all columns are read").data;
        columns.push(numbers(data, &format!("column {name:?}"), path)?);
    }
    Ok((0..n).map(|i| columns.iter().map(|c| c[i]).collect()).collect())
}
