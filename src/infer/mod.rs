//! Inference: one method a file, each working on a [`Fit`]'s small table a cluster. Rows are read again only by what cannot do
//! without: `robust`, two crossed clusterings, and draws within clusters.

mod anderson_rubin;
mod arms;
mod assignment;
mod bootstrap;
pub mod carried;
mod cluster;
mod curve;
mod deals;
mod estimate;
mod few_treated;
mod fractional;
mod hierarchical;
mod interval;
mod jackknife;
mod leave_out;
mod model;
pub mod multiplicity;
mod multiplier;
mod pairs;
mod permutation;
mod placebo;
mod price;
mod replicates;
mod resample;
mod robust;
mod sandwich;
mod score;
mod setting;
mod shuffles;
mod twoway;
mod versus;
mod wald;
mod weights;
mod welch;
mod wild;
mod wild_joint;

// Only studies adjust p-values of several hypotheses.
pub use arms::{arms, informative};
pub use deals::deals;
#[cfg(feature = "program")]
pub(crate) use estimate::Draws;
pub use estimate::{Bound, Estimate, Inferred, Interval, JointTest, Simulated, floor};
pub use interval::{Kind, Replicated, Rule};
pub use jackknife::acceleration;
pub use leave_out::{leave_one_out, without};
pub use price::{left_out, price};
pub use setting::Setting;
pub use shuffles::Shuffles;
pub use versus::{Overall, Versus};

use crate::cohort::{Fault, Faults, did_you_mean};
use crate::estimate::{Body, Card, Fit, LinearFit, Options, without_rows};
use crate::num::Matrix;
use crate::panel::Panel;

/// A way to measure uncertainty.
pub trait Inference: Sync {
    /// What it is, what it assumes, what it can be told.
    fn card(&self) -> &'static Card;

    /// A standard error, p-value and interval for every identified target of a fit.
    ///
    /// # Errors
    /// When the method does not exist for this kind of fit; the fault names what does.
    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults>;

    /// A test that several effects are zero at once; `None` where the method has none.
    ///
    /// # Errors
    /// As [`Inference::infer`].
    fn joint(&self, _: &Fit, _: &[usize], _: &Options, _: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
        Ok(None)
    }

    /// The covariance of several effects, and its degrees of freedom; `None` where the method has none.
    ///
    /// # Errors
    /// As [`Inference::infer`].
    fn covariance(&self, _: &Fit, _: &[usize], _: &Options, _: &Setting<'_>) -> Result<Option<(Matrix, f64)>, Faults> {
        Ok(None)
    }

    /// Whether it works with two crossed clusterings.
    fn two_way(&self) -> bool {
        false
    }

    /// Whether it asks within which blocks clusters were assigned.
    fn uses_blocks(&self) -> bool {
        false
    }

    /// Whether it asks for levels between cluster and unit, with these options.
    fn uses_levels(&self, _: &Options) -> bool {
        false
    }

    /// Whether it works, with these options, where effects that cross the clusters were taken off the columns: it then neither
    /// weighs clusters otherwise nor adjusts their residuals.
    fn crossing_effects(&self, _: &Options) -> bool {
        false
    }

    /// Whether it works with a single treated cluster.
    fn lone_treated(&self) -> bool {
        false
    }

    /// Whether what a fit's clusters sum up to is enough for it, with these options: then it works where the rows are not at hand.
    fn needs_sums_only(&self, _: &Fit, _: &Options) -> bool {
        false
    }
}

