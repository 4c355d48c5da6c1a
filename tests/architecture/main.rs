//! The shape of the source: who may look into whom, how long a file may be, what the core may touch, complete lists.

mod lists;
mod source;

use source::{File, files};

/// Who may import whom. A folder always sees itself. A name with `::` narrows it to those items.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("num", &[]),
    ("random", &["num"]),
    ("cohort", &["num"]),
    ("panel", &["num", "cohort"]),
    // Never random: a point estimate can never depend on a seed. Of cohort only what faults and counts are told with.
    ("estimate", &["num", "panel", FAULTS]),
    ("infer", &["num", "random", "panel", "estimate", FAULTS]),
    ("diagnose", &["num", "random", "panel", "estimate", "infer", "evidence", FAULTS]),
    ("simulate", &["num", "random", "cohort", "panel"]),
    ("evaluate", &["num", "random", "cohort", "panel", "estimate", "infer", "diagnose", "simulate"]),
    // Formulas and standards of evidence know no sample; checks of a sample use them.
    ("evidence", &["num", "estimate", "infer", FAULTS]),
    ("table", &["study", "num", "cohort", "panel", "estimate", "infer", "diagnose", "simulate", "evaluate", "evidence"]),
    ("study", &["num", "random", "cohort", "panel", "estimate", "infer", "diagnose", "simulate", "evaluate", "evidence", "table"]),
    // No renderer can print a student's row.
    ("render", &["table"]),
    ("ingest", &["cohort", "panel", "store"]),
    ("engine", &["cohort", "panel", "store"]),
    ("store", &[]),
    // It makes a run's folder again to compare it, so it calls the renderers.
    (
        "provenance",
        &[
            "num", "cohort", "panel", "estimate", "infer", "diagnose", "simulate", "evaluate", "evidence", "study", "table", "render",
            "ingest", "store",
        ],
    ),
];

/// What layers above the panel may take from cohort: words, never a student's row.
const FAULTS: &str = "cohort::{Fault, Faults, Warning, Ledger, Reason, nearest, did_you_mean}";

/// Folders that know no files, clocks, threads or terminals.
const CORE: &[&str] = &["num", "random", "cohort", "panel", "estimate", "infer", "diagnose", "simulate", "evaluate", "evidence"];

/// Calls whose last bits differ between processors; `libm::` has the ones that do not.
const PROCESSOR_DEPENDENT: &[&str] = &[
    ".ln(",
    ".exp(",
    ".powf(",
    ".powi(",
    ".sin(",
    ".cos(",
    ".tan(",
    ".log(",
    ".log10(",
    ".log2(",
    ".mul_add(",
    ".exp2(",
    ".exp_m1(",
    ".ln_1p(",
    ".cbrt(",
    ".hypot(",
    ".sinh(",
    ".cosh(",
    ".tanh(",
    ".asin(",
    ".acos(",
    ".atan(",
    ".atan2(",
    ".sin_cos(",
    ".ln_gamma(",
    "f64::ln",
    "f64::exp",
    "f64::powf",
    "f64::powi",
    "f64::sin",
    "f64::cos",
    "f64::tan",
    "f64::log",
    "f64::mul_add",
    "f64::cbrt",
    "f64::hypot",
];

fn report(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{what}:\n  {}\n", wrong.join("\n  "));
}

fn allowed(folder: &str, room: &str, item: &str) -> bool {
    let Some((_, sees)) = MAY_SEE.iter().find(|(name, _)| *name == folder) else { return false };
    sees.iter().any(|seen| match seen.split_once("::") {
        None => *seen == room,
        Some((name, items)) => name == room && items.trim_matches(['{', '}']).split(", ").any(|i| i == item),
    })
}

#[test]
fn a_room_sees_only_what_it_may() {
    let mut wrong = Vec::new();
    for file in files() {
        let Some(folder) = file.folder() else { continue };
        if folder == "cli" {
            continue;
        }
        assert!(MAY_SEE.iter().any(|(name, _)| *name == folder), "src/{folder} is not in the table of this test");
        for (line, room, item) in file.imports() {
            if room != folder && !allowed(folder, &room, &item) {
                wrong.push(format!("{}:{line} sees {room}::{item}", file.name));
            }
        }
    }
    report("these look into rooms they may not see", &wrong);
}

