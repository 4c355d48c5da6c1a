//! The first treated period of each unit, for treatments that stay on.

use super::switching::Switching;
use super::timing::{flags, periods};
use crate::cohort::{Cohort, Fault, Faults, Warning};
use crate::panel::{FirstTreated, Keys, PanelSpec, Paths, Sequence, TreatmentRule};

/// Rows in order, where each unit's begin, and the period of each row as read.
pub(super) struct Placed<'a> {
    pub order: &'a Sequence,
    pub unit_start: &'a [u32],
    pub period: &'a [u32],
    pub periods: &'a [i64],
}

impl Placed<'_> {
    /// The places of each unit's rows.
    pub(super) fn units(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.unit_start.windows(2).map(|pair| pair[0] as usize..pair[1] as usize)
    }

    /// The period of a place.
    pub(super) fn period_of(&self, place: usize) -> i64 {
        self.periods[self.period[self.order.at(place)] as usize]
    }
}

/// The start of each row's unit, as an index into a list.
pub(super) struct Started {
    pub since: Vec<u32>,
    pub list: Vec<FirstTreated>,
    /// What else there is to say of a treatment that does not simply stay on.
    pub switching: Option<Switching>,
}

/// Starts that the rows themselves say.
pub(super) fn known(
    codes: Vec<u32>,
    list: Vec<FirstTreated>,
    placed: &Placed<'_>,
    row_number: &dyn Fn(usize) -> usize,
    faults: &mut Faults,
) -> Started {
    let order = placed.order;
    let since: Vec<u32> = match order {
        Sequence::All(_) => codes,
        Sequence::Listed(_) => order.iter().map(|i| codes[i]).collect(),
    };
    for places in placed.units() {
        let from = places.start;
        if let Some(k) = places.skip(1).find(|&k| since[k] != since[from]) {
            faults.push(Fault::new(
                "PANEL-005",
                "the first treated period changes within a unit",
                format!("rows {} and {}", row_number(order.at(from)), row_number(order.at(k))),
                "a unit belongs to one cohort; with two the comparison is undefined",
                "give each unit one first treated period",
            ));
        }
    }
    Started { since, list, switching: None }
}

/// Whether each row is treated, where all units are off (0), then on (1) for good.
pub(super) fn stays_on(now: &[f64], placed: &Placed<'_>) -> Option<Vec<bool>> {
    let plain = now.iter().all(|d| *d == 0.0 || *d == 1.0);
    let goes_on = |places: std::ops::Range<usize>| {
        places.clone().zip(places.skip(1)).all(|(k, l)| {
            let (a, b) = (now[placed.order.at(k)], now[placed.order.at(l)]);
            // Two rows of one period that contradict each other are no start.
            if placed.period_of(k) == placed.period_of(l) { a == b } else { a <= b }
        })
    };
    (plain && placed.units().all(goes_on)).then(|| now.iter().map(|d| *d == 1.0).collect())
}

/// The first period in which a unit is on, and the last one before in which it was seen off.
type FirstOn = (i64, Option<i64>);

/// When units were first on, by all rows that say so, also those without an outcome.
pub(super) struct Seen {
    /// The unit of each row of the source.
    unit: Vec<u32>,
    /// For each unit the first period in which it is on, and the last one before in which it is off.
    first: Vec<Option<FirstOn>>,
}

