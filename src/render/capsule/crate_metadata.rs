//! RO-Crate 1.1 metadata (JSON-LD): what the folder is, its files, and the action that made them.
//!
//! Source: RO-Crate Metadata Specification 1.1 (2019–2022), sections on root data entity, data entities and provenance; Process Run
//! Crate 0.5. A crate must have a date of publication: the study's, or where it gives none that of the program's version, for a clock
//! would give other bytes in every rerun.

use super::SIMULATED_LICENCE;
use crate::table::content::capsule::{Capsule, Origin, Part};
use serde_json::{Value, json};

/// The profile of crates that tell of one run of a program.
const PROFILE: &str = "https://w3id.org/ro/wfrun/process/0.5";
/// The day of the program's version.
const VERSION_DATE: &str = "2026-11-30";

/// The media type of a file by its ending.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html",
        "json" => "application/json",
        "csv" => "text/csv",
        "md" => "text/markdown",
        "tex" => "application/x-tex",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "parquet" => "application/vnd.apache.parquet",
        "ipynb" => "application/x-ipynb+json",
        "qmd" => "text/markdown",
        "R" => "text/x-r-source",
        "toml" => "application/toml",
        "cff" => "application/yaml",
        "txt" => "text/plain",
        _ => "application/octet-stream",
    }
}

/// What a file is, in a few words.
fn description(name: &str) -> Option<&'static str> {
    Some(match name {
        "report.html" => "The report: one self-contained page",
        "report.json" => "The report's content",
        "results.json" => "Every estimate at full precision",
        "study.toml" => "The study with every default written out",
        "truth.json" => "The true effects in the simulated world",
        "sealed.csv" => "Every simulated student-year with and without profiles, also those that nobody recorded",
        "notebook.ipynb" => "Checks the run with pandas and pyfixest",
        "analysis.qmd" => "Checks the run with pandas and pyfixest",
        "check.R" => "Checks the run with fixest, did and DRDID",
        "README.md" => "What the folder holds and how to repeat it",
        "CITATION.cff" => "How to cite it",
        "LICENSE.txt" => "What may be done with it",
        "tables.xlsx" | "tables.docx" => "All tables in one file",
        "manifest.json" => "Versions, seed, and the hash of every file",
        _ => return None,
    })
}

/// A name as a relative reference: what RFC 3986 does not allow in a path is percent-encoded.
fn reference(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(&b);
    name.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn file(name: &str) -> Value {
    let mut out = json!({"@id": reference(name), "@type": "File", "name": name, "encodingFormat": media_type(name)});
    if let Some(words) = description(name) {
        out["description"] = json!(words);
    }
    out
}

/// The question and what was found.
fn description_of(c: &Capsule) -> String {
    std::iter::once(&c.question).chain(&c.answer).filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

/// The file ro-crate-metadata.json. `parts`: all files but itself and the manifest.
pub fn crate_metadata(c: &Capsule, parts: &[Part]) -> Value {
    let id = |name: &str| json!({"@id": name});
    let all: Vec<Value> = parts.iter().map(|p| id(&reference(&p.name))).chain([id("manifest.json")]).collect();
    let results: Vec<Value> = all.iter().filter(|v| v["@id"] != "study.toml").cloned().collect();
    let license = match (&c.license, &c.origin) {
        (Some(license), _) if license.contains("://") => license.clone(),
        (Some(license), _) => format!("https://spdx.org/licenses/{}", reference(license)),
        (None, Origin::Simulated { .. }) => SIMULATED_LICENCE.to_string(),
        (None, Origin::Loaded { .. }) => "LICENSE.txt".to_string(),
    };
    let mut root = json!({
        "@id": "./", "@type": "Dataset", "name": c.title,
        "description": description_of(c),
        "license": id(&license), "hasPart": all, "mentions": id("#run"), "conformsTo": id(PROFILE),
        "datePublished": c.date.as_deref().unwrap_or(VERSION_DATE),
    });
    let authors: Vec<Value> = (1..=c.authors.len()).map(|i| id(&format!("#author-{i}"))).collect();
    if !authors.is_empty() {
        root["author"] = json!(authors);
    }
    let input = match &c.origin {
        Origin::Simulated { world, version, .. } => json!({
            "@id": "#input", "@type": "CreativeWork", "name": format!("simulated world {world}, version {version}"),
            "description": "Simulated by the program from the seed in study.toml",
        }),
        Origin::Loaded { name, blake3, .. } => json!({
            "@id": "#input", "@type": "CreativeWork", "name": name, "identifier": format!("blake3:{blake3}"),
            "description": "Students' rows; not part of this crate. The identifier is the BLAKE3 of the columns read, in any order of rows",
        }),
    };
    let mut graph = vec![
        json!({
            "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": id("./"),
            "conformsTo": id("https://w3id.org/ro/crate/1.1"),
        }),
        root,
    ];
    for part in parts {
        let mut entity = file(&part.name);
        entity["contentSize"] = json!(part.bytes.to_string());
        entity["identifier"] = json!(format!("blake3:{}", part.blake3));
        graph.push(entity);
    }
    graph.push(file("manifest.json"));
    graph.push(json!({
        "@id": "#didact", "@type": "SoftwareApplication", "name": "didact", "softwareVersion": c.version,
        "description": "Evaluates programmes in schools by difference-in-differences",
    }));
    graph.push(json!({"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}));
    graph.push(input);
    graph.push(json!({
        "@id": "#run", "@type": "CreateAction", "name": c.command, "instrument": id("#didact"),
        "object": [id("study.toml"), id("#input")], "result": results,
        "description": format!("seed {}", c.seed),
    }));
    if license != "LICENSE.txt" {
        let name = if license == SIMULATED_LICENCE { "CC0 1.0 Universal" } else { c.license.as_deref().unwrap_or_default() };
        graph.push(json!({"@id": license, "@type": "CreativeWork", "name": name}));
    }
    for (i, author) in c.authors.iter().enumerate() {
        graph.push(json!({"@id": format!("#author-{}", i + 1), "@type": "Person", "name": author}));
    }
    json!({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph})
}
