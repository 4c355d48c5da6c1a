//! The moment inequalities of one polyhedron, and the statistic η that tests a value of the target.
//!
//! Under δ ∈ {Aδ ≤ d} and target θ = l'τ_post, E[y(θ)] ≤ Xκ for some κ, with y(θ) = Aβ̂ − d − aθ: a and X are A's columns after
//! treatment in coordinates that begin with θ. The statistic is η(θ) = min over κ of the largest (y_i − x_i'κ)/σ_i, by duality the
//! largest γ'y over {γ ≥ 0 : X'γ = 0, σ'γ = 1} (Andrews, Roth and Pakes 2023, eq. 9 and 13; Rambachan and Roth 2023, section 3.1).
//! All rows are scaled to σ_i = 1 and the target is t = (θ − θ̂)/sd(θ̂).

use super::Weights;
use super::piecewise::Line;
use super::restriction::Polyhedron;
use crate::cohort::Fault;
use crate::diagnose::EventStudy;
use crate::num::{Matrix, Simplex, dot};

/// The inequalities of one polyhedron.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    /// {γ ≥ 0 : X'γ = 0, 1'γ = 1}.
    pub multipliers: Simplex,
    /// y at t = 0.
    constant: Vec<f64>,
    /// How y falls with t.
    slope: Vec<f64>,
    /// A R / σ, so that a row's covariance with another is the product of their rows here.
    pub loadings: Matrix,
    /// A distance in t at which only the steepest rows count.
    pub far: f64,
}

/// A vertex γ of the multipliers as a function of the data.
#[derive(Debug, Clone)]
pub(super) struct Functional {
    /// γ'y as a function of t.
    pub line: Line,
    /// R'A'γ: what it loads on.
    pub loading: Vec<f64>,
    /// Its standard deviation, at most 1.
    pub sd: f64,
}

impl Moments {
    /// Keeps the rows that involve periods after treatment, unless there is but one such period (as HonestDiD does).
    ///
    /// # Errors
    ///
    /// DIAG-004: a restriction on a combination of coefficients without variance.
    pub fn new(study: &EventStudy, weights: &Weights, polyhedron: &Polyhedron) -> Result<Moments, Fault> {
        let (n_pre, n_post) = (study.n_pre(), study.n_post());
        let a = &polyhedron.a;
        let used: Vec<usize> = (0..a.rows()).filter(|&i| n_post == 1 || a.row(i)[n_pre..].iter().any(|x| *x != 0.0)).collect();
        let target = weights.of_study(study);
        let (direction, nuisance) = weights.coordinates();
        let along = |v: &[f64]| -> Vec<f64> { used.iter().map(|&i| dot(&a.row(i)[n_pre..], v)).collect() };
        let slope = along(&direction);
        let value = a.apply(study.estimates());
        let constant = used.iter().zip(&slope).map(|(&i, s)| value[i] - polyhedron.d[i] - s * target.estimate).collect();
        let slope = slope.iter().map(|s| s * target.sd).collect();
        let rows: Vec<&[f64]> = used.iter().map(|&i| a.row(i)).collect();
        let nuisance: Vec<Vec<f64>> = nuisance.iter().map(|v| along(v)).collect();
        Moments::scaled(study, &rows, constant, slope, &nuisance)
    }

    /// The inequalities a'β ≤ t for rows a: t bounds each of these changes.
    ///
    /// # Errors
    ///
    /// DIAG-004, as [`Moments::new`].
    pub fn of_changes(study: &EventStudy, rows: &[Vec<f64>]) -> Result<Moments, Fault> {
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let constant = rows.iter().map(|row| dot(row, study.estimates())).collect();
        let ones = vec![1.0; rows.len()];
        Moments::scaled(study, &rows, constant, ones, &[])
    }

