//! The pre-trend test by simulation: shocks of every period drawn, and Hotelling's T² of the differences between arms.

use super::super::pretrend::{PretrendTest, drift, error_df};
use super::super::resolve::Resolved;
use super::super::{Design, Layout};
use super::{BLOCK, MOST_DRAWS, Simulated, by_lot, share, treated_rooms};
use crate::num::{Cholesky, Matrix, dot};
use crate::panel::{Executor, spread};
use crate::random::Stream;

/// What F is at every drift s: a + 2bs + cs².
type Parabola = [f64; 3];

/// Simulated pre-trend tests.
pub struct Trends {
    tests: Vec<Option<Parabola>>,
    critical: f64,
}

impl Trends {
    /// Draws the test so many times.
    ///
    /// # Errors
    /// Why it is not simulated.
    pub fn simulate(
        resolved: &Resolved,
        design: &Design,
        test: &PretrendTest,
        (replicates, seed): (u64, u64),
        executor: &dyn Executor,
    ) -> Result<Trends, String> {
        if replicates == 0 {
            return Err("not simulated: --replicates 0".into());
        }
        let draws = design.size.n_students() * f64::from(test.periods) * replicates as f64;
        if draws > MOST_DRAWS {
            return Err(format!(
                "not simulated: it would take {draws:.0e} draws, more than {MOST_DRAWS:.0e}; fewer --replicates take fewer"
            ));
        }
        let start = Stream::new(seed, &["plan", "pretrend"], 0);
        let study = Study { resolved, design, periods: test.periods as usize };
        let blocks = spread(executor, replicates.div_ceil(BLOCK) as usize, |block| {
            let first = block as u64 * BLOCK;
            (first..(first + BLOCK).min(replicates)).map(|r| study.test(&mut start.at(r))).collect::<Vec<_>>()
        });
        Ok(Trends { tests: blocks.into_iter().flatten().collect(), critical: test.critical })
    }

    fn rejections(&self, s: f64) -> usize {
        self.tests.iter().flatten().filter(|[a, b, c]| a + 2.0 * b * s + c * s * s > self.critical).count()
    }

    /// The share of tests that notice a drift.
    pub fn power(&self, drift: f64) -> Simulated {
        share(self.rejections(drift), self.tests.len())
    }
}

struct Study<'a> {
    resolved: &'a Resolved,
    design: &'a Design,
    periods: usize,
}

