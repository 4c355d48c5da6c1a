//! Claims: put on one footing, checked, refused.

mod contradictions;

use super::*;
use crate::cohort::Faults;
use crate::evidence::effect::{Proportions, Sizes};
use crate::evidence::facts::{Clustering, Comparison, Design, Unit};
use crate::evidence::standard::{Attrition, Baseline, Standards};
use crate::evidence::verdict::{Word, card};
use proptest::prelude::*;

fn printed(text: &str) -> Option<Printed> {
    Some(Printed::parse(text).unwrap_or_else(|| panic!("{text}")))
}

fn both(low: &str, high: &str) -> Option<(Printed, Printed)> {
    printed(low).zip(printed(high))
}

fn scores(mean: &str, sd: &str) -> Option<Scores> {
    Some(Scores { mean: Printed::parse(mean).unwrap(), sd: Printed::parse(sd).unwrap() })
}

/// Percent more growth; what is empty is not told.
fn growth(percent: &str, comparison: &str, sd: &str) -> Option<GrowthClaim> {
    Some(GrowthClaim { percent: Printed::parse(percent)?, comparison_growth: Printed::parse(comparison), sd: Printed::parse(sd) })
}

/// 52 and 50 points with SDs of 10, for 100 students each: g = 0.20, t = 1.41.
fn means() -> Claim {
    Claim {
        treated: scores("52", "10"),
        comparison: scores("50", "10"),
        treated_students: Some(100),
        comparison_students: Some(100),
        ..Claim::default()
    }
}

/// 60 and 50 of 100: an odds ratio of 1.5, a Cox index of 0.25, z = 1.42.
fn counts() -> Claim {
    Claim { counts: Some(Proportions { of: Sizes::new(100, 100), reached: Sizes::new(60, 50) }), ..Claim::default() }
}

/// The agreement of one of a claim's checks.
fn agreement(claim: &Claim, between: &str) -> Agreement {
    let all = checks(claim);
    all.iter().find(|c| c.between == between).unwrap_or_else(|| panic!("no {between} in {all:#?}")).agreement
}

fn judged(claim: &Claim) -> Assessment {
    assess(claim, &Standards::default()).unwrap_or_else(|f| panic!("{f}"))
}

fn refused(claim: &Claim) -> Faults {
    assess(claim, &Standards::default()).expect_err("refused")
}

fn codes(claim: &Claim) -> Vec<&'static str> {
    refused(claim).shown.iter().map(|f| f.code).collect()
}

fn effect(text: &str) -> Claim {
    Claim { effect: printed(text), ..Claim::default() }
}

#[test]
fn a_claim_with_a_sound_error_is_taken_as_it_is() {
    let mut claim = Claim { std_error: printed("0.06"), students: Some(11_000), schools: Some(62), ..effect(".27") };
    claim.facts.design = Some(Design::QuasiExperiment);
    let a = judged(&claim);
    let ClusterStory::TakenAsHeeded { times } = a.footing.clusters else { panic!("{:?}", a.footing) };
    assert!((times - 0.06 / (4.0_f64 / 11_000.0).sqrt()).abs() < 1e-12);
    assert_eq!((a.footing.as_told, a.footing.as_told.df), (a.footing.corrected, Some(60.0)));
    assert_eq!((a.facts.clustering, a.facts.sites, a.verdict.word), (Some(Clustering::Heeded), Some(62), Word::Weak));
    assert!(a.assumptions.iter().any(|s| s.contains("at the same time")), "{:?}", a.assumptions);
    claim.facts.comparison = Some(Comparison::Dosage);
    assert_eq!(judged(&claim).verdict.word, Word::CannotTell);
    assert!(a.questions.iter().any(|q| q.missing == "baseline") && a.questions.iter().all(|q| q.missing != "design"));
}

