//! Inference: one method a file, each working on a [`Fit`]'s small table a cluster; no row of a student is read again.

mod cluster;
mod curve;
mod estimate;
mod jackknife;
mod pairs;
mod resample;
mod sandwich;
mod setting;
mod welch;
mod wild;

pub use estimate::{Bound, Estimate, Inferred, Interval};
pub use setting::Setting;

use crate::cohort::{Fault, Faults, did_you_mean};
use crate::estimate::{Body, Card, Fit, Options};

/// A way to measure uncertainty.
pub trait Inference: Sync {
    /// What it is, what it assumes, what it can be told.
    fn card(&self) -> &'static Card;

    /// A standard error, p-value and interval for every identified target of a fit.
    ///
    /// # Errors
    /// When the method does not exist for this kind of fit; the fault names what does.
    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults>;
}

/// All methods, in the order in which they are listed.
pub static INFERENCE: &[&dyn Inference] = &[&cluster::Cluster, &wild::WildBootstrap, &pairs::PairsBootstrap, &jackknife::Jackknife];

/// A method with its options: `name[:key=value,…]`, resolved.
#[derive(Clone)]
pub struct Method {
    /// The method.
    pub inference: &'static dyn Inference,
    /// Its options, defaults filled in.
    pub options: Options,
}

impl Method {
    /// Reads `name[:key=value,…]`.
    ///
    /// # Errors
    /// An unknown name or option, with the nearest known one.
    pub fn parse(text: &str) -> Result<Method, Faults> {
        let (name, rest) = text.split_once(':').map_or((text, ""), |(n, r)| (n, r));
        let name = name.trim();
        let Some(inference) = INFERENCE.iter().find(|m| m.card().id == name) else {
            return Err(Fault::new(
                "INF-001",
                format!("there is no inference method {name:?}"),
                format!("inference {text}"),
                "without it no interval can be given",
                format!("{};  didact list inference  shows them all", did_you_mean(name, INFERENCE.iter().map(|m| m.card().id))),
            )
            .into());
        };
        Ok(Method { inference: *inference, options: Options::parse(inference.card(), rest)? })
    }

    /// The method's name with the options that differ from the defaults.
    pub fn label(&self) -> String {
        self.options.label(self.inference.card())
    }

    /// Applies the method.
    ///
    /// # Errors
    /// As [`Inference::infer`].
    pub fn infer(&self, fit: &Fit, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let mut inferred = self.inference.infer(fit, &self.options, setting)?;
        let label = self.label();
        inferred.estimates.iter_mut().for_each(|e| e.inference.clone_from(&label));
        Ok(inferred)
    }
}

/// The methods used when none is asked for: CR2 with Satterthwaite degrees of freedom where it exists, else the cluster
/// jackknife; and the null-imposed wild cluster bootstrap beside it.
pub fn defaults(fit: &Fit) -> Vec<Method> {
    let first = match fit.body {
        Body::Linear(_) => "cluster:cr2",
        Body::Influence(_) => "jackknife",
    };
    [first, "wild-bootstrap"].iter().map(|m| Method::parse(m).expect("a known method")).collect()
}
