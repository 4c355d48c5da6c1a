//! Every two numbers of a claim against each other: what contradicts, and what an adjustment or clusters explain.

use super::*;

#[test]
fn contradictions_between_any_two_numbers_are_named() {
    let p = PValue::parse;
    let mut units = Claim { schools: Some(62), std_error: printed(".1"), ..effect(".27") };
    (units.facts.units, units.facts.unit) = (Some(Sizes::new(40, 40)), Some(Unit::School));
    let mut analysed = Claim { students: Some(5000), ..effect(".27") };
    analysed.facts.attrition = Some(Attrition { assigned: Sizes::new(95, 95), analysed: Sizes::new(90, 90) });
    let mut clusters = units.clone();
    clusters.facts.units = None;
    clusters.facts.cluster_attrition = Some(Attrition { assigned: Sizes::new(45, 45), analysed: Sizes::new(40, 40) });
    let students = |n: u64, claim: Claim| Claim { students: Some(n), ..claim };
    for (what, claim) in [
        ("counts and odds ratio", Claim { odds_ratio: printed("9"), ..counts() }),
        ("effect and counts", Claim { effect: printed("2"), ..counts() }),
        ("counts and p", Claim { p_value: p(".0001"), ..counts() }),
        ("counts and t", Claim { t: printed("-1.4"), ..counts() }),
        ("counts and students", students(5000, counts())),
        ("means and t", Claim { t: printed("9"), ..means() }),
        ("means and t", Claim { t: printed("-1.41"), ..means() }),
        ("means and F", Claim { f: printed("81"), ..means() }),
        ("means and p", Claim { p_value: p(".0001"), ..means() }),
        ("means and interval", Claim { interval: both(".5", ".9"), ..means() }),
        ("means, standard error and t", Claim { std_error: printed(".14"), t: printed("9"), ..means() }),
        ("effect and percentiles", Claim { percentiles: both("50", "54"), std_error: printed(".1"), ..effect(".5") }),
        ("effect and percent growth", students(3000, Claim { growth: growth("23", "6", "15"), ..effect(".9") })),
        ("percentiles and percent growth", Claim { percentiles: both("50", "80"), growth: growth("23", "6", "15"), ..Claim::default() }),
        ("effect and odds ratio", Claim { odds_ratio: printed("9.0"), std_error: printed(".1"), ..effect(".2") }),
        ("effect and its sign", Claim { std_error: printed(".06"), negative: true, ..effect(".27") }),
        ("t and its sign", students(90, Claim { t: printed("2.5"), negative: true, ..Claim::default() })),
        (
            "interval and its sign",
            students(90, Claim { interval: both(".1", ".5"), p_value: p(".01"), negative: true, ..Claim::default() }),
        ),
        ("units and clusters", units),
        ("students analysed and students", analysed),
        ("clusters analysed and clusters", clusters),
        ("odds ratio and middle of the interval", Claim { odds_ratio: printed("1.5"), interval: both("1.4", "30.0"), ..Claim::default() }),
        (
            "odds ratio, interval and p",
            Claim { odds_ratio: printed("1.50"), interval: both("1.10", "2.05"), p_value: p(".0001"), ..Claim::default() },
        ),
        ("odds ratio and interval", Claim { odds_ratio: printed("1.5"), interval: both("1.8", "2.6"), ..Claim::default() }),
        ("effect, standard error and F", Claim { std_error: printed(".06"), f: printed("1.4"), ..effect(".27") }),
        ("effect, interval and t", Claim { interval: both(".15", ".39"), t: printed("2.10"), ..effect(".27") }),
        ("effect, interval and p", Claim { interval: both(".15", ".39"), p_value: p(".040"), ..effect(".27") }),
        ("effect, interval and F", Claim { interval: both(".15", ".39"), f: printed("4.40"), ..effect(".27") }),
        ("interval and t", students(90, Claim { interval: both(".60", ".90"), t: printed("2.50"), ..Claim::default() })),
        ("interval and number of students", students(90, Claim { interval: both(".26", ".28"), ..effect(".27") })),
        ("effect, t and number of students", students(90, Claim { t: printed("30"), ..effect(".27") })),
        ("effect, p and number of students", students(20, Claim { p_value: p("<.00001"), ..effect(".10") })),
        (
            "effect and means",
            Claim {
                treated: scores("5.23", "1"),
                comparison: scores("5.00", "1"),
                treated_students: Some(10),
                comparison_students: Some(10),
                ..effect(".9")
            },
        ),
        (
            "treated mean and students",
            students(20, Claim { treated: scores("5.23", "1"), comparison: scores("5.00", "1"), whole_scores: true, ..Claim::default() }),
        ),
    ] {
        assert_eq!(agreement(&claim, what), Agreement::Contradicts, "{what}");
        let (faults, place) = (refused(&claim), format!("the claim, {what}"));
        assert!(faults.shown.iter().all(|f| f.code == "EVI-010") && faults.shown.iter().any(|f| f.place == place), "{what}: {faults}");
    }
}

