//! A fit under other assignments of clusters to cohorts, for permutation tests and placebo treatments.

/// What a hypothesized constant effect adds to the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Treatment {
    /// One in every treated period.
    Treated,
    /// One at this event time.
    At(i64),
}

impl Treatment {
    /// The value at an event time (`None`: never treated).
    pub fn of(self, event_time: Option<i64>) -> f64 {
        let on = match (self, event_time) {
            (Treatment::Treated, Some(e)) => e >= 0,
            (Treatment::At(at), Some(e)) => e == at,
            (_, None) => false,
        };
        f64::from(u8::from(on))
    }
}

/// An estimate under an assignment as a function of the hypothesized effect r that is taken off the outcome first:
/// estimate₀ − r·estimate₁, with cluster-robust (CR0) variance v₀ + v₁r + v₂r².
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shifted {
    /// The two parts of the estimate.
    pub estimate: [f64; 2],
    /// The three parts of the variance; zero where none was asked for.
    pub variance: [f64; 3],
}

/// How to compute a fit again when clusters are assigned otherwise.
pub trait Reassign: Send + Sync {
    /// The cohort of each cluster as observed.
    fn labels(&self) -> &[u32];

    /// The label of the never-treated, if there are any.
    fn untreated(&self) -> Option<u32>;

    /// Whether a hypothesized effect can be taken off the outcome; else estimates are those without any effect, whatever r.
    fn takes_off(&self) -> bool {
        true
    }

    /// All targets when cluster g has the cohort `labels[g]` (`u32::MAX`: is left out); `None` where not identified, or
    /// where the target is not an effect of treatment.
    fn evaluate(&self, labels: &[u32], variances: bool) -> Vec<Option<Shifted>>;

    /// All targets under that assignment as they stand, nothing taken off, and their variances (CR0).
    fn plain(&self, labels: &[u32]) -> Vec<Option<(f64, f64)>> {
        self.evaluate(labels, true).into_iter().map(|shifted| shifted.map(|s| (s.estimate[0], s.variance[0]))).collect()
    }
}
