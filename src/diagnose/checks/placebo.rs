//! The same estimate where there can be no effect: at an earlier time (anticipation), on another outcome, of clusters that were not
//! treated, or of those that stand beside treated ones (spillover).

use crate::cohort::{Fault, Faults, Reason};
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::subject::{Estimated, Subject, With};
use crate::estimate::{Card, Chosen, Estimand, Fit, OptionSpec, Options, Sample, Values};
use crate::infer::{Estimate, Method, deals};
use crate::num::sorted;
use crate::panel::{FirstTreated, Panel, Serial, spread};
use std::collections::BTreeMap;

/// What was pretended.
#[derive(Debug, Clone, PartialEq)]
pub enum Pretended {
    /// Treatment started so many periods earlier.
    Time(usize),
    /// Another outcome.
    Outcome(String),
    /// Untreated clusters were the treated ones.
    Arm(Place),
    /// Untreated clusters beside treated ones were treated when these were: the column of places, how many stand beside, and how many
    /// elsewhere.
    Neighbours {
        /// The column of places.
        within: String,
        /// Untreated clusters in a place with treated ones.
        beside: usize,
        /// Untreated clusters in other places.
        elsewhere: usize,
    },
}

/// The place of the real estimate among those of clusters that were not treated.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Clusters taken as treated at once, of so many that were not treated.
    pub clusters: (usize, usize),
    /// The estimates, ascending.
    pub estimates: Vec<f64>,
    /// Whether these are all ways to choose the clusters.
    pub exact: bool,
    /// Choices without an estimate.
    pub failures: usize,
    /// Share of them as far from 0 as the real estimate, which counts as one of them.
    pub share: f64,
}

/// An estimate with its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Pretence {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// p-value of no effect.
    pub p_value: Option<f64>,
    /// One divided by the draws, where it was counted among draws and none was beyond.
    pub floor: Option<f64>,
    /// The ends of its interval.
    pub interval: (Option<f64>, Option<f64>),
}

/// An estimate where there can be no effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Placebo {
    /// What was pretended.
    pub pretended: Pretended,
    /// The real estimate.
    pub real: f64,
    /// The estimate where there can be none, by time or outcome.
    pub fake: Option<Pretence>,
    /// The method of its interval.
    pub inference: Option<String>,
    /// The size of the test.
    pub alpha: f64,
}

impl Placebo {
    /// By time and outcome: fails where an effect is found; a caution where it nearly is, or where the interval holds an effect as large as
    /// the real one, so that the test says little. By arm: ok where no more than the size of the test are as far out, a caution up to
    /// twice that; cannot tell where there are too few choices for that. Beside treated clusters an effect is no fault of the design's
    /// trends but a hint of spillover: a caution, and cannot tell where the interval holds an effect as large as the real one.
    pub fn verdict(&self) -> Verdict {
        match (&self.pretended, &self.fake) {
            (Pretended::Arm(place), _) if 1.0 / (place.estimates.len() as f64 + 1.0) > self.alpha => Verdict::CannotTell,
            (Pretended::Arm(place), _) => Verdict::of_height(-place.share, -self.alpha, -2.0 * self.alpha),
            (Pretended::Neighbours { .. }, Some(Pretence { p_value: Some(p), .. })) if *p < self.alpha => Verdict::Caution,
            (Pretended::Neighbours { .. }, Some(told)) if !self.excludes_real(told) => Verdict::CannotTell,
            (Pretended::Neighbours { .. }, Some(_)) => Verdict::Ok,
            (_, Some(Pretence { p_value: Some(p), .. })) if *p < self.alpha => Verdict::Fail,
            (Pretended::Time(_), Some(told)) if !self.excludes_real(told) => Verdict::Caution,
            (_, Some(Pretence { p_value: Some(p), .. })) if *p < 2.0 * self.alpha => Verdict::Caution,
            (_, Some(Pretence { p_value: Some(_), .. })) => Verdict::Ok,
            _ => Verdict::CannotTell,
        }
    }