#[test]
fn ignored_clusters_are_corrected_as_the_clearinghouse_does() {
    // 200 and 200 students in 20 classrooms, counted as independent: p .003 becomes .18.
    let claim =
        Claim { treated_students: Some(200), comparison_students: Some(200), classrooms: Some(20), heeded: Some(false), ..effect(".30") };
    let a = judged(&claim);
    let (told, corrected) = (a.footing.as_told, a.footing.corrected);
    assert!((told.t - 2.983266061).abs() < 1e-9 && (told.p_value - 0.0030275381).abs() < 1e-9, "{told:?}");
    assert!((corrected.t - 1.348604912).abs() < 1e-9 && (corrected.p_value - 0.1787808294).abs() < 1e-9, "{corrected:?}");
    assert!(a.assumptions.iter().any(|s| s.contains("0.20")), "{:?}", a.assumptions);
    // Another correlation, told or because it is not achievement.
    for other in [Claim { icc: Some(0.1), ..claim.clone() }, Claim { not_achievement: true, ..claim.clone() }] {
        assert!((judged(&other).footing.corrected.p_value - 0.08216299018).abs() < 1e-9);
    }
    // Assigned one by one there is nothing to correct.
    let mut one_by_one = claim;
    one_by_one.facts.unit = Some(Unit::Student);
    assert_eq!(judged(&one_by_one).footing.clusters, ClusterStory::NotNeeded);
}

#[test]
fn a_small_error_with_schools_is_taken_to_have_ignored_them() {
    let claim = Claim { std_error: printed("0.019"), students: Some(11_000), schools: Some(62), ..effect(".27") };
    let a = judged(&claim);
    assert!(matches!(a.footing.clusters, ClusterStory::Corrected { assumed: true, clusters: 62, .. }), "{:?}", a.footing);
    assert!(a.footing.corrected.std_error > 5.0 * a.footing.as_told.std_error);
    // Unless the source says that it heeded them.
    let heeded = Claim { heeded: Some(true), ..claim };
    assert_eq!(judged(&heeded).footing.clusters, ClusterStory::Heeded);
}

#[test]
fn ways_of_telling_the_same_agree() {
    let sizes = |c: Claim| Claim { treated_students: Some(60), comparison_students: Some(40), ..c };
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    let by_se = judged(&sizes(Claim { std_error: printed("0.1"), ..effect("0.25") }));
    let by_t = judged(&sizes(Claim { t: printed("2.5"), ..effect("0.25") }));
    let by_f = judged(&sizes(Claim { f: printed("6.25"), ..effect("0.25") }));
    for other in [&by_t, &by_f] {
        near(by_se.footing.corrected.std_error, other.footing.corrected.std_error);
    }
    let end = |x: f64| Some(Printed { value: x, decimals: 12 });
    let u = by_se.footing.corrected;
    let by_interval = judged(&sizes(Claim { interval: end(u.low).zip(end(u.high)), ..effect("0.25") }));
    near(by_interval.footing.corrected.std_error, 0.1);
    let by_p = judged(&sizes(Claim { p_value: Some(PValue::Exact(Printed { value: u.p_value, decimals: 14 })), ..effect("0.25") }));
    near(by_p.footing.corrected.std_error, 0.1);
    // t alone, with sizes.
    let bare = judged(&sizes(Claim { t: printed("2.5"), ..Claim::default() }));
    assert_eq!((bare.footing.from, bare.footing.error_from), (Route::T, ErrorFrom::T));
    near(bare.footing.corrected.t, 2.5);
}

