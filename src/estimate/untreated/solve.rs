//! Estimates and influence from the sums, under any cluster weights.
//!
//! With M = (ΣS)⁻¹, s_g = b_g − S_gβ and f_c the weight of cell c's rows in a target, a cluster's influence is
//! Σ_c f_c (A_gc − B_gc'β − N_gc τ_c) − (Σ_c f_c B_c)'M s_g. τ_c is the effect that the cell's rows are taken to have:
//! the target's own (Gardner 2022, section 3.3: the two steps as one estimation by moments), or the cell's mean
//! (Borusyak, Jaravel and Spiess 2024, eq. 7 and section 4.3: variances that can only be too large where effects differ within cells).
//! With weights w the R package didimputation puts Σ w²(z − z̄₀) for B and X'W²X for S in the last term, means with w² too; its
//! untreated weights then do not add up to the estimate. That is there on demand ([`FirstStage::squared`]).

use super::shelf::Shelf;
use super::sums::{CellSums, ClusterSums, Part, sums};
use super::{FirstStage, Goal};
use crate::estimate::arithmetic::{Arithmetic, Solved};
use crate::estimate::fit::NotIdentified;
use crate::num::{Cholesky, Matrix, RankRule, Ranked, dot};
use crate::panel::{Executor, Panel, Serial, spread};
use std::sync::Arc;

/// What the effects of a cell's rows are set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centre {
    /// The target's own estimate.
    Effect,
    /// The cell's mean effect.
    Cell {
        /// Whether each cluster counts by its weight in the cell, rather than each row by its own.
        by_cluster: bool,
        /// Whether a cluster's own rows are left out of the mean it is set against.
        leave_out: bool,
    },
}

/// The arithmetic of both estimators.
pub struct Untreated {
    pub stage: Arc<FirstStage>,
    pub goals: Arc<Vec<Goal>>,
    pub centre: Centre,
    clusters: Vec<Arc<ClusterSums>>,
    /// The same with each weight squared, where asked for.
    squared: Option<Vec<Arc<ClusterSums>>>,
    y_unit: f64,
    /// The sums under other assignments, once they have been asked for.
    shelf: Arc<Shelf>,
}

/// A regression solved on weighted sums.
struct Line {
    ranked: Ranked,
    /// A coefficient for each of its terms, zero for the dropped.
    beta: Vec<f64>,
    cross: Matrix,
}

/// Totals over clusters, each counted as often as told.
struct Totals {
    s: Matrix,
    b: Vec<f64>,
    weight: f64,
    plain: Vec<Part>,
    /// How many clusters that count have rows in each cell.
    holders: Vec<u32>,
}

/// What is beyond the data, in words.
fn beyond() -> NotIdentified {
    NotIdentified("the untreated rows do not determine what these rows would have been: their periods or covariates lie outside what is seen untreated".into())
}

impl Untreated {
    pub fn new(panel: &Panel, stage: Arc<FirstStage>, goals: Arc<Vec<Goal>>, centre: Centre, executor: &dyn Executor) -> Untreated {
        let shared = |panel: &Panel| {
            let (clusters, y_unit) = sums(panel, &stage, executor);
            (clusters.into_iter().map(Arc::new).collect::<Vec<_>>(), y_unit)
        };
        let (clusters, y_unit) = shared(panel);
        let squared = stage.squared.then(|| shared(&panel.with_squared_weights()).0);
        Untreated { stage, goals, centre, clusters, squared, y_unit, shelf: Arc::default() }
    }

    /// Names of first-stage terms and leads that those before them explain, of those worth a word.
    pub fn dropped_terms(&self) -> Vec<String> {
        let totals = self.totals(&vec![1.0; self.clusters.len()]);
        let line = self.line(&totals, self.stage.terms.len());
        line.ranked.dropped.iter().map(|&j| &self.stage.terms[j]).filter(|t| t.tell).map(|t| t.name.clone()).collect()
    }

