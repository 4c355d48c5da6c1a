//! The effect without each cluster in turn, in words.

use super::{Decided, Told, column, number};
use crate::diagnose::{LeftOut, Turn, Verdict};
use crate::table::{Cell, Table};

pub(super) fn told(found: &LeftOut) -> Told {
    let verdict = found.verdict();
    let [significance, sign] = found.turns;
    let whole = number(found.estimate);
    let span = found.range().map_or(String::new(), |(low, high)| format!(" (from {} to {})", number(low), number(high)));
    let carrier = found.without.first().map_or(String::new(), |w| {
        let without = w.estimate.map_or("there is no effect".into(), |e| format!("it is {}", number(e)));
        format!(" Most rests on {}: without it {without}.", w.cluster)
    });
    let n = found.clusters;
    let one_of =
        |k: usize| if k == 1 { format!("a certain one of the {n} clusters") } else { format!("any one of {k} of the {n} clusters") };
    let reason = match verdict {
        Verdict::Ok if found.is_significant() => {
            format!("The effect ({whole}) keeps its sign and stays significant without any one of the {n} clusters{span}.{carrier}")
        }
        Verdict::Ok => format!("The effect ({whole}) is not significant, and stays so without any one of the {n} clusters{span}.{carrier}"),
        Verdict::Caution if sign > 0 => {
            format!("The effect ({whole}) is not significant, and without {} it has the opposite sign{span}.{carrier}", one_of(sign))
        }
        Verdict::Caution => {
            let turns = if found.is_significant() { "is no longer significant" } else { "becomes significant" };
            format!("Without {} the effect ({whole}) {turns}{span}.{carrier}", one_of(significance))
        }
        _ => format!("Without {} the effect ({whole}) has the opposite sign or cannot be estimated{span}.{carrier}", one_of(sign)),
    };
    let remedy = match verdict {
        Verdict::Ok => "Report the range beside the estimate.",
        Verdict::Caution if sign > 0 => "Read no direction out of it, and look at what is special about the cluster that turns it.",
        Verdict::Caution => "Report the range beside the estimate, and look at what is special about the cluster that turns it.",
        _ => "Do not speak of an effect beyond the cluster that turns it: the result is that cluster's.",
    };
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "clusters that turn the result alone",
            value: Some((significance + sign) as f64),
            rule: "ok with none; caution where only significance turns, or the sign of an effect that is not significant; fail where the sign of a significant effect does, or the effect is lost".into(),
        }),
        numbers: vec![
            ("estimate", Some(found.estimate)),
            ("p_value", found.p_value),
            ("clusters", Some(n as f64)),
            ("smallest", found.range().map(|r| r.0)),
            ("largest", found.range().map(|r| r.1)),
            ("turn_significance", Some(significance as f64)),
            ("turn_sign", Some(sign as f64)),
            ("alpha", Some(found.alpha)),
        ],
        table: table(found),
        summary: None,
    }
}

fn table(found: &LeftOut) -> Table {
    let mut table = Table::new(
        "leave-one-out",
        "The effect without a cluster",
        vec![
            column("cluster", "Without", "the cluster that is left out, those first that change the effect most"),
            column("estimate", "Estimate", "the effect without it, in units of the outcome"),
            column("change", "Change", "by how much leaving it out changes the effect"),
            column("std_error", "Standard error", "of the effect without it"),
            column("p_value", "p", "of the effect without it"),
            column("turns", "Turns", "what of the result leaving it out turns"),
        ],
    );
    for w in found.without.iter().take(found.show) {
        let none = "without this cluster it does not exist";
        table.push(vec![
            Cell::text(w.cluster.clone()),
            Cell::number(w.estimate, none),
            Cell::number(w.estimate.map(|e| e - found.estimate), none),
            Cell::number(w.uncertainty.map(|u| u.0), none),
            Cell::p_value(w.uncertainty.map(|u| u.1), none),
            Cell::text(match w.turn {
                None => "nothing",
                Some(Turn::Lost) => "there is no effect",
                Some(Turn::Sign) => "sign",
                Some(Turn::Significance) => "significance",
            }),
        ]);
    }
    table
}
