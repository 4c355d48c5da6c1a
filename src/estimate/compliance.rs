//! The effect on those who really used profiles: intention to treat over the difference in take-up.
//!
//! Two regressions on the same terms, one of the outcome (ITT: δ) and one of take-up (first stage: π), with assignment × after
//! as the instrument: θ = δ/π is two-stage least squares with one instrument (Wald 1940; Imbens and Angrist 1994; for
//! difference-in-differences de Chaisemartin and D'Haultfoeuille 2018). A cluster's influence is (ψ_δ − θψ_π)/π.

use super::arithmetic::{self, About, Arithmetic, Solved};
use super::fit::{Body, Fit, LinearFit, NotIdentified};
use super::linear::{self, Column, Term, Wanted};
use super::target::Target;
use super::twfe::absorb_for;
use super::{Asks, Card, Estimator, Options, Role, Sample};
use crate::cohort::{Fault, Faults, Warning};
use crate::num::{Matrix, dot};
use crate::panel::{Absorb, Executor, Moments, Panel};
use std::sync::Arc;

/// Instrumental variables with assignment as the instrument.
pub struct Compliance;

static CARD: Card = Card {
    id: "compliance",
    title: "effect on those who took part (instrumental variables)",
    estimand: "the average effect of really using profiles, on those who use them because their group was assigned (LATE); beside it the intention-to-treat effect and the difference in take-up",
    assumptions: "assignment acts on outcomes only through use; nobody uses profiles less because assigned; parallel trends of outcome and take-up; with several start dates effects that do not differ between cohorts",
    when: "not everyone who was assigned used profiles, or some used them without",
    needs: "a column that says who used profiles in which row (--take-up)",
    contrast: "It divides by the difference in take-up: the effect on users, not on all that were assigned.",
    options: &[],
    source: "Imbens and Angrist (1994), Econometrica 62; Anderson and Rubin (1949) for the interval; Lee, McCrary, Moreira and Porter (2022) on weak take-up",
    reference_call: "fixest::feols(y ~ x | unit + period | take_up ~ assigned, cluster = ~g) (cluster:cr0); ivreg2 with Anderson-Rubin",
    version: 2,
};

impl Estimator for Compliance {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn is_two_way(&self) -> bool {
        true
    }

    fn asks(&self, _: &Fit, _: &Panel, _: &Options) -> Asks {
        Asks::Compliers
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::TakeUp
    }

    fn fit(&self, sample: &Sample<'_>, _: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let Some(take_up) = &panel.extras.take_up else {
            return Err(Fault::new(
                "EST-055",
                "compliance needs to know who took part",
                "roles",
                "the effect on users is the effect of assignment over the difference in use",
                "name the column:  --take-up used  (take_up = \"used\" under [roles])",
            )
            .into());
        };
        if let Some(r) = take_up.values.iter().position(|v| !(0.0..=1.0).contains(v)) {
            return Err(Fault::new(
                "EST-056",
                "take-up lies outside 0 to 1",
                format!("column {}, a value {}", take_up.name, take_up.values[r]),
                "it says who used profiles: 0 no, 1 yes, or a share",
                "code it so; for hours or fidelity use dose-response",
            )
            .into());
        }
        let assigned = |r: usize| f64::from(u8::from(panel.cells.is_treated(panel.cell[r])));
        if (0..panel.n_rows()).all(|r| take_up.values[r] == assigned(r)) {
            return Err(Fault::new(
                "EST-057",
                "take-up is the same as assignment",
                format!("column {}", take_up.name),
                "everyone assigned used profiles and nobody else: the effect on users is the effect of assignment",
                "use did or callaway-santanna",
            )
            .into());
        }
        let absorb = absorb_for(panel.kind);
        let of = |panel: &Panel| regression(panel, absorb, sample.executor);
        let outcome = of(panel)?;
        let used = of(&panel.with_outcome(take_up.values.to_vec()))?;
        let ratio = Ratio::new(outcome, used);
        let information = ratio.information();
        let Ratio { dropped_terms, warnings, .. } = &ratio;
        let (dropped_terms, warnings) = (dropped_terms.clone(), warnings.clone());
        let treated: Vec<f64> = (0..panel.cells.len() as u32).map(|c| f64::from(u8::from(panel.cells.is_treated(c)))).collect();
        let targets = vec![
            Target { label: "effect on those who took part".into(), ..Target::overall() },
            Target::coefficient("intention to treat"),
            Target::coefficient("difference in take-up"),
        ];
        let about = About { cell_weights: vec![treated; targets.len()], targets, dropped_terms, warnings };
        let mut fit = arithmetic::fit(panel, Box::new(ratio), about, sample.executor);
        if let Body::Influence(body) = &mut fit.body {
            body.ratio = Some([1, 2]);
            if let Some(shares) = information {
                body.information = Matrix::from_fn(shares.len(), 3, |g, _| shares[g]);
            }
        }
        if panel.cells.treated_cohorts().count() > 1 {
            fit.warnings.push(Warning::new(
                "staggered-twfe",
                "treatment starts at several times: both parts then also compare newly with already assigned units; where effects differ or grow, the ratio is biased",
            ));
        }
        fit.warnings.extend(weak(&fit));
        Ok(fit)
    }
}

