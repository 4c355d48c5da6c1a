//! One absorbed effect on the rows of a regression: its levels, and what of a column each of them takes up.

use crate::panel::{Effect, Panel};
use std::ops::Range;

/// The rows that are used, in the order of the panel.
pub(super) struct Rows {
    /// The panel's rows.
    pub row: Vec<usize>,
    /// Their weights, the largest about one.
    pub weight: Vec<f64>,
    /// The places of each cluster's rows; empty ranges where it has none.
    pub clusters: Vec<Range<usize>>,
}

impl Rows {
    pub fn new(panel: &Panel, include: &dyn Fn(u32) -> bool) -> Rows {
        let largest = crate::num::power_of_two_above(panel.weight.iter().fold(0.0, |m: f64, &w| m.max(w)));
        let mut out = Rows { row: Vec::new(), weight: Vec::new(), clusters: Vec::new() };
        for g in 0..panel.n_clusters() {
            let from = out.row.len();
            for r in panel.units_of(g).flat_map(|u| panel.rows_of(u)).filter(|&r| include(panel.cell[r])) {
                out.row.push(r);
                out.weight.push(if panel.weight.is_empty() { 1.0 } else { (panel.weight[r] / largest).max(f64::MIN_POSITIVE) });
            }
            out.clusters.push(from..out.row.len());
        }
        out
    }

    pub fn len(&self) -> usize {
        self.row.len()
    }
}

/// An effect: a mean for each level, and where it has a slope a line.
pub(super) struct Dimension {
    /// As it was written.
    pub name: String,
    /// The level of each row, numbered in the order in which they are met: what levels are called changes nothing.
    pub level: Vec<u32>,
    /// How many there are.
    pub n_levels: usize,
    /// How many of them have a single row.
    pub singletons: usize,
    /// 1 / Σ w of each level.
    pub inverse: Vec<f64>,
    /// The line, where there is one.
    pub slope: Option<Slope>,
    /// Whether every level lies in one cluster.
    pub nested: bool,
}

/// The slopes of an effect, orthogonal to its levels.
pub(super) struct Slope {
    /// x less its weighted mean in the level.
    pub centred: Vec<f64>,
    /// 1 / Σ w (x − mean)² of each level; 0 where x does not vary.
    pub inverse: Vec<f64>,
}

/// Numbers in the order in which they are met.
fn renumbered(codes: impl Iterator<Item = u32> + Clone) -> (Vec<u32>, usize) {
    let mut number = vec![u32::MAX; codes.clone().max().map_or(0, |m| m as usize + 1)];
    let mut n = 0;
    let level = codes.map(|c| {
        let slot = &mut number[c as usize];
        if *slot == u32::MAX {
            *slot = n;
            n += 1;
        }
        *slot
    });
    (level.collect(), n as usize)
}

impl Dimension {
    pub fn new(effect: &Effect, rows: &Rows) -> Dimension {
        let (level, n_levels) = renumbered(rows.row.iter().map(|&r| effect.level[r]));
        let (mut total, mut count) = (vec![0.0; n_levels], vec![0u32; n_levels]);
        for (&l, w) in level.iter().zip(&rows.weight) {
            total[l as usize] += w;
            count[l as usize] += 1;
        }
        let inverse: Vec<f64> = total.iter().map(|t| 1.0 / t).collect();
        let slope =
            effect.slope.as_ref().map(|x| Slope::new(&rows.row.iter().map(|&r| x[r]).collect::<Vec<f64>>(), &level, &inverse, rows));
        let mut out = Dimension {
            name: effect.name.clone(),
            level,
            n_levels,
            singletons: count.iter().filter(|n| **n == 1).count(),
            inverse,
            slope,
            nested: false,
        };
        out.nested = out.lies_within(&rows.clusters);
        out
    }

    /// How many numbers stand for it.
    pub fn width(&self) -> usize {
        if self.slope.is_some() { 2 * self.n_levels } else { self.n_levels }
    }

