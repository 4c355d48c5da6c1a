//! `diagnose::bacon` as bacondecomp 0.1.3, and the weights of `diagnose::twfe_weights`, whose coefficient is fixest's.

use crate::support::sheet::Sheet;
use crate::{data, expected};
use didact::diagnose::bacon::{Comparison, decompose};
use didact::diagnose::twfe_weights::{Grouping, weights};
use didact::panel::{CovariateTerm, FirstTreated, Panel, PanelSpec, TreatmentRule};

fn panel(file: &str, covariate: bool, change: impl Fn(Sheet) -> Sheet) -> Panel {
    let sheet = change(Sheet::read(&data(file)));
    let spec = PanelSpec {
        unit: Some("classroom".into()),
        period: Some("year".into()),
        covariates: if covariate { vec![CovariateTerm::parse("attendance")] } else { Vec::new() },
        weights: covariate.then(|| "students".into()),
        ..PanelSpec::new("math", TreatmentRule::Cohort("profile_year".into()))
    };
    Panel::build(&sheet.cohort(&["classroom", "year", "profile_year"], &["math", "attendance", "students"]), &spec).expect("a panel")
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-8 * b.abs(), "{a} is not {b}");
}

#[test]
fn bacon_of_classrooms() {
    let expected = expected("classrooms_bacon");
    let found = decompose(&panel("classrooms.csv", false, |s| s)).expect("balanced");
    let column = |key: &str| expected[key].as_array().expect("a list").clone();
    let (treated, untreated, estimate, weight, kind) =
        (column("treated"), column("untreated"), column("estimate"), column("weight"), column("type"));
    assert_eq!(found.components.len(), treated.len());
    for k in 0..treated.len() {
        let compared = untreated[k].as_i64().map_or(FirstTreated::Never, FirstTreated::At);
        let c = found.components.iter().find(|c| Some(c.treated) == treated[k].as_i64() && c.compared == compared).expect("it is there");
        close(c.estimate, estimate[k].as_f64().expect("a number"));
        close(c.weight, weight[k].as_f64().expect("a number"));
        let name = match c.comparison {
            Comparison::TreatedWithNever => "Treated vs Untreated",
            Comparison::EarlierWithLater => "Earlier vs Later Treated",
            Comparison::LaterWithEarlier => "Later vs Earlier Treated",
            Comparison::LaterWithAlways => "Later vs Always Treated",
        };
        assert_eq!(kind[k], name);
    }
    close(found.weighted_sum(), found.coefficient);
    let twfe = weights(&panel("classrooms.csv", false, |s| s), Grouping::Cohorts).expect("weights");
    close(twfe.coefficient, found.coefficient);
}

#[test]
fn weights_belong_to_the_coefficient_of_fixest() {
    for (file, case, covariate) in [
        ("classrooms.csv", "classrooms_twfe", false),
        ("classrooms.csv", "classrooms_twfe_cov_w", true),
        ("classrooms_unbalanced.csv", "classrooms_unbalanced_twfe", false),
        ("classrooms_unbalanced.csv", "classrooms_unbalanced_twfe_cov_w", true),
    ] {
        let coefficient = coefficient(&expected(case));
        for grouping in [Grouping::Cohorts, Grouping::Units] {
            let found = weights(&panel(file, covariate, |s| s), grouping).expect("weights");
            close(found.coefficient, coefficient);
            close(found.cells.iter().map(|c| c.weight).sum::<f64>(), 1.0);
            close(found.sum_positive + found.sum_negative, 1.0);
            close(found.cells.iter().map(|c| c.share).sum::<f64>(), 1.0);
            assert_eq!(found.sigma_opposite.is_some(), found.n_negative > 0, "{case}");
        }
    }
}

/// The coefficient of D in a fixest case, whichever way its result holds it.
fn coefficient(result: &serde_json::Value) -> f64 {
    let coefficients = &result["coef"];
    let by_name = coefficients.get("D").and_then(|v| v.as_f64());
    let first = || coefficients.as_array().and_then(|all| all[0].as_f64());
    by_name.or_else(first).or_else(|| coefficients.as_f64()).unwrap_or_else(|| panic!("no coefficient in {result}"))
}

/// A cell's weight is what the coefficient rises by when the outcome of the whole cell rises by one.
#[test]
fn weights_are_what_an_effect_in_one_cell_does_to_the_coefficient() {
    let plain = panel("classrooms_unbalanced.csv", true, |s| s);
    let found = weights(&plain, Grouping::Cohorts).expect("weights");
    for cell in &found.cells {
        let mut raised = plain.clone();
        let outcome = raised.outcome.iter().zip(raised.cell.iter()).map(|(y, c)| y + f64::from(u8::from(*c == cell.cell))).collect();
        raised.outcome = std::sync::Arc::new(outcome);
        let more = weights(&raised, Grouping::Cohorts).expect("weights").coefficient - found.coefficient;
        assert!((more - cell.weight).abs() < 1e-9, "{}: {more} {}", plain.cells.label(cell.cell), cell.weight);
    }
}

#[test]
fn what_cannot_be_taken_apart_is_refused_with_the_reason() {
    let reason = |panel: &Panel| decompose(panel).map(|_| String::new()).unwrap_or_else(|f| format!("{} {}", f.code, f.place));
    assert!(reason(&panel("classrooms_unbalanced.csv", false, |s| s)).starts_with("DIAG-011 not every unit"));
    assert!(reason(&panel("classrooms.csv", true, |s| s)).starts_with("DIAG-011 there are covariates"));
    let mut weighted = panel("classrooms.csv", true, |s| s);
    weighted.covariates.clear();
    assert!(reason(&weighted).starts_with("DIAG-011 the weights differ"));
}
