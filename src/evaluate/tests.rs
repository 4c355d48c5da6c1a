//! Measures against numbers from numpy, on a source that needs no world.

use super::*;
use crate::cohort::{Cohort, Column, Data, Faults, Wholes};
use crate::estimate::{Chosen, Estimand};
use crate::infer::{Bound, Method};
use crate::panel::{PanelSpec, TreatmentRule};
use crate::random::Stream;
use crate::simulate::TrueEffect;

/// Schools of three students, before and after; odd ones are treated, with an effect of `effect`.
struct Toy;

impl Source for Toy {
    fn name(&self) -> String {
        "toy".into()
    }

    fn identity(&self) -> Vec<(String, String)> {
        vec![("world".into(), "toy".into())]
    }

    fn parameters(&self) -> Vec<String> {
        vec!["schools".into(), "effect".into()]
    }

    fn check(&self, _: &Point) -> Result<(), Faults> {
        Ok(())
    }

    fn draw(&self, point: &Point, seed: u64, _columns: &[String]) -> Result<Drawn, Faults> {
        let value = |name: &str, default: f64| point.values.iter().find(|(n, _)| n == name).map_or(default, |(_, v)| *v);
        let (schools, effect) = (value("schools", 8.0) as i64, value("effect", 0.0));
        let mut stream = Stream::new(seed, &["toy"], 0);
        let (mut columns, mut y) = ([vec![], vec![], vec![], vec![]], vec![]);
        for g in 0..schools {
            let shock = stream.normal();
            for i in 0..3 {
                for t in 0..2 {
                    let on = f64::from(u8::from(t == 1 && g % 2 == 1));
                    columns.iter_mut().zip([g, 3 * g + i, t, g % 2]).for_each(|(c, v)| c.push(v));
                    y.push(on * effect + shock * t as f64 + stream.normal());
                }
            }
        }
        let mut cohort = Cohort::default();
        for (name, values) in ["school", "student", "post", "arm"].into_iter().zip(columns) {
            cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
        }
        cohort.push(Column { name: "y".into(), data: Data::Number(y) });
        let truth = TrueEffect {
            outcome: "y".into(),
            subgroup: None,
            estimand: "overall".into(),
            group: None,
            period: None,
            event_time: None,
            value: effect,
            n: 1,
        };
        Ok(Drawn { cohort, truths: Truths { effects: vec![truth], ..Truths::default() } })
    }
}

fn experiment(grid: &[&str], estimators: &[&str], inference: &[&str], replicates: usize) -> Experiment<'static> {
    let rule = TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) };
    let spec = PanelSpec { unit: Some("student".into()), cluster: Some("school".into()), ..PanelSpec::new("y", rule) };
    let axes = grid.iter().map(|t| Axis::parse(t).expect("sound")).collect();
    let question = Question {
        section: "main".into(),
        spec,
        estimators: estimators.iter().map(|t| Chosen::parse(t).expect("known")).collect(),
        inference: inference.iter().map(|t| Method::parse(t).expect("known")).collect(),
    };
    Experiment {
        source: &Toy,
        grid: Grid::new(axes, &Toy.parameters()).expect("sound"),
        questions: vec![question],
        effects: Effects::parse(["overall"]).expect("known"),
        replicates,
        level: 0.95,
        seed: 1,
    }
}

fn draws(e: &Experiment<'_>) -> Vec<Replicate> {
    (0..e.grid.len()).flat_map(|p| (0..e.replicates).map(move |r| replicate(e, p, r))).collect()
}

fn close(found: Option<Measured>, value: f64, mc_error: f64) {
    let found = found.expect("a measure");
    assert!((found.value - value).abs() <= 1e-12 * value.abs(), "{} {value}", found.value);
    let error = found.mc_error.expect("an error");
    assert!((error - mc_error).abs() <= 1e-12 * mc_error, "{error} {mc_error}");
}