    /// Whether an effect of the real one's size is out of the interval, whatever its sign.
    pub fn excludes_real(&self, told: &Pretence) -> bool {
        let size = self.real.abs();
        told.interval.0.is_some_and(|low| low > -size) && told.interval.1.is_some_and(|high| high < size)
    }
}

/// The check.
pub static PLACEBO: Check = Check {
    card: Card {
        id: "placebo",
        title: "the same estimate where there can be no effect",
        estimand: "what the estimator finds when treatment is taken to have started earlier, on an outcome that it cannot move, when clusters that were not treated are taken for the treated ones, or when those beside treated ones are",
        assumptions: "kind=time: no effect before the start, so none by anticipation; kind=outcome: none on that outcome; kind=arm: clusters are alike but for the treatment; kind=neighbours: none on those beside the treated, so no spillover",
        when: "always where there are periods before treatment; kind=arm with few treated clusters; kind=outcome where there is such an outcome; kind=neighbours where schools hold treated and untreated classrooms",
        needs: "kind=time: two periods before the start with the pretended one between; kind=outcome: the column; kind=arm: four clusters that were not treated; kind=neighbours: never-treated clusters beside treated ones, and others elsewhere",
        contrast: "pretrends tests the path before treatment; this asks the estimator itself, with its weights and comparison group.",
        options: &[
            OptionSpec {
                key: "kind",
                values: Values::OneOf(&["time", "outcome", "arm", "neighbours"]),
                meaning: "time: an earlier start, later rows of the treated left out; outcome: another outcome; arm: untreated clusters in the place of the treated; neighbours: untreated clusters beside treated ones against those elsewhere",
                positional: true,
            },
            OptionSpec {
                key: "shift",
                values: Values::Whole { default: 1, low: 1, high: 50 },
                meaning: "kind=time: by how many observed periods the start is put earlier",
                positional: false,
            },
            OptionSpec { key: "outcome", values: Values::Name, meaning: "kind=outcome: the column", positional: false },
            OptionSpec {
                key: "within",
                values: Values::Name,
                meaning: "kind=neighbours: the column of places, such as the school",
                positional: false,
            },
            OptionSpec {
                key: "draws",
                values: Values::Whole { default: 199, low: 19, high: 9999 },
                meaning: "kind=arm: how many choices of clusters are drawn; all of them where there are no more",
                positional: false,
            },
        ],
        source: "Abadie, Diamond and Hainmueller (2010) for the place among the untreated; (1 + those as far out)/(1 + all); the thresholds are ours",
        reference_call: "the estimator itself on the rows before treatment, with the start moved",
        version: 2,
    },
    look: Look::Estimate(look),
};

fn look(subject: &Subject<'_>, options: &Options) -> Result<Finding, Fault> {
    let kind = options.get("kind");
    for (key, of) in [("shift", "time"), ("outcome", "outcome"), ("draws", "arm"), ("within", "neighbours")] {
        if options.was_given(key) && kind != of {
            return Err(Fault::new(
                "DIAG-024",
                format!("{key} does nothing with kind={kind}"),
                "check placebo",
                "an option that does nothing would be taken for one that does",
                format!("leave it out, or ask for kind={of}"),
            ));
        }
    }
    let of = subject.estimated.ok_or_else(|| unknown("no estimate was made"))?;
    let target = overall(&of.fit).ok_or_else(|| unknown("the estimator has no overall effect on this sample"))?;
    let real = of.fit.estimates[target].as_ref().map_err(|why| unknown(&why.0)).copied()?;
    let alpha = 1.0 - subject.setting.level;
    let found = |pretended, fake: Option<(Pretence, String)>| {
        let (fake, inference) = fake.map_or((None, None), |(told, inference)| (Some(told), Some(inference)));
        Ok(Finding::Placebo(Placebo { pretended, real, fake, inference, alpha }))
    };
    match kind {
        "outcome" => {
            let column = options.get("outcome");
            let panel = other_outcome(subject, column)?;
            found(Pretended::Outcome(column.into()), Some(estimate(subject, of, &panel)?))
        }
        "neighbours" => {
            let column = options.get("within");
            let (panel, [beside, elsewhere]) = neighbours(subject, column)?;
            found(Pretended::Neighbours { within: column.into(), beside, elsewhere }, Some(estimate(subject, of, &panel)?))
        }
        "arm" => found(Pretended::Arm(place(subject, of, real, options.whole("draws") as usize)?), None),
        _ => {
            let shift = options.whole("shift") as usize;
            let panel = earlier(subject.panel, shift)?;
            found(Pretended::Time(shift), Some(estimate(subject, of, &panel)?))
        }
    }
}

