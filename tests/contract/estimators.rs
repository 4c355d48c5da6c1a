//! What must hold for every estimator of the list, those added later included: names, order, scale, twins, weights, threads;
//! who was always treated changes nothing for the others.
//!
//! Where an estimator legitimately lacks an invariance it stands in [`EXCEPT`], with the reason.

use didact::cli::Threads;
use didact::cohort::{Cohort, Column, Data, Texts, Wholes};
use didact::estimate::{Chosen, ESTIMATORS, Estimand, Estimator, Role};
use didact::infer::Method;
use didact::panel::{CovariateTerm, Executor, PanelSpec, Paths, Serial, TreatmentRule};
use didact::study::{Effect, Question, analyse};

mod without_a_cluster;

/// Estimator, invariance, why it lacks it.
const EXCEPT: &[(&str, &str, &str)] = &[
    ("mixed-model", "twins", "its variance components take twins for independent units"),
    ("synthetic-did", "twins", "its penalty grows with the number of treated units (Arkhangelsky et al. 2021, section 2)"),
    ("synthetic-control", "twins", "its weights are not unique where comparison units outnumber periods, and twins turn the search"),
    ("dose-response", "twins", "the doses shown are interpolated quantiles of the treated, and those move with their number"),
    ("twfe", "always-treated", "already treated units serve as comparison: the known defect of the estimator"),
    ("compliance", "always-treated", "both its regressions are two-way fixed effects, where already treated units serve as comparison"),
    ("mixed-model", "always-treated", "already treated units serve as comparison, as in two-way fixed effects"),
];

fn excepted(estimator: &str, invariance: &str) -> bool {
    EXCEPT.iter().any(|(e, i, _)| *e == estimator && *i == invariance)
}

/// A sample as text, and its roles.
#[derive(Clone)]
pub(super) struct World {
    name: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    unit: Option<&'static str>,
    /// Whether treatment is told by arm and post, not by cohort.
    arms: bool,
    /// Whether it is told by a status that switches off again in some classrooms.
    changing: bool,
    covariates: bool,
    weights: Option<&'static str>,
    /// A level of the text covariate that no row has.
    spare_level: bool,
    /// Whether units are clusters of their own.
    by_unit: bool,
}

const CLASSROOMS: &str = include_str!("../golden/data/classrooms_unbalanced.csv");
const STUDENTS: &str = include_str!("../golden/data/students.csv");

impl World {
    fn read(name: &'static str, text: &str, unit: Option<&'static str>, arms: bool) -> World {
        let mut lines = text.lines().map(|l| l.split(',').map(str::to_string).collect::<Vec<String>>());
        let header = lines.next().expect("a header");
        let mut out = World {
            name,
            header,
            rows: lines.collect(),
            unit,
            arms,
            changing: false,
            covariates: false,
            weights: None,
            spare_level: false,
            by_unit: false,
        };
        let id = if arms { "student" } else { "classroom" };
        let number = |w: &World, r: usize, name: &str| -> f64 { w.cell(r, name).parse().expect("a number") };
        let of = |w: &World, f: &dyn Fn(i64, bool, bool) -> String| -> Vec<String> {
            let one = |r: usize| {
                let start = if arms { 1.0 } else { number(w, r, "profile_year") };
                let treated = if arms { number(w, r, "arm") > 0.0 } else { start > 0.0 };
                let after = if arms { number(w, r, "post") > 0.0 } else { treated && number(w, r, "year") >= start };
                f(number(w, r, id) as i64, treated, after)
            };
            (0..w.rows.len()).map(one).collect()
        };
        let flag = |yes: bool| if yes { "1" } else { "0" }.to_string();
        let columns = [
            ("half", of(&out, &|id, _, _| flag(id % 2 == 0))),
            ("hours", of(&out, &|id, treated, _| if treated { format!("{}", 1.0 + (id * 7 % 23) as f64 / 4.0) } else { "0".into() })),
            ("used", of(&out, &|id, treated, after| flag(after && if treated { id % 4 != 0 } else { id % 10 == 0 }))),
            ("kind", of(&out, &|id, _, _| ["north", "south", "west"][(id * 5 % 7 % 3) as usize].into())),
            ("even", of(&out, &|_, _, _| "2.5".into())),
        ];
        for (name, cells) in columns {
            out.push(name, cells);
        }
        out
    }

