//! Analysis of covariance: the outcome after, regressed on the arm and the outcome before.

use super::did::only_start;
use super::fit::{Body, Fit};
use super::linear::{self, Column, Term, Wanted};
use super::{Card, Estimator, Options, Sample, Target};
use crate::cohort::{Fault, Faults};
use crate::panel::Kind;

/// Post on pre, arm and covariates.
pub struct Ancova;

static CARD: Card = Card {
    id: "ancova",
    title: "analysis of covariance (post on pre)",
    estimand: "the difference between treated and comparison units after the start, at equal outcome before it and equal covariates",
    assumptions: "arms were assigned at random, or only by what is held equal (the outcome before and the covariates), which is another assumption than parallel trends: without random assignment the two can give different answers",
    when: "students, classrooms or schools were randomized and seen before and after; then it is more precise than did",
    needs: "one start; the same units before and after",
    contrast: "It holds the outcome before equal instead of differencing it: without random assignment that is another assumption, and groups that start apart are expected to draw together.",
    options: &[],
    source: "Frison and Pocock (1992); McKenzie (2012); Lin (2013) on what it estimates when effects differ",
    reference_call: "lm(post ~ arm + pre + x), cluster-robust by clubSandwich or sandwich",
    version: 1,
};

impl Estimator for Ancova {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn fit(&self, sample: &Sample<'_>, _: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        if panel.kind == Kind::CrossSections {
            return Err(Fault::new(
                "EST-008",
                "ancova needs the same units before and after",
                "repeated cross-sections",
                "a unit's outcome before the start is its covariate",
                "name the unit (--unit student_id), or use did",
            )
            .into());
        }
        let shared = sample.collapsed(only_start(panel, CARD.id)?, true);
        let collapsed = &shared.panel;
        if collapsed.n_rows() == 0 || collapsed.n_treated_units() == 0 || collapsed.n_treated_units() == collapsed.n_units() {
            return Err(super::did::nobody_on_both_sides(panel));
        }
        super::did::keep_second(panel, collapsed)?;
        let rows_used = collapsed.ledger.n_used();
        let new_warnings: Vec<_> = collapsed.warnings.iter().filter(|w| !panel.warnings.contains(w)).cloned().collect();
        let moments = shared.moments(sample.executor);
        // cells: treated, comparison
        let indicator =
            |values: &[f64], name: &str| Term { name: name.into(), column: Column::Cells(values.to_vec()), tell: false, is_period: false };
        let mut terms = vec![indicator(&[1.0, 1.0], "(Intercept)"), indicator(&[1.0, 0.0], "arm")];
        let mut wanted = vec![Wanted { target: Target::overall(), weights: vec![(1, 1.0)] }];
        linear::covariates(collapsed, &mut terms, &mut wanted);
        let mut fit = linear::fit(collapsed, moments, terms, wanted, 0, sample.executor)?;
        debug_assert!(matches!(fit.body, Body::Linear(_)));
        fit.n_rows = rows_used;
        fit.warnings.extend(new_warnings);
        Ok(fit)
    }
}