fn overall(fit: &Fit) -> Option<usize> {
    let of = |kind: Estimand| (0..fit.targets.len()).find(|&t| fit.targets[t].estimand == kind && fit.estimates[t].is_ok());
    of(Estimand::Overall).or_else(|| of(Estimand::OverallDynamic))
}

/// The estimate on another panel, by the first method that gives a p-value.
fn estimate(subject: &Subject<'_>, of: &Estimated, panel: &Panel) -> Result<(Pretence, String), Fault> {
    let refused = |faults: Faults| unknown(&faults.shown[0].what);
    let fit = of.chosen.fit(&Sample::new(panel, subject.setting.executor)).map_err(refused)?;
    let target = overall(&fit).ok_or_else(|| unknown("the pretended effect is not identified"))?;
    let fallback = ["cluster:cr2", "jackknife", "cluster:cr1"].map(|m| Method::parse(m).expect("a known method"));
    let by = |method: &Method| -> Option<(Estimate, String)> {
        method.fits(&fit, panel).ok()?;
        let inferred = method.infer(&fit, &subject.setting).ok()?;
        let own = inferred.estimates.into_iter().find(|e| e.target == target && e.p_value.is_some())?;
        Some((own, method.label()))
    };
    let (e, inference) = subject
        .methods
        .iter()
        .chain(&fallback)
        .find_map(by)
        .ok_or_else(|| unknown("no method gives the uncertainty of the pretended effect"))?;
    let interval = (e.interval.low.value(), e.interval.high.value());
    Ok((Pretence { estimate: e.estimate, std_error: e.std_error, p_value: e.p_value, floor: e.floor(), interval }, inference))
}

/// The rows before treatment, with each start so many observed periods earlier.
fn earlier(panel: &Panel, shift: usize) -> Result<Panel, Fault> {
    if panel.extras.status.is_some() {
        return Err(unknown("treatments that do not simply stay on have no start to move"));
    }
    let cells = &panel.cells;
    let moved = |start: i64| {
        let before: Vec<i64> = cells.periods.iter().copied().filter(|t| *t < start).collect();
        // A period is left before the pretended start.
        before.len().checked_sub(shift).filter(|at| *at > 0).map(|at| before[at])
    };
    let usable = |r: usize| match cells.cohorts[cells.cohort_ix(panel.cell[r])] {
        FirstTreated::Never => true,
        FirstTreated::At(g) => moved(g).is_some() && !cells.is_treated(panel.cell[r]),
    };
    if !cells.treated_cohorts().any(|(_, g)| moved(g).is_some()) {
        return Err(unknown(&format!("no cohort has more than {shift} observed periods before its start")));
    }
    let last = cells.treated_cohorts().map(|(_, g)| g).filter(|&g| moved(g).is_some()).max().unwrap_or(i64::MAX);
    // What comes after all real starts says nothing of the pretended ones.
    let then = |r: usize| cells.periods[cells.period_ix(panel.cell[r])] < last;
    let kept = panel.keeping(|r| usable(r) && then(r), Reason::OutsideWindow);
    let out = kept.with_starts(|start| match start {
        FirstTreated::Never => FirstTreated::Never,
        FirstTreated::At(g) => moved(g).map_or(start, FirstTreated::At),
    });
    Ok(out)
}

