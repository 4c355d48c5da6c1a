//! What inference takes, told before it is begun, and which of the usual methods are worth their price.

use super::Method;
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Fit, LinearFit, Price, Size};

/// Draws of the usual wild bootstrap.
const DRAWS: f64 = 9_999.0;

/// Products and sums above which a usual method is left out: about half an hour.
const LONGEST: f64 = 2e12;

/// About how many products and sums it takes to find the root of a k × k matrix, in k³.
const ROOT: f64 = 25.0;

/// CR2 (or CR3, or Satterthwaite's degrees of freedom) of a regression: a root for each cluster, and for each effect a k × k sum over
/// clusters, squared.
fn adjusted(size: &Size) -> Price {
    let (k, g, t) = (size.terms as f64, size.clusters as f64, size.targets as f64);
    Price { bytes: 8.0 * k * k * t, operations: k * k * (ROOT * g * k + t * (4.0 * g + 2.0 * k)) }
}

/// The wild bootstrap, with its bands: of a regression each draw goes through 4k numbers a cluster and a k × k form.
fn wild(size: &Size) -> Price {
    let (k, g, t) = (size.terms as f64, size.clusters as f64, size.targets as f64);
    let draw = if size.terms > 0 { 4.0 * g * k + k * k } else { 8.0 * g };
    Price { bytes: 32.0 * g * k.max(1.0), operations: 2.0 * DRAWS * t * draw }
}

/// A fit without each cluster in turn.
fn jackknife(size: &Size) -> Price {
    let (k, g) = (size.terms as f64, size.clusters as f64);
    Price { bytes: 8.0 * g * size.targets as f64, operations: g * (k * k * k / 3.0 + size.fit) }
}

fn is_dear(price: Price) -> bool {
    price.bytes > Price::MOST_BYTES || price.operations > LONGEST
}

/// What these methods take on a fit of this size; where none is named, the usual ones.
pub fn price(size: &Size, methods: &[Method]) -> Price {
    let one = |name: &str| match name {
        "cluster:cr2" | "cluster:cr3" => adjusted(size),
        "wild-bootstrap" => wild(size),
        "jackknife" | "pairs-bootstrap" => jackknife(size),
        _ => Price::default(),
    };
    let names: Vec<String> = match methods {
        [] => usual(size).iter().map(|m| m.to_string()).collect(),
        _ => methods
            .iter()
            .map(|m| {
                if m.inference.card().id == "cluster" { format!("cluster:{}", m.options.get("type")) } else { m.inference.card().id.into() }
            })
            .collect(),
    };
    names.iter().map(|name| one(name)).fold(Price::default(), Price::and)
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
    std::iter::once(first).chain((!is_dear(wild(size))).then_some("wild-bootstrap")).collect()
}

/// The size of a regression.
pub(super) fn size(linear: &LinearFit) -> Size {
    Size { terms: linear.beta.len(), targets: linear.contrasts.len(), clusters: linear.clusters.len(), fit: 0.0 }
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
    let k = linear.beta.len() as f64;
    8.0 * k * k * (effects * effects) as f64 <= Price::MOST_BYTES
}
