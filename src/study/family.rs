//! Several hypotheses at once: which p-values are adjusted together.

use super::analyse::Analysis;
use crate::cohort::{Fault, Faults};
use crate::estimate::{Estimand, Fit};
use crate::infer::multiplicity::{Adjustment, benjamini_hochberg, bonferroni, holm, romano_wolf};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The first fit of a family: in which order its clusters, by name, get their random weights. Later fits follow it, so that
/// a replicate means the same draw of clusters for all outcomes.
#[derive(Debug, Default)]
pub struct Leader {
    names: OnceLock<Vec<String>>,
}

impl Leader {
    /// The order of draws for a fit.
    ///
    /// # Errors
    /// When its clusters are not the leader's.
    pub(super) fn order(&self, fit: &Fit) -> Result<Vec<u32>, Faults> {
        let own: BTreeMap<String, u32> = (0..fit.n_clusters()).map(|g| (fit.cluster_name(g), g as u32)).collect();
        let names = self.names.get_or_init(|| fit.draw_order.iter().map(|&g| fit.cluster_name(g as usize)).collect());
        let order: Option<Vec<u32>> = names.iter().map(|name| own.get(name).copied()).collect();
        order.filter(|o| o.len() == own.len()).ok_or_else(|| {
            Fault::new(
                "INF-008",
                "romano-wolf needs the same clusters in every outcome",
                format!("{} clusters in the first, {} here", names.len(), own.len()),
                "it uses how the estimates vary together, draw by draw of the same clusters",
                "keep the rows with all outcomes (--where), or use holm or benjamini-hochberg",
            )
            .into()
        })
    }
}

/// A hypothesis of a family: which analysis, which effect.
type Place = (usize, usize);

/// Adjusts the p-values of each family: the effects of one kind by one estimator and one method, over all outcomes of a
/// domain (without domains: over all outcomes). Regression coefficients of covariates belong to no family.
///
/// # Errors
/// When `romano-wolf` is asked of a method without bootstrap statistics.
pub fn adjust(analyses: &mut [Analysis], adjustment: Adjustment, domains: &BTreeMap<String, String>) -> Result<(), Faults> {
    let mut families: BTreeMap<(String, String, Estimand, String), Vec<Place>> = BTreeMap::new();
    for (a, analysis) in analyses.iter().enumerate() {
        for (e, effect) in analysis.effects.iter().enumerate() {
            let Ok(estimate) = &effect.result else { continue };
            if effect.target.estimand == Estimand::Coefficient || estimate.p_value.is_none() {
                continue;
            }
            let domain = domains.get(&analysis.outcome).cloned().unwrap_or_default();
            families.entry((analysis.label(), estimate.inference.clone(), effect.target.estimand, domain)).or_default().push((a, e));
        }
    }
    let mut adjusted: Vec<(Place, f64)> = Vec::new();
    for ((_, method, ..), places) in &families {
        let p: Vec<f64> = places.iter().filter_map(|&(a, e)| analyses[a].effects[e].result.as_ref().ok()?.p_value).collect();
        let values = match adjustment {
            Adjustment::Bonferroni => bonferroni(&p),
            Adjustment::Holm => holm(&p),
            Adjustment::BenjaminiHochberg => benjamini_hochberg(&p),
            Adjustment::RomanoWolf => joint(analyses, places, method)?,
        };
        adjusted.extend(places.iter().copied().zip(values));
    }
    for ((a, e), p) in adjusted {
        if let Ok(estimate) = &mut analyses[a].effects[e].result {
            estimate.p_adjusted = Some(p);
        }
    }
    for analysis in analyses {
        analysis.multiplicity = Some(adjustment);
        analysis.draws.clear();
    }
    Ok(())
}

fn joint(analyses: &[Analysis], places: &[Place], method: &str) -> Result<Vec<f64>, Faults> {
    let draws: Option<Vec<_>> = places
        .iter()
        .map(|&(a, e)| {
            let target = analyses[a].effects[e].result.as_ref().ok()?.target;
            analyses[a].draws.iter().find(|(m, d)| m == method && d.target == target).map(|(_, d)| d)
        })
        .collect();
    let alike = |draws: &[&crate::infer::Draws]| draws.iter().all(|d| d.statistics.len() == draws[0].statistics.len());
    match draws {
        Some(draws) if alike(&draws) => {
            let observed: Vec<f64> = draws.iter().map(|d| d.observed).collect();
            let statistics: Vec<&[f64]> = draws.iter().map(|d| d.statistics.as_slice()).collect();
            Ok(romano_wolf(&observed, &statistics))
        }
        _ => Err(Fault::new(
            "INF-008",
            format!("romano-wolf has nothing to go by with {method}"),
            "multiplicity = romano-wolf",
            "it needs the same number of t statistics from a bootstrap for every hypothesis, and a draw that fails in one of them is missing there",
            "use it with  wild-bootstrap, pairs-bootstrap:interval=studentized or multiplier-bootstrap  and a fixed number of replicates, or choose holm or benjamini-hochberg",
        )
        .into()),
    }
}
