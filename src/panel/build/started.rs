//! The first treated period of each unit, for treatments that stay on.

use super::switching::Switching;
use crate::cohort::{Fault, Faults, Warning};
use crate::panel::{FirstTreated, PanelSpec, Paths, Sequence, TreatmentRule};

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

/// The first period in which each unit is on.
pub(super) fn switched_on(
    now: &[bool],
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
        let Some(on) = places.clone().find(|&k| now[order.at(k)]) else { continue };
        if let Some(off) = (on..places.end).find(|&k| !now[order.at(k)]) {
            faults.push(switches_off(spec, row_number(order.at(on)), row_number(order.at(off))));
        }
        let start = placed.period_of(on);
        unseen += usize::from(on == places.start && start > first_period);
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
                "{unseen} units are treated already in their first row (column {}); the period of that row is taken for their start",
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
