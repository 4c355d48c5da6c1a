//! What is said of effects and of terms they explain.

use super::Fate;
use super::dimension::{Dimension, Rows};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::linear::{Term, Wanted};
use crate::panel::Panel;

/// The names of effects, in order.
pub(super) fn names<'a>(effects: impl Iterator<Item = &'a Dimension>) -> String {
    effects.map(|e| e.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The unit of each row used.
pub(super) fn units<'a>(panel: &'a Panel, rows: &'a Rows) -> impl Iterator<Item = usize> + 'a {
    let mut unit = 0;
    rows.row.iter().map(move |&r| {
        while panel.rows_of(unit).end <= r {
            unit += 1;
        }
        unit
    })
}

/// What to say where no effect stands for the periods, or none for groups that do not change.
pub(super) fn missing(effects: &[Dimension], panel: &Panel, rows: &Rows) -> Vec<Warning> {
    let cells = &panel.cells;
    let of = |what: fn(&crate::panel::Cells, u32) -> usize| rows.row.iter().map(move |&r| what(cells, panel.cell[r]));
    let mut out = Vec::new();
    if !effects.iter().any(|e| e.has_one(of(|c, cell| c.period_ix(cell)))) {
        out.push(Warning::new(
            "no-period-effects",
            "none of the named effects takes off what all have in common in a period: the passing of time is part of this estimate; name the period too",
        ));
    }
    if !effects.iter().any(|e| e.has_one(of(|c, cell| c.cohort_ix(cell)))) {
        out.push(Warning::new(
            "no-group-effects",
            "none of the named effects takes off how treated and comparison units differ at all times: that difference is part of this estimate; name the unit or its school too",
        ));
    }
    out
}

/// Effects that do nothing: a fault where it is a slope, else a warning.
pub(super) fn check(effects: &[Dimension]) -> Result<Vec<Warning>, Faults> {
    let mut warnings = Vec::new();
    for (i, effect) in effects.iter().enumerate() {
        if effect.slope.as_ref().is_some_and(|s| !s.varies()) {
            return Err(Fault::new(
                "EST-060",
                "a slope in a column that does not vary",
                format!("fixed effect {}", effect.name),
                "within each of its levels the column has one value, so no slope can be told from the level",
                "name a column that varies within the levels, such as the period, or leave the slope out",
            )
            .into());
        }
        if effect.n_levels == 1 && effect.slope.is_none() {
            warnings.push(Warning::new(
                "fixed-effect-one-level",
                format!(
                    "{} has a single level among the rows used: it is the constant of the regression and takes nothing off",
                    effect.name
                ),
            ));
            continue;
        }
        let coarser = |other: &Dimension| other.n_levels > 1 && other.slope.is_none() && effect.has_one(other.level.iter().copied());
        // Of two with the same levels the later one is told.
        let told = |(j, other): &(usize, &Dimension)| *j != i && (other.n_levels < effect.n_levels || *j > i) && coarser(other);
        for (_, other) in effects.iter().enumerate().filter(told) {
            warnings.push(Warning::new(
                "fixed-effect-redundant",
                format!("each level of {} lies in one of {}, so {} takes nothing more off; its levels count as parameters where they are not nested in clusters", effect.name, other.name, other.name),
            ));
        }
    }
    let single: Vec<String> =
        effects.iter().filter(|e| e.singletons > 0 && e.n_levels > 1).map(|e| format!("{} in {}", e.singletons, e.name)).collect();
    if !single.is_empty() {
        warnings.push(Warning::new(
            "fixed-effect-singletons",
            format!("rows that are alone in their level say nothing on any effect; they are kept and counted, as fixest does with fixef.rm = \"none\": {}", single.join(", ")),
        ));
    }
    Ok(warnings)
}

/// Why a target is not identified; `None` when it is.
pub(super) fn lost(want: &Wanted, fate: &[Fate], terms: &[Term]) -> Option<String> {
    want.weights.iter().find_map(|(t, _)| match fate[*t] {
        Fate::Kept | Fate::Reference => None,
        Fate::Absorbed => Some(format!("{} does not vary within the fixed effects: they absorb it", terms[*t].name)),
        Fate::Collinear => Some(format!("{} is collinear with the fixed effects and the terms before it", terms[*t].name)),
        Fate::Tied(to) => Some(format!("only its difference to another effect is identified ({})", terms[to].name)),
    })
}

/// Warnings of terms that have no coefficient; their names join those dropped.
pub(super) fn tell(fate: &[Fate], terms: &[Term], dropped: &mut Vec<String>) -> Vec<Warning> {
    let of = |wanted: Fate| -> Vec<String> {
        terms.iter().zip(fate).filter(|(term, f)| term.tell && **f == wanted).map(|(term, _)| term.name.clone()).collect()
    };
    let (absorbed, collinear, references) = (of(Fate::Absorbed), of(Fate::Collinear), of(Fate::Reference));
    let mut out = Vec::new();
    if !absorbed.is_empty() {
        out.push(Warning::new(
            "absorbed",
            format!(
                "dropped because the fixed effects absorb them (less than 1e-10 of their own variation is left): {}",
                absorbed.join(", ")
            ),
        ));
    }
    if !collinear.is_empty() {
        out.push(Warning::new(
            "collinear",
            format!("dropped because the fixed effects and the terms before explain them together: {}", collinear.join(", ")),
        ));
    }
    if !references.is_empty() {
        out.push(Warning::new(
            "second-reference",
            format!("the fixed effects leave the path of effects open (a line through event times, say, is also a line through periods), so further references are needed and set to zero too: {}", references.join(", ")),
        ));
    }
    dropped.extend(absorbed);
    dropped.extend(collinear);
    out
}

/// No effect of treatment is left to estimate.
pub(super) fn nothing_left(effects: &[Dimension]) -> Faults {
    Fault::new(
        "EST-062",
        "the fixed effects absorb the treatment",
        format!("fixed effects {}", names(effects.iter())),
        "within their levels all rows have the same treatment status, or one that the levels together explain: nobody is left to compare with, and the effect is not identified",
        "leave the effect out that varies with the treatment (a level for each school and period leaves no comparison between schools), or name coarser levels",
    )
    .into()
}
