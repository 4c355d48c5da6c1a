//! Which class and school a student is in, in each school year.

use super::calendar::{Calendar, Years};
use super::table::Table;
use super::{At, Found};
use crate::cohort::Faults;
use std::collections::BTreeSet;

/// The classes of each user, with the school years of each enrolment.
pub(super) struct Enrolled {
    taken: Vec<Vec<(usize, Years)>>,
}

/// Class and school of each row.
pub(super) struct Placement {
    class: Vec<Option<usize>>,
    school: Vec<Option<String>>,
    /// Rows of no one class.
    pub(super) without_class: usize,
    /// Rows of no one school.
    pub(super) without_school: usize,
}

impl Enrolled {
    pub(super) fn of(
        users: &Table,
        orgs: &Table,
        classes: &Table,
        enrollments: &Table,
        calendar: &Calendar,
        students: &[bool],
        faults: &mut Faults,
    ) -> Enrolled {
        for class in &classes.rows {
            orgs.follow(classes, class, "schoolSourcedId", faults);
        }
        let mut taken: Vec<Vec<(usize, Years)>> = vec![Vec::new(); users.rows.len()];
        for row in enrollments.rows.iter().filter(|row| enrollments.cell(row, "role") == "student") {
            let user = users.follow(enrollments, row, "userSourcedId", faults);
            let class = classes.follow(enrollments, row, "classSourcedId", faults);
            if let (Some(user), Some(class)) = (user, class)
                && students[user]
            {
                let one = (class, calendar.years(classes, &classes.rows[class], enrollments, row));
                if !taken[user].contains(&one) {
                    taken[user].push(one);
                }
            }
        }
        Enrolled { taken }
    }

    /// The school years in which a user is known to have been in a class.
    pub(super) fn years(&self, user: usize) -> BTreeSet<i64> {
        self.taken[user].iter().flat_map(|(_, years)| years.certain()).collect()
    }

    /// The classes of a user in a school year; without a year, all.
    fn classes(&self, (user, year): At) -> Vec<usize> {
        let mut out: Vec<usize> = Vec::new();
        for (class, years) in &self.taken[user] {
            if years.cover(year) && !out.contains(class) {
                out.push(*class);
            }
        }
        out
    }
}

impl Placement {
    /// Places each row: the homeroom of its year where there is exactly one, else the only class.
    pub(super) fn of(enrolled: &Enrolled, rows: &[At], users: &Table, orgs: &Table, classes: &Table) -> Placement {
        let mut out = Placement {
            class: Vec::with_capacity(rows.len()),
            school: Vec::with_capacity(rows.len()),
            without_class: 0,
            without_school: 0,
        };
        for &at in rows {
            let taken = enrolled.classes(at);
            let homes: Vec<usize> = taken.iter().copied().filter(|&c| classes.cell(&classes.rows[c], "classType") == "homeroom").collect();
            let class = match (homes.as_slice(), taken.as_slice()) {
                ([home], _) => Some(*home),
                ([], [only]) => Some(*only),
                _ => None,
            };
            let school = school(users, orgs, classes, at.0, class, &taken);
            out.without_class += usize::from(class.is_none());
            out.without_school += usize::from(school.is_none());
            out.class.push(class);
            out.school.push(school);
        }
        out
    }

    /// The identifier of a row's class, empty where there is no one class.
    pub(super) fn class<'t>(&self, row: usize, classes: &'t Table) -> &'t str {
        self.class[row].map_or("", |c| classes.cell(&classes.rows[c], "sourcedId"))
    }

    /// The identifier of a row's school, empty where there is no one school.
    pub(super) fn school(&self, row: usize) -> &str {
        self.school[row].as_deref().unwrap_or_default()
    }
}

/// The class's school, or the one school of all classes, or the one school among the user's organizations.
fn school(users: &Table, orgs: &Table, classes: &Table, user: usize, class: Option<usize>, taken: &[usize]) -> Option<String> {
    let of_class = |c: usize| classes.cell(&classes.rows[c], "schoolSourcedId");
    let mut found: Vec<&str> = match class {
        Some(class) => vec![of_class(class)],
        None => taken.iter().map(|&c| of_class(c)).collect(),
    };
    if found.is_empty() {
        let is_school = |id: &&str| match orgs.find(id) {
            Found::Row(at) => ["", "school"].contains(&orgs.cell(&orgs.rows[at], "type")),
            _ => false,
        };
        found = users.cell(&users.rows[user], "orgSourcedIds").split(',').map(str::trim).filter(is_school).collect();
    }
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [only] => Some((*only).to_string()),
        _ => None,
    }
}
