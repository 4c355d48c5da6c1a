//! Estimates beside the truth, where the world is simulated.

use crate::study::Run;
use crate::table::{Cell, Column, Digits, Table};

/// Each estimate with the true effect of this draw, for the first method of each estimator.
pub(super) fn truth(run: &Run) -> Option<Table> {
    let truth = run.truth.as_ref()?;
    let columns = vec![
        Column::new("outcome", "Outcome"),
        Column::new("estimator", "Estimator"),
        Column::new("term", "Effect"),
        Column::new("true_effect", "True effect")
            .unit("outcome units")
            .explain("the mean difference the profiles made to the treated students of this very draw"),
        Column::new("estimate", "Estimate").unit("outcome units"),
        Column::new("conf", "Interval").unit("outcome units"),
        Column::new("covered", "Covered").explain("whether the interval contains the true effect"),
    ];
    let mut out = Table::new("truth", "Estimates and the truth of this simulated world", columns);
    for a in &run.analyses {
        let mut first = None;
        for effect in &a.effects {
            let Ok(e) = &effect.result else { continue };
            if *first.get_or_insert(e.inference.as_str()) != e.inference {
                continue;
            }
            let known = truth.effects.iter().find(|t| {
                t.outcome == a.outcome
                    && t.subgroup.is_none()
                    && t.estimand == effect.target.estimand.name()
                    && t.group == effect.target.group
                    && t.period == effect.target.period
                    && t.event_time == effect.target.event_time
            });
            let Some(known) = known else { continue };
            let digits = Digits::for_uncertainty(e.std_error.unwrap_or(f64::NAN));
            let covered = match (e.interval.low.value(), e.interval.high.value()) {
                (Some(low), Some(high)) => Cell::text(if low <= known.value && known.value <= high { "yes" } else { "no" }),
                _ => Cell::undefined("the interval is open or cannot be computed"),
            };
            out.push(vec![
                Cell::text(&a.outcome),
                Cell::text(a.label()),
                Cell::text(&effect.target.label),
                Cell::number_with(Some(known.value), digits, ""),
                Cell::number_with(Some(e.estimate), digits, ""),
                super::effects::interval(e.interval, digits),
                covered,
            ]);
        }
    }
    out.note("True effects are means over the treated students' recorded scores of the score with profiles minus the score without, in this draw. A 95 % interval is meant to miss one truth in twenty.");
    Some(out)
}
