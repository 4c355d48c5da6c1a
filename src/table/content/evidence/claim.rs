//! A claim's own tables: the one footing, and whether its numbers fit each other.

use super::verdict::sd;
use crate::evidence::claim::{Agreement, Assessment, ClusterStory, ErrorFrom, Route};
use crate::evidence::effect::improvement_index;
use crate::table::{Cell, Column, Digits, Table};

/// The effect as told, with clusters heeded, and beside other large trials.
pub fn footing(a: &Assessment) -> Table {
    let best = match a.footing.clusters {
        ClusterStory::NotKnown => Column::new("clusters_not_known", "Clusters not known")
            .explain("Nothing is known of classrooms and schools, so that nothing could be corrected: the interval may be too narrow."),
        _ => Column::new("clusters_heeded", "Clusters heeded")
            .explain("What the numbers are when students of one school do not count as strangers."),
    };
    let columns = vec![
        Column::new("quantity", "Quantity"),
        Column::new("as_told", "As told"),
        best,
        Column::new("beside_others", "Beside other trials")
            .explain("What is to be expected given this claim and large trials in education."),
    ];
    let mut out = Table::new("footing", "On one footing", columns);
    let (told, best, shrunk) = (a.footing.as_told, a.footing.corrected, a.shrunk);
    let none = "not part of it";
    let mut add = |quantity: &str, cells: [Cell; 3]| out.push(std::iter::once(Cell::text(quantity)).chain(cells).collect());
    add("effect (SD)", [sd(Some(a.footing.g), ""), sd(Some(a.footing.g), ""), sd(Some(shrunk.g), "")]);
    add("standard error (SD)", [told.std_error, best.std_error, shrunk.std_error].map(|x| sd(Some(x), "")));
    add("lower end (SD)", [told.low, best.low, shrunk.low].map(|x| sd(Some(x), "")));
    add("upper end (SD)", [told.high, best.high, shrunk.high].map(|x| sd(Some(x), "")));
    let points = |g: f64| Cell::number_with(Some(improvement_index(g)), Digits::Decimals(1), "");
    add("percentile points", [points(a.footing.g), points(a.footing.g), points(shrunk.g)]);
    add("from", [points(told.low), points(best.low), points(shrunk.low)]);
    add("to", [points(told.high), points(best.high), points(shrunk.high)]);
    let df = |df: Option<f64>| Cell::number_with(df, Digits::Decimals(1), "not known: taken as normal");
    add("degrees of freedom", [df(told.df), df(best.df), Cell::undefined(none)]);
    add("t", [Cell::number(Some(told.t), ""), Cell::number(Some(best.t), ""), Cell::undefined(none)]);
    add("p-value", [Cell::p_value(Some(told.p_value), ""), Cell::p_value(Some(best.p_value), ""), Cell::undefined(none)]);
    for words in notes(a) {
        out.note(words);
    }
    out
}

fn notes(a: &Assessment) -> Vec<String> {
    let from = match a.footing.from {
        Route::Effect => "the effect as told",
        Route::Means => "means and standard deviations",
        Route::Counts => "counts of those who reached the outcome",
        Route::OddsRatio => "an odds ratio",
        Route::Percentiles => "percentiles",
        Route::Growth => "percent growth with growth and SD",
        Route::Interval => "the middle of the interval",
        Route::T => "t and numbers of students",
        Route::F => "F and numbers of students",
        Route::PValue => "the p-value and numbers of students",
    };
    let error = match a.footing.error_from {
        ErrorFrom::StdError => "as told",
        ErrorFrom::Interval => "from the interval",
        ErrorFrom::T => "from t",
        ErrorFrom::F => "from F",
        ErrorFrom::PValue => "from the p-value",
        ErrorFrom::PValueBound => "from the bound of the p-value: less than this",
        ErrorFrom::PValueAbove => "from the bound of the p-value: at least this",
        ErrorFrom::Counts => "from the counts",
        ErrorFrom::Sizes => "from numbers of students alone, as if they were strangers",
    };
    let clusters = match a.footing.clusters {
        ClusterStory::NotNeeded => "students were assigned one by one: nothing to heed".to_string(),
        ClusterStory::Heeded => "heeded by the source".into(),
        ClusterStory::TakenAsHeeded { times } => {
            format!("taken as heeded: the standard error is {times:.1} times what strangers would give")
        }
        ClusterStory::Corrected { clusters, icc, assumed, eta, times } => format!(
            "corrected for {clusters} clusters with an intraclass correlation of {icc:.2}{}: design effect {eta:.1}, standard error times {times:.2}",
            if assumed { " (assumed)" } else { "" }
        ),
        ClusterStory::NotKnown => "not known how many there are, so that nothing could be corrected".into(),
    };
    let shrunk = a.shrunk;
    let mut out = vec![
        format!("Effect: {from}. Standard error: {error}. Clusters: {clusters}."),
        format!(
            "Beside other trials: true effects taken as spread around {:.2} with SD {:.2}; the claim itself weighs {:.0} %.",
            shrunk.prior_mean,
            shrunk.prior_sd,
            100.0 * shrunk.weight
        ),
    ];
    if let Some(at) = shrunk.at_prior_mean {
        out.push(format!(
            "Were the true effect {:.2}, a study like this would find it {:.0} % of the time, and overstate it {:.1} times when it does.",
            shrunk.prior_mean,
            100.0 * at.power,
            at.type_m
        ));
    }
    if let Some(g) = a.independent {
        out.push(format!("Such tests show more than independent broad ones, on which {g:.2} SD would be expected."));
    }
    out.extend(a.assumptions.iter().map(|what| format!("Assumed: {what}.")));
    out
}

/// Which numbers were checked against which.
pub fn checks(a: &Assessment) -> Table {
    let columns = vec![Column::new("between", "Between"), Column::new("agreement", "Do they fit?"), Column::new("found", "What was found")];
    let mut out = Table::new("checks", "Do its numbers fit each other?", columns);
    for c in &a.checks {
        let says = match c.agreement {
            Agreement::Agrees => "yes",
            Agreement::Doubtful => "doubtful",
            Agreement::Contradicts => "no",
        };
        out.push(vec![Cell::text(&c.between), Cell::text(says), Cell::text(&c.found)]);
    }
    out
}