    /// Whether every level lies in one of these groups of neighbouring rows.
    pub fn lies_within(&self, groups: &[Range<usize>]) -> bool {
        let mut home = vec![u32::MAX; self.n_levels];
        groups.iter().enumerate().all(|(g, places)| {
            self.level[places.clone()].iter().all(|&l| {
                let slot = &mut home[l as usize];
                if *slot == u32::MAX {
                    *slot = g as u32;
                }
                *slot == g as u32
            })
        })
    }

    /// Whether every level has one of these values only.
    pub fn has_one<T: Copy + PartialEq>(&self, values: impl Iterator<Item = T>) -> bool {
        let mut own: Vec<Option<T>> = vec![None; self.n_levels];
        self.level.iter().zip(values).all(|(&l, v)| *own[l as usize].get_or_insert(v) == v)
    }

    /// The share of a row's own value that the effect takes up: w/Σw + w(x − mean)²/Σw(x − mean)².
    pub fn leverage(&self, place: usize, weight: f64) -> f64 {
        let l = self.level[place] as usize;
        let line = self.slope.as_ref().map_or(0.0, |s| s.centred[place] * s.centred[place] * s.inverse[l]);
        weight * (self.inverse[l] + line)
    }

    /// The indicator of each level and, where there are slopes, the same times x: the effect as columns of a regression.
    pub fn columns(&self) -> impl Iterator<Item = (String, Vec<f64>)> + '_ {
        let of = move |l: usize| self.level.iter().map(move |&own| own as usize == l);
        let levels =
            (0..self.n_levels).map(move |l| (format!("{} {}", self.name, l + 1), of(l).map(|is| f64::from(u8::from(is))).collect()));
        let lines = self.slope.iter().flat_map(move |s| {
            let line = move |l: usize| of(l).zip(&s.centred).map(|(is, x)| if is { *x } else { 0.0 }).collect::<Vec<f64>>();
            (0..self.n_levels).filter(|&l| s.inverse[l] > 0.0).map(move |l| (format!("slope of {} {}", self.name, l + 1), line(l)))
        });
        levels.chain(lines)
    }
}

impl Slope {
    fn new(x: &[f64], level: &[u32], inverse: &[f64], rows: &Rows) -> Slope {
        let mut mean = vec![0.0; inverse.len()];
        let mut largest = vec![0.0_f64; inverse.len()];
        for ((&l, x), w) in level.iter().zip(x).zip(&rows.weight) {
            mean[l as usize] += w * x;
            largest[l as usize] = largest[l as usize].max(x.abs());
        }
        mean.iter_mut().zip(inverse).for_each(|(m, i)| *m *= i);
        let mut centred: Vec<f64> = level.iter().zip(x).map(|(&l, x)| x - mean[l as usize]).collect();
        // Once more for what rounding left: lines must be orthogonal to levels.
        mean.fill(0.0);
        level.iter().zip(&centred).zip(&rows.weight).for_each(|((&l, x), w)| mean[l as usize] += w * x);
        mean.iter_mut().zip(inverse).for_each(|(m, i)| *m *= i);
        level.iter().zip(&mut centred).for_each(|(&l, x)| *x -= mean[l as usize]);
        let mut square = vec![0.0; inverse.len()];
        let mut farthest = vec![0.0_f64; inverse.len()];
        for ((&l, x), w) in level.iter().zip(&centred).zip(&rows.weight) {
            square[l as usize] += w * x * x;
            farthest[l as usize] = farthest[l as usize].max(x.abs());
        }
        // What rounding leaves of an x that does not vary is no variation.
        let varies = |l: usize| farthest[l] > 1e-12 * largest[l];
        level.iter().zip(&mut centred).filter(|(l, _)| !varies(**l as usize)).for_each(|(_, x)| *x = 0.0);
        let inverse = (0..inverse.len()).map(|l| if varies(l) { 1.0 / square[l] } else { 0.0 }).collect();
        Slope { centred, inverse }
    }

    /// Whether x varies within some level.
    pub fn varies(&self) -> bool {
        self.inverse.iter().any(|i| *i > 0.0)
    }
}
