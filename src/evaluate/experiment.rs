//! What is tried: analyses of draws at the points of a grid, again and again.

use super::grid::Grid;
use super::source::Source;
use crate::cohort::{Fault, Faults, did_you_mean};
use crate::estimate::{Chosen, Estimand};
use crate::infer::Method;
use crate::panel::PanelSpec;

/// One analysis of each draw.
#[derive(Clone)]
pub struct Question {
    /// The study's analysis it belongs to.
    pub section: String,
    /// Columns and their roles; a subgroup's question names its subgroup there.
    pub spec: PanelSpec,
    /// Estimators.
    pub estimators: Vec<Chosen>,
    /// Inference methods; empty: the defaults of each fit.
    pub inference: Vec<Method>,
}

/// Which effects are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effects(Vec<Estimand>);

impl Effects {
    /// What can be asked for, and what is then looked at.
    pub const KINDS: &'static [(&'static str, &'static [Estimand])] = &[
        ("overall", &[Estimand::Overall, Estimand::OverallDynamic, Estimand::OverallGroup, Estimand::OverallCalendar]),
        ("event", &[Estimand::Event]),
        ("group", &[Estimand::Group]),
        ("calendar", &[Estimand::Calendar]),
        ("group-time", &[Estimand::GroupTime]),
        ("dose", &[Estimand::Dose, Estimand::DoseSlope]),
    ];

    /// The effects of these names.
    ///
    /// # Errors
    /// Every name that is not known, with the nearest one that is.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Effects, Faults> {
        let (mut kinds, mut faults) = (Vec::new(), Faults::default());
        for name in names {
            match Self::KINDS.iter().find(|(known, _)| *known == name) {
                Some((_, own)) => kinds.extend(own.iter().copied()),
                None => faults.push(Fault::new(
                    "CAL-004",
                    format!("there is no kind of effect {name:?}"),
                    format!("--effect {name}"),
                    "nothing would be looked at",
                    did_you_mean(name, Self::KINDS.iter().map(|(n, _)| *n).chain(["subgroup"])),
                )),
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        faults.into_result().map(|()| Effects(kinds))
    }

    /// Whether an estimand is looked at.
    pub fn wants(&self, estimand: Estimand) -> bool {
        self.0.contains(&estimand)
    }
}

/// Draws × analyses.
pub struct Experiment<'a> {
    /// What draws.
    pub source: &'a dyn Source,
    /// Where: points of a grid.
    pub grid: Grid,
    /// What is made of each draw.
    pub questions: Vec<Question>,
    /// Which effects are looked at.
    pub effects: Effects,
    /// Draws at each point.
    pub replicates: usize,
    /// The level of intervals.
    pub level: f64,
    /// The seed of everything.
    pub seed: u64,
}

impl Experiment<'_> {
    /// Draws at all points together; one draw is one job.
    pub fn n_draws(&self) -> usize {
        self.grid.len() * self.replicates
    }

    /// These replicates at every point, as (point, replicate), in the order of results.
    pub fn draws(&self, replicates: std::ops::Range<usize>) -> impl Iterator<Item = (usize, usize)> + use<> {
        (0..self.grid.len()).flat_map(move |point| replicates.clone().map(move |number| (point, number)))
    }

    /// The columns that the analyses read: nothing else need be drawn.
    pub fn columns(&self) -> Vec<String> {
        let mut all: Vec<String> = self.questions.iter().flat_map(|q| q.spec.columns()).map(String::from).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Estimators fitted to each draw.
    pub fn fits_a_draw(&self) -> usize {
        self.questions.iter().map(|q| q.estimators.len()).sum()
    }

    /// Every fault of every point of the grid.
    ///
    /// # Errors
    /// All of them at once.
    pub fn check(&self) -> Result<(), Faults> {
        let mut faults = Faults::default();
        for p in 0..self.grid.len() {
            if let Err(f) = self.source.check(&self.grid.point(p)) {
                faults.extend(f);
            }
        }
        faults.into_result()
    }

    /// Everything that a number of the result depends on, as name and value: two experiments with the same lines give the same
    /// bytes.
    pub fn identity(&self) -> Vec<(String, String)> {
        let mut out = vec![("didact".to_string(), env!("CARGO_PKG_VERSION").to_string())];
        out.extend(self.source.identity());
        for axis in &self.grid.axes {
            out.push((format!("grid {}", axis.name), axis.words()));
        }
        if self.grid.one_at_a_time {
            out.push(("grid".to_string(), "one parameter at a time".to_string()));
        }
        for (q, question) in self.questions.iter().enumerate() {
            let place = format!("analysis {q}");
            out.push((format!("{place} name"), question.section.clone()));
            out.push((format!("{place} sample"), format!("{:?}", question.spec)));
            for chosen in &question.estimators {
                out.push((
                    format!("{place} estimator"),
                    with_options(chosen.label(), chosen.options.iter(), chosen.estimator.card().version),
                ));
            }
            for method in &question.inference {
                out.push((
                    format!("{place} inference"),
                    with_options(method.label(), method.options.iter(), method.inference.card().version),
                ));
            }
            if question.inference.is_empty() {
                out.push((format!("{place} inference"), "the defaults of each fit".into()));
            }
        }
        let effects: Vec<&str> = self.effects.0.iter().map(|e| e.name()).collect();
        out.push(("effects".into(), effects.join(", ")));
        out.push(("replicates".into(), self.replicates.to_string()));
        out.push(("level".into(), self.level.to_string()));
        out.push(("seed".into(), self.seed.to_string()));
        out
    }

    /// BLAKE3 of [`Experiment::identity`].
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (name, value) in self.identity() {
            for text in [name, value] {
                hasher.update(&(text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

fn with_options<'a>(label: String, options: impl Iterator<Item = (&'static str, &'a str)>, version: u32) -> String {
    let all: Vec<String> = options.map(|(key, value)| format!("{key}={value}")).collect();
    format!("{label}, version {version}, {}", all.join(","))
}
