//! `chaisemartin-dhaultfoeuille` by hand from its definition, and where it must agree with others.

use crate::data;
use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::Sheet;
use std::collections::{BTreeMap, BTreeSet};

const ROLES: &str = "--outcome math --unit classroom --period year --cohort profile_year";
const CLASSROOMS: &str = "--outcome math --unit classroom --period year --cohort profile_year --cluster school";

fn number(got: &Estimated, key: &str, field: &str) -> Option<f64> {
    got.effect(key, "cluster:cr0").and_then(|row| row[field].as_f64())
}

/// A classroom: its school, its first year with profiles, and in each year outcome and weight.
struct Unit {
    school: String,
    start: i64,
    years: BTreeMap<i64, (f64, f64)>,
}

fn units(file: &str) -> Vec<Unit> {
    let sheet = Sheet::read(&data(file));
    let mut out: BTreeMap<String, Unit> = BTreeMap::new();
    for i in 0..sheet.rows.len() {
        let row = sheet.row(i);
        let start = row.number("profile_year") as i64;
        let start = if start == 0 { i64::MAX } else { start };
        let unit = out.entry(row.text("classroom").into()).or_insert_with(|| Unit {
            school: row.text("school").into(),
            start,
            years: BTreeMap::new(),
        });
        unit.years.insert(row.number("year") as i64, (row.number("math"), row.number("students")));
    }
    out.into_values().collect()
}

/// Estimate and variance of the mean over cohorts of what happens from the base to the year compared, as a sum over all
/// (cohort, base, year of the effect, year compared) given; the deviations of classrooms are summed within `cluster`.
fn by_hand(units: &[Unit], horizons: &[(i64, i64, i64, i64)], weighted: bool, cluster: &dyn Fn(&Unit) -> String) -> (f64, f64) {
    let mut cells = Vec::new();
    for &(start, base, at, compared) in horizons {
        let change = |u: &&Unit| -> Option<(String, f64, f64)> {
            let w = u.years.get(&at)?.1;
            Some((cluster(u), if weighted { w } else { 1.0 }, u.years.get(&compared)?.0 - u.years.get(&base)?.0))
        };
        let ours: Vec<_> = units.iter().filter(|u| u.start == start).filter_map(|u| change(&u)).collect();
        let theirs: Vec<_> = units.iter().filter(|u| u.start > at).filter_map(|u| change(&u)).collect();
        if !ours.is_empty() && !theirs.is_empty() {
            cells.push((ours, theirs));
        }
    }
    let weight = |side: &[(String, f64, f64)]| side.iter().map(|x| x.1).sum::<f64>();
    let mean = |side: &[(String, f64, f64)]| side.iter().map(|x| x.1 * x.2).sum::<f64>() / weight(side);
    let total: f64 = cells.iter().map(|c| weight(&c.0)).sum();
    let estimate = cells.iter().map(|c| weight(&c.0) / total * (mean(&c.0) - mean(&c.1))).sum();
    let mut influence: BTreeMap<String, f64> = BTreeMap::new();
    for (ours, theirs) in &cells {
        let share = weight(ours) / total;
        for (side, sign) in [(ours, 1.0), (theirs, -1.0)] {
            let n = side.iter().map(|x| x.0.clone()).collect::<BTreeSet<_>>().len() as f64;
            assert!(n > 1.0);
            for (name, w, change) in side {
                *influence.entry(name.clone()).or_default() +=
                    share * sign * (n / (n - 1.0)).sqrt() * w * (change - mean(side)) / weight(side);
            }
        }
    }
    (estimate, influence.values().map(|x| x * x).sum())
}

/// All cohorts at a distance, those with someone who has not started by then.
fn at(units: &[Unit], length: i64, placebo: bool) -> Vec<(i64, i64, i64, i64)> {
    let starts: BTreeSet<i64> = units.iter().map(|u| u.start).filter(|s| *s != i64::MAX).collect();
    let years: BTreeSet<i64> = units.iter().flat_map(|u| u.years.keys().copied()).collect();
    let compared = |s: i64| if placebo { s - 1 - length } else { s - 1 + length };
    starts
        .into_iter()
        .filter(|s| years.contains(&(s - 1 + length)) && years.contains(&compared(*s)))
        .map(|s| (s, s - 1, s - 1 + length, compared(s)))
        .collect()
}

