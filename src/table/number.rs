//! Numbers as people read them.
//!
//! Formatting is Rust's own, which is exact and the same everywhere; no logarithm is taken.

use super::{Cell, Digits};

/// Which signs a number is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// The minus sign U+2212, ∞, and powers of ten in superscript: for pages and figures.
    Typographic,
    /// Signs a program reads back: for Markdown and terminals.
    Ascii,
}

/// What stands for a value that does not exist.
pub const DASH: &str = "\u{2014}";

/// What stands for a value withheld to protect students.
pub const SUPPRESSED: &str = "<suppressed>";

/// What stands for a value that the author has to fill in.
pub const TO_FILL: &str = "<to fill in>";

/// A measured number with thousands separators; a dash if it is not finite.
///
/// Scientific notation is used only below 0.0001 with [`Digits::Auto`] and from 10¹⁵. Zero has no sign.
pub fn number(value: f64, digits: Digits, glyphs: Glyphs) -> String {
    if !value.is_finite() {
        return DASH.to_string();
    }
    let size = value.abs();
    match decimals(value, digits) {
        Some(decimals) => signed(value < 0.0, separated(&format!("{size:.decimals$}")), glyphs),
        None => powers(value, glyphs),
    }
}

/// The digits after the point with which a finite number is shown; `None` where its notation is scientific.
pub fn decimals(value: f64, digits: Digits) -> Option<usize> {
    let size = value.abs();
    if size >= 1e15 || (digits == Digits::Auto && size != 0.0 && size < 1e-4) {
        return None;
    }
    Some(match digits {
        Digits::Decimals(n) => usize::from(n.min(15)),
        Digits::Auto if size == 0.0 => 0,
        Digits::Auto => (3 - exponent(&format!("{size:.3e}"))).max(0) as usize,
    })
}

/// The value that is shown.
pub fn rounded(value: f64, digits: Digits) -> f64 {
    decimals(value, digits).and_then(|d| format!("{value:.d$}").parse().ok()).unwrap_or(value)
}

/// A number of things, with thousands separators.
pub fn count(value: u64) -> String {
    separated(&value.to_string())
}

/// A whole number that is a label: no separators.
pub fn whole(value: i64, glyphs: Glyphs) -> String {
    signed(value < 0, value.unsigned_abs().to_string(), glyphs)
}

/// A number without zeros behind its last digit: a size that someone set, such as 0.5.
pub fn trimmed(value: f64, glyphs: Glyphs) -> String {
    let shown = number(value, Digits::Auto, glyphs);
    let plain = shown.contains('.') && !shown.contains(['e', '\u{d7}']);
    if plain { shown.trim_end_matches('0').trim_end_matches('.').into() } else { shown }
}

/// A share as a percentage with one decimal; what would round to nothing or to all says so: `<0.1%`, `>99.9%`.
pub fn percent(share: f64, glyphs: Glyphs) -> String {
    if !share.is_finite() {
        return DASH.to_string();
    }
    let size = share.abs() * 100.0;
    if share > 0.0 && size < 0.05 {
        return "<0.1%".to_string();
    }
    if share < 1.0 && share > 0.0 && size >= 99.95 {
        return ">99.9%".to_string();
    }
    signed(share < 0.0, format!("{}%", separated(&format!("{size:.1}"))), glyphs)
}

/// A confidence level as people write it: `95 %`, `99.5 %`.
pub fn level(share: f64) -> String {
    format!("{} %", libm::round(share * 1e8) / 1e6)
}

/// A p-value with three decimals, `<0.001` when it is smaller.
pub fn p_value(p: f64, glyphs: Glyphs) -> String {
    if (0.0..0.001).contains(&p) { "<0.001".to_string() } else { number(p, Digits::Decimals(3), glyphs) }
}

/// A p-value of which only a bound is known, rounded up to three decimals: `<0.004` of 256 draws, none beyond.
pub fn p_below(bound: f64, glyphs: Glyphs) -> String {
    format!("<{}", number((libm::ceil(bound * 1e3) / 1e3).clamp(0.001, 1.0), Digits::Decimals(3), glyphs))
}

