//! The effect as the field's effect sizes, every formula with its source beside it.

use crate::study::EffectSizes;
use crate::table::{Cell, Column, Digits, Table};

const GLASS: &str = "Glass (1976)";
const HEDGES: &str = "Hedges (1981); WWC Procedures 4.1, appendix E";
const NONCENTRAL: &str = "Steiger and Fouladi (1997); R's effectsize";
const PRE_POST: &str = "the WWC glossary's pre/post difference";
const CLUSTERED: &str = "Hedges (2007); WWC Procedures 4.1, appendix F, and 5.0, eq. E.21";

/// One row an effect size.
pub fn effect_sizes(sizes: &EffectSizes) -> Table {
    let columns = vec![
        Column::new("size", "Effect size"),
        Column::new("value", "Value"),
        Column::new("formula", "Formula"),
        Column::new("source", "Source"),
    ];
    let mut out = Table::new("effect-sizes", "The effect as effect sizes", columns);
    let (first, last) = sizes.periods;
    let lacks = match sizes.sizes.treated.saturating_add(sizes.sizes.comparison) {
        0..=2 => "two students leave no degree of freedom for a spread",
        3 => "ω is zero for three students: it would make every effect zero",
        _ => "its parts do not allow it",
    };
    let mut add = |what: String, value: Option<f64>, formula: &str, source: &str| {
        let lacks = if source == GLASS { "the comparison group has no spread" } else { lacks };
        let value = Cell::number_with(value, Digits::Decimals(3), lacks);
        out.push(vec![Cell::Text(what), value, Cell::text(formula), Cell::text(source)]);
    };
    add("Hedges' g of the estimate".into(), sizes.adjusted, "ω·estimate/S, with ω = 1 − 3/(4N − 9)", HEDGES);
    add(
        format!("Hedges' g of the means, {last} less {first}"),
        sizes.pre_post,
        "ω·[(treated − comparison) after − (treated − comparison) before]/S",
        PRE_POST,
    );
    add("its standard error, as if students were independent".into(), sizes.ignoring, "√(1/n_i + 1/n_c + g²/(2N))", HEDGES);
    add(format!("Hedges' g of the means in {last} alone"), sizes.last, "ω·(treated − comparison)/S", HEDGES);
    let interval = "noncentral t, as if students were independent and scores normal";
    add("its 95 % interval: from".into(), sizes.last_interval.map(|i| i.0), interval, NONCENTRAL);
    add("its 95 % interval: to".into(), sizes.last_interval.map(|i| i.1), interval, NONCENTRAL);
    add(format!("Glass's Δ of the means in {last} alone"), sizes.glass, "(treated − comparison)/SD of the comparison group", GLASS);
    if let Some((clusters, icc)) = sizes.clusters {
        add(
            format!("Hedges' g of the means, {clusters} clusters heeded"),
            sizes.in_clusters,
            "ω·√γ·difference/S, γ = 1 − 2(n̄ − 1)ρ/(N − 2), ω at h degrees of freedom",
            CLUSTERED,
        );
        if let Some(test) = sizes.test {
            add("t of the means, as if students were independent".into(), Some(test.t), "g/√(1/n_i + 1/n_c + g²/(2N))", HEDGES);
            add("t corrected for clusters".into(), Some(test.t_corrected), "t·√(γ/η), η = 1 + (n̄ − 1)ρ", CLUSTERED);
            add("its degrees of freedom".into(), Some(test.df), "h", CLUSTERED);
            add("its p-value".into(), Some(test.p_value), "2·P(T with h degrees of freedom > |t|)", CLUSTERED);
        }
        out.note(format!("ρ = {icc:.2} is the WWC's default intraclass correlation, not that of these data."));
    }
    out.note(format!(
        "S: standard deviation pooled over both groups in {last}; N = {} students, {} of them treated. The means are not adjusted for anything; the estimate and its interval above are those of the run.",
        sizes.sizes.treated + sizes.sizes.comparison,
        sizes.sizes.treated
    ));
    out
}