#[test]
fn by_the_definition() {
    let mut r = Reckoning::default();
    for file in ["classrooms.csv", "classrooms_unbalanced.csv"] {
        let units = units(file);
        for (weighted, by_school) in [(false, false), (true, false), (false, true), (true, true)] {
            let more = format!("{} {}", if weighted { "--weights students" } else { "" }, if by_school { "--cluster school" } else { "" });
            let case = format!("{file} {more}");
            let flags = format!("{ROLES} {more} --estimator chaisemartin-dhaultfoeuille --inference cluster:cr0");
            let Some(got) = r.estimate(&case, &data(file), &flags) else { continue };
            let names: BTreeMap<*const Unit, String> =
                units.iter().enumerate().map(|(i, u)| (std::ptr::from_ref(u), i.to_string())).collect();
            let cluster = |u: &Unit| if by_school { u.school.clone() } else { names[&std::ptr::from_ref(u)].clone() };
            let mut all = Vec::new();
            for length in 1..=5 {
                all.extend(at(&units, length, false));
                for (placebo, event) in [(false, length - 1), (true, -1 - length)] {
                    let horizons = at(&units, length, placebo);
                    if horizons.is_empty() {
                        continue;
                    }
                    let (estimate, variance) = by_hand(&units, &horizons, weighted, &cluster);
                    let key = format!("event:{event}");
                    r.near(&case, &format!("{key} estimate"), estimate, number(&got, &key, "estimate"), CLOSE);
                    r.near(&case, &format!("{key} std_error"), variance.sqrt(), number(&got, &key, "std_error"), CLOSE);
                }
            }
            let (estimate, variance) = by_hand(&units, &all, weighted, &cluster);
            r.near(&case, "overall estimate", estimate, number(&got, "overall", "estimate"), CLOSE);
            r.near(&case, "overall std_error", variance.sqrt(), number(&got, "overall", "std_error"), CLOSE);
        }
    }
    r.finish();
}

/// Without 2018 the base of the cohort of 2019 is 2017; a placebo looks as many years back as its effect looks ahead, and where that
/// year is missing there is none.
#[test]
fn placebos_mirror_years_not_places_in_a_list() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    for gone in [2017, 2018, 2019, 2021] {
        let path = Sheet::read(&data("classrooms.csv")).keep(|row| row.number("year") != f64::from(gone)).write(folder.path(), "gap.csv");
        let mut all = units("classrooms.csv");
        all.iter_mut().for_each(|u| u.years.retain(|y, _| *y != i64::from(gone)));
        let years: Vec<i64> = (2016..=2023).filter(|y| *y != i64::from(gone)).collect();
        let mut by_event: BTreeMap<i64, Vec<(i64, i64, i64, i64)>> = BTreeMap::new();
        for start in [2019, 2020, 2022] {
            let base = *years.iter().rev().find(|y| **y < start).expect("a year before");
            for &at in years.iter().filter(|y| **y >= start) {
                for compared in [at, 2 * base - at].into_iter().filter(|y| years.contains(y)) {
                    by_event.entry(compared - start).or_default().push((start, base, at, compared));
                }
            }
        }
        let flags = format!("{ROLES} --estimator chaisemartin-dhaultfoeuille --inference cluster:cr0");
        let Some(got) = r.estimate(&format!("without {gone}"), &path, &flags) else { continue };
        let case = format!("without {gone}");
        let names = |u: &Unit| format!("{:?}", std::ptr::from_ref(u));
        r.holds(&case, "no other times", got.effects().filter_map(|e| e["event_time"].as_i64()).eq(by_event.keys().copied()));
        for (event, horizons) in &by_event {
            let (estimate, variance) = by_hand(&all, horizons, false, &names);
            let key = format!("event:{event}");
            r.near(&case, &format!("{key} estimate"), estimate, number(&got, &key, "estimate"), CLOSE);
            r.near(&case, &format!("{key} std_error"), variance.sqrt(), number(&got, &key, "std_error"), CLOSE);
        }
    }
    r.finish();
}

/// With a treatment that stays on and units seen in every year, the effects are means of ATT(g, g − 1 + ℓ) by cohort size.
#[test]
fn where_treatment_stays_on_it_is_callaway_and_santanna() {
    let mut r = Reckoning::default();
    let run =
        |estimator: &str| Estimated::run(&data("classrooms.csv"), &format!("{ROLES} --estimator {estimator} --inference cluster:cr0"));
    let (ours, theirs) = (run("chaisemartin-dhaultfoeuille").expect("it runs"), run("callaway-santanna").expect("it runs"));
    for key in ["overall", "event:0", "event:1", "event:2", "event:3", "event:4"] {
        r.near(key, "estimate", number(&theirs, key, "estimate").expect("an estimate"), number(&ours, key, "estimate"), CLOSE);
    }
    r.finish();
}

