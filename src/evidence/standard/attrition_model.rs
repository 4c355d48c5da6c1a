//! The model behind the attrition boundary: how much bias a pattern of attrition could leave.

use super::{Assumption, Key, Standards};
use crate::num::normal;

fn alphas(assumption: Assumption, standards: &Standards) -> (f64, f64) {
    let of = standards.numbers(match assumption {
        Assumption::Cautious => Key::AlphasCautious,
        Assumption::Optimistic => Key::AlphasOptimistic,
    });
    (of[0], of[1])
}

/// λ(P) = φ(Φ⁻¹(1 − P))/P: how far above the mean those lie, in SD of the wish to stay, of whom a share P stays.
fn selected(share_staying: f64) -> Option<f64> {
    if share_staying == 1.0 {
        return Some(0.0);
    }
    let inside = share_staying > 0.0 && share_staying < 1.0;
    inside.then(|| normal::density(normal::quantile(1.0 - share_staying)) / share_staying)
}

/// The bias, in SD, that attrition could leave: |α_i·λ(1 − A_i) − α_c·λ(1 − A_c)|, with A_i and A_c the shares lost in the treated and
/// the comparison arm, in [0, 1). For a continuous reading beside the table's verdict.
///
/// Source: Deke and Chiang (2016); the α fitted to WWC table II.1 with a tolerated bias of 0.05 (the α usually quoted, .45/.39 and
/// .27/.22, do not give that table).
pub fn implied_bias(lost_treated: f64, lost_comparison: f64, assumption: Assumption, standards: &Standards) -> Option<f64> {
    let (a, b) = alphas(assumption, standards);
    Some((a * selected(1.0 - lost_treated)? - b * selected(1.0 - lost_comparison)?).abs())
}

/// The largest differential attrition, in percentage points, at an overall attrition in [0, 1) whose bias stays within
/// `attrition-bias`, arms being equal and the treated losing more. `None` when even equal attrition leaves more. It draws the smooth
/// line; the table gives the verdict.
pub fn model_boundary(overall: f64, assumption: Assumption, standards: &Standards) -> Option<f64> {
    let most = standards.number(Key::AttritionBias);
    let fine = |d: f64| implied_bias(overall + 0.5 * d, overall - 0.5 * d, assumption, standards).is_some_and(|bias| bias <= most);
    if !fine(0.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, 2.0 * overall.min(1.0 - overall));
    if fine(high) {
        return Some(100.0 * high);
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        *(if fine(middle) { &mut low } else { &mut high }) = middle;
    }
    Some(100.0 * low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::standard::{boundary, last_with_boundary};

    #[test]
    fn the_model_draws_the_table() {
        let standards = Standards::default();
        for (assumption, tolerance) in [(Assumption::Cautious, 0.075), (Assumption::Optimistic, 0.085)] {
            let mut squares = 0.0;
            let last = last_with_boundary(assumption);
            for percent in 8..=last {
                let table = boundary(percent, assumption).unwrap();
                let model = model_boundary(f64::from(percent) / 100.0, assumption, &standards).unwrap_or(0.0);
                assert!((model - table).abs() < tolerance, "{assumption:?} {percent} %: {model} and {table}");
                squares += (model - table) * (model - table);
            }
            assert!((squares / f64::from(last - 7)).sqrt() < 0.035, "{assumption:?}");
        }
    }

    #[test]
    fn no_attrition_no_bias() {
        let standards = Standards::default();
        assert_eq!(implied_bias(0.0, 0.0, Assumption::Cautious, &standards), Some(0.0));
        assert_eq!(implied_bias(1.0, 0.0, Assumption::Cautious, &standards), None);
        assert_eq!(implied_bias(f64::NAN, 0.0, Assumption::Cautious, &standards), None);
        assert_eq!(model_boundary(0.7, Assumption::Cautious, &standards), None);
    }
}
