//! The influence of a row is the derivative of the estimate by its weight, times its weight: checked by differences.

use super::{Arms, Changes, Method, Pooled};

/// A fixed sequence of numbers in (−1, 1).
fn noise(i: usize, k: f64) -> f64 {
    libm::sin(k * (i as f64 + 0.37) * 12.9898) * libm::cos(i as f64 * 0.71 + k)
}

fn rows(n: usize) -> (Arms, Vec<bool>, Vec<f64>) {
    let m = n / 3;
    let mut arms = Arms { n_treated: m, k: 3, ..Arms::default() };
    let (mut after, mut y) = (Vec::new(), Vec::new());
    for i in 0..n {
        let (a, b) = (noise(i, 1.0) + if i < m { 0.3 } else { 0.0 }, noise(i, 2.3));
        arms.x.extend([1.0, a, b]);
        arms.weight.push(1.0 + 0.5 * noise(i, 3.1));
        after.push(noise(i, 4.7) > 0.1);
        y.push(2.0 * a * a + b + noise(i, 5.9) + if after[i] { 1.0 + a } else { 0.0 });
    }
    (arms, after, y)
}

fn check(name: &str, arms: &Arms, effect: impl Fn(&Arms, bool, &mut dyn FnMut(usize, f64)) -> f64) {
    let mut psi = vec![0.0; arms.len()];
    effect(arms, true, &mut |i, v| psi[i] += v);
    for i in (0..arms.len()).step_by(7) {
        let at = |h: f64| {
            let mut moved = arms.clone();
            moved.weight[i] += h;
            effect(&moved, false, &mut |_, _| {})
        };
        let h = 1e-4;
        let derivative = arms.weight[i] * (at(h) - at(-h)) / (2.0 * h);
        assert!((derivative - psi[i]).abs() < 1e-7, "{name}, row {i}: {derivative} and {}", psi[i]);
    }
}

#[test]
fn changes_of_the_same_units() {
    let (arms, _, y) = rows(120);
    for method in [Method::Regression, Method::Weighting, Method::PlainWeighting, Method::DoublyRobust] {
        check(&format!("{method:?}"), &arms, |arms, influence, add| {
            Changes::new(arms, method, None).expect("estimable").effect(&y, influence, add)
        });
    }
}

#[test]
fn rows_before_and_after() {
    let (arms, after, y) = rows(240);
    for (method, efficient) in [
        (Method::Regression, true),
        (Method::Weighting, true),
        (Method::PlainWeighting, true),
        (Method::DoublyRobust, true),
        (Method::DoublyRobust, false),
    ] {
        check(&format!("{method:?} {efficient}"), &arms, |arms, influence, add| {
            let pooled = Pooled::new(arms, &after, method, efficient, false).expect("estimable");
            pooled.effect(&y, influence, add).expect("estimable")
        });
    }
}

#[test]
fn the_influence_of_drdid_is_another_one() {
    let (arms, after, y) = rows(240);
    let spread = |as_drdid: bool| -> f64 {
        let mut sum = 0.0;
        let pooled = Pooled::new(&arms, &after, Method::DoublyRobust, true, as_drdid).expect("estimable");
        pooled.effect(&y, true, |_, v| sum += v * v).expect("estimable");
        sum
    };
    assert!((spread(true) / spread(false) - 1.0).abs() > 1e-4);
}

#[test]
fn balancing_odds_balance() {
    let (arms, _, y) = rows(120);
    let changes = Changes::new(&arms, Method::Improved, None).expect("estimable");
    // A change that is linear in the covariates is predicted without error, so the effect is what was added to the treated.
    let linear: Vec<f64> =
        (0..arms.len()).map(|i| 3.0 - arms.row(i)[1] + 2.0 * arms.row(i)[2] + if i < arms.n_treated { 0.25 } else { 0.0 }).collect();
    assert!((changes.effect(&linear, false, |_, _| {}) - 0.25).abs() < 1e-12);
    let mut sum = 0.0;
    changes.effect(&y, true, |_, v| sum += v);
    assert!(sum.abs() < 1e-12);
}

