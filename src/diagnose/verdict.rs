//! What a check says in one word.

/// The answer of a check in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing speaks against the estimate here.
    Ok,
    /// The estimate may stand, with what the check says beside it.
    Caution,
    /// The estimate should not be relied on as it is.
    Fail,
    /// The data do not say.
    CannotTell,
}

impl Verdict {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Caution => "caution",
            Verdict::Fail => "fail",
            Verdict::CannotTell => "cannot-tell",
        }
    }

    /// `Ok` from `fine` on, `Caution` from `least` on, else `Fail`.
    pub fn of_height(value: f64, fine: f64, least: f64) -> Verdict {
        if value >= fine {
            Verdict::Ok
        } else if value >= least {
            Verdict::Caution
        } else {
            Verdict::Fail
        }
    }
}