#[test]
fn what_an_adjustment_or_clusters_explain_is_no_contradiction() {
    use Agreement::{Agrees, Doubtful};
    let p = PValue::parse;
    let five = |g: &str| Claim { effect: printed(g), std_error: printed(".14"), ..means() };
    for (what, agrees, claim) in [
        // Conventions, then an adjustment.
        ("effect and means", Agrees, five(".30")),
        ("effect and means", Doubtful, five(".60")),
        ("effect and counts", Agrees, Claim { effect: printed(".20"), ..counts() }),
        ("effect and odds ratio", Agrees, Claim { odds_ratio: printed("1.5"), std_error: printed(".1"), ..effect(".25") }),
        ("counts and odds ratio", Agrees, Claim { odds_ratio: printed("1.5"), ..counts() }),
        ("counts and odds ratio", Doubtful, Claim { odds_ratio: printed("2.0"), ..counts() }),
        ("effect and percentiles", Agrees, Claim { percentiles: both("50", "54"), std_error: printed(".1"), ..effect(".10") }),
        ("effect and percentiles", Doubtful, Claim { percentiles: both("50", "58"), std_error: printed(".1"), ..effect(".40") }),
        ("effect and percent growth", Agrees, Claim { growth: growth("23", "6", "15"), std_error: printed(".1"), ..effect(".09") }),
        // Clusters make t smaller and p larger than independent students give, covariates t larger.
        ("means and t", Agrees, Claim { t: printed("0.4"), ..means() }),
        ("means and p", Agrees, Claim { p_value: p(".60"), ..means() }),
        ("means and p", Agrees, Claim { p_value: p("ns"), ..means() }),
        ("means and t", Doubtful, Claim { t: printed("2.8"), ..means() }),
        ("counts and p", Agrees, Claim { p_value: p(".15"), ..counts() }),
        ("counts and p", Doubtful, Claim { p_value: p(".02"), ..counts() }),
        ("effect, p and number of students", Agrees, Claim { p_value: p(".5"), students: Some(9000), ..effect(".27") }),
        // Of 50 students the standard error would be 0.28; p makes it 0.08.
        ("effect, p and number of students", Doubtful, Claim { p_value: p(".001"), students: Some(50), ..effect(".27") }),
        ("effect, t and number of students", Doubtful, Claim { t: printed("5.0"), students: Some(50), ..effect(".27") }),
        ("effect, F and number of students", Doubtful, Claim { f: printed("25"), students: Some(50), ..effect(".27") }),
        ("interval and number of students", Doubtful, Claim { interval: both(".20", ".34"), students: Some(90), ..effect(".27") }),
        (
            "odds ratio and middle of the interval",
            Agrees,
            Claim { odds_ratio: printed("1.5"), interval: both(".86", "2.62"), ..Claim::default() },
        ),
        (
            "odds ratio and middle of the interval",
            Doubtful,
            Claim { odds_ratio: printed("1.5"), interval: both("1.1", "4.0"), ..Claim::default() },
        ),
        ("means and interval", Agrees, Claim { interval: both("-.08", ".48"), ..means() }),
        ("means and interval", Doubtful, Claim { interval: both(".42", ".80"), ..means() }),
        ("effect and its sign", Agrees, Claim { std_error: printed(".06"), negative: true, ..effect("-.27") }),
    ] {
        assert_eq!(agreement(&claim, what), agrees, "{what}: {:#?}", checks(&claim));
        judged(&claim);
    }
    // An adjustment that is told explains more, and not everything.
    let mut told = Claim { t: printed("9"), ..means() };
    told.facts.baseline = vec![Baseline { measure: "reading".into(), difference: Some(0.1), adjusted: Some(true) }];
    assert_eq!(agreement(&told, "means and t"), Doubtful);
    assert_eq!(agreement(&Claim { t: printed("90"), ..told }, "means and t"), Agreement::Contradicts);
    // Clusters assigned, of which some were lost, and students, of whom some have no score.
    let mut lost = Claim { schools: Some(75), students: Some(8000), ..effect(".27") };
    (lost.facts.units, lost.facts.unit) = (Some(Sizes::new(40, 40)), Some(Unit::School));
    lost.facts.cluster_attrition = Some(Attrition { assigned: Sizes::new(40, 40), analysed: Sizes::new(38, 37) });
    lost.facts.attrition = Some(Attrition { assigned: Sizes::new(4200, 4200), analysed: Sizes::new(3950, 3960) });
    assert_eq!([agreement(&lost, "units and clusters"), agreement(&lost, "clusters analysed and clusters")], [Agrees, Agrees]);
    assert_eq!(agreement(&lost, "students analysed and students"), Doubtful);
    let mut one_by_one = Claim { students: Some(90), ..effect(".27") };
    (one_by_one.facts.units, one_by_one.facts.unit) = (Some(Sizes::new(50, 50)), Some(Unit::Student));
    assert_eq!(agreement(&one_by_one, "units and students"), Agrees);
    assert_eq!(agreement(&Claim { students: Some(101), ..one_by_one }, "units and students"), Agreement::Contradicts);
}
