//! The weights that the coefficient of two-way fixed effects puts on the effects of the treated cells, some of which can be negative.
//!
//! Under parallel trends E[β̂] = Σ w_gt ATT(g,t) over treated cells, w_gt = N_gt ε_gt / Σ N_gt ε_gt with ε_gt the mean residual of
//! treatment regressed on the levels of units (cohorts in cross-sections) and periods and on the covariates. How far such a coefficient can
//! mislead is told by how much effects would have to differ: σ̲ = |β̂|/σ(w̃), w̃ = w over the cell's share of the treated, is the
//! smallest standard deviation of effects with which the ATT could be 0; σ̳ the smallest with which all effects could have the
//! opposite sign of β̂ (defined only with negative weights).
//!
//! Source: de Chaisemartin and D'Haultfoeuille (2020), Two-way fixed effects estimators with heterogeneous treatment effects, American
//! Economic Review 110(9), theorem 1 and corollary 1; σ(w̃) with the factor M/(M − 1) and weights within 1e-10 of 0 counted as 0,
//! as in their package TwoWayFEWeights 2.0.4 (`type = "feTR"`).

use crate::cohort::Fault;
use crate::num::{Cholesky, Matrix, RankRule, dot, settled};
use crate::panel::{Kind, Panel};

/// Weights this close to 0 are 0.
const ZERO: f64 = 1e-10;

/// What a cell is: whose effect gets one weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Grouping {
    /// A cohort in a period.
    #[default]
    Cohorts,
    /// A unit in a period (as `twowayfeweights(G = unit)`); a row in cross-sections.
    Units,
}

/// One treated cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellWeight {
    /// The cell's number in [`Panel::cells`].
    pub cell: u32,
    /// Its weight in the coefficient.
    pub weight: f64,
    /// Its share of all treated rows: its weight in the average effect on the treated.
    pub share: f64,
}

/// The weights of a coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct TwfeWeights {
    /// The treated cells.
    pub cells: Vec<CellWeight>,
    /// The coefficient.
    pub coefficient: f64,
    /// How many weights are positive.
    pub n_positive: usize,
    /// How many are negative.
    pub n_negative: usize,
    /// The sum of the positive ones.
    pub sum_positive: f64,
    /// The sum of the negative ones, 0 or less; both sums add up to 1.
    pub sum_negative: f64,
    /// σ̲, in units of the outcome; `None` when all weights are the shares themselves.
    pub sigma_zero: Option<f64>,
    /// σ̳, in units of the outcome; `None` without negative weights.
    pub sigma_opposite: Option<f64>,
}

/// The weights of the two-way fixed effects coefficient of a panel.
///
/// # Errors
///
/// DIAG-013: a treatment that switches off, fixed effects beside the unit's and the period's, or a treatment that these levels explain.
pub fn weights(panel: &Panel, grouping: Grouping) -> Result<TwfeWeights, Fault> {
    if panel.extras.status.is_some() || !panel.extras.effects.is_empty() {
        return Err(unknown("the treatment does not simply switch on once, or there are further fixed effects"));
    }
    let cells = &panel.cells;
    let group: Vec<usize> = match panel.kind {
        Kind::Panel => (0..panel.n_units()).flat_map(|u| panel.rows_of(u).map(move |_| u)).collect(),
        Kind::CrossSections => panel.cell.iter().map(|&c| cells.cohort_ix(c)).collect(),
    };
    let rows = Rows {
        group: &group,
        period: panel.cell.iter().map(|&c| cells.period_ix(c)).collect(),
        treated: panel.cell.iter().map(|&c| f64::from(u8::from(cells.is_treated(c)))).collect(),
        weight: (0..panel.n_rows()).map(|r| panel.weight_of(r)).collect(),
        covariates: panel.covariates.iter().map(|c| c.values.as_slice()).collect(),
    };
    let residual = rows.residual(cells.periods.len());
    let treated: Vec<usize> = (0..panel.n_rows()).filter(|&r| rows.treated[r] > 0.0).collect();
    let mut found: Vec<(u32, f64, f64)> = match grouping {
        Grouping::Units => treated.iter().map(|&r| (panel.cell[r], rows.weight[r], rows.weight[r] * residual[r])).collect(),
        Grouping::Cohorts => {
            let mut sums = vec![(0.0, 0.0); cells.len()];
            for &r in &treated {
                let sum = &mut sums[panel.cell[r] as usize];
                (sum.0, sum.1) = (sum.0 + rows.weight[r], sum.1 + rows.weight[r] * residual[r]);
            }
            sums.iter().enumerate().map(|(c, s)| (c as u32, s.0, s.1)).collect()
        }
    };
    found.retain(|(_, size, _)| *size > 0.0);
    let bottom: f64 = found.iter().map(|f| f.2).sum();
    let all: f64 = found.iter().map(|f| f.1).sum();
    if bottom.is_nan() || bottom <= ZERO * all {
        return Err(unknown("unit and period explain who is treated when"));
    }
    let top: f64 = (0..panel.n_rows()).map(|r| rows.weight[r] * residual[r] * panel.outcome[r]).sum();
    let weight = |of: f64| if (of / bottom).abs() < ZERO { 0.0 } else { of / bottom };
    let cells = found.iter().map(|&(cell, size, of)| CellWeight { cell, weight: weight(of), share: size / all }).collect();
    let largest = panel.outcome.iter().fold(0.0, |most: f64, y| most.max(y.abs()));
    Ok(TwfeWeights::of(cells, settled(top / bottom, largest)))
}