/// Says when the difference in take-up is too uncertain to divide by.
fn weak(fit: &Fit) -> Option<Warning> {
    let first_stage = *fit.estimates[2].as_ref().ok()?;
    let variance: f64 = fit.influence(2)?.iter().map(|x| x * x).sum();
    let g = fit.n_clusters() as f64;
    let f = first_stage * first_stage / (variance * g / (g - 1.0));
    (f < 104.7).then(|| {
        let how = if f < 10.0 { "weak" } else { "not strong" };
        Warning::new(
            "weak-instrument",
            format!(
                "the difference in take-up is {how} (F = {f:.1} by clusters; below 10 the estimate leans towards the naive comparison, and an ordinary 5 % test needs 104.7 to hold its promise): read the interval by anderson-rubin"
            ),
        )
    })
}

fn regression(panel: &Panel, absorb: Absorb, executor: &dyn Executor) -> Result<Fit, Faults> {
    let moments = Arc::new(Moments::accumulate(panel, absorb, &|_| true, executor));
    let mut terms = linear::time_and_group(panel, absorb);
    let wanted = vec![Wanted { target: Target::overall(), weights: vec![(terms.len(), 1.0)] }];
    let treated = (0..panel.cells.len() as u32).map(|c| f64::from(u8::from(panel.cells.is_treated(c)))).collect();
    terms.push(Term { name: "treated".into(), column: Column::Cells(treated), tell: true, is_period: false });
    linear::covariates(panel, &mut terms, &mut Vec::new());
    let nested = if absorb == Absorb::Unit { moments.n_units } else { 0 };
    linear::fit(panel, &moments, terms, wanted, nested, executor)
}

/// The difference in take-up, a share, up to which it is rounding.
const NO_DIFFERENCE: f64 = 1e-10;

/// The two regressions.
struct Ratio {
    outcome: LinearFit,
    used: LinearFit,
    dropped_terms: Vec<String>,
    warnings: Vec<Warning>,
}

impl Ratio {
    fn new(outcome: Fit, used: Fit) -> Ratio {
        let (dropped_terms, warnings) = (outcome.dropped_terms.clone(), outcome.warnings.clone());
        let body = |fit: Fit| match fit.body {
            Body::Linear(linear) => linear,
            Body::Influence(_) => unreachable!("a regression"),
        };
        Ratio { outcome: body(outcome), used: body(used), dropped_terms, warnings }
    }
}

impl Ratio {
    /// What each cluster says on assignment: h'S_g h / h'Sh with h = S⁻¹c.
    fn information(&self) -> Option<Vec<f64>> {
        let h = self.outcome.inverse.apply(self.outcome.contrasts[0].as_ref()?);
        let own: Vec<f64> = self.outcome.clusters.iter().map(|c| c.s.quadratic(&h)).collect();
        let total: f64 = own.iter().sum();
        (total > 0.0).then(|| own.into_iter().map(|v| v / total).collect())
    }
}

/// The coefficient under cluster weights, and each cluster's influence on it.
fn coefficient(linear: &LinearFit, counts: &[f64]) -> Option<(f64, Vec<f64>)> {
    let contrast = linear.contrasts[0].as_ref()?;
    let (beta, cholesky) = linear.under(counts)?;
    let h = cholesky.solve(contrast);
    let score = |(g, c): (usize, &super::LinearCluster)| {
        if counts[g] == 0.0 { 0.0 } else { dot(&h, &c.b) - dot(&h, &c.s.apply(&beta)) }
    };
    Some((dot(contrast, &beta), linear.clusters.iter().enumerate().map(score).collect()))
}

impl Arithmetic for Ratio {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        let lost = || NotIdentified("assignment is collinear with the other terms".into());
        let none = || NotIdentified("assignment makes no difference to take-up".into());
        let itt = coefficient(&self.outcome, counts);
        let first = coefficient(&self.used, counts);
        let late = match (&itt, &first) {
            (Some((delta, _)), Some((pi, _))) if pi.abs() > NO_DIFFERENCE => Ok(delta / pi),
            (Some(_), Some(_)) => Err(none()),
            _ => Err(lost()),
        };
        let table = influence.then(|| {
            Matrix::from_fn(counts.len(), 3, |g, t| match (t, &itt, &first, &late) {
                (0, Some((_, a)), Some((pi, b)), Ok(theta)) => (a[g] - theta * b[g]) / pi,
                (1, Some((_, a)), ..) => a[g],
                (2, _, Some((pi, b)), _) if pi.abs() > NO_DIFFERENCE => b[g],
                _ => 0.0,
            })
        });
        let value = |part: &Option<(f64, Vec<f64>)>| part.as_ref().map(|(v, _)| *v).ok_or_else(lost);
        // What rounding leaves of no difference has no standard error either.
        let difference = value(&first).and_then(|pi| if pi.abs() > NO_DIFFERENCE { Ok(pi) } else { Err(none()) });
        Solved { estimates: vec![late, value(&itt), difference], influence: table }
    }

    fn on(&self, _: Panel) -> Option<Box<dyn Arithmetic>> {
        None
    }

    fn price(&self) -> f64 {
        2.0 * (self.outcome.clusters.len() * self.outcome.beta.len() * self.outcome.beta.len()) as f64
    }
}
