//! What a large simulation will write and take, told before it starts.

use super::Threads;
use super::price::{amount, duration, size};
use crate::cohort::Fault;
use crate::ingest::profiles;
use crate::ingest::write::Writing;
use crate::panel::Executor;
use crate::simulate::{Detail, Parameters, World};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Students beyond which a simulation is priced: it takes about a second.
const PRICED: f64 = 200_000.0;
/// Beyond this a simulation is rarely meant, bytes.
const MOST_BYTES: f64 = 5e10;
const MOST_SECONDS: f64 = 30.0 * 86_400.0;

/// What it will write and take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volume {
    students: f64,
    rows: f64,
    disk: f64,
    memory: f64,
    seconds: f64,
    width: usize,
}

/// How a simulation is written.
pub(super) struct Written<'a> {
    pub parquet: bool,
    pub sealed: bool,
    /// Students in a batch: what is in memory at one time.
    pub batch: usize,
    pub threads: &'a Threads,
}

/// A sink that counts.
struct Counter(Arc<AtomicU64>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Volume {
    /// Draws and writes the same world with some thousand students to nowhere; `None` where the whole is no larger, or the small
    /// world cannot be.
    ///
    /// # Errors
    /// When a batch cannot be written.
    pub(super) fn measure(world: &dyn World, parameters: &Parameters, seed: u64, written: &Written<'_>) -> io::Result<Option<Volume>> {
        let (students, width) = (parameters.n_students(), written.threads.width());
        let small = parameters.smaller(4000.0 * width as f64);
        if students <= PRICED || small.check().is_err() {
            return Ok(None);
        }
        let begun = Instant::now();
        let bytes = Arc::new(AtomicU64::new(0));
        let file = || if written.parquet { Writing::parquet(Counter(bytes.clone())) } else { Writing::csv(Counter(bytes.clone())) };
        let (mut cohort, mut sealed) = (file(), file());
        let detail = if written.sealed { Detail::Sealed } else { Detail::Full };
        let (mut rows, mut held) = (0, 0.0);
        for batch in world.batches(&small, seed, detail, written.batch, written.threads) {
            cohort.push(&batch.cohort, written.threads)?;
            if let Some(own) = &batch.sealed {
                sealed.push(own, written.threads)?;
                held += (own.n_rows * own.columns.len() * 8) as f64;
            }
            let text = profiles::write(&batch.cohort.profiles);
            bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
            rows += batch.cohort.n_rows;
            held += (batch.cohort.n_rows * batch.cohort.columns.len() * 8 + text.len()) as f64;
        }
        cohort.finish()?;
        sealed.finish()?;
        let times = students / small.n_students();
        Ok(Some(Volume {
            students,
            rows: rows as f64 * times,
            disk: bytes.load(Ordering::Relaxed) as f64 * times,
            // Drawn, put together and written: three times over.
            memory: 3.0 * held * written.batch as f64 / small.n_students(),
            seconds: begun.elapsed().as_secs_f64() * times,
            width,
        }))
    }

    pub(super) fn words(&self) -> String {
        let s = if self.width > 1 { "s" } else { "" };
        format!(
            "{} students, {} rows: about {} on disk, {} of memory (it is written batch by batch), {} on {} thread{s}",
            amount(self.students),
            amount(self.rows),
            size(self.disk),
            size(self.memory),
            duration(self.seconds),
            self.width
        )
    }

    /// The refusal of what is rarely meant; none where it is not too much.
    pub(super) fn refusal(&self) -> Option<Fault> {
        let too_much = self.disk > MOST_BYTES || self.seconds > MOST_SECONDS;
        let limit = format!("more than {} or 30 days are rarely meant, and a full disk stops other work too", size(MOST_BYTES));
        let remedy = "simulate fewer schools (--set schools=N) or years; write  --format parquet,  which is smaller; where the disk has room, say  --at-any-price";
        too_much.then(|| Fault::new("SIM-002", format!("this would write {}", self.words()), "--set", limit, remedy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_worlds_are_priced_and_small_ones_are_not() {
        let threads = Threads::new(Some(1));
        let written = Written { parquet: false, sealed: false, batch: 100_000, threads: &threads };
        let world = crate::simulate::find("two-period").expect("a world");
        let mut parameters = world.parameters();
        let price = |p: &Parameters| Volume::measure(world, p, 1, &written).expect("written to nowhere");
        assert!(price(&parameters).is_none());
        parameters.set("schools", "200000").expect("allowed");
        let own = price(&parameters).expect("priced");
        assert!((own.students / parameters.n_students() - 1.0).abs() < 1e-12);
        assert!(own.rows > own.students && own.rows < 2.5 * own.students, "two years: {own:?}");
        assert!(own.disk > 100.0 * own.rows && own.memory < 4e9, "{own:?}");
        assert!(own.words().contains("million students"), "{}", own.words());
        let large = Volume { disk: 2e11, ..own };
        assert!(large.refusal().is_some_and(|f| f.to_string().contains("200.0 GB on disk")));
    }
}
