//! Content with hostile names and numbers, for the tests of every format.

use crate::table::{
    Against, Answer, BalanceRow, Bounds, Cell, ChoiceRow, Column, Digits, EventPoint, Figure, FigureKind, FlowCount, FlowStage, FlowStep,
    ForestRow, Here, KeyNumber, Level, Method, Notice, Printed, Redo, Report, Rerun, Sensitivity, Series, SpecificationPoint, Table, Trial,
    TrialChoice,
};

/// Names that do harm where they are not escaped.
pub const NAMES: [&str; 11] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "a|b|c",
    "two\nlines\r\nand, \"quotes\"",
    "\u{1b}[31mred\u{7}\u{0}",
    "{{ 7 * 7 }} {% raw %} ]]> -->",
    "</style></svg></title><script>alert(2)</script>",
    "\\input{/etc/passwd} 50% of $x_1^2$ & {#1} ~ \\end{document}",
    "\u{202e}\u{645}\u{62f}\u{631}\u{633}\u{629} \u{1f600} \u{fffe}",
    "--- ``quotes'' _x0041_ @SUM(A1) --",
];

/// A table with every kind of cell and every hostile name.
pub fn hostile_table() -> Table {
    let mut columns = vec![
        Column::new("term", "School <b>name</b> | x").explain("<i>which</i> \"school\""),
        Column::new("estimate", "Estimate").unit("points"),
        Column::new("conf", "95% interval"),
        Column::new("p_value", "p"),
        Column::new("share", "Share"),
        Column::new("n", "Students"),
    ];
    columns[0].title.push_str(NAMES[0]);
    let mut table = Table::new("hostile", NAMES[1], columns);
    for (i, name) in NAMES.iter().enumerate() {
        let v = -1.25 * i as f64 + 0.1;
        table.push(vec![
            Cell::text(*name),
            Cell::number(Some(v), ""),
            Cell::interval(Some(v - 1.0), (i != 2).then_some(v + 1.0), Digits::Decimals(2)),
            Cell::PValue(0.0004 * i as f64),
            Cell::Percent(0.123),
            Cell::Count(12_345 * i as u64),
        ]);
    }
    table.push(vec![
        Cell::text("Belmont-Cragin"),
        Cell::Number { value: f64::NAN, digits: Digits::Auto },
        Cell::Interval { low: Some(f64::NAN), high: None, digits: Digits::Auto },
        Cell::PValue(f64::INFINITY),
        Cell::Percent(f64::NAN),
        Cell::Suppressed,
    ]);
    table.note(NAMES[0]);
    table
}

/// A table with headings and no rows.
pub fn empty_table() -> Table {
    let mut table = Table::new("empty", "Nothing", vec![Column::new("term", "Term"), Column::new("estimate", "Estimate").unit("points")]);
    table.note("No rows.");
    table
}

/// A table with a column in which nothing exists, and one in which everything is withheld.
pub fn undefined_table() -> Table {
    let columns = vec![Column::new("term", "Term"), Column::new("estimate", "Estimate"), Column::new("n", "Students")];
    let mut table = Table::new("undefined", "Undefined", columns);
    for name in ["\u{645}\u{62f}\u{631}\u{633}\u{629}", "\u{202e}elddim", "-1+1", &"long ".repeat(200), &"x".repeat(2_000)] {
        table.push(vec![Cell::text(name), Cell::undefined("one cluster"), Cell::Suppressed]);
    }
    table.push(vec![Cell::to_fill(NAMES[1]), Cell::to_fill(NAMES[0]), Cell::to_fill("")]);
    table
}

fn figure(id: &str, name: &str, kind: FigureKind) -> Figure {
    Figure { id: id.into(), title: name.into(), alt: name.into(), caption: name.into(), kind }
}

