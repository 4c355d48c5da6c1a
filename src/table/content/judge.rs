//! The verdict in a run's report.

use super::evidence::{self, Judgement};
use crate::evidence::verdict::{CARD_WORDS, GLOSSARY, Sentence, count_words, sentences};
use crate::table::{Answer, Report};

/// Questions at the top of the page.
const ASK: usize = 4;

/// Puts the verdict first: its word, why credibility is not better, what would change it, what to ask; and its tables after the others.
pub fn judge(report: &mut Report, judgement: &Judgement) {
    let judged = judgement.judged();
    report.answer.word = evidence::headline(&judged);
    let (mut first, mut why, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for sentence in sentences(judged.verdict, judged.facts, judged.standards) {
        match sentence {
            Sentence::Verdict { .. } => first.push(sentence.to_string()),
            Sentence::NotApart { .. } | Sentence::Apart => why.insert(0, sentence.to_string()),
            Sentence::Doubt { .. } => why.push(sentence.to_string()),
            Sentence::WouldChange(_) => last.push(sentence.to_string()),
            // The page has its own sentences for these.
            Sentence::Points { .. } | Sentence::NoUncertainty | Sentence::Needs { .. } | Sentence::Overstates { .. } => {}
        }
    }
    let answer = &mut report.answer;
    first.append(&mut answer.sentences);
    // One reason above the numbers: the rest is for those who read on.
    first.extend(why.drain(..why.len().min(1)));
    answer.sentences = first;
    within(answer);
    answer.further.append(&mut why);
    answer.further.append(&mut last);
    let asks: Vec<String> = judged.questions.iter().take(ASK).map(|q| q.ask.to_string()).collect();
    if !asks.is_empty() {
        report.answer.ask = asks;
    }
    let of_verdict = [
        evidence::ratings(&judged),
        evidence::caps(&judged),
        evidence::facts(&judgement.read.known),
        evidence::conditions(&judged),
        evidence::unknown(&judged),
        evidence::settings(&judged),
    ];
    report.tables.extend(judgement.read.sizes.iter().map(evidence::effect_sizes));
    report.tables.extend(of_verdict.into_iter().filter(|t| !t.rows.is_empty()));
    for term in GLOSSARY {
        if !report.glossary.iter().any(|(known, _)| known == term.term) {
            report.glossary.push((term.term.into(), term.meaning.into()));
        }
    }
}

/// Keeps above the numbers what stays within [`CARD_WORDS`] words with the word of the verdict; the sentences behind it come first below.
fn within(answer: &mut Answer) {
    let mut words = count_words(&answer.word);
    let fits = |sentence: &String| {
        words += count_words(sentence);
        words <= CARD_WORDS
    };
    let kept = answer.sentences.iter().map(fits).take_while(|fits| *fits).count();
    let mut below = answer.sentences.split_off(kept);
    below.append(&mut answer.further);
    answer.further = below;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_above_the_numbers_stands_below_them() {
        let sentence = |n: usize| vec!["word"; n].join(" ");
        let mut answer = Answer {
            word: "Can't tell".into(),
            sentences: [50, 60, 9, 1].map(sentence).to_vec(),
            key_numbers: Vec::new(),
            further: vec!["last".into()],
            cannot_say: Vec::new(),
            ask: Vec::new(),
        };
        within(&mut answer);
        assert_eq!(answer.sentences.iter().map(|s| count_words(s)).collect::<Vec<_>>(), [50, 60]);
        assert_eq!(answer.further.iter().map(|s| count_words(s)).collect::<Vec<_>>(), [9, 1, 1]);
        let all: Vec<String> = answer.sentences.iter().chain([&answer.word]).cloned().collect();
        assert!(count_words(&all.join(" ")) <= CARD_WORDS);
    }
}
