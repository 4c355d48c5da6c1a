//! The report arranged for the template: cells as words, figures as drawings, ids that are safe and unique.

use serde::Serialize;

use super::redo;
use super::terms::{Piece, explained};
use super::unbroken::unbroken;
use crate::render::csv::csv;
use crate::render::svg::{Style, svg};
use crate::render::vega::vega_lite;
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, CheckLine, Figure, KeyNumber, Level, Report, Rerun, Table};

/// What the template is filled with.
#[derive(Serialize)]
pub struct Page<'a> {
    policy: String,
    style: String,
    script: String,
    title: &'a str,
    question: Vec<Piece>,
    simulated: bool,
    word: &'a str,
    sentences: Vec<Vec<Piece>>,
    key_numbers: Vec<Key>,
    further: Vec<Vec<Piece>>,
    cannot_say: Vec<Vec<Piece>>,
    ask: Vec<Vec<Piece>>,
    notices: Vec<Shown<'a>>,
    checks: Vec<Line<'a>>,
    figures: Vec<Drawing<'a>>,
    tables: Vec<Grid>,
    methods: Vec<Described<'a>>,
    glossary: &'a [(String, String)],
    rerun: &'a Rerun,
    redo: Option<redo::Shown<'a>>,
    seed: String,
}

#[derive(Serialize)]
struct Key {
    id: String,
    label: String,
    value: String,
    explain: Vec<Piece>,
}

#[derive(Serialize)]
struct Shown<'a> {
    code: &'a str,
    title: &'a str,
    message: Vec<Piece>,
    level: Level,
}

#[derive(Serialize)]
struct Line<'a> {
    check: &'a str,
    title: &'a str,
    verdict: &'a str,
    /// The verdict in words.
    says: &'static str,
    reason: Vec<Piece>,
    remedy: Vec<Piece>,
    /// Where its numbers stand.
    table: Option<String>,
}

#[derive(Serialize)]
struct Drawing<'a> {
    id: String,
    title: &'a str,
    caption: Vec<Piece>,
    wide: String,
    narrow: String,
    data: Grid,
    /// The stem of its files' names.
    file: String,
    /// Its numbers, and how they are drawn, to be saved from the page.
    csv: String,
    vega: String,
}

#[derive(Serialize)]
struct Described<'a> {
    name: &'a str,
    what: Vec<Piece>,
    assumptions: Vec<Piece>,
    source: &'a str,
    version: u32,
}

#[derive(Serialize)]
struct Grid {
    id: String,
    title: String,
    folded: bool,
    columns: Vec<Heading>,
    rows: Vec<Vec<Shell>>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Heading {
    title: String,
    unit: Option<String>,
    explain: Option<String>,
    numeric: bool,
}

/// A cell as the page shows it.
#[derive(Serialize)]
struct Shell {
    shown: String,
    /// What to sort by; `None`: the words.
    sort: Option<String>,
    /// Why there is nothing.
    reason: Option<String>,
    numeric: bool,
    heads: bool,
}

impl<'a> Page<'a> {
    /// The report arranged, with the page's policy, style sheet and script.
    pub fn new(report: &'a Report, policy: String, style: String, script: String) -> Page<'a> {
        let mut ids = Ids::default();
        let prose = |words: &str| explained(&unbroken(words), &report.glossary);
        let each = |all: &[String]| all.iter().map(|words| prose(words)).collect::<Vec<_>>();
        let answer = &report.answer;
        let key = |k: &'a KeyNumber, ids: &mut Ids| Key {
            id: ids.take("", &k.id),
            label: unbroken(&k.label),
            value: unbroken(&k.value),
            explain: prose(&k.explain),
        };
        let figure = |figure: &'a Figure, ids: &mut Ids| Drawing {
            id: ids.take("figure-", &figure.id),
            title: &figure.title,
            caption: prose(&figure.caption),
            wide: svg(figure, Style::Inline),
            narrow: svg(figure, Style::Narrow),
            data: grid(&figure.data(), "data-", ids),
            // As the run's folder names them.
            file: figure.id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect(),
            csv: csv(&figure.data()),
            vega: vega_lite(figure).to_string(),
        };
        Page {
            policy,
            style,
            script,
            title: &report.title,
            question: prose(&report.question),
            simulated: report.simulated,
            word: &answer.word,
            sentences: each(&answer.sentences),
            further: each(&answer.further),
            key_numbers: answer.key_numbers.iter().map(|k| key(k, &mut ids)).collect(),
            cannot_say: each(&answer.cannot_say),
            ask: each(&answer.ask),
            notices: report
                .notices
                .iter()
                .map(|n| Shown { code: &n.code, title: &n.title, message: prose(&n.message), level: n.level })
                .collect(),
            checks: report.checks.iter().map(|c| line(c, &prose)).collect(),
            figures: report.figures.iter().map(|f| figure(f, &mut ids)).collect(),
            tables: report.tables.iter().map(|table| grid(table, "table-", &mut ids)).collect(),
            methods: report
                .methods
                .iter()
                .map(|m| Described {
                    name: &m.name,
                    what: prose(&m.what),
                    assumptions: prose(&m.assumptions),
                    source: &m.source,
                    version: m.version,
                })
                .collect(),
            glossary: &report.glossary,
            rerun: &report.rerun,
            redo: report.rerun.redo.as_ref().map(redo::shown),
            seed: report.rerun.seed.to_string(),
        }
    }
}

