//! How work is spread: `n` jobs whose results come back by index, so that no number of threads can change them.

use std::sync::OnceLock;

/// Runs `n` independent jobs, in any order, on any number of threads.
pub trait Executor: Sync {
    /// Calls `job(i)` once for each `i` in `0..n`.
    fn run(&self, n: usize, job: &(dyn Fn(usize) + Sync));
    /// How many jobs may run at once.
    fn width(&self) -> usize;
}

/// One job after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Serial;

impl Executor for Serial {
    fn run(&self, n: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..n).for_each(job);
    }

    fn width(&self) -> usize {
        1
    }
}

/// The results of `n` jobs, by index.
pub fn spread<T: Send + Sync>(executor: &dyn Executor, n: usize, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if executor.width() == 1 {
        return (0..n).map(job).collect();
    }
    let slots: Vec<OnceLock<T>> = (0..n).map(|_| OnceLock::new()).collect();
    executor.run(n, &|i| {
        let _ = slots[i].set(job(i));
    });
    slots.into_iter().map(|slot| slot.into_inner().expect("every job has run")).collect()
}
