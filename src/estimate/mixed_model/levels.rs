//! Which random intercepts a model has: clusters, the levels within them and units, each that the rows can tell from the
//! others; and groups in a period.

use super::effects::AtLevel;
use super::nested::Grouped;
use crate::panel::{Kind, Panel};

/// The random intercepts, coarse to fine.
pub(super) struct Levels {
    /// The names of the parameters.
    pub names: Vec<String>,
    pub groups: Vec<Grouped>,
    pub at: Vec<AtLevel>,
    /// Those left out because the residual or another one says the same.
    pub left_out: Vec<String>,
    /// Whether clusters have a slope beside their intercept.
    pub sloped: bool,
}

struct Level {
    name: String,
    starts: Vec<u32>,
}

impl Level {
    /// The group of each row.
    fn codes(&self, panel: &Panel) -> Vec<u32> {
        let mut out = Vec::with_capacity(panel.n_rows());
        for (group, pair) in self.starts.windows(2).enumerate() {
            (pair[0]..pair[1]).for_each(|u| out.extend(panel.rows_of(u as usize).map(|_| group as u32)));
        }
        out
    }

    /// The group × period of each row, numbered as they come.
    fn codes_by_period(&self, panel: &Panel) -> Vec<u32> {
        let mut out = Vec::with_capacity(panel.n_rows());
        let mut next = 0;
        for pair in self.starts.windows(2) {
            let mut own: Vec<Option<u32>> = vec![None; panel.cells.periods.len()];
            for r in (pair[0]..pair[1]).flat_map(|u| panel.rows_of(u as usize)) {
                let code = own[panel.cells.period_ix(panel.cell[r])].get_or_insert_with(|| {
                    next += 1;
                    next - 1
                });
                out.push(*code);
            }
        }
        out
    }
}

impl Levels {
    /// The cluster, the levels between, and the unit where some unit has several rows; `shocks` names whose groups have an
    /// intercept in each period: `none`, `cluster` or `all`.
    pub fn of(panel: &Panel, shocks: &str, sloped: bool) -> Levels {
        let mut all = vec![Level { name: "cluster".into(), starts: panel.cluster_start.to_vec() }];
        all.extend(panel.levels.iter().map(|l| Level { name: l.name.clone(), starts: l.start.to_vec() }));
        let n_levels = all.len();
        if panel.kind == Kind::Panel {
            all.push(Level { name: "unit".into(), starts: (0..=panel.n_units() as u32).collect() });
        }
        let mut left_out = Vec::new();
        // Every group a single row: its intercept is the residual. The same groups as one level up: it is that one's.
        let single = |level: &Level| level.starts.len() - 1 == panel.n_rows();
        let again = |at: usize| all[..at].iter().any(|coarser| coarser.starts.len() == all[at].starts.len());
        let kept: Vec<bool> = (0..all.len()).map(|at| !single(&all[at]) && !again(at)).collect();
        for (level, _) in all.iter().zip(&kept).filter(|(_, kept)| !**kept) {
            // Nobody asked for units: where they are rows or clusters there is nothing to say.
            if level.name != "unit" || !(single(level) || panel.n_units() == panel.n_clusters()) {
                left_out.push(level.name.clone());
            }
        }
        let n_shocked = match shocks {
            "none" => 0,
            "cluster" => 1,
            _ => n_levels,
        };
        let mut known: Vec<Vec<u32>> = all.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(level, _)| level.codes(panel)).collect();
        let mut shocked = vec![false; all.len()];
        for at in 0..n_shocked {
            let codes = all[at].codes_by_period(panel);
            let distinct = codes.iter().max().map_or(0, |&most| most as usize + 1);
            shocked[at] = distinct < panel.n_rows() && !known.contains(&codes);
            if shocked[at] {
                known.push(codes);
            } else if tells_periods(panel) && (panel.n_clusters() < panel.n_units() || shocks == "all") {
                left_out.push(format!("{}:period", all[at].name));
            }
        }
        let mut out = Levels { names: Vec::new(), groups: Vec::new(), at: Vec::new(), left_out, sloped };
        for (level, (_, shocked)) in all.into_iter().zip(kept.into_iter().zip(shocked)).filter(|(_, (kept, _))| *kept) {
            let own = out.names.len();
            out.names.push(level.name.clone());
            out.at.push(AtLevel { own, shocks: shocked.then_some(own + 1) });
            if shocked {
                out.names.push(format!("{}:period", level.name));
            }
            out.groups.push(Grouped { starts: level.starts, crossed: shocked || (sloped && own == 0) });
        }
        out
    }

    /// Number of parameters.
    pub fn n_parameters(&self) -> usize {
        self.names.len() + if self.sloped { 2 } else { 0 }
    }

    /// Whether some effect is by period.
    pub fn by_period(&self) -> bool {
        self.at.iter().any(|l| l.shocks.is_some())
    }
}

/// Whether the rows lie in more than one period.
fn tells_periods(panel: &Panel) -> bool {
    let period = |r: usize| panel.cells.period_ix(panel.cell[r]);
    (1..panel.n_rows()).any(|r| period(r) != period(0))
}
