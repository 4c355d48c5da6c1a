//! Whether the numbers of a question are possible, each by itself.

use super::{Question, Wanted};
use crate::cohort::{Fault, Faults};

/// The most replicates of a simulation.
const REPLICATES: u64 = 100_000;
/// The most units of a kind that can be given.
const COUNT: u64 = 1_000_000_000;

/// A number that cannot be.
pub(super) fn impossible(flag: &str, value: impl std::fmt::Display, why: &str, remedy: &str) -> Fault {
    Fault::new("PLAN-001", format!("{flag} {value} is impossible"), flag, why, remedy)
}

/// Something said that would change nothing.
pub(super) fn idle(flag: &str, why: &str, remedy: &str) -> Fault {
    Fault::new("PLAN-003", format!("{flag} does nothing here"), flag, why, remedy)
}

/// All impossible numbers at once.
pub(super) fn ranges(q: &Question) -> Faults {
    let mut faults = Faults::default();
    let mut refuse = |bad: bool, fault: &dyn Fn() -> Fault| {
        if bad {
            faults.push(fault());
        }
    };
    for (flag, n) in [("--schools", q.schools), ("--classrooms", q.classrooms), ("--students", q.students)] {
        let Some(n) = n else { continue };
        refuse(n == 0 || n > COUNT, &|| {
            impossible(flag, n, "a study has at least one of each", "give a whole number from 1 to 1000000000")
        });
    }
    for (flag, v) in [("--icc-school", q.icc_school), ("--icc-class", q.icc_class)] {
        let Some(v) = v else { continue };
        let why = "an intraclass correlation is a share of the variance";
        refuse(!(0.0..=1.0).contains(&v), &|| impossible(flag, v, why, "give a share from 0 to 1, such as 0.22"));
    }
    let explained =
        [("--r2-school", q.r2_school), ("--r2-class", q.r2_class), ("--r2-student", q.r2_student), ("--r2-effect", q.r2_effect)];
    for (flag, v) in explained {
        let Some(v) = v else { continue };
        let why = "covariates that explain everything, or less than nothing, leave no variance to judge the effect by";
        refuse(!(0.0..1.0).contains(&v), &|| impossible(flag, v, why, "give a share from 0 to below 1, such as 0.6"));
    }
    for (flag, v) in [("--effect-sd", q.effect_sd), ("--omega", q.omega)] {
        let Some(v) = v else { continue };
        refuse(!(v.is_finite() && v >= 0.0), &|| impossible(flag, v, "effects cannot vary by less than nothing", "give 0 or more"));
    }
    if let Some(p) = q.treated_share {
        let why = "without treated or without untreated there is nothing to compare";
        refuse(!(p > 0.0 && p < 1.0), &|| impossible("--treated-share", p, why, "give a share between 0 and 1, such as 0.5"));
    }
    if let Some(r) = q.correlation {
        let why = "a correlation lies between −1 and 1; at 1 scores never change";
        refuse(!(r > -1.0 && r < 1.0), &|| {
            impossible("--correlation", r, why, "give the correlation of scores a year apart, such as 0.77")
        });
    }
    if let Some(phi) = q.carry_over {
        let why = "a shock that carries over whole is not a shock but a level, and cancels";
        refuse(!(0.0..1.0).contains(&phi), &|| impossible("--carry-over", phi, why, "give a share from 0 to below 1, such as 0.3"));
    }
    for (flag, n) in [("--periods-before", q.periods_before), ("--periods-after", q.periods_after)] {
        let Some(n) = n else { continue };
        refuse(n == 0 || n > 100, &|| impossible(flag, n, "a change needs a period on each side", "give a whole number from 1 to 100"));
    }
    if let Some(g) = q.covariates {
        refuse(g > 100, &|| impossible("--covariates-at-top", g, "nobody has that many", "give a whole number from 0 to 100"));
    }
    let (level, power) = (q.goal.level, q.goal.power);
    let level_fits = level > 0.0 && level < 1.0;
    refuse(!level_fits, &|| impossible("--level", level, "a confidence level lies between 0 and 1", "give a level such as 0.95"));
    let alpha = 1.0 - level;
    let why = "a test rejects by chance alone as often as its level says, and never always";
    refuse(level_fits && !(power > alpha && power < 1.0), &|| {
        impossible("--power", power, why, &format!("give a power above {} and below 1, such as 0.8", libm::round(alpha * 1e9) / 1e9))
    });
    let why = "the test is two-sided: an effect is given by its size";
    refuse(!(q.effect.is_finite() && q.effect >= 0.0), &|| impossible("--effect", q.effect, why, "give its size in SD, such as 0.10"));
    let seeks = q.wanted.is_empty() || q.wanted.iter().any(|w| matches!(w, Wanted::Number(_)));
    let why = "no study, however large, sees an effect that is not there";
    refuse(seeks && q.effect == 0.0, &|| {
        impossible("--effect", 0, why, "give an effect above 0, or ask for --solve effect or --solve power")
    });
    if let Some(s) = q.drift {
        let why = "a test notices a drift by its size";
        refuse(!(s.is_finite() && s > 0.0), &|| impossible("--drift", s, why, "give SD a period above 0, such as 0.05"));
    }
    refuse(q.replicates > REPLICATES, &|| {
        impossible("--replicates", q.replicates, "so many would tell no more than 100000 do", "give 0 (formulas only) to 100000")
    });
    faults
}
