//! How alike the groups were before treatment, by the rule of the What Works Clearinghouse.

use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::groups::{Groups, p_of_clusters};
use crate::diagnose::subject::Subject;
use crate::estimate::{Card, OptionSpec, Options, Values};
use crate::evidence::effect::{Arm, Proportions, Sizes, hedges_g, pooled_sd};
use crate::evidence::standard::{Baseline, Equivalence, Key, Standards, Wwc, robustness, weakest};
use crate::num::{Centre, settled, sorted};
use crate::panel::{Kind, Panel};

/// A measure in both groups before treatment.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Its name and difference in SD (Hedges' g, or the Cox index of a yes/no measure), and whether it was adjusted for.
    pub baseline: Baseline,
    /// Whether it takes only the values 0 and 1.
    pub binary: bool,
    /// The treated.
    pub treated: Centre,
    /// The others.
    pub comparison: Centre,
    /// What the rule says.
    pub equivalence: Equivalence,
    /// Whether it says so by each SD, with and without the small-sample factor; `None` where a difference cannot be computed.
    pub stable: Option<bool>,
    /// p-value of no difference, clusters heeded: for information, no rule asks for it.
    pub p_value: Option<f64>,
}

/// The groups before treatment.
#[derive(Debug, Clone, PartialEq)]
pub struct Balanced {
    /// Who is compared when.
    pub words: String,
    /// The outcome before, then the covariates.
    pub measures: Vec<Measured>,
    /// Of the measure that decides: its place among them.
    pub worst: Option<usize>,
    /// Correlation of the outcome before and after within groups; `None` where nobody is seen twice.
    pub correlation: Option<f64>,
    /// Units seen then and later, and units of the sample in the two groups.
    pub seen: (usize, usize),
    /// The two differences that divide the verdicts, in SD, and the correlation from which on changes count as adjusted.
    pub limits: [f64; 3],
    /// The standard.
    pub standard: String,
}

impl Balanced {
    /// The verdict: by the measure that decides, and no better than a caution where it depends on how one standardises.
    pub fn verdict(&self) -> Verdict {
        let Some(worst) = self.worst.map(|i| &self.measures[i]) else { return Verdict::CannotTell };
        match worst.equivalence {
            Equivalence::NotSatisfied => Verdict::Fail,
            Equivalence::NotAdjusted | Equivalence::Unknown => Verdict::Caution,
            _ if self.measures.iter().any(|m| m.stable == Some(false)) => Verdict::Caution,
            _ => Verdict::Ok,
        }
    }
}

/// The check.
pub static BALANCE: Check = Check {
    card: Card {
        id: "balance",
        title: "baseline equivalence of the analytic sample (What Works Clearinghouse)",
        estimand: "how far apart the treated and comparison units analysed (seen in the last period before the first start, and after it) were then, in standard deviations, for the outcome and each covariate, and whether that is adjusted for",
        assumptions: "none: it describes the units analysed, without weights",
        when: "always; where assignment was not random, or many left, it decides what the comparison is worth",
        needs: "a period before the first start, and two groups",
        contrast: "A difference in levels is not a difference in trends: pretrends asks for that. Differences in SD decide, not their p-values.",
        options: &[OptionSpec {
            key: "wwc",
            values: Values::OneOf(&["5.0", "4.1", "4.0"]),
            meaning: "version of the handbook; 4.0 multiplies the Cox index by the small-sample factor",
            positional: false,
        }],
        source: "WWC Standards and Procedures 4.1 and 5.0; Hedges (1981); robustness to the SD as baselinr::wwc_robustness; a change counts as adjusted for the outcome before from a correlation of 0.6 on (WWC 4.x, not checked against its source)",
        reference_call: "baselinr::baseline_equivalence(data, treatment, covariates)",
        version: 1,
    },
    look: Look::Estimate(look),
};