/// All methods, in the order in which they are listed.
pub static INFERENCE: &[&dyn Inference] = &[
    &cluster::Cluster,
    &robust::Robust,
    &wild::WildBootstrap,
    &pairs::PairsBootstrap,
    &fractional::FractionalBootstrap,
    &hierarchical::HierarchicalBootstrap,
    &multiplier::MultiplierBootstrap,
    &permutation::Permutation,
    &placebo::PlaceboStarts,
    &few_treated::FewTreated,
    &jackknife::Jackknife,
    &anderson_rubin::AndersonRubin,
    &model::Model,
];

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

    /// Whether it asks within which blocks clusters were assigned.
    pub fn uses_blocks(&self) -> bool {
        self.inference.uses_blocks()
    }

    /// Whether it asks for levels between cluster and unit.
    pub fn uses_levels(&self) -> bool {
        self.inference.uses_levels(&self.options)
    }

    /// Whether what the fit's clusters sum up to is enough for it.
    pub fn needs_sums_only(&self, fit: &Fit) -> bool {
        self.inference.needs_sums_only(fit, &self.options)
    }

    /// Whether the method can be used with this sample at all.
    ///
    /// # Errors
    /// One cluster, or two crossed clusterings where the method knows of one only.
    pub fn fits(&self, fit: &Fit, panel: &Panel) -> Result<(), Faults> {
        let refuse = |code, what: String, why: &str, remedy: &str| {
            Err(Fault::new(code, what, format!("inference {}", self.label()), why, remedy).into())
        };
        if fit.n_clusters() < 2 {
            return refuse(
                "INF-010",
                "a single cluster".into(),
                "within one cluster nothing is independent of anything",
                "name a finer unit of assignment as cluster",
            );
        }
        if panel.second.is_some() && matches!(&fit.body, Body::Influence(body) if body.crossed.is_none()) {
            return refuse(
                "INF-004",
                "two crossed clusters need what each row adds".into(),
                "this estimator is known by its clusters' influence, which is no sum of its rows', or the second column varies within units",
                "use twfe or event-study, or, where the second column is the same in all of a unit's rows, did or callaway-santanna; or name one cluster",
            );
        }
        if panel.second.is_some() && !self.inference.two_way() {
            return refuse(
                "INF-004",
                format!("{} does not exist for two crossed clusters", self.inference.card().id),
                "two-way clustering adds and subtracts sandwich variances; it has no resampling scheme",
                "use  cluster:cr1,  or name one cluster",
            );
        }
        Ok(())
    }

    /// Refuses what would need effects estimated anew that were taken off once.
    fn knows_effects(&self, fit: &Fit) -> Result<(), Faults> {
        let Body::Linear(body) = &fit.body else { return Ok(()) };
        match body.crossing() {
            Some(crossing) if !self.inference.crossing_effects(&self.options) => Err(Fault::new(
                "INF-020",
                format!("{} does not exist beside many fixed effects that cross clusters", self.label()),
                format!("fixed effects {}", crossing.names),
                "they were taken off once, over all clusters; clusters that count otherwise, or residuals of one cluster adjusted by themselves, need them estimated anew each time",
                "use  cluster:cr1,  wild-bootstrap or multiplier-bootstrap; or a cluster in which each of their levels lies; or fewer levels: up to 60 that cross clusters are kept as terms, and everything exists",
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// A test that several effects are zero at once; `None` where the method has none.
    ///
    /// # Errors
    /// As [`Inference::joint`].
    pub fn joint(&self, fit: &Fit, targets: &[usize], setting: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
        let test = self.inference.joint(fit, targets, &self.options, setting)?;
        Ok(test.map(|t| JointTest { inference: self.label(), ..t }))
    }

    /// The covariance of several effects, small-sample factors included, and the degrees of freedom that go with it.
    ///
    /// # Errors
    /// INF-003: a method without a covariance; and as [`Inference::covariance`].
    pub fn covariance(&self, fit: &Fit, targets: &[usize], setting: &Setting<'_>) -> Result<(Matrix, f64), Faults> {
        self.knows_effects(fit)?;
        self.inference.covariance(fit, targets, &self.options, setting)?.ok_or_else(|| {
            Fault::new(
                "INF-003",
                format!("{} has no joint covariance of several effects", self.inference.card().id),
                format!("inference {}", self.label()),
                "what is asked here is how the effects move together, not how far each of them may lie off",
                "use  cluster:cr1,  cluster:cr0 or (for a regression) cluster:cr2",
            )
            .into()
        })
    }

    /// Applies the method.
    ///
    /// # Errors
    /// As [`Inference::infer`].
    pub fn infer(&self, fit: &Fit, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        self.knows_effects(fit)?;
        if !fit.has_rows() && !self.needs_sums_only(fit) {
            return Err(without_rows(&self.label()).into());
        }
        let mut inferred = self.inference.infer(fit, &self.options, setting)?;
        let label = self.label();
        for e in &mut inferred.estimates {
            // Where the outcome does not vary, neither does the estimate but by rounding.
            if e.std_error.is_some_and(|se| se <= fit.rounding(e.target)) {
                *e = Estimate::bare(e.target, e.estimate);
                inferred.draws.retain(|d| d.target != e.target);
            }
            e.inference.clone_from(&label);
        }
        Ok(inferred)
    }
}

/// The methods used when none is asked for: CR2 with Satterthwaite degrees of freedom where it exists, else the cluster
/// jackknife (CR1 where leaving out one cluster after the other would take minutes); and the null-imposed wild cluster
/// bootstrap beside it. The jackknife takes the place of CR2 also where weights vary within named effects; CR1
/// does where named effects cross clusters and have many levels. With two crossed clusterings: CR1. Where the estimator has a method of its own: that.
pub fn defaults(fit: &Fit, panel: &Panel) -> Vec<Method> {
    let usual;
    let names: &[&str] = match &fit.body {
        _ if panel.second.is_some() => &["cluster:cr1"],
        Body::Linear(body) if body.crossing().is_some_and(|c| c.price(fit.n_clusters()) * fit.targets.len() as f64 > COSTLY) => {
            &["cluster:cr1"]
        }
        Body::Linear(body) if body.crossing().is_some() => &["cluster:cr1", "wild-bootstrap"],
        Body::Linear(LinearFit { absorbed: Some(a), .. }) if !a.steady => &["jackknife", "wild-bootstrap"],
        _ if fit.own_inference.is_some() => fit.own_inference.as_slice(),
        Body::Linear(body) => {
            usual = price::regression(&price::size(body));
            &usual
        }
        Body::Influence(_) if fit.refit_price() * fit.n_clusters() as f64 > COSTLY => &["cluster:cr1", "wild-bootstrap"],
        Body::Influence(_) => &["jackknife", "wild-bootstrap"],
    };
    // Where take-up hardly differs the usual interval of the ratio is none.
    let weak = anderson_rubin::strength(fit).is_some_and(|f| f < anderson_rubin::WEAK);
    names.iter().copied().chain(weak.then_some("anderson-rubin")).map(|m| Method::parse(m).expect("a known method")).collect()
}

/// Products and sums that take some minutes.
const COSTLY: f64 = 2e11;
