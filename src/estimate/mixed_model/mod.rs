//! Linear mixed model: random intercepts for clusters, the levels within them, and units; what education research calls a
//! hierarchical linear model.
//!
//! y = Xβ + Σ_l Z_l u_l + ε, u_l ~ N(0, σ_l² I), ε ~ N(0, σ² W⁻¹). Variances by REML (Patterson and Thompson 1971) or maximum
//! likelihood, β by generalized least squares at these variances (Bates, Mächler, Bolker and Walker 2015). Each cluster's
//! influence on an effect is c'(X'V⁻¹X)⁻¹X_g'V_g⁻¹(y_g − X_gβ), variances held; refits estimate the variances again.

mod jet;
mod likelihood;
mod nested;
mod terms;
mod uncertainty;

use self::likelihood::{Likelihood, Solution, score};
use self::nested::{Block, Starts};
use self::terms::{Fixed, Levels};
use self::uncertainty::Uncertainty;
use super::arithmetic::{self, About, Arithmetic, Solved};
use super::fit::{Fit, NotIdentified};
use super::linear::Column;
use super::model_fit::{Component, ModelFit};
use super::{Card, Estimator, OptionSpec, Options, Role, Sample, Target, Values};
use crate::cohort::{Fault, Faults, Warning};
use crate::num::{Cholesky, Matrix, RankRule, dot, power_of_two_above};
use crate::panel::{Executor, Kind, Panel, spread};

/// Random intercepts for classrooms, schools and students.
pub struct MixedModel;

static CARD: Card = Card {
    id: "mixed-model",
    title: "linear mixed model (hierarchical linear model, random intercepts)",
    estimand: "the coefficient of treatment with random intercepts for the cluster, the levels within it (--levels) and the unit; and how much of the outcome's variance lies at each level (intraclass correlations)",
    assumptions: "parallel trends, as for did, with fixed=cohort-period; with fixed=period or baseline the random intercepts must be unrelated to who is treated (random assignment); intercepts and residuals normal, residuals of one unit independent in time",
    when: "arms were assigned at random and the shares of variance between schools, classrooms and students are wanted beside the effect, or journals ask for a hierarchical linear model",
    needs: "a cluster or a unit with several rows",
    contrast: "It weighs rows by a model of how students, classrooms and schools vary; with fixed=period groups that differ at the start are not held equal but partly pooled, which is biased unless they were assigned at random.",
    options: &[
        OptionSpec {
            key: "fixed",
            values: Values::OneOf(&["cohort-period", "period", "baseline", "null"]),
            meaning: "cohort-period: a level for each cohort and period beside treatment (arm, post and arm:post where there are two of each); period: periods only, differences between cohorts are left to the random intercepts; baseline: the outcome after the start on the arm and, as covariate, the outcome before it; null: an intercept only, outcome after the start, for the unconditional shares of variance",
            positional: false,
        },
        OptionSpec {
            key: "criterion",
            values: Values::OneOf(&["reml", "ml"]),
            meaning: "reml: restricted maximum likelihood; ml: maximum likelihood, whose variances are too small in small samples",
            positional: false,
        },
    ],
    source: "Patterson and Thompson (1971); Raudenbush and Bryk (2002); Bates, Mächler, Bolker and Walker (2015); weights are precision weights, residual variance σ²/w, as lme4's",
    reference_call: "lme4::lmer(y ~ arm*post + (1 | school) + (1 | student), weights = w); lmerTest for Satterthwaite, pbkrtest for Kenward-Roger (model:kenward-roger)",
    version: 1,
};

