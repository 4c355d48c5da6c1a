//! Rows that are alike: of one cluster and cell, with the same covariates. Which these are does not depend on the outcome.

use crate::panel::Panel;
use std::cmp::Ordering;
use std::ops::Range;

/// Which rows of a panel are alike, cluster by cluster, then by cell and covariates.
pub(in crate::estimate) struct Alike {
    rows: Vec<u32>,
    /// Where each group begins; one more entry than groups.
    start: Vec<u32>,
    /// The cluster of each group.
    cluster: Vec<u32>,
}

impl Alike {
    /// The groups of a panel, whatever the order of its rows.
    pub fn of(panel: &Panel) -> Alike {
        let n = panel.n_rows();
        let mut out = Alike { rows: Vec::with_capacity(n), start: vec![0], cluster: Vec::with_capacity(n) };
        let width = panel.covariates.len() + 1;
        let (mut keys, mut order): (Vec<i64>, Vec<usize>) = (Vec::new(), Vec::new());
        for g in 0..panel.n_clusters() {
            let units = panel.units_of(g);
            let rows: Range<usize> = panel.rows_of(units.start).start..panel.rows_of(units.end - 1).end;
            keys.clear();
            for r in rows.clone() {
                keys.push(i64::from(panel.cell[r]));
                keys.extend(panel.covariates.iter().map(|c| place(c.values[r])));
            }
            let key = |i: usize| &keys[i * width..(i + 1) * width];
            order.clear();
            order.extend(0..rows.len());
            order.sort_unstable_by(|&a, &b| key(a).cmp(key(b)));
            for (at, &i) in order.iter().enumerate() {
                out.rows.push((rows.start + i) as u32);
                if order.get(at + 1).is_none_or(|&next| key(i) != key(next)) {
                    out.start.push(out.rows.len() as u32);
                    out.cluster.push(g as u32);
                }
            }
        }
        out
    }

    /// Each group: its cluster and its rows.
    pub fn groups(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.cluster.iter().zip(self.start.windows(2)).map(|(&g, ends)| (g, &self.rows[ends[0] as usize..ends[1] as usize]))
    }

    /// The weight of a group: added up in ascending order, so that the order of rows changes no bit.
    pub fn weight(panel: &Panel, rows: &[u32]) -> f64 {
        match (rows, panel.weight.is_empty()) {
            (_, true) => rows.len() as f64,
            ([row], false) => panel.weight[*row as usize],
            _ => crate::num::sorted(rows.iter().map(|&r| panel.weight[r as usize]).collect()).iter().sum(),
        }
    }

    /// The weighted mean outcome of each group: added up in the order of outcomes, then weights.
    pub fn outcomes(&self, panel: &Panel) -> Vec<f64> {
        let mut own: Vec<(f64, f64)> = Vec::new();
        self.groups()
            .map(|(_, rows)| {
                let of = |r: u32| (panel.outcome[r as usize], panel.weight_of(r as usize));
                own.clear();
                own.extend(rows.iter().map(|&r| of(r)));
                own.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
                own.iter().map(|(y, w)| w * y).sum::<f64>() / Alike::weight(panel, rows)
            })
            .collect()
    }
}

/// A whole number that stands among others as the value does in the total order of floating-point numbers.
fn place(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    bits ^ ((bits >> 63) & i64::MAX)
}

/// The order of two rows by their covariates.
pub(in crate::estimate) fn compare_x(panel: &Panel, a: usize, b: usize) -> Ordering {
    panel.covariates.iter().map(|c| c.values[a].total_cmp(&c.values[b])).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_are_in_the_order_of_the_values() {
        let values = [f64::NEG_INFINITY, -1e300, -2.0, -1.0, -1e-310, -0.0, 0.0, 1e-310, 0.5, 1.0, 1e300, f64::INFINITY];
        for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (*a, *b))) {
            assert_eq!(place(a).cmp(&place(b)), a.total_cmp(&b), "{a} {b}");
        }
    }
}
