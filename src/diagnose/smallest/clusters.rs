//! The smallest set of clusters: all small sets where that is affordable, then the strongest one after the other.

use super::search::{next_set, predicted, ranked, sets, shortest};
use super::{Aim, Found, Goal, Outcome, Smallest};
use crate::estimate::Fit;
use crate::infer::{Setting, without};

/// Products and sums that trying all sets of a size may take: well under a second, as the check is part of every run.
const EXHAUSTIVE: f64 = 2e8;
/// Sets tried at once.
const BATCH: usize = 4096;
/// Clusters that are left at least.
const LEFT: usize = 3;

struct Clusters<'a> {
    fit: &'a Fit,
    target: usize,
    aim: Aim,
    setting: Setting<'a>,
}

impl Clusters<'_> {
    /// The results without each of these sets.
    fn after(&self, sets: &[Vec<u32>]) -> Vec<Option<Outcome>> {
        let found = without(self.fit, self.target, sets, &self.setting);
        let outcome = |(set, found): (&Vec<u32>, Option<(f64, f64)>)| {
            found.map(|(estimate, std_error)| Outcome { estimate, std_error, clusters: self.aim.whole.clusters - set.len() })
        };
        sets.iter().zip(found).map(outcome).collect()
    }

    /// Of these sets the one after which the goal is nearest.
    fn best(&self, sets: Vec<Vec<u32>>) -> Option<(f64, Vec<u32>, Outcome)> {
        let after = self.after(&sets);
        let all = sets.into_iter().zip(after).filter_map(|(set, after)| after.map(|a| (self.aim.margin(&a), set, a)));
        all.min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// Of all sets of a size the best.
    fn exhausted(&self, size: usize) -> Option<(f64, Vec<u32>, Outcome)> {
        let n = self.aim.whole.clusters;
        let mut set: Vec<u32> = (0..size as u32).collect();
        let mut best: Option<(f64, Vec<u32>, Outcome)> = None;
        let mut more = true;
        while more {
            let mut batch = Vec::new();
            while more && batch.len() < BATCH {
                batch.push(set.clone());
                more = next_set(&mut set, n);
            }
            if let Some(own) = self.best(batch)
                && best.as_ref().is_none_or(|b| own.0 < b.0)
            {
                best = Some(own);
            }
        }
        best
    }
}

/// The smallest set of clusters of a fit whose removal reaches the goal. All sets of a size are tried where that is affordable; beyond, the
/// order of influence, and the best one added to the set at each step.
pub fn among_clusters(fit: &Fit, target: usize, goal: Goal, whole: Outcome, setting: &Setting<'_>) -> Smallest {
    let c = Clusters { fit, target, aim: Aim::new(goal, whole, setting.level), setting: Setting { focus: None, ..*setting } };
    let n = whole.clusters;
    let most = n.saturating_sub(LEFT);
    let influence = fit.influence(target).unwrap_or_default();
    let pull = c.aim.pulls(&whole, &influence, &|g| influence[g]);
    let order = ranked(&pull);
    let foretold = predicted(&pull, &order, c.aim.margin(&whole));
    let found = |members: Vec<u32>, after: Outcome| Found { size: members.len(), members, after, predicted: foretold };
    let mut at_least = 1;
    for size in 1..=most {
        if sets(n, size) * fit.refit_price() > EXHAUSTIVE {
            break;
        }
        match c.exhausted(size) {
            Some((margin, members, after)) if margin <= 0.0 => {
                return Smallest { goal, found: Some(found(members, after)), at_least: size, most, of: n };
            }
            _ => at_least = size + 1,
        }
    }
    let beginning = |m: usize| -> Vec<u32> { order[..m].to_vec() };
    let turns = |m: usize| c.after(&[beginning(m)])[0].filter(|a| c.aim.margin(a) <= 0.0);
    let by_influence = shortest(foretold.unwrap_or(at_least).max(at_least), most, &mut |m| turns(m).is_some());
    let mut best = by_influence.and_then(|m| Some(found(beginning(m), turns(m)?)));
    // One after the other, the best at each step.
    let mut set: Vec<u32> = Vec::new();
    let shorter = best.as_ref().map_or(most + 1, |b| b.size);
    while set.len() + 1 < shorter && (n as f64) * fit.refit_price() * (set.len() + 1) as f64 <= EXHAUSTIVE {
        let further = (0..n as u32).filter(|g| !set.contains(g)).map(|g| set.iter().copied().chain([g]).collect()).collect();
        let Some((margin, next, after)) = c.best(further) else { break };
        set = next;
        if margin <= 0.0 {
            best = Some(found(set, after));
            break;
        }
    }
    Smallest { goal, found: best, at_least, most, of: n }
}