    fn push(&mut self, name: &str, cells: Vec<String>) {
        self.header.push(name.into());
        self.rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
    }

    fn at(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    fn cell(&self, row: usize, name: &str) -> &str {
        &self.rows[row][self.at(name)]
    }

    /// Rewrites the cells of a column.
    fn map(mut self, name: &str, f: impl Fn(&str) -> String) -> World {
        let at = self.at(name);
        self.rows.iter_mut().for_each(|r| r[at] = f(&r[at]));
        self
    }

    fn keep(mut self, name: &'static str, column: &str, values: &[&str]) -> World {
        let at = self.at(column);
        self.rows.retain(|r| values.contains(&&*r[at]));
        World { name, ..self }
    }

    /// With covariates.
    pub fn with_covariates(self) -> World {
        World { covariates: true, ..self }
    }

    /// Classrooms whose treatment switches on, on and off again, or off.
    pub fn changing(mut self) -> World {
        let status = |r: usize| {
            let (classroom, year) = (self.cell(r, "classroom").parse::<i64>().expect("a number"), self.cell(r, "year"));
            let on = match classroom % 5 {
                1 => year >= "2019",
                2 => ("2018".."2021").contains(&year),
                3 => year < "2020",
                4 => !("2018".."2022").contains(&year),
                _ => false,
            };
            if on { "1" } else { "0" }.to_string()
        };
        let cells = (0..self.rows.len()).map(status).collect();
        self.push("status", cells);
        World { name: "on and off", changing: true, ..self }
    }

    /// With weights that differ, where the sample has such a column.
    pub fn weighted(self) -> World {
        World { weights: self.header.iter().any(|h| h == "students").then_some("students"), ..self }
    }

    /// Every unit a cluster of its own.
    pub fn by_unit(self) -> World {
        World { by_unit: true, ..self }
    }

    fn outcome(&self) -> &'static str {
        if self.arms { "reading" } else { "math" }
    }

    fn cohort(&self) -> Cohort {
        let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
        for (at, name) in self.header.iter().enumerate() {
            let cells: Vec<&str> = self.rows.iter().map(|r| &*r[at]).collect();
            let whole: Option<Vec<i64>> = cells.iter().map(|c| c.parse().ok()).collect();
            let number: Option<Vec<f64>> = cells.iter().map(|c| c.parse().ok()).collect();
            let text = ["school", "classroom", "student", "kind"].contains(&name.as_str());
            let data = match (whole, number) {
                (Some(whole), _) if !text && name != self.outcome() => Data::Whole(Wholes::complete(whole)),
                (_, Some(number)) if !text => Data::Number(number),
                _ => {
                    let mut levels: Vec<String> = cells.iter().map(ToString::to_string).collect();
                    if self.spare_level && name == "kind" {
                        levels.push("nowhere".into());
                    }
                    levels.sort();
                    levels.dedup();
                    let codes = cells.iter().map(|c| levels.binary_search(&c.to_string()).expect("listed") as u32).collect();
                    Data::Text(Texts { levels, codes })
                }
            };
            cohort.push(Column { name: name.clone(), data });
        }
        cohort
    }

    fn spec(&self, estimator: &dyn Estimator) -> PanelSpec {
        let some = |role: Role, name: &str| estimator.asks_for(role).then(|| name.to_string());
        let treatment = if self.changing {
            TreatmentRule::Status("status".into())
        } else if self.arms {
            TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) }
        } else {
            TreatmentRule::Cohort("profile_year".into())
        };
        PanelSpec {
            unit: self.unit.map(Into::into),
            period: (!self.arms).then(|| "year".into()),
            cluster: (!self.by_unit).then(|| "school".into()),
            covariates: if self.covariates { ["frl", "kind"].map(CovariateTerm::parse).into() } else { Vec::new() },
            weights: self.weights.map(Into::into),
            levels: if estimator.asks_for(Role::Levels) && self.unit.is_some() { vec!["half".into()] } else { Vec::new() },
            third: some(Role::Third, "half"),
            dose: some(Role::Dose, "hours"),
            take_up: some(Role::TakeUp, "used"),
            paths: if estimator.asks_for(Role::Status) { Paths::Any } else { Paths::StayOn(Vec::new()) },
            ..PanelSpec::new(self.outcome(), treatment)
        }
    }
}

