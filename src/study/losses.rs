//! Who was lost of the outcomes and analyses beside the headline, of which the check of attrition tells.

use super::analyse::Question;
use super::checks;
use super::file::StudyFile;
use crate::cohort::{Cohort, Faults};
use crate::diagnose::{Answered, Look};
use crate::panel::Panel;

/// Who was lost of an outcome in an analysis.
#[derive(Clone)]
pub struct Losses {
    /// The analysis.
    pub analysis: String,
    /// What the check of attrition says of its outcome.
    pub found: Answered,
}

/// Who was lost of a question that is not the headline's; `None` where the check of attrition is off, says nothing, or would take long
/// and is not asked for.
///
/// # Errors
/// As [`checks::asked`].
pub(super) fn losses(study: &StudyFile, analysis: &str, question: &Question, cohort: &Cohort) -> Result<Option<Losses>, Faults> {
    let all = checks::asked(&study.checks)?;
    let Some((asked, named)) = all.into_iter().find(|(a, _)| a.check.card.id == "attrition") else { return Ok(None) };
    let Look::Roll(look) = asked.check.look else { return Ok(None) };
    if checks::nobody_compared(study, &asked).is_some() || (cohort.n_rows > checks::MOST_ROWS && !named) {
        return Ok(None);
    }
    let answer = Panel::roll(cohort, &question.spec).map_err(|f| f.shown[0].clone()).and_then(|roll| look(&roll, &asked.options));
    let outcome = Some(question.spec.outcome.clone());
    let found = Answered { asked, outcome, by: None, warnings: Vec::new(), answer };
    Ok(Some(Losses { analysis: analysis.to_string(), found }))
}