fn look(subject: &Subject<'_>, options: &Options) -> Result<Finding, Fault> {
    let panel = subject.panel;
    let groups = Groups::of(panel)?;
    let standards = Standards::new(match options.get("wwc") {
        "4.1" => Wwc::V4_1,
        "4.0" => Wwc::V4_0,
        _ => Wwc::V5_0,
    });
    let correlation = correlation(panel, &groups);
    let estimated = subject.estimated;
    let unused = estimated.is_some_and(|e| e.fit.warnings.iter().any(|w| w.code == "covariates-not-used"));
    let on_pretest = estimated.is_some_and(|e| e.chosen.estimator.card().id == "ancova");
    let gains = standards.number(Key::GainAdjustment);
    let adjusted_outcome = if on_pretest { Some(true) } else { correlation.map(|r| r >= gains) };
    let columns = std::iter::once((panel.outcome_name.as_str(), panel.outcome.as_slice(), adjusted_outcome))
        .chain(panel.covariates.iter().map(|c| (c.name.as_str(), c.values.as_slice(), Some(!unused))));
    let analysed = Analysed::of(panel, &groups);
    let clusters = panel.n_clusters();
    let measures: Vec<Measured> =
        columns.map(|(name, values, adjusted)| measured(&analysed, clusters, (name, values), adjusted, &standards)).collect();
    let baselines: Vec<Baseline> = measures.iter().map(|m| m.baseline.clone()).collect();
    let worst = weakest(&baselines, &standards).and_then(|(b, _)| baselines.iter().position(|own| own == b));
    let in_groups = (0..panel.n_units()).filter(|&u| groups.side(panel, panel.rows_of(u).start).is_some()).count();
    let seen = measures[0].treated.n + measures[0].comparison.n;
    if measures[0].treated.n == 0 || measures[0].comparison.n == 0 {
        return Err(Fault::new(
            "DIAG-021",
            "there are no two groups to look at before treatment",
            groups.words(panel),
            "one of the groups was not seen then",
            "include earlier periods and units that are not treated",
        ));
    }
    Ok(Finding::Balance(Balanced {
        words: groups.words(panel),
        measures,
        worst,
        correlation,
        seen: (seen, if panel.kind == Kind::Panel { in_groups } else { seen }),
        limits: [standards.number(Key::EquivalenceSatisfied), standards.number(Key::EquivalenceLimit), gains],
        standard: standards.label(),
    }))
}

fn measured(
    analysed: &Analysed,
    clusters: usize,
    (name, values): (&str, &[f64]),
    adjusted: Option<bool>,
    standards: &Standards,
) -> Measured {
    let (treated, comparison) = (analysed.centre(0, values), analysed.centre(1, values));
    let binary = values.iter().all(|v| *v == 0.0 || *v == 1.0);
    let sizes = Sizes::new(treated.n as u64, comparison.n as u64);
    let arms = arm(&treated).zip(arm(&comparison));
    let (difference, stable) = if binary {
        let cox = |version: Wwc| {
            let reached = |c: &Centre| c.mean.map(|m| libm::round(m * c.n as f64) as u64);
            let reached = Sizes::new(reached(&treated)?, reached(&comparison)?);
            Proportions { of: sizes, reached }.cox_index(version)
        };
        let verdict = |version: Wwc| judged(cox(version), adjusted, standards);
        let stable = cox(standards.wwc).map(|_| verdict(Wwc::V4_0) == verdict(Wwc::V5_0));
        (cox(standards.wwc), stable)
    } else {
        let g = arms.and_then(|(i, c)| hedges_g(i.mean - c.mean, pooled_sd(&i, &c)?, sizes));
        (g, arms.and_then(|(i, c)| robustness(&i, &c, adjusted, standards)).map(|r| r.stable))
    };
    let p_value = treated.mean.zip(comparison.mean).and_then(|(i, c)| p_of_clusters(i - c, &analysed.influence(clusters, values, [i, c])));
    // In standard deviations: what is next to none of one is rounding.
    let difference = difference.map(|d| settled(d, 1.0));
    let baseline = Baseline { measure: name.into(), difference, adjusted };
    let equivalence = baseline.equivalence(standards);
    Measured { baseline, binary, treated, comparison, equivalence, stable, p_value }
}

