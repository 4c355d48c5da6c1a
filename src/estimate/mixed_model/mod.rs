//! Linear mixed model: random intercepts for clusters, the levels within them, and units, and for clusters in a period; what
//! education research calls a hierarchical linear model.
//!
//! y = Xβ + Σ_l Z_l u_l + ε, u_l ~ N(0, σ_l² I), ε ~ N(0, σ² W⁻¹). Shocks of a cluster in a period are in it by default: what
//! happens to a whole school in a year does not average out over its students, and a model without says that a
//! difference-in-differences is better known than it is. Where the data show none, their variance is zero and the model is the one
//! without. Variances by REML (Patterson and Thompson 1971) or maximum
//! likelihood, β by generalized least squares at these variances (Bates, Mächler, Bolker and Walker 2015). Each cluster's
//! influence on an effect is c'(X'V⁻¹X)⁻¹X_g'V_g⁻¹(y_g − X_gβ), variances held; refits estimate the variances again.

mod components;
mod effects;
mod jet;
mod kenward_roger;
mod levels;
mod likelihood;
mod minimum;
mod model;
mod nested;
mod profile;
mod terms;
mod uncertainty;

use self::effects::Chart;
use self::levels::Levels;
use self::likelihood::Solution;
use self::model::Model;
use self::uncertainty::Uncertainty;
use super::arithmetic;
use super::fit::Fit;
use super::model_fit::{ModelFit, ModelVariance};
use super::{Asks, Card, Estimand, Estimator, OptionSpec, Options, Role, Sample, Values};
use crate::cohort::{Fault, Faults, Warning};
use crate::panel::{Executor, Kind, Panel};

/// Random intercepts for classrooms, schools and students.
pub struct MixedModel;

static CARD: Card = Card {
    id: "mixed-model",
    title: "linear mixed model (hierarchical linear model, random intercepts)",
    estimand: "the coefficient of treatment with random intercepts for the cluster, the cluster in a period, the levels within it (--levels) and the unit; and how much of the outcome's variance lies at each level (intraclass correlations)",
    assumptions: "parallel trends, as for did, with fixed=cohort-period; with fixed=period or baseline the random intercepts must be unrelated to who is treated (random assignment); intercepts, shocks and residuals normal, independent in time",
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
            key: "shocks",
            values: Values::OneOf(&["cluster", "all", "none"]),
            meaning: "intercepts of groups in a period, beside those that persist: cluster: what happens to a whole school in a year, (1 | school:period), where the data show any; all: the same for each of --levels; none: none, as in lmer's (1 | school) + (1 | student), whose standard error of a difference-in-differences is too small where clusters have shocks (a warning says by how much)",
            positional: false,
        },
        OptionSpec {
            key: "slopes",
            values: Values::OneOf(&["none", "treatment"]),
            meaning: "treatment: the effect varies between clusters, with a variance and a correlation with the cluster's intercept, (1 + treated | school); it needs clusters with treated and untreated rows; shares are then those of untreated rows",
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
    reference_call: "lme4::lmer(y ~ arm*post + (1 | school) + (1 | school:period) + (1 | student), weights = w), with shocks=none without (1 | school:period), with slopes=treatment (1 + arm:post | school); lmerTest for Satterthwaite, pbkrtest for Kenward-Roger (model:kenward-roger). Standard errors are lmer's, from (X'V⁻¹X)⁻¹ at the variances found, since Satterthwaite's and Kenward and Roger's degrees of freedom are about these; Python's statsmodels (MixedLM) takes another information matrix for them, so that effects agree (to 1e-5: it stops where its optimizer does) and standard errors do not; there is no switch to these",
    version: 2,
};

impl Estimator for MixedModel {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn asks(&self, _: &Fit, panel: &Panel, _: &Options) -> Asks {
        Asks::one_coefficient(CARD.id, panel)
    }

