//! Verdicts by hand, and over all that can be known or not.

use super::*;
use crate::evidence::effect::Sizes;
use crate::evidence::facts::*;
use crate::evidence::standard::{Attrition, Baseline, Rating, Standards, State, Tier};
use proptest::prelude::*;

/// A randomised trial of 60 schools with nothing against it.
fn trial() -> Facts {
    let schools = Sizes::new(30, 30);
    Facts {
        design: Some(Design::Randomised),
        compromised: Some(false),
        comparison: Some(Comparison::Concurrent),
        confound: Some(Confound::NoneFound),
        unit: Some(Unit::School),
        units: Some(schools),
        students: Some(3600),
        sites: Some(60),
        attrition: Some(Attrition { assigned: Sizes::new(2000, 2000), analysed: Sizes::new(1800, 1800) }),
        cluster_attrition: Some(Attrition { assigned: schools, analysed: schools }),
        baseline: vec![Baseline { measure: "reading before".into(), difference: Some(0.03), adjusted: Some(true) }],
        selected_low: Some(SelectedLow::No),
        effect: Some(Effect { estimate: 0.20, std_error: Some(0.05), df: Some(58.0), p_value: Some(0.0002), ..Effect::default() }),
        clustering: Some(Clustering::Heeded),
        measure: Some(Measure::IndependentBroad),
        measure_eligible: Some(true),
        conductor: Some(Conductor::Independent),
        plan: Some(Plan::Kept),
        domain: Some(vec![0.0002, 0.2]),
        specifications: Some(Specifications { same_sign: 0.95, median_excludes_zero: true }),
        hangs_on_one_school: Some(false),
        ..Facts::default()
    }
}

/// The same schools compared by difference-in-differences.
fn differences() -> Facts {
    let trends = Trends { periods: Some(3), p_value: Some(0.6), power: Some(0.8), breakdown: Some(1.4), ..Trends::default() };
    Facts { design: Some(Design::DifferenceInDifferences), trends, ..trial() }
}

fn judge(facts: &Facts) -> Verdict {
    Verdict::of(facts, &Standards::default())
}

fn with_effect(facts: Facts, estimate: f64, std_error: f64) -> Facts {
    let effect = Effect { estimate, std_error: Some(std_error), df: Some(58.0), ..Effect::default() };
    Facts { effect: Some(effect), domain: Some(vec![0.001]), ..facts }
}

#[test]
fn a_good_trial_is_strong_in_every_system() {
    let v = judge(&trial());
    assert_eq!((v.word, v.grade, v.outcome), (Word::Strong, Grade::A, Outcome::Meaningful));
    assert!(v.caps.is_empty() && v.change.is_none(), "{v:?}");
    assert_eq!((v.rated.rating, v.rated.unknown.len()), (Rating::WithoutReservations, 0));
    assert_eq!(v.essa.tier, Some(Tier::Strong));
    assert_eq!((v.padlocks.initial, v.padlocks.complete), (Some(5), true));
    assert!(v.settings.iter().any(|s| s.name == "padlock-mdes"));
}

#[test]
fn differences_are_promising_and_moderate() {
    let v = judge(&differences());
    assert_eq!((v.word, v.grade), (Word::Promising, Grade::B));
    assert_eq!((v.rated.rating, v.essa.tier), (Rating::WithReservations, Some(Tier::Moderate)));
    assert_eq!(v.padlocks.initial, Some(4));
    let change = v.change.unwrap();
    assert_eq!((change.to, change.items.len(), change.items[0].rule), (Word::Strong, 1, "start"));
    let first = v.essa.of_tier(Tier::Strong).next().unwrap();
    assert_eq!((first.state, first.found.as_str()), (State::Failed, "difference-in-differences"));
}

