//! What a method found, as JSON for a page.

use crate::cohort::Faults;
use crate::infer::{Bound, Estimate, Inferred};

/// What was found, or the first fault, as JSON. Numbers are the shortest that read back to the same bits; `null` is what does not
/// exist, `"open"` an end that an interval does not have.
pub fn told(found: &Result<Inferred, Faults>) -> String {
    match found {
        Ok(inferred) => {
            let estimates: Vec<String> = inferred.estimates.iter().map(estimate).collect();
            let warnings: Vec<String> = inferred.warnings.iter().map(|w| quoted(&w.message)).collect();
            format!("{{\"estimates\":[{}],\"warnings\":[{}]}}", estimates.join(","), warnings.join(","))
        }
        Err(faults) => {
            let of = |f: &crate::cohort::Fault| {
                format!(
                    "\"code\":{},\"what\":{},\"why\":{},\"remedy\":{}",
                    quoted(f.code),
                    quoted(&f.what),
                    quoted(&f.why),
                    quoted(&f.remedy)
                )
            };
            format!("{{\"fault\":{{{}}}}}", faults.shown.first().map_or_else(String::new, of))
        }
    }
}

fn estimate(e: &Estimate) -> String {
    let fields = [
        ("target", e.target.to_string()),
        ("estimate", number(Some(e.estimate))),
        ("std_error", number(e.std_error)),
        ("statistic", number(e.statistic)),
        ("df", number(e.df)),
        ("p_value", number(e.p_value)),
        ("conf_low", bound(e.interval.low)),
        ("conf_high", bound(e.interval.high)),
        ("replicates", e.simulated.map_or_else(|| "null".into(), |s| s.replicates.to_string())),
        ("mc_p_value", number(e.simulated.and_then(|s| s.of_p_value))),
    ];
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

fn bound(b: Bound) -> String {
    match b {
        Bound::At(x) => number(Some(x)),
        Bound::Unbounded => "\"open\"".into(),
        Bound::Undefined => "null".into(),
    }
}

fn number(x: Option<f64>) -> String {
    x.filter(|x| x.is_finite()).map_or_else(|| "null".into(), |x| format!("{x:e}"))
}

fn quoted(words: &str) -> String {
    let mut out = String::from("\"");
    for c in words.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}
