//! Who leaves, who joins, whose test is missed.

use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let rate = [0.0, 0.6];
    let tilt = [-3.0, 3.0];
    #[rustfmt::skip]
    add(list, false, &[
        ("leave_rate", 0.07, rate, "a year", "Students who leave after a year and do not return.", "GAO-11-40: 11.5 % of schools lose more than 10 % a year", Literature),
        ("leave_spread", 0.21, [0.0, 2.0], "probit units", "How much the rate of leaving varies between schools.", "so that about 11.5 % of schools lose more than 10 % a year", Literature),
        ("leave_ability", -0.1, [-0.99, 0.99], "probit units an SD", "How much less likely able students are to leave (time-constant).", CHOICE, Scenario),
        ("move_rate", 0.02, rate, "a year", "Students who move to another school after a year, of those who do not leave; they leave the sample too.", CHOICE, Scenario),
        ("join_rate", 0.03, rate, "a year", "Students who join a section in a later year, for each of its first seats.", CHOICE, Scenario),
        ("missing_rate", 0.04, [0.0, 0.9], "share", "Tests missed: the row stays, the score is missing.", "3–8 % of tests", Literature),
        ("missing_attendance", -0.3, [-0.99, 0.99], "probit units an SD", "How much less likely students of good attendance are to miss a test (time-constant).", CHOICE, Scenario),
        ("leave_treated", 0.0, tilt, "probit units", "How much more likely students are to leave once they have profiles.", CHOICE, Scenario),
        ("leave_score", 0.0, tilt, "probit units an SD", "How much more likely students are to leave after a year that went better than usual for them.", CHOICE, Scenario),
        ("missing_score", 0.0, tilt, "probit units an SD", "How much more likely a test is to be missed that would have gone better than usual: missing not at random.", CHOICE, Scenario),
    ]);
}
