//! `didact diagnose`: checks of an estimate from flags, or of coefficients from files.

use super::estimate::check_level;
use super::failure::print;
use super::roles::{Data, Roles};
use super::{Common, Failure, Threads};
use crate::cohort::{Fault, Faults, Warning};
use crate::diagnose::{Asked, CHECKS, EventStudy, Finding, Ground, Look, Otherwise, Trends};
use crate::estimate::{Chosen, Fit, Role, Sample};
use crate::infer::{Method, Setting};
use crate::ingest;
use crate::num::Matrix;
use crate::panel::Panel;
use crate::render::{json, text};
use crate::table::content::diagnose::{Told, told};
use serde_json::{Map, Value, json};

/// What could be wrong: checks of an estimate.
#[derive(clap::Args, Debug)]
#[command(after_help = checks())]
#[command(mut_arg("data", |a| a.required(false)), mut_arg("outcome", |a| a.required(false)))]
pub struct Diagnose {
    #[command(flatten)]
    data: Option<Data>,
    #[command(flatten)]
    roles: Roles,
    /// A check with its options (repeatable); they stand below
    #[arg(long, value_name = "NAME[:key=value,…]", required = true, num_args = 1)]
    check: Vec<String>,
    /// In place of DATA: the coefficients before and after treatment without the reference period, a CSV with the columns estimate (or
    /// betahat) and event_time, time or period (pre, post)
    #[arg(long, value_name = "FILE", requires = "covariance", conflicts_with_all = ["data", "outcome"])]
    coefficients: Option<String>,
    /// Their covariance: a CSV with a header line and one row for each coefficient
    #[arg(long, value_name = "FILE", requires = "coefficients")]
    covariance: Option<String>,
    /// The estimator of the path before and after treatment [default: event-study where treatment starts at one time, else
    /// callaway-santanna:base=universal]; multiverse, smallest-set and disagreement choose by the design. Repeatable for multiverse and
    /// disagreement, which compare estimators
    #[arg(long, value_name = "NAME[:key=value,…]", conflicts_with = "coefficients")]
    estimator: Vec<String>,
    /// The covariance of that path [default: cluster:cr1]
    #[arg(long, value_name = "NAME[:key=value,…]", conflicts_with = "coefficients")]
    inference: Option<String>,
    /// The confidence level; tests reject at one minus it [default: 0.95]
    #[arg(long)]
    level: Option<f64>,
    /// The seed of all random draws [default: 20210126]
    #[arg(long)]
    seed: Option<u64>,
}

/// The seed where none is given.
const SEED: u64 = 20_210_126;
/// Rows of a table on a terminal.
const MOST_ROWS: usize = 60;

/// The checks, for the help.
fn checks() -> String {
    let mut out = String::from("Checks:\n");
    for check in CHECKS {
        let card = &check.card;
        out += &format!("  {}: {}\n", card.id, card.title);
        for o in card.options {
            out += &format!("      {}={}\n", o.key, o.values.words());
        }
    }
    out + "\ndidact list diagnostics -v says what each asks, needs and rests on."
}

/// What a check of one outcome answers.
struct Answered {
    outcome: Option<String>,
    /// The estimator and the method, where the check looks at an estimate.
    by: Option<(String, Option<String>)>,
    warnings: Vec<Warning>,
    asked: Asked,
    told: Told,
}

impl Diagnose {
    pub(super) fn run(&self, common: &Common, threads: &Threads) -> Result<(), Failure> {
        let mut faults = Faults::default();
        let mut asked = Vec::new();
        for text in &self.check {
            match Asked::parse(text) {
                Ok(check) => asked.push(check),
                Err(f) => faults.extend(f),
            }
        }
        faults.into_result().map_err(Failure::BadFlag)?;
        let level = check_level(self.level.unwrap_or(0.95))?;
        self.idle(&asked)?;
        let answered = match (&self.coefficients, &self.covariance) {
            (Some(coefficients), Some(covariance)) => published(&asked, coefficients, covariance, level)?,
            _ => self.estimated(&asked, level, threads)?,
        };
        if common.json {
            let mut documents: Vec<Value> = answered.iter().map(document).collect();
            let value = if documents.len() == 1 {
                documents.remove(0)
            } else {
                json!({ "didact": env!("CARGO_PKG_VERSION"), "checks": documents })
            };
            return print(&format!("{value:#}\n"));
        }
        print(&answered.iter().map(|a| shown(a, common)).collect::<Vec<_>>().join("\n"))
    }

