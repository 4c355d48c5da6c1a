//! What must hold for every inference method on generated panels: order of rows, names, scale and shift of the outcome, doubled
//! units, a column nobody uses, the number of threads; and every option does something.

use didact::cli::Threads;
use didact::cohort::{Cohort, Column, Data, Texts, Wholes};
use didact::infer::{INFERENCE, Method};
use didact::panel::{CovariateTerm, Executor, PanelSpec, Serial, TreatmentRule};
use didact::random::Stream;
use didact::study::{Question, analyse};
use didact::{estimate::Chosen, estimate::Values};
use proptest::prelude::*;

/// Methods that exist for some estimators only, and are tested with them: placebo starts for synthetic comparisons, the ratio's
/// interval for compliance.
const OF_SOME: &[&str] = &["placebo", "anderson-rubin", "model"];

/// A panel of classrooms in schools, row by row.
#[derive(Clone, Debug)]
struct World {
    school: Vec<String>,
    classroom: Vec<String>,
    year: Vec<i64>,
    start: Vec<i64>,
    score: Vec<f64>,
    prior: Vec<f64>,
    weight: Vec<f64>,
    unused: bool,
    weighted: bool,
}

fn world(seed: u64, schools: usize, staggered: bool, weighted: bool) -> World {
    let mut s = Stream::new(seed, &["test", "contract", "inference"], 0);
    let mut w = World {
        school: Vec::new(),
        classroom: Vec::new(),
        year: Vec::new(),
        start: Vec::new(),
        score: Vec::new(),
        prior: Vec::new(),
        weight: Vec::new(),
        unused: false,
        weighted,
    };
    for school in 0..schools {
        let start = match school % 4 {
            0 | 1 => 0,
            3 if staggered => 2021,
            _ => 2020,
        };
        let level = 4.0 * s.normal();
        let drift = 0.5 * s.normal();
        for classroom in 0..2 + s.below(3) {
            let own = 3.0 * s.normal();
            let weight = 0.5 + 3.0 * s.uniform();
            for year in 2018..=2022 {
                let effect = if start > 0 && year >= start { 1.5 } else { 0.0 };
                let prior = s.normal() + 0.1 * (year - 2018) as f64;
                w.school.push(format!("s{school:03}"));
                w.classroom.push(format!("c{school:03}-{classroom}"));
                w.year.push(year);
                w.start.push(start);
                w.prior.push(prior);
                w.weight.push(weight);
                w.score.push(200.0 + level + own + drift * (year - 2018) as f64 + effect + 0.8 * prior + 2.0 * s.normal());
            }
        }
    }
    w
}

impl World {
    fn cohort(&self) -> Cohort {
        let text = |values: &[String]| {
            let mut levels: Vec<String> = values.to_vec();
            levels.sort();
            levels.dedup();
            let codes = values.iter().map(|v| levels.binary_search(v).expect("listed") as u32).collect();
            Data::Text(Texts { levels, codes })
        };
        let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
        for (name, data) in [
            ("school", text(&self.school)),
            ("classroom", text(&self.classroom)),
            ("year", Data::Whole(Wholes::complete(self.year.clone()))),
            ("start", Data::Whole(Wholes::complete(self.start.clone()))),
            ("score", Data::Number(self.score.clone())),
            ("prior", Data::Number(self.prior.clone())),
            ("weight", Data::Number(self.weight.clone())),
        ] {
            cohort.push(Column { name: name.into(), data });
        }
        if self.unused {
            cohort.push(Column { name: "unused".into(), data: Data::Number(self.prior.iter().map(|p| p * p).collect()) });
        }
        cohort
    }

    fn spec(&self) -> PanelSpec {
        PanelSpec {
            unit: Some("classroom".into()),
            period: Some("year".into()),
            cluster: Some("school".into()),
            covariates: vec![CovariateTerm::parse("prior")],
            weights: self.weighted.then(|| "weight".into()),
            ..PanelSpec::new("score", TreatmentRule::Cohort("start".into()))
        }
    }

    fn reordered(&self, order: &[usize]) -> World {
        fn pick<T: Clone>(v: &[T], order: &[usize]) -> Vec<T> {
            order.iter().map(|&i| v[i].clone()).collect()
        }
        World {
            school: pick(&self.school, order),
            classroom: pick(&self.classroom, order),
            year: pick(&self.year, order),
            start: pick(&self.start, order),
            score: pick(&self.score, order),
            prior: pick(&self.prior, order),
            weight: pick(&self.weight, order),
            ..*self
        }
    }
}

