//! The verdict: how credible a study is, times what it found.
//!
//! Credibility starts from the design and is capped rule by rule, each cap with what triggered it; the result is where the
//! interval lies; both give the word ([`Word`]). The *nearest change* is the fewest rules that would have to be met for a better
//! word. Numbers compared with are settings of [`Standards`](super::standard::Standards), printed with the verdict.

mod cap;
mod change;
mod glossary;
mod grade;
mod judge;
mod outcome;
mod question;
mod rules;
mod sentence;
#[cfg(test)]
mod tests;
mod word;

pub use cap::{Cap, Effects, Start};
pub use change::{Change, Item};
pub use glossary::{GLOSSARY, Term};
pub use grade::Grade;
pub use judge::Verdict;
pub use outcome::Outcome;
pub use question::open_questions;
pub use rules::{RULES, Rule};
pub use sentence::{CARD_WORDS, Sentence, card, count_words, sentences};
pub use word::Word;
