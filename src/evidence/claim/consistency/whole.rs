//! Whether means of whole scores can be.

use super::fit::if_not;
use super::{Agreement, Notes};
use crate::evidence::claim::{Claim, Grim, grim};

/// By the number of students in each arm; where only their sum is told, as many in each, either having the odd one.
pub(super) fn check(claim: &Claim, notes: &mut Notes) {
    let Some(sizes) = claim.sizes().filter(|_| claim.whole_scores) else { return };
    let known = claim.knows_arms();
    let either = [sizes.treated, sizes.comparison];
    for (between, scores, n) in [("treated mean", claim.treated, sizes.treated), ("comparison mean", claim.comparison, sizes.comparison)] {
        let Some(scores) = scores else { continue };
        let can_be = |n: u64| grim(scores.mean, n) != Grim::Impossible;
        let fits = if known { can_be(n) } else { either.into_iter().any(can_be) };
        let assumed = if known { "" } else { ", were there as many students in each group" };
        notes.add(
            &[between, "students"],
            if_not(fits, Agreement::Contradicts),
            format!("{n} whole scores and a mean of {}{assumed}", scores.mean.value),
        );
    }
}
