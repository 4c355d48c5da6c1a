//! The estimates without each cluster in turn, each with its own standard error.

use super::Setting;
use super::bootstrap::under_weights;
use crate::estimate::Fit;

/// For each cluster the estimates when it is left out, with the standard error that the others give (CR0 times G/(G − 1), G those that
/// are left); `None` where one of them does not exist then, or where the cluster changes nothing.
pub fn leave_one_out(fit: &Fit, setting: &Setting<'_>) -> Vec<Vec<Option<(f64, f64)>>> {
    let order = setting.order_of(fit).to_vec();
    let n = order.len();
    let factor = (n as f64 - 1.0) / (n as f64 - 2.0);
    let found = under_weights(fit, 0..n, true, setting, &|left_out, weights| {
        weights.iter_mut().enumerate().for_each(|(p, w)| *w = f64::from(u8::from(p != left_out)));
    });
    let mut out = vec![Vec::new(); n];
    for (place, replicate) in found.into_iter().enumerate() {
        let one = |(t, r): (usize, Option<(f64, f64)>)| {
            let ((estimate, statistic), full) = (r?, fit.estimates[t].as_ref().ok()?);
            let se = (estimate - full) / statistic;
            (se.is_finite() && se > 0.0).then(|| (estimate, se * libm::sqrt(factor)))
        };
        out[order[place] as usize] = replicate.into_iter().enumerate().map(one).collect();
    }
    out
}

/// One target when each of these sets of clusters is left out: its estimate and standard error, as for one cluster.
pub fn without(fit: &Fit, target: usize, sets: &[Vec<u32>], setting: &Setting<'_>) -> Vec<Option<(f64, f64)>> {
    let order = setting.order_of(fit).to_vec();
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(p, &g)| place[g as usize] = p);
    let found = under_weights(fit, 0..sets.len(), true, setting, &|i, weights| {
        weights.fill(1.0);
        sets[i].iter().for_each(|&g| weights[place[g as usize]] = 0.0);
    });
    let one = |(set, replicate): (&Vec<u32>, super::bootstrap::Replicate)| {
        let ((estimate, statistic), full) = (replicate.get(target).copied().flatten()?, fit.estimates[target].as_ref().ok()?);
        let left = (order.len() - set.len()) as f64;
        let se = (estimate - full) / statistic * libm::sqrt(left / (left - 1.0));
        (se.is_finite() && se > 0.0).then_some((estimate, se))
    };
    sets.iter().zip(found).map(one).collect()
}
