//! The README of a run's folder, under the headings of the social-science data editors' template.
//!
//! Source: Vilhuber, Connolly, Koren, Llull and Morrow (2022), A template README for social science replication packages, version 1.1.

use crate::render::markdown::escape;
use crate::table::content::capsule::{Capsule, Origin};

/// The file README.md.
pub fn readme(c: &Capsule) -> String {
    let mut out = format!("# {}\n\n", escape(&c.title));
    if !c.question.is_empty() {
        out.push_str(&format!("{}\n\n", escape(&c.question)));
    }
    out.push_str("## Overview\n\n");
    out.push_str(&c.answer.iter().map(|s| escape(s)).collect::<Vec<_>>().join(" "));
    out.push_str(&format!(
        "\n\nThis folder was written by didact {} in one run. One program, `didact`, and one file of settings, `study.toml`, make all {} tables and figures. `report.html` is the page to read first.\n\n",
        escape(&c.version),
        c.exhibits.len()
    ));
    out.push_str(&availability(c));
    out.push_str(&requirements(c));
    out.push_str(PROGRAMS);
    if let Origin::Simulated { sealed, .. } = c.origin {
        out.push_str("- `truth.json`: the true effects in the simulated world.\n");
        if sealed {
            out.push_str("- `sealed.csv`: every simulated student-year with and without profiles, also those that nobody recorded.\n");
        }
    }
    out.push_str(
        "\n### License for code\n\nThe program is licensed under MIT or Apache-2.0. For the contents of this folder see `LICENSE.txt`.\n\n",
    );
    out.push_str(&instructions(c));
    out.push_str(&exhibits(c));
    out
}

fn availability(c: &Capsule) -> String {
    let mut out = String::from("## Data availability and provenance statements\n\n");
    match &c.origin {
        Origin::Simulated { world, version, .. } => out.push_str(&format!(
            "- [x] This study uses no data from outside: the students are simulated by the program.\n\nWorld `{}`, version {version}; its parameters stand under `[data.world]` in `study.toml`, and `didact list worlds --json` says where each comes from.\n\n### Statement about rights\n\n- [x] Nobody has rights in simulated students; they may be drawn and published by anyone.\n\n### Summary of availability\n\n- [x] All data can be had: the program draws them again.\n\n",
            escape(world)
        )),
        Origin::Loaded { name, blake3, minimum_cell } => out.push_str(&format!(
            "The students' rows were read from `{}`, which is not part of this folder. BLAKE3 of the columns read, in any order of rows:\n\n    {blake3}\n\nNo output holds a row; {}\n\n### Statement about rights\n\n- [ ] I certify that the authors of the study have legitimate access to and permission to use the data. (To be ticked by them; the program cannot know.)\n\n### Summary of availability\n\n- [ ] All data are publicly available.\n- [ ] Some data cannot be made publicly available.\n- [ ] No data can be made publicly available.\n\n(To be ticked by the authors, with whom to ask for access.)\n\n",
            name.replace('`', "'").replace(|ch: char| ch.is_control(), " "),
            match minimum_cell {
                Some(n) => format!("counts of students below {n}, and what is computed from them, are suppressed in every file."),
                None => "disclosure control was **turned off** in the study file, so counts of few students are printed.".into(),
            }
        )),
    }
    out.push_str("## Dataset list\n\n| data file | rows | provided | where from |\n| :--- | ---: | :--- | :--- |\n");
    let rows = c.rows.map_or("withheld".into(), |n| n.to_string());
    out.push_str(&match &c.origin {
        Origin::Simulated { world, sealed: true, .. } => {
            format!("| `sealed.csv` (simulated) | {} recorded | yes | world {} |\n", rows, escape(world))
        }
        Origin::Simulated { world, .. } => {
            format!("| none (simulated in memory) | {} | no; drawn again by the program | world {} |\n", rows, escape(world))
        }
        Origin::Loaded { name, .. } => format!("| {} | {} | no | see above |\n", escape(name), rows),
    });
    out.push_str("\nColumns used:\n\n| column | meaning |\n| :--- | :--- |\n");
    for (column, meaning) in &c.variables {
        out.push_str(&format!("| {} | {} |\n", escape(column), if meaning.is_empty() { "not told".into() } else { escape(meaning) }));
    }
    out + "\n"
}

