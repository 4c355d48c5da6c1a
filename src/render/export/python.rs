//! The Python of notebook and Quarto page, piece by piece.

use crate::render::markdown::escape;
use crate::table::content::export::{Export, Peer, Refit, Source};

/// Words or code.
pub(super) enum Piece {
    /// Markdown.
    Words(String),
    /// Python.
    Code(String),
}

/// A literal: JSON's strings are Python's.
fn literal(text: &str) -> String {
    // Quarto acts on `{{<` in code too.
    serde_json::Value::from(text).to_string().replace('<', "\\u003c")
}

fn list<'a>(items: impl IntoIterator<Item = &'a String>) -> String {
    format!("[{}]", items.into_iter().map(|i| literal(i)).collect::<Vec<_>>().join(", "))
}

/// A function of the refits: its heading, its words, its code, and whether a study needs it.
type Function = (&'static str, &'static str, &'static str, fn(&Peer) -> bool);

const FUNCTIONS: &[Function] = &[
    (
        "One row a student",
        "Where there is one start, each student's scores before and after it are averaged; students who miss a test are left out.",
        include_str!("python/collapsed.py"),
        |p| matches!(p, Peer::DidMeans | Peer::DidRegression | Peer::Ancova),
    ),
    (
        "Difference in differences",
        "How much more the treated group changed than the comparison group.",
        include_str!("python/did_means.py"),
        |p| matches!(p, Peer::DidMeans),
    ),
    (
        "Difference in differences, regression",
        "The same, compared with units that have the same covariates.",
        include_str!("python/did_regression.py"),
        |p| matches!(p, Peer::DidRegression),
    ),
    (
        "Analysis of covariance",
        "The difference after the start between units that stood alike before it.",
        include_str!("python/ancova.py"),
        |p| matches!(p, Peer::Ancova),
    ),
    (
        "Triple difference",
        "How much larger the effect is in one subgroup than in the other.",
        include_str!("python/triple_difference.py"),
        |p| matches!(p, Peer::TripleDifference { .. }),
    ),
    (
        "Effect on those who took part",
        "The difference that being assigned made to scores, divided by the difference it made to taking part.",
        include_str!("python/compliance.py"),
        |p| matches!(p, Peer::Compliance { .. }),
    ),
    (
        "Two-way fixed effects",
        "One number for all cohorts and times, after each unit's own level and each period's are taken off.",
        include_str!("python/twfe.py"),
        |p| matches!(p, Peer::Twfe { .. }),
    ),
    (
        "Event study",
        "One number for each time since the start. Before the start it should be near zero.",
        include_str!("python/event_study.py"),
        |p| matches!(p, Peer::EventStudy { .. }),
    ),
    (
        "Callaway and Sant'Anna",
        "Each cohort is compared with those not treated by then, from its own last period before the start on. pyfixest does not have this estimator, so it is written out by hand: it takes nothing but means.",
        include_str!("python/callaway_santanna.py"),
        |p| matches!(p, Peer::CallawaySantanna { .. }),
    ),
    (
        "An effect for each cohort and period",
        "One regression with an effect for each cohort and period, averaged afterwards.",
        include_str!("python/saturated.py"),
        |p| matches!(p, Peer::SunAbraham | Peer::Wooldridge),
    ),
    (
        "Imputation",
        "What the treated would have scored is predicted from rows without treatment; the effect is what is left.",
        include_str!("python/imputation.py"),
        |p| matches!(p, Peer::Imputation),
    ),
];

/// All pieces, in order.
pub(super) fn pieces(e: &Export) -> Vec<Piece> {
    use Piece::{Code, Words};
    let mut out = vec![
        Words(format!(
            "# {}\n\n{}{}This page checks a finished run of didact {} with other software. It shows the run's tables, draws its figures again, fits its estimates again with pandas and pyfixest from the students' rows, and sets the results side by side.\n\nIt needs Python with numpy, pandas, matplotlib and pyfixest (checked with pyfixest 0.60).\n",
            escape(&e.title),
            escape(&e.question),
            if e.question.is_empty() { "" } else { "\n\n" },
            escape(&e.version),
        )),
        Code(format!(
            "import json\nimport os\nimport subprocess\nimport warnings\nfrom pathlib import Path\n\nimport matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\nimport pyfixest as pf\nfrom IPython.display import display\n\nwarnings.filterwarnings(\"ignore\")\n\n# The run's folder, seen from here.\nRUN = Path(os.environ.get(\"DIDACT_RUN\", {}))\n",
            literal(&e.run)
        )),
        Words("## What the run says\n\nIts tables, as they lie in its folder (the first rows of each).\n".into()),
        Code(include_str!("python/load.py").into()),
        Words("## Its figures, drawn again\n\nEach from the CSV beside it.\n".into()),
        Code(include_str!("python/figures.py").into()),
    ];
    out.extend(data(e));
    out.push(Words("## Which rows count\n\nThe same rules as in the run: a row needs everything that the analysis uses.\n".into()));
    out.push(Code(include_str!("python/sample.py").into()));
    out.push(Words("## The estimates again\n\nEach function below fits one estimator. Only estimates are compared: standard errors follow rules that differ between programs.\n".into()));
    out.push(Code(include_str!("python/least_squares.py").into()));
    for (heading, words, code, is_for) in FUNCTIONS {
        if e.refits.iter().any(|r| call(r).is_ok() && is_for(&r.peer)) {
            out.push(Words(format!("### {heading}\n\n{words}\n")));
            out.push(Code((*code).into()));
        }
    }
    out.push(Words(
        "## Side by side\n\nThe run's number, its interval, the number fitted here, and the difference. They agree when they differ by less than 0.000001 (or that share of the estimate, where it is larger than 1).\n"
            .into(),
    ));
    out.push(Code(include_str!("python/compare.py").into()));
    out.push(Code(comparisons(e)));
    let missing: Vec<String> = e
        .refits
        .iter()
        .filter_map(|r| call(r).err().map(|why| format!("- {}, {}: {}\n", escape(&r.outcome), escape(&r.label), escape(&why))))
        .collect();
    if !missing.is_empty() {
        out.push(Words(format!("Not fitted here:\n\n{}", missing.concat())));
    }
    out.push(Code(include_str!("python/verdict.py").into()));
    out
}

/// Where the rows are, and how they are read.
fn data(e: &Export) -> Vec<Piece> {
    let place = format!("PLACE = Path(os.environ.get(\"DIDACT_DATA\", {}))\n", literal(&e.data));
    let (words, get) = match &e.source {
        Source::Simulated(command) => (
            "The students are simulated: the same version, world and seed give the same students. If the file is not there, didact writes it.",
            format!(
                "if not PLACE.exists():\n    COMMAND = {}\n    subprocess.run([*COMMAND, \"--out\", str(PLACE.parent)], check=True)\n",
                list(command)
            ),
        ),
        Source::Loaded => (
            "The run was made from a file that is not part of it. Whoever may have that file names it here.",
            "if not PLACE.exists():\n    raise FileNotFoundError(f\"{PLACE} is not there: say where the data are, above or in DIDACT_DATA\")\n\
             if PLACE.is_dir():\n    # A OneRoster folder: didact joins it to one row a student and year.\n    \
             import tempfile\n\n    JOINED = Path(tempfile.mkdtemp()) / \"rows.csv\"\n    \
             subprocess.run([\"didact\", \"--quiet\", \"inspect\", str(PLACE), \"--rows\", str(JOINED)], check=True, stdout=subprocess.DEVNULL)\n    PLACE = JOINED\n".to_string(),
        ),
    };
    let pairs = |items: Vec<String>, open: char, close: char| format!("{open}{}{close}", items.join(", "));
    let missing = e
        .missing
        .iter()
        .map(|(c, code)| format!("({}, {})", c.as_ref().map_or_else(|| "None".into(), |c| literal(c)), literal(code)))
        .collect();
    let settings = format!(
        "# Which column plays which part.\nROLES = {}\n# Rows that are kept, codes that mean missing, and what is done with two rows of one unit and period.\nWHERE = {}\nMISSING = {}\nDUPLICATES = {}\n",
        pairs(e.roles.iter().map(|(role, column)| format!("{}: {}", literal(role), literal(column))).collect(), '{', '}'),
        pairs(e.kept.iter().map(|(c, v)| format!("({}, {})", literal(c), literal(v))).collect(), '[', ']'),
        pairs(missing, '[', ']'),
        literal(if e.averaged { "mean" } else { "refuse" }),
    );
    vec![
        Piece::Words(format!("## The students' rows\n\n{words}\n")),
        Piece::Code(format!("{place}{get}{settings}")),
        Piece::Code(include_str!("python/data.py").into()),
    ]
}

/// The call that refits an entry, or why there is none.
fn call(r: &Refit) -> Result<String, String> {
    let yes = |b: bool| if b { "True" } else { "False" };
    Ok(match &r.peer {
        Peer::DidMeans => "did_means(d)".into(),
        Peer::DidRegression => "did_regression(d)".into(),
        Peer::DidOdds { function } => return Err(format!("pyfixest has no odds of treatment; check.R compares with DRDID::{function}")),
        Peer::Ancova => "ancova(d)".into(),
        Peer::TripleDifference { column } => format!("triple_difference(d, {})", literal(column)),
        Peer::Compliance { column } => format!("compliance(d, {})", literal(column)),
        Peer::Twfe { absorbed } if absorbed.is_empty() => "twfe(d)".into(),
        Peer::Twfe { .. } => return Err("its fixed effects are named; check.R compares with fixest".into()),
        Peer::EventStudy { reference, window, binned } => {
            let window = window.map_or_else(|| "None".to_string(), |(a, b)| format!("({a}, {b})"));
            format!("event_study(d, reference={reference}, window={window}, binned={})", yes(*binned))
        }
        Peer::CallawaySantanna { control, base, anticipation, unbalanced, events, .. } => format!(
            "callaway_santanna(d, control={}, base={}, anticipation={anticipation}, unbalanced={}, events={})",
            literal(control),
            literal(base),
            literal(unbalanced),
            yes(*events)
        ),
        Peer::SunAbraham => "saturated(d)".into(),
        Peer::Wooldridge => "saturated(d, reference=False)".into(),
        Peer::Imputation => "imputation(d)".into(),
        Peer::None { reason } => return Err(reason.clone()),
    })
}

fn comparisons(e: &Export) -> String {
    let mut out = String::new();
    let mut sample = String::new();
    for (i, r) in e.refits.iter().enumerate() {
        let Ok(call) = call(r) else { continue };
        let own = format!("sample({}, {}, {})", literal(&r.outcome), list(&r.covariates), list(&r.also));
        if own != sample {
            out.push_str(&format!("d = {own}\n"));
            sample = own;
        }
        out.push_str(&format!("compare({i}, {}, {}, {}, lambda: {call})\n", literal(&r.label), literal(&r.outcome), literal(r.estimator)));
    }
    if out.is_empty() { "# Nothing of this study is fitted here.\n".into() } else { out }
}