pub(super) fn worlds() -> Vec<World> {
    let classrooms = World::read("several starts", CLASSROOMS, Some("classroom"), false);
    let students = World::read("students", STUDENTS, Some("student"), true);
    let one = classrooms.clone().keep("one start", "profile_year", &["0", "2020"]);
    // Few treated schools, so that comparison schools outnumber them.
    let few = one.clone().keep("few treated", "year", &["2016", "2017", "2018", "2019", "2020", "2021"]);
    let sections = World { name: "cross-sections", unit: None, ..students.clone() };
    vec![classrooms, one, few, students, sections]
}

/// A method that the fit has: the first of these that it takes.
pub(super) const METHODS: [&str; 2] = ["cluster:cr1", "jackknife"];

fn run(world: &World, text: &str, executor: &dyn Executor) -> Result<Vec<Effect>, String> {
    run_by(world, text, &METHODS, executor)
}

/// By the first of the methods that the fit has; without any, by the estimator's own.
pub(super) fn run_by(world: &World, text: &str, methods: &[&str], executor: &dyn Executor) -> Result<Vec<Effect>, String> {
    let chosen = Chosen::parse(text).map_err(|f| f.to_string())?;
    let cohort = world.cohort();
    let ask = |inference: Vec<Method>| {
        let question = Question {
            spec: world.spec(chosen.estimator),
            estimators: vec![chosen.clone()],
            inference,
            multiplicity: None,
            skip_missing: false,
            carry: false,
            level: 0.9,
            seed: 5,
        };
        let (_, analyses) = analyse(&cohort, &question, executor).map_err(|f| f.to_string())?;
        Ok(analyses.into_iter().flat_map(|a| a.effects).collect())
    };
    if methods.is_empty() {
        return ask(Vec::new());
    }
    let mut why = String::new();
    for method in methods {
        match ask(vec![Method::parse(method).expect("known")]) {
            Ok(effects) => return Ok(effects),
            Err(fault) => why = fault,
        }
    }
    Err(why)
}

fn names() -> Vec<&'static str> {
    ESTIMATORS.iter().map(|e| e.card().id).collect()
}

/// The worlds that an estimator accepts, with what it finds in each.
fn accepted(estimator: &str, mut change: impl FnMut(World) -> World) -> Vec<(World, Vec<Effect>)> {
    worlds().into_iter().map(&mut change).filter_map(|w| run(&w, estimator, &Serial).ok().map(|found| (w, found))).collect()
}

/// Everything that is said of the effects.
pub(super) fn text(effects: &[Effect]) -> String {
    effects.iter().map(|e| format!("{:?}\n", (&e.target, &e.result))).collect()
}

/// The same effects, numbers within a tolerance; with `errors`, standard errors and intervals too.
fn near(a: &[Effect], b: &[Effect], factor: f64, errors: bool, tolerance: f64) -> Result<(), String> {
    if a.len() != b.len() {
        return Err(format!("{} effects and {}", a.len(), b.len()));
    }
    for (x, y) in a.iter().zip(b) {
        // Coefficients other than effects may have another unit, and the intercept moves.
        if factor != 1.0 && x.target.estimand == Estimand::Coefficient {
            continue;
        }
        let (x, y, label) = match (&x.result, &y.result) {
            (Ok(p), Ok(q)) => (p, q, &x.target.label),
            (Err(_), Err(_)) => continue,
            _ => return Err(format!("{}: identified in one only", x.target.label)),
        };
        let ends = |e: &didact::infer::Estimate| [Some(e.estimate), e.std_error, e.interval.low.value(), e.interval.high.value()];
        // What is zero up to rounding is compared with the standard error.
        let size = x.std_error.unwrap_or(0.0).max(1e-3);
        for (p, q) in ends(x).into_iter().zip(ends(y)).take(if errors { 4 } else { 1 }) {
            let fine = match (p, q) {
                (Some(p), Some(q)) => (p * factor - q).abs() <= tolerance * factor.abs() * p.abs().max(size),
                (p, q) => p.is_none() && q.is_none(),
            };
            if !fine {
                return Err(format!("{label}: {p:?} × {factor} and {q:?}"));
            }
        }
    }
    Ok(())
}

