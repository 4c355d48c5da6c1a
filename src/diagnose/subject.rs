//! What checks look at: a sample, the estimate made of it, and its path before and after treatment.

use super::check::Look;
use super::{Answered, Asked, Ground, Trends};
use crate::cohort::{Fault, Faults};
use crate::estimate::{Chosen, Fit};
use crate::infer::{Estimate, Method, Setting};
use crate::panel::{Panel, PanelSpec};

/// What is otherwise in a sample built anew.
#[derive(Debug, Clone, Copy)]
pub enum With<'a> {
    /// This column is the outcome.
    Outcome(&'a str),
    /// This column goes with the rows, the last of the marks.
    Mark(&'a str),
}

/// The same sample with something otherwise.
pub type Another<'a> = &'a dyn Fn(With<'_>) -> Result<Panel, Faults>;

impl With<'_> {
    /// The specification of such a sample.
    pub fn of(self, spec: &PanelSpec) -> PanelSpec {
        let mut out = spec.clone();
        match self {
            With::Outcome(column) => out.outcome = column.into(),
            With::Mark(column) => out.marks.push(column.into()),
        }
        out
    }
}

/// An estimate, and by what it was made.
pub struct Estimated {
    /// The estimator.
    pub chosen: Chosen,
    /// The estimate.
    pub fit: Fit,
}

/// The path of an estimate, or why there is none.
pub struct Path {
    /// The estimator of the path.
    pub chosen: Chosen,
    /// The method of its covariance.
    pub method: Method,
    /// The path.
    pub trends: Result<Trends, Fault>,
}

/// What checks look at. What none of the checks asked for looks at may be left out.
pub struct Subject<'a> {
    /// The sample.
    pub panel: &'a Panel,
    /// The estimate.
    pub estimated: Option<&'a Estimated>,
    /// Its overall effect as it was inferred, where that was done.
    pub effect: Option<&'a Estimate>,
    /// Methods of its uncertainty, in the order in which they are tried.
    pub methods: &'a [Method],
    /// Its path.
    pub path: Option<&'a Path>,
    /// Everyone who was assigned ([`Panel::roll`]), or why that is not known.
    pub roll: Option<&'a Result<Panel, Fault>>,
    /// How to build the sample anew.
    pub another: Option<Another<'a>>,
    /// What it takes to estimate anew.
    pub ground: Option<&'a Ground<'a>>,
    /// Level, seed and how work is spread.
    pub setting: Setting<'a>,
}

impl Subject<'_> {
    /// Carries out a check.
    ///
    /// # Errors
    ///
    /// The faults of a wrong question; what the data do not answer is an answer. DIAG-019: what the check looks at was left out.
    pub fn answer(&self, asked: &Asked) -> Result<Answered, Faults> {
        let options = &asked.options;
        let (answer, by) = match (asked.check.look, self.path, self.estimated) {
            (Look::Ground(look), ..) => match self.ground {
                None => return Err(nothing_to_look_at(asked).into()),
                Some(ground) => (Asked::answer(look(ground, options, &self.setting))?, None),
            },
            (Look::Sample(look), ..) => (Asked::answer(look(self.panel, options).map_err(Faults::from))?, None),
            (Look::Trends(look), Some(path), _) => {
                let answer = match &path.trends {
                    Err(fault) => Err(fault.clone()),
                    Ok(trends) => Asked::answer(look(trends, options, self.setting.level).map_err(Faults::from))?,
                };
                (answer, Some((path.chosen.clone(), Some(path.method.clone()))))
            }
            (Look::Fit(look), _, Some(of)) => {
                (Asked::answer(look(&of.fit, options, &self.setting).map_err(Faults::from))?, Some((of.chosen.clone(), None)))
            }
            (Look::Estimate(look), _, Some(of)) => {
                (Asked::answer(look(self, options).map_err(Faults::from))?, Some((of.chosen.clone(), None)))
            }
            (Look::Roll(look), ..) => match self.roll {
                None => return Err(nothing_to_look_at(asked).into()),
                Some(Err(fault)) => (Err(fault.clone()), None),
                Some(Ok(roll)) => (Asked::answer(look(roll, options).map_err(Faults::from))?, None),
            },
            _ => return Err(nothing_to_look_at(asked).into()),
        };
        let mut warnings = self.panel.warnings.clone();
        if by.is_none() && !matches!(asked.check.look, Look::Ground(_)) {
            // No interval, so nothing rests on clusters.
            warnings.retain(|w| w.code != "cluster-is-unit");
        }
        warnings.extend(self.estimated.filter(|_| by.is_some()).iter().flat_map(|of| of.fit.warnings.iter().cloned()));
        let outcome = Some(self.panel.outcome_name.clone());
        Ok(Answered { asked: asked.clone(), outcome, by, warnings, answer })
    }
}

fn nothing_to_look_at(asked: &Asked) -> Fault {
    Fault::new(
        "DIAG-019",
        format!("{} looks at an estimate, and none was made", asked.check.card.id),
        format!("check {}", asked.label()),
        "without it the check has nothing to say",
        "name an estimator that fits the data",
    )
}