/// Each cap by itself: from which study, what is otherwise, the rule, and the grade.
#[test]
fn each_cap_triggers_by_itself_and_names_its_number() {
    type Turn = fn(&mut Facts);
    let lost = |treated: u64, comparison: u64| Attrition {
        assigned: Sizes::new(1000, 1000),
        analysed: Sizes::new(1000 - treated, 1000 - comparison),
    };
    let cases: &[(&str, bool, Turn, Grade, Option<f64>)] = &[
        ("single-unit", true, |f| f.units = Some(Sizes::new(1, 30)), Grade::E, Some(1.0)),
        ("no-comparison", true, |f| f.comparison = Some(Comparison::Nobody), Grade::E, Some(0.0)),
        ("design", false, |f| (f.design, f.baseline) = (Some(Design::Unadjusted), vec![]), Grade::D, None),
        ("norms-only", false, |f| f.comparison = Some(Comparison::Norm), Grade::D, None),
        ("before-after", false, |f| f.comparison = Some(Comparison::BeforeAfter), Grade::D, None),
        ("dosage", false, |f| f.comparison = Some(Comparison::Dosage), Grade::D, None),
        ("confound", true, |f| f.confound = Some(Confound::Named("charter status".into())), Grade::E, None),
        ("baseline-gap", false, |f| f.baseline[0].difference = Some(-0.3), Grade::C, Some(0.3)),
        ("unit-of-analysis", true, |f| f.clustering = Some(Clustering::Ignored), Grade::C, None),
        ("coverage", true, |f| f.coverage = Some(Coverage { share: 0.8, broken: true }), Grade::C, Some(0.8)),
        ("coverage", true, |f| f.coverage = Some(Coverage { share: 0.01, broken: true }), Grade::D, Some(0.01)),
        ("few-clusters", true, |f| f.units = Some(Sizes::new(5, 30)), Grade::C, Some(5.0)),
        ("sites", true, |f| f.sites = Some(1), Grade::B, Some(1.0)),
        ("pre-trend", false, |f| f.trends.p_value = Some(0.09), Grade::C, Some(0.09)),
        ("pre-trend", false, |f| f.trends.breakdown = Some(0.9), Grade::C, Some(0.9)),
        ("pre-trend", false, |f| f.trends.power = Some(0.4), Grade::C, Some(0.4)),
        ("measure", true, |f| f.measure = Some(Measure::Developer), Grade::C, Some(0.41)),
        ("developer-run", true, |f| (f.conductor, f.plan) = (Some(Conductor::Developer), Some(Plan::Absent)), Grade::B, None),
        (
            "specifications",
            true,
            |f| f.specifications = Some(Specifications { same_sign: 0.6, median_excludes_zero: true }),
            Grade::B,
            Some(0.6),
        ),
        (
            "specifications",
            true,
            |f| f.specifications = Some(Specifications { same_sign: 0.9, median_excludes_zero: false }),
            Grade::B,
            Some(0.9),
        ),
        ("one-school", true, |f| f.hangs_on_one_school = Some(true), Grade::B, None),
        ("regression-to-mean", false, |f| f.selected_low = Some(SelectedLow::TreatedOnly), Grade::D, None),
        ("history", false, |f| (f.comparison, f.spans_pandemic) = (Some(Comparison::OtherYears), Some(true)), Grade::D, None),
    ];
    for (rule, of_trial, turn, grade, number) in cases {
        let mut facts = if *of_trial { trial() } else { differences() };
        turn(&mut facts);
        let v = judge(&facts);
        let caps: Vec<&Cap> = v.caps.iter().filter(|c| c.rule == *rule).collect();
        assert_eq!((caps.len(), v.grade), (1, *grade), "{rule}: {:?}", v.caps);
        assert!(!caps[0].unknown && caps[0].number == *number, "{rule}: {:?}", caps[0]);
    }
    // High attrition: B where groups were alike, else C.
    let mut facts = trial();
    facts.attrition = Some(lost(350, 250));
    assert_eq!((judge(&facts).grade, judge(&facts).rated.rating), (Grade::B, Rating::WithReservations));
    facts.baseline[0].difference = Some(0.3);
    assert_eq!((judge(&facts).grade, judge(&facts).rated.rating), (Grade::C, Rating::DoesNotMeet));
    assert_eq!(judge(&facts).caps.iter().map(|c| c.rule).collect::<Vec<_>>(), ["baseline-gap", "attrition"]);
}

