//! Checks by brute force and closed form.

use super::moments::Moments;
use super::*;
use crate::num::{Matrix, dot};
use crate::random::Stream;

const LEVEL: f64 = 0.95;

fn study(n_pre: usize, n_post: usize, case: u64) -> EventStudy {
    let mut draw = Stream::new(11, &["honest", "tests"], case);
    let n = n_pre + n_post;
    let factor = Matrix::from_fn(n, n + 2, |_, _| draw.normal());
    let covariance = factor.times(&factor.transpose()).scaled(0.01 / n as f64);
    let estimates = (0..n).map(|i| 0.1 * draw.normal() + if i >= n_pre { 0.3 } else { 0.0 }).collect();
    EventStudy::new(estimates, covariance, n_pre).expect("a covariance")
}

/// Every vertex of {γ ≥ 0 : X'γ = 0, σ'γ = 1} by trying every choice of k + 1 rows: γ'(Aβ̂ − d), γ'a and R'A'γ.
struct Vertices(Vec<(f64, f64, Vec<f64>)>);

fn vertices(study: &EventStudy, weights: &Weights, polyhedron: &restriction::Polyhedron) -> Vertices {
    let (n_pre, n_post) = (study.n_pre(), study.n_post());
    let a = &polyhedron.a;
    let used: Vec<usize> = (0..a.rows()).filter(|&i| n_post == 1 || a.row(i)[n_pre..].iter().any(|x| *x != 0.0)).collect();
    let (direction, nuisance) = weights.coordinates();
    let loading = a.times(study.root());
    let value = a.apply(study.estimates());
    let columns: Vec<Vec<f64>> = used
        .iter()
        .map(|&i| {
            let sd = dot(loading.row(i), loading.row(i)).sqrt();
            std::iter::once(sd).chain(nuisance.iter().map(|v| dot(&a.row(i)[n_pre..], v))).collect()
        })
        .collect();
    let k = nuisance.len() + 1;
    let mut found = Vec::new();
    for mask in (0_u32..1 << used.len()).filter(|m| m.count_ones() as usize == k) {
        let chosen: Vec<usize> = (0..used.len()).filter(|i| mask >> i & 1 == 1).collect();
        let b = nalgebra::DMatrix::from_fn(k, k, |i, j| columns[chosen[j]][i]);
        if b.determinant().abs() < 1e-12 {
            continue;
        }
        let right = nalgebra::DVector::from_fn(k, |i, _| f64::from(u8::from(i == 0)));
        let Some(gamma) = b.lu().solve(&right) else { continue };
        if gamma.iter().any(|g| *g < -1e-12) {
            continue;
        }
        let sum = |of: &dyn Fn(usize) -> f64| chosen.iter().zip(gamma.iter()).map(|(&c, g)| g * of(used[c])).sum::<f64>();
        let loads = (0..study.estimates().len()).map(|j| sum(&|i| loading[(i, j)])).collect();
        found.push((sum(&|i| value[i] - polyhedron.d[i]), sum(&|i| dot(&a.row(i)[n_pre..], &direction)), loads));
    }
    Vertices(found)
}

impl Vertices {
    /// The test at one value of the target, as its definition reads.
    fn accepts(&self, theta: f64, test: Test) -> bool {
        let at = |v: &(f64, f64, Vec<f64>)| v.0 - theta * v.1;
        let v = self.0.iter().max_by(|a, b| at(a).total_cmp(&at(b))).expect("a vertex");
        let eta = at(v);
        let variance = dot(&v.2, &v.2);
        if eta <= 0.0 || eta > test.cutoff || variance < 1e-16 {
            return eta <= 0.0;
        }
        let (mut low, mut high) = (f64::NEG_INFINITY, if test.hybrid { test.cutoff } else { f64::INFINITY });
        for u in &self.0 {
            let rho = dot(&u.2, &v.2) / variance;
            let meets = (at(u) - rho * eta) / (1.0 - rho);
            if rho < 1.0 - 1e-9 {
                low = low.max(meets);
            } else if rho > 1.0 + 1e-9 {
                high = high.min(meets);
            }
        }
        let sd = variance.sqrt();
        normal::ln_between(eta / sd, high / sd) >= libm::log(test.alpha) + normal::ln_between(low.min(eta) / sd, high / sd)
    }
}

