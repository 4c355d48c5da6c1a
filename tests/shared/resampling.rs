//! Bootstrap intervals on given draws, and permutation tests with every assignment.

use crate::book::Book;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::{Row, Sheet};
use didact::estimate::{Chosen, Fit, Sample};
use didact::infer::{Kind, Replicated, Rule, acceleration};
use didact::panel::{Panel, PanelSpec, Serial, TreatmentRule};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A file with one row a pupil as two rows, before and after.
pub fn long(sheet: Sheet) -> Sheet {
    let numbers: Vec<String> = (1..=sheet.rows.len()).map(|i| i.to_string()).collect();
    let mut numbered = sheet;
    numbered.header.push("pupil".into());
    numbered.rows.iter_mut().zip(numbers).for_each(|(row, i)| row.push(i));
    let wave =
        |post: &str, column: &'static str| numbered.clone().with("post", |_| post.into()).with("score", |row| row.text(column).to_string());
    wave("0", "Prettest").below(wave("1", "Posttest"))
}

/// The roles of such a file.
pub const PUPILS: &str = "--outcome score --unit pupil --arm Intervention --post post";

fn fit(sheet: &Sheet, cluster: &str, estimator: &str) -> Fit {
    let cohort = sheet.cohort(&["pupil", "School", "Intervention", "post"], &["score"]);
    let rule = TreatmentRule::Arm { arm: "Intervention".into(), post: Some("post".into()) };
    let spec = PanelSpec { unit: Some("pupil".into()), cluster: Some(cluster.into()), ..PanelSpec::new("score", rule) };
    let panel = Panel::build(&cohort, &spec).expect("a sound sample");
    let chosen = Chosen::parse(estimator).expect("known");
    chosen.estimator.fit(&Sample::new(&panel, &Serial), &chosen.options).expect("estimable")
}

/// Each draw as how often each cluster occurs in it.
fn counts(path: &Path, n: usize) -> Vec<Vec<f64>> {
    let draws = Sheet::read(path);
    draws
        .rows
        .iter()
        .map(|row| {
            let mut counts = vec![0.0; n];
            row.iter().for_each(|i| counts[i.parse::<usize>().expect("a place") - 1] += 1.0);
            counts
        })
        .collect()
}

fn interval(r: &mut Reckoning, case: &str, what: &str, expected: &Value, found: &didact::infer::Estimate) {
    r.like(case, &format!("{what} low"), &expected[0], &found.interval.low.value().into(), CLOSE);
    r.like(case, &format!("{what} high"), &expected[1], &found.interval.high.value().into(), CLOSE);
}

pub fn eef_mst(r: &mut Reckoning, book: &mut Book) {
    let sheet = long(Sheet::read(&book.data("eef_mst.csv")));
    let n_pupils = sheet.rows.len() / 2;
    let schools = book.data("boot_cluster_indices_eef_mst.csv");
    let pupils = book.data("boot_indices_eef_mst.csv");
    for (id, cluster, estimator, draws) in [
        ("iid_diff_gain", "pupil", "did", &pupils),
        ("iid_ancova", "pupil", "ancova", &pupils),
        ("cluster_ancova", "School", "ancova", &schools),
    ] {
        let (case, expected) = (book.title(id), book.case(id));
        let fit = fit(&sheet, cluster, estimator);
        let estimate = *fit.estimates[0].as_ref().expect("identified");
        let n = if cluster == "pupil" { n_pupils } else { fit.n_clusters() };
        r.holds(&case, "as many clusters as in the reference", n == fit.n_clusters());
        let values: Vec<f64> = counts(draws, n).iter().map(|c| fit.refit(c)[0].expect("identified")).collect();
        let left: Vec<f64> = fit.leave_one_out(&Serial).into_iter().map(|row| row[0].expect("identified")).collect();
        let a = acceleration(&left);
        r.like(&case, "estimate", &expected["t0"], &estimate.into(), CLOSE);
        // The reference subtracts nearly equal numbers here: relative to the scale of the term.
        let theirs = expected["bca_acceleration_jackknife"].as_f64().expect("a number");
        r.holds(&case, "acceleration", (a - theirs).abs() < 1e-11);
        let all = Replicated { estimate, values: &values, statistics: &[], plain_error: 1.0, acceleration: Some(a) };
        for (field, kind, rule) in [
            ("percentile_type7", Kind::Percentile, Rule::Type7),
            ("percentile_R_boot", Kind::Percentile, Rule::Boot),
            ("basic_type7", Kind::Basic, Rule::Type7),
            ("basic_R_boot", Kind::Basic, Rule::Boot),
            ("normal_plain", Kind::Normal, Rule::Type7),
            ("normal_bias_corrected", Kind::Normal, Rule::Boot),
            ("bca_type7", Kind::Bca, Rule::Type7),
            ("bca_R_boot", Kind::Bca, Rule::Boot),
        ] {
            let found = all.summarize(0, kind, rule, 0.95);
            interval(r, &case, field, &expected[field], &found);
            r.like(&case, "se", &expected["se"], &found.std_error.into(), CLOSE);
        }
        for (field, kind) in [("normal", Kind::Normal), ("basic", Kind::Basic), ("perc", Kind::Percentile), ("bca", Kind::Bca)] {
            interval(r, &case, &format!("boot::boot.ci {field}"), &expected["R_boot_ci"][field], &all.summarize(0, kind, Rule::Boot, 0.95));
        }
    }
}

