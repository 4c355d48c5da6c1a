//! Running the program and finding numbers in its JSON.

use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a call of the program left behind.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Calls the program.
pub fn didact<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    let output = command(arguments).output().expect("the program starts");
    finished(&output)
}

/// Calls the program with something on its standard input.
pub fn didact_reading<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>, input: &[u8]) -> Ran {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    finished(&child.wait_with_output().expect("it ends"))
}

fn command<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_didact"));
    command.args(arguments).env("NO_COLOR", "1");
    command
}

fn finished(output: &std::process::Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `didact estimate DATA FLAGS --json`; flags are split at blanks.
pub fn run_estimate(data: &Path, flags: &str) -> Ran {
    let mut arguments = vec!["estimate".to_string(), data.display().to_string()];
    arguments.extend(flags.split_whitespace().map(str::to_string));
    arguments.push("--json".into());
    didact(arguments)
}

/// One result of `didact estimate`.
pub struct Estimated {
    result: Value,
}

impl Estimated {
    /// Its joint tests.
    pub fn tests(&self) -> &[Value] {
        self.result["tests"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Runs it; the message says what went wrong.
    pub fn run(data: &Path, flags: &str) -> Result<Estimated, String> {
        let ran = run_estimate(data, flags);
        if ran.code != 0 {
            return Err(format!("exit {}: {}", ran.code, ran.stderr.trim()));
        }
        let document: Value = serde_json::from_str(&ran.stdout).map_err(|e| format!("not JSON ({e}): {}", ran.stdout))?;
        Ok(Estimated { result: document["results"][0].clone() })
    }

    /// The row of an effect. Keys: `overall`, `overall-dynamic`, `event:-3`, `group:2004`, `calendar:2005`,
    /// `group-time:2004/2005`, `coefficient:x1` (also for `quantile` and `dose`).
    pub fn effect(&self, key: &str, inference: &str) -> Option<&Value> {
        let (estimand, detail) = key.split_once(':').unwrap_or((key, ""));
        self.result["effects"].as_array()?.iter().find(|row| {
            let fits = match estimand {
                "event" => row["event_time"].as_i64() == detail.parse().ok(),
                "group" => row["group"].as_i64() == detail.parse().ok(),
                "calendar" => row["period"].as_i64() == detail.parse().ok(),
                "group-time" => detail
                    .split_once('/')
                    .is_some_and(|(g, t)| row["group"].as_i64() == g.parse().ok() && row["period"].as_i64() == t.parse().ok()),
                "coefficient" | "quantile" | "dose" => row["label"].as_str() == Some(detail),
                _ => true,
            };
            fits && row["estimand"].as_str() == Some(estimand) && row["inference"].as_str() == Some(inference)
        })
    }

    /// All effects, in order.
    pub fn effects(&self) -> impl Iterator<Item = &Value> {
        self.result["effects"].as_array().into_iter().flatten()
    }

    /// How many effects of a kind there are.
    pub fn count(&self, estimand: &str) -> usize {
        self.result["effects"].as_array().map_or(0, |list| list.iter().filter(|e| e["estimand"].as_str() == Some(estimand)).count())
    }

    /// Something about the sample.
    pub fn sample(&self, field: &str) -> Option<f64> {
        self.result["sample"][field].as_f64()
    }

    /// A component of variance, by its level.
    pub fn component(&self, name: &str) -> Option<&Value> {
        self.result["components"].as_array()?.iter().find(|c| c["name"].as_str() == Some(name))
    }

    /// The value of a model's criterion.
    pub fn criterion(&self) -> Option<f64> {
        self.result["criterion"]["value"].as_f64()
    }

    /// What a warning says, where it is there.
    pub fn message(&self, code: &str) -> Option<&str> {
        self.result["warnings"].as_array()?.iter().find(|w| w["code"] == code)?["message"].as_str()
    }

    /// The codes of the warnings.
    pub fn warnings(&self) -> Vec<&str> {
        self.result["warnings"].as_array().into_iter().flatten().filter_map(|w| w["code"].as_str()).collect()
    }
}
