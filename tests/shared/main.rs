//! The program against numbers from other software on real data, which are not in this repository.
//!
//! They lie in the folder named by `DIDACT_SHARED`, else in `../shared`. Without it these tests pass and say loudly
//! that nothing was compared; where `CI=true` they fail.

// Parallel columns of the references read best with their index.
#![allow(clippy::needless_range_loop)]

#[path = "../support/mod.rs"]
mod support;

mod bacon;
mod book;
mod callaway_santanna;
mod checks;
mod differences;
mod effect_sizes;
mod honest;
mod imputation;
mod mixed;
mod random_timing;
mod regressions;
mod resampling;
mod saturated;
mod skipped;
mod small_samples;
mod synthetic;
mod wild;

use book::{Book, shared};
use support::reckoning::Reckoning;

/// Opens the books, compares, and checks that no case was forgotten.
fn compare(names: &[&str], compare: impl Fn(&mut Reckoning, &mut [Book], &std::path::Path)) {
    let Some(folder) = shared() else { return };
    let mut r = Reckoning::default();
    let mut books: Vec<Book> = names.iter().map(|name| Book::open(&folder, name)).collect();
    let scratch = tempfile::tempdir().expect("a folder");
    compare(&mut r, &mut books, scratch.path());
    books.iter().for_each(|book| book.close(&mut r));
    r.finish();
}

#[test]
fn fixest_base_did() {
    compare(&["fixest_base_did"], |r, b, scratch| regressions::base_did(r, &mut b[0], scratch));
}

#[test]
fn fixest_mpdta_base_stagg_math_reform_ehec() {
    let names = ["fixest_mpdta", "fixest_base_stagg", "fixest_math_reform", "ehec_event_study"];
    compare(&names, |r, b, scratch| {
        regressions::mpdta(r, &mut b[0]);
        regressions::base_stagg(r, &mut b[1]);
        regressions::math_reform(r, &mut b[2]);
        small_samples::math_reform(r, &mut b[2]);
        regressions::ehec(r, &mut b[3], scratch);
        saturated::mpdta(r, &mut b[0]);
        saturated::base_stagg(r, &mut b[1], scratch);
        saturated::math_reform(r, &mut b[2], scratch);
    });
}

#[test]
fn club_sandwich_and_jackknife_on_base_did() {
    compare(&["clubsandwich_base_did"], |r, b, scratch| small_samples::base_did(r, &mut b[0], scratch));
}

#[test]
fn card_krueger() {
    compare(&["card_krueger"], |r, b, scratch| {
        regressions::card_krueger(r, &mut b[0]);
        small_samples::card_krueger(r, &mut b[0], scratch);
    });
}

#[test]
fn drdid_with_covariates() {
    let names = ["drdid_sim_rc", "drdid_nsw_rc", "drdid_nsw_panel", "drdid_mpdta_2x2"];
    compare(&names, |r, b, scratch| {
        differences::sim_rc(r, &mut b[0], scratch);
        differences::nsw_rc(r, &mut b[1], scratch);
        differences::nsw_panel(r, &mut b[2], scratch);
        differences::mpdta(r, &mut b[3], scratch);
    });
}

#[test]
fn callaway_and_santanna() {
    compare(&["cs_mpdta_panel", "cs_mpdta_rc", "cs_math_reform", "cs_df_hom"], |r, b, scratch| {
        callaway_santanna::mpdta(r, &mut b[0], scratch, true);
        callaway_santanna::mpdta(r, &mut b[1], scratch, false);
        callaway_santanna::math_reform(r, &mut b[2], scratch);
        callaway_santanna::df_hom(r, &mut b[3], scratch);
    });
}

#[test]
fn didimputation_and_did2s() {
    compare(&["bjs_mpdta", "bjs_df_hom", "bjs_math_reform", "did2s_mpdta", "did2s_df_hom"], |r, b, scratch| {
        imputation::bjs_mpdta(r, &mut b[0], scratch);
        imputation::bjs_df_hom(r, &mut b[1]);
        imputation::bjs_math_reform(r, &mut b[2]);
        imputation::did2s_mpdta(r, &mut b[3], scratch);
        imputation::did2s_df_hom(r, &mut b[4]);
    });
}

