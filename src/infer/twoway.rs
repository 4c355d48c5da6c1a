//! Two clusterings that cross: V₁ + V₂ − V₁₂ (Cameron, Gelbach and Miller 2011).

use super::Setting;
use super::cluster::{no_parameters, rows_factor};
use super::estimate::{Estimate, Inferred, identified};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Fit, InfluenceFit, LinearFit, Options};
use crate::num::{Matrix, dot, sorted, symmetric_power};
use std::collections::BTreeMap;

/// A covariance of targets, and whether it had to be repaired.
pub(super) struct TwoWay {
    pub matrix: Matrix,
    /// The groups of each clustering and of their intersection.
    pub groups: [usize; 3],
    pub repaired: bool,
}

/// Whether a fit's rows lie in two crossed clusterings.
pub(super) fn is_crossed(fit: &Fit) -> bool {
    match &fit.body {
        Body::Linear(body) => body.second().is_some(),
        Body::Influence(body) => body.crossed.is_some(),
    }
}

/// The covariance of the targets of a crossed fit and the degrees of freedom, min(G₁, G₂) − 1.
///
/// Negative eigenvalues of V₁ + V₂ − V₁₂ are set to zero (Cameron, Gelbach and Miller 2011, section 2.3; as fixest does): of a regression
/// taken over the coefficients that the fit's targets are made of, else over the targets. Cost: of a regression one pass over the rows.
///
/// # Errors
/// For CR2 and CR3, which do not exist for two clusterings.
pub(super) fn covariance(fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<(TwoWay, f64), Faults> {
    let kind = options.get("type");
    if kind == "cr2" || kind == "cr3" || options.get("df") == "satterthwaite" {
        return Err(Fault::new(
            "INF-004",
            format!(
                "cluster:{kind}{} does not exist for two crossed clusters",
                if kind == "cr0" || kind == "cr1" { ",df=satterthwaite" } else { "" }
            ),
            "--cluster A,B",
            "CR2, CR3 and Satterthwaite degrees of freedom adjust clusters that do not overlap",
            "use  cluster:cr1  (or cr0), or name one cluster",
        )
        .into());
    }
    match &fit.body {
        Body::Linear(body) => regression(body, targets, options, setting),
        Body::Influence(body) => influence(fit, body, targets, options),
    }
}

fn regression(body: &LinearFit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<(TwoWay, f64), Faults> {
    let panel = body.rows()?.panel();
    let second = panel.second.as_ref().expect("there are two");
    let slopes = Slopes::new(body);
    let q = slopes.units.len();
    let pull: Vec<Vec<f64>> = slopes.contrasts(body).iter().map(|c| body.inverse.apply(c)).collect();
    let states = body.rows()?.fold_rows(
        &body.beta,
        setting.executor,
        || Sums::new(q),
        |sums, row| {
            let values = pull.iter().map(|h| row.weight * row.residual * dot(row.x, h));
            sums.add(row.cluster, second.codes[row.row], values);
        },
    );
    let mut by_second: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    let mut squares = [Matrix::zeros(q, q), Matrix::zeros(q, q), Matrix::zeros(q, q)];
    let mut groups = [0; 3];
    for mut state in states {
        state.close();
        squares[0].add_scaled(&state.first, 1.0);
        squares[2].add_scaled(&state.both, 1.0);
        groups[0] += state.n_first;
        groups[2] += state.n_both;
        for (group, values) in state.second {
            let slot = by_second.entry(group).or_insert_with(|| vec![0.0; q]);
            slot.iter_mut().zip(&values).for_each(|(s, v)| *s += v);
        }
    }
    by_second.values().for_each(|v| squares[1].add_outer(v, 1.0));
    groups[1] = by_second.len();
    let rows = match options.get("ssc") {
        "none" => 1.0,
        "stata" => rows_factor(body, body.dof.full),
        "slopes" => rows_factor(body, body.dof.slopes),
        _ => rows_factor(body, body.dof.nested - if second.nests_periods { body.dof.periods } else { 0 }),
    };
    let (two, df) = Parts { squares, groups }.combined(&second.name, rows, options)?;
    let weights: Vec<Vec<f64>> = targets.iter().map(|&t| slopes.weights(body.contrasts[t].as_ref().expect("identified"))).collect();
    let matrix = Matrix::from_fn(targets.len(), targets.len(), |i, j| dot(&two.matrix.apply(&weights[j]), &weights[i]));
    Ok((TwoWay { matrix, ..two }, df))
}

/// Squares of influence summed by each clustering: no parameters are counted, so the factor is that of the groups alone.
fn influence(fit: &Fit, body: &InfluenceFit, targets: &[usize], options: &Options) -> Result<(TwoWay, f64), Faults> {
    no_parameters(options)?;
    let crossed = body.crossed.as_ref().expect("there are two");
    let all: Vec<usize> = identified(fit).map(|(t, _)| t).collect();
    let sums = [&body.influence, &crossed.influence[0], &crossed.influence[1]];
    let squares = sums.map(|sum| {
        let mut out = Matrix::zeros(all.len(), all.len());
        (0..sum.rows()).for_each(|g| out.add_outer(&all.iter().map(|&t| sum[(g, t)]).collect::<Vec<f64>>(), 1.0));
        out
    });
    let (two, df) = Parts { squares, groups: sums.map(Matrix::rows) }.combined(&crossed.name, 1.0, options)?;
    let place: Vec<usize> = targets.iter().map(|t| all.binary_search(t).expect("identified")).collect();
    Ok((TwoWay { matrix: two.matrix.select(&place), ..two }, df))
}

/// Squares summed by each clustering and by the groups of both, and how many groups these are.
struct Parts {
    squares: [Matrix; 3],
    groups: [usize; 3],
}

impl Parts {
    /// V₁ + V₂ − V₁₂ with small-sample factors (`rows`: the part of it that counts parameters), repaired where need be.
    fn combined(self, second: &str, rows: f64, options: &Options) -> Result<(TwoWay, f64), Faults> {
        let Parts { squares, groups } = self;
        let least = groups[0].min(groups[1]) as f64;
        if least < 2.0 {
            return Err(Fault::new(
                "INF-010",
                "one of the two clusterings has a single group",
                format!("column {second}"),
                "within one group nothing is independent of anything",
                "name one cluster, with several groups",
            )
            .into());
        }
        let factor = |g: usize| {
            let g = if options.get("two-way") == "own" { g as f64 } else { least };
            if options.get("type") == "cr0" { 1.0 } else { g / (g - 1.0) * rows }
        };
        let q = squares[0].rows();
        let mut matrix = Matrix::zeros(q, q);
        matrix.add_scaled(&squares[0], factor(groups[0]));
        matrix.add_scaled(&squares[1], factor(groups[1]));
        matrix.add_scaled(&squares[2], -factor(groups[2]));
        let mut repaired = false;
        // Rounding makes eigenvalues of about −1e-16; only a real negative one is a repair.
        let scale = (0..q).map(|i| matrix[(i, i)].abs()).fold(0.0, f64::max);
        let clipped = symmetric_power(&matrix, |v| {
            repaired |= v < -1e-12 * scale;
            v.max(0.0)
        });
        let df = if options.get("df") == "normal" { f64::INFINITY } else { least - 1.0 };
        Ok((TwoWay { matrix: if repaired { clipped } else { matrix }, groups, repaired }, df))
    }
}

/// Running sums of a block of clusters: rows come cluster by cluster, so what two clusterings share is done with at a
/// cluster's end.
struct Sums {
    cluster: Option<usize>,
    /// Of the open cluster: for each group of the second clustering, for each coefficient, the rows' contributions.
    open: BTreeMap<u32, Vec<Vec<f64>>>,
    first: Matrix,
    n_first: usize,
    both: Matrix,
    n_both: usize,
    second: BTreeMap<u32, Vec<f64>>,
}

impl Sums {
    fn new(q: usize) -> Sums {
        Sums {
            cluster: None,
            open: BTreeMap::new(),
            first: Matrix::zeros(q, q),
            n_first: 0,
            both: Matrix::zeros(q, q),
            n_both: 0,
            second: BTreeMap::new(),
        }
    }

    fn add(&mut self, cluster: usize, group: u32, values: impl Iterator<Item = f64>) {
        if self.cluster != Some(cluster) {
            self.close();
            self.cluster = Some(cluster);
        }
        let q = self.first.rows();
        let slot = self.open.entry(group).or_insert_with(|| vec![Vec::new(); q]);
        slot.iter_mut().zip(values).for_each(|(list, v)| list.push(v));
    }

    fn close(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let q = self.first.rows();
        let mut whole = vec![0.0; q];
        for (group, lists) in std::mem::take(&mut self.open) {
            // In ascending order, so that the order of rows cannot change a bit.
            let sums: Vec<f64> = lists.into_iter().map(|list| sorted(list).iter().sum()).collect();
            self.both.add_outer(&sums, 1.0);
            self.n_both += 1;
            let slot = self.second.entry(group).or_insert_with(|| vec![0.0; q]);
            slot.iter_mut().zip(&sums).for_each(|(s, v)| *s += v);
            whole.iter_mut().zip(&sums).for_each(|(s, v)| *s += v);
        }
        self.first.add_outer(&whole, 1.0);
        self.n_first += 1;
    }
}

/// The coefficients that targets are made of, each in its own units.
struct Slopes {
    /// Column of the fit, and what one of the coefficient's own units is in the fit's scaled ones.
    units: Vec<(usize, f64)>,
}

impl Slopes {
    fn new(body: &LinearFit) -> Slopes {
        let contrasts = || body.contrasts.iter().flatten();
        let alone = |k: usize| contrasts().find(|c| c[k] != 0.0 && c.iter().filter(|x| **x != 0.0).count() == 1).map(|c| c[k]);
        let used = (0..body.beta.len()).filter(|&k| contrasts().any(|c| c[k] != 0.0));
        Slopes { units: used.map(|k| (k, alone(k).unwrap_or(1.0))).collect() }
    }

    fn contrasts(&self, body: &LinearFit) -> Vec<Vec<f64>> {
        let one = |&(k, unit): &(usize, f64)| {
            let mut c = vec![0.0; body.beta.len()];
            c[k] = unit;
            c
        };
        self.units.iter().map(one).collect()
    }

    /// A target as a weighted sum of the coefficients.
    fn weights(&self, contrast: &[f64]) -> Vec<f64> {
        self.units.iter().map(|&(k, unit)| contrast[k] / unit).collect()
    }
}

pub(super) fn infer(fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
    let targets: Vec<usize> = identified(fit).map(|(t, _)| t).collect();
    let (two, df) = covariance(fit, &targets, options, setting)?;
    let mut out = Inferred::default();
    for (j, (t, estimate)) in identified(fit).enumerate() {
        out.estimates.push(Estimate::from_variance(t, estimate, two.matrix[(j, j)], df, setting.level));
    }
    if two.repaired {
        out.warnings.push(Warning::new(
            "two-way-repaired",
            "V₁ + V₂ − V₁₂ was not positive: its negative eigenvalues were set to zero (Cameron, Gelbach and Miller 2011), so some standard errors are larger than the formula gives",
        ));
    }
    let least = two.groups[0].min(two.groups[1]);
    if least < 40 {
        out.warnings.push(Warning::new(
            "few-clusters-two-way",
            format!(
                "two-way clustering with {} and {} groups: its intervals are too narrow when either number is small; no small-sample form of it is known",
                two.groups[0], two.groups[1]
            ),
        ));
    }
    Ok(out)
}
