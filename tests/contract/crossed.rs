//! Two crossed clusterings of estimators known by their influence: V₁ + V₂ − V₁₂ is made of the three fits with one clustering each, and is
//! that of the regression where the two are the same.

use didact::cohort::{Cohort, Column, Data, Wholes};
use didact::estimate::{Chosen, Estimand, Sample};
use didact::infer::{Method, Setting};
use didact::panel::{CovariateTerm, Panel, PanelSpec, Serial, TreatmentRule};
use didact::random::Stream;

/// Students of fourteen schools in one of six tracks, in two years; gains of the treated differ by track, so that both clusterings matter.
fn students() -> Cohort {
    let mut stream = Stream::new(3, &["test", "contract", "crossed"], 0);
    let mut whole: [Vec<i64>; 6] = Default::default();
    let (mut score, mut prior) = (Vec::new(), Vec::new());
    let tracks: Vec<f64> = (0..6).map(|_| 3.0 * stream.normal()).collect();
    for school in 0..14_i64 {
        let gain = stream.normal();
        for place in 0..18_i64 {
            let (student, track) = (school * 100 + place, (place + school) % 6);
            let (able, own) = (5.0 * stream.normal(), stream.normal());
            for year in 2020..=2021_i64 {
                let treated = school % 2 == 1 && year == 2021;
                let shock = if treated { tracks[track as usize] + gain } else { 0.0 };
                let start = if school % 2 == 1 { 2021 } else { 0 };
                whole.iter_mut().zip([student, school, track, school * 10 + track, year, start]).for_each(|(c, v)| c.push(v));
                score.push(50.0 + able + 0.5 * own * (year - 2020) as f64 + shock + stream.normal());
                prior.push(own);
            }
        }
    }
    let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
    for (name, values) in ["student", "school", "track", "group", "year", "start"].into_iter().zip(whole) {
        cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
    }
    for (name, values) in [("score", score), ("prior", prior)] {
        cohort.push(Column { name: name.into(), data: Data::Number(values) });
    }
    cohort
}

fn panel(cluster: &str, second: Option<&str>, unit: bool, covariate: bool) -> Panel {
    let spec = PanelSpec {
        unit: unit.then(|| "student".into()),
        period: Some("year".into()),
        cluster: Some(cluster.into()),
        second_cluster: second.map(str::to_string),
        covariates: if covariate { vec![CovariateTerm::parse("prior")] } else { Vec::new() },
        ..PanelSpec::new("score", TreatmentRule::Cohort("start".into()))
    };
    Panel::build(&students(), &spec).expect("a sound sample")
}

/// The overall effect's standard error, or the fault's code.
fn std_error(panel: &Panel, estimator: &str, method: &str) -> Result<f64, &'static str> {
    let chosen = Chosen::parse(estimator).expect("known");
    let sample = Sample::new(panel, &Serial);
    let method = Method::parse(method).expect("known");
    let found = chosen.fit(&sample).and_then(|fit| {
        method.fits(&fit, panel)?;
        let target = fit.targets.iter().position(|t| t.estimand == Estimand::Overall).expect("an overall effect");
        let inferred = method.infer(&fit, &Setting::new(0.95, 1, &Serial))?;
        Ok(inferred.estimates.iter().find(|e| e.target == target).and_then(|e| e.std_error).expect("a standard error"))
    });
    found.map_err(|faults| faults.shown[0].code)
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a / b - 1.0).abs() < 1e-9, "{what}: {a} and {b}");
}

#[test]
fn two_clusterings_are_three_fits_with_one_each() {
    let estimators =
        ["did:method=dr", "did:method=ipw", "did:method=regression", "callaway-santanna", "callaway-santanna:method=regression"];
    for (estimator, unit) in estimators.iter().flat_map(|e| [(e, true), (e, false)]) {
        let one = |cluster: &str, kind: &str| std_error(&panel(cluster, None, unit, true), estimator, kind).expect("one clustering");
        let two = |method: &str| std_error(&panel("school", Some("track"), unit, true), estimator, method).expect("two clusterings");
        for (together, kind) in [("cluster:cr0", "cluster:cr0"), ("cluster:cr1,two-way=own", "cluster:cr1")] {
            let [first, second, both] = ["school", "track", "group"].map(|c| one(c, kind).powi(2));
            assert!(second > both, "{estimator}: nothing is to be repaired");
            near(two(together).powi(2), first + second - both, &format!("{estimator} {unit} {together}"));
        }
        near(two("cluster:cr1"), two("cluster:cr0") * (6.0_f64 / 5.0).sqrt(), "the factor is that of the fewer groups");
    }
}

#[test]
fn without_covariates_they_are_those_of_the_regression() {
    let panel = panel("school", Some("track"), true, false);
    let right = std_error(&panel, "did", "cluster:cr0").expect("a regression");
    for estimator in ["did:method=regression", "did:method=dr", "callaway-santanna"] {
        near(std_error(&panel, estimator, "cluster:cr0").expect("two clusterings"), right, estimator);
    }
}

#[test]
fn what_cannot_be_told_apart_is_refused() {
    let tracks = panel("school", Some("track"), true, true);
    assert_eq!(std_error(&tracks, "did:method=dr", "cluster:cr2"), Err("INF-004"));
    assert_eq!(std_error(&tracks, "did:method=dr", "cluster:cr1,df=satterthwaite"), Err("INF-004"));
    assert_eq!(std_error(&tracks, "did:method=dr", "cluster:cr1,ssc=stata"), Err("INF-002"));
    assert_eq!(std_error(&tracks, "did:method=dr", "jackknife"), Err("INF-004"));
    assert_eq!(std_error(&tracks, "imputation", "cluster:cr1"), Err("INF-004"));
    // A second column that varies within units.
    let years = panel("school", Some("year"), true, true);
    assert_eq!(std_error(&years, "callaway-santanna", "cluster:cr1"), Err("INF-004"));
    assert_eq!(std_error(&years, "did:method=dr", "cluster:cr1"), Err("INF-004"));
}
