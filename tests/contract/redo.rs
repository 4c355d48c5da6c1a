//! Inference done again from what a fit's clusters sum up to: every number of the run to the last bit, by every method that can; the
//! page holds what that takes; and bytes that are none of ours do no harm.

use didact::cli::Threads;
use didact::infer::carried::{self, Carried, NotCarried};
use didact::infer::{INFERENCE, Method};
use didact::panel::{CovariateTerm, PanelSpec, Serial, TreatmentRule};
use didact::render::html;
use didact::simulate::find;
use didact::study::{self, Analysis, Loaded, Question, STUDIES, StudyFile, analyse};
use didact::table::content::{self, Provenance};
use didact::table::{NotHere, Redo, base64};
use didact::{estimate::Chosen, estimate::Values};

/// Two-period schools, small.
fn question(estimator: &str, methods: &[&str]) -> Question {
    Question {
        spec: PanelSpec {
            unit: Some("student_id".into()),
            period: Some("year".into()),
            cluster: Some("school_id".into()),
            ..PanelSpec::new("math", TreatmentRule::Cohort("profile_year".into()))
        },
        estimators: vec![Chosen::parse(estimator).expect("known")],
        inference: methods.iter().map(|m| Method::parse(m).unwrap_or_else(|f| panic!("{m}: {f}"))).collect(),
        multiplicity: None,
        skip_missing: true,
        carry: true,
        level: 0.9,
        seed: 11,
    }
}

fn answered(world: &str, question: &Question) -> Analysis {
    let world = find(world).expect("known");
    let mut parameters = world.parameters();
    parameters.set("schools", "14").expect("in range");
    parameters.set("profile_schools", "6").expect("in range");
    let draw = world.draw(&parameters, 5);
    // With several threads: what is redone with one must be the same.
    let threads = Threads::new(Some(2));
    analyse(&draw.cohort, question, &threads).unwrap_or_else(|f| panic!("{f}")).1.remove(0)
}

fn kept(a: &Analysis) -> &Carried {
    a.carried.as_ref().expect("asked for").as_ref().unwrap_or_else(|why| panic!("{why:?}"))
}

/// Every number of every effect by a method, bit for bit.
fn same(a: &Analysis, method: &str) {
    let carried = kept(a);
    let again = carried::redo(&carried.bytes, method, None).unwrap_or_else(|f| panic!("{method}: {f}")).estimates;
    let printed: Vec<_> = a.effects.iter().filter_map(|e| e.result.as_ref().ok()).filter(|e| e.inference == method).collect();
    assert!(!printed.is_empty(), "{method}");
    for (run, again) in printed.iter().zip(&again) {
        assert_eq!(format!("{run:?}"), format!("{again:?}"), "{method}");
    }
    assert_eq!(printed.len(), again.len(), "{method}");
}

const WAYS: [&str; 12] = [
    "cluster:cr1",
    "cluster:cr0",
    "jackknife",
    "wild-bootstrap",
    "wild-bootstrap:replicates=399,weights=webb,null=free",
    "wild-bootstrap:replicates=399,weights=normal,p=equal-tail",
    "multiplier-bootstrap",
    "multiplier-bootstrap:weights=rademacher,se=sd",
    "cluster:cr2",
    "cluster:cr3",
    "pairs-bootstrap:replicates=199",
    "fractional-bootstrap:replicates=199,interval=bca",
];

#[test]
fn every_number_of_a_regression_comes_out_again() {
    for (estimator, weighted, covariates) in
        [("twfe", false, false), ("event-study", false, true), ("twfe", true, false), ("event-study", true, true)]
    {
        let mut q = question(estimator, &WAYS);
        q.spec.weights = weighted.then(|| "attendance".into());
        if covariates {
            q.spec.covariates = vec![CovariateTerm::parse("gpa")];
        }
        let a = answered("two-period", &q);
        assert_eq!(kept(&a).methods.len(), WAYS.len(), "{estimator}");
        WAYS.iter().for_each(|m| same(&a, m));
        let studentized = "pairs-bootstrap:replicates=auto,interval=percentile";
        q.inference = vec![Method::parse(studentized).expect("known")];
        same(&answered("two-period", &q), studentized);
    }
}

#[test]
fn every_number_of_another_estimator_comes_out_again() {
    for estimator in ["did", "callaway-santanna", "imputation"] {
        let a = answered("two-period", &question(estimator, &WAYS));
        let carried = kept(&a);
        assert!(carried.methods.len() >= 8, "{estimator}: {:?}", carried.methods);
        carried.methods.iter().for_each(|m| same(&a, m));
        for m in ["pairs-bootstrap:replicates=199", "fractional-bootstrap:replicates=199,interval=bca"] {
            let known = a.effects.iter().any(|e| e.result.as_ref().is_ok_and(|r| r.inference == m));
            assert!(
                !known || carried.needing_rows.contains(&m.to_string()) || carried.methods.contains(&m.to_string()),
                "{estimator}: {m}"
            );
        }
    }
}

