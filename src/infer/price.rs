//! What inference takes, told before it is begun, and which of the usual methods are worth their price.

use super::Method;
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Fit, LinearFit, Price, Size};

/// Draws of the usual wild bootstrap.
const DRAWS: f64 = 9_999.0;
/// Draws of the usual bootstrap of clusters.
const PAIRS: f64 = 1_999.0;

/// Products and sums above which a usual method is left out: about half an hour.
const LONGEST: f64 = 2e12;

/// About how many products and sums it takes to find the root of a k × k matrix, in k³.
const ROOT: f64 = 25.0;

/// Seconds for k³ of a root, on one thread.
const ROOT_EACH: f64 = 3.3e-9;
/// The same of rotating a cluster's table, which a joint test does without an adjustment, too.
const ROTATED_EACH: f64 = 0.65e-9;
/// Of the sums over pairs of effects that a joint test takes.
const PAIR_EACH: f64 = 0.27e-9;
/// Of a draw of the wild bootstrap, for each cluster and effect, twice for the interval: by term of a regression, by pair of terms, and
/// where there is an influence only.
const DRAWN_EACH: [f64; 3] = [1.6e-9, 1.7e-9, 30e-9];
/// Of k³ in a fit without a cluster.
const LEFT_EACH: f64 = 8e-9;
/// Of a refit to drawn clusters.
const REFIT_EACH: f64 = 4.7e-9;

/// How many hypotheses of several effects are tested, and Σ q² of their numbers of effects.
fn joint(size: &Size) -> (f64, f64) {
    let tested = || size.tested.iter().filter(|q| **q > 1).map(|q| *q as f64).filter(|q| joint_bytes(size.terms, *q) <= Price::MOST_BYTES);
    (tested().count() as f64, tested().map(|q| q * q).sum())
}

/// What the sums over pairs of effects of a joint test hold.
fn joint_bytes(terms: usize, effects: f64) -> f64 {
    8.0 * (terms * terms) as f64 * effects * effects
}

/// CR2 (or CR3, or Satterthwaite's degrees of freedom) of a regression: a root for each cluster, and for each effect a k × k sum over
/// clusters, squared.
fn adjusted(size: &Size) -> Price {
    let (k, g, t) = (size.terms as f64, size.clusters as f64, size.targets as f64);
    let sums = k * k * t * (4.0 * g + 2.0 * k);
    Price {
        bytes: 8.0 * k * k * t,
        operations: ROOT * g * k * k * k + sums,
        seconds: ROOT_EACH * g * k * k * k + Price::EACH * k * k * t * (g + 2.0 * k),
    }
}

/// The joint tests beside it: for each hypothesis the roots three times more, and k × k sums over pairs of its effects.
fn jointly_adjusted(size: &Size) -> Price {
    let (k, g) = (size.terms as f64, size.clusters as f64);
    let (hypotheses, pairs) = joint(size);
    let most = size.tested.iter().map(|q| joint_bytes(size.terms, *q as f64)).filter(|b| *b <= Price::MOST_BYTES).fold(0.0, f64::max);
    Price {
        bytes: most,
        operations: 0.0,
        seconds: 3.0 * ROOT_EACH * hypotheses * g * k * k * k + PAIR_EACH * pairs * k * k * (g + 4.0 * k),
    }
}

/// Joint tests without an adjustment.
fn jointly(size: &Size) -> Price {
    let (k, g) = (size.terms as f64, size.clusters as f64);
    Price { seconds: ROTATED_EACH * joint(size).0 * g * k * k * k, ..Price::default() }
}

