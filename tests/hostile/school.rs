//! A small file without fault, ways to spoil it, and what a refusal must look like.

use crate::support::program::{Ran, didact};
use std::path::Path;

/// 8 schools of 2 students in 3 years, 48 rows; schools 1 to 4 take up profiles in 2021.
/// Row number in the file of student s in year y: 2 + 3(s − 1) + (y − 2019).
#[derive(Clone)]
pub struct School {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The roles of the file without fault.
pub const ROLES: &str = "--outcome score --unit student --period year --cohort start --cluster school";

pub fn good() -> School {
    let header = ["student", "school", "year", "start", "arm", "post", "on", "score", "prior", "grade", "weight"];
    let mut rows = Vec::new();
    for student in 1..=16_i64 {
        let school = (student + 1) / 2;
        for year in 2019..=2021_i64 {
            let (arm, post) = (school <= 4, year == 2021);
            let wobble = ((student * 37 + year * 101) % 89) as f64 / 8.0;
            let score = 200.0 + 3.0 * (year - 2019) as f64 + wobble + if arm && post { 4.0 } else { 0.0 };
            let cells: [String; 11] = [
                student.to_string(),
                school.to_string(),
                year.to_string(),
                if arm { "2021" } else { "0" }.into(),
                u8::from(arm).to_string(),
                u8::from(post).to_string(),
                u8::from(arm && post).to_string(),
                format!("{score:.3}"),
                format!("{:.1}", 180.0 + (student * 53 % 41) as f64 / 2.0),
                (3 + (student + year) % 3).to_string(),
                format!("{:.1}", 1.0 + (student % 5) as f64 / 10.0),
            ];
            rows.push(cells.to_vec());
        }
    }
    School { header: header.map(String::from).to_vec(), rows }
}

/// Several starts, some from the first period on.
pub fn staggered() -> School {
    good().fill("start", |_, school, _| ["2020", "2021", "0", "2019"][school as usize % 4].into())
}

/// Schools by who starts when.
pub fn starts() -> Vec<(&'static str, School)> {
    vec![
        ("as it should be", good()),
        ("staggered, some from the first period on", staggered()),
        ("everyone treated", good().fill("start", |_, school, _| if school <= 4 { "2020" } else { "2021" }.into())),
        ("everyone from the first period on", good().fill("start", |_, _, _| "2019".into())),
        ("one school a cohort", good().fill("start", |_, school, _| ["2020", "2021"].get(school as usize - 1).unwrap_or(&"0").to_string())),
    ]
}

impl School {
    fn at(&self, column: &str) -> usize {
        self.header.iter().position(|h| h == column).unwrap_or_else(|| panic!("no column {column}"))
    }

    /// Sets the cell in a row of the file (the first row of data is row 2).
    pub fn set(mut self, row: usize, column: &str, value: &str) -> School {
        let at = self.at(column);
        self.rows[row - 2][at] = value.into();
        self
    }

    /// Sets a column from student, school and year.
    pub fn fill(mut self, column: &str, value: impl Fn(i64, i64, i64) -> String) -> School {
        let at = self.at(column);
        for row in &mut self.rows {
            let number = |i: usize| row[i].parse().expect("a whole number");
            row[at] = value(number(0), number(1), number(2));
        }
        self
    }

    /// Repeats a row of the file at its end.
    pub fn repeat(mut self, row: usize) -> School {
        self.rows.push(self.rows[row - 2].clone());
        self
    }

    /// The text with a separator between cells.
    pub fn text_with(&self, separator: &str, line_end: &str) -> String {
        std::iter::once(&self.header).chain(&self.rows).map(|row| row.join(separator) + line_end).collect()
    }

    /// The CSV text.
    pub fn text(&self) -> String {
        self.text_with(",", "\n")
    }
}

/// Writes bytes to a file and estimates from it. Flags are split at blanks.
pub fn estimate_bytes(bytes: &[u8], file: &str, flags: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(file);
    std::fs::write(&path, bytes).expect("a file can be written");
    let ran = estimate(&path, flags);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert_eq!(left.len(), 1, "estimate must write nothing beside its input");
    ran
}

pub fn estimate(path: &Path, flags: &str) -> Ran {
    let mut arguments = vec!["estimate".to_string(), path.display().to_string(), "--json".into()];
    arguments.extend(flags.split_whitespace().map(String::from));
    if !flags.contains("--estimator") {
        arguments.extend(["--estimator".into(), "did".into()]);
    }
    if !flags.contains("--inference") {
        arguments.extend(["--inference".into(), "cluster:cr2".into()]);
    }
    didact(arguments)
}

/// One malformed input and the faults that must be told of it.
pub struct Case {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub flags: String,
    /// Code, and fragments that must stand in the same fault.
    pub faults: Vec<(&'static str, Vec<&'static str>)>,
}

impl Case {
    pub fn new(
        name: &'static str,
        text: impl Into<Vec<u8>>,
        flags: impl Into<String>,
        code: &'static str,
        fragments: &[&'static str],
    ) -> Case {
        Case { name, bytes: text.into(), flags: flags.into(), faults: vec![(code, fragments.to_vec())] }
    }

    /// Another fault that must be told at the same time.
    pub fn and(mut self, code: &'static str, fragments: &[&'static str]) -> Case {
        self.faults.push((code, fragments.to_vec()));
        self
    }
}

/// What is wrong with a refusal, if anything.
pub fn complaints(ran: &Ran, faults: &[(&'static str, Vec<&'static str>)]) -> Vec<String> {
    let mut out = Vec::new();
    if ran.code != 3 {
        out.push(format!("exit code {} instead of 3", ran.code));
    }
    if !ran.stdout.is_empty() {
        out.push("something on standard output".into());
    }
    if ran.stderr.contains("panicked") {
        out.push("it panicked".into());
    }
    let told: Vec<&str> = ran.stderr.split("error[").skip(1).collect();
    for (code, fragments) in faults {
        let fits = |fault: &&&str| fault.starts_with(code) && fragments.iter().all(|f| fault.contains(f));
        if !told.iter().any(|fault| fits(&fault)) {
            out.push(format!("no {code} with {fragments:?}"));
        }
    }
    if told.iter().any(|fault| ["  where ", "  why ", "  do "].iter().any(|part| !fault.contains(part))) {
        out.push("a fault without where, why or do".into());
    }
    out
}

/// Runs all cases and tells all that is wrong at once.
pub fn check(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    let n = cases.len();
    for case in cases {
        let ran = estimate_bytes(&case.bytes, "data.csv", &case.flags);
        let complaints = complaints(&ran, &case.faults);
        if !complaints.is_empty() {
            wrong.push(format!("{}: {}\n    {}", case.name, complaints.join("; "), ran.stderr.trim().replace('\n', "\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {n} cases:\n\n{}\n", wrong.len(), wrong.join("\n\n"));
}