    /// The cells set against the predictions that have rows in one cluster only.
    pub fn held_by_one(&self) -> Vec<u32> {
        let holders = self.totals(&vec![1.0; self.clusters.len()]).holders;
        self.stage.cells.iter().zip(holders).filter(|(_, n)| *n == 1).map(|(&c, _)| c).collect()
    }

    fn totals(&self, counts: &[f64]) -> Totals {
        self.totals_of(&self.clusters, counts)
    }

    fn totals_of(&self, clusters: &[Arc<ClusterSums>], counts: &[f64]) -> Totals {
        let (k, n_first, n_cells) = (self.stage.terms.len(), self.stage.n_first, self.stage.cells.len());
        let mut t = Totals {
            s: Matrix::zeros(k, k),
            b: vec![0.0; k],
            weight: 0.0,
            plain: vec![Part::zero(n_first); n_cells],
            holders: vec![0; n_cells],
        };
        for (c, &w) in clusters.iter().zip(counts).filter(|(_, w)| **w != 0.0) {
            t.s.add_scaled(&c.s, w);
            t.b.iter_mut().zip(&c.b).for_each(|(s, x)| *s += w * x);
            t.weight += w * c.weight;
            for cell in &c.cells {
                t.plain[cell.place].add(&cell.plain, w);
                t.holders[cell.place] += 1;
            }
        }
        t
    }

    /// The regression on the first `k` terms.
    fn line(&self, totals: &Totals, k: usize) -> Line {
        let cross = if k == totals.b.len() { totals.s.clone() } else { totals.s.select(&(0..k).collect::<Vec<_>>()) };
        let rule = RankRule::default();
        let ranked = Cholesky::ranked(&cross, RankRule { absolute: rule.absolute * totals.weight, ..rule });
        let solved = ranked.cholesky.solve(&ranked.kept.iter().map(|&j| totals.b[j]).collect::<Vec<_>>());
        let mut beta = vec![0.0; k];
        ranked.kept.iter().zip(solved).for_each(|(&j, x)| beta[j] = x);
        Line { ranked, beta, cross }
    }

    /// Each cluster's first-stage score b − Sβ, spread over blocks of clusters.
    fn scores(&self, line: &Line, counts: &[f64], executor: &dyn Executor) -> Vec<Vec<f64>> {
        let k = line.beta.len();
        self.each(counts, executor, |c| (0..k).map(|i| c.b[i] - dot(&c.s.row(i)[..k], &line.beta)).collect())
    }

    /// Something of each cluster that counts; nothing of the others.
    fn each<T: Default + Send + Sync>(&self, counts: &[f64], executor: &dyn Executor, of: impl Fn(&ClusterSums) -> T + Sync) -> Vec<T> {
        let (n, block) = (self.clusters.len(), 512);
        let one = |g: usize| if counts[g] == 0.0 { T::default() } else { of(&self.clusters[g]) };
        let blocks = spread(executor, n.div_ceil(block), |b| (b * block..n.min((b + 1) * block)).map(one).collect::<Vec<_>>());
        blocks.into_iter().flatten().collect()
    }

    /// For each cluster and each of its cells by how much the outcomes exceed prediction and the cell's mean effect, in sum;
    /// `None` where leaving out leaves no mean. And, for each cell, whether that happened.
    fn centred(&self, counts: &[f64], totals: &Totals, excess: &[Vec<f64>], beta: &[f64], by_cluster: bool, leave_out: bool) -> Centred {
        let own = |cell: &CellSums, excess: f64| match (by_cluster, &cell.squared) {
            (true, _) => (cell.plain.n * excess, cell.plain.n * cell.plain.n),
            (false, Some(s)) => (s.excess(beta), s.n),
            (false, None) => (excess, cell.plain.n),
        };
        let mut means = vec![(0.0, 0.0); self.stage.cells.len()];
        for ((cluster, &w), excess) in self.clusters.iter().zip(counts).zip(excess).filter(|((_, w), _)| **w != 0.0) {
            for (cell, &x) in cluster.cells.iter().zip(excess) {
                let (sum, size) = own(cell, x);
                means[cell.place].0 += w * sum;
                means[cell.place].1 += w * size;
            }
        }
        let lost: Vec<bool> = totals.holders.iter().map(|&n| leave_out && n == 1).collect();
        let of = |cell: &CellSums, x: f64, times: f64| {
            let (mut sum, mut size) = means[cell.place];
            if leave_out {
                let (own_sum, own_size) = own(cell, x);
                (sum, size) = (sum - times * own_sum, size - times * own_size);
            }
            if lost[cell.place] { 0.0 } else { x - cell.plain.n * (sum / size) }
        };
        let values = (self.clusters.iter().zip(counts).zip(excess))
            .map(|((cluster, &w), excess)| excess.iter().zip(&cluster.cells).map(|(&x, cell)| of(cell, x, w)).collect())
            .collect();
        Centred { values, lost }
    }

