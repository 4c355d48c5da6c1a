//! The outcomes of the units a synthetic comparison is made of, in an order that depends on their values only.

use crate::estimate::arithmetic::outcome_scale;
use crate::estimate::base_period;
use crate::panel::Panel;

/// Units with an outcome in every period.
#[derive(Clone)]
pub(super) struct Series {
    /// One row a unit, one value a period: less the comparison units' mean of the period, in units of the outcome's spread.
    pub y: Vec<Vec<f64>>,
    /// Each unit's covariates, one row each, less the comparison units' mean of the period.
    pub x: Vec<Vec<Vec<f64>>>,
    /// The cluster of each.
    pub cluster: Vec<u32>,
    /// The weight of each; one where all are alike.
    pub weight: Vec<f64>,
}

/// The units of one start.
#[derive(Clone)]
pub(super) struct Starters {
    /// Which cohort of the panel.
    pub cohort: u32,
    /// The period in which they start, as an index.
    pub start: usize,
    /// The units.
    pub units: Series,
}

/// All units, by start.
#[derive(Clone)]
pub(super) struct Outcomes {
    /// The comparison units.
    pub controls: Series,
    /// The treated, by start, the earliest first.
    pub starters: Vec<Starters>,
    /// The comparison units' mean in each period, in the same units: only differences of it are needed.
    pub level: Vec<f64>,
    /// How many covariates there are.
    pub n_covariates: usize,
    /// The comparison units' mean of each covariate in each period.
    pub x_level: Vec<Vec<f64>>,
    /// The power of two by which outcomes were divided.
    pub unit: f64,
}

impl Outcomes {
    /// The units of a balanced panel, with their weights in the period `base`. Within a cohort they are sorted by their outcomes, so that neither names nor the order of
    /// the file can change a bit.
    pub(super) fn of(panel: &Panel, base: usize) -> Outcomes {
        let n_periods = panel.cells.periods.len();
        let (middle, unit) = outcome_scale(panel);
        let first = base_period::weight(panel, 0, base);
        let alike = (0..panel.n_units()).all(|u| base_period::weight(panel, u, base) == first);
        // The outcome first, then the covariates, last the weight; and the cluster.
        let mut by_cohort: Vec<Vec<(Vec<Vec<f64>>, u32)>> = vec![Vec::new(); panel.cells.cohorts.len()];
        for g in 0..panel.n_clusters() {
            for u in panel.units_of(g) {
                let y = panel.rows_of(u).map(|r| panel.outcome[r] / unit - middle / unit).collect();
                let x = panel.covariates.iter().map(|c| panel.rows_of(u).map(|r| c.values[r]).collect());
                let weight = vec![if alike { 1.0 } else { base_period::weight(panel, u, base) }];
                by_cohort[panel.cohort_of(u)].push((std::iter::once(y).chain(x).chain([weight]).collect(), g as u32));
            }
        }
        for units in &mut by_cohort {
            units.sort_by(|(a, g), (b, h)| {
                let differs = a.iter().flatten().zip(b.iter().flatten()).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne());
                differs.unwrap_or_else(|| g.cmp(h))
            });
        }
        let controls = by_cohort.pop().expect("the never-treated stand last");
        let mean = |row: usize, t: usize| controls.iter().map(|(rows, _)| rows[row][t]).sum::<f64>() / controls.len() as f64;
        let n_covariates = panel.covariates.len();
        let levels: Vec<Vec<f64>> = (0..=n_covariates).map(|row| (0..n_periods).map(|t| mean(row, t)).collect()).collect();
        let centred = |units: Vec<(Vec<Vec<f64>>, u32)>| {
            let mut out = Series { y: Vec::new(), x: Vec::new(), cluster: Vec::new(), weight: Vec::new() };
            for (mut rows, g) in units {
                out.weight.extend(rows.pop().into_iter().flatten());
                let mut rows = rows.into_iter().zip(&levels).map(|(row, level)| row.iter().zip(level).map(|(v, l)| v - l).collect());
                out.y.extend(rows.next());
                out.x.push(rows.collect());
                out.cluster.push(g);
            }
            out
        };
        let position = |g: i64| panel.cells.periods.partition_point(|&p| p < g);
        let starters = panel.cells.treated_cohorts().zip(by_cohort);
        Outcomes {
            starters: starters.map(|((c, g), units)| Starters { cohort: c as u32, start: position(g), units: centred(units) }).collect(),
            controls: centred(controls.clone()),
            level: levels[0].clone(),
            n_covariates,
            x_level: levels[1..].to_vec(),
            unit,
        }
    }
}

impl Series {
    /// The weights of the units that count, in proportion to both; the counts' own sum.
    pub(super) fn weighted(&self, counts: &[f64]) -> Vec<f64> {
        let whole: f64 = counts.iter().zip(&self.weight).map(|(c, w)| c * w).sum();
        let factor = if whole > 0.0 { counts.iter().sum::<f64>() / whole } else { 1.0 };
        counts.iter().zip(&self.weight).map(|(c, w)| c * w * factor).collect()
    }

    /// The weighted mean of each period; weights add up to one.
    pub(super) fn mean(&self, weights: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.y.first().map_or(0, Vec::len)];
        for (y, &w) in self.y.iter().zip(weights).filter(|(_, w)| **w != 0.0) {
            out.iter_mut().zip(y).for_each(|(o, y)| *o += w * y);
        }
        out
    }
}

/// Weights in proportion to `x` that add up to one; `None` when there is nothing to share.
pub(super) fn shares(x: &[f64]) -> Option<Vec<f64>> {
    let total: f64 = x.iter().sum();
    (total > 0.0 && total.is_finite()).then(|| x.iter().map(|v| v / total).collect())
}
