//! The capsule of a run: its papers, whether it verifies as folder and bundle, what a comparison says, and hostile ones.

use crate::didact;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const STUDY: &str = "[study]\ntitle = \"Twelve <schools>\"\nquestion = \"Did it help?\"\nauthors = [\"A. Author\"]\ndate = \"2026-05-01\"\nseed = 7\n\
    [data]\nsimulate = \"null\"\nworld = { schools = 12, profile_schools = 6 }\n[[analysis]]\nestimators = [\"callaway-santanna\"]\ninference = [\"cluster:cr0\"]\n\
    [calibration]\nreplicates = 0\n";

fn study(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(format!("{name}.toml"));
    std::fs::write(&path, text).expect("a file can be written");
    let out = folder.join(name);
    let (code, _, err) = didact(&format!("run {} --quiet --out {}", path.display(), out.display()));
    assert_eq!(code, 0, "{err}");
    out
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(inner) = open.pop() {
        for entry in std::fs::read_dir(inner).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("within").to_string_lossy().into_owned();
                out.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    out
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

fn told(arguments: &str) -> (i32, Value) {
    let (code, out, err) = didact(&format!("{arguments} --json"));
    (code, serde_json::from_str(&out).unwrap_or_else(|e| panic!("{arguments}: {e}: {out}{err}")))
}

/// RO-Crate 1.1: the metadata descriptor, the root data entity, every file described, every reference resolved.
fn check_crate(metadata: &Value, files: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(metadata["@context"], "https://w3id.org/ro/crate/1.1/context");
    let graph = metadata["@graph"].as_array().expect("a graph");
    let by_id: BTreeMap<&str, &Value> = graph.iter().map(|e| (e["@id"].as_str().expect("an id"), e)).collect();
    assert_eq!(by_id.len(), graph.len(), "an id is there twice");
    let descriptor = by_id["ro-crate-metadata.json"];
    assert_eq!((&descriptor["about"]["@id"], &descriptor["conformsTo"]["@id"]), (&"./".into(), &"https://w3id.org/ro/crate/1.1".into()));
    let root = by_id["./"];
    assert_eq!(root["@type"], "Dataset");
    for key in ["name", "description", "license", "datePublished"] {
        assert!(!root[key].is_null() && root[key] != "", "the root has no {key}");
    }
    let parts: BTreeSet<&str> = root["hasPart"].as_array().expect("parts").iter().filter_map(|p| p["@id"].as_str()).collect();
    let there: BTreeSet<&str> = files.keys().map(String::as_str).filter(|n| *n != "ro-crate-metadata.json").collect();
    assert_eq!(parts, there);
    for part in &parts {
        let entity = by_id[part];
        assert_eq!(entity["@type"], "File");
        assert!(entity["encodingFormat"].as_str().is_some_and(|f| f.contains('/') && f != "application/octet-stream"), "{entity}");
        if *part != "manifest.json" {
            assert_eq!(entity["contentSize"], files[*part].len().to_string());
            assert_eq!(entity["identifier"], format!("blake3:{}", blake3::hash(&files[*part]).to_hex()));
        }
    }
    let action = graph.iter().find(|e| e["@type"] == "CreateAction").expect("an action");
    assert_eq!((&action["instrument"]["@id"], &root["mentions"]["@id"]), (&"#didact".into(), &action["@id"]));
    assert!(action["object"].as_array().is_some_and(|o| o.iter().any(|v| v["@id"] == "study.toml")));
    // Every reference within the crate leads to an entity; JSON-LD is flat.
    fn references<'a>(value: &'a Value, depth: usize, out: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                if depth > 0 {
                    assert_eq!(map.len(), 1, "nested: {value}");
                    out.extend(map["@id"].as_str());
                } else {
                    map.values().for_each(|v| references(v, depth + 1, out));
                }
            }
            Value::Array(list) => list.iter().for_each(|v| references(v, depth, out)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    graph.iter().for_each(|e| references(e, 0, &mut all));
    for id in all {
        assert!(by_id.contains_key(id) || id.starts_with("https://w3id.org/"), "{id} leads nowhere");
    }
}

#[test]
fn the_papers_say_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = files(&study(folder.path(), "one", STUDY));
    let two = files(&study(folder.path(), "two", STUDY));
    assert!(one == two, "a rerun gives other bytes");
    check_crate(&json(&one["ro-crate-metadata.json"]), &one);
    let root = &json(&one["ro-crate-metadata.json"])["@graph"][1];
    assert_eq!(root["conformsTo"]["@id"], "https://w3id.org/ro/wfrun/process/0.5");
    assert_eq!((&root["datePublished"], &root["author"][0]["@id"]), (&"2026-05-01".into(), &"#author-1".into()));
    let text = |name: &str| String::from_utf8(one[name].clone()).expect("text");
    let readme = text("README.md");
    for heading in [
        "## Overview",
        "## Data availability and provenance statements",
        "### Statement about rights",
        "### Summary of availability",
        "## Dataset list",
        "## Computational requirements",
        "### Software requirements",
        "### Controlled randomness",
        "### Memory, run time, storage",
        "## Description of programs",
        "### License for code",
        "## Instructions to replicators",
        "## List of tables, figures and programs",
        "## References",
    ] {
        assert!(readme.lines().any(|l| l == heading), "no {heading}");
    }
    assert!(readme.contains("Twelve &lt;schools&gt;"), "{readme}");
    // What it says of its own work and size is counted, and what is not counted is called a bound.
    let rows = json(&one["manifest.json"])["rows"].as_u64().expect("rows");
    assert!(readme.contains(&format!("- rows read: {rows}\n")) && readme.contains("As an upper bound"), "{readme}");
    let papers = ["README.md", "CITATION.cff", "LICENSE.txt", "ro-crate-metadata.json", "manifest.json"];
    let written = one.keys().filter(|name| !papers.contains(&name.as_str())).count();
    assert!(readme.contains(&format!("- size of its {written} tables")), "{readme}");
    // The line of the seed is where it says.
    let said =
        readme.split("is set at line ").nth(1).and_then(|r| r.split(' ').next()).and_then(|n| n.parse::<usize>().ok()).expect("a line");
    assert_eq!(text("study.toml").lines().nth(said - 1), Some("seed = 7"));
    // Every table and figure is in the list with files that exist, and every file of the list exists.
    let listed: BTreeSet<&str> = readme.split('`').filter(|w| w.starts_with("tables/") || w.starts_with("figures/")).collect();
    let there: BTreeSet<&str> = one.keys().map(String::as_str).filter(|n| n.starts_with("tables/") || n.starts_with("figures/")).collect();
    assert_eq!(listed, there);
    let citation = text("CITATION.cff");
    assert!(citation.contains("- name: \"A. Author\"") && citation.contains("date-released: \"2026-05-01\""), "{citation}");
    assert!(text("LICENSE.txt").contains("CC0"));
    let manifest = json(&one["manifest.json"]);
    for (name, rows) in manifest["table_rows"].as_object().expect("rows") {
        let lines = csv_rows(&one[name.as_str()]);
        assert_eq!(rows.as_u64(), Some(lines), "{name}");
    }
}

/// Records of a CSV without its header, line breaks within quotes aside.
fn csv_rows(bytes: &[u8]) -> u64 {
    let mut quoted = false;
    let ends = bytes.iter().filter(|b| {
        quoted ^= **b == b'"';
        **b == b'\n' && !quoted
    });
    ends.count() as u64 - 1
}

#[test]
fn a_date_that_is_none_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.toml");
    std::fs::write(&path, STUDY.replace("2026-05-01", "2026-02-30")).expect("a file");
    let (code, _, err) = didact(&format!("run {}", path.display()));
    assert!(code == 3 && err.contains("is no day"), "{err}");
}

