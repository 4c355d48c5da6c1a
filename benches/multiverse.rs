//! The cost of a specification curve: 11,000 students of 62 schools in two years, seven covariates, and at least 2,000 specifications of
//! sample, covariates, estimator, outcome scale and inference, with joint inference by 500 shuffles of treatment.
//!
//! ```text
//! cargo bench --bench multiverse
//! ```

use didact::cli::Threads;
use didact::cohort::{Cohort, Column, Data, Wholes};
use didact::diagnose::multiverse::{Curve, curve};
use didact::diagnose::{CHECKS, Ground};
use didact::estimate::{Chosen, Options};
use didact::infer::Setting;
use didact::panel::{CovariateTerm, Executor, Panel, PanelSpec, TreatmentRule};
use didact::random::Stream;
use std::time::Instant;

const SCHOOLS: usize = 62;
const STUDENTS: usize = 11_000;
const SHUFFLES: usize = 500;
/// The curves: their estimators (those of the design, and regressions alone) and the most sets of covariates.
const CURVES: [(&[&str], usize); 2] = [(&[], 56), (&["twfe", "ancova", "did:method=regression"], 76)];
const COVARIATES: [&str; 7] = ["iep", "el", "meals", "prior", "drive", "openness", "attendance"];

/// Students in two years; one in twenty is not seen again.
fn cohort() -> Cohort {
    let mut stream = Stream::new(1, &["bench", "multiverse"], 0);
    let mut whole: [Vec<i64>; 4] = Default::default();
    let mut score = Vec::new();
    let mut traits: [Vec<f64>; 7] = Default::default();
    let levels: Vec<f64> = (0..SCHOOLS).map(|_| 3.0 * stream.normal()).collect();
    for student in 0..STUDENTS {
        let school = student % SCHOOLS;
        let ability = levels[school] + 10.0 * stream.normal();
        let flags = [0.14, 0.1, 0.5].map(|share| f64::from(u8::from(stream.uniform() < share)));
        let marks = [0.8, 0.2, 0.0, 0.3].map(|r| 50.0 + r * ability + 5.0 * stream.normal());
        let gain = 0.1 * (marks[1] - 50.0) - flags[0] + if school % 2 == 1 { 1.5 } else { 0.0 };
        let years = if stream.uniform() < 0.05 { 1 } else { 2 };
        for year in 0..years {
            let post = year as i64;
            whole.iter_mut().zip([student as i64, school as i64, (school % 2) as i64, post]).for_each(|(c, v)| c.push(v));
            score.push(200.0 + ability + (5.0 + gain) * year as f64 + 3.0 * stream.normal());
            traits.iter_mut().zip(flags.into_iter().chain(marks)).for_each(|(c, v)| c.push(v));
        }
    }
    let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
    for (name, values) in ["student", "school", "arm", "post"].into_iter().zip(whole) {
        cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
    }
    for (name, values) in COVARIATES.into_iter().zip(traits).chain([("score", score)]) {
        cohort.push(Column { name: name.into(), data: Data::Number(values) });
    }
    cohort
}

/// Processor seconds of this process so far, where the system tells: its user and system ticks, a hundred a second.
fn processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after = text.rsplit_once(')')?.1;
    let ticks: Vec<f64> = after.split_whitespace().skip(11).take(2).filter_map(|t| t.parse().ok()).collect();
    (ticks.len() == 2).then(|| (ticks[0] + ticks[1]) / 100.0)
}

fn drawn(cohort: &Cohort, estimators: &[&str], subsets: usize, executor: &dyn Executor) -> Curve {
    let rule = TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) };
    let spec = PanelSpec {
        unit: Some("student".into()),
        cluster: Some("school".into()),
        covariates: COVARIATES.iter().map(|c| CovariateTerm::parse(c)).collect(),
        ..PanelSpec::new("score", rule)
    };
    let panel = Panel::build(cohort, &spec).expect("a sound sample");
    let named: Vec<Chosen> = estimators.iter().map(|e| Chosen::parse(e).expect("known")).collect();
    let ground = Ground { panel: &panel, named: &named, rebuild: &|otherwise| Panel::build(cohort, &otherwise.of(&spec)) };
    let check = CHECKS.iter().find(|c| c.card.id == "multiverse").expect("a check");
    let options = Options::parse(&check.card, &format!("subsets={subsets},shuffles={SHUFFLES}")).expect("known");
    curve(&ground, &options, &Setting::new(0.95, 1, executor)).expect("a curve")
}

fn main() {
    // `cargo test --benches` only checks that it builds and runs.
    if !std::env::args().any(|a| a == "--bench") {
        println!("run with: cargo bench --bench multiverse");
        return;
    }
    let threads = Threads::new(None);
    let cohort = cohort();
    println!("{STUDENTS} students, {SCHOOLS} schools, {SHUFFLES} shuffles, {} threads\n", threads.width());
    println!("| estimators | specifications | in the joint inference | seconds | of processor |");
    println!("| :--- | ---: | ---: | ---: | ---: |");
    for (estimators, subsets) in CURVES {
        let (started, before) = (Instant::now(), processor());
        let found = drawn(&cohort, estimators, subsets, &threads);
        let (wall, cpu) = (started.elapsed().as_secs_f64(), before.zip(processor()).map(|(a, b)| b - a));
        let cpu = cpu.map_or("—".into(), |s| format!("{s:.2}"));
        let joint = found.joint.as_ref().map_or(0, |j| j.estimates);
        let name = if estimators.is_empty() { "those of the design".into() } else { estimators.join(", ") };
        let n = found.specifications.len();
        println!("| {name} | {n} | {joint} | {wall:.2} | {cpu} |");
        assert!(n >= 2000, "a curve of {n} specifications is too short to tell");
    }
}