    fn uses_later_covariates(&self, options: &Options) -> bool {
        options.get("fixed") != "baseline"
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::Levels
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let kind = options.get("fixed");
        let panel = rows(sample.panel, kind)?;
        let sloped = options.get("slopes") == "treatment";
        if options.get("shocks") == "all" && panel.levels.is_empty() {
            return Err(Fault::new(
                "EST-006",
                "shocks=all does nothing more than shocks=cluster here",
                "options of mixed-model",
                "there are no levels between cluster and unit that could have shocks of their own",
                "name them with --levels, or leave it out",
            )
            .into());
        }
        let levels = Levels::of(&panel, options.get("shocks"), sloped);
        check(&panel, &levels)?;
        let fixed = terms::fixed(&panel, kind);
        if sloped {
            terms::check_slope(&panel, &fixed)?;
        }
        let mut warnings: Vec<Warning> = panel.warnings.iter().filter(|w| !sample.panel.warnings.contains(w)).cloned().collect();
        let mean = panel.weight.iter().sum::<f64>() / panel.weight.len().max(1) as f64;
        if !panel.weight.is_empty() && (mean - 1.0).abs() > 0.01 {
            warnings.push(Warning::new(
                "variances-of-weight-one",
                format!(
                    "weights are precision weights, and the residual's variance and all shares are those of a row of weight 1; here the mean weight is {mean:.3}, and the residual of such a row varies {mean:.3} times less: divide weights by their mean for shares of an average row"
                ),
            ));
        }
        if !levels.left_out.is_empty() {
            warnings.push(Warning::new(
                "level-left-out",
                format!(
                    "no random intercept for {}: each of its groups is a single row, or holds the rows that a group of another level holds",
                    levels.left_out.join(", ")
                ),
            ));
        }
        let restricted = options.get("criterion") == "reml";
        let fewer = levels.n_parameters();
        let (model, about) = Model::new(&panel, fixed, &levels, restricted, sample.executor, warnings);
        let rows_used = panel.ledger.n_used();
        let counts = vec![1.0; panel.n_clusters()];
        let own = model.solution.clone();
        let told = own.as_ref().filter(|s| !s.exact).and_then(|s| {
            let variances = variances(&model, s, &counts, sample.executor)?;
            let criterion = (if restricted { "REML" } else { "ML deviance" }, s.deviance);
            let unit2 = model.y_unit * model.y_unit;
            Some((ModelFit { variances, criterion }, components::all(&model, s, &levels, unit2)))
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
        let shocked = (options.get("shocks") == "none").then(|| Levels::of(&panel, "cluster", sloped));
        if let Some(shocked) = shocked.filter(|s| s.n_parameters() > fewer) {
            let (with, _) = Model::new(&panel, terms::fixed(&panel, kind), &shocked, restricted, sample.executor, Vec::new());
            let with = with.solution.as_ref().filter(|s| !s.exact).and_then(|s| variances(&with, s, &counts, sample.executor));
            fit.warnings.extend(with.and_then(|with| left_out(&fit, &told.as_ref()?.0.variances, &with)));
        }
        if let Some((model, components)) = told {
            fit.warnings.extend(components::cautions(&components.list, own.as_ref().is_some_and(|s| s.converged)));
            (fit.model, fit.components) = (Some(model), components);
        }
        Ok(fit)
    }
}

/// What the model says of each target's variance.
fn variances(model: &Model, solution: &Solution, counts: &[f64], executor: &dyn Executor) -> Option<Vec<Option<ModelVariance>>> {
    let look = model.likelihood.look(counts, &solution.theta, Chart::Search, executor)?;
    let uncertainty = Uncertainty::new(&model.likelihood, &look, solution, counts, executor);
    Some(model.contrasts.iter().map(|c| c.as_ref().map(|c| uncertainty.of(&c.weights))).collect())
}

/// What to say where shocks of clusters are not in the model and would make the effect less sure by a twentieth or more.
fn left_out(fit: &Fit, without: &[Option<ModelVariance>], with: &[Option<ModelVariance>]) -> Option<Warning> {
    let at = fit.targets.iter().position(|t| t.estimand == Estimand::Overall)?;
    let [without, with] = [without, with].map(|all| all[at].map(|v| v.variance.sqrt()));
    let wider = 100.0 * (with? / without? - 1.0);
    (wider >= 5.0).then(|| {
        Warning::new(
            "shocks-left-out",
            format!(
                "what happens to a whole cluster in a period is not in this model, as in lmer's (1 | school) + (1 | student): with it the standard error of the effect by the model would be {wider:.0} % larger, and intervals as much wider; rely on shocks=cluster"
            ),
        )
    })
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
    let starts = panel.cells.treated_cohorts().count();
    if starts > 1 {
        return Err(Fault::new(
            "EST-004",
            format!("mixed-model:fixed={kind} looks at outcomes after the start, and here treatment starts at several times"),
            format!("{starts} first treated periods"),
            "for units never treated nobody can say which of several starts their periods are after",
            "use fixed=cohort-period or fixed=period, which take several starts, or keep one cohort and the never-treated (--where)",
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
    if levels.n_parameters() > effects::MOST {
        return Err(Fault::new(
            "EST-046",
            format!("more than {} variances", effects::MOST),
            levels.names.join(", "),
            "each level needs many groups to tell its variance from the next one's",
            "leave the level with the fewest groups out of --levels, or set shocks=cluster",
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
