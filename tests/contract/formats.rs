//! What a run prints is what it found: every number of every table of every built-in study, in every format, read back.

mod columnar;
mod drawn;
mod folder;
mod grid;
mod office;
mod page;

use didact::panel::Serial;
use didact::render::{Format, number};
use didact::study::{self, Loaded, STUDIES, StudyFile};
use didact::table::content::{self, Provenance};
use didact::table::{Cell, Digits, Report, Table};

/// The report of a study, small where it is large.
fn report(id: &str) -> Report {
    let mut file: StudyFile = STUDIES.iter().find(|s| s.id == id).expect("a study").study();
    file.calibration.replicates = Some(0);
    if id == "forty-states" {
        file.data.world.extend(
            [("states", 4.0), ("districts", 8.0), ("schools", 60.0), ("profile_schools", 20.0)]
                .map(|(name, value)| (name.to_string(), value)),
        );
    }
    // What is printed matters here, not how many draws are behind it.
    file.analysis.iter_mut().for_each(|a| a.inference = vec!["cluster:cr2".into(), "jackknife".into()]);
    let file = study::resolve(file).unwrap_or_else(|f| panic!("{id}: {f}"));
    let draw = study::draw(&file).expect("a world");
    let loaded = Loaded { cohort: draw.cohort, truth: Some(draw.truth), input: None };
    let run = study::carry_out(file, loaded, &Serial, &|_| {}).unwrap_or_else(|f| panic!("{id}: {f}"));
    content::report(&run, &Provenance { command: String::new(), items: Vec::new() })
}

/// A table with what no simulated study has: withheld counts, negative numbers in brackets, bounds without end, tiny numbers.
fn rare() -> Table {
    use didact::table::Column;
    let columns = ["term", "estimate", "below", "conf", "share", "p_value", "n", "at", "mixed"].map(|key| Column::new(key, key)).to_vec();
    let mut table = Table::new("rare", "Rare", columns);
    let number = |value, digits| Cell::Number { value, digits };
    for (i, value) in [-1234.5678, 1.5e-9, -0.000_04, 0.0, 4.2e16, -7.0, 0.05].into_iter().enumerate() {
        table.push(vec![
            Cell::text(["-1+1", "=cmd()", "<suppressed>", "a & b_c", "5%", "\u{645}", "0.05"][i]),
            number(value, [Digits::Auto, Digits::Decimals(2)][i % 2]),
            Cell::Bracketed { value, digits: Digits::Decimals(1) },
            Cell::interval((i != 2).then_some(value - 1.0), (i != 3).then_some(value + 1.0), Digits::Decimals(3)),
            Cell::Percent([0.0, 0.000_1, 0.5, 0.999_9, 1.0, 0.123_456, 0.000_5][i]),
            Cell::PValue([0.0, 0.000_9, 0.05, 0.999_9, 1.0, 0.123_456, 0.001][i]),
            if i % 2 == 0 { Cell::Suppressed } else { Cell::Count(1_234_567) },
            Cell::Whole(-2021 + i as i64),
            if i == 3 { Cell::text("words") } else { number(value, Digits::Auto) },
        ]);
    }
    table.push(vec![Cell::Suppressed; 9]);
    table.push((0..9).map(|i| Cell::to_fill(format!("=question {i}?"))).collect());
    table.push((0..9).map(|_| Cell::undefined("one cluster")).collect());
    table
}

/// The reports that are looked at, each with its study.
fn reports() -> Vec<(&'static str, Report)> {
    // Two at a time: each is one job after the other.
    let half = STUDIES.len() / 2;
    std::thread::scope(|scope| {
        let jobs =
            [&STUDIES[..half], &STUDIES[half..]].map(|part| scope.spawn(|| part.iter().map(|s| (s.id, report(s.id))).collect::<Vec<_>>()));
        jobs.into_iter().flat_map(|job| job.join().expect("every study runs")).collect()
    })
}

/// The tables of a report, and those behind its figures.
fn tables(report: &Report) -> Vec<Table> {
    let figures = report.figures.iter().map(|figure| Table { id: format!("figure-{}", figure.id), ..figure.data() });
    report.tables.iter().cloned().chain(figures).collect()
}

/// What a printed number says, with the ASCII signs of a program.
fn plain(shown: &str) -> String {
    let mut out = String::new();
    for c in shown.replace(" \u{d7} 10", "e").chars() {
        match c {
            ',' => {}
            '\u{2212}' | '\u{207b}' => out.push('-'),
            '\u{221e}' => out.push_str("inf"),
            '\u{b9}' => out.push('1'),
            '\u{b2}' => out.push('2'),
            '\u{b3}' => out.push('3'),
            '\u{2070}'..='\u{2079}' => out.push(char::from_digit(u32::from(c) - 0x2070, 10).expect("a digit")),
            c => out.push(c),
        }
    }
    out
}

/// Whether printed words stand for a number as it is to be shown.
fn stands_for(shown: &str, value: f64, digits: Digits) -> bool {
    let shown = plain(shown);
    let Ok(back) = shown.parse::<f64>() else { return false };
    match number::decimals(value, digits) {
        Some(decimals) => {
            let printed = shown.split_once('.').map_or(0, |(_, tail)| tail.len());
            let half: f64 = format!("0.5000001e-{decimals}").parse().expect("half a unit");
            printed == decimals && (back - value).abs() <= half + value.abs() * 1e-15
        }
        None => shown.contains('e') && (back - value).abs() <= value.abs() * 0.0051,
    }
}

