//! Complementary suppression among effects of cohorts and periods, which are averaged along each of both and along event time.

use super::few;

/// An effect on a cohort in a period, and how many stand behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// The cohort's start.
    pub start: i64,
    /// The period.
    pub period: i64,
    /// Students seen.
    pub n: u64,
}

/// Which of the effects must not be told.
///
/// All of these cohorts; each that rests on few; and along every cohort, period and event time in which exactly one is untold, that
/// with the next fewest: from the mean along the line and the others the one could be computed.
pub fn withheld(items: &[Item], cohorts: &[i64], least: u64) -> Vec<bool> {
    let mut hidden: Vec<bool> = items.iter().map(|i| few(i.n, least) || cohorts.contains(&i.start)).collect();
    let lines: [fn(&Item) -> i64; 3] = [|i| i.start, |i| i.period, |i| i.period - i.start];
    loop {
        let before = hidden.clone();
        for line in lines {
            let mut values: Vec<i64> = items.iter().map(line).collect();
            values.sort_unstable();
            values.dedup();
            for value in values {
                let on: Vec<usize> = (0..items.len()).filter(|i| line(&items[*i]) == value).collect();
                if on.iter().filter(|i| hidden[**i]).count() == 1
                    && let Some(next) = on.iter().filter(|i| !hidden[**i]).min_by_key(|i| (items[**i].n, **i))
                {
                    hidden[*next] = true;
                }
            }
        }
        if hidden == before {
            return hidden;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_line_has_a_single_effect_untold(counts in prop::collection::vec(prop::collection::vec(1u64..40, 4), 1..5)) {
            let items: Vec<Item> = counts
                .iter()
                .enumerate()
                .flat_map(|(g, row)| row.iter().enumerate().map(move |(t, n)| Item { start: g as i64, period: t as i64, n: *n }))
                .collect();
            let hidden = withheld(&items, &[], 10);
            for (i, item) in items.iter().enumerate() {
                prop_assert!(hidden[i] || item.n >= 10);
                let lines: [fn(&Item) -> i64; 3] = [|i| i.start, |i| i.period, |i| i.period - i.start];
                for line in lines {
                    let on: Vec<bool> = items.iter().zip(&hidden).filter(|(o, _)| line(o) == line(item)).map(|(_, h)| *h).collect();
                    prop_assert!(on.len() == 1 || on.iter().filter(|h| **h).count() != 1, "{items:?}");
                }
            }
        }
    }
}