#[test]
fn verify_says_intact_identical_or_different() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = study(folder.path(), "run", STUDY);
    let place = run.display();
    assert_eq!(told(&format!("verify {place} --files-only")).1["verdict"], "intact");
    let (code, out, _) = didact(&format!("verify {place} --files-only"));
    assert!(code == 0 && out.starts_with("intact: all "), "{out}");
    let (code, out, _) = didact(&format!("verify {place}"));
    assert!(code == 0 && out.starts_with("recomputed identical"), "{out}");

    // A number changed by hand: which, by how much, why; its file alone for --files-only.
    let results = run.join("results.json");
    let whole = std::fs::read_to_string(&results).expect("results");
    let mut moved = json(whole.as_bytes());
    let estimate = moved["results"][0]["effects"][0]["estimate"].as_f64().expect("an estimate");
    moved["results"][0]["effects"][0]["estimate"] = (estimate + 0.5).into();
    std::fs::write(&results, format!("{moved:#}\n")).expect("a file");
    let (code, found) = told(&format!("verify {place} --files-only"));
    assert_eq!((code, &found["verdict"], &found["files"][0]), (4, &"different".into(), &"results.json: changed since the run".into()));
    let (code, found) = told(&format!("verify {place}"));
    assert_eq!((code, &found["verdict"], &found["intact"]), (4, &"different".into(), &false.into()));
    let first = &found["differences"][0];
    assert!((first["by"].as_f64().expect("by") + 0.5).abs() < 1e-9, "{first}");
    assert!(first["place"].as_str().is_some_and(|p| p.contains("overall effect") && p.ends_with(": effect")), "{first}");
    assert_eq!(found["causes"][0], "results.json was changed by hand after the run");
    let (code, _, err) = didact(&format!("bundle {place} --out {}", folder.path().join("x.zip").display()));
    assert!(code == 3 && err.contains("RUN-003"), "{err}");
    std::fs::write(&results, whole).expect("a file");

    // Another seed in the manifest: the numbers are the study's, and the cause is named.
    let manifest = run.join("manifest.json");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    std::fs::write(&manifest, text.replace("\"seed\": 7", "\"seed\": 8")).expect("a file");
    let (code, found) = told(&format!("verify {place}"));
    assert_eq!((code, &found["causes"][0]), (4, &"the seed has changed (8 then, 7 now)".into()));
    std::fs::write(&manifest, text).expect("a file");

    // Files missing, and others come in, one with a name that is not UTF-8.
    std::fs::remove_file(run.join("README.md")).expect("it is there");
    std::fs::write(run.join("more.txt"), "x").expect("a file");
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        std::fs::write(run.join(std::ffi::OsStr::from_bytes(b"odd-\xff.csv")), "x").expect("a file");
    }
    let (code, found) = told(&format!("verify {place} --files-only"));
    let said = found["files"].to_string();
    assert!(code == 4 && said.contains("README.md: missing") && said.contains("more.txt: not part of the run"), "{said}");
    assert!(!cfg!(target_os = "linux") || said.contains("odd-"), "{said}");
    for needed in ["manifest.json", "study.toml"] {
        std::fs::rename(run.join(needed), run.join("aside")).expect("it is there");
        let (code, _, err) = didact(&format!("verify {place}"));
        assert!(code == 3 && err.contains("RUN-001") && err.contains(needed), "{err}");
        std::fs::rename(run.join("aside"), run.join(needed)).expect("it is there");
    }
}

