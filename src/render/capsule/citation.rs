//! How to cite a run: Citation File Format 1.2.0.

use super::SIMULATED_LICENCE;
use crate::table::content::capsule::{Capsule, Origin};

/// A JSON string is a YAML string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The file CITATION.cff.
pub fn citation(c: &Capsule) -> String {
    let mut out = format!(
        "cff-version: 1.2.0\nmessage: \"Cite the study, the program with its version, and the paper of each method you report (README.md).\"\ntype: dataset\ntitle: {}\n",
        quoted(&c.title)
    );
    out.push_str("authors:\n");
    if c.authors.is_empty() {
        out.push_str("  - name: \"The authors of this study (name them under [study] in study.toml: authors)\"\n");
    }
    for author in &c.authors {
        out.push_str(&format!("  - name: {}\n", quoted(author)));
    }
    if !c.question.is_empty() {
        out.push_str(&format!("abstract: {}\n", quoted(&c.question)));
    }
    if let Some(date) = &c.date {
        out.push_str(&format!("date-released: {}\n", quoted(date)));
    }
    match (&c.license, &c.origin) {
        (Some(license), _) if license.contains("://") => out.push_str(&format!("license-url: {}\n", quoted(license))),
        (Some(license), _) => out.push_str(&format!("license: {}\n", quoted(license))),
        (None, Origin::Simulated { .. }) => out.push_str(&format!("license-url: {}\n", quoted(SIMULATED_LICENCE))),
        (None, Origin::Loaded { .. }) => {}
    }
    out.push_str(&format!(
        "references:\n  - type: software\n    title: \"didact: evaluating personalized learning by difference-in-differences, rerun to the byte\"\n    version: {}\n    authors:\n      - name: \"The didact authors\"\n",
        quoted(&c.version)
    ));
    out
}
