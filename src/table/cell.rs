//! One typed value of a table, with what is needed to show it honestly.

use std::borrow::Cow;

use serde::Serialize;

/// How many digits of a number are shown. The stored value is never rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Digits {
    /// Four significant digits; no digit before the decimal point is dropped.
    Auto,
    /// This many digits after the decimal point.
    Decimals(u8),
}

impl Digits {
    /// As many decimals as show two significant digits of the standard error.
    ///
    /// A standard error of 0.0123 asks for three decimals, one of 12.3 for none. An unusable standard error
    /// (zero, negative, not finite) gives [`Digits::Auto`].
    ///
    /// ```
    /// # use didact::table::Digits;
    /// assert_eq!(Digits::for_uncertainty(0.0123), Digits::Decimals(3));
    /// assert_eq!(Digits::for_uncertainty(12.3), Digits::Decimals(0));
    /// ```
    pub fn for_uncertainty(std_error: f64) -> Digits {
        if !std_error.is_finite() || std_error <= 0.0 {
            return Digits::Auto;
        }
        // The exponent after rounding to two digits: 0.0996 counts as 0.10.
        let scientific = format!("{std_error:.1e}");
        let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
        Digits::Decimals((1 - exponent).clamp(0, 12) as u8)
    }

    /// As many decimals as suit an interval, taken to be four standard errors wide.
    ///
    /// With one bound missing the distance to the estimate counts as two standard errors; with both, [`Digits::Auto`].
    pub fn for_interval(estimate: f64, low: Option<f64>, high: Option<f64>) -> Digits {
        let width = match (low, high) {
            (Some(l), Some(h)) => (h - l) / 4.0,
            (Some(l), None) => (estimate - l) / 2.0,
            (None, Some(h)) => (h - estimate) / 2.0,
            (None, None) => f64::NAN,
        };
        Digits::for_uncertainty(width)
    }
}

/// One typed value of a table.
///
/// Build numbers with [`Cell::number`] and its siblings: what is not finite becomes [`Cell::Undefined`] there.
/// Renderers read cells through [`Cell::checked`], so a NaN put in by hand is not printed either.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Words, possibly from the data: every renderer escapes them.
    Text(String),
    /// A number of things, shown with thousands separators.
    Count(u64),
    /// A label that is a whole number, such as a period or an event time: no thousands separators.
    Whole(i64),
    /// A measured number.
    Number {
        /// The value at full precision.
        value: f64,
        /// How much of it is shown.
        digits: Digits,
    },
    /// A measured number that stands below another and is shown in brackets, as a standard error below its estimate.
    Bracketed {
        /// The value at full precision.
        value: f64,
        /// How much of it is shown.
        digits: Digits,
    },
    /// A share from 0 to 1, shown as a percentage.
    Percent(f64),
    /// A p-value from 0 to 1.
    PValue(f64),
    /// A p-value of zero among a number of draws: it is shown as less than the bound.
    PBelow {
        /// The p-value as it was computed.
        value: f64,
        /// One divided by the number of draws: what one draw beyond would have made it.
        bound: f64,
    },
    /// An interval; a bound that is `None` is unbounded.
    Interval {
        /// The lower bound.
        low: Option<f64>,
        /// The upper bound.
        high: Option<f64>,
        /// How much of the bounds is shown.
        digits: Digits,
    },
    /// A value that does not exist, and why.
    Undefined(String),
    /// A value withheld to protect students: neither zero nor missing.
    Suppressed,
    /// A value that no data tell: for the author to fill in, and what is asked.
    ToFill(String),
}

