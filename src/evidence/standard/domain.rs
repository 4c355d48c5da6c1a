//! Several outcomes of one domain: which stay significant.

use crate::infer::multiplicity::benjamini_hochberg;
use serde::Serialize;

/// One p-value among those of its outcome domain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct InDomain {
    /// As given, clusters already heeded.
    pub p_value: f64,
    /// Its rank i from the smallest, from 1; ties in the order given.
    pub rank: usize,
    /// Its critical value i·α/m.
    pub critical: f64,
    /// Adjusted p-value.
    pub adjusted: f64,
    /// Whether it stays significant: it, or a larger one, is at most its critical value.
    pub significant: bool,
}

/// Benjamini and Hochberg (1995) within an outcome domain, as WWC has it: with p in order, the largest i with p_i ≤ i·α/m, and all
/// smaller ones, stay significant. (`RWWC` compares with <, R's `p.adjust` with ≤, as here.) `None` when a p-value lies outside [0, 1].
pub fn within_domain(p_values: &[f64], alpha: f64) -> Option<Vec<InDomain>> {
    if p_values.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return None;
    }
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]).then(a.cmp(&b)));
    let critical = |rank: usize| rank as f64 * alpha / m as f64;
    let last = (1..=m).rev().find(|&i| p_values[order[i - 1]] <= critical(i)).unwrap_or(0);
    let adjusted = benjamini_hochberg(p_values);
    let mut out = vec![InDomain { p_value: 0.0, rank: 0, critical: 0.0, adjusted: 0.0, significant: false }; m];
    for (i, &j) in order.iter().enumerate() {
        let rank = i + 1;
        out[j] = InDomain { p_value: p_values[j], rank, critical: critical(rank), adjusted: adjusted[j], significant: rank <= last };
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_one_that_passes_carries_the_smaller() {
        // .04 alone is above 1 · .05/2, but .045 is below 2 · .05/2.
        let both = within_domain(&[0.045, 0.04], 0.05).unwrap();
        assert!(both.iter().all(|d| d.significant));
        assert_eq!((both[0].rank, both[1].rank), (2, 1));
        assert!(!within_domain(&[0.04, 0.06], 0.05).unwrap()[0].significant);
    }

    #[test]
    fn no_order_matters_and_nothing_else_is_taken() {
        let one = within_domain(&[0.03, 0.2, 0.002], 0.05).unwrap();
        let other = within_domain(&[0.2, 0.002, 0.03], 0.05).unwrap();
        assert_eq!((one[0], one[1], one[2]), (other[2], other[0], other[1]));
        assert_eq!(within_domain(&[], 0.05), Some(vec![]));
        assert_eq!(within_domain(&[0.1, f64::NAN], 0.05), None);
        assert_eq!(within_domain(&[-0.1], 0.05), None);
    }
}