/// The numbers are numpy's, by the formulas of the module's table written out there.
#[test]
fn measures_are_those_of_numpy() {
    let e = experiment(&[], &["did"], &["cluster:cr2"], 9);
    let effect = Effect { estimand: Estimand::Overall, group: None, period: None, event_time: None, dose_percent: None };
    let record = |result| Record { question: 0, estimator: 0, method: Some("cluster:cr2".into()), effect: Some(effect), result };
    let estimates = [0.31, -0.12, 0.55, 0.48, 0.9, 0.02, -0.4];
    let truths = [0.3, 0.3, 0.25, 0.35, 0.3, 0.3, 0.2];
    let errors = [0.2, 0.25, 0.21, 0.19, 0.3, 0.22, 0.15];
    let p_values = [0.12, 0.6, 0.01, 0.02, 0.004, 0.9, 0.01];
    let mut draws: Vec<Replicate> = (0..7)
        .map(|i| {
            let found = Found {
                estimate: estimates[i],
                std_error: Some(errors[i]),
                df: None,
                p_value: Some(p_values[i]),
                low: Bound::At(estimates[i] - 2.0 * errors[i]),
                high: Bound::At(estimates[i] + 2.0 * errors[i]),
                truth: Some(truths[i]),
            };
            Replicate { point: 0, number: i, records: vec![record(Ok(found))] }
        })
        .collect();
    let failed = |why: &str, method: Option<&str>, effect| Record {
        question: 0,
        estimator: 0,
        method: method.map(str::to_string),
        effect,
        result: Err(Failed(why.into())),
    };
    draws.push(Replicate { point: 0, number: 7, records: vec![failed("no sample", None, None)] });
    draws.push(Replicate { point: 0, number: 8, records: vec![failed("no method", Some("cluster:cr2"), None)] });
    let all = performances(&e, &draws);
    assert_eq!(all.len(), 1);
    let p = &all[0];
    assert_eq!((p.n, p.failures.clone()), (7, vec![("no method".to_string(), 1), ("no sample".to_string(), 1)]));
    close(p.bias, -0.037_142_857_142_857_14, 0.159_772_372_093_405_9);
    close(p.relative_bias, -0.129_999_999_999_999_98, 0.562_493_536_999_907_9);
    close(p.empirical_sd, 0.422_717_962_938_028_2, 0.122_028_164_846_780_43);
    close(p.rmse, 0.393_119_392_987_495_8, 0.072_816_894_115_779_37);
    close(p.mean_std_error, 0.221_552_960_453_509_36, 0.018_548_763_498_074_484);
    close(p.std_error_off, -0.475_884_679_908_930_8, 0.157_533_612_985_002_68);
    close(p.coverage, 0.714_285_714_285_714_3, 0.170_746_944_190_627_66);
    close(p.width, 0.868_571_428_571_428_4, 0.071_827_457_657_008_78);
    close(p.power, 0.571_428_571_428_571_4, 0.187_043_905_916_565_9);
    close(p.type_s, 0.25, 0.216_506_350_946_109_65);
    close(p.type_m, 2.118_181_818_181_818_6, 0.391_750_066_566_927_46);
    assert_eq!((p.size, p.unbounded.map(|m| m.value)), (None, Some(0.0)));
    // 0.714 is less than 0.95 − 3 √(0.95 · 0.05/7) = 0.703? It is not: seven draws cannot tell.
    assert_eq!(p.verdict, Verdict::Kept);
}

