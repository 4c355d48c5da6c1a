//! Taking effects off a column: its residual from a weighted regression on all of their levels and slopes.
//!
//! A single effect is taken off in closed form: the weighted mean of each level, and with slopes its line. Several effects
//! do not sit apart from each other, so their coefficients solve one large sparse system. The effect with the most levels
//! is eliminated exactly; what remains, A = D'W(I − P)D for the levels D of the others, P the projection on the eliminated
//! one, is solved by conjugate gradients with the diagonal of D'WD as preconditioner: alternating projections (Guimarães
//! and Portugal 2010; Gaure 2013) with the acceleration of Correia (2016), which a regression of two effects equals step by
//! step. The residual is then computed anew and the system solved again for what is left (iterative refinement), until the
//! last correction, times the ratio by which corrections shrink, is below [`ENOUGH`] of the column's own size.
//!
//! Sums run over rows in the panel's order, one column and block at a time: threads change no bit.

use super::dimension::{Dimension, Rows};
use std::ops::Range;

/// The error that may be left, as a share of the column's standard deviation.
pub(super) const ENOUGH: f64 = 1e-13;
/// By how much one round of conjugate gradients reduces what is left.
const ROUND: f64 = 1e-8;
/// Below this share corrections that no longer shrink are rounding.
const ROUNDING: f64 = 1e-11;
/// A residual below this share of the column is none.
const NOISE: f64 = 1e-15;
/// A direction in which the system bends less than this is none of its own: effects overlap in it (all have the constant).
const FLAT: f64 = 1e-13;
/// Steps without any progress after which what is left is rounding.
const STALLED: usize = 50;
/// The most steps of conjugate gradients for a column.
pub(super) const MOST_STEPS: usize = 20_000;

/// The coefficients were not found within [`MOST_STEPS`] steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotConverged;

/// Neighbouring rows, with effects none of whose levels has rows elsewhere.
pub(super) struct Block<'a> {
    rows: Range<usize>,
    weight: &'a [f64],
    /// The effect that is eliminated, then the others.
    parts: Vec<Part<'a>>,
}

/// An effect in a block.
struct Part<'a> {
    of: &'a Dimension,
    /// The first of its levels in the block: they have neighbouring numbers.
    first: usize,
    n_levels: usize,
}

impl Part<'_> {
    fn width(&self) -> usize {
        if self.of.slope.is_some() { 2 * self.n_levels } else { self.n_levels }
    }
}

