//! Forms that only look odd: they are read, and give the numbers of the plain file.

use crate::school::{ROLES, estimate_bytes, good};
use crate::support::program::didact_reading;

fn printed(bytes: &[u8], file: &str, flags: &str) -> Result<String, String> {
    let ran = estimate_bytes(bytes, file, flags);
    if ran.code == 0 {
        Ok(ran.stdout)
    } else {
        Err(format!("exit code {}: {}", ran.code, ran.stderr.lines().take(4).collect::<Vec<_>>().join("\n    ")))
    }
}

fn plain() -> String {
    printed(good().text().as_bytes(), "data.csv", ROLES).expect("the plain file")
}

/// Each form must print what the plain file prints, to the byte.
fn same(expected: &str, forms: Vec<(String, Result<String, String>)>) {
    let wrong: Vec<String> = forms
        .into_iter()
        .filter_map(|(name, printed)| match printed {
            Ok(text) if text == expected => None,
            Ok(_) => Some(format!("{name}: other numbers")),
            Err(message) => Some(format!("{name}: {message}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn form(name: &str, text: impl AsRef<[u8]>, file: &str, flags: &str) -> (String, Result<String, String>) {
    (name.to_string(), printed(text.as_ref(), file, flags))
}

#[test]
fn byte_order_mark_and_line_ends() {
    let text = good().text();
    let forms = vec![
        form("a byte order mark", format!("\u{feff}{text}"), "data.csv", ROLES),
        form("CRLF", good().text_with(",", "\r\n"), "data.csv", ROLES),
        form("no line end at the end", text.trim_end(), "data.csv", ROLES),
        form("empty lines at the end", format!("{text}\n\n"), "data.csv", ROLES),
        form("empty lines at the beginning", format!("\n\n{text}"), "data.csv", ROLES),
    ];
    same(&plain(), forms);
}

#[test]
fn separators_and_decimal_commas() {
    let mut commas = good();
    commas.rows.iter_mut().flatten().for_each(|cell| *cell = cell.replace('.', ","));
    let spreadsheet = format!("\u{feff}{}", commas.text_with(";", "\r\n"));
    let forms = vec![
        form("semicolons and decimal commas", commas.text_with(";", "\n"), "data.csv", ROLES),
        form("semicolons and decimal points", good().text_with(";", "\n"), "data.csv", ROLES),
        form("tabs and decimal commas", commas.text_with("\t", "\n"), "data.tsv", ROLES),
        form("tabs", good().text_with("\t", "\n"), "data.tsv", ROLES),
        form("tabs in a file called csv", good().text_with("\t", "\n"), "data.csv", ROLES),
        form("bars", good().text_with("|", "\n"), "data.csv", ROLES),
        form("a European spreadsheet's file", spreadsheet, "data.csv", ROLES),
    ];
    same(&plain(), forms);
}

#[test]
fn quotes_blanks_and_standard_input() {
    let mut quoted = good();
    quoted.header.iter_mut().chain(quoted.rows.iter_mut().flatten()).for_each(|cell| *cell = format!("\"{cell}\""));
    let arguments = format!("estimate - --json {ROLES} --estimator did --inference cluster:cr2");
    let ran = didact_reading(arguments.split_whitespace(), good().text().as_bytes());
    let forms = vec![
        form("quotes", quoted.text(), "data.csv", ROLES),
        form("blanks around cells", good().text_with(" , ", "\n"), "data.csv", ROLES),
        form("--format", good().text(), "data.unknown", &format!("{ROLES} --format csv")),
        ("standard input".into(), if ran.code == 0 { Ok(ran.stdout) } else { Err(ran.stderr) }),
    ];
    same(&plain(), forms);
}

#[test]
fn spellings_of_never_and_of_yes() {
    let never = |word: &str| good().fill("start", |_, school, _| if school <= 4 { "2021".into() } else { word.into() }).text();
    let mut forms: Vec<_> = ["", "NA", "Inf", "NaN", "n/a", "2030"]
        .iter()
        .map(|word| form(&format!("never as {word:?}"), never(word), "data.csv", ROLES))
        .collect();
    let status = "--outcome score --unit student --period year --treatment on --cluster school";
    forms.push(form("a status instead of a first period", good().text(), "data.csv", status));
    let arm = "--outcome score --unit student --period year --arm arm --post post --cluster school";
    forms.push(form("an arm instead of a first period", good().text(), "data.csv", arm));
    let words = good().fill("arm", |_, school, _| (school <= 4).to_string()).fill("post", |_, _, year| (year == 2021).to_string());
    forms.push(form("true and false", words.text(), "data.csv", arm));
    same(&plain(), forms);
}

#[test]
fn order_of_rows_columns_and_threads_does_not_matter() {
    let mut shuffled = good();
    let rows = shuffled.rows.clone();
    (0..rows.len()).for_each(|i| shuffled.rows[i] = rows[(i * 29 + 11) % rows.len()].clone());
    let mut turned = good();
    turned.header.reverse();
    turned.rows.iter_mut().for_each(|row| row.reverse());
    let mut forms = vec![
        form("rows in another order", shuffled.text(), "data.csv", ROLES),
        form("columns in another order", turned.text(), "data.csv", ROLES),
    ];
    forms.extend([1, 3, 8].map(|n| form(&format!("{n} threads"), good().text(), "data.csv", &format!("{ROLES} --threads {n}"))));
    same(&plain(), forms);
}

/// Text in a column that nobody asked for does not matter.
#[test]
fn unused_columns_may_be_anything() {
    let words = good().fill("prior", |student, _, _| format!("word {student}"));
    same(&plain(), vec![form("words", words.text(), "data.csv", ROLES)]);
}
