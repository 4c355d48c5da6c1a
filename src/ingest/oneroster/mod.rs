//! A OneRoster folder (1.1 and 1.2 CSV), joined to one row a student and school year.
//!
//! A student's classroom in a school year is the homeroom of that year where there is exactly one, else the only class; with several
//! there is none, and the codebook counts them. A class is of the years of its terms, else of those between an enrolment's dates,
//! else of each. References that lead nowhere are faults; rows marked `tobedeleted` are left out, with what refers to
//! them; a delta, which holds only changes, is refused. Names, addresses and passwords are not kept.
//!
//! Source: 1EdTech, OneRoster v1.1 CSV Tables (2017) and v1.2 Rostering and Gradebook CSV Binding (2022).

mod calendar;
mod placement;
mod scores;
mod table;

use super::builder::Builder;
use super::codes::Codes;
use super::labels::count;
use super::{IngestError, no_rows};
use crate::cohort::{Cohort, Column, Data, Fault, Faults, Suspect};
use crate::store::Input;
use calendar::Calendar;
use placement::{Enrolled, Placement};
use scores::{Gradebook, Scores};
use table::{Found, Table};

/// Most cells of scores that are made.
const CELLS: usize = 100_000_000;

pub(super) fn read(input: &Input, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    let mut faults = Faults::default();
    let manifest = Table::read(input, "manifest.csv", &["propertyName", "value"], &mut faults)?;
    deltas(manifest.as_ref(), &mut faults);
    let mut needed = |file: &'static str, columns: &[&str]| -> Result<Option<Table>, IngestError> {
        let found = Table::read(input, file, columns, &mut faults)?;
        if found.is_none() {
            faults.push(lacking(file, "students cannot be placed without it"));
        }
        Ok(found)
    };
    let users = needed("users.csv", &["sourcedId"])?;
    let orgs = needed("orgs.csv", &["sourcedId"])?;
    let classes = needed("classes.csv", &["sourcedId", "schoolSourcedId"])?;
    let enrollments = needed("enrollments.csv", &["classSourcedId", "userSourcedId", "role"])?;
    let roles = Table::read(input, "roles.csv", &["userSourcedId", "role"], &mut faults)?;
    let demographics = Table::read(input, "demographics.csv", &["sourcedId"], &mut faults)?;
    let gradebook = Gradebook::read(input, &mut faults)?;
    let calendar = Calendar::read(input, &mut faults)?;
    if let (Some(users), None) = (&users, &roles) {
        users.has(&["role"], &mut faults);
    }
    std::mem::take(&mut faults).into_result()?;
    let (Some(users), Some(orgs), Some(classes), Some(enrollments)) = (users, orgs, classes, enrollments) else {
        return Err(no_rows().into());
    };

    let students = students(&users, roles.as_ref(), &mut faults);
    let enrolled = Enrolled::of(&users, &orgs, &classes, &enrollments, &calendar, &students, &mut faults);
    let people = people(&users, demographics.as_ref(), &mut faults);
    let scores = gradebook.as_ref().map(|g| g.scores(&users, &classes, &calendar, &students, &mut faults));
    faults.into_result()?;

    let rows = rows(&students, &enrolled, scores.as_ref());
    if rows.is_empty() {
        return Err(no_rows().into());
    }
    let placement = Placement::of(&enrolled, &rows, &users, &orgs, &classes);
    let sessions = calendar.sessions.as_ref();
    let all = [Some(&users), Some(&orgs), Some(&classes), Some(&enrollments), roles.as_ref(), demographics.as_ref(), sessions];
    let graded = gradebook.iter().flat_map(|g| [&g.items, &g.results]);
    let gone: Vec<String> =
        all.into_iter().flatten().chain(graded).filter(|t| t.n_gone > 0).map(|t| format!("{} of {}", t.n_gone, t.file)).collect();
    let told = if manifest.is_some() { "a OneRoster folder (bulk)" } else { "a OneRoster folder without manifest.csv, taken as bulk" };
    let mut out = Joined { cohort: Cohort { first_row: 1, declared_real: codes.keep.clone(), ..Cohort::default() }, columns, codes, told };

    let left_out = if gone.is_empty() { String::new() } else { format!("rows marked tobedeleted left out: {}", gone.join(", ")) };
    out.column("student", "the student's sourcedId", &left_out, true, &rows, |(u, _)| users.cell(&users.rows[u], "sourcedId"));
    let dated = rows.iter().any(|(_, year)| year.is_some());
    let (of_year, each) = if dated { (" of the school year", "students and school years") } else { ("", "students") };
    let homeless =
        format!("homeroom, or the only class{of_year}; none for {} {each}, with several classes or none", count(placement.without_class));
    out.fill("classroom", ("the class's sourcedId", &homeless), true, rows.len(), &|row| placement.class(row, &classes));
    let homeless = format!("the class's, or the only one; none for {} {each}", count(placement.without_school));
    out.fill("school", ("the school's sourcedId", &homeless), true, rows.len(), &|row| placement.school(row));
    out.column("grade", "the student's grades in users.csv", "", false, &rows, |(u, _)| users.cell(&users.rows[u], "grades"));
    if let Some(scores) = &scores
        && rows.len().saturating_mul(scores.titles.len()) > CELLS
    {
        return Err(too_many(scores.titles.len(), rows.len()).into());
    }
    if scores.is_some() || dated {
        let by_date = match scores.as_ref().map_or(0, |s| s.by_date) {
            0 => String::new(),
            n => format!("{} results placed by their date, a school year being July to June", count(n)),
        };
        let years: Vec<String> = rows.iter().map(|(_, year)| year.map_or_else(String::new, |y| y.to_string())).collect();
        let at = |row: usize| years[row].as_str();
        out.numbered("period", "the school year, by the year it ends in", &by_date, rows.len(), at);
    }
    if let Some(table) = &demographics {
        for name in table.own_columns() {
            out.column(name, "from demographics.csv", "", false, &rows, |(u, _)| {
                people[u].map_or("", |row| table.cell(&table.rows[row], name))
            });
        }
    }
    if let Some(scores) = &scores {
        let without: Vec<String> = scores.without.iter().map(|(status, n)| format!("{status}: {}", count(*n))).collect();
        let note = if without.is_empty() {
            String::new()
        } else {
            format!("results of all line items that are no scores: {}", without.join(", "))
        };
        for (at, title) in scores.titles.iter().enumerate() {
            if out.cohort.names.contains(title) {
                return Err(taken(title).into());
            }
            out.column(title, "the score of the line item of this title", &note, false, &rows, |(u, year)| {
                year.and_then(|y| scores.rows.get(&(u, y))).and_then(|cells| cells.get(&at)).map_or("", |(_, score)| score.as_str())
            });
        }
    }
    out.cohort.n_rows = rows.len();
    Ok(out.cohort)
}

