//! Rows in nested groups, reduced to what the likelihood needs: sums by group and period.
//!
//! With a = (x, y) a row's regressors and outcome, e its period's indicators (a single one where nothing is random by period),
//! A and E those of a group's rows, and V the covariance of its rows over σ², a group hands C = [A E]'V⁻¹[A E] to the group it
//! lies in. Every effect of the group is an intercept for b = Ec: the sum of all columns of E for the group itself, one of them
//! for group × period. With variance ratio τ, n = b'V⁻¹b and s = [A E]'V⁻¹b it makes (Sherman and Morrison)
//! C − τ/(1 + τn)·ss' of C, and log|V| grows by log(1 + τn). So units that persist and shocks of their school in a period,
//! which cross, are absorbed one after the other in groups that are nested. Intercept and slope together, B = (b, d), with
//! covariance D and N = B'V⁻¹B: (D⁻¹ + N)⁻¹ = (D + |D| adj N)/|I + DN| takes the place of τ/(1 + τn), |I + DN| of 1 + τn.
//! At a finest level without shocks C is a plain sum, so all groups of one size enter together.

use super::effects::Variances;
use super::jet::Number;
use crate::panel::Panel;
use std::ops::Range;

/// The groups of the finest level that lie in one group above and have the same size.
struct Bin {
    n: f64,
    count: f64,
    /// Σ ss', upper triangle.
    outer: Vec<f64>,
}

/// A group: its own rows, or the groups within it.
struct Node {
    /// Σ w [a e][a e]' of its own rows, within the groups of the finest level where those are in bins; upper triangle.
    cross: Vec<f64>,
    bins: Vec<Bin>,
    within: Vec<Node>,
}

/// A cluster's sums.
pub(super) struct Block {
    pub rows: f64,
    /// Σ log w.
    pub log_weights: f64,
    /// Regressors and outcome.
    width: usize,
    /// Columns of E.
    slots: usize,
    top: Node,
}

/// A'V⁻¹A (upper triangle) and log|V| of a cluster, in units of the residual variance and without the rows' weights.
pub(super) struct Absorbed<N> {
    pub cross: Vec<N>,
    pub log_determinant: N,
}

/// The groups of a level as where each one's units begin, and whether its groups have shocks; a group of a finer level never
/// crosses one of a coarser level.
pub(super) struct Grouped {
    pub starts: Vec<u32>,
    /// Whether rows of a group are told apart by more than the group: by shocks, or a slope.
    pub crossed: bool,
}

/// What makes a cluster's sums.
pub(super) struct Rows<'a> {
    pub panel: &'a Panel,
    /// The levels with a random intercept, coarse to fine, the first the clusters themselves.
    pub levels: &'a [Grouped],
    /// Whether some effect is by period.
    pub by_period: bool,
    /// Regressors and outcome.
    pub width: usize,
    /// Writes a row's (x, y).
    pub row: &'a (dyn Fn(usize, &mut [f64]) + Sync),
}

impl Rows<'_> {
    /// The sums of a cluster.
    pub fn block(&self, cluster: usize) -> Block {
        let panel = self.panel;
        let units = panel.units_of(cluster);
        let period = |r: usize| panel.cells.period_ix(panel.cell[r]);
        let mut seen: Vec<usize> = if self.by_period { rows_of(panel, &units).map(period).collect() } else { vec![0] };
        seen.sort_unstable();
        seen.dedup();
        let slot = |r: usize| if self.by_period { seen.partition_point(|&p| p < period(r)) } else { 0 };
        let mut block = Block { rows: 0.0, log_weights: 0.0, width: self.width, slots: seen.len(), top: Node::empty(0) };
        block.top = block.holding(self, units, self.levels, &slot);
        block
    }
}

fn rows_of(panel: &Panel, units: &Range<usize>) -> Range<usize> {
    panel.rows_of(units.start).start..panel.rows_of(units.end - 1).end
}

impl Node {
    fn empty(size: usize) -> Node {
        Node { cross: vec![0.0; size], bins: Vec::new(), within: Vec::new() }
    }
}

impl Block {
    fn size(&self) -> usize {
        self.width + self.slots
    }