    /// The estimate of a mean over cells, the weight of each cell's rows in it, and the effect of each component.
    fn mean(&self, components: &[Vec<usize>], totals: &Totals, line: &Line) -> Result<Mean, NotIdentified> {
        let share = 1.0 / components.len() as f64;
        let mut mean = Mean { estimate: 0.0, of_cell: vec![(0.0, 0.0); self.stage.cells.len()], pull: vec![0.0; self.stage.n_first] };
        for component in components {
            let mut sum = Part::zero(self.stage.n_first);
            component.iter().for_each(|&p| sum.add(&totals.plain[p], 1.0));
            if sum.n <= 0.0 {
                return Err(NotIdentified("nobody is observed then".into()));
            }
            if !line.determines(&sum) {
                return Err(beyond());
            }
            let effect = sum.excess(&line.beta) / sum.n;
            mean.estimate += share * effect;
            component.iter().for_each(|&p| mean.of_cell[p] = (share / sum.n, effect));
            mean.pull.iter_mut().zip(&sum.b).for_each(|(s, b)| *s += share / sum.n * b);
        }
        Ok(mean)
    }
}

/// A mean over cells.
struct Mean {
    estimate: f64,
    /// For each cell the weight of its rows, and the effect of the component it lies in.
    of_cell: Vec<(f64, f64)>,
    /// What the estimate takes off for each unit of the first stage's coefficients.
    pull: Vec<f64>,
}

impl Mean {
    /// The same with other sums of the cells.
    fn pull_of(&self, cells: &[Part]) -> Vec<f64> {
        let mut sum = Part::zero(self.pull.len());
        self.of_cell.iter().zip(cells).for_each(|((weight, _), cell)| sum.add(cell, *weight));
        sum.b
    }
}

/// See [`Untreated::centred`].
struct Centred {
    values: Vec<Vec<f64>>,
    lost: Vec<bool>,
}

impl Line {
    /// Whether predictions for rows with these sums do not depend on what is put for the dropped terms.
    fn determines(&self, rows: &Part) -> bool {
        let kept: Vec<f64> = self.ranked.kept.iter().map(|&j| rows.b[j]).collect();
        let weights = self.ranked.cholesky.solve(&kept);
        self.ranked.dropped.iter().all(|&j| {
            let explained: f64 = self.ranked.kept.iter().zip(&weights).map(|(&k, w)| self.cross[(j, k)] * w).sum();
            (rows.b[j] - explained).abs() <= 1e-7 * rows.n
        })
    }

    /// M x for a vector over all terms, zero for the dropped.
    fn inverse_times(&self, x: &[f64]) -> Vec<f64> {
        let solved = self.ranked.cholesky.solve(&self.ranked.kept.iter().map(|&j| x[j]).collect::<Vec<_>>());
        let mut out = vec![0.0; x.len()];
        self.ranked.kept.iter().zip(solved).for_each(|(&j, v)| out[j] = v);
        out
    }
}

