//! The verdict's tables: standards, caps, conditions, and the numbers they rest on.

use super::Judged;
use crate::evidence::benchmark::{
    CostClass, CostEffectiveness, Growth, MONTHS_WARNING, MonthsTable, SizeClass, SpecialEducation, Subject, cost_class,
    cost_effectiveness, growth, months, size_class,
};
use crate::evidence::effect::improvement_index;
use crate::evidence::facts::Facts;
use crate::evidence::standard::{Key, Padlocks, Setting, Standards, State};
use crate::evidence::verdict::{Effects, GLOSSARY, Verdict};
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Digits, Table};

/// The effect and its ends in percentile points, as far as they are known.
pub(super) fn points(judged: &Judged<'_>) -> Option<Vec<f64>> {
    let ends = judged.verdict.interval.map(|(low, high)| [low, high]);
    judged.effect.map(|g| std::iter::once(g).chain(ends.into_iter().flatten()).map(improvement_index).collect())
}

/// Kraft's size.
pub(super) fn size(judged: &Judged<'_>) -> Option<SizeClass> {
    judged.effect.and_then(|g| size_class(g, judged.standards))
}

/// Effect for money, where the cost is told.
pub(super) fn cost(judged: &Judged<'_>) -> Option<CostEffectiveness> {
    cost_effectiveness(judged.effect?, judged.verdict.interval, judged.facts.cost_per_student?)
}

/// Kraft's class of the cost, where it is told.
pub(super) fn cost_of(judged: &Judged<'_>) -> Option<CostClass> {
    cost_class(judged.facts.cost_per_student?, judged.standards)
}

/// A year's growth at the grade in which students began, where subject and grade are told.
pub(super) fn growth_of(judged: &Judged<'_>) -> Option<Growth> {
    growth(judged.facts.subject?, judged.facts.school_grade?, judged.standards)
}

