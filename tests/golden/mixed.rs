//! `mixed-model` against lme4 and against dense matrices; what must not change it; and what it refuses.

use super::support::program::{Estimated, run_estimate};
use super::support::reckoning::{CLOSE, Reckoning};
use super::support::sheet::{Row, Sheet};
use super::{CLASSROOMS, STUDENTS, data, expected, json};
use serde_json::Value;
use std::path::Path;

/// lmer's models: case, data, our flags, and how it calls our levels.
pub const LMER: [(&str, &str, &str, [&str; 3]); 2] = [
    (
        "students_lmer",
        "students.csv",
        "--outcome reading --arm arm --post post --unit student --cluster school --estimator mixed-model:shocks=none",
        ["unit", "cluster", "residual"],
    ),
    (
        "classrooms_lmer",
        "classrooms.csv",
        "--outcome math --unit classroom --period year --cohort profile_year --cluster school --estimator mixed-model:fixed=period,shocks=none",
        ["unit", "cluster", "residual"],
    ),
];

fn key(term: &str) -> String {
    match term {
        "ATT" | "D" | "arm:post" => "overall".into(),
        "post" => "coefficient:period 1".into(),
        _ => match term.strip_prefix("factor(year)") {
            Some(year) => format!("coefficient:period {year}"),
            None => format!("coefficient:{term}"),
        },
    }
}

/// This reference was fitted with lmer's default optimizer, which stops early: standard errors to 1e-5. The dense matrices below
/// decide, to 1e-8.
#[test]
fn fixed_effects_variances_and_criterion_as_lme4() {
    let mut r = Reckoning::default();
    for (id, file, flags, levels) in LMER {
        let Some(got) = r.estimate(id, &data(file), &format!("{flags} --inference model")) else { continue };
        let expected = expected(id);
        for (i, term) in expected["term"].as_array().expect("terms").iter().enumerate() {
            let term = term.as_str().expect("a name");
            let row = got.effect(&key(term), "model:satterthwaite").cloned().unwrap_or_default();
            r.like(id, &format!("{term} estimate"), &expected["coef"][i], &row["estimate"], 1e-6);
            r.like(id, &format!("{term} std_error"), &expected["se"][i], &row["std_error"], 1e-5);
        }
        for (i, level) in levels.iter().enumerate() {
            let component = got.component(level).cloned().unwrap_or_default();
            r.like(id, level, &expected["var"][i], &component["variance"], 1e-4);
        }
        r.near(id, "criterion", expected["reml"].as_f64().expect("a number"), got.criterion(), 1e-8);
    }
    r.finish();
}

/// The students without the later scores of every third.
fn fewer_students(folder: &Path) -> std::path::PathBuf {
    let kept = |row: &Row<'_>| row.number("student") as i64 % 3 != 0 || row.text("post") == "0";
    Sheet::read(&data("students.csv")).keep(kept).write(folder, "fewer.csv")
}

/// Students whose school, and whose half of it by lunch status, has shocks in each period; every seventh score later missing.
fn shocked(folder: &Path) -> std::path::PathBuf {
    let kept = |row: &Row<'_>| row.number("student") as i64 % 7 != 0 || row.text("post") == "0";
    let score = |row: &Row<'_>| {
        let whole = |name: &str| row.number(name) as i64;
        let (school, post, frl) = (whole("school"), whole("post"), whole("frl"));
        let shocks = 0.6 * ((school * 7 + post * 5) % 11) as f64 + 0.5 * ((school * 3 + frl * 5 + post * 7) % 13) as f64;
        row.number("reading") + shocks + 3.0 * ((school * 5 + frl * 3) % 7) as f64
    };
    let weight = |row: &Row<'_>| 1.0 + (row.number("student") as i64 % 3) as f64;
    Sheet::read(&data("students.csv")).keep(kept).with_number("score", score).with_number("w", weight).write(folder, "shocked.csv")
}

/// Classrooms whose gain from treatment differs between schools.
fn sloped(folder: &Path) -> std::path::PathBuf {
    let gain = |row: &Row<'_>| {
        let (school, year, start) = (row.number("school") as i64, row.number("year"), row.number("profile_year"));
        row.number("math") + if start > 0.0 && year >= start { 0.5 * (school * 5 % 7) as f64 } else { 0.0 }
    };
    Sheet::read(&data("classrooms.csv")).with_number("gain", gain).write(folder, "sloped.csv")
}

