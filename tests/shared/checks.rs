//! `didact diagnose` from outside: HonestDiD 0.2.8, the exact fixed-length intervals and bacondecomp 0.1.3.

use crate::book::Book;
use crate::support::checked::Checked;
use crate::support::reckoning::{CLOSE, Reckoning, list};
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::Path;

fn numbers(field: &Value) -> Vec<f64> {
    list(field).iter().flat_map(list).map(|v| v.as_f64().expect("a number")).collect()
}

fn files(book: &Book, name: &str) -> String {
    let path = |part: &str| book.data(&format!("{name}_eventstudy_{part}.csv")).display().to_string();
    format!("--coefficients {} --covariance {}", path("beta"), path("sigma"))
}

fn grid(sizes: &[f64]) -> String {
    sizes.iter().map(f64::to_string).collect::<Vec<_>>().join("+")
}

/// Sets within two steps of HonestDiD's grid, or beyond its end.
fn sets(r: &mut Reckoning, book: &Book, id: &str, data: &str, check: &str) {
    let (title, expected) = (book.title(id), book.case(id));
    let relative = check.contains("relative");
    let sizes = numbers(&expected[if relative { "Mbar" } else { "M" }]);
    let found = Checked::run(&format!("{data} --check {check},grid={}", grid(&sizes)));
    let (low, high) = (found.numbers("conf_low"), found.numbers("conf_high"));
    let own = found.numbers(if relative { "mbar" } else { "m" });
    r.holds(&title, "a row under parallel trends and one for each size", own.len() == sizes.len() + 1 && own[0].is_none());
    let sd = (high[0].expect("an end") - low[0].expect("an end")) / 2.0 / 1.959963984540054;
    let step = 40.0 * sd / 999.0;
    for (k, size) in sizes.iter().enumerate() {
        let average = check.contains("average");
        for (side, expected, own) in [(-1.0, numbers(&expected["lb"])[k], low[k + 1]), (1.0, numbers(&expected["ub"])[k], high[k + 1])] {
            let Some(own) = own else {
                r.holds(&title, &format!("no end at {size}"), false);
                continue;
            };
            // Where the grid ends the set goes on.
            let cut = relative && expected.abs() >= 20.0 * sd * (1.0 - 1e-9) || average && !relative && *size > 0.0;
            let fine = if cut { (own - expected) * side >= -2.0 * step } else { (own - expected).abs() <= 2.0 * step };
            r.holds(&title, &format!("end at {size}: {own}, expected {expected}"), fine);
        }
    }
}

pub fn honest(r: &mut Reckoning, book: &Book) {
    let data = files(book, "bc");
    sets(r, book, "BC_RM_C-LF", &data, "honest:type=relative-magnitudes");
    sets(r, book, "BC_RM_Conditional", &data, "honest:relative-magnitudes,method=conditional");
    sets(r, book, "BC_SD_C-LF", &data, "honest:type=smoothness,method=hybrid");
    sets(r, book, "BC_avg_RM_C-LF", &data, "honest:type=relative-magnitudes,effect=average");
    let found = Checked::run(&format!("{data} --check honest"));
    let original = book.case("BC_original");
    r.near("BC", "low", numbers(&original["lb"])[0], found.numbers("conf_low")[0], 1e-12);
    r.near("BC", "high", numbers(&original["ub"])[0], found.numbers("conf_high")[0], 1e-12);
    // Between 1.5 (0.0133 to …) and 2 (−0.0422 to …) zero is reached.
    let breakdown = found.number("breakdown").expect("a breakdown value");
    r.holds("BC", &format!("breakdown {breakdown}"), breakdown > 1.5 && breakdown < 2.0 && found.verdict() == "ok");
    let at = Checked::run(&format!("{data} --check honest:grid={}+{}", breakdown * (1.0 - 1e-6), breakdown * (1.0 + 1e-6)));
    r.holds("BC", "zero is left out just below the breakdown value alone", at.column("excludes_zero")[1..] == ["yes", "no"]);
}

pub fn ehec(r: &mut Reckoning, book: &Book, scratch: &Path) {
    let sheet = Sheet::read(&book.data("ehec.csv")).keep(|row| row.number("year") < 2016.0 && row.text("yexp2") != "2015");
    let file = sheet.write(scratch, "ehec-checks.csv");
    let data = format!("{} --outcome dins --unit stfips --period year --cohort yexp2 --cluster stfips", file.display());
    sets(r, book, "EHEC_RM_C-LF", &data, "honest:type=relative-magnitudes");
    sets(r, book, "EHEC_SD_C-LF", &data, "honest:type=smoothness,method=hybrid");
}

pub fn fixed_lengths(r: &mut Reckoning, book: &Book) {
    // Lovenheim and Willen: a straight line through the periods before treatment turns the sign of the mean effect.
    let turned = Checked::run(&format!("{} --check honest:type=smoothness,effect=average", files(book, "lw")));
    let fine = turned.verdict() == "fail" && turned.reason().contains("opposite sign") && turned.number("breakdown") == Some(0.0);
    r.holds("lw_avg", turned.reason(), fine);
    for (id, data, aim) in
        [("bc_first", "bc", "first"), ("bc_avg", "bc", "average"), ("lw_first", "lw", "first"), ("lw_avg", "lw", "average")]
    {
        let cases = list(&book.case(id));
        let at = |case: &Value, key: &str| case[key].as_f64().expect("a number");
        let sizes: Vec<f64> = cases.iter().map(|c| at(c, "M")).collect();
        let found = Checked::run(&format!("{} --check honest:type=smoothness,effect={aim},grid={}", files(book, data), grid(&sizes)));
        let (low, high) = (found.numbers("conf_low"), found.numbers("conf_high"));
        for (k, case) in cases.iter().enumerate() {
            let ends = low[k + 1].zip(high[k + 1]);
            r.near(id, "half length", at(case, "half_length"), ends.map(|(l, h)| (h - l) / 2.0), CLOSE);
            let off = ends.map_or(f64::INFINITY, |(l, h)| ((l + h) / 2.0 - at(case, "estimate")).abs());
            r.holds(id, "the middle", off <= 1e-4 * at(case, "sd"));
        }
    }
}

/// All comparisons as bacondecomp lists them.
pub fn bacon(r: &mut Reckoning, book: &Book, id: &str, roles: &str) {
    let expected = book.case(id);
    let found = Checked::run(&format!("{} {roles} --check bacon", book.data(&format!("{id}.csv")).display()));
    r.near(id, "coefficient", expected["twfe"].as_f64().expect("a number"), found.number("coefficient"), CLOSE);
    let fields = ["type", "treated", "untreated", "estimate", "weight"].map(|key| list(&expected["components"][key]));
    let own = ["type", "treated", "untreated", "estimate", "weight"].map(|key| found.column(key));
    r.holds(id, "as many comparisons", fields[0].len() == own[0].len());
    for k in 0..fields[0].len() {
        let never = |v: &Value| v.as_i64().map_or("never".to_string(), |y| y.to_string());
        let row = (0..own[0].len()).find(|&i| own[1][i] == fields[1][k] && never(&own[2][i]) == never(&fields[2][k]));
        let Some(row) = row else {
            r.holds(id, &format!("{} with {} is missing", fields[1][k], fields[2][k]), false);
            continue;
        };
        r.like(id, "estimate", &fields[3][k], &own[3][row], CLOSE);
        r.like(id, "weight", &fields[4][k], &own[4][row], CLOSE);
        r.holds(id, "kind", own[0][row] == fields[0][k]);
    }
}