fn line<'a>(check: &'a CheckLine, prose: &dyn Fn(&str) -> Vec<Piece>) -> Line<'a> {
    let says = match check.verdict.as_str() {
        "ok" => "nothing against it",
        "caution" => "heed this",
        "fail" => "speaks against it",
        _ => "cannot tell",
    };
    let table = check.table.as_ref().map(|id| format!("table-{id}"));
    Line {
        check: &check.check,
        title: &check.title,
        verdict: &check.verdict,
        says,
        reason: prose(&check.reason),
        remedy: prose(&check.remedy),
        table,
    }
}

/// Tables that few readers ask for: folded.
const FOLDED: [&str; 16] = [
    "checks",
    "fallacies",
    "essa",
    "facts",
    "questions",
    "settings",
    "codebook",
    "parameters",
    "design",
    "event-study",
    "cohorts",
    "distribution",
    "joint-tests",
    "components",
    "descriptives",
    "sample-flow",
];

fn grid(table: &Table, prefix: &str, ids: &mut Ids) -> Grid {
    let numeric: Vec<bool> = (0..table.columns.len()).map(|ix| table.is_numeric(ix)).collect();
    let columns = table.columns.iter().enumerate().map(|(ix, column)| Heading {
        title: unbroken(&column.title),
        unit: column.unit.clone(),
        explain: column.explain.clone(),
        numeric: numeric[ix],
    });
    let rows = (0..table.rows.len()).map(|row| {
        let cells = (0..table.columns.len()).map(|ix| {
            let mut shell = shell(&table.cell(row, ix));
            shell.numeric = numeric[ix];
            shell.heads = ix == 0;
            shell
        });
        cells.collect()
    });
    let reasons = table.reasons().into_iter().map(|(column, reason)| format!("{} {column}: {reason}", number::DASH));
    Grid {
        id: ids.take(prefix, &table.id),
        title: table.title.clone(),
        folded: ["check-", "wwc-"].iter().any(|stem| table.id.starts_with(stem)) || FOLDED.contains(&table.id.as_str()),
        columns: columns.collect(),
        rows: rows.collect(),
        notes: table.notes.iter().map(|note| unbroken(note)).chain(reasons).collect(),
    }
}

fn shell(cell: &Cell) -> Shell {
    let exact = |v: f64| Some(number::exact(v).unwrap_or_default());
    let (sort, reason) = match cell {
        Cell::Text(_) => (None, None),
        Cell::Count(n) => (Some(n.to_string()), None),
        Cell::Whole(n) => (Some(n.to_string()), None),
        Cell::Number { value, .. }
        | Cell::Bracketed { value, .. }
        | Cell::Percent(value)
        | Cell::PValue(value)
        | Cell::PBelow { value, .. } => (exact(*value), None),
        Cell::Interval { low, .. } => (low.map_or_else(|| Some("-1e999".to_string()), exact), None),
        Cell::Undefined(reason) => (Some(String::new()), Some(reason.clone())),
        Cell::ToFill(asked) => (Some(String::new()), Some(format!("For the author to fill in: {asked}."))),
        Cell::Suppressed => (Some(String::new()), Some("Withheld so that no student can be recognised.".to_string())),
    };
    let shown = match cell {
        Cell::Suppressed => "withheld".to_string(),
        Cell::ToFill(_) => "to fill in".to_string(),
        other => number::cell(other, Glyphs::Typographic),
    };
    Shell { shown, sort, reason, numeric: false, heads: false }
}

/// Letters, digits and hyphens; never empty.
fn slug(wanted: &str) -> String {
    let slug: String = wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(60).collect();
    let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "x".into() } else { slug }
}

/// The ids given out so far.
#[derive(Default)]
struct Ids(Vec<String>);

impl Ids {
    /// An id of letters, digits and hyphens that no other element has.
    fn take(&mut self, prefix: &str, wanted: &str) -> String {
        let stem = format!("{prefix}{}", slug(wanted));
        let mut id = stem.clone();
        let mut n = 2;
        while self.0.contains(&id) {
            id = format!("{stem}-{n}");
            n += 1;
        }
        self.0.push(id.clone());
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_and_unique() {
        let mut ids = Ids::default();
        assert_eq!(ids.take("table-", "Arm means"), "table-arm-means");
        assert_eq!(ids.take("table-", "arm_means"), "table-arm-means-2");
        assert_eq!(ids.take("", "\"><img>"), "img");
        assert_eq!(ids.take("", ""), "x");
    }
}
