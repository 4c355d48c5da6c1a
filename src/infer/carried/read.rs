//! Bytes read back into a fit, each number as it was.

use super::bytes::{Reader, Unreadable};
use super::write::{ESTIMANDS, HEAD, SIDES};
use crate::cohort::{Fault, Faults};
use crate::estimate::{
    Absorbed, AbsorbedUnit, Body, Components, DegreesOfFreedom, Fit, FitCluster, InfluenceFit, LinearCluster, LinearFit, NotIdentified,
    Reassign, Refit, Side, Target, Weighted,
};
use crate::num::{Matrix, dot};
use crate::panel::Keys;
use std::sync::{Arc, OnceLock};

type Read<T> = Result<T, Unreadable>;

/// What was carried.
pub struct Reread {
    /// The fit, without its rows.
    pub fit: Fit,
    /// The level of the run's intervals.
    pub level: f64,
    /// The seed of the run's draws.
    pub seed: u64,
}

/// Reads what was carried.
///
/// # Errors
/// INF-022: bytes that are none of ours, or damaged.
pub fn read(bytes: &[u8]) -> Result<Reread, Faults> {
    body(bytes).map_err(|Unreadable| {
        Fault::new(
            "INF-022",
            "the sums over clusters cannot be read",
            format!("{} bytes", bytes.len()),
            "they are damaged, were changed, or come from another version of the program",
            "take the report as the run wrote it, or run the study again",
        )
        .into()
    })
}

fn body(bytes: &[u8]) -> Read<Reread> {
    let mut head = Reader(bytes);
    if head.take(HEAD.len())? != HEAD {
        return Err(Unreadable);
    }
    let hash = head.take(32)?;
    if blake3::hash(head.0).as_bytes() != hash {
        return Err(Unreadable);
    }
    let mut r = head;
    let level = r.number()?;
    let seed = r.seed()?;
    let outcome_unit = r.number()?;
    let [n_rows, n_units, n_treated_units] = [r.size()?, r.size()?, r.size()?];
    let n_targets = r.count()?;
    let told = r.list(n_targets, |r| Ok((target(r)?, r.option(Reader::number)?)))?;
    let (targets, found): (Vec<Target>, Vec<Option<f64>>) = told.into_iter().unzip();
    let estimates: Vec<Result<f64, NotIdentified>> =
        found.into_iter().map(|e| e.ok_or_else(|| NotIdentified("not estimated in the run".into()))).collect();
    let n = r.count()?;
    let clusters = r.list(n, cluster_of)?.into_iter().enumerate().map(|(g, c)| FitCluster { panel_ix: g as u32, ..c }).collect::<Vec<_>>();
    let draw_order = r.list(n, |r| u32::try_from(r.size()?).map_err(|_| Unreadable))?;
    let mut once = draw_order.clone();
    once.sort_unstable();
    let sound = level > 0.0 && level < 1.0 && outcome_unit > 0.0 && n >= 2 && once.iter().enumerate().all(|(i, g)| i == *g as usize);
    if !sound {
        return Err(Unreadable);
    }
    let body = match r.byte()? {
        0 => Body::Linear(linear(&mut r, n, &targets)?),
        1 => Body::Influence(influence(&mut r, n, n_targets)?),
        _ => return Err(Unreadable),
    };
    let estimates = agrees(&body, estimates)?;
    if !r.0.is_empty() {
        return Err(Unreadable);
    }
    let fit = Fit {
        targets,
        estimates,
        body,
        dropped_terms: Vec::new(),
        warnings: Vec::new(),
        outcome_unit,
        // Without rows no other assignment is known.
        rows_by_label: true,
        left_out: None,
        own_inference: None,
        n_rows,
        n_units,
        n_treated_units,
        exposure: None,
        clusters,
        cluster_names: Arc::new(Keys::Rows(n)),
        draw_order,
        ledger: super::no_rows(),
        model: None,
        components: Components::default(),
    };
    Ok(Reread { fit, level, seed })
}

/// The estimates, where they are those of the sums.
fn agrees(body: &Body, estimates: Vec<Result<f64, NotIdentified>>) -> Read<Vec<Result<f64, NotIdentified>>> {
    let Body::Linear(l) = body else { return Ok(estimates) };
    let sound = |(contrast, estimate): (&Option<Vec<f64>>, &Result<f64, NotIdentified>)| match (contrast, estimate) {
        (None, Err(_)) => true,
        (Some(c), Ok(e)) => (dot(c, &l.beta) - e).abs() <= 1e-9 * e.abs().max(c.iter().zip(&l.beta).map(|(c, b)| (c * b).abs()).sum()),
        _ => false,
    };
    if l.contrasts.iter().zip(&estimates).all(sound) { Ok(estimates) } else { Err(Unreadable) }
}

fn target(r: &mut Reader<'_>) -> Read<Target> {
    let estimand = *ESTIMANDS.get(usize::from(r.byte()?)).ok_or(Unreadable)?;
    let label = r.text()?;
    let [group, period, event_time] = [r.option(Reader::whole)?, r.option(Reader::whole)?, r.option(Reader::whole)?];
    // The dose is told by the label; no inference asks for it.
    Ok(Target { estimand, label, group, period, event_time, dose: None })
}

