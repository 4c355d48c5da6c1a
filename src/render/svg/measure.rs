//! How wide words are, so that labels find room without asking a font.

/// Advance widths of DejaVu Sans from U+0020 to U+007E, in hundredths of the font size.
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100,
    68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63,
    55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// How much wider bold words are.
const BOLD: f64 = 1.14;

/// The width of words at a font size. Other scripts are taken to be as wide as a Latin capital.
pub fn width(words: &str, size: f64, bold: bool) -> f64 {
    let hundredths: u32 = words
        .chars()
        .map(|c| match u32::from(c) {
            code @ 0x20..=0x7e => u32::from(WIDTHS[(code - 0x20) as usize]),
            0x2212 => 84,
            code if code >= 0x2e80 => 100,
            _ => 66,
        })
        .sum();
    f64::from(hundredths) / 100.0 * size * if bold { BOLD } else { 1.0 }
}

/// The words, cut with an ellipsis where they would be wider than the room.
pub fn fit(words: &str, size: f64, bold: bool, room: f64) -> String {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if width(&words, size, bold) <= room {
        return words;
    }
    let mut kept = String::new();
    for c in words.chars() {
        kept.push(c);
        if width(&kept, size, bold) + size > room {
            kept.pop();
            break;
        }
    }
    format!("{}\u{2026}", kept.trim_end())
}

/// The words broken into lines no wider than the room; at most `lines`, the last one cut.
pub fn wrap(words: &str, size: f64, bold: bool, room: f64, lines: usize) -> Vec<String> {
    let mut broken: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match broken.last_mut() {
            Some(line) if broken_fits(line, word, size, bold, room) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => broken.push(word.to_string()),
        }
    }
    if broken.len() > lines {
        let rest = broken.split_off(lines.saturating_sub(1)).join(" ");
        broken.push(rest);
    }
    broken.iter().map(|line| fit(line, size, bold, room)).collect()
}

fn broken_fits(line: &str, word: &str, size: f64, bold: bool, room: f64) -> bool {
    width(line, size, bold) + width(" ", size, bold) + width(word, size, bold) <= room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_room() {
        assert_eq!(width("00", 10.0, false), 12.8);
        assert_eq!(fit("short", 12.0, false, 100.0), "short");
        let cut = fit("a very long name of a school", 12.0, false, 80.0);
        assert!(cut.ends_with('\u{2026}') && width(&cut, 12.0, false) <= 80.0);
        let lines = wrap("a very long name of a school in a town", 12.0, false, 90.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 12.0, false) <= 90.0));
    }
}
