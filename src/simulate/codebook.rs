//! What each simulated column means.

use super::columns::ORDER;
use crate::cohort::Codebook;

const MADE: &str = "simulated";
const GILMOUR: &str = "simulated; gap from Gilmour et al. 2019, share from NCES 2022–23";
const WEIGHTS: &str = "simulated; standard normal, a scenario choice";

#[rustfmt::skip]
const ENTRIES: [(&str, &str, &str, &str); 26] = [
    ("student_id", "The student.", "identifier", MADE),
    ("classroom_id", "The student's classroom: a section of the entering grade that stays together.", "identifier", MADE),
    ("school_id", "The student's school: the unit of assignment.", "identifier", MADE),
    ("year", "The school year.", "school year, by its spring", MADE),
    ("grade", "The student's grade in that year.", "grade, 0 = kindergarten", MADE),
    ("profile_year", "First year in which the classroom used learner profiles; missing: never.", "school year, by its spring", MADE),
    ("profiles", "Whether the classroom used learner profiles in that year.", "0/1", MADE),
    ("math", "Mathematics test in spring; missing when the test was missed.", "points", "simulated; growth from Hill, Bloom, Black & Lipsey 2008"),
    ("reading", "Reading test in spring; missing when the test was missed.", "points", "simulated; growth from Hill, Bloom, Black & Lipsey 2008"),
    ("gpa", "Grade point average of the year. Profiles do not move it in this world.", "0 to 4", "simulated; a scenario choice"),
    ("attendance", "Attendance in the year before.", "percent of days", "simulated; share below 90 % from Attendance Works, 2017–18"),
    ("iep", "Whether the student has an individualized education program.", "0/1", GILMOUR),
    ("iep_category", "Category of disability under IDEA; missing when the student has no IEP.", "category", "simulated; mix from NCES Digest 204.50"),
    ("el", "Whether the student is an English learner.", "0/1", MADE),
    ("frl", "Whether the student has free or reduced-price lunch.", "0/1", MADE),
    ("female", "Whether the student is a girl.", "0/1", MADE),
    ("prior_math", "Mathematics test in the spring before the study, also of students who join later.", "points", MADE),
    ("conscientiousness", "Score of conscientiousness at entry.", "T score, mean 50, SD 10", "simulated; reliability .7"),
    ("openness", "Score of openness at entry.", "T score, mean 50, SD 10", "simulated; reliability .7"),
    ("staffing", "How well the classroom is staffed.", "SD units, mean 0", WEIGHTS),
    ("training", "How much training the classroom's teachers have had.", "SD units, mean 0", WEIGHTS),
    ("family", "How engaged the classroom's families are.", "SD units, mean 0", WEIGHTS),
    ("technology_for_staff", "How far technology stands in for staff in the classroom.", "SD units, mean 0", WEIGHTS),
    ("fidelity", "How well the classroom works with profiles; missing when it never does.", "0 to 1", "simulated from the four drivers; the weights are scenario choices, not estimates"),
    ("goals_set", "Goals set in the student's learner profile in that year; 0 where there is no profile.", "count", "simulated; a scenario choice"),
    ("goals_met", "How many of the goals set in that year have been met.", "count", "simulated; a scenario choice"),
];

/// The codebook of a simulated cohort, in column order.
pub(super) fn codebook() -> Codebook {
    let mut book = Codebook::default();
    for name in ORDER {
        let (column, meaning, unit, source) =
            ENTRIES.iter().find(|e| e.0 == name).unwrap_or_else(|| panic!("column {name} is not in the codebook"));
        book.describe(column, meaning, unit, source);
    }
    book
}
