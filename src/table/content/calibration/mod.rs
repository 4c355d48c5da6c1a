//! What a calibration says, as typed content: sentences, tables, figures, and its report.

mod figures;
mod report;
mod summary;
mod tables;
mod words;

pub use figures::{figures, in_percent};
pub use report::report;
pub use summary::summary;
pub use tables::tables;
pub use words::sentences;

use crate::estimate::Estimand;
use crate::evaluate::{Measured, Performance, Verdict};
use crate::study::Calibrated;
use crate::table::{Cell, Digits};

/// The estimator with the analysis it belongs to, where there are several.
fn estimator(c: &Calibrated, p: &Performance) -> String {
    let own = c.estimator(p.question, p.estimator);
    if c.calibration.study.analysis.len() > 1 { format!("{}: {own}", c.questions[p.question].section) } else { own }
}

/// A value of a grid's parameter.
fn value(x: f64) -> Cell {
    if (x as i64) as f64 == x { Cell::Whole(x as i64) } else { Cell::number(Some(x), "") }
}

/// The effect in words.
fn effect(p: &Performance) -> String {
    let Some(e) = p.effect else { return "none".into() };
    let whole = |x: Option<i64>| x.map_or(String::new(), |x| x.to_string());
    match e.estimand {
        Estimand::Overall => "overall".into(),
        Estimand::Event => format!("event time {}", whole(e.event_time)),
        Estimand::Group => format!("cohort {}", whole(e.group)),
        Estimand::Calendar => format!("period {}", whole(e.period)),
        Estimand::GroupTime => format!("cohort {}, period {}", whole(e.group), whole(e.period)),
        Estimand::Dose | Estimand::DoseSlope => {
            let what = if e.estimand == Estimand::Dose { "effect" } else { "slope" };
            match e.dose_percent {
                Some(percent) => format!("{what} at the dose below which {percent} % of the treated lie"),
                None => format!("mean {what} over the doses of the treated"),
            }
        }
        other => other.name().into(),
    }
}

/// The outcome, with the subgroup.
fn outcome(c: &Calibrated, p: &Performance) -> String {
    let spec = &c.questions[p.question].spec;
    match &spec.subgroup {
        Some((column, value)) => format!("{}, {column} = {value}", spec.outcome),
        None => spec.outcome.clone(),
    }
}

fn is_overall(p: &Performance) -> bool {
    use Estimand::{Overall, OverallCalendar, OverallDynamic, OverallGroup};
    p.effect.is_none_or(|e| matches!(e.estimand, Overall | OverallDynamic | OverallGroup | OverallCalendar))
}

/// A measure in outcome units, with as many digits as its Monte Carlo error has a say in.
fn number(m: Option<Measured>, why: &str) -> Cell {
    match m {
        Some(m) => Cell::number_with(Some(m.value), m.mc_error.map_or(Digits::Auto, Digits::for_uncertainty), why),
        None => Cell::undefined(why),
    }
}

fn error(m: Option<Measured>) -> Cell {
    let e = m.and_then(|m| m.mc_error);
    Cell::number_with(e, e.map_or(Digits::Auto, Digits::for_uncertainty), "too few draws")
}

fn share(m: Option<Measured>, why: &str) -> Cell {
    m.map_or_else(|| Cell::undefined(why), |m| Cell::Percent(m.value))
}

/// A share with its Monte Carlo error, in percent: `94.2 (1.4)`.
fn percent(m: Option<Measured>, mark: &str) -> Cell {
    let Some(m) = m else { return Cell::undefined("no draw tells it") };
    let error = m.mc_error.map_or(String::new(), |e| format!(" ({:.1})", 100.0 * e));
    Cell::text(format!("{:.1}{error}{mark}", 100.0 * m.value))
}

/// The mark of an interval that does not keep its promise.
fn mark(v: Verdict) -> &'static str {
    match v {
        Verdict::Broken => " ▼",
        Verdict::Cautious => " ▲",
        Verdict::Kept | Verdict::Unknown => "",
    }
}
