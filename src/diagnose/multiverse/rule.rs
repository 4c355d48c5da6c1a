//! Which rows of the sample are used.

use crate::cohort::{Fault, Faults, Reason};
use crate::num::{quantile_type7, sorted};
use crate::panel::{Kind, Panel};

/// Which rows of the sample are used.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    /// All of them.
    All,
    /// Units seen in every period.
    Balanced,
    /// Units seen in the first period: nobody who joined later.
    NoJoiners,
    /// Units whose outcome lies between these quantiles (this share from either end) of its period in all of their rows.
    Trimmed(f64),
    /// Rows with a value in a column.
    Where(String, String),
}

impl Rule {
    /// Reads `all`, `balanced`, `no-joiners`, `trim:SHARE` or `COLUMN:VALUE`.
    pub(super) fn parse(text: &str, panel: &Panel) -> Result<Rule, Faults> {
        let refuse = |what: String, remedy: &str| {
            let why = "each specification has to say which students it is about";
            Err(Fault::new("DIAG-042", what, format!("samples={text}"), why, remedy).into())
        };
        let followed = panel.kind == Kind::Panel;
        match (text, text.split_once(':')) {
            ("all", _) => Ok(Rule::All),
            ("balanced", _) if followed => Ok(Rule::Balanced),
            ("no-joiners", _) if followed => Ok(Rule::NoJoiners),
            ("balanced" | "no-joiners", _) => {
                refuse("it is not known who is seen again".into(), "name the unit (--unit), or leave this rule out")
            }
            (_, Some(("trim", share))) => match share.trim().parse::<f64>() {
                Ok(q) if q > 0.0 && q < 0.5 => Ok(Rule::Trimmed(q)),
                _ => refuse(format!("{share:?} is no share to trim"), "a number between 0 and 0.5, such as trim:0.01"),
            },
            (_, Some((column, value))) if !column.trim().is_empty() => Ok(Rule::Where(column.trim().into(), value.trim().into())),
            _ => refuse(format!("there is no sample rule {text:?}"), "one of all, balanced, no-joiners, trim:0.01, COLUMN:VALUE"),
        }
    }

    /// The rules that change something here.
    pub(super) fn offered(panel: &Panel) -> Vec<Rule> {
        let mut out = vec![Rule::All];
        if panel.kind == Kind::Panel && !panel.is_balanced() {
            out.push(Rule::Balanced);
        }
        out.push(Rule::Trimmed(0.01));
        out
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        match self {
            Rule::All => "all".into(),
            Rule::Balanced => "balanced".into(),
            Rule::NoJoiners => "no-joiners".into(),
            Rule::Trimmed(q) => format!("trim:{q}"),
            Rule::Where(column, value) => format!("{column}:{value}"),
        }
    }

    /// Whether it keeps each row, and why not; `None` where it keeps all.
    pub(super) fn keeps(&self, panel: &Panel) -> Option<(Vec<bool>, Reason)> {
        let first = panel.cells.periods.first().copied();
        let keep: Vec<bool> = match self {
            Rule::All | Rule::Where(..) => return None,
            Rule::Balanced => of_units(panel, &|u| panel.rows_of(u).len() == panel.cells.periods.len()),
            Rule::NoJoiners => {
                of_units(panel, &|u| Some(panel.cells.periods[panel.cells.period_ix(panel.cell[panel.rows_of(u).start])]) == first)
            }
            Rule::Trimmed(q) => {
                let bounds: Vec<(f64, f64)> = (0..panel.cells.periods.len())
                    .map(|p| {
                        let own = (0..panel.n_rows()).filter(|&r| panel.cells.period_ix(panel.cell[r]) == p).map(|r| panel.outcome[r]);
                        let own = sorted(own.collect());
                        if own.is_empty() { (0.0, 0.0) } else { (quantile_type7(&own, *q), quantile_type7(&own, 1.0 - q)) }
                    })
                    .collect();
                let inside = |r: usize| {
                    let (low, high) = bounds[panel.cells.period_ix(panel.cell[r])];
                    (low..=high).contains(&panel.outcome[r])
                };
                of_units(panel, &|u| panel.rows_of(u).all(inside))
            }
        };
        let reason = if *self == Rule::Balanced { Reason::NotInEveryPeriod } else { Reason::Where };
        keep.contains(&false).then_some((keep, reason))
    }
}

/// A flag a row, the same for all rows of a unit.
fn of_units(panel: &Panel, test: &dyn Fn(usize) -> bool) -> Vec<bool> {
    (0..panel.n_units()).flat_map(|u| std::iter::repeat_n(test(u), panel.rows_of(u).len())).collect()
}