    fn scaled(study: &EventStudy, rows: &[&[f64]], constant: Vec<f64>, slope: Vec<f64>, nuisance: &[Vec<f64>]) -> Result<Moments, Fault> {
        let (n, covariance) = (rows.len(), study.covariance());
        let all = Matrix::from_fn(n, study.estimates().len(), |i, j| rows[i][j]).times(study.root());
        let sd: Vec<f64> = (0..n).map(|i| dot(all.row(i), all.row(i)).sqrt()).collect();
        let largest_sd = |row: &[f64]| row.iter().enumerate().map(|(j, x)| x.abs() * covariance[(j, j)].sqrt()).sum::<f64>();
        if (0..n).any(|i| sd[i] <= 1e-9 * largest_sd(rows[i])) {
            return Err(Fault::new(
                "DIAG-004",
                "a restricted combination of coefficients has no variance",
                format!("{} coefficients before and {} after treatment", study.n_pre(), study.n_post()),
                "the tests behind these bounds compare each restriction with its standard error",
                "give a covariance that is not singular: more clusters than coefficients, or fewer periods",
            ));
        }
        let scale = |v: &[f64]| -> Vec<f64> { v.iter().zip(&sd).map(|(x, s)| x / s).collect() };
        let (constant, slope) = (scale(&constant), scale(&slope));
        let largest = |v: &[f64]| v.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let mut equations = Matrix::zeros(1 + nuisance.len(), n);
        equations.row_mut(0).fill(1.0);
        for (k, v) in nuisance.iter().enumerate() {
            let row = scale(v);
            let size = largest(&row);
            if size > 0.0 {
                equations.row_mut(k + 1).iter_mut().zip(&row).for_each(|(e, x)| *e = x / size);
            }
        }
        let right: Vec<f64> = (0..=nuisance.len()).map(|k| f64::from(u8::from(k == 0))).collect();
        let steepest = largest(&slope);
        let flattest = slope.iter().map(|x| x.abs()).filter(|x| *x > 1e-9 * steepest).fold(1.0, f64::min);
        let far = 1e4 * largest(&constant).max(1.0) / flattest;
        let loadings = Matrix::from_fn(n, study.estimates().len(), |i, j| all[(i, j)] / sd[i]);
        let multipliers = Simplex::new(&equations, &right).ok_or_else(unsolved)?;
        Ok(Moments { multipliers, constant, slope, loadings, far })
    }

    /// η at t, with the vertex that gives it.
    pub fn at(&mut self, t: f64) -> Option<Functional> {
        let cost: Vec<f64> = self.constant.iter().zip(&self.slope).map(|(c, s)| c - s * t).collect();
        self.largest(&cost)
    }

    /// The vertex that is largest when `v` has the value `c` at t and what is independent of `v` stays as it is.
    pub fn along(&mut self, t: f64, v: &Functional, c: f64) -> Option<Functional> {
        let step = (c - v.line.at(t)) / (v.sd * v.sd);
        let moved = self.loadings.apply(&v.loading);
        let rows = self.constant.iter().zip(&self.slope).zip(&moved);
        let cost: Vec<f64> = rows.map(|((c, s), m)| c - s * t + m * step).collect();
        self.largest(&cost)
    }

    /// The largest value over the multipliers of a draw of the noise.
    pub fn of_noise(&mut self, noise: &[f64]) -> Option<Functional> {
        let cost = self.loadings.apply(noise);
        self.largest(&cost)
    }

    fn largest(&mut self, cost: &[f64]) -> Option<Functional> {
        let gamma = self.multipliers.maximise(cost)?.point;
        let loading = self.loadings.apply_transposed(&gamma);
        let sd = dot(&loading, &loading).sqrt();
        Some(Functional { line: Line { at_zero: dot(&self.constant, &gamma), slope: -dot(&self.slope, &gamma) }, loading, sd })
    }
}

/// The program has no solution, or numbers failed.
pub(super) fn unsolved() -> Fault {
    Fault::new(
        "DIAG-005",
        "the linear program behind the bounds could not be solved",
        "the event study's coefficients and covariance",
        "without it no value of the effect can be tested",
        "look for coefficients or variances of very different size, or fewer periods",
    )
}
