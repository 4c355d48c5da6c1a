//! One comparison: the changes of those who switch and of those who have not, under any cluster weights.

use crate::num::dot;

/// Those of one cluster on one side of a comparison.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub cluster: u32,
    /// The sum of their weights.
    pub weight: f64,
    /// The weighted sums of their changes,
    pub change: f64,
    /// of how far their treatment is from its baseline,
    pub dose: f64,
    /// and of how far it was in all periods since the first change, beyond one unit in each: exactly 0 where treatments stay on.
    pub beyond: f64,
    /// The weighted sums of the changes of their covariates.
    pub x: Box<[f64]>,
}

impl Part {
    /// The sum of their changes less what covariates explain.
    fn rest(&self, slopes: &[f64]) -> f64 {
        self.change - dot(slopes, &self.x)
    }
}

/// Both sides of one comparison; the parts stand in an order that depends on their numbers only.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// The switchers, apart by the treatment that they switched to.
    pub switchers: Vec<Vec<Part>>,
    pub others: Vec<Part>,
}

/// One comparison solved.
pub(super) struct Solved {
    /// The weight of its switchers.
    pub weight: f64,
    /// How much treatment it took in the period, and since the switch beyond one unit in each period: sums with the same weights.
    pub dose: f64,
    pub beyond: f64,
    /// Mean change of the switchers less that of the others, both less what covariates explain;
    pub estimate: f64,
    /// and the same difference of the covariates' changes, where the influence is asked for.
    pub x: Vec<f64>,
    /// By cluster, where it takes part.
    pub influence: Vec<(u32, f64)>,
}

/// Clusters, weight and sums of some parts.
#[derive(Clone, Copy, Default)]
pub(super) struct Side {
    clusters: f64,
    pub weight: f64,
    change: f64,
    dose: f64,
    beyond: f64,
}

impl Side {
    pub(super) fn of<'a>(parts: impl IntoIterator<Item = &'a Part>, counts: &[f64], slopes: &[f64]) -> Side {
        let mut out = Side::default();
        for part in parts {
            let count = counts[part.cluster as usize];
            out.clusters += count;
            out.weight += count * part.weight;
            out.change += count * part.rest(slopes);
            out.dose += count * part.dose;
            out.beyond += count * part.beyond;
        }
        out
    }

    fn mean(&self) -> f64 {
        self.change / self.weight
    }

    fn factor(&self) -> f64 {
        if self.clusters > 1.0 { (self.clusters / (self.clusters - 1.0)).sqrt() } else { 1.0 }
    }
}

impl Comparison {
    /// The weights of both sides.
    pub(super) fn weights(&self, counts: &[f64]) -> (f64, f64) {
        let weight = |parts: &[Part]| parts.iter().map(|p| counts[p.cluster as usize] * p.weight).sum::<f64>();
        (self.switchers.iter().map(|s| weight(s)).sum(), weight(&self.others))
    }

    /// How many parts it has.
    pub(super) fn n_parts(&self) -> usize {
        self.switchers.iter().map(Vec::len).sum::<usize>() + self.others.len()
    }

    /// Whether some cluster stands alone.
    pub(super) fn has_lone_clusters(&self) -> bool {
        self.others.len() == 1 || self.switchers.iter().any(|s| s.len() == 1)
    }

    /// With these slopes of the covariates; `None` where a side is empty.
    pub(super) fn solve(&self, counts: &[f64], slopes: &[f64], influence: bool) -> Option<Solved> {
        let (ours, theirs) = (Side::of(self.switchers.iter().flatten(), counts, slopes), Side::of(&self.others, counts, slopes));
        if ours.weight <= 0.0 || theirs.weight <= 0.0 {
            return None;
        }
        let mut out = Solved {
            weight: ours.weight,
            dose: ours.dose,
            beyond: ours.beyond,
            estimate: ours.mean() - theirs.mean(),
            x: Vec::new(),
            influence: Vec::new(),
        };
        if !influence {
            return Some(out);
        }
        out.x = vec![0.0; slopes.len()];
        for (parts, weight) in self.switchers.iter().map(|s| (s, ours.weight)).chain([(&self.others, -theirs.weight)]) {
            for p in parts {
                out.x.iter_mut().zip(&p.x).for_each(|(sum, x)| *sum += counts[p.cluster as usize] * x / weight);
            }
        }
        // One cluster alone does not show how clusters differ: its deviation is that from the mean of both sides.
        let all = || Side {
            clusters: self.clusters(counts),
            weight: ours.weight + theirs.weight,
            change: ours.change + theirs.change,
            ..Side::default()
        };
        let sides = self.switchers.iter().map(|s| (s, ours.weight)).chain(std::iter::once((&self.others, -theirs.weight)));
        for (parts, weight) in sides {
            let side = Side::of(parts, counts, slopes);
            let around = if side.clusters > 1.0 { side } else { all() };
            let (mean, factor) = (around.mean(), around.factor());
            let of = |p: &Part| (p.cluster, factor * (p.rest(slopes) - p.weight * mean) / weight);
            out.influence.extend(parts.iter().filter(|p| counts[p.cluster as usize] > 0.0).map(of));
        }
        Some(out)
    }

    /// How many clusters there are on both sides together.
    fn clusters(&self, counts: &[f64]) -> f64 {
        let mut clusters: Vec<u32> = self.switchers.iter().flatten().chain(&self.others).map(|p| p.cluster).collect();
        clusters.sort_unstable();
        clusters.dedup();
        clusters.iter().map(|&g| counts[g as usize]).sum()
    }
}
