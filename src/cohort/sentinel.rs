//! Missing values in disguise: codes such as -99 or "n/a" that would silently enter an average.

use super::{Column, Data, Integers};

/// A value that looks like a code for "missing".
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The column.
    pub column: String,
    /// The value as written.
    pub code: String,
    /// How many rows have it.
    pub rows: usize,
    /// The first such row, counted from 0.
    pub first: usize,
    /// Why it is suspected.
    pub why: &'static str,
}

/// Numbers that often stand for "missing": negative ones, runs of nines (suspect only when far outside the other values), and 0.
const CODES: [i64; 18] = [-1, -2, -3, -7, -8, -9, -77, -88, -99, -999, -9999, -99_999, 99, 999, 9999, 99_999, 999_999, 0];

/// The place of a whole number in [`CODES`].
#[inline]
fn place(x: i64) -> Option<usize> {
    // Most values lie where there are none.
    if (1..99).contains(&x) || (100..999).contains(&x) { None } else { CODES.iter().position(|c| *c == x) }
}
#[cfg_attr(not(feature = "program"), allow(dead_code))]
/// Words that stand for "missing" or for a spreadsheet's error.
const WORDS: [&str; 22] = [
    "na", "n/a", "#n/a", "nan", "null", "none", "nil", ".", "-", "--", "?", "missing", "unknown", "absent", "#value!", "#ref!", "#div/0!",
    "#name?", "#num!", "#null!", "inf", "-inf",
];

#[cfg_attr(not(feature = "program"), allow(dead_code))]
/// Whether a word is one that stands for "missing" (letters' case does not matter).
pub(crate) fn is_missing_word(word: &str) -> bool {
    let word = word.trim();
    WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// Suspected missing codes in a column of numbers: a negative code in a column otherwise not negative, 0 in a column
/// otherwise far above 0, or a run of nines far outside the rest. `grade = -1` (pre-kindergarten) is the classic trap:
/// only the study file can say what it means.
pub fn suspects(column: &Column) -> Vec<Suspect> {
    if !may_hold_codes(&column.data) {
        return Vec::new();
    }
    let mut codes: Vec<(f64, usize, usize)> = CODES.iter().map(|&c| (c as f64, 0, 0)).collect();
    let (mut low, mut high, mut others) = (f64::INFINITY, f64::NEG_INFINITY, 0usize);
    let mut see = |row: usize, x: f64| {
        let whole = x as i64;
        // Codes are whole numbers: most scores with fractions need no look at the list.
        if whole as f64 == x
            && let Some(place) = place(whole)
        {
            let entry = &mut codes[place];
            if entry.1 == 0 {
                entry.2 = row;
            }
            entry.1 += 1;
            return;
        }
        others += 1;
        low = if x < low { x } else { low };
        high = if x > high { x } else { high };
    };
    match &column.data {
        Data::Number(values) => values.iter().enumerate().filter(|(_, x)| !x.is_nan()).for_each(|(i, &x)| see(i, x)),
        Data::Whole(w) => (0..w.values.len()).for_each(|i| {
            if let Some(v) = w.get(i) {
                see(i, v as f64);
            }
        }),
        Data::Flag(_) | Data::Text(_) => return Vec::new(),
    }
    if others == 0 {
        return Vec::new();
    }
    let total = others + codes.iter().map(|c| c.1).sum::<usize>();
    // A small scale around zero, such as −3 to 2, has its negative values by right.
    let deepest = codes.iter().filter(|c| c.1 > 0).fold(0.0_f64, |m, c| m.min(c.0));
    let around_zero = deepest > -7.0 && high <= -1.5 * deepest && -deepest <= 1.5 * high;
    codes
        .into_iter()
        .filter(|&(_, rows, _)| rows > 0)
        .filter_map(|(code, rows, first)| {
            let rare = rows * 2 < total;
            let far_below = code < low - 0.5 * (high - low) && rare;
            let why = if code < 0.0 && ((low >= 0.0 && !around_zero) || (low < 0.0 && far_below)) {
                "a negative value far from, or unlike, all others"
            } else if code == 0.0 && rare && deepest == 0.0 && low >= 10.0 && low > 0.5 * high && others > 2 {
                "a zero in a column whose other values are far above zero"
            } else if code >= 99.0 && rare && (code - high > 2.0 * (high - low) || (rows > 1 && code - high > 0.1 * (high - low))) {
                "a run of nines above all other values"
            } else {
                return None;
            };
            let code = format!("{code}");
            Some(Suspect { column: column.name.clone(), code, rows, first, why })
        })
        .collect()
}

/// Whether any code lies between the lowest and the highest value: one quick look that spares most columns the slow one.
fn may_hold_codes(data: &Data) -> bool {
    const LANES: usize = 8;
    let within = |low: f64, high: f64| CODES.iter().any(|&c| (low..=high).contains(&(c as f64)));
    match data {
        Data::Number(values) => {
            let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
            for part in values.chunks(LANES) {
                for ((low, high), &x) in low.iter_mut().zip(&mut high).zip(part) {
                    *low = if x < *low { x } else { *low };
                    *high = if x > *high { x } else { *high };
                }
            }
            within(low.into_iter().fold(f64::INFINITY, f64::min), high.into_iter().fold(f64::NEG_INFINITY, f64::max))
        }
        Data::Whole(w) => match (&w.values, w.missing.is_empty()) {
            (Integers::Narrow(v), true) => {
                let (low, high) = v.iter().fold((i32::MAX, i32::MIN), |(low, high), &x| (low.min(x), high.max(x)));
                within(f64::from(low), f64::from(high))
            }
            _ => true,
        },
        Data::Flag(_) | Data::Text(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::Wholes;

    fn whole(values: &[i64]) -> Column {
        Column { name: "x".into(), data: Data::Whole(Wholes::complete(values.to_vec())) }
    }

    #[test]
    fn codes_are_seen_and_honest_values_are_not() {
        assert_eq!(suspects(&whole(&[3, 4, -1, 5]))[0].code, "-1");
        assert_eq!(suspects(&whole(&[201, 214, 999, 208]))[0].code, "999");
        assert_eq!(suspects(&whole(&[201, 214, 0, 208]))[0].code, "0");
        assert!(suspects(&whole(&[0, 1, 1, 0])).is_empty());
        assert!(suspects(&whole(&[-3, -1, 0, 2])).is_empty(), "a small scale around zero");
        assert!(suspects(&whole(&[95, 99, 97, 100])).is_empty());
        assert!(suspects(&whole(&[0, 0, 3, 1, 120])).is_empty());
    }
}
