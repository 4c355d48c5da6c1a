//! How many schools, classrooms or students a study needs: a search in whole numbers.

use super::{Design, Goal, Layout, Tier};
use crate::num::first_whole;
use serde::Serialize;

/// The most schools or classrooms, or students of each, that are searched.
pub const OUT_OF_REACH: u64 = 1_000_000;
/// The most students in one pool.
const POOL: u64 = 1_000_000_000;

fn reach(design: &Design, tier: Tier) -> u64 {
    if design.layout == Layout::Students && tier == Tier::Students { POOL } else { OUT_OF_REACH }
}

/// How many are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needed {
    /// The smallest number that is enough.
    Number(u64),
    /// Not even this many are enough.
    MoreThan(u64),
}

impl Needed {
    /// The number, where there is one.
    pub fn number(self) -> Option<u64> {
        match self {
            Needed::Number(n) => Some(n),
            Needed::MoreThan(_) => None,
        }
    }
}

/// The smallest number with which the design can be analysed at all.
pub fn smallest(design: &Design, tier: Tier) -> u64 {
    let most = reach(design, tier);
    first_whole(1, most, |n| design.with(tier, n).obstacle().is_none()).unwrap_or(most)
}

/// The smallest number at one place, all else as it is, whose power at `effect` is no less than the goal's.
///
/// Power grows with every count (the standard error falls, degrees of freedom do not), so halving finds it.
pub fn needed(design: &Design, tier: Tier, goal: &Goal, effect: f64) -> Needed {
    let enough = |n: u64| {
        let larger = design.with(tier, n);
        larger.obstacle().is_none() && goal.power_at(&larger, effect) >= goal.power
    };
    let most = reach(design, tier);
    first_whole(1, most, enough).map_or(Needed::MoreThan(most), Needed::Number)
}
