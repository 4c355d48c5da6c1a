//! The same questions by simulation: studies drawn from the design's variances, assigned by lot, and analysed by least squares.
//!
//! An effect is added to every treated unit alike, so it moves an estimate by just as much and no standard error: one set of
//! draws without effect tells the power at every effect. The draws of a study of k schools are the first k schools of a larger
//! one, so that curves over k are smooth.

mod contrast;
mod draw;
mod trend;

use super::super::measure::share_error;
use super::{Design, Layout, Measure};
use crate::num::student;
use crate::panel::{Executor, spread};
use crate::random::Stream;
use contrast::{Cells, Estimate};
use draw::{Drawer, Room, Unit};
use serde::Serialize;
pub use trend::Trends;

/// Replicates worked on at once.
const BLOCK: u64 = 20;
/// The most normal numbers a simulation may take: some seconds.
const MOST_DRAWS: f64 = 3e8;

/// A simulated number and the standard error that comes of so many replicates and no more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Simulated {
    /// The number.
    pub value: f64,
    /// Its Monte Carlo standard error; `None` where the replicates do not tell.
    pub monte_carlo_error: Option<f64>,
}

/// How a study is simulated.
#[derive(Clone, Copy)]
pub struct Simulation<'a> {
    /// The design.
    pub design: &'a Design,
    /// What is analysed.
    pub measure: &'a Measure,
    /// The level of the test, 1 − α.
    pub level: f64,
    /// How many studies are drawn.
    pub replicates: u64,
    /// The seed.
    pub seed: u64,
}

/// Estimates without effect and their standard errors, one a replicate, of studies of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Studies {
    /// How many there are of what is varied: top units, unless said otherwise.
    pub n: u64,
    estimates: Vec<Option<Estimate>>,
    critical: f64,
}

impl Simulation<'_> {
    /// Why the studies are not drawn, if they are not.
    pub fn obstacle(&self, largest: u64) -> Option<String> {
        if self.replicates == 0 {
            return Some("not simulated: --replicates 0".into());
        }
        let draws = Drawer::new(self.design, self.measure).cost() * largest as f64 * self.replicates as f64;
        (draws > MOST_DRAWS)
            .then(|| format!("not simulated: it would take {draws:.0e} draws, more than {MOST_DRAWS:.0e}; fewer --replicates take fewer"))
    }

    /// Studies of several sizes (numbers of top units, each one possible), in this order.
    pub fn studies(&self, sizes: &[u64], executor: &dyn Executor) -> Vec<Studies> {
        let largest = sizes.iter().copied().max().unwrap_or(0);
        let drawer = Drawer::new(self.design, self.measure);
        let start = Stream::new(self.seed, &["plan", "study"], 0);
        let lots = Stream::new(self.seed, &["plan", "lot"], 0);
        let n_blocks = self.replicates.div_ceil(BLOCK);
        let blocks = spread(executor, n_blocks as usize, |block| {
            let first = block as u64 * BLOCK;
            (first..(first + BLOCK).min(self.replicates))
                .map(|replicate| {
                    let stream = &mut start.at(replicate);
                    let lot = |size: &u64| (self.design.with(self.design.top, *size), lots.at(replicate));
                    if self.design.layout == Layout::Students {
                        let n = self.design.with(self.design.top, largest).n_lot();
                        let (mut y, mut x) = (Vec::with_capacity(n as usize), Vec::new());
                        for _ in 0..n {
                            let (score, covariates) = drawer.student(stream);
                            y.push(score);
                            x.extend(covariates);
                        }
                        sizes.iter().map(lot).map(|(d, mut lot)| pool(&d, &y, &x, &mut lot)).collect::<Vec<_>>()
                    } else {
                        let units: Vec<Unit> = (0..largest).map(|_| drawer.unit(stream)).collect();
                        sizes.iter().map(lot).map(|(d, mut lot)| nested(&d, &units[..d.n_top() as usize], &mut lot)).collect()
                    }
                })
                .collect::<Vec<_>>()
        });
        let rows: Vec<Vec<Option<Estimate>>> = blocks.into_iter().flatten().collect();
        let of_size = |(i, n_top): (usize, &u64)| Studies {
            n: *n_top,
            estimates: rows.iter().map(|row| row[i]).collect(),
            critical: student::critical(self.level, self.design.with(self.design.top, *n_top).df()),
        };
        sizes.iter().enumerate().map(of_size).collect()
    }
}

impl Studies {
    /// The same studies, told by another number.
    #[must_use]
    pub fn counted(self, n: u64) -> Studies {
        Studies { n, ..self }
    }

    /// The share of studies that reject when the effect is this large. A study that cannot be analysed does not reject.
    pub fn power(&self, effect: f64) -> Simulated {
        share(self.rejections(effect), self.estimates.len())
    }

    fn rejections(&self, effect: f64) -> usize {
        self.estimates.iter().flatten().filter(|(estimate, error)| (estimate + effect).abs() > self.critical * error).count()
    }

    /// The smallest effect that so large a share of the studies finds; its error is half of how far it moves between shares one
    /// Monte Carlo error below and above.
    pub fn detectable(&self, power: f64) -> Option<Simulated> {
        let n = self.estimates.len() as f64;
        let error = libm::sqrt(power * (1.0 - power) / n);
        let value = self.effect_found_by(power)?;
        let spread = self.effect_found_by(power + error).zip(self.effect_found_by(power - error));
        Some(Simulated { value, monte_carlo_error: spread.map(|(high, low)| 0.5 * (high - low)) })
    }

