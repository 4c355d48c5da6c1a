//! Which refit in other software gives an estimator's numbers.

use crate::estimate::Chosen;
use crate::panel::PanelSpec;

/// A refit, with what it must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// Difference of mean changes.
    DidMeans,
    /// Outcome regression among comparison units.
    DidRegression,
    /// Odds of treatment, alone or with a regression: DRDID has it.
    DidOdds {
        /// The name of DRDID's function.
        function: &'static str,
    },
    /// Post on pre.
    Ancova,
    /// Difference of two subgroups' effects.
    TripleDifference {
        /// The subgroup's column.
        column: String,
    },
    /// Instrumental variables.
    Compliance {
        /// Who took part.
        column: String,
    },
    /// Two-way fixed effects.
    Twfe {
        /// The absorbed effects where they are named; else unit and period.
        absorbed: Vec<String>,
    },
    /// Dynamic two-way fixed effects.
    EventStudy {
        /// The event time that is zero.
        reference: i64,
        /// The event times shown.
        window: Option<(i64, i64)>,
        /// Whether times outside share the coefficient at the edge.
        binned: bool,
    },
    /// Group-time effects.
    CallawaySantanna {
        /// `not-yet` or `never`.
        control: String,
        /// `dr`, `ipw` or `regression`.
        method: String,
        /// `varying` or `universal`.
        base: String,
        /// Periods before the start in which units may respond.
        anticipation: i64,
        /// `cross-sections`, `pairs` or `drop`.
        unbalanced: String,
        /// Whether effects by event time are over all cohorts.
        events: bool,
    },
    /// Interaction-weighted event study.
    SunAbraham,
    /// One effect for each treated cohort and period.
    Wooldridge,
    /// Imputation; the same estimates have Gardner's two stages.
    Imputation,
    /// Nothing here refits it.
    None {
        /// Why.
        reason: String,
    },
}

impl Peer {
    /// The refit of an estimator with its options.
    pub(super) fn of(chosen: &Chosen, spec: &PanelSpec) -> Peer {
        let (card, options) = (chosen.estimator.card(), &chosen.options);
        let named = || -> Vec<String> {
            spec.fixed_effects
                .iter()
                .map(|e| e.columns.join("^") + &e.slope.as_ref().map(|s| format!("[{s}]")).unwrap_or_default())
                .collect()
        };
        let without = |why: &str| Peer::None { reason: format!("{why}. Other software that has it: {}", card.reference_call) };
        let plain = |ok: bool, peer: Peer, why: &str| if ok { peer } else { without(why) };
        match card.id {
            "did" => match (options.get("method"), options.get("improved"), options.get("normalized")) {
                ("means", ..) => Peer::DidMeans,
                ("regression", ..) => Peer::DidRegression,
                _ if spec.unit.is_none() => without("odds of treatment in repeated cross-sections are not refitted here"),
                ("ipw", _, "true") => Peer::DidOdds { function: "std_ipw_did_panel" },
                ("ipw", ..) => Peer::DidOdds { function: "ipw_did_panel" },
                (_, "true", _) => Peer::DidOdds { function: "drdid_imp_panel" },
                _ => Peer::DidOdds { function: "drdid_panel" },
            },
            "ancova" => Peer::Ancova,
            "triple-difference" => match &spec.third {
                Some(column) if options.get("method") == "means" => Peer::TripleDifference { column: column.clone() },
                _ => without("only the triple difference of means is refitted here"),
            },
            "compliance" => match &spec.take_up {
                Some(column) => Peer::Compliance { column: column.clone() },
                None => without("no column says who took part"),
            },
            "twfe" => Peer::Twfe { absorbed: named() },
            "event-study" => plain(
                spec.fixed_effects.is_empty(),
                Peer::EventStudy {
                    reference: options.whole("reference"),
                    window: options.window("window"),
                    binned: options.get("bin") == "true",
                },
                "with fixed effects that are named, which event times are left out is a choice",
            ),
            "callaway-santanna" => Peer::CallawaySantanna {
                control: options.get("control").into(),
                method: options.get("method").into(),
                base: options.get("base").into(),
                anticipation: options.whole("anticipation"),
                unbalanced: options.get("unbalanced").into(),
                events: options.window("window").is_none() && options.whole("balance") < 0,
            },
            "sun-abraham" => plain(
                options.get("control") == "never",
                Peer::SunAbraham,
                "with the cohort treated last as comparison it is not refitted here",
            ),
            "wooldridge" => plain(
                options.get("control") == "not-yet" && options.get("effects") == "unit",
                Peer::Wooldridge,
                "with these options it is not refitted here",
            ),
            "imputation" | "two-stage" => {
                plain(options.get("covariates") == "plain", Peer::Imputation, "covariates by period are not refitted here")
            }
            _ => without("it is not refitted here"),
        }
    }
}
