//! Imputation: what the treated rows would have been is predicted from untreated rows alone (Borusyak, Jaravel and Spiess 2024).

use super::fit::Fit;
use super::untreated::{self, Centre, FirstStage};
use super::{Card, Estimator, OptionSpec, Options, Sample, Size, Values};
use crate::cohort::{Fault, Faults};
use crate::panel::Panel;

/// The imputation estimator.
pub struct Imputation;

static CARD: Card = Card {
    id: "imputation",
    title: "imputation",
    estimand: "the average effect on the treated rows (ATT), the effect at each number of periods since the start, and the plain mean of those; rows of units without an untreated row, and of periods in which nobody is untreated, are left out and told of",
    assumptions: "untreated outcomes are a level of the unit (cross-sections: of the cohort) plus one of the period plus the covariates' part; no anticipation. The variance takes effects as the same within a cohort and period, and can only be too large where they are not",
    when: "several start dates; the most precise of the estimators that allow for them when errors are not much correlated over time",
    needs: "several periods; units (or cohorts) with untreated rows; comparison rows in every treated period",
    contrast: "It predicts what the treated would have been from all untreated rows at once: more precise where scores wander little, more exposed where groups drift apart early.",
    options: &[
        OptionSpec {
            key: "horizons",
            values: Values::Window,
            meaning: "the event times shown, from 0 on; the mean of event times is over those",
            positional: false,
        },
        OptionSpec {
            key: "pretrends",
            values: Values::Whole { default: 0, low: 0, high: 1000 },
            meaning: "how many periods before the start get a coefficient, in a regression of their own among untreated rows, against all earlier periods and the never-treated",
            positional: false,
        },
        OptionSpec {
            key: "leave-out",
            values: Values::OneOf(&["false", "true"]),
            meaning: "true: a cluster's effects are set against the mean of the other clusters of its cohort and period, not of all; better with few clusters in a cohort",
            positional: false,
        },
        OptionSpec {
            key: "average",
            values: Values::OneOf(&["rows", "clusters"]),
            meaning: "how the mean effect of a cohort and period is taken in the variance. rows: by the squared weight of each row; clusters: by each cluster's weight times its rows', as in the paper",
            positional: false,
        },
        OptionSpec {
            key: "weighted",
            values: Values::OneOf(&["exact", "didimputation"]),
            meaning: "with --weights, what the variance takes for the weights of untreated rows. exact: those that make up the estimate; didimputation: as that R package up to 0.5.0, which squares the weights in the first stage's part, so that they do not",
            positional: false,
        },
        untreated::COVARIATES,
    ],
    source: "Borusyak, Jaravel and Spiess (2024), theorem 2 and the conservative variance of section 4, with its leave-out form",
    reference_call: "didimputation::did_imputation(y, g, t, id, first_stage = ~ x | id + t, wname = w, horizon = TRUE, pretrends = -K:-1, cluster_var = g); weighted=didimputation for its standard errors with weights; average=clusters: Stata's did_imputation (cluster:cr0)",
    version: 1,
};

impl Estimator for Imputation {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn size(&self, panel: &Panel, options: &Options) -> Option<Size> {
        let [_, late] = panel.cells.n_event_times();
        let before = usize::try_from(options.whole("pretrends")).unwrap_or(0);
        Some(untreated::size(panel, 2 + late + before))
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn idle_beside(&self, inference: &str) -> &'static [(&'static str, &'static str)] {
        if inference == "jackknife" { &[("leave-out", ANEW), ("average", ANEW), ("weighted", ANEW)] } else { &[] }
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let rows = untreated::compared(sample.panel, options, CARD.id)?;
        let observed = untreated::events(&rows.panel);
        let list = |test: &dyn Fn(i64) -> bool| observed.iter().filter(|e| test(**e)).map(i64::to_string).collect::<Vec<_>>().join(", ");
        let leads: Vec<i64> = (-options.whole("pretrends")..0).collect();
        if let Some(missing) = leads.iter().find(|e| !observed.contains(e)) {
            let remedy = format!("ask for fewer pretrends: before the start are observed {}", list(&|e| e < 0));
            return Err(refused(&format!("nobody is observed at event time {missing}"), &remedy));
        }
        let (low, high) = options.window("horizons").unwrap_or((0, i64::MAX));
        if low < 0 {
            return Err(refused("horizons cannot begin before the start", "begin at 0 or later; pretrends=K shows the K periods before"));
        }
        let shown: Vec<i64> = observed.iter().copied().filter(|e| (low..=high).contains(e)).collect();
        if shown.is_empty() {
            return Err(refused("nobody is observed at these horizons", &format!("from 0 on are observed {}", list(&|e| e >= 0))));
        }
        let cells = (0..rows.panel.cells.len() as u32).filter(|&c| rows.panel.cells.is_treated(c)).collect();
        let mut stage = FirstStage::new(&rows.panel, &leads, cells, rows.tell_covariates);
        stage.squared = options.get("weighted") == "didimputation";
        if options.was_given("weighted") && rows.panel.weight.is_empty() {
            return Err(Fault::new(
                "EST-006",
                "weighted= does nothing without weights",
                "options of imputation",
                "an option that does nothing would be taken for one that does",
                "leave it out, or name the weights (--weights COL)",
            )
            .into());
        }
        let mut wanted = untreated::goals(&rows.panel, &stage, &shown);
        wanted.splice(2..2, untreated::leads(&stage, &leads));
        let centre = Centre::Cell { by_cluster: options.get("average") == "clusters", leave_out: options.get("leave-out") == "true" };
        untreated::fit(rows, stage, wanted, centre, sample.executor)
    }
}

/// Why an option of the variance does nothing beside the jackknife.
const ANEW: &str = "it acts on the estimator's own variance, and the jackknife estimates anew without each cluster instead";

fn refused(what: &str, remedy: &str) -> Faults {
    Fault::new("EST-021", what, "options of imputation", "there would be nothing to show for it", remedy).into()
}
