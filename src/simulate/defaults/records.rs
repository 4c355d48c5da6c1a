//! The school's own records and learner profiles.

use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let share = [0.0, 1.0];
    let weight = [-3.0, 3.0];
    let part = [0.0, 1.0];
    #[rustfmt::skip]
    add(list, false, &[
        ("attendance_spread", 0.75, [0.01, 5.0], "logit units", "Standard deviation of attendance.", CHOICE, Scenario),
        ("attendance_lasting", 0.7, share, "share", "Part of the variance of attendance that is the student's own, year after year.", CHOICE, Scenario),
        ("gpa_mean", 2.9, [0.0, 4.0], "grade points", "Mean grade, before grades are cut off at 0 and 4.", CHOICE, Scenario),
        ("gpa_standing", 0.45, weight, "grade points an SD", "Weight of permanent standing in the school on grades.", CHOICE, Scenario),
        ("gpa_conscientiousness", 0.15, weight, "grade points an SD", "Weight of conscientiousness on grades.", CHOICE, Scenario),
        ("gpa_noise", 0.35, [0.0, 3.0], "grade points", "Standard deviation of what teachers add in grading.", CHOICE, Scenario),
        ("engagement_mean", 3.4, [1.0, 5.0], "scale points", "Mean engagement on the scale from 1 to 5.", CHOICE, Scenario),
        ("engagement_spread", 0.7, [0.01, 3.0], "scale points", "Standard deviation of engagement.", CHOICE, Scenario),
        ("survey_reliability", 0.75, share, "share", "Reliability of the survey of engagement.", "short survey scales: .7–.8", Literature),
        ("survey_classroom_share", 0.10, share, "share", "Part of the variance of engagement between classrooms.", "survey scales: about .10", Literature),
        ("goals_one", 0.30, part, "parts", "Students who set one goal in a year with a profile; only the ratios count.", CHOICE, Scenario),
        ("goals_two", 0.45, part, "parts", "Students who set two.", CHOICE, Scenario),
        ("goals_three", 0.25, part, "parts", "Students who set three.", CHOICE, Scenario),
        ("goals_academic", 0.6, part, "parts", "Goals that are academic; only the ratios count.", CHOICE, Scenario),
        ("goals_behaviour", 0.2, part, "parts", "Goals of behaviour.", CHOICE, Scenario),
        ("goals_social", 0.2, part, "parts", "Social goals.", CHOICE, Scenario),
        ("goals_met_intercept", 0.25, weight, "probit units", "How likely a student of average conscientiousness is to meet a goal.", CHOICE, Scenario),
        ("goals_met_conscientiousness", 0.3, weight, "probit units an SD", "Weight of conscientiousness on meeting a goal.", CHOICE, Scenario),
    ]);
}