/// Whether printed words are what a cell must print.
fn is_shown(cell: &Cell, shown: &str) -> bool {
    let shown = shown.trim();
    let inside = |open: &str, close: &str| shown.strip_prefix(open).and_then(|s| s.strip_suffix(close));
    match cell {
        // Escapes and line breaks apart: what letters and digits it has.
        Cell::Text(words) => letters(shown) == letters(words),
        Cell::Count(n) => plain(shown) == n.to_string(),
        Cell::Whole(n) => plain(shown) == n.to_string(),
        Cell::Number { value, digits } => stands_for(shown, *value, *digits),
        Cell::Bracketed { value, digits } => inside("(", ")").is_some_and(|shown| stands_for(shown, *value, *digits)),
        Cell::Percent(share) => match shown {
            "<0.1%" => *share > 0.0 && *share < 0.0005,
            ">99.9%" => *share < 1.0 && *share >= 0.9995,
            _ => shown.strip_suffix('%').is_some_and(|shown| stands_for(shown, share * 100.0, Digits::Decimals(1))),
        },
        Cell::PValue(p) => {
            if shown == "<0.001" {
                (0.0..0.001).contains(p)
            } else {
                stands_for(shown, *p, Digits::Decimals(3))
            }
        }
        Cell::PBelow { bound, .. } => shown == number::p_below(*bound, number::Glyphs::Ascii),
        Cell::Interval { low, high, digits } => {
            let Some((left, right)) = shown.split_once(", ") else { return false };
            let left = match low {
                Some(low) => left.strip_prefix('[').is_some_and(|shown| stands_for(shown, *low, *digits)),
                None => plain(left) == "(-inf",
            };
            let right = match high {
                Some(high) => right.strip_suffix(']').is_some_and(|shown| stands_for(shown, *high, *digits)),
                None => plain(right) == "inf)",
            };
            left && right
        }
        Cell::Undefined(_) => shown == "\u{2014}",
        Cell::Suppressed => matches!(shown, "<suppressed>" | "suppressed" | "withheld"),
        Cell::ToFill(_) => matches!(shown, "<to fill in>" | "to fill in"),
    }
}

fn letters(words: &str) -> String {
    words.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A table read back from print has every cell in its place.
fn check_shown(what: &str, table: &Table, grid: &[Vec<String>]) {
    assert_eq!(grid.len(), table.rows.len(), "{what}: rows");
    for (r, row) in grid.iter().enumerate() {
        assert_eq!(row.len(), table.columns.len(), "{what}, row {r}: {row:?}");
        for (c, shown) in row.iter().enumerate() {
            let cell = table.cell(r, c);
            assert!(is_shown(&cell, shown), "{what}, row {r}, {}: {cell:?} is shown as {shown:?}", table.columns[c].key);
        }
    }
}

#[test]
fn every_printed_number_reads_back_in_every_format() {
    let mut numbers = 0;
    let reports = reports();
    let own = Report { tables: vec![rare()], figures: Vec::new(), ..reports[0].1.clone() };
    for (study, report) in std::iter::once(("rare", own)).chain(reports) {
        page::check(study, &report);
        numbers += report.figures.iter().map(|figure| drawn::check(study, figure)).sum::<usize>();
        let tables = tables(&report);
        for table in &tables {
            let what = |format: Format| format!("{study}, {}, {}", table.id, format.name());
            let text = |format: Format| format.text(table).expect("a text format");
            check_shown(&what(Format::Markdown), table, &grid::markdown(&text(Format::Markdown)));
            check_shown(&what(Format::Text), table, &grid::text(&text(Format::Text)));
            check_shown(&what(Format::Latex), table, &grid::latex(&text(Format::Latex)));
            check_shown(&what(Format::Html), table, &grid::html(&text(Format::Html)));
            columnar::check_csv(&what(Format::Csv), table, &text(Format::Csv));
            columnar::check_json(&what(Format::Json), table, &text(Format::Json));
            let parquet = Format::Parquet.files(std::slice::from_ref(table)).expect("Parquet").remove(0).1;
            columnar::check_parquet(&what(Format::Parquet), table, parquet);
            numbers += table.rows.iter().flatten().filter(|cell| cell.is_numeric()).count();
        }
        let office = |format: Format| format.files(&tables).expect("an office file").remove(0).1;
        office::check_xlsx(study, &tables, office(Format::Xlsx));
        for (table, grid) in tables.iter().zip(office::docx(&office(Format::Docx))) {
            check_shown(&format!("{study}, {}, docx", table.id), table, &grid);
        }
    }
    assert!(numbers > 5_000, "only {numbers} numbers were looked at");
}

#[test]
fn a_wrong_digit_is_seen() {
    let cell = Cell::Number { value: 3.4449, digits: Digits::Decimals(2) };
    assert!(is_shown(&cell, "3.44") && !is_shown(&cell, "3.45") && !is_shown(&cell, "3.4") && !is_shown(&cell, "-3.44"));
    assert!(!is_shown(&Cell::Suppressed, "0") && !is_shown(&Cell::Suppressed, "") && !is_shown(&Cell::Suppressed, "\u{2014}"));
    assert!(!is_shown(&Cell::undefined("r"), "0") && !is_shown(&Cell::undefined("r"), "<suppressed>"));
    assert!(is_shown(&Cell::PValue(0.0004), "<0.001") && !is_shown(&Cell::PValue(0.01), "<0.001"));
}
