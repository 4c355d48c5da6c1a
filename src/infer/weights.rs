//! Random weights of mean 0 and variance 1, one a cluster.

use crate::random::{Stream, WEBB, rademacher_bits, webb};

/// Where the weights of a replicate come from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// Every combination of these equally likely points once.
    Patterns(&'static [f64]),
    /// ±1.
    Rademacher,
    /// Six points.
    Webb,
    /// Two points of unequal size, skewed.
    Mammen,
    /// Standard normal.
    Normal,
}

const SIGNS: [f64; 2] = [-1.0, 1.0];

impl Source {
    /// The weights by name.
    pub(super) fn named(name: &str) -> Source {
        match name {
            "webb" => Source::Webb,
            "mammen" => Source::Mammen,
            "normal" => Source::Normal,
            _ => Source::Rademacher,
        }
    }

    /// The same points, each pattern over `n` clusters once, when `allows` says so of their number; and that number.
    pub(super) fn enumerated(self, n: usize, allows: impl Fn(usize) -> bool) -> Option<(Source, usize)> {
        let points: &'static [f64] = match self {
            Source::Rademacher => &SIGNS,
            Source::Webb => &WEBB,
            // The two points of Mammen's are not equally likely, and normal weights have no end of patterns.
            _ => return None,
        };
        let mut patterns = 1usize;
        for _ in 0..n {
            patterns = patterns.checked_mul(points.len()).filter(|&p| allows(p))?;
        }
        Some((Source::Patterns(points), patterns))
    }

    /// The weights of one replicate.
    pub(super) fn fill(self, root: &Stream, replicate: usize, v: &mut [f64]) {
        match self {
            Source::Patterns(points) => {
                let mut code = replicate;
                for x in v {
                    *x = points[code % points.len()];
                    code /= points.len();
                }
            }
            Source::Rademacher => {
                let mut stream = root.at(replicate as u64);
                for chunk in v.chunks_mut(64) {
                    let mut bits = rademacher_bits(&mut stream);
                    for x in chunk {
                        *x = if bits & 1 == 1 { 1.0 } else { -1.0 };
                        bits >>= 1;
                    }
                }
            }
            Source::Webb => {
                let mut stream = root.at(replicate as u64);
                v.iter_mut().for_each(|x| *x = webb(&mut stream));
            }
            Source::Mammen => {
                let root5 = 5.0_f64.sqrt();
                let (low, high, p) = (0.5 * (1.0 - root5), 0.5 * (1.0 + root5), (1.0 + root5) / (2.0 * root5));
                let mut stream = root.at(replicate as u64);
                v.iter_mut().for_each(|x| *x = if stream.uniform() < p { low } else { high });
            }
            Source::Normal => {
                let mut stream = root.at(replicate as u64);
                v.iter_mut().for_each(|x| *x = stream.normal());
            }
        }
    }
}