fn by_grid(question: &Sensitivity<'_>, size: f64, grid: &[f64]) -> Option<(f64, f64)> {
    let study = question.study;
    let tests: Vec<(Vertices, Test)> = question
        .restriction
        .polyhedra(size, study.n_pre(), study.n_post())
        .iter()
        .map(|p| {
            let mut moments = Moments::new(study, &question.weights, p).expect("variances");
            (vertices(study, &question.weights, p), question.test(&mut moments).expect("solved"))
        })
        .collect();
    let accepted: Vec<f64> = grid.iter().copied().filter(|theta| tests.iter().any(|(v, test)| v.accepts(*theta, *test))).collect();
    Some((*accepted.first()?, *accepted.last()?))
}

fn against_the_grid(restriction: Restriction, n_pre: usize, n_post: usize, method: Method) {
    for case in 0..4 {
        let study = study(n_pre, n_post, case);
        let weights = if case % 2 == 0 { Weights::first(n_post) } else { Weights::average(n_post) };
        let question = Sensitivity::new(&study, weights, restriction, method, LEVEL).expect("a question");
        let target = question.weights.of_study(&study);
        let size = [0.0, 0.3, 0.8, 1.5][case as usize] * if restriction.bound == Bound::Smoothness { target.sd } else { 1.0 };
        let step = target.sd / 25.0;
        let grid: Vec<f64> = (-750..=750).map(|k| target.estimate + step * f64::from(k)).collect();
        let what = format!("{restriction:?} {method:?} {n_pre}+{n_post} case {case} size {size}");
        match (question.interval(size).expect("solved").set, by_grid(&question, size, &grid)) {
            (ConfidenceSet::Empty, None) => {}
            (ConfidenceSet::Empty, Some(found)) => panic!("{what}: the grid has {found:?}"),
            // A set between two points of the grid.
            (ConfidenceSet::Interval { low: Some(low), high: Some(high) }, None) => {
                assert!(high - low < 2.0 * step, "{what}: {low} {high}")
            }
            (ConfidenceSet::Interval { low, high }, None) => panic!("{what}: {low:?} {high:?} and nothing on the grid"),
            (ConfidenceSet::Interval { low, high }, Some((first, last))) => {
                let (edge_low, edge_high) = (grid[0], grid[grid.len() - 1]);
                let low = low.unwrap_or(f64::NEG_INFINITY).max(edge_low);
                let high = high.unwrap_or(f64::INFINITY).min(edge_high);
                assert!(low <= first + 1e-9 && low > first - step * 1.001, "{what}: low {low}, on the grid {first}");
                assert!(high >= last - 1e-9 && high < last + step * 1.001, "{what}: high {high}, on the grid {last}");
            }
        }
    }
}

#[test]
fn relative_magnitudes_against_a_grid_of_all_vertices() {
    let restriction = Restriction { bound: Bound::RelativeMagnitudes, shape: Shape::Any };
    for method in [Method::Conditional, Method::Hybrid] {
        for (n_pre, n_post) in [(1, 1), (3, 1), (2, 2), (3, 3)] {
            against_the_grid(restriction, n_pre, n_post, method);
        }
    }
}

#[test]
fn smoothness_against_a_grid_of_all_vertices() {
    for method in [Method::Conditional, Method::Hybrid] {
        for (n_pre, n_post) in [(1, 1), (3, 1), (1, 2), (3, 3)] {
            against_the_grid(Restriction { bound: Bound::Smoothness, shape: Shape::Any }, n_pre, n_post, method);
        }
        against_the_grid(Restriction { bound: Bound::RelativeSmoothness, shape: Shape::Any }, 3, 2, method);
    }
}

#[test]
fn shapes_against_a_grid_of_all_vertices() {
    for shape in [Shape::PositiveBias, Shape::NegativeBias, Shape::Increasing, Shape::Decreasing] {
        for bound in [Bound::Smoothness, Bound::RelativeMagnitudes, Bound::RelativeSmoothness] {
            against_the_grid(Restriction { bound, shape }, 2, 2, Method::Hybrid);
        }
        against_the_grid(Restriction { bound: Bound::RelativeMagnitudes, shape }, 2, 1, Method::Conditional);
    }
}