    /// Refuses flags that none of the checks asks for.
    fn idle(&self, asked: &[Asked]) -> Result<(), Failure> {
        let trends = asked.iter().any(|a| matches!(a.check.look, Look::Trends(_)));
        let r = &self.roles;
        let estimators = self.chosen()?;
        let anew = asked.iter().any(|a| matches!(a.check.look, Look::Ground(_)));
        let one = trends || asked.iter().any(|a| matches!(a.check.look, Look::Fit(_)));
        let fits = one || anew;
        let absorbs = fits && estimators.iter().any(|e| e.estimator.asks_for(Role::FixedEffects));
        let by_path = "honest, pretrends and pretrends-power ask for it";
        let by_fit = "checks of an estimate ask for it, and none was asked for";
        if one && estimators.len() > 1 {
            return Err(Failure::Usage("several --estimator are for multiverse and disagreement: ask for other checks apart from them".into()));
        }
        let draws = asked.iter().any(|a| a.check.card.id == "multiverse");
        for (flag, given, used, why) in [
            ("--estimator", !self.estimator.is_empty(), fits, by_fit),
            ("--inference", self.inference.is_some(), trends, by_path),
            ("--level", self.level.is_some(), fits, by_fit),
            ("--seed", self.seed.is_some(), draws, "multiverse draws at random, the other checks do not"),
            ("--cluster", !r.cluster.is_empty(), fits, by_fit),
            ("--fixed-effects", !r.fixed_effects.is_empty(), absorbs, "--estimator event-study asks for it"),
            ("--block", r.block.is_some(), draws, "multiverse asks for it"),
            ("--levels", !r.levels.is_empty(), false, "no check asks for it"),
            ("--dose", r.dose.is_some(), false, "no check asks for it"),
            ("--take-up", r.take_up.is_some(), false, "no check asks for it"),
            ("--subgroup", r.subgroup.is_some(), false, "no check asks for it; --where COL=VALUE keeps one group"),
        ] {
            if given && !used {
                return Err(Failure::Usage(format!("{flag} does nothing here: {why}")));
            }
        }
        let of_files = self.coefficients.is_some();
        if let Some(a) = asked.iter().find(|a| of_files && !matches!(a.check.look, Look::Trends(_))) {
            return Err(Failure::Usage(format!("{} looks at the data: give DATA in place of --coefficients", a.check.card.id)));
        }
        let described = r.unit.is_some() || r.period.is_some() || r.cohort.is_some() || r.arm.is_some() || r.treatment.is_some();
        if of_files && (described || !r.covariates.is_empty() || r.weights.is_some() || !r.filter.is_empty() || !r.cluster.is_empty()) {
            return Err(Failure::Usage(
                "flags that describe data do nothing beside --coefficients: the numbers are estimated already".into(),
            ));
        }
        Ok(())
    }

