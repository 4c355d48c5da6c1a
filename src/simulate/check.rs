//! Whether a world's parameters fit each other.

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
    if let (Some(districts), Some(states)) = (p.get("districts"), p.get("states")) {
        refuse(
            states > districts || districts > v("schools"),
            &["states", "districts", "schools"],
            format!(
                "states = {states}, districts = {districts}, schools = {}: each state needs a district, each district a school",
                v("schools")
            ),
        );
    }
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
    let explained =
        0.25 * (square(v("iep_shift_math")).max(square(v("iep_shift_reading"))) + square(v("poverty_shift")) + square(v("el_shift")));
    refuse(
        explained > v("student_variance"),
        &["student_variance", "iep_shift_math", "iep_shift_reading", "poverty_shift", "el_shift"],
        format!(
            "the level shifts of IEP, poverty and EL can explain a variance of {explained:.3}, more than student_variance = {}",
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
