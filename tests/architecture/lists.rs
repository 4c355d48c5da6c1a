//! The lists of estimators, inference methods, checks and worlds: unique, complete, and told of in full.

use crate::source::files;
use didact::diagnose::CHECKS;
use didact::estimate::{Card, ESTIMATORS, Options};
use didact::infer::INFERENCE;
use didact::simulate::WORLDS;
use std::collections::BTreeSet;

fn unique(what: &str, ids: &[&str]) {
    let set: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(set.len(), ids.len(), "{what} listed twice: {ids:?}");
    for id in ids {
        let fine = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(fine && !id.is_empty(), "{what} {id:?}: names are lower case with hyphens");
    }
}

/// `impl Trait for` in a folder is as often as the list is long.
fn complete(folder: &str, implementation: &str, listed: usize) {
    let found: Vec<String> = files()
        .into_iter()
        .filter(|f| f.folder() == Some(folder))
        .flat_map(|f| f.lines.iter().filter(|l| l.starts_with(implementation)).map(|l| format!("{}: {l}", f.name)).collect::<Vec<_>>())
        .collect();
    assert_eq!(found.len(), listed, "in src/{folder} there are {found:#?}");
}

#[test]
fn lists_are_unique_and_complete() {
    unique("an estimator", &ESTIMATORS.iter().map(|e| e.card().id).collect::<Vec<_>>());
    unique("an inference method", &INFERENCE.iter().map(|m| m.card().id).collect::<Vec<_>>());
    unique("a world", &WORLDS.iter().map(|w| w.card().id).collect::<Vec<_>>());
    unique("a check", &CHECKS.iter().map(|c| c.card.id).collect::<Vec<_>>());
    complete("diagnose", "pub static ", CHECKS.len() + 1);
    complete("estimate", "impl Estimator for", ESTIMATORS.len());
    complete("infer", "impl Inference for", INFERENCE.len());
    complete("simulate", "impl World for", WORLDS.len());
}

fn cards() -> Vec<&'static Card> {
    ESTIMATORS.iter().map(|e| e.card()).chain(INFERENCE.iter().map(|m| m.card())).chain(CHECKS.iter().map(|c| &c.card)).collect()
}

#[test]
fn cards_are_filled_in() {
    for card in cards() {
        let fields = [
            ("title", card.title),
            ("estimand", card.estimand),
            ("assumptions", card.assumptions),
            ("when", card.when),
            ("source", card.source),
            ("reference_call", card.reference_call),
        ];
        let of_estimators = [("needs", card.needs), ("contrast", card.contrast)];
        if !INFERENCE.iter().any(|m| m.card().id == card.id) {
            of_estimators.iter().for_each(|(field, text)| assert!(text.len() > 3, "{}: no {field}", card.id));
        }
        for (field, text) in fields {
            assert!(text.len() > 3, "{}: no {field}", card.id);
        }
        assert!(card.version >= 1, "{}", card.id);
        let keys: BTreeSet<&str> = card.options.iter().map(|o| o.key).collect();
        assert_eq!(keys.len(), card.options.len(), "{}: an option twice", card.id);
        assert!(card.options.iter().all(|o| o.meaning.len() > 3), "{}: an option without a meaning", card.id);
    }
}

#[test]
fn defaults_are_allowed_values() {
    for card in cards() {
        let defaults = Options::parse(card, "").unwrap_or_else(|f| panic!("{}: {f}", card.id));
        let written: Vec<String> = defaults.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let read = Options::parse(card, &written.join(",")).unwrap_or_else(|f| panic!("{}: {f}", card.id));
        assert_eq!(read.label(card), defaults.label(card), "{}", card.id);
    }
}

/// The page of estimators, made of their cards.
fn page() -> String {
    let mut out = String::from(
        "# Estimators\n\nMade of their cards (`didact list estimators --json`). A test fails when this page is behind them; \
         `DIDACT_WRITE_DOCS=1 cargo test --test architecture` writes it anew.\n\n\
         | estimator | estimates | assumes | needs | use it when | source |\n| :--- | :--- | :--- | :--- | :--- | :--- |\n",
    );
    for e in ESTIMATORS {
        let c = e.card();
        let row = [c.estimand, c.assumptions, c.needs, c.when, c.source].map(cell).join(" | ");
        out += &format!("| [`{}`](#{}) | {row} |\n", c.id, c.id);
    }
    for e in ESTIMATORS {
        let c = e.card();
        out += &format!("\n## {}\n\n{}. {}\n{}", c.id, c.title, c.contrast, options_and_reference(c));
    }
    out
}

/// The page of checks, made of their cards.
fn page_of_checks() -> String {
    let mut out = String::from(
        "# Checks\n\nMade of their cards (`didact list diagnostics --json`). A test fails when this page is behind them; \
         `DIDACT_WRITE_DOCS=1 cargo test --test architecture` writes it anew.\n\n\
         | check | asks | assumes | needs | source |\n| :--- | :--- | :--- | :--- | :--- |\n",
    );
    for c in CHECKS.iter().map(|c| &c.card) {
        let row = [c.estimand, c.assumptions, c.needs, c.source].map(cell).join(" | ");
        out += &format!("| [`{}`](#{}) | {row} |\n", c.id, c.id);
    }
    for c in CHECKS.iter().map(|c| &c.card) {
        out += &format!("\n## {}\n\n{}. Use it when: {}. {}\n{}", c.id, c.title, c.when, c.contrast, options_and_reference(c));
    }
    out
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The end of a card's section.
fn options_and_reference(c: &Card) -> String {
    let mut out = String::new();
    if !c.options.is_empty() {
        out += "\n| option | values, the default first | what it does |\n| :--- | :--- | :--- |\n";
        for o in c.options {
            out += &format!("| `{}` | {} | {} |\n", o.key, cell(&shown(o)), cell(o.meaning));
        }
    }
    out + &format!("\nGives the numbers of: `{}`.\n", c.reference_call)
}

fn shown(option: &didact::estimate::OptionSpec) -> String {
    let (default, words) = (option.values.default_text(), option.values.words());
    if words.split(['|', ',']).next() == Some(default.as_str()) { words } else { format!("{default}; {words}") }
}

#[test]
fn the_pages_are_made_of_their_cards() {
    for (name, page) in [("estimators", page()), ("checks", page_of_checks())] {
        let path = format!("{}/docs/{name}.md", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("DIDACT_WRITE_DOCS").is_some() {
            std::fs::write(&path, &page).expect("the page can be written");
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == page, "docs/{name}.md is behind the cards: DIDACT_WRITE_DOCS=1 cargo test --test architecture");
    }
}
