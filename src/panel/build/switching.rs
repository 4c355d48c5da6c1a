//! Treatments that do not simply stay on: each unit's path, its first change, and what leaves the sample.
//!
//! The baseline is the treatment in the first period in which it is seen; F, the first period in which it is another. Three things
//! go by the rules of the estimator's authors (de Chaisemartin and D'Haultfœuille 2024, Design Restriction 2 and their handling
//! of missing treatments). Once a treatment has been above and below its baseline, the unit's rows from then on leave. Where
//! the treatment was not seen in the period before F, nobody knows when it changed: the unit counts as one whose treatment has not
//! changed, up to the last period in which it was seen at its baseline. And after F a treatment that was not seen counts as that of F.

use super::started::{Placed, Started};
use super::timing::{periods, statuses};
use crate::cohort::{Cohort, Faults, Reason, Warning};
use crate::num::sorted;
use crate::panel::{FirstTreated, Keys, Panel, PanelSpec, Sequence, Status, TreatmentRule};
use std::sync::Arc;

/// What a changing treatment says beside the first change.
pub(super) struct Switching {
    /// The treatment of each row, and what follows from the path.
    pub status: Status,
    /// For each unit the period from which on its rows leave, and why.
    leaves: Vec<Option<(i64, Reason)>>,
}

/// The first change of each row's unit. `seen` are the rows that say what the treatment was, also those without an outcome.
pub(super) fn changed(
    cohort: &Cohort,
    spec: &PanelSpec,
    rows: &Sequence,
    seen: Option<&Sequence>,
    placed: &Placed<'_>,
    faults: &mut Faults,
) -> Option<Started> {
    let TreatmentRule::Status(name) = &spec.treatment else { unreachable!("only a status has a path") };
    let paths = Paths::read(cohort, spec, name, seen.unwrap_or(rows)).map_err(|f| faults.extend(f)).ok()?;
    let n = placed.order.len();
    let (mut since, mut list) = (vec![0u32; n], vec![FirstTreated::Never]);
    let column = || vec![0.0; n];
    let (mut now, mut baseline, mut changed, mut cumulated) = (column(), column(), column(), column());
    let mut leaves = Vec::new();
    for places in placed.units() {
        let path = Path::of(paths.of_row(rows.at(placed.order.at(places.start))), placed.periods);
        let start = path.first.map_or(FirstTreated::Never, |(f, _)| FirstTreated::At(f));
        let code = list.iter().position(|s| *s == start).unwrap_or(list.len());
        if code == list.len() {
            list.push(start);
        }
        since[places.clone()].fill(code as u32);
        baseline[places.clone()].fill(path.baseline);
        changed[places.clone()].fill(path.first.map_or(path.baseline, |(_, d)| d));
        let sums = path.cumulated(placed.periods);
        for k in places {
            now[k] = path.at(placed.period_of(k));
            cumulated[k] = sums[placed.period[placed.order.at(k)] as usize];
        }
        leaves.push(path.leaves);
    }
    let status = Status {
        name: name.clone(),
        now: Arc::new(now),
        baseline: Arc::new(baseline),
        changed: Arc::new(changed),
        cumulated: Arc::new(cumulated),
    };
    Some(Started { since, list, switching: Some(Switching { status, leaves }) })
}

impl Switching {
    /// The panel without the rows that leave, and a word on them.
    pub(super) fn leave_out(&self, mut panel: Panel) -> Panel {
        let period = |r: usize| panel.cells.periods[panel.cells.period_ix(panel.cell[r])];
        let of_unit = |(u, from): (usize, &Option<(i64, Reason)>)| {
            panel.rows_of(u).map(|r| from.filter(|(f, _)| *f <= period(r)).map(|(_, reason)| reason)).collect::<Vec<_>>()
        };
        let mut leaves: Vec<Option<Reason>> = self.leaves.iter().enumerate().flat_map(of_unit).collect();
        let of = |leaves: &[Option<Reason>], reason: Reason| leaves.iter().filter(|l| **l == Some(reason)).count();
        for (reason, code, what) in [
            (
                Reason::CrossedBaseline,
                "crossed-baseline",
                "has been above and below its first value; an effect of more and one of less treatment cannot be told apart from then on",
            ),
            (
                Reason::ChangeNotSeen,
                "change-not-seen",
                "was not seen in the period before its first change, so nobody knows when it changed; the unit serves as comparison while it was seen at its first value",
            ),
        ] {
            let (units, rows) = (self.leaves.iter().flatten().filter(|(_, r)| *r == reason).count(), of(&leaves, reason));
            if rows > 0 {
                panel = panel.keeping(|r| leaves[r] != Some(reason), reason);
                leaves.retain(|l| *l != Some(reason));
            }
            if units > 0 {
                let message = format!("the treatment of {units} units {what}: {rows} rows are left out");
                panel.warnings.push(Warning::new(code, message));
            }
        }
        panel
    }
}

