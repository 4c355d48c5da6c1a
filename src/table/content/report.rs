//! The report of a run.

use super::answer::answer;
use super::{figures, tables};
use crate::estimate::Card;
use crate::study::{Analysis, Run};
use crate::table::{Level, Method, Notice, Report, Rerun};

/// How the run came about, from the manifest.
pub struct Provenance {
    /// The command that repeats it.
    pub command: String,
    /// Label and value of each item: hashes, rows, versions.
    pub items: Vec<(String, String)>,
}

/// Everything the page shows.
pub fn report(run: &Run, provenance: &Provenance) -> Report {
    Report {
        title: run.study.study.title.clone(),
        question: run.study.study.question.clone(),
        simulated: run.truth.is_some(),
        answer: answer(run),
        notices: notices(run),
        checks: super::checks::lines(run),
        figures: figures::figures(run),
        tables: tables(run),
        methods: methods(&run.cards()),
        glossary: glossary(),
        rerun: Rerun {
            command: provenance.command.clone(),
            seed: run.study.study.seed,
            version: env!("CARGO_PKG_VERSION").into(),
            items: provenance.items.clone(),
            same_bytes_note: "The same version, study and input give the same bytes of every file, on any machine and with any number of threads. «didact verify» repeats the run and compares every number.".into(),
            redo: Some(super::redo::redo(run)),
        },
    }
}

/// How the title of a notice begins that is not about the headline's estimator.
const BESIDE: &str = "About estimates beside the headline:";

fn notices(run: &Run) -> Vec<Notice> {
    let sign = |a: crate::evidence::fallacy::Alarm| Notice {
        code: a.fallacy.into(),
        title: a.title.into(),
        message: format!("{} {} {}", capital(&a.found), a.why, a.remedy),
        level: Level::Caution,
    };
    let open = super::opened(run).map(|words| Notice {
        code: "disclosure-control-off".into(),
        title: "Students are not protected".into(),
        message: words.into(),
        level: Level::Caution,
    });
    let norm = run.study.context.is_against_norm().then(|| Notice {
        code: "norm-rows".into(),
        title: "The comparison is no group of students".into(),
        message: "Rows of a norm stand in for a comparison group: where a table or figure counts comparison units, it counts those rows."
            .into(),
        level: Level::Note,
    });
    let mut out: Vec<Notice> = open.into_iter().chain(norm).chain(run.alarms().into_iter().map(sign)).collect();
    // What warns of the headline's estimator first; of others, what has not been said yet, as a note.
    let headline = run.analyses.first().map(Analysis::label);
    let (own, others): (Vec<&Analysis>, Vec<&Analysis>) = run.analyses.iter().partition(|a| Some(a.label()) == headline);
    for (a, beside) in own.into_iter().map(|a| (a, false)).chain(others.into_iter().map(|a| (a, true))) {
        for w in &a.warnings {
            let message = told(&w.message);
            if beside && out.iter().any(|n| n.code == w.code && (n.message != message || !n.title.starts_with(BESIDE))) {
                continue;
            }
            let known = out.iter_mut().find(|n| n.code == w.code && n.message == message);
            let whose = format!("{} ({})", a.outcome, a.label());
            match known {
                Some(n) => {
                    if !n.title.contains(&whose) {
                        n.title = format!("{}, {whose}", n.title);
                    }
                }
                None => out.push(Notice {
                    code: w.code.into(),
                    title: format!("{} {whose}", if beside { BESIDE } else { "About" }),
                    message,
                    level: if beside || w.code.starts_with("covariates") || w.code == "duplicates-averaged" {
                        Level::Note
                    } else {
                        Level::Caution
                    },
                }),
            }
        }
    }
    out
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A warning as a sentence.
fn told(message: &str) -> String {
    let end = if message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{end}", capital(message))
}

/// How it was done: an entry for each card.
pub(super) fn methods(cards: &[&Card]) -> Vec<Method> {
    let one = |card: &&Card| Method {
        name: format!("{} ({})", card.title, card.id),
        what: card.estimand.into(),
        assumptions: card.assumptions.into(),
        source: card.source.into(),
        version: card.version,
    };
    cards.iter().map(one).collect()
}

fn glossary() -> Vec<(String, String)> {
    [
        ("difference-in-differences", "Comparing how much the treated group changed with how much the comparison group changed over the same time. A constant gap between the groups drops out."),
        ("interval", "A range computed so that, over many studies, it contains the true effect in the stated share of them."),
        ("p-value", "How often a difference at least as large would be seen if there were no effect at all."),
        ("cluster", "A group that was assigned together, such as a school. Students of one school resemble each other, so they count as less than independent."),
        ("parallel trends", "The assumption that without profiles both groups would have changed by the same amount."),
        ("standard deviation", "A measure of how far apart scores lie: about two thirds of students are within one of the mean."),
        ("percentile", "The share of students who score lower. The 50th percentile is the middle."),
        ("standard error", "How far an estimate would typically be off by chance."),
    ]
    .iter()
    .map(|(a, b)| ((*a).to_string(), (*b).to_string()))
    .collect()
}