fn unknown(place: &str) -> Fault {
    Fault::new(
        "DIAG-013",
        "the coefficient has no weights to show",
        place,
        "its weights follow from who is treated in which period, beside levels for units and periods",
        "use a treatment that starts once and stays, and units that start at different times or never",
    )
}

impl TwfeWeights {
    fn of(cells: Vec<CellWeight>, coefficient: f64) -> TwfeWeights {
        let of_sign = |sign: f64| {
            let these = cells.iter().map(|c| c.weight).filter(move |w| w * sign > 0.0);
            (these.clone().count(), these.sum::<f64>() + 0.0)
        };
        let ((n_positive, sum_positive), (n_negative, sum_negative)) = (of_sign(1.0), of_sign(-1.0));
        let n = cells.len() as f64;
        let variance: f64 = cells.iter().map(|c| c.share * (c.weight / c.share - 1.0) * (c.weight / c.share - 1.0)).sum();
        let sd = libm::sqrt(variance * n / (n - 1.0));
        let sigma_zero = (n > 1.0 && sd > ZERO).then(|| coefficient.abs() / sd);
        let sigma_opposite = if sum_negative < 0.0 { opposite(&cells, coefficient) } else { None };
        TwfeWeights { cells, coefficient, n_positive, n_negative, sum_positive, sum_negative, sigma_zero, sigma_opposite }
    }
}

/// Corollary 1 (ii): with w̃ in falling order, and P_s, S_s, T_s the sums of shares, of weights and of shares times w̃² from the s-th on,
/// |β̂|/√(T_s + S_s²/(1 − P_s)) at the first s with w̃_s < −S_s/(1 − P_s).
fn opposite(cells: &[CellWeight], coefficient: f64) -> Option<f64> {
    let mut order: Vec<(f64, f64)> = cells.iter().filter(|c| c.weight != 0.0).map(|c| (c.weight / c.share, c.share)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut p, mut s, mut t) = (0.0, 0.0, 0.0);
    let mut last = None;
    for &(ratio, share) in &order {
        (p, s, t) = (p + share, s + share * ratio, t + share * ratio * ratio);
        if p >= 1.0 - 1e-12 || ratio >= -s / (1.0 - p) {
            break;
        }
        last = Some(coefficient.abs() / libm::sqrt(t + s * s / (1.0 - p)));
    }
    last
}

/// Rows of a regression of treatment on levels and covariates.
struct Rows<'a> {
    group: &'a [usize],
    period: Vec<usize>,
    treated: Vec<f64>,
    weight: Vec<f64>,
    covariates: Vec<&'a [f64]>,
}