/// What is known of all units' treatments: (unit, period, treatment), sorted, one a unit and period.
struct Paths {
    points: Vec<(i64, f64)>,
    /// Where each unit's points begin.
    start: Vec<u32>,
    /// The unit of each row of the source.
    unit: Vec<u32>,
}

impl Paths {
    fn read(cohort: &Cohort, spec: &PanelSpec, name: &str, seen: &Sequence) -> Result<Paths, Faults> {
        let data = |name: &str| &cohort.column(name).expect("checked by roles").data;
        let period = spec.period.as_deref().expect("a status needs a period");
        let when = periods(cohort, period, data(period), seen)?;
        let what = statuses(cohort, name, data(name), seen)?;
        let (keys, codes) = Keys::index(data(spec.unit.as_deref().expect("a status needs a unit")), seen);
        let mut unit = vec![u32::MAX; cohort.n_rows];
        seen.iter().zip(&codes).for_each(|(r, &u)| unit[r] = u);
        let mut all: Vec<(u32, i64, f64)> = codes.iter().zip(when).zip(what).map(|((&u, p), d)| (u, p, d)).collect();
        all.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| a.2.total_cmp(&b.2)));
        let (mut points, mut start) = (Vec::with_capacity(all.len()), vec![0u32; keys.len() + 1]);
        for same in all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            points.push((same[0].1, mean(same)));
            start[same[0].0 as usize + 1] = points.len() as u32;
        }
        Ok(Paths { points, start, unit })
    }

    fn of_row(&self, row: usize) -> &[(i64, f64)] {
        let u = self.unit[row] as usize;
        &self.points[self.start[u] as usize..self.start[u + 1] as usize]
    }
}

/// The mean of several rows of one unit and period; where they agree, exactly what they say.
fn mean(same: &[(u32, i64, f64)]) -> f64 {
    if same[0].2 == same[same.len() - 1].2 {
        return same[0].2;
    }
    sorted(same.iter().map(|s| s.2).collect()).iter().sum::<f64>() / same.len() as f64
}

/// One unit's path.
struct Path<'a> {
    points: &'a [(i64, f64)],
    baseline: f64,
    /// The period of the first change and the treatment then.
    first: Option<(i64, f64)>,
    /// From which period on its rows leave.
    leaves: Option<(i64, Reason)>,
}

impl<'a> Path<'a> {
    fn of(points: &'a [(i64, f64)], periods: &[i64]) -> Path<'a> {
        let baseline = points[0].1;
        let mut path = Path { points, baseline, first: None, leaves: None };
        let Some(k) = points.iter().position(|(_, d)| *d != baseline) else { return path };
        let (before, first) = (points[k - 1].0, points[k]);
        if periods.iter().any(|p| before < *p && *p < first.0) {
            path.leaves = Some((first.0, Reason::ChangeNotSeen));
            return path;
        }
        path.first = Some(first);
        let other_side = |d: f64| if first.1 > baseline { d < baseline } else { d > baseline };
        path.leaves = points[k..].iter().find(|(_, d)| other_side(*d)).map(|(p, _)| (*p, Reason::CrossedBaseline));
        path
    }

    /// The treatment in a period: as seen; where it was not seen, the baseline before the first change, and that of F after it.
    fn at(&self, period: i64) -> f64 {
        match self.points.binary_search_by_key(&period, |(p, _)| *p) {
            Ok(k) => self.points[k].1,
            Err(_) => self.first.filter(|(f, _)| *f <= period).map_or(self.baseline, |(_, d)| d),
        }
    }

    /// The sum of treatment less baseline from the first change to each period.
    fn cumulated(&self, periods: &[i64]) -> Vec<f64> {
        let mut sum = 0.0;
        let since = |p: i64| self.first.is_some_and(|(f, _)| f <= p);
        let mut up_to = |p: &i64| {
            if since(*p) {
                sum += self.at(*p) - self.baseline;
            }
            sum
        };
        periods.iter().map(&mut up_to).collect()
    }
}
