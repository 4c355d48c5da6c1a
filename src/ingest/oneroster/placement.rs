//! Which class and school a student is in.

use super::Found;
use super::table::Table;
use crate::cohort::Faults;

/// Class and school of each user.
pub(super) struct Placement {
    class: Vec<Option<usize>>,
    school: Vec<Option<String>>,
    /// Students of no one class.
    pub(super) without_class: usize,
    /// Students of no one school.
    pub(super) without_school: usize,
}

impl Placement {
    pub(super) fn of(
        users: &Table,
        orgs: &Table,
        classes: &Table,
        enrollments: &Table,
        students: &[bool],
        faults: &mut Faults,
    ) -> Placement {
        for class in &classes.rows {
            orgs.follow(classes, class, "schoolSourcedId", faults);
        }
        let mut taken: Vec<Vec<usize>> = vec![Vec::new(); users.rows.len()];
        for row in enrollments.rows.iter().filter(|row| enrollments.cell(row, "role") == "student") {
            let user = users.follow(enrollments, row, "userSourcedId", faults);
            let class = classes.follow(enrollments, row, "classSourcedId", faults);
            if let (Some(user), Some(class)) = (user, class)
                && students[user]
                && !taken[user].contains(&class)
            {
                taken[user].push(class);
            }
        }
        let mut out =
            Placement { class: vec![None; users.rows.len()], school: vec![None; users.rows.len()], without_class: 0, without_school: 0 };
        for user in (0..users.rows.len()).filter(|&u| students[u]) {
            let homes: Vec<usize> =
                taken[user].iter().copied().filter(|&c| classes.cell(&classes.rows[c], "classType") == "homeroom").collect();
            out.class[user] = match (homes.as_slice(), taken[user].as_slice()) {
                ([home], _) => Some(*home),
                ([], [only]) => Some(*only),
                _ => None,
            };
            out.school[user] = school(users, orgs, classes, user, out.class[user], &taken[user]);
            out.without_class += usize::from(out.class[user].is_none());
            out.without_school += usize::from(out.school[user].is_none());
        }
        out
    }

    /// The class's identifier, empty where there is no one class.
    pub(super) fn class<'t>(&self, user: usize, classes: &'t Table) -> &'t str {
        self.class[user].map_or("", |c| classes.cell(&classes.rows[c], "sourcedId"))
    }

    /// The school's identifier, empty where there is no one school.
    pub(super) fn school(&self, user: usize) -> &str {
        self.school[user].as_deref().unwrap_or_default()
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
