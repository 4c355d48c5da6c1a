//! Is every estimator right where its assumptions hold, and does its default interval keep its promise? Panels of classrooms
//! in schools with known effects; prints the table that is kept in `benches/estimators.md`:
//!
//! ```text
//! cargo bench --bench estimators > benches/estimators.md
//! cargo bench --bench estimators -- --draws 100
//! cargo bench --bench estimators -- --draws 100 --only mixed-model
//! ```

use didact::cli::Threads;
use didact::cohort::{Cohort, Column, Data, Wholes};
use didact::estimate::{Chosen, Estimand, Sample};
use didact::infer::{self, Setting};
use didact::panel::{CovariateTerm, Panel, PanelSpec, Serial, TreatmentRule, spread};
use didact::random::Stream;

const SCHOOLS: usize = 80;
const CLASSROOMS: usize = 3;
const PERIODS: i64 = 7;
/// Starts; the last quarter of the schools is never treated.
const STARTS: [i64; 3] = [3, 4, 6];

/// How the effect depends on the start and the time since.
#[derive(Clone, Copy)]
struct World {
    name: &'static str,
    effect: fn(i64, i64) -> f64,
}

const WORLDS: [World; 3] = [
    World { name: "homogeneous", effect: |_, _| 2.0 },
    World { name: "dynamic", effect: |_, e| 1.0 + e as f64 },
    World {
        name: "heterogeneous and dynamic",
        effect: |g, e| if g == 3 { 1.0 + 1.5 * e as f64 } else { 3.0 - 0.5 * (g - 3) as f64 + 0.3 * e as f64 },
    },
];

/// Estimators of staggered starts; whether their assumptions hold in each world.
const STAGGERED: &[(&str, [bool; 3])] = &[
    ("callaway-santanna", [true; 3]),
    ("callaway-santanna:control=never,base=universal", [true; 3]),
    ("sun-abraham", [true; 3]),
    ("sun-abraham:shares=estimated", [true; 3]),
    ("imputation", [true; 3]),
    ("two-stage", [true; 3]),
    ("wooldridge", [true; 3]),
    ("stacked", [true; 3]),
    ("synthetic-did:se=jackknife", [true; 3]),
    ("synthetic-did", [true; 3]),
    ("synthetic-control", [true; 3]),
    ("roth-santanna", [true; 3]),
    ("chaisemartin-dhaultfoeuille", [true; 3]),
    ("mixed-model", [true, false, false]),
    ("mixed-model:shocks=none", [true, false, false]),
    ("twfe", [true, false, false]),
    ("event-study", [true, true, false]),
];

/// Estimators of one start, with covariates where the trend depends on them.
const ONE_START: &[(&str, bool)] = &[
    ("did", false),
    ("ancova", true),
    ("did:method=regression", true),
    ("did:method=ipw", true),
    ("did:method=dr", true),
    ("did:method=dr,improved=true", true),
    ("triple-difference", true),
    ("triple-difference:method=dr", true),
    ("compliance", false),
    ("dose-response:degree=1", false),
    ("changes-in-changes", false),
];

/// Those whose errors come from hundreds of fits to placebos, on a third of the draws.
const SLOW: [&str; 2] = ["synthetic-did", "synthetic-control"];

struct Row {
    key: usize,
    error: f64,
    covered: Option<bool>,
}

fn normal(s: &mut Stream) -> f64 {
    s.normal()
}

