//! Tables as LaTeX for papers, with the rules of booktabs.
//!
//! A file is read with `\input`; its first line names the packages the preamble must load. It compiles with pdfLaTeX,
//! XeLaTeX, LuaLaTeX and Tectonic. Short tables float and are scaled down where they are wider than the text; long ones
//! break over pages with their heading repeated.

mod escape;

use super::number::{self, DASH, Glyphs, SUPPRESSED, TO_FILL};
use crate::table::{Cell, Table};

pub use escape::escape;

/// The packages that a document with these tables must load.
pub const PACKAGES: [&str; 4] = ["array", "booktabs", "graphicx", "longtable"];

/// Lines from which a table is broken over pages.
const LONG: usize = 36;

/// Characters from which words are broken into lines where a table is broken over pages.
const NARROW: usize = 20;

/// Characters from which words in a column are broken into lines.
const WIDE: usize = 34;

/// Characters to which the lines of a heading are kept.
const HEADING: usize = 16;

/// Prints a character that pdfTeX has no glyph for by its number; the engines that know Unicode print it as it is.
const CHARACTER: &str = "\\providecommand{\\didactchar}[2]{\\ifdefined\\Umathcode#2\\else\\texttt{U+#1}\\fi}\n";

/// How the words of a column lie.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lie {
    Left,
    Right,
    Centre,
    Broken,
}

/// The table as LaTeX: caption, label `tab:ID`, headings with their units below, rows, notes.
///
/// An undefined cell is a dash and its reason a note; a suppressed cell is the word *suppressed*. Whatever the data say
/// is printed as it stands: no name acts on TeX.
pub fn latex(table: &Table) -> String {
    let n = table.columns.len();
    let cells: Vec<Vec<String>> = (0..table.rows.len()).map(|row| (0..n).map(|ix| cell(&table.cell(row, ix))).collect()).collect();
    let lies: Vec<Lie> = (0..n).map(|ix| lie(table, ix)).collect();
    let mut out = format!("% \\usepackage{{{}}}\n", PACKAGES.join(","));
    let body = if n == 0 {
        float(table, "(no columns)\n", false)
    } else if lines(table) > LONG {
        long(table, &lies, &cells)
    } else {
        let specification: String = lies.iter().map(|lie| column(*lie, "0.28\\linewidth")).collect();
        let inner = format!(
            "\\begin{{tabular}}{{@{{}}{specification}@{{}}}}\n\\toprule\n{}\\midrule\n{}\\bottomrule\n\\end{{tabular}}%\n",
            heading(table, Some(&lies)),
            rows(&cells)
        );
        float(table, &inner, true)
    };
    if body.contains("\\didactchar") {
        out.push_str(CHARACTER);
    }
    out + &body
}

/// A table that floats, no wider than the text.
fn float(table: &Table, inner: &str, scaled: bool) -> String {
    let mut out = format!("\\begin{{table}}[htbp]\n\\centering\n{}\\small\n", caption(table, ""));
    if scaled {
        out.push_str(&format!(
            "\\sbox0{{%\n{inner}}}%\n\\ifdim\\wd0>\\linewidth\\resizebox{{\\linewidth}}{{!}}{{\\usebox0}}\\else\\usebox0\\fi\n"
        ));
    } else {
        out.push_str(inner);
    }
    out.push_str(&notes(table));
    out.push_str("\\end{table}\n");
    out
}

/// A table that breaks over pages: every column has its share of the text's width.
fn long(table: &Table, lies: &[Lie], cells: &[Vec<String>]) -> String {
    let n = lies.len();
    let widest = |ix: usize| {
        let words = table.columns[ix].title.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        let longest = cells.iter().map(|row| row[ix].chars().filter(|c| !"${}\\".contains(*c)).count()).max().unwrap_or(0);
        longest.min(if lies[ix] == Lie::Right { WIDE } else { NARROW }).max(words).max(4) + 2
    };
    let total: usize = (0..n).map(widest).sum();
    let specification: String = (0..n)
        .map(|ix| {
            let thousandths = widest(ix) * 1000 / total;
            let width = format!("\\dimexpr 0.{thousandths:03}\\linewidth-2\\tabcolsep\\relax");
            let lie = if lies[ix] == Lie::Right { "\\raggedleft" } else { "\\raggedright" };
            format!(">{{{lie}\\arraybackslash}}p{{{width}}}")
        })
        .collect();
    let head = format!("\\toprule\n{}\\midrule\n", heading(table, None));
    let caption = caption(table, "\\\\");
    let size = if total > 90 { "\\scriptsize" } else { "\\footnotesize" };
    format!(
        "\\begingroup\n{size}\\setlength{{\\tabcolsep}}{{2pt}}%\n\\begin{{longtable}}{{{specification}}}\n{caption}{head}\\endfirsthead\n{head}\\endhead\n\\bottomrule\n\\endlastfoot\n{}\\end{{longtable}}\n{}\\endgroup\n",
        rows(cells),
        notes(table)
    )
}

