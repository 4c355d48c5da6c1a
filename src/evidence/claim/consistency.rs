//! Whether a claim's numbers fit each other, given how far they were rounded.

use super::footing::{ignoring, means};
use super::{Claim, Grim, Printed, grim};
use crate::num::student;
use serde::Serialize;

/// How two numbers fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// They do.
    Agrees,
    /// They may, where something is so that is not told (an adjustment, say).
    Doubtful,
    /// They cannot.
    Contradicts,
}

/// One comparison of two numbers of a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Which numbers.
    pub between: &'static str,
    /// How they fit.
    pub agreement: Agreement,
    /// What was found, with the numbers.
    pub found: String,
}

/// Beyond rounding, t statistics of the same data differ by so much between formulas.
const FORMULAS: f64 = 0.05;

/// A standard error below this share of an unadjusted one needs covariates that explain more than 91 % of the variance; below the
/// second, more than 99 %.
const SMALL_ERROR: (f64, f64) = (0.3, 0.1);

type Range = (f64, f64);

/// All checks that the claim's numbers allow: t, F and p with the effect and its standard error, the interval with all of them, the
/// standard error with the number of students, means with the effect, sums of students, and whether means of whole scores can be.
pub fn checks(claim: &Claim) -> Vec<Check> {
    let mut out = Vec::new();
    sums(claim, &mut out);
    statistics(claim, &mut out);
    interval(claim, &mut out);
    size_of_error(claim, &mut out);
    scores(claim, &mut out);
    out
}

fn note(out: &mut Vec<Check>, between: &'static str, agreement: Agreement, found: String) {
    out.push(Check { between, agreement, found });
}

fn if_not(fits: bool, otherwise: Agreement) -> Agreement {
    if fits { Agreement::Agrees } else { otherwise }
}

fn overlap(a: Range, b: Range) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// The range of |x|.
fn size(low: f64, high: f64) -> Range {
    if low <= 0.0 && high >= 0.0 { (0.0, high.max(-low)) } else { (low.abs().min(high.abs()), low.abs().max(high.abs())) }
}

fn size_of(p: Printed) -> Range {
    size(p.low(), p.high())
}

/// |effect| / SE.
fn ratio(claim: &Claim) -> Option<Range> {
    let (g, se) = (size_of(claim.effect?), claim.std_error?);
    let least = se.low().max(0.0);
    Some((g.0 / se.high() * (1.0 - FORMULAS), if least > 0.0 { g.1 / least * (1.0 + FORMULAS) } else { f64::INFINITY }))
}

/// The fewest degrees of freedom that any sound analysis could have used.
fn fewest_df(claim: &Claim) -> f64 {
    let clusters = [claim.classrooms, claim.schools].into_iter().flatten().min().map(|m| m as f64 - 2.0);
    clusters.or_else(|| claim.sizes().map(|s| s.df())).unwrap_or(10.0).max(1.0)
}

fn statistics(claim: &Claim, out: &mut Vec<Check>) {
    let ratio = ratio(claim);
    if let (Some(of), Some(t)) = (ratio, claim.t) {
        let told = format!("t is {} but effect over standard error lies between {:.2} and {:.2}", t.value, of.0, of.1);
        note(out, "effect, standard error and t", if_not(overlap(of, size_of(t)), Agreement::Contradicts), told);
    }
    if let (Some(g), Some(t)) = (claim.effect, claim.t) {
        let same = g.value * t.value >= 0.0 || size_of(g).0 == 0.0 || size_of(t).0 == 0.0;
        note(out, "effect and t", if_not(same, Agreement::Contradicts), format!("the effect is {} and t is {}", g.value, t.value));
    }
    if let (Some(t), Some(f)) = (claim.t, claim.f) {
        let square = (size_of(t).0 * size_of(t).0 * (1.0 - FORMULAS), size_of(t).1 * size_of(t).1 * (1.0 + FORMULAS));
        note(out, "t and F", if_not(overlap(square, size_of(f)), Agreement::Contradicts), format!("F is {} and t is {}", f.value, t.value));
    }
    let by_f = claim.f.map(|f| (f.low().max(0.0).sqrt(), f.high().max(0.0).sqrt()));
    let Some(p) = claim.p_value else { return };
    for (between, of) in [("t and p", claim.t.map(size_of)), ("F and p", by_f), ("effect, standard error and p", ratio)] {
        let Some(of) = of else { continue };
        let possible = (student::two_sided(of.1, f64::INFINITY), student::two_sided(of.0, fewest_df(claim)));
        let told = p.range();
        let text = match told {
            (low, 1.0) => format!("p is above {low}"),
            (0.0, high) => format!("p is below {high}"),
            (low, high) => format!("p lies between {low:.4} and {high:.4}"),
        };
        let found =
            format!("{text}, but |t| between {:.2} and {:.2} gives p between {} and {}", of.0, of.1, tiny(possible.0), tiny(possible.1));
        note(out, between, if_not(overlap(possible, told), Agreement::Contradicts), found);
    }
}

fn tiny(p: f64) -> String {
    if p < 1e-4 { "less than 0.0001".into() } else { format!("{p:.4}") }
}

