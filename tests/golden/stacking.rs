//! `stacked` as its authors build it: sub-experiments, corrective weights by event time, weighted normal equations and a
//! sandwich, written out; and data with gaps.

use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::{Row, Sheet};
use crate::{CLASSROOMS, data};
use std::collections::BTreeMap;

/// One stacked row.
struct Stacked {
    school: String,
    year: i64,
    experiment: i64,
    treated: bool,
    time: i64,
    weight: f64,
    y: f64,
}

fn stack(sheet: &Sheet, cohorts: &[i64], low: i64, high: i64) -> Vec<Stacked> {
    let mut rows = Vec::new();
    for &a in cohorts {
        for i in 0..sheet.rows.len() {
            let row = sheet.row(i);
            let (g, year) = (row.number("profile_year") as i64, row.number("year") as i64);
            let treated = g == a;
            if (treated || g == 0 || g > a + high) && (low..=high).contains(&(year - a)) {
                let (school, weight, y) = (row.text("school").to_string(), row.number("students"), row.number("math"));
                rows.push(Stacked { school, year, experiment: a, treated, time: year - a, weight, y });
            }
        }
    }
    let sum = |test: &dyn Fn(&Stacked) -> bool| -> f64 { rows.iter().filter(|r| test(r)).map(|r| r.weight).sum() };
    let q: Vec<f64> = rows
        .iter()
        .map(|r| {
            let arm = |treated: bool| {
                sum(&|o| o.experiment == r.experiment && o.time == r.time && o.treated == treated)
                    / sum(&|o| o.time == r.time && o.treated == treated)
            };
            if r.treated { 1.0 } else { arm(true) / arm(false) }
        })
        .collect();
    rows.iter_mut().zip(q).for_each(|(r, q)| r.weight *= q);
    rows
}

/// Solves a x = b for several right sides by elimination with pivots.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|&x, &y| a[x][i].abs().total_cmp(&a[y][i].abs())).expect("a row");
        a.swap(i, pivot);
        b.swap(i, pivot);
        let (row, right) = (a[i].clone(), b[i].clone());
        for j in (0..n).filter(|j| *j != i) {
            let f = a[j][i] / row[i];
            a[j].iter_mut().zip(&row).for_each(|(v, p)| *v -= f * p);
            b[j].iter_mut().zip(&right).for_each(|(v, p)| *v -= f * p);
        }
    }
    (0..n).map(|i| b[i].iter().map(|v| v / a[i][i]).collect()).collect()
}

struct Fitted {
    beta: Vec<f64>,
    inverse: Vec<Vec<f64>>,
    x: Vec<Vec<f64>>,
}

fn least_squares(rows: &[Stacked], times: &[i64]) -> Fitted {
    let of = |r: &Stacked| -> Vec<f64> {
        let (d, on) = (f64::from(u8::from(r.treated)), |t: &i64| f64::from(u8::from(r.time == *t)));
        [1.0, d].into_iter().chain(times.iter().map(on)).chain(times.iter().map(|t| d * on(t))).collect()
    };
    let x: Vec<Vec<f64>> = rows.iter().map(of).collect();
    let k = x[0].len();
    let (mut a, mut b) = (vec![vec![0.0; k]; k], vec![vec![0.0; k + 1]; k]);
    for (r, x) in rows.iter().zip(&x) {
        for i in 0..k {
            (0..k).for_each(|j| a[i][j] += r.weight * x[i] * x[j]);
            b[i][k] += r.weight * x[i] * r.y;
        }
    }
    (0..k).for_each(|i| b[i][i] = 1.0);
    let solved = solve(a, b);
    Fitted { beta: solved.iter().map(|row| row[k]).collect(), inverse: solved.iter().map(|row| row[..k].to_vec()).collect(), x }
}

/// c'M (Σ_g s_g s_g') M c by groups.
fn variance(rows: &[Stacked], fit: &Fitted, contrast: &[f64], group: impl Fn(&Stacked) -> String) -> f64 {
    let h: Vec<f64> = fit.inverse.iter().map(|row| row.iter().zip(contrast).map(|(m, c)| m * c).sum()).collect();
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for (r, x) in rows.iter().zip(&fit.x) {
        let dot = |v: &[f64]| x.iter().zip(v).map(|(a, b)| a * b).sum::<f64>();
        *sums.entry(group(r)).or_default() += r.weight * (r.y - dot(&fit.beta)) * dot(&h);
    }
    sums.values().map(|s| s * s).sum()
}

