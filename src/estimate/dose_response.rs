//! Dose-response: the effect by how much of the treatment units had.
//!
//! With Δ the change of a unit's outcome, d its dose and B_j a B-spline basis on the doses of the treated,
//! Δ = α + Σ_j θ_j B_j(d)·treated + x'γ + ε: α is the change of comparison units, ATT(d) = Σ_j θ_j B_j(d),
//! ACRT(d) = Σ_j θ_j B_j'(d), and its mean is over the doses of the treated, taken as given. Repeated cross-sections: the same
//! with levels of the basis before, and its changes after. The overall effect is that of a second regression beside the first, with
//! one level for the treated in place of the curve, on the same rows once more: its standard error then does not depend on the
//! curve, and without covariates it is that of `did`.

use super::did::{keep_second, nobody_on_both_sides, only_start};
use super::fit::{Body, Fit};
use super::linear::{self, Column, Term, Wanted};
use super::spline::Spline;
use super::target::{DosePlace, Target};
use super::{Card, Estimator, OptionSpec, Options, Role, Sample, Values};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::num::{dot, quantile_type7, sorted};
use crate::panel::{Absorb, Extra, Extras, Kind, Moments, Panel};
use std::sync::Arc;

/// Difference-in-differences with a dose.
pub struct DoseResponse;

static CARD: Card = Card {
    id: "dose-response",
    title: "dose-response (difference-in-differences with a continuous treatment)",
    estimand: "the average effect at a dose on those who had that dose, ATT(d); its mean over the treated (overall); and how the effect changes with the dose, ACRT(d)",
    assumptions: "ATT(d): those with dose d would have changed as comparison units did. ACRT(d), and any comparison of doses, needs much more: that those with another dose would have had the same effect at this dose (strong parallel trends). Doses are chosen, not assigned: who used more may be who gains more",
    when: "fidelity of implementation or time on the platform was measured",
    needs: "one start; a dose of each treated unit (--dose); comparison units without one",
    contrast: "It averages over the same treated units; by dose it compares units that chose different doses.",
    options: &[
        OptionSpec {
            key: "method",
            values: Values::OneOf(&["spline", "bins"]),
            meaning: "spline: a smooth curve over the dose; bins: a level for each of several equally large groups of doses",
            positional: false,
        },
        OptionSpec {
            key: "degree",
            values: Values::Whole { default: 3, low: 1, high: 5 },
            meaning: "with method=spline: the degree of its pieces; 1 with no knots is a straight line",
            positional: false,
        },
        OptionSpec {
            key: "knots",
            values: Values::Whole { default: 0, low: 0, high: 20 },
            meaning: "with method=spline: how many inner knots, at quantiles of the treated units' doses",
            positional: false,
        },
        OptionSpec {
            key: "bins",
            values: Values::Whole { default: 4, low: 2, high: 20 },
            meaning: "with method=bins: how many groups of doses",
            positional: false,
        },
    ],
    source: "Callaway, Goodman-Bacon and Sant'Anna (2024), Difference-in-differences with a continuous treatment, NBER working paper 32117, theorems 3.1 and 3.2, section 4",
    reference_call: "lm(change ~ splines::bs(dose, degree, knots, intercept = TRUE):treated), cluster-robust by clubSandwich; contdid::cont_did(treatment_type = \"continuous\")",
    version: 1,
};

impl Estimator for DoseResponse {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::Dose
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let bins = options.get("method") == "bins";
        for (key, idle) in [("degree", bins), ("knots", bins), ("bins", !bins)] {
            if options.was_given(key) && idle {
                return Err(Fault::new(
                    "EST-006",
                    format!("{key}= does nothing here"),
                    "options of dose-response",
                    "an option that does nothing would be taken for one that does",
                    format!("leave it out, or set method={}", if bins { "spline" } else { "bins" }),
                )
                .into());
            }
        }
        let start = only_start(sample.panel, CARD.id)?;
        let (dosed, mut warnings) = dosed(sample.panel)?;
        let collapsed = match dosed.kind {
            Kind::Panel => dosed.differences(start),
            Kind::CrossSections => dosed.before_and_after(start).canonical(),
        };
        if collapsed.n_rows() == 0 || collapsed.n_treated_units() == 0 || collapsed.n_treated_units() == collapsed.n_units() {
            return Err(nobody_on_both_sides(&dosed));
        }
        keep_second(&dosed, &collapsed)?;
        warnings.extend(collapsed.warnings.iter().filter(|w| !sample.panel.warnings.contains(w)).cloned());
        let curve = Curve::new(&collapsed, options)?;
        let mut fit = curve.fit(&collapsed, dosed.kind, sample)?;
        if dosed.kind == Kind::Panel {
            fit.n_rows = collapsed.ledger.n_used();
        }
        fit.rows_by_label = true;
        warnings.push(Warning::new(
            "dose-is-chosen",
            "the dose was chosen, not assigned: each effect holds for those who had that dose, and a difference between doses may be one between those who chose them",
        ));
        fit.warnings.splice(0..0, warnings);
        Ok(fit)
    }
}