const NOT_FINITE: &str = "not a finite number";

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Cell {
        Cell::Text(words.into())
    }

    /// What words tell: one plain number as that number, with the digits it is written with; anything else stays words.
    ///
    /// Only for words of the program's own: an identifier such as `856` that comes from data is no number.
    ///
    /// ```
    /// # use didact::table::{Cell, Digits};
    /// assert_eq!(Cell::told("856"), Cell::Whole(856));
    /// assert_eq!(Cell::told("0.10"), Cell::Number { value: 0.1, digits: Digits::Decimals(2) });
    /// assert_eq!(Cell::told("0.05, 0.2"), Cell::text("0.05, 0.2"));
    /// ```
    pub fn told(words: impl Into<String>) -> Cell {
        let words = words.into();
        let unsigned = words.strip_prefix('-').unwrap_or(&words);
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let leads = whole.len() > 1 && whole.starts_with('0');
        let fits = whole.len() + decimals.len() <= 15;
        if !digits(whole) || leads || !fits || (unsigned.contains('.') && !digits(decimals)) {
            return Cell::Text(words);
        }
        match (words.parse::<i64>(), words.parse::<f64>()) {
            (Ok(whole), _) if !unsigned.contains('.') => Cell::Whole(whole),
            (_, Ok(value)) => Cell::Number { value, digits: Digits::Decimals(decimals.len() as u8) },
            _ => Cell::Text(words),
        }
    }

    /// A measured number shown with [`Digits::Auto`], or the reason why there is none.
    ///
    /// `None`, NaN and infinities become [`Cell::Undefined`] with `reason`.
    pub fn number(value: Option<f64>, reason: &str) -> Cell {
        Cell::number_with(value, Digits::Auto, reason)
    }

    /// As [`Cell::number`], with the digits said.
    pub fn number_with(value: Option<f64>, digits: Digits, reason: &str) -> Cell {
        match value {
            Some(value) if value.is_finite() => Cell::Number { value, digits },
            _ => Cell::undefined(reason),
        }
    }

    /// As [`Cell::number_with`], in brackets.
    pub fn bracketed(value: Option<f64>, digits: Digits, reason: &str) -> Cell {
        match Cell::number_with(value, digits, reason) {
            Cell::Number { value, digits } => Cell::Bracketed { value, digits },
            other => other,
        }
    }

    /// A share from 0 to 1, or the reason why there is none.
    pub fn percent(share: Option<f64>, reason: &str) -> Cell {
        match share {
            Some(share) if share.is_finite() => Cell::Percent(share),
            _ => Cell::undefined(reason),
        }
    }

    /// A p-value, or the reason why there is none.
    pub fn p_value(p: Option<f64>, reason: &str) -> Cell {
        match p {
            Some(p) if p.is_finite() => Cell::PValue(p),
            _ => Cell::undefined(reason),
        }
    }

    /// A p-value that no draw of a number of them reached, where `floor` is one divided by that number; else as [`Cell::p_value`].
    pub fn p_value_above(p: Option<f64>, floor: Option<f64>, reason: &str) -> Cell {
        match (p, floor) {
            (Some(value), Some(bound)) if value.is_finite() && bound.is_finite() => Cell::PBelow { value, bound },
            _ => Cell::p_value(p, reason),
        }
    }

    /// An interval; `None` or an infinity on its own side is unbounded, anything else not finite is undefined.
    pub fn interval(low: Option<f64>, high: Option<f64>, digits: Digits) -> Cell {
        Cell::Interval { low, high, digits }.checked().into_owned()
    }

    /// A value that does not exist, and why.
    pub fn undefined(reason: &str) -> Cell {
        Cell::Undefined(if reason.is_empty() { NOT_FINITE.to_string() } else { reason.to_string() })
    }

    /// A value for the author to fill in, and what is asked.
    pub fn to_fill(asked: impl Into<String>) -> Cell {
        Cell::ToFill(asked.into())
    }

    /// The cell with every number in it finite: what is not becomes [`Cell::Undefined`].
    pub fn checked(&self) -> Cow<'_, Cell> {
        let undefined = || Cow::Owned(Cell::undefined(NOT_FINITE));
        match *self {
            Cell::Number { value: v, .. } | Cell::Bracketed { value: v, .. } | Cell::Percent(v) | Cell::PValue(v) if !v.is_finite() => {
                undefined()
            }
            Cell::PBelow { value, bound } if !(value.is_finite() && bound.is_finite()) => undefined(),
            Cell::Interval { low, high, digits } => {
                let open_low = low.filter(|&v| v != f64::NEG_INFINITY);
                let open_high = high.filter(|&v| v != f64::INFINITY);
                if [open_low, open_high].into_iter().flatten().any(|v| !v.is_finite()) {
                    undefined()
                } else {
                    Cow::Owned(Cell::Interval { low: open_low, high: open_high, digits })
                }
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// Whether the cell holds a number: such columns are aligned to the right.
    pub fn is_numeric(&self) -> bool {
        !matches!(self, Cell::Text(_) | Cell::Undefined(_) | Cell::Suppressed | Cell::ToFill(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_number_is_told_as_a_number() {
        assert_eq!(Cell::told("2823"), Cell::Whole(2823));
        assert_eq!(Cell::told("-3"), Cell::Whole(-3));
        assert_eq!(Cell::told("-0.25"), Cell::Number { value: -0.25, digits: Digits::Decimals(2) });
        for words in
            ["", "-", "007", "1,000", "0.1, 0.2", "95 %", "=1", "+1", "1.", ".5", "1e5", "NaN", "inf", " 1", "12345678901234567", "1.2.3"]
        {
            assert_eq!(Cell::told(words), Cell::text(words), "{words:?}");
        }
    }

    #[test]
    fn what_is_not_finite_is_undefined() {
        for v in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Cell::number(Some(v), "no clusters"), Cell::Undefined("no clusters".into()));
            assert!(matches!(Cell::PValue(v).checked().as_ref(), Cell::Undefined(_)));
            assert!(matches!(Cell::Percent(v).checked().as_ref(), Cell::Undefined(_)));
        }
        assert_eq!(Cell::number(None, "r"), Cell::Undefined("r".into()));
        let open = Cell::interval(Some(f64::NEG_INFINITY), Some(1.0), Digits::Auto);
        assert_eq!(open, Cell::Interval { low: None, high: Some(1.0), digits: Digits::Auto });
        assert!(matches!(Cell::interval(Some(f64::NAN), Some(1.0), Digits::Auto), Cell::Undefined(_)));
        assert!(matches!(Cell::interval(Some(f64::INFINITY), None, Digits::Auto), Cell::Undefined(_)));
    }

    #[test]
    fn digits_follow_the_uncertainty() {
        assert_eq!(Digits::for_uncertainty(0.0123), Digits::Decimals(3));
        assert_eq!(Digits::for_uncertainty(0.0996), Digits::Decimals(2));
        assert_eq!(Digits::for_uncertainty(1.5), Digits::Decimals(1));
        assert_eq!(Digits::for_uncertainty(420.0), Digits::Decimals(0));
        assert_eq!(Digits::for_uncertainty(0.0), Digits::Auto);
        assert_eq!(Digits::for_uncertainty(f64::NAN), Digits::Auto);
        assert_eq!(Digits::for_interval(1.0, Some(0.0), Some(4.0)), Digits::Decimals(1));
    }
}
