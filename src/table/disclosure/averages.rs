//! Averages of effects, some of which are untold: what can be solved for from all of them together.

/// Weights of an average on the effects, in their order.
pub type Weights = Vec<f64>;

/// Which of the averages may be told, in their order: each that, beside the ones told before it, lets nobody solve for a weighted sum of
/// effects of one of the `secret` sets alone.
///
/// Effects that are told, those not `hidden`, are known. What averages add is the space of weighted sums they span over the hidden effects, and a sum
/// over a secret set S alone lies in it when leaving the columns of S out lowers the rank: rank W > rank W restricted to the
/// others. This is the linear audit of a table of sums; source: A. Hundepool et al., *Statistical Disclosure Control* (2012), ch. 4.
pub fn told(averages: &[Weights], hidden: &[bool], secret: &[Vec<bool>]) -> Vec<bool> {
    let own = |w: &Weights| w.iter().zip(hidden).map(|(w, h)| if *h { *w } else { 0.0 }).collect::<Weights>();
    let mut kept: Vec<Weights> = Vec::new();
    averages
        .iter()
        .map(|average| {
            kept.push(own(average));
            let whole = rank(&kept, &|_| true);
            let safe = secret.iter().all(|s| rank(&kept, &|c| !s[c]) == whole);
            if !safe {
                kept.pop();
            }
            safe
        })
        .collect()
}

/// The rank of the rows over the columns that count, by elimination with the largest pivot.
fn rank(rows: &[Weights], counts: &dyn Fn(usize) -> bool) -> usize {
    const NOTHING: f64 = 1e-9;
    let largest = |r: &[f64]| r.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let mut left: Vec<Weights> = rows
        .iter()
        .map(|r| {
            // Scaled by the whole row, so that what is nothing in one choice of columns is so in another.
            let scale = largest(r).max(f64::MIN_POSITIVE);
            r.iter().enumerate().filter(|(c, _)| counts(*c)).map(|(_, x)| x / scale).collect()
        })
        .collect();
    let mut rank = 0;
    loop {
        let pivot = left
            .iter()
            .enumerate()
            .map(|(i, r)| (largest(r), i))
            .fold((NOTHING, None), |best, (x, i)| if x > best.0 { (x, Some(i)) } else { best });
        let Some(i) = pivot.1 else { return rank };
        let row = left.swap_remove(i);
        let Some(c) = (0..row.len()).max_by(|a, b| row[*a].abs().total_cmp(&row[*b].abs())) else { return rank };
        for other in &mut left {
            let by = other[c] / row[c];
            other.iter_mut().zip(&row).for_each(|(x, p)| *x -= by * p);
            other[c] = 0.0;
        }
        rank += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cohorts of 5 and 40 in two periods each: effects (a0, a1, b0, b1).
    fn four() -> [Weights; 4] {
        let simple = vec![5.0, 5.0, 40.0, 40.0];
        let at_start = vec![5.0, 0.0, 40.0, 0.0];
        let later = vec![0.0, 5.0, 0.0, 40.0];
        let small = vec![1.0, 1.0, 0.0, 0.0];
        [simple, at_start, later, small]
    }

    const ALL: [bool; 4] = [true; 4];

    #[test]
    fn means_that_mix_cohorts_are_told_and_that_of_the_small_one_is_not() {
        let secret = [vec![true, true, false, false]];
        assert_eq!(told(&four(), &ALL, &secret), [true, true, true, false]);
        // Where the large one's effects are told, nothing that weighs the small one may be.
        assert_eq!(told(&four(), &[true, true, false, false], &secret), [false; 4]);
    }

    #[test]
    fn the_last_average_that_would_complete_the_system_stays() {
        // Two means with the same weights on the large cohort and others on the small one: their difference is the small one's.
        let averages = [vec![5.0, 0.0, 40.0, 0.0], vec![6.0, 0.0, 40.0, 0.0], vec![0.0, 0.0, 1.0, 1.0]];
        let secret = [vec![true, true, false, false]];
        assert_eq!(told(&averages, &ALL, &secret), [true, false, true]);
        assert_eq!(told(&averages, &ALL, &[vec![false; 4]]), [true; 3]);
    }

    #[test]
    fn an_average_of_what_is_known_adds_nothing() {
        assert_eq!(told(&[vec![0.0, 0.0, 1.0, 1.0]], &[true, true, false, false], &[vec![true, true, false, false]]), [true]);
    }
}