#[test]
fn wild_bootstrap_by_enumeration() {
    compare(&["wild_math_reform", "wild_card_krueger", "wild_eef_crt"], |r, b, scratch| {
        wild::math_reform(r, &mut b[0], scratch);
        wild::card_krueger(r, &mut b[1], scratch);
        wild::eef_crt(r, &mut b[2], scratch);
    });
}

#[test]
fn bootstrap_intervals_on_given_draws() {
    compare(&["bootstrap_eef_mst"], |r, b, _| resampling::eef_mst(r, &mut b[0]));
}

#[test]
fn permutation_with_every_assignment() {
    compare(&["randomization_inference"], |r, b, scratch| resampling::randomization(r, &mut b[0], scratch));
}

#[test]
fn synthetic_comparisons_as_synthdid() {
    compare(&["synthdid_prop99", "synthdid_math_reform"], |r, b, scratch| {
        synthetic::prop99(r, &mut b[0]);
        synthetic::math_reform(r, &mut b[1], scratch);
    });
}

#[test]
fn random_timing_as_staggered() {
    compare(&["staggered_pj", "staggered_mpdta"], |r, b, _| {
        random_timing::officers(r, &mut b[0]);
        random_timing::mpdta(r, &mut b[1]);
    });
}

#[test]
fn mixed_models_as_lme4_and_lmer_test() {
    compare(&["lmer_eef_crt", "lmer_eef_mst", "lmer_mpdta"], |r, b, scratch| {
        mixed::eef_crt(r, &mut b[0], scratch);
        mixed::eef_mst(r, &mut b[1], scratch);
        mixed::mpdta(r, &mut b[2], scratch);
    });
}

#[test]
fn decompositions_as_bacondecomp() {
    compare(&["bacon_math_reform", "bacon_divorce"], |r, b, _| {
        bacon::math_reform(r, &mut b[0]);
        bacon::divorce(r, &mut b[1]);
    });
}

#[test]
fn bounds_as_honest_did() {
    compare(&["honest_bc_rm_sd", "honest_ehec_rm_sd", "honest_lw_sd"], |r, b, _| b.iter_mut().for_each(|book| honest::sets(r, book)));
    compare(&["honest_flci_sd", "honest_flci_ehec"], |r, b, _| b.iter_mut().for_each(|book| honest::fixed_lengths(r, book)));
}

/// Some cases of the files above, asked for from outside.
#[test]
fn checks_from_the_command_line() {
    let Some(folder) = shared() else { return };
    let mut r = Reckoning::default();
    let scratch = tempfile::tempdir().expect("a folder");
    let open = |name| Book::open(&folder, name);
    checks::honest(&mut r, &open("honest_bc_rm_sd"));
    checks::ehec(&mut r, &open("honest_ehec_rm_sd"), scratch.path());
    checks::fixed_lengths(&mut r, &open("honest_flci_sd"));
    checks::bacon(
        &mut r,
        &open("bacon_math_reform"),
        "math_reform",
        "--outcome incearn_ln --unit state --period class --treatment reform_math",
    );
    checks::bacon(
        &mut r,
        &open("bacon_divorce"),
        "divorce_female",
        "--outcome suiciderate_elast_jag --unit stid --period year --treatment changed",
    );
    r.finish();
}

#[test]
fn hedges_g() {
    compare(&["hedges_g"], |r, b, _| effect_sizes::all(r, &mut b[0]));
}

#[test]
fn every_file_of_references_is_compared() {
    let Some(folder) = shared() else { return };
    let mut unknown = Vec::new();
    for entry in std::fs::read_dir(folder.join("reference/expected")).expect("the folder of expected values") {
        let file = entry.expect("an entry").file_name().into_string().expect("a name");
        let name = file.trim_end_matches(".json");
        if !skipped::COMPARED.contains(&name) {
            unknown.push(name.to_string());
        }
    }
    assert!(unknown.is_empty(), "not compared: {unknown:?}");
}
