//! What the page needs to do the headline's inference again.

use super::Headline;
use super::disclosure::Gate;
use super::effects::interval;
use crate::infer::Estimate;
use crate::infer::carried::{NotCarried, Offer};
use crate::study::{Analysis, Run};
use crate::table::{Cell, Digits, Here, NotHere, Printed, Redo, Trial, TrialChoice};

/// What the page needs, or why it cannot have it.
pub(super) fn redo(run: &Run) -> Redo {
    here(run).map_or_else(Redo::Not, |here| Redo::Here(Box::new(here)))
}

fn here(run: &Run) -> Result<Here, NotHere> {
    let analysis = run.analyses.first().ok_or(NotHere::NothingEstimated)?;
    let carried = match analysis.carried.as_ref() {
        None => return Err(NotHere::NothingEstimated),
        Some(Err(why)) => {
            return Err(match why {
                NotCarried::TwoClusterings => NotHere::TwoClusterings,
                NotCarried::CrossingEffects => NotHere::CrossingEffects,
                NotCarried::MethodsNeedRows => NotHere::MethodsNeedRows,
                NotCarried::Undefined => NotHere::Undefined,
                NotCarried::TooLarge(_) => NotHere::TooLarge,
            });
        }
        Some(Ok(carried)) => carried,
    };
    Gate::of(run).carries(analysis)?;
    let headline = Headline::of(run).map(|h| h.estimate);
    let mut printed: Vec<Printed> = carried.methods.iter().flat_map(|method| by(analysis, method, headline)).collect();
    // What the page opens with, by every method, comes first.
    printed.sort_by_key(|p| headline.is_none_or(|h| p.target != h.target));
    if printed.is_empty() {
        return Err(NotHere::NothingEstimated);
    }
    Ok(Here {
        sums: carried.bytes.clone(),
        clusters: analysis.sample.clusters as u64,
        // As it is written elsewhere: 0.57 is 57 %.
        percent: libm::round(analysis.level * 1e8) / 1e6,
        printed,
        needing_rows: carried.needing_rows.clone(),
        trials: carried.offers.iter().map(trial).collect(),
    })
}

/// The effects of a method, as the tables print them.
fn by<'a>(analysis: &'a Analysis, method: &'a str, headline: Option<&'a Estimate>) -> impl Iterator<Item = Printed> + 'a {
    analysis.effects.iter().filter_map(move |effect| {
        let e = effect.result.as_ref().ok().filter(|e| e.inference == method)?;
        let digits = match e.std_error {
            Some(se) => Digits::for_uncertainty(se),
            None => Digits::for_interval(e.estimate, e.interval.low.value(), e.interval.high.value()),
        };
        let undefined = "it cannot be computed";
        Some(Printed {
            method: method.into(),
            target: e.target,
            headline: headline.is_some_and(|h| std::ptr::eq(h, e)),
            term: effect.target.label.clone(),
            estimate: Cell::number_with(Some(e.estimate), digits, undefined),
            conf: interval(e.interval, digits),
            std_error: Cell::number_with(e.std_error, digits, undefined),
            df: Cell::number_with(e.df, Digits::Decimals(1), "the p-value comes from resampling or the normal distribution"),
            p_value: Cell::p_value_above(e.p_value, e.floor(), undefined),
        })
    })
}

/// A choice for people.
fn title(key: &str) -> &str {
    match key {
        "type" => "Correction for few clusters",
        "interval" => "Kind of interval",
        "weights" => "Random weights",
        "null" => "Residuals under the hypothesis of no effect",
        "p" => "How the p-value counts",
        "se" => "Standard error of the draws",
        other => other,
    }
}

fn trial(offer: &Offer) -> Trial {
    Trial {
        method: offer.method.into(),
        title: offer.title.into(),
        replicates: offer.replicates,
        choices: offer
            .choices
            .iter()
            .map(|c| TrialChoice {
                key: c.key.into(),
                title: title(c.key).into(),
                meaning: c.meaning.into(),
                usual: c.usual.into(),
                values: c.values.iter().map(|v| (*v).to_string()).collect(),
            })
            .collect(),
    }
}
