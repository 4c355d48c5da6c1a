//! Clusters cut into the groups of their levels, down to the units: what a nested draw needs.

use super::Design;
use super::design::by_outcome;
use crate::panel::{Executor, Finer};
use std::cmp::Ordering;
use std::ops::Range;

/// What lies within a cluster, or within a group of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nest {
    /// Groups of the next level.
    Groups(Vec<Nest>),
    /// Rows of the table of the finest level.
    Rows(Range<usize>),
}

/// A group while it is put together: its packed sums, or its groups.
enum Growing {
    Leaf(Vec<f64>),
    Branch(Vec<Growing>),
}

impl Growing {
    /// An order that depends on the numbers only.
    fn compare(&self, other: &Growing) -> Ordering {
        match (self, other) {
            (Growing::Leaf(a), Growing::Leaf(b)) => by_outcome(a, b),
            (Growing::Branch(a), Growing::Branch(b)) => {
                a.iter().zip(b).map(|(x, y)| x.compare(y)).find(|o| o.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Growing::Leaf(_), _) => Ordering::Less,
            (_, Growing::Leaf(_)) => Ordering::Greater,
        }
    }

    fn sort(&mut self) {
        if let Growing::Branch(groups) = self {
            groups.iter_mut().for_each(Growing::sort);
            groups.sort_by(Growing::compare);
        }
    }

    fn settle(self, table: &mut Vec<f64>, width: usize) -> Nest {
        match self {
            Growing::Leaf(_) => unreachable!("leaves are settled by their branch"),
            Growing::Branch(groups) if groups.iter().all(|g| matches!(g, Growing::Leaf(_))) => {
                let start = table.len() / width;
                groups.into_iter().for_each(|g| {
                    if let Growing::Leaf(row) = g {
                        table.extend(row);
                    }
                });
                Nest::Rows(start..table.len() / width)
            }
            Growing::Branch(groups) => Nest::Groups(groups.into_iter().map(|g| g.settle(table, width)).collect()),
        }
    }
}

impl Design {
    /// For each cluster of the fit what lies within it, down to the units or to the groups of the last level; and the table
    /// of the finest: packed rows [upper triangle of X'WX, X'Wy]. Groups stand in an order that depends on their numbers only.
    pub fn nests(&self, units: bool, executor: &dyn Executor) -> (Vec<Nest>, Vec<f64>) {
        let last = self.levels();
        let finest = if units { Finer::Units } else { Finer::Level(last - 1) };
        let between = if units { last } else { last - 1 };
        let parts = self.parts_in_order(finest, executor);
        let width = parts.first().map_or(1, |p| p.packed.len());
        // For each finest group the path of coarser groups it lies in.
        let starts: Vec<&[u32]> = (0..between).map(|l| self.panel.levels[l].start.as_slice()).collect();
        let mut trees: Vec<Growing> = (0..self.clusters.len()).map(|_| Growing::Branch(Vec::new())).collect();
        let mut open: Vec<Vec<usize>> = vec![Vec::new(); self.clusters.len()];
        for part in parts {
            let path: Vec<usize> = starts.iter().map(|s| s.partition_point(|&u| u <= part.first_unit) - 1).collect();
            let g = part.cluster as usize;
            let same = open[g].iter().zip(&path).take_while(|(a, b)| a == b).count();
            insert(&mut trees[g], &path, if open[g].is_empty() { 0 } else { same }, 0, part.packed);
            open[g] = path;
        }
        let mut table = Vec::new();
        let nests = trees
            .into_iter()
            .map(|mut tree| {
                tree.sort();
                tree.settle(&mut table, width)
            })
            .collect();
        (nests, table)
    }
}

/// Adds a leaf at the end of a path; the first `same` steps lead to groups that are there already, as the last ones.
fn insert(node: &mut Growing, path: &[usize], same: usize, depth: usize, packed: Vec<f64>) {
    let Growing::Branch(groups) = node else { unreachable!("paths have one length") };
    if depth == path.len() {
        groups.push(Growing::Leaf(packed));
        return;
    }
    if depth >= same {
        groups.push(Growing::Branch(Vec::new()));
    }
    insert(groups.last_mut().expect("there or just made"), path, same, depth + 1, packed);
}
