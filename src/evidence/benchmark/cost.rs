//! What an effect costs.

use serde::Serialize;

/// Effect for money.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CostEffectiveness {
    /// Currency a student.
    pub cost_per_student: f64,
    /// SD for each 1,000 of currency a student.
    pub per_thousand: f64,
    /// Lower end of its interval; the cost is taken as known.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What 0.10 SD costs a student, if effect and cost go together; none for effects of zero and below.
    pub cost_of_a_tenth: Option<f64>,
}

/// Effect per 1,000 of currency: g / (cost per student / 1,000), and the same of the interval's ends. `None` when the cost is not
/// positive.
///
/// Source: Levin and McEwan (2001), cost-effectiveness ratio.
pub fn cost_effectiveness(g: f64, interval: Option<(f64, f64)>, cost_per_student: f64) -> Option<CostEffectiveness> {
    if !(cost_per_student > 0.0 && cost_per_student.is_finite() && g.is_finite()) {
        return None;
    }
    let each = |effect: f64| effect / (cost_per_student / 1000.0);
    Some(CostEffectiveness {
        cost_per_student,
        per_thousand: each(g),
        low: interval.map(|i| each(i.0)),
        high: interval.map(|i| each(i.1)),
        cost_of_a_tenth: (g > 0.0).then(|| 0.1 / g * cost_per_student),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_sd_for_two_thousand() {
        let of = cost_effectiveness(0.5, Some((0.2, 0.8)), 2000.0).unwrap();
        assert_eq!((of.per_thousand, of.low, of.high, of.cost_of_a_tenth), (0.25, Some(0.1), Some(0.4), Some(400.0)));
        assert_eq!(cost_effectiveness(-0.5, None, 2000.0).unwrap().cost_of_a_tenth, None);
        for cost in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            assert_eq!(cost_effectiveness(0.5, None, cost), None);
        }
    }
}
