//! Whether a world's parameters fit each other.

use super::schools::URBANICITY;
use super::students::{CATEGORIES, between_categories};
use super::{ParameterError, Parameters};

/// All conflicts between parameters, each of which lies in its own range.
pub(super) fn conflicts(p: &Parameters) -> Vec<ParameterError> {
    let v = |name| p.value(name);
    let mut found = Vec::new();
    let mut refuse = |bad: bool, names: &[&'static str], what: String| {
        if bad {
            found.push(ParameterError::Conflict { names: names.to_vec(), what });
        }
    };
    // Where who gets profiles is not decided by school, or others stand in for comparison schools, this is held.
    let held = p.held("profile_schools");
    refuse(
        !held && v("profile_schools") >= v("schools"),
        &["profile_schools", "schools"],
        format!(
            "profile_schools = {} must be less than schools = {}: without comparison schools nothing can be compared",
            v("profile_schools"),
            v("schools")
        ),
    );
    let districts = v("districts");
    match p.get("states") {
        Some(states) => refuse(
            states > districts || districts > v("schools"),
            &["states", "districts", "schools"],
            format!(
                "states = {states}, districts = {districts}, schools = {}: each state needs a district, each district a school",
                v("schools")
            ),
        ),
        None => refuse(
            districts > v("schools"),
            &["districts", "schools"],
            format!("districts = {districts}, schools = {}: each district needs a school", v("schools")),
        ),
    }
    for (what, names) in [
        ("of the categories of disability", CATEGORIES.map(|(_, [part, _])| part).to_vec()),
        ("of where schools stand", URBANICITY.map(|(_, [part, _])| part).to_vec()),
        ("of how many goals are set", vec!["goals_one", "goals_two", "goals_three"]),
        ("of the kinds of goal", vec!["goals_academic", "goals_behaviour", "goals_social"]),
    ] {
        let none = names.iter().all(|name| v(name) == 0.0);
        refuse(none, &names, format!("the parts {what} are all 0: at least one must be there"));
    }
    refuse(
        v("smallest_class") > v("class_size") || v("class_size") > v("largest_class"),
        &["smallest_class", "class_size", "largest_class"],
        format!(
            "class_size = {} must lie within smallest_class = {} and largest_class = {}",
            v("class_size"),
            v("smallest_class"),
            v("largest_class")
        ),
    );
    refuse(
        v("survey_classroom_share") > v("survey_reliability"),
        &["survey_classroom_share", "survey_reliability"],
        "survey_classroom_share is a part of what the survey measures and cannot exceed survey_reliability".into(),
    );
    let (male, female) = (v("iep_male_share"), v("female_share"));
    let most = v("iep_share") * (male / (1.0 - female)).max((1.0 - male) / female);
    refuse(
        most > 1.0,
        &["iep_share", "iep_male_share", "female_share"],
        format!("by iep_share, iep_male_share and female_share {most:.2} of all boys (or girls) would have an IEP: more than there are"),
    );
    if let (Some(never), Some(always)) = (p.get("no_show_rate"), p.get("crossover_rate")) {
        refuse(
            never + always >= 1.0,
            &["no_show_rate", "crossover_rate"],
            "no_show_rate and crossover_rate together must leave someone who does what the lot says: less than 1".into(),
        );
    }
    refuse(v("floor") >= v("ceiling"), &["floor", "ceiling"], format!("floor = {} must lie below ceiling = {}", v("floor"), v("ceiling")));
    let students = super::batches::expected(p);
    refuse(
        students > 2e8,
        &["schools", "classrooms", "class_size"],
        format!("these are about {:.0} million students; at most 200 million can be numbered", students / 1e6),
    );
    refuse(
        v("last_year") <= v("first_year"),
        &["first_year", "last_year"],
        format!("last_year = {} must come after first_year = {}", v("last_year"), v("first_year")),
    );
    refuse(
        (p.last_take_up() as f64) < v("first_take_up"),
        &["first_take_up", "last_take_up"],
        format!("last_take_up = {} comes before first_take_up = {}", (p.last_take_up() as f64), v("first_take_up")),
    );
    refuse(
        v("first_take_up") <= v("first_year") || (p.last_take_up() as f64) > v("last_year"),
        &["first_take_up", "last_take_up", "first_year", "last_year"],
        format!(
            "profiles must be taken up after first_year = {} (someone must be seen before) and by last_year = {}",
            v("first_year"),
            v("last_year")
        ),
    );
    let top = v("entering_grade") + v("last_year") - v("first_year");
    refuse(
        top > 12.0,
        &["entering_grade", "first_year", "last_year"],
        format!("students who enter in grade {} would be in grade {top} in the last year; school ends with 12", v("entering_grade")),
    );
    let parts = ["school_variance", "class_variance", "student_variance", "transient_variance", "occasion_variance", "error_variance"];
    let total: f64 = parts.iter().map(|n| v(n)).sum();
    refuse(total <= 0.0, &parts, "all variances are 0: every student would score the same".into());
    let square = |x: f64| x * x;
    let shifts = square(v("iep_shift_math")).max(square(v("iep_shift_reading"))) + square(v("poverty_shift")) + square(v("el_shift"));
    let explained = 0.25 * shifts + 0.5 * between_categories(p);
    refuse(
        explained > v("student_variance"),
        &["student_variance", "iep_shift_math", "iep_shift_reading", "poverty_shift", "el_shift"],
        format!(
            "the level shifts of IEP (and of its categories), poverty and EL can explain a variance of {explained:.3}, more than student_variance = {}",
            v("student_variance")
        ),
    );
    refuse(
        square(v("poverty_correlation")) > v("school_persistence"),
        &["poverty_correlation", "school_persistence"],
        format!(
            "poverty does not change, so school_persistence = {} cannot be below the square of poverty_correlation = {}",
            v("school_persistence"),
            v("poverty_correlation")
        ),
    );
    refuse(
        v("leave_rate") + v("move_rate") > 0.9,
        &["leave_rate", "move_rate"],
        "leave_rate and move_rate together may not exceed 0.9 a year".into(),
    );
    found
}

#[cfg(test)]
mod tests {
    use super::super::defaults::school_study;

    #[test]
    fn all_conflicts_are_told_at_once() {
        let p = school_study().with("profile_schools", 42.0).with("last_year", 2013.0).with("student_variance", 0.1);
        let faults = p.check().unwrap_err();
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|s| s.contains("comparison schools")), "{said:?}");
        assert!(said.iter().any(|s| s.contains("must come after")), "{said:?}");
        assert!(said.iter().any(|s| s.contains("more than student_variance")), "{said:?}");
    }
}
