//! Plain sentences from templates: facts in slots, no adjective invented.

use super::Headline;
use crate::estimate::{Estimand, LEFT_OUT, OUTSIDE_SUPPORT};
use crate::evaluate::{Measured, Performance, Verdict};
use crate::evidence::facts::Comparison;
use crate::evidence::fallacy::Assigned;
use crate::simulate::{self, Design};
use crate::study::{Analysis, Run};
use crate::table::disclosure::WITHHELD;
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Digits};

/// The group's name for people.
pub(super) fn arm(treated: bool, switching: bool) -> &'static str {
    match (treated, switching) {
        (true, false) => "treated",
        (false, false) => "comparison",
        (true, true) => "treatment changes",
        (false, true) => "treatment stays as it was",
    }
}

pub(super) fn points(x: f64, se: Option<f64>, glyphs: Glyphs) -> String {
    number::number(x, Digits::for_uncertainty(se.unwrap_or(f64::NAN)), glyphs)
}

/// What was found, in one word or two.
pub(super) fn word(headline: Option<&Headline<'_>>) -> &'static str {
    match headline.and_then(Headline::ends) {
        None => "Can't tell",
        Some((low, _)) if low > 0.0 => "Higher",
        Some((_, high)) if high < 0.0 => "Lower",
        Some(_) => "No clear difference",
    }
}

/// A confidence level as people write it: 95 %, 99.5 %.
pub(super) fn percent(level: f64) -> String {
    number::level(level)
}

/// What the units of a run are called.
pub(super) fn noun(run: &Run) -> String {
    match run.study.roles.as_ref() {
        Some(r) if r.unit.is_none() && r.student.is_some() => "students".into(),
        Some(r) => r.unit.as_ref().map_or_else(|| "observations".into(), |u| format!("units ({u})")),
        None => "units".into(),
    }
}

/// By what the change of the treated is judged. `others`: whom they are compared with.
fn yardstick(compared: Option<Comparison>, others: &str) -> String {
    match compared {
        None | Some(Comparison::Concurrent) => format!("judging by how {others} changed"),
        Some(Comparison::OtherYears) => "judging by how others changed in other years".into(),
        Some(Comparison::Norm) => "judging by a norm: nobody real is their comparison".into(),
        Some(Comparison::Dosage) => "judging by how those changed who used less of it".into(),
        Some(Comparison::BeforeAfter) => "if they would otherwise have stayed as they were; nobody is their comparison".into(),
        Some(Comparison::Nobody) => "although nobody real is their comparison".into(),
    }
}

/// What a significant difference rests on.
fn provided(run: &Run) -> &'static str {
    match (run.study.context.assigned(), run.study.context.compared()) {
        (Some(Assigned::Lot), _) => "; a lot decided who was treated",
        // Said already, where it is told by what their change is judged.
        (_, Some(Comparison::Norm | Comparison::Nobody)) => "",
        _ => ", if the groups would otherwise have changed alike",
    }
}

/// The sentences of a run: what was found, how sure, and what it is worth.
pub(super) fn sentences(run: &Run, headline: Option<&Headline<'_>>, glyphs: Glyphs) -> Vec<String> {
    let simulated = run.truth.is_some();
    let study = if simulated { "In this simulated study" } else { "In this study" };
    let Some(h) = headline else {
        let withheld = |e: &crate::study::Effect| e.result.as_ref().is_err_and(|why| why.0 == WITHHELD);
        if run.analyses.first().is_some_and(|a| a.effects.iter().any(withheld)) {
            return vec![
                format!("{study} the effect is withheld: one of the groups has fewer than {} students.", run.study.privacy.minimum_cell),
                "A number on so few would tell of single students.".into(),
                "Nothing can be concluded from this page, in either direction.".into(),
            ];
        }
        return vec![
            match run.analyses.first().and_then(unknown) {
                Some(why) => format!("{study} the effect could not be estimated: {why}."),
                None => format!("{study} the effect could not be estimated."),
            },
            "The tables say for each effect what was missing.".into(),
            "Nothing can be concluded from it, in either direction.".into(),
        ];
    };
    let e = h.estimate;
    let outcome = &h.analysis.outcome;
    let noun = noun(run);
    let unit = run.codebook.unit_of(outcome).map_or(String::new(), |unit| format!(" {unit}"));
    let direction = if e.estimate >= 0.0 { "higher" } else { "lower" };
    let size = points(e.estimate.abs(), e.std_error, glyphs);
    let sd = h
        .in_sd(e.estimate.abs())
        .map(|d| format!(" ({} standard deviations)", number::number(d, Digits::Decimals(2), glyphs)))
        .unwrap_or_default();
    let switching = h.analysis.sample.switching.is_some();
    let compared = run.study.context.compared();
    let design = run.study.data.simulate.as_deref().and_then(simulate::find).map(|world| world.design());
    let first = if switching {
        format!(
            "{study} {outcome} among the {noun} whose treatment changed was {size}{unit}{sd} {direction} for each unit and period of treatment than it would have been had their treatment stayed as it was, judging by how {noun} with the same treatment at first changed that had not switched."
        )
    } else if simulated {
        format!(
            "{study} {} scored {size}{unit}{sd} {direction} in {outcome} than they would have without, {}.",
            design.map_or("treated students", Design::treated),
            yardstick(compared, design.map_or("comparison students", Design::compared))
        )
    } else {
        format!(
            "{study} {outcome} among the treated {noun} was {size}{unit}{sd} {direction} than it would have been without treatment, {}.",
            yardstick(compared, &format!("comparison {noun}"))
        )
    };
    let level = percent(run.study.study.level);
    let percentile =
        |x: f64| h.percentile(x).filter(|_| noun == "students" && !switching).map(|p| number::number(p, Digits::Decimals(0), glyphs));
    let second = match h.ends() {
        Some((low, high)) => {
            let range = format!("{} to {}{unit}", points(low, e.std_error, glyphs), points(high, e.std_error, glyphs));
            match (percentile(low), percentile(e.estimate), percentile(high)) {
                (Some(a), Some(b), Some(c)) => format!(
                    "The {level} interval runs from {range}: a student at the 50th percentile would move to about percentile {b} ({a} to {c})."
                ),
                _ => format!("The {level} interval runs from {range}."),
            }
        }
        None => format!("No {level} interval with two ends can be given for it, so it may as well be chance."),
    };
    let s = &h.analysis.sample;
    let clusters = number::count(s.clusters as u64);
    let sizes = match compared {
        // Rows of a norm are nobody.
        Some(Comparison::Norm) => format!("With {} {noun} in {clusters} clusters", number::count(s.treated_units as u64)),
        _ => format!("With {} {noun} in {clusters} clusters", number::count(s.units as u64)),
    };
    let third = match h.ends() {
        Some((low, high)) if low > 0.0 || high < 0.0 => {
            let p = equal(number::cell(&Cell::p_value_above(Some(e.p_value.unwrap_or(1.0)), e.floor(), ""), glyphs));
            format!("{sizes} a difference of zero is hard to reconcile with the data (p {p}){}.", provided(run))
        }
        Some(_) => format!("{sizes} the data are compatible with no difference at all; that is not proof that there is none."),
        None => "Nothing can be concluded from it, in either direction.".into(),
    };
    let mut out = vec![first, second, third];
    out.extend(beyond(h.analysis));
    out
}