    fn estimated(&self, asked: &[Asked], level: f64, threads: &Threads) -> Result<Vec<Answered>, Failure> {
        let Some(data) = &self.data else {
            return Err(Failure::Usage("what shall be checked? Give DATA, or --coefficients FILE with --covariance FILE".into()));
        };
        if self.roles.outcome.is_empty() {
            return Err(Failure::Usage("which outcome? Give --outcome COL".into()));
        }
        let specs = self.roles.outcome.iter().map(|o| self.roles.spec(o)).collect::<Result<Vec<_>, _>>()?;
        let further: Vec<String> = asked.iter().flat_map(Asked::columns).collect();
        let columns: Vec<&str> = specs.iter().flat_map(|s| s.columns()).chain(further.iter().map(String::as_str)).collect();
        let named = self.chosen()?;
        let cohort = data.read(Some(&columns))?;
        let setting = Setting::new(level, self.seed.unwrap_or(SEED), threads);
        let mut answered = Vec::new();
        for spec in specs {
            let panel = Panel::build(&cohort, &spec)?;
            let fitted = match asked.iter().any(|a| matches!(a.check.look, Look::Fit(_) | Look::Trends(_))) {
                true => Some(self.fitted(&panel, &setting)?),
                false => None,
            };
            let trends = match (&fitted, asked.iter().any(|a| matches!(a.check.look, Look::Trends(_)))) {
                (Some(fitted), true) => Some(self.path(&panel, fitted, &setting)?),
                _ => None,
            };
            let rebuild = |other: &Otherwise| Panel::build(&cohort, &other.of(&spec));
            let ground = Ground { panel: &panel, named: &named, rebuild: &rebuild };
            for asked in asked {
                let (answer, by) = match (asked.check.look, &trends, &fitted) {
                    (Look::Ground(look), ..) => (Asked::answer(look(&ground, &asked.options, &setting))?, None),
                    (Look::Sample(look), ..) => (Asked::answer(look(&panel, &asked.options).map_err(Faults::from))?, None),
                    (Look::Trends(look), Some((trends, method)), Some(fitted)) => {
                        (about(trends.as_ref(), look, asked, level)?, Some((fitted.chosen.label(), Some(method.clone()))))
                    }
                    (Look::Fit(look), _, Some(fitted)) => {
                        let found = look(&fitted.fit, &asked.options, &setting).map_err(Faults::from);
                        (Asked::answer(found)?, Some((fitted.chosen.label(), None)))
                    }
                    _ => continue,
                };
                let mut warnings = panel.warnings.clone();
                if matches!(asked.check.look, Look::Sample(_)) {
                    // No interval, so nothing rests on clusters.
                    warnings.retain(|w| w.code != "cluster-is-unit");
                }
                warnings.extend(fitted.iter().filter(|_| by.is_some()).flat_map(|f| f.fit.warnings.iter().cloned()));
                if names_clusters(asked) && answer.is_ok() {
                    warnings.extend(few_in_a_cluster(&panel));
                }
                let told = told(asked, &answer);
                let outcome = Some(panel.outcome_name.clone());
                answered.push(Answered { outcome, by, warnings, asked: asked.clone(), told });
            }
        }
        Ok(answered)
    }

    /// The estimators named.
    fn chosen(&self) -> Result<Vec<Chosen>, Failure> {
        let mut faults = Faults::default();
        let parsed = self.estimator.iter().map(|text| Chosen::parse(text)).filter_map(|c| c.map_err(|f| faults.extend(f)).ok()).collect();
        faults.into_result().map_err(Failure::BadFlag)?;
        Ok(parsed)
    }

    /// The estimate.
    fn fitted(&self, panel: &Panel, setting: &Setting<'_>) -> Result<Fitted, Failure> {
        let chosen = self.chosen()?.into_iter().next().unwrap_or_else(|| Trends::estimator(panel));
        let fit = chosen.fit(&Sample::new(panel, setting.executor))?;
        Ok(Fitted { chosen, fit })
    }

    /// Its path before and after treatment, or why there is none, and the method of its covariance.
    fn path(&self, panel: &Panel, fitted: &Fitted, setting: &Setting<'_>) -> Result<(Result<Trends, Fault>, String), Failure> {
        let method = self.inference.as_deref().map(Method::parse).transpose().map_err(Failure::BadFlag)?.unwrap_or_else(Trends::method);
        method.fits(&fitted.fit, panel)?;
        Ok((Asked::answer(Trends::of(&fitted.fit, &fitted.chosen, &method, setting))?, method.label()))
    }
}

/// An estimate and its estimator.
struct Fitted {
    chosen: Chosen,
    fit: Fit,
}

type Looking = fn(&Trends, &crate::estimate::Options, f64) -> Result<Finding, Fault>;

fn about(trends: Result<&Trends, &Fault>, look: Looking, asked: &Asked, level: f64) -> Result<Result<Finding, Fault>, Failure> {
    match trends {
        Err(fault) => Ok(Err(fault.clone())),
        Ok(trends) => Asked::answer(look(trends, &asked.options, level).map_err(Faults::from)).map_err(Failure::BadFlag),
    }
}