#[test]
fn degrees_of_freedom_and_sandwich_as_dense_matrices() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let cases = json("mixed.json");
    let students = format!("{STUDENTS} --unit student --cluster school --covariates iep");
    let classrooms = format!("{CLASSROOMS} --covariates attendance --weights students");
    let model = |roles: &str, options: &str| format!("{roles} --estimator mixed-model{options}");
    let by_school = "--outcome score --arm arm --post post --cluster school --covariates iep";
    let file = shocked(folder.path());
    let ours = [
        (fewer_students(folder.path()), model(&students, ":shocks=none")),
        (data("classrooms_unbalanced.csv"), model(&classrooms, ":shocks=none")),
        (data("classrooms.csv"), LMER[1].2.to_string()),
        (data("classrooms_unbalanced.csv"), model(&classrooms, ":shocks=cluster")),
        (file.clone(), model(&format!("{by_school} --unit student"), ":shocks=cluster")),
        (file.clone(), model(&format!("{by_school} --unit student --levels frl"), ":shocks=all")),
        (file, model(&format!("{by_school} --weights w"), ":shocks=cluster")),
        (sloped(folder.path()), LMER[1].2.replace("--outcome math", "--outcome gain").replace("shocks=none", "slopes=treatment")),
    ];
    r.holds("mixed.json", "as many cases as calls", cases["cases"].as_array().map(Vec::len) == Some(ours.len()));
    for (case, (file, flags)) in cases["cases"].as_array().expect("cases").iter().zip(ours) {
        let id = case["id"].as_str().expect("an id");
        let methods = "--inference model --inference model:kenward-roger --inference cluster:cr0";
        let Some(got) = r.estimate(id, &file, &format!("{flags} {methods}")) else { continue };
        for term in case["terms"].as_array().expect("terms") {
            let name = term["term"].as_str().expect("a name");
            let row = |method: &str| got.effect(&key(name), method).cloned().unwrap_or_default();
            let (own, adjusted, sandwich) = (row("model:satterthwaite"), row("model:kenward-roger"), row("cluster:cr0"));
            for (theirs, value) in [
                ("coef", &own["estimate"]),
                ("se", &own["std_error"]),
                ("df", &own["df"]),
                ("se_kr", &adjusted["std_error"]),
                ("df_kr", &adjusted["df"]),
                ("se_cr0", &sandwich["std_error"]),
            ] {
                r.like(id, &format!("{name} {theirs}"), &term[theirs], value, CLOSE);
            }
        }
        for (i, level) in case["levels"].as_array().expect("levels").iter().enumerate() {
            let level = level.as_str().expect("a name");
            if level == "covariance" {
                let slope = got.component("cluster:treatment").cloned().unwrap_or_default();
                let of = |level: &str| got.component(level).and_then(|c| c["variance"].as_f64()).unwrap_or(f64::NAN);
                let covariance = slope["correlation"].as_f64().map(|r| r * (of("cluster") * of("cluster:treatment")).sqrt());
                r.near(id, level, case["variances"][i].as_f64().expect("a number"), covariance, CLOSE);
                continue;
            }
            r.like(id, level, &case["variances"][i], &got.component(level).cloned().unwrap_or_default()["variance"], CLOSE);
        }
        r.near(id, "criterion", case["deviance"].as_f64().expect("a number"), got.criterion(), 1e-12);
    }
    r.finish();
}

/// The criterion minimized with one variance, or its share, held, by a general optimizer.
#[test]
fn intervals_of_variances_and_shares_as_profiles_of_dense_matrices() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let classrooms = format!("{CLASSROOMS} --covariates attendance --weights students --estimator mixed-model:criterion=ml,shocks=cluster");
    let students =
        "--outcome score --arm arm --post post --cluster school --covariates iep --unit student --estimator mixed-model:shocks=cluster";
    let slopes = LMER[1].2.replace("--outcome math", "--outcome gain").replace("shocks=none", "slopes=treatment");
    let ours =
        [(data("classrooms_unbalanced.csv"), classrooms), (sloped(folder.path()), slopes), (shocked(folder.path()), students.to_string())];
    let cases = json("mixed_profiles.json");
    r.holds("mixed_profiles.json", "as many cases as calls", cases["cases"].as_array().map(Vec::len) == Some(ours.len()));
    for (case, (file, flags)) in cases["cases"].as_array().expect("cases").iter().zip(ours) {
        let id = case["id"].as_str().expect("an id");
        let Some(got) = r.estimate(id, &file, &format!("{flags} --inference model")) else { continue };
        for (level, ends) in case["levels"].as_array().expect("levels").iter().zip(case["ends"].as_array().expect("ends")) {
            let level = level.as_str().expect("a name");
            let component = got.component(level).cloned().unwrap_or_default();
            for what in ["variance", "share"] {
                for (i, end) in ["low", "high"].iter().enumerate().filter(|_| !ends[what].is_null()) {
                    r.like(id, &format!("{level} {what} {end}"), &ends[what][i], &component[format!("{what}_{end}")], CLOSE);
                }
            }
        }
    }
    r.finish();
}