fn permuted(r: &mut Reckoning, title: &str, file: &Path, flags: &str, method: &str, expected: &Value) {
    let Some(got) = r.estimate(title, file, &format!("{flags} --inference {method}")) else { return };
    let row = got.effect("overall", method).cloned().unwrap_or_default();
    let of = expected["n_assignments"].as_u64().expect("a number");
    // Counts out of all assignments: exact.
    r.like(title, "assignments", &expected["n_assignments"], &row["replicates"], 0.0);
    let p = expected["n_abs_ge"].as_f64().expect("a number") / of as f64;
    r.near(title, "p_value", p, row["p_value"].as_f64(), 0.0);
    r.holds(title, "no Monte Carlo error", row["mc_p_value"] == 0.0);
    if method == "permutation" {
        r.like(title, "estimate", &expected["observed"], &row["estimate"], CLOSE);
        r.like(title, "std_error", &expected["sd_of_null"], &row["std_error"], CLOSE);
    }
}

pub fn randomization(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let twelve = [
        "Arizona",
        "California",
        "Colorado",
        "Delaware",
        "Florida",
        "Hawaii",
        "Iowa",
        "Kentucky",
        "Massachusetts",
        "Michigan",
        "Minnesota",
        "North Carolina",
    ];
    let file = Sheet::read(&book.data("math_reform.csv")).keep(|row| twelve.contains(&row.text("state"))).write(scratch, "twelve.csv");
    let flags = format!("{} --estimator did", crate::regressions::MATH_REFORM);
    permuted(r, &book.title("math12_did"), &file, &flags, "permutation", &book.case("math12_did"));
    let (id, method) = ("math12_studentized", "permutation:statistic=studentized");
    permuted(r, &book.title(id), &file, &flags, method, &book.case(id));
    // With one unit a cluster CR2 is Welch's variance.
    if let Some(got) = r.estimate(&book.title(id), &file, &format!("{flags} --inference cluster:cr2")) {
        let row = got.effect("overall", "cluster:cr2").cloned().unwrap_or_default();
        r.like(&book.title(id), "Welch's t", &book.case(id)["observed"], &row["statistic"], CLOSE);
    }
    let file = first_schools(book, "eef_crt.csv", 14).write(scratch, "fourteen.csv");
    let flags = format!("{PUPILS} --cluster School --estimator ancova");
    permuted(r, &book.title("crt14_ancova_cluster"), &file, &flags, "permutation", &book.case("crt14_ancova_cluster"));
    let mut seen = [0; 4];
    let mut keep = |row: &Row<'_>| {
        let school = row.number("School") as usize;
        (1..=3).contains(&school) && {
            seen[school] += 1;
            seen[school] <= 6
        }
    };
    let sheet = Sheet::read(&book.data("eef_mst.csv"));
    let kept: Vec<bool> = (0..sheet.rows.len()).map(|i| keep(&sheet.row(i))).collect();
    let mut kept = kept.into_iter();
    let sheet = Sheet { header: sheet.header, rows: sheet.rows.into_iter().filter(|_| kept.next().expect("one each")).collect() };
    let file = long(sheet).write(scratch, "eighteen.csv");
    let flags = format!("{PUPILS} --cluster pupil --block School --estimator did");
    permuted(r, &book.title("mst_stratified"), &file, &flags, "permutation", &book.case("mst_stratified"));
}

/// The pupils of the first schools, two rows each.
pub fn first_schools(book: &Book, file: &str, n: usize) -> Sheet {
    let sheet = Sheet::read(&book.data(file));
    let at = sheet.header.iter().position(|h| h == "School").expect("a column");
    let mut schools: Vec<i64> = sheet.rows.iter().map(|r| r[at].parse().expect("a number")).collect();
    schools.sort_unstable();
    schools.dedup();
    let last = schools[n - 1];
    long(sheet.keep(|row| row.number("School") as i64 <= last))
}

/// A file of the first schools.
pub fn schools_file(book: &Book, file: &str, n: usize, scratch: &Path) -> PathBuf {
    first_schools(book, file, n).write(scratch, "schools.csv")
}
