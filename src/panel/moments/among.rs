//! The moments of some of the covariates: parts of those of all of them.

use super::{ClusterMoments, Moments, UnitSums};

impl Moments {
    /// The moments of the same rows with only these covariates, in this order: parts of the cross-products, to the bit what a pass of its
    /// own would give. Cost: no row is read.
    pub fn among(&self, covariates: &[usize]) -> Moments {
        let y = self.n_covariates();
        let of = |cluster: &ClusterMoments| {
            let q = cluster.cells.len();
            let keep: Vec<usize> = (0..q).chain(covariates.iter().map(|i| q + i)).chain([q + y]).collect();
            let pick = |all: &[f64]| keep.iter().map(|&i| all[i]).collect::<Vec<f64>>();
            ClusterMoments {
                cells: cluster.cells.clone(),
                cross: cluster.cross.select(&keep),
                powers: cluster.powers.as_ref().map(|p| Box::new([p[0].select(&keep), p[1].select(&keep)])),
                units: cluster.units.as_ref().map(|units| {
                    let one = |u: &UnitSums| UnitSums { weights: u.weights, plain: pick(&u.plain), squared: pick(&u.squared) };
                    units.iter().map(one).collect()
                }),
                ..*cluster
            }
        };
        Moments {
            clusters: self.clusters.iter().map(of).collect(),
            scales: covariates.iter().copied().chain([y]).map(|i| self.scales[i]).collect(),
            included: self.included.clone(),
            ..*self
        }
    }
}