#[test]
fn weighted_and_unbalanced_by_normal_equations() {
    let mut r = Reckoning::default();
    let file = data("classrooms_unbalanced.csv");
    let (low, high) = (-3, 1);
    let rows = stack(&Sheet::read(&file), &[2019, 2020, 2022], low, high);
    let times: Vec<i64> = (low..=high).filter(|e| *e != -1).collect();
    let fit = least_squares(&rows, &times);
    let at = |e: i64| 2 + times.len() + times.iter().position(|t| *t == e).expect("a time");
    let unit = |places: &[usize]| -> Vec<f64> {
        (0..fit.beta.len()).map(|i| if places.contains(&i) { 1.0 / places.len() as f64 } else { 0.0 }).collect()
    };
    let mut asked: Vec<(String, Vec<f64>)> = times.iter().map(|&e| (format!("event:{e}"), unit(&[at(e)]))).collect();
    asked.push(("overall".into(), unit(&[at(0), at(1)])));
    let flags = format!("{CLASSROOMS} --weights students --estimator stacked:window={low}..{high} --inference cluster:cr0");
    let one = r.estimate("one way", &file, &flags).expect("it runs");
    // Rows are copies of each other's: the second clustering goes with them.
    let two = r.estimate("two ways", &file, &flags.replace("--cluster school", "--cluster school,year")).expect("it runs");
    for (key, contrast) in &asked {
        let estimate: f64 = contrast.iter().zip(&fit.beta).map(|(c, b)| c * b).sum();
        let school = variance(&rows, &fit, contrast, |s| s.school.clone());
        let year = variance(&rows, &fit, contrast, |s| s.year.to_string());
        let both = variance(&rows, &fit, contrast, |s| format!("{}/{}", s.school, s.year));
        for (case, got, square) in [("one way", &one, school), ("two ways", &two, school + year - both)] {
            let row = got.effect(key, "cluster:cr0").cloned().unwrap_or_default();
            r.near(case, &format!("{key} estimate"), estimate, row["estimate"].as_f64(), CLOSE);
            if square > 0.0 {
                r.near(case, &format!("{key} std_error"), square.sqrt(), row["std_error"].as_f64(), CLOSE);
            }
        }
    }
    let used: std::collections::BTreeSet<String> = Sheet::read(&file).rows.iter().map(|row| row.join(",")).collect();
    r.holds("one way", "rows are counted once", one.sample("rows_used").is_some_and(|n| n <= used.len() as f64));
    let units: std::collections::BTreeSet<String> = Sheet::read(&file).rows.iter().map(|row| row[1].clone()).collect();
    r.holds("one way", "units are counted once", one.sample("units").is_none_or(|n| n <= units.len() as f64));
    r.finish();
}

/// Nobody treated is seen one period after the start: that time is left out and told, the others stay.
#[test]
fn a_time_at_which_no_treated_unit_is_seen_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let gap = |row: &Row<'_>| row.text("profile_year") != "0" && row.number("year") - row.number("profile_year") == 1.0;
    let file = Sheet::read(&data("classrooms.csv")).keep(|row| !gap(row)).write(folder.path(), "gap.csv");
    let run = |window: &str| Estimated::run(&file, &format!("{CLASSROOMS} --estimator stacked:window={window} --inference cluster:cr0"));
    let got = run("-2..2").expect("it runs");
    assert!(got.warnings().contains(&"stack-times"), "{:?}", got.warnings());
    let times: Vec<i64> = got.effects().filter_map(|e| e["event_time"].as_i64()).collect();
    assert_eq!(times, [-2, 0, 2]);
    // Without the period before the start there is nothing to compare with.
    let early = |row: &Row<'_>| row.text("profile_year") != "0" && row.number("year") - row.number("profile_year") == -1.0;
    let file = Sheet::read(&data("classrooms.csv")).keep(|row| !early(row)).write(folder.path(), "early.csv");
    let refused = Estimated::run(&file, &format!("{CLASSROOMS} --estimator stacked:window=-2..1 --inference cluster:cr0"));
    assert!(refused.is_err_and(|e| e.contains("EST-006")));
}
