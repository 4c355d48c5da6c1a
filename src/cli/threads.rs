//! Threads: the only place that knows how many there are.

use crate::panel::Executor;
use rayon::prelude::*;

/// A pool of threads.
pub struct Threads {
    pool: Option<rayon::ThreadPool>,
    width: usize,
}

impl Threads {
    /// A pool of `n` threads, or of as many as there are cores.
    pub fn new(n: Option<u16>) -> Threads {
        let width = n.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
        let pool = if width > 1 { rayon::ThreadPoolBuilder::new().num_threads(width).build().ok() } else { None };
        Threads { width: if pool.is_some() { width } else { 1 }, pool }
    }
}

impl Executor for Threads {
    fn run(&self, n: usize, job: &(dyn Fn(usize) + Sync)) {
        match &self.pool {
            Some(pool) => pool.install(|| (0..n).into_par_iter().for_each(job)),
            None => (0..n).for_each(job),
        }
    }

    fn width(&self) -> usize {
        self.width
    }
}