#[test]
fn a_broken_promise_and_an_open_interval_are_told() {
    let e = experiment(&[], &["did"], &["cluster:cr2"], 40);
    let effect = Effect { estimand: Estimand::Overall, group: None, period: None, event_time: None, dose_percent: None };
    let draws = |low: Bound, truth: f64| -> Vec<Replicate> {
        let found = |i: usize| Found {
            estimate: i as f64,
            std_error: None,
            df: None,
            p_value: None,
            low,
            high: Bound::Unbounded,
            truth: Some(truth),
        };
        let record = |i| Record { question: 0, estimator: 0, method: Some("m".into()), effect: Some(effect), result: Ok(found(i)) };
        (0..40).map(|i| Replicate { point: 0, number: i, records: vec![record(i)] }).collect()
    };
    let missed = &performances(&e, &draws(Bound::At(1.0), 0.0))[0];
    assert_eq!((missed.verdict, missed.coverage.map(|m| m.value)), (Verdict::Broken, Some(0.0)));
    assert_eq!((missed.unbounded.map(|m| m.value), missed.width), (Some(1.0), None));
    assert_eq!((missed.size.map(|m| m.value), missed.power), (Some(1.0), None), "an interval above zero rejects");
    let none = &performances(&e, &draws(Bound::Undefined, 0.0))[0];
    assert_eq!((none.verdict, none.coverage, none.size), (Verdict::Unknown, None, None));
    let kept = &performances(&e, &draws(Bound::Unbounded, 3.0))[0];
    assert_eq!((kept.verdict, kept.power.map(|m| m.value), kept.type_s), (Verdict::Kept, Some(0.0), None));
}

/// Size of the default interval where there is no effect: 5 % within 3 Monte Carlo errors; and the truth is covered as promised.
#[test]
fn a_true_null_is_rejected_as_often_as_promised() {
    let e = experiment(&[], &["did"], &["cluster:cr2"], 1500);
    let p = &performances(&e, &draws(&e))[0];
    let (size, n) = (p.size.expect("no effect").value, p.n as f64);
    assert!((size - 0.05).abs() < 3.0 * libm::sqrt(0.05 * 0.95 / n), "{size}");
    assert_eq!(p.verdict, Verdict::Kept, "{:?}", p.coverage);
    let naive = experiment(&[], &["did"], &["robust:hc1"], 1500);
    let p = &performances(&naive, &draws(&naive))[0];
    assert!(p.size.expect("no effect").value > 0.10, "students of one school are not independent: {:?}", p.size);
    assert_eq!(p.verdict, Verdict::Broken);
}

#[test]
fn all_points_share_their_draws_and_ranking_is_paired() {
    let e = experiment(&["effect=0,2"], &["did", "twfe"], &["cluster:cr2", "cluster:cr1"], 30);
    let all = draws(&e);
    let first = |point: usize| all.iter().find(|d| d.point == point).and_then(|d| d.records[0].result.clone().ok()).expect("found");
    assert!((first(1).estimate - first(0).estimate - 2.0).abs() < 1e-12, "the same draw, 2 higher");
    let performances = performances(&e, &all);
    let rankings = rankings(&performances, &all);
    assert_eq!((performances.len(), rankings.len()), (8, 2));
    for r in &rankings {
        let zero = Measured { value: 0.0, mc_error: Some(0.0) };
        assert_eq!((r.places.len(), r.places[0].squared_error, r.places[0].width), (4, Some(zero), Some(zero)));
        // Both estimators are the same here, up to rounding.
        assert!(r.places.iter().all(|p| p.squared_error.expect("paired").value.abs() < 1e-12 && p.n == 30));
    }
    assert_eq!(performances[0].size.is_some(), performances[0].power.is_none());
}

#[test]
fn what_cannot_be_estimated_is_a_record_with_its_reason() {
    let e = experiment(&["schools=2"], &["did"], &["cluster:cr2", "jackknife"], 3);
    let all = performances(&e, &draws(&e));
    assert!(all.iter().all(|p| p.n == 0 && p.n_failed() == 3), "{all:?}");
    assert!(all.iter().all(|p| p.verdict == Verdict::Unknown && p.bias.is_none()));
}