/// Estimate, standard error, df, p-value, ends of the interval and of the band.
type Numbers = [Option<f64>; 8];

fn numbers(world: &World, estimator: &str, methods: &[String], executor: &dyn Executor) -> Vec<(String, Numbers)> {
    let question = Question {
        spec: world.spec(),
        estimators: vec![Chosen::parse(estimator).expect("known")],
        inference: methods.iter().map(|m| Method::parse(m).unwrap_or_else(|f| panic!("{m}: {f}"))).collect(),
        multiplicity: None,
        skip_missing: false,
        carry: false,
        level: 0.9,
        seed: 7,
    };
    let (_, analyses) = analyse(&world.cohort(), &question, executor).unwrap_or_else(|f| panic!("{estimator} {methods:?}: {f}"));
    let row = |e: &didact::study::Effect| {
        let r = e.result.as_ref().expect("identified");
        let band = r.band.map_or([None, None], |b| [b.low.value(), b.high.value()]);
        let all = [Some(r.estimate), r.std_error, r.df, r.p_value, r.interval.low.value(), r.interval.high.value(), band[0], band[1]];
        (format!("{estimator}, {}, {}", e.target.label, r.inference), all)
    };
    analyses.iter().flat_map(|a| &a.effects).map(row).collect()
}

/// Every method with its default options and with each other value of each option, few replicates.
fn variants() -> Vec<String> {
    let mut all = Vec::new();
    for method in INFERENCE.iter().filter(|m| !OF_SOME.contains(&m.card().id)) {
        let card = method.card();
        let draws = card.options.iter().any(|o| matches!(o.values, Values::Draws { .. }));
        let base = if draws { format!("{}:replicates=199", card.id) } else { card.id.to_string() };
        let glue = if draws { "," } else { ":" };
        all.push(base.clone());
        for option in card.options {
            if let Values::OneOf(words) = option.values {
                all.extend(words[1..].iter().map(|w| format!("{base}{glue}{}={w}", option.key)));
            }
        }
    }
    // What needs another option beside it, or columns that these panels do not name.
    all.retain(|m| {
        !["ssc=", "factor=", "two-way=", "down-to=levels", "subcluster=level"].iter().any(|part| m.contains(part))
            || m.starts_with("jackknife")
    });
    // Only mixed-model has a model.
    all.retain(|m| !m.starts_with("model"));
    all.extend(
        ["cluster:cr1,ssc=stata", "cluster:cr3,factor=none", "jackknife:groups=4", "jackknife:groups=4,factor=none"].map(String::from),
    );
    all
}

/// The estimators of a panel, and for each the variants that exist for it.
fn combinations(staggered: bool) -> Vec<(&'static str, Vec<String>)> {
    let linear = variants();
    let influence: Vec<String> = variants()
        .into_iter()
        .filter(|m| {
            let missing = ["cluster:type=cr3", "cluster:cr", "robust", "hierarchical", "subcluster"];
            m != "cluster" && !missing.iter().any(|p| m.contains(p))
        })
        .map(|m| m.replace("cluster:df", "cluster:cr1,df"))
        .collect();
    let mixed: Vec<String> = ["model", "model:kenward-roger", "model:normal", "cluster:cr1", "jackknife", "pairs-bootstrap:replicates=199"]
        .map(String::from)
        .into();
    if staggered {
        let no_single_start: Vec<String> = linear.into_iter().filter(|m| !m.starts_with("few-treated")).collect();
        return vec![("twfe", no_single_start.clone()), ("event-study", no_single_start), ("mixed-model", mixed)];
    }
    vec![
        ("did", linear.clone()),
        ("ancova", linear.clone()),
        ("twfe", linear),
        ("did:method=regression", influence),
        ("mixed-model", mixed),
    ]
}

