//! `evidence::effect` as R's effectsize 0.8.3 and metafor 3.8.1.

use crate::book::Book;
use crate::support::reckoning::Reckoning;
use crate::support::sheet::Sheet;
use didact::evidence::effect::{
    Arm, Known, Sizes, exact_small_sample_factor, glass_delta, noncentral_interval, pooled_sd, small_sample_factor, standard_error,
};

/// Closed forms.
const EXACT: f64 = 1e-12;
/// effectsize finds the ends of an interval by an optimizer; scipy's, to which ours are compared elsewhere, agree with ours to 1e-9.
const OPTIMIZER: f64 = 1e-6;

pub fn all(r: &mut Reckoning, book: &mut Book) {
    for (id, file, outcome) in [
        ("crt_posttest", "eef_crt.csv", "Posttest"),
        ("mst_posttest", "eef_mst.csv", "Posttest"),
        ("mst_prettest_balance", "eef_mst.csv", "Prettest"),
    ] {
        let (title, expected) = (book.title(id), book.case(id));
        let number = |key: &str| expected[key].as_f64().unwrap_or_else(|| panic!("{title}: no {key}"));
        let sheet = Sheet::read(&book.data(file));
        let arm = |treated: &str| {
            let scores: Vec<f64> = (0..sheet.rows.len())
                .map(|i| sheet.row(i))
                .filter(|row| row.text("Intervention") == treated)
                .map(|row| row.number(outcome))
                .collect();
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            let squares = scores.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>();
            Arm { n: scores.len() as u64, mean, sd: (squares / (scores.len() as f64 - 1.0)).sqrt() }
        };
        let (treated, comparison) = (arm("1"), arm("0"));
        let sizes = Sizes::new(treated.n, comparison.n);
        let mut near = |key: &str, got: Option<f64>| r.near(&title, key, number(key), got, EXACT);
        near("n1", Some(treated.n as f64));
        near("n0", Some(comparison.n as f64));
        let sd = pooled_sd(&treated, &comparison).expect("a spread");
        let difference = treated.mean - comparison.mean;
        let (exact, approximate) = (exact_small_sample_factor(sizes.df()), small_sample_factor(sizes.df()));
        let d = difference / sd;
        near("sd_pooled", Some(sd));
        near("cohens_d", Some(d));
        near("effectsize_d", Some(d));
        near("J_exact", exact);
        near("J_approx", approximate);
        near("g_exact", exact.map(|j| j * d));
        near("g_approx", approximate.map(|j| j * d));
        near("effectsize_g", exact.map(|j| j * d));
        near("metafor_g", exact.map(|j| j * d));
        let error = exact.and_then(|j| standard_error(j * d, Known::Sizes, sizes, 0));
        near("metafor_vi", error.map(|e| e * e));
        near("glass_delta_effectsize", glass_delta(difference, &comparison));
        let interval = noncentral_interval(d, sizes, 0.95).expect("an interval");
        for (key, factor) in [("effectsize_d_ci", 1.0), ("effectsize_g_ci", exact.expect("enough students"))] {
            for (end, got) in [interval.0, interval.1].into_iter().enumerate() {
                let told = expected[key][end].as_f64().expect("a number");
                r.near(&title, &format!("{key} {end}"), told, Some(factor * got), OPTIMIZER);
            }
        }
    }
}