/// Applies a change to every accepted world of every estimator and collects what differs.
fn check(invariance: &str, change: impl Fn(&World) -> Option<World>, same: impl Fn(&[Effect], &[Effect]) -> Result<(), String>) {
    let mut faults = Vec::new();
    let mut compared = 0;
    for estimator in names() {
        if excepted(estimator, invariance) {
            continue;
        }
        for (world, plain) in accepted(estimator, |w| w) {
            let Some(other) = change(&world) else { continue };
            compared += 1;
            let found = run(&other, estimator, &Serial).and_then(|found| same(&plain, &found));
            if let Err(why) = found {
                faults.push(format!("{estimator}, {}: {why}", world.name));
            }
        }
    }
    assert!(compared > ESTIMATORS.len(), "{invariance}: only {compared} comparisons");
    assert!(faults.is_empty(), "{invariance}:\n{}", faults.join("\n"));
}

fn identical(a: &[Effect], b: &[Effect]) -> Result<(), String> {
    let (a, b) = (text(a), text(b));
    let first = a.lines().zip(b.lines()).find(|(x, y)| x != y);
    if a == b { Ok(()) } else { Err(first.map_or("another number of effects".into(), |(x, y)| format!("\n  {x}\n  {y}"))) }
}

#[test]
fn every_estimator_accepts_some_world() {
    for estimator in names() {
        let why: Vec<String> = worlds().iter().filter_map(|w| run(w, estimator, &Serial).err()).collect();
        assert!(why.len() < worlds().len(), "{estimator} refuses all:\n{}", why.join("\n"));
    }
}

#[test]
fn exceptions_name_estimators_that_exist() {
    assert!(EXCEPT.iter().all(|(e, _, why)| names().contains(e) && why.len() > 10));
}

#[test]
fn the_order_of_rows_changes_no_bit() {
    let shuffled = |world: &World| {
        let mut order: Vec<usize> = (0..world.rows.len()).collect();
        order.sort_by_key(|i| (i * 7919 + 13) % 10_007);
        Some(World { rows: order.into_iter().map(|i| world.rows[i].clone()).collect(), ..world.clone() })
    };
    check("order", shuffled, identical);
}

#[test]
fn a_column_nobody_uses_changes_no_bit() {
    let more = |world: &World| {
        let mut out = world.clone();
        let cells = (0..out.rows.len()).map(|i| format!("{}", i * i % 17)).collect();
        out.push("idle", cells);
        Some(out)
    };
    check("a column nobody uses", more, identical);
}

#[test]
fn threads_change_no_bit() {
    for estimator in names() {
        for (world, plain) in accepted(estimator, |w| w) {
            let threads = run(&world, estimator, &Threads::new(Some(3))).unwrap_or_else(|f| panic!("{estimator}: {f}"));
            identical(&plain, &threads).unwrap_or_else(|why| panic!("{estimator}, {}: {why}", world.name));
        }
    }
}

#[test]
fn other_names_change_nothing() {
    let renamed = |world: &World| {
        let id = if world.arms { "student" } else { "classroom" };
        let new = |text: &str| {
            let n: u64 = text.parse().expect("a number");
            format!("{:04}-{text}", (n * 7919 + 31) % 9973)
        };
        Some(world.clone().map("school", new).map(id, new))
    };
    check("names", renamed, |a, b| near(a, b, 1.0, true, 1e-8));
}

#[test]
fn a_shifted_and_scaled_outcome_scales_effects() {
    // A power of two, and a whole number: values with three decimals keep their ties.
    let moved = |world: &World| {
        let outcome = world.outcome();
        Some(world.clone().map(outcome, |y| format!("{}", 4.0 * y.parse::<f64>().expect("a number") + 512.0)))
    };
    check("scale", moved, |a, b| near(a, b, 4.0, true, 1e-7));
}

#[test]
fn twins_in_the_same_cluster_change_no_estimate() {
    let doubled = |world: &World| {
        let at = world.at(if world.arms { "student" } else { "classroom" });
        let twin = |row: &Vec<String>| {
            let mut row = row.clone();
            row[at] = format!("{}-twin", row[at]);
            row
        };
        let rows = world.rows.iter().cloned().chain(world.rows.iter().map(twin)).collect();
        Some(World { rows, ..world.clone() })
    };
    check("twins", doubled, |a, b| near(a, b, 1.0, false, 1e-8));
}

