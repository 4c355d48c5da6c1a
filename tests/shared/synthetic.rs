//! `synthetic-did`, `synthetic-control` and their uniform weights as R's synthdid; its Frank–Wolfe steps are followed, so the
//! digits agree far beyond the stopping rule.
//!
//! Weights are never printed. They are found again from outside: an effect between two periods after the start moves by −ω_j
//! when unit j's outcome in the later one rises by one, and with units all alike an effect moves by −λ_s when the treated's
//! outcome in period s rises by one.

use crate::book::Book;
use crate::support::reckoning::{CLOSE, Reckoning, list};
use crate::support::sheet::Sheet;
use didact::cohort::{Cohort, Column, Data, Texts, Wholes};
use didact::estimate::{Chosen, Estimand, Fit, Sample};
use didact::panel::{Panel, PanelSpec, Serial, TreatmentRule};
use std::collections::BTreeSet;
use std::path::Path;

/// The optimum against a solution that stopped at a decrease of 1e-12 or its last step.
const TIGHT: f64 = 2e-6;
/// Weights, absolute: they are found from differences of estimates.
const WEIGHT: f64 = 1e-10;
/// Weights of the optimum against that solution.
const WEIGHT_TIGHT: f64 = 1e-4;

/// A file in memory: unit, period, outcome, first treated period (0: never).
struct Long {
    units: Vec<String>,
    periods: Vec<i64>,
    outcome: Vec<f64>,
    first: Vec<i64>,
}

impl Long {
    fn prop99(book: &Book) -> Long {
        let sheet = Sheet::read(&book.data("california_prop99.csv"));
        let text = |name: &str| (0..sheet.rows.len()).map(|i| sheet.row(i).text(name).to_string()).collect::<Vec<_>>();
        let units = text("State");
        Long {
            first: units.iter().map(|u| if u == "California" { 1989 } else { 0 }).collect(),
            units,
            periods: text("Year").iter().map(|y| y.parse().expect("a year")).collect(),
            outcome: text("PacksPerCapita").iter().map(|y| y.parse().expect("a number")).collect(),
        }
    }

    fn reform(sheet: &Sheet) -> Long {
        let text = |name: &str| (0..sheet.rows.len()).map(|i| sheet.row(i).text(name).to_string()).collect::<Vec<_>>();
        Long {
            units: text("state"),
            periods: text("class").iter().map(|y| y.parse().expect("a year")).collect(),
            outcome: text("incearn_ln").iter().map(|y| y.parse().expect("a number")).collect(),
            first: text("start").iter().map(|y| y.parse().expect("a year")).collect(),
        }
    }

    /// Comparison units by name.
    fn controls(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = (0..self.units.len()).filter(|&i| self.first[i] == 0).map(|i| &*self.units[i]).collect();
        names.into_iter().collect()
    }

