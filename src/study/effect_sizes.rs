//! A run's effect as the field's effect sizes, from its tables alone: no student's row is needed.

use super::file::StudyFile;
use crate::evidence::effect::{
    Arm, Clusters, CorrectedT, Known, Sizes, difference_in_differences_g, glass_delta, hedges_g, noncentral_interval, pooled_sd,
    small_sample_factor, standard_error,
};
use crate::evidence::standard::{Key, Standards};
use serde::Serialize;
use serde_json::Value;

/// Hedges' g of the headline by each way that its tables allow. Standard deviations are pooled over the arms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectSizes {
    /// The periods compared: the first, and the last.
    pub periods: (i64, i64),
    /// Students of each arm in the last.
    pub sizes: Sizes,
    /// S in the first and in the last period, points.
    pub pooled_sd: (f64, f64),
    /// The headline's estimate, points.
    pub estimate: f64,
    /// ω·estimate/S, S of the last period.
    pub adjusted: Option<f64>,
    /// ω·[(ȳ_i − ȳ_c) last − (ȳ_i − ȳ_c) first]/S, S of the last period: from means alone.
    pub pre_post: Option<f64>,
    /// ω·(ȳ_i − ȳ_c)/S of the last period alone, where groups may have begun apart.
    pub last: Option<f64>,
    /// Its 95 % interval by the noncentral t, as if students were independent.
    pub last_interval: Option<(f64, f64)>,
    /// Glass's Δ of the last period: (ȳ_i − ȳ_c)/s_c.
    pub glass: Option<f64>,
    /// The standard error of the means' g as if students were independent.
    pub ignoring: Option<f64>,
    /// Classrooms or schools, and the intraclass correlation taken.
    pub clusters: Option<(u64, f64)>,
    /// As `pre_post`, with the factors of clusters: ω_h·√γ·difference/S.
    pub in_clusters: Option<f64>,
    /// The test of the means' g, ignoring clusters and corrected for them.
    pub test: Option<CorrectedT>,
}

impl EffectSizes {
    /// Reads means and standard deviations of the outcome's first and last period. `None` where one is not told, or withheld.
    pub(super) fn read(results: &Value, study: &StudyFile, outcome: &str, estimate: f64, standards: &Standards) -> Option<EffectSizes> {
        let rows: Vec<&Value> = results["tables"]["descriptives"]["rows"].as_array()?.iter().filter(|r| r["outcome"] == outcome).collect();
        let arm = |name: &str, period: i64| {
            let row = rows.iter().find(|r| r["arm"] == name && r["period"].as_i64() == Some(period))?;
            Some(Arm { n: row["n"].as_u64()?, mean: row["mean"].as_f64()?, sd: row["sd"].as_f64()? })
        };
        let periods = rows.iter().filter_map(|r| r["period"].as_i64());
        let first = periods.clone().min()?;
        let last = periods.max().filter(|last| *last > first)?;
        let both = |period| Some((arm("treated", period)?, arm("comparison", period)?));
        let ((i0, c0), (i1, c1)) = (both(first)?, both(last)?);
        let sd = (pooled_sd(&i0, &c0)?, pooled_sd(&i1, &c1)?);
        let sizes = Sizes::new(i1.n, c1.n);
        let (before, after) = (i0.mean - c0.mean, i1.mean - c1.mean);
        let pre_post = difference_in_differences_g(after, before, sd.1, sizes);
        let grouped = study.roles.as_ref().is_some_and(|r| r.cluster.is_some() && r.cluster != r.student);
        let n_clusters = results["results"][0]["sample"]["clusters"].as_u64().filter(|_| grouped);
        let icc = standards.number(Key::IccAchievement);
        let clusters = n_clusters.map(|m| Clusters::both(sizes, m, icc));
        Some(EffectSizes {
            periods: (first, last),
            sizes,
            pooled_sd: sd,
            estimate,
            adjusted: hedges_g(estimate, sd.1, sizes),
            pre_post,
            last: hedges_g(after, sd.1, sizes),
            last_interval: noncentral_interval(after / sd.1, sizes, 0.95)
                .zip(small_sample_factor(sizes.df()))
                .map(|((low, high), omega)| (omega * low, omega * high)),
            glass: glass_delta(after, &c1),
            ignoring: pre_post.and_then(|g| standard_error(g, Known::Sizes, sizes, 0)),
            clusters: n_clusters.map(|m| (m, icc)),
            in_clusters: clusters.and_then(|c| c.g(after - before, sd.1)),
            test: clusters.zip(pre_post).and_then(|(c, g)| c.correct(g)),
        })
    }
}