fn same(a: &[(String, Numbers)], b: &[(String, Numbers)], scale: f64, what: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    // The outcome before, as a covariate, scales with the outcome: its coefficient has no unit. The intercept shifts with it.
    let unmoved = |name: &str| scale != 1.0 && (name.contains("baseline") || name.contains("(Intercept)"));
    for ((name, x), (_, y)) in a.iter().zip(b).filter(|((name, _), _)| !unmoved(name)) {
        for (i, (x, y)) in x.iter().zip(y).enumerate() {
            let factor = if [2, 3].contains(&i) { 1.0 } else { scale };
            match (x, y) {
                (Some(x), Some(y)) => {
                    let size = (x * factor).abs().max(1e-6 * scale);
                    prop_assert!((x * factor - y).abs() <= 1e-7 * size, "{}: {} number {}: {} × {} and {}", what, name, i, x, factor, y);
                }
                _ => prop_assert_eq!(x.is_some(), y.is_some(), "{}: {} number {}: {:?} and {:?}", what, name, i, x, y),
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_changes_but_what_should(seed in 0u64..1_000_000, schools in 8usize..16, staggered: bool, weighted: bool) {
        let plain = world(seed, schools, staggered, weighted);
        let n = plain.year.len();
        let mut s = Stream::new(seed, &["test", "contract", "order"], 1);
        let mut order: Vec<usize> = (0..n).collect();
        s.shuffle(&mut order);
        for (estimator, methods) in combinations(staggered) {
            let expected = numbers(&plain, estimator, &methods, &Serial);
            let bare = |list: &[(String, Numbers)]| format!("{list:?}");

            let shuffled = plain.reordered(&order);
            prop_assert_eq!(bare(&expected), bare(&numbers(&shuffled, estimator, &methods, &Serial)), "the order of rows");

            let mut unused = plain.clone();
            unused.unused = true;
            prop_assert_eq!(bare(&expected), bare(&numbers(&unused, estimator, &methods, &Serial)), "a column nobody uses");

            prop_assert_eq!(bare(&expected), bare(&numbers(&plain, estimator, &methods, &Threads::new(Some(3)))), "threads");

            let mut named = plain.clone();
            let key = |text: &str| format!("{:05}", text.bytes().fold(seed % 97 + 7, |h, b| (h * 131 + u64::from(b)) % 99_991));
            named.school.iter_mut().for_each(|v| *v = format!("{}{v}", key(v)));
            named.classroom.iter_mut().for_each(|v| *v = format!("{}{v}", key(v)));
            same(&expected, &numbers(&named, estimator, &methods, &Serial), 1.0, "other names")?;

            let mut moved = plain.clone();
            moved.score.iter_mut().for_each(|y| *y = 8.0 * *y + 37.0);
            same(&expected, &numbers(&moved, estimator, &methods, &Serial), 8.0, "outcome scaled and shifted")?;

            let mut later = plain.clone();
            later.year.iter_mut().for_each(|y| *y += 100);
            later.start.iter_mut().filter(|y| **y > 0).for_each(|y| *y += 100);
            same(&expected, &numbers(&later, estimator, &methods, &Serial), 1.0, "later periods")?;

            // A model of the variance takes classrooms for independent within their school: twins are more of them.
            if estimator == "mixed-model" {
                continue;
            }
            // Each classroom twice in its school: clusters say the same twice as loudly, so nothing that counts clusters changes.
            let mut twice = plain.clone();
            let twin = World { classroom: plain.classroom.iter().map(|c| format!("{c}-twin")).collect(), ..plain.clone() };
            for (a, b) in [(&mut twice.school, twin.school), (&mut twice.classroom, twin.classroom)] { a.extend(b); }
            for (a, b) in [(&mut twice.year, twin.year), (&mut twice.start, twin.start)] { a.extend(b); }
            for (a, b) in [(&mut twice.score, twin.score), (&mut twice.prior, twin.prior), (&mut twice.weight, twin.weight)] { a.extend(b); }
            // These count rows or units, or draw them.
            let counts_rows = ["robust", "hierarchical", "subcluster", "cr1", "cluster"];
            let by_cluster: Vec<String> = methods.iter().filter(|m| !counts_rows.iter().any(|c| m.contains(c)))
                .cloned().chain(["cluster:cr0".to_string()]).collect();
            let expected = numbers(&plain, estimator, &by_cluster, &Serial);
            same(&expected, &numbers(&twice, estimator, &by_cluster, &Serial), 1.0, "each unit twice")?;
        }
    }
}

#[test]
fn the_order_of_rows_changes_no_bit_of_cross_sections() {
    let plain = world(21, 10, false, true);
    let mut s = Stream::new(3, &["test", "contract", "cross"], 0);
    let mut order: Vec<usize> = (0..plain.year.len()).collect();
    s.shuffle(&mut order);
    let run = |world: &World| -> Vec<String> {
        let one = |(method, second): (&str, bool)| {
            let spec = PanelSpec { unit: None, second_cluster: second.then(|| "year".into()), ..world.spec() };
            let question = Question {
                spec,
                estimators: vec![Chosen::parse("twfe").expect("known")],
                inference: vec![Method::parse(method).expect("known")],
                multiplicity: None,
                skip_missing: false,
                carry: false,
                level: 0.95,
                seed: 3,
            };
            let (_, analyses) = analyse(&world.cohort(), &question, &Serial).unwrap_or_else(|f| panic!("{method}: {f}"));
            format!("{method}: {:?}", analyses[0].effects)
        };
        let linear =
            ["robust:hc3", "robust:classical", "wild-bootstrap:subcluster=units,replicates=199", "hierarchical-bootstrap:replicates=99"];
        linear.into_iter().map(|m| (m, false)).chain([("cluster:cr1", true), ("cluster:cr2", false)]).map(one).collect()
    };
    assert_eq!(run(&plain), run(&plain.reordered(&order)));
}

/// `name:key=value` for every value of every option, with what else it needs.
#[test]
fn every_option_does_something() {
    let mut silent = Vec::new();
    let worlds = [5, 6, 9].map(|seed| {
        let one = world(seed, 12, false, true);
        let mut cohort = one.cohort();
        // A level between school and classroom: pairs of classrooms.
        let pair: Vec<i64> = one.classroom.iter().map(|c| i64::from(c.ends_with('0') || c.ends_with('2'))).collect();
        cohort.push(Column { name: "pair".into(), data: Data::Whole(Wholes::complete(pair)) });
        (one.spec(), cohort)
    });
    let run = |text: &str, second: bool| -> Result<Vec<String>, String> {
        let one = |(spec, cohort): &(PanelSpec, Cohort)| {
            let spec = PanelSpec { levels: vec!["pair".into()], second_cluster: second.then(|| "year".into()), ..spec.clone() };
            let question = Question {
                spec,
                estimators: vec![Chosen::parse(if text.starts_with("model") { "mixed-model" } else { "twfe" }).expect("known")],
                inference: vec![Method::parse(text).map_err(|f| f.to_string())?],
                multiplicity: None,
                skip_missing: false,
                carry: false,
                level: 0.95,
                seed: 3,
            };
            let (_, analyses) = analyse(cohort, &question, &Serial).map_err(|f| f.to_string())?;
            let effects = analyses[0].effects.iter().filter_map(|e| e.result.as_ref().ok());
            Ok(effects.map(|e| format!("{:?}", (e.std_error, e.df, e.p_value, e.interval, e.band, e.simulated))).collect::<String>())
        };
        worlds.iter().map(one).collect()
    };
    for method in INFERENCE.iter().filter(|m| !OF_SOME.contains(&m.card().id)) {
        let card = method.card();
        for option in card.options {
            let values: Vec<String> = match option.values {
                Values::OneOf(words) => words[1..].iter().map(|w| (*w).to_string()).collect(),
                Values::Whole { .. } => vec!["3".into()],
                Values::Draws { .. } => vec!["333".into()],
                Values::Window | Values::Name | Values::Numbers { .. } | Values::Sizes { .. } | Values::Words { .. } => Vec::new(),
            };
            for value in values {
                // The option by itself and beside what it may need; at least once it must change something.
                let contexts: Vec<String> = match card.id {
                    "cluster" => vec!["".into(), "cr1,".into(), "cr3,".into()],
                    "pairs-bootstrap" | "hierarchical-bootstrap" => vec!["".into(), "interval=normal,".into()],
                    "jackknife" => vec!["".into(), "groups=4,".into()],
                    _ => vec!["".into()],
                };
                let changes = contexts.iter().any(|context| {
                    [false, true].iter().any(|&twoway| {
                        let plain = run(format!("{}:{}", card.id, context.trim_end_matches(',')).trim_end_matches(':'), twoway);
                        let other = run(&format!("{}:{context}{}={value}", card.id, option.key), twoway);
                        matches!((&plain, &other), (Ok(a), Ok(b)) if a != b)
                    })
                });
                if !changes {
                    silent.push(format!("{}:{}={value}", card.id, option.key));
                }
            }
        }
    }
    // With every pattern used once, or all ways to draw, more draws are not drawn; the two tails of all signs are mirror images.
    silent.retain(|s| !["few-treated:replicates=333", "wild-bootstrap:p=equal-tail", "wild-bootstrap:ties=count"].contains(&s.as_str()));
    assert!(silent.is_empty(), "options that change nothing anywhere: {silent:?}");
}

#[test]
fn more_replicates_keep_the_first_and_auto_stops() {
    let one = world(11, 14, true, false);
    let two = numbers(&one, "event-study", &["wild-bootstrap:replicates=auto".into(), "pairs-bootstrap:replicates=auto".into()], &Serial);
    let again = numbers(
        &one,
        "event-study",
        &["wild-bootstrap:replicates=auto".into(), "pairs-bootstrap:replicates=auto".into()],
        &Threads::new(Some(2)),
    );
    assert_eq!(format!("{two:?}"), format!("{again:?}"));
}
