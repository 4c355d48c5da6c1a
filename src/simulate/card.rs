//! What a simulated world says of itself, and how it is drawn.

use super::design::Design;
use super::population::{self, Population};
use super::{Batches, Draw, Parameters, study};
use crate::panel::{Executor, Serial};

/// A world's card: the text from which lists, help and reports are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldCard {
    /// The name on the command line and in a study file.
    pub id: &'static str,
    /// A short title.
    pub title: &'static str,
    /// What can be learned from this world, in one line a journalist understands.
    pub teaches: &'static str,
    /// Where the design and its sizes come from.
    pub source: &'static str,
    /// Raised whenever a number of this world can change.
    pub version: u32,
}

/// How much of a world is drawn. What the levels have in common is the same to the last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail<'a> {
    /// Everything, with the learner profiles' side table.
    Full,
    /// The same, and the sealed file: every student-year with and without profiles, also those nobody recorded.
    Sealed,
    /// All columns and the truth, without the profiles' side table.
    Analysis,
    /// These columns only, and the true effects on those treated and on compliers in the outcomes among them; identifiers are whole numbers in the order of the
    /// names they have otherwise. For Monte Carlo work.
    Only(&'a [String]),
}

/// A simulated world: students in classrooms in schools, some of whom get learner profiles.
///
/// A world is one file: its card, its parameters, and who gets profiles how.
pub trait World: Sync {
    /// What the world says of itself.
    fn card(&self) -> &'static WorldCard;

    /// The parameters at their defaults.
    fn parameters(&self) -> Parameters;

    /// Who gets profiles, and with whom they are compared.
    fn design(&self) -> Design;

    /// Draws a cohort and the truth about it, as much as is asked for; the work is spread over `executor`.
    ///
    /// # Panics
    /// When [`Parameters::check`] would have found a fault.
    fn draw_on(&self, parameters: &Parameters, seed: u64, detail: Detail<'_>, executor: &dyn Executor) -> Draw {
        study::draw(self.card(), self.design(), parameters, seed, detail, executor)
    }

    /// Draws a cohort and the truth about it, as much as is asked for.
    ///
    /// # Panics
    /// When [`Parameters::check`] would have found a fault.
    fn draw_with(&self, parameters: &Parameters, seed: u64, detail: Detail<'_>) -> Draw {
        self.draw_on(parameters, seed, detail, &Serial)
    }

    /// Draws a cohort with its profiles, and the truth about it.
    ///
    /// # Panics
    /// When [`Parameters::check`] would have found a fault.
    fn draw(&self, parameters: &Parameters, seed: u64) -> Draw {
        self.draw_with(parameters, seed, Detail::Full)
    }

    /// Draws a cohort in batches of whole schools, each of about so many students: for cohorts larger than memory.
    ///
    /// # Panics
    /// When [`Parameters::check`] would have found a fault.
    fn batches<'a>(
        &self,
        parameters: &Parameters,
        seed: u64,
        detail: Detail<'a>,
        n_students: usize,
        executor: &'a dyn Executor,
    ) -> Batches<'a> {
        Batches::new(self.card(), self.design(), parameters, seed, detail, n_students, executor)
    }

    /// The true effects in a population of about so many students: the same world with as many times more schools.
    ///
    /// # Panics
    /// When [`Parameters::check`] would have found a fault.
    fn population(&self, parameters: &Parameters, seed: u64, n_students: usize, executor: &dyn Executor) -> Population {
        population::draw(self.card(), self.design(), parameters, seed, n_students, executor)
    }
}
