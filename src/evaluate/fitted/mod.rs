//! A design fitted to data: the rows stay as they are, the outcome is drawn anew from what the data say of it.
//!
//! Who is in which group, treated when, seen or missing in which period, and with which covariates, is left exactly as in the
//! data. The outcome of row r in cohort c and period t is drawn as
//!
//! y = α_c + μ_t + x_r'β_t + Σ_j u_j + δ·SD·D_r,
//!
//! with levels of cohorts and periods from the cells without treatment, slopes of covariates by period within cells, and for each
//! grouping j (unit, classroom, school …) a normal [`Process`] whose covariances over time are those of the data. The effect δ is
//! what the calibration says it is: the data's own plays no part. So the truth is known, and how often an interval contains it
//! can be counted on the user's own design.
//!
//! What is assumed: normal deviations with the same covariances in all arms and periods. What is estimated from few clusters
//! is rough itself.

mod conditions;
mod covariances;
mod draw;
mod layout;
mod level;
mod process;

#[cfg(test)]
mod tests;

pub use conditions::{CONDITIONS, Condition};
pub use process::Process;

use super::grid::Point;
use super::source::{Drawn, Fact, Source};
use super::truth::Truths;
use crate::cohort::{Codebook, Cohort, Fault, Faults};
use crate::panel::{CovariateTerm, Keys, PanelSpec, Sequence};
use conditions::Conditions;
use layout::Layout;
use level::Levels;

/// The version of how designs are fitted and drawn: raised whenever a number can change.
const VERSION: u32 = 1;

/// Combinations of start and period up to which a design is fitted.
const MOST_CELLS: usize = 4000;
/// Values of a column up to which they count as subgroups.
const MOST_SUBGROUPS: usize = 50;

/// What a fitted design is made from.
pub struct Design<'a> {
    /// A name for people.
    pub name: String,
    /// The columns and their roles, for each outcome.
    pub outcomes: Vec<PanelSpec>,
    /// The school of each row.
    pub school: Option<String>,
    /// Its classroom; the same number in two schools is two classrooms.
    pub classroom: Option<String>,
    /// Levels between cluster and unit, coarse to fine; groups of two clusters are two groups, whatever they are called.
    pub levels: Vec<String>,
    /// Covariates that some analysis uses.
    pub covariates: Vec<CovariateTerm>,
    /// Columns in whose values effects are looked at.
    pub subgroups: Vec<String>,
    /// Conditions that are set.
    pub settings: Vec<(String, f64)>,
    /// The data.
    pub cohort: &'a Cohort,
}

/// One outcome's fitted design.
struct Fit {
    name: String,
    layout: Layout,
    levels: Levels,
    processes: Vec<Process>,
    /// The covariates, as they were named.
    covariates: String,
    /// The groups of each subgroup column, as (column, value), with whether each row is in it.
    subgroups: Vec<((String, String), Vec<bool>)>,
}

/// A design fitted to data, from which students can be drawn again and again.
pub struct Fitted {
    name: String,
    settings: Vec<(String, f64)>,
    fingerprint: String,
    cohort: Cohort,
    fits: Vec<Fit>,
}

impl Fitted {
    /// Fits the design of the data.
    ///
    /// # Errors
    /// All faults of the sample, and what cannot be drawn anew (`CAL-015`, `CAL-016`).
    pub fn new(design: Design<'_>) -> Result<Fitted, Faults> {
        let mut fits = Vec::new();
        let mut faults = Faults::default();
        for spec in &design.outcomes {
            match Fit::new(spec, &design) {
                Ok(fit) => fits.push(fit),
                Err(f) => faults.extend(f),
            }
        }
        faults.into_result()?;
        Ok(Fitted {
            name: design.name,
            settings: design.settings,
            fingerprint: design.cohort.fingerprint(),
            cohort: design.cohort.clone(),
            fits,
        })
    }
}

impl Fit {
    fn new(spec: &PanelSpec, design: &Design<'_>) -> Result<Fit, Faults> {
        let layout = Layout::new(design, spec)?;
        let levels = Levels::fit(&layout);
        let size = layout.outcome.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
        if levels.sd <= 1e-12 * size || !levels.sd.is_finite() {
            return Err(Faults::from(Fault::new(
                "CAL-016",
                "the outcome does not vary within groups and periods",
                format!("column {}", spec.outcome),
                "nothing is left to chance, and no interval can be tried",
                "name the outcome of single students, not means of whole groups",
            )));
        }
        if layout.cells.len() > MOST_CELLS {
            return Err(Faults::from(Fault::new(
                "CAL-018",
                format!("{} combinations of start and period", layout.cells.len()),
                format!("column {}", spec.outcome),
                format!("covariances are compared between all pairs of them, which is done for up to {MOST_CELLS}"),
                "put periods together: months or terms for days",
            )));
        }
        let covariances = covariances::covariances(&layout, &levels.left);
        for (grouping, lags) in layout.groupings.iter().zip(&covariances) {
            if !lags.iter().any(|l| l.time == 0) {
                return Err(Faults::from(Fault::new(
                    "CAL-017",
                    format!("the data do not tell how much {} has in common", grouping.name),
                    format!("column {}", spec.outcome),
                    "each start has one group of it only, so what the group does cannot be told from what its start does, and intervals would look better than they are",
                    "calibrate a world with as many groups instead:  didact list worlds",
                )));
            }
        }
        let processes = covariances.iter().map(|lags| Process::fit(lags)).collect();
        let mut subgroups = Vec::new();
        for column in &design.subgroups {
            if let Some(data) = design.cohort.column(column).map(|c| &c.data) {
                let known: Vec<usize> = (0..layout.n_rows()).filter(|&r| !data.is_missing(layout.source[r] as usize)).collect();
                let (keys, codes) = Keys::index(data, &Sequence::Listed(known.iter().map(|&r| layout.source[r]).collect()));
                if keys.len() > MOST_SUBGROUPS {
                    // Who asks for effects in them is told so.
                    continue;
                }
                for value in 0..keys.len() {
                    let mut inside = vec![false; layout.n_rows()];
                    known.iter().zip(&codes).filter(|(_, c)| **c as usize == value).for_each(|(&r, _)| inside[r] = true);
                    subgroups.push(((column.clone(), keys.label(value)), inside));
                }
            }
        }
        let covariates = design.covariates.iter().map(|c| format!("{}{}", c.column, if c.factor { " as categories" } else { "" }));
        let covariates = covariates.collect::<Vec<_>>().join(", ");
        Ok(Fit { name: spec.outcome.clone(), layout, levels, processes, covariates, subgroups })
    }

