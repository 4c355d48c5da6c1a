//! Draws of clusters, keyed by (seed, method, replicate), within strata.

use super::Setting;
use crate::cohort::Warning;
use crate::estimate::{Fit, OptionSpec, Options, Values};
use crate::random::{Stream, multinomial};

/// The option that says within which strata clusters are drawn.
pub(super) const STRATIFY: OptionSpec = OptionSpec {
    key: "stratify",
    values: Values::OneOf(&["cohort", "none"]),
    meaning: "draw clusters within cohorts, so that no replicate loses an arm, or among all",
    positional: false,
};

/// How clusters are drawn: strata of clusters that are resampled among themselves.
pub(super) struct Strata {
    /// Clusters, stratum by stratum.
    order: Vec<u32>,
    /// Where each stratum begins in `order`.
    start: Vec<usize>,
    /// How many strata with a single cluster were joined to the next.
    pub merged: usize,
}

impl Strata {
    /// The strata of a fit's clusters, in the order in which they get their draws.
    pub(super) fn asked(fit: &Fit, options: &Options, setting: &Setting<'_>) -> Strata {
        let labels: Vec<u32> = setting.order_of(fit).iter().map(|&g| fit.clusters[g as usize].stratum).collect();
        if options.get("stratify") == "cohort" { Strata::of(&labels) } else { Strata::none(fit.n_clusters()) }
    }

    /// What to say when strata had to be joined.
    pub(super) fn warning(&self) -> Option<Warning> {
        (self.merged > 0).then(|| {
            Warning::new(
                "strata-merged",
                format!(
                    "cohorts with a single cluster, which cannot be resampled alone: {}; each was joined with the cohort before",
                    self.merged
                ),
            )
        })
    }

    /// The strata one by one: places in the order of draws.
    pub(super) fn each(&self) -> impl Iterator<Item = &[u32]> {
        self.start.windows(2).map(|pair| &self.order[pair[0]..pair[1]])
    }

    /// One stratum.
    pub(super) fn none(n: usize) -> Strata {
        Strata { order: (0..n as u32).collect(), start: vec![0, n], merged: 0 }
    }

    /// Strata as labelled; a stratum with one cluster would never vary, so it is joined to the stratum before it (the
    /// first to the one after).
    pub(super) fn of(labels: &[u32]) -> Strata {
        let mut order: Vec<u32> = (0..labels.len() as u32).collect();
        order.sort_by_key(|&g| (labels[g as usize], g));
        let mut sizes: Vec<usize> = Vec::new();
        for (i, &g) in order.iter().enumerate() {
            if i > 0 && labels[order[i - 1] as usize] == labels[g as usize] {
                *sizes.last_mut().expect("begun") += 1;
            } else {
                sizes.push(1);
            }
        }
        let mut merged = 0;
        let mut joined: Vec<usize> = Vec::new();
        for size in sizes {
            match joined.last_mut() {
                Some(last) if size == 1 || *last == 1 => {
                    *last += size;
                    merged += 1;
                }
                _ => joined.push(size),
            }
        }
        let start = std::iter::once(0)
            .chain(joined.iter().scan(0, |sum, s| {
                *sum += s;
                Some(*sum)
            }))
            .collect();
        Strata { order, start, merged }
    }

    /// How often each cluster is drawn in a replicate.
    pub(super) fn draw(&self, stream: &mut Stream, counts: &mut [f64]) {
        counts.fill(0.0);
        for stratum in self.each() {
            multinomial(stream, stratum.len() as u32, |i| counts[stratum[i] as usize] += 1.0);
        }
    }
}