#[test]
fn a_bundle_has_the_same_bytes_and_verifies_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (study(folder.path(), "one", STUDY), study(folder.path(), "two", STUDY));
    let zip = |name: &str| folder.path().join(name);
    std::fs::write(one.join("notes.txt"), "not of the run").expect("a file");
    for (run, name) in [(&one, "a.zip"), (&two, "b.zip")] {
        let (code, found) = told(&format!("bundle {} --out {}", run.display(), zip(name).display()));
        assert!(code == 0 && found["data"].is_null() && found["files"].as_u64().is_some_and(|n| n > 10), "{found}");
    }
    let bytes = std::fs::read(zip("a.zip")).expect("a bundle");
    assert!(bytes == std::fs::read(zip("b.zip")).expect("a bundle"), "two bundles of one run differ");
    assert!(!bytes.windows(9).any(|w| w == b"notes.txt"), "what is not of the run was packed");
    let (code, out, err) = didact(&format!("verify {}", zip("a.zip").display()));
    assert!(code == 0 && out.starts_with("recomputed identical"), "{out}{err}");
    assert_eq!(told(&format!("verify --files-only {}", zip("a.zip").display())).1["verdict"], "intact");
    // A bundle beside its folder: no number differs.
    let (code, _, err) = didact(&format!("compare {} {}", zip("a.zip").display(), two.display()));
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = didact(&format!("bundle {} --with-data --out {}", two.display(), zip("c.zip").display()));
    assert!(code == 2 && err.contains("simulated"), "{err}");
    let (code, ..) = didact(&format!("bundle {} --out {}", two.display(), zip("a.zip").display()));
    assert_eq!(code, 5, "a bundle is never overwritten");
    // Cut, and changed inside: refused or found, never a panic.
    std::fs::write(zip("cut.zip"), &bytes[..bytes.len() / 2]).expect("a file");
    let (code, _, err) = didact(&format!("verify {}", zip("cut.zip").display()));
    assert!(code == 5 && err.contains("cannot be read"), "{err}");
    let (from, to) = (&b"\"seed\": 7"[..], &b"\"seed\": 9"[..]);
    let at = bytes.windows(from.len()).position(|w| w == from).expect("the manifest is stored as it is");
    let mut moved = bytes.clone();
    moved[at..at + to.len()].copy_from_slice(to);
    std::fs::write(zip("moved.zip"), moved).expect("a file");
    let (code, _, err) = didact(&format!("verify {}", zip("moved.zip").display()));
    assert!(code == 5 && err.contains("is damaged"), "{err}");
    // Names that lead out of the folder.
    let evil = didact::store::pack(&[("../../evil".to_string(), b"x".to_vec()), ("manifest.json".to_string(), b"{}".to_vec())].into())
        .expect("small");
    std::fs::write(zip("evil.zip"), evil).expect("a file");
    for command in ["verify", "verify --files-only", "bundle"] {
        let (code, _, err) = didact(&format!("{command} {}", zip("evil.zip").display()));
        assert!(code == 5 && err.contains("leads out"), "{command}: {err}");
    }
}