    /// What lies in a group that holds these units: the groups of the first of these levels.
    fn holding(&mut self, rows: &Rows<'_>, units: Range<usize>, levels: &[Grouped], slot: &dyn Fn(usize) -> usize) -> Node {
        let mut node = Node::empty(triangle(self.size()));
        let Some((level, finer)) = levels.split_first() else {
            for r in rows_of(rows.panel, &units) {
                let a = self.row(rows, r, slot);
                let w = rows.panel.weight_of(r);
                pairs(a.len(), |at, i, j| node.cross[at] += w * a[i] * a[j]);
                self.count(rows.panel, w);
            }
            return node;
        };
        let first = level.starts.partition_point(|&u| (u as usize) < units.start);
        let groups = level.starts[first..].windows(2).take_while(|pair| (pair[0] as usize) < units.end);
        let groups = groups.map(|pair| pair[0] as usize..pair[1] as usize);
        if finer.is_empty() && !level.crossed {
            let sums: Vec<(f64, Vec<f64>)> = groups.map(|g| self.finest(rows, &g, slot, &mut node.cross)).collect();
            node.bins = bins(sums);
        } else {
            node.within = groups.map(|g| self.holding(rows, g, finer, slot)).collect();
        }
        node
    }

    fn row(&self, rows: &Rows<'_>, r: usize, slot: &dyn Fn(usize) -> usize) -> Vec<f64> {
        let mut a = vec![0.0; self.size()];
        (rows.row)(r, &mut a[..self.width]);
        a[self.width + slot(r)] = 1.0;
        a
    }

    fn count(&mut self, panel: &Panel, weight: f64) {
        self.rows += 1.0;
        self.log_weights += if panel.weight.is_empty() { 0.0 } else { libm::log(weight) };
    }

    /// n and s of a group of the finest level; what varies within it is added.
    fn finest(&mut self, rows: &Rows<'_>, units: &Range<usize>, slot: &dyn Fn(usize) -> usize, within: &mut [f64]) -> (f64, Vec<f64>) {
        let (mut n, mut sum) = (0.0, vec![0.0; self.size()]);
        let all: Vec<(f64, Vec<f64>)> = rows_of(rows.panel, units).map(|r| (rows.panel.weight_of(r), self.row(rows, r, slot))).collect();
        for (w, a) in &all {
            n += w;
            sum.iter_mut().zip(a).for_each(|(s, x)| *s += w * x);
            self.count(rows.panel, *w);
        }
        for (w, mut a) in all {
            a.iter_mut().zip(&sum).for_each(|(x, s)| *x -= s / n);
            pairs(a.len(), |at, i, j| within[at] += w * a[i] * a[j]);
        }
        (n, sum)
    }

    /// A'V⁻¹A and log|V| at these variances, coarse to fine.
    pub fn absorb<N: Number>(&self, variances: &[Variances<N>]) -> Absorbed<N> {
        let mut log_determinant = N::constant(0.0);
        let whole = self.contents(&self.top, variances, &mut log_determinant);
        let mut cross = Vec::with_capacity(triangle(self.width));
        pairs(self.size(), |at, i, j| {
            if i.max(j) < self.width {
                cross.push(whole[at]);
            }
        });
        Absorbed { cross, log_determinant }
    }

    /// C of what lies in a group, the effects of the groups in it absorbed.
    fn contents<N: Number>(&self, node: &Node, variances: &[Variances<N>], log_determinant: &mut N) -> Vec<N> {
        let mut out: Vec<N> = node.cross.iter().map(|&x| N::constant(x)).collect();
        let one = N::constant(1.0);
        for bin in &node.bins {
            let grown = one.plus(variances[0].own.scaled(bin.n));
            *log_determinant = log_determinant.plus(grown.logarithm().scaled(bin.count));
            let between = grown.reciprocal().scaled(1.0 / bin.n);
            out.iter_mut().zip(&bin.outer).for_each(|(c, &o)| *c = c.plus(between.scaled(o)));
        }
        for group in &node.within {
            let mut inner = self.contents(group, &variances[1..], log_determinant);
            self.own_effects(&mut inner, &variances[0], log_determinant);
            out.iter_mut().zip(&inner).for_each(|(c, &i)| *c = c.plus(i));
        }
        out
    }