/// An interval: `[0.12, 3.40]`, `(−∞, 3.40]` where it is unbounded.
pub fn interval(low: Option<f64>, high: Option<f64>, digits: Digits, glyphs: Glyphs) -> String {
    let infinity = if glyphs == Glyphs::Ascii { "inf" } else { "\u{221e}" };
    let left =
        low.map_or_else(|| format!("({}", signed(true, infinity.to_string(), glyphs)), |v| format!("[{}", number(v, digits, glyphs)));
    let right = high.map_or_else(|| format!("{infinity})"), |v| format!("{}]", number(v, digits, glyphs)));
    format!("{left}, {right}")
}

/// A cell as people read it. Words are not escaped: that is the format's affair.
pub fn cell(cell: &Cell, glyphs: Glyphs) -> String {
    match cell.checked().as_ref() {
        Cell::Text(words) => words.clone(),
        Cell::Count(n) => count(*n),
        Cell::Whole(n) => whole(*n, glyphs),
        Cell::Number { value, digits } => number(*value, *digits, glyphs),
        Cell::Bracketed { value, digits } => format!("({})", number(*value, *digits, glyphs)),
        Cell::Percent(share) => percent(*share, glyphs),
        Cell::PValue(p) => p_value(*p, glyphs),
        Cell::PBelow { bound, .. } => p_below(*bound, glyphs),
        Cell::Interval { low, high, digits } => interval(*low, *high, *digits, glyphs),
        Cell::Undefined(_) => DASH.to_string(),
        Cell::Suppressed => SUPPRESSED.to_string(),
        Cell::ToFill(_) => TO_FILL.to_string(),
    }
}

/// A number at full precision for programs: the shortest text that reads back to the same bits.
///
/// Zero has no sign. `None` if it is not finite.
pub fn exact(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    Some(if size == 0.0 {
        "0".to_string()
    } else if (1e-5..1e16).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    })
}

/// The power of ten of a number written in scientific notation.
fn exponent(scientific: &str) -> i32 {
    scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0)
}

fn powers(value: f64, glyphs: Glyphs) -> String {
    let written = format!("{:.2e}", value.abs());
    let body = match (glyphs, written.split_once('e')) {
        (Glyphs::Typographic, Some((mantissa, power))) => {
            let raised = power.chars().map(|c| match c {
                '-' => '\u{207b}',
                '1' => '\u{b9}',
                '2' => '\u{b2}',
                '3' => '\u{b3}',
                digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
            });
            format!("{mantissa} \u{d7} 10{}", raised.collect::<String>())
        }
        _ => written,
    };
    signed(value < 0.0, body, glyphs)
}

/// Puts the sign before the digits, unless all of them are zero.
fn signed(negative: bool, body: String, glyphs: Glyphs) -> String {
    let is_zero = !body.chars().any(|c| ('1'..='9').contains(&c) || c == 'i' || c == '\u{221e}');
    match (negative && !is_zero, glyphs) {
        (false, _) => body,
        (true, Glyphs::Typographic) => format!("\u{2212}{body}"),
        (true, Glyphs::Ascii) => format!("-{body}"),
    }
}

