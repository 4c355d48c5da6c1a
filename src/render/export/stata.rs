//! A Stata do-file: reghdfe, csdid, drdid and did_imputation where the study needs them.

use super::comment;
use crate::table::content::export::{Export, Peer, Refit, Source};

/// Words within compound double quotes; what would end them or stand for a macro is left out.
fn literal(text: &str) -> String {
    let safe: String = comment(text).chars().map(|c| if "`'\"$\\".contains(c) { '_' } else { c }).collect();
    format!("`\"{safe}\"'")
}

/// A path, as [`literal`], with forward slashes: a backslash before a macro would keep it from being one.
fn path(text: &str) -> String {
    literal(&text.replace('\\', "/"))
}

/// The name that `import delimited` gives a column: what no name may hold becomes `_`, 32 characters at most.
fn name(column: &str) -> String {
    let mut out: String = column.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).take(32).collect();
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out = format!("_{out}").chars().take(32).collect();
    }
    out
}

/// Words in a comment: nothing that closes one, and nothing that Stata would put another text in the place of.
fn remark(words: &str) -> String {
    comment(words).replace('/', "|").replace(['$', '`'], "'")
}

fn line(words: &str) -> String {
    // Within a line of comment `/*` would begin a longer one, and `///` would take the next line in.
    format!("* {}\n", remark(words))
}

