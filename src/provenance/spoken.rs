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
        "didact" => "version of didact",
        other => return Some(other.replace(['_', '-'], " ")),
    };
    Some(words.into())
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
        assert_eq!(joined(&["math, did".into(), "p".into()]), "math, did: p");
        assert_eq!(joined(&["math, did".into()]), "math, did");
    }
}
