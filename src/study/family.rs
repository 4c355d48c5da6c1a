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
/// domain (without domains: over all outcomes). Event times before the start are a family of their own, since they test an
/// assumption. Regression coefficients of covariates belong to no family, subgroups neither.
///
/// # Errors
/// When `romano-wolf` is asked of a method without bootstrap statistics.
pub fn adjust(analyses: &mut [Analysis], adjustment: Adjustment, domains: &BTreeMap<String, String>) -> Result<(), Faults> {
    let mut families: BTreeMap<(String, String, Estimand, bool, String), Vec<Place>> = BTreeMap::new();
    for (a, analysis) in analyses.iter().enumerate() {
        for (e, effect) in analysis.effects.iter().enumerate() {
            let Ok(estimate) = &effect.result else { continue };
            if effect.target.estimand == Estimand::Coefficient || estimate.p_value.is_none() {
                continue;
            }
            let domain = domains.get(&analysis.outcome).cloned().unwrap_or_default();
            let before = effect.target.event_time.is_some_and(|e| e < 0);
            families
                .entry((analysis.label(), estimate.inference.clone(), effect.target.estimand, before, domain))
                .or_default()
                .push((a, e));
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
            // The raw p-value may come from another distribution than the joint one; an adjustment never lowers it.
            estimate.p_adjusted = Some(estimate.p_value.map_or(p, |raw| p.max(raw)));
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
            "it needs the same number of t statistics from a bootstrap for every hypothesis, and a draw that fails in one of them is missing there (draws within clusters differ from outcome to outcome)",
            "use it with  wild-bootstrap, pairs-bootstrap:interval=studentized or multiplier-bootstrap  and a fixed number of replicates, or choose holm or benjamini-hochberg",
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::analyse::{Analysis, Question, analyse_panel};
    use super::{Adjustment, Leader, adjust};
    use crate::cohort::{Cohort, Column, Data, Wholes};
    use crate::estimate::Chosen;
    use crate::infer::Method;
    use crate::panel::{Panel, PanelSpec, Serial, TreatmentRule};
    use std::collections::BTreeMap;

    /// Twelve schools of four students, before and after; `tilt` makes another outcome of the same students.
    fn analysis(method: &str, tilt: f64, leader: &Leader) -> Analysis {
        let wave = |i: i64, k: f64| libm::sin(i as f64 * k) * 3.0;
        let rows = || (0..96_i64).map(|r| (r / 2, r % 2));
        let mut cohort = Cohort::default();
        for (name, values) in [
            ("student", rows().map(|(s, _)| s).collect::<Vec<i64>>()),
            ("school", rows().map(|(s, _)| s / 4).collect()),
            ("arm", rows().map(|(s, _)| s / 4 % 2).collect()),
            ("post", rows().map(|(_, t)| t).collect()),
        ] {
            cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
        }
        let score = |(s, t): (i64, i64)| wave(s, 1.7) + t as f64 * (wave(s / 4, 2.3 + tilt) + wave(s, 0.9) + 1.5 * (s / 4 % 2) as f64);
        cohort.push(Column { name: format!("y{tilt}"), data: Data::Number(rows().map(score).collect()) });
        let rule = TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) };
        let spec = PanelSpec { unit: Some("student".into()), cluster: Some("school".into()), ..PanelSpec::new(&format!("y{tilt}"), rule) };
        let panel = Panel::build(&cohort, &spec).expect("a sound sample");
        let question = Question {
            spec,
            estimators: vec![Chosen::parse("did").expect("known")],
            inference: vec![Method::parse(method).expect("known")],
            multiplicity: Some(Adjustment::RomanoWolf),
            skip_missing: false,
            level: 0.95,
            seed: 5,
            carry: false,
        };
        analyse_panel(&panel, &question, leader, &Serial).expect("estimable").remove(0)
    }

    #[test]
    fn more_replicates_keep_the_first_ones() {
        for method in ["wild-bootstrap:weights=webb", "pairs-bootstrap", "multiplier-bootstrap:se=sd", "wild-bootstrap:weights=normal"] {
            let glue = if method.contains(':') { ',' } else { ':' };
            let draws = |n: usize| {
                let found = analysis(&format!("{method}{glue}replicates={n}"), 0.0, &Leader::default());
                found.draws.into_iter().next().expect("a target").1.statistics
            };
            let (few, many) = (draws(300), draws(700));
            assert_eq!((few.len(), many.len()), (300, 700), "{method}");
            // The multiplier's statistics are divided by a standard error from all draws: the same up to one factor.
            let factor = many[0] / few[0];
            assert!(few.iter().zip(&many).all(|(a, b)| (a * factor - b).abs() <= 1e-12 * b.abs()), "{method}");
            assert!(method.starts_with("multiplier") || factor == 1.0, "{method}");
        }
    }

    #[test]
    fn draws_are_never_shown() {
        let found = analysis("wild-bootstrap:weights=webb,replicates=300", 0.0, &Leader::default());
        let shown = format!("{:?}", found.draws[0].1);
        assert_eq!(shown, "300 draws, not shown");
    }

    /// The same outcome twice: one hypothesis, so its p-value is not raised; with another outcome it is, by no more than Holm.
    #[test]
    fn romano_wolf_knows_what_goes_together() {
        let method = "wild-bootstrap:weights=webb,replicates=1999";
        let family = |tilts: &[f64], adjustment: Adjustment| -> Vec<f64> {
            let leader = Leader::default();
            let mut all: Vec<Analysis> = tilts.iter().map(|&t| analysis(method, t, &leader)).collect();
            adjust(&mut all, adjustment, &BTreeMap::new()).expect("it can be adjusted");
            all.iter().map(|a| a.effects[0].result.as_ref().expect("identified").p_adjusted.expect("adjusted")).collect()
        };
        let alone = family(&[0.0], Adjustment::RomanoWolf)[0];
        assert_eq!(family(&[0.0, 0.0], Adjustment::RomanoWolf), [alone, alone]);
        let (joint, holm) = (family(&[0.0, 0.4], Adjustment::RomanoWolf), family(&[0.0, 0.4], Adjustment::Holm));
        assert!(joint[0] >= alone, "{joint:?} {alone}");
        assert!(joint.iter().zip(&holm).all(|(a, b)| *a <= b + 2e-3), "{joint:?} {holm:?}");
    }
}
