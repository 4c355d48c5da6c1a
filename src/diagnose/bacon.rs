//! The coefficient of two-way fixed effects taken apart into all comparisons of two cohorts before and after one of them starts.
//!
//! Of cohorts k and l with shares n_k, n_l of the units and shares D̄_k > D̄_l of treated periods, k starting first, there are the comparisons
//!
//! - k with l before l starts: s = ((n_k + n_l)(1 − D̄_l))² · n_kl(1 − n_kl) · (D̄_k − D̄_l)/(1 − D̄_l) · (1 − D̄_k)/(1 − D̄_l),
//! - l with k after k has started: s = ((n_k + n_l)D̄_k)² · n_kl(1 − n_kl) · D̄_l/D̄_k · (D̄_k − D̄_l)/D̄_k,
//! - each with one that is never treated, or always: s = (n_k + n_u)² · n_ku(1 − n_ku) · D̄_k(1 − D̄_k),
//!
//! with n_kl = n_k/(n_k + n_l). Each is a difference of differences of means; weighted by s over the sum of all s they give the coefficient.
//!
//! Source: Goodman-Bacon (2021), Difference-in-differences with variation in treatment timing, Journal of Econometrics 225(2), theorem 1 and eq.
//! 7 to 10; the names of the comparisons are those of the R package bacondecomp.

use super::cells::BalancedCells;
use crate::cohort::Fault;
use crate::panel::{FirstTreated, Panel};

/// Who is compared with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// Newly treated units with units that are never treated.
    TreatedWithNever,
    /// Units that start early with units that have not yet started.
    EarlierWithLater,
    /// Units that start late with units already treated: wrong where effects grow.
    LaterWithEarlier,
    /// Newly treated units with units treated in all periods: wrong where effects grow.
    LaterWithAlways,
}

impl Comparison {
    /// All of them.
    pub const ALL: [Comparison; 4] =
        [Comparison::TreatedWithNever, Comparison::EarlierWithLater, Comparison::LaterWithEarlier, Comparison::LaterWithAlways];
}

/// One comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Component {
    /// What kind it is.
    pub comparison: Comparison,
    /// When those that count as newly treated start.
    pub treated: i64,
    /// When those they are compared with start.
    pub compared: FirstTreated,
    /// The difference of differences.
    pub estimate: f64,
    /// Its weight in the coefficient.
    pub weight: f64,
}

/// The weight and the mean estimate of all comparisons of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind {
    /// The kind.
    pub comparison: Comparison,
    /// The sum of the weights.
    pub weight: f64,
    /// The weighted mean of the estimates.
    pub estimate: f64,
}

/// A coefficient taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// The comparisons, by when the newly treated start, then by when the others do.
    pub components: Vec<Component>,
    /// The coefficient, by regression.
    pub coefficient: f64,
}

impl Decomposition {
    /// The weighted sum of all comparisons: the coefficient, but for rounding.
    pub fn weighted_sum(&self) -> f64 {
        self.components.iter().map(|c| c.weight * c.estimate).sum()
    }

    /// The comparisons by kind, those kinds only that occur.
    pub fn by_kind(&self) -> Vec<Kind> {
        let of = |comparison: Comparison| {
            let these = || self.components.iter().filter(move |c| c.comparison == comparison);
            let weight: f64 = these().map(|c| c.weight).sum();
            let sum: f64 = these().map(|c| c.weight * c.estimate).sum();
            (weight > 0.0).then(|| Kind { comparison, weight, estimate: sum / weight })
        };
        Comparison::ALL.iter().filter_map(|&comparison| of(comparison)).collect()
    }
}

/// Takes the two-way fixed effects coefficient of a panel apart.
///
/// # Errors
///
/// DIAG-011: a panel that is not balanced, or with weights, covariates or further fixed effects, or a treatment that switches off or that
/// nobody has; DIAG-012: no two cohorts to compare.
pub fn decompose(panel: &Panel) -> Result<Decomposition, Fault> {
    of_cells(&BalancedCells::new(panel)?)
}

fn of_cells(data: &BalancedCells) -> Result<Decomposition, Fault> {
    let periods = data.cells.periods.len();
    let cohorts: Vec<usize> = (0..data.units.len()).filter(|&k| data.units[k] > 0.0).collect();
    let mut components = Vec::new();
    for &k in cohorts.iter().filter(|&&k| (1..periods).contains(&data.start(k))) {
        for &l in cohorts.iter().filter(|&&l| data.start(l) != data.start(k)) {
            components.push(compare(data, k, l));
        }
    }
    let total: f64 = components.iter().map(|c| c.weight).sum();
    if total.is_nan() || total <= 0.0 {
        return Err(Fault::new(
            "DIAG-012",
            "there is nothing to compare",
            format!("{} cohorts in {periods} periods", cohorts.len()),
            "a comparison needs a cohort that starts within the periods and another that starts at another time or never",
            "add units that are treated later or never, or periods before the first start",
        ));
    }
    components.iter_mut().for_each(|c| c.weight /= total);
    let coefficient = coefficient(data, &cohorts);
    Ok(Decomposition { components, coefficient })
}

