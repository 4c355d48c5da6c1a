//! Kinds of schools or of students: which part of them is of each, and where these stand.

use super::Parameters;

/// A kind, with the parameters of its part of all and of its level against the others.
pub(super) type Kind = (&'static str, [&'static str; 2]);

/// The part of each kind; only their ratios count.
pub(super) fn parts<const N: usize>(p: &Parameters, kinds: &[Kind; N]) -> [f64; N] {
    kinds.map(|(_, [part, _])| p.value(part))
}

/// The level of each kind against the mean of all, and the variance that these make, SD².
pub(super) fn gaps<const N: usize>(p: &Parameters, kinds: &[Kind; N]) -> ([f64; N], f64) {
    let (parts, own) = (parts(p, kinds), kinds.map(|(_, [_, gap])| p.value(gap)));
    let total: f64 = parts.iter().sum();
    let mean = parts.iter().zip(own).map(|(part, gap)| part * gap).sum::<f64>() / total;
    let gaps = own.map(|gap| gap - mean);
    (gaps, parts.iter().zip(gaps).map(|(part, gap)| part * gap * gap).sum::<f64>() / total)
}
