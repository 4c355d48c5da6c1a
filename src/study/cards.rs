//! Which estimators and inference methods a result rests on, by their cards.

use super::{Calibrated, Run};
use crate::estimate::{Card, Chosen};
use crate::infer::INFERENCE;
use std::collections::BTreeSet;

impl Run {
    /// The cards of its estimators in the order of the analyses, each once, then those of the methods that gave an interval; both with
    /// what checks looked at. Then those of the checks that have an answer.
    pub fn cards(&self) -> Vec<&'static Card> {
        let effects = self.analyses.iter().flat_map(|a| &a.effects).filter_map(|e| e.result.as_ref().ok());
        let answered = || self.checks.iter().filter(|c| c.answer.is_ok());
        let looked_at = answered().filter_map(|c| c.by.as_ref());
        let of_checks: Vec<String> = looked_at.clone().filter_map(|by| by.1.as_ref()).map(|method| method.label()).collect();
        let estimators = self.analyses.iter().map(|a| &a.estimator).chain(looked_at.map(|by| &by.0));
        let methods = effects.map(|e| e.inference.as_str()).chain(of_checks.iter().map(String::as_str));
        let mut cards = used(estimators, methods);
        for card in answered().map(|c| &c.asked.check.card) {
            if !cards.iter().any(|known| known.id == card.id) {
                cards.push(card);
            }
        }
        cards
    }
}

impl Calibrated {
    /// The cards of its estimators in the order of the questions, each once, then those of the methods that were applied.
    pub fn cards(&self) -> Vec<&'static Card> {
        let methods = self.performances.iter().filter_map(|p| p.method.as_deref());
        used(self.questions.iter().flat_map(|q| &q.estimators), methods)
    }
}

/// `methods`: labels, such as `cluster:cr2`.
fn used<'a>(estimators: impl Iterator<Item = &'a Chosen>, methods: impl Iterator<Item = &'a str>) -> Vec<&'static Card> {
    let mut cards: Vec<&'static Card> = Vec::new();
    for card in estimators.map(|e| e.estimator.card()) {
        if !cards.iter().any(|c| c.id == card.id) {
            cards.push(card);
        }
    }
    let named: BTreeSet<&str> = methods.map(|label| label.split(':').next().unwrap_or_default()).collect();
    cards.extend(INFERENCE.iter().map(|m| m.card()).filter(|card| named.contains(card.id)));
    cards
}
