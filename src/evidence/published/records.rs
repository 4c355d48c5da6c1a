//! Comma-separated values, as in RFC 4180.

/// A record with the line it begins on.
pub(super) type Record = (usize, Vec<String>);

/// The records of a text with the line each begins on; blank lines are skipped. The error is the line of a stray or open quote.
pub(super) fn records(text: &str) -> Result<Vec<Record>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut out, mut values, mut value) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut first, mut quoted, mut was_quoted) = (1, 1, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => value.extend(chars.next()),
            '"' if quoted => quoted = false,
            '"' if value.is_empty() && !was_quoted => (quoted, was_quoted) = (true, true),
            '"' => return Err(line),
            '\n' if quoted => {
                line += 1;
                value.push(c);
            }
            ',' if !quoted => {
                values.push(std::mem::take(&mut value));
                was_quoted = false;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' => {
                values.push(std::mem::take(&mut value));
                was_quoted = false;
                line += 1;
                let record = std::mem::take(&mut values);
                if record != [""] {
                    out.push((first, record));
                }
                first = line;
            }
            _ if was_quoted && !quoted => return Err(line),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(first);
    }
    values.push(value);
    if values != [""] {
        out.push((first, values));
    }
    Ok(out)
}
