//! Cohorts, periods, and the (cohort, period) cells they form.

/// The period in which a unit is first treated; where treatments do not simply stay on, in which its treatment first changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FirstTreated {
    /// Treated from this period on.
    At(i64),
    /// Not treated within the sample.
    Never,
}

/// The periods and cohorts of a sample. A cell is numbered `cohort · periods + period`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// The periods, ascending.
    pub periods: Vec<i64>,
    /// The cohorts, ascending, `Never` last.
    pub cohorts: Vec<FirstTreated>,
}

impl Cells {
    /// Number of cells, whether or not they have rows.
    pub fn len(&self) -> usize {
        self.periods.len() * self.cohorts.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a cell.
    pub fn cell(&self, cohort_ix: usize, period_ix: usize) -> u32 {
        (cohort_ix * self.periods.len() + period_ix) as u32
    }

    /// The cohort of a cell, as an index.
    #[inline]
    pub fn cohort_ix(&self, cell: u32) -> usize {
        cell as usize / self.periods.len()
    }

    /// The period of a cell, as an index.
    #[inline]
    pub fn period_ix(&self, cell: u32) -> usize {
        cell as usize % self.periods.len()
    }

    /// A cell in words.
    pub fn label(&self, cell: u32) -> String {
        let period = self.periods[self.period_ix(cell)];
        match self.cohorts[self.cohort_ix(cell)] {
            FirstTreated::At(g) => format!("cohort {g}, period {period}"),
            FirstTreated::Never => format!("the never-treated, period {period}"),
        }
    }

    /// A cohort in words.
    pub fn cohort_name(&self, cohort_ix: usize) -> String {
        match self.cohorts[cohort_ix] {
            FirstTreated::At(g) => format!("cohort {g}"),
            FirstTreated::Never => "the never-treated".into(),
        }
    }

    /// Periods since (negative: until) the first treated one; `None` for never-treated cohorts.
    pub fn event_time(&self, cell: u32) -> Option<i64> {
        match self.cohorts[self.cohort_ix(cell)] {
            FirstTreated::At(g) => Some(self.periods[self.period_ix(cell)] - g),
            FirstTreated::Never => None,
        }
    }

    /// Whether a cell is treated.
    pub fn is_treated(&self, cell: u32) -> bool {
        self.event_time(cell).is_some_and(|e| e >= 0)
    }

    /// Whether a cohort is treated at some time in the sample.
    pub fn is_ever_treated(&self, cohort_ix: usize) -> bool {
        matches!(self.cohorts[cohort_ix], FirstTreated::At(_))
    }

    /// The cohorts treated within the sample, with their index.
    pub fn treated_cohorts(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        self.cohorts.iter().enumerate().filter_map(|(i, c)| match c {
            FirstTreated::At(g) => Some((i, *g)),
            FirstTreated::Never => None,
        })
    }

    /// How many distinct times before the start, and from it on, the cohorts that are not treated throughout have.
    pub(crate) fn n_event_times(&self) -> [usize; 2] {
        let first = self.periods[0];
        let starts = self.treated_cohorts().filter(|(_, g)| *g > first);
        let times: std::collections::BTreeSet<i64> = starts.flat_map(|(_, g)| self.periods.iter().map(move |p| p - g)).collect();
        let before = times.iter().filter(|e| **e < 0).count();
        [before, times.len() - before]
    }

    /// Whether some units are never treated.
    pub fn has_never(&self) -> bool {
        self.cohorts.last() == Some(&FirstTreated::Never)
    }

    /// The cohorts that are treated from the first period on: no change of theirs can be seen.
    pub fn always_treated(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        let first = self.periods[0];
        self.treated_cohorts().filter(move |&(_, g)| g <= first)
    }
}