fn published(asked: &[Asked], coefficients: &str, covariance: &str, level: f64) -> Result<Vec<Answered>, Failure> {
    let read = ingest::coefficients(coefficients, covariance)?;
    let (n, m) = (read.estimates.len(), read.covariance.len());
    let matrix = Matrix::from_fn(m, m, |i, j| read.covariance[i][j]);
    let study = EventStudy::new(read.estimates, matrix, read.n_pre)?;
    let trends = Trends { study, times: read.times.filter(|t| t.len() == n), df: None };
    let mut answered = Vec::new();
    for asked in asked {
        let Look::Trends(look) = asked.check.look else { continue };
        let told = told(asked, &about(Ok(&trends), look, asked, level)?);
        answered.push(Answered { outcome: None, by: None, warnings: Vec::new(), asked: asked.clone(), told });
    }
    Ok(answered)
}

fn document(a: &Answered) -> Value {
    let number = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Value::Null, |x| json!(if x == 0.0 { 0.0 } else { x }));
    let options: Map<String, Value> = a.asked.options.iter().map(|(k, v)| (k.to_string(), json!(v))).collect();
    let numbers: Map<String, Value> = a.told.numbers.iter().map(|(k, v)| ((*k).to_string(), number(*v))).collect();
    json!({
        "check": a.asked.check.card.id,
        "verdict": a.told.verdict.word(),
        "reason": a.told.reason,
        "remedy": a.told.remedy,
        "decided": a.told.decided.as_ref().map(|d| json!({ "name": d.name, "value": number(d.value), "rule": d.rule })),
        "numbers": numbers,
        "table": json::plain(&a.told.table),
        "summary": a.told.summary.as_ref().map(json::plain),
        "options": options,
        "outcome": a.outcome,
        "estimator": a.by.as_ref().map(|by| &by.0),
        "inference": a.by.as_ref().and_then(|by| by.1.as_ref()),
        "version": a.asked.check.card.version,
        "warnings": a.warnings.iter().map(|w| json!({ "code": w.code, "message": w.message })).collect::<Vec<_>>(),
    })
}

fn shown(a: &Answered, common: &Common) -> String {
    let of = a.outcome.as_ref().map_or(String::new(), |o| format!(", {o}"));
    let mut out = text::printable(&format!("{}{of}: {}", a.asked.label(), a.told.verdict.word()));
    out += &format!("\n\n  {}\n  do: {}\n", text::printable(&a.told.reason), text::printable(&a.told.remedy));
    if let Some(d) = &a.told.decided {
        let value = d
            .value
            .map_or("none".into(), |v| crate::render::number::number(v, crate::table::Digits::Auto, crate::render::number::Glyphs::Ascii));
        out += &format!("  decided by: {} = {value} ({})\n", d.name, d.rule);
    }
    if let Some((estimator, method)) = &a.by {
        let method = method.as_ref().map_or(String::new(), |m| format!(", {m}"));
        out += &format!("  estimated by: {estimator}{method}\n");
    }
    out += "\n";
    for table in a.told.summary.iter().chain([&a.told.table]).filter(|t| !t.rows.is_empty()) {
        if table.rows.len() > MOST_ROWS {
            out += &format!("{}: {} rows; --json shows them\n\n", table.title, table.rows.len());
            continue;
        }
        out += &format!("{}\n", text::text(table));
    }
    if !common.quiet {
        a.warnings.iter().for_each(|w| out += &format!("caution ({}): {}\n", w.code, w.message));
    }
    out
}

/// Whether the check's table names clusters.
fn names_clusters(asked: &Asked) -> bool {
    matches!(asked.check.look, Look::Fit(_)) || asked.check.card.id == "smallest-set"
}

/// What to heed where a table names clusters of a few units: without one of them, an estimate tells of those few.
fn few_in_a_cluster(panel: &Panel) -> Option<Warning> {
    const FEW: usize = 10;
    let small = (0..panel.n_clusters()).filter(|&g| panel.units_of(g).len() < FEW).count();
    (small > 0).then(|| {
        Warning::new(
            "small-clusters",
            format!("{small} clusters hold fewer than {FEW} units: an estimate without one of them tells of those few, so where units are students keep this table to yourself"),
        )
    })
}
