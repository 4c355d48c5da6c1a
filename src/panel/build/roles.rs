//! Do the named columns exist, are they of the right kind, and do the roles contradict each other?

use super::effects;
use crate::cohort::{Cohort, Data, Fault, Faults, did_you_mean};
use crate::panel::{PanelSpec, TreatmentRule};

pub(super) fn check(cohort: &Cohort, spec: &PanelSpec) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for name in spec.columns() {
        if cohort.column(name).is_none() {
            faults.push(missing_column(cohort, name));
        }
    }
    contradictions(spec, &mut faults);
    let mut numeric: Vec<(&str, &str)> = vec![(&spec.outcome, "outcome")];
    numeric.extend(spec.weights.iter().map(|w| (w.as_str(), "weights")));
    numeric.extend(spec.period.iter().map(|p| (p.as_str(), "period")));
    match &spec.treatment {
        TreatmentRule::Cohort(c) => numeric.push((c, "cohort")),
        TreatmentRule::Status(c) => numeric.push((c, "treatment")),
        TreatmentRule::Arm { arm, post } => {
            numeric.push((arm, "arm"));
            numeric.extend(post.iter().map(|p| (p.as_str(), "post")));
        }
    }
    numeric.extend(spec.dose.iter().map(|c| (c.as_str(), "dose")));
    numeric.extend(spec.take_up.iter().map(|c| (c.as_str(), "take-up")));
    numeric.extend(spec.named_effects().iter().filter_map(|e| Some((e.slope.as_deref()?, "slope of a fixed effect"))));
    for (name, role) in numeric {
        if let Some(column) = cohort.column(name)
            && let Data::Text(texts) = &column.data
        {
            let row = (0..texts.codes.len()).find(|&r| texts.get(r).is_some_and(|t| !is_plain_number(t)));
            let place = match row {
                Some(r) => format!("column {name}, first at row {}", cohort.first_row + r),
                None => format!("column {name}"),
            };
            faults.push(Fault::new(
                "DATA-002",
                format!("text in the column that serves as {role}"),
                place,
                "a number is needed here; text cannot be averaged or put in order",
                "correct the cells, name another column, or declare codes for missing values:  missing = [\"…\"]  under [data] (flag --missing)",
            ));
        }
    }
    effects::check(cohort, spec, &mut faults);
    faults.into_result()
}

/// Whether a cell is a number and not an identifier with leading zeros.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.trim_start_matches(['-', '+']);
    let padded = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
    cell.parse::<f64>().is_ok() && !padded
}

/// The fault of a column that is not there, with the nearest name.
pub(crate) fn missing_column(cohort: &Cohort, name: &str) -> Fault {
    let names = cohort.names.iter().map(String::as_str);
    Fault::new(
        "DATA-001",
        format!("there is no column {name:?}"),
        format!("the data have {} columns", cohort.names.len()),
        "a role of the analysis names it",
        did_you_mean(name, names),
    )
}

fn contradictions(spec: &PanelSpec, faults: &mut Faults) {
    let mut roles: Vec<(&str, &str)> = vec![("outcome", &spec.outcome)];
    roles.extend(spec.unit.iter().map(|c| ("unit", c.as_str())));
    roles.extend(spec.period.iter().map(|c| ("period", c.as_str())));
    match &spec.treatment {
        TreatmentRule::Cohort(c) => roles.push(("cohort", c)),
        TreatmentRule::Status(c) => roles.push(("treatment", c)),
        TreatmentRule::Arm { arm, post } => {
            roles.push(("arm", arm));
            roles.extend(post.iter().map(|c| ("post", c.as_str())));
        }
    }
    roles.extend(spec.covariates.iter().map(|c| ("covariate", c.column.as_str())));
    for (i, (role, column)) in roles.iter().enumerate() {
        if let Some((earlier, _)) = roles[..i].iter().find(|(_, other)| other == column) {
            let pair_is_fine = *earlier == "covariate" && *role == "covariate";
            if !pair_is_fine {
                faults.push(Fault::new(
                    "PANEL-014",
                    format!("one column is both {earlier} and {role}"),
                    format!("column {column}"),
                    "the two roles contradict each other: the answer would be built into the question",
                    "name another column for one of them",
                ));
            }
        }
    }
    for (role, column) in [
        ("weights", &spec.weights),
        ("cluster", &spec.cluster),
        ("second cluster", &spec.second_cluster),
        ("block", &spec.block),
        ("subgroup", &spec.third),
        ("dose", &spec.dose),
        ("take-up", &spec.take_up),
    ] {
        if column.as_deref() == Some(spec.outcome.as_str()) {
            faults.push(Fault::new(
                "PANEL-014",
                format!("one column is both outcome and {role}"),
                format!("column {}", spec.outcome),
                "the two roles contradict each other",
                "name another column for one of them",
            ));
        }
    }
}
