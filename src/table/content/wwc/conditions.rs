//! Tables 1 and 2: what both groups had, and who and where they were.

use super::{Asked, counted, source, table, words};
use crate::study::Run;
use crate::table::content::disclosure::Gate;
use crate::table::content::words::noun;
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Table};
use std::collections::BTreeSet;

/// Table 1.
pub(super) fn conditions(run: &Run) -> Table {
    let columns =
        vec![Column::new("item", "What is asked"), Column::new("treated", "Intervention"), Column::new("comparison", "Comparison")];
    let mut out = table(1, "conditions", "Intervention and comparison conditions", columns);
    let context = &run.study.context;
    let mut row = |item: &str, treated: Result<String, &str>, comparison: Result<String, &str>| {
        let cell = |answer: Result<String, &str>| answer.map_or_else(Cell::to_fill, Cell::told);
        out.push(vec![Cell::text(item), cell(treated), cell(comparison)]);
    };
    row("name", Err("the intervention's name, and its version"), Err("what the comparison group had in its place"));
    row("what was done", Err("its components, materials and training"), Err("what was taught, and with which materials"));
    row("who did it", Err("who delivered it, and how they were trained"), Err("who taught"));
    let weeks = context.weeks.map(|w| format!("{} weeks from the start to the last score", number::trimmed(w, Glyphs::Ascii)));
    row("how long and how often", weeks.ok_or("its length, and how often it was used"), Err("how long, and how often"));
    row("when it began", starts(run), Ok("not in the time analysed, or later".into()));
    let told = run.implementation.as_ref().and_then(|i| i.as_ref().ok()).filter(|i| i.has_fidelity);
    let told = told.map(|i| format!("the column {}, by {}: see the tables of implementation", i.columns[0], i.group));
    row(
        "how far it was carried out as meant",
        told.ok_or("what share was used or taught as planned"),
        Err("whether any of it reached this group"),
    );
    let cost = context.cost_per_student.map(|c| format!("{} dollars a student", number::trimmed(c, Glyphs::Ascii)));
    row("what it costs", cost.ok_or("its cost a student"), Err("the cost of what it replaced"));
    let with = context.comparison.map(|c| words::compared(c).to_string());
    row("compared with", Ok("see the comparison".into()), with.ok_or("whom the treated are compared with"));
    source(&mut out);
    out
}

fn starts(run: &Run) -> Result<String, &'static str> {
    let seen = run.descriptions.first().map_or(&[][..], |d| &d.seen);
    let starts: BTreeSet<i64> = seen.iter().filter_map(|s| s.start).collect();
    if starts.is_empty() {
        return Err("when it began");
    }
    Ok(starts.iter().map(|s| number::whole(*s, Glyphs::Ascii)).collect::<Vec<_>>().join(", "))
}

/// Table 2.
pub(super) fn sample(run: &Run) -> Table {
    let mut out = Asked::new(2, "sample", "Study sample and context");
    let gate = Gate::of(run);
    out.open("place", "country, state and district");
    out.open("schools", "their level and kind, and whether they are urban or rural");
    out.open("grades", "the students' grades");
    if let Some(d) = run.descriptions.first() {
        let periods: Vec<i64> = d.by_period.iter().map(|p| p.period).collect();
        if let (Some(first), Some(last)) = (periods.iter().min(), periods.iter().max()) {
            out.known("time", format!("periods {} to {}", number::whole(*first, Glyphs::Ascii), number::whole(*last, Glyphs::Ascii)));
        }
    }
    if let Some(a) = run.analyses.first() {
        let s = &a.sample;
        let noun = noun(run);
        let norm = run.study.context.is_against_norm();
        let real = if norm { s.treated_units } else { s.units };
        out.known("sample analysed", format!("{} {noun} in {} clusters", number::count(real as u64), number::count(s.clusters as u64)));
        let (treated, others) = s.groups();
        let hide = gate.hides_treated(s);
        out.known(
            "of them in each group",
            format!(
                "{} treated, {} {}",
                counted(&gate, hide, treated),
                counted(&gate, hide, others),
                if norm { "rows of a norm, which are no students" } else { "comparison" }
            ),
        );
    }
    out.open("race and ethnicity", "the share of each group of students, in both groups");
    out.open("family income", "the share of students from families with low income, in both groups");
    out.open("disability and language", "the shares of students with disabilities and of English learners, in both groups");
    let low = run.study.context.chosen_for_low_scores.map(|c| words::chosen(c).to_string());
    out.maybe("chosen for low scores", low, "whether students or schools were chosen for low scores or a bad year");
    out.done()
}
