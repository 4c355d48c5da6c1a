//! No-break spaces where a line's end would tear a number from what belongs to it: `p < 0.001`, `95 %`, `0.23 SD`, `(± 1.5)`.

const NO_BREAK: char = '\u{a0}';

/// Units that follow a number after a space.
const UNITS: [&str; 4] = ["%", "SD", "points", "point"];

/// Signs that stand before a number, after a space or a bracket: < > = ≤ ≥ ± ×.
const SIGNS: [&str; 7] = ["<", ">", "=", "\u{2264}", "\u{2265}", "\u{b1}", "\u{d7}"];

/// The words with a no-break space between a number and its unit, a sign and its number, and `p` and its sign; else the same.
pub fn unbroken(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut all = words.split(' ').peekable();
    while let Some(word) = all.next() {
        out.push_str(word);
        let Some(next) = all.peek() else { break };
        let is_sign = |word: &str| SIGNS.contains(&word.trim_start_matches('('));
        let number_and_unit = word.ends_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&bare(next));
        let sign_and_number = is_sign(word) && begins_number(next);
        let before_sign = is_sign(next) && (bare(word) == "p" || word.ends_with(|c: char| c.is_ascii_digit() || c == ')'));
        out.push(if number_and_unit || sign_and_number || before_sign { NO_BREAK } else { ' ' });
    }
    out
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%')
}

fn begins_number(word: &str) -> bool {
    word.trim_start_matches(['-', '\u{2212}', '<']).starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_unit_and_sign() {
        let shown = |words: &str| unbroken(words).replace(NO_BREAK, "_");
        assert_eq!(shown("no difference (p < 0.001), if"), "no difference (p_<_0.001), if");
        assert_eq!(shown("The 95 % interval runs from 2.10 to 4.78 points: a"), "The 95_% interval runs from 2.10 to 4.78_points: a");
        assert_eq!(shown("about 0.23 SD, in 95.0 % (\u{b1} 1.5); it"), "about 0.23_SD, in 95.0_% (\u{b1}_1.5); it");
        assert_eq!(shown("F(1, 29) = 5, p = \u{2212}0.2"), "F(1, 29)_=_5, p_=_\u{2212}0.2");
    }

    #[test]
    fn other_words_stay() {
        for words in ["", " ", "p", "two  spaces ", "a < b", "SD of 3 schools", "points % p", "3 = x"] {
            let shown = unbroken(words);
            assert_eq!(shown.replace(NO_BREAK, " "), words);
        }
        assert_eq!(unbroken("two  spaces a < b"), "two  spaces a < b");
    }
}