/// The wild bootstrap, with its bands: of a regression each draw goes through 4k numbers a cluster and a k × k form. Statistics are kept
/// by draw and effect.
fn wild(size: &Size, draws: f64) -> Price {
    let (k, g, t) = (size.terms as f64, size.clusters as f64, size.targets as f64);
    let [by_term, by_pair, by_influence] = DRAWN_EACH;
    let (draw, each) = if size.terms > 0 { (4.0 * g * k + k * k, by_term * g * k + by_pair * k * k) } else { (8.0 * g, by_influence * g) };
    Price { bytes: 32.0 * g * k.max(1.0) + 16.0 * draws * t, operations: 2.0 * draws * t * draw, seconds: 2.0 * draws * t * each }
}

/// A fit without each cluster in turn.
fn jackknife(size: &Size) -> Price {
    let (k, g) = (size.terms as f64, size.clusters as f64);
    Price {
        bytes: 8.0 * g * size.targets as f64,
        operations: g * (k * k * k / 3.0 + size.fit),
        seconds: g * (LEFT_EACH * k * k * k + Price::EACH_FIT * size.less.unwrap_or(size.fit)),
    }
}

/// A fit to each draw of clusters, and the standard error of each of its effects.
fn pairs(size: &Size, draws: f64) -> Price {
    let (k, g, t) = (size.terms as f64, size.clusters as f64, size.targets as f64);
    let refit = g * k * k + k * k * k / 3.0 + t * g * k;
    Price {
        bytes: 16.0 * draws * t,
        operations: draws * (refit + size.fit),
        seconds: draws * (REFIT_EACH * refit + Price::EACH_FIT * size.fit),
    }
}

fn is_dear(price: Price) -> bool {
    price.bytes > Price::MOST_BYTES || price.operations > LONGEST
}

/// What these methods take on a fit of this size; where none is named, the usual ones.
pub fn price(size: &Size, methods: &[Method]) -> Price {
    let usual = usual(size).iter().map(|m| Method::parse(m).expect("a usual method is known")).collect::<Vec<_>>();
    let one = |m: &Method| {
        let option = |key: &str| m.options.iter().find(|(own, _)| *own == key).map(|(_, value)| value);
        let draws = |default: f64| option("replicates").and_then(|r| r.parse().ok()).unwrap_or(default);
        match (m.inference.card().id, option("type")) {
            ("cluster", Some("cr2" | "cr3")) => adjusted(size).and(jointly_adjusted(size)),
            ("cluster", _) => jointly(size),
            // All sign changes are gone through where they are fewer.
            ("wild-bootstrap", _) => wild(size, draws(DRAWS).min((1u64 << size.clusters.min(40)) as f64)),
            ("jackknife", _) => jackknife(size),
            ("pairs-bootstrap", _) => pairs(size, draws(PAIRS)),
            _ => Price::default(),
        }
    };
    let methods = if methods.is_empty() { &usual[..] } else { methods };
    methods.iter().map(one).fold(Price::default(), Price::and)
}

/// The usual methods of a fit of this size.
fn usual(size: &Size) -> Vec<&'static str> {
    if size.terms == 0 {
        return if jackknife(size).operations > super::COSTLY {
            vec!["cluster:cr1", "wild-bootstrap"]
        } else {
            vec!["jackknife", "wild-bootstrap"]
        };
    }
    regression(size)
}

/// The usual methods of a regression of this size: those that can be had.
pub(super) fn regression(size: &Size) -> Vec<&'static str> {
    let first = if is_dear(adjusted(size)) { "cluster:cr1" } else { "cluster:cr2" };
    std::iter::once(first).chain((!is_dear(wild(size, DRAWS))).then_some("wild-bootstrap")).collect()
}

/// The size of a regression.
pub(super) fn size(linear: &LinearFit) -> Size {
    Size { terms: linear.beta.len(), targets: linear.contrasts.len(), clusters: linear.clusters.len(), ..Size::default() }
}