#[test]
fn least_favorable_critical_values_against_draws() {
    // One, two, three and more dimensions.
    for (bound, shape, n_pre, n_post) in [
        (Bound::Smoothness, Shape::Any, 3, 3),
        (Bound::RelativeMagnitudes, Shape::Any, 3, 3),
        (Bound::RelativeSmoothness, Shape::PositiveBias, 4, 2),
        (Bound::Smoothness, Shape::Any, 4, 1),
    ] {
        let study = study(n_pre, n_post, 7);
        let weights = Weights::first(n_post);
        let polyhedron = &Restriction { bound, shape }.polyhedra(0.5, n_pre, n_post)[0];
        let mut moments = Moments::new(&study, &weights, polyhedron).expect("variances");
        let critical = least_favorable::critical(&mut moments, 0.05).expect("solved");
        let vertices = vertices(&study, &weights, polyhedron);
        let mut draw = Stream::new(3, &["honest", "tests", "draws"], 0);
        let n = 20_000;
        let above = (0..n).filter(|_| {
            let z: Vec<f64> = (0..n_pre + n_post).map(|_| draw.normal()).collect();
            vertices.0.iter().map(|v| dot(&v.2, &z)).fold(f64::NEG_INFINITY, f64::max) > critical
        });
        // The standard error of a share of 5 % is 0.0015.
        let share = above.count() as f64 / f64::from(n);
        assert!((share - 0.05).abs() < 0.006, "{bound:?} {shape:?}: {share} above {critical}");
    }
}

#[test]
fn no_affine_estimator_is_shorter() {
    let restriction = Restriction { bound: Bound::Smoothness, shape: Shape::Any };
    for case in 0..6 {
        let (n_pre, n_post) = (1 + case as usize % 4, 2);
        let study = study(n_pre, n_post, case);
        let weights = Weights::new(vec![0.3, 0.9]).expect("weights");
        let question = Sensitivity::new(&study, weights, restriction, Method::FixedLength, LEVEL).expect("a question");
        for m in [0.0, 0.01, 0.05, 0.4] {
            let best = question.interval(m).expect("solved").estimator.expect("an estimator");
            let length = |pre: &[f64]| {
                let all: Vec<f64> = pre.iter().chain(question.weights.values()).copied().collect();
                let sd = study.covariance().quadratic(&all).sqrt();
                // Σ |u_k| over changes before and after, by their definition.
                let pre_bias: f64 = (0..n_pre).map(|k| (k + 1..=n_pre).map(|t| (t - k) as f64 * pre[n_pre - t]).sum::<f64>().abs()).sum();
                let post_bias = question.weights.values()[1].abs();
                sd * crate::num::folded_normal::quantile(LEVEL, m * (pre_bias + post_bias) / sd)
            };
            assert!((length(&best.pre_weights) / best.half_length - 1.0).abs() < 1e-12, "case {case}, M {m}");
            let mut draw = Stream::new(9, &["honest", "tests", "weights"], case);
            for _ in 0..300 {
                let size = libm::exp(-6.0 * draw.uniform());
                let mut other: Vec<f64> = best.pre_weights.iter().map(|w| w + size * draw.normal()).collect();
                // No bias from a linear trend: Σ t v = −Σ t l, put right in the last period before treatment.
                let trend: f64 = (0..n_pre).map(|i| (n_pre - i) as f64 * other[i]).sum();
                other[n_pre - 1] += 2.1 - trend;
                assert!(length(&other) >= best.half_length * (1.0 - 1e-12), "case {case}, M {m}");
            }
        }
    }
}