#[test]
fn the_table_has_no_circle() {
    // Study makes tables and tables are described in study's words: the one pair that may see each other.
    for (a, sees) in MAY_SEE {
        for b in *sees {
            let b = b.split("::").next().unwrap_or(b);
            let back = MAY_SEE.iter().any(|(name, sees)| *name == b && sees.iter().any(|s| s.split("::").next() == Some(*a)));
            assert!(!back || [*a, b].iter().all(|f| ["study", "table"].contains(f)), "{a} and {b} see each other");
        }
    }
    let study_in_table: Vec<String> = uses("table", "study");
    let table_in_study: Vec<String> = uses("study", "table");
    assert!(
        study_in_table.is_empty() || table_in_study.is_empty(),
        "study and table see each other: {study_in_table:?}, {table_in_study:?}"
    );
}

fn uses(folder: &str, room: &str) -> Vec<String> {
    files().into_iter().filter(|f| f.folder() == Some(folder) && f.imports().iter().any(|(_, r, _)| r == room)).map(|f| f.name).collect()
}

#[test]
fn no_file_is_too_long() {
    let wrong: Vec<String> =
        files().iter().filter(|f| f.lines.len() > 500).map(|f| format!("{}: {} lines", f.name, f.lines.len())).collect();
    report("files above 500 lines", &wrong);
}

/// Where a file's own code (its tests aside) mentions one of the words.
fn mentions(file: &File, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (i, line) in file.without_tests().iter().enumerate() {
        found.extend(words.iter().filter(|w| line.contains(**w)).map(|w| format!("{}:{} {w}", file.name, i + 1)));
    }
    found
}

#[test]
fn the_core_touches_no_file_clock_thread_or_terminal() {
    const OUTSIDE: &[&str] = &[
        "println!",
        "print!(",
        "dbg!",
        "std::fs",
        "std::time",
        "std::thread",
        "std::process",
        "std::env",
        "std::net",
        "std::io",
        "polars",
        "rayon",
        "clap::",
        "indicatif",
        "csv::",
        "flate2",
        "zstd",
        "toml::",
    ];
    let wrong: Vec<String> = files().iter().filter(|f| f.is_in(CORE)).flat_map(|f| mentions(f, OUTSIDE)).collect();
    report("the core touches the outside", &wrong);
}

#[test]
fn only_the_store_writes_to_the_disk() {
    const DISK: &[&str] = &["std::fs", "fs::", "File::create", "OpenOptions"];
    let wrong: Vec<String> = files().iter().filter(|f| f.folder() != Some("store")).flat_map(|f| mentions(f, DISK)).collect();
    report("the disk is touched outside src/store", &wrong);
}

#[test]
fn numbers_do_not_depend_on_the_processor() {
    let rooms: Vec<&str> = CORE.iter().copied().chain(["table", "render", "study"]).collect();
    let wrong: Vec<String> = files().iter().filter(|f| f.is_in(&rooms)).flat_map(|f| mentions(f, PROCESSOR_DEPENDENT)).collect();
    report("use libm, or arithmetic", &wrong);
}

#[test]
fn no_random_numbers_but_ours() {
    const OTHERS: &[&str] = &["thread_rng", "StdRng", "SmallRng", "rand::", "from_entropy", "from_os_rng", "getrandom", "RandomState"];
    let wrong: Vec<String> = files().iter().flat_map(|f| mentions(f, OTHERS)).collect();
    report("randomness that is not keyed by a seed", &wrong);
}

#[test]
fn no_folder_of_odds_and_ends() {
    const NAMES: &[&str] = &["utils", "util", "helpers", "common", "misc", "manager", "types"];
    let odd = |f: &File| f.name.trim_end_matches(".rs").split('/').any(|part| NAMES.contains(&part));
    let wrong: Vec<String> = files().iter().filter(|f| odd(f)).map(|f| f.name.clone()).collect();
    report("a name that says nothing", &wrong);
}
