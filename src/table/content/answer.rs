//! The page's opening: the answer, what the study cannot say, and what to ask.

use super::Headline;
use super::words::{percent, points, sentences, trust, word};
use crate::study::Run;
use crate::table::number::{self, Glyphs};
use crate::table::{Answer, Digits, KeyNumber};

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
            e.p_value.map_or_else(|| "–".into(), |p| number::p_value(p, glyphs)),
            "How often a difference at least this large would appear if the treatment did nothing. Not the probability that it does nothing.",
        );
        if let Some(d) = h.in_sd(e.estimate) {
            add(
                "key-sd",
                "Effect, standard deviations".into(),
                number::number(d, Digits::Decimals(2), glyphs),
                if switching {
                    "The effect divided by the spread of the outcome in the first period among units without treatment then."
                } else {
                    "The effect divided by the spread of the outcome among comparison units in the first period. Large trials in education average 0.06."
                },
            );
        }
        if let Some(truth) = run.truth.as_ref().and_then(|t| {
            t.effects.iter().find(|k| {
                k.outcome == h.analysis.outcome
                    && h.analysis.effects.iter().any(|f| f.result.as_ref().is_ok_and(|r| r == e) && f.target.estimand.name() == k.estimand)
            })
        }) {
            add(
                "key-truth",
                "True effect in this simulated world".into(),
                points(truth.value, e.std_error, glyphs),
                "Known because the world is simulated: what the profiles really did for these students.",
            );
        }
    }
    Answer {
        word: word(headline.as_ref()).into(),
        sentences: sentences(run, headline.as_ref(), glyphs),
        key_numbers,
        further: headline.as_ref().and_then(|_| trust(run, glyphs)).into_iter().collect(),
        cannot_say: cannot_say(run),
        ask: vec![
            "Who chose who was treated, and why those?".into(),
            "Did the groups' scores move alike before the start? (See the picture: the points before the start.)".into(),
            "Who left, and did as many leave on both sides?".into(),
            "Was the test made by someone who gains from the result?".into(),
        ],
    }
}

fn cannot_say(run: &Run) -> Vec<String> {
    let mut out = Vec::new();
    if run.truth.is_some() {
        out.push(
            "Anything about real schools: the students here are simulated. It shows what a study of this design can and cannot see.".into(),
        );
    }
    out.push(
        "Whether the groups would have changed alike without the treatment: this is assumed, and only partly visible in the periods before."
            .into(),
    );
    out.push("Whether it works elsewhere, or in general: this is one study.".into());
    if run.analyses.len() > 1 {
        out.push(format!(
            "Which of {} estimates to believe because it is the largest: the first was named beforehand as the headline.",
            run.analyses.len()
        ));
    }
    out
}
