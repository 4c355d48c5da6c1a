//! Numbers as they were printed: a value, and how far it was rounded.

use serde::Serialize;

/// A number with its printed decimals, so that what it was rounded from is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Printed {
    /// The value.
    pub value: f64,
    /// Digits after the decimal point.
    pub decimals: u32,
}

impl Printed {
    /// Reads `.27`, `-0.270`, `1,234.5`, `1e-3`. `None` unless it is a finite number.
    pub fn parse(text: &str) -> Option<Printed> {
        let text = text.trim().replace(',', "").replace('−', "-");
        let value: f64 = text.parse().ok().filter(|v: &f64| v.is_finite())?;
        let lower = text.to_ascii_lowercase();
        let (digits, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
        let after = digits.split_once('.').map_or(0, |(_, after)| after.len() as i64);
        let decimals = (after - exponent.parse::<i64>().unwrap_or(0)).clamp(0, 300) as u32;
        Some(Printed { value, decimals })
    }

    /// Half a unit of the last digit.
    pub fn half(self) -> f64 {
        0.5 * libm::pow(10.0, -f64::from(self.decimals))
    }

    /// The least it can have been before rounding.
    pub fn low(self) -> f64 {
        self.value - self.half()
    }

    /// The most it can have been.
    pub fn high(self) -> f64 {
        self.value + self.half()
    }
}

/// A p-value as printed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PValue {
    /// `p = .03`.
    Exact(Printed),
    /// `p < .05`.
    Below(f64),
    /// `p > .05`, "not significant".
    Above(f64),
}

impl PValue {
    /// Reads `.03`, `<.05`, `> 0.05`, `ns`, `n.s.`, `n.s`. `None` unless it is a probability above 0 (0 itself only as rounded, `.000`).
    pub fn parse(text: &str) -> Option<PValue> {
        let text = text.trim().trim_start_matches(['p', 'P']).trim_start_matches([' ', '=']);
        let lower = text.to_ascii_lowercase();
        if lower.replace(['.', ' '], "") == "ns" {
            return Some(PValue::Above(0.05));
        }
        let bound = |rest: &str| Printed::parse(rest.trim_start_matches('=')).map(|p| p.value).filter(|p| *p > 0.0 && *p <= 1.0);
        if let Some(rest) = text.strip_prefix(['<', '≤']) {
            return bound(rest).map(PValue::Below);
        }
        if let Some(rest) = text.strip_prefix(['>', '≥']) {
            return bound(rest).map(PValue::Above);
        }
        let p = Printed::parse(text)?;
        let possible = (0.0..=1.0).contains(&p.value) && (p.value > 0.0 || p.decimals > 0);
        possible.then_some(PValue::Exact(p))
    }

    /// Between what it can have been.
    pub fn range(self) -> (f64, f64) {
        match self {
            PValue::Exact(p) => (p.low().max(0.0), p.high().min(1.0)),
            PValue::Below(p) => (0.0, p),
            PValue::Above(p) => (p, 1.0),
        }
    }

    /// The one number to go by: itself, the bound it is below, or for `.000` the most it can have been. `None` where it is only known to be
    /// above.
    pub fn value(self) -> Option<f64> {
        match self {
            PValue::Exact(p) if p.value > 0.0 => Some(p.value),
            PValue::Exact(p) => Some(p.half()),
            PValue::Below(p) => Some(p),
            PValue::Above(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_kept() {
        for (text, value, decimals) in
            [(".27", 0.27, 2), ("-0.270", -0.27, 3), ("1,234.5", 1234.5, 1), ("1e-3", 0.001, 3), ("2.50e1", 25.0, 1), ("62", 62.0, 0)]
        {
            assert_eq!(Printed::parse(text), Some(Printed { value, decimals }), "{text}");
        }
        for text in ["", "x", "nan", "inf", "1e999", "."] {
            assert_eq!(Printed::parse(text), None, "{text}");
        }
    }

    #[test]
    fn p_values_as_they_are_written() {
        assert_eq!(PValue::parse("p < .05"), Some(PValue::Below(0.05)));
        for text in ["ns", "NS", "n.s", "n.s.", "n. s.", "p n.s."] {
            assert_eq!(PValue::parse(text), Some(PValue::Above(0.05)), "{text}");
        }
        assert_eq!(PValue::parse("p=.03").and_then(PValue::value), Some(0.03));
        assert_eq!(PValue::parse(".000").and_then(PValue::value), Some(0.0005));
        for text in ["1.2", "-.1", "0", "<0", "p", ""] {
            assert_eq!(PValue::parse(text), None, "{text}");
        }
    }
}