impl Seen {
    /// From the rows that say what the treatment was.
    pub(super) fn read(cohort: &Cohort, spec: &PanelSpec, rows: &Sequence) -> Result<Option<Seen>, Faults> {
        let (TreatmentRule::Status(name), Some(unit), Some(period)) = (&spec.treatment, &spec.unit, &spec.period) else { return Ok(None) };
        let data = |name: &str| &cohort.column(name).expect("checked by roles").data;
        let (on, when) = (flags(cohort, name, data(name), rows)?, periods(cohort, period, data(period), rows)?);
        let (keys, codes) = Keys::index(data(unit), rows);
        let mut unit = vec![u32::MAX; cohort.n_rows];
        rows.iter().zip(&codes).for_each(|(r, &u)| unit[r] = u);
        let mut first: Vec<Option<FirstOn>> = vec![None; keys.len()];
        for (&u, (p, _)) in codes.iter().zip(when.iter().zip(&on)).filter(|(_, (_, on))| **on) {
            let own = &mut first[u as usize];
            *own = Some((own.map_or(*p, |(f, _)| f.min(*p)), None));
        }
        for (&u, (p, _)) in codes.iter().zip(when.iter().zip(&on)).filter(|(_, (_, on))| !**on) {
            if let Some((f, before)) = &mut first[u as usize]
                && p < f
            {
                *before = Some(before.map_or(*p, |b| b.max(*p)));
            }
        }
        Ok(Some(Seen { unit, first }))
    }

    /// Of the unit of a row of the source.
    pub(super) fn of_row(&self, row: usize) -> Option<FirstOn> {
        self.first[self.unit[row] as usize]
    }
}

/// The first period in which each unit is on. `seen` tells of the unit at a place when it was first on, and last off before;
/// `None` where the rows in order say so themselves.
pub(super) fn switched_on(
    now: &[bool],
    seen: &dyn Fn(usize) -> Option<Option<FirstOn>>,
    placed: &Placed<'_>,
    row_number: &dyn Fn(usize) -> usize,
    spec: &PanelSpec,
    warnings: &mut Vec<Warning>,
    faults: &mut Faults,
) -> Started {
    let order = placed.order;
    let mut since = vec![0u32; order.len()];
    let mut list = vec![FirstTreated::Never];
    let mut unseen = 0usize;
    let first_period = placed.periods.first().copied().unwrap_or(0);
    for places in placed.units() {
        let on = places.clone().find(|&k| now[order.at(k)]);
        if let Some(on) = on
            && let Some(off) = (on..places.end).find(|&k| !now[order.at(k)])
        {
            faults.push(switches_off(spec, row_number(order.at(on)), row_number(order.at(off))));
        }
        let own = on.map(|on| (placed.period_of(on), (on > places.start).then(|| placed.period_of(on - 1))));
        let Some((start, before)) = seen(places.start).unwrap_or(own) else { continue };
        // A period of the sample between the last row that was off and the first that was on, or before the first row.
        let gap = |from: i64| placed.periods.iter().any(|p| from < *p && *p < start);
        unseen += usize::from(before.map_or(start > first_period, gap));
        let code = list.iter().position(|s| *s == FirstTreated::At(start)).unwrap_or(list.len());
        if code == list.len() {
            list.push(FirstTreated::At(start));
        }
        since[places].fill(code as u32);
    }
    if unseen > 0 {
        warnings.push(Warning::new(
            "start-not-seen",
            format!(
                "{unseen} units are not seen in the period before the first one in which they are treated (column {}); that one is taken for their start, which may have been earlier",
                match &spec.treatment {
                    TreatmentRule::Status(c) => c.as_str(),
                    _ => "",
                }
            ),
        ));
    }
    Started { since, list, switching: None }
}

fn switches_off(spec: &PanelSpec, on: usize, off: usize) -> Fault {
    let asked = match &spec.paths {
        Paths::StayOn(names) => names.join(", "),
        Paths::Any => String::new(),
    };
    let why = if asked.is_empty() { "estimators".to_string() } else { asked };
    Fault::new(
        "PANEL-004",
        "the treatment switches off",
        format!("rows {on} (on) and {off} (off again)"),
        format!("{why}: for units that stay treated; a unit that stops is neither treated nor untreated there"),
        "ask for  chaisemartin-dhaultfoeuille  alone, which follows treatments that switch on and off; or end the unit's rows when it stops, or give its first treated period with --cohort to follow it as assigned",
    )
}