#[test]
fn a_balanced_panel_gives_the_difference_in_differences() {
    let mut r = Reckoning::default();
    let estimate = |estimator: &str| {
        let flags = format!("{STUDENTS} --unit student --cluster school --estimator {estimator} --inference cluster:cr0");
        Estimated::run(&data("students.csv"), &flags).expect("it runs").effect("overall", "cluster:cr0").cloned().unwrap_or_default()
    };
    let (did, mixed) = (estimate("did"), estimate("mixed-model"));
    for field in ["estimate", "std_error"] {
        r.like("balanced", field, &did[field], &mixed[field], 1e-10);
    }
    r.finish();
}

/// With equal schools, before and after, the model's test is the t test of the schools' changes: G − 2 degrees of freedom.
#[test]
fn with_shocks_of_schools_the_answer_is_that_of_the_schools_changes() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("students.csv"));
    let mut seen = std::collections::BTreeMap::new();
    for i in 0..sheet.rows.len() {
        let row = sheet.row(i);
        let own: &mut Vec<i64> = seen.entry(row.number("school") as i64).or_default();
        if !own.contains(&(row.number("student") as i64)) {
            own.push(row.number("student") as i64);
        }
    }
    let kept = |row: &Row<'_>| seen[&(row.number("school") as i64)][..20].contains(&(row.number("student") as i64));
    let shock = |row: &Row<'_>| row.number("reading") + ((row.number("school") as i64 * 7 + row.number("post") as i64 * 5) % 11) as f64;
    let equal = sheet.keep(kept).with_number("score", shock);
    let mean = |school: i64, post: &str| {
        let of = |row: &Row<'_>| (row.number("school") as i64 == school && row.text("post") == post).then(|| row.number("score"));
        (0..equal.rows.len()).filter_map(|i| of(&equal.row(i))).sum::<f64>() / 20.0
    };
    let changes: Vec<f64> = (1..=10).map(|s| mean(s, "1") - mean(s, "0")).collect();
    let side = |own: &[f64]| {
        let mean = own.iter().sum::<f64>() / 5.0;
        (mean, own.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>())
    };
    let ((treated, a), (comparison, b)) = (side(&changes[..5]), side(&changes[5..]));
    let file = equal.write(folder.path(), "equal.csv");
    let flags = "--outcome score --arm arm --post post --unit student --cluster school --estimator mixed-model:shocks=cluster --inference model --inference model:kenward-roger";
    let got = Estimated::run(&file, flags).expect("it runs");
    for method in ["model:satterthwaite", "model:kenward-roger"] {
        let row = got.effect("overall", method).cloned().unwrap_or_default();
        r.near(method, "estimate", treated - comparison, row["estimate"].as_f64(), CLOSE);
        r.near(method, "std_error", ((a + b) / 8.0 * 0.4).sqrt(), row["std_error"].as_f64(), CLOSE);
        r.near(method, "df", 8.0, row["df"].as_f64(), 1e-6);
    }
    r.finish();
}

/// Left out as lmer's familiar model does; where they matter it is said by how much.
#[test]
fn shocks_left_out_are_told_where_they_matter() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = shocked(folder.path());
    let flags = "--outcome score --arm arm --post post --cluster school --unit student --inference model --estimator mixed-model";
    let run = |options: &str| Estimated::run(&file, &format!("{flags}{options}")).expect("it runs");
    let error = |got: &Estimated| got.effect("overall", "model:satterthwaite").and_then(|e| e["std_error"].as_f64()).expect("a number");
    let (without, with) = (run(":shocks=none"), run(""));
    let wider = format!("{:.0} % larger", 100.0 * (error(&with) / error(&without) - 1.0));
    r.holds("none", &wider, without.message("shocks-left-out").is_some_and(|m| m.contains(&wider)));
    r.holds("default", "no word", with.message("shocks-left-out").is_none());
    r.finish();
}

