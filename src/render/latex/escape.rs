//! Words that TeX prints as they are.

/// Letters beyond ASCII that pdfTeX composes in its default encoding.
const COMPOSED: &str = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ\
    ĆćČčĎďĚěĞğİıŁłŃńŇňŐőŒœŔŕŘřŚśŞşŠšŤťŮůŰűŹźŻżŽž";

/// Letters after which a run without a break may be broken.
const RUN: usize = 24;

/// Words that TeX prints as they are: commands, braces and math lose their meaning, line breaks become spaces.
///
/// What pdfTeX has no glyph for is `\didactchar{CODE}{CHARACTER}`, which every table that needs it defines.
pub fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut run = 0;
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        run = if c.is_whitespace() { 0 } else { run + 1 };
        if run > RUN {
            out.push_str("\\allowbreak{}");
            run = 1;
        }
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => out.extend(['\\', c]),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            '"' => out.push_str("''"),
            // Ligatures: `--` would become a dash, ?` and !` upside-down marks.
            '-' => out.push_str(if chars.peek() == Some(&'-') { "-{}" } else { "-" }),
            '`' => out.push_str("{}`{}"),
            '\'' => out.push_str("'{}"),
            '[' => out.push_str("{[}"),
            ']' => out.push_str("{]}"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\u{2013}' => out.push_str("--"),
            '\u{2014}' => out.push_str("---"),
            '\u{2018}' => out.push_str("{}`{}"),
            '\u{2019}' => out.push_str("'{}"),
            '\u{201c}' => out.push_str("``"),
            '\u{201d}' => out.push_str("''"),
            '\u{2212}' => out.push_str("\\ensuremath{-}"),
            '\u{d7}' => out.push_str("\\ensuremath{\\times}"),
            '\u{b1}' => out.push_str("\\ensuremath{\\pm}"),
            '\u{2264}' => out.push_str("\\ensuremath{\\leq}"),
            '\u{2265}' => out.push_str("\\ensuremath{\\geq}"),
            '\u{221e}' => out.push_str("\\ensuremath{\\infty}"),
            '\u{2026}' => out.push_str("..."),
            '\u{a0}' => out.push('~'),
            // Marks that reverse the direction of what follows.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push_str(&other('\u{fffd}')),
            c if c.is_control() => out.push_str(&if c.is_whitespace() { " ".to_string() } else { other('\u{fffd}') }),
            c if c.is_ascii() || COMPOSED.contains(c) => out.push(c),
            c => out.push_str(&other(c)),
        }
    }
    out
}

fn other(c: char) -> String {
    format!("\\didactchar{{{:04X}}}{{{c}}}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts() {
        assert_eq!(escape("50% of $x_1 & {#2}"), "50\\% of \\$x\\_1 \\& \\{\\#2\\}");
        assert_eq!(escape("\\input{/etc/passwd}"), "\\textbackslash{}input\\{/etc/passwd\\}");
        assert_eq!(escape("a--b [c]"), "a-{}-b {[}c{]}");
        assert_eq!(escape("Łódź \u{b1} 3"), "Łódź \\ensuremath{\\pm} 3");
        assert_eq!(escape("\u{645}"), "\\didactchar{0645}{\u{645}}");
        assert_eq!(escape("a\nb\u{7}"), "a b\\didactchar{FFFD}{\u{fffd}}");
        assert_eq!(escape(&"x".repeat(30)).matches("\\allowbreak{}").count(), 1);
    }
}
