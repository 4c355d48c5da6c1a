use super::*;
use crate::evidence::effect::Sizes;
use crate::evidence::facts::{Comparison, Conductor, Effect, Measure, SelectedLow, Unit};
use crate::evidence::standard::Attrition;

fn found(signs: &Signs) -> Vec<&'static str> {
    detect(signs, &Standards::default()).iter().map(|a| a.fallacy).collect()
}

fn of(change: impl FnOnce(&mut Signs)) -> Vec<&'static str> {
    let mut signs = Signs::default();
    change(&mut signs);
    found(&signs)
}

fn shares(treated: f64, comparison: f64) -> Option<Shares> {
    Some(Shares { what: "poor".into(), treated, comparison })
}

fn tests(p: &[f64]) -> Vec<Tested> {
    p.iter().enumerate().map(|(i, p)| Tested { label: format!("test {i}"), p_value: *p, draws: None }).collect()
}

fn used(inference: &str, independent: Unit, clusters: u64) -> Vec<Used> {
    let label = "math: twfe".to_string();
    vec![Used { label, two_way: true, inference: inference.into(), independent: Some(independent), clusters }]
}

#[test]
fn nothing_known_triggers_nothing() {
    assert!(found(&Signs::default()).is_empty());
}

#[test]
fn names_are_unique_and_each_says_why_and_what_to_do() {
    let mut names: Vec<&str> = DETECTORS.iter().map(|d| d.id).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), DETECTORS.len());
    for d in DETECTORS {
        assert!(d.why.ends_with('.') && d.remedy.ends_with(['.', ')', '?']) && !d.source.is_empty() && !d.title.ends_with('.'), "{}", d.id);
    }
}

#[test]
fn whom_it_is_compared_with() {
    assert_eq!(of(|s| s.comparison = Some(Comparison::Norm)), ["no-comparison", "norm-comparison"]);
    assert_eq!(of(|s| s.comparison = Some(Comparison::BeforeAfter)), ["no-comparison"]);
    assert_eq!(of(|s| s.arms = Some(Sizes::new(100, 0))), ["no-comparison"]);
    assert!(of(|s| s.arms = Some(Sizes::new(100, 1))).is_empty());
    assert_eq!(of(|s| s.schools = Some(Sizes::new(1, 20))), ["single-school"]);
    assert_eq!(of(|s| s.schools = Some(Sizes::new(20, 1))), ["single-school"]);
    assert!(of(|s| s.schools = Some(Sizes::new(2, 2))).is_empty());
    assert_eq!(of(|s| s.sector = shares(0.9, 0.1)), ["sector-confound"]);
    assert!(of(|s| s.sector = shares(0.9, 0.4)).is_empty());
    assert_eq!(of(|s| s.confound = Some("a longer day".into())), ["sector-confound"]);
    assert_eq!(of(|s| s.conductor = Some(Conductor::Developer)), ["sponsor"]);
    assert!(of(|s| s.conductor = Some(Conductor::Independent)).is_empty());
    assert_eq!(of(|s| s.declined = Some(true)), ["declined-evaluation"]);
}

