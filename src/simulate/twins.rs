//! Comparison rows that are no students of the study: what a norm expects of a student like this one, or the mean of
//! matched students elsewhere.

use super::Parameters;
use super::design::Twins;
use super::scores::Scores;
use super::variance;
use crate::random::Stream;

/// E[yₜ | y_b] = growth + shift·(t − b) + ρ_{|t−b|}·(y_b − mean_b) for students of the nation, ρ the correlation of the
/// scores of two years; a mean of m matched students scatters around it with variance (1 − ρ²)/m.
pub(super) struct Comparison {
    twins: Twins,
    /// Correlation of scores by the years between them.
    correlation: Vec<f64>,
    total: f64,
    shift: f64,
    matches: f64,
}

impl Comparison {
    pub(super) fn read(twins: Twins, p: &Parameters) -> Option<Self> {
        if twins == Twins::None {
            return None;
        }
        let n_years = p.whole("last_year") - p.whole("first_year") + 1;
        Some(Comparison {
            twins,
            correlation: (0..n_years).map(|years| variance::correlation(p, years)).collect(),
            total: variance::total(p),
            shift: p.get("norm_shift").unwrap_or(0.0),
            matches: p.get("matches").unwrap_or(1.0),
        })
    }

    /// The scores of the comparison by year, in tenths of a point, after this score in the base year.
    pub(super) fn scores(&self, stream: &mut Stream, scores: &Scores, k: usize, base: i64, score: i32) -> Vec<i32> {
        let above = scores.sd_of(score) - scores.growth(base)[k];
        (0..self.correlation.len() as i64)
            .map(|t| {
                if t == base {
                    return score;
                }
                let r = self.correlation[t.abs_diff(base) as usize];
                let noise = match self.twins {
                    Twins::Virtual => libm::sqrt((1.0 - r * r) * self.total / self.matches) * stream.normal(),
                    _ => 0.0,
                };
                scores.tenths(scores.growth(t)[k] + self.shift * (t - base) as f64 + r * above + noise)
            })
            .collect()
    }

    /// What such a row is called.
    pub(super) fn name(&self) -> usize {
        if self.twins == Twins::Norm { 1 } else { 2 }
    }
}
