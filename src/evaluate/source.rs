//! What draws a replicate.

use super::grid::Point;
use super::truth::Truths;
use crate::cohort::{Cohort, Fault, Faults};
use crate::simulate::{Detail, Parameters, World};

/// One draw: students, and what is true of them.
pub struct Drawn {
    /// The students.
    pub cohort: Cohort,
    /// The true effects.
    pub truths: Truths,
}

/// Something that was found about the data a source was fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The outcome it is about.
    pub outcome: String,
    /// What it is.
    pub what: String,
    /// Its value.
    pub value: f64,
    /// Of a share of rows: how many rows it is a share of.
    pub share_of: Option<usize>,
}

/// Whatever students can be drawn from, again and again, with the truth about each draw: a world, or a design fitted to data.
pub trait Source: Sync {
    /// A name for people.
    fn name(&self) -> String;

    /// Everything that a draw depends on beside the point and the seed, as name and value: two sources with the same lines draw
    /// the same students.
    fn identity(&self) -> Vec<(String, String)>;

    /// The parameters that a grid may vary.
    fn parameters(&self) -> Vec<String>;

    /// Whether there is something to draw at a point.
    ///
    /// # Errors
    /// Every fault of the point at once.
    fn check(&self, point: &Point) -> Result<(), Faults>;

    /// Draws these columns.
    ///
    /// # Errors
    /// As [`Source::check`].
    fn draw(&self, point: &Point, seed: u64, columns: &[String]) -> Result<Drawn, Faults>;

    /// What was found about the data it was fitted to; nothing where it was not.
    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }
}

/// A simulated world with its parameters.
pub struct Simulated {
    /// The world.
    pub world: &'static dyn World,
    /// Its parameters.
    pub parameters: Parameters,
}

impl Simulated {
    /// The parameters at a point.
    fn at(&self, point: &Point) -> Result<Parameters, Faults> {
        let mut parameters = self.parameters.clone();
        let mut faults = Faults::default();
        let place = format!("world {}, {point}", self.world.card().id);
        let mut refuse = |what: String, remedy: &str| {
            faults.push(Fault::new("CAL-001", what, place.clone(), "there is no such world to draw from", remedy));
        };
        for (name, value) in &point.values {
            if let Err(e) = parameters.set(name, &value.to_string()) {
                refuse(
                    e.to_string(),
                    &format!("correct it;  didact list worlds {}  shows the parameters with their ranges", self.world.card().id),
                );
            }
        }
        if let Err(errors) = parameters.check() {
            errors.iter().for_each(|e| refuse(e.to_string(), "change one of them, with --grid or --set"));
        }
        faults.into_result().map(|()| parameters)
    }
}

impl Source for Simulated {
    fn name(&self) -> String {
        self.world.card().id.into()
    }

    fn identity(&self) -> Vec<(String, String)> {
        let card = self.world.card();
        let mut out = vec![("world".to_string(), card.id.to_string()), ("world version".to_string(), card.version.to_string())];
        out.extend(self.parameters.iter().map(|p| (p.name.to_string(), p.value.to_string())));
        out
    }

    fn parameters(&self) -> Vec<String> {
        self.parameters.iter().map(|p| p.name.to_string()).collect()
    }

    fn check(&self, point: &Point) -> Result<(), Faults> {
        self.at(point).map(|_| ())
    }

    fn draw(&self, point: &Point, seed: u64, columns: &[String]) -> Result<Drawn, Faults> {
        let draw = self.world.draw_with(&self.at(point)?, seed, Detail::Only(columns));
        let (effects, others, doses) = (draw.truth.effects, draw.truth.other_effects, draw.truth.dose_effects);
        Ok(Drawn { cohort: draw.cohort, truths: Truths { effects, others, doses } })
    }
}