impl Arithmetic for Untreated {
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved {
        let totals = self.totals(counts);
        let (n_first, n_all) = (self.stage.n_first, self.stage.terms.len());
        let first = self.line(&totals, n_first);
        let all = (n_all > n_first).then(|| self.line(&totals, n_all));
        let mut out = Solved { estimates: Vec::new(), influence: influence.then(|| Matrix::zeros(self.clusters.len(), self.goals.len())) };
        let (mut scores, mut all_scores, mut excess, mut centred) = (Vec::new(), None, Vec::new(), None);
        let squared = self.squared.as_ref().filter(|_| influence).map(|clusters| {
            let totals = self.totals_of(clusters, counts);
            let line = self.line(&totals, n_first);
            (totals, line)
        });
        if influence {
            scores = self.scores(&first, counts, executor);
            all_scores = all.as_ref().map(|line| self.scores(line, counts, executor));
            excess = self.each(counts, executor, |c| c.cells.iter().map(|cell| cell.plain.excess(&first.beta)).collect::<Vec<f64>>());
            if let Centre::Cell { by_cluster, leave_out } = self.centre {
                centred = Some(self.centred(counts, &totals, &excess, &first.beta, by_cluster, leave_out));
            }
        }
        for (t, goal) in self.goals.iter().enumerate() {
            let estimate = match goal {
                Goal::Lead(term) => all
                    .as_ref()
                    .filter(|line| line.ranked.kept.contains(term))
                    .map(|line| {
                        if let (Some(out), Some(scores)) = (&mut out.influence, &all_scores) {
                            let unit: Vec<f64> = (0..n_all).map(|j| f64::from(u8::from(j == *term))).collect();
                            let h = line.inverse_times(&unit);
                            scores
                                .iter()
                                .enumerate()
                                .filter(|(_, s)| !s.is_empty())
                                .for_each(|(g, s)| out[(g, t)] = dot(&h, s) * self.y_unit);
                        }
                        line.beta[*term]
                    })
                    .ok_or_else(|| NotIdentified(format!("{} is collinear with the terms before it", self.stage.terms[*term].name))),
                Goal::Mean(components) => self.mean(components, &totals, &first).and_then(|mean| {
                    let Some(out) = &mut out.influence else { return Ok(mean.estimate) };
                    if let Some(c) = &centred
                        && (0..c.lost.len()).any(|p| c.lost[p] && mean.of_cell[p].0 > 0.0)
                    {
                        return Err(NotIdentified("leave-out needs two clusters in each cohort and period".into()));
                    }
                    let h = match &squared {
                        None => first.inverse_times(&mean.pull),
                        Some((totals, line)) => line.inverse_times(&mean.pull_of(&totals.plain)),
                    };
                    for g in (0..self.clusters.len()).filter(|&g| counts[g] != 0.0) {
                        let mut psi = -dot(&h, &scores[g]);
                        for (l, cell) in self.clusters[g].cells.iter().enumerate() {
                            let (weight, effect) = mean.of_cell[cell.place];
                            psi += weight * centred.as_ref().map_or_else(|| excess[g][l] - cell.plain.n * effect, |c| c.values[g][l]);
                        }
                        out[(g, t)] = psi * self.y_unit;
                    }
                    Ok(mean.estimate)
                }),
            };
            out.estimates.push(estimate.map(|x| x * self.y_unit));
        }
        out
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        Some(Box::new(Untreated::new(&panel, self.stage.clone(), self.goals.clone(), self.centre, &Serial)))
    }

    fn price(&self) -> f64 {
        let k = self.stage.terms.len();
        (self.clusters.len() * k * (k + self.stage.cells.len())) as f64
    }

    fn assigned(&self, panel: &Panel, cohorts: &[u32]) -> Option<Box<dyn Arithmetic>> {
        let kept = if self.stage.squared { None } else { self.shelf.assigned(panel, &self.stage, cohorts) };
        let Some((clusters, y_unit)) = kept else {
            return self.on(panel.with_cohorts(cohorts));
        };
        let (stage, goals, shelf) = (self.stage.clone(), self.goals.clone(), self.shelf.clone());
        Some(Box::new(Untreated { stage, goals, centre: self.centre, clusters, squared: None, y_unit, shelf }))
    }
}