/// A staggered panel of classrooms: school, classroom and period effects, school × period shocks, noise; and how many schools
/// start when. Starts are drawn, so cohorts' shares are estimated, as they are outside of a drawing board.
fn staggered(world: World, seed: u64) -> (Cohort, [f64; 3]) {
    let mut s = Stream::new(seed, &["bench", "estimators", world.name], 0);
    let (mut school, mut classroom, mut period, mut start, mut y) = (vec![], vec![], vec![], vec![], vec![]);
    let mut sizes = [0.0; 3];
    for g in 0..SCHOOLS {
        let place = s.below(4) as usize;
        let first = STARTS.get(place).copied().unwrap_or(0);
        if let Some(size) = sizes.get_mut(place) {
            *size += 1.0;
        }
        let level = 2.0 * normal(&mut s);
        let shocks: Vec<f64> = (0..PERIODS).map(|_| 0.5 * normal(&mut s)).collect();
        for c in 0..CLASSROOMS {
            let own = normal(&mut s);
            for t in 1..=PERIODS {
                let effect = if first > 0 && t >= first { (world.effect)(first, t - first) } else { 0.0 };
                school.push(g as i64);
                classroom.push((g * CLASSROOMS + c) as i64);
                period.push(t);
                start.push(first);
                y.push(level + own + 0.4 * t as f64 + shocks[(t - 1) as usize] + effect + normal(&mut s));
            }
        }
    }
    let mut cohort = Cohort::default();
    for (name, values) in [("school", school), ("classroom", classroom), ("period", period), ("start", start)] {
        cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
    }
    cohort.push(Column { name: "y".into(), data: Data::Number(y) });
    (cohort, sizes)
}

/// The true value of what an estimator calls its overall effect, with cohorts of these sizes.
fn truth(world: World, estimand: Estimand, window: Option<i64>, sizes: [f64; 3]) -> f64 {
    let mut cells: Vec<(i64, f64, f64)> = Vec::new();
    for (g, size) in STARTS.into_iter().zip(sizes) {
        cells.extend((0..=PERIODS - g).map(|e| (e, (world.effect)(g, e), size)));
    }
    let mean = |test: &dyn Fn(i64) -> bool| {
        let (sum, n) = cells.iter().filter(|c| test(c.0)).fold((0.0, 0.0), |(s, n), (_, v, w)| (s + w * v, n + w));
        sum / n
    };
    match (window, estimand) {
        // The same cohorts at every time, plain mean.
        (Some(last), _) => mean(&|e| e <= last),
        (None, Estimand::Overall) => mean(&|_| true),
        _ => (0..=PERIODS - STARTS[0]).map(|time| mean(&|e| e == time)).sum::<f64>() / (PERIODS - STARTS[0] + 1) as f64,
    }
}

/// Whether an estimator's default interval takes the cohorts' shares for known: then it is about these very shares.
fn shares_known(name: &str) -> bool {
    ["sun-abraham", "wooldridge", "stacked", "event-study", "twfe", "mixed-model"].contains(&name)
}

/// Students before and after: the trend depends on prior attainment x, which differs between arms; in the subgroup the effect
/// is larger; not all use profiles; the dose is chosen independently of the trend.
fn one_start(seed: u64) -> (Cohort, [f64; 5]) {
    let mut s = Stream::new(seed, &["bench", "estimators", "one start"], 0);
    let (mut whole, mut number): (Vec<Vec<i64>>, Vec<Vec<f64>>) = (vec![vec![]; 5], vec![vec![]; 6]);
    let mut sums = [[0.0; 2]; 5];
    for g in 0..SCHOOLS {
        let arm = (g % 2) as i64;
        let shocks = [0.3 * normal(&mut s), 0.3 * normal(&mut s)];
        for i in 0..12 {
            let iep = i64::from(i % 4 == 0);
            let x = 0.4 * arm as f64 + normal(&mut s);
            let uses = arm == 1 && s.uniform() < 0.7;
            let dose = if arm == 1 { 1.0 + 3.0 * s.uniform() } else { 0.0 };
            let own = normal(&mut s);
            for post in 0..2i64 {
                let on = arm * post;
                let noise = 0.7 * normal(&mut s);
                let effect = [1.0 + iep as f64, 1.5 * f64::from(u8::from(uses)), 0.5 * dose];
                let base = own + shocks[post as usize] + 0.3 * post as f64 + noise;
                let trend = 0.8 * x * post as f64;
                whole.iter_mut().zip([g as i64, (g * 12 + i) as i64, post, arm, iep]).for_each(|(c, v)| c.push(v));
                let used = f64::from(u8::from(uses)) * post as f64;
                let values =
                    [base + x + trend + on as f64 * effect[0], base + on as f64 * effect[1], base + on as f64 * effect[2], x, used, dose];
                number.iter_mut().zip(values).for_each(|(c, v)| c.push(v));
                if on == 1 {
                    for (sum, v) in sums.iter_mut().zip([effect[0], 1.0, 1.5, effect[2], effect[2]]) {
                        sum[0] += v;
                        sum[1] += 1.0;
                    }
                }
            }
        }
    }
    let mut cohort = Cohort::default();
    for (name, values) in ["school", "student", "post", "arm", "iep"].into_iter().zip(whole) {
        cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
    }
    for (name, values) in ["y", "y_used", "y_dose", "x", "used", "dose"].into_iter().zip(number) {
        cohort.push(Column { name: name.into(), data: Data::Number(values) });
    }
    (cohort, sums.map(|[sum, n]| sum / n))
}