/// A method either gives what it gave, or says that it needs the rows: nothing is approximated in silence.
#[test]
fn what_needs_rows_says_so() {
    for estimator in ["twfe", "callaway-santanna"] {
        let a = answered("two-period", &question(estimator, &["cluster:cr1"]));
        let bytes = &kept(&a).bytes;
        for method in INFERENCE.iter().map(|m| m.card()) {
            let draws = method.options.iter().any(|o| matches!(o.values, Values::Draws { .. }));
            let spelled = if draws { format!("{}:replicates=199", method.id) } else { method.id.to_string() };
            match carried::redo(bytes, &spelled, None) {
                Err(f) => assert!(["INF-021", "INF-003"].contains(&f.shown[0].code), "{estimator}, {spelled}: {f}"),
                Ok(again) => {
                    let run = answered("two-period", &question(estimator, &[&spelled]));
                    let run: Vec<_> = run.effects.iter().filter_map(|e| e.result.as_ref().ok()).collect();
                    assert_eq!(run.len(), again.estimates.len(), "{spelled}");
                    run.iter().zip(&again.estimates).for_each(|(r, a)| assert_eq!(format!("{r:?}"), format!("{a:?}"), "{spelled}"));
                }
            }
        }
        let needing = if estimator == "twfe" { "robust" } else { "pairs-bootstrap" };
        assert_eq!(carried::redo(bytes, needing, None).err().map(|f| f.shown[0].code), Some("INF-021"), "{needing}");
        // Where no cluster was left out in the run, that is not known afterwards either.
        if estimator != "twfe" {
            assert_eq!(carried::redo(bytes, "jackknife", None).err().map(|f| f.shown[0].code), Some("INF-021"));
        }
        let wider = carried::redo(bytes, "cluster:cr1", Some(0.99)).expect("known").estimates;
        let narrow = carried::redo(bytes, "cluster:cr1", None).expect("known").estimates;
        assert!(wider[0].interval.high.value() > narrow[0].interval.high.value());
    }
}

#[test]
fn what_cannot_be_carried_says_why() {
    let mut q = question("twfe", &["cluster:cr1"]);
    q.spec.second_cluster = Some("year".into());
    assert_eq!(answered("two-period", &q).carried.map(Result::err), Some(Some(NotCarried::TwoClusterings)));
    let q = question("twfe", &["robust"]);
    assert_eq!(answered("two-period", &q).carried.map(Result::err), Some(Some(NotCarried::MethodsNeedRows)));
    let q = Question { carry: false, ..question("twfe", &["cluster:cr1"]) };
    assert!(answered("two-period", &q).carried.is_none());
}

const HEAD: usize = b"didact sums 1\n".len();

/// The same bytes with a hash that fits them again.
fn sealed(body: &[u8], whole: &[u8]) -> Vec<u8> {
    [&whole[..HEAD], blake3::hash(body).as_bytes(), body].concat()
}

#[test]
fn hostile_bytes_are_refused_and_never_panic() {
    let mut state = 1_u64;
    let mut draw = move |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let code = |bytes: &[u8], method: &str| carried::redo(bytes, method, None).err().map(|f| f.shown[0].code);
    for estimator in ["twfe", "callaway-santanna"] {
        let bytes = kept(&answered("two-period", &question(estimator, &["jackknife", "cluster:cr1"]))).bytes.clone();
        assert_eq!(code(&bytes, "cluster:cr1"), None);
        for length in (0..bytes.len()).step_by(7) {
            assert_eq!(code(&bytes[..length], "cluster:cr1"), Some("INF-022"));
        }
        let body = &bytes[HEAD + 32..];
        let (mut read, mut refused) = (0, 0);
        for i in 0..600 {
            let mut other = bytes.clone();
            let at = draw(other.len());
            other[at] ^= 1 << draw(8);
            assert_eq!(code(&other, "cluster:cr1"), Some("INF-022"), "byte {at}");
            // Whoever changes them may well put a hash of their own to them.
            let mut changed = body.to_vec();
            for _ in 0..=i % 3 {
                let at = draw(changed.len());
                changed[at] = match i % 4 {
                    0 => 0xff,
                    1 => 0,
                    _ => changed[at] ^ (1 << draw(8)),
                };
            }
            if i % 5 == 0 {
                changed.truncate(draw(changed.len()));
            }
            let hostile = sealed(&changed, &bytes);
            for method in [
                "cluster:cr2",
                "cluster:cr1",
                "wild-bootstrap:replicates=99",
                "pairs-bootstrap:replicates=99,interval=bca",
                "jackknife",
                "multiplier-bootstrap:replicates=99",
            ] {
                match code(&hostile, method) {
                    Some("INF-022") => refused += 1,
                    _ => read += 1,
                }
            }
        }
        assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
    }
    for request in [&[][..], &[0; 8], &[0; 12], &[255; 12], b"\0\0\0\0\0\0\0\0\x03\0\0\0abc", b"\0\0\0\0\0\0\0\0\x01\0\0\0\xff"] {
        assert!(carried::asked(request).contains("INF-022"), "{request:?}");
    }
}