    /// Absorbs what is random of a group: its shocks, then its intercept with its slope.
    fn own_effects<N: Number>(&self, cross: &mut [N], own: &Variances<N>, log_determinant: &mut N) {
        let one = N::constant(1.0);
        if let Some(ratio) = own.shocks {
            for slot in self.width..self.size() {
                let s = self.column(cross, slot);
                let n = s[slot];
                if n.value() == 0.0 {
                    continue;
                }
                let grown = one.plus(ratio.times(n));
                *log_determinant = log_determinant.plus(grown.logarithm());
                let left = grown.reciprocal();
                take(cross, &s, ratio.times(left));
                // s − τ/(1 + τn)·ns, without cancelling.
                s.iter().enumerate().for_each(|(j, &x)| cross[self.place(slot, j)] = x.times(left));
            }
        }
        let mut s = self.column(cross, self.width);
        for slot in self.width + 1..self.size() {
            s.iter_mut().enumerate().for_each(|(j, x)| *x = x.plus(cross[self.place(slot, j)]));
        }
        let n = s[self.width..].iter().fold(N::constant(0.0), |n, &x| n.plus(x));
        let Some((column, [covariance, variance, determinant])) = own.slope else {
            let grown = one.plus(own.own.times(n));
            *log_determinant = log_determinant.plus(grown.logarithm());
            take(cross, &s, own.own.times(grown.reciprocal()));
            return;
        };
        let d = self.column(cross, column);
        let (both, square) = (s[column], d[column]);
        let less = |a: N, b: N| a.plus(b.scaled(-1.0));
        let grown = one.plus(own.own.times(n)).plus(covariance.times(both).scaled(2.0)).plus(variance.times(square));
        let grown = grown.plus(determinant.times(less(n.times(square), both.times(both))));
        *log_determinant = log_determinant.plus(grown.logarithm());
        let left = grown.reciprocal();
        let first = own.own.plus(determinant.times(square)).times(left);
        let mixed = less(covariance, determinant.times(both)).times(left);
        let second = variance.plus(determinant.times(n)).times(left);
        let to_s: Vec<N> = s.iter().zip(&d).map(|(s, d)| first.times(*s).plus(mixed.times(*d))).collect();
        let to_d: Vec<N> = s.iter().zip(&d).map(|(s, d)| mixed.times(*s).plus(second.times(*d))).collect();
        pairs(self.size(), |at, i, j| cross[at] = less(cross[at], to_s[i].times(s[j]).plus(to_d[i].times(d[j]))));
    }

    /// Where an entry stands in the upper triangle.
    fn place(&self, i: usize, j: usize) -> usize {
        let (i, j) = (i.min(j), i.max(j));
        i * self.size() + j - i * (i + 1) / 2
    }

    fn column<N: Number>(&self, cross: &[N], which: usize) -> Vec<N> {
        (0..self.size()).map(|j| cross[self.place(which, j)]).collect()
    }

    /// About how many products and sums [`Block::absorb`] takes.
    pub fn price(&self) -> f64 {
        fn count(node: &Node) -> usize {
            1 + node.bins.len() + node.within.iter().map(count).sum::<usize>()
        }
        (count(&self.top) * self.slots * triangle(self.size())) as f64
    }
}

/// C − factor·ss'.
fn take<N: Number>(cross: &mut [N], s: &[N], factor: N) {
    let weighted: Vec<N> = s.iter().map(|x| x.times(factor).scaled(-1.0)).collect();
    pairs(s.len(), |at, i, j| cross[at] = cross[at].plus(weighted[i].times(s[j])));
}

/// Groups of one size together.
fn bins(mut sums: Vec<(f64, Vec<f64>)>) -> Vec<Bin> {
    sums.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<Bin> = Vec::new();
    for (n, sum) in sums {
        if out.last().is_none_or(|b| b.n != n) {
            out.push(Bin { n, count: 0.0, outer: vec![0.0; triangle(sum.len())] });
        }
        let Some(bin) = out.last_mut() else { continue };
        bin.count += 1.0;
        pairs(sum.len(), |at, i, j| bin.outer[at] += sum[i] * sum[j]);
    }
    out
}

/// Entries of the upper triangle of a matrix.
pub(super) fn triangle(width: usize) -> usize {
    width * (width + 1) / 2
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
