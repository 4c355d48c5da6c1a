//! Two stages: untreated outcomes are predicted as in `imputation`, and what exceeds the prediction is averaged, with a variance
//! that carries the first stage's (Gardner 2022).

use super::fit::Fit;
use super::untreated::{self, Centre, FirstStage};
use super::{Card, Estimator, OptionSpec, Options, Sample, Size, Values};
use crate::cohort::{Fault, Faults};
use crate::panel::Panel;

/// The two-stage estimator.
pub struct TwoStage;

static CARD: Card = Card {
    id: "two-stage",
    title: "two-stage difference-in-differences",
    estimand: "the average effect on the treated rows (ATT), the effect at each number of periods since the start, and the plain mean of those; rows of units without an untreated row, and of periods in which nobody is untreated, are left out and told of. Before the start: how far treated units' untreated rows lie from the first stage, which is no comparison with the reference period",
    assumptions: "untreated outcomes are a level of the unit (cross-sections: of the cohort) plus one of the period plus the covariates' part; no anticipation",
    when: "several start dates; the estimates of imputation with a variance that is not conservative",
    needs: "several periods; units (or cohorts) with untreated rows; comparison rows in every treated period",
    contrast: "It takes off what untreated rows predict and averages the rest, as imputation does, with standard errors by a sandwich instead of the conservative ones.",
    options: &[
        OptionSpec {
            key: "horizons",
            values: Values::Window,
            meaning: "the event times shown; the mean of event times is over those from 0 on",
            positional: false,
        },
        OptionSpec {
            key: "reference",
            values: Values::Whole { default: -1, low: -1000, high: -1 },
            meaning: "the event time before the start that is not shown: in sum the first stage leaves nothing of the treated units before the start, so one of them follows from the others",
            positional: false,
        },
        untreated::COVARIATES,
    ],
    source: "Gardner (2022), two-stage differences in differences; the variance by moments of Newey and McFadden (1994), theorem 6.1",
    reference_call: "did2s::did2s(d, y, first_stage = ~ x | id + t, second_stage = ~ i(treated, ref = 0) or ~ i(event, ref = c(-1, Inf)), treatment, cluster_var, weights) (cluster:cr0)",
    version: 1,
};

impl Estimator for TwoStage {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn size(&self, panel: &Panel, _: &Options) -> Option<Size> {
        let [early, late] = panel.cells.n_event_times();
        Some(untreated::size(panel, 2 + early + late))
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let rows = untreated::compared(sample.panel, options, CARD.id)?;
        let observed = untreated::events(&rows.panel);
        let list = |test: &dyn Fn(i64) -> bool| observed.iter().filter(|e| test(**e)).map(i64::to_string).collect::<Vec<_>>().join(", ");
        let reference = options.whole("reference");
        let reference = if observed.contains(&reference) {
            reference
        } else if options.was_given("reference") {
            let remedy = format!("choose a reference among {}", list(&|e| e < 0));
            return Err(refused(&format!("nobody is observed at event time {reference}"), &remedy));
        } else {
            // The last one before the start; every unit that is left has an untreated row, but perhaps none is ever treated.
            observed.iter().copied().filter(|&e| e < 0).max().unwrap_or(reference)
        };
        let (low, high) = options.window("horizons").unwrap_or((i64::MIN, i64::MAX));
        let shown: Vec<i64> = observed.iter().copied().filter(|e| *e != reference && (low..=high).contains(e)).collect();
        if shown.is_empty() {
            return Err(refused(
                "nobody is observed at these horizons",
                &format!("beside the reference are observed {}", list(&|e| e != reference)),
            ));
        }
        let event = |c: u32| rows.panel.cells.event_time(c);
        let cells = (0..rows.panel.cells.len() as u32).filter(|&c| event(c).is_some_and(|e| e >= 0 || shown.contains(&e))).collect();
        let stage = FirstStage::new(&rows.panel, &[], cells, rows.tell_covariates);
        let wanted = untreated::goals(&rows.panel, &stage, &shown);
        untreated::fit(rows, stage, wanted, Centre::Effect, sample.executor)
    }
}

fn refused(what: &str, remedy: &str) -> Faults {
    Fault::new("EST-024", what, "options of two-stage", "there would be nothing to show for it", remedy).into()
}
