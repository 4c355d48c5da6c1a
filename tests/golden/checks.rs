//! `didact diagnose` on the synthetic sets: bacondecomp, stata-pretrends, and what `didact estimate` says of the same path.

use crate::support::checked::Checked;
use crate::support::program::Estimated;
use crate::support::sheet::Sheet;
use crate::{CLASSROOMS, data, expected};

fn close(a: Option<f64>, b: Option<f64>, tolerance: f64) {
    let (x, y) = (a.expect("a number"), b.expect("a number"));
    assert!((x - y).abs() <= tolerance * y.abs().max(1e-300), "{x} is not {y}");
}

fn classrooms(checks: &str) -> Checked {
    Checked::run(&format!("{} {CLASSROOMS} {checks}", data("classrooms.csv").display()))
}

#[test]
fn bacon_as_bacondecomp() {
    let roles = CLASSROOMS.replace(" --cluster school", "");
    let found = Checked::run(&format!("{} {roles} --check bacon", data("classrooms.csv").display()));
    let of = expected("classrooms_bacon");
    let list = |key: &str| of[key].as_array().expect("a list").clone();
    let (treated, untreated, weight, estimate) = (list("treated"), list("untreated"), list("weight"), list("estimate"));
    let (own, with) = (found.column("treated"), found.column("untreated"));
    assert_eq!(own.len(), treated.len());
    let mut forbidden = 0.0;
    for k in 0..treated.len() {
        let same = |i: &usize| own[*i] == treated[k] && with[*i].as_i64() == untreated[k].as_i64();
        let i = (0..own.len()).find(same).expect("it is there");
        close(found.numbers("weight")[i], weight[k].as_f64(), 1e-8);
        close(found.numbers("estimate")[i], estimate[k].as_f64(), 1e-8);
        if list("type")[k] == "Later vs Earlier Treated" {
            forbidden += weight[k].as_f64().expect("a number");
        }
    }
    close(found.number("weight_on_treated"), Some(forbidden), 1e-8);
    assert_eq!(found.document["decided"]["value"], found.document["numbers"]["weight_on_treated"]);
    assert!(found.verdict() == "caution" && found.reason().contains("treated already"), "{}", found.document);
}

#[test]
fn the_weights_are_those_of_the_coefficient() {
    let roles = CLASSROOMS.replace(" --cluster school", "");
    let twfe =
        Estimated::run(&data("classrooms.csv"), &format!("{CLASSROOMS} --estimator twfe --inference cluster:cr1")).expect("estimated");
    for by in ["cohort", "unit"] {
        let found = Checked::run(&format!("{} {roles} --check twfe-weights:by={by}", data("classrooms.csv").display()));
        close(found.number("coefficient"), twfe.effect("overall", "cluster:cr1").and_then(|e| e["estimate"].as_f64()), 1e-10);
        let sum = |key: &str| found.numbers(key).iter().map(|x| x.expect("a number")).sum::<f64>();
        close(Some(sum("weight")), Some(1.0), 1e-10);
        close(Some(sum("share")), Some(1.0), 1e-10);
    }
}

#[test]
fn pretrends_is_the_joint_test_of_the_estimate() {
    for estimator in ["event-study", "callaway-santanna:base=universal"] {
        let estimated = Estimated::run(&data("classrooms.csv"), &format!("{CLASSROOMS} --estimator {estimator} --inference cluster:cr1"))
            .expect("estimated");
        let test = estimated.tests().iter().find(|t| t["hypothesis"] == "no difference at any time before the start").expect("a test");
        let found = classrooms(&format!("--check pretrends --estimator {estimator}"));
        for (name, field) in [("statistic", "statistic"), ("df1", "df1"), ("df2", "df2"), ("p_value", "p_value")] {
            close(found.number(name), test[field].as_f64(), 1e-9);
        }
        let verdict = match found.number("p_value").expect("a number") {
            p if p < 0.05 => "fail",
            p if p < 0.1 => "caution",
            _ => "ok",
        };
        assert_eq!(found.verdict(), verdict);
        assert_eq!(found.document["estimator"], estimator);
    }
    assert_eq!(
        classrooms("--check pretrends").document["estimator"],
        "callaway-santanna:base=universal",
        "treatment starts at several times"
    );
}

#[test]
fn without_a_difference_in_trends_the_bounds_are_the_usual_interval() {
    let estimator = "callaway-santanna:base=universal";
    let method = "cluster:cr1,df=normal";
    let estimated =
        Estimated::run(&data("classrooms.csv"), &format!("{CLASSROOMS} --estimator {estimator} --inference {method}")).expect("estimated");
    let row = estimated.effect("event:0", method).expect("an effect");
    let found = classrooms("--check honest");
    close(found.number("estimate"), row["estimate"].as_f64(), 1e-12);
    close(found.numbers("conf_low")[0], row["conf_low"].as_f64(), 1e-9);
    close(found.numbers("conf_high")[0], row["conf_high"].as_f64(), 1e-9);
    // Sets grow with the size, and hold 0 from the breakdown value on.
    let (sizes, low, high) = (found.numbers("mbar"), found.numbers("conf_low"), found.numbers("conf_high"));
    let breakdown = found.number("breakdown").expect("a number");
    for k in 2..sizes.len() {
        assert!(low[k] <= low[k - 1] && high[k] >= high[k - 1], "{}", found.document["table"]);
        assert_eq!(found.column("excludes_zero")[k] == "no", sizes[k].expect("a size") >= breakdown);
    }
}

