//! Rows in nested groups, reduced to what the likelihood needs: sums by group.
//!
//! With a = (x, y) a row's regressors and outcome, V = W⁻¹ + Σ τ_l Z_l Z_l' and the groups of level l nested in those of
//! l − 1, V⁻¹ follows group by group from fine to coarse. A group with n = 1'V⁻¹1 and s = A'V⁻¹1 from the levels below gets,
//! when its own intercept with variance ratio τ is added (Sherman and Morrison),
//! A'V⁻¹A − τ/(1 + τn)·ss', s/(1 + τn), n/(1 + τn), and log|V| grows by log(1 + τn).
//! At the finest level n and s are plain sums, so all groups of one size enter together.

use super::jet::Number;
use crate::panel::Panel;

/// The groups of the finest level that lie in one group above and have the same size.
struct Bin {
    n: f64,
    count: f64,
    /// Σ s.
    sum: Vec<f64>,
    /// Σ ss', upper triangle.
    outer: Vec<f64>,
}

enum Contents {
    Groups(Vec<Contents>),
    Bins(Vec<Bin>),
}

/// A cluster's sums.
pub(super) struct Block {
    pub rows: f64,
    /// Σ log w.
    pub log_weights: f64,
    /// Σ w aa' within the groups of the finest level, upper triangle.
    within: Vec<f64>,
    contents: Contents,
}

/// A'V⁻¹A (upper triangle) and log|V| of a cluster, in units of the residual variance and without the rows' weights.
pub(super) struct Absorbed<N> {
    pub cross: Vec<N>,
    pub log_determinant: N,
}

/// The groups of a level as where each one's units begin; a group of a finer level never crosses one of a coarser level.
pub(super) type Starts = Vec<u32>;

impl Block {
    /// The sums of a cluster. `levels` are the levels with a random intercept, coarse to fine, the first the clusters
    /// themselves; `row` writes a row's (x, y).
    pub fn new(panel: &Panel, cluster: usize, levels: &[Starts], width: usize, row: &dyn Fn(usize, &mut [f64])) -> Block {
        let mut block = Block { rows: 0.0, log_weights: 0.0, within: vec![0.0; triangle(width)], contents: Contents::Bins(Vec::new()) };
        let units = panel.units_of(cluster);
        block.contents = block.group(panel, units, levels, width, row);
        block
    }

    fn group(
        &mut self,
        panel: &Panel,
        units: std::ops::Range<usize>,
        levels: &[Starts],
        width: usize,
        row: &dyn Fn(usize, &mut [f64]),
    ) -> Contents {
        let starts = &levels[0];
        let first = starts.partition_point(|&u| (u as usize) < units.start);
        let groups = starts[first..].windows(2).take_while(|pair| (pair[0] as usize) < units.end);
        let groups = groups.map(|pair| pair[0] as usize..pair[1] as usize);
        if levels.len() > 1 {
            return Contents::Groups(groups.map(|g| self.group(panel, g, &levels[1..], width, row)).collect());
        }
        let mut finest: Vec<(f64, Vec<f64>)> = groups.map(|g| self.finest(panel, g, width, row)).collect();
        finest.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut bins: Vec<Bin> = Vec::new();
        for (n, sum) in finest {
            if bins.last().is_none_or(|b| b.n != n) {
                bins.push(Bin { n, count: 0.0, sum: vec![0.0; width], outer: vec![0.0; triangle(width)] });
            }
            let Some(bin) = bins.last_mut() else { continue };
            bin.count += 1.0;
            bin.sum.iter_mut().zip(&sum).for_each(|(t, s)| *t += s);
            pairs(width, |at, i, j| bin.outer[at] += sum[i] * sum[j]);
        }
        Contents::Bins(bins)
    }

