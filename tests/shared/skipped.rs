//! What is not compared, and why.

/// Files that are compared.
pub const COMPARED: &[&str] = &[
    "fixest_base_did",
    "fixest_mpdta",
    "fixest_base_stagg",
    "fixest_math_reform",
    "ehec_event_study",
    "clubsandwich_base_did",
    "card_krueger",
    "drdid_sim_rc",
    "drdid_nsw_rc",
    "drdid_nsw_panel",
    "drdid_mpdta_2x2",
    "cs_mpdta_panel",
    "cs_mpdta_rc",
    "cs_math_reform",
    "cs_df_hom",
    "wild_math_reform",
    "wild_card_krueger",
    "wild_eef_crt",
    "bootstrap_eef_mst",
    "randomization_inference",
    "bjs_mpdta",
    "bjs_df_hom",
    "bjs_math_reform",
    "did2s_mpdta",
    "did2s_df_hom",
    "synthdid_prop99",
    "synthdid_math_reform",
    "lmer_eef_crt",
    "lmer_eef_mst",
    "lmer_mpdta",
    "staggered_pj",
    "staggered_mpdta",
    "bacon_math_reform",
    "bacon_divorce",
    "honest_bc_rm_sd",
    "honest_ehec_rm_sd",
    "honest_lw_sd",
    "honest_flci_sd",
    "honest_flci_ehec",
    "hedges_g",
];

/// Cases that are not compared although their file is: file, a part of the id, why.
pub const CASES: &[(&str, &str, &str)] =
    &[("drdid_", "nocov_twfe_did", "the reference has an error there"), ("staggered_pj", "_beta0", "the reference has an error there")];
