//! Readers of what is made to be read by people: the cells of a table as words.

/// The cells of a GitHub table.
pub fn markdown(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| {
        let (mut cells, mut cell) = (Vec::new(), String::new());
        let mut chars = line[1..].chars();
        while let Some(c) = chars.next() {
            match c {
                '|' => cells.push(entities(std::mem::take(&mut cell).trim())),
                '\\' => cell.extend(chars.next()),
                c => cell.push(c),
            }
        }
        cells
    };
    lines.map(cells).collect()
}

/// The cells of aligned columns, found by the rule below the headings.
pub fn text(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with('\u{2500}')).expect("a rule");
    let mut spans = Vec::new();
    let rule: Vec<char> = lines[at].chars().chain([' ']).collect();
    let mut from = None;
    for (i, c) in rule.iter().enumerate() {
        match (c, from) {
            ('\u{2500}', None) => from = Some(i),
            (' ', Some(start)) => {
                spans.push((start, i));
                from = None;
            }
            _ => {}
        }
    }
    let rows = lines[at + 1..].iter().take_while(|line| !line.is_empty());
    rows.map(|line| {
        let chars: Vec<char> = line.chars().collect();
        spans.iter().map(|&(a, b)| chars.iter().take(b).skip(a).collect::<String>().trim().to_string()).collect()
    })
    .collect()
}

/// The cells of a LaTeX table.
pub fn latex(text: &str) -> Vec<Vec<String>> {
    let body = text.rsplit_once("\\endlastfoot\n").or_else(|| text.split_once("\\midrule\n")).expect("a body").1;
    let end = body.find("\\bottomrule").unwrap_or(body.len()).min(body.find("\\end{longtable}").unwrap_or(body.len()));
    body[..end].lines().map(|line| cells(line.strip_suffix(" \\\\").expect("a row ends"))).collect()
}

fn cells(line: &str) -> Vec<String> {
    let line = line.strip_prefix("{}").expect("a row begins");
    line.split(" & ").map(|cell| if cell.starts_with('$') && cell.ends_with('$') { math(cell) } else { words(cell) }).collect()
}

fn math(cell: &str) -> String {
    let mut out =
        cell.trim_matches('$').replace("{,}", ",").replace("\\infty", "inf").replace("{<}", "<").replace("{>}", ">").replace("\\%", "%");
    while let Some(at) = out.find("\\times10^{") {
        let power: String = out[at + 10..].chars().take_while(|c| *c != '}').collect();
        out = format!("{}e{power}{}", &out[..at], &out[at + 11 + power.len()..]);
    }
    out
}

fn words(cell: &str) -> String {
    let named = [
        ("\\textit{suppressed}", "<suppressed>"),
        ("\\textit{to fill in}", "<to fill in>"),
        ("\\textbackslash{}", "\\"),
        ("\\textless{}", "<"),
        ("\\textgreater{}", ">"),
        ("\\textbar{}", "|"),
        ("\\textasciitilde{}", "~"),
        ("\\textasciicircum{}", "^"),
        ("\\allowbreak{}", ""),
        ("\\ensuremath{\\pm}", "±"),
        ("\\ensuremath{-}", "-"),
        ("\\ensuremath{\\times}", "×"),
        ("\\ensuremath{\\leq}", "≤"),
        ("\\ensuremath{\\geq}", "≥"),
        ("\\ensuremath{\\infty}", "∞"),
        ("---", "\u{2014}"),
        ("--", "\u{2013}"),
    ];
    let mut out = named.iter().fold(cell.to_string(), |text, (from, to)| text.replace(from, to));
    while let Some(at) = out.find("\\didactchar{") {
        let rest = &out[at + 12..];
        let (code, tail) = rest.split_once("}{").expect("two arguments");
        let c = char::from_u32(u32::from_str_radix(code, 16).expect("a number")).expect("a character");
        assert!(tail.starts_with(c), "{tail}");
        out = format!("{}{c}{}", &out[..at], &tail[c.len_utf8() + 1..]);
    }
    out.replace("{}", "").replace("{[}", "[").replace("{]}", "]").replace('\\', "")
}

/// The cells of an HTML table's body.
pub fn html(text: &str) -> Vec<Vec<String>> {
    let body = text.split_once("<tbody>\n").expect("a body").1.split_once("</tbody>").expect("its end").0;
    body.lines()
        .map(|line| {
            let cells = line.split("<t").skip(2);
            cells.map(|cell| entities(cell.split_once('>').expect("a tag").1.split('<').next().unwrap_or_default())).collect()
        })
        .collect()
}

/// Character references as characters.
pub fn entities(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (name, tail) = rest[at + 1..].split_once(';').expect("a reference ends");
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            code => {
                let number = code.strip_prefix('#').expect("a number");
                let number = number.strip_prefix('x').map_or_else(|| number.parse(), |hex| u32::from_str_radix(hex, 16));
                char::from_u32(number.expect("a number")).expect("a character")
            }
        });
        rest = tail;
    }
    out + rest
}
