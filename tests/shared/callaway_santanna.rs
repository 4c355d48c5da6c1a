//! `callaway-santanna` as R's `did::att_gt` and `aggte`: cells, the four averages, shown windows, balanced event times.
//!
//! Standard errors there are √mean(ψ²)/√n, ours √Σψ²: cluster:cr0. Doubly robust and weighted cells rest on a logit that
//! stops, there, at a change of the deviance of 1e-8: relative tolerance 1e-6; all others 1e-8.

use crate::book::Book;
use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::Path;

const CR0: &str = "cluster:cr0";

struct Case<'a> {
    title: String,
    expected: &'a Value,
    tolerance: f64,
}

impl Case<'_> {
    fn number(&self, r: &mut Reckoning, got: &Estimated, key: &str, estimate: &Value, error: &Value) {
        let row = got.effect(key, CR0).cloned().unwrap_or_default();
        r.like(&self.title, &format!("{key} estimate"), estimate, &row["estimate"], self.tolerance);
        r.like(&self.title, &format!("{key} std_error"), error, &row["std_error"], self.tolerance);
    }

    /// One of the averages and what it averages.
    fn average(&self, r: &mut Reckoning, got: &Estimated, name: &str, overall: &str, each: &str) {
        let found = &self.expected["aggte"][name];
        if found.is_null() {
            return;
        }
        self.number(r, got, overall, &found["overall_att"], &found["overall_se"]);
        let first_treated = self.expected["group"].as_array().into_iter().flatten().filter_map(Value::as_f64).fold(f64::INFINITY, f64::min);
        for (i, at) in found["egt"].as_array().into_iter().flatten().enumerate() {
            let at = at.as_f64().expect("a time");
            // aggte lists calendar periods before the first start with no value.
            if each == "calendar" && at < first_treated {
                continue;
            }
            self.number(r, got, &format!("{each}:{at}"), &found["att"][i], &found["se"][i]);
        }
    }

    fn compare(&self, r: &mut Reckoning, got: &Estimated) {
        let list = |key: &str| self.expected[key].as_array().cloned().unwrap_or_default();
        let (groups, times, estimates, errors) = (list("group"), list("t"), list("att"), list("se"));
        r.holds(&self.title, &format!("{} cells, not {}", groups.len(), got.count("group-time")), got.count("group-time") == groups.len());
        for (((g, t), estimate), error) in groups.iter().zip(&times).zip(&estimates).zip(&errors) {
            let key = format!("group-time:{}/{}", g.as_f64().expect("a cohort"), t.as_f64().expect("a period"));
            self.number(r, got, &key, estimate, error);
        }
        self.average(r, got, "simple", "overall", "");
        self.average(r, got, "dynamic", "overall-dynamic", "event");
        self.average(r, got, "group", "overall-group", "group");
        self.average(r, got, "calendar", "overall-calendar", "calendar");
    }
}

/// The estimator's options and the flags that a case's arguments name.
fn flags(arguments: &Value, options: &str) -> String {
    let text = |key: &str| arguments[key].as_str().filter(|t| !t.is_empty()).map(str::to_string);
    let need = |key: &str| text(key).unwrap_or_else(|| panic!("no argument {key}"));
    let mut out = format!("--outcome {} --period {} --cohort {}", need("y"), need("t"), need("g"));
    if arguments["panel"].as_bool() != Some(false) {
        out += &format!(" --unit {}", need("id"));
    }
    if let Some(x) = text("x").filter(|x| x != "~1") {
        out += &format!(" --covariates {}", x[1..].replace('+', ","));
    }
    out += &text("w").map(|w| format!(" --weights {w}")).unwrap_or_default();
    out += &text("cl").map(|c| format!(" --cluster {c}")).unwrap_or_default();
    let control = if text("ctl").as_deref() == Some("notyettreated") { "not-yet" } else { "never" };
    let method = match text("est").as_deref() {
        Some("reg") => "regression",
        Some("ipw") => "ipw",
        _ => "dr",
    };
    let base = text("base").unwrap_or_else(|| "varying".into());
    let anticipation = arguments["ant"].as_i64().unwrap_or(0);
    format!(
        "{out} --inference {CR0} --estimator callaway-santanna:control={control},method={method},base={base},anticipation={anticipation}{options}"
    )
}

