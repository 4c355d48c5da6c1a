//! Pretended assignments: which of some clusters get which label, all ways or random ones.

use super::assignment::Assignments;
use crate::random::Stream;

/// Ways to deal `labels` to as many clusters: all of them where there are no more than `most`, and whether these are all; else `most` random
/// ones, the k-th of which depends on the seed and k alone. `order`: the clusters in an order that does not depend on their names.
pub fn deals(labels: &[u32], order: &[u32], most: usize, seed: u64) -> (Vec<Vec<u32>>, bool) {
    let all = Assignments::new(labels, &vec![0; labels.len()], order);
    let empty = || vec![0; labels.len()];
    if let Some(n) = all.number().filter(|n| *n <= most as u64) {
        let ranked = (0..n).map(|rank| {
            let mut own = empty();
            all.unrank(rank, &mut own);
            own
        });
        return (ranked.collect(), true);
    }
    let root = Stream::new(seed, &["infer", "pretended-assignment"], 0);
    let drawn = (0..most as u64).map(|k| {
        let mut own = empty();
        all.shuffle(&mut root.at(k), &mut own);
        own
    });
    (drawn.collect(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_some() {
        let labels = [1, 1, 0, 0, 0, 0];
        let order = [0, 1, 2, 3, 4, 5];
        let (all, exact) = deals(&labels, &order, 15, 1);
        assert!(exact && all.len() == 15);
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 15);
        let (some, exact) = deals(&labels, &order, 14, 1);
        assert!(!exact && some.len() == 14 && some.iter().all(|d| d.iter().sum::<u32>() == 2));
        assert_eq!(some[..5], deals(&labels, &order, 5, 1).0[..], "draws do not depend on how many there are");
        assert_ne!(some, deals(&labels, &order, 14, 2).0);
    }
}