impl Estimator for MixedModel {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::Levels
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let kind = options.get("fixed");
        let panel = rows(sample.panel, kind)?;
        let levels = Levels::of(&panel);
        check(&panel, &levels)?;
        let mut warnings: Vec<Warning> = panel.warnings.iter().filter(|w| !sample.panel.warnings.contains(w)).cloned().collect();
        if !levels.left_out.is_empty() {
            warnings.push(Warning::new(
                "level-left-out",
                format!(
                    "no random intercept for {}: each of its groups is a single row, or all that a coarser level's group holds",
                    levels.left_out.join(", ")
                ),
            ));
        }
        let restricted = options.get("criterion") == "reml";
        let (model, about) = Model::new(&panel, terms::fixed(&panel, kind), &levels, restricted, sample.executor, warnings);
        let rows_used = panel.ledger.n_used();
        let counts = vec![1.0; panel.n_clusters()];
        let own = model.solution.clone();
        let told = own.as_ref().filter(|s| !s.exact).and_then(|s| {
            let look = model.likelihood.look(&counts, &s.ratios, sample.executor)?;
            let unit2 = model.y_unit * model.y_unit;
            let uncertainty = Uncertainty::new(&model.likelihood, &look, s);
            let variances = model.contrasts.iter().map(|c| c.as_ref().map(|c| uncertainty.of(&c.weights))).collect();
            let criterion = (if restricted { "REML" } else { "ML deviance" }, s.deviance);
            Some((ModelFit { variances, criterion }, components(s, &levels, &uncertainty, unit2)))
        });
        let mut fit = arithmetic::fit(&panel, Box::new(model), about, sample.executor);
        fit.n_rows = rows_used;
        fit.own_inference = Some("model");
        if own.as_ref().is_some_and(|s| s.exact) {
            fit.warnings.push(Warning::new(
                "no-residual",
                "random intercepts and fixed effects explain the outcome exactly: no residual is left to compare variances with, so the model gives no standard errors",
            ));
        }
        if let Some((model, components)) = told {
            fit.warnings.extend(cautions(&components, own.as_ref().is_some_and(|s| s.converged)));
            (fit.model, fit.components) = (Some(model), components);
        }
        Ok(fit)
    }
}

fn cautions(components: &[Component], converged: bool) -> Vec<Warning> {
    let mut out = Vec::new();
    let none: Vec<&str> = components.iter().filter(|c| c.variance == 0.0).map(|c| c.name.as_str()).collect();
    if !none.is_empty() {
        out.push(Warning::new(
            "singular-fit",
            format!(
                "no variance is left between groups of {}: estimated as zero, at the boundary; degrees of freedom take it as known",
                none.join(", ")
            ),
        ));
    }
    if !converged {
        out.push(Warning::new("not-converged", "the search for the variances ended before they settled; the numbers are not reliable"));
    }
    out
}

fn components(solution: &Solution, levels: &Levels, uncertainty: &Uncertainty, unit2: f64) -> Vec<Component> {
    let whole = 1.0 + solution.ratios.iter().sum::<f64>();
    let one = |name: &str, ratio: f64, level: Option<usize>| Component {
        name: name.into(),
        variance: ratio * solution.residual * unit2,
        share: ratio / whole,
        logit_error: uncertainty.of_share(level, &solution.ratios),
    };
    let mut out: Vec<Component> = levels.names.iter().enumerate().map(|(i, name)| one(name, solution.ratios[i], Some(i))).collect();
    out.push(one("residual", 1.0, None));
    out
}

/// The rows that a set of fixed effects uses.
fn rows(panel: &Panel, kind: &str) -> Result<Panel, Faults> {
    if !matches!(kind, "baseline" | "null") {
        return Ok(panel.canonical());
    }
    if panel.kind == Kind::CrossSections {
        return Err(Fault::new(
            "EST-008",
            format!("fixed={kind} needs the same units before and after"),
            "repeated cross-sections",
            "it looks at each unit's outcome after the start",
            "name the unit (--unit student_id), or use fixed=cohort-period",
        )
        .into());
    }
    let mut collapsed = panel.last_and_first(super::did::only_start(panel, &format!("mixed-model:fixed={kind}"))?);
    if collapsed.n_rows() == 0 || collapsed.n_treated_units() == 0 || collapsed.n_treated_units() == collapsed.n_units() {
        return Err(super::did::nobody_on_both_sides(panel));
    }
    super::did::keep_second(panel, &collapsed)?;
    if kind == "null" {
        collapsed.covariates.clear();
    }
    Ok(collapsed.canonical())
}

fn check(panel: &Panel, levels: &Levels) -> Result<(), Faults> {
    if levels.names.is_empty() {
        return Err(Fault::new(
            "EST-045",
            "no group holds more than one row",
            format!("{} rows, {} clusters", panel.n_rows(), panel.n_clusters()),
            "a random intercept for a single row cannot be told from the residual",
            "name the school or classroom as cluster (--cluster school_id), or use did",
        )
        .into());
    }
    if levels.names.len() > jet::MOST {
        return Err(Fault::new(
            "EST-046",
            format!("more than {} random intercepts", jet::MOST),
            levels.names.join(", "),
            "each level needs many groups to tell its variance from the next one's",
            "leave the level with the fewest groups out of --levels",
        )
        .into());
    }
    if panel.second.is_some() {
        return Err(Fault::new(
            "EST-047",
            "random intercepts of two crossed clusterings do not exist here",
            "--cluster with two columns",
            "levels must be nested in each other",
            "name one cluster, and levels within it with --levels",
        )
        .into());
    }
    Ok(())
}

