//! From the rows of the source to the units analysed, arm by arm.

use crate::study::{Analysis, Run};
use crate::table::content::diagnose::Told;
use crate::table::content::disclosure::Gate;
use crate::table::content::words::{arm, noun};
use crate::table::number;
use crate::table::{Cell, Figure, FigureKind, FlowCount, FlowStage, FlowStep};

/// The flow of the headline; `None` without an analysis.
pub(super) fn flow(run: &Run) -> Option<Figure> {
    let a = run.analyses.first()?;
    let gate = Gate::of(run);
    let mut steps = rows(a, &gate);
    let check = gate.found(run, "attrition", &a.outcome);
    let noun = noun(run);
    let followed = check.as_ref().and_then(|c| assigned(&c.told, &noun));
    let stages = match (followed, &check) {
        (Some(stages), Some(check)) => {
            steps.extend(joined(&check.told, &stages, &noun, &gate));
            stages
        }
        _ => vec![analysed(a, &noun, &gate)],
    };
    let arms = [true, false].map(|treated| arm(treated, a.sample.switching.is_some()).to_string()).to_vec();
    let said: Vec<String> = arms.iter().enumerate().map(|(ix, arm)| spoken(arm, &stages, ix)).collect();
    Some(Figure {
        id: "flow".into(),
        title: "Who is in the result, and who was lost".into(),
        alt: format!("Flow from the rows of the source to the {noun} analysed for {}. {}", a.outcome, said.join(" ")),
        caption: "From the top: the rows of the source, and who of each group is still there in the analysis. Many lost, or more of one group than of the other, can make a difference that the treatment did not.".into(),
        kind: FigureKind::Flow { steps, arms, stages },
    })
}

/// What is counted in rows.
fn rows(a: &Analysis, gate: &Gate) -> Vec<FlowStep> {
    let s = &a.sample;
    let step = |label: String, hide: bool, n: usize, leaves: bool| FlowStep { label, n: (!hide).then_some(n as u64), leaves };
    let mut out = vec![step("rows in the source".into(), gate.source, s.rows, false)];
    for ((reason, n), hide) in s.dropped.iter().zip(gate.hides_dropped(s)) {
        out.push(step(format!("rows left out: {reason}"), hide, *n, true));
    }
    out.push(step("rows used".into(), s.withheld.rows, s.rows_used, false));
    out
}

/// Assigned and analysed, as the check of attrition counts them; `None` where units are not followed.
fn assigned(told: &Told, noun: &str) -> Option<Vec<FlowStage>> {
    let table = told.summary.as_ref()?;
    let row = table.rows.iter().find(|r| r.first() == Some(&Cell::text("units")))?;
    let count = |key: &str| match &row[table.at(key)?] {
        Cell::Count(n) => Some(*n),
        _ => None,
    };
    let arms =
        [("treated_n", "treated_analysed_n"), ("comparison_n", "comparison_analysed_n")].map(|(all, left)| (count(all), count(left)));
    let lost = |(all, left): (Option<u64>, Option<u64>)| Some(all?.saturating_sub(left?));
    let share = |(all, left)| lost((all, left)).zip(all.filter(|n: &u64| *n > 0)).map(|(l, n)| l as f64 / n as f64);
    Some(vec![
        FlowStage {
            label: format!("{noun} there before the start"),
            lost: String::new(),
            arms: arms.map(|a| FlowCount { n: a.0, lost: Some(0), share: None }).to_vec(),
        },
        FlowStage {
            label: "analysed: with an outcome before and after the start".into(),
            lost: "lost: without an outcome on both sides of the start".into(),
            arms: arms.map(|a| FlowCount { n: a.1, lost: lost(a), share: share(a) }).to_vec(),
        },
    ])
}

/// All units, and those who came after the start.
fn joined(told: &Told, stages: &[FlowStage], noun: &str, gate: &Gate) -> Vec<FlowStep> {
    let number = |key: &str| told.numbers.iter().find(|(k, _)| *k == key).and_then(|(_, v)| *v);
    let came = number("joiners_treated").zip(number("joiners_comparison")).map(|(a, b)| (a + b) as u64);
    let came = came.filter(|n| !gate.few(*n));
    let there = stages[0].arms.iter().map(|a| a.n).sum::<Option<u64>>();
    if came == Some(0) {
        return Vec::new();
    }
    vec![
        FlowStep {
            label: format!("{noun} in all rows, with an outcome or without"),
            n: came.zip(there).map(|(a, b)| a + b),
            leaves: false,
        },
        FlowStep { label: "came after the start".into(), n: came, leaves: true },
    ]
}

/// The units used, by arm, where nobody is followed.
fn analysed(a: &Analysis, noun: &str, gate: &Gate) -> FlowStage {
    let s = &a.sample;
    let (treated, others) = s.groups();
    let told = !gate.hides_treated(s);
    let count = |n: usize| FlowCount { n: told.then_some(n as u64), lost: Some(0), share: None };
    FlowStage { label: format!("{noun} analysed"), lost: String::new(), arms: vec![count(treated), count(others)] }
}

fn spoken(arm: &str, stages: &[FlowStage], ix: usize) -> String {
    let one = |s: &FlowStage| {
        let n = s.arms.get(ix).and_then(|a| a.n).map_or_else(|| "withheld".to_string(), number::count);
        format!("{n} {}", s.label)
    };
    format!("{arm}: {}.", stages.iter().map(one).collect::<Vec<_>>().join(", "))
}