    fn years(&self) -> Vec<i64> {
        self.periods.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn start(&self) -> i64 {
        *self.first.iter().max().expect("rows")
    }

    fn fit(&self, estimator: &str, rise: impl Fn(&str, i64) -> f64) -> Fit {
        let mut levels = self.units.clone();
        levels.sort();
        levels.dedup();
        let codes = self.units.iter().map(|v| levels.binary_search(v).expect("listed") as u32).collect();
        let outcome = (0..self.units.len()).map(|i| self.outcome[i] + rise(&self.units[i], self.periods[i])).collect();
        let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
        for (name, data) in [
            ("unit", Data::Text(Texts { levels, codes })),
            ("period", Data::Whole(Wholes::complete(self.periods.clone()))),
            ("first", Data::Whole(Wholes::complete(self.first.clone()))),
            ("y", Data::Number(outcome)),
        ] {
            cohort.push(Column { name: name.into(), data });
        }
        let rule = TreatmentRule::Cohort("first".into());
        let spec = PanelSpec { unit: Some("unit".into()), period: Some("period".into()), ..PanelSpec::new("y", rule) };
        let panel = Panel::build(&cohort, &spec).expect("a sound sample");
        let chosen = Chosen::parse(estimator).expect("known");
        chosen.estimator.fit(&Sample::new(&panel, &Serial), &chosen.options).expect("estimable")
    }

    /// The weight of each comparison unit.
    fn unit_weights(&self, estimator: &str) -> Vec<f64> {
        let between = |fit: &Fit| {
            let events: Vec<f64> = (0..fit.targets.len())
                .filter(|&t| fit.targets[t].estimand == Estimand::Event)
                .map(|t| *fit.estimates[t].as_ref().expect("identified"))
                .collect();
            events[1] - events[0]
        };
        let plain = between(&self.fit(estimator, |_, _| 0.0));
        let later = self.start() + 1;
        let one = |unit: &&str| plain - between(&self.fit(estimator, |u, p| f64::from(u8::from(u == *unit && p == later))));
        self.controls().iter().map(one).collect()
    }

    /// The weight of each period before the start, where units are weighted alike.
    fn period_weights(&self, solver: &str) -> Vec<f64> {
        let estimator = format!("synthetic-did:units=uniform,solver={solver}");
        let overall = |rise: &dyn Fn(&str, i64) -> f64| *self.fit(&estimator, rise).estimates[0].as_ref().expect("identified");
        let (plain, controls) = (overall(&|_, _| 0.0), self.controls());
        let one = |s: i64| plain - overall(&|u, p| f64::from(u8::from(p == s && !controls.contains(&u))));
        self.years().into_iter().filter(|&s| s < self.start()).map(one).collect()
    }
}

fn weights(r: &mut Reckoning, case: &str, expected: &serde_json::Value, found: &[f64], tolerance: f64) {
    let expected = list(expected);
    r.holds(case, "as many weights", expected.len() == found.len());
    for (i, (e, f)) in expected.iter().zip(found).enumerate() {
        let e = e.as_f64().expect("a number");
        r.holds(case, &format!("weight {i}: expected {e}, got {f}"), (e - f).abs() <= tolerance);
    }
}

const KINDS: [(&str, &str); 3] =
    [("synthdid", "synthetic-did"), ("sc", "synthetic-control"), ("did", "synthetic-did:units=uniform,periods=uniform")];

pub fn prop99(r: &mut Reckoning, book: &mut Book) {
    let long = Long::prop99(book);
    let order = book.case("prop99_synthdid_unit_order");
    let names: Vec<String> = list(&order["units"]).iter().filter_map(|v| v.as_str().map(String::from)).collect();
    r.holds("prop99", "units in the same order, the treated last", names[..38] == long.controls()[..] && names[38] == "California");
    let years: Vec<i64> = list(&order["years"]).iter().filter_map(serde_json::Value::as_i64).collect();
    r.holds("prop99", "the same years", years == long.years());

    let data = book.data("california_prop99.csv");
    let flags = "--outcome PacksPerCapita --unit State --period Year --treatment treated";
    for (kind, estimator) in KINDS {
        let (case, expected) = (book.title(&format!("prop99_{kind}")), book.case(&format!("prop99_{kind}")));
        // All 38 single stand-ins are no more than 200, so each is used once.
        let methods = "--inference placebo:start=anew --inference placebo";
        let Some(got) = r.estimate(&case, &data, &format!("{flags} --estimator {estimator} {methods}")) else { continue };
        let row = got.effect("overall", "placebo:start=anew").cloned().unwrap_or_default();
        r.like(&case, "estimate", &expected["estimate"], &row["estimate"], CLOSE);
        r.like(&case, "placebo std_error", &expected["placebo_rmse_over_controls"], &row["std_error"], CLOSE);

        let fit = long.fit(estimator, |_, _| 0.0);
        let placebo = fit.placebo().expect("a placebo variance");
        let labels = placebo.labels().to_vec();
        for (j, value) in list(&expected["placebo_all_controls"]).iter().enumerate() {
            let name = long.controls()[j];
            let mut dealt: Vec<u32> = labels.iter().map(|&l| if l == placebo.never() { l } else { u32::MAX }).collect();
            let cluster = (0..fit.n_clusters()).find(|&g| fit.cluster_name(g) == name).expect("a cluster a unit");
            dealt[cluster] = *labels.iter().find(|l| **l != placebo.never()).expect("a treated cluster");
            r.near(&case, &format!("placebo {name}"), value.as_f64().expect("a number"), placebo.evaluate(&dealt, true)[0], CLOSE);
        }
        if kind != "did" {
            weights(r, &case, &expected["omega"], &long.unit_weights(estimator), WEIGHT);
        }
        if kind == "synthdid" {
            weights(r, &case, &expected["lambda"], &long.period_weights("frank-wolfe"), WEIGHT);
        }
    }
    let (case, expected) = (book.title("prop99_synthdid_tight"), book.case("prop99_synthdid_tight"));
    tight(r, &case, &expected, &long);
}

fn tight(r: &mut Reckoning, case: &str, expected: &serde_json::Value, long: &Long) {
    let exact = "synthetic-did:solver=exact";
    let estimate = *long.fit(exact, |_, _| 0.0).estimates[0].as_ref().expect("identified");
    r.near(case, "estimate", expected["estimate"].as_f64().expect("a number"), Some(estimate), TIGHT);
    weights(r, case, &expected["omega"], &long.unit_weights(exact), WEIGHT_TIGHT);
    weights(r, case, &expected["lambda"], &long.period_weights("exact"), WEIGHT_TIGHT);
}

pub fn math_reform(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let start = |year: &str| if year.is_empty() || year == "NA" { "0".to_string() } else { year.to_string() };
    let sheet = Sheet::read(&book.data("math_reform.csv"))
        .with("start", |row| start(row.text("reformyr_math")))
        .keep(|row| ["0", "1987"].contains(&row.text("start")));
    let long = Long::reform(&sheet);
    let file = sheet.write(scratch, "math1987.csv");
    let names: Vec<String> = list(&book.case("order")["units"]).iter().filter_map(|v| v.as_str().map(String::from)).collect();
    r.holds("math1987", "comparison units in the same order, first", names[..11] == long.controls()[..]);
    let flags = "--outcome incearn_ln --unit state --period class --cohort start";
    for (kind, estimator) in KINDS {
        let (case, expected) = (book.title(&format!("math1987_{kind}")), book.case(&format!("math1987_{kind}")));
        let method = "jackknife:center=mean";
        let Some(got) = r.estimate(&case, &file, &format!("{flags} --estimator {estimator} --inference {method}")) else { continue };
        let row = got.effect("overall", method).cloned().unwrap_or_default();
        r.like(&case, "estimate", &expected["estimate"], &row["estimate"], CLOSE);
        r.like(&case, "jackknife std_error", &expected["se_jackknife"], &row["std_error"], CLOSE);
        if kind != "did" {
            weights(r, &case, &expected["omega"], &long.unit_weights(estimator), WEIGHT);
        }
        if kind == "synthdid" {
            weights(r, &case, &expected["lambda"], &long.period_weights("frank-wolfe"), WEIGHT);
        }
    }
    let (case, expected) = (book.title("math1987_synthdid_tight"), book.case("math1987_synthdid_tight"));
    tight(r, &case, &expected, &long);
}
