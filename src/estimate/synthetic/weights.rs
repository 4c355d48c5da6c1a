//! The weights of comparison units and of the periods before the start.
//!
//! Unit weights ω make the weighted mean of comparison units follow the treated's mean before the start; time weights λ make
//! the weighted mean of the periods before the start predict, among comparison units, their mean after it
//! (Arkhangelsky et al. 2021, eqs. 4 to 6). With counts c each unit stands for c copies that share its weight evenly.
//!
//! With weights w of the units (their mean among comparison units taken for one) c·w takes the place of c in the penalty ζ²Σω²/c, in
//! the sums over comparison units that λ minimises, and in the noise: weights that are all alike before anything is fitted are in
//! proportion to w. Composed instead finds ω and λ without w and lets ω·w, made to add up to one, take the place of ω.

use super::series::{Outcomes, Series, Starters, shares};
use super::simplex::{Problem, Stop, sparsified};
use crate::num::Matrix;

/// How periods before the start are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Periods {
    /// As fits.
    Fitted,
    /// All alike.
    Uniform,
    /// Not at all: levels are compared, not changes.
    Unused,
}

/// Where the weights of units enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tilt {
    /// The search itself.
    Fitted,
    /// What it found.
    Composed,
}

/// How weights are found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Where the weights of units enter.
    pub tilt: Tilt,
    /// Whether comparison units are weighted as fits, or all alike.
    pub fitted_units: bool,
    /// The periods before the start.
    pub periods: Periods,
    /// Whether the weighted mean may run at a constant distance from the treated's.
    pub intercept: bool,
    /// Whether large weights on few units are discouraged as much as noise asks.
    pub spread: bool,
    /// Whether the optimum itself is sought.
    pub exact: bool,
}

/// The weights of one start.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    /// Of each comparison unit.
    pub units: Vec<f64>,
    /// Of each period before the start; they add up to one, or are all zero.
    pub periods: Vec<f64>,
    /// What they were found with.
    pub scale: Scale,
    /// Whether the search came to rest.
    pub settled: bool,
}

/// The noise to which penalties and the stopping rule are scaled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// The standard deviation of comparison units' changes from period to period before the start.
    pub noise: f64,
    /// ζ of unit weights.
    pub zeta: f64,
}

impl Rules {
    /// How often each comparison unit counts in the search.
    pub(super) fn own(&self, controls: &Series, counts: &[f64]) -> Vec<f64> {
        if self.tilt == Tilt::Fitted { controls.weighted(counts) } else { counts.to_vec() }
    }

    /// The scale of a start: σ̂, and ζ = (N₁T₁)^¼ σ̂, or 10⁻⁶ σ̂.
    pub(super) fn scale(&self, outcomes: &Outcomes, starters: &Starters) -> Scale {
        let ones = vec![1.0; outcomes.controls.y.len()];
        let noise = noise(outcomes, starters.start, &self.own(&outcomes.controls, &ones));
        let cells = starters.units.y.len() * (outcomes.level.len() - starters.start);
        let eta = if self.spread { (cells as f64).sqrt().sqrt() } else { 1e-6 };
        Scale { noise, zeta: eta * noise }
    }

    /// Where the search for weights starts: all alike.
    pub(super) fn even(&self, controls: &Series, counts: &[f64], start: usize, scale: Scale) -> Option<Weights> {
        Some(Weights { units: shares(&self.own(controls, counts))?, periods: vec![1.0 / start as f64; start], scale, settled: true })
    }