#[test]
fn other_ways_of_telling_an_effect() {
    let sizes = |c: Claim| Claim { students: Some(200), ..c };
    let means = sizes(Claim { treated: scores("52.0", "10.0"), comparison: scores("50.0", "9.0"), ..Claim::default() });
    let a = judged(&means);
    assert!((a.footing.g - 0.2094379798).abs() < 1e-10 && (a.footing.corrected.std_error - 0.1418085352).abs() < 1e-10);
    let counts = Proportions { of: Sizes::new(100, 100), reached: Sizes::new(60, 50) };
    let a = judged(&Claim { counts: Some(counts), ..Claim::default() });
    assert!((a.footing.g - 0.2457364292).abs() < 1e-10 && (a.footing.corrected.std_error - 0.1731962444).abs() < 1e-10);
    let odds = judged(&Claim { odds_ratio: printed("1.5"), interval: both("0.86", "2.62"), ..Claim::default() });
    assert!(
        (odds.footing.g - 0.2457364292).abs() < 1e-10 && (odds.footing.corrected.std_error - 0.172).abs() < 0.001,
        "{:?}",
        odds.footing
    );
    let lifted = judged(&sizes(Claim { percentiles: both("50", "54"), ..Claim::default() }));
    assert!((lifted.footing.g - 0.1004337).abs() < 1e-6 && (lifted.percentile_points[0] - 4.0).abs() < 1e-9);
    let grown = judged(&sizes(Claim { growth: growth("23", "6", "15"), ..Claim::default() }));
    assert!((grown.footing.g - 0.092).abs() < 1e-12);
}

#[test]
fn contradictions_are_named() {
    // Leite et al. as printed: .271 with SE .011 and p = .001 do not fit.
    let leite = Claim { std_error: printed(".011"), p_value: PValue::parse(".001"), ..effect(".271") };
    let faults = refused(&leite);
    assert_eq!((faults.total, faults.shown[0].code), (1, "EVI-010"));
    assert_eq!(faults.shown[0].place, "the claim, effect, standard error and p");
    for (what, claim) in [
        ("effect, standard error and t", Claim { std_error: printed(".06"), t: printed("1.2"), ..effect(".27") }),
        ("effect and t", Claim { t: printed("-4.5"), students: Some(90), ..effect(".27") }),
        ("t and F", Claim { t: printed("2.00"), f: printed("9.00"), students: Some(90), ..Claim::default() }),
        ("t and p", Claim { t: printed("2.00"), p_value: PValue::parse("<.001"), students: Some(90), ..effect(".27") }),
        ("effect and interval", Claim { interval: both(".30", ".50"), ..effect(".27") }),
        (
            "standard error and interval",
            Claim { interval: both(".21", ".33"), std_error: printed(".06"), students: Some(900), ..effect(".27") },
        ),
        ("interval and p", Claim { interval: both("-.02", ".56"), p_value: PValue::parse(".01"), ..effect(".27") }),
        ("standard error and number of students", Claim { std_error: printed(".010"), students: Some(90), ..effect(".27") }),
        (
            "students in all and by arm",
            Claim { students: Some(90), treated_students: Some(50), comparison_students: Some(50), ..effect(".27") },
        ),
        ("classrooms and schools", Claim { students: Some(90), classrooms: Some(3), schools: Some(5), ..effect(".27") }),
        ("students and clusters", Claim { students: Some(90), schools: Some(100), ..effect(".27") }),
        (
            "treated mean and students",
            Claim {
                treated: scores("5.19", "1.10"),
                comparison: scores("5.00", "1.20"),
                treated_students: Some(28),
                comparison_students: Some(28),
                whole_scores: true,
                ..Claim::default()
            },
        ),
    ] {
        let faults = refused(&claim);
        let place = format!("the claim, {what}");
        assert!(faults.shown.iter().all(|f| f.code == "EVI-010") && faults.shown.iter().any(|f| f.place == place), "{what}: {faults}");
    }
}

#[test]
fn an_interval_stands_around_the_odds_ratio_that_it_holds() {
    let both_told = Claim { odds_ratio: printed("1.5"), interval: both(".86", "2.62"), ..effect(".25") };
    assert!(both_told.interval_is_of_odds());
    let a = judged(&both_told);
    assert!((a.footing.corrected.std_error - 0.172).abs() < 0.001, "{:?}", a.footing);
    let in_sd = Claim { interval: both("-.09", ".59"), ..both_told };
    assert!(!in_sd.interval_is_of_odds());
    judged(&in_sd);
}

