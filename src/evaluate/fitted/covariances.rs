//! Covariances of rows that share a unit, a classroom, a school, by the time between them.
//!
//! With r the outcome less the mean of its (cohort, period) cell, M the projection that takes those means off, and s_j(a, b) = 1
//! where rows a and b share a group of grouping j, E[r r'] = M (Σ_j γ_j ∘ s_j) M. Summed over the pairs that share a group of
//! grouping k and lie ℓ periods apart, both sides are equal in expectation; one equation a grouping, solved for γ_1(ℓ) … γ_J(ℓ)
//! (Henderson's method of moments; Searle, Casella and McCulloch 1992, ch. 5). So means estimated from few clusters bias nothing.

use super::layout::{Grouping, Layout};
use super::process::Lag;
use crate::num::{Cholesky, Matrix, RankRule};
use std::collections::BTreeMap;

/// Rows of a group in a cell: how many, and the sum of what is left of their outcomes.
#[derive(Clone, Copy)]
struct Entry {
    cell: u32,
    n: f64,
    sum: f64,
}

/// The groups of a grouping, each with its cells, ascending.
struct Counted {
    start: Vec<usize>,
    entries: Vec<Entry>,
}

impl Counted {
    fn new(codes: &[u32], n: usize, cell: &[u32], left: &[f64]) -> Counted {
        let mut order: Vec<u32> = (0..codes.len() as u32).collect();
        order.sort_by_key(|&r| (codes[r as usize], cell[r as usize]));
        let (mut start, mut entries): (Vec<usize>, Vec<Entry>) = (vec![0; n + 1], Vec::new());
        let mut last = None;
        for r in order.into_iter().map(|r| r as usize) {
            if last != Some((codes[r], cell[r])) {
                last = Some((codes[r], cell[r]));
                entries.push(Entry { cell: cell[r], n: 0.0, sum: 0.0 });
            }
            let entry = entries.last_mut().expect("pushed");
            entry.n += 1.0;
            entry.sum += left[r];
            start[codes[r] as usize + 1] = entries.len();
        }
        for g in 1..=n {
            start[g] = start[g].max(start[g - 1]);
        }
        Counted { start, entries }
    }

    fn of(&self, group: u32) -> &[Entry] {
        &self.entries[self.start[group as usize]..self.start[group as usize + 1]]
    }

    /// Rows of a group in a cell.
    fn n(&self, group: u32, cell: u32) -> f64 {
        let own = self.of(group);
        own.binary_search_by_key(&cell, |e| e.cell).map_or(0.0, |i| own[i].n)
    }

    fn groups(&self) -> impl Iterator<Item = &[Entry]> {
        self.start.windows(2).map(|w| &self.entries[w[0]..w[1]])
    }
}

/// Two groupings at once: rows share a group where they share one of each.
struct Both {
    counted: Counted,
    /// The group in the first and in the second.
    parts: Vec<(u32, u32)>,
}

impl Both {
    fn new(first: &Grouping, second: &Grouping, layout: &Layout, left: &[f64]) -> Both {
        let pairs = || first.codes.iter().copied().zip(second.codes.iter().copied());
        let mut codes: BTreeMap<(u32, u32), u32> = pairs().map(|p| (p, 0)).collect();
        codes.values_mut().zip(0..).for_each(|(code, i)| *code = i);
        let own: Vec<u32> = pairs().map(|p| codes[&p]).collect();
        let counted = Counted::new(&own, codes.len(), &layout.cell, left);
        Both { counted, parts: codes.into_keys().collect() }
    }
}

