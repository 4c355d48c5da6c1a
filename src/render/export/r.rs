//! An R script: fixest, did and DRDID where the study needs them, base R for the rest.

use super::comment;
use crate::table::content::export::{Export, Peer, Refit, Source};

/// A string literal.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\0' => out.push('\u{fffd}'),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

fn list<'a>(items: impl IntoIterator<Item = &'a String>) -> String {
    let items: Vec<String> = items.into_iter().map(|i| literal(i)).collect();
    if items.is_empty() { "character()".into() } else { format!("c({})", items.join(", ")) }
}

/// A part of the script and whether a study needs it.
type Part = (&'static str, fn(&Peer) -> bool);

const PARTS: &[Part] = &[
    (include_str!("r/collapsed.R"), |p| matches!(p, Peer::DidMeans | Peer::DidRegression | Peer::DidOdds { .. } | Peer::Ancova)),
    (include_str!("r/did_means.R"), |p| matches!(p, Peer::DidMeans)),
    (include_str!("r/drdid.R"), |p| matches!(p, Peer::DidRegression | Peer::DidOdds { .. })),
    (include_str!("r/ancova.R"), |p| matches!(p, Peer::Ancova)),
    (include_str!("r/triple_difference.R"), |p| matches!(p, Peer::TripleDifference { .. })),
    (include_str!("r/compliance.R"), |p| matches!(p, Peer::Compliance { .. })),
    (include_str!("r/twfe.R"), |p| matches!(p, Peer::Twfe { .. })),
    (include_str!("r/event_study.R"), |p| matches!(p, Peer::EventStudy { .. })),
    (include_str!("r/callaway_santanna.R"), |p| matches!(p, Peer::CallawaySantanna { .. })),
    (include_str!("r/saturated.R"), |p| matches!(p, Peer::SunAbraham | Peer::Wooldridge)),
    (include_str!("r/imputation.R"), |p| matches!(p, Peer::Imputation)),
];

/// The script.
pub fn r(e: &Export) -> String {
    let mut packages: Vec<&str> = vec!["jsonlite", "ggplot2"];
    packages.extend(e.refits.iter().filter_map(|r| call(r).ok()).filter_map(|(_, package)| package));
    let mut seen = std::collections::BTreeSet::new();
    packages.retain(|p| seen.insert(*p));
    let mut out = format!("# {}\n#\n", comment(&e.title));
    if !e.question.is_empty() {
        out.push_str(&format!("# {}\n#\n", comment(&e.question)));
    }
    out.push_str(&format!(
        "# This script checks a finished run of didact {} with other software: it shows the run's tables, draws its figures again,\n# fits its estimates again from the students' rows, and sets the results side by side. Only estimates are compared: standard\n# errors follow rules that differ between programs. It uses the packages {}; what is not\n# installed is left out and said.\n\n",
        e.version,
        packages.join(", ")
    ));
    out.push_str(&format!(
        "# The run's folder, and the students' rows, seen from here.\nrun <- Sys.getenv(\"DIDACT_RUN\", {})\nplace <- Sys.getenv(\"DIDACT_DATA\", {})\nhas <- function(package) requireNamespace(package, quietly = TRUE)\n\n",
        literal(&e.run),
        literal(&e.data)
    ));
    out.push_str(include_str!("r/load.R"));
    out.push('\n');
    out.push_str(include_str!("r/figures.R"));
    out.push('\n');
    out.push_str(&data(e));
    for part in [include_str!("r/sample.R"), include_str!("r/compare.R")] {
        out.push_str(part);
        out.push('\n');
    }
    for (part, is_for) in PARTS {
        if e.refits.iter().any(|r| is_for(&r.peer)) {
            out.push_str(part);
            out.push('\n');
        }
    }
    let mut sample = String::new();
    for (i, r) in e.refits.iter().enumerate() {
        match call(r) {
            Ok((call, package)) => {
                let own = format!("sample_rows({}, {}, {})", literal(&r.outcome), list(&r.covariates), list(&r.also));
                if own != sample {
                    out.push_str(&format!("d <- {own}\n"));
                    sample = own;
                }
                out.push_str(&format!(
                    "compare({}, {}, {}, {}, {}, function() {call})\n",
                    i + 1,
                    literal(&r.label),
                    literal(&r.outcome),
                    literal(r.estimator),
                    package.map_or_else(|| "character()".to_string(), literal)
                ));
            }
            Err(why) => out.push_str(&format!("leave_out({}, {}, {})\n", literal(&r.label), literal(&r.outcome), literal(&why))),
        }
    }
    out.push('\n');
    out.push_str(include_str!("r/verdict.R"));
    out
}

/// Where the rows are, and which column plays which part.
fn data(e: &Export) -> String {
    let get = match &e.source {
        Source::Simulated(command) => format!(
            "# The students are simulated: the same version, world and seed give the same students.\nif (!file.exists(place)) {{\n  command <- {}\n  stopifnot(system2(command[1], shQuote(c(command[-1], \"--out\", dirname(place)))) == 0)\n}}\n",
            list(command)
        ),
        Source::Loaded => "# The run was made from a file that is not part of it. Whoever may have that file names it here.\nif (!file.exists(place)) stop(place, \" is not there: say where the data are, above or in DIDACT_DATA\")\n\
            if (dir.exists(place)) {\n  # A OneRoster folder: didact joins it to one row a student and year.\n  joined <- tempfile(fileext = \".csv\")\n  \
            stopifnot(system2(\"didact\", shQuote(c(\"--quiet\", \"inspect\", place, \"--rows\", joined)), stdout = FALSE) == 0)\n  place <- joined\n}\n".into(),
    };
    let named = |items: Vec<String>| format!("list({})", items.join(", "));
    format!(
        "{get}roles <- {}\nkept <- {}\nmissing_codes <- {}\naveraged <- {}\n\n",
        named(e.roles.iter().map(|(role, column)| format!("{role} = {}", literal(column))).collect()),
        named(e.kept.iter().map(|(c, v)| format!("list(column = {}, value = {})", literal(c), literal(v))).collect()),
        named(
            e.missing
                .iter()
                .map(|(c, code)| format!(
                    "list(column = {}, code = {})",
                    c.as_ref().map_or_else(|| "NULL".into(), |c| literal(c)),
                    literal(code)
                ))
                .collect()
        ),
        if e.averaged { "TRUE" } else { "FALSE" }
    )
}

/// The call that refits an entry and the package it needs, or why there is none.
fn call(r: &Refit) -> Result<(String, Option<&'static str>), String> {
    let yes = |b: bool| if b { "TRUE" } else { "FALSE" };
    let fixest = Some("fixest");
    const OWN: [&str; 14] = ["y", "unit", "w", "period", "cohort", "treated", "arm", "on", "level", "sub", "third", "used", "time", "g"];
    if let Some(taken) = r.also.iter().find(|c| OWN.contains(&c.as_str())) {
        return Err(format!("the column {taken} has a name that this script uses itself: rename it"));
    }
    Ok(match &r.peer {
        Peer::DidMeans => ("did_means(d)".into(), None),
        Peer::DidRegression => ("drdid(d, \"reg_did_panel\")".into(), Some("DRDID")),
        Peer::DidOdds { function } => (format!("drdid(d, {})", literal(function)), Some("DRDID")),
        Peer::Ancova => ("ancova(d)".into(), None),
        Peer::TripleDifference { column } => (format!("triple_difference(d, {})", literal(column)), fixest),
        Peer::Compliance { column } => (format!("compliance(d, {})", literal(column)), fixest),
        Peer::Twfe { absorbed } if absorbed.is_empty() => ("twfe(d)".into(), fixest),
        Peer::Twfe { absorbed } => {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.^[]".contains(c);
            if !absorbed.iter().all(|a| a.chars().all(plain)) {
                return Err("a fixed effect has a name that an R formula cannot hold".into());
            }
            (format!("twfe(d, {})", literal(&absorbed.join(" + "))), fixest)
        }
        Peer::EventStudy { reference, window, binned } => {
            let window = window.map_or_else(|| "NULL".to_string(), |(a, b)| format!("c({a}, {b})"));
            (format!("event_study(d, {reference}, {window}, {})", yes(*binned)), fixest)
        }
        Peer::CallawaySantanna { control, method, base, anticipation, unbalanced, events } => (
            format!(
                "callaway_santanna(d, {}, {}, {}, {anticipation}, {}, {})",
                literal(if control == "never" { "nevertreated" } else { "notyettreated" }),
                literal(if method == "regression" { "reg" } else { method }),
                literal(base),
                literal(unbalanced),
                yes(*events)
            ),
            Some("did"),
        ),
        Peer::SunAbraham => ("saturated(d)".into(), fixest),
        Peer::Wooldridge => ("saturated(d, reference = FALSE)".into(), fixest),
        Peer::Imputation => ("imputation(d)".into(), fixest),
        Peer::None { reason } => return Err(reason.clone()),
    })
}