/// One figure of each kind, with hostile names, unbounded intervals and numbers that are not finite.
pub fn hostile_figures(name: &str) -> Vec<Figure> {
    let point = |t: i64, estimate: f64, low, high| EventPoint {
        event_time: t,
        estimate,
        low,
        high,
        band_low: low.map(|v: f64| v - 0.5),
        band_high: high.map(|v: f64| v + 0.5),
        reference: t == -1,
    };
    let points = vec![
        point(-2, 0.1, Some(-0.4), Some(0.6)),
        point(-1, 0.0, None, None),
        point(0, 1.5, Some(0.7), None),
        point(1, f64::NAN, Some(f64::NAN), Some(f64::INFINITY)),
        point(2, 2.5, Some(1.1), Some(3.9)),
    ];
    let row = |estimate, low, high| ForestRow { label: name.repeat(3), detail: name.into(), estimate, low, high, headline: estimate > 1.0 };
    let line = |shift: f64| Series {
        name: name.into(),
        points: vec![(2019.0, shift, Some((shift - 1.0, shift + 1.0))), (2020.0, f64::NAN, None), (2021.0, 3.0, None)],
    };
    let words = || name.to_string();
    vec![
        figure("event", name, FigureKind::EventStudy { points: points.clone(), sensitivity: None, x_title: words(), y_title: words() }),
        figure("event-beside", name, FigureKind::EventStudy { points, sensitivity: Some(sets(name)), x_title: words(), y_title: words() }),
        figure(
            "arms",
            name,
            FigureKind::Means {
                arms: vec![line(1.0), line(2.0)],
                difference: line(-1.0),
                marks: vec![(2019.5, words())],
                x_title: words(),
                y_title: words(),
            },
        ),
        figure(
            "balance",
            name,
            FigureKind::Balance {
                samples: vec![words(), format!("{name}2")],
                rows: [Some(0.3), Some(f64::NAN), None, Some(-41.5)]
                    .map(|v| BalanceRow { label: name.repeat(2), detail: words(), values: vec![v, Some(0.01)] })
                    .to_vec(),
                limits: [0.05, 0.25],
                x_title: words(),
            },
        ),
        figure("flow", name, flow(name)),
        figure(
            "means",
            name,
            FigureKind::Lines {
                series: vec![line(1.0), line(2.0)],
                marks: vec![(2020.5, words()), (f64::NAN, words())],
                x_title: words(),
                y_title: words(),
            },
        ),
        figure(
            "scatter",
            name,
            FigureKind::Scatter {
                series: vec![line(1.0), line(2.0)],
                held: vec![(2.5, words()), (f64::NAN, words())],
                x_title: words(),
                y_title: words(),
            },
        ),
        figure(
            "forest",
            name,
            FigureKind::Forest {
                rows: vec![
                    row(1.2, Some(0.2), Some(2.2)),
                    row(0.9, None, Some(2.0)),
                    row(0.5, None, None),
                    row(f64::NAN, Some(f64::NAN), None),
                ],
                against: Against::default(),
                x_title: words(),
            },
        ),
        figure(
            "promise",
            name,
            FigureKind::Forest {
                rows: vec![row(94.5, Some(91.0), Some(97.0))],
                against: Against { value: 95.0, words: words() },
                x_title: words(),
            },
        ),
        figure("curve", name, curve(name, 6)),
        figure("long-curve", name, curve(name, 700)),
        figure("nothing", name, FigureKind::Forest { rows: Vec::new(), against: Against::default(), x_title: words() }),
    ]
}

/// Sets of which one has no end, one none at all, and one no numbers.
fn sets(name: &str) -> Sensitivity {
    let one = |size: Option<f64>, low, high| Bounds { label: name.into(), size, low, high };
    Sensitivity {
        title: name.into(),
        x_title: name.into(),
        bounds: vec![
            one(None, Some(0.2), Some(1.8)),
            one(Some(0.5), Some(-1.0), None),
            one(Some(1.0), None, None),
            one(Some(2.0), Some(f64::NAN), Some(4.0)),
        ],
    }
}

