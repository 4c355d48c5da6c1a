//! Random damage to a good file: whatever comes, the program ends well.

use crate::school::{ROLES, estimate_bytes, good};
use crate::support::program::Ran;
use serde_json::Value;

/// A call ended well: numbers as JSON, or a refusal with its code, and no panic.
pub fn sound(ran: &Ran) -> Result<(), String> {
    if ran.stderr.contains("panicked") {
        return Err(format!("it panicked: {}", ran.stderr));
    }
    match ran.code {
        0 => {
            let document: Value = serde_json::from_str(&ran.stdout).map_err(|e| format!("not JSON: {e}"))?;
            numbers(&document)
        }
        3 if !ran.stdout.is_empty() => Err("a refusal that prints results".into()),
        3 if !ran.stderr.contains("error[") => Err(format!("a refusal without a code: {}", ran.stderr)),
        3 => Ok(()),
        code => Err(format!("exit code {code}: {}", ran.stderr)),
    }
}

/// No text that stands for a number, and no interval that is turned round.
fn numbers(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) if ["nan", "inf", "-inf", "infinity"].contains(&text.to_lowercase().as_str()) => {
            Err(format!("a number as text: {text}"))
        }
        Value::Array(list) => list.iter().try_for_each(numbers),
        Value::Object(fields) => {
            if let (Some(low), Some(high)) =
                (fields.get("conf_low").and_then(Value::as_f64), fields.get("conf_high").and_then(Value::as_f64))
                && low > high
            {
                return Err(format!("an interval turned round: {value}"));
            }
            if fields.get("std_error").and_then(Value::as_f64).is_some_and(|se| se <= 0.0) {
                return Err(format!("a standard error that is not positive: {value}"));
            }
            if fields.get("p_value").and_then(Value::as_f64).is_some_and(|p| !(0.0..=1.0).contains(&p)) {
                return Err(format!("a p-value beyond 0 and 1: {value}"));
            }
            fields.values().try_for_each(numbers)
        }
        _ => Ok(()),
    }
}

/// Marsaglia's xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const BYTES: &[u8] = b",;\"\n\r\t-.e0 9N\0\xff\xc3|";
    let at = dice.below(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
    match dice.below(5) {
        0 => bytes[at] = BYTES[dice.below(BYTES.len())],
        1 => bytes.insert(at, BYTES[dice.below(BYTES.len())]),
        2 => {
            let end = (at + 1 + dice.below(20)).min(bytes.len());
            bytes.drain(at..end);
        }
        3 => {
            let end = (at + 1 + dice.below(60)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        _ if dice.below(10) == 0 => bytes.truncate(at.max(1)),
        _ => bytes.swap(at, 0),
    }
}

#[test]
fn random_damage() {
    let text = good().text().into_bytes();
    let mut wrong = Vec::new();
    for seed in 1..=150_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut bytes = text.clone();
        for _ in 0..=dice.below(4) {
            damage(&mut bytes, &mut dice);
        }
        let estimator = ["did", "twfe --covariates prior", "event-study --weights weight"][seed as usize % 3];
        let flags = format!("{ROLES} --estimator {estimator} --inference cluster:cr2 --inference wild-bootstrap:replicates=99");
        if let Err(what) = sound(&estimate_bytes(&bytes, "data.csv", &flags)) {
            wrong.push(format!("damage {seed} with {estimator}: {what}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