/// Commas between the thousands of the digits before the point.
fn separated(digits: &str) -> String {
    let (whole, rest) = digits.find('.').map_or((digits, ""), |at| digits.split_at(at));
    let mut out = String::with_capacity(digits.len() + whole.len() / 3);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let auto = |v| number(v, Digits::Auto, Glyphs::Ascii);
        assert_eq!(auto(0.0), "0");
        assert_eq!(auto(-0.0), "0");
        assert_eq!(auto(1234.567), "1,235");
        assert_eq!(auto(9.9996), "10.00");
        assert_eq!(auto(-0.01234), "-0.01234");
        assert_eq!(auto(3.14159e-7), "3.14e-7");
        assert_eq!(number(-0.004, Digits::Decimals(2), Glyphs::Ascii), "0.00");
        assert_eq!(number(-2.5, Digits::Decimals(1), Glyphs::Typographic), "\u{2212}2.5");
        assert_eq!(number(1.2e-10, Digits::Auto, Glyphs::Typographic), "1.20 \u{d7} 10\u{207b}\u{b9}\u{2070}");
        assert_eq!(number(1e300, Digits::Decimals(3), Glyphs::Ascii), "1.00e300");
        assert_eq!(number(f64::NAN, Digits::Auto, Glyphs::Ascii), DASH);
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(whole(2021, Glyphs::Ascii), "2021");
        assert_eq!(whole(i64::MIN, Glyphs::Ascii), "-9223372036854775808");
        assert_eq!(percent(0.12345, Glyphs::Ascii), "12.3%");
        assert_eq!(percent(0.00001, Glyphs::Ascii), "<0.1%");
        assert_eq!(percent(0.9999, Glyphs::Ascii), ">99.9%");
        assert_eq!(percent(1.0, Glyphs::Ascii), "100.0%");
        assert_eq!((level(0.95).as_str(), level(0.995).as_str()), ("95 %", "99.5 %"));
        assert_eq!(p_value(0.0, Glyphs::Ascii), "<0.001");
        assert_eq!(p_below(1.0 / 256.0, Glyphs::Ascii), "<0.004");
        assert_eq!((p_below(1.0 / 9999.0, Glyphs::Ascii).as_str(), p_below(0.1, Glyphs::Ascii).as_str()), ("<0.001", "<0.100"));
        assert_eq!(cell(&Cell::p_value_above(Some(0.0), Some(1.0 / 256.0), ""), Glyphs::Typographic), "<0.004");
        assert_eq!(cell(&Cell::p_value_above(Some(0.25), None, ""), Glyphs::Typographic), "0.250");
        assert_eq!(p_value(0.04321, Glyphs::Ascii), "0.043");
        assert_eq!(p_value(1.0, Glyphs::Ascii), "1.000");
        assert_eq!(interval(None, Some(2.0), Digits::Decimals(1), Glyphs::Typographic), "(\u{2212}\u{221e}, 2.0]");
        assert_eq!(interval(Some(-1.0), None, Digits::Decimals(0), Glyphs::Ascii), "[-1, inf)");
    }

    /// Numbers of every size and sign, the same every time.
    fn many() -> impl Iterator<Item = f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..4000).map(move |i| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let unit = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            let scale: f64 = format!("1e{}", i % 37 - 18).parse().unwrap();
            unit * scale
        })
    }

    #[test]
    fn every_printed_number_reads_back() {
        for v in many() {
            for digits in [Digits::Auto, Digits::Decimals(0), Digits::Decimals(3), Digits::for_uncertainty(v.abs() / 9.0)] {
                for glyphs in [Glyphs::Ascii, Glyphs::Typographic] {
                    let shown = number(v, digits, glyphs);
                    let is_zero = shown.chars().all(|c| !('1'..='9').contains(&c));
                    assert!(!is_zero || !shown.starts_with(['-', '\u{2212}']), "{shown}");
                    let back: f64 = plain(&shown).parse().unwrap_or_else(|_| panic!("{shown}"));
                    let slack = match digits {
                        Digits::Decimals(n) if v.abs() < 1e15 => 0.5000001 / 10_f64.powi(i32::from(n)),
                        _ => v.abs() * 0.0051,
                    };
                    assert!((back - v).abs() <= slack + v.abs() * 1e-15, "{v} shown as {shown}");
                }
            }
            assert_eq!(exact(v).unwrap().parse::<f64>().unwrap().to_bits(), v.to_bits());
        }
    }

    fn plain(shown: &str) -> String {
        let raised = "\u{2070}\u{b9}\u{b2}\u{b3}\u{2074}\u{2075}\u{2076}\u{2077}\u{2078}\u{2079}";
        shown
            .replace(',', "")
            .replace('\u{2212}', "-")
            .replace(" \u{d7} 10", "e")
            .chars()
            .map(|c| match raised.chars().position(|r| r == c) {
                Some(digit) => char::from_digit(digit as u32, 10).unwrap(),
                None if c == '\u{207b}' => '-',
                None => c,
            })
            .collect()
    }
}
