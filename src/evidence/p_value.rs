//! A p-value in a sentence.

/// `p = 0.043`, `p < 0.001`; where none of a number of `draws` was beyond, `p < 0.004`: less than one of them, rounded up.
pub(crate) fn p_words(p: f64, draws: Option<u64>) -> String {
    match draws.filter(|n| *n > 0 && p == 0.0) {
        Some(n) => format!("p < {:.3}", (libm::ceil(1e3 / n as f64) / 1e3).max(0.001)),
        None if p < 0.001 => "p < 0.001".into(),
        None => format!("p = {p:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::p_words;

    #[test]
    fn no_p_value_is_told_as_zero() {
        assert_eq!(p_words(0.0, Some(256)), "p < 0.004");
        assert_eq!((p_words(0.0, Some(9999)), p_words(0.0, None)), ("p < 0.001".into(), "p < 0.001".into()));
        assert_eq!((p_words(0.0004, Some(256)), p_words(0.0432, Some(256))), ("p < 0.001".into(), "p = 0.043".into()));
    }
}
