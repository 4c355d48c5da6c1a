//! The fields of a run's results in plain words.

/// A field in plain words; `None` where the list or object it holds needs no name.
pub(super) fn column(key: &str) -> Option<String> {
    let words = match key {
        "results" | "subgroups" | "effects" | "tests" | "checks" | "tables" | "rows" | "numbers" => return None,
        "estimate" => "effect",
        "std_error" => "standard error",
        "df" => "degrees of freedom",
        "df1" => "degrees of freedom, first",
        "df2" => "degrees of freedom, second",
        "p_value" => "p",
        "p_adjusted" => "adjusted p",
        "conf" => "interval",
        "conf_low" | "low" => "lower end of the interval",
        "conf_high" | "high" => "upper end of the interval",
        "band_low" => "lower end of the band",
        "band_high" => "upper end of the band",
        "mc_std_error" => "Monte Carlo error of the standard error",
        "mc_p_value" => "Monte Carlo error of p",
        "mc_critical_value" => "Monte Carlo error of the critical value",
        "n" => "number",
        "treated_n" => "number treated",
        "comparison_n" => "number compared with",
        "sd" => "standard deviation",
        "treated_sd" => "standard deviation of the treated",
        "comparison_sd" => "standard deviation of the others",
        "treated_mean" => "mean of the treated",
        "comparison_mean" => "mean of the others",
        "difference_sd" => "difference in standard deviations",
        "type_s" => "type S error",
        "type_m" => "type M error",
        "versus_first" => "against the first estimator",
        "headline_calibration" => "how often the interval holds the truth",
        "multiverse" => "specification curve",
        "summary" => "table",
        "domain" => "p-values of the outcomes tested",
        "facts" => "what it rests on",
        "percentile_points" => "percentile points",
        "last_interval" => "interval of the means after alone",
        "last" => "means after alone",
        "glass" => "Glass's Δ",
        "ignoring" => "standard error as if there were no clusters",
        "pre_post" => "means before and after",
        "in_clusters" => "means before and after, corrected for clusters",
        "p_ignoring" => "p as if there were no clusters",
        "t_corrected" => "t corrected for clusters",
        "pooled_sd" => "standard deviation, both groups together",
        "coverage_mc" => "Monte Carlo error of the coverage",
        "at_prior_mean" => "were the effect that of other trials",
        "spans_pandemic" => "whether it spans the pandemic",
        "same_sign" => "share with the headline's sign",
        "not_known" | "unknown" => "not known",
        "caps" => "what lowers credibility",
        "rated" | "wwc" => "WWC rating",
        "essa" => "ESSA",
        "didact" => "version of didact",
        other => return Some(other.replace(['_', '-'], " ")),
    };
    Some(words.into())
}

/// What the entry of a list without names stands for, by its place.
pub(super) fn entry(list: &str, place: usize) -> String {
    const ENDS: &[&str] = &["lower end", "upper end"];
    let words: &[&str] = match list {
        "interval" | "last_interval" => ENDS,
        "percentile_points" => &["estimate", "lower end", "upper end"],
        "domain" => &["the headline's"],
        "periods" => &["the first", "the last"],
        "pooled_sd" => &["in the first period", "in the last period"],
        "clusters" => &["their number", "intraclass correlation taken"],
        _ => &[],
    };
    const ORDINALS: [&str; 9] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    match (words.get(place), ORDINALS.get(place)) {
        (Some(words), _) => (*words).into(),
        (None, Some(ordinal)) if list == "card" => format!("{ordinal} sentence"),
        (None, Some(ordinal)) => format!("the {ordinal}"),
        (None, None) => format!("number {}", place + 1),
    }
}

/// A path in words: the last after a colon.
pub(super) fn joined(path: &[String]) -> String {
    match path.split_last() {
        Some((last, rest)) if !rest.is_empty() && !last.contains(", ") => format!("{}: {last}", rest.join(", ")),
        _ => path.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_words() {
        assert_eq!(column("conf_low").as_deref(), Some("lower end of the interval"));
        assert_eq!(column("largest_difference").as_deref(), Some("largest difference"));
        assert_eq!(column("results"), None);
        assert_eq!((entry("domain", 0), entry("domain", 1)), ("the headline's".into(), "the second".into()));
        assert_eq!((entry("last_interval", 1), entry("members", 12)), ("upper end".into(), "number 13".into()));
        assert_eq!(joined(&["math, did".into(), "p".into()]), "math, did: p");
        assert_eq!(joined(&["math, did".into()]), "math, did");
    }
}
