//! What a calibration will take, and what to do where that is too much.

use super::Threads;
use super::laboratory::Shard;
use crate::cohort::Fault;
use crate::evaluate::{Drawn, Experiment, replicate};
use crate::panel::Executor;
use crate::table::number;
use std::time::{Duration, Instant};

const MOST_FITS: f64 = 1e9;
const MOST_POINTS: f64 = 1e6;
const MOST_SECONDS: f64 = 30.0 * 86_400.0;
/// More than the memory of a large machine, bytes.
const MOST_BYTES: f64 = 1e12;
/// What the program holds beside the draws, most of it while it draws figures, bytes.
const PROGRAM: f64 = 80e6;
/// How many draws are timed at a point, at most, and for how long.
const TIMED: usize = 5;
const LONG_ENOUGH: Duration = Duration::from_millis(200);

/// What is asked for, counted before anything is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Points of the grid.
    pub points: f64,
    /// Draws at each of them, in all shards together.
    pub replicates: usize,
    /// Draws at each of them here.
    pub own: usize,
    /// Estimators fitted to each draw.
    pub fits_a_draw: f64,
    /// The part that is asked for.
    pub shard: Option<Shard>,
}

/// How long one draw takes, and what it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    seconds: f64,
    /// The students, bytes.
    sample: f64,
    /// What is kept of it, bytes.
    kept: f64,
}

/// What it will take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    asked: Asked,
    /// None where no draw could be tried.
    draw: Option<Draw>,
    width: usize,
}

impl Asked {
    pub(super) fn draws(&self) -> f64 {
        self.points * self.own as f64
    }

    fn fits(&self) -> f64 {
        self.draws() * self.fits_a_draw
    }

    /// Whether it is too much whatever one draw takes.
    pub(super) fn is_too_much(&self) -> bool {
        self.fits() > MOST_FITS || self.points > MOST_POINTS
    }
}

impl Draw {
    /// Times draws at the first point and at the last. Of several the shortest counts: what else the machine does makes them longer,
    /// never shorter.
    pub(super) fn measure(experiment: &Experiment<'_>, pilot: &Drawn) -> Draw {
        let last = experiment.grid.len() - 1;
        let mut kept = 0;
        let mut timed = |point: usize| {
            let all = Instant::now();
            let mut shortest = Duration::MAX;
            for number in 1..=TIMED {
                let begun = Instant::now();
                kept = kept.max(replicate(experiment, point, number).line().len());
                shortest = shortest.min(begun.elapsed());
                if all.elapsed() > LONG_ENOUGH {
                    break;
                }
            }
            shortest
        };
        // What is done once, and slow for it, is not what the others will take.
        replicate(experiment, 0, 0);
        let first = timed(0);
        let other = if last > 0 { timed(last) } else { first };
        Draw {
            seconds: ((first + other) / 2).max(Duration::from_micros(1)).as_secs_f64(),
            sample: (pilot.cohort.n_rows * pilot.cohort.columns.len() * 8 * 3) as f64,
            kept: 3.0 * kept as f64,
        }
    }
}

impl Price {
    pub(super) fn new(asked: Asked, draw: Option<Draw>, threads: &Threads) -> Price {
        Price { asked, draw, width: threads.width() }
    }

    fn seconds(&self) -> Option<f64> {
        Some(self.draw?.seconds * self.asked.draws() / self.width as f64)
    }

    fn bytes(&self) -> Option<f64> {
        let draw = self.draw?;
        Some(PROGRAM + draw.sample * self.width as f64 + draw.kept * self.asked.draws())
    }

    /// Whether it takes too long.
    pub(super) fn is_too_long(&self) -> bool {
        self.seconds().is_some_and(|s| s > MOST_SECONDS)
    }

    pub(super) fn words(&self) -> String {
        let points = if self.asked.points > 1.0 { format!(" at {} points", amount(self.asked.points)) } else { String::new() };
        let asked = format!("{} draws{points}, {} fits", amount(self.asked.draws()), amount(self.asked.fits()));
        match (self.seconds(), self.bytes()) {
            (Some(seconds), Some(bytes)) => {
                let s = if self.width > 1 { "s" } else { "" };
                format!("{asked}: about {} on {} thread{s}, {} of memory (a rough estimate)", duration(seconds), self.width, size(bytes))
            }
            _ => format!("{asked}; how long is not known, as nothing can be drawn at the first, middle and last values of the grid"),
        }
    }

    /// Draws between two entries into the journal: about a second's.
    pub(super) fn block(&self) -> usize {
        let each = self.draw.map_or(1.0, |d| d.seconds);
        ((self.width as f64 / each) as usize).clamp(self.width, 10_000)
    }

