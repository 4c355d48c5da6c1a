//! `roth-santanna` as R's `staggered`, on real data.

use crate::book::Book;
use crate::support::reckoning::{Reckoning, list};

/// The reference's digits.
const TOLERANCE: f64 = 1e-7;

pub fn officers(r: &mut Reckoning, book: &mut Book) {
    all(r, book, "pj_officers_quarterly.csv", "--outcome complaints --unit uid --period quarter --cohort first_trained_q");
}

pub fn mpdta(r: &mut Reckoning, book: &mut Book) {
    all(r, book, "mpdta.csv", "--outcome lemp --unit countyreal --period year --cohort first_treat");
}

fn all(r: &mut Reckoning, book: &mut Book, file: &str, roles: &str) {
    for id in book.all().into_iter().filter(|id| !id.ends_with("_beta0")) {
        let (title, expected) = (book.title(&id), book.case(&id));
        let beta = if id.contains("_cs_") || id.ends_with("_beta1") {
            "cs"
        } else if id.contains("_sa_") {
            "sa"
        } else {
            "efficient"
        };
        let mean = [("_simple", "overall"), ("_cohort", "overall-group"), ("_calendar", "overall-calendar")];
        let mean = mean.into_iter().find(|(part, _)| id.contains(part)).map(|(_, key)| key.to_string());
        for (variance, error) in [("neyman", "se_neyman"), ("refined", "se")] {
            let flags = format!("{roles} --estimator roth-santanna:beta={beta},variance={variance} --inference cluster:cr0");
            let Some(got) = r.estimate(&title, &book.data(file), &flags) else { continue };
            for (i, estimate) in list(&expected["estimate"]).iter().enumerate() {
                let key = mean.clone().unwrap_or_else(|| format!("event:{}", expected["eventTime"][i]));
                let row = got.effect(&key, "cluster:cr0").cloned().unwrap_or_default();
                r.like(&title, &format!("{key} estimate"), estimate, &row["estimate"], TOLERANCE);
                r.like(&title, &format!("{key} {error}"), &list(&expected[error])[i], &row["std_error"], TOLERANCE);
            }
        }
    }
}
