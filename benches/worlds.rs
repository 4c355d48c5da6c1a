//! What published designs report in worlds whose truth is known, and how often every estimator's and every method's interval
//! keeps its promise. Prints `benches/worlds.md`:
//!
//! ```text
//! cargo bench --bench worlds > benches/worlds.md
//! cargo bench --bench worlds -- --draws 50 --part artefacts      # or students, estimators, methods, every-world
//! ```

use didact::cli::Threads;
use didact::estimate::{ESTIMATORS, Role};
use didact::evaluate::{Measured, Performance, Verdict, replicate};
use didact::panel::spread;
use didact::study::{AnalysisSection, Calibrated, Calibration, STUDIES, StudyFile, resolve};

/// Points to one SD unit in all worlds.
const SD: f64 = 15.0;

/// A world, its settings, and what it shows.
type Setting = (&'static str, &'static [(&'static str, f64)], &'static str);

/// Methods that are compared with each other; what does not exist for an estimator is said to be so.
const METHODS: [&str; 14] = [
    "robust:hc1",
    "cluster:cr0",
    "cluster:cr1",
    "cluster:cr2",
    "cluster:cr3",
    "jackknife",
    "wild-bootstrap:replicates=999",
    "wild-bootstrap:replicates=999,weights=webb",
    "pairs-bootstrap:replicates=399",
    "pairs-bootstrap:replicates=399,interval=percentile",
    "fractional-bootstrap:replicates=399",
    "multiplier-bootstrap",
    "permutation:replicates=999",
    "few-treated",
];

fn main() {
    let given = |flag: &str| std::env::args().skip_while(|a| a != flag).nth(1);
    let draws: usize = given("--draws").and_then(|n| n.parse().ok()).unwrap_or(300);
    let part = given("--part");
    let wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    let threads = Threads::new(None);
    println!("# Worlds with known truth\n");
    println!(
        "Made by `cargo bench --bench worlds`; {draws} draws of each world, mathematics, intervals of 95 %. In parentheses: Monte Carlo"
    );
    println!("standard errors. Every row can be made by itself: `didact calibrate WORLD --replicates {draws} --estimator … --set …`.\n");
    let mut named = Vec::new();
    if wanted("artefacts") {
        artefacts(draws, &threads);
    }
    if wanted("students") {
        students(draws, &threads);
    }
    if wanted("estimators") {
        named.extend(estimators(draws, &threads));
    }
    if wanted("methods") {
        named.extend(methods(draws, &threads));
    }
    if wanted("every-world") {
        named.extend(every_world(draws, &threads));
    }
    println!("## Cells that break their promise\n");
    named.iter().for_each(|cell| println!("- {cell}"));
}

/// A built-in study with some parameters, estimators and methods of its own.
fn study(id: &str, set: &[(&str, f64)], estimators: &[&str], inference: &[&str]) -> StudyFile {
    let mut study = STUDIES.iter().find(|s| s.id == id).expect("a built-in study").study();
    // The world as it is, whatever the study makes of it.
    study.data.world.clear();
    study.data.world.extend(set.iter().map(|(name, value)| (name.to_string(), *value)));
    let own = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    let roles = study.roles.as_mut().expect("roles");
    roles.outcomes = own(&["math"]);
    roles.fixed_effects.clear();
    roles.dose = estimators.contains(&"dose-response").then(|| "minutes".to_string());
    if !estimators.contains(&"compliance") {
        roles.take_up = None;
    }
    if !estimators.contains(&"triple-difference") {
        roles.subgroups.clear();
    }
    study.analysis = vec![AnalysisSection {
        name: "main".into(),
        estimators: own(estimators),
        inference: own(inference),
        multiplicity: None,
        covariates: None,
    }];
    study
}

fn calibrate(study: StudyFile, draws: usize, threads: &Threads) -> Calibrated {
    let study = resolve(study).expect("a sound study");
    let calibration = Calibration { replicates: draws, ..Calibration::of_headlines(study) };
    let source = calibration.source(None).expect("a world");
    let grid = calibration.grid(&*source).expect("one point");
    let (experiment, _) = calibration.experiment(&*source, grid).expect("an experiment");
    let found = spread(threads, experiment.n_draws(), |i| replicate(&experiment, 0, i));
    Calibrated::new(calibration.clone(), None, &experiment, found)
}

fn sd(m: Option<Measured>) -> String {
    m.map_or("–".into(), |m| match m.mc_error {
        Some(e) => format!("{:.3} ({:.3})", m.value / SD + 0.0, e / SD),
        None => format!("{:.3}", m.value / SD + 0.0),
    })
}

fn percent(m: Option<Measured>) -> String {
    m.map_or("–".into(), |m| format!("{:.1} ({:.1})", 100.0 * m.value, 100.0 * m.mc_error.unwrap_or(0.0)))
}

fn mark(v: Verdict) -> &'static str {
    match v {
        Verdict::Broken => " ▼",
        Verdict::Cautious => " ▲",
        Verdict::Kept | Verdict::Unknown => "",
    }
}

/// What is published, and what is true.
fn artefacts(draws: usize, threads: &Threads) {
    println!("## What designs make of nothing\n");
    println!(
        "The analysis as published, and the true effect on those treated, in SD of scores (the study of the same name does it: `didact run WORLD`).\n"
    );
    println!("| World | What is compared | Found | True | Covers the truth, % |\n| :--- | :--- | ---: | ---: | ---: |");
    type Row = (&'static str, &'static [(&'static str, f64)], &'static str, &'static str);
    const ROWS: [Row; 13] = [
        ("dosage", &[], "did", "users at the vendor's dose with the norm"),
        ("dosage", &[("norm_comparison", 0.0)], "did", "users at the vendor's dose with light users"),
        ("adopt-after-dip", &[], "did", "students after a bad year with others"),
        ("norms", &[], "callaway-santanna", "schools with a national norm"),
        ("rand-charters", &[], "callaway-santanna", "schools picked by funders with matched students elsewhere"),
        ("rand-charters", &[("trend_gap", 0.0)], "callaway-santanna", "the same, had they not been on the rise"),
        ("violated-trends", &[], "callaway-santanna", "schools on the rise with others"),
        ("pandemic", &[("effect", 0.0)], "callaway-santanna", "poorer schools with others, after the pandemic"),
        ("staggered-rollout", &[], "twfe", "early and late classrooms by two-way fixed effects"),
        ("staggered-rollout", &[], "callaway-santanna", "the same by group and time"),
        ("spillover", &[], "did", "classrooms with those next door"),
        ("lottery", &[], "did", "students by lot, as drawn"),
        ("school-trial", &[], "did", "schools by lot"),
    ];
    for (world, set, estimator, what) in ROWS {
        let found = calibrate(study(world, set, &[estimator], &[]), draws, threads);
        let Some(p) = found.performances.first() else { continue };
        let truth = p.truth.map_or("–".into(), |t| format!("{:.3}", t / SD + 0.0));
        println!(
            "| `{world}`{} | {what} (`{estimator}`) | {} | {truth} | {}{} |",
            settings(set),
            sd(p.estimate),
            percent(p.coverage),
            mark(p.verdict)
        );
    }
}

fn settings(set: &[(&str, f64)]) -> String {
    set.iter().map(|(name, value)| format!(" `{name}={value}`")).collect()
}

/// Errors by student where schools are drawn.
fn students(draws: usize, threads: &Threads) {
    println!("\n## Counting students where schools were drawn\n");
    println!("No effect (`school-trial`, `effect=0`), difference of changes. How often a true null is rejected at 5 %, in %.");
    println!("First with one classroom a school and a tenth of the variance of gains between schools, then as the world is.\n");
    println!(
        "| Settings | Schools | by student (`robust:hc1`) | by school (`cluster:cr2`) | by school (`wild-bootstrap`) |\n| :--- | ---: | ---: | ---: | ---: |"
    );
    const TENTH: &[(&str, f64)] = &[("classrooms", 1.0), ("class_variance", 0.017)];
    for (own, schools) in [TENTH, &[]].into_iter().flat_map(|own| [8.0, 20.0, 60.0].map(|schools| (own, schools))) {
        let mut set = vec![("effect", 0.0), ("schools", schools), ("profile_schools", schools / 2.0)];
        set.extend(own);
        let size = |inference: &str| {
            let mut one = study("school-trial", &set, &["did:method=means"], &[inference]);
            if inference.starts_with("robust") {
                one.roles.as_mut().expect("roles").cluster = Some("student_id".into());
                one.analysis[0].inference = vec!["cluster:cr1".into()];
            }
            percent(calibrate(one, draws.max(1000), threads).performances.first().and_then(|p| p.size))
        };
        println!(
            "| {} | {schools} | {} | {} | {} |",
            settings(own).trim(),
            size("robust:hc1"),
            size("cluster:cr2"),
            size("wild-bootstrap:replicates=999")
        );
    }
}

const HEAD: &str = "| Bias, SD | Empirical SD | Standard error off, % | Covers, % | Width, SD | Power or size, % |";
const RULE: &str = "| ---: | ---: | ---: | ---: | ---: | ---: |";

fn measures(p: &didact::evaluate::Performance) -> String {
    format!(
        "| {} | {} | {} | {}{} | {} | {} |",
        sd(p.bias),
        sd(p.empirical_sd),
        percent(p.std_error_off),
        percent(p.coverage),
        mark(p.verdict),
        sd(p.width),
        percent(p.power.or(p.size))
    )
}

/// Every estimator with its default methods, in worlds where its assumptions hold and where they do not.
fn estimators(draws: usize, threads: &Threads) -> Vec<String> {
    let mut named = Vec::new();
    println!("\n## Every estimator, with the methods it takes by default\n");
    println!(
        "▼ covers less than it promises, ▲ more, by more than 3 Monte Carlo errors of a kept promise. Against the effect on those treated;"
    );
    println!("`synthetic-*` and `changes-in-changes` on fewer draws. What an estimator cannot do in a world is said below each table.\n");
    let worlds: [Setting; 6] = [
        ("school-trial", &[], "lots: everything should hold"),
        ("two-period", &[], "poorer schools, parallel trends"),
        ("belmont-cragin", SMALL, "staggered, effects that grow: `twfe` and `mixed-model` assume one effect"),
        ("staggered-rollout", SMALL, "effects that grow, fade and differ by cohort"),
        ("null", SMALL, "no effect: the last column is size"),
        ("violated-trends", SMALL, "trends that are not parallel: nobody's promise holds"),
    ];
    for (world, set, what) in worlds {
        println!("### `{world}`{}: {what}\n", settings(set));
        println!("| Estimator | Method {HEAD}\n| :--- | :--- {RULE}");
        let mut left = Vec::new();
        for estimator in ESTIMATORS {
            let id = estimator.card().id;
            if estimator.asks_for(Role::Third) || estimator.asks_for(Role::TakeUp) || estimator.asks_for(Role::Dose) {
                continue;
            }
            let slow = ["synthetic-did", "synthetic-control", "changes-in-changes", "roth-santanna"].contains(&id);
            let n = if slow { draws / 5 } else { draws };
            let found = calibrate(study(world, set, &[id], &[]), n, threads);
            for p in own(&found) {
                match &p.method {
                    Some(method) if p.n > 0 => {
                        println!("| `{id}` | `{method}` {}", measures(p));
                        named.extend(broken(p).map(|m| format!("`{id}` by `{method}` in `{world}`: {m}")));
                    }
                    _ => left.extend(p.failures.first().map(|f| format!("`{id}`: {}", f.0))),
                }
            }
        }
        println!();
        left.iter().for_each(|l| println!("- {l}"));
        println!();
    }
    named
}

/// What each method says of the estimator's own overall effect.
fn own(found: &Calibrated) -> Vec<&Performance> {
    let mut seen = std::collections::BTreeSet::new();
    found.performances.iter().filter(|p| seen.insert(p.method.clone())).collect()
}

/// The coverage of an interval that covers less than it promises.
fn broken(p: &Performance) -> Option<String> {
    (p.verdict == Verdict::Broken).then(|| percent(p.coverage) + " %")
}

/// Every method, for one linear estimator and one known by its influence, with few and with more schools.
fn methods(draws: usize, threads: &Threads) -> Vec<String> {
    let mut named = Vec::new();
    println!("## Every method, by number of schools\n");
    for (world, estimator) in [("two-period", "did:method=means"), ("belmont-cragin", "callaway-santanna")] {
        for schools in [8.0, 20.0, 42.0] {
            let set = [("schools", schools), ("profile_schools", (schools / 3.0f64).floor()), ("classrooms", 2.0)];
            println!("### `{estimator}` in `{world}`{}\n", settings(&set));
            println!("| Method {HEAD}\n| :--- {RULE}");
            let mut left = Vec::new();
            for method in METHODS {
                let found = calibrate(study(world, &set, &[estimator], &[method]), draws, threads);
                for p in own(&found) {
                    match &p.method {
                        Some(label) if p.n > 0 => {
                            println!("| `{label}` {}", measures(p));
                            named.extend(broken(p).map(|m| format!("`{estimator}` by `{label}` in `{world}`{}: {m}", settings(&set))));
                        }
                        _ => left.extend(p.failures.first().map(|f| format!("`{method}`: {}", f.0))),
                    }
                }
            }
            println!();
            left.iter().for_each(|l| println!("- {l}"));
            println!();
        }
    }
    named
}

/// Smaller than it is built in, where schools with profiles can be counted out.
const SMALL: &[(&str, f64)] = &[("schools", 30.0), ("profile_schools", 15.0), ("classrooms", 2.0)];

/// Every world but the one too large to be drawn hundreds of times: first those in which what the usual estimators assume holds, then those that break it.
const EVERY: [(&str, &[Setting]); 2] = [
    (
        "what the usual comparison assumes holds",
        &[
            ("lottery", &[], "students by lot; clusters are students"),
            ("school-trial", &[], "schools by lot"),
            ("classroom-trial", &[], "classrooms by lot, and profiles spread next door: an effect on all is not what is measured"),
            ("single-school", &[], "six classrooms of one school"),
            ("two-period", &[], "poorer schools, two years"),
            ("belmont-cragin", SMALL, "staggered, effects that grow"),
            ("staggered-rollout", SMALL, "effects that grow, fade and differ by cohort"),
            ("fade-out", SMALL, "profiles for one year"),
            ("under-resourced", SMALL, "little is done"),
            ("iep-inclusion", SMALL, "students with an IEP gain twice as much"),
            ("mastery", &[], "a plan of skills, and the broad test"),
            ("null", SMALL, "no effect"),
        ],
    ),
    (
        "something is wrong with the comparison",
        &[
            ("spillover", &[], "comparison classrooms gain, too"),
            ("violated-trends", SMALL, "schools on the rise"),
            ("pandemic", SMALL, "poorer schools lose more"),
            ("adopt-after-dip", &[], "chosen after a bad year"),
            ("rand-charters", &[], "picked by funders"),
            ("norms", &[], "a norm in the place of students"),
            ("dosage", &[], "heavy users against a norm"),
        ],
    ),
];

/// How often the interval covers the effect that the estimator is after, in every world: each estimator by its default methods, and
/// each method for one linear estimator and one known by its influence.
fn every_world(draws: usize, threads: &Threads) -> Vec<String> {
    let mut named = Vec::new();
    let defaults: Vec<(&str, &[&str])> = ESTIMATORS.iter().map(|e| (e.card().id, &[][..])).collect();
    let methods: Vec<(&str, &[&str])> =
        ["did:method=means", "callaway-santanna"].into_iter().flat_map(|e| METHODS.chunks(1).map(move |m| (e, m))).collect();
    for (what, rows) in [("Every estimator in every world", defaults), ("Every method in every world", methods)] {
        println!("## {what}\n");
        println!(
            "How often the interval covers the effect that the estimator is after, in %; ▼ and ▲ as above, – where it cannot be had, as said below."
        );
        println!("`forty-states` is too large to be drawn so often.\n");
        for (kind, worlds) in EVERY {
            println!("### Where {kind}\n");
            worlds.iter().for_each(|(world, set, what)| println!("- `{world}`{}: {what}", settings(set)));
            let heads: Vec<String> = worlds.iter().map(|w| format!("`{}`", w.0)).collect();
            println!("\n| Estimator | Method | {} |\n| :--- | :--- |{}", heads.join(" | "), " ---: |".repeat(worlds.len()));
            let mut left: Vec<(String, Vec<&str>)> = Vec::new();
            for (estimator, method) in &rows {
                let mut cells: Vec<(String, Vec<String>)> = Vec::new();
                for (k, (world, set, _)) in worlds.iter().enumerate() {
                    let asked: Vec<&str> = method.to_vec();
                    let found = calibrate(study(world, set, &[estimator], &asked), draws, threads);
                    for p in own(&found) {
                        let Some(method) = p.method.as_ref().filter(|_| p.n > 0) else {
                            if let Some((why, _)) = p.failures.first() {
                                let line = format!("`{estimator}`: {why}");
                                match left.iter_mut().find(|(l, _)| *l == line) {
                                    Some((_, worlds)) => worlds.push(world),
                                    None => left.push((line, vec![*world])),
                                }
                            }
                            continue;
                        };
                        let row = match cells.iter().position(|(m, _)| m == method) {
                            Some(at) => at,
                            None => {
                                cells.push((method.clone(), vec!["–".into(); worlds.len()]));
                                cells.len() - 1
                            }
                        };
                        cells[row].1[k] = format!("{}{}", percent(p.coverage), mark(p.verdict));
                        named.extend(broken(p).map(|m| format!("`{estimator}` by `{method}` in `{world}`{}: {m}", settings(set))));
                    }
                }
                cells.iter().for_each(|(method, row)| println!("| `{estimator}` | `{method}` | {} |", row.join(" | ")));
            }
            println!();
            left.iter().for_each(|(l, worlds)| println!("- {l} ({})", worlds.join(", ")));
            println!();
        }
    }
    named
}
