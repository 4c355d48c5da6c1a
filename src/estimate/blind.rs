//! What a comparison with odds has before it reads an outcome: rows that are alike, two arms of them, and the odds of treatment. It
//! is the same for every outcome of the same rows with the same weights and covariates.

use super::alike::Alike;
use super::observations::Observations;
use super::two_groups::{Arms, Method, Odds, Reason};
use crate::panel::Panel;
use std::sync::{Arc, OnceLock};

/// Rows of two arms of which no outcome was read; each part is made when first asked for.
#[derive(Default)]
pub(super) struct Blind {
    rows: OnceLock<(Alike, Arc<Observations>)>,
    drawn: OnceLock<Arc<Drawn>>,
    /// By maximum likelihood, and balancing.
    odds: [OnceLock<Result<Arc<Odds>, Reason>>; 2],
}

/// Two arms of observations when each cluster counts so many times.
pub(super) struct Drawn {
    /// The observations used, the treated first.
    pub observations: Vec<u32>,
    /// The cluster of each.
    pub who: Vec<usize>,
    /// Whether each is of the last period.
    pub after: Vec<bool>,
    /// Their weights and covariates.
    pub arms: Arms,
}

impl Blind {
    /// The observations of a panel, none of which has an outcome, and which of its rows they are made of. Every panel that is asked about
    /// has the same rows in the same order.
    pub fn rows(&self, panel: &Panel) -> &(Alike, Arc<Observations>) {
        self.rows.get_or_init(|| {
            let alike = Alike::of(panel);
            let data = Observations::before_outcomes(panel, &alike);
            (alike, Arc::new(data))
        })
    }

    /// The arms when each cluster counts once.
    pub fn drawn(&self, data: &Observations, counts: &[f64]) -> Arc<Drawn> {
        self.drawn.get_or_init(|| Arc::new(Drawn::of(data, counts))).clone()
    }

    /// The odds in the arms of [`Blind::drawn`].
    pub fn odds(&self, arms: &Arms, method: Method) -> Result<Arc<Odds>, Reason> {
        self.odds[usize::from(method == Method::Improved)].get_or_init(|| Odds::of(arms, method, None).map(Arc::new)).clone()
    }
}

impl Drawn {
    /// The arms when cluster g counts `counts[g]` times.
    pub fn of(data: &Observations, counts: &[f64]) -> Drawn {
        let mut out = Drawn { observations: Vec::new(), who: Vec::new(), after: Vec::new(), arms: data.arms() };
        // Cells stand treated first, before then after.
        let per_arm = data.members.len() / 2;
        for (cell, members) in data.members.iter().enumerate() {
            for &i in members {
                let g = data.cluster[i as usize] as usize;
                if counts[g] == 0.0 {
                    continue;
                }
                out.observations.push(i);
                out.who.push(g);
                out.after.push(cell % per_arm == per_arm - 1);
                out.arms.number.push(data.number[i as usize]);
                out.arms.weight.push(counts[g] * data.weight(i, 0));
                out.arms.x.extend_from_slice(data.x(i, 0));
            }
            if cell + 1 == per_arm {
                out.arms.n_treated = out.who.len();
            }
        }
        out
    }
}
