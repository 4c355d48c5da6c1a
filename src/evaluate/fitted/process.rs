//! How what rows share goes on over time.

use crate::random::Stream;

/// A covariance over time: some of it lasts, some fades, some passes within the period.
///
/// Cov(ℓ) = lasting + fading·persistence^ℓ + passing·1{ℓ = 0}, with ℓ the time between two periods. All three variances are in
/// squared units of the outcome and none is negative.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Process {
    /// The variance of what never changes.
    pub lasting: f64,
    /// The variance of what fades, an autoregression of order one.
    pub fading: f64,
    /// The correlation of the fading part one period on.
    pub persistence: f64,
    /// The variance of what is new in every period.
    pub passing: f64,
}

/// A covariance that was observed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lag {
    /// The time between the periods.
    pub time: i64,
    /// The covariance.
    pub covariance: f64,
    /// The number of pairs behind it.
    pub pairs: f64,
}

/// Persistences that are tried; nearer to 1 a fading part cannot be told from a lasting one.
const PERSISTENCES: [f64; 17] = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9];

impl Process {
    /// The variance at any time.
    pub fn variance(&self) -> f64 {
        self.lasting + self.fading + self.passing
    }

    /// The covariance at a distance in time.
    pub fn covariance(&self, time: i64) -> f64 {
        let now = if time == 0 { self.passing } else { 0.0 };
        self.lasting + self.fading * libm::pow(self.persistence, time as f64) + now
    }

    /// The process nearest to the covariances, by least squares over pairs. With fewer than four distances nothing tells a part that
    /// fades from those that last and pass; with one, all of it passes.
    pub(super) fn fit(lags: &[Lag]) -> Process {
        let known: Vec<Lag> = lags.iter().copied().filter(|l| l.pairs > 0.0 && l.covariance.is_finite()).collect();
        let now = Column::Passing;
        let candidates: Vec<Vec<Column>> = match known.len() {
            0 => return Process::default(),
            1 => vec![vec![now]],
            2 | 3 => subsets(&[Column::Lasting, now]),
            _ => PERSISTENCES.iter().flat_map(|&p| subsets(&[Column::Lasting, Column::Fading(p), now])).collect(),
        };
        let mut best: Option<(f64, Process)> = None;
        for columns in candidates {
            let Some(process) = solve(&known, &columns) else { continue };
            let left: f64 = known.iter().map(|l| l.pairs * square(l.covariance - process.covariance(l.time))).sum();
            if best.is_none_or(|(least, _)| left < least * (1.0 - 1e-9)) {
                best = Some((left, process));
            }
        }
        best.map_or_else(Process::default, |(_, process)| process)
    }

    /// Draws it at these times, ascending, and adds it to the values there.
    pub(super) fn add(&self, stream: &mut Stream, times: &[i64], values: &mut [f64]) {
        let lasting = if self.lasting > 0.0 { self.lasting.sqrt() * stream.normal() } else { 0.0 };
        let mut fading = 0.0;
        for (i, value) in values.iter_mut().enumerate() {
            *value += lasting;
            if self.fading > 0.0 {
                let kept = if i == 0 { 0.0 } else { libm::pow(self.persistence, (times[i] - times[i - 1]) as f64) };
                fading = kept * fading + (self.fading * (1.0 - kept * kept)).sqrt() * stream.normal();
                *value += fading;
            }
            if self.passing > 0.0 {
                *value += self.passing.sqrt() * stream.normal();
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Column {
    Lasting,
    Fading(f64),
    Passing,
}

impl Column {
    fn at(self, time: i64) -> f64 {
        match self {
            Column::Lasting => 1.0,
            Column::Fading(p) => libm::pow(p, time as f64),
            Column::Passing => f64::from(u8::from(time == 0)),
        }
    }
}

fn square(x: f64) -> f64 {
    x * x
}

/// All subsets: the best one without a negative part is the constrained least-squares solution.
fn subsets(columns: &[Column]) -> Vec<Vec<Column>> {
    (0..1u32 << columns.len()).map(|set| columns.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, c)| *c).collect()).collect()
}

/// The least-squares solution over these columns, where no part of it is negative.
fn solve(lags: &[Lag], columns: &[Column]) -> Option<Process> {
    use crate::num::{Cholesky, Matrix};
    let k = columns.len();
    let sum = |f: &dyn Fn(&Lag) -> f64| lags.iter().map(|l| l.pairs * f(l)).sum::<f64>();
    let a = Matrix::from_fn(k, k, |i, j| sum(&|l| columns[i].at(l.time) * columns[j].at(l.time)));
    let b: Vec<f64> = columns.iter().map(|c| sum(&|l| c.at(l.time) * l.covariance)).collect();
    let parts = if k == 0 { Vec::new() } else { Cholesky::new_guarded(&a)?.solve(&b) };
    if parts.iter().any(|p| !p.is_finite() || *p < 0.0) {
        return None;
    }
    let mut out = Process::default();
    for (column, part) in columns.iter().zip(parts) {
        match column {
            Column::Lasting => out.lasting = part,
            Column::Fading(p) => (out.fading, out.persistence) = (part, *p),
            Column::Passing => out.passing = part,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lags(process: Process, n: i64) -> Vec<Lag> {
        (0..n).map(|time| Lag { time, covariance: process.covariance(time), pairs: 100.0 / (1 + time) as f64 }).collect()
    }

    #[test]
    fn a_process_is_found_from_its_own_covariances() {
        let all = Process { lasting: 2.0, fading: 1.0, persistence: 0.6, passing: 0.5 };
        let found = Process::fit(&lags(all, 6));
        assert!((0..6).all(|t| (found.covariance(t) - all.covariance(t)).abs() < 1e-9), "{found:?}");
        let two = Process { lasting: 0.7, passing: 0.3, ..Process::default() };
        let found = Process::fit(&lags(two, 2));
        assert!((found.lasting - 0.7).abs() < 1e-12 && (found.passing - 0.3).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn no_part_is_negative_and_one_period_only_passes() {
        let lag = |time, covariance| Lag { time, covariance, pairs: 10.0 };
        let found = Process::fit(&[lag(0, 1.0), lag(1, -0.5)]);
        assert_eq!((found.lasting, found.fading), (0.0, 0.0));
        assert!((found.passing - 1.0).abs() < 1e-12);
        let found = Process::fit(&[lag(0, 1.0)]);
        assert_eq!(found.lasting, 0.0);
        assert!((found.passing - 1.0).abs() < 1e-12);
        assert_eq!(Process::fit(&[]), Process::default());
    }

    #[test]
    fn draws_have_the_covariances_of_the_process() {
        let process = Process { lasting: 0.5, fading: 1.0, persistence: 0.7, passing: 0.3 };
        let times = [1, 2, 4];
        let (mut sums, n) = ([[0.0; 3]; 3], 20_000);
        for i in 0..n {
            let mut values = [0.0; 3];
            process.add(&mut Stream::new(7, &["test"], i), &times, &mut values);
            (0..3).for_each(|a| (0..3).for_each(|b| sums[a][b] += values[a] * values[b] / n as f64));
        }
        for a in 0..3 {
            for b in 0..3 {
                let want = process.covariance((times[a] - times[b]).abs());
                // Four standard errors of a product of two such numbers.
                assert!((sums[a][b] - want).abs() < 4.0 * process.variance() * 2f64.sqrt() / (n as f64).sqrt(), "{a} {b} {}", sums[a][b]);
            }
        }
    }
}
