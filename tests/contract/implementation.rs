//! How well the treatment was carried out, how subgroups differ, and whether it spilled over.

use didact::panel::Serial;
use didact::study::{Loaded, Run, STUDIES, StudyFile, carry_out, draw, resolve};

/// A built-in study without what takes long, changed.
fn run(id: &str, change: impl FnOnce(&mut StudyFile)) -> Run {
    let mut study = STUDIES.iter().find(|s| s.id == id).expect("built in").study();
    study.calibration.replicates = Some(0);
    study.checks.off = didact::diagnose::CHECKS.iter().map(|c| c.card.id).filter(|id| *id != "placebo").map(String::from).collect();
    study.roles.as_mut().expect("roles").outcomes.truncate(1);
    change(&mut study);
    let study = resolve(study).expect("a sound study");
    let drawn = draw(&study).expect("a draw");
    carry_out(study, Loaded { cohort: drawn.cohort, truth: Some(drawn.truth), input: None }, &Serial, &|_| {}).expect("a run")
}

#[test]
fn classrooms_and_thirds_add_up() {
    let run = run("belmont-cragin", |_| {});
    let found = run.implementation.as_ref().expect("asked for").as_ref().expect("told");
    assert_eq!(found.columns, ["fidelity", "staffing", "training", "family", "technology_for_staff"]);
    let treated: usize = found.rooms.iter().map(|r| r.treated).sum();
    assert_eq!(treated, run.analyses[0].sample.treated_units);
    assert!(found.rooms.windows(2).all(|w| w[0].values[0] <= w[1].values[0]));
    assert_eq!(found.thirds.len(), 3);
    let of_third = |t: &didact::study::Third| t.result.as_ref().expect("an analysis").sample.treated_units;
    assert_eq!(found.thirds.iter().map(of_third).sum::<usize>(), treated);
    // The whole lies among its parts.
    let overall = |a: &didact::study::Analysis| a.overall().expect("an effect").estimate;
    let parts: Vec<f64> = found.thirds.iter().map(|t| overall(t.result.as_ref().expect("an analysis"))).collect();
    let whole = overall(&run.analyses[0]);
    assert!(parts.iter().any(|p| *p < whole) && parts.iter().any(|p| *p > whole), "{parts:?} {whole}");
    // What the world makes fidelity of goes with it; fidelity itself is no comparison classroom's.
    let relation = |k: usize| found.measures[k].with_fidelity.expect("a correlation").r;
    assert!(relation(1) > 0.2 && relation(4) < -0.2);
    assert!(found.measures[0].comparison.is_none() && found.measures[1].comparison.is_some());
    // Truth and table tell the same mean.
    let mean = found.measures[0].treated.expect("a spread").mean;
    let rooms: usize = run.truth.as_ref().expect("simulated").fidelity.iter().map(|f| f.n_classrooms).sum();
    let truth: f64 = run.truth.iter().flat_map(|t| &t.fidelity).map(|f| f.fidelity * f.n_classrooms as f64).sum::<f64>() / rooms as f64;
    assert!((mean - truth).abs() < 0.02, "{mean} {truth}");
}

#[test]
fn nothing_is_told_where_nothing_is_named() {
    let run = run("two-period", |study| study.implementation = Some(didact::study::ImplementationSection::default()));
    assert!(run.implementation.is_none());
}

/// The difference of two subgroups' differences of changes is the triple difference.
#[test]
fn subgroups_differ_by_the_triple_difference() {
    let run = run("two-period", |study| {
        study.analysis[0].estimators = vec!["did:method=means".into(), "triple-difference".into()];
        study.analysis[0].inference = vec!["cluster:cr1".into()];
        study.roles.as_mut().expect("roles").subgroups = vec!["iep".into()];
        study.roles.as_mut().expect("roles").covariates.clear();
    });
    let [one] = &run.differences[..] else { panic!("{} differences", run.differences.len()) };
    assert_eq!((one.reference.as_str(), one.value.as_str()), ("0", "1"));
    let triple = run.analyses[1].overall().expect("an effect");
    assert!((one.versus.estimate - triple.estimate).abs() < 1e-9, "{} {}", one.versus.estimate, triple.estimate);
    let ratio = one.versus.std_error.expect("an error") / triple.std_error.expect("an error");
    assert!((0.95..1.05).contains(&ratio), "{ratio}");
}