#[test]
fn units_signs_and_directions() {
    let study = study(3, 2, 5);
    let flipped = EventStudy::new(study.estimates().iter().map(|b| -1000.0 * b).collect(), study.covariance().clone().scaled(1e6), 3)
        .expect("a covariance");
    for (bound, method, shape, mirrored) in [
        (Bound::RelativeMagnitudes, Method::Hybrid, Shape::Any, Shape::Any),
        (Bound::Smoothness, Method::Hybrid, Shape::Increasing, Shape::Decreasing),
        (Bound::RelativeMagnitudes, Method::Conditional, Shape::PositiveBias, Shape::NegativeBias),
        (Bound::Smoothness, Method::FixedLength, Shape::Any, Shape::Any),
    ] {
        let ask = |study, shape, size| {
            let question = Sensitivity::new(study, Weights::average(2), Restriction { bound, shape }, method, LEVEL).expect("a question");
            question.interval(size).expect("solved").set
        };
        let unit = if bound == Bound::Smoothness { 1000.0 } else { 1.0 };
        let (here, there) = (ask(&study, shape, 0.1), ask(&flipped, mirrored, 0.1 * unit));
        let (ConfidenceSet::Interval { low, high }, ConfidenceSet::Interval { low: other_low, high: other_high }) = (here, there) else {
            assert_eq!(here, there);
            continue;
        };
        let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => assert!((b + 1000.0 * a).abs() < 1e-6 * (1.0 + b.abs()), "{bound:?} {shape:?}: {a} {b}"),
            _ => assert_eq!(a, b),
        };
        same(low, other_high);
        same(high, other_low);
    }
}

#[test]
fn the_breakdown_value_is_where_the_set_begins_to_hold_it() {
    let study = study(3, 2, 1);
    for (bound, method) in
        [(Bound::RelativeMagnitudes, Method::Hybrid), (Bound::Smoothness, Method::Hybrid), (Bound::Smoothness, Method::FixedLength)]
    {
        let restriction = Restriction { bound, shape: Shape::Any };
        let question = Sensitivity::new(&study, Weights::first(2), restriction, method, LEVEL).expect("a question");
        let far = question.weights.of_study(&study).estimate + 30.0 * question.weights.of_study(&study).sd;
        let Breakdown::At(size) = question.breakdown(far).expect("solved") else { panic!("{bound:?}: no end") };
        assert!(size > 0.0);
        assert!(question.interval(size).expect("solved").set.contains(far));
        assert!(!question.interval(size * (1.0 - 1e-6)).expect("solved").set.contains(far), "{bound:?} {method:?} {size}");
        let ConfidenceSet::Interval { low: Some(low), high: Some(high) } = question.interval(0.0).expect("solved").set else {
            panic!("{bound:?}: no interval")
        };
        assert_eq!(question.breakdown(0.5 * (low + high)).expect("solved"), Breakdown::At(0.0));
    }
}

#[test]
fn hostile_questions_are_refused_with_their_code() {
    let any = |bound| Restriction { bound, shape: Shape::Any };
    let code = |study: &EventStudy, weights, restriction, method, level| {
        Sensitivity::new(study, weights, restriction, method, level).map(|_| "fine").unwrap_or_else(|f| f.code)
    };
    let good = study(2, 2, 0);
    let rm = any(Bound::RelativeMagnitudes);
    assert_eq!(code(&good, Weights::first(2), rm, Method::Hybrid, LEVEL), "fine");
    assert_eq!(code(&good, Weights::first(3), rm, Method::Hybrid, LEVEL), "DIAG-007");
    assert_eq!(code(&good, Weights::first(2), rm, Method::Hybrid, 1.0), "DIAG-007");
    assert_eq!(code(&good, Weights::first(2), rm, Method::Hybrid, f64::NAN), "DIAG-007");
    assert_eq!(code(&good, Weights::first(2), rm, Method::FixedLength, LEVEL), "DIAG-008");
    let shaped = Restriction { bound: Bound::Smoothness, shape: Shape::Increasing };
    assert_eq!(code(&good, Weights::first(2), shaped, Method::FixedLength, LEVEL), "DIAG-008");
    assert_eq!(code(&study(0, 2, 0), Weights::first(2), rm, Method::Hybrid, LEVEL), "DIAG-009");
    assert_eq!(code(&study(1, 2, 0), Weights::first(2), any(Bound::RelativeSmoothness), Method::Hybrid, LEVEL), "DIAG-009");
    assert_eq!(Weights::new(vec![0.0, 0.0]).map_err(|f| f.code), Err("DIAG-007"));
    assert_eq!(Weights::new(vec![f64::NAN, 1.0]).map_err(|f| f.code), Err("DIAG-007"));
    let question = Sensitivity::new(&good, Weights::first(2), rm, Method::Hybrid, LEVEL).expect("a question");
    for size in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(question.interval(size).map_err(|f| f.code), Err("DIAG-010"));
    }
    let events = |estimates: Vec<f64>, covariance| EventStudy::new(estimates, covariance, 1).map(|_| "fine").unwrap_or_else(|f| f.code);
    assert_eq!(events(vec![0.0; 2], Matrix::identity(3)), "DIAG-001");
    assert_eq!(events(vec![0.0], Matrix::identity(1)), "DIAG-001");
    assert_eq!(events(vec![0.0, f64::NAN], Matrix::identity(2)), "DIAG-002");
    assert_eq!(events(vec![0.0; 2], Matrix::from_fn(2, 2, |_, _| f64::NAN)), "DIAG-002");
    assert_eq!(events(vec![0.0; 2], Matrix::zeros(2, 2)), "DIAG-003");
    assert_eq!(events(vec![0.0; 2], Matrix::from_fn(2, 2, |i, j| [[1.0, 0.5], [0.0, 1.0]][i][j])), "DIAG-003");
    assert_eq!(events(vec![0.0; 2], Matrix::from_fn(2, 2, |i, j| if i == j { 1.0 } else { 1.5 })), "DIAG-003");
}

