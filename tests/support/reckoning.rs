//! Comparing many numbers and telling all differences at once.

use super::program::Estimated;
use serde_json::Value;
use std::path::Path;

/// Relative tolerance of estimates, standard errors, p-values and interval ends.
pub const CLOSE: f64 = 1e-8;
/// Relative tolerance of degrees of freedom.
pub const DEGREES: f64 = 1e-6;

/// What was compared, and what differed.
#[derive(Default)]
pub struct Reckoning {
    compared: usize,
    worst: f64,
    differences: Vec<String>,
}

impl Reckoning {
    /// Two numbers within a relative tolerance.
    pub fn near(&mut self, case: &str, what: &str, expected: f64, got: Option<f64>, tolerance: f64) {
        self.compared += 1;
        let Some(got) = got else {
            self.differences.push(format!("{case}: {what}: expected {expected:e}, got none"));
            return;
        };
        let error = if got == expected { 0.0 } else { (got - expected).abs() / expected.abs() };
        if error <= tolerance {
            self.worst = self.worst.max(error);
        } else {
            self.differences.push(format!("{case}: {what}: expected {expected:.17e}, got {got:.17e}, relative error {error:.1e}"));
        }
    }

    /// A number of the reference, which may be none there too.
    pub fn like(&mut self, case: &str, what: &str, expected: &Value, got: &Value, tolerance: f64) {
        match expected.as_f64() {
            Some(x) => self.near(case, what, x, got.as_f64(), tolerance),
            None => self.holds(case, &format!("{what}: expected none, got {got}"), got.is_null()),
        }
    }

    /// Something that must be so.
    pub fn holds(&mut self, case: &str, what: &str, fine: bool) {
        self.compared += 1;
        if !fine {
            self.differences.push(format!("{case}: {what}"));
        }
    }

    /// Runs an estimate; when it fails, that is the difference.
    pub fn estimate(&mut self, case: &str, data: &Path, flags: &str) -> Option<Estimated> {
        match Estimated::run(data, flags) {
            Ok(estimated) => Some(estimated),
            Err(message) => {
                self.differences.push(format!("{case}: {flags}\n    {message}"));
                None
            }
        }
    }

    /// Fails when anything differed, with the whole list.
    pub fn finish(self) {
        println!("{} comparisons, largest relative error within tolerance {:.1e}", self.compared, self.worst);
        assert!(self.compared > 0, "nothing was compared");
        assert!(
            self.differences.is_empty(),
            "{} of {} comparisons differ:\n  {}\n",
            self.differences.len(),
            self.compared,
            self.differences.join("\n  ")
        );
    }
}

/// A field of a reference as a list: R writes a list of one as a single value.
pub fn list(field: &Value) -> Vec<Value> {
    field.as_array().cloned().unwrap_or_else(|| vec![field.clone()])
}

/// Compares a regression as fixest reports it. `key` says which effect a term is; terms without one are skipped.
/// Where the reference names no degrees of freedom its p-value and interval are not compared.
pub fn regression(
    r: &mut Reckoning,
    case: &str,
    data: &Path,
    flags: &str,
    method: &str,
    expected: &Value,
    key: impl Fn(&str) -> Option<String>,
) {
    let Some(got) = r.estimate(case, data, &format!("{flags} --inference {method}")) else { return };
    r.like(case, "rows used", &expected["nobs"], &got.sample("rows_used").into(), 0.0);
    for (i, term) in list(&expected["terms"]).iter().enumerate() {
        let term = term.as_str().unwrap_or_default();
        let Some(key) = key(term) else { continue };
        let Some(row) = got.effect(&key, method) else {
            r.holds(case, &format!("there is no effect {key} by {method}"), false);
            continue;
        };
        let at = |field: &str| list(&expected[field]).get(i).cloned().unwrap_or(Value::Null);
        r.like(case, &format!("{term} estimate"), &at("coef"), &row["estimate"], CLOSE);
        r.like(case, &format!("{term} std_error"), &at("se"), &row["std_error"], CLOSE);
        if !expected["t"].is_null() {
            r.like(case, &format!("{term} statistic"), &at("t"), &row["statistic"], CLOSE);
        }
        if expected["df_t"].is_null() {
            continue;
        }
        r.like(case, &format!("{term} df"), &expected["df_t"], &row["df"], DEGREES);
        for (theirs, ours) in [("p", "p_value"), ("ci95_lo", "conf_low"), ("ci95_hi", "conf_high")] {
            if !expected[theirs].is_null() {
                r.like(case, &format!("{term} {ours}"), &at(theirs), &row[ours], CLOSE);
            }
        }
    }
}

/// clubSandwich's names and ours.
const SANDWICHES: [(&str, &str); 5] = [
    ("CR0", "cluster:cr0,df=satterthwaite"),
    ("CR1", "cluster:cr1,ssc=none,df=satterthwaite"),
    ("CR1S", "cluster:cr1,ssc=stata,df=satterthwaite"),
    ("CR2", "cluster:cr2"),
    ("CR3", "cluster:cr3,df=satterthwaite,factor=none"),
];

/// Compares clubSandwich's standard errors and Satterthwaite degrees of freedom. `keys` pairs its terms with our
/// effects; `kinds` are those compared.
pub fn sandwiches(r: &mut Reckoning, case: &str, data: &Path, flags: &str, expected: &Value, keys: &[(&str, &str)], kinds: &[&str]) {
    let chosen: Vec<(&str, &str)> = SANDWICHES.into_iter().filter(|(name, _)| kinds.contains(name)).collect();
    let methods: Vec<String> = chosen.iter().map(|(_, method)| format!(" --inference {method}")).collect();
    let Some(got) = r.estimate(case, data, &format!("{flags}{}", methods.concat())) else { return };
    for (name, method) in chosen {
        let theirs = &expected[name];
        let fields = [("coef", "estimate", CLOSE), ("se", "std_error", CLOSE), ("df", "df", DEGREES), ("p", "p_value", CLOSE)];
        for (term, key) in keys {
            let row = got.effect(key, method);
            let names = list(if theirs["terms"].is_null() { &theirs["term"] } else { &theirs["terms"] });
            let at = names.iter().position(|t| t.as_str() == Some(term)).unwrap_or(0);
            for (field, ours, tolerance) in fields {
                let long = format!("{field}_satterthwaite");
                let value = list(if theirs[field].is_null() { &theirs[&long] } else { &theirs[field] });
                match value[at].as_f64() {
                    Some(x) => r.near(case, &format!("{name} {term} {ours}"), x, row.and_then(|row| row[ours].as_f64()), tolerance),
                    None => r.holds(case, &format!("the reference has no {name} {field}"), false),
                }
            }
        }
    }
}
