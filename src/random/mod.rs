//! Random numbers that do not depend on the machine, the number of threads or the order of work.
//!
//! Every number comes from a [`Stream`] keyed by a seed, a path of names and an index. There is no global
//! generator: to add an estimator, a world or a school is to add streams, and no other stream's numbers change.
//! The values themselves are pinned by test vectors; a change of any of them is a change of method.

mod draw;
mod resample;
mod stream;
mod ziggurat;

pub use draw::weighted;
pub use resample::{WEBB, multinomial, rademacher_bits, webb};
pub use stream::Stream;
