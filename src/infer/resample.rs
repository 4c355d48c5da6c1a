//! Draws of clusters, keyed by (seed, method, replicate), within strata.

use crate::random::{Stream, multinomial_counts};

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
    pub(super) fn draw(&self, stream: &mut Stream, scratch: &mut [u32], counts: &mut [f64]) {
        for pair in self.start.windows(2) {
            multinomial_counts(stream, &mut scratch[pair[0]..pair[1]]);
        }
        for (&g, &c) in self.order.iter().zip(scratch.iter()) {
            counts[g as usize] = f64::from(c);
        }
    }
}
