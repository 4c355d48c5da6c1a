//! The ledger: how many rows were read, and why some were not used.

/// Why a row is not in the analytic sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Excluded by the study's `where`.
    Where,
    /// The outcome is missing.
    MissingOutcome,
    /// The unit's identifier is missing.
    MissingUnit,
    /// The period is missing.
    MissingPeriod,
    /// The cluster is missing.
    MissingCluster,
    /// The group of a level within clusters is missing.
    MissingLevel,
    /// The block is missing.
    MissingBlock,
    /// A level or slope of a fixed effect is missing.
    MissingFixedEffect,
    /// The arm, post or treatment status is missing.
    MissingTreatment,
    /// A covariate is missing.
    MissingCovariate,
    /// The weight is missing.
    MissingWeight,
    /// Whether the treatment was really used is missing.
    MissingTakeUp,
    /// The unit is treated, and no dose is given.
    NoDose,
    /// The weight is zero: the row counts for nothing.
    ZeroWeight,
    /// The unit is not observed both before and after.
    NotInBothPeriods,
    /// The unit was already treated in the first period it could be compared in.
    AlwaysTreated,
    /// The period lies outside the window of event times.
    OutsideWindow,
    /// The unit is not observed in every period.
    NotInEveryPeriod,
    /// The unit's cluster is the only one of its cohort.
    LoneCluster,
    /// The unit has no untreated row, so nothing tells what it would have been.
    NothingUntreated,
    /// No comparison unit is left in the row's period.
    NoComparison,
    /// The treatment has crossed its first value: it was above and is below, or the other way round.
    CrossedBaseline,
    /// The treatment has changed, in a period that was not seen.
    ChangeNotSeen,
    /// Nobody whose treatment was the same at first can be compared with the unit.
    NoSameBaseline,
    /// The row was averaged with another one of the same unit and period, as asked.
    Averaged,
    /// The subgroup is missing.
    MissingSubgroup,
    /// The unit belongs to another subgroup.
    OtherSubgroup,
}

impl Reason {
    /// The reason in words, as JSON and tables print it.
    pub fn words(self) -> &'static str {
        match self {
            Reason::Where => "excluded by where",
            Reason::MissingOutcome => "missing outcome",
            Reason::MissingUnit => "missing unit",
            Reason::MissingPeriod => "missing period",
            Reason::MissingCluster => "missing cluster",
            Reason::MissingLevel => "missing level within the cluster",
            Reason::MissingBlock => "missing block",
            Reason::MissingFixedEffect => "missing fixed effect",
            Reason::MissingTreatment => "missing treatment",
            Reason::MissingCovariate => "missing covariate",
            Reason::MissingWeight => "missing weight",
            Reason::MissingTakeUp => "missing take-up",
            Reason::NoDose => "treated, and no dose given",
            Reason::ZeroWeight => "zero weight",
            Reason::NotInBothPeriods => "not observed both before and after",
            Reason::AlwaysTreated => "already treated in the first period",
            Reason::OutsideWindow => "outside the window of event times",
            Reason::NotInEveryPeriod => "not observed in every period",
            Reason::LoneCluster => "in the only cluster of its cohort",
            Reason::NothingUntreated => "the unit has no untreated row",
            Reason::NoComparison => "no comparison unit in the period",
            Reason::CrossedBaseline => "after the treatment crossed its first value",
            Reason::ChangeNotSeen => "after a change of treatment in a period that was not seen",
            Reason::NoSameBaseline => "nobody with the same treatment at first to compare with",
            Reason::Averaged => "averaged with another row of the same unit and period",
            Reason::MissingSubgroup => "missing subgroup",
            Reason::OtherSubgroup => "other subgroup",
        }
    }
}

/// Rows read and rows left out, by reason, in the order in which the rules were applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Rows in the source.
    pub n_rows: usize,
    /// Rows left out, by reason.
    pub dropped: Vec<(Reason, usize)>,
}

impl Ledger {
    /// A ledger for a source of `n_rows` rows.
    pub fn new(n_rows: usize) -> Self {
        Ledger { n_rows, dropped: Vec::new() }
    }

    /// Counts rows left out for a reason. Nothing is written when none is.
    pub fn drop_rows(&mut self, reason: Reason, n: usize) {
        if n == 0 {
            return;
        }
        match self.dropped.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, count)) => *count += n,
            None => self.dropped.push((reason, n)),
        }
    }

    /// Rows that remain.
    pub fn n_used(&self) -> usize {
        self.n_rows - self.dropped.iter().map(|(_, n)| n).sum::<usize>()
    }
}