#[test]
fn rows_are_bundled_by_permission_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (code, _, err) =
        didact(&format!("simulate null --set schools=12 --set profile_schools=6 --population 0 --quiet --out {}", place("students")));
    assert_eq!(code, 0, "{err}");
    std::fs::rename(place("students/cohort.csv"), place("scores.csv")).expect("it is there");
    let text = "[study]\ntitle = \"Loaded\"\n[data]\npath = \"scores.csv\"\n[roles]\nstudent = \"student_id\"\nperiod = \"year\"\ncohort = \"profile_year\"\n\
        cluster = \"school_id\"\noutcomes = [\"math\"]\n[[analysis]]\nestimators = [\"callaway-santanna\"]\ninference = [\"cluster:cr0\"]\n[calibration]\nreplicates = 0\n";
    let run = study(folder.path(), "run", text);
    check_crate(&json(&files(&run)["ro-crate-metadata.json"]), &files(&run));
    let (code, out, err) = didact(&format!("bundle {} --out {}", run.display(), place("bare.zip")));
    assert!(code == 0 && out.contains("no student's row"), "{out}{err}");
    let (code, out, err) = didact(&format!("bundle {} --with-data --out {}", run.display(), place("full.zip")));
    assert!(code == 0 && out.contains("give it only to those who may have them"), "{out}{err}");
    let holds = |name: &str| std::fs::read(place(name)).expect("a bundle").windows(7).any(|w| w == b"s000001");
    assert!(!holds("bare.zip") && holds("full.zip"));
    // On another machine: the data are not beside it.
    std::fs::create_dir(place("elsewhere")).expect("a folder");
    for name in ["bare.zip", "full.zip"] {
        std::fs::rename(place(name), place(&format!("elsewhere/{name}"))).expect("it is there");
    }
    std::fs::rename(place("scores.csv"), place("students/kept.csv")).expect("it is there");
    let (code, out, err) = didact(&format!("verify {}", place("elsewhere/full.zip")));
    assert!(code == 0 && out.starts_with("recomputed identical"), "{out}{err}");
    let (code, _, err) = didact(&format!("verify {}", place("elsewhere/bare.zip")));
    assert!(code == 5 && err.contains("--data"), "{err}");
    let (code, out, err) = didact(&format!("verify {} --data {}", place("elsewhere/bare.zip"), place("students/kept.csv")));
    assert!(code == 0, "{out}{err}");
    // Another file is not packed for it.
    let other = std::fs::read_to_string(place("students/kept.csv")).expect("data").replacen("2015", "2016", 1);
    std::fs::write(place("other.csv"), other.lines().take(2000).collect::<Vec<_>>().join("\n")).expect("a file");
    let (code, _, err) =
        didact(&format!("bundle {} --with-data --data {} --out {}", run.display(), place("other.csv"), place("wrong.zip")));
    assert!(code == 3, "{err}");
}

