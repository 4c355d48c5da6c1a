//! How many of a list are named before the others are counted.

/// How many of `all` are named where `most` are: one more than that rather than to count it, which would be as long.
pub fn named(all: usize, most: usize) -> usize {
    if all <= most.saturating_add(1) { all } else { most }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn nothing_is_counted_that_could_be_named_as_well() {
        assert_eq!([0, 4, 5, 6, 7].map(|all| named(all, 5)), [0, 4, 5, 6, 5]);
        assert_eq!(named(9, usize::MAX), 9);
    }
}
