//! Degrees of freedom where there is no regression: Satterthwaite's for two independent arms.

use crate::estimate::Side;

/// With V_T and V_C the sums of squared influence over treated and comparison clusters:
/// (V_T + V_C)² / (V_T²/(G_T − 1) + V_C²/(G_C − 1)), as Welch (1947) for two means. When a cluster has units of both
/// arms the contributions are pairs, and it is G − 1.
pub(super) fn degrees_of_freedom(contributions: &[f64], sides: &[Side]) -> f64 {
    let used = contributions.len() as f64;
    if sides.contains(&Side::Both) {
        return used - 1.0;
    }
    let mut arms = [(0.0, 0.0), (0.0, 0.0)];
    for (c, side) in contributions.iter().zip(sides) {
        let arm = &mut arms[usize::from(*side == Side::Comparison)];
        arm.0 += c * c;
        arm.1 += 1.0;
    }
    let [(vt, gt), (vc, gc)] = arms;
    if gt < 2.0 || gc < 2.0 {
        return f64::NAN;
    }
    (vt + vc) * (vt + vc) / (vt * vt / (gt - 1.0) + vc * vc / (gc - 1.0))
}
