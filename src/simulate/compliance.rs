//! Who does what assignment says: never-takers use no profiles, always-takers get them anyway.

use super::Parameters;
use crate::random::Stream;

/// What a student does with an assignment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taker {
    Always,
    Never,
    Complier,
}

/// Shares of never-takers and always-takers, where there are any.
pub(super) struct Compliance {
    rates: Option<[f64; 2]>,
}

impl Compliance {
    pub(super) fn read(p: &Parameters) -> Self {
        Compliance { rates: p.get("no_show_rate").map(|never| [never, p.value("crossover_rate")]) }
    }

    /// Draws what a student does.
    #[inline]
    pub(super) fn draw(&self, stream: &mut Stream) -> Taker {
        let Some([never, always]) = self.rates else { return Taker::Complier };
        let place = stream.uniform();
        if place < never {
            Taker::Never
        } else if place < never + always {
            Taker::Always
        } else {
            Taker::Complier
        }
    }
}
