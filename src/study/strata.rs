//! How groups differ after the start, as they are and between students who are alike.

use super::file::Roles;
use super::signs::Sources;
use super::subgroup::subgroups;
use crate::evidence::fallacy::Stratified;
use crate::num::{Centre, sorted};
use crate::panel::{FirstTreated, Kind, Panel, PanelSpec};

/// Above this many rows further outcomes and differences between students who are alike are not looked at: each is another pass.
pub(super) const STRATA_ROWS: usize = 500_000;

/// Into how many parts of the same size first scores are cut.
const PARTS: usize = 10;

/// Of all treated students, those whose part holds comparison students as well must be at least this share.
const COVERED: f64 = 0.5;

/// One student after the start: which part, whether treated, the score.
struct Seen {
    part: u64,
    treated: bool,
    score: f64,
}

/// Differences in the last period: as they are; within values of poverty and of each subgroup column, within schools, and among
/// students who began alike.
pub(super) fn strata(from: &Sources<'_>, plain: &PanelSpec, roles: &Roles) -> Vec<Stratified> {
    let Some(sd) = from.sd.filter(|_| from.cohort.n_rows <= STRATA_ROWS) else { return Vec::new() };
    let mut columns: Vec<&String> = Vec::new();
    for column in from.study.context.poverty.iter().chain(&roles.subgroups) {
        if !columns.contains(&column) && subgroups(from.cohort, column).is_ok() {
            columns.push(column);
        }
    }
    let mut parts: Vec<String> = columns.iter().map(|c| format!("values of {c}")).collect();
    if let Some(school) = roles.school.as_ref().filter(|c| !columns.contains(c)) {
        columns.push(school);
        parts.push("schools".into());
    }
    let spec = PanelSpec { marks: columns.into_iter().cloned().collect(), ..plain.clone() };
    // Where treatments do not simply stay on, groups are told apart otherwise.
    let Some(panel) = Panel::build(from.cohort, &spec).ok().filter(|p| p.extras.status.is_none()) else { return Vec::new() };
    let last = panel.cells.periods.len() - 1;
    let at_last = |row: &usize| panel.cells.period_ix(panel.cell[*row]) == last;
    let treated = |row: usize| panel.cells.is_ever_treated(panel.cells.cohort_ix(panel.cell[row]));
    let mut all: Vec<Stratified> = Vec::new();
    for (mark, parts) in panel.extras.marks.iter().zip(parts) {
        let known = (0..panel.n_rows()).filter(at_last).filter(|&r| mark.values[r].is_finite());
        // 0 and -0 are one value.
        let seen = known.map(|r| Seen { part: (mark.values[r] + 0.0).to_bits(), treated: treated(r), score: panel.outcome[r] });
        all.extend(stratified(seen.collect(), sd, parts));
    }
    if panel.kind == Kind::Panel && roles.unit.is_none() {
        all.extend(stratified(alike_at_first(&panel), sd, "tenths of the first score".into()));
    }
    all
}

/// Students seen in the first period, before any start, and in the last, by tenths of their first score. Equal scores are in one tenth.
fn alike_at_first(panel: &Panel) -> Vec<Seen> {
    let cells = &panel.cells;
    let untreated = cells.cohorts.iter().all(|c| if let FirstTreated::At(start) = c { cells.periods[0] < *start } else { true });
    let at = |unit: usize, period: usize| panel.rows_of(unit).find(|&r| cells.period_ix(panel.cell[r]) == period).map(|r| panel.outcome[r]);
    let both: Vec<(f64, f64, bool)> = (0..panel.n_units())
        .filter(|_| untreated)
        .filter_map(|u| Some((at(u, 0)?, at(u, cells.periods.len() - 1)?, cells.is_ever_treated(panel.cohort_of(u)))))
        .collect();
    let firsts = sorted(both.iter().map(|s| s.0).collect());
    let cuts: Vec<f64> = (1..PARTS).filter_map(|k| firsts.get(k * firsts.len() / PARTS).copied()).collect();
    let part = |score: f64| cuts.iter().filter(|c| **c <= score).count() as u64;
    both.into_iter().map(|(first, score, treated)| Seen { part: part(first), treated, score }).collect()
}

/// The difference of all, and within parts averaged by treated students; parts without one of the groups do not count.
fn stratified(seen: Vec<Seen>, sd: f64, parts: String) -> Option<Stratified> {
    let mut seen = seen;
    seen.sort_by_key(|s| s.part);
    let difference = |of: &[Seen]| {
        let mean = |treated: bool| Centre::of(of.iter().filter(|s| s.treated == treated).map(|s| s.score)).mean;
        let n = of.iter().filter(|s| s.treated).count() as f64;
        Some(((mean(true)? - mean(false)?) / sd, n))
    };
    let (whole, treated) = difference(&seen)?;
    let within: Vec<(f64, f64)> = seen.chunk_by(|a, b| a.part == b.part).filter_map(difference).collect();
    let n: f64 = within.iter().map(|w| w.1).sum();
    let enough = within.len() > 1 && n >= COVERED * treated;
    enough.then(|| Stratified { parts, whole, within: within.iter().map(|(d, w)| d * w).sum::<f64>() / n })
}
