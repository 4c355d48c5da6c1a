//! Arithmetic without domain words: sums that no order can change, small dense algebra, distributions, quantiles, roots.
//!
//! Everything here gives the same bits on every processor: elementary functions come from `libm`, products are
//! plain loops, and sums over students are exact ([`Exact`]).

mod beta;
mod centre;
pub mod chi_square;
mod exact;
pub mod fisher;
pub mod folded_normal;
mod gauss_legendre;
mod jacobi;
mod matrix;
mod named;
pub mod noncentral_fisher;
pub mod noncentral_t;
pub mod normal;
mod normal_box;
mod packed;
mod quantile;
mod reach;
mod rounding;
mod scale;
mod simplex;
mod solve;
pub mod student;

pub use beta::regularized_incomplete_beta;
pub use centre::{Centre, TwoValues};
pub use exact::{Exact, ExactRow};
pub use gauss_legendre::gauss_legendre;
pub use matrix::{Matrix, dot, four_lanes};
pub use named::named;
pub use normal_box::{InBox, in_box};
pub use packed::{PackedSolver, upper_triangle};
pub use quantile::{quantile_boot, quantile_type1, quantile_type7, sorted};
pub use reach::{first_reaching, first_whole};
pub use rounding::settled;
pub use scale::power_of_two_above;
pub use simplex::{Simplex, Vertex};
pub use solve::{Cholesky, RankRule, Ranked, symmetric_power};
