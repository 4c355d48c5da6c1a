//! `sun-abraham`, `wooldridge`, `stacked` and `triple-difference`: the order of rows changes no bit, a shifted and scaled
//! outcome and the scale of weights no more than they should.

use super::{close, effects, rows, shuffled, write};

const INFERENCE: &str = "--inference cluster:cr1 --inference jackknife --inference wild-bootstrap:replicates=99";
const PANEL: &str = "--unit classroom --period year --cohort profile_year --cluster school --covariates attendance --weights students";
const ESTIMATORS: &str = "--estimator sun-abraham --estimator wooldridge --estimator wooldridge:control=never --estimator stacked";
const SHARES: &str = "--estimator sun-abraham:shares=estimated --inference cluster:cr0 --inference jackknife";

fn flags(roles: &str) -> [String; 2] {
    [format!("{roles} {ESTIMATORS} {INFERENCE}"), format!("{roles} {SHARES}")]
}

#[test]
fn the_order_of_rows_changes_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    for roles in [PANEL.to_string(), PANEL.replace("--unit classroom ", "")] {
        for flags in flags(&roles) {
            let one = effects(&write(folder.path(), "one.csv", &header, &rows), &flags);
            let two = effects(&write(folder.path(), "two.csv", &header, &shuffled(&rows)), &flags);
            assert_eq!(one, two, "{flags}");
        }
    }
}

#[test]
fn another_unit_of_the_outcome_scales_the_effects() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let mut moved = rows.clone();
    moved.iter_mut().for_each(|r| {
        r[4] = (r[4].parse::<f64>().expect("a score") * 8.0 - 1000.0).to_string();
        r[7] = format!("{:e}", r[7].parse::<f64>().expect("a weight") * 3e-6);
    });
    for flags in flags(PANEL) {
        let one = effects(&write(folder.path(), "one.csv", &header, &rows), &flags);
        let two = effects(&write(folder.path(), "two.csv", &header, &moved), &flags);
        assert_eq!(one.len(), two.len());
        for (a, b) in one.iter().zip(&two) {
            for field in ["estimate", "std_error", "conf_low", "conf_high"] {
                close(&a[field], &b[field], 8.0, &format!("{} {field}", a["label"]));
            }
            close(&a["p_value"], &b["p_value"], 1.0, &format!("{} p_value", a["label"]));
        }
    }
}