    /// The weights for a treated mean, searched from `from` (unit weights times counts, made to add up to one).
    /// `None` when no comparison unit counts.
    pub(super) fn fit(&self, controls: &Series, counts: &[f64], treated: &[f64], start: usize, from: &Weights) -> Option<Weights> {
        // Units that count, each with its share of the start.
        let present: Vec<usize> = (0..counts.len()).filter(|&j| counts[j] > 0.0).collect();
        let weighted = self.own(controls, counts);
        let own: Vec<f64> = present.iter().map(|&j| weighted[j]).collect();
        let even = shares(&own)?;
        let scale = from.scale;
        let least = 1e-5 * scale.noise;
        let stop = Stop { least: least * least, most: 10_000 };
        let mut settled = true;
        let mut find = |mut problem: Problem, mut x: Vec<f64>| -> Vec<f64> {
            problem.frank_wolfe(&mut x, Stop { most: 100, ..stop });
            let mut x = sparsified(&x);
            settled &= if self.exact {
                // A few hundred steps find most of the columns that matter.
                problem.frank_wolfe(&mut x, Stop { most: 300, ..stop });
                problem.exact(&mut x) || problem.frank_wolfe(&mut x, Stop { least: 1e-14 * stop.least, most: 100_000 })
            } else {
                problem.frank_wolfe(&mut x, stop)
            };
            x
        };
        let periods = match self.periods {
            Periods::Fitted => {
                let small = 1e-6 * scale.noise;
                find(period_problem(controls, &present, &own, start, small, self.exact), from.periods.clone())
            }
            Periods::Uniform => vec![1.0 / start as f64; start],
            Periods::Unused => vec![0.0; start],
        };
        let mut units = vec![0.0; counts.len()];
        let found = if self.fitted_units {
            let begin = shares(&present.iter().map(|&j| from.units[j] * counts[j]).collect::<Vec<_>>()).unwrap_or(even);
            find(self.unit_problem(controls, &present, &own, &treated[..start], scale.zeta), begin)
        } else {
            even
        };
        present.iter().zip(found).for_each(|(&j, w)| units[j] = w);
        if self.tilt == Tilt::Composed {
            units = shares(&units.iter().zip(&controls.weight).map(|(u, w)| u * w).collect::<Vec<_>>())?;
        }
        Some(Weights { units, periods, scale, settled })
    }

    /// Comparison units as columns, periods before the start as rows.
    fn unit_problem(&self, controls: &Series, present: &[usize], counts: &[f64], treated: &[f64], zeta: f64) -> Problem {
        let start = treated.len();
        let middle = |y: &[f64]| if self.intercept { y.iter().sum::<f64>() / start as f64 } else { 0.0 };
        let centres: Vec<f64> = present.iter().map(|&j| middle(&controls.y[j][..start])).collect();
        let rows = (0..start).map(|s| present.iter().zip(&centres).map(|(&j, m)| controls.y[j][s] - m).collect()).collect();
        let own = middle(treated);
        let b: Vec<f64> = treated.iter().map(|y| y - own).collect();
        let eta = start as f64 * zeta * zeta;
        Problem::from_rows(rows, &b, counts.iter().map(|c| eta / c).collect(), start as f64)
    }
}

/// Periods before the start as columns, comparison units as rows, their mean after the start to be predicted; with intercept.
/// Where so few units cannot tell the periods apart and the optimum is wanted, the problem keeps its rows.
fn period_problem(controls: &Series, present: &[usize], counts: &[f64], start: usize, zeta: f64, exact: bool) -> Problem {
    let n: f64 = counts.iter().sum();
    // Each unit's own mean before the start taken off changes nothing, as weights add up to one, and keeps digits.
    let row = |j: usize| -> Vec<f64> {
        let y = &controls.y[j];
        let own = y[..start].iter().sum::<f64>() / start as f64;
        let after = y[start..].iter().map(|y| y - own).sum::<f64>() / (y.len() - start) as f64;
        y[..start].iter().map(|y| y - own).chain([after]).collect()
    };
    let mut rows: Vec<Vec<f64>> = present.iter().map(|&j| row(j)).collect();
    let mut centre = vec![0.0; start + 1];
    for (row, c) in rows.iter().zip(counts) {
        centre.iter_mut().zip(row).for_each(|(m, y)| *m += c * y / n);
    }
    for row in &mut rows {
        row.iter_mut().zip(&centre).for_each(|(y, m)| *y -= m);
    }
    let ridge = vec![n * zeta * zeta; start];
    if exact && (2..=start).contains(&rows.len()) {
        let mut rows = without_mean(rows, counts);
        let after: Vec<f64> = rows.iter_mut().filter_map(Vec::pop).collect();
        return Problem::from_rows(rows, &after, ridge, n);
    }
    let mut products = Matrix::zeros(start + 1, start + 1);
    rows.iter().zip(counts).for_each(|(away, &c)| products.add_outer(away, c));
    let gram = products.select(&(0..start).collect::<Vec<_>>());
    let h = products.row(start)[..start].to_vec();
    Problem::from_products(&gram, h, ridge, n)
}

