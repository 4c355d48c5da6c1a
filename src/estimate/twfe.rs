//! Two-way fixed effects: the coefficient of treatment beside a level for each unit and each period.

use super::fit::Fit;
use super::linear::{self, Column, Term, Wanted};
use super::{Asks, Card, Estimator, Options, Role, Sample, Size, Target, absorbed};
use crate::cohort::{Faults, Warning};
use crate::panel::{Absorb, Kind, Panel};

/// Two-way fixed effects.
pub struct Twfe;

static CARD: Card = Card {
    id: "twfe",
    title: "two-way fixed effects",
    estimand: "a weighted average of the effects on the treated; with one start date, or effects that are the same for all and at all times, the ATT",
    assumptions: "parallel trends; effects that do not differ between cohorts or change over time (otherwise some weights can be negative)",
    when: "one start date; with several, only beside an estimator made for them",
    needs: "several periods; units, or cohorts in cross-sections",
    contrast: "It averages all comparisons with weights of its own, and where starts are staggered already treated units serve as comparison: growing or differing effects then bias it.",
    options: &[],
    source: "Wooldridge (2021); its weights: de Chaisemartin and D'Haultfoeuille (2020), Goodman-Bacon (2021)",
    reference_call: "fixest::feols(y ~ D + x | unit + period, cluster = ~g); cross-sections: | cohort + period; --fixed-effects A,B^C,D[x]: | A + B^C + D[x]",
    version: 1,
};

impl Estimator for Twfe {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn is_two_way(&self) -> bool {
        true
    }

    fn asks(&self, _: &Fit, panel: &Panel, _: &Options) -> Asks {
        Asks::one_coefficient(CARD.id, panel)
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn size(&self, panel: &Panel, _: &Options) -> Option<Size> {
        size(panel, 1)
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::FixedEffects
    }

    fn fit(&self, sample: &Sample<'_>, _: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let absorb = absorb_for(panel.kind);
        let cells = &panel.cells;
        let named = !panel.extras.effects.is_empty();
        let mut terms = if named { Vec::new() } else { linear::time_and_group(panel, absorb) };
        let mut wanted = vec![Wanted { target: Target::overall(), weights: vec![(terms.len(), 1.0)] }];
        let treated = (0..cells.len() as u32).map(|c| f64::from(u8::from(cells.is_treated(c)))).collect();
        terms.push(Term { name: "treated".into(), column: Column::Cells(treated), tell: true, is_period: false });
        linear::covariates(panel, &mut terms, &mut wanted);
        let mut fit = if named {
            absorbed::fit(panel, &|_| true, terms, wanted, &[], sample.executor)?
        } else {
            let moments = sample.moments(absorb);
            let nested = if absorb == Absorb::Unit { moments.n_units } else { 0 };
            linear::fit(panel, moments, terms, wanted, nested, sample.executor)?
        };
        if cells.treated_cohorts().count() > 1 {
            fit.warnings.push(Warning::new(
                "staggered-twfe",
                "treatment starts at several times: two-way fixed effects then also compare newly treated with already treated units; where effects differ or grow, the result is biased and can have the wrong sign",
            ));
        }
        Ok(fit)
    }
}

/// How large a regression on units (or cohorts), periods, covariates and so many effects is; not known where its effects are named.
pub(super) fn size(panel: &Panel, effects: usize) -> Option<Size> {
    let cells = &panel.cells;
    let levels = if absorb_for(panel.kind) == Absorb::Nothing { cells.cohorts.len() } else { 0 };
    let own = panel.covariates.len();
    panel.extras.effects.is_empty().then(|| Size {
        rows: panel.n_rows(),
        terms: levels + cells.periods.len() + effects + own,
        targets: effects + own,
        clusters: panel.n_clusters(),
        ..Size::default()
    })
}

/// Unit effects where units are seen again, else levels for each cohort.
pub(super) fn absorb_for(kind: Kind) -> Absorb {
    match kind {
        Kind::Panel => Absorb::Unit,
        Kind::CrossSections => Absorb::Nothing,
    }
}
