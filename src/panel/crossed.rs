//! The same rows under the other of two crossed clusterings.

use super::{Finer, Keys, Kind, Panel};
use std::sync::{Arc, OnceLock};

impl Panel {
    /// The same rows with the groups of the second clustering for clusters, and with those that both clusterings make together; `None`
    /// without a second one, or where some unit's rows lie in several of its groups.
    pub fn by_second(&self) -> Option<[Panel; 2]> {
        let units: Vec<u32> = (0..self.n_units() as u32).collect();
        let second = self.second.as_ref()?.of_units(self, &units)?;
        let first = self.cluster_of_groups(Finer::Units);
        let both: Vec<(u32, u32)> = first.iter().copied().zip(second.codes.iter().copied()).collect();
        let alone: Vec<(u32, u32)> = second.codes.iter().map(|&code| (0, code)).collect();
        Some([self.clustered(&alone), self.clustered(&both)])
    }

    /// The same rows with units of the same group in one cluster.
    fn clustered(&self, group: &[(u32, u32)]) -> Panel {
        let mut order: Vec<usize> = (0..self.n_units()).collect();
        order.sort_by_key(|&u| group[u]);
        let (mut rows, mut unit_start, mut cluster_start) = (Vec::with_capacity(self.n_rows()), vec![0u32], vec![0u32]);
        for (at, &u) in order.iter().enumerate() {
            rows.extend(self.rows_of(u));
            unit_start.push(rows.len() as u32);
            if order.get(at + 1).is_none_or(|&next| group[next] != group[u]) {
                cluster_start.push(at as u32 + 1);
            }
        }
        let mut out = self.clone();
        out.columns_from(self, &rows);
        out.clusters = Arc::new(Keys::Rows(cluster_start.len() - 1));
        out.unit_start = Arc::new(if self.kind == Kind::Panel { unit_start } else { Vec::new() });
        out.cluster_start = Arc::new(cluster_start);
        (out.second, out.levels, out.blocks) = (None, Vec::new(), None);
        out.survey = Arc::new(OnceLock::new());
        out
    }
}
