//! The effect of profiles on a score.

use super::Parameters;

/// Effect = size × growth with years of use × fidelity of the classroom / mean fidelity.
pub(super) struct Effect {
    sizes: [f64; 2],
    multiples: [f64; 3],
    mean_fidelity: f64,
}

impl Effect {
    pub(super) fn read(p: &Parameters, mean_fidelity: f64) -> Self {
        let math = p.value("effect");
        Effect {
            sizes: [math, math * p.value("reading_ratio")],
            multiples: [1.0, p.value("second_year_multiple"), p.value("later_years_multiple")],
            mean_fidelity,
        }
    }

    /// The effect in SD on each outcome, `event_time` years after take-up (0: the first year with profiles).
    pub(super) fn at(&self, event_time: i64, fidelity: f64) -> [f64; 2] {
        if event_time < 0 {
            return [0.0; 2];
        }
        let growth = self.multiples[event_time.min(2) as usize];
        self.sizes.map(|size| size * growth * fidelity / self.mean_fidelity)
    }
}
