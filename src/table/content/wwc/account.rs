//! Table 3: what was planned beforehand, and who has a stake.

use super::{Asked, words};
use crate::study::Run;
use crate::table::Table;

/// Table 3.
pub(super) fn registration(run: &Run) -> Table {
    let mut out = Asked::new(3, "registration", "Study pre-registration and conflicts of interest");
    let context = &run.study.context;
    match &run.plan {
        Some(kept) => {
            out.known("plan locked beforehand", format!("yes, BLAKE3 {}", kept.blake3));
            out.open("where it was registered", "the registry and the address of the plan");
            out.known(
                "deviations from the plan",
                match kept.deviations.len() {
                    0 => "none".into(),
                    n => format!("{n}; the table of deviations names them"),
                },
            );
        }
        None => out.open("plan registered beforehand", "the registry and the address of the plan, or that there was none"),
    }
    let authors = &run.study.study.authors;
    out.maybe("authors", (!authors.is_empty()).then(|| authors.join(", ")), "who did the study");
    out.maybe("study run or paid for by", context.conductor.map(|c| words::conducted(c).into()), "who ran the study, and who paid for it");
    out.maybe("test", context.measure.map(|m| words::made(m).into()), "who made the test, and whether they gain from the result");
    let declined = context.declined_evaluation.map(|d| if d { "yes" } else { "no" }.into());
    out.maybe("independent evaluation declined", declined, "whether an independent evaluation was offered and declined");
    out.open("conflicts of interest", "every author's interest in the intervention, or that there is none");
    out.done()
}