#[test]
fn shocks_that_rows_cannot_tell_are_left_out_with_a_word() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let told = |flags: &str, file: &Path| {
        let got = Estimated::run(file, &format!("{flags} --inference model")).expect("it runs");
        (got.warnings().contains(&"level-left-out"), got.component("cluster:period").is_some())
    };
    let all = Sheet::read(&data("classrooms.csv"));
    let first = |row: &Row<'_>| row.number("classroom") as i64;
    let lone: Vec<i64> = (1..=60)
        .filter_map(|s| (0..all.rows.len()).map(|i| all.row(i)).find(|row| row.number("school") as i64 == s).map(|row| first(&row)))
        .collect();
    let one_each = all.clone().keep(|row| lone.contains(&first(row))).write(folder.path(), "lone.csv");
    let estimator = "--estimator mixed-model:shocks=cluster";
    let by_name = "--outcome math --period year --cohort profile_year --cluster school";
    r.holds("one row a school and period", "told", told(&format!("{by_name} {estimator}"), &one_each) == (true, false));
    r.holds("asked for none", "not told", told(&format!("{by_name} --estimator mixed-model:shocks=none"), &one_each) == (false, false));
    let flags = format!("{by_name} --unit classroom {estimator}");
    r.holds("several", "not told", told(&flags, &data("classrooms.csv")) == (false, true));
    let own = "--outcome math --period year --cohort profile_year --unit classroom";
    r.holds("units as clusters", "not told", told(&format!("{own} {estimator}"), &data("classrooms.csv")) == (false, false));
    let students = format!("{STUDENTS} --unit student --cluster school");
    r.holds("one period", "not told", told(&format!("{students} {estimator},fixed=null"), &data("students.csv")) == (false, false));
    // Classrooms of one period each are what a school's period holds, or its single rows.
    let by_level = format!("{} --levels classroom --estimator mixed-model:shocks=all", CLASSROOMS.replace("--unit classroom ", ""));
    r.holds("levels in a period", "told", told(&by_level, &data("classrooms.csv")) == (true, true));
    r.finish();
}

#[test]
fn the_jackknife_leaves_out_one_school_after_the_other() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = fewer_students(folder.path());
    let flags = format!("{STUDENTS} --unit student --cluster school --covariates iep --estimator mixed-model");
    let overall = |path: &Path, method: &str| {
        Estimated::run(path, &format!("{flags} --inference {method}"))
            .expect("it runs")
            .effect("overall", method)
            .cloned()
            .unwrap_or_default()
    };
    let left: Vec<f64> = (1..=10)
        .map(|school| {
            let others = Sheet::read(&file).keep(|row| row.text("school") != school.to_string()).write(folder.path(), "left.csv");
            overall(&others, "model:normal")["estimate"].as_f64().expect("a number")
        })
        .collect();
    let got = overall(&file, "jackknife:center=mean");
    let mean = left.iter().sum::<f64>() / 10.0;
    let variance = 0.9 * left.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>();
    r.near("jackknife", "std_error", variance.sqrt(), got["std_error"].as_f64(), CLOSE);
    r.finish();
}

#[test]
fn a_level_without_variance_is_told_and_changes_nothing_else() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    // Each school's mean is taken off: less than nothing is left between schools.
    let sheet = Sheet::read(&data("students.csv"));
    let mean = |school: &str| {
        let own: Vec<f64> = (0..sheet.rows.len())
            .map(|i| sheet.row(i))
            .filter(|row| row.text("school") == school)
            .map(|row| row.number("reading"))
            .collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    let means: Vec<f64> = (1..=10).map(|s| mean(&s.to_string())).collect();
    let levelled = sheet.clone().with_number("level", |row| row.number("reading") - means[row.number("school") as usize - 1]);
    let file = levelled.write(folder.path(), "levelled.csv");
    let flags =
        "--outcome level --arm arm --post post --unit student --estimator mixed-model --inference model --inference model:kenward-roger";
    let with = Estimated::run(&file, &format!("{flags} --cluster school")).expect("it runs");
    r.holds("singular", "it says so", with.warnings().contains(&"singular-fit"));
    let schools = with.component("cluster").cloned().unwrap_or_default();
    r.like("singular", "variance", &Value::from(0.0), &schools["variance"], 0.0);
    let ends = |what: &str| (schools[format!("{what}_low")].as_f64(), schools[format!("{what}_high")].as_f64());
    for (what, most) in [("share", 0.2), ("variance", 50.0)] {
        let (low, high) = ends(what);
        r.holds("singular", "from zero", low == Some(0.0) && high.is_some_and(|h| h > 0.0 && h < most));
    }
    // The same as without schools at all.
    let without = Estimated::run(&file, flags).expect("it runs");
    r.near("singular", "criterion", without.criterion().expect("a number"), with.criterion(), 1e-12);
    for method in ["model:satterthwaite", "model:kenward-roger"] {
        let row = |e: &Estimated| e.effect("coefficient:arm", method).cloned().unwrap_or_default();
        for field in ["estimate", "std_error", "df"] {
            r.like("singular", &format!("arm {field} by {method}"), &row(&without)[field], &row(&with)[field], CLOSE);
        }
    }
    r.finish();
}

