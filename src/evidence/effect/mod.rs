//! Effect sizes in standard deviations: Hedges' g, the Cox index, their standard errors, and what clusters do to them.
//!
//! Notation of the formulas: i the intervention (treated) arm, c the comparison arm; N = n_i + n_c students in M clusters of
//! n̄ = N/M; ρ the intraclass correlation; S the pooled standard deviation of the outcome. The formulas are those of the
//! What Works Clearinghouse as public re-implementations give them (`baselinr` 0.6.0, `RWWC`, `VIVECampbell`); where they
//! disagree the item says so.

mod cluster;
mod convert;
mod cox;
mod exaggeration;
mod hedges;
mod noncentral;
mod percentile;
mod regression_to_mean;
mod variance;

pub use cluster::{Clustered, Clusters, CorrectedT, Factors, smallest_possible_p, wild_patterns};
pub use convert::{from_f, from_p, from_regression, from_t, t_statistic, t_with_p};
pub use cox::{COX_DIVISOR, Proportions, cox_from_odds_ratio};
pub use exaggeration::{Exaggeration, exaggeration};
pub use hedges::{
    Arm, Sizes, difference_in_differences_g, exact_small_sample_factor, glass_delta, hedges_g, pooled_sd, small_sample_factor,
};
pub use noncentral::noncentral_interval;
pub use percentile::{from_percentiles, improvement_index, percentile_of};
pub use regression_to_mean::{apparent_gain, mean_of_lowest};
pub use variance::{Known, standard_error, standard_error_clustered};