/// The effect without a school is that of the data without it, and so is its standard error.
#[test]
fn leaving_a_school_out_is_estimating_without_it() {
    let scratch = tempfile::tempdir().expect("a folder");
    for (estimator, method, kind) in [
        ("event-study", "cluster:cr1,ssc=none", "overall-dynamic"),
        ("callaway-santanna", "cluster:cr1", "overall"),
        ("twfe", "cluster:cr1,ssc=none", "overall"),
    ] {
        let found = classrooms(&format!("--check leave-one-out:show=3 --estimator {estimator}"));
        let whole = Estimated::run(&data("classrooms.csv"), &format!("{CLASSROOMS} --estimator {estimator} --inference {method}"))
            .expect("estimated");
        close(found.number("estimate"), whole.effect(kind, method).and_then(|e| e["estimate"].as_f64()), 1e-10);
        close(found.number("p_value"), whole.effect(kind, method).and_then(|e| e["p_value"].as_f64()), 1e-7);
        let schools = found.column("cluster");
        assert_eq!(schools.len(), 3);
        for (k, school) in schools.iter().enumerate() {
            let school = school.as_str().expect("a name");
            let sheet = Sheet::read(&data("classrooms.csv")).keep(|row| row.text("school") != school);
            let file = sheet.write(scratch.path(), "without.csv");
            let without = Estimated::run(&file, &format!("{CLASSROOMS} --estimator {estimator} --inference {method}")).expect("estimated");
            let row = without.effect(kind, method).expect("an effect");
            close(found.numbers("estimate")[k], row["estimate"].as_f64(), 1e-9);
            close(found.numbers("std_error")[k], row["std_error"].as_f64(), 1e-7);
            close(found.numbers("p_value")[k], row["p_value"].as_f64(), 1e-5);
        }
    }
}

/// He and Wang (2017), figure 2C, as `PreTrendsExampleBeta` and `PreTrendsExampleSigma` of stata-pretrends 0.2.0; its README gives the slope noticed
/// half of the time and the means after passing.
#[test]
fn power_as_stata_pretrends() {
    let folder = tempfile::tempdir().expect("a folder");
    let beta = [0.0667031482, -0.0077017923, -0.0307690538, 0.084030658, 0.2424418181, 0.2198789865, 0.1910925359];
    #[rustfmt::skip]
    let sigma = [
        0.0089065712, 0.0044883136, 0.0014587025, 0.0012157689, 0.0020327645, 0.0013225015, 0.0019617728,
        0.0044883136, 0.0059369169, 0.0027500791, 0.0013505858, 0.0014315459, 0.0012067792, 0.0013847158,
        0.0014587025, 0.0027500791, 0.0030386248, 0.0009056166, 0.0006791299, 0.0010167636, 0.0007090144,
        0.0012157689, 0.0013505858, 0.0009056166, 0.0039247409, 0.002596118,  0.0017326149, 0.0022345525,
        0.0020327645, 0.0014315459, 0.0006791299, 0.002596118,  0.008065897,  0.0058753751, 0.0037414359,
        0.0013225015, 0.0012067792, 0.0010167636, 0.0017326149, 0.0058753751, 0.007881579,  0.0036507095,
        0.0019617728, 0.0013847158, 0.0007090144, 0.0022345525, 0.0037414359, 0.0036507095, 0.0097884266,
    ];
    let times = [-4, -3, -2, 0, 1, 2, 3];
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path.display().to_string()
    };
    let rows: String = times.iter().zip(beta).map(|(t, b)| format!("{t},{b}\n")).collect();
    let coefficients = write("beta.csv", format!("event_time,estimate\n{rows}"));
    let lines: String = sigma.chunks(7).map(|row| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",") + "\n").collect();
    let covariance = write("sigma.csv", format!("a,b,c,d,e,f,g\n{lines}"));
    let found = Checked::run(&format!("--check pretrends-power:effect=first --coefficients {coefficients} --covariance {covariance}"));
    close(found.number("slope_for_half"), Some(0.0520662478209672), 1e-7);
    close(found.numbers("bias_if_passed")[1], Some(0.0649147), 1e-5);
    close(found.numbers("power")[1], Some(0.5), 1e-8);
    close(found.numbers("bayes_factor")[1], Some(0.5690176871738699), 1e-7);
    // The same as a slope that is said.
    let said =
        Checked::run(&format!("--check pretrends-power:slope=0.0520662478209672 --coefficients {coefficients} --covariance {covariance}"));
    close(said.number("power"), Some(0.5), 1e-7);
    let mean = (0.0649147 + 0.1208691 + 0.1694932 + 0.2245753) / 4.0;
    close(said.number("bias_if_passed"), Some(mean), 1e-5);
    assert_eq!(said.verdict(), if said.number("power").expect("a number") < 0.5 { "fail" } else { "caution" });
}
