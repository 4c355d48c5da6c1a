//! Planning a study: the smallest effect a design sees, its power, and how many schools, classrooms or students it needs.
//!
//! By the formulas of PowerUp! (Dong and Maynard 2013) and by simulation, side by side.
//!
//! ```text
//! Question ─▶ resolve ─▶ Design ─┬─▶ Goal (t, noncentral t), solve, PretrendTest ─┐
//!                                └─▶ Simulation (draws, lot, least squares) ───────┴─▶ Plan
//! ```
//!
//! ```
//! use didact::evaluate::plan::{Analysis, Assign, Question, answer};
//! let mut question = Question::new(Assign::School, Analysis::Post);
//! (question.schools, question.students, question.icc_school) = (Some(40), Some(20), Some(0.2));
//! question.replicates = 0;
//! let plan = answer(&question, &didact::panel::Serial).unwrap();
//! assert!((plan.detectable.unwrap().formula.unwrap() - 0.4454824609).abs() < 1e-10);
//! ```

mod answer;
mod assumption;
mod check;
mod design;
mod measure;
mod power;
mod pretrend;
mod question;
mod resolve;
mod simulation;
mod solve;
#[cfg(test)]
mod tests;

pub use answer::{Both, Number, Plan, Point, Pretrend, answer};
pub use assumption::{Assumption, GIVEN};
pub use design::{Design, Layout, Levels, Size, Tier};
pub use measure::{Analysis, Measure};
pub use power::Goal;
pub use pretrend::PretrendTest;
pub use question::{Assign, Question, Wanted};
pub use resolve::{Resolved, resolve};
pub use simulation::{Simulated, Simulation, Studies};
pub use solve::{Needed, OUT_OF_REACH, needed, smallest};