    /// n and s of a group of the finest level; what varies within it is added to the block.
    fn finest(&mut self, panel: &Panel, units: std::ops::Range<usize>, width: usize, row: &dyn Fn(usize, &mut [f64])) -> (f64, Vec<f64>) {
        let rows = panel.rows_of(units.start).start..panel.rows_of(units.end - 1).end;
        let (mut n, mut sum, mut a) = (0.0, vec![0.0; width], vec![0.0; width]);
        for r in rows.clone() {
            row(r, &mut a);
            let w = panel.weight_of(r);
            n += w;
            sum.iter_mut().zip(&a).for_each(|(s, x)| *s += w * x);
            self.rows += 1.0;
            self.log_weights += if panel.weight.is_empty() { 0.0 } else { libm::log(w) };
        }
        for r in rows {
            row(r, &mut a);
            a.iter_mut().zip(&sum).for_each(|(x, s)| *x -= s / n);
            let w = panel.weight_of(r);
            pairs(width, |at, i, j| self.within[at] += w * a[i] * a[j]);
        }
        (n, sum)
    }

    /// A'V⁻¹A and log|V| at these variance ratios, coarse to fine.
    pub fn absorb<N: Number>(&self, ratios: &[N]) -> Absorbed<N> {
        let cross = self.within.iter().map(|&x| N::constant(x)).collect();
        let mut out = Absorbed { cross, log_determinant: N::constant(0.0) };
        let width = width_of(self.within.len());
        out.contents(&self.contents, ratios, width);
        out
    }

    /// About how many products and sums [`Block::absorb`] takes.
    pub fn price(&self) -> f64 {
        fn count(contents: &Contents) -> usize {
            match contents {
                Contents::Groups(groups) => groups.len() + groups.iter().map(count).sum::<usize>(),
                Contents::Bins(bins) => bins.len(),
            }
        }
        (1 + count(&self.contents)) as f64 * self.within.len() as f64
    }
}

impl<N: Number> Absorbed<N> {
    /// Adds the groups within a group: the sum of their n and s, their own intercepts absorbed.
    fn contents(&mut self, contents: &Contents, ratios: &[N], width: usize) -> (N, Vec<N>) {
        let (mut total, mut sum) = (N::constant(0.0), vec![N::constant(0.0); width]);
        let one = N::constant(1.0);
        match contents {
            Contents::Bins(bins) => {
                for bin in bins {
                    let grown = one.plus(ratios[0].scaled(bin.n));
                    let left = grown.reciprocal();
                    self.log_determinant = self.log_determinant.plus(grown.logarithm().scaled(bin.count));
                    total = total.plus(left.scaled(bin.n * bin.count));
                    sum.iter_mut().zip(&bin.sum).for_each(|(t, &s)| *t = t.plus(left.scaled(s)));
                    let between = left.scaled(1.0 / bin.n);
                    self.cross.iter_mut().zip(&bin.outer).for_each(|(c, &o)| *c = c.plus(between.scaled(o)));
                }
            }
            Contents::Groups(groups) => {
                for group in groups {
                    let (n, s) = self.contents(group, &ratios[1..], width);
                    let grown = one.plus(ratios[0].times(n));
                    let left = grown.reciprocal();
                    self.log_determinant = self.log_determinant.plus(grown.logarithm());
                    total = total.plus(n.times(left));
                    let taken = ratios[0].times(left).scaled(-1.0);
                    let weighted: Vec<N> = s.iter().map(|x| x.times(taken)).collect();
                    pairs(width, |at, i, j| self.cross[at] = self.cross[at].plus(weighted[i].times(s[j])));
                    sum.iter_mut().zip(&s).for_each(|(t, x)| *t = t.plus(x.times(left)));
                }
            }
        }
        (total, sum)
    }
}

/// Entries of the upper triangle of a matrix.
pub(super) fn triangle(width: usize) -> usize {
    width * (width + 1) / 2
}

fn width_of(triangle: usize) -> usize {
    (0..).find(|&w| w * (w + 1) / 2 >= triangle).unwrap_or(0)
}

/// Visits the upper triangle row by row.
pub(super) fn pairs(width: usize, mut visit: impl FnMut(usize, usize, usize)) {
    let mut at = 0;
    for i in 0..width {
        for j in i..width {
            visit(at, i, j);
            at += 1;
        }
    }
}