#[test]
fn an_arm_without_units_is_no_evidence() {
    let of = |treated, comparison| judge(&Facts { units: Some(Sizes::new(treated, comparison)), ..trial() });
    let found = |v: &Verdict, rule: &str| v.caps.iter().find(|c| c.rule == rule).map(|c| c.found.clone());
    let nobody = of(0, 62);
    assert_eq!((nobody.grade, found(&nobody, "no-comparison")), (Grade::E, None));
    assert_eq!(found(&nobody, "single-unit").as_deref(), Some("no unit of assignment was treated"));
    let alone = of(62, 0);
    assert_eq!((alone.grade, found(&alone, "single-unit"), found(&alone, "few-clusters")), (Grade::E, None, None));
    assert!(found(&alone, "no-comparison").is_some());
    assert_eq!((alone.padlocks.design, alone.padlocks.initial), (Some(0), Some(0)));
    assert_eq!(of(30, 30).padlocks.design, Some(5));
    // One unit is singular, and a floor below 0.001 is not told.
    assert!(found(&of(1, 30), "few-clusters").is_some_and(|s| s.starts_with("one arm has 1 unit, so that")));
    assert_eq!(found(&of(5, 60), "few-clusters").as_deref(), Some("one arm has 5 units"));
}

#[test]
fn a_large_gap_that_is_all_there_is_leaves_nothing() {
    let mut facts = differences();
    (facts.trends, facts.baseline[0].difference, facts.baseline[0].adjusted) = (Trends::default(), Some(0.4), Some(false));
    assert_eq!(judge(&facts).grade, Grade::E);
}

#[test]
fn one_period_before_is_told_with_what_is_known_of_the_groups() {
    let found = |baseline: Vec<Baseline>| {
        let trends = Trends { periods: Some(1), ..Trends::default() };
        let v = judge(&Facts { trends, baseline, ..differences() });
        v.caps.iter().find(|c| c.rule == "pre-periods").map(|c| c.found.clone()).unwrap_or_default()
    };
    let apart = |d: f64| vec![Baseline { measure: "reading before".into(), difference: Some(d), adjusted: Some(false) }];
    assert_eq!(found(vec![]), "1 period before, and whether groups were alike then is not known");
    assert_eq!(found(apart(0.4)), "1 period before, and groups were not alike then");
    assert_eq!(found(apart(0.1)), "1 period before, and how groups differed then was not adjusted for");
    assert_eq!(found(apart(0.01)), "");
}

#[test]
fn what_is_not_known_caps_too() {
    type Turn = fn(&mut Facts);
    let cases: &[(&str, bool, Turn, Grade)] = &[
        ("no-comparison", true, |f| f.comparison = None, Grade::D),
        ("design", true, |f| f.design = None, Grade::D),
        ("confound", true, |f| f.confound = None, Grade::B),
        ("baseline-gap", false, |f| f.baseline.clear(), Grade::C),
        ("attrition", true, |f| f.attrition = None, Grade::B),
        ("unit-of-analysis", true, |f| f.clustering = None, Grade::C),
        ("few-clusters", true, |f| f.units = None, Grade::C),
        ("sites", true, |f| f.sites = None, Grade::B),
        ("outcomes", true, |f| f.domain = None, Grade::B),
        ("pre-trend", false, |f| (f.trends.power, f.trends.breakdown) = (None, None), Grade::C),
        ("measure", true, |f| f.measure = None, Grade::B),
        ("developer-run", true, |f| (f.conductor, f.plan) = (None, None), Grade::B),
        ("specifications", true, |f| f.specifications = None, Grade::B),
        ("one-school", true, |f| f.hangs_on_one_school = None, Grade::B),
        ("regression-to-mean", false, |f| f.selected_low = None, Grade::B),
        ("history", false, |f| (f.comparison, f.spans_pandemic) = (Some(Comparison::OtherYears), None), Grade::D),
    ];
    for (rule, of_trial, turn, grade) in cases {
        let mut facts = if *of_trial { trial() } else { differences() };
        turn(&mut facts);
        let v = judge(&facts);
        let cap = v.caps.iter().find(|c| c.rule == *rule).unwrap_or_else(|| panic!("{rule}: {:?}", v.caps));
        assert!(cap.unknown && v.grade == *grade, "{rule}: {:?} {:?}", v.grade, v.caps);
    }
    // How many were assigned cannot be counted, but there are enough of them, or not.
    let at_least = |n: u64| judge(&Facts { units: None, units_at_least: Some(Sizes::new(n, 41)), ..trial() }).caps;
    assert!(!at_least(14).iter().any(|c| c.rule == "few-clusters"));
    let few = at_least(3);
    let cap = few.iter().find(|c| c.rule == "few-clusters").expect("three are few");
    assert!(cap.unknown && cap.found.contains("in 3 clusters with treated and 41 with other students"), "{}", cap.found);
    let nothing = judge(&Facts::default());
    assert_eq!((nothing.word, nothing.outcome, nothing.essa.tier), (Word::CannotTell, Outcome::Unknown, None));
    assert!(nothing.caps.iter().all(|c| c.unknown) && nothing.caps.len() > 8);
    assert_eq!((nothing.padlocks.initial, nothing.padlocks.complete), (None, false));
}

