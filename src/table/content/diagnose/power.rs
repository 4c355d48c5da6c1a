//! What a study could have seen, in words.

use super::{Decided, Told, column, constant, number, percent};
use crate::diagnose::{SEEN, Seeing, Seen, Verdict};
use crate::table::{Cell, Digits, Table, number::count};

pub(super) fn told(found: &Seeing) -> Told {
    let verdict = found.verdict();
    let m = &found.matters;
    let in_sd = |x: f64| found.sd.map(|sd| x / sd);
    let smallest = match in_sd(found.smallest) {
        Some(d) => format!("{} ({} standard deviations)", number(found.smallest), number(d)),
        None => number(found.smallest),
    };
    let effect = match m.effect_sd {
        Some(d) => format!("an effect of {} standard deviations", constant(d)),
        None => format!("an effect of {}", number(m.effect)),
    };
    let errors = m.errors.filter(|_| verdict != Verdict::Ok).map_or(String::new(), |e| {
        format!("; where a study like this finds it significant, it makes it {} times too large on average", number(e.type_m))
    });
    let needed = match (verdict, m.clusters) {
        (Verdict::Ok, _) => String::new(),
        (_, Some(n)) => format!(
            " About {} clusters like these would find it in four of five studies; there are {}.",
            count(n),
            count(found.clusters as u64)
        ),
        (_, None) => " No number of clusters up to a million would be enough.".into(),
    };
    let reason = format!(
        "The smallest effect that four of five studies like this one find is {smallest}; {effect} is found in {} of them{errors}.{needed}",
        percent(m.power)
    );
    let remedy = match verdict {
        Verdict::Ok => "Report the smallest effect beside the estimate.",
        _ => {
            "Do not read \"not significant\" as no effect, nor a significant estimate at its size: report the interval and the smallest effect, and add clusters rather than students."
        }
    };
    let mut table = Table::new(
        "power",
        "What a study like this one makes of a true effect",
        vec![
            column("effect_sd", "True effect", "in standard deviations of the outcome among comparison units before treatment").unit("SD"),
            column("effect", "In units", "the same in units of the outcome"),
            column("power", "Found", "share of studies like this one in which it is significant"),
            column("type_s", "Wrong sign", "of the significant ones, the share with the wrong sign"),
            column("type_m", "Too large by", "of the significant ones, how many times too large they are on average"),
            column("clusters", "Clusters needed", "to find it in four of five studies"),
        ],
    );
    let all = found.effects.iter().chain(Some(m).filter(|m| !found.effects.contains(m)));
    all.for_each(|seen| table.push(row(seen)));
    let spread = found.sd.map_or("not known".into(), number);
    table.note(format!(
        "Standard error {} by {}, {} degrees of freedom; one standard deviation is {spread}. The estimate itself enters nowhere.",
        number(found.std_error),
        found.inference,
        if found.df.is_finite() { number(found.df) } else { "no end of".into() }
    ));
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "power",
            value: Some(m.power),
            rule: format!(
                "against {effect}{}: ok from {}, caution from {}, else fail",
                if found.given { "" } else { ", from which on effects count as large" },
                constant(SEEN[0]),
                constant(SEEN[1])
            ),
        }),
        numbers: vec![
            ("std_error", Some(found.std_error)),
            ("df", Some(found.df).filter(|df| df.is_finite())),
            ("sd", found.sd),
            ("smallest", Some(found.smallest)),
            ("smallest_sd", in_sd(found.smallest)),
            ("effect", Some(m.effect)),
            ("effect_sd", m.effect_sd),
            ("power", Some(m.power)),
            ("type_s", m.errors.map(|e| e.type_s)),
            ("type_m", m.errors.map(|e| e.type_m)),
            ("clusters", Some(found.clusters as f64)),
            ("clusters_needed", m.clusters.map(|n| n as f64)),
            ("alpha", Some(found.alpha)),
        ],
        table,
        summary: None,
    }
}

fn row(seen: &Seen) -> Vec<Cell> {
    let none = "it cannot be computed";
    vec![
        Cell::number_with(seen.effect_sd, Digits::Decimals(2), "the spread is not known"),
        Cell::number(Some(seen.effect), ""),
        Cell::percent(Some(seen.power), ""),
        Cell::percent(seen.errors.map(|e| e.type_s), none),
        Cell::number_with(seen.errors.map(|e| e.type_m), Digits::Decimals(2), none),
        seen.clusters.map_or_else(|| Cell::undefined("more than a million"), Cell::Count),
    ]
}