#[test]
fn the_order_of_rows_and_the_number_of_threads_change_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut sheet = Sheet::read(&data("classrooms_unbalanced.csv"));
    sheet.rows.reverse();
    let turned = sheet.write(folder.path(), "turned.csv");
    for roles in [CLASSROOMS.to_string(), CLASSROOMS.replace("--unit classroom ", "")] {
        let flags = format!("{roles} --covariates attendance --estimator mixed-model --inference model --inference jackknife");
        let plain = run_estimate(&data("classrooms_unbalanced.csv"), &flags);
        assert_eq!(plain.code, 0, "{}", plain.stderr);
        assert_eq!(plain.stdout, run_estimate(&turned, &flags).stdout, "rows turned round: {roles}");
        assert_eq!(plain.stdout, run_estimate(&turned, &format!("{flags} --threads 1")).stdout, "one thread: {roles}");
    }
}

#[test]
fn levels_between_cluster_and_unit_get_an_intercept() {
    let mut r = Reckoning::default();
    // Classroom-years as rows: schools, classrooms within them as a level.
    let flags = CLASSROOMS.replace("--unit classroom ", "--levels classroom ");
    let by_level = Estimated::run(&data("classrooms.csv"), &format!("{flags} --estimator mixed-model --inference model")).expect("it runs");
    let by_unit =
        Estimated::run(&data("classrooms.csv"), &format!("{CLASSROOMS} --estimator mixed-model --inference model")).expect("it runs");
    for (level, unit) in [("cluster", "cluster"), ("classroom", "unit"), ("residual", "residual")] {
        let variance = |e: &Estimated, name: &str| e.component(name).and_then(|c| c["variance"].as_f64());
        r.near("levels", level, variance(&by_unit, unit).expect("a number"), variance(&by_level, level), CLOSE);
    }
    r.near("levels", "criterion", by_unit.criterion().expect("a number"), by_level.criterion(), 1e-12);
    r.finish();
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let mut r = Reckoning::default();
    let students = format!("{STUDENTS} --cluster school");
    for (flags, code) in [
        (format!("{STUDENTS} --estimator mixed-model --inference model"), "EST-045"),
        (format!("{students} --estimator mixed-model:fixed=baseline --inference model"), "EST-008"),
        (format!("{students} --unit student --estimator mixed-model:criterion=ml --inference model:kenward-roger"), "INF-003"),
        (format!("{students} --unit student --estimator mixed-model --inference permutation"), "INF-006"),
        (format!("{students} --unit student --estimator did --inference model"), "INF-003"),
        (format!("{STUDENTS} --cluster school,post --estimator mixed-model --inference model"), "EST-047"),
        (format!("{students} --estimator mixed-model:fixed=arm"), "EST-002"),
        (format!("{students} --unit student --estimator mixed-model:fixed=baseline,slopes=treatment"), "EST-048"),
        (format!("{students} --unit student --estimator mixed-model:fixed=null,slopes=treatment"), "EST-048"),
    ] {
        let ran = run_estimate(&data("students.csv"), &flags);
        r.holds(&flags, &format!("exit {} with {}", ran.code, ran.stderr), ran.code != 0 && ran.stderr.contains(&format!("error[{code}]")));
    }
    // The fixed effects fit exactly: no estimate, no invented standard error, and no failure.
    let folder = tempfile::tempdir().expect("a folder");
    let exact = |row: &Row<'_>| 5.0 + 2.0 * row.number("arm") + row.number("post") * (3.0 + 4.0 * row.number("arm"));
    let flat = Sheet::read(&data("students.csv")).with_number("flat", exact).write(folder.path(), "flat.csv");
    for method in ["model", "model:kenward-roger", "cluster:cr1", "jackknife"] {
        let flags =
            format!("--outcome flat --arm arm --post post --unit student --cluster school --estimator mixed-model --inference {method}");
        let ran = run_estimate(&flat, &flags);
        r.holds(method, &format!("exit {} with {}", ran.code, ran.stderr), ran.code == 0 && ran.stdout.contains("not_identified"));
    }
    r.finish();
}