fn other_outcome(subject: &Subject<'_>, column: &str) -> Result<Panel, Fault> {
    if column == "none" {
        return Err(Fault::new(
            "DIAG-024",
            "kind=outcome without an outcome",
            "check placebo",
            "it must be one that the treatment cannot move",
            "name it:  placebo:outcome,outcome=COLUMN",
        ));
    }
    rebuilt(subject, With::Outcome(column))
}

/// The sample with something otherwise.
fn rebuilt(subject: &Subject<'_>, with: With<'_>) -> Result<Panel, Fault> {
    let build = subject.another.ok_or_else(|| unknown("other columns cannot be read here"))?;
    build(with).map_err(|faults| faults.shown[0].clone())
}

/// The never-treated clusters: those in a place that holds treated units as if treated when the first of these were, the others as they are.
/// With how many there are of both.
fn neighbours(subject: &Subject<'_>, within: &str) -> Result<(Panel, [usize; 2]), Fault> {
    if within == "none" {
        return Err(Fault::new(
            "DIAG-024",
            "kind=neighbours without a column of places",
            "check placebo",
            "it must be said who stands beside whom",
            "name it:  placebo:neighbours,within=school_id",
        ));
    }
    let panel = rebuilt(subject, With::Mark(within))?;
    if panel.extras.status.is_some() {
        return Err(unknown("treatments that do not simply stay on have no start to pretend"));
    }
    let cells = &panel.cells;
    let never = cells.cohorts.len() - 1;
    let cohorts = panel
        .cohort_of_clusters()
        .ok_or_else(|| unknown("some clusters hold treated and untreated units: name a finer cluster, such as the classroom"))?;
    let marks = panel.extras.marks.last().map_or(&[][..], |m| m.values.as_slice());
    let place_of = |g: usize| -> Option<u64> {
        let mut own = panel.units_of(g).flat_map(|u| panel.rows_of(u)).map(|r| marks[r]);
        let first = own.next()?;
        own.all(|p| p == first).then(|| (first + 0.0).to_bits())
    };
    let places: Vec<Option<u64>> = (0..panel.n_clusters()).map(place_of).collect();
    // The first cohort, so the earliest start, of each place.
    let mut starts: BTreeMap<u64, u32> = BTreeMap::new();
    for (place, cohort) in places.iter().zip(&cohorts).filter(|(_, c)| cells.is_ever_treated(**c as usize)) {
        let Some(place) = place else { continue };
        let own = starts.entry(*place).or_insert(*cohort);
        *own = (*own).min(*cohort);
    }
    let mut own = cohorts.clone();
    let mut counts = [0, 0];
    for (g, place) in places.iter().enumerate().filter(|(g, _)| cells.has_never() && cohorts[*g] as usize == never) {
        let start = place.and_then(|p| starts.get(&p));
        counts[usize::from(start.is_none())] += 1;
        own[g] = start.copied().unwrap_or(never as u32);
    }
    if counts[0] < 2 || counts[1] < 2 {
        let [beside, elsewhere] = counts;
        return Err(unknown(&format!("{beside} never-treated clusters stand beside treated ones by {within}, and {elsewhere} elsewhere")));
    }
    let among = |r: usize| cells.cohort_ix(panel.cell[r]) == never;
    Ok((panel.with_cohorts(&own).keeping(among, Reason::NoComparison), counts))
}