fn judged(difference: Option<f64>, adjusted: Option<bool>, standards: &Standards) -> Equivalence {
    Baseline { measure: String::new(), difference, adjusted }.equivalence(standards)
}

fn arm(of: &Centre) -> Option<Arm> {
    Some(Arm { n: of.n as u64, mean: of.mean?, sd: of.sd? })
}

/// The units analysed, as their rows in the last period before the first start: those that are seen after it, too, where units are followed.
struct Analysed {
    /// Row and cluster: treated, comparison.
    rows: [Vec<(usize, usize)>; 2],
}

impl Analysed {
    fn of(panel: &Panel, groups: &Groups) -> Analysed {
        let mut rows = [Vec::new(), Vec::new()];
        let period = |r: usize| panel.cells.period_ix(panel.cell[r]);
        for g in 0..panel.n_clusters() {
            for u in panel.units_of(g) {
                let Some(treated) = groups.side(panel, panel.rows_of(u).start) else { continue };
                let then = panel.rows_of(u).find(|&r| period(r) == groups.before);
                let after = panel.kind == Kind::CrossSections || panel.rows_of(u).any(|r| period(r) > groups.before);
                if let Some(r) = then.filter(|_| after) {
                    rows[usize::from(!treated)].push((r, g));
                }
            }
        }
        Analysed { rows }
    }

    fn centre(&self, group: usize, values: &[f64]) -> Centre {
        Centre::of(self.rows[group].iter().map(|&(r, _)| values[r]))
    }

    /// Each cluster's influence on the difference of the groups' means.
    fn influence(&self, clusters: usize, values: &[f64], means: [f64; 2]) -> Vec<f64> {
        let mut terms = vec![Vec::new(); clusters];
        for (k, sign) in [(0, 1.0), (1, -1.0)] {
            let n = self.rows[k].len() as f64;
            self.rows[k].iter().for_each(|&(r, g)| terms[g].push(sign * (values[r] - means[k]) / n));
        }
        terms.into_iter().map(|of_cluster| sorted(of_cluster).iter().sum()).collect()
    }
}

/// Correlation of the outcome in the period before the first start and the next one, within groups: the weighted mean of both.
pub(super) fn correlation(panel: &Panel, groups: &Groups) -> Option<f64> {
    if panel.kind != Kind::Panel || groups.before + 1 >= panel.cells.periods.len() {
        return None;
    }
    pooled_correlation(panel, groups, (groups.before, groups.before + 1))
}

/// Correlation of the outcome in two periods within groups, weighted by the units seen in both.
pub(super) fn pooled_correlation(panel: &Panel, groups: &Groups, (first, second): (usize, usize)) -> Option<f64> {
    let at = |u: usize, period: usize| panel.rows_of(u).find(|&r| panel.cells.period_ix(panel.cell[r]) == period);
    let pairs = |treated: bool| -> Vec<(f64, f64)> {
        let units = (0..panel.n_units()).filter(|&u| groups.side(panel, panel.rows_of(u).start) == Some(treated));
        units.filter_map(|u| Some((panel.outcome[at(u, first)?], panel.outcome[at(u, second)?]))).collect()
    };
    let of: Vec<(f64, f64)> = [true, false]
        .into_iter()
        .map(pairs)
        .filter_map(|pairs| Centre::correlation(pairs.iter().copied()).map(|r| (r, pairs.len() as f64)))
        .collect();
    let weight: f64 = of.iter().map(|(_, n)| n).sum();
    (weight > 0.0).then(|| of.iter().map(|(r, n)| r * n).sum::<f64>() / weight)
}
