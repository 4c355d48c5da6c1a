//! Kraft's sizes and costs.

use crate::evidence::standard::{Key, Standards};
use serde::Serialize;

/// How large an effect is among causal studies of standardised achievement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SizeClass {
    /// Below 0.05 SD.
    Small,
    /// From 0.05 to below 0.20 SD.
    Medium,
    /// From 0.20 SD on.
    Large,
}

/// How much a student costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CostClass {
    /// Below 500 dollars.
    Low,
    /// From 500 to below 4,000 dollars.
    Moderate,
    /// From 4,000 dollars on.
    High,
}

/// The class of an effect in SD. Meant for causal studies with standardised outcomes; `None` for effects below zero, which the
/// classes do not cover.
///
/// Source: Kraft (2020), Educational Researcher 49(4).
pub fn size_class(g: f64, standards: &Standards) -> Option<SizeClass> {
    let edges = standards.numbers(Key::KraftSize);
    (g >= 0.0).then(|| match g {
        _ if g < edges[0] => SizeClass::Small,
        _ if g < edges[1] => SizeClass::Medium,
        _ => SizeClass::Large,
    })
}

/// The class of a cost in dollars a student. `None` for costs below zero. The edges are not checked against their source.
pub fn cost_class(dollars: f64, standards: &Standards) -> Option<CostClass> {
    let edges = standards.numbers(Key::KraftCost);
    (dollars >= 0.0).then(|| match dollars {
        _ if dollars < edges[0] => CostClass::Low,
        _ if dollars < edges[1] => CostClass::Moderate,
        _ => CostClass::High,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_belong_to_the_larger_class() {
        let s = Standards::default();
        use CostClass::{High, Low, Moderate};
        use SizeClass::{Large, Medium, Small};
        let sizes =
            [(-0.01, None), (0.0, Some(Small)), (0.049, Some(Small)), (0.05, Some(Medium)), (0.199, Some(Medium)), (0.2, Some(Large))];
        for (g, class) in sizes {
            assert_eq!(size_class(g, &s), class, "{g}");
        }
        for (c, class) in
            [(0.0, Some(Low)), (499.0, Some(Low)), (500.0, Some(Moderate)), (4000.0, Some(High)), (-1.0, None), (f64::NAN, None)]
        {
            assert_eq!(cost_class(c, &s), class, "{c}");
        }
    }
}
