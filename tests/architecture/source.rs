//! Reading the source as text.

use std::path::{Path, PathBuf};

/// A source file, comments taken out.
pub struct File {
    /// Its path below `src/`.
    pub name: String,
    /// Its lines.
    pub lines: Vec<String>,
}

/// All Rust files below `src/`.
pub fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 50, "only {} files found", paths.len());
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file");
            let name = path.strip_prefix(&root).expect("below src").display().to_string();
            File { name, lines: text.lines().map(without_comment).collect() }
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// A line without what follows `//` (except in `https://` and the like).
fn without_comment(line: &str) -> String {
    let mut from = 0;
    while let Some(at) = line[from..].find("//").map(|i| from + i) {
        if at == 0 || line.as_bytes()[at - 1] != b':' {
            return line[..at].to_string();
        }
        from = at + 2;
    }
    line.to_string()
}

impl File {
    /// The folder below `src/`, if it lies in one.
    pub fn folder(&self) -> Option<&str> {
        self.name.split_once('/').map(|(folder, _)| folder)
    }

    pub fn is_in(&self, folders: &[&str]) -> bool {
        self.folder().is_some_and(|f| folders.contains(&f))
    }

    /// The lines before the tests, which stand last; none of a file of tests.
    pub fn without_tests(&self) -> &[String] {
        if self.name.ends_with("/tests.rs") || self.name.contains("/tests/") {
            return &[];
        }
        let module =
            |w: &[String]| w[0].trim() == "#[cfg(test)]" && w[1].trim_start().starts_with("mod ") && w[1].trim_end().ends_with('{');
        let end = self.lines.windows(2).position(module).unwrap_or(self.lines.len());
        &self.lines[..end]
    }

    /// Every mention of `crate::room::item`: line, room, item (each of a list in braces by itself).
    pub fn imports(&self) -> Vec<(usize, String, String)> {
        let text = self.lines.join("\n");
        let mut found = Vec::new();
        for (at, _) in text.match_indices("crate::") {
            let word_before = text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
            if word_before {
                continue;
            }
            let line = text[..at].matches('\n').count() + 1;
            for path in expand(&text[at + "crate::".len()..]) {
                let mut parts = path.split("::");
                let room = parts.next().unwrap_or_default().to_string();
                found.push((line, room, parts.next().unwrap_or("self").to_string()));
            }
        }
        found
    }
}

/// The paths that a use tree stands for, to two parts: `a::{b, c::d}` gives `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<String> {
    let end = tree.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(tree.len());
    let head = &tree[..end];
    if !(head.is_empty() || head.ends_with("::")) || !tree[end..].starts_with('{') {
        return vec![head.trim_end_matches(':').to_string()];
    }
    let mut depth = 0;
    let (mut start, mut parts) = (end + 1, Vec::new());
    for (i, c) in tree[end..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || depth == 0 {
            parts.push(tree[start..end + i].trim());
            start = end + i + 1;
        }
        if depth == 0 {
            break;
        }
    }
    parts
        .into_iter()
        .filter(|p| !p.is_empty())
        .flat_map(|p| expand(p).into_iter().map(|rest| format!("{head}{rest}")).collect::<Vec<_>>())
        .collect()
}

#[test]
fn use_trees_are_expanded() {
    assert_eq!(
        expand("cohort::{Fault, name::{nearest, x}, self};"),
        ["cohort::Fault", "cohort::name::nearest", "cohort::name::x", "cohort::self"]
    );
    assert_eq!(expand("{num::Matrix, panel};"), ["num::Matrix", "panel"]);
    assert_eq!(expand("study::tables::effects(x)"), ["study::tables::effects"]);
    assert_eq!(without_comment("a // b"), "a ");
    assert_eq!(without_comment("see https://x.y // z"), "see https://x.y ");
}
