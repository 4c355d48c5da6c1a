//! Numbers of formats that store whole numbers as real ones.

use crate::cohort::{Data, Integers, Wholes};

/// Real numbers hold every whole number up to this size: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A column of numbers, missing ones NaN: whole numbers where all are, so that an identifier reads as its source wrote it.
pub(super) fn settle(values: Vec<f64>) -> Data {
    let whole = |x: f64| x.abs() <= EXACT && libm::trunc(x) == x;
    let missing = values.iter().filter(|x| x.is_nan()).count();
    if missing == values.len() || !values.iter().all(|&x| x.is_nan() || whole(x)) {
        return Data::Number(values);
    }
    let flags = if missing > 0 { values.iter().map(|x| x.is_nan()).collect() } else { Vec::new() };
    let integers = Integers::of(values.iter().map(|&x| if x.is_nan() { 0 } else { x as i64 }));
    Data::whole(Wholes { values: integers, missing: flags })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_told_from_real_ones() {
        assert!(matches!(settle(vec![0.0, 1.0]), Data::Flag(_)));
        let Data::Whole(w) = settle(vec![1042.0, f64::NAN]) else { panic!("whole") };
        assert_eq!((w.get(0), w.get(1)), (Some(1042), None));
        assert!(matches!(settle(vec![1.5, 2.0]), Data::Number(_)));
        assert!(matches!(settle(vec![f64::NAN]), Data::Number(_)), "a column without a value has no kind");
        assert!(matches!(settle(vec![1e300, f64::INFINITY]), Data::Number(_)));
    }
}
