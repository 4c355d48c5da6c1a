//! Means and spreads of the analytic sample by arm and period, summed exactly.

use crate::num::{Exact, power_of_two_above};
use crate::panel::Panel;

/// Count, mean and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Observations.
    pub n: usize,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation (n − 1).
    pub sd: Option<f64>,
}

/// One arm in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmPeriod {
    /// Whether the units are treated at some time; where treatments do not simply stay on, whether theirs changes.
    pub treated: bool,
    /// The period.
    pub period: i64,
    /// The outcome.
    pub outcome: Summary,
}

/// A variable at the first observation of each unit, by arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The variable.
    pub name: String,
    /// Whether it takes only the values 0 and 1.
    pub binary: bool,
    /// Units treated at some time.
    pub treated: Summary,
    /// The others.
    pub comparison: Summary,
}

/// What there is to say about one outcome's sample without any model.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The outcome.
    pub outcome: String,
    /// By arm and period.
    pub by_period: Vec<ArmPeriod>,
    /// The outcome and the covariates in the first period.
    pub baseline: Vec<Baseline>,
    /// The first period.
    pub first_period: i64,
    /// The outcome's standard deviation in the first period among comparison units; where treatments do not simply stay on, among
    /// units without any then.
    pub untreated_sd: Option<f64>,
    /// Whether groups are told apart by whether their treatment changes, since it does not simply stay on.
    pub switching: bool,
}

/// Describes a panel (without weights: these are the students that are there).
pub fn describe(panel: &Panel) -> Description {
    let cells = &panel.cells;
    let arm = |c: u32| cells.is_ever_treated(cells.cohort_ix(c));
    let select = |treated: bool, period: usize, values: &[f64]| {
        let chosen = panel.cell.iter().zip(values).filter(|(c, _)| arm(**c) == treated && cells.period_ix(**c) == period).map(|(_, v)| *v);
        summary(chosen)
    };
    let mut by_period = Vec::new();
    for treated in [true, false] {
        for (p, &period) in cells.periods.iter().enumerate() {
            by_period.push(ArmPeriod { treated, period, outcome: select(treated, p, &panel.outcome) });
        }
    }
    let variables = std::iter::once((panel.outcome_name.as_str(), panel.outcome.as_slice()))
        .chain(panel.covariates.iter().map(|c| (c.name.as_str(), c.values.as_slice())));
    let baseline: Vec<Baseline> = variables
        .map(|(name, values)| Baseline {
            name: name.to_string(),
            binary: values.iter().all(|v| *v == 0.0 || *v == 1.0),
            treated: select(true, 0, values),
            comparison: select(false, 0, values),
        })
        .collect();
    let untreated_sd = match &panel.extras.status {
        None => baseline[0].comparison.sd,
        Some(status) => {
            let without = |r: &usize| cells.period_ix(panel.cell[*r]) == 0 && status.now[*r] == 0.0;
            summary((0..panel.n_rows()).filter(without).map(|r| panel.outcome[r])).sd
        }
    };
    Description {
        outcome: panel.outcome_name.clone(),
        by_period,
        untreated_sd,
        switching: panel.extras.status.is_some(),
        baseline,
        first_period: cells.periods[0],
    }
}

fn summary(values: impl Iterator<Item = f64> + Clone) -> Summary {
    let (n, largest) = values.clone().fold((0usize, 0.0_f64), |(n, m), v| (n + 1, m.max(v.abs())));
    if n == 0 {
        return Summary { n, mean: None, sd: None };
    }
    let scale = power_of_two_above(largest);
    let sum = |terms: &mut dyn Iterator<Item = f64>| {
        let mut s = Exact::default();
        terms.for_each(|t| s.add(t));
        s.value()
    };
    let mean = sum(&mut values.clone().map(|v| v / scale)) / n as f64;
    let square = sum(&mut values.map(|v| (v / scale - mean) * (v / scale - mean)));
    let sd = (n > 1).then(|| (square / (n as f64 - 1.0)).sqrt() * scale);
    Summary { n, mean: Some(mean * scale), sd }
}