/// The lines that a table's rows take.
fn lines(table: &Table) -> usize {
    let of = |cell: &Cell| if let Cell::Text(words) = cell { words.chars().count().div_ceil(WIDE) } else { 1 };
    table.rows.iter().map(|row| row.iter().map(of).max().unwrap_or(1)).sum()
}

fn caption(table: &Table, end: &str) -> String {
    let mut slug: String = table.id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect();
    slug.truncate(80);
    format!("\\caption{{{}}}\n\\label{{tab:{slug}}}{end}\n", escape(&table.title))
}

/// Titles, and a line of units where there are any; without a lie, columns break their words themselves.
fn heading(table: &Table, lies: Option<&[Lie]>) -> String {
    let line = |words: Vec<String>| format!("{} \\\\\n", words.join(" & "));
    let over = |words: &str, ix: usize| {
        let (Some(lies), false) = (lies, words.is_empty()) else { return format!("{{{}}}", escape(words)) };
        let side = column(if lies[ix] == Lie::Broken { Lie::Left } else { lies[ix] }, "");
        let lines: Vec<String> = broken(words).iter().map(|line| escape(line)).collect();
        let words = match &lines[..] {
            [one] => one.clone(),
            _ => format!("\\begin{{tabular}}[b]{{@{{}}{side}@{{}}}}{}\\end{{tabular}}", lines.join("\\\\")),
        };
        format!("\\multicolumn{{1}}{{{side}}}{{{words}}}")
    };
    let mut out = line(table.columns.iter().enumerate().map(|(ix, c)| over(&c.title, ix)).collect());
    if table.columns.iter().any(|c| c.unit.is_some()) {
        let unit = |unit: &String| format!("({unit})");
        out.push_str(&line(
            table.columns.iter().enumerate().map(|(ix, c)| over(&c.unit.as_ref().map_or_else(String::new, unit), ix)).collect(),
        ));
    }
    out
}

/// Words in lines of no more than some characters, where they can be broken.
fn broken(words: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= HEADING => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}

fn rows(cells: &[Vec<String>]) -> String {
    // A row that begins with a bracket would be read as an option of the row before.
    cells.iter().map(|row| format!("{{}}{} \\\\\n", row.join(" & "))).collect()
}

fn notes(table: &Table) -> String {
    let reasons = table.reasons();
    if table.notes.is_empty() && reasons.is_empty() {
        return String::new();
    }
    let mut out = String::from("\\par\\medskip\n\\begin{minipage}{\\linewidth}\\footnotesize\\raggedright\n");
    for note in &table.notes {
        out.push_str(&format!("{}\\par\n", escape(note)));
    }
    for (column, reason) in reasons {
        out.push_str(&format!("{} {}: {}\\par\n", escape(DASH), escape(&column), escape(&reason)));
    }
    out.push_str("\\end{minipage}\n");
    out
}

fn lie(table: &Table, ix: usize) -> Lie {
    let words = |row: &Vec<Cell>| match row.get(ix) {
        Some(Cell::Text(words)) => words.chars().count(),
        _ => 0,
    };
    if table.is_numeric(ix) {
        Lie::Right
    } else if table.rows.iter().map(words).max().unwrap_or(0) > WIDE {
        Lie::Broken
    } else if table.rows.iter().any(|row| row.get(ix).is_some_and(Cell::is_numeric)) {
        Lie::Centre
    } else {
        Lie::Left
    }
}

fn column(lie: Lie, width: &str) -> String {
    match lie {
        Lie::Left => "l".into(),
        Lie::Right => "r".into(),
        Lie::Centre => "c".into(),
        Lie::Broken => format!(">{{\\raggedright\\arraybackslash}}p{{{width}}}"),
    }
}

