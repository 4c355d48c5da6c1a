//! Several hypotheses at once: adjusted p-values.

/// How p-values are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// Times the number of hypotheses.
    Bonferroni,
    /// Bonferroni's step-down: controls the chance of any false rejection.
    Holm,
    /// Controls the expected share of false rejections; the rule of the What Works Clearinghouse within an outcome domain.
    BenjaminiHochberg,
    /// Step-down on the joint bootstrap distribution: controls the chance of any false rejection, using how the statistics
    /// go together.
    RomanoWolf,
}

impl Adjustment {
    /// All of them.
    pub const ALL: [Adjustment; 4] = [Adjustment::Bonferroni, Adjustment::Holm, Adjustment::BenjaminiHochberg, Adjustment::RomanoWolf];

    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Adjustment::Bonferroni => "bonferroni",
            Adjustment::Holm => "holm",
            Adjustment::BenjaminiHochberg => "benjamini-hochberg",
            Adjustment::RomanoWolf => "romano-wolf",
        }
    }

    /// By name.
    pub fn named(name: &str) -> Option<Adjustment> {
        Adjustment::ALL.into_iter().find(|a| a.name() == name)
    }
}

/// min(1, m·p).
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    let m = p.len() as f64;
    p.iter().map(|p| (m * p).min(1.0)).collect()
}

/// Holm (1979): in ascending order the running maximum of (m − i)·p, i from 0.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let m = p.len();
    let mut out = vec![0.0; m];
    let mut largest = 0.0_f64;
    for (i, &j) in ascending(p).iter().enumerate() {
        largest = largest.max((m - i) as f64 * p[j]).min(1.0);
        out[j] = largest;
    }
    out
}

/// Benjamini and Hochberg (1995): in descending order the running minimum of m·p / rank.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let m = p.len();
    let mut out = vec![0.0; m];
    let mut least = 1.0_f64;
    for (i, &j) in ascending(p).iter().enumerate().rev() {
        least = least.min(m as f64 * p[j] / (i + 1) as f64);
        out[j] = least;
    }
    out
}

/// Romano and Wolf (2016), algorithm 4.1: in descending order of |t|, the share (k+1)/(R+1) of replicates whose largest |t*|
/// among this and all later hypotheses reaches |t|, made monotone. `draws[j]` are the replicates of hypothesis j under no
/// effect, in the same order for all.
pub fn romano_wolf(observed: &[f64], draws: &[&[f64]]) -> Vec<f64> {
    let m = observed.len();
    let n = draws.iter().map(|d| d.len()).min().unwrap_or(0);
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| observed[b].abs().total_cmp(&observed[a].abs()).then(a.cmp(&b)));
    // From the last hypothesis on, each replicate's largest |t*| so far.
    let mut largest = vec![0.0_f64; n];
    let mut p = vec![0.0; m];
    for &j in order.iter().rev() {
        let edge = observed[j].abs() * (1.0 - 1e-12);
        let mut beyond = 0;
        for (l, t) in largest.iter_mut().zip(draws[j]) {
            *l = l.max(t.abs());
            beyond += usize::from(*l >= edge);
        }
        p[j] = (beyond + 1) as f64 / (n + 1) as f64;
    }
    let mut running = 0.0_f64;
    for &j in &order {
        running = running.max(p[j]);
        p[j] = running;
    }
    p
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// p.adjust(c(.01, .04, .03, .20), method), R 4.2.2.
    #[test]
    fn agrees_with_r() {
        let p = [0.01, 0.04, 0.03, 0.20];
        let near = |got: Vec<f64>, expected: [f64; 4]| {
            assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{got:?}");
        };
        near(bonferroni(&p), [0.04, 0.16, 0.12, 0.8]);
        near(holm(&p), [0.04, 0.09, 0.09, 0.2]);
        near(benjamini_hochberg(&p), [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.2]);
    }

    #[test]
    fn romano_wolf_by_hand() {
        let first: Vec<f64> = vec![0.5, -2.5, 1.0, 0.1];
        let second: Vec<f64> = vec![1.5, 0.2, -3.5, 0.3];
        // |t| = 3 and 1: the larger is judged by the maximum of both, the smaller by its own.
        let p = romano_wolf(&[1.0, -3.0], &[&first, &second]);
        assert_eq!(p, [3.0 / 5.0, 2.0 / 5.0]);
        assert!(romano_wolf(&[], &[]).is_empty());
    }
}