    /// The variance that the grouping at this place adds.
    fn variance(&self, grouping: usize) -> f64 {
        self.processes[grouping].variance()
    }

    /// What was found, in words and numbers.
    fn facts(&self) -> Vec<Fact> {
        let total: f64 = (0..self.processes.len()).map(|j| self.variance(j)).sum();
        let fact = |what: String, value: f64| Fact { outcome: self.name.clone(), what, value, share_of: None };
        let mut out = vec![
            fact("rows".into(), self.layout.n_rows() as f64),
            fact("units".into(), self.layout.groupings[0].n as f64),
            fact("clusters".into(), self.layout.clusters as f64),
            fact("SD of the outcome within groups and periods".into(), self.levels.sd),
        ];
        if !self.layout.covariates.is_empty() {
            out.push(fact("part of that variance that covariates explain".into(), self.levels.explained));
        }
        if total > 0.0 {
            for (j, grouping) in self.layout.groupings.iter().enumerate().skip(1) {
                out.push(fact(format!("part of the rest that {} shares (ICC)", grouping.name), self.variance(j) / total));
                out.push(fact(format!("groups of {}", grouping.name), grouping.n as f64));
                if grouping.missing > 0 {
                    let share = grouping.missing as f64 / self.layout.n_rows() as f64;
                    let what = format!("part of the rows that name no {}, and share it with nobody", grouping.name);
                    out.push(Fact { share_of: Some(self.layout.n_rows()), ..fact(what, share) });
                }
            }
            if self.layout.groupings[0].n < self.layout.n_rows() {
                let step = self.layout.cells.periods.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(1);
                let next: f64 = self.processes.iter().map(|p| p.covariance(step)).sum();
                out.push(fact(
                    "correlation of the rest of a unit in neighbouring periods, where it stays in its groups".into(),
                    next / total,
                ));
            }
        }
        out
    }
}

impl Source for Fitted {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn identity(&self) -> Vec<(String, String)> {
        let mut out = vec![("data".to_string(), self.fingerprint.clone()), ("fitted design version".to_string(), VERSION.to_string())];
        out.extend(self.fits.iter().flat_map(|f| {
            let groupings: Vec<&str> = f.layout.groupings.iter().map(|g| g.name.as_str()).collect();
            let subgroups: Vec<String> = f.subgroups.iter().map(|((column, value), _)| format!("{column}={value}")).collect();
            [
                (format!("design of {}: groups", f.name), groupings.join(", ")),
                (format!("design of {}: subgroups", f.name), subgroups.join(", ")),
                (format!("design of {}: covariates", f.name), f.covariates.clone()),
            ]
        }));
        let set = |name: &str| self.settings.iter().rev().find(|(n, _)| n == name).map(|(_, v)| *v);
        out.extend(CONDITIONS.iter().map(|c| (c.name.to_string(), set(c.name).unwrap_or(c.default).to_string())));
        out
    }

    fn parameters(&self) -> Vec<String> {
        CONDITIONS.iter().map(|c| c.name.to_string()).collect()
    }

    fn check(&self, point: &Point) -> Result<(), Faults> {
        let conditions = Conditions::at(&self.settings, point)?;
        if conditions.drift != 0.0
            && let Some(fit) = self.fits.iter().find(|f| !f.layout.cells.has_never())
        {
            return Err(Fault::new(
                "CAL-001",
                "a drift of all alike does nothing",
                format!("column {}", fit.name),
                "everyone is treated at some time here, so all would drift, and what all do together is taken for the period's",
                "leave drift out",
            )
            .into());
        }
        Ok(())
    }

    fn draw(&self, point: &Point, seed: u64, columns: &[String]) -> Result<Drawn, Faults> {
        let conditions = Conditions::at(&self.settings, point)?;
        let mut cohort = Cohort {
            columns: self.cohort.columns.iter().filter(|c| columns.contains(&c.name)).cloned().collect(),
            profiles: Vec::new(),
            codebook: Codebook::default(),
            n_rows: self.cohort.n_rows,
            first_row: self.cohort.first_row,
            names: self.cohort.names.clone(),
            undeclared: self.cohort.undeclared.clone(),
            declared_real: self.cohort.declared_real.clone(),
        };
        let mut truths = Vec::new();
        for fit in self.fits.iter().filter(|f| columns.contains(&f.name)) {
            let (outcome, own) = fit.draw(&conditions, seed, self.cohort.n_rows);
            truths.extend(own);
            cohort.undeclared.retain(|s| s.column != fit.name);
            if let Some(column) = cohort.columns.iter_mut().find(|c| c.name == fit.name) {
                column.data = outcome;
            }
        }
        Ok(Drawn { cohort, truths: Truths { effects: truths, ..Truths::default() } })
    }

    fn facts(&self) -> Vec<Fact> {
        self.fits.iter().flat_map(Fit::facts).collect()
    }
}