#[test]
fn who_was_chosen_and_who_stayed() {
    assert_eq!(of(|s| s.comparison = Some(Comparison::Dosage)), ["dosage-selection"]);
    assert_eq!(of(|s| s.assigned_by = Some(Assigned::Use)), ["dosage-selection"]);
    let uses = |low, high| Some(Uses { column: "minutes".into(), lowest_treated: low, highest_comparison: high });
    assert_eq!(of(|s| s.uses = uses(30.0, 29.0)), ["dosage-selection"]);
    assert!(of(|s| s.uses = uses(30.0, 0.0)).is_empty(), "others who never used it are no light users");
    assert!(of(|s| s.uses = uses(5.0, 29.0)).is_empty());

    let before = |gap, change| Some(Before { gap, change, correlation: Some(0.8) });
    assert_eq!(of(|s| s.before = before(-1.27, None)), ["regression-to-mean"]);
    assert_eq!(of(|s| s.before = before(-0.2, Some(-0.2))), ["regression-to-mean"]);
    assert!(of(|s| s.before = before(-0.4, Some(-0.1))).is_empty());
    assert!(of(|s| (s.before, s.assigned_by) = (before(-1.27, None), Some(Assigned::Lot))).is_empty());
    assert_eq!(of(|s| s.selected_low = Some(SelectedLow::TreatedOnly)), ["regression-to-mean"]);
    assert!(of(|s| (s.before, s.selected_low) = (before(-1.27, None), Some(SelectedLow::BothAlike))).is_empty());
    // Selecting the lowest quarter: a gap of 1.2711 SD at a correlation of .8 gives .254 SD for nothing.
    let signs = Signs { before: before(-1.2711, None), ..Signs::default() };
    assert!(detect(&signs, &Standards::default())[0].found.contains("0.25 SD"));

    let lost = |treated: u64, comparison: u64| {
        Some(Attrition { assigned: Sizes::new(1000, 1000), analysed: Sizes::new(1000 - treated, 1000 - comparison) })
    };
    assert_eq!(of(|s| s.attrition = lost(400, 200)), ["attrition"]);
    assert!(of(|s| s.attrition = lost(220, 200)).is_empty());
    let there = |always| Some(Throughout { units: 500, periods: 3, always });
    assert_eq!(of(|s| s.throughout = there(500)), ["survivors-only"]);
    assert!(of(|s| s.throughout = there(499)).is_empty());
    let strata = |whole, within| vec![Stratified { parts: "values of frl".into(), whole, within }];
    let found = |effect| vec![("twfe | year".to_string(), effect)];
    assert_eq!(of(|s| (s.strata, s.overall) = (strata(-0.2, 0.1), found(-0.2))), ["simpson"]);
    assert!(of(|s| (s.strata, s.overall) = (strata(-0.2, 0.1), found(0.1))).is_empty(), "changes were compared, and tell the truth");
    assert!(of(|s| (s.strata, s.overall) = (strata(-0.2, 0.01), found(-0.2))).is_empty());
    let by_lot = Some(Assigned::Lot);
    assert!(of(|s| (s.strata, s.overall, s.assigned_by) = (strata(-0.2, 0.1), found(-0.2), by_lot)).is_empty());
}

#[test]
fn when_it_started() {
    assert_eq!(of(|s| s.pretrend_p = Some(0.05)), ["pretrend"]);
    assert_eq!(of(|s| (s.pretrend_p, s.pretrend_power) = (Some(0.5), Some(0.2))), ["underpowered-pretrend"]);
    assert!(of(|s| (s.pretrend_p, s.pretrend_power) = (Some(0.5), Some(0.9))).is_empty());
    let staggered = |starts| move |s: &mut Signs| (s.used, s.starts) = (used("cluster:cr2", Unit::School, 60), starts);
    assert_eq!(of(staggered(3)), ["staggered-twfe"]);
    assert!(of(staggered(1)).is_empty());
    assert_eq!(of(|s| (s.years, s.poverty) = (Some((2018, 2022, 2023)), shares(0.6, 0.4))), ["pandemic-window"]);
    assert!(of(|s| (s.years, s.poverty) = (Some((2018, 2022, 2023)), shares(0.5, 0.45))).is_empty());
    assert!(of(|s| (s.years, s.poverty) = (Some((2016, 2018, 2019)), shares(0.9, 0.1))).is_empty());
    assert!(of(|s| (s.years, s.poverty) = (Some((1, 3, 4)), shares(0.9, 0.1))).is_empty(), "periods that are no years");
    assert_eq!(of(|s| s.weeks = Some(8.0)), ["novelty"]);
    assert!(of(|s| s.weeks = Some(36.0)).is_empty());
    let path = |first, last| Some(Path { first, last, periods: 1 });
    assert_eq!(of(|s| s.path = path((0.20, 0.10), (0.05, 0.15))), ["novelty"]);
    assert!(of(|s| s.path = path((0.20, -0.01), (0.05, 0.15))).is_empty());
    assert!(of(|s| s.path = path((0.20, 0.10), (0.05, 0.25))).is_empty());
}