#[test]
fn a_request_is_answered_in_json() {
    let a = answered("two-period", &question("twfe", &["cluster:cr1", "wild-bootstrap:replicates=399"]));
    let bytes = &kept(&a).bytes;
    let ask = |method: &str, level: f64| -> serde_json::Value {
        let request = [&level.to_le_bytes()[..], &(method.len() as u32).to_le_bytes(), method.as_bytes(), bytes].concat();
        serde_json::from_str(&carried::asked(&request)).expect("JSON")
    };
    for e in a.effects.iter().filter_map(|e| e.result.as_ref().ok()) {
        let answer = ask(&e.inference, 0.0);
        let found = answer["estimates"].as_array().expect("estimates").iter().find(|f| f["target"] == e.target).expect("the effect");
        for (key, value) in [("estimate", Some(e.estimate)), ("std_error", e.std_error), ("df", e.df), ("p_value", e.p_value)] {
            assert_eq!(found[key].as_f64().map(f64::to_bits), value.map(f64::to_bits), "{}, {key}", e.inference);
        }
        assert_eq!(found["conf_low"].as_f64(), e.interval.low.value());
    }
    let fault = &ask("no-such-\"method\"\n", 0.0)["fault"];
    assert_eq!(fault["code"], "INF-001");
    assert!(fault["what"].as_str().expect("words").contains("no-such-"));
}

fn run(study: &str) -> study::Run {
    let mut file: StudyFile = STUDIES.iter().find(|s| s.id == study).expect("a study").study();
    file.calibration.replicates = Some(0);
    let file = study::resolve(file).unwrap_or_else(|f| panic!("{f}"));
    let draw = study::draw(&file).expect("a world");
    study::carry_out(file, Loaded { cohort: draw.cohort, truth: Some(draw.truth), input: None }, &Serial, &|_| {}).expect("a run")
}

/// The page of a built-in study holds the sums and the numbers; a tampered report still holds what gives the tampering away.
#[test]
fn the_page_holds_what_it_takes() {
    let run = run("two-period");
    let report = content::report(&run, &Provenance { command: "didact".into(), items: Vec::new() });
    let Some(Redo::Here(here)) = &report.rerun.redo else { panic!("{:?}", report.rerun.redo) };
    assert_eq!(here.printed.iter().filter(|p| p.headline).count(), 1);
    for p in &here.printed {
        let again = carried::redo(&here.sums, &p.method, None).expect("redone").estimates;
        let again = again.iter().find(|e| e.target == p.target).expect("the effect");
        let didact::table::Cell::Number { value, .. } = p.estimate else { panic!("{:?}", p.estimate) };
        assert_eq!(value.to_bits(), again.estimate.to_bits());
    }
    assert!(
        here.trials.iter().any(|t| t.method == "wild-bootstrap" && t.choices.iter().any(|c| c.key == "weights" && c.values.len() == 4))
    );
    // Every value that is offered can be asked for, whether or not the usual one exists.
    for t in &here.trials {
        for c in &t.choices {
            for v in &c.values {
                let spelled = if *v == c.usual { t.method.clone() } else { format!("{}:{}={v}", t.method, c.key) };
                assert!(carried::redo(&here.sums, &spelled, None).is_ok(), "{spelled}");
            }
        }
    }
    let page = html::html(&report).expect("a page");
    assert!(page.contains(&format!("data-sums=\"{}\"", base64::encode(&here.sums))));
    assert!(page.contains("wasm-unsafe-eval") && page.contains("data-program=\"H4sI"));
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    let back: didact::table::Report = serde_json::from_str(&serde_json::to_string(&report).expect("JSON")).expect("a report");
    assert_eq!(html::html(&back).expect("a page"), page);
    // A page that does not compute may not compile either.
    let mut without = report;
    without.rerun.redo = Some(Redo::Not(NotHere::MethodsNeedRows));
    let page = html::html(&without).expect("a page");
    assert!(!page.contains("wasm-unsafe-eval") && page.contains("go through the students"));
}