    /// By halving between no effect and one that all find.
    fn effect_found_by(&self, power: f64) -> Option<f64> {
        let wanted = power * self.estimates.len() as f64;
        let beyond = self.estimates.iter().flatten().map(|(estimate, error)| self.critical * error - estimate);
        let (mut low, mut high) = (0.0, beyond.fold(0.0, f64::max) * (1.0 + 1e-9) + 1e-300);
        if (self.rejections(high) as f64) < wanted {
            return None;
        }
        if self.rejections(low) as f64 >= wanted {
            return Some(0.0);
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.rejections(middle) as f64 >= wanted { high = middle } else { low = middle }
        }
        Some(high)
    }
}

/// A share of replicates, with the error that every share of draws has.
pub(super) fn share(found: usize, n: usize) -> Simulated {
    Simulated { value: found as f64 / n as f64, monte_carlo_error: Some(share_error(found, n)) }
}

/// Which of n units are treated: so many, by lot.
pub(super) fn by_lot(stream: &mut Stream, n: usize, treated: usize) -> Vec<usize> {
    let mut arms: Vec<usize> = (0..n).map(|i| usize::from(i < treated)).collect();
    stream.shuffle(&mut arms);
    arms
}

/// How many of the classrooms of the i-th school are treated: P of all so far, rounded, so that halves take turns.
pub(super) fn treated_rooms(design: &Design, school: usize) -> usize {
    let rooms = design.size.classrooms;
    let so_far = |schools: usize| libm::floor(design.treated_share * rooms as f64 * schools as f64 + 0.5 + 1e-9);
    ((so_far(school + 1) - so_far(school)) as u64).clamp(1, rooms - 1) as usize
}

/// Students of one pool.
fn pool(design: &Design, y: &[f64], x: &[f64], lot: &mut Stream) -> Option<Estimate> {
    let (n, g) = (design.n_lot() as usize, design.covariates as usize);
    let arms = by_lot(lot, n, design.treated_of(n as u64) as usize);
    Cells { y: &y[..n], g, x: &x[..n * g], cell: &arms, n_cells: 2 }.difference(design.df())
}

/// Clusters, schools, or classrooms within schools.
fn nested(design: &Design, units: &[Unit], lot: &mut Stream) -> Option<Estimate> {
    let k = units.len();
    let rooms = || units.iter().flat_map(|u| &u.rooms);
    let slope = quotient(rooms().map(|r| r.xy).sum(), rooms().map(|r| r.xx).sum());
    let adjusted: Vec<f64> = rooms().map(|r: &Room| r.y - slope * r.x).collect();
    let z: Vec<f64> = rooms().flat_map(|r| r.z.iter().copied()).collect();
    let unit_z: Vec<f64> = units.iter().flat_map(|u| u.z.iter().copied()).collect();
    let (g, df, j) = (design.covariates as usize, design.df(), adjusted.len() / k);
    let school = |cell: usize| cell / j;
    match design.layout {
        Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools => {
            let cell: Vec<usize> =
                (0..k).flat_map(|s| by_lot(lot, j, treated_rooms(design, s)).into_iter().map(move |arm| 2 * s + arm)).collect();
            if design.layout == Layout::ClassroomsFixedSchools {
                return Cells { y: &adjusted, g, x: &z, cell: &cell, n_cells: 2 * k }.difference(df);
            }
            let means = cell_means(&adjusted, &z, &cell, 2 * k);
            let difference: Vec<f64> = (0..k).map(|s| means[2 * s + 1] - means[2 * s] + units[s].effect).collect();
            Cells { y: &difference, g, x: &unit_z, cell: &vec![0; k], n_cells: 1 }.mean(df)
        }
        _ => {
            let own: Vec<usize> = (0..adjusted.len()).map(school).collect();
            let means = cell_means(&adjusted, &z, &own, k);
            let arms = by_lot(lot, k, design.treated_of(k as u64) as usize);
            Cells { y: &means, g, x: &unit_z, cell: &arms, n_cells: 2 }.difference(df)
        }
    }
}

/// Means of classrooms by cell, adjusted for the classroom's covariate (if there is one) by its slope within cells.
fn cell_means(y: &[f64], z: &[f64], cell: &[usize], n_cells: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0, 0.0); n_cells];
    let at = |i: usize| if z.is_empty() { 0.0 } else { z[i] };
    for (i, &c) in cell.iter().enumerate() {
        sums[c].0 += 1.0;
        sums[c].1 += y[i];
        sums[c].2 += at(i);
    }
    let means: Vec<(f64, f64)> = sums.iter().map(|(n, y, z)| (y / n, z / n)).collect();
    let (mut zz, mut zy) = (0.0, 0.0);
    for (i, &c) in cell.iter().enumerate() {
        let off = at(i) - means[c].1;
        zz += off * off;
        zy += off * (y[i] - means[c].0);
    }
    let slope = quotient(zy, zz);
    means.iter().map(|(y, z)| y - slope * z).collect()
}

/// A slope; none where there is no covariate.
fn quotient(products: f64, squares: f64) -> f64 {
    if squares > 0.0 { products / squares } else { 0.0 }
}
