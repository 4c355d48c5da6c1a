//! Who may do what with a run's folder.

use super::SIMULATED_LICENCE;
use crate::table::content::capsule::{Capsule, Origin};

/// The note.
pub fn licence(c: &Capsule) -> String {
    let mut out = String::from("What may be done with this folder\n\n");
    match (&c.license, &c.origin) {
        (Some(license), _) => {
            let license: String = license.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            out.push_str(&format!("The study names this licence for its tables, figures and texts:\n\n  {license}\n\n"));
        }
        (None, Origin::Simulated { .. }) => out.push_str(&format!(
            "The students are simulated; nobody has rights in them. Tables, figures and texts may be used by anyone for anything\n(CC0 1.0, {SIMULATED_LICENCE}).\n\n"
        )),
        (None, Origin::Loaded { .. }) => out.push_str(
            "The study names no licence, so none is given: whoever did the study decides. (Write license = \"…\" under [study] in\nstudy.toml and run it again.)\n\n",
        ),
    }
    out.push_str(match c.origin {
        Origin::Simulated { sealed: true, .. } => "The students of sealed.csv are simulated: there are no such people.\n",
        Origin::Simulated { .. } => "No student's data are in the folder; the program simulates them again.\n",
        Origin::Loaded { .. } => {
            "The students' data are not part of the folder, and nothing here gives a right to them: that is for those who hold them\nto say.\n"
        }
    });
    out.push_str("\nThe program didact, which made this folder, is licensed under MIT or Apache-2.0.\n");
    out
}
