//! What a simulated world says of itself.

use super::{Draw, Parameters};

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

/// How much of a world is drawn. What both levels have in common is the same to the last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything, with the learner profiles' side table.
    Full,
    /// The columns and the truth, without the profiles' side table: for Monte Carlo work.
    Analysis,
}

/// A simulated world: students in classrooms in schools, some of which take up learner profiles.
///
/// A world is one file: its card, its parameters, and the parts it is put together from.
pub trait World: Sync {
    /// What the world says of itself.
    fn card(&self) -> &'static WorldCard;

    /// The parameters at their defaults.
    fn parameters(&self) -> Parameters;

    /// Draws a cohort and the truth about it, as much as is asked for.
    ///
    /// # Panics
    /// When [`Parameters::check`] would have found a fault.
    fn draw_with(&self, parameters: &Parameters, seed: u64, detail: Detail) -> Draw;

    /// Draws a cohort with its profiles, and the truth about it.
    ///
    /// # Panics
    /// When [`Parameters::check`] would have found a fault.
    fn draw(&self, parameters: &Parameters, seed: u64) -> Draw {
        self.draw_with(parameters, seed, Detail::Full)
    }
}
