//! Worlds from outside: their parameters, what their files say of them, and what a large one would take.

use crate::didact;

#[test]
fn parameters_are_listed_with_what_they_rest_on() {
    let (code, out, err) = didact("list worlds belmont-cragin");
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("staffing_weight = 0.5 probit units an SD (-3 to 3)"), "{out}");
    assert!(out.contains("[scenario choice: ") && out.contains("[estimate from the literature: Kraft 2020"), "{out}");
    assert!(!out.contains("two-period"), "{out}");
    let (_, all, _) = didact("list worlds -v");
    assert!(all.matches("teacher_turnover = ").count() >= 20, "{all}");
    let (_, short, _) = didact("list worlds");
    assert!(!short.contains("teacher_turnover"));
    let (code, _, err) = didact("list worlds belmont");
    assert!(code == 2 && err.contains("did you mean  belmont-cragin?"), "{err}");
}

#[test]
fn files_of_a_draw_tell_the_values_that_were_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let set = "--set teacher_turnover=0.3 --set proficient_share=0.33 --set trait_reliability=0.4 --set leave_treated=0.5";
    let (code, _, err) = didact(&format!("simulate two-period {set} --population 100000 --quiet --out {}", out.display()));
    assert_eq!((code, err.as_str()), (0, ""));
    let codebook = std::fs::read_to_string(out.join("codebook.csv")).expect("a codebook");
    for said in ["30 % a year", "a cut that 33 % reach", "reliability .4"] {
        assert!(codebook.contains(said), "{said}: {codebook}");
    }
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("truth.json")).expect("a truth")).expect("JSON");
    let losses = truth["losses"]["mechanism"].as_str().expect("words");
    assert!(losses.contains("having a profile") && !losses.contains("how well the year went"), "{losses}");
    let effects = truth["population"]["effects"].as_array().expect("effects");
    assert!(effects.iter().all(|e| e["distance"].is_f64()) && truth["population"]["largest_distance"].is_f64());
}

#[test]
fn a_report_says_which_parameters_are_choices() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let (code, _, err) = didact(&format!("run two-period --set schools=12 --set profile_schools=5 --quiet --out {}", out.display()));
    assert_eq!(code, 0, "{err}");
    let table = std::fs::read_to_string(out.join("tables/parameters.csv")).expect("the table");
    let line = |name: &str| table.lines().find(|l| l.starts_with(&format!("{name},"))).unwrap_or_default().to_string();
    assert!(line("staffing_weight").contains("scenario choice"), "{table}");
    assert!(line("schools").contains("set in this study") && line("leave_rate").contains("estimate"), "{table}");
}

#[test]
fn what_a_disk_could_not_hold_is_refused_with_its_price() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let large = "--set schools=200000 --set profile_schools=20000 --set classrooms=12 --set class_size=34 --sealed";
    let (code, _, err) = didact(&format!("simulate belmont-cragin {large} --out {}", out.display()));
    assert_eq!(code, 3, "{err}");
    for said in ["SIM-002", "million students", "million rows", "on disk", "of memory", "--at-any-price"] {
        assert!(err.contains(said), "{said}: {err}");
    }
    assert!(!out.exists(), "nothing is begun");
}