/// The panel with one dose for each unit; treated units without one leave.
fn dosed(panel: &Panel) -> Result<(Panel, Vec<Warning>), Faults> {
    let Some(dose) = &panel.extras.dose else {
        return Err(Fault::new(
            "EST-058",
            "dose-response needs a dose",
            "roles",
            "the effect is told by how much of the treatment a unit had",
            "name the column:  --dose fidelity  (dose = \"fidelity\" under [roles])",
        )
        .into());
    };
    let mut values = dose.values.to_vec();
    let (mut varying, mut other_before) = (0, 0);
    for u in 0..panel.n_units() {
        let rows = panel.rows_of(u);
        let treated = panel.cells.is_ever_treated(panel.cohort_of(u));
        if let Some(r) = rows.clone().find(|&r| values[r] < 0.0 || !treated && values[r] != 0.0) {
            let what = if treated { "a dose is negative" } else { "a dose outside the treated" };
            return Err(Fault::new(
                "EST-059",
                what,
                format!("column {}, a unit of the {} arm", dose.name, if treated { "treated" } else { "comparison" }),
                format!("comparison units show what happens without any dose; here one has {}", values[r]),
                "correct the doses, or the arm, or leave such units out (--where)",
            )
            .into());
        }
        if treated && panel.kind == Kind::Panel {
            let on: Vec<f64> = rows.clone().filter(|&r| panel.cells.is_treated(panel.cell[r])).map(|r| values[r]).collect();
            if !on.is_empty() {
                let mean = on.iter().sum::<f64>() / on.len() as f64;
                varying += usize::from(on.iter().any(|d| *d != on[0]));
                // Before the start a dose is none, or the one to come.
                let before = |r: &usize| !panel.cells.is_treated(panel.cell[*r]) && values[*r] != 0.0;
                other_before += usize::from(rows.clone().filter(before).any(|r| !on.contains(&values[r])));
                values[rows].fill(if on.iter().all(|d| *d == on[0]) { on[0] } else { mean });
            }
        }
    }
    let mut warnings = Vec::new();
    if varying > 0 {
        warnings.push(Warning::new(
            "dose-varies",
            format!("{varying} units have doses that vary over time; their mean over the treated periods is used"),
        ));
    }
    if other_before > 0 {
        warnings.push(Warning::new(
            "dose-before-differs",
            format!("{other_before} treated units have another dose before the start than after it; the one after is used, and that before, which is not 0, is not"),
        ));
    }
    let extras = Extras { dose: Some(Extra { values: Arc::new(values), ..dose.clone() }), ..panel.extras.clone() };
    let panel = Panel { extras, ..panel.clone() };
    let none = |r: usize| {
        panel.cells.is_ever_treated(panel.cells.cohort_ix(panel.cell[r])) && panel.extras.dose.as_ref().is_some_and(|d| d.values[r] == 0.0)
    };
    let out = panel.keeping(|r| !none(r), Reason::NoDose);
    let left = panel.n_units() - out.n_units();
    if left > 0 {
        warnings.push(Warning::new(
            "no-dose",
            format!("{left} treated units have no dose and are left out: the effect is on those who had one"),
        ));
    }
    Ok((out, warnings))
}

/// The curve over the dose, and where it is shown.
struct Curve {
    spline: Spline,
    smooth: bool,
    /// Doses at which effects are shown, with the share of treated units that have less.
    shown: Vec<(f64, u8)>,
}

