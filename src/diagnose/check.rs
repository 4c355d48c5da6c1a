//! A check: its card, what it looks at, and what it finds.

use super::checks::{
    Attrited, Balanced, Bounded, Breakable, Carried, Detectable, Disagreed, LeftOut, Overlapping, Placebo, Sampled, Seeing, Specified,
    Tested, Weighted,
};
use super::subject::Subject;
use super::{Ground, Trends, Verdict, checks, multiverse};
use crate::cohort::{Fault, Faults, did_you_mean};
use crate::estimate::{Card, Fit, Options, Values};
use crate::infer::Setting;
use crate::panel::Panel;

/// A check that can be asked for by name.
#[derive(Debug)]
pub struct Check {
    /// What it is, what it asks, what it can be told.
    pub card: Card,
    /// What it looks at.
    pub look: Look,
}

/// What a check looks at, and how.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// Differences before and after treatment; the number is the level of confidence.
    Trends(fn(&Trends, &Options, f64) -> Result<Finding, Fault>),
    /// An estimate and its clusters.
    Fit(fn(&Fit, &Options, &Setting<'_>) -> Result<Finding, Fault>),
    /// The sample, and what it takes to estimate anew.
    Ground(fn(&Ground<'_>, &Options, &Setting<'_>) -> Result<Finding, Faults>),
    /// The analytic sample.
    Sample(fn(&Panel, &Options) -> Result<Finding, Fault>),
    /// The sample, the estimate and its method together.
    Estimate(fn(&Subject<'_>, &Options) -> Result<Finding, Fault>),
    /// Everyone who was assigned, with an outcome above 0 where a row is used ([`Panel::roll`]).
    Roll(fn(&Panel, &Options) -> Result<Finding, Fault>),
}

/// What a check found.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// How far trends may differ before the effect is gone.
    Honest(Bounded),
    /// Whether trends differed before treatment.
    Pretrends(Tested),
    /// What that test would have noticed.
    PretrendsPower(Detectable),
    /// Which comparisons a coefficient is made of.
    Bacon(Breakable),
    /// Which effects it weighs how.
    TwfeWeights(Weighted),
    /// What the effect is without each cluster in turn.
    LeaveOneOut(LeftOut),
    /// How alike the groups were before treatment.
    Balance(Balanced),
    /// Who is missing from the result.
    Attrition(Attrited),
    /// Whether there are comparison units like the treated.
    Overlap(Overlapping),
    /// The estimate where there can be no effect.
    Placebo(Placebo),
    /// What the study could have seen.
    Power(Seeing),
    /// What the sample itself can do.
    Sample(Sampled),
    /// What the effect is under other reasonable choices.
    Multiverse(Specified),
    /// Whose removal turns the result.
    SmallestSet(Carried),
    /// Why two estimators differ.
    Disagreement(Disagreed),
}

impl Finding {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        match self {
            Finding::Honest(f) => f.verdict(),
            Finding::Pretrends(f) => f.verdict(),
            Finding::PretrendsPower(f) => f.verdict(),
            Finding::Bacon(f) => f.verdict(),
            Finding::TwfeWeights(f) => f.verdict(),
            Finding::LeaveOneOut(f) => f.verdict(),
            Finding::Balance(f) => f.verdict(),
            Finding::Attrition(f) => f.verdict(),
            Finding::Overlap(f) => f.verdict(),
            Finding::Placebo(f) => f.verdict(),
            Finding::Power(f) => f.verdict(),
            Finding::Sample(f) => f.verdict(),
            Finding::Multiverse(f) => f.verdict(),
            Finding::SmallestSet(f) => f.verdict(),
            Finding::Disagreement(f) => f.verdict(),
        }
    }
}

/// All checks, in the order in which they are listed.
pub static CHECKS: &[&Check] = &[
    &checks::BALANCE,
    &checks::ATTRITION,
    &checks::SAMPLE,
    &checks::OVERLAP,
    &checks::PRETRENDS,
    &checks::PRETRENDS_POWER,
    &checks::HONEST,
    &checks::PLACEBO,
    &checks::BACON,
    &checks::TWFE_WEIGHTS,
    &checks::LEAVE_ONE_OUT,
    &checks::POWER_CHECK,
    &checks::MULTIVERSE,
    &checks::SMALLEST_SET,
    &checks::DISAGREEMENT,
];

/// Faults that are no fault of the question: the data do not answer it.
const UNANSWERED: [&str; 17] = [
    "DIAG-004", "DIAG-005", "DIAG-006", "DIAG-009", "DIAG-011", "DIAG-012", "DIAG-013", "DIAG-015", "DIAG-018", "DIAG-021", "DIAG-022",
    "DIAG-023", "DIAG-025", "DIAG-045", "DIAG-046", "DIAG-048", "DIAG-049",
];

/// A check with its options: `name[:key=value,…]`, resolved.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The check.
    pub check: &'static Check,
    /// Its options, defaults filled in.
    pub options: Options,
}

impl Asked {
    /// Reads `name[:key=value,…]`.
    ///
    /// # Errors
    ///
    /// DIAG-017: an unknown name, with the nearest known one; EST-002: an unknown option or value.
    pub fn parse(text: &str) -> Result<Asked, Faults> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        let Some(check) = CHECKS.iter().find(|c| c.card.id == name) else {
            return Err(Fault::new(
                "DIAG-017",
                format!("there is no check {name:?}"),
                format!("check {text}"),
                "nothing can be looked into with it",
                format!("{};  didact list diagnostics  shows them all", did_you_mean(name, CHECKS.iter().map(|c| c.card.id))),
            )
            .into());
        };
        Ok(Asked { check, options: Options::parse(&check.card, rest)? })
    }

    /// The check's name with the options that differ from the defaults.
    pub fn label(&self) -> String {
        self.options.label(&self.check.card)
    }

    /// The column that it reads beside those of the sample.
    pub fn column(&self) -> Option<&str> {
        let mut names = self.check.card.options.iter().filter(|o| matches!(o.values, Values::Name));
        names.find(|o| self.options.was_given(o.key)).map(|o| self.options.get(o.key))
    }

    /// All columns that it reads beside those of the sample.
    pub fn columns(&self) -> Vec<String> {
        let own = self.column().map(str::to_string);
        let named = if self.check.card.id == "multiverse" { multiverse::columns(&self.options) } else { Vec::new() };
        own.into_iter().chain(named).collect()
    }

    /// Sets apart a question that the data do not answer from one that is wrong.
    ///
    /// # Errors
    ///
    /// The faults of a wrong question.
    pub fn answer<T>(found: Result<T, Faults>) -> Result<Result<T, Fault>, Faults> {
        match found {
            Ok(found) => Ok(Ok(found)),
            Err(faults) => match faults.shown.iter().find(|f| UNANSWERED.contains(&f.code)) {
                Some(fault) if faults.total == 1 => Ok(Err(fault.clone())),
                _ => Err(faults),
            },
        }
    }
}

/// What a check that goes from cluster to cluster says of two clusterings that cross.
pub(in crate::diagnose) fn one_clustering(check: &str) -> Fault {
    Fault::new(
        "DIAG-049",
        format!("{check} heeds one clustering"),
        "two columns of clusters",
        "it goes from cluster to cluster of one kind, and errors by that kind alone would leave the other out",
        "name the unit of assignment alone (--cluster school_id)",
    )
}
