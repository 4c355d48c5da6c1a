//! Groups beside the clusters: a second clustering that crosses them, and levels nested in them.

use super::Panel;
use std::sync::{Arc, OnceLock};

/// A second clustering.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// The column.
    pub name: String,
    /// The group of each row.
    pub codes: Arc<Vec<u32>>,
    /// Number of groups.
    pub n: usize,
    /// Whether every period lies within one group (the column is the period itself, or coarser): period effects are then
    /// nested in it.
    pub nests_periods: bool,
}

/// A level between cluster and unit: its groups lie within clusters and within the groups of the level before.
#[derive(Debug, Clone)]
pub struct Level {
    /// The column.
    pub name: String,
    /// Where each group's units begin; one more entry than groups.
    pub start: Arc<Vec<u32>>,
}

/// Something finer than the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finer {
    /// The units.
    Units,
    /// The groups of a level, by its place in [`Panel::levels`].
    Level(usize),
}

impl Panel {
    /// The same rows with each finer group a cluster of its own.
    pub fn regrouped(&self, by: Finer) -> Panel {
        let cluster_start = match by {
            Finer::Units => Arc::new((0..=self.n_units() as u32).collect()),
            Finer::Level(l) => self.levels[l].start.clone(),
        };
        Panel { cluster_start, second: None, levels: Vec::new(), blocks: None, survey: Arc::new(OnceLock::new()), ..self.clone() }
    }

    /// For each group of [`Panel::regrouped`] the cluster it lies in.
    pub fn cluster_of_groups(&self, by: Finer) -> Vec<u32> {
        let mut cluster = 0u32;
        let mut of = |unit: u32| {
            while self.cluster_start[cluster as usize + 1] <= unit {
                cluster += 1;
            }
            cluster
        };
        match by {
            Finer::Units => (0..self.n_units() as u32).map(&mut of).collect(),
            Finer::Level(l) => self.levels[l].start[..self.levels[l].start.len() - 1].iter().map(|&u| of(u)).collect(),
        }
    }
}

/// Whether every period lies within one group. `rows`: the group and the period of each row.
pub(crate) fn nests_periods(rows: impl Iterator<Item = (u32, usize)>, n_periods: usize) -> bool {
    let mut of_period = vec![None; n_periods];
    rows.into_iter().all(|(group, period)| *of_period[period].get_or_insert(group) == group)
}

impl Grouping {
    /// The groups of these units, one row each; `None` when some unit's rows lie in several groups.
    pub(super) fn of_units(&self, panel: &Panel, units: &[u32]) -> Option<Grouping> {
        let code = |u: u32| {
            let rows = panel.rows_of(u as usize);
            let first = self.codes[rows.start];
            self.codes[rows].iter().all(|&c| c == first).then_some(first)
        };
        let codes: Vec<u32> = units.iter().map(|&u| code(u)).collect::<Option<_>>()?;
        Some(Grouping { codes: Arc::new(codes), nests_periods: false, ..self.clone() })
    }
}

impl Level {
    /// The level among these units (ascending), renumbered; groups without one of them vanish.
    pub(super) fn among(&self, units: &[u32]) -> Level {
        let mut start = vec![0u32];
        let mut at = 0;
        for &end in &self.start[1..] {
            at += units[at..].iter().take_while(|&&u| u < end).count();
            if at as u32 > *start.last().expect("begun") {
                start.push(at as u32);
            }
        }
        Level { name: self.name.clone(), start: Arc::new(start) }
    }
}