#[test]
fn the_identity_names_what_numbers_depend_on() {
    let one = experiment(&["effect=0,2"], &["did"], &["cluster:cr2"], 30);
    let fingerprint = one.fingerprint();
    for other in [
        experiment(&["effect=0,1"], &["did"], &["cluster:cr2"], 30),
        experiment(&["effect=0,2"], &["twfe"], &["cluster:cr2"], 30),
        experiment(&["effect=0,2"], &["did"], &["cluster:cr1"], 30),
        experiment(&["effect=0,2"], &["did"], &[], 30),
        experiment(&["effect=0,2"], &["did"], &["cluster:cr2"], 31),
        Experiment { seed: 2, ..experiment(&["effect=0,2"], &["did"], &["cluster:cr2"], 30) },
        Experiment { level: 0.9, ..experiment(&["effect=0,2"], &["did"], &["cluster:cr2"], 30) },
    ] {
        assert_ne!(other.fingerprint(), fingerprint);
    }
    assert_eq!(experiment(&["effect=0,2"], &["did"], &["cluster:cr2"], 30).fingerprint(), fingerprint);
}

/// What is said of an effect does not depend on which others are looked at.
#[test]
fn looking_at_fewer_effects_changes_no_number() {
    let methods =
        ["wild-bootstrap:replicates=199", "multiplier-bootstrap:replicates=199", "pairs-bootstrap:replicates=199", "jackknife", "cluster"];
    let two = Simulated { world: crate::simulate::find("belmont-cragin").expect("a world"), parameters: small() };
    let question = Question {
        section: "main".into(),
        spec: PanelSpec {
            unit: Some("student_id".into()),
            period: Some("year".into()),
            cluster: Some("school_id".into()),
            ..PanelSpec::new("math", TreatmentRule::Cohort("profile_year".into()))
        },
        estimators: ["callaway-santanna", "event-study"].iter().map(|t| Chosen::parse(t).expect("known")).collect(),
        inference: methods.iter().map(|t| Method::parse(t).expect("known")).collect(),
    };
    let looking = |kinds: &[&str]| {
        let e = Experiment {
            source: &two,
            grid: Grid::default(),
            questions: vec![question.clone()],
            effects: Effects::parse(kinds.iter().copied()).expect("known"),
            replicates: 1,
            level: 0.95,
            seed: 1,
        };
        replicate(&e, 0, 0).records
    };
    let all = looking(&["overall", "event", "group", "calendar", "group-time"]);
    let few = looking(&["event"]);
    let event = |r: &&Record| r.effect.is_none_or(|e| e.estimand == Estimand::Event);
    let same: Vec<&Record> = all.iter().filter(event).collect();
    assert!(same.len() > 20 && same.iter().filter(|r| r.result.is_ok()).count() > 20, "{same:?}");
    assert_eq!(same, few.iter().collect::<Vec<_>>());
}

fn small() -> crate::simulate::Parameters {
    let mut parameters = crate::simulate::find("belmont-cragin").expect("a world").parameters();
    for (name, value) in [("schools", "12"), ("profile_schools", "6")] {
        parameters.set(name, value).expect("allowed");
    }
    parameters
}

#[test]
fn the_truth_of_an_estimator_is_that_of_its_own_estimand() {
    let parts = |world: &str, spec: PanelSpec, estimator: &str| {
        let world = crate::simulate::find(world).expect("known");
        let source = Simulated { world, parameters: world.parameters() };
        let draws: Vec<(Option<f64>, f64)> = (0..4)
            .map(|number| {
                let experiment = Experiment {
                    source: &source,
                    grid: Grid::default(),
                    questions: vec![Question {
                        section: "main".into(),
                        spec: spec.clone(),
                        estimators: vec![Chosen::parse(estimator).expect("known")],
                        inference: vec![Method::parse("jackknife").expect("known")],
                    }],
                    effects: Effects::parse(["overall"]).expect("known"),
                    replicates: 4,
                    level: 0.95,
                    seed: 3,
                };
                let found = replicate(&experiment, 0, number).records[0].result.clone().expect("found");
                let truth = world.draw_with(&source.parameters, seed_of(3, number), crate::simulate::Detail::Analysis).truth;
                let overall = |subgroup: Option<&str>| {
                    let own = |t: &&crate::simulate::TrueEffect| {
                        let value = t.subgroup.as_ref().map(|(column, value)| format!("{column}={value}"));
                        t.outcome == "math" && t.estimand == "overall" && value.as_deref() == subgroup
                    };
                    truth.effects.iter().find(own).map(|t| t.value)
                };
                let wanted = match estimator {
                    "compliance" => {
                        let own =
                            |o: &&crate::simulate::OtherEffect| o.outcome == "math" && o.estimand == "compliers" && o.subgroup.is_none();
                        truth.other_effects.iter().find(own).map(|o| o.value)
                    }
                    _ => overall(Some("iep=1")).zip(overall(Some("iep=0"))).map(|(a, b)| a - b),
                };
                (found.truth, wanted.expect("told"))
            })
            .collect();
        for (truth, wanted) in draws {
            assert!((truth.expect("known") - wanted).abs() < 1e-9, "{estimator}: {truth:?}, not {wanted}");
        }
    };
    let spec = PanelSpec {
        unit: Some("student_id".into()),
        period: Some("year".into()),
        cluster: Some("school_id".into()),
        ..PanelSpec::new("math", TreatmentRule::Cohort("profile_year".into()))
    };
    parts("lottery", PanelSpec { take_up: Some("uses_profile".into()), cluster: None, ..spec.clone() }, "compliance");
    parts("two-period", PanelSpec { third: Some("iep".into()), ..spec }, "triple-difference");
}