    /// The refusal of what is rarely meant, with what would help.
    pub(super) fn refusal(&self) -> Fault {
        let limit = match () {
            () if self.asked.points > MOST_POINTS => "more than a million points are rarely meant, and every one of them is drawn",
            () if self.asked.fits() > MOST_FITS => "more than a billion fits are rarely meant",
            () => "more than 30 days are rarely meant",
        };
        Fault::new("CAL-009", format!("this would take {}", self.words()), "--replicates and --grid", limit, self.ways().join("; "))
    }

    /// What would help.
    fn ways(&self) -> Vec<String> {
        let asked = &self.asked;
        if asked.points > MOST_POINTS {
            let shards = if asked.shard.is_some() { " (a shard has fewer replicates, but all points)" } else { "" };
            return vec![format!("name fewer values with --grid{shards}")];
        }
        let fewer = if asked.points > 1.0 { "try fewer replicates, or fewer values with --grid" } else { "try fewer replicates" };
        let mut ways = vec![fewer.to_string()];
        // A place that can hold what all shards together keep is needed to join them.
        let all = self.draw.map_or(0.0, |d| d.kept * asked.points * asked.replicates as f64);
        if all < MOST_BYTES {
            let times = (asked.fits() / MOST_FITS).max(self.seconds().unwrap_or(0.0) / MOST_SECONDS).ceil();
            let parts = times * asked.shard.map_or(1, |s| s.of) as f64;
            if parts <= asked.replicates.min(1_000_000) as f64 {
                ways.push(format!("split it over {} machines by  --shard I/{parts}", amount(parts)));
            }
            ways.push("say  --at-any-price".into());
        }
        ways
    }
}

/// A count in words: 3, 12,000, 1.5 million, 3 billion.
pub(super) fn amount(x: f64) -> String {
    let of = |unit: f64, word: &str| format!("{} {word}", number::trimmed((x / unit * 10.0).round() / 10.0, number::Glyphs::Ascii));
    match x {
        x if x < 999_999.5 => number::count(x.round() as u64),
        x if x < 0.99995e9 => of(1e6, "million"),
        x if x < 0.99995e12 => of(1e9, "billion"),
        x if x < 0.99995e15 => of(1e12, "trillion"),
        _ => "more than a quadrillion".into(),
    }
}

/// Bytes in words: 1 MB, 3.2 GB.
pub(super) fn size(bytes: f64) -> String {
    match bytes {
        b if b < 1e9 => format!("{:.0} MB", (b / 1e6).max(1.0)),
        b if b < 1e12 => format!("{:.1} GB", b / 1e9),
        b if b < 1e15 => format!("{:.1} TB", b / 1e12),
        _ => "more than a thousand TB".into(),
    }
}

/// A time in words, with one unit.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.5 => "a second".into(),
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s if s < 48.0 * 3600.0 => format!("{:.1} h", s / 3600.0),
        s if s < 730.0 * 86_400.0 => format!("{:.1} days", s / 86_400.0),
        s => format!("{} years", amount((s / (365.25 * 86_400.0)).round())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_plain() {
        let all = [1.0, 3000.0, 999_999.0, 1e6, 1_001_001_001.0, 3e9, 2.5e12, 1e300].map(amount);
        let wanted = ["1", "3,000", "999,999", "1 million", "1 billion", "3 billion", "2.5 trillion", "more than a quadrillion"];
        assert_eq!(all, wanted);
        assert_eq!([1.0, 2.5e9, 3e12].map(size), ["1 MB", "2.5 GB", "3.0 TB"]);
        assert_eq!([1.0, 90.0, 3.0 * 86_400.0, 1e9].map(duration), ["a second", "90 s", "3.0 days", "32 years"]);
    }

    #[test]
    fn only_what_helps_is_advised() {
        let price = |points: f64, replicates: usize, seconds: f64, shard: Option<Shard>| {
            let own = shard.map_or(replicates, |s| s.replicates(replicates).len());
            let asked = Asked { points, replicates, own, fits_a_draw: 3.0, shard };
            Price { asked, draw: Some(Draw { seconds, sample: 1e6, kept: 600.0 }), width: 2 }
        };
        let many = price(1_001_001_001.0, 10, 0.01, Some(Shard { part: 1, of: 1_000_000 }));
        assert!(many.asked.is_too_much());
        let said = many.refusal().to_string();
        assert!(said.contains("1 billion points") && said.contains("all points)"), "{said}");
        assert!(!said.contains("--shard I/") && !said.contains("--at-any-price"), "{said}");
        let long = price(1.0, 1000, 100_000.0, None);
        assert!(!long.asked.is_too_much() && long.is_too_long());
        assert_eq!(long.ways()[1], "split it over 20 machines by  --shard I/20");
        // One draw alone is too long: no split makes it shorter.
        assert!(!price(1.0, 2, 1e8, None).ways().iter().any(|w| w.contains("--shard")));
    }
}
