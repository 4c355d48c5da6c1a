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

#[test]
fn a_run_writes_the_sealed_file_where_it_is_asked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let small = "--set schools=8 --set profile_schools=4 --quiet";
    let at = |name: &str| folder.path().join(name);
    let (code, _, err) = didact(&format!("run two-period {small} --sealed --out {}", at("run").display()));
    assert_eq!(code, 0, "{err}");
    let text = |name: &str| std::fs::read_to_string(at("run").join(name)).expect("a file");
    let sealed = text("sealed.csv");
    let head = sealed.lines().next().expect("a header");
    assert!(head.starts_with("student_id,record,year,enrolled,take_up,uses,math_without,math_with,math_beside"), "{head}");
    let manifest: serde_json::Value = serde_json::from_str(&text("manifest.json")).expect("JSON");
    assert_eq!(manifest["outputs"]["sealed.csv"], blake3::hash(sealed.as_bytes()).to_hex().as_str());
    assert!(text("README.md").contains("- `sealed.csv`: every simulated student-year"));
    assert!(text("study.toml").contains("sealed = true"));
    let (code, out, err) = didact(&format!("verify {}", at("run").display()));
    assert_eq!((code, out.starts_with("recomputed identical")), (0, true), "{out} {err}");
    // Without it there is none, and nothing of the study file says so.
    let (code, _, err) = didact(&format!("run two-period {small} --out {}", at("plain").display()));
    assert_eq!(code, 0, "{err}");
    assert!(!at("plain").join("sealed.csv").exists());
    assert!(!std::fs::read_to_string(at("plain").join("study.toml")).expect("a file").contains("sealed"));
    // Of loaded data nobody knows what else could have been scored.
    let study = "[study]\ntitle = \"x\"\n[data]\npath = \"cohort.csv\"\nsealed = true\n[roles]\nunit = \"a\"\nperiod = \"b\"\ncohort = \"c\"\noutcomes = [\"d\"]\n";
    std::fs::write(at("loaded.toml"), study).expect("written");
    let (code, _, err) = didact(&format!("run {} --out {}", at("loaded.toml").display(), at("no").display()));
    assert!(code == 3 && err.contains("a sealed file is asked for of data that are loaded"), "{code} {err}");
}

#[test]
fn growth_and_the_mix_of_categories_can_be_set() {
    let (_, out, _) = didact("list worlds belmont-cragin");
    for said in ["growth_math_4 = 0.52 SD", "iep_autism_part = 13 parts", "gpa_mean = 2.9 grade points", "worst_error = 2.5 times"] {
        assert!(out.contains(said), "{said}: {out}");
    }
    assert!(out.contains("Hill, Bloom, Black & Lipsey 2008") && out.contains("NCES Digest 204.50"), "{out}");
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let set = "--set growth_math_4=0.1 --set districts=4 --set looping=1 --set schools=8 --set profile_schools=4";
    let (code, _, err) = didact(&format!("simulate two-period {set} --population 20000 --quiet --out {}", out.display()));
    assert_eq!(code, 0, "{err}");
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("truth.json")).expect("a truth")).expect("JSON");
    assert_eq!(truth["schools"].as_array().map(Vec::len), Some(8));
    assert_eq!(truth["schools"][0]["probability"], 1.0);
    let measured = truth["measured"].as_array().expect("measured");
    assert_eq!(measured.len(), 4);
    assert!(measured.iter().all(|m| m["icc_school"].is_f64() && m["icc_class"].is_f64()), "{measured:?}");
    assert!(truth["population"]["violations"].as_array().is_some_and(|v| !v.is_empty() && v.iter().all(|v| v["std_error"].is_f64())));
    assert!(truth["dose_effects"].as_array().is_some_and(|d| d.iter().any(|d| d["column"] == "fidelity")));
}
