//! The same random assignments for several fits: cohorts dealt anew to the clusters, as many of each as observed.

use super::assignment::Assignments;
use crate::random::Stream;

/// Assignments of cohorts to clusters, the same for whoever asks.
pub struct Shuffles {
    dealt: Vec<Vec<u32>>,
    exact: bool,
}

impl Shuffles {
    /// Deals the labels `replicates` times within blocks; where there are no more assignments than that, each is dealt once.
    /// `order` is the order in which clusters get their draws. `None` where there is no other assignment than the observed one.
    pub fn deal(labels: &[u32], blocks: Option<&[u32]>, order: &[u32], replicates: usize, seed: u64) -> Option<Shuffles> {
        let one = vec![0; labels.len()];
        let all = Assignments::new(labels, blocks.unwrap_or(&one), order);
        if all.number() == Some(1) {
            return None;
        }
        let every = all.number().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= replicates);
        let root = Stream::new(seed, &["infer", "shuffles"], 0);
        let dealt = (0..every.unwrap_or(replicates) as u64)
            .map(|r| {
                let mut out = labels.to_vec();
                match every {
                    Some(_) => all.unrank(r, &mut out),
                    None => all.shuffle(&mut root.at(r), &mut out),
                }
                out
            })
            .collect();
        Some(Shuffles { dealt, exact: every.is_some() })
    }

    /// The label of each cluster, assignment by assignment.
    pub fn all(&self) -> &[Vec<u32>] {
        &self.dealt
    }

    /// Whether these are all assignments there are, the observed one among them.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The p-value of a statistic: the share of assignments in which it is at least as large (up to rounding). Of random ones
    /// (k + 1)/(R + 1) (Phipson and Smyth 2010), so that it is never zero.
    pub fn p_value(&self, observed: f64, dealt: &[f64]) -> f64 {
        let least = observed - 1e-9 * observed.abs();
        let k = dealt.iter().filter(|x| **x >= least).count() as f64;
        let n = dealt.len() as f64;
        if self.exact { k / n } else { (k + 1.0) / (n + 1.0) }
    }
}
