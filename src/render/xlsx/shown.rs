//! How Excel shows a number: as many digits as the other formats do.

use crate::table::number;
use crate::table::{Cell, Digits};

/// The number format of a cell. The value itself is never rounded.
pub fn number_format(cell: &Cell) -> String {
    match cell {
        Cell::Count(_) => "#,##0".into(),
        Cell::Whole(_) => "0".into(),
        Cell::Number { value, digits } => measured(*value, *digits),
        Cell::Bracketed { value, digits } => {
            let inner = measured(*value, *digits);
            format!("({inner});(-{inner})")
        }
        Cell::Percent(share) if *share > 0.0 && *share < 0.0005 => "\"<0.1%\"".into(),
        Cell::Percent(share) if *share < 1.0 && *share >= 0.9995 => "\">99.9%\"".into(),
        Cell::Percent(_) => "#,##0.0%".into(),
        Cell::PValue(p) if (0.0..0.001).contains(p) => "\"<0.001\"".into(),
        Cell::PValue(_) => "0.000".into(),
        Cell::PBelow { bound, .. } => format!("\"{}\"", number::p_below(*bound, number::Glyphs::Ascii)),
        Cell::Text(_) | Cell::Interval { .. } | Cell::Undefined(_) | Cell::Suppressed | Cell::ToFill(_) => "General".into(),
    }
}

fn measured(value: f64, digits: Digits) -> String {
    match number::decimals(value, digits) {
        None => "0.00E+00".into(),
        Some(0) => "#,##0".into(),
        Some(n) => format!("#,##0.{}", "0".repeat(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_other_formats() {
        let shown = |value, digits| number_format(&Cell::Number { value, digits });
        assert_eq!(shown(1234.5, Digits::Decimals(1)), "#,##0.0");
        assert_eq!(shown(-1234.5, Digits::Auto), "#,##0");
        assert_eq!(shown(0.012345, Digits::Auto), "#,##0.00000");
        assert_eq!(shown(1e-9, Digits::Auto), "0.00E+00");
        assert_eq!(number_format(&Cell::PValue(0.0004)), "\"<0.001\"");
        assert_eq!(number_format(&Cell::PBelow { value: 0.0, bound: 1.0 / 256.0 }), "\"<0.004\"");
        assert_eq!(number_format(&Cell::Bracketed { value: 0.5, digits: Digits::Decimals(2) }), "(#,##0.00);(-#,##0.00)");
    }
}
