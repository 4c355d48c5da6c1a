//! Effect sizes, standards and planning numbers to all digits of published and recomputed vectors.

use didact::evidence::benchmark::{MonthsTable, months};
use didact::evidence::effect::{
    Arm, Clusters, Known, Proportions, Sizes, apparent_gain, difference_in_differences_g, exaggeration, hedges_g, mean_of_lowest,
    pooled_sd, small_sample_factor, smallest_possible_p, standard_error, wild_patterns,
};
use didact::evidence::standard::{Assumption, Standards, Wwc, boundary, last_with_boundary, within_domain};

/// `got` printed with as many digits as `text` has after its point.
fn printed(got: f64, text: &str) {
    let decimals = text.split('.').nth(1).map_or(0, str::len);
    let shown = format!("{got:.decimals$}");
    assert_eq!(shown.trim_start_matches('0'), text.trim_start_matches('0'), "{got}");
}

#[test]
fn hedges_g_and_its_standard_error() {
    printed(small_sample_factor(18.0).unwrap(), ".9577464789");
    printed(small_sample_factor(198.0).unwrap(), ".9962073325");
    let arm = |mean, sd| Arm { n: 100, mean, sd };
    let (sizes, sd) = (Sizes::new(100, 100), pooled_sd(&arm(52.0, 10.0), &arm(50.0, 9.0)).unwrap());
    printed(sd, "9.513148795");
    let g = hedges_g(2.0, sd, sizes).unwrap();
    printed(g, ".2094379798");
    printed(standard_error(g, Known::Sizes, sizes, 0).unwrap(), ".1418085352");
    let did = difference_in_differences_g(2.0, 0.5, sd, sizes).unwrap();
    printed(did, ".1570784848");
    printed(standard_error(did, Known::Gain(0.8), sizes, 0).unwrap(), ".08979035136");
}

#[test]
fn cox_index_and_its_standard_error() {
    let counts = Proportions { of: Sizes::new(100, 100), reached: Sizes::new(60, 50) };
    printed(counts.cox_index(Wwc::V4_1).unwrap(), ".2457364292");
    printed(counts.standard_error().unwrap(), ".1731962444");
}

#[test]
fn clustering_correction() {
    for (icc, gamma, eta, t, h, p) in [
        (0.20, ".9809045226", "4.8", "1.348604912", "231.6575875", ".1787808294"),
        (0.10, ".9904522613", "2.9", "1.743451066", "338.4155233", ".08216299018"),
    ] {
        let clusters = Clusters::both(Sizes::new(200, 200), 20, icc);
        let (of, test) = (clusters.factors().unwrap(), clusters.correct(0.30).unwrap());
        printed(of.gamma, gamma);
        printed(of.eta, eta);
        printed(of.df, h);
        printed(test.t, "2.983266061");
        printed(test.p_ignoring, ".0030275381");
        printed(test.t_corrected, t);
        printed(test.p_value, p);
        assert_eq!(test.df, of.df);
    }
}

#[test]
fn errors_of_sign_and_magnitude() {
    for (effect, se, power, s, m) in [
        (0.05, 0.08, ".0958", ".051", "3.87"),
        (0.10, 0.10, ".170", ".0090", "2.49"),
        (0.06, 0.0765, ".123", ".025", "3.12"),
        (0.10, 0.05, ".516", ".00007", "1.39"),
    ] {
        let got = exaggeration(effect, se, 0.05).unwrap();
        printed(got.power, power);
        printed(got.type_s, s);
        printed(got.type_m, m);
    }
}

#[test]
fn regression_to_the_mean_and_floors() {
    let lowest = mean_of_lowest(0.25).unwrap();
    printed(-lowest, "1.2711");
    for (r, gain) in [(0.8, ".254"), (0.7, ".381"), (0.85, ".191")] {
        printed(apparent_gain(lowest, r).unwrap(), gain);
    }
    for (clusters, p, patterns) in [(4, ".333", 8.0), (6, ".10", 32.0), (8, ".029", 128.0), (10, ".0079", 512.0), (12, ".0022", 2048.0)] {
        printed(smallest_possible_p(clusters / 2, clusters / 2).unwrap(), p);
        assert_eq!(wild_patterns(clusters as u32), patterns);
    }
}

#[test]
fn benjamini_hochberg_within_a_domain() {
    let all = within_domain(&[0.002, 0.009, 0.021, 0.030, 0.200], 0.05).unwrap();
    for (got, adjusted) in all.iter().zip([".0100", ".0225", ".0350", ".0375", ".2000"]) {
        printed(got.adjusted, adjusted);
        assert_eq!(got.significant, got.adjusted <= 0.05);
    }
}

/// WWC Standards 4.1, table II.1, as `baselinr` 0.6.0 has it.
const CAUTIOUS: &str = "5.7 5.8 5.9 5.9 6.0 6.1 6.2 6.3 6.3 6.3 6.3 6.2 6.2 6.1 6.0 5.9 5.9 5.8 5.7 5.5 5.4 5.3 5.2 5.1 4.9 4.8 4.7 4.5 4.4 4.3 \
    4.1 4.0 3.8 3.6 3.5 3.3 3.2 3.1 2.9 2.8 2.6 2.5 2.3 2.1 2.0 1.8 1.6 1.5 1.3 1.2 1.0 0.9 0.7 0.6 0.4 0.3 0.2 0.0";
const OPTIMISTIC: &str = "10.0 10.1 10.2 10.3 10.4 10.5 10.7 10.8 10.9 10.9 10.9 10.9 10.9 10.8 10.8 10.7 10.6 10.5 10.3 10.2 \
    10.0 9.9 9.7 9.5 9.4 9.2 9.0 8.8 8.6 8.4 8.2 8.0 7.8 7.6 7.4 7.2 7.0 6.7 6.5 6.3 6.0 5.8 5.6 5.3 5.1 4.9 4.6 4.4 4.2 3.9 \
    3.7 3.5 3.2 3.0 2.8 2.6 2.3 2.1 1.9 1.6 1.4 1.1 0.9 0.7 0.5 0.3";

#[test]
fn both_attrition_tables_to_all_digits() {
    for (assumption, table, last) in [(Assumption::Cautious, CAUTIOUS, 57), (Assumption::Optimistic, OPTIMISTIC, 65)] {
        let expected: Vec<&str> = table.split_whitespace().collect();
        assert_eq!((expected.len() as u32, last_with_boundary(assumption)), (last + 1, last));
        for (percent, text) in expected.iter().enumerate() {
            assert_eq!(boundary(percent as u32, assumption).map(|d| format!("{d:.1}")).as_deref(), Some(*text), "{percent} %");
        }
        assert_eq!(boundary(last + 1, assumption), None);
    }
    // The handbook's anchors, and the entry that a public implementation has shifted by one.
    for (percent, cautious, optimistic) in [(0, Some(5.7), Some(10.0)), (30, Some(4.1), Some(8.2)), (60, None, Some(1.4))] {
        assert_eq!((boundary(percent, Assumption::Cautious), boundary(percent, Assumption::Optimistic)), (cautious, optimistic));
    }
}

#[test]
fn months_as_published() {
    let standards = Standards::default();
    // The Toolkit's table; and the addendum to a trial report that gives 0.03 no month.
    for (g, toolkit, trial) in [(0.03, 1, 0), (0.10, 2, 2), (0.27, 4, 4), (-0.20, -3, -3), (1.00, 12, 12)] {
        assert_eq!(months(g, MonthsTable::Toolkit, &standards), Some(toolkit), "{g}");
        assert_eq!(months(g, MonthsTable::Trial, &standards), Some(trial), "{g}");
    }
}
