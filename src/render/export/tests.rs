use super::*;
use crate::render::samples::NAMES;
use crate::table::content::export::{Peer, Refit, Source};

/// A study whose every name is hostile.
fn hostile(name: &str) -> Export {
    let refit = |peer: Peer| Refit {
        outcome: name.into(),
        estimator: "did",
        label: format!("did: {name}"),
        covariates: vec![name.into(), format!("factor({name})")],
        also: vec![name.into()],
        peer,
    };
    Export {
        title: name.into(),
        question: format!("{name}\n{name}"),
        version: "0.0.0".into(),
        run: ".".into(),
        source: Source::Loaded,
        data: format!("{name}.csv"),
        missing: vec![(None, name.into()), (Some(name.into()), "-99".into())],
        kept: vec![(name.into(), name.into())],
        averaged: true,
        roles: vec![("unit", name.into()), ("period", name.into()), ("cohort", name.into())],
        refits: vec![
            refit(Peer::DidMeans),
            refit(Peer::TripleDifference { column: name.into() }),
            refit(Peer::None { reason: name.into() }),
            refit(Peer::Twfe { absorbed: vec![name.into()] }),
        ],
    }
}

#[test]
fn no_name_breaks_a_script() {
    for name in NAMES.iter().chain(&["a\"b'c`d$e\\f\n#g*/h", "}}\n```\n{{< include x >}}\n```{python}", "\"\"\"", "`\"x\"'", "\u{2028}x"]) {
        let export = hostile(name);
        for target in Target::ALL {
            let text = target.render(&export);
            assert_eq!(text, target.render(&export));
            // Quarto carries short codes out in its pages and in notebooks, in a script nobody does.
            let quarto = matches!(target, Target::Ipynb | Target::Qmd);
            assert!(text.ends_with('\n') && !(quarto && text.contains("{{<")), "{text}");
        }
        let notebook: serde_json::Value = serde_json::from_str(&Target::Ipynb.render(&export)).expect("JSON");
        assert_eq!((notebook["nbformat"].as_u64(), notebook["nbformat_minor"].as_u64()), (Some(4), Some(5)));
        let cells = notebook["cells"].as_array().expect("cells");
        let ids: std::collections::BTreeSet<&str> = cells.iter().filter_map(|c| c["id"].as_str()).collect();
        assert_eq!(ids.len(), cells.len());
        for cell in cells.iter().filter(|c| c["cell_type"] == "code") {
            assert_eq!((cell["outputs"].as_array().map(Vec::len), cell["execution_count"].is_null()), (Some(0), true));
        }
        // As many fences as there are pieces of code, each opened and closed on a line of its own.
        let qmd = Target::Qmd.render(&export);
        let opened = qmd.lines().filter(|l| *l == "```{python}").count();
        assert_eq!((opened, qmd.lines().filter(|l| *l == "```").count()), (opened, opened));
        assert_eq!(opened, cells.iter().filter(|c| c["cell_type"] == "code").count());
        // A name stands in a line of comment or in a string: no line of Stata or R begins with what follows a line break in it.
        let stata = Target::Stata.render(&export);
        assert!(stata.lines().all(|l| !l.trim_start().starts_with("#g")) && !stata.contains("$e"), "{stata}");
        let r = Target::R.render(&export);
        assert!(r.lines().all(|l| !l.starts_with("#g*/h")), "{r}");
    }
}

#[test]
fn loaded_data_are_asked_for_and_simulated_ones_made() {
    let mut export = hostile("score");
    assert!(
        Target::Ipynb.render(&export).contains("say where the data are") && Target::R.render(&export).contains("say where the data are")
    );
    export.source = Source::Simulated(["didact", "simulate", "null", "--seed", "7"].map(String::from).into());
    for target in Target::ALL {
        let text = target.render(&export);
        assert!(!text.contains("say where") && text.contains("simulate"), "{text}");
    }
}
