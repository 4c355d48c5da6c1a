//! The cost of intervals: replicates on the small table a school, single-threaded.

use criterion::{Criterion, criterion_group, criterion_main};
use didact::cohort::{Cohort, Column, Data, Wholes};
use didact::estimate::{Chosen, Fit, Sample};
use didact::infer::{Method, Setting};
use didact::panel::{Panel, PanelSpec, Serial, TreatmentRule};
use didact::random::{Stream, multinomial};
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
    let rule = TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) };
    let spec = PanelSpec { cluster: Some("school".into()), ..PanelSpec::new("score", rule) };
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
            "jackknife",
            "pairs-bootstrap:replicates=9999,interval=percentile",
            "pairs-bootstrap:replicates=9999",
            "fractional-bootstrap:replicates=9999",
            "wild-bootstrap",
            "wild-bootstrap:weights=webb",
            "multiplier-bootstrap:replicates=9999",
            "permutation",
            "permutation:statistic=studentized",
            "few-treated",
        ] {
            let chosen = Method::parse(method).expect("known");
            c.bench_function(&format!("{schools} schools, {method}"), |b| {
                b.iter(|| black_box(chosen.infer(&fit, &setting).expect("an interval")))
            });
        }
        // What drawing the clusters costs by itself: the floor of any pairs bootstrap.
        let root = Stream::new(1, &["bench", "draws"], 0);
        c.bench_function(&format!("{schools} schools, drawing them 9,999 times"), |b| {
            let mut counts = vec![0.0_f64; schools];
            b.iter(|| {
                for r in 0..9999 {
                    let mut stream = root.at(r);
                    counts.fill(0.0);
                    multinomial(&mut stream, schools as u32, |i| counts[i] += 1.0);
                    black_box(&counts);
                }
            })
        });
    }
}

/// Cost against replicates, clusters and rows.
fn growth(c: &mut Criterion) {
    let setting = Setting::new(0.95, 1, &Serial);
    for (schools, students) in [(62, 20), (62, 200), (62, 2000), (250, 20), (1000, 20)] {
        let fit = fit(schools, students);
        for replicates in [999, 9999, 99_999] {
            let chosen = Method::parse(&format!("wild-bootstrap:replicates={replicates}")).expect("known");
            c.bench_function(&format!("growth: {schools} schools of {students}, wild-bootstrap, {replicates} replicates"), |b| {
                b.iter(|| black_box(chosen.infer(&fit, &setting).expect("an interval")))
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    targets = intervals, growth
}
criterion_main!(benches);