fn requirements(c: &Capsule) -> String {
    format!(
        "## Computational requirements\n\n### Software requirements\n\n- didact {} and nothing else (no network). The same version gives the same bytes on any operating system and processor.\n- To check it with other software: Python with pandas and pyfixest (`notebook.ipynb`, `analysis.qmd`), or R with fixest, did and DRDID (`check.R`).\n\n### Controlled randomness\n\n- [x] The seed, {}, is set at line {} of `study.toml`. All random numbers come from it; none depends on a clock, a machine or the number of threads.\n\n### Memory, run time, storage\n\nThis run computed:\n\n- rows read: {}\n{}- size of its {} tables, figures, pages and programs (all files but these papers and the manifest): {}\n\nRun time and memory are not measured here: a clock would make a rerun's bytes differ. As an upper bound for so much work on a laptop, not a measurement: {} and {} of memory.\n\n",
        escape(&c.version),
        c.seed,
        c.seed_line,
        c.rows.map_or("withheld".into(), |n| n.to_string()),
        c.work.iter().map(|item| format!("- {}\n", escape(item))).collect::<String>(),
        c.storage.0,
        size(c.storage.1),
        c.time,
        c.memory
    )
}

/// A number of bytes, upwards to a tenth of a megabyte.
fn size(bytes: usize) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

const PROGRAMS: &str = "## Description of programs\n\n- `didact run study.toml` does everything: it draws or reads the students, estimates, and writes every file of this folder.\n- `study.toml`: all settings, every default written out.\n- `results.json`: every estimate at full precision; `report.json`: the content of the page.\n- `manifest.json`: versions, seed, and the hash of every file; `ro-crate-metadata.json`: the same for machines that read RO-Crate.\n- `notebook.ipynb`, `analysis.qmd`, `check.R`: fit the estimates again with other software and compare.\n";

fn instructions(c: &Capsule) -> String {
    let data = match &c.origin {
        Origin::Simulated { .. } => String::new(),
        Origin::Loaded { .. } => "2. Put the data file beside this folder, or name it with `--data FILE`.\n".into(),
    };
    let n = if data.is_empty() { 2 } else { 3 };
    format!(
        "## Instructions to replicators\n\n1. Install didact {}.\n{data}{n}. In the folder above this one, `didact verify FOLDER` repeats the run and compares every number; `didact verify --files-only FOLDER` only checks that no file was changed since.\n{}. To run it anew: `{}`.\n\n",
        escape(&c.version),
        n + 1,
        c.command
    )
}

fn exhibits(c: &Capsule) -> String {
    let mut out = String::from(
        "## List of tables, figures and programs\n\nAll are made by `didact run study.toml`.\n\n| exhibit | program | files |\n| :--- | :--- | :--- |\n",
    );
    for e in &c.exhibits {
        let files: Vec<String> = e.files.iter().map(|f| format!("`{f}`")).collect();
        out.push_str(&format!("| {} | `didact run study.toml` | {} |\n", escape(&e.title), files.join(", ")));
    }
    out.push_str("\n## References\n\n");
    for r in &c.references {
        out.push_str(&format!("- {}, version {}: {}\n", escape(&r.method), r.version, escape(&r.source)));
    }
    out.push_str(&format!("- didact {}: the program; see `CITATION.cff`.\n", escape(&c.version)));
    out.push_str("- The headings of this file: Vilhuber, Connolly, Koren, Llull and Morrow, A template README for social science replication packages.\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_upwards() {
        assert_eq!((size(1), size(100_000), size(4_310_000)), ("0.1 MB".into(), "0.1 MB".into(), "4.4 MB".into()));
    }
}
