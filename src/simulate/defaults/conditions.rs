//! Parameters that only some worlds have.

use super::super::Parameters;
use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

type Rows = Vec<Parameter>;

fn group(whole: bool, rows: &[super::Row]) -> Parameters {
    let mut list = Rows::new();
    add(&mut list, whole, rows);
    Parameters::new(list)
}

/// Lots within schools.
pub(in super::super) fn lottery() -> Parameters {
    group(false, &[("profile_share", 0.5, [0.02, 0.98], "share", "Share that the lot gives profiles.", CHOICE, Scenario)])
}

/// People who do not do what the lot says.
#[rustfmt::skip]
pub(in super::super) fn compliance() -> Parameters {
    group(false, &[
        ("no_show_rate", 0.15, [0.0, 0.95], "share", "Students who never use profiles, whatever the lot says.", CHOICE, Scenario),
        ("crossover_rate", 0.03, [0.0, 0.95], "share", "Students who get profiles anyway (of another teacher, say).", "0–5 % are thought likely", Scenario),
    ])
}

/// Profiles for those who did badly.
#[rustfmt::skip]
pub(in super::super) fn low_scores() -> Parameters {
    group(false, &[
        ("dip_share", 0.25, [0.01, 0.99], "share", "Profiles go to students whose score in math lay in this lowest part in the year before.", "the selection of the lowest quarter, by which regression to the mean is shown", Scenario),
    ])
}

/// Software that everyone may use, and some do.
#[rustfmt::skip]
pub(in super::super) fn dosage() -> Parameters {
    let mut list = Rows::new();
    add(&mut list, false, &[
        ("heavy_share", 0.09, [0.005, 0.9], "share", "Students who reach the recommended dose.", "Khan Academy 2022–23: 9 % of 350,000 students", Literature),
        ("dose_full", 30.0, [1.0, 600.0], "minutes a week", "The recommended dose; more has no more effect.", "Khan Academy: 30 minutes a week", Literature),
        ("dose_spread", 1.2, [0.1, 3.0], "log units", "Standard deviation of the logarithm of minutes a week.", "chosen so that the mean is about 12 minutes (published: 11)", Literature),
        ("drive_growth", 0.152, [-1.0, 1.0], "SD a year", "How much faster a student grows who has one SD more of the drive that also makes people use software, software or not.", "a correlation of .24 with gains of SD .632 makes an effect of .085 look like .36", Scenario),
    ]);
    add(&mut list, true, &[
        ("norm_comparison", 1.0, [0.0, 1.0], "0 or 1", "1: the file holds those who reached the dose, each beside the growth that the norm expects, as the vendor reports; 0: everyone, heavy users against light ones.", "vendors' reports", Literature),
    ]);
    Parameters::new(list)
}

/// States, in which districts lie.
#[rustfmt::skip]
pub(in super::super) fn hierarchy() -> Parameters {
    let mut list = Rows::new();
    add(&mut list, true, &[
        ("states", 40.0, [1.0, 60.0], "states", "States; districts are spread over them evenly.", "more than 40 states promote personalized learning", Literature),
    ]);
    add(&mut list, false, &[
        ("state_variance", 0.01, [0.0, 1.0], "SD²", "Variance between states of a district's level.", CHOICE, Scenario),
    ]);
    Parameters::new(list)
}

/// A pandemic.
#[rustfmt::skip]
pub(in super::super) fn pandemic() -> Parameters {
    let mut list = Rows::new();
    add(&mut list, true, &[("pandemic_year", 2021.0, [1990.0, 2100.0], "school year, by its spring", "The year of the loss.", "2020–21", Literature)]);
    add(&mut list, false, &[
        ("pandemic_math", -0.24, [-2.0, 2.0], "SD", "Loss in math in a school of average poverty that was remote for half of the year.", "Kuhfeld et al. 2022: −.20 to −.27", Literature),
        ("pandemic_reading", -0.13, [-2.0, 2.0], "SD", "Loss in reading.", "Kuhfeld et al. 2022: −.09 to −.18", Literature),
        ("pandemic_poverty", 0.5, [-2.0, 2.0], "multiple", "How much more a school loses where all students are poor and schooling was remote all year.", "Goldhaber et al. 2022: high-poverty schools lost 50 % more where remote", Literature),
        ("in_person_loss", 0.5, [0.0, 1.0], "share", "Part of that loss in a school that was never remote; the rest is proportional to the time of remote schooling.", CHOICE, Scenario),
        ("remote_mean", 4.5, [0.0, 9.0], "months", "Mean months of remote schooling in a year of nine.", "scenario choice: half of the year", Scenario),
        ("remote_spread", 2.5, [0.0, 9.0], "months", "Standard deviation of them between schools, before they are cut off at 0 and 9.", CHOICE, Scenario),
        ("remote_poverty", 0.5, [-0.99, 0.99], "correlation", "Correlation of a school's poverty with its months of remote schooling.", "high-poverty schools were remote for longer", Scenario),
        ("pandemic_recovery", 0.2, [0.0, 1.0], "share a year", "Part of the loss that is made up in each later year.", "NAEP and NWEA 2024: most of the loss was still there after two to three years", Literature),
        ("recovery_poverty", 0.5, [-1.0, 1.0], "multiple", "How much slower an all-poor school recovers.", "what recovery there is comes from higher performers (NAEP 2024)", Scenario),
    ]);
    Parameters::new(list)
}

/// A norm as comparison.
#[rustfmt::skip]
pub(in super::super) fn norm() -> Parameters {
    group(false, &[
        ("norm_shift", -0.06, [-1.0, 1.0], "SD a year", "How far the norm's yearly growth lies above what students like these would grow without profiles; below 0: the norm is easy to beat.", "scenario choice: norms are old, and schools that buy a programme differ from the nation", Scenario),
    ])
}

/// Matched students elsewhere as comparison.
#[rustfmt::skip]
pub(in super::super) fn virtual_comparison() -> Parameters {
    group(true, &[
        ("matches", 51.0, [1.0, 1000.0], "students", "Students elsewhere whose mean is compared with each student: same grade, same score at the start.", "RAND WR-1061: up to 51", Literature),
    ])
}

/// Explicit skills.
#[rustfmt::skip]
pub(in super::super) fn mastery() -> Parameters {
    let mut list = Rows::new();
    add(&mut list, true, &[
        ("skills", 40.0, [5.0, 200.0], "skills", "Skills of the curriculum over all years, the easiest first.", CHOICE, Scenario),
        ("planned_skills", 6.0, [0.0, 40.0], "skills a year", "Skills that a student's profile plans for a year: the next ones not yet mastered.", CHOICE, Scenario),
    ]);
    add(&mut list, false, &[
        ("skills_below", 2.0, [0.0, 6.0], "SD", "How far the easiest skill lies below the mean of the first year.", CHOICE, Scenario),
        ("skills_above", 1.5, [0.0, 6.0], "SD", "How far the hardest skill lies above the mean of the last year.", CHOICE, Scenario),
        ("skill_spread", 0.4, [0.0, 3.0], "SD", "How much a skill is harder for one student than for another of the same level.", CHOICE, Scenario),
        ("plan_focus", 3.0, [0.0, 20.0], "multiple", "Effect on a planned skill as a multiple of the effect on the level.", CHOICE, Scenario),
    ]);
    Parameters::new(list)
}