#[test]
fn the_interval_lies_where_p_is_said_to_lie() {
    let sizes =
        |g: &str, p: &str| Claim { treated_students: Some(100), comparison_students: Some(100), p_value: PValue::parse(p), ..effect(g) };
    for g in ["-.30", ".30"] {
        let a = judged(&sizes(g, "<.05"));
        let u = a.footing.corrected;
        assert!(u.low * u.high > 0.0 && u.low.abs().min(u.high.abs()) < 1e-6 && u.p_value <= 0.05, "{u:?}");
        let said = card(&a.verdict, &a.facts, &Standards::default())[1].to_string();
        assert!(said.contains("not compatible with no difference") && !said.contains("-0.0"), "{said}");
        assert!(a.assumptions.iter().any(|s| s.contains("leaves zero out")), "{:?}", a.assumptions);
    }
    // A bound above the level says nothing of zero; nor does one once clusters are heeded.
    let said = |claim: &Claim| {
        let a = judged(claim);
        card(&a.verdict, &a.facts, &Standards::default())[1].to_string()
    };
    assert!(said(&sizes("-.30", "<.10")).contains("are compatible with"));
    assert!(said(&Claim { classrooms: Some(20), heeded: Some(false), ..sizes("-.30", "<.05") }).contains("are compatible with"));
    // Rounded, .27 and .14 would hold zero, which p below .05 rules out; .27 and .137 would not, which p above .05 does.
    let rounded = |se: &str, p: &str| said(&Claim { std_error: printed(se), ..sizes(".27", p) });
    assert!(rounded(".14", "<.05").contains("not compatible with"));
    assert!(rounded(".136", "n.s.").contains("are compatible with"));
    // Students as strangers would give p far below what is told.
    let vague = judged(&Claim { p_value: PValue::parse("n.s."), students: Some(3000), ..effect(".27") });
    assert_eq!(vague.footing.error_from, ErrorFrom::PValueAbove);
    assert!(vague.footing.corrected.low <= 0.0 && vague.footing.corrected.p_value >= 0.05, "{:?}", vague.footing);
}

#[test]
fn clusters_that_nobody_tells_of_are_a_caution() {
    let caution = |claim: &Claim| judged(claim).footing.caution();
    let students = Claim { students: Some(3000), ..effect(".27") };
    for claim in [students.clone(), Claim { std_error: printed(".06"), ..students.clone() }, counts()] {
        assert!(caution(&claim).is_some_and(|s| s.contains("probably treated together") && s.contains("too narrow")), "{claim:?}");
    }
    assert_eq!(caution(&Claim { schools: Some(30), ..students.clone() }), None);
    assert_eq!(caution(&Claim { std_error: printed(".06"), heeded: Some(true), ..students.clone() }), None);
    let mut one_by_one = students;
    one_by_one.facts.unit = Some(Unit::Student);
    assert_eq!(caution(&one_by_one), None);
}

#[test]
fn whole_scores_are_checked_with_as_many_students_in_each_group() {
    let of = |mean: &str, n: u64| Claim {
        treated: scores(mean, "1.0"),
        comparison: scores("5.00", "1.0"),
        students: Some(n),
        whole_scores: true,
        ..Claim::default()
    };
    judged(&of("5.20", 20));
    // 57/11 = 5.18; of 21 students either group can have eleven.
    judged(&of("5.18", 21));
    assert_eq!(agreement(&of("5.23", 20), "treated mean and students"), Agreement::Contradicts);
    let alone = Claim { students: None, std_error: printed(".1"), effect: printed(".2"), ..of("5.23", 20) };
    assert_eq!(codes(&alone), ["EVI-016"]);
}

#[test]
fn rounding_is_not_a_contradiction() {
    // .27 and .06 as printed may be .2651 and .0649: t = 4.1 fits.
    for t in ["4.1", "4.5", "4.9"] {
        judged(&Claim { std_error: printed(".06"), t: printed(t), ..effect(".27") });
    }
    judged(&Claim {
        std_error: printed(".06"),
        interval: both(".15", ".39"),
        p_value: PValue::parse("<.001"),
        students: Some(4000),
        ..effect(".27")
    });
    judged(&Claim {
        std_error: printed(".06"),
        interval: both(".14", ".40"),
        p_value: PValue::parse("<.01"),
        schools: Some(20),
        ..effect(".27")
    });
}