#[test]
fn options_choose_effects_and_divide_them() {
    let mut r = Reckoning::default();
    let run = |options: &str| {
        let flags = format!("{ROLES} --estimator chaisemartin-dhaultfoeuille{options} --inference cluster:cr0");
        Estimated::run(&data("classrooms.csv"), &flags).expect("it runs")
    };
    let plain = run("");
    let divided = run(":normalized=true");
    for event in [-3_i64, -2, 0, 1, 4] {
        let length = if event < 0 { -1 - event } else { event + 1 } as f64;
        let key = format!("event:{event}");
        for field in ["estimate", "std_error"] {
            let expected = number(&plain, &key, field).expect("a number") / length;
            r.near(&key, field, expected, number(&divided, &key, field), CLOSE);
        }
    }
    r.near("overall", "estimate", number(&plain, "overall", "estimate").expect("a number"), number(&divided, "overall", "estimate"), 0.0);
    let few = run(":effects=2,placebos=1");
    let shown: Vec<i64> = few.effects().filter_map(|e| e["event_time"].as_i64()).collect();
    r.holds("effects=2,placebos=1", &format!("shows {shown:?}"), shown == [-2, 0, 1]);
    let none = run(":placebos=0");
    r.holds("placebos=0", "no placebo", none.effects().all(|e| e["event_time"].as_i64().is_none_or(|e| e >= 0)));
    let units = units("classrooms.csv");
    let two: Vec<_> = (1..=2).flat_map(|l| at(&units, l, false)).collect();
    let names = |u: &Unit| format!("{:?}", std::ptr::from_ref(u));
    r.near("effects=2", "overall", by_hand(&units, &two, false, &names).0, number(&few, "overall", "estimate"), CLOSE);
    r.finish();
}

/// Event time, estimate, standard error: moderndid 0.2.0, `did_multiplegt(math, year, classroom, effects=5, placebo=2)`, a port of
/// the authors' `did_multiplegt_dyn`.
const MODERNDID: [(&str, f64, f64); 8] = [
    ("overall", 1.7287878618113908, 0.37198518089418575),
    ("event:0", 1.1359340659340658, 0.38243630889232166),
    ("event:1", 1.4373641025641009, 0.41445132776577603),
    ("event:2", 1.8022943722943698, 0.5594366564711519),
    ("event:3", 2.139109090909089, 0.5747544030697644),
    ("event:4", 3.786622222222215, 0.8522166613032274),
    ("event:-2", -0.2503838827838819, 0.4818359323166647),
    ("event:-3", 0.2280571428571426, 0.40527874649224416),
];

/// With clusters the peer's numbers are not these: it counts "no cluster" as one more, and sums nothing within clusters in the
/// overall effect. The definition decides (the test above).
#[test]
fn as_moderndid() {
    let mut r = Reckoning::default();
    let flags = format!("{ROLES} --estimator chaisemartin-dhaultfoeuille --inference cluster:cr0");
    let got = Estimated::run(&data("classrooms.csv"), &flags).expect("it runs");
    for (key, estimate, error) in MODERNDID {
        r.near(key, "estimate", estimate, number(&got, key, "estimate"), 1e-10);
        r.near(key, "std_error", error, number(&got, key, "std_error"), 1e-10);
    }
    r.finish();
}

/// What other assignments say where a constant effect cannot be taken off: whether there is any effect, and no interval.
#[test]
fn other_assignments_without_any_effect() {
    let mut r = Reckoning::default();
    let with = |estimator: &str| format!("{CLASSROOMS} --estimator {estimator} --inference permutation:replicates=199");
    let run = |r: &mut Reckoning, estimator: &str| r.estimate(estimator, &data("classrooms.csv"), &with(estimator)).expect("it runs");
    let event = |got: &Estimated| got.effects().find(|e| e["event_time"] == 2).cloned().unwrap_or_default();
    let name = "chaisemartin-dhaultfoeuille";
    let (plain, divided) = (run(&mut r, name), run(&mut r, &format!("{name}:normalized=true")));
    // The same assignments give the same p-value; an effect per treated period is another hypothesis than a constant one.
    r.like(name, "p_value", &event(&plain)["p_value"], &event(&divided)["p_value"], CLOSE);
    r.holds(name, "an interval", event(&plain)["conf_low"].is_number());
    r.holds("normalized", "no interval", event(&divided)["conf_low"].is_null());
    let efficient = run(&mut r, "roth-santanna");
    r.holds("efficient", "a p-value", event(&efficient)["p_value"].is_number());
    r.holds("efficient", "no interval", event(&efficient)["conf_low"].is_null());
    r.holds("efficient", "it says why", efficient.warnings().contains(&"permutation-no-interval"));
    let fixed = run(&mut r, "roth-santanna:beta=cs");
    r.holds("cs", "an interval", event(&fixed)["conf_low"].is_number() && !fixed.warnings().contains(&"permutation-no-interval"));
    r.finish();
}