/// A cell: words escaped, numbers in math so that their signs are signs.
fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(words) => escape(words),
        Cell::Undefined(_) => escape(DASH),
        Cell::ToFill(_) => format!("\\textit{{{}}}", TO_FILL.trim_matches(['<', '>'])),
        Cell::Suppressed => format!("\\textit{{{}}}", SUPPRESSED.trim_matches(['<', '>'])),
        other => math(&number::cell(other, Glyphs::Ascii)),
    }
}

/// A number in math: `$-1{,}234.5$`, `$1.20\times10^{-10}$`, `$(-\infty, 3]$`.
fn math(shown: &str) -> String {
    let mut out = String::from("$");
    let chars: Vec<char> = shown.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        match chars[i] {
            ',' if digit(i + 1) => out.push_str("{,}"),
            '%' => out.push_str("\\%"),
            // In braces it is no relation, at which a line could be broken.
            '<' | '>' => out.extend(['{', chars[i], '}']),
            'i' => {
                out.push_str("\\infty");
                i += 2;
            }
            'e' => {
                let mut end = i + 1;
                while chars.get(end) == Some(&'-') || digit(end) {
                    end += 1;
                }
                let power: String = chars[i + 1..end].iter().collect();
                out.push_str(&format!("\\times10^{{{power}}}"));
                i = end - 1;
            }
            other => out.push(other),
        }
        i += 1;
    }
    out.push('$');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, empty_table, hostile_table, undefined_table};
    use crate::table::Column;

    #[test]
    fn numbers_are_math() {
        assert_eq!(math("-1,234.5"), "$-1{,}234.5$");
        assert_eq!(math("1.20e-10"), "$1.20\\times10^{-10}$");
        assert_eq!(math("(-inf, 3.4]"), "$(-\\infty, 3.4]$");
        assert_eq!(math("<0.1%"), "${<}0.1\\%$");
    }

    /// Braces and environments close, and nothing but the commands used here stands after a backslash.
    fn check(written: &str) {
        const KNOWN: &str = "arraybackslash begin bottomrule caption centering default didactchar dimexpr else end endfirsthead \
            endgroup endhead endlastfoot fi footnotesize ifdefined ifdim infty label linewidth medskip midrule multicolumn par \
            providecommand raggedleft raggedright relax resizebox sbox scriptsize setlength small tabcolsep textasciicircum \
            textasciitilde textbackslash textbar textgreater textless textit texttt times toprule Umathcode usebox usepackage wd \
            begingroup pm allowbreak textquotedbl ensuremath infty leq geq textdegree";
        let (mut depth, mut open) = (0_i64, Vec::new());
        let mut rest = written.split_once('\n').unwrap().1;
        while let Some(at) = rest.find(['\\', '{', '}']) {
            let (c, tail) = (rest.as_bytes()[at], &rest[at + 1..]);
            rest = tail;
            match c {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {
                    let name: String = tail.chars().take_while(char::is_ascii_alphabetic).collect();
                    if name.is_empty() {
                        rest = &tail[tail.chars().next().unwrap().len_utf8()..];
                    } else {
                        assert!(KNOWN.split_whitespace().any(|k| k == name), "\\{name}");
                    }
                    let argument = || tail[name.len()..].trim_start_matches('{').split('}').next().unwrap().to_string();
                    match name.as_str() {
                        "begin" => open.push(argument()),
                        "end" => assert_eq!(open.pop(), Some(argument())),
                        _ => {}
                    }
                }
            }
            assert!(depth >= 0);
        }
        assert!(depth == 0 && open.is_empty());
    }

    #[test]
    fn names_do_not_act() {
        let mut long = hostile_table();
        for _ in 0..4 {
            long.rows.extend(hostile_table().rows);
        }
        for table in [hostile_table(), long, empty_table(), undefined_table(), Table::new("none", "None", Vec::new())] {
            let written = latex(&table);
            check(&written);
            for (i, row) in table.rows.iter().enumerate() {
                assert!(written.matches(" \\\\\n").count() > i && row.len() == table.columns.len());
            }
        }
        let mut table = Table::new("t", "T", vec![Column::new("a", "A")]);
        for name in NAMES {
            table.push(vec![Cell::text(name)]);
        }
        check(&latex(&table));
        assert!(latex(&hostile_table()).contains("\\textit{suppressed}"));
    }
}
