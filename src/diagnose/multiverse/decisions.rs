//! How much of the spread of estimates comes from which decision.

use std::collections::BTreeMap;

/// The Shapley share of each decision in the variance of the estimates: they add up to one; `None` where estimates do not vary.
///
/// v(S) is the variance of the mean estimates of the groups of specifications that agree in all decisions of S; the share of decision d
/// is the mean over all orders of what v gains when d joins those before it, over v of all (Owen 2014, SIAM/ASA Journal on Uncertainty
/// Quantification 2, eq. 7, for the distribution that gives every specification the same weight). What decisions do only together is
/// divided equally between them. Exact: all 2^D sets are formed.
pub(super) fn shares(choices: &[Vec<u32>], estimates: &[f64]) -> Option<Vec<f64>> {
    let d = choices.first()?.len();
    let n = estimates.len() as f64;
    let mean = estimates.iter().sum::<f64>() / n;
    let explained = |set: usize| -> f64 {
        let mut groups: BTreeMap<Vec<u32>, (f64, f64)> = BTreeMap::new();
        for (own, e) in choices.iter().zip(estimates) {
            let key = (0..d).filter(|i| set >> i & 1 == 1).map(|i| own[i]).collect();
            let group = groups.entry(key).or_default();
            group.0 += e - mean;
            group.1 += 1.0;
        }
        groups.values().map(|(sum, count)| sum * sum / count).sum::<f64>() / n
    };
    let v: Vec<f64> = (0..1usize << d).map(explained).collect();
    let all = v[v.len() - 1];
    let size = estimates.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
    if all.is_nan() || all <= 1e-24 * size * size {
        return None;
    }
    // |S|! (D − |S| − 1)! / D!
    let factorial = |k: usize| (1..=k).fold(1.0, |p, i| p * i as f64);
    let weight: Vec<f64> = (0..d).map(|s| factorial(s) * factorial(d - s - 1) / factorial(d)).collect();
    Some(
        (0..d)
            .map(|i| {
                let gain = |set: usize| weight[set.count_ones() as usize] * (v[set | 1 << i] - v[set]);
                let share = (0..v.len()).filter(|set| set >> i & 1 == 0).map(gain).sum::<f64>() / all;
                // Less than rounding is nothing.
                if share.abs() < 1e-12 { 0.0 } else { share }
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_balanced_design_without_interactions_has_the_shares_of_an_analysis_of_variance() {
        let mut choices = Vec::new();
        let mut estimates = Vec::new();
        for a in 0..2u32 {
            for b in 0..3u32 {
                for c in 0..2u32 {
                    choices.push(vec![a, b, c]);
                    estimates.push(f64::from(a) * 2.0 + f64::from(b));
                }
            }
        }
        // Variances 1 and 2/3.
        let got = shares(&choices, &estimates).expect("they vary");
        for (got, wanted) in got.iter().zip([0.6, 0.4, 0.0]) {
            assert!((got - wanted).abs() < 1e-12, "{got} {wanted}");
        }
    }

    #[test]
    fn what_two_decisions_do_together_is_divided_and_shares_add_up_to_one() {
        let choices: Vec<Vec<u32>> = (0..4).map(|i| vec![i / 2, i % 2]).collect();
        let got = shares(&choices, &[0.0, 1.0, 1.0, 0.0]).expect("they vary");
        assert!((got[0] - 0.5).abs() < 1e-12 && (got[1] - 0.5).abs() < 1e-12);
        // Not every combination is there.
        let choices = vec![vec![0, 0, 0], vec![1, 0, 1], vec![0, 1, 2], vec![1, 2, 0], vec![0, 2, 2]];
        let got = shares(&choices, &[0.3, 0.1, -0.2, 0.7, 0.4]).expect("they vary");
        assert!((got.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(shares(&choices, &[0.3; 5]), None);
    }
}
