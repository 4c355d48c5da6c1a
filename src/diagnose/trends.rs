//! The path of an effect before and after treatment, by event time, with its joint covariance.

use super::EventStudy;
use crate::cohort::{Fault, Faults};
use crate::estimate::{Chosen, Estimand, Fit};
use crate::infer::{Method, Setting};
use crate::panel::Panel;

/// An event study and the event times of its coefficients.
#[derive(Debug, Clone)]
pub struct Trends {
    /// The coefficients and their covariance.
    pub study: EventStudy,
    /// The event time (or the period) of each coefficient, where they are known.
    pub times: Option<Vec<i64>>,
    /// Degrees of freedom of the covariance; `None` where they are not known.
    pub df: Option<f64>,
}

impl Trends {
    /// The estimator that is used when none is named: the event study where treatment starts at one time, else the average by event time of
    /// Callaway and Sant'Anna against one base period, which starts at several times do not contaminate.
    pub fn estimator(panel: &Panel) -> Chosen {
        let single = panel.cells.treated_cohorts().count() == 1 && panel.cells.has_never();
        Chosen::parse(if single { "event-study" } else { "callaway-santanna:base=universal" }).expect("a known estimator")
    }

    /// The covariance that is used when none is named.
    pub fn method() -> Method {
        Method::parse("cluster:cr1").expect("a known method")
    }

    /// The path that an estimator found.
    ///
    /// # Errors
    ///
    /// DIAG-016: effects that are not compared with one and the same period before treatment; DIAG-015: times that do not follow each other
    /// without a gap, or none after treatment; as [`EventStudy::new`] and [`Method::covariance`].
    pub fn of(fit: &Fit, chosen: &Chosen, method: &Method, setting: &Setting<'_>) -> Result<Trends, Faults> {
        let reference = reference(chosen)?;
        let time = |t: usize| fit.targets[t].event_time.expect("an effect at an event time");
        let mut targets: Vec<usize> = (0..fit.targets.len())
            .filter(|&t| fit.targets[t].estimand == Estimand::Event && fit.targets[t].event_time.is_some_and(|e| e != reference))
            .filter(|&t| fit.estimates[t].is_ok() && fit.varies(t))
            .collect();
        targets.sort_by_key(|&t| time(t));
        let times: Vec<i64> = targets.iter().map(|&t| time(t)).collect();
        spaced(&times, reference)?;
        let (covariance, df) = method.covariance(fit, &targets, setting)?;
        let estimates = targets.iter().filter_map(|&t| fit.estimates[t].as_ref().ok().copied()).collect();
        let n_pre = times.iter().filter(|&&e| e < reference).count();
        Ok(Trends { study: EventStudy::new(estimates, covariance, n_pre)?, times: Some(times), df: Some(df) })
    }

    /// Each coefficient's place: its event time where that is known, else −2, −1 before and 1, 2 after the reference period.
    pub fn time(&self, i: usize) -> i64 {
        match &self.times {
            Some(times) => times[i],
            None if i < self.study.n_pre() => i as i64 - self.study.n_pre() as i64,
            None => (i - self.study.n_pre()) as i64 + 1,
        }
    }
}

/// The event time to which an estimator compares the others.
fn reference(chosen: &Chosen) -> Result<i64, Faults> {
    let option = |key: &str| chosen.options.iter().find(|(k, _)| *k == key).map(|(_, value)| value);
    let whole = |key: &str| option(key).and_then(|value| value.parse::<i64>().ok());
    match chosen.estimator.card().id {
        "event-study" => Ok(whole("reference").unwrap_or(-1)),
        "sun-abraham" => Ok(-1),
        "callaway-santanna" if option("base") == Some("universal") => Ok(-1 - whole("anticipation").unwrap_or(0)),
        _ => Err(Fault::new(
            "DIAG-016",
            format!("{} does not compare all times with one period before treatment", chosen.label()),
            format!("estimator {}", chosen.label()),
            "differences before and after treatment are one path only if all of them are measured from the same period",
            "use  event-study,  sun-abraham  or  callaway-santanna:base=universal",
        )
        .into()),
    }
}

/// Refuses times that are not evenly spaced around the reference.
fn spaced(times: &[i64], reference: i64) -> Result<(), Fault> {
    let mut all: Vec<i64> = times.iter().copied().chain([reference]).collect();
    all.sort_unstable();
    let even = all.windows(2).all(|w| w[1] - w[0] == all[1] - all[0]);
    if even && times.iter().any(|&e| e > reference) {
        return Ok(());
    }
    let shown: Vec<String> = times.iter().map(i64::to_string).collect();
    Err(Fault::new(
        "DIAG-015",
        if even { "no effect after treatment is estimated" } else { "the event times have gaps" },
        format!("reference {reference}; effects at {}", shown.join(", ")),
        "trends are followed from one period to the next, from before treatment to after it",
        "use data in which periods follow each other at one distance, or keep those that do (--where, window=a..b with bin=false)",
    ))
}
