//! Influence under two crossed clusterings.

use super::fit::{Body, Fit};
use crate::cohort::Faults;
use crate::num::Matrix;
use crate::panel::Panel;

/// Each row's influence summed by the second of two crossed clusterings, and by the groups that both make together.
pub struct Crossed {
    /// The column of the second clustering.
    pub name: String,
    /// Groups × targets: by the second clustering, and by both.
    pub influence: [Matrix; 2],
}

impl Crossed {
    /// The sums of an estimator whose influence is one of rows, each added to its cluster's: it is asked again with other clusters, which
    /// moves no estimate. `None` without a second clustering, or where it cuts units.
    ///
    /// # Errors
    /// Those of the estimator.
    pub(super) fn of(panel: &Panel, fit: impl Fn(&Panel) -> Result<Fit, Faults>) -> Result<Option<Crossed>, Faults> {
        let (Some(second), Some([alone, both])) = (&panel.second, panel.by_second()) else { return Ok(None) };
        let (Body::Influence(alone), Body::Influence(both)) = (fit(&alone)?.body, fit(&both)?.body) else { return Ok(None) };
        Ok(Some(Crossed { name: second.name.clone(), influence: [alone.influence, both.influence] }))
    }
}