/// A row of the joined table: a student (a row of users.csv) and a school year.
type At = (usize, Option<i64>);

struct Joined<'a> {
    cohort: Cohort,
    columns: Option<&'a [&'a str]>,
    codes: &'a Codes,
    told: &'a str,
}

impl Joined<'_> {
    fn column<'t>(&mut self, name: &str, meaning: &str, note: &str, as_text: bool, rows: &[At], cell: impl Fn(At) -> &'t str) {
        self.fill(name, (meaning, note), as_text, rows.len(), &|row| cell(rows[row]));
    }

    fn numbered<'t>(&mut self, name: &str, meaning: &str, note: &str, n: usize, cell: impl Fn(usize) -> &'t str) {
        self.fill(name, (meaning, note), false, n, &cell);
    }

    fn fill<'t>(&mut self, name: &str, says: (&str, &str), as_text: bool, n: usize, cell: &dyn Fn(usize) -> &'t str) {
        self.cohort.names.push(name.to_string());
        if self.columns.is_some_and(|c| !c.contains(&name)) {
            return;
        }
        let (data, suspects) = built(name, as_text, self.codes, n, cell);
        let codes = self.codes;
        self.cohort.undeclared.extend(suspects.into_iter().filter(|s| !codes.is_kept(name, &s.code)));
        self.cohort.codebook.note(name, says.0, says.1, self.told, Vec::new());
        self.cohort.push(Column { name: name.to_string(), data });
    }
}

