//! Undeclared missing codes in a column of numbers stop the run with a question.

use crate::cohort::{Cohort, Fault, Faults, Suspect, suspects};
use crate::panel::{PanelSpec, Paths, TreatmentRule};

pub(super) fn check(cohort: &Cohort, spec: &PanelSpec, faults: &mut Faults) {
    let mut values: Vec<&str> = vec![&spec.outcome];
    values.extend(spec.covariates.iter().filter(|c| !c.factor).map(|c| c.column.as_str()));
    values.extend(spec.weights.as_deref());
    // A slope in the period is asked about as the period.
    values.extend(spec.named_effects().iter().filter_map(|e| e.slope.as_deref()).filter(|x| spec.period.as_deref() != Some(*x)));
    let mut plain: Vec<&str> = values.clone();
    plain.extend(spec.period.as_deref());
    match &spec.treatment {
        TreatmentRule::Cohort(_) => {}
        TreatmentRule::Status(c) => plain.push(c),
        TreatmentRule::Arm { arm, post } => {
            plain.push(arm);
            plain.extend(post.as_deref());
        }
    }
    for suspect in cohort.undeclared.iter().filter(|s| plain.contains(&s.column.as_str())) {
        faults.push(question(cohort, suspect));
    }
    // The first treated period may say "never" in words.
    if let TreatmentRule::Cohort(name) = &spec.treatment {
        const NEVER: [&str; 8] = ["na", "n/a", "inf", "none", "null", "nan", ".", "-"];
        for suspect in cohort.undeclared.iter().filter(|s| s.column == *name && !NEVER.iter().any(|w| s.code.eq_ignore_ascii_case(w))) {
            faults.push(question(cohort, suspect));
        }
    }
    // A treatment of any size: no treatment is 0 by right, however far the other values are.
    let status = match &spec.treatment {
        TreatmentRule::Status(c) if spec.paths == Paths::Any => Some(c.as_str()),
        _ => None,
    };
    for name in values.into_iter().chain(status) {
        let Some(column) = cohort.column(name) else { continue };
        let zero = |s: &Suspect| status == Some(name) && s.code == "0";
        for suspect in suspects(column).iter().filter(|s| !cohort.is_declared_real(name, &s.code) && !zero(s)) {
            faults.push(question(cohort, suspect));
        }
    }
}

fn question(cohort: &Cohort, suspect: &Suspect) -> Fault {
    let Suspect { column, code, rows, first, why } = suspect;
    Fault::new(
        "DATA-003",
        format!("does {code:?} mean missing?"),
        format!("column {column}, {rows} rows, first at row {}", cohort.first_row + first),
        format!("{why}; if it means missing it would be averaged as if it were a value"),
        format!(
            "say which: under [data]  missing = [\"{column}={code}\"]  or  keep = [\"{column}={code}\"]  (flags --missing {column}={code}, --keep {column}={code})"
        ),
    )
}
