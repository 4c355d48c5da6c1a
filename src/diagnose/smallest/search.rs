//! Sets in the order of influence: the shortest beginning that turns the result.

/// Everybody in the order of pull, the strongest first; ties in the order in which they stand.
pub(super) fn ranked(pulls: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..pulls.len() as u32).collect();
    order.sort_by(|&a, &b| pulls[b as usize].total_cmp(&pulls[a as usize]).then(a.cmp(&b)));
    order
}

/// How many of the strongest pulls add up to the margin; `None` where all that pull do not.
pub(super) fn predicted(pulls: &[f64], order: &[u32], margin: f64) -> Option<usize> {
    let mut sum = 0.0;
    for (n, &i) in order.iter().enumerate() {
        let pull = pulls[i as usize];
        if pull <= 0.0 {
            return None;
        }
        sum += pull;
        if sum >= margin {
            return Some(n + 1);
        }
    }
    None
}

/// The shortest beginning that turns the result, found by steps from `start` and by halving; `None` where none up to `most` does.
pub(super) fn shortest(start: usize, most: usize, turns: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (0, start.clamp(1, most.max(1)));
    if most == 0 {
        return None;
    }
    while !turns(high) {
        if high == most {
            return None;
        }
        low = high;
        high = (high + 1).max(high + high / 4).min(most);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if turns(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// The next set of as many of `n`, in lexical order; false after the last.
pub(super) fn next_set(set: &mut [u32], n: usize) -> bool {
    let size = set.len();
    let Some(i) = (0..size).rev().find(|&i| (set[i] as usize) < n - size + i) else { return false };
    set[i] += 1;
    (i + 1..size).for_each(|j| set[j] = set[j - 1] + 1);
    true
}

/// How many sets of that size there are.
pub(super) fn sets(n: usize, size: usize) -> f64 {
    (0..size).fold(1.0, |p, i| p * (n - i) as f64 / (i + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_beginning_is_found_from_wherever_one_starts() {
        for needed in 1..40 {
            for start in 1..50 {
                assert_eq!(shortest(start, 60, &mut |m| m >= needed), Some(needed));
            }
            assert_eq!(shortest(3, needed - 1, &mut |m| m >= needed), None);
        }
    }

    #[test]
    fn all_sets_once() {
        let (mut set, mut n) = (vec![0, 1, 2], 1);
        while next_set(&mut set, 7) {
            n += 1;
        }
        assert_eq!((n as f64, set), (sets(7, 3), vec![4, 5, 6]));
    }

    #[test]
    fn influence_predicts_by_adding_up() {
        let pulls = [0.1, -0.2, 0.5, 0.1];
        let order = ranked(&pulls);
        assert_eq!(order, [2, 0, 3, 1]);
        assert_eq!((predicted(&pulls, &order, 0.6), predicted(&pulls, &order, 0.69)), (Some(2), Some(3)));
        assert_eq!(predicted(&pulls, &order, 0.8), None);
    }
}
