//! Results of a OneRoster gradebook: by student and school year, a column a line item.

use super::table::{Found, Table};
use crate::cohort::{Fault, Faults};
use crate::ingest::IngestError;
use crate::store::Input;
use std::collections::BTreeMap;

/// The gradebook's files.
pub(super) struct Gradebook {
    pub(super) items: Table,
    pub(super) results: Table,
    sessions: Option<Table>,
}

/// Scores by student (a row of users.csv) and school year.
#[derive(Default)]
pub(super) struct Scores {
    /// The line items' titles, in their file's order.
    pub(super) titles: Vec<String>,
    /// For each student and school year the line and score of each title.
    pub(super) rows: BTreeMap<(usize, i64), BTreeMap<usize, (u64, String)>>,
    /// Results that are not scores, by their status.
    pub(super) without: BTreeMap<String, usize>,
    /// Results whose school year was told by their date.
    pub(super) by_date: usize,
}

impl Gradebook {
    /// Reads the gradebook where the folder has one.
    pub(super) fn read(folder: &Input, faults: &mut Faults) -> Result<Option<Gradebook>, IngestError> {
        let items = Table::read(folder, "lineItems.csv", &["sourcedId", "title", "classSourcedId"], faults)?;
        let results = Table::read(folder, "results.csv", &["sourcedId", "lineItemSourcedId", "studentSourcedId", "score"], faults)?;
        let sessions = Table::read(folder, "academicSessions.csv", &["sourcedId", "schoolYear"], faults)?;
        match (items, results) {
            (Some(items), Some(results)) => Ok(Some(Gradebook { items, results, sessions })),
            (None, None) => Ok(None),
            (items, _) => {
                let (there, lacking) = if items.is_some() { ("lineItems.csv", "results.csv") } else { ("results.csv", "lineItems.csv") };
                faults.push(super::lacking(lacking, &format!("there is {there}, which means nothing without it")));
                Ok(None)
            }
        }
    }

    /// Joins the results to students and school years.
    pub(super) fn scores(&self, users: &Table, classes: &Table, students: &[bool], faults: &mut Faults) -> Scores {
        let mut out = Scores::default();
        let mut title_of = Vec::new();
        for item in &self.items.rows {
            classes.follow(&self.items, item, "classSourcedId", faults);
            let title = match self.items.cell(item, "title") {
                "" => self.items.cell(item, "sourcedId"),
                title => title,
            };
            let at = out.titles.iter().position(|t| t == title).unwrap_or_else(|| {
                out.titles.push(title.to_string());
                out.titles.len() - 1
            });
            title_of.push(at);
        }
        for result in &self.results.rows {
            let item = self.items.follow(&self.results, result, "lineItemSourcedId", faults);
            let user = users.follow(&self.results, result, "studentSourcedId", faults);
            let (Some(item), Some(user)) = (item, user) else { continue };
            if !students[user] {
                *out.without.entry("of a user who is not a student".into()).or_default() += 1;
                continue;
            }
            let status = self.results.cell(result, "scoreStatus");
            let score = self.results.cell(result, "score");
            if !(status.is_empty() || status == "fully graded") || score.is_empty() {
                let why = if status.is_empty() || status == "fully graded" { "empty" } else { status };
                *out.without.entry(why.to_string()).or_default() += 1;
            }
            let score = if status.is_empty() || status == "fully graded" { score } else { "" };
            let Some(year) = self.school_year(item, result, classes, &mut out.by_date) else {
                faults.push(Fault::new(
                    "INGEST-024",
                    "nothing tells the school year of a result",
                    format!("results.csv, line {}", result.line),
                    "the score would stand in no period",
                    "export academicSessions.csv with schoolYear, or scoreDate (YYYY-MM-DD) with the results",
                ));
                continue;
            };
            let cells = out.rows.entry((user, year)).or_default();
            if let Some((first, _)) = cells.insert(title_of[item], (result.line, score.to_string())) {
                faults.push(Fault::new(
                    "INGEST-025",
                    format!("a student has two results of {:?} in the school year {year}", out.titles[title_of[item]]),
                    format!("results.csv, lines {first} and {}", result.line),
                    "one of them would be lost",
                    "give line items that differ different titles, or delete the result that does not count",
                ));
            }
        }
        out
    }

    /// The school year, by the year it ends in: that of the line item's session, else of its class's terms, else of the date.
    fn school_year(&self, item: usize, result: &super::table::Row, classes: &Table, by_date: &mut usize) -> Option<i64> {
        let item = &self.items.rows[item];
        let of_session = |id: &str| {
            let sessions = self.sessions.as_ref()?;
            match sessions.find(id.trim()) {
                Found::Row(at) => sessions.cell(&sessions.rows[at], "schoolYear").parse::<i64>().ok(),
                _ => None,
            }
        };
        let direct = ["gradingPeriodSourcedId", "academicSessionSourcedId"].iter().find_map(|c| of_session(self.items.cell(item, c)));
        let of_class = || {
            let Found::Row(class) = classes.find(self.items.cell(item, "classSourcedId")) else { return None };
            let mut years = classes.cell(&classes.rows[class], "termSourcedIds").split(',').map(of_session);
            let first = years.next()??;
            years.all(|y| y == Some(first)).then_some(first)
        };
        direct.or_else(of_class).or_else(|| {
            let year = year_of(self.results.cell(result, "scoreDate"))?;
            *by_date += 1;
            Some(year)
        })
    }
}

/// The school year of a date, from July to June.
fn year_of(date: &str) -> Option<i64> {
    let mut parts = date.get(..10)?.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, _): (i64, u8, u8) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (1..=12).contains(&month).then_some(year + i64::from(month >= 7))
}
