//! `diagnose::honest` as HonestDiD 0.2.8 and as a cone program of its fixed-length intervals.
//!
//! HonestDiD looks for the ends on a grid of 1,000 points, 20 standard errors (and the identified set under parallel trends) to each side
//! of 0, with 1,000 draws for the least favourable critical value: an end may lie two steps away, and where it is the end of the
//! grid the set goes on.

use crate::book::{Book, shared};
use crate::support::reckoning::{Reckoning, list};
use crate::support::sheet::Sheet;
use didact::diagnose::EventStudy;
use didact::diagnose::honest::{Bound, ConfidenceSet, Method, Restriction, Sensitivity, Shape, Weights, smoothness};
use didact::num::Matrix;
use serde_json::Value;

fn numbers(field: &Value) -> Vec<f64> {
    list(field).iter().flat_map(list).map(|v| v.as_f64().expect("a number")).collect()
}

/// An event study of two files.
fn study(book: &Book, name: &str) -> EventStudy {
    let beta = Sheet::read(&book.data(&format!("{name}_eventstudy_beta.csv")));
    let sigma = Sheet::read(&book.data(&format!("{name}_eventstudy_sigma.csv")));
    let estimates: Vec<f64> = (0..beta.rows.len()).map(|i| beta.row(i).number("betahat")).collect();
    let n_pre = (0..beta.rows.len()).filter(|&i| beta.row(i).text("period") == "pre").count();
    let covariance = Matrix::from_fn(estimates.len(), estimates.len(), |i, j| sigma.rows[i][j].parse().expect("a number"));
    EventStudy::new(estimates, covariance, n_pre).expect("a covariance")
}

fn ehec() -> EventStudy {
    let book = Book::open(&shared().expect("it is here"), "ehec_event_study");
    let first = book.case(&book.all()[0]);
    let (estimates, all) = (numbers(&first["coef"]), numbers(&first["vcov"]));
    EventStudy::new(estimates, Matrix::from_fn(7, 7, |i, j| all[7 * i + j]), 5).expect("a covariance")
}

fn ends(set: ConfidenceSet) -> Option<(f64, f64)> {
    match set {
        ConfidenceSet::Interval { low: Some(low), high: Some(high) } => Some((low, high)),
        _ => None,
    }
}

fn one(r: &mut Reckoning, book: &Book, id: &str, study: &EventStudy) {
    let (title, expected) = (book.title(id), book.case(id));
    if id.ends_with("M_lower") {
        let found = smoothness(study, 0.95).expect("solved").expect("two periods before treatment");
        r.near(&title, "upper", numbers(&expected["upper"])[0], Some(found.upper), 1e-12);
        // Its grid ends at three times the largest standard error, and holds no size that is not rejected.
        let n_pre = study.n_pre();
        let end = (0..n_pre).map(|i| 3.0 * study.covariance()[(i, i)].sqrt()).fold(0.0, f64::max);
        r.holds(&title, "the lower bound lies beyond the grid", found.lower.is_some_and(|l| l > end && l < found.upper));
        return;
    }
    let n_post = study.n_post();
    let weights = if id.contains("avg") { Weights::average(n_post) } else { Weights::first(n_post) };
    let bounds = [("SDRM", Bound::RelativeSmoothness), ("RM", Bound::RelativeMagnitudes), ("SD", Bound::Smoothness)];
    let bound = bounds.into_iter().find(|(part, _)| id.contains(part)).map_or(Bound::Smoothness, |(_, bound)| bound);
    let method = if id.contains("Conditional") { Method::Conditional } else { Method::Hybrid };
    let restriction = Restriction { bound, shape: Shape::Any };
    let question = Sensitivity::new(study, weights.clone(), restriction, method, 0.95).expect("a question");
    let (lows, highs) = (numbers(&expected["lb"]), numbers(&expected["ub"]));
    if id.ends_with("original") {
        let (low, high) = ends(question.original()).expect("an interval");
        r.near(&title, "low", lows[0], Some(low), 1e-12);
        r.near(&title, "high", highs[0], Some(high), 1e-12);
        return;
    }
    let full: Vec<f64> = vec![0.0; study.n_pre()].into_iter().chain(weights.values().iter().copied()).collect();
    let sd = study.covariance().quadratic(&full).sqrt();
    let step = 40.0 * sd / 999.0;
    let sizes = numbers(if expected["M"].is_null() { &expected["Mbar"] } else { &expected["M"] });
    for (k, size) in sizes.into_iter().enumerate() {
        let Some((low, high)) = ends(question.interval(size).expect("solved").set) else {
            r.holds(&title, &format!("no interval at {size}"), false);
            continue;
        };
        let reach: f64 = weights.values().iter().enumerate().map(|(t, l)| l * ((t + 1) * (t + 2)) as f64 / 2.0).sum();
        let edge = 20.0 * sd + if bound == Bound::Smoothness { size * reach } else { 0.0 };
        let near = |end: f64, found: f64, outwards: f64| {
            if end.abs() >= edge * (1.0 - 1e-9) { (found - end) * outwards >= 0.0 } else { (found - end).abs() <= 2.0 * step }
        };
        r.holds(&title, &format!("low at {size}: {low}, expected {}", lows[k]), near(lows[k], low, -1.0));
        r.holds(&title, &format!("high at {size}: {high}, expected {}", highs[k]), near(highs[k], high, 1.0));
    }
}

pub fn sets(r: &mut Reckoning, book: &mut Book) {
    for id in book.all() {
        let study = match id.split('_').next() {
            Some("BC") => study(book, "bc"),
            Some("LW") => study(book, "lw"),
            _ => ehec(),
        };
        one(r, book, &id, &study);
    }
}

pub fn fixed_lengths(r: &mut Reckoning, book: &mut Book) {
    for id in book.all() {
        let (name, which) = id.split_once('_').expect("a data set and a target");
        let study = if name == "ehec" { ehec() } else { study(book, name) };
        let weights = if which == "avg" { Weights::average(study.n_post()) } else { Weights::first(study.n_post()) };
        let restriction = Restriction { bound: Bound::Smoothness, shape: Shape::Any };
        let question = Sensitivity::new(&study, weights, restriction, Method::FixedLength, 0.95).expect("a question");
        let title = book.title(&id);
        for expected in list(&book.case(&id)) {
            let number = |key: &str| expected[key].as_f64().expect("a number");
            let found = question.interval(number("M")).expect("solved").estimator.expect("an estimator");
            r.near(&title, "half_length", number("half_length"), Some(found.half_length), 1e-9);
            r.near(&title, "sd", number("sd"), Some(found.std_error), 1e-6);
            // The minimum is flat, so where it lies is known less well than how low it is.
            let close = (found.estimate - number("estimate")).abs() <= 1e-4 * number("sd");
            r.holds(&title, &format!("estimate at M {}: {}", number("M"), found.estimate), close);
        }
    }
}