/// Rows about their weighted mean as one row fewer with the same weighted products, none of them a sum of others: mirrored so
/// that the mean comes to lie in the first, which is zero (Householder 1958).
fn without_mean(rows: Vec<Vec<f64>>, counts: &[f64]) -> Vec<Vec<f64>> {
    let n: f64 = counts.iter().sum();
    let mut mirror: Vec<f64> = counts.iter().map(|c| (c / n).sqrt()).collect();
    mirror[0] += 1.0;
    let scaled = |row: &[f64], c: f64| -> Vec<f64> { row.iter().map(|y| c.sqrt() * y).collect() };
    let rows: Vec<Vec<f64>> = rows.iter().zip(counts).map(|(row, &c)| scaled(row, c)).collect();
    let mut along = vec![0.0; rows[0].len()];
    for (row, v) in rows.iter().zip(&mirror) {
        along.iter_mut().zip(row).for_each(|(s, y)| *s += v * y / mirror[0]);
    }
    let mirrored = |(mut row, v): (Vec<f64>, &f64)| {
        row.iter_mut().zip(&along).for_each(|(y, s)| *y -= v * s);
        row
    };
    rows.into_iter().zip(&mirror).skip(1).map(mirrored).collect()
}

/// The standard deviation of changes from period to period before the start, all comparison units that count together.
pub(super) fn noise(outcomes: &Outcomes, start: usize, counts: &[f64]) -> f64 {
    let change = |y: &[f64], t: usize| (y[t + 1] - y[t]) + (outcomes.level[t + 1] - outcomes.level[t]);
    let (mut sum, mut n) = (0.0, 0.0);
    let each = || outcomes.controls.y.iter().zip(counts).filter(|(_, c)| **c > 0.0);
    for (y, c) in each() {
        (0..start - 1).for_each(|t| sum += c * change(y, t));
        n += c * (start - 1) as f64;
    }
    let (mean, mut square) = (sum / n, 0.0);
    for (y, c) in each() {
        (0..start - 1).for_each(|t| square += c * (change(y, t) - mean) * (change(y, t) - mean));
    }
    if n > 1.0 { (square / (n - 1.0)).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wobble(i: usize) -> f64 {
        libm::sin(i as f64 * 1.7) + libm::cos((i * i) as f64 * 0.3)
    }

    fn series(units: &[usize]) -> Series {
        let y = units.iter().map(|u| (0..9).map(|t| wobble(u * 9 + t) + 0.2 * (u * t) as f64 / 7.0).collect()).collect();
        Series { y, x: vec![Vec::new(); units.len()], cluster: units.iter().map(|&u| u as u32).collect(), weight: vec![1.0; units.len()] }
    }

    /// A unit that counts three times is three units; one that counts zero times is none.
    #[test]
    fn counts_are_copies() {
        let (once, copies) = (series(&[0, 1, 2, 3, 4, 5, 6, 8]), series(&[0, 0, 0, 1, 3, 3, 4, 5, 6, 8]));
        let counts = [3.0, 1.0, 0.0, 2.0, 1.0, 1.0, 1.0, 1.0];
        let treated = series(&[7]).y[0].clone();
        let scale = Scale { noise: 0.9, zeta: 0.4 };
        for exact in [true, false] {
            let rules = Rules { tilt: Tilt::Fitted, fitted_units: true, periods: Periods::Fitted, intercept: true, spread: true, exact };
            let fit = |series: &Series, counts: &[f64]| {
                let from = rules.even(series, counts, 4, scale).expect("units that count");
                rules.fit(series, counts, &treated, 4, &from).expect("units that count")
            };
            let (a, b) = (fit(&once, &counts), fit(&copies, &[1.0; 10]));
            let u = &b.units;
            let summed = [u[0] + u[1] + u[2], u[3], 0.0, u[4] + u[5], u[6], u[7], u[8], u[9]];
            // Frank–Wolfe gives weight to one copy after the other, and stops elsewhere.
            let near = if exact { 1e-12 } else { 1e-2 };
            for (x, y) in a.units.iter().zip(summed).chain(a.periods.iter().zip(b.periods.clone())) {
                assert!((x - y).abs() < near, "exact {exact}: {:?} {:?} and {summed:?} {:?}", a.units, a.periods, b.periods);
            }
        }
    }

    /// Weights that fit nothing are the units' own shares; an optimum under weights is one of the penalty with ζ²/w.
    #[test]
    fn weights_share_the_penalty() {
        let mut own = series(&[0, 1, 2, 3, 4, 5]);
        own.weight = vec![3.0, 0.5, 1.0, 2.0, 1.5, 4.0];
        let treated = series(&[7]).y[0].clone();
        let rules = Rules { tilt: Tilt::Fitted, fitted_units: true, periods: Periods::Fitted, intercept: true, spread: true, exact: true };
        let fit = |series: &Series, counts: &[f64], zeta: f64| {
            let from = rules.even(series, counts, 4, Scale { noise: 0.9, zeta }).expect("units that count");
            rules.fit(series, counts, &treated, 4, &from).expect("units that count")
        };
        let stiff = fit(&own, &[1.0; 6], 1e6);
        assert!(stiff.units.iter().zip(&own.weight).all(|(u, w)| (u - w / 12.0).abs() < 1e-9), "{:?}", stiff.units);
        // Counts in the same proportion that add up to as many are the same thing.
        let plain = series(&[0, 1, 2, 3, 4, 5]);
        let (a, b) = (fit(&own, &[1.0; 6], 0.4), fit(&plain, &own.weight.iter().map(|w| w / 2.0).collect::<Vec<_>>(), 0.4));
        for (x, y) in a.units.iter().zip(&b.units).chain(a.periods.iter().zip(&b.periods)) {
            assert!((x - y).abs() < 1e-12, "{:?} {:?}", a.units, b.units);
        }
        let composed = Rules { tilt: Tilt::Composed, ..rules };
        let from = composed.even(&own, &[1.0; 6], 4, Scale { noise: 0.9, zeta: 0.4 }).expect("units that count");
        let (c, d) = (composed.fit(&own, &[1.0; 6], &treated, 4, &from).expect("they count"), fit(&plain, &[1.0; 6], 0.4));
        let total: f64 = d.units.iter().zip(&own.weight).map(|(u, w)| u * w).sum();
        assert!(c.units.iter().zip(d.units.iter().zip(&own.weight)).all(|(x, (u, w))| (x - u * w / total).abs() < 1e-12));
        assert_eq!(c.periods, d.periods);
    }

    #[test]
    fn noise_is_the_standard_deviation_of_changes() {
        let controls = series(&[0, 1, 2]);
        let outcomes = Outcomes {
            level: vec![0.0; 9],
            starters: Vec::new(),
            n_covariates: 0,
            x_level: Vec::new(),
            unit: 1.0,
            controls: controls.clone(),
        };
        let changes: Vec<f64> = controls.y.iter().flat_map(|y| (0..4).map(|t| y[t + 1] - y[t])).collect();
        let mean = changes.iter().sum::<f64>() / 12.0;
        let expected = (changes.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / 11.0).sqrt();
        assert!((noise(&outcomes, 5, &[1.0; 3]) - expected).abs() < 1e-14);
    }
}