#[test]
fn claims_that_cannot_be_judged_say_why() {
    let bare = refused(&effect(".36"));
    assert_eq!(bare.shown[0].code, "EVI-011");
    assert!(bare.shown[0].why.contains("cannot be said"), "{bare}");
    assert_eq!(codes(&Claim { p_value: PValue::parse("ns"), ..effect(".36") }), ["EVI-011"]);
    let empty = Proportions { of: Sizes::new(30, 30), reached: Sizes::new(30, 20) };
    assert_eq!(codes(&Claim { counts: Some(empty), ..Claim::default() }), ["EVI-012"]);
    let growth = |sd, comparison| Claim { growth: growth("23", comparison, sd), students: Some(1000), ..Claim::default() };
    for claim in [growth("", ""), growth("", "6"), growth("15", "")] {
        let faults = refused(&claim);
        assert_eq!(faults.shown[0].code, "EVI-013");
        assert!(faults.shown[0].remedy.starts_with("ask: ") && faults.shown[0].remedy.contains("standard deviation"));
    }
    assert_eq!(codes(&Claim::default()), ["EVI-015"]);
    assert_eq!(codes(&Claim { students: Some(10), ..Claim::default() }), ["EVI-015"]);
}

#[test]
fn numbers_that_cannot_be_are_refused_all_at_once() {
    let claim = Claim {
        std_error: printed("0"),
        level: Some(95.0),
        icc: Some(2.0),
        interval: both(".5", ".1"),
        schools: Some(0),
        percentiles: both("0", "54"),
        ..effect(".2")
    };
    assert_eq!(codes(&claim), ["EVI-014"; 6]);
    assert_eq!(codes(&Claim { students: Some(u64::MAX), ..effect(".2") }), ["EVI-014"]);
    let of = |treated, reached| Claim {
        counts: Some(Proportions { of: Sizes::new(treated, 30), reached: Sizes::new(reached, 20) }),
        ..Claim::default()
    };
    assert_eq!(codes(&of(30, 31)), ["EVI-014"]);
    let nobody = refused(&of(0, 31));
    assert!(nobody.total == 1 && nobody.shown[0].what.starts_with("no students in an arm"), "{nobody}");
    for g in ["2e10", "-20.5"] {
        assert_eq!(codes(&Claim { std_error: printed("1"), ..effect(g) }), ["EVI-014"], "{g}");
    }
    judged(&Claim { std_error: printed("1"), ..effect("-20") });
    // By whatever route.
    assert_eq!(codes(&Claim { t: printed("900"), students: Some(50), ..Claim::default() }), ["EVI-014"]);
    for low in ["-1", "0"] {
        let odds = refused(&Claim { odds_ratio: printed("1.5"), interval: both(low, "2.6"), ..Claim::default() });
        assert!(odds.total == 1 && odds.shown[0].code == "EVI-014" && odds.shown[0].what.contains("odds ratio"), "{odds}");
    }
    assert_eq!(codes(&Claim { level: Some(0.95), std_error: printed(".1"), ..effect(".2") }), ["EVI-016"]);
}

#[test]
fn the_middle_of_an_interval_is_an_effect() {
    let alone = Claim { interval: both(".1", ".5"), students: Some(400), ..Claim::default() };
    let a = judged(&alone);
    assert_eq!((a.footing.from, a.footing.error_from), (Route::Interval, ErrorFrom::Interval));
    assert!((a.footing.g - 0.3).abs() < 1e-12 && (a.footing.corrected.high - 0.5).abs() < 1e-9, "{:?}", a.footing);
    assert!(a.assumptions.iter().any(|s| s.contains("middle of its interval")), "{:?}", a.assumptions);
    // An effect told goes before; an interval beside means or growth may be of points or percent.
    assert_eq!(judged(&Claim { effect: printed(".3"), ..alone.clone() }).footing.from, Route::Effect);
    assert_eq!(codes(&Claim { students: None, treated: scores("52", "10"), comparison: scores("50", "10"), ..alone.clone() }), ["EVI-015"]);
    assert_eq!(codes(&Claim { growth: growth("23", "", ""), ..alone }), ["EVI-013"]);
}