impl Rows<'_> {
    /// What the levels of groups and periods and the covariates do not explain of treatment.
    fn residual(&self, n_periods: usize) -> Vec<f64> {
        let n_groups = self.group.iter().max().map_or(0, |g| g + 1);
        let k = n_periods + self.covariates.len();
        let total: f64 = self.weight.iter().sum();
        // Covariates in units of their size, so that one that the groups explain is told from one that is small.
        let units: Vec<f64> = self.covariates.iter().map(|x| x.iter().fold(0.0_f64, |m, v| m.max(v.abs()))).collect();
        let column = |r: usize, j: usize| match j.checked_sub(n_periods) {
            None => f64::from(u8::from(self.period[r] == j)),
            Some(c) if units[c] > 0.0 => self.covariates[c][r] / units[c],
            Some(_) => 0.0,
        };
        // Columns, and treatment as the last, less their means in each group.
        let mut means = vec![vec![0.0; k + 1]; n_groups];
        let mut sizes = vec![0.0; n_groups];
        for (r, &g) in self.group.iter().enumerate() {
            sizes[g] += self.weight[r];
            means[g][self.period[r]] += self.weight[r];
            (n_periods..k).for_each(|j| means[g][j] += self.weight[r] * column(r, j));
            means[g][k] += self.weight[r] * self.treated[r];
        }
        means.iter_mut().zip(&sizes).filter(|(_, s)| **s > 0.0).for_each(|(m, s)| m.iter_mut().for_each(|x| *x /= s));
        let centred = |r: usize| -> Vec<f64> {
            let mean = &means[self.group[r]];
            (0..k).map(|j| column(r, j) - mean[j]).chain([self.treated[r] - mean[k]]).collect()
        };
        let mut products = Matrix::zeros(k + 1, k + 1);
        (0..self.group.len()).for_each(|r| products.add_outer(&centred(r), self.weight[r] / total));
        let columns: Vec<usize> = (0..k).collect();
        let ranked = Cholesky::ranked(&products.select(&columns), RankRule::default());
        let right: Vec<f64> = ranked.kept.iter().map(|&j| products[(j, k)]).collect();
        let mut slopes = vec![0.0; k];
        ranked.kept.iter().zip(ranked.cholesky.solve(&right)).for_each(|(&j, b)| slopes[j] = b);
        (0..self.group.len())
            .map(|r| {
                let x = centred(r);
                x[k] - dot(&x[..k], &slopes)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups over three periods, treated from period 3 and from period 2 on: the example of de Chaisemartin and D'Haultfoeuille
    /// (2020), section II: β = ½Δ_13 + Δ_22 − ½Δ_23.
    #[test]
    fn the_example_of_the_paper() {
        let rows = Rows {
            group: &[0, 0, 0, 1, 1, 1],
            period: vec![0, 1, 2, 0, 1, 2],
            treated: vec![0.0, 0.0, 1.0, 0.0, 1.0, 1.0],
            weight: vec![1.0; 6],
            covariates: Vec::new(),
        };
        let residual = rows.residual(3);
        let bottom = dot(&residual, &rows.treated);
        let expected = [(2_u32, 0.5), (4, 1.0), (5, -0.5)];
        for (r, weight) in expected {
            assert!((residual[r as usize] / bottom - weight).abs() < 1e-14, "{residual:?}");
        }
        let cells = expected.iter().map(|&(cell, weight)| CellWeight { cell, weight, share: 1.0 / 3.0 }).collect();
        let found = TwfeWeights::of(cells, 2.0);
        assert_eq!((found.n_positive, found.n_negative, found.sum_positive, found.sum_negative), (2, 1, 1.5, -0.5));
        // w̃ = 1.5, 3, −1.5: variance (0.25 + 4 + 6.25)/3, times 3/2.
        assert!((found.sigma_zero.expect("they differ") - 2.0 / libm::sqrt(5.25)).abs() < 1e-14);
        // From −1.5 alone: −1.5 < 0.5/(2/3); with 1.5 too: 1.5 ≥ 0. So T = 0.75, S² /(1 − P) = 0.375.
        assert!((found.sigma_opposite.expect("negative weights") - 2.0 / libm::sqrt(1.125)).abs() < 1e-14);
    }

    #[test]
    fn no_effects_spread_less_than_sigma() {
        use crate::random::Stream;
        let cells: Vec<CellWeight> = [(0.6, 0.2), (0.9, 0.4), (-0.1, 0.1), (-0.4, 0.3)]
            .iter()
            .map(|&(weight, share)| CellWeight { cell: 0, weight, share })
            .collect();
        let found = TwfeWeights::of(cells.clone(), 1.0);
        let mean = |effects: &[f64]| cells.iter().zip(effects).map(|(c, e)| c.share * e).sum::<f64>();
        // The spread of effects, scaled so that the coefficient is 1; none where it cannot be.
        let spread = |effects: &[f64]| {
            let coefficient: f64 = cells.iter().zip(effects).map(|(c, e)| c.weight * e).sum();
            let m = mean(effects);
            let variance: f64 = cells.iter().zip(effects).map(|(c, e)| c.share * (e - m) * (e - m)).sum();
            if coefficient > 1e-9 { libm::sqrt(variance) / coefficient } else { f64::INFINITY }
        };
        let least = |allowed: &dyn Fn(&mut Vec<f64>), start: Vec<f64>| {
            let mut draw = Stream::new(1, &["twfe-weights", "tests"], 0);
            let (mut best, mut size) = (start, 0.5);
            allowed(&mut best);
            for _ in 0..20_000 {
                let mut next: Vec<f64> = best.iter().map(|e| e + size * draw.normal()).collect();
                allowed(&mut next);
                if spread(&next) < spread(&best) { best = next } else { size = (size * 0.999_f64).max(1e-6) }
            }
            spread(&best)
        };
        // With an average effect of 0; and with no effect above 0.
        let centred = least(
            &|e| {
                let m = mean(e);
                e.iter_mut().for_each(|x| *x -= m)
            },
            vec![1.0, 0.5, -0.5, -1.0],
        );
        let negative = least(&|e| e.iter_mut().for_each(|x| *x = x.min(0.0)), vec![0.0, 0.0, 0.0, -3.0]);
        let degrees = libm::sqrt(4.0 / 3.0);
        assert!((centred / (found.sigma_zero.expect("they differ") * degrees) - 1.0).abs() < 1e-3, "{centred}");
        assert!((negative / found.sigma_opposite.expect("negative weights") - 1.0).abs() < 1e-3, "{negative} {found:?}");
    }

    #[test]
    fn alike_weights_leave_no_doubt() {
        let cells = vec![CellWeight { cell: 0, weight: 0.5, share: 0.5 }; 2];
        let found = TwfeWeights::of(cells, 1.0);
        assert_eq!((found.sigma_zero, found.sigma_opposite, found.n_negative), (None, None, 0));
        let single = TwfeWeights::of(vec![CellWeight { cell: 0, weight: 1.0, share: 1.0 }], 1.0);
        assert_eq!((single.sigma_zero, single.sigma_opposite), (None, None));
    }
}