/// The same of students in special education, in math.
pub(super) fn special_education(judged: &Judged<'_>) -> Option<&'static SpecialEducation> {
    judged.facts.subject.filter(|s| *s == Subject::Math).and(judged.facts.school_grade).and_then(SpecialEducation::from_grade)
}

/// Months by both tables, with their warning.
pub(super) fn months_of(judged: &Judged<'_>) -> Option<serde_json::Value> {
    let by = |table| judged.effect.and_then(|g| months(g, table, judged.standards));
    judged.effect?;
    Some(serde_json::json!({"toolkit": by(MonthsTable::Toolkit), "trial_reports": by(MonthsTable::Trial), "warning": MONTHS_WARNING}))
}

/// What the field's standards say, each with the rule that decided it.
pub fn ratings(judged: &Judged<'_>) -> Table {
    let columns = vec![Column::new("standard", "Standard"), Column::new("says", "Says"), Column::new("because", "Because")];
    let mut out = Table::new("standards", "By the field's standards", columns);
    let mut add = |standard: String, says: String, because: String| {
        out.push(vec![Cell::Text(standard), Cell::Text(says), Cell::Text(because)]);
    };
    if let Some((g, points)) = judged.effect.zip(points(judged)) {
        let said: Vec<String> = points.iter().map(|p| number::number(*p, Digits::Decimals(1), Glyphs::Ascii)).collect();
        let ends = if said.len() == 3 { format!(" ({} to {})", said[1], said[2]) } else { String::new() };
        add("percentile points".into(), format!("{}{ends}", said[0]), format!("the effect is {g:.3} SD"));
    }
    for rated in judged.rated() {
        let unknown = if rated.unknown.is_empty() { String::new() } else { format!("; not known: {}", rated.unknown.join(", ")) };
        add(format!("WWC {}", rated.version.name()), rated.rating.words().into(), format!("{}{unknown}", rated.rule.words()));
    }
    let essa = &judged.verdict.essa;
    let tier = essa.tier.map_or("no tier".into(), |t| format!("tier {}: {}", t.number(), t.words()));
    let open = |state: State| essa.conditions.iter().filter(|c| c.state == state).count();
    let counts = format!("{} conditions met, {} failed, {} not known", open(State::Met), open(State::Failed), open(State::Unknown));
    add("ESSA".into(), tier, counts);
    let locks = &judged.verdict.padlocks;
    let says = match (locks.initial, locks.complete) {
        (Some(n), true) => format!("{n} of 5"),
        (Some(n), false) => format!("at most {n} of 5"),
        (None, _) => "cannot be said".into(),
    };
    add("EEF padlocks".into(), says, padlocks(locks));
    if let Some(size) = size(judged) {
        let says = match size {
            SizeClass::Small => "small",
            SizeClass::Medium => "medium",
            SizeClass::Large => "large",
        };
        add("Kraft's size".into(), says.into(), "meant for causal studies with standardised tests".into());
    }
    if let Some(class) = cost_of(judged) {
        let says = match class {
            CostClass::Low => "low",
            CostClass::Moderate => "moderate",
            CostClass::High => "high",
        };
        let because = judged.facts.cost_per_student.map_or(String::new(), |c| format!("{} dollars a student", amount(c)));
        add("Kraft's cost".into(), says.into(), because);
    }
    if let Some(c) = cost(judged) {
        let ends = c.low.zip(c.high).map_or(String::new(), |(low, high)| format!(" ({low:.3} to {high:.3})"));
        let tenth = match c.cost_of_a_tenth {
            Some(tenth) => format!("0.10 SD would cost {} dollars a student, if effect and cost grow together", amount(tenth)),
            None => "an effect of zero or below buys nothing".to_string(),
        };
        add("effect for 1,000 dollars a student".into(), format!("{:.3} SD{ends}", c.per_thousand), tenth);
    }
    if let Some(g) = judged.effect {
        let by = |table| months(g, table, judged.standards).map_or("beyond the table".into(), |m| m.to_string());
        let says = format!("{} (Toolkit), {} (trial reports)", by(MonthsTable::Toolkit), by(MonthsTable::Trial));
        add("EEF months".into(), says, "two tables of one foundation".into());
        out.note(MONTHS_WARNING);
    }
    growth_rows(judged, &mut out);
    if cost(judged).is_some() {
        out.note("The cost is taken as told, without error of its own.");
    }
    out.note(format!(
        "By {}: {}. Padlocks are before reviewers adjust them; {}.",
        judged.standards.label(),
        judged.standards.wwc.note(),
        "cluster-level steps of the WWC (joiners, representativeness) are not part of the rating"
    ));
    out
}

/// How much students grow in a year, where subject and grade are told: beside an effect, no measure of it.
fn growth_rows(judged: &Judged<'_>, out: &mut Table) {
    let Some((subject, from)) = judged.facts.subject.zip(judged.facts.school_grade) else { return };
    let mut add = |of: &str, says: String, source: &str| {
        let what = format!("a year's growth in {}, {of}", subject.name());
        out.push(vec![Cell::Text(what), Cell::Text(says), Cell::text(source)]);
    };
    let years = format!("from grade {from} to {}", from + 1);
    let says = growth_of(judged).map_or("not told from grade 12 on".into(), |g| format!("{:.2} SD {years}", g.sd));
    add("all students", says, "Hill, Bloom, Black and Lipsey (2008), normed tests; as context only");
    if let Some(s) = special_education(judged) {
        let of = |sd: Option<f64>| sd.map_or("not told".to_string(), |sd| format!("{sd:.2}"));
        let [low, quarter, half] = s.sd.map(of);
        let says = format!("{low}, {quarter} and {half} SD {years}, at the 10th, 25th and 50th percentile");
        add("special education", says, "Scammacca et al. (2015); intervals 1 to 2 SD wide; as context only");
    }
    out.note(
        "Growth shrinks from grade to grade, so the same effect is a small part of a year among the young and much of one among the old.",
    );
}

fn padlocks(locks: &Padlocks) -> String {
    let of = |n: Option<u8>| n.map_or("not known".to_string(), |n| n.to_string());
    let detectable = locks.minimum_detectable.map_or(String::new(), |m| format!(" ({m:.2} SD)"));
    let lost = locks.attrition_percent.map_or(String::new(), |p| format!(" ({p:.0} %)"));
    format!(
        "the worst of design {}, smallest detectable effect {}{detectable}, attrition {}{lost}",
        of(locks.design),
        of(locks.detectable),
        of(locks.attrition)
    )
}

/// Where credibility started, and each cap in order with the number that triggered it.
pub fn caps(judged: &Judged<'_>) -> Table {
    let columns = vec![
        Column::new("rule", "Rule"),
        Column::new("found", "What was found"),
        Column::new("number", "Number"),
        Column::new("threshold", "Compared with"),
        Column::new("does", "Does"),
        Column::new("grade", "Credibility then"),
        Column::new("instead", "What would have to be so instead"),
    ];
    let mut out = Table::new("caps", "How credibility came about", columns);
    let (blank, verdict) = (|| Cell::text(""), judged.verdict);
    let start = verdict.start.grade.to_string();
    out.push(vec![Cell::text("start"), Cell::text(verdict.start.because), blank(), blank(), blank(), Cell::Text(start), blank()]);
    for cap in &verdict.caps {
        let number = |x: Option<f64>| x.map_or_else(blank, |x| Cell::number(Some(x), ""));
        let does = match cap.effects {
            Effects::AtMost(most) => format!("at most {most}"),
            Effects::OneDown => "one down".into(),
        };
        out.push(vec![
            Cell::text(cap.rule),
            Cell::text(&cap.found),
            number(cap.number),
            number(cap.threshold),
            Cell::Text(does),
            Cell::Text(cap.after.to_string()),
            Cell::text(&cap.instead),
        ]);
    }
    if let Some(change) = &verdict.change {
        let items: Vec<&str> = change.items.iter().map(|i| i.instead.as_str()).collect();
        out.note(format!("The nearest change, to {} (credibility {}): {}.", change.to.words(), change.grade, items.join("; ")));
    }
    out
}

/// Each condition of each tier: met, failed, or not known.
pub fn conditions(judged: &Judged<'_>) -> Table {
    let columns = vec![
        Column::new("tier", "Tier"),
        Column::new("asks", "Asks for"),
        Column::new("state", "Is it met?"),
        Column::new("found", "What was found"),
    ];
    let mut out = Table::new("essa", "ESSA, condition by condition", columns);
    for c in &judged.verdict.essa.conditions {
        let state = match c.state {
            State::Met => "met",
            State::Failed => "failed",
            State::Unknown => "not known",
        };
        out.push(vec![Cell::Whole(i64::from(c.tier.number())), Cell::text(&c.asks), Cell::text(state), Cell::told(&c.found)]);
    }
    out.note("What other studies found is not asked of this one: such a condition may stay open. Tier 3 is as recalled, not checked.");
    out
}

/// The numbers that rules compared with: version, and whether each was looked up.
pub fn settings(judged: &Judged<'_>) -> Table {
    let columns = vec![
        Column::new("name", "Setting"),
        Column::new("value", "Value"),
        Column::new("meaning", "What it is"),
        Column::new("status", "How sure"),
        Column::new("source", "Where it comes from"),
    ];
    let mut out = Table::new("settings", format!("Numbers it rests on ({})", judged.standards.label()), columns);
    for s in &judged.settings {
        let values: Vec<String> = s.values.iter().map(f64::to_string).collect();
        let status = if s.changed { "set by you" } else { s.status.words() };
        out.push(vec![Cell::text(s.name), Cell::told(values.join(", ")), Cell::text(s.meaning), Cell::text(status), Cell::text(s.source)]);
    }
    out.note("Another value: --set NAME=VALUE.");
    out
}

/// The settings of the verdict, those named, and those of the cost and of growth where they are told, in their order, each once.
pub fn with_settings(verdict: &Verdict, facts: &Facts, standards: &Standards, more: &[Key]) -> Vec<Setting> {
    let cost = facts.cost_per_student.map(|_| Key::KraftCost);
    let growth = facts.school_grade.and(facts.subject).map(Subject::key);
    let more: Vec<Setting> = more.iter().copied().chain(cost).chain(growth).map(|key| standards.setting(key)).collect();
    let used = |s: &Setting| verdict.settings.iter().chain(&more).any(|u| u.name == s.name);
    standards.settings().into_iter().filter(used).collect()
}

/// The terms of card and tables.
pub fn glossary() -> Table {
    let mut out = Table::new("glossary", "Words", vec![Column::new("term", "Term"), Column::new("meaning", "Meaning")]);
    GLOSSARY.iter().for_each(|t| out.push(vec![Cell::text(t.term), Cell::text(t.meaning)]));
    out
}

/// A number in SD.
pub(super) fn sd(x: Option<f64>, why: &str) -> Cell {
    Cell::number_with(x, Digits::Decimals(3), why)
}

/// An amount of money in whole dollars.
fn amount(dollars: f64) -> String {
    number::whole(dollars.round() as i64, Glyphs::Ascii)
}

/// A count for words.
pub(super) fn counted(n: u64) -> String {
    number::whole(i64::try_from(n).unwrap_or(i64::MAX), Glyphs::Ascii)
}
