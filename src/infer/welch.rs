//! Degrees of freedom where there is no regression: Satterthwaite's for two independent arms.

use crate::estimate::Side;

/// With V_T and V_C the sums of squared influence over treated and comparison clusters:
/// (V_T + V_C)² / (V_T²/(G_T − 1) + V_C²/(G_C − 1)), as Welch (1947) for two means. When a cluster has units of both
/// arms the contributions are pairs, and it is G − 1; so it is when all are treated at some time, and each is compared with
/// before it is.
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
    if gc == 0.0 {
        return used - 1.0;
    }
    if gt < 2.0 || gc < 2.0 {
        return f64::NAN;
    }
    (vt + vc) * (vt + vc) / (vt * vt / (gt - 1.0) + vc * vc / (gc - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_arms_are_welch_and_one_arm_counts_its_clusters() {
        let psi = [3.0, -3.0, 1.0, -1.0];
        let arms = [Side::Treated, Side::Treated, Side::Comparison, Side::Comparison];
        assert_eq!(degrees_of_freedom(&psi, &arms), 20.0 * 20.0 / (18.0 * 18.0 + 2.0 * 2.0));
        assert_eq!(degrees_of_freedom(&psi, &[Side::Treated; 4]), 3.0);
        assert!(degrees_of_freedom(&psi, &[Side::Treated, Side::Treated, Side::Treated, Side::Comparison]).is_nan());
    }
}