#[test]
fn a_singular_covariance_gives_bounds_or_a_reason() {
    // Five coefficients that move with two clusters alone.
    let factor = Matrix::from_fn(5, 2, |i, j| [[1.0, 0.2], [0.7, -0.4], [0.1, 0.9], [-0.5, 0.6], [0.3, 0.3]][i][j]);
    let study = EventStudy::new(vec![0.1, -0.2, 0.1, 2.0, 2.5], factor.times(&factor.transpose()).scaled(0.01), 3).expect("a covariance");
    let ask = |bound, method| {
        let restriction = Restriction { bound, shape: Shape::Any };
        Sensitivity::new(&study, Weights::first(2), restriction, method, LEVEL).and_then(|q| q.interval(0.5).map(|b| b.set))
    };
    assert_eq!(ask(Bound::Smoothness, Method::FixedLength).map_err(|f| f.code), Err("DIAG-006"));
    assert!(ask(Bound::RelativeMagnitudes, Method::Hybrid).is_ok());
    // Coefficients without any variance of their differences.
    let equal = Matrix::from_fn(3, 3, |_, _| 1.0);
    let study = EventStudy::new(vec![0.0, 1.0, 2.0], equal, 1).expect("a covariance");
    let restriction = Restriction { bound: Bound::RelativeMagnitudes, shape: Shape::Any };
    let question = Sensitivity::new(&study, Weights::first(2), restriction, Method::Hybrid, LEVEL).expect("a question");
    assert_eq!(question.interval(0.0).map_err(|f| f.code), Err("DIAG-004"));
}

#[test]
fn the_sets_keep_their_promise_at_the_edge_of_the_restriction() {
    let shape = Shape::Any;
    // Changes of 0.2 before treatment and of as much in one direction after it; slopes that change by 0.1 each period.
    let steps = [-0.2, 0.0, -0.2, 0.2, 0.4];
    let curve = [0.3, 0.1, 0.0, 0.1, 0.3];
    let truth = study(3, 2, 4);
    let draws = 300;
    for (bound, size, delta, methods) in [
        (Bound::RelativeMagnitudes, 1.0, steps, &[Method::Conditional, Method::Hybrid][..]),
        (Bound::Smoothness, 0.1, curve, &[Method::Conditional, Method::Hybrid, Method::FixedLength]),
    ] {
        for &method in methods {
            let mut held = 0;
            for draw in 0..draws {
                let mut stream = Stream::new(6, &["honest", "tests", "coverage"], draw);
                let z: Vec<f64> = (0..5).map(|_| stream.normal()).collect();
                let estimates = truth.root().apply(&z).iter().zip(delta).map(|(x, d)| x + d).collect();
                let one = EventStudy::new(estimates, truth.covariance().clone(), 3).expect("a covariance");
                let question = Sensitivity::new(&one, Weights::first(2), Restriction { bound, shape }, method, LEVEL).expect("a question");
                held += u32::from(question.interval(size).expect("solved").set.contains(0.0));
            }
            // Three standard errors of a share of 0.95 in 300 draws are 0.038.
            assert!(f64::from(held) / draws as f64 > 0.95 - 0.038, "{bound:?} {method:?}: {held} of {draws}");
        }
    }
}
