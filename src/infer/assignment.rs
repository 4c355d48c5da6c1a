//! All ways to deal the same cohorts to the same clusters, within blocks.

use crate::random::Stream;

/// The clusters of each block and the labels that are dealt to them.
pub(super) struct Assignments {
    /// For each block its clusters, in the order of draws.
    blocks: Vec<Vec<u32>>,
    /// For each block how often each label occurs.
    counts: Vec<Vec<(u32, u64)>>,
    /// The observed labels.
    observed: Vec<u32>,
}

impl Assignments {
    /// From the observed labels and each cluster's block.
    pub(super) fn new(observed: &[u32], block: &[u32], order: &[u32]) -> Assignments {
        let mut names = block.to_vec();
        names.sort_unstable();
        names.dedup();
        let blocks: Vec<Vec<u32>> = names.iter().map(|b| order.iter().copied().filter(|&g| block[g as usize] == *b).collect()).collect();
        let counts = blocks
            .iter()
            .map(|clusters: &Vec<u32>| {
                let mut labels: Vec<u32> = clusters.iter().map(|&g| observed[g as usize]).collect();
                labels.sort_unstable();
                let mut counts: Vec<(u32, u64)> = Vec::new();
                for label in labels {
                    match counts.last_mut() {
                        Some((l, n)) if *l == label => *n += 1,
                        _ => counts.push((label, 1)),
                    }
                }
                counts
            })
            .collect();
        Assignments { blocks, counts, observed: observed.to_vec() }
    }

    /// The number of different assignments, as far as it can be counted.
    pub(super) fn number(&self) -> Option<u64> {
        self.counts.iter().try_fold(1u64, |product, counts| {
            let counts: Vec<u64> = counts.iter().map(|(_, n)| *n).collect();
            product.checked_mul(multinomial(&counts)?)
        })
    }

    /// The assignment of a rank below [`Assignments::number`].
    pub(super) fn unrank(&self, mut rank: u64, labels: &mut [u32]) {
        for (clusters, counts) in self.blocks.iter().zip(&self.counts) {
            let mut left: Vec<(u32, u64)> = counts.clone();
            let ways =
                |left: &[(u32, u64)]| multinomial(&left.iter().map(|(_, n)| *n).collect::<Vec<_>>()).expect("no more than the whole");
            let size = ways(&left);
            let mut own = rank % size;
            rank /= size;
            for &g in clusters {
                for i in 0..left.len() {
                    if left[i].1 == 0 {
                        continue;
                    }
                    left[i].1 -= 1;
                    let here = ways(&left);
                    if own < here {
                        labels[g as usize] = left[i].0;
                        break;
                    }
                    own -= here;
                    left[i].1 += 1;
                }
            }
        }
    }

    /// A random assignment.
    pub(super) fn shuffle(&self, stream: &mut Stream, labels: &mut [u32]) {
        for clusters in &self.blocks {
            let mut dealt: Vec<u32> = clusters.iter().map(|&g| self.observed[g as usize]).collect();
            stream.shuffle(&mut dealt);
            clusters.iter().zip(dealt).for_each(|(&g, label)| labels[g as usize] = label);
        }
    }
}

/// n! / (n₁! n₂! …), `None` when it is too large to count.
fn multinomial(counts: &[u64]) -> Option<u64> {
    let (mut total, mut ways) = (0u64, 1u64);
    for &n in counts {
        for k in 1..=n {
            total += 1;
            // ways · total / k is whole: it is a product of binomial coefficients.
            ways = u64::try_from(u128::from(ways).checked_mul(u128::from(total))? / u128::from(k)).ok()?;
        }
    }
    Some(ways)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_assignment_has_one_rank() {
        let observed = [0, 1, 1, 2, 0, 1, 1];
        let block = [0, 0, 0, 0, 1, 1, 1];
        let order = [3, 2, 6, 0, 1, 5, 4];
        let all = Assignments::new(&observed, &block, &order);
        assert_eq!(all.number(), Some(12 * 3));
        let mut seen = BTreeSet::new();
        for rank in 0..36 {
            let mut labels = vec![9; 7];
            all.unrank(rank, &mut labels);
            let sorted = |part: &[u32]| {
                let mut part = part.to_vec();
                part.sort_unstable();
                part
            };
            assert_eq!((sorted(&labels[..4]), sorted(&labels[4..])), (vec![0, 1, 1, 2], vec![0, 1, 1]));
            seen.insert(labels);
        }
        assert_eq!(seen.len(), 36);
        assert!(seen.contains(observed.as_slice()));
        assert_eq!(multinomial(&[6, 6]), Some(924));
        assert_eq!(multinomial(&[500, 500]), None);
    }
}