/// The effect by dose is known at any dose: in proportion to fidelity, and the same from the full dose of minutes on.
#[test]
fn effects_by_dose_have_a_truth() {
    let found = |id: &str, dose: &str| {
        let world = crate::simulate::find(id).expect("known");
        let source = Simulated { world, parameters: world.parameters() };
        let spec = PanelSpec {
            unit: Some("student_id".into()),
            period: Some("year".into()),
            cluster: Some("school_id".into()),
            dose: Some(dose.into()),
            ..PanelSpec::new("math", TreatmentRule::Cohort("profile_year".into()))
        };
        let experiment = Experiment {
            source: &source,
            grid: Grid::default(),
            questions: vec![Question {
                section: "main".into(),
                spec,
                estimators: vec![Chosen::parse("dose-response:degree=1").expect("known")],
                inference: vec![Method::parse("cluster:cr1").expect("known")],
            }],
            effects: Effects::parse(["dose"]).expect("known"),
            replicates: 2,
            level: 0.95,
            seed: 3,
        };
        let records = replicate(&experiment, 0, 0).records;
        let told = world.draw_with(&source.parameters, seed_of(3, 0), crate::simulate::Detail::Analysis).truth.dose_effects;
        let full = told.into_iter().find(|t| t.outcome == "math" && t.column == dose && t.subgroup.is_none()).expect("told");
        let truth = |estimand: Estimand, percent: Option<u8>| {
            let own = |r: &&Record| r.effect.is_some_and(|e| e.estimand == estimand && e.dose_percent == percent);
            let record = records.iter().find(own).unwrap_or_else(|| panic!("{id}: no {estimand:?} {percent:?} in {records:?}"));
            assert_eq!(
                Replicate::parse(Replicate { point: 0, number: 0, records: vec![record.clone()] }.line().trim_end())
                    .map(|r| r.records[0].clone())
                    .as_ref(),
                Some(record)
            );
            record.result.as_ref().expect("estimated").truth.expect("known")
        };
        (full, [25, 50, 75].map(|p| truth(Estimand::Dose, Some(p))), truth(Estimand::DoseSlope, Some(50)), truth(Estimand::DoseSlope, None))
    };
    let (full, at, slope, mean) = found("two-period", "fidelity");
    assert!(at[0] < at[1] && at[1] < at[2] && at[2] < full.value && at[0] > 0.0, "{at:?} {full:?}");
    assert_eq!((slope, mean, full.full), (full.value, full.value, 1.0));
    let (full, at, slope, mean) = found("dosage", "minutes");
    assert_eq!((at, slope, mean, full.full), ([full.value; 3], 0.0, 0.0, 30.0));
    assert!((full.value / 15.0 - 0.085).abs() < 0.01, "{full:?}");
}