#[test]
fn constant_weights_are_no_weights() {
    for estimator in names() {
        for (world, plain) in accepted(estimator, |w| w) {
            let even = World { weights: Some("even"), ..world.clone() };
            let weighted = run(&even, estimator, &Serial).unwrap_or_else(|f| panic!("{estimator}, {}: {f}", world.name));
            near(&plain, &weighted, 1.0, true, 1e-10).unwrap_or_else(|why| panic!("{estimator}, {}: {why}", world.name));
        }
    }
}

#[test]
fn every_estimator_takes_covariates_and_weights() {
    for estimator in names() {
        assert!(!accepted(estimator, World::with_covariates).is_empty(), "{estimator} takes no covariates");
        let moved = |(world, plain): (World, Vec<Effect>)| {
            run(&world.weighted(), estimator, &Serial).is_ok_and(|weighted| text(&weighted) != text(&plain))
        };
        assert!(accepted(estimator, |w| w).into_iter().any(moved), "{estimator} does nothing with weights, or takes none");
    }
}

#[test]
fn covariates_that_vary_are_told_of() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/data/classrooms.csv");
    let roles = "--outcome math --unit classroom --period year --cohort profile_year --cluster school --covariates attendance,frl";
    for (estimator, code) in [
        ("twfe", "covariates-after-start"),
        ("sun-abraham", "covariates-after-start"),
        ("imputation", "covariates-after-start"),
        ("wooldridge", "covariates-after-start"),
        ("synthetic-did", "covariates-after-start"),
        ("callaway-santanna", "covariates-vary"),
        ("roth-santanna", "covariates-vary"),
    ] {
        let (_, out, err) = crate::didact(&format!("estimate {path} {roles} --estimator {estimator} --inference jackknife --json"));
        assert!(out.contains(code) && out.contains("(attendance)"), "{estimator}: {out} {err}");
    }
}

#[test]
fn a_level_that_no_row_has_changes_no_bit() {
    let mut compared = 0;
    for estimator in names() {
        for (world, plain) in accepted(estimator, World::with_covariates) {
            let other =
                run(&World { spare_level: true, ..world.clone() }, estimator, &Serial).unwrap_or_else(|f| panic!("{estimator}: {f}"));
            identical(&plain, &other).unwrap_or_else(|why| panic!("{estimator}, {}: {why}", world.name));
            compared += 1;
        }
    }
    assert!(compared > ESTIMATORS.len() / 2, "only {compared} comparisons");
}

/// Schools of classrooms that are treated from before the first period on.
#[test]
fn always_treated_units_change_no_other_effect() {
    let more = |world: &World| {
        if world.name != "several starts" {
            return None;
        }
        let [school, classroom, start, math] = ["school", "classroom", "profile_year", "math"].map(|c| world.at(c));
        let extra = world.rows.iter().filter(|r| r[start] == "0").map(|r| {
            let mut row = r.clone();
            row[school] = format!("always-{}", r[school]);
            row[classroom] = format!("always-{}", r[classroom]);
            row[start] = "2010".into();
            row[math] = format!("{}", r[math].parse::<f64>().expect("a number") * 1.1 - 9.0);
            row
        });
        Some(World { rows: world.rows.iter().cloned().chain(extra).collect(), ..world.clone() })
    };
    let mut faults = Vec::new();
    for estimator in names().into_iter().filter(|e| !excepted(e, "always-treated")) {
        for (world, plain) in accepted(estimator, |w| w) {
            let Some(other) = more(&world) else { continue };
            match run(&other, estimator, &Serial) {
                Err(why) => faults.push(format!("{estimator}: {why}")),
                Ok(found) => {
                    for x in &plain {
                        let Ok(before) = &x.result else { continue };
                        let twin = found.iter().find(|y| y.target == x.target).and_then(|y| y.result.as_ref().ok());
                        let size = before.estimate.abs().max(before.std_error.unwrap_or(0.0)).max(1e-3);
                        if twin.is_none_or(|after| (after.estimate - before.estimate).abs() > 1e-8 * size) {
                            faults.push(format!("{estimator}, {}: {} and {:?}", x.target.label, before.estimate, twin.map(|t| t.estimate)));
                        }
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
