//! The checks of a run's headline: what each says, and its table.

use super::diagnose::Checked;
use super::disclosure::Gate;
use crate::diagnose::{Asked, Verdict};
use crate::evaluate::Verdict as Trusted;
use crate::study::Run;
use crate::table::{Cell, CheckLine, Column, Table};

/// All checks of a run in words, past the gate.
pub fn checked(run: &Run) -> Vec<Checked> {
    Gate::of(run).checks(run)
}

/// One row a check.
pub(super) fn summary(run: &Run) -> Table {
    let columns = vec![
        Column::new("check", "Check"),
        Column::new("verdict", "Verdict").explain(
            "ok: nothing speaks against the headline here; caution: it may stand with what is said beside it; fail: do not rely on it as it is; cannot-tell: the data do not say",
        ),
        Column::new("reason", "Reason"),
        Column::new("remedy", "What to do"),
    ];
    let mut out = Table::new("checks", "What could be wrong with the headline", columns);
    for c in checked(run) {
        out.push([&c.label, c.told.verdict.word(), &c.told.reason, &c.told.remedy].map(Cell::text).to_vec());
    }
    if let Some(outcome) = run.checks.first().and_then(|c| c.outcome.as_ref()) {
        out.note(format!(
            "Checks of the first estimate of {outcome}. Each has a table of its own, with the number that decided and the rule."
        ));
    }
    out
}

/// One line a check for the page: what fails first, then what to heed, then what is well, then what cannot be told.
pub(super) fn lines(run: &Run) -> Vec<CheckLine> {
    let own = tables(run);
    let line = |c: &Checked| CheckLine {
        check: c.label.clone(),
        title: c.title.into(),
        verdict: c.told.verdict.word().into(),
        reason: c.told.reason.clone(),
        remedy: c.told.remedy.clone(),
        table: own.iter().find(|t| t.title.ends_with(&format!("({})", c.label))).map(|t| t.id.clone()),
    };
    let mut out: Vec<CheckLine> = checked(run).iter().map(line).collect();
    let rank = |l: &CheckLine| ["fail", "caution", "ok", "cannot-tell"].iter().position(|v| *v == l.verdict);
    out.sort_by_key(rank);
    out
}

/// The table of each check that has one: `check-NAME`, numbered where a check was asked twice.
pub(super) fn tables(run: &Run) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    for c in checked(run) {
        for mut table in c.told.summary.clone().into_iter().chain([c.told.table.clone()]).filter(|t| !t.rows.is_empty()) {
            let id = format!("check-{}", table.id);
            let same = out.iter().filter(|t| t.id == id || t.id.strip_prefix(&id).is_some_and(numbered)).count();
            table.id = if same == 0 { id } else { format!("{id}-{}", same + 1) };
            table.title = format!("{} ({})", table.title, c.label);
            if let Some(d) = &c.told.decided {
                table.note(format!("{}: decided by {} ({}).", c.told.verdict.word(), d.name, d.rule));
            }
            out.push(table);
        }
    }
    out
}

/// `-2`, `-3`, …
fn numbered(end: &str) -> bool {
    end.strip_prefix('-').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// A check's name, with its options where some were set.
fn name(asked: &Asked) -> String {
    let set = asked.options.iter().any(|(key, _)| asked.options.was_given(key));
    if set { asked.label() } else { asked.check.card.id.to_string() }
}

/// Whether a check looks at the headline's own estimator: those of two-way fixed effects look at it whatever the headline is.
fn of_headline(run: &Run, label: &str) -> bool {
    let regression = run.analyses.first().is_some_and(|a| a.estimator.estimator.is_two_way());
    regression || !["bacon", "twfe-weights"].iter().any(|id| label.starts_with(id))
}

/// What speaks against the headline where no check does.
fn besides(run: &Run) -> &'static str {
    let broken = matches!(&run.trust, Some(Ok(trust)) if trust.performance.verdict == Trusted::Broken);
    match (broken, run.alarms().is_empty()) {
        (false, true) => "",
        (true, true) => ", but how seldom its interval holds the truth does",
        (false, false) => ", but the signs below do",
        (true, false) => ", but how seldom its interval holds the truth does, and the signs below do",
    }
}

/// Which checks speak against the headline, in a line; `None` where none was carried out.
pub(super) fn line(run: &Run) -> Option<String> {
    let named = |wanted: &[Verdict]| -> Vec<String> {
        run.checks
            .iter()
            .map(|a| (name(&a.asked), a.answer.as_ref().map_or(Verdict::CannotTell, |found| found.verdict())))
            .filter(|(_, verdict)| wanted.contains(verdict))
            .filter(|(label, verdict)| *verdict == Verdict::CannotTell || of_headline(run, label))
            .map(|(label, verdict)| match verdict {
                Verdict::CannotTell => label,
                _ => format!("{label} ({})", verdict.word()),
            })
            .collect()
    };
    let all = run.checks.len();
    if all == 0 {
        return None;
    }
    let against = [named(&[Verdict::Fail]), named(&[Verdict::Caution])].concat();
    let silent = named(&[Verdict::CannotTell]);
    let told = if silent.is_empty() { String::new() } else { format!("; {} cannot tell: {}", silent.len(), silent.join(", ")) };
    let checks = if all == 1 { "1 check".into() } else { format!("{all} checks") };
    Some(match against.len() {
        0 if silent.len() == all => format!("None of {checks} can tell anything against it: {}.", silent.join(", ")),
        0 if silent.is_empty() => format!("None of {checks} speaks against it{}.", besides(run)),
        0 => format!("None of the {} checks that can tell speaks against it{}{told}.", all - silent.len(), besides(run)),
        1 => format!("1 of {checks} speaks against it: {}{told}.", against[0]),
        n => format!("{n} of {checks} speak against it: {}{told}.", against.join(", ")),
    })
}