/// The real estimate among those of untreated clusters taken as treated: as many as were treated, or half of those there are; starts in the
/// real proportions.
fn place(subject: &Subject<'_>, of: &Estimated, real: f64, draws: usize) -> Result<Place, Fault> {
    let panel = subject.panel;
    let cohorts = panel
        .cohort_of_clusters()
        .ok_or_else(|| unknown("some clusters hold treated and untreated units: none was assigned as a whole"))?;
    let cells = &panel.cells;
    let never = cells.cohorts.len() - 1;
    // In an order that depends on numbers only.
    let pool: Vec<usize> = of
        .fit
        .draw_order
        .iter()
        .map(|&g| of.fit.clusters[g as usize].panel_ix as usize)
        .filter(|&g| cells.has_never() && cohorts[g] as usize == never)
        .collect();
    let mut sizes: Vec<(u32, usize)> = Vec::new();
    for &c in
        cohorts.iter().filter(|&&c| cells.is_ever_treated(c as usize) && cells.cohorts[c as usize] > FirstTreated::At(cells.periods[0]))
    {
        match sizes.iter_mut().find(|(own, _)| *own == c) {
            Some((_, n)) => *n += 1,
            None => sizes.push((c, 1)),
        }
    }
    sizes.sort_unstable();
    let treated: usize = sizes.iter().map(|(_, n)| n).sum();
    let k = treated.min(pool.len() / 2);
    if pool.len() < 4 || k == 0 {
        return Err(unknown(&format!("{} clusters were not treated", pool.len())));
    }
    let labels = labels(&sizes, k, pool.len(), never as u32);
    let order: Vec<u32> = (0..pool.len() as u32).collect();
    let (all, exact) = deals(&labels, &order, draws, subject.setting.seed);
    let among = |r: usize| cells.cohort_ix(panel.cell[r]) == never;
    // Only the untreated clusters are dealt to; the others leave.
    let one = |deal: &Vec<u32>| -> Option<f64> {
        let mut own = cohorts.clone();
        pool.iter().zip(deal).for_each(|(&g, &label)| own[g] = label);
        let pretended = panel.with_cohorts(&own).keeping(among, Reason::NoComparison);
        refit(&of.chosen, &pretended)
    };
    let found: Vec<Option<f64>> = spread(subject.setting.executor, all.len(), |i| one(&all[i]));
    let estimates = sorted(found.iter().flatten().copied().collect());
    let failures = found.len() - estimates.len();
    // Equal but for rounding counts as equal.
    let as_far = estimates.iter().filter(|e| e.abs() >= real.abs() * (1.0 - 1e-12)).count();
    let share = (1.0 + as_far as f64) / (1.0 + estimates.len() as f64);
    Ok(Place { clusters: (k, pool.len()), estimates, exact, failures, share })
}

fn refit(chosen: &Chosen, panel: &Panel) -> Option<f64> {
    let fit = chosen.fit(&Sample::new(panel, &Serial)).ok()?;
    overall(&fit).and_then(|t| fit.estimates[t].as_ref().ok().copied()).filter(|e| e.is_finite())
}

/// `k` labels in the proportions of the cohorts' sizes (largest remainders, earlier cohorts first), the rest never treated.
fn labels(sizes: &[(u32, usize)], k: usize, n: usize, never: u32) -> Vec<u32> {
    let total: usize = sizes.iter().map(|(_, n)| n).sum();
    let mut shares: Vec<(u32, usize, usize)> = sizes.iter().map(|&(c, n)| (c, k * n / total, k * n % total)).collect();
    let left = k - shares.iter().map(|s| s.1).sum::<usize>();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|&i| (std::cmp::Reverse(shares[i].2), shares[i].0));
    by_remainder.into_iter().take(left).for_each(|i| shares[i].1 += 1);
    let mut out: Vec<u32> = shares.iter().flat_map(|&(c, n, _)| std::iter::repeat_n(c, n)).collect();
    out.resize(n, never);
    out
}

fn unknown(why: &str) -> Fault {
    Fault::new(
        "DIAG-025",
        "nothing can be pretended",
        why.to_string(),
        "a placebo needs a time, an outcome or clusters in which there was no treatment",
        "use data with more periods before treatment, or more untreated clusters, or name an outcome that the treatment cannot move",
    )
}

#[cfg(test)]
mod tests {
    use super::labels;

    #[test]
    fn cohorts_keep_their_proportions() {
        assert_eq!(labels(&[(0, 2), (1, 1)], 3, 6, 2), [0, 0, 1, 2, 2, 2]);
        assert_eq!(labels(&[(0, 3), (1, 3)], 3, 6, 2), [0, 0, 1, 2, 2, 2]);
        assert_eq!(labels(&[(4, 9)], 2, 5, 7), [4, 4, 7, 7, 7]);
    }
}