/// Cohort k, newly treated, with cohort l; the weight is not yet a share.
fn compare(data: &BalancedCells, k: usize, l: usize) -> Component {
    let periods = data.cells.periods.len();
    let (start, other) = (data.start(k), data.start(l));
    // The stretch of periods in which l does not change, and the kind that makes.
    let (from, to, comparison) = if other == periods {
        (0, periods, Comparison::TreatedWithNever)
    } else if other == 0 {
        (0, periods, Comparison::LaterWithAlways)
    } else if start < other {
        (0, other, Comparison::EarlierWithLater)
    } else {
        (other, periods, Comparison::LaterWithEarlier)
    };
    let change = |cohort| data.over(cohort, start..to) - data.over(cohort, from..start);
    let pair = data.units[k] + data.units[l];
    let share = data.units[k] / pair;
    let length = (to - from) as f64;
    let treated = (to - start) as f64 / length;
    // (n_k + n_l)² and the share of periods squared, times the variances of belonging to k and of being treated.
    let size = pair * length / periods as f64;
    let weight = size * size * share * (1.0 - share) * treated * (1.0 - treated);
    let begin = |cohort: usize| match data.cells.cohorts[cohort] {
        FirstTreated::At(g) => g,
        FirstTreated::Never => i64::MAX,
    };
    Component { comparison, treated: begin(k), compared: data.cells.cohorts[l], estimate: change(k) - change(l), weight }
}

/// The coefficient: the outcome regressed on treatment less its means by cohort and by period.
fn coefficient(data: &BalancedCells, cohorts: &[usize]) -> f64 {
    let periods = data.cells.periods.len();
    let all: f64 = cohorts.iter().map(|&k| data.units[k]).sum();
    let treated = |k: usize, t: usize| f64::from(u8::from(t >= data.start(k)));
    let of_cohort = |k: usize| (periods - data.start(k)) as f64 / periods as f64;
    let of_period = |t: usize| cohorts.iter().map(|&k| data.units[k] * treated(k, t)).sum::<f64>() / all;
    let overall = cohorts.iter().map(|&k| data.units[k] * of_cohort(k)).sum::<f64>() / all;
    let (mut top, mut bottom) = (0.0, 0.0);
    for t in 0..periods {
        let mean = of_period(t);
        for &k in cohorts {
            let residual = data.units[k] * (treated(k, t) - of_cohort(k) - mean + overall);
            top += residual * data.mean[data.cells.cell(k, t) as usize];
            bottom += residual * treated(k, t);
        }
    }
    top / bottom
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Cells;

    /// Cohorts by first treated period and size over periods 1 to 6. The outcome is a level for each cohort and period, an effect
    /// that begins at 1 and grows by `growth` a period, and `noise` times numbers without a pattern.
    fn cells(cohorts: &[(Option<i64>, f64)], growth: f64, noise: f64) -> BalancedCells {
        let names = cohorts.iter().map(|(g, _)| g.map_or(FirstTreated::Never, FirstTreated::At)).collect();
        let cells = Cells { periods: (1..=6).collect(), cohorts: names };
        let outcome = |c: u32| {
            let (k, t) = (cells.cohort_ix(c) as f64, cells.period_ix(c) as f64);
            let effect = cells.event_time(c).filter(|e| *e >= 0).map_or(0.0, |e| 1.0 + growth * e as f64);
            k * k - 0.3 * t * t + effect + noise * ((f64::from(c) * 7.3) % 1.9)
        };
        let mean = (0..cells.len() as u32).map(outcome).collect();
        BalancedCells { units: cohorts.iter().map(|(_, n)| *n).collect(), mean, cells }
    }

    #[test]
    fn weights_add_up_to_one_and_comparisons_to_the_coefficient() {
        let staggered = [(Some(3), 4.0), (Some(5), 2.0), (None, 3.0)];
        let always = [(Some(1), 2.0), (Some(3), 4.0), (Some(4), 1.0), (Some(6), 2.0), (None, 3.0)];
        for (cohorts, n) in [(&staggered[..], 4), (&always[..], 6 + 3 + 3), (&staggered[..2], 2)] {
            let found = of_cells(&cells(cohorts, 0.4, 1.0)).expect("balanced");
            assert_eq!(found.components.len(), n);
            assert!((found.components.iter().map(|c| c.weight).sum::<f64>() - 1.0).abs() < 1e-14);
            assert!((found.weighted_sum() - found.coefficient).abs() < 1e-12, "{} {}", found.weighted_sum(), found.coefficient);
            let kinds = found.by_kind();
            assert!((kinds.iter().map(|k| k.weight * k.estimate).sum::<f64>() - found.coefficient).abs() < 1e-12);
        }
    }

    #[test]
    fn one_start_date_is_one_comparison() {
        let found = of_cells(&cells(&[(Some(3), 4.0), (None, 3.0)], 0.4, 1.0)).expect("balanced");
        assert_eq!((found.components.len(), found.components[0].weight), (1, 1.0));
        assert_eq!(found.components[0].compared, FirstTreated::Never);
        assert!((found.components[0].estimate - found.coefficient).abs() < 1e-13);
    }

    #[test]
    fn only_comparisons_with_the_already_treated_go_wrong_when_effects_grow() {
        let staggered = [(Some(3), 4.0), (Some(5), 2.0), (None, 3.0)];
        let constant = of_cells(&cells(&staggered, 0.0, 0.0)).expect("balanced");
        assert!(constant.components.iter().all(|c| (c.estimate - 1.0).abs() < 1e-12), "{constant:?}");
        let growing = of_cells(&cells(&staggered, 0.5, 0.0)).expect("balanced").by_kind();
        let of = |kind| growing.iter().find(|k| k.comparison == kind).expect("there").estimate;
        // Cohort 5 gains 1.25 on average in its two periods, while cohort 3, already treated, gains 1 from periods 3–4 to 5–6.
        assert!((of(Comparison::LaterWithEarlier) - 0.25).abs() < 1e-12);
        assert!((of(Comparison::EarlierWithLater) - 1.25).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_compare() {
        for cohorts in [&[(Some(3), 3.0)][..], &[(Some(1), 3.0), (None, 2.0)], &[(None, 2.0)]] {
            assert_eq!(of_cells(&cells(cohorts, 0.0, 0.0)).map_err(|f| f.code), Err("DIAG-012"));
        }
    }
}