/// The overall effect of one estimator with its default interval.
fn one(cohort: &Cohort, spec: &PanelSpec, name: &str, seed: u64, key: usize, truth: impl Fn(Estimand) -> f64, out: &mut Vec<Row>) {
    let chosen = Chosen::parse(name).expect("known");
    let panel = Panel::build(cohort, spec).expect("a sound sample");
    let fit = chosen.estimator.fit(&Sample::new(&panel, &Serial), &chosen.options).unwrap_or_else(|f| panic!("{name}: {f}"));
    let find = |kind: Estimand| (0..fit.targets.len()).find(|&t| fit.targets[t].estimand == kind && fit.estimates[t].is_ok());
    let Some(t) = find(Estimand::Overall).or_else(|| find(Estimand::OverallDynamic)) else { return };
    let truth = truth(fit.targets[t].estimand);
    let estimate = *fit.estimates[t].as_ref().expect("identified");
    let method = &infer::defaults(&fit, &panel)[0];
    let inferred = method.infer(&fit, &Setting::new(0.95, seed, &Serial)).expect("it exists");
    let found = inferred.estimates.iter().find(|e| e.target == t);
    let covered = found.and_then(|e| Some(e.interval.low.value()? <= truth && truth <= e.interval.high.value()?));
    out.push(Row { key, error: estimate - truth, covered });
}