#[test]
fn a_comparison_is_sorted_says_the_studies_and_makes_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = study(folder.path(), "one", STUDY);
    let two =
        study(folder.path(), "two", &STUDY.replace("seed = 7", "seed = 8").replace("Twelve <schools>", "Other <script>alert(1)</script>"));
    let page = folder.path().join("page.html");
    let (code, found) = told(&format!("compare {} {} --out {}", one.display(), two.display(), page.display()));
    assert_eq!((code, &found["verdict"], &found["same_study"]), (4, &"different".into(), &false.into()));
    let rows = found["differences"].as_array().expect("rows");
    let order = ["headline", "verdict", "estimates", "rest", "checks", "tables"];
    let part = |d: &Value| order.iter().position(|p| d["part"] == *p).expect("a part");
    assert!(rows.len() > 5 && rows.windows(2).all(|w| part(&w[0]) <= part(&w[1])), "{rows:?}");
    // The headline's effect first; then as it stands in its document.
    assert!(rows[0]["part"] == "headline" && rows[0]["std_errors"].is_f64(), "{:?}", rows[0]);
    for name in &order[1..] {
        // In each other part estimates by their standard errors, then the largest first.
        let own = |key: &str| -> Vec<f64> {
            let of_part = rows.iter().filter(|d| d["part"] == **name && (key == "std_errors" || d["std_errors"].is_null()));
            of_part.filter_map(|d| d[key].as_f64()).map(f64::abs).collect()
        };
        for key in ["std_errors", "share"] {
            assert!(own(key).windows(2).all(|w| w[0] >= w[1]), "{name} {key}");
        }
    }
    assert!(rows.iter().any(|d| d["part"] == "headline" && d["std_errors"].is_f64()), "{rows:?}");
    for side in ["a", "b"] {
        assert!(found["headline"][side]["estimate"].is_f64() && found["headline"][side]["verdict"].is_string(), "{found}");
    }
    let place = |d: &Value| d["place"].as_str().expect("words").to_string();
    assert!(!rows.iter().map(place).any(|p| p.contains('›') || p.contains("std_error") || p.contains("p_value")), "{rows:?}");
    let from = found["made_from"].as_array().expect("rows");
    let of = |what: &str| from.iter().find(|row| row["what"] == what).unwrap_or_else(|| panic!("{what}: {from:?}"));
    assert_eq!((&of("Seed")["a"], &of("Seed")["b"]), (&"7".into(), &"8".into()));
    assert_eq!(of("Study")["b"].as_str().map(|title| title.contains("Other")), Some(true));
    assert!(from.iter().all(|row| row["only_order"] == false), "{from:?}");
    assert_eq!(found["same_outcome"], true);
    // On a terminal no number has more digits than its standard error bears.
    let (_, text, _) = didact(&format!("compare {} {}", one.display(), two.display()));
    let long = |word: &str| word.contains('.') && word.chars().filter(char::is_ascii_digit).count() > 12 && word.parse::<f64>().is_ok();
    assert!(!text.split_whitespace().any(long), "{text}");
    assert!(text.contains("Intervals at 95 %.") && !text.contains("entry 1"), "{text}");
    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.contains("different studies") && html.contains("Effects side by side"), "{html}");
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("http:") && !html.contains("https:"), "{html}");
    assert!(html.contains("@media screen and (max-width:45rem)") && html.contains("data-label=") && !html.contains("nowrap"), "{html}");
    let (code, out, _) = didact(&format!("compare {} {}", one.display(), one.display()));
    assert!(code == 0 && out.starts_with("identical"), "{out}");
    let (code, ..) = didact(&format!("compare {} {} --out {}", one.display(), one.display(), page.display()));
    assert_eq!(code, 5, "a page is never overwritten");
    let (code, _, err) = didact(&format!("compare {} {}", one.display(), folder.path().join("none").display()));
    assert_eq!(code, 5, "{err}");
}