#[test]
fn the_table_of_words() {
    for (estimate, se, by_trial, by_differences, weak) in [
        (0.20, 0.05, Word::Strong, Word::Promising, Word::Weak),
        (0.10, 0.10, Word::CannotTell, Word::CannotTell, Word::CannotTell),
        (0.01, 0.01, Word::NotSupported, Word::NotSupported, Word::WeakAgainst),
        (-0.20, 0.05, Word::Harm, Word::Harm, Word::WeakHarm),
    ] {
        let weaker = Facts { clustering: Some(Clustering::Ignored), ..differences() };
        let words = [trial(), differences(), weaker].map(|f| judge(&with_effect(f, estimate, se)).word);
        assert_eq!(words, [by_trial, by_differences, weak], "{estimate} {se}");
    }
    // Strong needs students and sites; one of many outcomes is not supported.
    assert_eq!(judge(&Facts { students: Some(349), ..trial() }).word, Word::Promising);
    let many = Facts { domain: Some(vec![0.04, 0.5, 0.6]), ..trial() };
    assert_eq!((judge(&many).word, judge(&many).outcome), (Word::NotSupported, Outcome::OneOfMany));
}

#[test]
fn the_nearest_change_is_the_fewest_rules() {
    // Two caps at C hold it: both have to go.
    let facts = Facts { units: Some(Sizes::new(4, 4)), measure: Some(Measure::Researcher), ..trial() };
    let v = judge(&facts);
    assert_eq!(v.word, Word::Weak);
    let change = v.change.unwrap();
    assert_eq!(change.items.iter().map(|i| i.rule).collect::<Vec<_>>(), ["few-clusters", "measure"]);
    assert_eq!((change.to, change.grade), (Word::Strong, Grade::A));
    // Too imprecise: the interval is nearer than anything else.
    let v = judge(&with_effect(differences(), 0.10, 0.10));
    let change = v.change.unwrap();
    assert_eq!((change.to, change.items.len(), change.items[0].rule), (Word::Promising, 1, "precision"));
    assert!(change.items[0].instead.contains("4.0 times as many"), "{change:?}");
    // An answer needs no change.
    assert_eq!(judge(&with_effect(trial(), -0.2, 0.05)).change, None);
}

#[test]
fn caps_apply_in_order() {
    let facts = Facts { measure: Some(Measure::Developer), hangs_on_one_school: Some(true), ..trial() };
    let v = judge(&facts);
    let steps: Vec<_> = v.caps.iter().map(|c| (c.rule, c.before, c.after)).collect();
    assert_eq!(steps, [("measure", Grade::A, Grade::C), ("one-school", Grade::C, Grade::D)]);
    assert_eq!(v.word, Word::CannotTell);
}

#[test]
fn sentences_of_the_card() {
    let standards = Standards::default();
    let said = |facts: &Facts| card(&judge(facts), facts, &standards).iter().map(Sentence::to_string).collect::<Vec<_>>();
    let all = said(&trial());
    assert_eq!(all[0], "This study is strong evidence of an effect. Its credibility is A, on a scale from A (best) to E.");
    assert_eq!(
        all[1],
        "In this study treated students scored 4.0 to 11.8 percentile points higher than those they were compared with; \
         the data are not compatible with no difference."
    );
    assert_eq!(all[2], "Chance decided who was treated, which sets the treatment apart from other differences.");
    let unclear = said(&with_effect(differences(), 0.10, 0.10));
    assert!(unclear[0].starts_with("This study cannot tell whether there is an effect."), "{unclear:?}");
    assert!(unclear[1].contains("between 4.0 percentile points lower and 11.8 higher"), "{unclear:?}");
    assert!(unclear.iter().any(|s| s.contains("schools; it had 60.")), "{unclear:?}");
    let norm = said(&Facts { comparison: Some(Comparison::Norm), ..differences() });
    assert!(norm[2] == "This study cannot tell the treatment apart from the growth these students would have had anyway.", "{norm:?}");
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(proptest::sample::select(all))
}