/// A column by the rules of delimited text.
fn built<'t>(name: &str, as_text: bool, codes: &Codes, n: usize, cell: &dyn Fn(usize) -> &'t str) -> (Data, Vec<Suspect>) {
    let mut builder = Builder::new(as_text, &codes.missing_in(name), false);
    for row in 0..n {
        if builder.push(cell(row)).is_err() {
            return built(name, true, codes, n, cell);
        }
    }
    let (data, suspects) = builder.finish(name);
    let empty = (0..n).all(|row| data.is_missing(row));
    (if empty && !as_text { Data::Number(vec![f64::NAN; n]) } else { data }, suspects)
}

/// Which users are students.
fn students(users: &Table, roles: Option<&Table>, faults: &mut Faults) -> Vec<bool> {
    let mut out = vec![false; users.rows.len()];
    if users.knows("role") {
        for (student, row) in out.iter_mut().zip(&users.rows) {
            *student = users.cell(row, "role") == "student";
        }
    } else if let Some(roles) = roles {
        for row in roles.rows.iter().filter(|row| roles.cell(row, "role") == "student") {
            if let Some(user) = users.follow(roles, row, "userSourcedId", faults) {
                out[user] = true;
            }
        }
    }
    out
}

/// For each user the row of demographics.csv.
fn people(users: &Table, demographics: Option<&Table>, faults: &mut Faults) -> Vec<Option<usize>> {
    let mut out = vec![None; users.rows.len()];
    for (at, row) in demographics.iter().flat_map(|d| d.rows.iter().enumerate()) {
        if let Some(user) = demographics.and_then(|d| users.follow(d, row, "sourcedId", faults)) {
            out[user] = Some(at);
        }
    }
    out
}

/// Students in their file's order, each with the school years of their classes and results; without any, one row of no year.
fn rows(students: &[bool], enrolled: &Enrolled, scores: Option<&Scores>) -> Vec<At> {
    let mut out = Vec::new();
    for user in (0..students.len()).filter(|&u| students[u]) {
        let mut years = enrolled.years(user);
        years.extend(scores.iter().flat_map(|s| s.rows.range((user, i64::MIN)..=(user, i64::MAX)).map(|((_, year), _)| *year)));
        let before = out.len();
        out.extend(years.into_iter().map(|year| (user, Some(year))));
        if out.len() == before {
            out.push((user, None));
        }
    }
    out
}

/// Refuses files that hold only what changed.
fn deltas(manifest: Option<&Table>, faults: &mut Faults) {
    let Some(manifest) = manifest else { return };
    for row in &manifest.rows {
        let name = manifest.cell(row, "propertyName");
        if let (Some(file), "delta") = (name.strip_prefix("file."), manifest.cell(row, "value").to_ascii_lowercase().as_str()) {
            faults.push(Fault::new(
                "INGEST-026",
                format!("{file}.csv is a delta: it holds only what changed since the last export"),
                format!("manifest.csv, line {}", row.line),
                "students without a change are not in it, and a study of the rest would say nothing of them",
                "export the folder in bulk",
            ));
        }
    }
}

fn lacking(file: &str, why: &str) -> Fault {
    Fault::new(
        "INGEST-027",
        format!("the folder has no {file}"),
        "the OneRoster folder",
        why,
        format!("export {file} too; names are exact, small and capital letters included"),
    )
}

fn taken(title: &str) -> Fault {
    Fault::new(
        "INGEST-006",
        format!("a line item is called {title:?}, as another column is"),
        "lineItems.csv",
        "nobody can say which one is meant",
        "rename the line item",
    )
}

fn too_many(titles: usize, rows: usize) -> Fault {
    Fault::new(
        "INGEST-028",
        format!("{titles} line items for {rows} rows make more than {CELLS} scores"),
        "lineItems.csv",
        "the table would not fit in memory",
        "keep the line items that the study needs",
    )
}