/// For each grouping its covariances by time, from what is left of the outcome once cells have mean zero.
pub(super) fn covariances(layout: &Layout, left: &[f64]) -> Vec<Vec<Lag>> {
    let cells = layout.cells.len();
    let time = |cell: u32| layout.cells.periods[layout.cells.period_ix(cell)];
    let mut size = vec![0.0; cells];
    layout.cell.iter().for_each(|&c| size[c as usize] += 1.0);
    let mut times: Vec<i64> = layout.cells.periods.iter().flat_map(|a| layout.cells.periods.iter().map(move |b| b - a)).collect();
    times.retain(|t| *t >= 0);
    times.sort_unstable();
    times.dedup();
    let at = |a: u32, b: u32| times.binary_search(&(time(b) - time(a))).ok();
    let counted: Vec<Counted> = layout.groupings.iter().map(|g| Counted::new(&g.codes, g.n, &layout.cell, left)).collect();
    let shared: Vec<Vec<f64>> = counted.iter().map(|c| pairs(c, cells)).collect();
    let k = layout.groupings.len();
    let mut sums = vec![vec![0.0; k]; times.len()];
    let mut expected: Vec<Matrix> = times.iter().map(|_| Matrix::zeros(k, k)).collect();
    for (i, own) in counted.iter().enumerate() {
        for group in own.groups() {
            for a in group {
                for b in group {
                    if let Some(t) = at(a.cell, b.cell) {
                        sums[t][i] += a.sum * b.sum;
                    }
                }
            }
        }
        for j in 0..k {
            let both = Both::new(&layout.groupings[i], &layout.groupings[j], layout, left);
            for (group, &(first, second)) in both.counted.groups().zip(&both.parts) {
                for a in group {
                    for b in group {
                        if let Some(t) = at(a.cell, b.cell) {
                            expected[t][(i, j)] += a.n * b.n;
                        }
                    }
                    // What the mean of the other row's cell takes off, on either side.
                    for other in counted[j].of(second) {
                        let off = a.n * own.n(first, other.cell) * other.n / size[other.cell as usize];
                        for t in [at(other.cell, a.cell), at(a.cell, other.cell)].into_iter().flatten() {
                            expected[t][(i, j)] -= off;
                        }
                    }
                }
            }
            for a in 0..cells as u32 {
                for b in 0..cells as u32 {
                    let place = a as usize * cells + b as usize;
                    if shared[i][place] > 0.0
                        && shared[j][place] > 0.0
                        && let Some(t) = at(a, b)
                    {
                        expected[t][(i, j)] += shared[i][place] * shared[j][place] / (size[a as usize] * size[b as usize]);
                    }
                }
            }
        }
    }
    let mut out = vec![Vec::new(); k];
    for ((&time, sums), expected) in times.iter().zip(&sums).zip(&expected) {
        for (j, lag) in solve(expected, sums).into_iter().enumerate() {
            out[j].extend(lag.map(|(covariance, pairs)| Lag { time, covariance, pairs }));
        }
    }
    out
}

/// Pairs of rows that share a group, by their cells.
fn pairs(counted: &Counted, cells: usize) -> Vec<f64> {
    let mut out = vec![0.0; cells * cells];
    for group in counted.groups() {
        for a in group {
            for b in group {
                out[a.cell as usize * cells + b.cell as usize] += a.n * b.n;
            }
        }
    }
    out
}

/// Solves the equations of one distance, each divided by its own pairs; groupings that no pair at this distance tells of get nothing.
fn solve(expected: &Matrix, sums: &[f64]) -> Vec<Option<(f64, f64)>> {
    let k = sums.len();
    let scale: Vec<f64> = (0..k).map(|i| if expected[(i, i)] > 1e-9 { 1.0 / expected[(i, i)] } else { 0.0 }).collect();
    let a = Matrix::from_fn(k, k, |i, j| (0..k).map(|e| expected[(e, i)] * scale[e] * expected[(e, j)] * scale[e]).sum());
    let b: Vec<f64> = (0..k).map(|i| (0..k).map(|e| expected[(e, i)] * scale[e] * sums[e] * scale[e]).sum()).collect();
    let ranked = Cholesky::ranked(&a, RankRule { share: 1e-8, absolute: 1e-18 });
    let right: Vec<f64> = ranked.kept.iter().map(|&i| b[i]).collect();
    let solution = ranked.cholesky.solve(&right);
    let mut out = vec![None; k];
    for (&i, value) in ranked.kept.iter().zip(solution) {
        if scale[i] > 0.0 {
            out[i] = Some((value, expected[(i, i)]));
        }
    }
    out
}