#[test]
fn what_was_measured_and_how_it_is_told() {
    assert_eq!(of(|s| s.measure = Some(Measure::Developer)), ["vendor-test"]);
    assert!(of(|s| s.measure = Some(Measure::IndependentNarrow)).is_empty());
    let end = |share| vec![Extreme { outcome: "skills".into(), highest: true, share, of: 200 }];
    assert_eq!(of(|s| s.extremes = end(0.2)), ["ceiling"]);
    assert!(of(|s| s.extremes = end(0.05)).is_empty());
    assert_eq!(of(|s| s.cuts = vec!["proficient".into()]), ["proficiency-cut"]);
    let said = |text: &str| of(|s| s.said = vec![text.into()]);
    assert_eq!(said("Students showed 23 % more growth than the national norm."), ["growth-percent"]);
    assert_eq!(said("They grew 23 percent more  growth"), ["growth-percent"]);
    assert_eq!(said("An extra four MONTHS of learning"), ["years-of-learning"]);
    assert!(said("Did students gain more in 12 months, and are 23 % of them poor?").is_empty());
}

#[test]
fn how_sure_it_is() {
    let by = |unit, independent, inference| of(|s| (s.unit, s.used) = (Some(unit), used(inference, independent, 60)));
    assert_eq!(by(Unit::School, Unit::Student, "robust:hc1"), ["unit-of-analysis"]);
    assert_eq!(by(Unit::School, Unit::Classroom, "cluster:cr2"), ["unit-of-analysis"]);
    assert!(by(Unit::Classroom, Unit::School, "cluster:cr2").is_empty());
    assert!(by(Unit::Student, Unit::Student, "robust:hc1").is_empty());
    let bootstrap = |method: &str, clusters| of(|s| s.used = used(method, Unit::School, clusters));
    assert_eq!(bootstrap("pairs-bootstrap:interval=percentile", 20), ["percentile-bootstrap-few-clusters"]);
    assert!(bootstrap("pairs-bootstrap:interval=percentile", 40).is_empty());
    assert!(bootstrap("pairs-bootstrap", 20).is_empty());
    assert_eq!(of(|s| s.outcomes = tests(&[0.04, 0.9])), ["multiple-outcomes"]);
    assert!(of(|s| s.outcomes = tests(&[0.001, 0.9])).is_empty());
    assert!(of(|s| s.outcomes = tests(&[0.04])).is_empty());
    assert!(of(|s| (s.outcomes, s.adjusted) = (tests(&[0.04, 0.9]), true)).is_empty());
    assert_eq!(of(|s| s.outcomes = tests(&[0.5; 5])), ["multiple-outcomes"]);
    assert_eq!(of(|s| s.subgroups = tests(&[0.9, 0.03, 0.8])), ["subgroup-fishing"]);
    assert_eq!(of(|s| s.subgroups = tests(&[0.5; 10])), ["subgroup-fishing"]);
    assert!(of(|s| s.subgroups = tests(&[0.5; 9])).is_empty());
    let whole = |p: f64| Tested { label: "math".into(), p_value: p, draws: None };
    let part = |p: f64| Tested { label: "math among iep = 1".into(), p_value: p, draws: None };
    assert_eq!(of(|s| (s.outcomes, s.subgroups) = (vec![whole(0.2)], vec![part(0.03), part(0.9)])), ["subgroup-fishing"]);
    assert!(of(|s| (s.outcomes, s.subgroups) = (vec![whole(0.01)], vec![part(0.03), part(0.9)])).is_empty());
    let effect = |se| Some(Effect { estimate: 0.3, std_error: Some(se), ..Effect::default() });
    assert_eq!(of(|s| s.effect = effect(0.15)), ["underpowered"]);
    assert!(of(|s| s.effect = effect(0.08)).is_empty());
}