fn side(r: &mut Reader<'_>) -> Read<Side> {
    SIDES.get(usize::from(r.byte()?)).copied().ok_or(Unreadable)
}

fn cluster_of(r: &mut Reader<'_>) -> Read<FitCluster> {
    let label = |n: i64| u32::try_from(n).map_err(|_| Unreadable);
    let stratum = label(r.whole()?)?;
    let block = r.option(|r| label(r.whole()?))?;
    Ok(FitCluster { panel_ix: 0, stratum, block, n_units: r.size()?, weight: r.number()?, side: side(r)? })
}

fn matrix(r: &mut Reader<'_>, rows: usize, cols: usize) -> Read<Matrix> {
    let data = r.numbers(rows.checked_mul(cols).ok_or(Unreadable)?)?;
    Ok(Matrix::from_fn(rows, cols, |i, j| data[i * cols + j]))
}

/// A symmetric matrix by its upper triangle.
fn symmetric(r: &mut Reader<'_>, k: usize) -> Read<Matrix> {
    let upper = r.numbers(k.checked_mul(k + 1).ok_or(Unreadable)? / 2)?;
    Ok(Matrix::from_fn(k, k, |i, j| {
        let (i, j) = (i.min(j), i.max(j));
        upper[i * k - i * (i + 1) / 2 + j]
    }))
}

fn linear(r: &mut Reader<'_>, n: usize, targets: &[Target]) -> Read<LinearFit> {
    let k = r.count()?;
    let beta = r.numbers(k)?;
    let inverse = matrix(r, k, k)?;
    let contrasts = r.list(targets.len(), |r| r.option(|r| r.numbers(k)))?;
    let [n_rows, nested, slopes, periods, full] = [r.size()?, r.size()?, r.size()?, r.size()?, r.size()?];
    let approximate_cr2 = r.flag()?;
    let absorbed = r.option(|r| Ok(Absorbed { crossing: None, leverage: r.flag()?, steady: r.flag()?, within_units: r.flag()? }))?;
    let clusters = r.list(n, |r| cluster(r, k))?;
    let weighted = clusters.iter().filter(|c| c.weighted.is_some()).count();
    if k == 0 || (weighted > 0 && weighted < n) {
        return Err(Unreadable);
    }
    Ok(LinearFit {
        terms: (1..=k).map(|i| format!("term {i}")).collect(),
        clusters,
        inverse,
        beta,
        contrasts,
        treatments: targets.iter().map(Target::treatment).collect(),
        dof: DegreesOfFreedom { n_rows, nested, slopes, periods, full },
        approximate_cr2,
        absorbed,
        design: None,
    })
}

fn cluster(r: &mut Reader<'_>, k: usize) -> Read<LinearCluster> {
    let (s, b) = (symmetric(r, k)?, r.numbers(k)?);
    let weighted = r.option(|r| {
        let (s0, b0, s2) = (symmetric(r, k)?, r.numbers(k)?, symmetric(r, k)?);
        let absorbed = r.option(|r| {
            let units = r.count()?;
            r.list(units, |r| {
                let weights = [r.number()?, r.number()?, r.number()?];
                Ok(AbsorbedUnit { weights, x: r.numbers(k)?, y: r.number()?, x2: r.numbers(k)? })
            })
        })?;
        Ok(Box::new(Weighted { s0, b0, s2, absorbed }))
    })?;
    // The sum of squares of the outcome serves no method.
    Ok(LinearCluster { s, b, c: 0.0, weighted })
}

fn influence(r: &mut Reader<'_>, n: usize, targets: usize) -> Read<InfluenceFit> {
    let (influence, information) = (matrix(r, n, targets)?, matrix(r, n, targets)?);
    let sides = r.list(n, side)?;
    let ratio = r.option(|r| Ok([r.size()?, r.size()?]))?;
    let less = r.option(|r| r.numbers(targets))?;
    let rows = r.option(|r| r.list(n, |r| r.list(targets, |r| r.option(Reader::number))))?;
    if targets == 0 || ratio.is_some_and(|[a, b]| a >= targets || b >= targets) {
        return Err(Unreadable);
    }
    let left = OnceLock::new();
    if let Some(rows) = rows {
        let _ = left.set(rows);
    }
    Ok(InfluenceFit { influence, information, sides, ratio, less, crossed: None, refit: Box::new(WithoutRows { targets }), left })
}

/// Nothing can be estimated anew; methods that would are refused before they ask.
struct WithoutRows {
    targets: usize,
}

impl Refit for WithoutRows {
    fn refit(&self, _: &[f64]) -> Vec<Option<f64>> {
        vec![None; self.targets]
    }

    fn refit_with_variance(&self, _: &[f64]) -> Vec<Option<(f64, f64)>> {
        vec![None; self.targets]
    }

    fn without(&self, _: usize) -> Vec<Option<f64>> {
        vec![None; self.targets]
    }

    fn price(&self) -> f64 {
        0.0
    }

    fn reassign(&self) -> Option<Box<dyn Reassign + '_>> {
        None
    }

    fn has_rows(&self) -> bool {
        false
    }
}
