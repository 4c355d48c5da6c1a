//! The numbers behind means of both arms and their difference.

use super::{Content, Series, line_rows};

/// The key of the rows that hold the difference.
pub(super) const DIFFERENCE: &str = "difference";

/// The rows of the arms, then those of the difference; `panel` tells them apart.
pub(super) fn data((arms, difference): (&[Series], &Series), marks: &[(f64, String)], x_title: &str, y_title: &str) -> Content {
    let (mut columns, mut rows, notes) = line_rows(arms, marks, x_title, y_title);
    rows.iter_mut().for_each(|row| row.push(super::Cell::text("arm")));
    let (_, below, _) = line_rows(std::slice::from_ref(difference), &[], x_title, y_title);
    rows.extend(below.into_iter().map(|mut row| {
        row.push(super::Cell::text(DIFFERENCE));
        row
    }));
    columns.push(super::Column::new("panel", "What it is").explain("A mean of one group, or the difference between the two."));
    (columns, rows, notes)
}
