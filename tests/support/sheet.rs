//! Small tables of text: read a CSV, add derived columns, keep rows, write it again.

use std::path::{Path, PathBuf};

/// A CSV file without quoted cells.
#[derive(Clone)]
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// One row, its cells by name.
pub struct Row<'a> {
    header: &'a [String],
    cells: &'a [String],
}

impl Row<'_> {
    /// A cell as it is written.
    pub fn text(&self, name: &str) -> &str {
        let at = self.header.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"));
        &self.cells[at]
    }

    /// A cell as a number.
    pub fn number(&self, name: &str) -> f64 {
        self.text(name).parse().unwrap_or_else(|_| panic!("{name}: {:?} is no number", self.text(name)))
    }
}

impl Sheet {
    /// Reads a file.
    pub fn read(path: &Path) -> Sheet {
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(!text.contains('"'), "{}: quoted cells are beyond this reader", path.display());
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_string).collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        Sheet { header, rows: lines.collect() }
    }

    /// One row.
    pub fn row(&self, i: usize) -> Row<'_> {
        Row { header: &self.header, cells: &self.rows[i] }
    }

    /// Adds a column.
    pub fn with(mut self, name: &str, value: impl Fn(&Row<'_>) -> String) -> Sheet {
        let cells: Vec<String> = (0..self.rows.len()).map(|i| value(&self.row(i))).collect();
        self.header.push(name.into());
        self.rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
        self
    }

    /// Adds a column of numbers, written so that reading gives the same double again.
    pub fn with_number(self, name: &str, value: impl Fn(&Row<'_>) -> f64) -> Sheet {
        self.with(name, |row| value(row).to_string())
    }

    /// Keeps some rows.
    pub fn keep(mut self, test: impl Fn(&Row<'_>) -> bool) -> Sheet {
        let kept: Vec<bool> = (0..self.rows.len()).map(|i| test(&self.row(i))).collect();
        let mut kept = kept.into_iter();
        self.rows.retain(|_| kept.next().expect("one answer a row"));
        self
    }

    /// The rows of another sheet below these.
    pub fn below(mut self, other: Sheet) -> Sheet {
        assert_eq!(self.header, other.header);
        self.rows.extend(other.rows);
        self
    }

    /// The columns as a cohort: whole numbers and numbers.
    pub fn cohort(&self, whole: &[&str], numbers: &[&str]) -> didact::cohort::Cohort {
        use didact::cohort::{Cohort, Column, Data, Wholes};
        let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
        for name in whole {
            let values: Vec<i64> = (0..self.rows.len()).map(|i| self.row(i).number(name) as i64).collect();
            cohort.push(Column { name: (*name).into(), data: Data::Whole(Wholes::complete(values)) });
        }
        for name in numbers {
            let values = (0..self.rows.len()).map(|i| self.row(i).number(name)).collect();
            cohort.push(Column { name: (*name).into(), data: Data::Number(values) });
        }
        cohort
    }

    /// Writes a file into a folder and says where.
    pub fn write(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        let lines: Vec<String> = std::iter::once(&self.header).chain(&self.rows).map(|row| row.join(",") + "\n").collect();
        std::fs::write(&path, lines.concat()).expect("a file can be written");
        path
    }
}
