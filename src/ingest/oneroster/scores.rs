//! Results of a OneRoster gradebook: by student and school year, a column a line item.

use super::calendar::{Calendar, school_year};
use super::table::{Found, Row, Table};
use crate::cohort::{Fault, Faults};
use crate::ingest::IngestError;
use crate::store::Input;
use std::collections::BTreeMap;

/// The gradebook's files.
pub(super) struct Gradebook {
    pub(super) items: Table,
    pub(super) results: Table,
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
        match (items, results) {
            (Some(items), Some(results)) => Ok(Some(Gradebook { items, results })),
            (None, None) => Ok(None),
            (items, _) => {
                let (there, lacking) = if items.is_some() { ("lineItems.csv", "results.csv") } else { ("results.csv", "lineItems.csv") };
                faults.push(super::lacking(lacking, &format!("there is {there}, which means nothing without it")));
                Ok(None)
            }
        }
    }

    /// Joins the results to students and school years.
    pub(super) fn scores(&self, users: &Table, classes: &Table, calendar: &Calendar, students: &[bool], faults: &mut Faults) -> Scores {
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
            let Some(year) = self.school_year(item, result, classes, calendar, &mut out.by_date) else {
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
    fn school_year(&self, item: usize, result: &Row, classes: &Table, calendar: &Calendar, by_date: &mut usize) -> Option<i64> {
        let item = &self.items.rows[item];
        let periods = ["gradingPeriodSourcedId", "academicSessionSourcedId"];
        let direct = periods.iter().find_map(|c| calendar.year(self.items.cell(item, c)));
        let of_class = || match classes.find(self.items.cell(item, "classSourcedId")) {
            Found::Row(class) => calendar.year_of_class(classes, &classes.rows[class]),
            _ => None,
        };
        direct.or_else(of_class).or_else(|| {
            let year = school_year(self.results.cell(result, "scoreDate"))?;
            *by_date += 1;
            Some(year)
        })
    }
}
