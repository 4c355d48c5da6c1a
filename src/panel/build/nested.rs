//! Groups nested in clusters: the order of units within clusters, and where each level's groups begin.

use crate::cohort::{Cohort, Fault, Faults};
use crate::panel::{Keys, Level, PanelSpec, Sequence};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Units (or rows) by their path of cluster and level groups.
pub(super) struct Nested {
    /// The path of each unit, as an index into the sorted `paths`.
    pub group: Vec<u32>,
    /// The distinct paths: cluster, then one group a level. Empty without levels: then the group is the cluster.
    pub paths: Vec<Vec<u32>>,
}

impl Nested {
    pub(super) fn new(cluster: &[u32], n_clusters: usize, levels: &[Vec<u32>]) -> Nested {
        if levels.is_empty() {
            return Nested { group: cluster.to_vec(), paths: Vec::new() };
        }
        let path = |i: usize| -> Vec<u32> { std::iter::once(cluster[i]).chain(levels.iter().map(|l| l[i])).collect() };
        let distinct: BTreeSet<Vec<u32>> = (0..cluster.len()).map(path).collect();
        let paths: Vec<Vec<u32>> = distinct.into_iter().collect();
        debug_assert!(paths.iter().all(|p| (p[0] as usize) < n_clusters));
        let group = (0..cluster.len()).map(|i| paths.binary_search(&path(i)).expect("listed") as u32).collect();
        Nested { group, paths }
    }

    /// Where each cluster's units begin, given where each path's do.
    pub(super) fn cluster_start(&self, group_start: &[u32], n_clusters: usize) -> Vec<u32> {
        if self.paths.is_empty() {
            return group_start[..=n_clusters].to_vec();
        }
        (0..=n_clusters as u32).map(|g| group_start[self.paths.partition_point(|p| p[0] < g)]).collect()
    }

    /// Where each level's groups begin, given where each path's do.
    pub(super) fn levels(&self, group_start: &[u32], names: &[String]) -> Vec<Level> {
        let level = |(l, name): (usize, &String)| {
            let mut start: Vec<u32> = (0..self.paths.len())
                .filter(|&i| i == 0 || self.paths[i][..l + 2] != self.paths[i - 1][..l + 2])
                .map(|i| group_start[i])
                .collect();
            start.push(group_start[self.paths.len()]);
            Level { name: name.clone(), start: Arc::new(start) }
        };
        names.iter().enumerate().map(level).collect()
    }
}

/// The specification with the cluster that holds whole units first: of two crossed clusterings the order does not matter, but
/// rows are read cluster by cluster.
pub(super) fn nesting_first(cohort: &Cohort, spec: &PanelSpec, rows: &Sequence) -> PanelSpec {
    let (Some(unit), Some(first), Some(second)) = (&spec.unit, &spec.cluster, &spec.second_cluster) else { return spec.clone() };
    let codes = |name: &str| Keys::index(&cohort.column(name).expect("checked").data, rows).1;
    let unit = codes(unit);
    let holds_units = |name: &str| {
        let mut varies = false;
        let n_units = unit.iter().max().map_or(0, |m| *m as usize + 1);
        first_rows(&unit, &codes(name), n_units, |_, _| varies = true);
        !varies
    };
    if !holds_units(first) && holds_units(second) {
        return PanelSpec { cluster: Some(second.clone()), second_cluster: Some(first.clone()), ..spec.clone() };
    }
    spec.clone()
}

/// The first row of each owner (a unit, a cluster); `usize::MAX` where it has none. `changes` is told, once an owner, of its
/// first row and of the first later one with another code.
fn first_rows(owner: &[u32], codes: &[u32], n_owners: usize, mut changes: impl FnMut(usize, usize)) -> Vec<usize> {
    let mut first = vec![usize::MAX; n_owners];
    let mut told = BTreeSet::new();
    for (i, &o) in owner.iter().enumerate() {
        let slot = &mut first[o as usize];
        if *slot == usize::MAX {
            *slot = i;
        } else if codes[*slot] != codes[i] && told.insert(o) {
            changes(*slot, i);
        }
    }
    first
}

/// The level's group of each unit; a unit whose rows lie in several is a fault.
pub(super) fn of_units(
    unit: &[u32],
    codes: &[u32],
    n_units: usize,
    name: &str,
    row_number: &dyn Fn(usize) -> usize,
    faults: &mut Faults,
) -> Vec<u32> {
    let first = first_rows(unit, codes, n_units, |earlier, i| {
        faults.push(Fault::new(
            "PANEL-023",
            format!("the level {name} changes within a unit"),
            format!("rows {} and {} (column {name})", row_number(earlier), row_number(i)),
            "levels are nested: a unit lies in one group of each, or drawing groups would tear it apart",
            "name a level in which every unit stays (its group at entry), or leave the level out",
        ));
    });
    first.iter().map(|&i| codes[i]).collect()
}

/// The block of each cluster; a cluster whose rows lie in several is a fault.
pub(super) fn block_codes(
    cohort: &Cohort,
    name: &str,
    rows: &Sequence,
    cluster: &[u32],
    n_clusters: usize,
    row_number: &dyn Fn(usize) -> usize,
    faults: &mut Faults,
) -> Vec<u32> {
    let (_, codes) = Keys::index(&cohort.column(name).expect("checked").data, rows);
    let first = first_rows(cluster, &codes, n_clusters, |earlier, i| {
        faults.push(Fault::new(
            "PANEL-024",
            "the block changes within a cluster",
            format!("rows {} and {} (column {name})", row_number(earlier), row_number(i)),
            "clusters are reassigned within blocks, so a cluster lies in one",
            "name a column that is the same for all rows of a cluster",
        ));
    });
    first.iter().map(|&i| if i == usize::MAX { 0 } else { codes[i] }).collect()
}

/// Stable counting sort of places by `bucket[place]`: the places in order, and where each bucket begins.
pub(super) fn counting_sort(bucket: &[u32], n_buckets: usize) -> (Sequence, Vec<u32>) {
    let mut start = vec![0u32; n_buckets + 1];
    bucket.iter().for_each(|&b| start[b as usize + 1] += 1);
    for b in 0..n_buckets {
        start[b + 1] += start[b];
    }
    if bucket.is_sorted() {
        return (Sequence::All(bucket.len() as u32), start);
    }
    let mut next = start.clone();
    let mut order = vec![0u32; bucket.len()];
    for (i, &b) in bucket.iter().enumerate() {
        let slot = &mut next[b as usize];
        order[*slot as usize] = i as u32;
        *slot += 1;
    }
    (Sequence::Listed(order), start)
}
