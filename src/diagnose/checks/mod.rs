//! The checks that can be asked for by name: one a file, with its card and the numbers that decide.

mod aim;
mod attrition;
mod bacon;
mod balance;
mod disagreement;
mod honest;
mod leave_one_out;
mod multiverse;
mod overlap;
mod placebo;
mod power;
mod pretrends;
mod pretrends_power;
mod sample;
mod smallest_set;
mod twfe_weights;

pub use aim::Aim;
pub use attrition::{ASSUMPTIONS, ATTRITION, Attrited, Lost, Rows};
pub use bacon::{BACON, Breakable, FORBIDDEN};
pub use balance::{BALANCE, Balanced, Measured};
pub use disagreement::{DISAGREEMENT, Disagreed};
pub use honest::{Bounded, HONEST, RATIO};
pub use leave_one_out::{LEAVE_ONE_OUT, LeftOut, Turn, Without};
pub use multiverse::{MULTIVERSE, SAME_SIGN, Specified};
pub use overlap::{EFFECTIVE, OUTSIDE, OVERLAP, Overlapping, Probabilities, QUANTILES};
pub use placebo::{PLACEBO, Place, Placebo, Pretence, Pretended};
pub use power::{EFFECTS, POWER_CHECK, SEEN, Seeing, Seen};
pub use pretrends::{PRETRENDS, Tested};
pub use pretrends_power::{Detectable, Drift, POWER, PRETRENDS_POWER};
pub use sample::{Aspect, CHANGED, Changed, EXTREME, Ends, RISING, Rising, SAMPLE, Sampled};
pub use smallest_set::{Carried, Carrier, FEW, SMALLEST_SET};
pub use twfe_weights::{NEGATIVE, TWFE_WEIGHTS, Weighted};
