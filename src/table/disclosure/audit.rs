//! Sums of effects, told one after another: what could be solved for from all of them together.

/// Weights of a sum on the single effects, in their order.
pub type Weights = Vec<f64>;

/// Decides sum by sum what may be told, so that beside all that was told before nobody can solve for a weighted sum of the effects of one of the
/// `secret` sets alone.
///
/// What is told spans a space of weighted sums. One over a secret set S alone lies in it if leaving the columns of S out lowers the rank of
/// the weights: rank W > rank W restricted to the others. This is the linear audit of a table of sums; source: A. Hundepool et
/// al., *Statistical Disclosure Control* (2012), ch. 4.
pub struct Audit {
    whole: Basis,
    /// For each secret set, what counts beside it.
    beside: Vec<(Vec<bool>, Basis)>,
}

impl Audit {
    /// Nothing is told yet. `secret`: which effects each set holds.
    pub fn new(secret: Vec<Vec<bool>>) -> Audit {
        Audit { whole: Basis::default(), beside: secret.into_iter().map(|s| (s, Basis::default())).collect() }
    }

    /// Whether a sum may be told; if so, it is. One that follows from those told before says with which weights: that may be told where it
    /// touches no secret effect.
    pub fn tells(&mut self, weights: &Weights) -> bool {
        // Scaled as a whole, so that what is nothing in one choice of columns is so in another.
        let scale = largest(weights);
        if scale == 0.0 {
            return true;
        }
        let row: Weights = weights.iter().map(|w| w / scale).collect();
        let Some(adds) = self.whole.adds(row.clone()) else {
            return !self.beside.iter().any(|(secret, _)| row.iter().zip(secret).any(|(w, s)| *s && *w != 0.0));
        };
        let others: Option<Vec<Added>> = self
            .beside
            .iter()
            .map(|(secret, basis)| basis.adds(row.iter().zip(secret).map(|(w, s)| if *s { 0.0 } else { *w }).collect()))
            .collect();
        let Some(others) = others else { return false };
        self.whole.0.push(adds);
        self.beside.iter_mut().zip(others).for_each(|((_, basis), added)| basis.0.push(added));
        true
    }
}

/// Rows in echelon form, each with its pivot.
#[derive(Default)]
struct Basis(Vec<Added>);

type Added = (usize, Weights);

impl Basis {
    /// What is left of a row beside those before it; `None` where nothing is.
    fn adds(&self, mut row: Weights) -> Option<Added> {
        const NOTHING: f64 = 1e-9;
        for (pivot, known) in &self.0 {
            let by = row[*pivot] / known[*pivot];
            row.iter_mut().zip(known).for_each(|(x, k)| *x -= by * k);
            row[*pivot] = 0.0;
        }
        let pivot = (0..row.len()).max_by(|a, b| row[*a].abs().total_cmp(&row[*b].abs()))?;
        (row[pivot].abs() > NOTHING).then_some((pivot, row))
    }
}

fn largest(row: &[f64]) -> f64 {
    row.iter().fold(0.0f64, |m, x| m.max(x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two cohorts of 5 and 40 in two periods each: effects (a0, a1, b0, b1).
    const SIMPLE: [f64; 4] = [5.0, 5.0, 40.0, 40.0];
    const AT_START: [f64; 4] = [5.0, 0.0, 40.0, 0.0];
    const LATER: [f64; 4] = [0.0, 5.0, 0.0, 40.0];
    const SMALL: [f64; 4] = [1.0, 1.0, 0.0, 0.0];
    const LARGE: [f64; 4] = [0.0, 0.0, 1.0, 1.0];

    fn told(secret: &[Vec<bool>], sums: &[[f64; 4]]) -> Vec<bool> {
        let mut audit = Audit::new(secret.to_vec());
        sums.iter().map(|s| audit.tells(&s.to_vec())).collect()
    }

    #[test]
    fn means_that_mix_cohorts_are_told_and_what_solves_for_the_small_one_is_not() {
        let secret = [vec![true, true, false, false]];
        // The third mean would tell how the first is made of the other two, and so the sizes.
        assert_eq!(told(&secret, &[SIMPLE, AT_START, LATER, SMALL, LARGE]), [true, true, false, false, false]);
        assert_eq!(told(&secret, &[LARGE, AT_START, SIMPLE, LATER]), [true, true, false, false]);
        assert_eq!(told(&[], &[SIMPLE, SMALL, LARGE]), [true; 3]);
    }

    #[test]
    fn two_means_that_weigh_the_small_one_differently_are_not_both_told() {
        let secret = [vec![true, true, false, false]];
        assert_eq!(told(&secret, &[[5.0, 0.0, 40.0, 0.0], [6.0, 0.0, 40.0, 0.0]]), [true, false]);
    }

    proptest! {
        /// Whatever is told: a secret effect that takes part in no other sum's span is never one of them.
        #[test]
        fn no_told_sums_combine_to_a_secret_effect(sums in prop::collection::vec(prop::array::uniform4(0u8..4), 1..8)) {
            let mut audit = Audit::new(vec![vec![true, false, false, false]]);
            let mut kept: Vec<Vec<f64>> = Vec::new();
            for s in &sums {
                let row: Vec<f64> = s.iter().map(|x| f64::from(*x)).collect();
                if audit.tells(&row) {
                    kept.push(row);
                }
            }
            // The first effect alone adds to what is told, or nothing is told of it.
            let mut alone = Audit::new(Vec::new());
            kept.iter().for_each(|row| { alone.tells(row); });
            prop_assert!(alone.whole.adds(vec![1.0, 0.0, 0.0, 0.0]).is_some(), "{kept:?}");
        }
    }
}