/// A part of the do-file and whether a study needs it.
type Part = (&'static str, fn(&Peer) -> bool);

const PARTS: &[Part] = &[
    (include_str!("stata/callaway_santanna.do"), |p| matches!(p, Peer::CallawaySantanna { .. })),
    (include_str!("stata/saturated.do"), |p| matches!(p, Peer::SunAbraham | Peer::Wooldridge)),
    (include_str!("stata/event_study.do"), |p| matches!(p, Peer::EventStudy { .. })),
];

/// The do-file.
pub fn stata(e: &Export) -> String {
    let mut packages: Vec<&str> = e.refits.iter().filter_map(|r| call(r).ok()).flat_map(|(_, packages)| packages.iter().copied()).collect();
    packages.sort_unstable();
    packages.dedup();
    let mut out = line(&e.title);
    if !e.question.is_empty() {
        out.push_str(&line(&e.question));
    }
    out.push_str(&format!(
        "*\n* This do-file checks a finished run of didact {} with Stata 16 or later: it fits the run's overall effects again from the\n* students' rows and sets them side by side. Only estimates are compared: standard errors follow rules that differ between programs.\n",
        e.version
    ));
    if !packages.is_empty() {
        out.push_str(&format!("* It needs, from SSC: {}.\n", packages.join(", ")));
    }
    out.push_str(&format!(
        "\nversion 16\nclear all\nset more off\n* The run's folder, and the students' rows, seen from here.\nlocal run {}\nlocal place {}\n\n",
        path(&e.run),
        path(&e.data)
    ));
    out.push_str(include_str!("stata/compare.do"));
    out.push('\n');
    out.push_str(&data(e));
    out.push_str(include_str!("stata/sample.do"));
    out.push('\n');
    for (part, is_for) in PARTS {
        if e.refits.iter().any(|r| call(r).is_ok() && is_for(&r.peer)) {
            out.push_str(part);
            out.push('\n');
        }
    }
    for r in &e.refits {
        match call(r) {
            Ok((code, _)) => {
                let names = |columns: &[String]| columns.iter().map(|c| name(c)).collect::<Vec<_>>().join(" ");
                out.push_str(&line(&format!("{}, {}", r.outcome, r.label)));
                out.push_str(&format!(
                    "sample_rows, outcome({}) covariates({}) also({})\n{code}beside {} {} `=scalar(refit)'\n\n",
                    name(&r.outcome),
                    names(&r.covariates),
                    names(&r.also),
                    literal(&r.outcome),
                    literal(&r.label)
                ));
            }
            Err(why) => out.push_str(&line(&format!("Not fitted here: {}, {}: {why}", r.outcome, r.label))),
        }
    }
    out.push('\n');
    out.push_str(include_str!("stata/verdict.do"));
    out
}

/// Reads the rows and gives the columns their parts.
fn data(e: &Export) -> String {
    let mut out = String::new();
    match &e.source {
        Source::Simulated(command) => out.push_str(&format!(
            "* The students are simulated: the same version, world and seed give the same students. Where the file is not there:\n*   {} --out {}\n",
            comment(&command.join(" ")),
            remark(e.data.rsplit_once('/').map_or(".", |(folder, _)| folder))
        )),
        Source::Loaded => {
            out.push_str("* The run was made from a file that is not part of it. Whoever may have that file names it in the local macro place.\n");
            out.push_str("* A OneRoster folder is joined to rows first:  didact inspect FOLDER --rows rows.csv\n");
        }
    }
    let text: Vec<String> = e.roles.iter().filter(|(role, _)| ["unit", "cluster"].contains(role)).map(|(_, c)| name(c)).collect();
    out.push_str("confirm file `\"`place'\"'\n");
    out.push_str(match e.data.rsplit('.').next() {
        Some("dta") => "use `\"`place'\"', clear\n",
        Some("xlsx" | "xls") => "import excel using `\"`place'\"', firstrow clear\n",
        Some("sav" | "zsav") => "import spss using `\"`place'\"', clear\n",
        _ => "import delimited using `\"`place'\"', varnames(1) case(preserve) encoding(\"utf-8\") clear\n",
    });
    for (column, value) in &e.kept {
        out.push_str(&format!("keep if strofreal({0}) == {1} | string({0}) == {1}\n", name(column), literal(value)));
    }
    for (column, code) in &e.missing {
        let columns = column.as_ref().map_or_else(|| "_all".to_string(), |c| name(c));
        out.push_str(&format!(
            "foreach column of varlist {columns} {{\n    capture confirm numeric variable `column'\n    if _rc replace `column' = \"\" if `column' == {}\n    else replace `column' = . if `column' == real({})\n}}\n",
            literal(code),
            literal(code)
        ));
    }
    let role = |wanted: &str| e.roles.iter().find(|(r, _)| *r == wanted).map(|(_, c)| name(c));
    out.push_str(&match role("unit") {
        Some(unit) => format!("egen long didact_unit = group({unit})\n"),
        None => "generate long didact_unit = _n\n".into(),
    });
    out.push_str(&format!("generate double didact_w = {}\n", role("weights").unwrap_or_else(|| "1".into())));
    let period = role("period").or_else(|| role("post")).unwrap_or_else(|| "1".into());
    out.push_str(&format!("generate double didact_period = {period}\n"));
    out.push_str(&match (role("cohort"), role("arm"), role("treatment")) {
        (Some(cohort), ..) => format!(
            "capture confirm numeric variable {cohort}\nif _rc destring {cohort}, replace force\ngenerate double didact_cohort = {cohort} if {cohort} != 0\n"
        ),
        (_, Some(arm), _) => {
            let after = role("post").map_or_else(
                || "quietly summarize didact_period\nlocal start = r(max)\n".to_string(),
                |post| format!("quietly summarize didact_period if {post} == 1\nlocal start = r(min)\n"),
            );
            format!("drop if missing({arm})\n{after}generate double didact_cohort = `start' if {arm} == 1\n")
        }
        (.., Some(status)) => format!(
            "drop if missing({status})\nbysort didact_unit: egen double didact_cohort = min(cond({status} == 1, didact_period, .))\n"
        ),
        _ => String::new(),
    });
    if let Some(cluster) = role("cluster") {
        out.push_str(&format!("drop if missing({cluster})\n"));
    }
    // Text that is named as unit or cluster stays; anything else that reads as numbers becomes numbers.
    out.push_str("foreach column of varlist _all {\n    capture confirm numeric variable `column'\n");
    out.push_str(&format!(
        "    if _rc & !inlist(\"`column'\", \"\"{}) destring `column', replace\n}}\n",
        text.iter().map(|t| format!(", \"{t}\"")).collect::<String>()
    ));
    if e.averaged {
        out.push_str("* Two rows of one unit and period are averaged.\nquietly ds, has(type numeric)\ncollapse (mean) `r(varlist)', by(didact_unit didact_period)\n");
    }
    out.push_str("tempfile rows\n");
    out.push_str("foreach part in unit w period cohort {\n    capture drop `part'\n    rename didact_`part' `part'\n}\n");
    out.push_str(match role("unit") {
        Some(_) => "generate double group = unit\n",
        None => "generate double group = cond(missing(cohort), -1, cohort)\n",
    });
    out.push_str("save `\"`rows'\"'\nglobal DIDACT_ROWS `\"`rows'\"'\n\n");
    out
}

/// The lines that leave an overall effect in the scalar `refit`, and the packages they need; or why there are none.
fn call(r: &Refit) -> Result<(String, &'static [&'static str]), String> {
    const HDFE: &[&str] = &["ftools", "reghdfe"];
    let own = ["y", "unit", "w", "period", "cohort", "treated", "arm", "group", "late", "time", "sub", "third"];
    if let Some(taken) = r.also.iter().chain(&r.covariates).chain([&r.outcome]).map(|c| name(c)).find(|c| own.contains(&c.as_str())) {
        return Err(format!("the column {taken} has a name that this do-file uses itself: rename it"));
    }
    if r.covariates.iter().any(|c| c.starts_with("factor(")) {
        return Err("a covariate is a category: make its indicators first".into());
    }
    let hdfe = |left: &str, terms: &str, absorb: &str| {
        format!("quietly reghdfe {left} {terms} $X [aweight = w], absorb({absorb}) keepsingletons tolerance(1e-12)\n")
    };
    Ok(match &r.peer {
        Peer::DidMeans => ("two_sides\nregress y i.arm##i.late [aweight = w]\nscalar refit = _b[1.arm#1.late]\n".into(), &[]),
        Peer::DidRegression => (
            "two_sides\ndrdid y $X [iweight = w], ivar(unit) time(late) treatment(arm) reg\nscalar refit = e(b)[1, 1]\n".into(),
            &["drdid"],
        ),
        Peer::DidOdds { function } => {
            let method = match *function {
                "std_ipw_did_panel" => "stdipw",
                "ipw_did_panel" => "ipw",
                "drdid_imp_panel" => "drimp",
                _ => "dripw",
            };
            (
                format!("two_sides\ndrdid y $X [iweight = w], ivar(unit) time(late) treatment(arm) {method}\nscalar refit = e(b)[1, 1]\n"),
                &["drdid"],
            )
        }
        Peer::Ancova => {
            ("two_sides\nreshape wide y, i(unit) j(late)\nregress y1 arm y0 $X [aweight = w]\nscalar refit = _b[arm]\n".into(), &[])
        }
        Peer::TripleDifference { column } => (
            format!(
                "egen long sub = group({})\ngenerate byte third = treated & sub == 2\n{}scalar refit = _b[third]\n",
                name(column),
                hdfe("y", "treated third", "group#sub period#sub")
            ),
            HDFE,
        ),
        Peer::Compliance { column } => (
            format!(
                "{}scalar itt = _b[treated]\n{}scalar refit = scalar(itt) / _b[treated]\n",
                hdfe("y", "treated", "group period"),
                hdfe(&name(column), "treated", "group period")
            ),
            HDFE,
        ),
        Peer::Twfe { absorbed } if absorbed.is_empty() => {
            (format!("{}scalar refit = _b[treated]\n", hdfe("y", "treated", "group period")), HDFE)
        }
        Peer::Twfe { .. } => return Err("its fixed effects are named: name them in reghdfe's absorb()".into()),
        Peer::EventStudy { reference, window, binned } => {
            let (low, high) = window.map_or_else(|| ("\"\"".to_string(), "\"\"".to_string()), |(a, b)| (a.to_string(), b.to_string()));
            (format!("by_time {reference} {low} {high} {}\nscalar refit = r(overall)\n", u8::from(*binned)), HDFE)
        }
        Peer::CallawaySantanna { unbalanced, .. } if unbalanced != "cross-sections" => {
            return Err("of units that come and go this do-file uses every row".into());
        }
        Peer::CallawaySantanna { control, anticipation, .. } if r.covariates.is_empty() => {
            (format!("means_by_cohort {control} {anticipation}\nscalar refit = r(overall)\n"), &[])
        }
        Peer::CallawaySantanna { control, method, .. } => {
            let method = match method.as_str() {
                "ipw" => "stdipw",
                "regression" => "reg",
                _ => "dripw",
            };
            let control = if control == "never" { "" } else { " notyet" };
            (
                format!(
                    "generate double gvar = cond(missing(cohort), 0, cohort)\ncsdid y $X [iweight = w], ivar(unit) time(period) gvar(gvar) method({method}){control}\nestat simple\nscalar refit = r(b)[1, 1]\n"
                ),
                &["csdid", "drdid"],
            )
        }
        Peer::SunAbraham => ("by_cells 1\nscalar refit = r(overall)\n".into(), HDFE),
        Peer::Wooldridge if !r.covariates.is_empty() => return Err("with covariates see jwdid".into()),
        Peer::Wooldridge => ("by_cells 0\nscalar refit = r(overall)\n".into(), HDFE),
        Peer::Imputation => (
            "did_imputation y unit period cohort [aweight = w], autosample controls($X) tol(1e-12)\nscalar refit = _b[tau]\n".into(),
            &["did_imputation", "ftools", "reghdfe"],
        ),
        Peer::None { reason } => return Err(reason.clone()),
    })
}