fn interval(claim: &Claim, out: &mut Vec<Check>) {
    let Some((low, high)) = claim.interval else { return };
    // An odds ratio's interval is checked on the scale of its logarithm, where it is symmetric.
    let odds = claim.effect.is_none() && claim.odds_ratio.is_some();
    let effect = if odds { claim.odds_ratio } else { claim.effect };
    let zero = if odds { 1.0 } else { 0.0 };
    if let Some(g) = effect {
        let inside = g.high() >= low.low() && g.low() <= high.high();
        let told = format!("the effect is {} and its interval {} to {}", g.value, low.value, high.value);
        note(out, "effect and interval", if_not(inside, Agreement::Contradicts), told.clone());
        let (half, off) = (0.5 * (high.value - low.value), (0.5 * (high.value + low.value) - g.value).abs());
        let middle = off <= 0.25 * half + g.half() + low.half();
        if inside && !odds {
            note(out, "effect and middle of the interval", if_not(middle, Agreement::Doubtful), told);
        }
    }
    let level = claim.interval_level();
    if let (Some(se), false) = (claim.std_error, odds) {
        let widths = (0.5 * (high.low() - low.high()), 0.5 * (high.high() - low.low()));
        let slack = 0.02;
        let possible = (
            student::critical(level, f64::INFINITY) * se.low() * (1.0 - slack),
            student::critical(level, fewest_df(claim)) * se.high() * (1.0 + slack),
        );
        let found = format!(
            "the interval reaches {:.3} to each side, but a standard error of {} gives {:.3} to {:.3}",
            0.5 * (high.value - low.value),
            se.value,
            possible.0,
            possible.1
        );
        note(out, "standard error and interval", if_not(overlap(possible, widths), Agreement::Contradicts), found);
    }
    if let Some(p) = claim.p_value {
        let alpha = 1.0 - level;
        let holds = low.high() < zero && high.low() > zero && p.range().1 < alpha;
        let leaves_out = (low.low() > zero || high.high() < zero) && p.range().0 > alpha;
        let found = format!("the interval is {} to {} and p lies between {:.4} and {:.4}", low.value, high.value, p.range().0, p.range().1);
        note(out, "interval and p", if_not(!holds && !leaves_out, Agreement::Contradicts), found);
    }
}

fn size_of_error(claim: &Claim, out: &mut Vec<Check>) {
    let (Some(se), Some(least)) = (claim.std_error, claim.sizes().and_then(ignoring)) else { return };
    let share = se.high() / least;
    let agreement = match share {
        s if s < SMALL_ERROR.1 => Agreement::Contradicts,
        s if s < SMALL_ERROR.0 => Agreement::Doubtful,
        _ => Agreement::Agrees,
    };
    let found = format!("the standard error is {}, where so many students as independent give {least:.4} without covariates", se.value);
    note(out, "standard error and number of students", agreement, found);
}

fn scores(claim: &Claim, out: &mut Vec<Check>) {
    if let (Some(g), Some(by_means)) = (claim.effect, means(claim)) {
        let near = (g.value - by_means).abs() <= g.half() + 0.05 + 0.1 * by_means.abs();
        let found = format!("the effect is {}, and means and SDs give {by_means:.3}; an adjustment could explain it", g.value);
        note(out, "effect and means", if_not(near, Agreement::Doubtful), found);
    }
    if !claim.whole_scores || !claim.knows_arms() {
        return;
    }
    let Some(sizes) = claim.sizes() else { return };
    for (between, scores, n) in
        [("treated mean and students", claim.treated, sizes.treated), ("comparison mean and students", claim.comparison, sizes.comparison)]
    {
        let Some(scores) = scores else { continue };
        let agreement = if_not(grim(scores.mean, n) != Grim::Impossible, Agreement::Contradicts);
        note(out, between, agreement, format!("{n} whole scores and a mean of {}", scores.mean.value));
    }
}

fn sums(claim: &Claim, out: &mut Vec<Check>) {
    let (all, i, c) = (claim.students, claim.treated_students, claim.comparison_students);
    if let Some(all) = all {
        let parts = i.unwrap_or(0).saturating_add(c.unwrap_or(0));
        let fits = if i.is_some() && c.is_some() { parts == all } else { parts < all || parts == 0 };
        if parts > 0 {
            let found = format!("{all} students in all, {} treated and {} not", told(i), told(c));
            note(out, "students in all and by arm", if_not(fits, Agreement::Contradicts), found);
        }
    }
    if let (Some(rooms), Some(schools)) = (claim.classrooms, claim.schools) {
        let found = format!("{rooms} classrooms in {schools} schools");
        note(out, "classrooms and schools", if_not(rooms >= schools, Agreement::Contradicts), found);
    }
    let most = [claim.classrooms, claim.schools].into_iter().flatten().max();
    if let (Some(clusters), Some(students)) = (most, all.or_else(|| Some(i?.saturating_add(c?)))) {
        let found = format!("{clusters} classrooms or schools and {students} students");
        note(out, "students and clusters", if_not(students >= clusters, Agreement::Contradicts), found);
    }
    if let (Some(counts), Some(i), Some(c)) = (claim.counts, i, c) {
        let fits = counts.of.treated == i && counts.of.comparison == c;
        note(out, "counts and students", if_not(fits, Agreement::Contradicts), "the counts are of other numbers of students".into());
    }
}

fn told(n: Option<u64>) -> String {
    n.map_or("an untold number".into(), |n| n.to_string())
}