/// Why there is no overall effect.
fn unknown(a: &Analysis) -> Option<&str> {
    let overall = a.effects.iter().find(|e| e.target.estimand == Estimand::Overall)?;
    overall.result.as_ref().err().map(|why| why.0.as_str())
}

/// Over whom the effect is not, or for whom something else stands in: part of what it says, and not a matter of trust alone.
fn beyond(a: &Analysis) -> impl Iterator<Item = String> {
    let told = |code: &str| [LEFT_OUT, OUTSIDE_SUPPORT].contains(&code);
    a.warnings.iter().filter(move |w| told(w.code)).map(|w| format!("Note that {}.", w.message))
}

/// How often the headline interval contained the truth where it is known.
pub(super) fn trust(run: &Run, glyphs: Glyphs) -> Option<String> {
    let design = if run.truth.is_some() { "designs like this one" } else { "designs like yours" };
    let level = percent(run.study.study.level);
    let trust = match run.trust.as_ref()? {
        Ok(trust) => trust,
        Err(why) => return Some(format!("How often such an interval contains the truth on {design} could not be tried: {why}.")),
    };
    let p = &trust.performance;
    let failed = p.n_failed();
    let why = p.failures.first().map_or(String::new(), |f| format!(" ({})", f.0));
    let Some(m) = p.coverage else {
        let what =
            if p.n == 0 { format!("none of {failed} draws has one{why}") } else { "the truth of this effect is not known there".into() };
        return Some(format!("How often such an interval contains the truth on {design} cannot be said: {what}."));
    };
    let without = if failed > 0 { format!(" In {failed} of {} draws there was none{why}.", p.n + failed) } else { String::new() };
    let error = m.mc_error.map_or(String::new(), |e| {
        let sign = if glyphs == Glyphs::Ascii { "+-" } else { "±" };
        format!(" ({sign} {})", number::number(100.0 * e, Digits::Decimals(1), glyphs))
    });
    let advice = match misplaced(p) {
        Some(bias) => {
            let size = points(bias.value.abs(), p.empirical_sd.map(|sd| sd.value), glyphs);
            let where_to = if bias.value > 0.0 { "high" } else { "low" };
            format!(": it lies in the wrong place, as estimates there are {size} too {where_to} on average")
        }
        None if p.verdict == Verdict::Broken => ": take it for too narrow".into(),
        None => String::new(),
    };
    let verdict = format!("{}{advice}", p.verdict.clause());
    let covered = number::number(100.0 * m.value, Digits::Decimals(1), glyphs);
    Some(format!(
        "Tried {} times on {design}, with the truth known, the interval contained it in {covered} %{error}; it promises {level}{verdict}.{without}",
        p.n
    ))
}

/// The mean error of the estimates, where the interval misses the truth because of it and not for being narrow: more than half a standard
/// deviation of them, and more than chance.
fn misplaced(p: &Performance) -> Option<Measured> {
    let (bias, sd) = (p.bias?, p.empirical_sd?);
    let beyond_chance = bias.value.abs() > 3.0 * bias.mc_error?;
    (p.verdict == Verdict::Broken && beyond_chance && bias.value.abs() > 0.5 * sd.value).then_some(bias)
}

fn equal(p: String) -> String {
    if p.starts_with('<') { p.replacen('<', "< ", 1) } else { format!("= {p}") }
}

/// The same sentences for a terminal, and which checks speak against the headline.
pub fn terminal(run: &Run) -> Vec<String> {
    let headline = Headline::of(run);
    let mut out = sentences(run, headline.as_ref(), Glyphs::Ascii);
    out.extend(headline.and_then(|_| trust(run, Glyphs::Ascii)));
    out.extend(super::checks::line(run));
    out.extend(super::planned::line(run));
    let alarms = run.alarms();
    if !alarms.is_empty() {
        let titles: Vec<String> = alarms.iter().map(|a| format!("{} ({})", a.title.to_lowercase(), a.fallacy)).collect();
        let signs = if alarms.len() == 1 { "One sign".into() } else { format!("{} signs", alarms.len()) };
        out.push(format!("{signs} of what misleads: {}.", titles.join(", ")));
    }
    out
}