/// Where all are treated at some time the default jackknife has degrees of freedom.
#[test]
fn the_jackknife_without_never_treated() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = Sheet::read(&data("classrooms.csv")).keep(|row| row.text("profile_year") != "0").write(folder.path(), "no_never.csv");
    for estimator in ["roth-santanna", "chaisemartin-dhaultfoeuille", "imputation", "two-stage"] {
        let Some(got) = r.estimate(estimator, &file, &format!("{CLASSROOMS} --estimator {estimator} --inference jackknife")) else {
            continue;
        };
        let row = got.effect("overall", "jackknife").cloned().unwrap_or_default();
        r.holds(estimator, &format!("an interval, and G - 1: {row}"), row["conf_low"].is_number() && row["df"] == 23.0);
    }
    r.finish();
}

/// Its authors' own package (`make_multiplegt.py`).
#[test]
fn as_did_multiplegt_dyn() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let all = crate::json("multiplegt.json");
    let balanced = Sheet::read(&data("classrooms.csv"));
    let of_2022 = (0..balanced.rows.len()).find(|&i| balanced.row(i).text("profile_year") == "2022").expect("a cohort");
    let one = balanced.row(of_2022).text("classroom").to_string();
    let lone = balanced.clone().keep(|row| row.text("profile_year") != "2022" || row.text("classroom") == one);
    let lone = lone.write(folder.path(), "lone.csv");
    let no_never = balanced.keep(|row| row.text("profile_year") != "0").write(folder.path(), "no_never.csv");
    let (file, gaps) = (data("classrooms.csv"), data("classrooms_unbalanced.csv"));
    let weighted = format!("{CLASSROOMS} --weights students");
    for (case, file, flags, options) in [
        ("by_classroom", &file, ROLES, ""),
        ("by_school", &file, CLASSROOMS, ""),
        ("normalized", &file, CLASSROOMS, ":normalized=true"),
        ("weighted", &file, &weighted, ""),
        ("two_effects", &file, CLASSROOMS, ":effects=2,placebos=1"),
        ("unbalanced", &gaps, CLASSROOMS, ""),
        ("lone", &lone, ROLES, ""),
        ("no_never", &no_never, CLASSROOMS, ""),
    ] {
        agrees(&mut r, &all, case, file, &format!("{flags} --estimator chaisemartin-dhaultfoeuille{options}"));
    }
    r.finish();
}

fn agrees(r: &mut Reckoning, all: &serde_json::Value, case: &str, file: &std::path::Path, flags: &str) {
    let Some(got) = r.estimate(case, file, &format!("{flags} --inference cluster:cr0")) else { return };
    let expected = all[case].as_object().expect("targets");
    r.holds(case, &format!("{} effects", expected.len()), got.effects().count() == expected.len());
    for (key, numbers) in expected {
        let row = got.effect(key, "cluster:cr0").cloned().unwrap_or_default();
        r.like(case, &format!("{key} estimate"), &numbers[0], &row["estimate"], CLOSE);
        r.like(case, &format!("{key} std_error"), &numbers[1], &row["std_error"], CLOSE);
    }
}

/// The cases of treatments that switch on and off, by two treatments, each also with more flags; those normalized only where named.
fn switching(r: &mut Reckoning, all: &serde_json::Value, flags: &str, ending: &str, normalized: &[&str]) {
    let (full, gaps) = (data("switching.csv"), data("switching_gaps.csv"));
    for column in ["status", "hours"] {
        let roles = format!("--outcome math --unit classroom --period year --treatment {column} --keep hours=-1 --keep hours=-2 {flags}");
        for (name, file, more, options) in [
            ("plain", &full, "", ""),
            ("in", &full, "", ":switchers=in"),
            ("out", &full, "", ":switchers=out"),
            ("two_effects", &full, "--cluster school", ":effects=2,placebos=1"),
            ("by_school", &full, "--cluster school", ""),
            ("weighted", &full, "--cluster school --weights students", ""),
            ("normalized", &full, "--weights students", ":normalized=true"),
            ("gaps", &gaps, "--cluster school", ""),
            ("gaps_normalized", &gaps, "", ":normalized=true"),
            ("gaps_weighted_out", &gaps, "--cluster school --weights students", ":switchers=out"),
        ] {
            if options.contains("normalized") && !normalized.contains(&name) {
                continue;
            }
            let flags = format!("{roles} {more} --estimator chaisemartin-dhaultfoeuille{options}");
            agrees(r, all, &format!("{column}_{name}{ending}"), file, &flags);
        }
    }
}