fn case(r: &mut Reckoning, book: &mut Book, id: &str, data: &Path, options: &str) {
    let (title, arguments, expected) = (book.title(id), book.arguments(id), book.case(id));
    let exact = arguments["x"].as_str().is_none_or(|x| x == "~1") || arguments["est"].as_str() == Some("reg");
    let case = Case { tolerance: if exact { CLOSE } else { 1e-6 }, title, expected: &expected };
    let flags = flags(&arguments, options);
    let Some(got) = r.estimate(&case.title, data, &flags) else { return };
    case.compare(r, &got);
    if arguments["x"].as_str().is_none_or(|x| x == "~1") {
        pretest(r, &case, &got);
    }
    for (name, more) in [("dynamic_min-2_max2", ",window=-2..2"), ("dynamic_balance_e1", ",balance=1")] {
        if !expected["aggte"][name].is_null()
            && let Some(got) = r.estimate(&case.title, data, &format!("{flags}{more}"))
        {
            case.average(r, &got, name, "overall-dynamic", "event");
        }
    }
}

/// n·ATT'V⁻¹ATT over the cells before the start: our joint test is that over its number of cells.
fn pretest(r: &mut Reckoning, case: &Case<'_>, got: &Estimated) {
    let Some(expected) = case.expected["Wpre"].as_f64() else { return };
    let found = got.tests().iter().find(|t| t["hypothesis"].as_str().is_some_and(|h| h.contains("any cohort")));
    let Some(test) = found else { return };
    let wald =
        test["statistic"].as_f64().zip(test["df1"].as_f64()).map(|(f, n)| if test["kind"].as_str() == Some("F") { f * n } else { f });
    r.near(&case.title, "pre-test", expected, wald, 1e-7);
}

pub fn mpdta(r: &mut Reckoning, book: &mut Book, scratch: &Path, panel: bool) {
    let all = Sheet::read(&book.data("mpdta.csv"))
        .with_number("w", |row| (libm::exp(row.number("lpop")) * 1e6).round() / 1e6)
        .with("st", |row| (row.number("countyreal") as i64 / 1000).to_string());
    let seen = |row: &crate::support::sheet::Row<'_>| (row.number("countyreal") * 31.0 + row.number("year") * 17.0) % 11.0 != 0.0;
    let file = all.clone().write(scratch, "mpdta.csv");
    let later = all.clone().keep(|row| row.text("first_treat") != "0").write(scratch, "no_never.csv");
    let gaps = all.keep(seen).write(scratch, "gaps.csv");
    let ids: Vec<String> = book.all();
    for id in ids {
        let (data, options) = match id.as_str() {
            "dr_notyet_nocov_no_never_units" => (&later, ""),
            "dr_never_nocov_unbalanced_allow" => (&gaps, ""),
            "dr_never_nocov_unbalanced_dropped" => (&gaps, ",unbalanced=drop"),
            _ => (&file, ""),
        };
        debug_assert!(panel || data == &file);
        case(r, book, &id, data, options);
    }
}

pub fn math_reform(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let never = |text: &str| if text.is_empty() || text == "NA" { "0".to_string() } else { text.to_string() };
    let file = Sheet::read(&book.data("math_reform.csv"))
        .with("g", |row| never(row.text("reformyr_math")))
        .with("sid", |row| row.text("state").into())
        .write(scratch, "math_reform.csv");
    for id in book.all() {
        case(r, book, &id, &file, "");
    }
}

pub fn df_hom(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = Sheet::read(&book.data("df_hom.csv")).write(scratch, "df_hom.csv");
    for id in book.all() {
        case(r, book, &id, &file, "");
    }
}