/// Says which of the usual methods are left out of a large regression.
pub fn left_out(fit: &Fit) -> Option<Warning> {
    let Body::Linear(linear) = &fit.body else { return None };
    if linear.crossing().is_some() || linear.absorbed.is_some() || linear.second().is_some() || fit.own_inference.is_some() {
        return None;
    }
    let size = size(linear);
    let has = regression(&size);
    let missing: Vec<&str> = ["cluster:cr2", "wild-bootstrap"].into_iter().filter(|m| !has.contains(m)).collect();
    (!missing.is_empty()).then(|| {
        Warning::new(
            "usual-methods-too-dear",
            format!(
                "{} would take hours or more memory than there may be with {} terms, {} effects and {} clusters, and is left out: what stands here instead ({}) is too narrow with few clusters; ask for it by name (--inference), or group periods or cohorts",
                missing.join(" and "),
                size.terms,
                size.targets,
                size.clusters,
                has.join(", ")
            ),
        )
    })
}

/// Refuses an adjustment whose sums would not fit into memory.
///
/// # Errors
/// INF-023, with the number of terms and effects.
pub(super) fn affordable(linear: &LinearFit) -> Result<(), Faults> {
    let size = size(linear);
    let bytes = adjusted(&size).bytes;
    if bytes <= Price::MOST_BYTES {
        return Ok(());
    }
    Err(Fault::new(
        "INF-023",
        "too many terms and effects at once for CR2, CR3 or Satterthwaite's degrees of freedom",
        format!("{} terms, {} effects", size.terms, size.targets),
        format!("each effect needs a sum over all pairs of terms, about {:.0} GB together", bytes / 1e9),
        "use  cluster:cr1  or  jackknife,  or group periods or cohorts",
    )
    .into())
}

/// Whether a joint test of this many effects would fit into memory.
pub(super) fn joint_is_affordable(linear: &LinearFit, effects: usize) -> bool {
    joint_bytes(linear.beta.len(), effects as f64) <= Price::MOST_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Processor seconds and peak memory (MB) of one thread, and the sizes they were needed for.
    #[test]
    fn what_is_told_is_within_a_factor_of_two_of_what_was_measured() {
        let sun_abraham = Size { rows: 6_912, terms: 136, targets: 176, clusters: 108, fit: 0.0, tested: [60, 13, 14], less: None };
        let wooldridge = Size { rows: 6_912, terms: 85, targets: 116, clusters: 108, fit: 0.0, tested: [0, 0, 14], less: None };
        let event_study = Size { rows: 26_000, terms: 57, targets: 37, clusters: 260, fit: 0.0, tested: [0, 18, 18], less: None };
        let callaway_santanna = Size { rows: 26_000, terms: 0, targets: 308, clusters: 260, fit: 6.4e5, tested: [0; 3], less: None };
        let imputation = Size { rows: 6_912, terms: 0, targets: 16, clusters: 108, fit: 55_296.0, tested: [0; 3], less: None };
        let measured = [
            (sun_abraham, "cluster:cr1", 0.62, 56.0),
            (sun_abraham, "cluster:cr2", 19.85, 639.0),
            (sun_abraham, "wild-bootstrap", 188.7, 73.8),
            (sun_abraham, "jackknife", 3.31, 75.3),
            (wooldridge, "cluster:cr2", 1.30, 43.2),
            (wooldridge, "wild-bootstrap", 40.1, 52.0),
            (wooldridge, "pairs-bootstrap", 23.9, 42.1),
            (event_study, "cluster:cr2", 1.44, 45.0),
            (event_study, "wild-bootstrap", 21.2, 55.6),
            (callaway_santanna, "wild-bootstrap", 59.6, 97.1),
            (callaway_santanna, "pairs-bootstrap", 4.33, 59.8),
            (imputation, "wild-bootstrap", 0.72, 35.6),
        ];
        for (size, method, seconds, megabytes) in measured {
            let told = Price::of(&size).and(Price::around(&size)).and(price(&size, &[Method::parse(method).expect("known")]));
            let off = [told.seconds / seconds, told.bytes / 1e6 / megabytes];
            assert!(off.iter().all(|r| (0.5..2.0).contains(r)), "{method}: {off:?}");
        }
    }
}