#[test]
fn fewer_than_four_students_have_no_effect() {
    let of = |claim: Claim| Claim { std_error: printed(".06"), ..claim };
    for n in 1..4 {
        let faults = refused(&of(Claim { students: Some(n), ..effect(".27") }));
        assert!(faults.total == 1 && faults.shown[0].code == "EVI-014" && faults.shown[0].what.ends_with("in all"), "{faults}");
    }
    let arms = Claim { treated_students: Some(2), comparison_students: Some(1), ..means() };
    assert_eq!(codes(&arms), ["EVI-014"]);
    judged(&Claim { treated_students: Some(2), comparison_students: Some(2), ..means() });
}

#[test]
fn a_correlation_that_corrects_nothing_is_refused() {
    let told = Claim { icc: Some(0.1), std_error: printed(".06"), ..effect(".27") };
    let clustered = Claim { students: Some(11_000), schools: Some(62), ..told.clone() };
    let mut one_by_one = clustered.clone();
    one_by_one.facts.unit = Some(Unit::Student);
    for idle in [told, Claim { heeded: Some(true), ..clustered.clone() }, clustered.clone(), one_by_one] {
        assert_eq!(codes(&idle), ["EVI-016"], "{idle:?}");
    }
    judged(&Claim { heeded: Some(false), ..clustered });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_claim_panics_and_no_answer_is_not_a_number(
        numbers in proptest::collection::vec(proptest::option::of(prop_oneof![-3.0..3.0_f64, Just(0.0), -1e300..1e300_f64]), 8),
        p in proptest::option::of(prop_oneof![Just("ns"), Just("<.05"), Just(".03"), Just(".000"), Just("1")]),
        counts in proptest::collection::vec(proptest::option::of(prop_oneof![0_u64..300, Just(u64::MAX)]), 5),
        cells in proptest::option::of((0_u64..50, 0_u64..50, 0_u64..50, 0_u64..50)),
        flags in (proptest::option::of(any::<bool>()), any::<bool>(), any::<bool>()),
    ) {
        let number = |i: usize| numbers[i].map(|value| Printed { value, decimals: 2 });
        let both = number(6).zip(number(7));
        let claim = Claim {
            effect: number(0),
            std_error: number(1),
            t: number(2),
            f: number(3),
            odds_ratio: number(4),
            icc: numbers[5].map(|x| x.abs().min(1.0)),
            interval: both,
            p_value: p.and_then(PValue::parse),
            students: counts[0],
            treated_students: counts[1],
            comparison_students: counts[2],
            classrooms: counts[3],
            schools: counts[4],
            counts: cells.map(|(a, b, c, d)| Proportions { of: Sizes::new(a, b), reached: Sizes::new(c, d) }),
            heeded: flags.0,
            whole_scores: flags.1,
            negative: flags.2,
            treated: number(6).zip(number(1)).map(|(mean, sd)| Scores { mean, sd }),
            comparison: number(7).zip(number(1)).map(|(mean, sd)| Scores { mean, sd }),
            ..Claim::default()
        };
        if let Ok(a) = assess(&claim, &Standards::default()) {
            let u = a.footing.corrected;
            prop_assert!(u.std_error > 0.0 && u.low <= u.high && (0.0..=1.0).contains(&u.p_value), "{:?}", u);
            prop_assert!(u.std_error >= a.footing.as_told.std_error);
            prop_assert!(a.percentile_points.iter().all(|p| p.abs() <= 50.0));
            // Shrinking goes towards the literature, never past it.
            let (g, s) = (a.footing.g, a.shrunk);
            let slack = 1e-12 * (1.0 + g.abs());
            prop_assert!(s.g >= g.min(s.prior_mean) - slack && s.g <= g.max(s.prior_mean) + slack, "{:?}", s);
        }
    }
}