/// A flow of which some counts are withheld.
fn flow(name: &str) -> FigureKind {
    let step = |n: Option<u64>, leaves| FlowStep { label: name.into(), n, leaves };
    let count = |n: Option<u64>, lost: Option<u64>| FlowCount { n, lost, share: lost.map(|l| l as f64 / 1000.0) };
    FigureKind::Flow {
        steps: vec![step(Some(18_474), false), step(None, true), step(Some(17_755), false)],
        arms: vec![name.into(), format!("{name}2")],
        stages: vec![
            FlowStage { label: name.into(), lost: String::new(), arms: vec![count(Some(930), Some(0)), count(Some(2741), Some(0))] },
            FlowStage { label: name.into(), lost: name.into(), arms: vec![count(Some(787), Some(143)), count(None, None)] },
        ],
    }
}

/// A specification curve of that many points, some of them strange.
fn curve(name: &str, n: usize) -> FigureKind {
    let point = |i: usize| SpecificationPoint {
        estimate: if i == 3 { f64::NAN } else { i as f64 / n as f64 - 0.3 },
        low: (i % 5 != 1).then_some(if i == 4 { f64::NEG_INFINITY } else { -0.5 }),
        high: (i % 5 != 2).then_some(0.9),
        significant: i.is_multiple_of(2),
        headline: i == 2,
        choices: vec![i % 3, 7],
    };
    FigureKind::Specifications {
        points: (0..n).map(point).collect(),
        rows: (0..3).map(|r| ChoiceRow { group: format!("{name}{}", r / 2), label: name.into() }).collect(),
        y_title: name.into(),
    }
}

/// What a page would compute again, every name hostile and some numbers none.
fn hostile_redo(name: &str) -> Here {
    let words = || name.to_string();
    let printed = |value: f64| Printed {
        method: words(),
        target: 0,
        headline: true,
        term: words(),
        estimate: Cell::Number { value, digits: Digits::Auto },
        conf: Cell::Interval { low: Some(value), high: None, digits: Digits::Auto },
        std_error: Cell::Undefined(words()),
        df: Cell::Suppressed,
        p_value: Cell::PValue(value),
    };
    let choice = TrialChoice { key: words(), title: words(), meaning: words(), usual: words(), values: vec![words()] };
    Here {
        sums: name.as_bytes().to_vec(),
        clusters: 12_345,
        percent: 95.0,
        printed: vec![printed(0.5), printed(f64::NAN)],
        needing_rows: vec![words()],
        trials: vec![Trial { method: words(), title: words(), replicates: Some(999), choices: vec![choice] }],
    }
}

/// A report in which every name is hostile.
pub fn hostile_report(name: &str) -> Report {
    let words = || name.to_string();
    Report {
        title: words(),
        question: words(),
        simulated: true,
        answer: Answer {
            word: words(),
            sentences: vec![words(), "A p-value of 0.3 is large.".into()],
            key_numbers: vec![KeyNumber { id: "key-p".into(), label: words(), value: words(), explain: words() }],
            further: vec![words()],
            cannot_say: vec![words()],
            ask: vec![words()],
        },
        notices: vec![Notice { code: words(), title: words(), message: words(), level: Level::Caution }],
        checks: Vec::new(),
        figures: hostile_figures(name),
        tables: vec![hostile_table(), hostile_table()],
        methods: vec![Method {
            name: words(),
            what: words(),
            assumptions: words(),
            source: "https://example.org/paper".into(),
            version: 1,
        }],
        glossary: vec![(words(), words()), ("p-value".into(), "How surprising.".into())],
        rerun: Rerun {
            command: words(),
            seed: 7,
            version: words(),
            items: vec![(words(), words())],
            same_bytes_note: words(),
            redo: Some(Redo::Here(Box::new(hostile_redo(name)))),
        },
    }
}
