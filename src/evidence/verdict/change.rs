//! The nearest change: the fewest things that would have to be otherwise for a better word.

use super::judge::{applied, is_large};
use super::{Cap, Effects, Grade, Outcome, Verdict, Word};
use crate::evidence::facts::Facts;
use crate::evidence::p_words;
use crate::evidence::standard::{Key, Standards};
use crate::num::student;
use serde::Serialize;

/// One thing that would have to be otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// The rule it meets: a cap's name, or `start`, `precision`, `uncertainty`, `outcomes`, `size`.
    pub rule: &'static str,
    /// What would have to be so, as a noun phrase.
    pub instead: String,
}

/// A change that would give a better word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The word it would give.
    pub to: Word,
    /// The grade it would give.
    pub grade: Grade,
    /// All that would have to be otherwise; never empty.
    pub items: Vec<Item>,
}

impl Change {
    /// The smallest change that gives a word that says more; among equally small ones the one of the smaller step. `None` where the word is
    /// as clear as can be.
    pub(super) fn nearest(verdict: &Verdict, facts: &Facts, standards: &Standards) -> Option<Change> {
        let large = is_large(facts, standards);
        let mut outcomes = vec![(verdict.outcome, None)];
        outcomes.extend(clearer(verdict, facts, standards).map(|(outcome, item)| (outcome, Some(item))));
        let mut sizes = vec![(large, None)];
        if !large {
            let (students, sites) = (standards.number(Key::StrongStudents), standards.number(Key::StrongSites));
            let instead = format!("at least {students} students at {sites} sites, shown");
            sizes.push((true, Some(Item { rule: "size", instead })));
        }
        let grades = [Grade::A, Grade::B, Grade::C, Grade::D, Grade::E];
        let mut best: Option<Change> = None;
        for target in grades.into_iter().rev().filter(|g| *g <= verdict.grade) {
            let Some((grade, caps)) = lifted(verdict, target) else { continue };
            for (outcome, by_outcome) in &outcomes {
                for (large, by_size) in &sizes {
                    let to = Word::of(grade, *outcome, *large);
                    let items: Vec<Item> = caps.iter().chain(by_outcome).chain(by_size).cloned().collect();
                    let better = to.weight() > verdict.word.weight();
                    if better && best.as_ref().is_none_or(|b| items.len() < b.items.len()) {
                        best = Some(Change { to, grade, items });
                    }
                }
            }
        }
        best
    }
}

/// What must go for the grade to be at least `target`, and the grade then.
fn lifted(verdict: &Verdict, target: Grade) -> Option<(Grade, Vec<Item>)> {
    let mut items = Vec::new();
    let start = if verdict.start.grade > target {
        items.push(Item { rule: "start", instead: better_start(verdict.start.grade).into() });
        target
    } else {
        verdict.start.grade
    };
    let (kept, gone): (Vec<Cap>, Vec<Cap>) =
        verdict.caps.iter().cloned().partition(|c| !matches!(c.effects, Effects::AtMost(most) if most > target));
    items.extend(gone.iter().map(item));
    // Steps down are few: the smallest set of them that has to go.
    let downs: Vec<usize> = (0..kept.len()).filter(|&i| kept[i].effects == Effects::OneDown).collect();
    let mut sets: Vec<u32> = (0..1 << downs.len().min(8)).collect();
    sets.sort_by_key(|s| s.count_ones());
    for set in sets {
        let drop = |i: usize| downs.iter().position(|d| *d == i).is_some_and(|k| (set >> k) & 1 == 1);
        let left: Vec<Cap> = kept.iter().enumerate().filter(|(i, _)| !drop(*i)).map(|(_, c)| c.clone()).collect();
        let (grade, _) = applied(start, left);
        if grade <= target {
            items.extend(kept.iter().enumerate().filter(|(i, _)| drop(*i)).map(|(_, c)| item(c)));
            return Some((grade, items));
        }
    }
    None
}

fn item(cap: &Cap) -> Item {
    Item { rule: cap.rule, instead: cap.instead.clone() }
}

fn better_start(grade: Grade) -> &'static str {
    match grade {
        Grade::A | Grade::B => "random assignment",
        Grade::C => "a design that deals with how students came to be treated",
        Grade::D | Grade::E => "a comparison with similar students",
    }
}

/// The result that a clearer study would have, its estimate being the same, and what it takes.
fn clearer(verdict: &Verdict, facts: &Facts, standards: &Standards) -> Option<(Outcome, Item)> {
    let alpha = standards.number(Key::Alpha);
    match verdict.outcome {
        Outcome::Unknown => Some((Outcome::Positive, Item { rule: "uncertainty", instead: "an effect told with its uncertainty".into() })),
        Outcome::OneOfMany => {
            let of = Outcome::headline(facts, standards)?;
            let instead = format!(
                "a p-value of at most {:.3} among the outcomes tested (it has {})",
                of.critical,
                p_words(of.p_value, facts.effect.and_then(|e| e.draws))
            );
            Some((Outcome::Positive, Item { rule: "outcomes", instead }))
        }
        Outcome::Unclear => {
            let effect = facts.effect?;
            let (estimate, smallest) = (effect.estimate, standards.number(Key::Sesoi));
            let critical = student::beyond(alpha, effect.df.filter(|df| *df > 0.0).unwrap_or(f64::INFINITY));
            let (outcome, room) =
                if estimate >= smallest { (Outcome::Positive, estimate) } else { (Outcome::RuledOut, smallest - estimate) };
            let (needed, se) = (room / critical, effect.error(alpha)?);
            let more = (se / needed) * (se / needed);
            let times = match more {
                m if m > 1.0 && m < 100.0 => format!(", about {m:.1} times as many units"),
                m if m.is_finite() && m >= 100.0 => ", more than a hundred times as many units".to_string(),
                _ => String::new(),
            };
            Some((outcome, Item { rule: "precision", instead: format!("a narrower interval{times}") }))
        }
        _ => None,
    }
}
