//! Does the right estimator recover the truth? 400 draws of each world; the mean error must lie within 3 Monte Carlo
//! standard errors of zero. Prints the table that is kept in `benches/recovery.md`:
//!
//! ```text
//! cargo bench --bench recovery > benches/recovery.md
//! ```

use didact::cli::Threads;
use didact::estimate::Estimand;
use didact::panel::{Serial, spread};
use didact::simulate::{self, Detail};
use didact::study::{Question, Roles, STUDIES, analyse};
use didact::{estimate::Chosen, infer::Method, panel::PanelSpec, panel::TreatmentRule};

const DRAWS: usize = 400;

/// One effect in one draw.
struct Row {
    key: String,
    error: f64,
    covered: bool,
}

fn main() {
    // `cargo test --benches` only checks that it builds and runs.
    if !std::env::args().any(|a| a == "--bench") {
        println!("run with: cargo bench --bench recovery");
        return;
    }
    println!("# Recovery of the truth\n");
    println!("Made by `cargo bench --bench recovery`: {DRAWS} draws of each world, seeds 1 to {DRAWS}; intervals `cluster:cr2`.\n");
    println!("| world | outcome | estimator | effect | mean error | MC standard error | ratio | RMSE | coverage of 95 % | within 3 |");
    println!("| :--- | :--- | :--- | :--- | ---: | ---: | ---: | ---: | ---: | :--- |");
    for (world, estimators) in [("two-period", &["did", "twfe"][..]), ("belmont-cragin", &["event-study", "twfe"][..])] {
        let draws = spread(&Threads::new(None), DRAWS, |i| draw(world, estimators, i as u64 + 1));
        let mut keys: Vec<String> = draws.iter().flatten().map(|r| r.key.clone()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let rows: Vec<&Row> = draws.iter().flatten().filter(|r| r.key == key).collect();
            let n = rows.len() as f64;
            let mean = rows.iter().map(|r| r.error).sum::<f64>() / n;
            let variance = rows.iter().map(|r| (r.error - mean) * (r.error - mean)).sum::<f64>() / (n - 1.0);
            let mcse = (variance / n).sqrt();
            let rmse = (rows.iter().map(|r| r.error * r.error).sum::<f64>() / n).sqrt();
            let coverage = 100.0 * rows.iter().filter(|r| r.covered).count() as f64 / n;
            let ratio = mean / mcse;
            let verdict = if ratio.abs() <= 3.0 { "yes" } else { "no" };
            println!("| {world} | {key} | {mean:.3} | {mcse:.3} | {ratio:.1} | {rmse:.2} | {coverage:.1} % | {verdict} |");
        }
    }
    println!("\nErrors in points (SD about 15). The Monte Carlo standard error of a coverage of 95 % in {DRAWS} draws is 1.1 points.");
    println!(
        "`twfe` in `belmont-cragin` stands here to show what it does where effects grow and starts are staggered: it is not the right estimator there."
    );
}

fn draw(world: &str, estimators: &[&str], seed: u64) -> Vec<Row> {
    let found = simulate::find(world).expect("a known world");
    let draw = found.draw_with(&found.parameters(), seed, Detail::Analysis);
    let roles: Roles = STUDIES.iter().find(|s| s.id == world).and_then(|s| s.study().roles).expect("a built-in study");
    let mut out = Vec::new();
    for outcome in &roles.outcomes {
        let question = Question {
            spec: PanelSpec {
                unit: roles.student.clone(),
                period: roles.period.clone(),
                cluster: roles.cluster.clone(),
                ..PanelSpec::new(outcome, TreatmentRule::Cohort(roles.cohort.clone().expect("named")))
            },
            estimators: estimators.iter().map(|e| Chosen::parse(e).expect("known")).collect(),
            inference: vec![Method::parse("cluster:cr2").expect("known")],
            multiplicity: None,
            skip_missing: false,
            carry: false,
            level: 0.95,
            seed,
        };
        let (_, analyses) = analyse(&draw.cohort, &question, &Serial).expect("a sound sample");
        for a in analyses {
            for effect in &a.effects {
                let Ok(e) = &effect.result else { continue };
                if effect.target.estimand == Estimand::Coefficient {
                    continue;
                }
                let truth = draw.truth.effects.iter().find(|t| {
                    t.outcome == *outcome && t.estimand == effect.target.estimand.name() && t.event_time == effect.target.event_time
                });
                let (Some(truth), Some(low), Some(high)) = (truth, e.interval.low.value(), e.interval.high.value()) else { continue };
                out.push(Row {
                    key: format!("{outcome} | {} | {}", a.estimator.label(), effect.target.label),
                    error: e.estimate - truth.value,
                    covered: low <= truth.value && truth.value <= high,
                });
            }
        }
    }
    out
}