/// A target as a weighted sum of coefficients, and what centring adds.
struct Contrast {
    weights: Vec<f64>,
    shift: f64,
}

/// The model's arithmetic.
struct Model {
    likelihood: Likelihood,
    contrasts: Vec<Option<Contrast>>,
    reasons: Vec<String>,
    y_unit: f64,
    /// At counts of one.
    solution: Option<Solution>,
}

/// A column's mean, and the size of what varies in it: a power of two.
fn centre(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let most = values.iter().map(|v| (v - mean).abs()).fold(0.0, f64::max);
    (mean, power_of_two_above(most))
}

impl Model {
    fn new(
        panel: &Panel,
        fixed: Vec<Fixed>,
        levels: &Levels,
        restricted: bool,
        executor: &dyn Executor,
        mut warnings: Vec<Warning>,
    ) -> (Model, About) {
        let covariates: Vec<(f64, f64)> = panel.covariates.iter().map(|c| centre(&c.values)).collect();
        let (y_mean, y_unit) = centre(&panel.outcome);
        let entry = |f: &Fixed, r: usize| match &f.column {
            Column::Cells(values) => values[panel.cell[r] as usize],
            Column::Covariate(i) => (panel.covariates[*i].values[r] - covariates[*i].0) / covariates[*i].1,
        };
        let (kept, cross) = independent(panel, &fixed, &entry, executor);
        let place: Vec<Option<usize>> = (0..fixed.len()).map(|t| kept.iter().position(|&k| k == t)).collect();
        let dropped_terms: Vec<String> = fixed
            .iter()
            .zip(&place)
            .filter(|(f, p)| p.is_none() && matches!(f.column, Column::Covariate(_)))
            .map(|(f, _)| f.name.clone())
            .collect();
        if !dropped_terms.is_empty() {
            warnings.push(Warning::new(
                "collinear",
                format!("dropped because the terms before explain them or they do not vary: {}", dropped_terms.join(", ")),
            ));
        }
        let starts: Vec<Starts> = levels.starts.iter().map(|s| s.to_vec()).collect();
        let k = kept.len();
        let row = |r: usize, a: &mut [f64]| {
            a.iter_mut().zip(&kept).for_each(|(a, &t)| *a = entry(&fixed[t], r));
            a[k] = (panel.outcome[r] - y_mean) / y_unit;
        };
        let blocks = spread(executor, panel.n_clusters(), |g| Block::new(panel, g, &starts, k + 1, &row));
        let unit_of = |t: usize| match fixed[t].column {
            Column::Cells(_) => 1.0,
            Column::Covariate(i) => covariates[i].1,
        };
        let log_terms: f64 = kept.iter().map(|&t| 2.0 * libm::log(unit_of(t))).sum();
        let log_units = [log_terms, 2.0 * libm::log(y_unit)];
        let likelihood = Likelihood { blocks, terms: k, levels: levels.names.len(), restricted, log_units };
        let solution = likelihood.minimize(&vec![1.0; panel.n_clusters()], &vec![1.0; likelihood.levels], executor);

        let mut order: Vec<Option<usize>> = vec![fixed.iter().position(|f| f.treatment)];
        order.extend(
            (0..fixed.len()).filter(|&t| !fixed[t].treatment && (place[t].is_some() || dropped_terms.contains(&fixed[t].name))).map(Some),
        );
        let (mut contrasts, mut reasons, mut targets, mut cell_weights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for t in order {
            targets.push(match t {
                Some(t) if !fixed[t].treatment => Target::coefficient(&fixed[t].name),
                _ => Target::overall(),
            });
            let at = t.and_then(|t| Some((t, place[t]?)));
            reasons.push(match t {
                None => "fixed=null leaves treatment out".to_string(),
                Some(t) => format!("{} is collinear with the terms before it", fixed[t].name),
            });
            contrasts.push(at.map(|(t, at)| {
                let mut weights = vec![0.0; k];
                weights[at] = y_unit / unit_of(t);
                if t == 0 {
                    // The intercept at covariates of zero.
                    for (p, &other) in kept.iter().enumerate() {
                        if let Column::Covariate(i) = fixed[other].column {
                            weights[p] = -y_unit * covariates[i].0 / covariates[i].1;
                        }
                    }
                }
                Contrast { weights, shift: if t == 0 { y_mean } else { 0.0 } }
            }));
            // By least squares: enough to say which clusters know something about a hypothesis.
            let h = at.map(|(_, at)| {
                let mut one = vec![0.0; k];
                one[at] = 1.0;
                cross.solve(&one)
            });
            cell_weights.push(
                (0..panel.cells.len())
                    .map(|c| {
                        let weight = |(&t, h): (&usize, &f64)| match &fixed[t].column {
                            Column::Cells(values) => h * values[c],
                            Column::Covariate(_) => 0.0,
                        };
                        h.as_ref().map_or(0.0, |h| kept.iter().zip(h).map(weight).sum())
                    })
                    .collect(),
            );
        }
        let model = Model { likelihood, contrasts, reasons, y_unit, solution };
        (model, About { targets, cell_weights, dropped_terms, warnings })
    }
}

/// The terms that those before them do not explain, and X'WX of these.
fn independent(
    panel: &Panel,
    fixed: &[Fixed],
    entry: &(dyn Fn(&Fixed, usize) -> f64 + Sync),
    executor: &dyn Executor,
) -> (Vec<usize>, Cholesky) {
    let k = fixed.len();
    let parts = spread(executor, panel.n_clusters(), |g| {
        let (mut cross, mut x) = (Matrix::zeros(k, k), vec![0.0; k]);
        for u in panel.units_of(g) {
            for r in panel.rows_of(u) {
                x.iter_mut().zip(fixed).for_each(|(x, f)| *x = entry(f, r));
                cross.add_outer(&x, panel.weight_of(r));
            }
        }
        cross
    });
    let mut total = Matrix::zeros(k, k);
    parts.iter().for_each(|p| total.add_scaled(p, 1.0));
    let rule = RankRule::default();
    let ranked = Cholesky::ranked(&total, RankRule { absolute: rule.absolute * total[(0, 0)], ..rule });
    (ranked.kept, ranked.cholesky)
}

impl Arithmetic for Model {
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved {
        let plain = counts.iter().all(|&c| c == 1.0);
        let again = || {
            let ones = vec![1.0; self.likelihood.levels];
            self.likelihood.minimize(
                counts,
                &self.solution.as_ref().map_or(ones, |s| s.ratios.iter().map(|r| r.max(1e-3)).collect()),
                executor,
            )
        };
        let solution = if plain { self.solution.clone() } else { again() };
        let estimates = self.contrasts.iter().zip(&self.reasons).map(|(contrast, reason)| match (contrast, &solution) {
            (Some(c), Some(s)) => Ok(dot(&c.weights, &s.beta) + c.shift),
            (None, _) => Err(NotIdentified(reason.clone())),
            (_, None) => {
                Err(NotIdentified("the fixed effects fit the outcome exactly or are collinear: no variance is left to divide".into()))
            }
        });
        let influence = influence.then(|| {
            let mut out = Matrix::zeros(counts.len(), self.contrasts.len());
            if let Some(s) = &solution {
                let h: Vec<Option<Vec<f64>>> = self.contrasts.iter().map(|c| c.as_ref().map(|c| s.inverse.apply(&c.weights))).collect();
                let scores = spread(executor, counts.len(), |g| score(&self.likelihood.blocks[g].absorb(&s.ratios).cross, &s.beta));
                for (g, score) in scores.iter().enumerate() {
                    h.iter().enumerate().for_each(|(t, h)| out[(g, t)] = h.as_ref().map_or(0.0, |h| dot(h, score)));
                }
            }
            out
        });
        Solved { estimates: estimates.collect(), influence }
    }

    /// The variances are estimated from the outcome, so the estimate is not linear in it.
    fn on(&self, _: Panel) -> Option<Box<dyn Arithmetic>> {
        None
    }

    fn price(&self) -> f64 {
        // About eight steps, each with derivatives.
        300.0 * self.likelihood.blocks.iter().map(Block::price).sum::<f64>()
    }
}
