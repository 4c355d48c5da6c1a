//! Cross-sections in an order that depends on their values only.

use super::{Covariate, Effect, Extras, Kind, Panel};
use std::cmp::Ordering;

impl Panel {
    /// The same rows, those of each cluster sorted by cell, outcome, weight and covariates (within the finest level), so that
    /// plain sums over them do not depend on the order of the file. Rows of a panel of units stand in order anyway.
    pub fn canonical(&self) -> Panel {
        if self.kind == Kind::Panel {
            return self.clone();
        }
        let starts = self.levels.last().map_or(&self.cluster_start, |level| &level.start);
        let mut order: Vec<usize> = (0..self.n_rows()).collect();
        let compare = |&a: &usize, &b: &usize| -> Ordering {
            self.cell[a]
                .cmp(&self.cell[b])
                .then_with(|| self.outcome[a].total_cmp(&self.outcome[b]))
                .then_with(|| self.weight_of(a).total_cmp(&self.weight_of(b)))
                .then_with(|| self.compare_extras(a, b))
                .then_with(|| {
                    let differs = |c: &Covariate| Some(c.values[a].total_cmp(&c.values[b])).filter(|o| o.is_ne());
                    self.covariates.iter().find_map(differs).unwrap_or(Ordering::Equal)
                })
        };
        for pair in starts.windows(2) {
            order[pair[0] as usize..pair[1] as usize].sort_by(compare);
        }
        let mut out = self.clone();
        out.columns_from(self, &order);
        out
    }

    fn compare_extras(&self, a: usize, b: usize) -> Ordering {
        // A status needs a unit, so it is in no cross-section.
        let Extras { third, dose, take_up, effects, status: _, marks } = &self.extras;
        let numbers = [third, dose, take_up].into_iter().flatten().chain(marks).map(|e| e.values[a].total_cmp(&e.values[b]));
        let slope = |e: &Effect| e.slope.as_ref().map_or(Ordering::Equal, |x| x[a].total_cmp(&x[b]));
        let levels = effects.iter().map(|e| e.level[a].cmp(&e.level[b]).then_with(|| slope(e)));
        numbers.chain(levels).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }
}
