//! The card: what can be read aloud before the first table of numbers.

use super::Judged;
use crate::evidence::effect::improvement_index;
use crate::evidence::facts::{Conductor, Facts, Plan};
use crate::evidence::verdict::{CARD_WORDS, Sentence, Word, count_words, sentences};

/// The card's lines: the word; what the study says; what it is worth beside other trials; what would change the verdict; what to ask. What
/// weighs most is chosen first, and nothing beyond [`CARD_WORDS`] words in all.
pub fn card(judged: &Judged<'_>) -> Vec<String> {
    let mut lines: Vec<Line> = Vec::new();
    let mut add = |rank: usize, place: usize, text: String| lines.push(Line { rank, place, text });
    add(0, 0, format!("{}.", headline(judged)));
    for sentence in sentences(judged.verdict, judged.facts, judged.standards) {
        let (rank, place) = match sentence {
            Sentence::Verdict { .. } => (1, 1),
            Sentence::Points { .. } | Sentence::NoUncertainty => (2, 2),
            Sentence::WouldChange(_) => (3, 7),
            Sentence::NotApart { .. } | Sentence::Doubt { .. } | Sentence::Apart => (5, 3),
            Sentence::Overstates { .. } => (9, 5),
            Sentence::Needs { .. } => (10, 6),
        };
        add(rank, place, sentence.to_string());
    }
    if let Some(caution) = judged.caution {
        add(2, 2, caution.to_string());
    }
    if let Some(shrunk) = &judged.shrunk {
        let points = improvement_index(shrunk.g);
        let side = if points < 0.0 { "lower" } else { "higher" };
        add(6, 4, format!("Beside other large trials, about {:.1} percentile points {side} is to be expected.", points.abs()));
    }
    if let Some(words) = plan(judged.facts) {
        add(4, 4, words.to_string());
    }
    for (i, question) in judged.questions.iter().take(3).enumerate() {
        add([4, 7, 8][i], 8 + i, format!("Ask: {}", question.ask));
    }
    chosen(lines)
}

/// Whether independent people kept to a plan: no rule asks it of them, so that nothing else tells it.
fn plan(facts: &Facts) -> Option<&'static str> {
    let told = facts.plan.filter(|_| facts.conductor == Some(Conductor::Independent))?;
    Some(match told {
        Plan::Kept => "The study kept to a plan made before outcomes were read.",
        Plan::Deviated => "The study deviated from the plan made before outcomes were read.",
        Plan::Absent => "The study had no plan made before outcomes were read.",
    })
}

struct Line {
    /// Which is chosen first.
    rank: usize,
    /// Where it stands.
    place: usize,
    text: String,
}

fn chosen(mut lines: Vec<Line>) -> Vec<String> {
    lines.sort_by_key(|l| (l.rank, l.place));
    let mut words = 0;
    lines.retain(|l| {
        let more = count_words(&l.text);
        let fits = words + more <= CARD_WORDS;
        words += if fits { more } else { 0 };
        fits
    });
    lines.sort_by_key(|l| l.place);
    lines.into_iter().map(|l| l.text).collect()
}

/// The verdict in a sentence or two, for a line.
pub fn in_short(judged: &Judged<'_>) -> String {
    let said = sentences(judged.verdict, judged.facts, judged.standards).into_iter().find(|s| matches!(s, Sentence::Verdict { .. }));
    format!("{}. {}", headline(judged), said.map_or(String::new(), |s| s.to_string())).trim_end().to_string()
}

/// The verdict's word.
pub fn headline(judged: &Judged<'_>) -> String {
    capital(judged.verdict.word)
}

fn capital(word: Word) -> String {
    let words = word.words();
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_and_the_rest_stands_in_order() {
        let line = |rank, place, n: usize| Line { rank, place, text: vec!["word"; n].join(" ") };
        let kept = chosen(vec![line(2, 0, 30), line(0, 2, 80), line(1, 1, 60), line(3, 3, 10)]);
        assert_eq!(kept.iter().map(|t| count_words(t)).collect::<Vec<_>>(), [30, 80, 10]);
        assert_eq!(capital(Word::CannotTell), "Can't tell");
    }

    #[test]
    fn the_plan_of_independent_people_is_told() {
        let said = |conductor, kept| plan(&Facts { conductor, plan: kept, ..Facts::default() });
        let independent = Some(Conductor::Independent);
        assert!(said(independent, Some(Plan::Deviated)).is_some_and(|s| s.contains("deviated from the plan")));
        assert_eq!((said(independent, None), said(None, Some(Plan::Kept))), (None, None));
    }
}