impl<'a> Block<'a> {
    pub fn new(rows: &'a Rows, range: Range<usize>, effects: &[&'a Dimension]) -> Block<'a> {
        let part = |of: &&'a Dimension| {
            let levels = &of.level[range.clone()];
            let first = levels.iter().min().map_or(0, |l| *l as usize);
            Part { of, first, n_levels: levels.iter().max().map_or(0, |l| *l as usize + 1) - first }
        };
        let mut parts: Vec<Part<'a>> = effects.iter().map(part).collect();
        // Stable: among equals the first that was named.
        parts.sort_by_key(|p| std::cmp::Reverse(p.width()));
        Block { weight: &rows.weight[range.clone()], rows: range, parts }
    }

    fn slice<'b>(&self, all: &'b [f64]) -> &'b [f64] {
        &all[self.rows.clone()]
    }

    fn levels(&self, part: &Part<'a>) -> impl Iterator<Item = usize> + use<'a, '_> {
        let first = part.first;
        part.of.level[self.rows.clone()].iter().map(move |&l| l as usize - first)
    }

    /// The weighted sums of a column over the levels of an effect, then over its slopes.
    fn sums(&self, part: &Part<'a>, z: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        match &part.of.slope {
            None => self.levels(part).zip(z.iter().zip(self.weight)).for_each(|(l, (z, w))| out[l] += w * z),
            Some(slope) => {
                let (mean, line) = out.split_at_mut(part.n_levels);
                for (((l, z), w), x) in self.levels(part).zip(z).zip(self.weight).zip(self.slice(&slope.centred)) {
                    mean[l] += w * z;
                    line[l] += w * z * x;
                }
            }
        }
    }

    /// Divides sums by the effect's own diagonal.
    fn scale(&self, part: &Part<'a>, sums: &mut [f64]) {
        let levels = part.first..part.first + part.n_levels;
        let (mean, line) = sums.split_at_mut(part.n_levels);
        mean.iter_mut().zip(&part.of.inverse[levels.clone()]).for_each(|(s, i)| *s *= i);
        if let Some(slope) = &part.of.slope {
            line.iter_mut().zip(&slope.inverse[levels]).for_each(|(s, i)| *s *= i);
        }
    }

    /// Adds `factor` times the effect with these coefficients to a column.
    fn add(&self, part: &Part<'a>, coefficients: &[f64], factor: f64, z: &mut [f64]) {
        match &part.of.slope {
            None => self.levels(part).zip(z).for_each(|(l, z)| *z += factor * coefficients[l]),
            Some(slope) => {
                let (mean, line) = coefficients.split_at(part.n_levels);
                for ((l, z), x) in self.levels(part).zip(z).zip(self.slice(&slope.centred)) {
                    *z += factor * (mean[l] + line[l] * x);
                }
            }
        }
    }

    /// Takes the eliminated effect off.
    fn eliminate(&self, z: &mut [f64], scratch: &mut Vec<f64>) {
        let part = &self.parts[0];
        scratch.resize(part.width(), 0.0);
        self.sums(part, z, scratch);
        self.scale(part, scratch);
        self.add(part, scratch, -1.0, z);
    }

    /// The other effects, each with the place of its coefficients.
    fn others(&self) -> impl Iterator<Item = (&Part<'a>, Range<usize>)> {
        self.parts[1..].iter().scan(0, |at, part| {
            let from = *at;
            *at += part.width();
            Some((part, from..*at))
        })
    }

    fn all_sums(&self, z: &[f64], out: &mut [f64]) {
        self.others().for_each(|(part, at)| self.sums(part, z, &mut out[at]));
    }

    fn add_all(&self, coefficients: &[f64], factor: f64, z: &mut [f64]) {
        self.others().for_each(|(part, at)| self.add(part, &coefficients[at], factor, z));
    }

    fn precondition(&self, r: &[f64], out: &mut [f64]) {
        out.copy_from_slice(r);
        self.others().for_each(|(part, at)| self.scale(part, &mut out[at]));
    }

    /// d'D'WDd by the diagonal: how much a direction would bend if the effects did not overlap.
    fn alone(&self, d: &[f64]) -> f64 {
        let part = |(part, at): (&Part<'a>, Range<usize>)| {
            let levels = part.first..part.first + part.n_levels;
            let (mean, line) = d[at].split_at(part.n_levels);
            let sum = |d: &[f64], inverse: &[f64]| d.iter().zip(inverse).filter(|(_, i)| **i > 0.0).map(|(d, i)| d * d / i).sum::<f64>();
            sum(mean, &part.of.inverse[levels.clone()]) + part.of.slope.as_ref().map_or(0.0, |s| sum(line, &s.inverse[levels]))
        };
        self.others().map(part).sum()
    }

    /// Takes all effects off a column of the block's rows.
    pub fn take_off(&self, z: &mut [f64]) -> Result<(), NotConverged> {
        self.take_off_within(MOST_STEPS, z)
    }

    fn take_off_within(&self, most: usize, z: &mut [f64]) -> Result<(), NotConverged> {
        if self.parts.is_empty() || z.is_empty() {
            return Ok(());
        }
        let size = z.iter().zip(self.weight).map(|(z, w)| w * z * z).sum::<f64>().sqrt();
        let mut scratch = Vec::new();
        self.eliminate(z, &mut scratch);
        if self.parts.len() > 1 && size > 0.0 {
            let (mut last, mut steps) = (None, most);
            loop {
                let change = self.correct(z, size, &mut steps, &mut scratch)?;
                self.eliminate(z, &mut scratch);
                let shrinking = last.map_or(1.0, |last: f64| change / last);
                let left = change * shrinking.min(1.0);
                if change <= ENOUGH * size || (last.is_some() && left <= ENOUGH * size) || (change <= ROUNDING * size && shrinking > 0.1) {
                    break;
                }
                last = Some(change);
            }
        }
        // Once more for what rounding left of the means.
        self.eliminate(z, &mut scratch);
        Ok(())
    }

    /// One round: finds the coefficients of what the other effects still explain, and takes it off. Returns how much that was.
    fn correct(&self, z: &mut [f64], size: f64, steps: &mut usize, scratch: &mut Vec<f64>) -> Result<f64, NotConverged> {
        let width = self.others().map(|(part, _)| part.width()).sum();
        let zeros = || vec![0.0; width];
        let (mut x, mut r, mut d, mut q, mut m) = (zeros(), zeros(), zeros(), zeros(), zeros());
        let mut v = vec![0.0; z.len()];
        self.all_sums(z, &mut r);
        let start = r.clone();
        self.precondition(&r, &mut m);
        d.copy_from_slice(&m);
        let mut rho = inner(&r, &m);
        let enough = (ROUND * ROUND * rho).max(NOISE * NOISE * size * size);
        let (mut least, mut since) = (rho, 0);
        while rho > enough {
            if since > STALLED && rho <= ROUNDING * ROUNDING * size * size {
                break;
            }
            *steps = steps.checked_sub(1).ok_or(NotConverged)?;
            v.fill(0.0);
            self.add_all(&d, 1.0, &mut v);
            self.eliminate(&mut v, scratch);
            self.all_sums(&v, &mut q);
            let bend = inner(&d, &q);
            if bend.is_nan() || bend <= FLAT * self.alone(&d) {
                break;
            }
            let along = rho / bend;
            x.iter_mut().zip(&d).for_each(|(x, d)| *x += along * d);
            r.iter_mut().zip(&q).for_each(|(r, q)| *r -= along * q);
            self.precondition(&r, &mut m);
            let next = inner(&r, &m);
            let turn = next / rho;
            d.iter_mut().zip(&m).for_each(|(d, m)| *d = m + turn * *d);
            rho = next;
            since = if rho < 0.5 * least { 0 } else { since + 1 };
            least = least.min(rho);
        }
        self.add_all(&x, -1.0, z);
        Ok(inner(&x, &start).max(0.0).sqrt())
    }
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::{Cholesky, Matrix, RankRule};
    use crate::panel::Effect;
    use std::sync::Arc;

    fn effect(level: Vec<u32>, slope: Option<Vec<f64>>) -> Effect {
        Effect { name: "e".into(), level: Arc::new(level), slope: slope.map(Arc::new) }
    }

    fn rows(weight: Vec<f64>) -> Rows {
        let n = weight.len();
        Rows { row: (0..n).collect(), weight, clusters: std::iter::once(0..n).collect() }
    }

    fn wobble(n: usize, k: f64) -> Vec<f64> {
        (0..n).map(|i| libm::sin(k * i as f64 + 0.3 * k)).collect()
    }

    /// z less its regression on columns, densely.
    fn dense(columns: &[Vec<f64>], w: &[f64], z: &[f64]) -> Vec<f64> {
        let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).zip(w).map(|((a, b), w)| w * a * b).sum::<f64>();
        let cross = Matrix::from_fn(columns.len(), columns.len(), |i, j| inner(&columns[i], &columns[j]));
        let ranked = Cholesky::ranked(&cross, RankRule::default());
        let mut left = z.to_vec();
        for _ in 0..2 {
            let b: Vec<f64> = ranked.kept.iter().map(|&k| inner(&columns[k], &left)).collect();
            for (&k, b) in ranked.kept.iter().zip(ranked.cholesky.solve(&b)) {
                left.iter_mut().zip(&columns[k]).for_each(|(l, x)| *l -= b * x);
            }
        }
        left
    }

    #[test]
    fn three_effects_and_slopes_as_by_dense_least_squares() {
        let n = 300;
        let rows = rows((0..n).map(|i| 0.2 + (i * 7 % 5) as f64 / 5.0).collect());
        let level = |m: usize, k: usize| (0..n).map(|i| ((i * m + i / k) % 17 % (k + 3)) as u32).collect::<Vec<u32>>();
        let effects = [effect(level(7, 6), None), effect(level(5, 9), Some(wobble(n, 0.7))), effect(level(3, 4), None)];
        let dimensions: Vec<Dimension> = effects.iter().map(|e| Dimension::new(e, &rows)).collect();
        let columns: Vec<Vec<f64>> = dimensions.iter().flat_map(|d| d.columns().map(|(_, c)| c).collect::<Vec<_>>()).collect();
        let z = wobble(n, 1.3);
        let mut left = z.clone();
        let block = Block::new(&rows, 0..n, &dimensions.iter().collect::<Vec<_>>());
        block.take_off(&mut left).expect("converges");
        for (a, b) in left.iter().zip(dense(&columns, &rows.weight, &z)) {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
        let mut few = z;
        assert_eq!(block.take_off_within(3, &mut few), Err(NotConverged));
    }

    /// Levels that hang together by one row each: the slowest case there is.
    #[test]
    fn a_long_chain_converges() {
        let n = 3000;
        let rows = rows(vec![1.0; n]);
        // Row i joins levels i/2 and (i+1)/2, and every fortieth is a row more in the same place.
        let at = |i: usize| i - i / 40;
        let effects =
            [effect((0..n).map(|i| (at(i) / 2) as u32).collect(), None), effect((0..n).map(|i| at(i).div_ceil(2) as u32).collect(), None)];
        let dimensions: Vec<Dimension> = effects.iter().map(|e| Dimension::new(e, &rows)).collect();
        let mut z = wobble(n, 0.9);
        Block::new(&rows, 0..n, &dimensions.iter().collect::<Vec<_>>()).take_off(&mut z).expect("converges");
        assert!(z.iter().any(|z| z.abs() > 0.1));
        for d in &dimensions {
            let mut sums = vec![0.0; d.n_levels];
            d.level.iter().zip(&z).for_each(|(&l, z)| sums[l as usize] += z);
            assert!(sums.iter().all(|s| s.abs() < 1e-12), "{:e}", sums.iter().fold(0.0, |m: f64, s| m.max(s.abs())));
        }
        // A tree explains everything but the rows that stand twice: these keep half their difference.
        let twice = (1..n).filter(|&i| at(i) == at(i - 1));
        for i in twice {
            assert!((z[i] + z[i - 1]).abs() < 1e-10, "{i}: {} {}", z[i], z[i - 1]);
            let own = wobble(n, 0.9);
            assert!((z[i] - 0.5 * (own[i] - own[i - 1])).abs() < 1e-10, "{i}");
        }
    }
}
