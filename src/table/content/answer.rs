//! The page's opening: the answer, what the study cannot say, and what to ask.

use super::Headline;
use super::words::{percent, points, sentences, trust, word};
use crate::estimate::Estimand;
use crate::evidence::facts::Comparison;
use crate::evidence::fallacy::Assigned;
use crate::study::{Effect, Run};
use crate::table::number::{self, Glyphs};
use crate::table::{Answer, Cell, Digits, KeyNumber};

/// The answer of a run.
pub(super) fn answer(run: &Run) -> Answer {
    let headline = Headline::of(run);
    let glyphs = Glyphs::Typographic;
    let mut key_numbers = Vec::new();
    let mut add = |id: &str, label: String, value: String, explain: &str| {
        key_numbers.push(KeyNumber { id: id.into(), label, value, explain: explain.into() })
    };
    let known = headline.as_ref().and_then(|h| run.codebook.unit_of(&h.analysis.outcome));
    let unit = known.map_or(String::new(), |unit| format!(", {unit}"));
    if let Some(h) = &headline {
        let e = h.estimate;
        let digits = Digits::for_uncertainty(e.std_error.unwrap_or(f64::NAN));
        let switching = h.analysis.sample.switching.is_some();
        add(
            "key-estimate",
            format!("Effect on {}{unit}", h.analysis.outcome),
            points(e.estimate, e.std_error, glyphs),
            if switching {
                "The estimated difference that one unit of treatment more in a period makes, then and later, in the outcome's own units."
            } else {
                "The estimated difference that the treatment made to those who had it, in the outcome's own units."
            },
        );
        add(
            "key-interval",
            format!("{} interval{unit}", percent(run.study.study.level)),
            number::interval(e.interval.low.value(), e.interval.high.value(), digits, glyphs),
            "Effects that the data do not rule out. A method that holds its promise contains the true effect in that share of studies.",
        );
        add(
            "key-p",
            "p-value".into(),
            e.p_value.map_or_else(|| "–".into(), |_| number::cell(&Cell::p_value_above(e.p_value, e.floor(), ""), glyphs)),
            "How often a difference at least this large would appear if the treatment did nothing. Not the probability that it does nothing.",
        );
        if let Some(d) = h.in_sd(e.estimate) {
            add(
                "key-sd",
                "Effect, standard deviations".into(),
                number::number(d, Digits::Decimals(2), glyphs),
                match run.study.context.compared() {
                    _ if switching => {
                        "The effect divided by the spread of the outcome in the first period among units without treatment then."
                    }
                    Some(Comparison::Norm) => {
                        "The effect divided by the spread, in the first period, of the scores that the norm gives. Large trials in education average 0.06."
                    }
                    _ => {
                        "The effect divided by the spread of the outcome among comparison units in the first period. Large trials in education average 0.06."
                    }
                },
            );
        }
        if let Some(truth) = run.truth.as_ref().and_then(|t| {
            t.effects.iter().find(|k| {
                k.outcome == h.analysis.outcome
                    && h.analysis.effects.iter().any(|f| f.result.as_ref().is_ok_and(|r| r == e) && f.target.estimand.name() == k.estimand)
            })
        }) {
            let missed = h.ends().is_some_and(|(low, high)| truth.value < low || truth.value > high);
            let explain = format!(
                "Known because the world is simulated: what the treatment really did for these students.{}",
                if missed { " The interval above does not contain it." } else { "" }
            );
            add("key-truth", "True effect in this simulated world".into(), points(truth.value, e.std_error, glyphs), &explain);
        }
    }
    Answer {
        word: word(headline.as_ref()).into(),
        sentences: sentences(run, headline.as_ref(), glyphs),
        key_numbers,
        further: headline.as_ref().and_then(|_| trust(run, glyphs)).into_iter().collect(),
        cannot_say: cannot_say(run),
        ask: ask(run),
    }
}

/// Whether a lot decided who was treated.
fn by_lot(run: &Run) -> bool {
    run.study.context.assigned() == Some(Assigned::Lot)
}

/// Whether an effect before the start is told, as a picture shows it.
fn looks_back(run: &Run) -> bool {
    let before = |e: &Effect| e.target.estimand == Estimand::Event && e.target.event_time.is_some_and(|time| time < 0) && e.result.is_ok();
    run.analyses.iter().flat_map(|a| &a.effects).any(before)
}

fn ask(run: &Run) -> Vec<String> {
    let chosen = if by_lot(run) { "Who drew the lot, and was it kept to?" } else { "Who chose who was treated, and why those?" };
    let before = if looks_back(run) {
        "Did the groups' scores move alike before the start? (See the picture: the points before the start.)"
    } else {
        "Were the groups alike before the start? (See the tables: differences before.)"
    };
    let all = [chosen, before, "Who left, and did as many leave on both sides?", "Was the test made by someone who gains from the result?"];
    all.map(String::from).to_vec()
}

fn cannot_say(run: &Run) -> Vec<String> {
    let mut out = Vec::new();
    if run.truth.is_some() {
        out.push(
            "Anything about real schools: the students here are simulated. It shows what a study of this design can and cannot see.".into(),
        );
    }
    let alike = match run.study.context.compared() {
        Some(Comparison::Norm) => "Whether these students would have changed as the norm expects: this is assumed.",
        Some(Comparison::Nobody | Comparison::BeforeAfter) => "How they would have changed without it: nobody shows that.",
        _ if by_lot(run) => "What it does beyond the interval: a lot makes groups alike on average, and not in each draw.",
        _ if looks_back(run) => {
            "Whether the groups would have changed alike without the treatment: this is assumed, and only partly visible in the periods before."
        }
        _ => "Whether the groups would have changed alike without the treatment: this is assumed.",
    };
    out.push(alike.into());
    out.push("Whether it works elsewhere, or in general: this is one study.".into());
    let first = run.analyses.first().map(|a| &a.outcome);
    let rivals = run.analyses.iter().filter(|a| Some(&a.outcome) == first).count();
    if rivals > 1 {
        let named = if run.plan.is_some() { "was named beforehand" } else { "stands first in the study" };
        out.push(format!(
            "Which of the {rivals} estimates of {} is right: the headline is the one that {named}, whichever of them is the largest.",
            first.map_or("", |name| name.as_str())
        ));
    }
    out
}
