//! Sums over clusters, as they may leave with the page.

use super::Gate;
use crate::study::{Analysis, Run};
use crate::table::NotHere;
use crate::table::disclosure::WITHHELD;

impl Gate {
    /// Whether an analysis's sums over clusters may be told.
    ///
    /// Sums over a cluster's students of a cohort in a period pass where there are enough of them in every cluster. Sums under a
    /// covariate do not: of a value that one student has they are that student's score. Sums of an outcome of two values count those who have
    /// the higher one.
    ///
    /// # Errors
    /// Why not.
    pub fn carries(&self, analysis: &Analysis) -> Result<(), NotHere> {
        let Some(Ok(carried)) = analysis.carried.as_ref().filter(|_| !self.is_open()) else { return Ok(()) };
        let withheld = |e: &crate::study::Effect| e.result.as_ref().is_err_and(|why| why.0 == WITHHELD);
        if self.few(carried.fewest as u64) {
            return Err(NotHere::FewInACluster { least: self.least });
        }
        if analysis.sample.rarest.is_some() {
            return Err(NotHere::TwoValues);
        }
        if carried.divided {
            return Err(NotHere::DividedSums);
        }
        if analysis.effects.iter().any(withheld) {
            return Err(NotHere::EffectWithheld);
        }
        Ok(())
    }
}

/// Takes the sums out that may not be told; what is known of them stays, so that the page can say why.
pub(super) fn withhold(run: &mut Run, gate: &Gate) {
    for a in &mut run.analyses {
        if gate.carries(a).is_err()
            && let Some(Ok(carried)) = &mut a.carried
        {
            carried.bytes.clear();
        }
    }
}