/// A level of a covariate that only comparison units have does no harm; one that only treated units have leaves nobody to
/// compare them with.
#[test]
fn a_level_of_one_arm_only() {
    let (arms, _, y) = rows(120);
    let with = |treated: bool| {
        let mut arms = arms.clone();
        (0..arms.len()).for_each(|i| arms.x[3 * i + 2] = f64::from(u8::from((i < arms.n_treated) == treated && i % 5 == 0)));
        arms
    };
    let (theirs, ours) = (with(false), with(true));
    let att = Changes::new(&theirs, Method::Weighting, None).expect("overlap").effect(&y, false, |_, _| {});
    // The same as without these rows.
    let kept: Vec<usize> = (0..theirs.len()).filter(|&i| theirs.row(i)[2] == 0.0).collect();
    let fewer = Arms {
        n_treated: theirs.n_treated,
        k: 2,
        weight: kept.iter().map(|&i| theirs.weight[i]).collect(),
        x: kept.iter().flat_map(|&i| theirs.row(i)[..2].to_vec()).collect(),
        ..Arms::default()
    };
    let rest: Vec<f64> = kept.iter().map(|&i| y[i]).collect();
    let again = Changes::new(&fewer, Method::Weighting, None).expect("overlap").effect(&rest, false, |_, _| {});
    assert!((att - again).abs() < 1e-9, "{att} and {again}");
    assert!(Changes::new(&ours, Method::Weighting, None).is_err());
}

#[test]
fn perfect_prediction_of_the_arm_is_said_to_be_so() {
    let (mut arms, _, _) = rows(120);
    (0..arms.len()).for_each(|i| arms.x[3 * i + 1] = if i < arms.n_treated { 1.0 } else { -1.0 } + 0.1 * noise(i, 7.0));
    for method in [Method::Weighting, Method::DoublyRobust, Method::Improved] {
        assert!(Changes::new(&arms, method, None).is_err(), "{method:?}");
    }
}

/// A level that a tenth of the treated have and no comparison unit: the likelihood has no maximum, but the other rows let the search
/// end long before a probability is one to the last digit.
#[test]
fn a_level_of_the_treated_only_is_found_and_named() {
    let (mut arms, after, _) = rows(600);
    (0..arms.len()).for_each(|i| arms.x[3 * i + 2] = f64::from(u8::from(i < arms.n_treated && i % 10 == 0)));
    arms.names = ["age".to_string(), "grant".to_string()].into();
    for method in [Method::Weighting, Method::PlainWeighting, Method::DoublyRobust] {
        let told = [Changes::new(&arms, method, None).err(), Pooled::new(&arms, &after, method, true, false).err()];
        for reason in told {
            let reason = reason.unwrap_or_else(|| panic!("{method:?} took it for an overlap"));
            assert!(reason.contains("(above all grant)") && reason.contains("no overlap"), "{method:?}: {reason}");
        }
    }
    // The level that is left out of a factor: the constant and all other levels move.
    (0..arms.len()).for_each(|i| arms.x[3 * i + 2] = 1.0 - arms.x[3 * i + 2]);
    let reason = Changes::new(&arms, Method::Weighting, None).err().expect("no overlap");
    assert!(reason.contains("(above all grant)"), "{reason}");
}

/// One treated row so far out that it is treated all but surely, where the others overlap: there is a maximum, and it is found.
#[test]
fn an_honest_probability_near_one_is_no_separation() {
    let (mut arms, _, y) = rows(600);
    let without = Changes::new(&arms, Method::Weighting, None).expect("overlap");
    let before = without.coefficients().expect("odds")[1];
    arms.x[1] = 18.0 / before;
    let changes = Changes::new(&arms, Method::Weighting, None).expect("a maximum");
    let gamma = changes.coefficients().expect("odds");
    let odds = arms.row(0).iter().zip(gamma).map(|(x, g)| x * g).sum::<f64>();
    assert!((15.0..30.0).contains(&odds), "{odds}");
    assert!(changes.effect(&y, false, |_, _| {}).is_finite());
}