prop_compose! {
    fn some_facts()(
        design in maybe(&[Design::Randomised, Design::DifferenceInDifferences, Design::QuasiExperiment, Design::Controlled, Design::Unadjusted]),
        comparison in maybe(&[Comparison::Concurrent, Comparison::OtherYears, Comparison::Norm, Comparison::Dosage, Comparison::BeforeAfter, Comparison::Nobody]),
        confound in proptest::option::of(prop_oneof![Just(Confound::NoneFound), "[a-e ]{0,300}".prop_map(Confound::Named)]),
        units in proptest::option::of((0_u64..50, 0_u64..50)),
        numbers in (proptest::option::of(0_u64..100_000), proptest::option::of(0_u64..100), maybe(&[true, false])),
        lost in proptest::option::of((0_u64..1200, 0_u64..1200)),
        baseline in proptest::collection::vec(("[a-e ]{0,200}", proptest::option::of(-1.0..1.0), maybe(&[true, false])), 0..3),
        effect in proptest::option::of((-2.0..2.0, proptest::option::of(0.0..1.0), proptest::option::of(0.0..100.0), proptest::option::of(0.0..1.0))),
        clustering in maybe(&[Clustering::Heeded, Clustering::Recomputed, Clustering::Corrected, Clustering::Ignored]),
        trends in (proptest::option::of(0_u32..5), proptest::option::of(0.0..1.0), proptest::option::of(0.0..1.0), proptest::option::of(0.0..3.0)),
        measure in maybe(&[Measure::IndependentBroad, Measure::IndependentNarrow, Measure::Researcher, Measure::Developer]),
        conduct in (maybe(&[Conductor::Independent, Conductor::Developer]), maybe(&[Plan::Kept, Plan::Deviated, Plan::Absent])),
    ) -> Facts {
        Facts {
            design, comparison, confound, clustering, measure,
            units: units.map(|(a, b)| Sizes::new(a, b)),
            students: numbers.0,
            sites: numbers.1,
            hangs_on_one_school: numbers.2,
            attrition: lost.map(|(a, b)| Attrition { assigned: Sizes::new(1000, 1000), analysed: Sizes::new(a, b) }),
            baseline: baseline.into_iter().map(|(measure, difference, adjusted)| Baseline { measure, difference, adjusted }).collect(),
            effect: effect.map(|(estimate, std_error, df, p_value)| Effect { estimate, std_error, df, p_value, ..Effect::default() }),
            trends: Trends { periods: trends.0, p_value: trends.1, power: trends.2, breakdown: trends.3, ..Trends::default() },
            conductor: conduct.0,
            plan: conduct.1,
            ..Facts::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn cards_are_short_and_verdicts_hold_together(facts in some_facts()) {
        let standards = Standards::default();
        let v = Verdict::of(&facts, &standards);
        let said: Vec<String> = card(&v, &facts, &standards).iter().map(Sentence::to_string).collect();
        prop_assert!(count_words(&said.join(" ")) <= CARD_WORDS);
        let first = matches!(card(&v, &facts, &standards)[0], Sentence::Verdict { .. });
        prop_assert!(first, "{:?}", v);
        prop_assert!(!said.iter().any(|s| s.contains("NaN") || s.contains("inf ") || s.contains("programme")), "{:?}", said);
        // The grade is what the caps leave of the start, and a change says what it does.
        let left = v.caps.iter().fold(v.start.grade, |g, c| c.effects.on(g));
        prop_assert_eq!(left, v.grade);
        if let Some(change) = &v.change {
            prop_assert!(!change.items.is_empty() && change.grade <= v.grade);
        }
        // Strong in our words is never less than without reservations in theirs.
        if v.word == Word::Strong {
            prop_assert_eq!(v.rated.rating, Rating::WithoutReservations);
        }
        prop_assert!(!serde_json::to_string(&v).unwrap().contains("NaN"));
        prop_assert_eq!(v, Verdict::of(&facts, &standards));
    }

    #[test]
    fn knowing_against_it_never_helps(mut facts in some_facts()) {
        let standards = Standards::default();
        let before = Verdict::of(&facts, &standards).grade;
        facts.confound = Some(Confound::Named("extra money".into()));
        prop_assert!(Verdict::of(&facts, &standards).grade >= before);
        facts.comparison = Some(Comparison::Nobody);
        prop_assert_eq!(Verdict::of(&facts, &standards).grade, Grade::E);
    }
}