impl Curve {
    fn new(panel: &Panel, options: &Options) -> Result<Curve, Faults> {
        let dose = panel.extras.dose.as_ref().expect("carried along");
        let treated = |r: &usize| panel.cells.is_ever_treated(panel.cells.cohort_ix(panel.cell[*r]));
        let doses = sorted((0..panel.n_rows()).filter(treated).map(|r| dose.values[r]).collect());
        let (low, high) = (doses[0], doses[doses.len() - 1]);
        if low == high {
            return Err(Fault::new(
                "EST-059",
                "all treated units had the same dose",
                format!("column {}: {low}", dose.name),
                "nothing can be said about other doses",
                "use did",
            )
            .into());
        }
        let smooth = options.get("method") == "spline";
        let (degree, pieces) = if smooth {
            (options.whole("degree") as usize, options.whole("knots") as usize + 1)
        } else {
            (0, options.whole("bins") as usize)
        };
        let mut inner: Vec<f64> =
            (1..pieces).map(|i| quantile_type7(&doses, i as f64 / pieces as f64)).filter(|k| *k > low && *k < high).collect();
        inner.dedup();
        let shown = [25, 50, 75].map(|p: u8| (quantile_type7(&doses, f64::from(p) / 100.0), p));
        Ok(Curve { spline: Spline::new(degree, low, high, &inner), smooth, shown: shown.to_vec() })
    }

    fn fit(&self, panel: &Panel, kind: Kind, sample: &Sample<'_>) -> Result<Fit, Faults> {
        let dose = panel.extras.dose.as_ref().expect("carried along");
        let q = self.spline.len();
        let n_periods = panel.cells.periods.len();
        let treated = |r: usize| panel.cells.is_ever_treated(panel.cells.cohort_ix(panel.cell[r]));
        let after = |r: usize| panel.cells.period_ix(panel.cell[r]) + 1 == n_periods;
        let basis: Vec<Option<Vec<f64>>> = (0..panel.n_rows()).map(|r| treated(r).then(|| self.spline.values(dose.values[r]))).collect();
        let curve = |j: usize, test: &dyn Fn(usize) -> bool| -> Vec<f64> {
            basis.iter().enumerate().map(|(r, b)| b.as_ref().filter(|_| test(r)).map_or(0.0, |b| b[j])).collect()
        };
        // Columns: of the second regression the curve, then each covariate for one regression and the other.
        let mut columns: Vec<(String, [Vec<f64>; 2])> = Vec::new();
        let none = || vec![0.0; panel.n_rows()];
        if kind == Kind::CrossSections {
            columns.extend((0..q).map(|j| (format!("dose curve {j} before"), [none(), curve(j, &|_| true)])));
        }
        let from = columns.len();
        columns.extend((0..q).map(|j| (format!("dose curve {j}"), [none(), curve(j, &after)])));
        let own = columns.len();
        for c in &panel.covariates {
            columns.push((format!("{} beside the mean effect", c.name), [c.values.to_vec(), none()]));
            columns.push((c.name.clone(), [none(), c.values.to_vec()]));
        }
        let out = panel.twice(columns);
        let cells = |test: &dyn Fn(usize, u32) -> bool, name: String| Term {
            name,
            column: Column::Cells(
                (0..out.cells.len() as u32).map(|c| f64::from(u8::from(test(out.cells.period_ix(c) / n_periods, c)))).collect(),
            ),
            tell: false,
            is_period: false,
        };
        let late = |c: u32| (out.cells.period_ix(c) + 1).is_multiple_of(n_periods);
        let ever = |c: u32| out.cells.is_ever_treated(out.cells.cohort_ix(c));
        let mut terms = Vec::new();
        for regression in 0..2 {
            terms.push(cells(&|copy, _| copy == regression, format!("(Intercept) {regression}")));
            if kind == Kind::CrossSections {
                terms.push(cells(&|copy, c| copy == regression && late(c), format!("post {regression}")));
            }
        }
        if kind == Kind::CrossSections {
            terms.push(cells(&|copy, c| copy == 0 && ever(c), "arm".into()));
        }
        let mean_effect = terms.len();
        terms.push(cells(&|copy, c| copy == 0 && ever(c) && late(c), "treated".into()));
        let base = terms.len();
        terms.extend((0..out.covariates.len()).map(|i| Term {
            name: out.covariates[i].name.clone(),
            column: Column::Covariate(i),
            tell: i < own || (i - own) % 2 == 1,
            is_period: false,
        }));
        let at = |weights: Vec<f64>| -> Vec<(usize, f64)> {
            weights.into_iter().enumerate().filter(|(_, w)| *w != 0.0).map(|(j, w)| (base + from + j, w)).collect()
        };
        let mut wanted = vec![Wanted { target: Target::overall(), weights: vec![(mean_effect, 1.0)] }];
        for &(d, p) in &self.shown {
            let label = format!("effect at dose {} ({p} % of the treated have less)", short(d));
            wanted.push(Wanted { target: Target::dose(&label, DosePlace::new(d, p)), weights: at(self.spline.values(d)) });
        }
        let mean_slope = wanted.len();
        // Slopes at the doses of treated rows after, and the rows' weights.
        let on: Vec<usize> = (0..panel.n_rows()).filter(|&r| treated(r) && after(r)).collect();
        let slopes: Vec<Vec<f64>> = if self.smooth { on.iter().map(|&r| self.spline.slopes(dose.values[r])).collect() } else { Vec::new() };
        let total: f64 = on.iter().map(|&r| panel.weight_of(r)).sum();
        if self.smooth {
            let mean = |j: usize| on.iter().zip(&slopes).map(|(&r, s)| panel.weight_of(r) * s[j]).sum::<f64>() / total;
            let label = "mean slope: effect of one unit of dose more (needs strong parallel trends)";
            wanted.push(Wanted { target: Target::dose_slope(label, None), weights: at((0..q).map(mean).collect()) });
            for &(d, p) in &self.shown {
                let label = format!("slope at dose {} (needs strong parallel trends)", short(d));
                wanted.push(Wanted { target: Target::dose_slope(&label, Some(DosePlace::new(d, p))), weights: at(self.spline.slopes(d)) });
            }
        }
        for (i, covariate) in panel.covariates.iter().enumerate() {
            wanted.push(Wanted { target: Target::coefficient(&covariate.name), weights: vec![(base + own + 2 * i + 1, 1.0)] });
        }
        let moments = Arc::new(Moments::accumulate(&out, Absorb::Nothing, &|_| true, sample.executor));
        let mut fit = linear::fit(&out, &moments, terms, wanted, 0, sample.executor)?;
        fit.n_rows = panel.n_rows();
        if let Body::Linear(body) = &mut fit.body {
            // Rows and terms of the regression on the curve; the other stands beside it.
            let beside = 2 + 2 * usize::from(kind == Kind::CrossSections);
            let beside = beside + body.terms.iter().filter(|t| t.ends_with(" beside the mean effect")).count();
            body.dof.n_rows = panel.n_rows();
            for k in [&mut body.dof.nested, &mut body.dof.slopes, &mut body.dof.full] {
                *k -= beside;
            }
        }
        if self.smooth {
            let coefficient = |j: usize| -> Option<f64> {
                let Body::Linear(body) = &fit.body else { return None };
                let name = format!("dose curve {j}");
                let unit = fit.outcome_unit / moments.scales[from + j].unit;
                body.terms.iter().position(|t| *t == name).map(|k| body.beta[k] * unit)
            };
            let theta: Option<Vec<f64>> = (0..q).map(coefficient).collect();
            let own = theta.map(|theta| -> Vec<(usize, f64)> {
                on.iter().zip(&slopes).map(|(&r, s)| (r, panel.weight_of(r) / total * dot(s, &theta))).collect()
            });
            fit.warnings.extend(own.and_then(|own| doses_as_given(&fit, mean_slope, panel, &own)));
        }
        Ok(fit)
    }
}

