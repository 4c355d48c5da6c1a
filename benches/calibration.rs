//! How long a calibration takes: six estimators with cluster intervals on 300 units × 10 periods, 1,000 draws, as they are
//! reckoned by `didact calibrate`. Prints seconds:
//!
//! ```text
//! cargo bench --bench calibration
//! cargo bench --bench calibration -- --draws 100
//! ```

use didact::cli::Threads;
use didact::cohort::{Cohort, Column, Data, Faults, Wholes};
use didact::estimate::Chosen;
use didact::evaluate::{Drawn, Effects, Experiment, Grid, Point, Question, Source, Truths, performances, replicate};
use didact::infer::Method;
use didact::panel::{PanelSpec, TreatmentRule, spread};
use didact::random::Stream;
use didact::simulate::TrueEffect;
use std::time::Instant;

const UNITS: i64 = 300;
const CLUSTERS: i64 = 60;
const PERIODS: i64 = 10;
const ESTIMATORS: [&str; 6] = ["callaway-santanna", "sun-abraham", "imputation", "two-stage", "wooldridge", "twfe"];

/// Units in clusters that start in period 4, 6, 8 or never; an effect of 1.
struct Rollout;

impl Source for Rollout {
    fn name(&self) -> String {
        "rollout".into()
    }

    fn identity(&self) -> Vec<(String, String)> {
        vec![("world".into(), "rollout of the bench".into())]
    }

    fn parameters(&self) -> Vec<String> {
        Vec::new()
    }

    fn check(&self, _: &Point) -> Result<(), Faults> {
        Ok(())
    }

    fn draw(&self, _: &Point, seed: u64, _: &[String]) -> Result<Drawn, Faults> {
        let mut s = Stream::new(seed, &["bench", "calibration"], 0);
        let (mut columns, mut y) = ([vec![], vec![], vec![], vec![]], vec![]);
        for g in 0..CLUSTERS {
            let start = [4, 6, 8, 0][(g % 4) as usize];
            let shocks: Vec<f64> = (0..PERIODS).map(|_| 0.5 * s.normal()).collect();
            for i in 0..UNITS / CLUSTERS {
                let own = s.normal();
                for t in 1..=PERIODS {
                    columns.iter_mut().zip([g, g * 100 + i, t, start]).for_each(|(c, v)| c.push(v));
                    let on = f64::from(u8::from(start > 0 && t >= start));
                    y.push(own + shocks[(t - 1) as usize] + on + s.normal());
                }
            }
        }
        let mut cohort = Cohort::default();
        for (name, values) in ["cluster", "unit", "period", "start"].into_iter().zip(columns) {
            cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
        }
        cohort.push(Column { name: "y".into(), data: Data::Number(y) });
        let mut truths = Vec::new();
        for (g, t) in [4, 6, 8].into_iter().flat_map(|g| (g..=PERIODS).map(move |t| (g, t))) {
            truths.push(TrueEffect {
                outcome: "y".into(),
                subgroup: None,
                estimand: "group-time".into(),
                group: Some(g),
                period: Some(t),
                event_time: Some(t - g),
                value: 1.0,
                n: 75,
            });
        }
        Ok(Drawn { cohort, truths: Truths { effects: truths, ..Truths::default() } })
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` only checks that it builds and runs.
    if !arguments.iter().any(|a| a == "--bench") {
        println!("run with: cargo bench --bench calibration");
        return;
    }
    let asked = arguments.iter().position(|a| a == "--draws").and_then(|i| arguments.get(i + 1)).and_then(|n| n.parse().ok());
    let draws: usize = asked.unwrap_or(1000);
    let threads = Threads::new(None);
    for names in std::iter::once(&ESTIMATORS[..]).chain(ESTIMATORS.chunks(1)) {
        let spec = PanelSpec {
            unit: Some("unit".into()),
            period: Some("period".into()),
            cluster: Some("cluster".into()),
            ..PanelSpec::new("y", TreatmentRule::Cohort("start".into()))
        };
        let question = Question {
            section: "main".into(),
            spec,
            estimators: names.iter().map(|n| Chosen::parse(n).expect("known")).collect(),
            inference: vec![Method::parse("cluster:cr1").expect("known")],
        };
        let experiment = Experiment {
            source: &Rollout,
            grid: Grid::default(),
            questions: vec![question],
            effects: Effects::parse(["overall", "event"]).expect("known"),
            replicates: draws,
            level: 0.95,
            seed: 1,
        };
        let begun = Instant::now();
        let found = spread(&threads, draws, |i| replicate(&experiment, 0, i));
        let seconds = begun.elapsed().as_secs_f64();
        let rows = performances(&experiment, &found);
        let coverage: Vec<String> = names
            .iter()
            .enumerate()
            .filter_map(|(e, _)| rows.iter().find(|p| p.estimator == e)?.coverage.map(|m| format!("{:.3}", m.value)))
            .collect();
        println!("{seconds:7.2} s for {draws} draws: {} (overall coverage {})", names.join(", "), coverage.join(", "));
    }
}
