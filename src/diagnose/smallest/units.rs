//! The smallest set of units: in the order of their influence, estimated again without them.

use super::search::{predicted, ranked, shortest};
use super::{Aim, Found, Goal, Outcome, Smallest};
use crate::cohort::{Faults, Reason};
use crate::estimate::{Chosen, Fit, Sample};
use crate::infer::Setting;
use crate::panel::{Finer, Keys, Panel};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The share of the units that may be left out.
pub const MOST: f64 = 0.2;
/// The order of influence is made anew so many times on the way.
const STEPS: usize = 8;

struct Units<'a> {
    panel: &'a Panel,
    chosen: &'a Chosen,
    target: usize,
    aim: Aim,
    setting: &'a Setting<'a>,
}

impl Units<'_> {
    /// The panel without some units, and for each of its units the one of the whole panel.
    fn panel(&self, out: &[bool]) -> (Panel, Vec<u32>) {
        let unit_of: Vec<usize> = (0..self.panel.n_units()).flat_map(|u| std::iter::repeat_n(u, self.panel.rows_of(u).len())).collect();
        let kept = (0..self.panel.n_units() as u32).filter(|u| !out[*u as usize]).collect();
        (self.panel.keeping(|r| !out[unit_of[r]], Reason::Where), kept)
    }

    /// The result without some units; `None` where there is none.
    fn after(&self, out: &[bool]) -> Option<Outcome> {
        let (panel, _) = self.panel(out);
        let fit = self.chosen.fit(&Sample::new(&panel, self.setting.executor)).ok()?;
        outcome(&fit, self.target)
    }

    /// The influence of each unit of the whole panel on the estimate without some of them; zero for those.
    fn influence(&self, out: &[bool]) -> Result<Vec<f64>, Faults> {
        let (panel, kept) = self.panel(out);
        let n = panel.n_units();
        let alone = Panel { clusters: Arc::new(Keys::Rows(n)), ..panel.regrouped(Finer::Units) };
        let fit = self.chosen.fit(&Sample::new(&alone, self.setting.executor))?;
        let mut own = vec![0.0; self.panel.n_units()];
        for (g, psi) in fit.influence(self.target).unwrap_or_default().into_iter().enumerate() {
            // Clusters of a fit are named by the unit's number, which counts from one.
            if let Some(unit) = fit.cluster_name(g).parse::<usize>().ok().and_then(|u| kept.get(u - 1)) {
                own[*unit as usize] = psi;
            }
        }
        Ok(own)
    }

    /// The units in the order of their pull when some are left out already, their pulls, and by how much the goal is missed.
    fn ranked(&self, out: &[bool], now: &Outcome) -> Result<(Vec<u32>, Vec<f64>, f64), Faults> {
        let influence = self.influence(out)?;
        let cluster = self.panel.cluster_of_groups(Finer::Units);
        let mut sums: BTreeMap<u32, f64> = BTreeMap::new();
        influence.iter().zip(&cluster).for_each(|(psi, g)| *sums.entry(*g).or_default() += psi);
        let mut pull = self.aim.pulls(now, &influence, &|u| sums[&cluster[u]]);
        pull.iter_mut().zip(out).filter(|(_, out)| **out).for_each(|(p, _)| *p = f64::NEG_INFINITY);
        Ok((ranked(&pull), pull, self.aim.margin(now)))
    }
}

/// The overall effect of a fit with its standard error; `None` where it has none.
pub(super) fn outcome(fit: &Fit, target: usize) -> Option<Outcome> {
    let estimate = *fit.estimates.get(target)?.as_ref().ok()?;
    let influence = fit.influence(target)?;
    let g = influence.len() as f64;
    let std_error = libm::sqrt(influence.iter().map(|x| x * x).sum::<f64>() * g / (g - 1.0));
    (std_error > fit.rounding(target) && std_error.is_finite()).then_some(Outcome { estimate, std_error, clusters: influence.len() })
}

/// The smallest set of units whose removal reaches the goal, as far as influence finds it: the shortest beginning of the order of
/// influence, and of an order that is made anew several times on the way.
///
/// # Errors
/// As [`Chosen::fit`], with each unit a cluster of its own.
pub fn among_units(
    panel: &Panel,
    chosen: &Chosen,
    target: usize,
    goal: Goal,
    whole: Outcome,
    setting: &Setting<'_>,
) -> Result<Smallest, Faults> {
    let u = Units { panel, chosen, target, aim: Aim::new(goal, whole, setting.level), setting };
    let n = panel.n_units();
    let most = (n as f64 * MOST) as usize;
    let none = vec![false; n];
    let (order, pull, margin) = u.ranked(&none, &whole)?;
    let foretold = predicted(&pull, &order, margin);
    let after = |members: &[u32]| {
        let mut out = vec![false; n];
        members.iter().for_each(|&m| out[m as usize] = true);
        u.after(&out)
    };
    let turns = |members: &[u32]| after(members).filter(|a| u.aim.margin(a) <= 0.0);
    let by_influence = shortest(foretold.unwrap_or(1), most, &mut |m| turns(&order[..m]).is_some());
    let mut best = by_influence.map(|m| order[..m].to_vec());
    // Anew on the way: what is left after the first ones may rest on others.
    if let Some(size) = by_influence.filter(|m| *m > 1) {
        let step = size.div_ceil(STEPS);
        let mut out = none;
        let mut set: Vec<u32> = Vec::new();
        while set.len() + 1 < size {
            let now = if set.is_empty() { Some(whole) } else { u.after(&out) };
            let Some(now) = now else { break };
            let (order, ..) = u.ranked(&out, &now)?;
            let room = step.min(size - 1 - set.len());
            let with = |m: usize| -> Vec<u32> { set.iter().chain(&order[..m]).copied().collect() };
            if turns(&with(room)).is_some() {
                let m = shortest(room, room, &mut |m| turns(&with(m)).is_some()).unwrap_or(room);
                best = Some(with(m));
                break;
            }
            set = with(room);
            set.iter().for_each(|&m| out[m as usize] = true);
        }
    }
    let found = best.and_then(|members| {
        let after = turns(&members)?;
        Some(Found { size: members.len(), members, after, predicted: foretold })
    });
    // One alone was tried only if it is the strongest: no size is excluded for certain.
    Ok(Smallest { goal, found, at_least: 0, most, of: n })
}
