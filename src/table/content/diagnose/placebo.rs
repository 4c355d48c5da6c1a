//! Estimates where there can be no effect, in words.

use super::{Decided, Told, column, constant, number, p_words, percent};
use crate::diagnose::{Place, Placebo, Pretended, Verdict};
use crate::num::quantile_type7;
use crate::table::{Cell, Table};

pub(super) fn told(found: &Placebo) -> Told {
    match (&found.pretended, &found.fake) {
        (Pretended::Arm(place), _) => by_arm(found, place),
        (pretended, fake) => by_estimate(found, pretended, fake.as_ref()),
    }
}

fn by_estimate(found: &Placebo, pretended: &Pretended, fake: Option<&crate::diagnose::Pretence>) -> Told {
    let verdict = found.verdict();
    let what = match pretended {
        Pretended::Time(1) => "Had treatment started one period earlier".to_string(),
        Pretended::Time(n) => format!("Had treatment started {n} periods earlier"),
        _ => String::new(),
    };
    let size = fake.map_or("nothing".into(), |f| number(f.estimate));
    let p = fake.and_then(|f| f.p_value.map(|p| p_words(p, f.floor))).map_or(String::new(), |p| format!(", {p}"));
    let begin = match pretended {
        Pretended::Outcome(column) => format!("On {column} the estimator finds {size}{p}"),
        Pretended::Neighbours { within, beside, elsewhere } => format!(
            "On the {beside} untreated clusters beside treated ones (same {within}), against {elsewhere} elsewhere, the estimator finds {size}{p}"
        ),
        _ => format!("{what}, the estimator would find {size} before there was any{p}"),
    };
    let real = number(found.real);
    let beside = matches!(pretended, Pretended::Neighbours { .. });
    let end = match verdict {
        Verdict::Caution if beside => {
            "; the treatment may have spilled over to them, and then comparing with them hides or makes a part of the effect".into()
        }
        Verdict::CannotTell if beside && fake.is_some() => {
            format!("; its interval holds an effect as large as the real one ({real}), so spillover can neither be seen nor ruled out")
        }
        Verdict::Fail => format!("; what it finds after the start ({real}) may be of the same kind"),
        Verdict::Caution if fake.is_some_and(|f| !found.excludes_real(f)) => {
            format!("; its interval holds an effect as large as the real one ({real}), so this says little")
        }
        Verdict::Caution => format!("; that is near a difference (the estimate is {real})"),
        Verdict::Ok => format!("; the estimate is {real}"),
        Verdict::CannotTell => "; how far that may lie off cannot be said".into(),
    };
    let remedy = match verdict {
        Verdict::Caution if beside => "Compare with clusters in places without treatment only, and report both; or assign whole schools.",
        Verdict::CannotTell if beside => {
            "Ask who shared materials or teachers; more untreated clusters beside treated ones would tell more."
        }
        Verdict::Ok => "Report it beside the estimate. It does not show that groups would have moved alike later.",
        Verdict::Caution => {
            "Report it with its interval, and rest nothing on it: honest says how far the estimate depends on such differences."
        }
        Verdict::Fail => "Find out what sets the groups apart there before reading the estimate as an effect; bound it with honest.",
        Verdict::CannotTell => "Name more clusters, or another method.",
    };
    let alpha = constant(found.alpha);
    let twice = constant(2.0 * found.alpha);
    let mut table = Table::new(
        "placebo",
        "Where there can be no effect",
        vec![
            column("what", "Estimate of", "what was estimated"),
            column("estimate", "Estimate", "in units of the outcome"),
            column("std_error", "Standard error", "its standard error"),
            column("conf_low", "Low", "lower end of its interval"),
            column("conf_high", "High", "upper end of its interval"),
            column("p_value", "p", "of no effect"),
        ],
    );
    let none = "the method gives none";
    let words = match pretended {
        Pretended::Outcome(column) => format!("the effect on {column}"),
        Pretended::Time(n) => format!("the effect of a start {n} earlier"),
        Pretended::Neighbours { .. } => "the effect on those beside the treated".to_string(),
        Pretended::Arm(_) => String::new(),
    };
    if let Some(f) = fake {
        table.push(vec![
            Cell::text(words),
            Cell::number(Some(f.estimate), none),
            Cell::number(f.std_error, none),
            Cell::number(f.interval.0, none),
            Cell::number(f.interval.1, none),
            Cell::p_value_above(f.p_value, f.floor, none),
        ]);
    }
    if let Some(inference) = &found.inference {
        table.note(format!("By {inference}. The real estimate is {real}."));
    }
    Told {
        verdict,
        reason: format!("{begin}{end}."),
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "p-value",
            value: fake.and_then(|f| f.p_value),
            rule: if beside {
                format!("caution below {alpha}; cannot-tell where the interval holds an effect as large as the real one; else ok")
            } else {
                format!(
                    "fail below {alpha}, caution below {twice}, else ok; by time a caution, too, where the interval holds an effect as large as the real one"
                )
            },
        }),
        numbers: vec![
            ("real", Some(found.real)),
            ("estimate", fake.map(|f| f.estimate)),
            ("std_error", fake.and_then(|f| f.std_error)),
            ("p_value", fake.and_then(|f| f.p_value)),
            ("alpha", Some(found.alpha)),
        ],
        table,
        summary: None,
    }
}

fn by_arm(found: &Placebo, place: &Place) -> Told {
    let verdict = found.verdict();
    let (k, pool) = place.clusters;
    let n = place.estimates.len();
    let ways = if place.exact { format!("all {n} ways") } else { format!("{n} random ways") };
    let least = 1.0 / (n as f64 + 1.0);
    let reason = match verdict {
        Verdict::CannotTell => format!(
            "Taking {k} of {pool} untreated clusters for the treated ones gives {n} estimates only: even the furthest out would not be unusual."
        ),
        _ => format!(
            "Of {ways} to take {k} of {pool} untreated clusters for the treated ones, {} give an estimate as far from none as the real one ({}), counting it among them.",
            percent(place.share),
            number(found.real)
        ),
    };
    let remedy = match verdict {
        Verdict::Ok => "Report the place beside the estimate.",
        Verdict::CannotTell => "Add untreated clusters.",
        _ => "Do not take the estimate for an effect: clusters that were not treated differ as much by themselves.",
    };
    let mut table = Table::new(
        "placebo",
        "Estimates of untreated clusters taken as treated",
        vec![
            column("quantile", "Quantile", "share of the pretended estimates below"),
            column("estimate", "Estimate", "in units of the outcome"),
        ],
    );
    for q in [0.0, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 1.0].into_iter().filter(|_| n > 0) {
        table.push(vec![Cell::percent(Some(q), ""), Cell::number(Some(quantile_type7(&place.estimates, q)), "")]);
    }
    if place.failures > 0 {
        table.note(format!("{} choices of clusters gave no estimate.", place.failures));
    }
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "share as far out",
            value: Some(place.share),
            rule: format!(
                "ok up to {}, caution up to {}, else fail; cannot-tell where it cannot be below the first",
                constant(found.alpha),
                constant(2.0 * found.alpha)
            ),
        }),
        numbers: vec![
            ("real", Some(found.real)),
            ("share", Some(place.share)),
            ("least_share", Some(least)),
            ("choices", Some(n as f64)),
            ("exact", Some(f64::from(u8::from(place.exact)))),
            ("failures", Some(place.failures as f64)),
            ("clusters_taken", Some(k as f64)),
            ("untreated_clusters", Some(pool as f64)),
            ("alpha", Some(found.alpha)),
        ],
        table,
        summary: None,
    }
}
