//! The cost of intervals: replicates on the small table a school, single-threaded.

use criterion::{Criterion, criterion_group, criterion_main};
use didact::cohort::{Cohort, Column, Data, Wholes};
use didact::estimate::{Chosen, Fit, Sample};
use didact::infer::{Method, Setting};
use didact::panel::{Duplicates, Panel, PanelSpec, Serial, TreatmentRule};
use didact::random::Stream;
use std::hint::black_box;
use std::time::Duration;

/// `schools` schools, half of them treated, each with `students` students in two years.
fn cohort(schools: usize, students: usize) -> Cohort {
    let mut stream = Stream::new(1, &["bench"], 0);
    let (mut school, mut arm, mut post, mut score) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for s in 0..schools {
        let level = 3.0 * stream.normal();
        for _ in 0..students {
            let ability = level + 10.0 * stream.normal();
            for t in 0..2 {
                school.push(s as i64);
                arm.push((s % 2) as i64);
                post.push(t);
                score.push(200.0 + ability + 5.0 * t as f64 + 3.0 * stream.normal());
            }
        }
    }
    let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
    for (name, values) in [("school", school), ("arm", arm), ("post", post)] {
        cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
    }
    cohort.push(Column { name: "score".into(), data: Data::Number(score) });
    cohort
}

fn fit(schools: usize, students: usize) -> Fit {
    let spec = PanelSpec {
        outcome: "score".into(),
        unit: None,
        period: None,
        treatment: TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) },
        covariates: Vec::new(),
        weights: None,
        cluster: Some("school".into()),
        second_cluster: None,
        levels: Vec::new(),
        block: None,
        filter: Vec::new(),
        subgroup: None,
        duplicates: Duplicates::Refuse,
    };
    let panel = Panel::build(&cohort(schools, students), &spec).expect("a sound sample");
    let chosen = Chosen::parse("did").expect("known");
    let sample = Sample::new(&panel, &Serial);
    chosen.estimator.fit(&sample, &chosen.options).expect("estimable")
}

fn intervals(c: &mut Criterion) {
    let setting = Setting::new(0.95, 1, &Serial);
    for schools in [62, 1000] {
        let fit = fit(schools, 20);
        for method in [
            "cluster:cr1",
            "cluster:cr2",
            "pairs-bootstrap:replicates=9999,interval=percentile",
            "pairs-bootstrap:replicates=9999",
            "wild-bootstrap",
            "wild-bootstrap:weights=webb",
        ] {
            let chosen = Method::parse(method).expect("known");
            c.bench_function(&format!("{schools} schools, {method}"), |b| {
                b.iter(|| black_box(chosen.infer(&fit, &setting).expect("an interval")))
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    targets = intervals
}
criterion_main!(benches);
