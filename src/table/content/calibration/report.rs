//! The page of a calibration.

use super::super::report::methods;
use super::words::headlines;
use super::{figures, sentences, tables};
use crate::evaluate::{Measured, Performance, Verdict};
use crate::study::Calibrated;
use crate::table::{Answer, KeyNumber, Level, Notice, Report, Rerun};

/// The report: the answer, what to know, figures, tables, methods, and the command that repeats it.
pub fn report(c: &Calibrated, command: &str) -> Report {
    let study = &c.calibration.study.study;
    Report {
        title: format!("Which method to trust: {}", study.title),
        question: format!(
            "How often does each interval contain the true effect, and how far off is each estimate, on designs like {}?",
            c.source
        ),
        simulated: !c.is_fitted(),
        answer: answer(c),
        notices: notices(c),
        checks: Vec::new(),
        figures: figures(c),
        tables: tables(c),
        methods: methods(&c.cards()),
        glossary: glossary(),
        rerun: Rerun {
            command: command.into(),
            seed: study.seed,
            version: env!("CARGO_PKG_VERSION").into(),
            items: vec![
                ("everything the numbers depend on, BLAKE3".into(), c.fingerprint.clone()),
                ("draws at each point".into(), c.calibration.replicates.to_string()),
                ("points of the grid".into(), c.points.len().to_string()),
            ],
            same_bytes_note: "The same version gives the same bytes of every file, on any machine, with any number of threads, and however the draws were split.".into(),
            redo: None,
        },
    }
}

fn answer(c: &Calibrated) -> Answer {
    let own = headlines(c);
    let judged = own.iter().filter(|p| p.verdict != Verdict::Unknown).count();
    let broken = own.iter().filter(|p| p.verdict == Verdict::Broken).count();
    let word = match (judged, broken) {
        (0, _) => "Cannot tell".to_string(),
        (_, 0) => "Intervals keep their promise".into(),
        (all, some) if all == some => "No interval keeps its promise".into(),
        (all, some) => format!("{some} of {all} intervals break their promise"),
    };
    Answer {
        word,
        sentences: sentences(c, 6),
        key_numbers: own.first().map_or(Vec::new(), |p| key_numbers(c, p)),
        further: Vec::new(),
        cannot_say: vec![
            if c.is_fitted() {
                "Whether profiles work: outcomes were drawn anew on the data's design, with an effect that was set.".into()
            } else {
                "Whether a real study is like this design: the truth is known here because it was made.".into()
            },
            "How methods do where their assumptions fail in ways that this design does not have.".into(),
        ],
        ask: vec![
            if c.is_fitted() && c.points[0].values.is_empty() {
                "Could trends have drifted apart, students have left, or comparison classrooms have used profiles too? Try  --grid drift=0,0.05,  attrition  and  contamination.".into()
            } else if c.is_fitted() {
                "Could the trends of this study have drifted further apart, more students have left, or more comparison classrooms have used profiles than was tried?".into()
            } else {
                "Is the number of schools, their differences and the timing of the start like those of the study in question?".into()
            },
            "Is the Monte Carlo error small enough for the difference that matters?".into(),
        ],
    }
}

fn key_numbers(c: &Calibrated, p: &Performance) -> Vec<KeyNumber> {
    let percent = |m: Option<Measured>| {
        m.map(|m| format!("{:.1} %{}", 100.0 * m.value, m.mc_error.map_or(String::new(), |e| format!(" ± {:.1}", 100.0 * e))))
    };
    let whose = format!("{} by {}", c.estimator(p.question, p.estimator), p.method.as_deref().unwrap_or("none"));
    let key = |id: &str, label: &str, value: Option<String>, explain: &str| {
        value.map(|value| KeyNumber { id: id.into(), label: label.into(), value, explain: format!("{whose}: {explain}") })
    };
    let all = [
        key("key-coverage", "Coverage", percent(p.coverage), "how often the interval contains the truth"),
        key("key-size", "Size", percent(p.size), "how often an effect is seen that is not there"),
        key("key-power", "Power", percent(p.power), "how often the effect is seen that is there"),
        key(
            "key-bias",
            "Bias relative to the effect",
            percent(p.relative_bias),
            "how far the estimate is off on average, as a part of the true effect",
        ),
    ];
    all.into_iter().flatten().collect()
}

fn notices(c: &Calibrated) -> Vec<Notice> {
    let mut out = Vec::new();
    for p in headlines(c) {
        let point = &c.points[p.point];
        let whose = format!("{} by {}, {point}", c.estimator(p.question, p.estimator), p.method.as_deref().unwrap_or("none"));
        if p.verdict == Verdict::Broken
            && let Some(m) = p.coverage
        {
            out.push(Notice {
                code: "promise-broken".into(),
                title: whose.clone(),
                message: format!(
                    "It promises {} % and covers {:.1} %: on designs like this a claim that rests on it is wrong more often than it says.",
                    100.0 * c.level(),
                    100.0 * m.value
                ),
                level: Level::Caution,
            });
        }
        if let Some((why, n)) = p.failures.first() {
            out.push(Notice {
                code: "draws-without-answer".into(),
                title: whose,
                message: format!("In {n} draws: {why}. The other measures are about the draws that have an answer."),
                level: Level::Caution,
            });
        }
    }
    let most = 20;
    if out.len() > most {
        let more = out.len() - most;
        out.truncate(most);
        out.push(Notice {
            code: "more".into(),
            title: "And more".into(),
            message: format!("{more} further cautions stand in the tables."),
            level: Level::Note,
        });
    }
    out
}

fn glossary() -> Vec<(String, String)> {
    [
        ("bias", "How far estimates are off on average: what is wrong with the method, not with luck."),
        ("coverage", "How often the interval contains the true effect. A 95 % interval promises 95 in 100."),
        ("size", "How often a test sees an effect where there is none. It should be 5 in 100 for a 95 % interval."),
        ("power", "How often a test sees the effect that is there."),
        (
            "Monte Carlo standard error",
            "By how much a number of this page would typically change with other draws. More draws make it smaller.",
        ),
        ("interval", "A range computed so that, over many studies, it contains the true effect in the stated share of them."),
        ("standard error", "How far an estimate would typically be off by chance, as the method itself says."),
    ]
    .iter()
    .map(|(a, b)| ((*a).to_string(), (*b).to_string()))
    .collect()
}
