//! Months of progress, as the Education Endowment Foundation prints them.

use crate::evidence::standard::{Key, Standards};
use serde::Serialize;

/// To be printed wherever months are.
pub const MONTHS_WARNING: &str = "Months mislead: they depend on age, test and subject, and readers take them for time saved. \
                                  Of all translations years and months of learning did worst, percentile points best (Baird and Pane 2019).";

/// Which of the foundation's two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MonthsTable {
    /// The Toolkit: 0.02 is one month.
    Toolkit,
    /// Trial reports: below 0.05 is no month. The bands above the first are not checked against their source.
    Trial,
}

/// Months of additional progress; negative effects mirrored. The effect is first rounded to two decimals, halves away from zero. `None` beyond
/// 1.00 SD, where the tables end.
pub fn months(g: f64, table: MonthsTable, standards: &Standards) -> Option<i32> {
    let most = standards.numbers(match table {
        MonthsTable::Toolkit => Key::MonthsToolkit,
        MonthsTable::Trial => Key::MonthsTrial,
    });
    let hundredths = |x: f64| libm::round(100.0 * x + libm::copysign(1e-9, x));
    let size = hundredths(g.abs());
    let months = most.iter().position(|m| size <= hundredths(*m))? as i32;
    Some(if g < 0.0 { -months } else { months })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_of_both_tables() {
        let standards = Standards::default();
        let first = [-0.01, 0.02, 0.10, 0.19, 0.27, 0.36, 0.45, 0.53, 0.62, 0.70, 0.79, 0.88, 0.96];
        let last = [0.01, 0.09, 0.18, 0.26, 0.35, 0.44, 0.52, 0.61, 0.69, 0.78, 0.87, 0.95, 1.00];
        for (month, (a, b)) in first.into_iter().zip(last).enumerate() {
            for g in [a, b] {
                assert_eq!(months(g, MonthsTable::Toolkit, &standards), Some(month as i32), "{g}");
                assert_eq!(months(-g, MonthsTable::Toolkit, &standards), Some(-(month as i32)), "{g}");
                if month > 1 {
                    assert_eq!(months(g, MonthsTable::Trial, &standards), Some(month as i32), "{g}");
                }
            }
        }
        for (g, month) in [(0.03, 0), (0.04, 0), (-0.04, 0), (0.05, 1), (0.09, 1)] {
            assert_eq!(months(g, MonthsTable::Trial, &standards), Some(month), "{g}");
        }
    }

    #[test]
    fn rounded_first_and_no_further_than_the_table() {
        let standards = Standards::default();
        for (g, expected) in [(0.0149, Some(0)), (0.015, Some(1)), (0.185, Some(3)), (1.004, Some(12)), (1.01, None), (f64::NAN, None)] {
            assert_eq!(months(g, MonthsTable::Toolkit, &standards), expected, "{g}");
        }
    }
}
