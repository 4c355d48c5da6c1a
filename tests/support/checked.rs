//! Running `didact diagnose` and finding numbers in its JSON.

use super::program::{Ran, didact};
use serde_json::Value;

/// The answer of one check.
pub struct Checked {
    pub document: Value,
}

impl Checked {
    /// `didact diagnose FLAGS --json`; flags are split at blanks.
    pub fn call(flags: &str) -> Ran {
        didact(["diagnose"].into_iter().chain(flags.split_whitespace()).chain(["--json"]))
    }

    /// Runs it; it must succeed and answer in the shape of the interface.
    pub fn run(flags: &str) -> Checked {
        let ran = Checked::call(flags);
        assert_eq!(ran.code, 0, "didact diagnose {flags}\n{}", ran.stderr);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{flags}: {e}: {}", ran.stdout));
        Checked::of(document)
    }

    /// An answer, which must have the shape of the interface.
    pub fn of(document: Value) -> Checked {
        let verdict = document["verdict"].as_str().expect("a verdict");
        assert!(["ok", "caution", "fail", "cannot-tell"].contains(&verdict), "{verdict}");
        for field in ["check", "reason", "remedy"] {
            assert!(document[field].as_str().is_some_and(|s| s.len() > 3), "no {field}: {document}");
        }
        let width = document["table"]["columns"].as_array().expect("columns").len();
        let rows = document["table"]["rows"].as_array().expect("rows");
        assert!(rows.iter().all(|row| row.as_array().is_some_and(|cells| cells.len() == width)), "{document}");
        assert_eq!(verdict == "cannot-tell" && rows.is_empty(), document["decided"].is_null(), "{document}");
        Checked { document }
    }

    pub fn verdict(&self) -> &str {
        self.document["verdict"].as_str().expect("a verdict")
    }

    pub fn reason(&self) -> &str {
        self.document["reason"].as_str().expect("a reason")
    }

    /// A number beside the table.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.document["numbers"][name].as_f64()
    }

    /// A column of the table.
    pub fn column(&self, key: &str) -> Vec<Value> {
        let columns = self.document["table"]["columns"].as_array().expect("columns");
        let at = columns.iter().position(|c| c == key).unwrap_or_else(|| panic!("no column {key} among {columns:?}"));
        self.document["table"]["rows"].as_array().expect("rows").iter().map(|row| row[at].clone()).collect()
    }

    /// A column of numbers.
    pub fn numbers(&self, key: &str) -> Vec<Option<f64>> {
        self.column(key).iter().map(Value::as_f64).collect()
    }
}