fn table(rows: &[Row], key: usize, name: &str, holds: bool) {
    let own: Vec<&Row> = rows.iter().filter(|r| r.key == key).collect();
    if own.is_empty() {
        return;
    }
    let n = own.len() as f64;
    let mean = own.iter().map(|r| r.error).sum::<f64>() / n;
    let variance = own.iter().map(|r| (r.error - mean) * (r.error - mean)).sum::<f64>() / (n - 1.0);
    let (mcse, rmse) = ((variance / n).sqrt(), (own.iter().map(|r| r.error * r.error).sum::<f64>() / n).sqrt());
    let with: Vec<bool> = own.iter().filter_map(|r| r.covered).collect();
    let coverage = 100.0 * with.iter().filter(|c| **c).count() as f64 / with.len() as f64;
    let fine = match (holds, mean.abs() <= 3.0 * mcse, (coverage - 95.0).abs() <= 1.5) {
        (false, true, _) => "assumptions do not hold",
        (false, false, _) => "biased: assumptions do not hold",
        (true, true, true) => "yes",
        (true, true, false) => "coverage off",
        (true, false, _) => "NO",
    };
    println!("| {name} | {mean:.4} | {mcse:.4} | {:.1} | {rmse:.3} | {coverage:.1} % | {fine} |", mean / mcse);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` only checks that it builds and runs.
    if !arguments.iter().any(|a| a == "--bench") {
        println!("run with: cargo bench --bench estimators");
        return;
    }
    let asked = arguments.iter().position(|a| a == "--draws").and_then(|i| arguments.get(i + 1)).and_then(|n| n.parse().ok());
    let draws: usize = asked.unwrap_or(1000);
    let only = arguments.iter().position(|a| a == "--only").and_then(|i| arguments.get(i + 1));
    let known = |name: &str| Chosen::parse(name).is_ok() && only.is_none_or(|o| o == name);
    println!("# Every estimator on known effects\n");
    println!(
        "Made by `cargo bench --bench estimators -- --draws {draws}`. Overall effect and default interval of each estimator; Monte Carlo standard error of a coverage of 95 %: {:.1} points.\n",
        100.0 * (0.95 * 0.05 / draws as f64).sqrt()
    );
    println!(
        "{SCHOOLS} schools of {CLASSROOMS} classrooms in {PERIODS} periods; each school starts in period 3, 4, 6 or never, by lot; school × period shocks. The truth is that of the cohorts drawn where an interval takes their shares for known (`sun-abraham`, `wooldridge`, `stacked`, `event-study`), else that of equal shares. `synthetic-did` with its errors from placebos, and `synthetic-control`, on every third draw. Points of an outcome with SD about 2.5."
    );
    for world in WORLDS {
        println!("\n## Staggered starts, effects {}\n", world.name);
        println!(
            "| estimator | mean error | MC error | ratio | RMSE | coverage | right |\n| :--- | ---: | ---: | ---: | ---: | ---: | :--- |"
        );
        let rows: Vec<Row> = spread(&Threads::new(None), draws, |i| {
            let (cohort, sizes) = staggered(world, i as u64 + 1);
            let spec = PanelSpec {
                unit: Some("classroom".into()),
                period: Some("period".into()),
                cluster: Some("school".into()),
                ..PanelSpec::new("y", TreatmentRule::Cohort("start".into()))
            };
            let mut out = Vec::new();
            let drawn = |name: &str| known(name) && (!SLOW.contains(&name) || i % 3 == 0);
            for (key, (name, _)) in STAGGERED.iter().enumerate().filter(|(_, (name, _))| drawn(name)) {
                // By default the stack shows the widest window all cohorts share: up to 7 − 6 = 1.
                let window = name.starts_with("stacked").then_some(PERIODS - STARTS[2]);
                let sizes = if shares_known(name) { sizes } else { [1.0; 3] };
                one(&cohort, &spec, name, i as u64, key, |kind| truth(world, kind, window, sizes), &mut out);
            }
            out
        })
        .into_iter()
        .flatten()
        .collect();
        let place = WORLDS.iter().position(|w| w.name == world.name).expect("listed");
        for (key, (name, holds)) in STAGGERED.iter().enumerate() {
            table(&rows, key, &format!("`{name}`"), holds[place]);
        }
    }
    println!("\n## One start, before and after\n");
    println!(
        "{SCHOOLS} schools of 12 students; the trend depends on prior attainment x, which differs between arms; the effect is 1, and 2 for students with an IEP; seven in ten use profiles; doses from 1 to 4.\n"
    );
    println!("| estimator | mean error | MC error | ratio | RMSE | coverage | right |\n| :--- | ---: | ---: | ---: | ---: | ---: | :--- |");
    let rows: Vec<Row> = spread(&Threads::new(None), draws, |i| {
        let (cohort, truths) = one_start(i as u64 + 1);
        let mut out = Vec::new();
        for (key, (name, covariate)) in ONE_START.iter().enumerate().filter(|(_, (name, _))| known(name)) {
            let (outcome, truth) = match name.split(':').next().unwrap_or(name) {
                "triple-difference" => ("y", truths[1]),
                "compliance" => ("y_used", truths[2]),
                "dose-response" | "changes-in-changes" => ("y_dose", truths[3]),
                _ => ("y", truths[0]),
            };
            let rule = TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) };
            let mut spec = PanelSpec { unit: Some("student".into()), cluster: Some("school".into()), ..PanelSpec::new(outcome, rule) };
            if *covariate {
                spec.covariates = vec![CovariateTerm::parse("x"), CovariateTerm::parse("iep")];
            }
            if name.starts_with("triple") {
                spec.third = Some("iep".into());
                spec.covariates.truncate(1);
            }
            spec.take_up = name.starts_with("compliance").then(|| "used".into());
            spec.dose = name.starts_with("dose").then(|| "dose".into());
            one(&cohort, &spec, name, i as u64, key, |_| truth, &mut out);
        }
        out
    })
    .into_iter()
    .flatten()
    .collect();
    for (key, (name, _)) in ONE_START.iter().enumerate() {
        table(&rows, key, &format!("`{name}`"), *name != "did");
    }
    println!(
        "\n`did` without covariates stands here to show what they are for. `twfe` and `event-study` stand above to show what they do where effects differ and starts are staggered."
    );
}
