//! Complementary suppression in one sum.

use super::few;

/// What of a sum must not be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The parts.
    pub parts: Vec<bool>,
    /// The whole: where there are not parts enough.
    pub total: bool,
}

/// What must not be told of parts that add up to a whole.
///
/// The small ones; and further ones from the smallest on, those of one size together, until what is hidden is at least two parts of different sizes, and these
/// together at least `least` and one for each of them: then neither the whole less the rest nor knowing this rule gives a small one, since
/// what is hidden could as well stand the other way round. Parts of zero are told.
pub fn hidden(parts: &[u64], least: u64) -> Hidden {
    let mut out = Hidden { parts: parts.iter().map(|n| few(*n, least)).collect(), total: false };
    if !out.parts.contains(&true) {
        return out;
    }
    loop {
        let untold = || parts.iter().zip(&out.parts).filter(|(_, h)| **h).map(|(n, _)| *n);
        let n = untold().count();
        let alike = untold().min() == untold().max();
        if n >= 2 && !alike && untold().sum::<u64>() >= least.saturating_add(n as u64) {
            return out;
        }
        let open = (0..parts.len()).filter(|i| !out.parts[*i] && parts[*i] > 0);
        match open.map(|i| parts[i]).min() {
            Some(next) => out.parts.iter_mut().zip(parts).filter(|(_, n)| **n == next).for_each(|(h, _)| *h = true),
            None => {
                out.total = true;
                return out;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All that a reader who knows the rule can still take the parts for.
    fn possible(parts: &[u64], published: &Hidden, least: u64) -> Vec<Vec<u64>> {
        let sum: u64 = parts.iter().sum();
        let mut all = vec![Vec::new()];
        for (n, hidden) in parts.iter().zip(&published.parts) {
            let choices: Vec<u64> = if *hidden { (1..=sum).collect() } else { vec![*n] };
            all = all.iter().flat_map(|v: &Vec<u64>| choices.iter().map(move |c| [v.as_slice(), &[*c]].concat())).collect();
            all.retain(|v| v.iter().sum::<u64>() <= sum);
        }
        all.retain(|v| (published.total || v.iter().sum::<u64>() == sum) && hidden(v, least) == *published);
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn the_whole_less_the_rest_gives_no_small_part(least in 2u64..7, parts in prop::collection::vec(0u64..14, 1..5)) {
            let published = hidden(&parts, least);
            for (i, n) in parts.iter().enumerate().filter(|(_, n)| few(**n, least)) {
                prop_assert!(published.parts[i], "{parts:?}: {n} is told");
                let mut could: Vec<u64> = possible(&parts, &published, least).iter().map(|v| v[i]).collect();
                could.sort_unstable();
                could.dedup();
                prop_assert!(could.len() > 1 || published.total, "{parts:?} below {least}: {n} can be had from {published:?}");
            }
        }
    }

    #[test]
    fn suppression_of_the_small_ones_alone_would_be_found_out() {
        let parts = [3, 20, 40];
        let alone = Hidden { parts: vec![true, false, false], total: false };
        assert_eq!(63 - 20 - 40, parts[0]);
        assert_ne!(hidden(&parts, 10), alone);
        assert_eq!(hidden(&parts, 10).parts, [true, true, false]);
        assert_eq!(hidden(&[3], 10), Hidden { parts: vec![true], total: true });
        assert_eq!(hidden(&[0, 12, 40], 10), Hidden { parts: vec![false; 3], total: false });
    }
}