/// Where nothing spills over the neighbours of the treated changed like others, and where much does they did not.
#[test]
fn spillover_is_seen_on_neighbours() {
    use didact::diagnose::{Finding, Pretended};
    let neighbours = |spillover: f64| {
        let run = run("belmont-cragin", |study| {
            study.roles.as_mut().expect("roles").cluster = Some("classroom_id".into());
            study.roles.as_mut().expect("roles").subgroups.clear();
            study.analysis[0].estimators = vec!["callaway-santanna".into()];
            study.analysis[0].inference = vec!["cluster:cr1".into()];
            study.data.world.extend([("spillover".to_string(), spillover), ("effect".to_string(), 0.6)]);
        });
        let found = run.checks.iter().find_map(|c| match &c.answer {
            Ok(Finding::Placebo(p)) if matches!(p.pretended, Pretended::Neighbours { .. }) => Some(p.clone()),
            _ => None,
        });
        found.expect("asked where classrooms lie in schools")
    };
    let (without, with) = (neighbours(0.0), neighbours(1.0));
    let estimate = |p: &didact::diagnose::Placebo| p.fake.as_ref().expect("an estimate").estimate;
    assert!(estimate(&with) > estimate(&without) + 1.0, "{} {}", estimate(&without), estimate(&with));
}

/// What the source calls a value stands beside it, and the value stays a key; the unit is the codebook's.
#[test]
fn labels_stand_beside_values_and_units_in_headings() {
    let mut run = run("two-period", |study| {
        study.analysis[0].estimators = vec!["did:method=means".into()];
        study.analysis[0].inference = vec!["cluster:cr1".into()];
        let roles = study.roles.as_mut().expect("roles");
        roles.subgroups = vec!["iep".into()];
        roles.covariates = vec!["iep".into()];
    });
    let report = |run: &Run| {
        let provenance = didact::table::content::Provenance { command: "didact run".into(), items: Vec::new() };
        didact::table::content::report(run, &provenance)
    };
    let find = |report: &didact::table::Report, id: &str| report.tables.iter().find(|t| t.id == id).expect(id).clone();
    let plain = report(&run);
    let effects = find(&plain, "subgroup-effects");
    assert!(effects.at("label").is_none() && find(&plain, "baseline-balance").at("label").is_none());
    let estimate = &effects.columns[effects.at("estimate").expect("a column")];
    assert_eq!(estimate.unit.as_deref(), Some("points"));
    let told = serde_json::to_string(&plain).expect("JSON");
    assert!(!told.contains("outcome units"), "a unit is known");
    let entry = run.codebook.entries.iter_mut().find(|e| e.column == "iep").expect("a column");
    entry.labels = vec![("0".into(), "no IEP".into()), ("1".into(), "has IEP".into())];
    let labelled = report(&run);
    let effects = find(&labelled, "subgroup-effects");
    let cell = |key: &str| effects.rows[1][effects.at(key).expect("a column")].clone();
    assert_eq!((cell("value"), cell("label")), (didact::table::Cell::text("1"), didact::table::Cell::text("iep: has IEP")));
    let differences = find(&labelled, "subgroup-differences");
    let reference = &differences.rows[0][differences.at("reference_label").expect("a column")];
    assert_eq!(*reference, didact::table::Cell::text("iep: no IEP"));
    let balance = find(&labelled, "baseline-balance");
    let label = balance.at("label").expect("a column");
    assert!(balance.rows.iter().any(|row| row[label] == didact::table::Cell::text("has IEP")));
    let told = serde_json::to_string(&labelled.figures).expect("JSON");
    assert!(told.contains("iep: has IEP"), "the love plot names it");
}

/// A finished run in the place of a built-in study's name does not stand in its way; any other folder is refused with what to do.
#[test]
fn a_folder_is_no_study_file() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("two-period")).expect("a folder");
    std::fs::create_dir(folder.path().join("mine")).expect("a folder");
    let lock = |name: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_didact"));
        command.args(["plan", "--lock", name]).current_dir(folder.path()).output().expect("it starts")
    };
    let built_in = lock("two-period");
    assert!(built_in.status.success(), "{}", String::from_utf8_lossy(&built_in.stderr));
    let other = lock("mine");
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(other.status.code() == Some(3) && said.contains("STUDY-004") && said.contains("didact list studies"), "{said}");
    std::fs::write(folder.path().join("mine/study.toml"), "").expect("a file");
    let said = String::from_utf8_lossy(&lock("mine").stderr).into_owned();
    assert!(said.contains("mine/study.toml") && said.contains("didact verify mine"), "{said}");
}