/// The mean slope's interval takes the treated units' doses as given. As a statement on others its influence has the clusters'
/// deviations of slopes from their mean as well; `shares` are rows of the panel with their parts of the mean slope.
fn doses_as_given(fit: &Fit, target: usize, panel: &Panel, shares: &[(usize, f64)]) -> Option<Warning> {
    let influence = fit.influence(target)?;
    let mean = *fit.estimates[target].as_ref().ok()?;
    let total: f64 = shares.iter().map(|&(r, _)| panel.weight_of(r)).sum();
    let mut of_row = vec![0.0; panel.n_rows()];
    shares.iter().for_each(|&(r, share)| of_row[r] = share - mean * panel.weight_of(r) / total);
    let (mut given, mut drawn) = (0.0, 0.0);
    for (cluster, psi) in fit.clusters.iter().zip(&influence) {
        let own: f64 = panel.units_of(cluster.panel_ix as usize).flat_map(|u| panel.rows_of(u)).map(|r| of_row[r]).sum();
        given += psi * psi;
        drawn += (psi + own) * (psi + own);
    }
    let wider = 100.0 * ((drawn / given).sqrt() - 1.0);
    (wider.is_finite() && wider >= 0.5).then(|| {
        Warning::new(
            "dose-as-given",
            format!(
                "the mean slope is that over the doses of this sample; as a statement on schools with other doses its standard error would be about {wider:.0} % larger"
            ),
        )
    })
}

/// A dose with four significant digits.
fn short(d: f64) -> String {
    let text = format!("{d:.3e}");
    text.parse::<f64>().map_or(text, |v| v.to_string())
}
