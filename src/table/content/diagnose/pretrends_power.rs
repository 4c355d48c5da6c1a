//! What a test of trends before treatment would have noticed, in words.

use super::{Decided, Told, column, constant, effect, number, percent};
use crate::diagnose::pretrends::Rule;
use crate::diagnose::{Detectable, Drift, POWER, Verdict};
use crate::table::{Cell, Table};

pub(super) fn told(found: &Detectable) -> Told {
    let verdict = found.verdict();
    let matters = found.matters;
    let origin = if found.given { "as asked" } else { "enough to make that effect, or its margin of error, by itself" };
    let reason = format!(
        "If the groups drifted apart by {} a period, which puts {} off by {} ({origin}), the test of the periods before treatment would notice it with a probability of {}{}.",
        number(matters.slope.abs()),
        effect(found.aim),
        number(matters.bias.abs()),
        percent(matters.power),
        match verdict {
            Verdict::Ok => "",
            Verdict::Caution => ": passing it is weak evidence",
            _ => ": passing it says little",
        }
    );
    let remedy = match verdict {
        Verdict::Ok => "Report this power beside the test.",
        _ => "Do not take a passed test for parallel trends: bound the effect with honest, or add periods before treatment, or clusters.",
    };
    Told {
        verdict,
        reason,
        remedy: remedy.into(),
        decided: Some(Decided {
            name: "power",
            value: Some(matters.power),
            rule: format!("ok from {}, caution from {}, else fail", constant(POWER[0]), constant(POWER[1])),
        }),
        numbers: vec![
            ("estimate", Some(found.estimate)),
            ("slope", Some(matters.slope)),
            ("power", Some(matters.power)),
            ("bias", Some(matters.bias)),
            ("bias_if_passed", matters.bias_passed),
            ("bayes_factor", Some(matters.bayes_factor)),
            ("slope_for_half", Some(found.noticed[0].slope)),
            ("slope_for_four_fifths", Some(found.noticed[1].slope)),
            ("alpha", Some(found.alpha)),
        ],
        table: table(found),
        summary: None,
    }
}

fn table(found: &Detectable) -> Table {
    let mut table = Table::new(
        "pretrends-power",
        "Drifts, and what the test makes of them",
        vec![
            column("drift", "Drift", "a steady difference in trends"),
            column("slope", "A period", "by how much the groups drift apart each period, in units of the outcome"),
            column("power", "Noticed", "the probability that the test notices it"),
            column("bias", "Bias", "how far it puts the effect off"),
            column("bias_if_passed", "Bias if passed", "how far the effect is off on average in studies that pass the test"),
            column(
                "bayes_factor",
                "Likelier to pass",
                "the probability of passing with this drift over that without any: near 1, passing says little",
            ),
        ],
    );
    let mut row = |words: &str, d: &Drift| {
        let number = |x: Option<f64>| Cell::number(x, "passing is impossible to all practical ends");
        table.push(vec![
            Cell::text(words),
            number(Some(d.slope)),
            Cell::percent(Some(d.power), ""),
            number(Some(d.bias)),
            number(d.bias_passed),
            number(Some(d.bayes_factor)),
        ]);
    };
    row("that matters", &found.matters);
    row("noticed in half of all studies", &found.noticed[0]);
    row("noticed in four of five studies", &found.noticed[1]);
    let size = constant(found.alpha);
    table.note(match found.rule {
        Rule::Individual => format!("Noticed: some coefficient before treatment is significant alone, at {size}."),
        Rule::Joint => format!("Noticed: all coefficients before treatment together are significant, by chi-squared at {size}."),
    });
    table
}
