//! Sun and Abraham's event study: an effect for each cohort and time since the start, averaged by cohort shares.

use super::linear;
use super::saturated::{self, Effect, Saturated};
use super::twfe::absorb_for;
use super::{Card, Estimator, Fit, OptionSpec, Options, Sample, Size, Values};
use crate::cohort::{Faults, Warning};
use crate::panel::Panel;

/// The interaction-weighted estimator.
pub struct SunAbraham;

static CARD: Card = Card {
    id: "sun-abraham",
    title: "interaction-weighted event study (Sun and Abraham)",
    estimand: "the average effect at each time since the start, over cohorts by their share of the rows at that time; over all treated rows (overall); for each cohort and period",
    assumptions: "parallel trends between each cohort and the comparison units; no anticipation; effects may differ between cohorts",
    when: "several start dates, and a regression with all its intervals (CR2, wild bootstrap) is wanted",
    needs: "several periods before and after; units, or cohorts in cross-sections; never-treated units, or a cohort treated last",
    contrast: "It compares each cohort with never-treated units only, from the period before its start on, in one regression.",
    options: &[
        OptionSpec {
            key: "control",
            values: Values::OneOf(&["never", "last"]),
            meaning: "comparison units: never: never-treated ones (where there are none: the cohort treated last, until it is); last: that cohort only",
            positional: false,
        },
        OptionSpec {
            key: "shares",
            values: Values::OneOf(&["fixed", "estimated"]),
            meaning: "fixed: standard errors take the cohorts' shares for known, as fixest; estimated: they carry the shares' own error, as Stata's eventstudyinteract",
            positional: false,
        },
    ],
    source: "Sun and Abraham (2021), Journal of Econometrics 225, section 4.1; proposition 6 on estimated shares",
    reference_call: "fixest::feols(y ~ x + sunab(cohort, period) | unit + period, cluster = ~g) and aggregate(agg = \"att\", \"period\", \"cohort\") (cluster:cr1)",
    version: 1,
};

impl Estimator for SunAbraham {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn size(&self, panel: &Panel, _: &Options) -> Option<Size> {
        Some(saturated::size(panel, absorb_for(panel.kind), |before, after| (before + after).saturating_sub(1)))
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let mut warnings = Vec::new();
        let panel = saturated::comparable(sample.panel, options.get("control") == "last", &mut warnings)?;
        let absorb = absorb_for(panel.kind);
        let mut before = linear::time_and_group(&panel, absorb);
        let mut also = Vec::new();
        linear::covariates(&panel, &mut before, &mut also);
        let effects = beside_reference(&panel, &mut warnings);
        let mut fit = Saturated { panel, absorb, before, also, effects, after: Vec::new() }
            .fit(options.get("shares") == "estimated", sample.executor)?;
        fit.warnings.splice(0..0, warnings);
        Ok(fit)
    }
}

/// Every cell of the treated cohorts but the one before the start: the last observed period before it.
pub(super) fn beside_reference(panel: &Panel, warnings: &mut Vec<Warning>) -> Vec<Effect> {
    let cells = &panel.cells;
    let occupied = panel.occupied();
    let (mut out, mut earlier) = (Vec::new(), Vec::new());
    for (cohort, group) in cells.treated_cohorts() {
        let seen: Vec<usize> = (0..cells.periods.len()).filter(|&p| occupied[cells.cell(cohort, p) as usize]).collect();
        let reference = seen.iter().copied().rfind(|&p| cells.periods[p] < group);
        if let Some(p) = reference.filter(|&p| cells.periods[p] != group - 1) {
            earlier.push(format!("{group} ({})", cells.periods[p]));
        }
        let shown = seen.into_iter().filter(|p| Some(*p) != reference);
        out.extend(shown.map(|p| Effect { cell: cells.cell(cohort, p), group, time: cells.periods[p] }));
    }
    if !earlier.is_empty() {
        warnings.push(Warning::new(
            "earlier-reference",
            format!(
                "not seen in the period before the start, and compared with the last one seen before it: cohorts {}",
                earlier.join(", ")
            ),
        ));
    }
    out
}
