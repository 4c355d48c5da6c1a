//! Which school years sessions, classes and enrolments lie in. A school year is told by the year it ends in.

use super::table::{Found, Row, Table};
use crate::cohort::Faults;
use crate::ingest::IngestError;
use crate::store::Input;

/// Longest enrolment whose years are listed; a longer one is a placeholder of an open end.
const LONGEST: i64 = 20;

/// The folder's academicSessions.csv, where it has one.
pub(super) struct Calendar {
    pub(super) sessions: Option<Table>,
}

/// The school years of an enrolment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Years {
    /// Those of the class's terms, in order.
    terms: Vec<i64>,
    /// The year in which the enrolment begins, by its date.
    first: Option<i64>,
    /// The year in which it ends.
    last: Option<i64>,
}

impl Calendar {
    /// Reads the sessions.
    pub(super) fn read(folder: &Input, faults: &mut Faults) -> Result<Calendar, IngestError> {
        Ok(Calendar { sessions: Table::read(folder, "academicSessions.csv", &["sourcedId", "schoolYear"], faults)? })
    }

    /// The school year of a session, where it is told.
    pub(super) fn year(&self, session: &str) -> Option<i64> {
        let sessions = self.sessions.as_ref()?;
        match sessions.find(session.trim()) {
            Found::Row(at) => sessions.cell(&sessions.rows[at], "schoolYear").parse().ok(),
            _ => None,
        }
    }

    /// The one school year of all of a class's terms.
    pub(super) fn year_of_class(&self, classes: &Table, class: &Row) -> Option<i64> {
        let mut years = classes.cell(class, "termSourcedIds").split(',').map(|id| self.year(id));
        let first = years.next()??;
        years.all(|y| y == Some(first)).then_some(first)
    }

    /// The school years of an enrolment: those of its class's terms, and those between its dates.
    pub(super) fn years(&self, classes: &Table, class: &Row, enrollments: &Table, row: &Row) -> Years {
        let mut terms: Vec<i64> = classes.cell(class, "termSourcedIds").split(',').filter_map(|id| self.year(id)).collect();
        terms.sort_unstable();
        terms.dedup();
        let first = school_year(enrollments.cell(row, "beginDate"));
        let last = last_school_year(enrollments.cell(row, "endDate"));
        // Both in one July: the year that begins.
        let last = last.map(|l| first.map_or(l, |f| l.max(f)));
        Years { terms, first, last }
    }
}

impl Years {
    /// Whether the enrolment is of this year. What tells no year is of each, and so is each of a row without a year.
    pub(super) fn cover(&self, year: Option<i64>) -> bool {
        let Some(year) = year else { return true };
        let told = self.of_terms();
        if told.is_empty() { self.between_dates(year) } else { told.contains(&year) }
    }

    /// The years that are told for certain: an open end adds none.
    pub(super) fn certain(&self) -> Vec<i64> {
        let told = self.of_terms();
        match (self.first, self.last) {
            _ if !told.is_empty() => told,
            (Some(first), Some(last)) if last.saturating_sub(first) < LONGEST => (first..=last).collect(),
            (Some(first), _) => vec![first],
            (None, Some(last)) => vec![last],
            (None, None) => Vec::new(),
        }
    }

    /// The terms' years, of a class over several years those between the enrolment's dates; dates that contradict all of them say nothing.
    fn of_terms(&self) -> Vec<i64> {
        let both: Vec<i64> = self.terms.iter().copied().filter(|y| self.between_dates(*y)).collect();
        if both.is_empty() { self.terms.clone() } else { both }
    }

    fn between_dates(&self, year: i64) -> bool {
        self.first.is_none_or(|f| f <= year) && self.last.is_none_or(|l| year <= l)
    }
}

/// The school year of a date (YYYY-MM-DD), from July to June.
pub(super) fn school_year(date: &str) -> Option<i64> {
    let (year, month) = month_of(date)?;
    Some(year + i64::from(month >= 7))
}

/// The school year that ends by a date: what ends in July belongs to the year before the summer.
fn last_school_year(date: &str) -> Option<i64> {
    let (year, month) = month_of(date)?;
    Some(year + i64::from(month >= 8))
}

fn month_of(date: &str) -> Option<(i64, u8)> {
    let mut parts = date.get(..10)?.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, _): (i64, u8, u8) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (1..=12).contains(&month).then_some((year, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn years(terms: &[i64], begins: &str, ends: &str) -> Years {
        Years { terms: terms.to_vec(), first: school_year(begins), last: last_school_year(ends) }
    }

    #[test]
    fn a_school_year_runs_from_july_to_june() {
        assert_eq!((school_year("2020-07-01"), school_year("2021-06-30"), school_year("soon")), (Some(2021), Some(2021), None));
        assert_eq!((last_school_year("2021-07-15"), last_school_year("2021-08-15")), (Some(2021), Some(2022)));
    }

    #[test]
    fn terms_come_before_dates_and_dates_narrow_them() {
        assert_eq!(years(&[2021], "", "").certain(), [2021]);
        assert_eq!(years(&[2020, 2021], "2020-08-01", "").certain(), [2021]);
        assert_eq!(years(&[2020], "2020-08-01", "").certain(), [2020]);
        assert_eq!(years(&[], "2019-08-01", "2021-06-15").certain(), [2020, 2021]);
        assert_eq!(years(&[], "1900-01-01", "9999-12-31").certain(), [1900]);
        assert!(years(&[], "", "").certain().is_empty());
    }

    #[test]
    fn what_tells_no_year_is_of_each() {
        assert!(years(&[], "", "").cover(Some(2021)) && years(&[2020], "", "").cover(None));
        assert!(!years(&[2020], "", "").cover(Some(2021)));
        assert!(years(&[], "2020-08-01", "").cover(Some(2023)) && !years(&[], "2020-08-01", "").cover(Some(2020)));
    }
}