/// Treatments that switch off, are there from the start, switch on again, take several values and cross the first one: by the authors'
/// own package and by brute force from the definitions, which agree (`make_multiplegt.py`).
#[test]
fn treatments_that_switch_on_and_off() {
    let mut r = Reckoning::default();
    let all = crate::json("multiplegt.json");
    switching(&mut r, &all, "", "", &["normalized", "gaps_normalized"]);
    r.finish();
}

/// Covariates: the estimates of the authors' own package; errors by brute force with the influence of the slopes, since the
/// package's have parts that do not belong there (`make_multiplegt.py` reproduces them, and says which).
#[test]
fn what_covariates_explain_is_taken_off() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let all = crate::json("multiplegt.json");
    let file = data("classrooms.csv");
    let no_never = Sheet::read(&file).keep(|row| row.text("profile_year") != "0").write(folder.path(), "no_never.csv");
    let weighted = format!("{CLASSROOMS} --weights students");
    for (case, file, flags, covariates) in [
        ("by_classroom", &file, ROLES, "attendance,frl"),
        ("by_school", &file, CLASSROOMS, "attendance"),
        ("weighted", &file, &weighted, "attendance"),
        ("unbalanced", &data("classrooms_unbalanced.csv"), CLASSROOMS, "attendance"),
        ("no_never", &no_never, CLASSROOMS, "attendance"),
    ] {
        let flags = format!("{flags} --covariates {covariates} --estimator chaisemartin-dhaultfoeuille");
        agrees(&mut r, &all, &format!("{case}_covariates"), file, &flags);
    }
    switching(&mut r, &all, "--covariates attendance,books", "_covariates", &[]);
    r.finish();
}

/// A multiple of a covariate added to the outcome moves neither estimates nor errors, nor does another unit or origin of it; a covariate
/// that does not change takes nothing off, and is named.
#[test]
fn covariates_have_no_unit_and_no_origin() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let name = "chaisemartin-dhaultfoeuille";
    let flags = |covariates: &str| {
        format!("{CLASSROOMS} --covariates {covariates} --estimator {name} --inference cluster:cr0 --inference jackknife")
    };
    let sheet = Sheet::read(&data("classrooms.csv"));
    let plain = r.estimate("plain", &data("classrooms.csv"), &flags("attendance")).expect("it runs");
    let moved = sheet.clone().with("moved", |row| (row.number("math") + 7.0 * row.number("attendance")).to_string());
    let other = sheet.with("absence", |row| (1000.0 - row.number("attendance") / 8.0).to_string());
    for (case, file, covariates, close) in [
        ("outcome moved", moved.write(folder.path(), "moved.csv"), "attendance", 1e-9),
        ("another unit", other.write(folder.path(), "other.csv"), "absence", 1e-9),
        ("one that stays", data("classrooms.csv"), "attendance,frl", 0.0),
    ] {
        let flags = flags(covariates).replace("--outcome math", if case == "outcome moved" { "--outcome moved" } else { "--outcome math" });
        let Some(got) = r.estimate(case, &file, &flags) else { continue };
        for key in ["overall", "event:0", "event:4", "event:-2"] {
            for (method, field) in [("cluster:cr0", "estimate"), ("cluster:cr0", "std_error"), ("jackknife", "std_error")] {
                let of = |e: &Estimated| e.effect(key, method).map(|row| row[field].clone()).unwrap_or_default();
                r.like(case, &format!("{key} {method} {field}"), &of(&plain), &of(&got), close);
            }
        }
        r.holds(case, "says what does not vary", got.warnings().contains(&"collinear") == covariates.contains("frl"));
    }
    let number = |method: &str| plain.effect("event:0", method).and_then(|row| row["std_error"].as_f64()).expect("a number");
    let ratio = number("jackknife") / number("cluster:cr0");
    r.holds("jackknife", &format!("close to the influence: {ratio}"), (0.9..1.3).contains(&ratio));
    r.finish();
}
