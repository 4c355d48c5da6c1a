//! Notebooks and scripts: the committed ones are what the program writes, and a run's folder holds its own.

use crate::didact;
use didact::render::export::Target;
use didact::study::{STUDIES, resolve};
use didact::table::content::export::export;
use std::path::Path;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/notebooks-export");

fn extension(target: Target) -> &'static str {
    target.file().rsplit('.').next().expect("an ending")
}

#[test]
fn the_committed_exports_are_current() {
    let mut stale = Vec::new();
    for built_in in STUDIES {
        let study = resolve(built_in.study()).expect("valid");
        let content = export(&study, built_in.id, Some(&format!("{}-data/cohort.csv", built_in.id)));
        for target in Target::ALL {
            let path = Path::new(COMMITTED).join(format!("{}.{}", built_in.id, extension(target)));
            let text = target.render(&content);
            if std::env::var_os("DIDACT_WRITE_EXPORTS").is_some() {
                std::fs::write(&path, &text).expect("a file can be written");
            }
            if std::fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
                stale.push(path.display().to_string());
            }
        }
    }
    assert!(stale.is_empty(), "not current; DIDACT_WRITE_EXPORTS=1 cargo test --test contract exports writes them:\n{}", stale.join("\n"));
}

const LOADED: &str = "[study]\ntitle = \"Loaded\"\n[data]\npath = \"data.csv\"\nmissing = [\"score=-99\"]\n[roles]\nstudent = \"student_id\"\nperiod = \"year\"\n\
    cohort = \"profile_year\"\ncluster = \"school_id\"\noutcomes = [\"math\"]\n[[analysis]]\nestimators = [\"callaway-santanna\", \"roth-santanna\"]\n";

#[test]
fn a_run_exports_itself_and_holds_no_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (code, _, err) =
        didact(&format!("simulate null --set schools=12 --set profile_schools=6 --population 0 --quiet --out {}", place("students")));
    assert_eq!(code, 0, "{err}");
    std::fs::copy(place("students/cohort.csv"), place("data.csv")).expect("a copy");
    std::fs::write(place("study.toml"), format!("{}[calibration]\nreplicates = 0\n", LOADED.replace("missing = [\"score=-99\"]\n", "")))
        .expect("a file");
    let (code, _, err) = didact(&format!("run {} --quiet --out {}", place("study.toml"), place("run")));
    assert_eq!(code, 0, "{err}");
    for target in Target::ALL {
        let (code, out, err) = didact(&format!("export {} --to {}", place("run"), target.name()));
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("roth-santanna") && out.contains("data.csv"), "{out}");
        assert!(!out.contains("s000001") && !out.contains("s01c1"), "a row has got into {}", target.file());
        if target != Target::Stata {
            let own = std::fs::read_to_string(folder.path().join("run").join(target.file())).expect("the run's own");
            assert!(own.contains("data.csv") && !own.contains("s000001"), "{own}");
        }
    }
    // Into a folder: seen from there.
    let (code, out, err) = didact(&format!("export {} --to ipynb --data {} --out {}", place("run"), place("data.csv"), place("notebooks")));
    assert_eq!(code, 0, "{err}");
    let written = std::fs::read_to_string(out.trim()).expect("the file it names");
    assert!(written.contains(r#"\"../run\""#) && written.contains(r#"\"../data.csv\""#), "{written}");
    let (code, _, err) = didact(&format!("export {} --to ipynb --out {}", place("run"), place("notebooks")));
    assert_eq!(code, 5, "never overwritten: {err}");
    let (code, _, err) = didact(&format!("export {} --to ipynb", place("nothing")));
    assert_eq!(code, 5, "{err}");
    let (code, ..) = didact(&format!("export {} --to word", place("run")));
    assert_eq!(code, 2);
}
