//! What profiles do, to whom, and how well they are used.

use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

const WEIGHT: &str = "scenario choice, not an estimate: nobody has measured it";
const HART: &str = "Hart et al. (87 trials): 43 % of an effect is left after 6–12 months, 37 % after 1–2 years";

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let multiple = [-10.0, 10.0];
    let weight = [-3.0, 3.0];
    let mean = [-5.0, 5.0];
    let share = [0.0, 1.0];
    #[rustfmt::skip]
    add(list, false, &[
        ("effect", 0.10, [-3.0, 3.0], "SD", "Effect on math in the first year with profiles, at mean fidelity.", "Kraft 2020: median .10 SD over trials with standardised tests", Literature),
        ("reading_ratio", 1.0, multiple, "multiple", "Effect on reading as a multiple of that on math.", CHOICE, Scenario),
        ("second_year_multiple", 1.25, multiple, "multiple", "Effect in the second year with profiles as a multiple of the first.", CHOICE, Scenario),
        ("later_years_multiple", 1.5, multiple, "multiple", "Effect in the third year with profiles and after as a multiple of the first.", CHOICE, Scenario),
        ("fidelity_intercept", 0.25, [-3.0, 3.0], "probit units", "Fidelity of a classroom with average drivers, before the normal distribution function.", WEIGHT, Scenario),
        ("staffing_weight", 0.5, weight, "probit units an SD", "Weight of staffing on fidelity.", WEIGHT, Scenario),
        ("training_weight", 0.4, weight, "probit units an SD", "Weight of teachers' training on fidelity.", WEIGHT, Scenario),
        ("family_weight", 0.3, weight, "probit units an SD", "Weight of families' engagement on fidelity.", WEIGHT, Scenario),
        ("technology_weight", -0.5, weight, "probit units an SD", "Weight of technology in place of staff on fidelity.", WEIGHT, Scenario),
        ("driver_school_share", 0.5, [0.0, 1.0], "share", "Part of the variance of these drivers that lies between schools.", CHOICE, Scenario),
        ("staffing_mean", 0.0, mean, "SD units", "Mean staffing of the study's classrooms, against the ordinary ones at which the effect is stated.", CHOICE, Scenario),
        ("training_mean", 0.0, mean, "SD units", "Mean training of their teachers.", CHOICE, Scenario),
        ("family_mean", 0.0, mean, "SD units", "Mean engagement of their families.", CHOICE, Scenario),
        ("technology_mean", 0.0, mean, "SD units", "Mean of technology in place of staff.", CHOICE, Scenario),
        ("effect_sd", 0.0, [0.0, 2.0], "SD", "Standard deviation between classrooms of the first year's effect, beside what fidelity explains.", "scenario choice; SD .10 between sites is thought likely", Scenario),
        ("iep_multiple", 1.0, multiple, "multiple", "Effect on students with an IEP as a multiple of that on others.", "unknown: 0 ± .05 SD of difference are thought likely", Scenario),
        ("poverty_multiple", 1.0, multiple, "multiple", "Effect on students with free or reduced-price lunch as a multiple of that on others.", CHOICE, Scenario),
        ("rural_multiple", 1.0, multiple, "multiple", "Effect in rural schools as a multiple of that elsewhere.", "unknown: tutoring systems had smaller effects in rural schools (arXiv 2511.04997)", Scenario),
        ("standing_slope", 0.0, multiple, "multiple an SD", "Change of the effect, as a multiple of it, for a student who stands one SD higher in the school.", "of unknown sign: Mindspark +.22 SD for low performers, Khan Academy more for high ones", Scenario),
        ("cohort_step", 0.0, [-2.0, 2.0], "multiple a year", "Change of the effect, as a multiple of it, for each year that profiles are taken up later.", CHOICE, Scenario),
        ("novelty", 0.0, [0.0, 5.0], "multiple", "How much larger the effect is while profiles are new.", "tutoring systems: larger effects in studies of less than a year", Scenario),
        ("novelty_weeks", 8.0, [0.5, 520.0], "weeks", "After how many weeks half of that is gone (a school year has 36).", CHOICE, Scenario),
        ("kept_first_year", 0.43, share, "share", "Part of the effect that is left in the first year after profiles were given up (see use_years).", HART, Literature),
        ("kept_later", 0.37, share, "share", "Part that is left after that.", HART, Literature),
        ("spillover", 0.0, [-1.0, 1.0], "multiple", "Effect on students without profiles, as a multiple of that on those with, where all other classrooms of the school have profiles.", "0–.25 are thought likely", Scenario),
        ("alignment", 1.0, [0.0, 10.0], "multiple", "How closely the test follows what is taught: it multiplies the effect.", "1 independent and broad, 1.7 independent and narrow, 3.8 made by the researcher, 4.1 by the developer (means of the WWC's database)", Literature),
        ("accommodation_gain", 0.0, [0.0, 2.0], "SD", "What accommodations in testing, which come with the profile, add to the scores of students with an IEP without any learning.", CHOICE, Scenario),
    ]);
    #[rustfmt::skip]
    add(list, true, &[
        ("use_years", 0.0, [0.0, 20.0], "years", "For how many years profiles are used; 0: for good.", CHOICE, Scenario),
    ]);
}
