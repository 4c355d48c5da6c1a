//! Is a run's folder intact, and does it come out again?

use super::compare::differences;
use super::difference::{Difference, by_size};
use super::manifest::Manifest;
use std::collections::BTreeMap;

/// What `verify` found: nothing (recomputed identical), or what differs and likely why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// Likely causes of a difference, most basic first.
    pub causes: Vec<String>,
    /// Numbers that differ.
    pub differences: Vec<Difference>,
    /// Files whose bytes differ or that are missing.
    pub files: Vec<String>,
}

impl Verdict {
    /// Whether everything came out again to the byte.
    pub fn is_identical(&self) -> bool {
        self.causes.is_empty() && self.differences.is_empty() && self.files.is_empty()
    }
}

/// Files that are no longer as the run wrote them: changed, missing, or come in later.
///
/// It rests on the manifest alone: whoever changes a file and the manifest with it is found by a rerun, not here.
pub fn changed(manifest: &Manifest, found: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut out = Vec::new();
    for (name, hash) in &manifest.outputs {
        match found.get(name) {
            None => out.push(format!("{name}: missing")),
            Some(bytes) if blake3::hash(bytes).to_hex().as_str() != hash => out.push(format!("{name}: changed since the run")),
            Some(_) => {}
        }
    }
    let known = |name: &str| name == "manifest.json" || manifest.outputs.contains_key(name);
    out.extend(found.keys().filter(|n| !known(n)).map(|n| format!("{n}: not part of the run")));
    if let Some(text) = found.get("study.toml")
        && blake3::hash(text).to_hex().as_str() != manifest.study
        && !out.iter().any(|f| f.starts_with("study.toml:"))
    {
        out.push("study.toml: not the study that the manifest names".into());
    }
    out
}

/// Compares a folder as found with the same run carried out again.
///
/// `found`: the folder's files; `again`: the files made anew (with its own manifest).
pub fn verify(manifest: &Manifest, found: &BTreeMap<String, Vec<u8>>, again: &[(String, Vec<u8>)]) -> Verdict {
    let mut out = Verdict::default();
    let now: BTreeMap<&str, &[u8]> = again.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let fresh: Option<Manifest> = now.get("manifest.json").and_then(|b| serde_json::from_slice(b).ok());
    if let Some(fresh) = &fresh {
        if fresh.didact != manifest.didact {
            out.causes.push(format!("another version of didact: the run was made by {}, this is {}", manifest.didact, fresh.didact));
        }
        if let (Some(a), Some(b)) = (&manifest.input, &fresh.input)
            && a.blake3 != b.blake3
        {
            out.causes.push(format!(
                "the input file {} has changed (BLAKE3 {}… then, {}… now)",
                a.path,
                a.blake3.get(..12).unwrap_or(&a.blake3),
                b.blake3.get(..12).unwrap_or(&b.blake3)
            ));
        }
        if fresh.seed != manifest.seed {
            out.causes.push(format!("the seed has changed ({} then, {} now)", manifest.seed, fresh.seed));
        }
        if fresh.study != manifest.study {
            out.causes.push("the study file (study.toml) has changed since the run".into());
        }
        for m in &manifest.methods {
            if let Some(n) = fresh.methods.iter().find(|n| n.id == m.id && n.version != m.version) {
                out.causes.push(format!("{} has changed (version {} then, {} now)", m.id, m.version, n.version));
            }
        }
    }
    out.files = changed(manifest, found);
    for file in &out.files {
        if let Some(name) = file.strip_suffix(": changed since the run").filter(|n| *n != "study.toml") {
            out.causes.push(format!("{name} was changed by hand after the run"));
        }
    }
    for (name, hash) in &manifest.outputs {
        let as_written = found.get(name).filter(|bytes| blake3::hash(bytes).to_hex().as_str() == hash);
        if as_written.is_some_and(|bytes| now.get(name.as_str()).is_none_or(|again| again != bytes)) {
            out.files.push(format!("{name}: comes out differently"));
        }
    }
    let json = |bytes: Option<&[u8]>| bytes.and_then(|b| serde_json::from_slice(b).ok()).unwrap_or(serde_json::Value::Null);
    out.differences = differences(&json(found.get("results.json").map(Vec::as_slice)), &json(now.get("results.json").copied()));
    by_size(&mut out.differences);
    if out.causes.is_empty() && (!out.differences.is_empty() || out.files.iter().any(|f| f.ends_with("differently"))) {
        out.causes.push("none that the manifest knows: same version, study and input; please report this as a bug".into());
    }
    out
}