impl Study<'_> {
    /// A path of shocks of this variance, added to a unit's periods.
    fn shocks(&self, stream: &mut Stream, variance: f64, carry_over: f64, path: &mut [f64]) {
        if variance <= 0.0 {
            return;
        }
        let (sd, fresh) = (libm::sqrt(variance), libm::sqrt(1.0 - carry_over * carry_over));
        let mut shock = 0.0;
        for (t, value) in path.iter_mut().enumerate() {
            let new = stream.normal();
            shock = if t == 0 { new } else { carry_over * shock + fresh * new };
            *value += sd * shock;
        }
    }

    /// The mean path of a classroom's students about their school.
    fn room(&self, stream: &mut Stream) -> Vec<f64> {
        let (shock, n) = (self.resolved.shock, self.design.size.students);
        let mut path = vec![0.0; self.periods];
        (0..n).for_each(|_| self.shocks(stream, shock.student, 0.0, &mut path));
        path.iter_mut().for_each(|v| *v /= n as f64);
        self.shocks(stream, shock.class, self.resolved.measure.carry_over, &mut path);
        path
    }

    /// The units' contrasts with the last period, and the cell of each: two cells a block, comparison first.
    fn draw(&self, stream: &mut Stream) -> (Vec<Vec<f64>>, Vec<usize>, usize) {
        let d = self.design;
        let shock = self.resolved.shock;
        let (k, j) = (d.size.schools as usize, d.size.classrooms as usize);
        let contrasts = |path: &[f64]| path[..self.periods - 1].iter().map(|v| v - path[self.periods - 1]).collect::<Vec<f64>>();
        match d.layout {
            Layout::Students => {
                let n = d.n_lot() as usize;
                let paths = (0..n).map(|_| {
                    let mut path = vec![0.0; self.periods];
                    self.shocks(stream, shock.student, 0.0, &mut path);
                    contrasts(&path)
                });
                let paths: Vec<Vec<f64>> = paths.collect();
                (paths, by_lot(stream, n, d.treated_of(n as u64) as usize), 2)
            }
            Layout::Clusters | Layout::Schools => {
                // Clusters that are classrooms stand for themselves.
                let (n, rooms) = if d.layout == Layout::Clusters { (k * j, 1) } else { (k, j) };
                let paths = (0..n).map(|_| {
                    let mut path = vec![0.0; self.periods];
                    for _ in 0..rooms {
                        path.iter_mut().zip(self.room(stream)).for_each(|(sum, v)| *sum += v / rooms as f64);
                    }
                    self.shocks(stream, shock.school, 0.0, &mut path);
                    contrasts(&path)
                });
                let paths: Vec<Vec<f64>> = paths.collect();
                (paths, by_lot(stream, n, d.treated_of(n as u64) as usize), 2)
            }
            Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools => {
                let (mut paths, mut cell) = (Vec::new(), Vec::new());
                for school in 0..k {
                    let mut level = vec![0.0; self.periods];
                    self.shocks(stream, shock.school, 0.0, &mut level);
                    for arm in by_lot(stream, j, treated_rooms(d, school)) {
                        let path: Vec<f64> = self.room(stream).iter().zip(&level).map(|(a, b)| a + b).collect();
                        paths.push(contrasts(&path));
                        cell.push(2 * school + arm);
                    }
                }
                (paths, cell, 2 * k)
            }
        }
    }

    /// One test, as it is at every drift; `None` where the covariance is singular.
    fn test(&self, stream: &mut Stream) -> Option<Parabola> {
        let q = self.periods - 1;
        let (mut paths, mut cell, mut n_cells) = self.draw(stream);
        let mut means = Means::of(&paths, &cell, n_cells, q);
        let blocks = n_cells / 2;
        let (mut difference, mut factor) = means.difference(blocks);
        if self.design.layout == Layout::ClassroomsRandomSchools {
            // Schools' differences are the units, in one cell.
            paths = (0..blocks).map(|b| (0..q).map(|t| means.mean[2 * b + 1][t] - means.mean[2 * b][t]).collect()).collect();
            (cell, n_cells) = (vec![0; blocks], 1);
            means = Means::of(&paths, &cell, n_cells, q);
            (difference, factor) = (means.mean[0].clone(), 1.0 / blocks as f64);
        }
        let mut squares = Matrix::zeros(q, q);
        for (path, &c) in paths.iter().zip(&cell) {
            let off: Vec<f64> = path.iter().zip(&means.mean[c]).map(|(v, m)| v - m).collect();
            squares.add_outer(&off, 1.0);
        }
        let nu = error_df(self.design);
        let covariance = Cholesky::new_guarded(&squares.scaled(factor / nu))?;
        let ray = drift(self.periods as u32);
        let (own, along) = (covariance.solve(&difference), covariance.solve(&ray));
        let scale = (nu - q as f64 + 1.0) / (nu * q as f64);
        Some([scale * dot(&own, &difference), scale * dot(&own, &ray), scale * dot(&along, &ray)])
    }
}

/// Means of paths by cell.
struct Means {
    n: Vec<f64>,
    mean: Vec<Vec<f64>>,
}

impl Means {
    fn of(paths: &[Vec<f64>], cell: &[usize], n_cells: usize, q: usize) -> Means {
        let (mut n, mut mean) = (vec![0.0; n_cells], vec![vec![0.0; q]; n_cells]);
        for (path, &c) in paths.iter().zip(cell) {
            n[c] += 1.0;
            mean[c].iter_mut().zip(path).for_each(|(sum, v)| *sum += v);
        }
        mean.iter_mut().zip(&n).for_each(|(mean, n)| mean.iter_mut().for_each(|m| *m /= n));
        Means { n, mean }
    }

    /// The mean over blocks of treated less comparison, and its variance over that of a unit.
    fn difference(&self, blocks: usize) -> (Vec<f64>, f64) {
        let n = blocks as f64;
        let mut difference = vec![0.0; self.mean[0].len()];
        let mut factor = 0.0;
        for b in 0..blocks {
            let pairs = self.mean[2 * b + 1].iter().zip(&self.mean[2 * b]);
            difference.iter_mut().zip(pairs).for_each(|(sum, (treated, other))| *sum += (treated - other) / n);
            factor += (1.0 / self.n[2 * b] + 1.0 / self.n[2 * b + 1]) / (n * n);
        }
        (difference, factor)
    }
}
