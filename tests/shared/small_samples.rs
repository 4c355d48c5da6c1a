//! CR0 to CR3 with Satterthwaite degrees of freedom as clubSandwich, and the cluster jackknife by refitting.

use crate::book::Book;
use crate::regressions::{MATH_REFORM, weighted};
use crate::support::reckoning::{CLOSE, Reckoning, list, sandwiches};
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::Path;

const ALL: [&str; 5] = ["CR0", "CR1", "CR1S", "CR2", "CR3"];
const CROSS: &str = "--outcome y --period period --arm treat --post post --cluster id --estimator did";
const PANEL: &str = "--outcome y --unit id --period period --arm treat --post post --cluster id --covariates x1 --estimator twfe";

/// The jackknife's variants and the reference's names.
const JACKKNIVES: [(&str, &str); 5] = [
    ("se_cr3_centered_at_full_x_sqrt_G1_over_G", "jackknife"),
    ("se_cr3_centered_at_full_x_sqrt_G1_over_G", "cluster:cr3"),
    ("se_jackknife_centered_at_mean", "jackknife:center=mean"),
    ("se_cr3_no_factor", "jackknife:factor=none"),
    ("se_cr3_no_factor", "cluster:cr3,factor=none"),
];

fn jackknife(r: &mut Reckoning, case: &str, data: &Path, flags: &str, expected: &Value, keys: &[(&str, &str)]) {
    let methods: Vec<String> = JACKKNIVES.iter().map(|(_, method)| format!(" --inference {method}")).collect();
    let Some(got) = r.estimate(case, data, &format!("{flags}{}", methods.concat())) else { return };
    let terms = list(&expected["terms"]);
    for (term, key) in keys {
        let at = terms.iter().position(|t| t.as_str() == Some(term)).expect("a term of the reference");
        for (field, method) in JACKKNIVES {
            let row = got.effect(key, method).cloned().unwrap_or_default();
            r.like(case, &format!("{term} estimate"), &list(&expected["coef"])[at], &row["estimate"], CLOSE);
            r.like(case, &format!("{term} {method}"), &list(&expected[field])[at], &row["std_error"], CLOSE);
        }
    }
}

pub fn base_did(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = book.data("base_did.csv");
    let cross = [("treat:post", "overall")];
    let panel = [("did", "overall"), ("x1", "coefficient:x1")];
    sandwiches(r, &book.title("ols2x2"), &file, CROSS, &book.case("ols2x2"), &cross, &ALL);
    // With dummies for the units CR3 is singular there, and CR1S counts them all.
    sandwiches(r, &book.title("twfe_cov"), &file, PANEL, &book.case("twfe_cov"), &panel, &ALL[..4]);
    // On demeaned data clubSandwich cannot know of the units, so its CR1S counts too few.
    let kinds = ["CR0", "CR1", "CR2", "CR3"];
    sandwiches(r, &book.title("twfe_cov_within_id"), &file, PANEL, &book.case("twfe_cov_within_id"), &panel, &kinds);
    jackknife(r, &book.title("jackknife_ols2x2"), &file, CROSS, &book.case("jackknife_ols2x2"), &cross);
    jackknife(r, &book.title("jackknife_twfe_cov"), &file, PANEL, &book.case("jackknife_twfe_cov"), &panel);

    // Weights that vary within units: the absorbed effects enter CR2's adjustment.
    let heavy = weighted(Sheet::read(&file)).write(scratch, "weighted.csv");
    let (id, flags) = ("twfe_cov_weights", format!("{PANEL} --weights w"));
    sandwiches(r, &book.title(id), &heavy, &flags, &book.case(id), &panel, &["CR0", "CR1S", "CR2"]);
}

pub fn math_reform(r: &mut Reckoning, book: &mut Book) {
    let file = book.data("math_reform.csv");
    let flags = format!("{MATH_REFORM} --estimator twfe");
    let keys = [("reform_math", "overall")];
    let id = "clubsandwich_twfe";
    sandwiches(r, &book.title(id), &file, &flags, &book.case(id), &keys, &["CR0", "CR1S", "CR2"]);
    let id = "jackknife_twfe";
    jackknife(r, &book.title(id), &file, &flags, &book.case(id), &keys);
}

/// The five regions of the stores as one column.
pub fn regions(file: &Path, scratch: &Path) -> std::path::PathBuf {
    let region = |row: &crate::support::sheet::Row<'_>| ["southj", "centralj", "pa1", "pa2"].map(|c| row.text(c).to_string()).concat();
    Sheet::read(file).with("region", |row| format!("r{}", region(row))).write(scratch, "regions.csv")
}

pub fn card_krueger(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = book.data("card_krueger.csv");
    let keys = [("nj:post", "overall")];
    let roles = "--outcome fte --period wave --arm nj --estimator did --cluster";
    let id = "clubsandwich_store";
    sandwiches(r, &book.title(id), &file, &format!("{roles} store"), &book.case(id), &keys, &ALL);
    let id = "clubsandwich_region_few_clusters";
    sandwiches(r, &book.title(id), &regions(&file, scratch), &format!("{roles} region"), &book.case(id), &keys, &ALL);
}
