//! Means and spreads of the analytic sample by arm and period, summed exactly.

use super::spread::{Gap, Spread};
use crate::num::{Centre, TwoValues};
use crate::panel::{FirstTreated, Panel};

/// One arm in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmPeriod {
    /// Whether the units are treated at some time; where treatments do not simply stay on, whether theirs changes.
    pub treated: bool,
    /// The period.
    pub period: i64,
    /// The outcome.
    pub outcome: Centre,
    /// The interval of its mean, clusters heeded; `None` with fewer than two clusters.
    pub interval: Option<(f64, f64)>,
    /// Clusters with rows of the arm in this period.
    pub clusters: usize,
}

/// A variable at the first observation of each unit, by arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The variable.
    pub name: String,
    /// Whether it takes only the values 0 and 1.
    pub binary: bool,
    /// Units treated at some time.
    pub treated: Centre,
    /// The others.
    pub comparison: Centre,
}

/// A cohort in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When the cohort starts; `None`: not within the sample.
    pub start: Option<i64>,
    /// The period.
    pub period: i64,
    /// Its rows in that period.
    pub rows: usize,
    /// Its units, whenever they are seen.
    pub units: usize,
    /// Of an outcome that takes two values: its rows in that period with the rarer one.
    pub rarer: Option<usize>,
}

/// What there is to say about one outcome's sample without any model.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The outcome.
    pub outcome: String,
    /// By arm and period.
    pub by_period: Vec<ArmPeriod>,
    /// Treated less comparison in each period that has both.
    pub gaps: Vec<Gap>,
    /// The outcome and the covariates in the first period.
    pub baseline: Vec<Baseline>,
    /// The first period.
    pub first_period: i64,
    /// The outcome's standard deviation in the first period among comparison units; where treatments do not simply stay on, among
    /// units without any then.
    pub untreated_sd: Option<f64>,
    /// Whether groups are told apart by whether their treatment changes, since it does not simply stay on.
    pub switching: bool,
    /// How many stand behind each cohort and period.
    pub seen: Vec<Seen>,
}

/// Describes a panel (without weights: these are the students that are there), with intervals of means at a level of confidence.
pub fn describe(panel: &Panel, level: f64) -> Description {
    let cells = &panel.cells;
    let arm = |c: u32| cells.is_ever_treated(cells.cohort_ix(c));
    let select = |treated: bool, period: usize, values: &[f64]| {
        let chosen = panel.cell.iter().zip(values).filter(|(c, _)| arm(**c) == treated && cells.period_ix(**c) == period).map(|(_, v)| *v);
        Centre::of(chosen)
    };
    let mut by_period = Vec::new();
    for treated in [true, false] {
        for (p, &period) in cells.periods.iter().enumerate() {
            by_period.push(ArmPeriod { treated, period, outcome: select(treated, p, &panel.outcome), interval: None, clusters: 0 });
        }
    }
    let spread = Spread::of(panel, &by_period);
    for (ix, arm) in by_period.iter_mut().enumerate() {
        (arm.interval, arm.clusters) = (spread.interval(ix, arm.outcome.mean, level), spread.clusters(ix));
    }
    let gaps = spread.gaps(&by_period, level);
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
            Centre::of((0..panel.n_rows()).filter(without).map(|r| panel.outcome[r])).sd
        }
    };
    Description {
        outcome: panel.outcome_name.clone(),
        by_period,
        gaps,
        untreated_sd,
        switching: panel.extras.status.is_some(),
        baseline,
        first_period: cells.periods[0],
        seen: seen(panel),
    }
}

/// Rows of each cohort and period, cohort by cohort.
pub(super) fn seen(panel: &Panel) -> Vec<Seen> {
    let cells = &panel.cells;
    let two = TwoValues::of(panel.outcome.iter().copied());
    // Those with the higher value, and the others.
    let mut rows = vec![[0usize; 2]; cells.cohorts.len() * cells.periods.len()];
    panel.cell.iter().zip(panel.outcome.iter()).for_each(|(c, y)| rows[*c as usize][usize::from(two.is_none_or(|t| *y != t.high))] += 1);
    let units = &panel.survey().units;
    let mut out = Vec::new();
    for (g, cohort) in cells.cohorts.iter().enumerate() {
        let start = if let FirstTreated::At(start) = cohort { Some(*start) } else { None };
        for (t, period) in cells.periods.iter().enumerate() {
            let [high, others] = rows[cells.cell(g, t) as usize];
            let rarer = two.map(|_| high.min(others));
            out.push(Seen { start, period: *period, rows: high + others, units: units[g], rarer });
        }
    }
    out
}
