//! `imputation` and `two-stage`: the order of rows changes no bit, a shifted and scaled outcome no more than it should.

use super::{close, effects, rows, shuffled, write};

const INFERENCE: &str = "--inference cluster:cr0 --inference jackknife --inference pairs-bootstrap:replicates=99 \
     --inference permutation:statistic=studentized,replicates=99";
const PANEL: &str = "--unit classroom --period year --cohort profile_year --cluster school --covariates attendance --weights students";

fn flags(roles: &str) -> String {
    format!("{roles} --estimator imputation:pretrends=2,leave-out=true --estimator two-stage {INFERENCE}")
}

#[test]
fn the_order_of_rows_changes_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    for roles in [PANEL.to_string(), PANEL.replace("--unit classroom ", "")] {
        let one = effects(&write(folder.path(), "one.csv", &header, &rows), &flags(&roles));
        let two = effects(&write(folder.path(), "two.csv", &header, &shuffled(&rows)), &flags(&roles));
        assert_eq!(one, two, "{roles}");
    }
}

#[test]
fn another_unit_of_the_outcome_scales_the_effects() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let mut moved = rows.clone();
    moved.iter_mut().for_each(|r| r[4] = (r[4].parse::<f64>().expect("a score") * 8.0 - 1000.0).to_string());
    let one = effects(&write(folder.path(), "one.csv", &header, &rows), &flags(PANEL));
    let two = effects(&write(folder.path(), "two.csv", &header, &moved), &flags(PANEL));
    assert_eq!(one.len(), two.len());
    for (a, b) in one.iter().zip(&two) {
        for field in ["estimate", "std_error", "conf_low", "conf_high"] {
            close(&a[field], &b[field], 8.0, &format!("{} {field}", a["label"]));
        }
        close(&a["p_value"], &b["p_value"], 1.0, &format!("{} p_value", a["label"]));
    }
}
