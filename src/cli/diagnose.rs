//! `didact diagnose`: checks of an estimate from flags, or of coefficients from files.

use super::estimate::check_level;
use super::failure::print;
use super::roles::{Data, Roles};
use super::{Common, Failure, Threads};
use crate::cohort::{Faults, Warning};
use crate::diagnose::{Answered, Asked, CHECKS, Check, Estimated, EventStudy, Ground, Look, Otherwise, Path, Subject, Trends, With};
use crate::estimate::{Chosen, Role, Sample};
use crate::infer::{self, Method, Setting};
use crate::ingest;
use crate::num::Matrix;
use crate::panel::Panel;
use crate::render::{json, text};
use crate::table::content::diagnose::{Checked, told};
use serde_json::{Value, json};

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
    /// callaway-santanna:base=universal; multiverse, smallest-set and disagreement choose by the design]. Repeatable for multiverse and
    /// disagreement, which compare estimators
    #[arg(long, value_name = "NAME[:key=value,…]", conflicts_with = "coefficients")]
    estimator: Vec<String>,
    /// The covariance of that path [default: cluster:cr1]
    #[arg(long, value_name = "NAME[:key=value,…]", conflicts_with = "coefficients")]
    inference: Option<String>,
    /// The confidence level; tests reject at one minus it [default: 0.95]
    #[arg(long)]
    level: Option<f64>,
    /// The seed of random choices [default: 0]
    #[arg(long, value_name = "N", conflicts_with = "coefficients")]
    seed: Option<u64>,
}

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
            let mut documents: Vec<Value> = answered.iter().map(|a| json::check(&Checked::of(a))).collect();
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
        let r = &self.roles;
        let estimators = self.chosen()?;
        let some = |asks: fn(&Check) -> bool| asked.iter().any(|a| asks(a.check));
        let absorbs = some(by_estimate) && estimators.iter().any(|e| e.estimator.asks_for(Role::FixedEffects));
        let who = |asks: fn(&Check) -> bool| {
            let names: Vec<&str> = CHECKS.iter().filter(|c| asks(c)).map(|c| c.card.id).collect();
            format!("{} ask for it", names.join(", "))
        };
        let (fit, method, clusters) = (who(by_estimate), who(by_method), who(by_cluster));
        for (flag, given, used, why) in [
            ("--estimator", !self.estimator.is_empty(), some(by_estimate), fit.as_str()),
            ("--inference", self.inference.is_some(), some(by_method), &method),
            ("--level", self.level.is_some(), some(by_estimate), &fit),
            ("--seed", self.seed.is_some(), some(by_chance), "placebo and multiverse ask for it"),
            ("--cluster", !r.cluster.is_empty(), some(by_cluster), &clusters),
            ("--fixed-effects", !r.fixed_effects.is_empty(), absorbs, "--estimator event-study asks for it"),
            ("--block", r.block.is_some(), some(|c| c.card.id == "multiverse"), "multiverse asks for it"),
            ("--levels", !r.levels.is_empty(), false, "no check asks for it"),
            ("--dose", r.dose.is_some(), false, "no check asks for it"),
            ("--take-up", r.take_up.is_some(), false, "no check asks for it"),
            ("--subgroup", r.subgroup.is_some(), false, "no check asks for it; --where COL=VALUE keeps one group"),
        ] {
            if given && !used {
                return Err(Failure::Usage(format!("{flag} does nothing here: {why}")));
            }
        }
        if estimators.len() > 1 && some(|c| by_estimate(c) && !matches!(c.look, Look::Ground(_))) {
            return Err(Failure::Usage(
                "several --estimator are for multiverse and disagreement: ask for other checks apart from them".into(),
            ));
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
        let mut columns: Vec<&str> = specs.iter().flat_map(|s| s.columns()).chain(further.iter().map(String::as_str)).collect();
        let named = self.chosen()?;
        let mut seen = std::collections::BTreeSet::new();
        columns.retain(|c| seen.insert(*c));
        let cohort = data.read(Some(&columns))?;
        let setting = Setting::new(level, self.seed.unwrap_or(0), threads);
        let mut answered = Vec::new();
        for spec in specs {
            let panel = Panel::build(&cohort, &spec)?;
            let estimated = match asked.iter().any(|a| !matches!(a.check.look, Look::Sample(_) | Look::Roll(_) | Look::Ground(_))) {
                true => Some(self.fitted(&panel, &setting)?),
                false => None,
            };
            let path = match (&estimated, asked.iter().any(|a| matches!(a.check.look, Look::Trends(_)))) {
                (Some(estimated), true) => Some(self.path(&panel, estimated, &setting)?),
                _ => None,
            };
            let looks_at_roll = asked.iter().any(|a| matches!(a.check.look, Look::Roll(_)));
            let roll = looks_at_roll.then(|| Panel::roll(&cohort, &spec).map_err(|faults| faults.shown[0].clone()));
            let methods = self.methods(&panel, estimated.as_ref())?;
            let another = |with: With<'_>| Panel::build(&cohort, &with.of(&spec));
            let rebuild = |other: &Otherwise| Panel::build(&cohort, &other.of(&spec));
            let ground = Ground { panel: &panel, named: &named, rebuild: &rebuild };
            let subject = Subject {
                ground: Some(&ground),
                panel: &panel,
                estimated: estimated.as_ref(),
                effect: None,
                methods: &methods,
                path: path.as_ref(),
                roll: roll.as_ref(),
                another: Some(&another),
                setting,
            };
            for asked in asked {
                let mut found = subject.answer(asked).map_err(Failure::BadFlag)?;
                if names_clusters(asked) && found.answer.is_ok() {
                    found.warnings.extend(few_in_a_cluster(&panel));
                }
                answered.push(found);
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
    fn fitted(&self, panel: &Panel, setting: &Setting<'_>) -> Result<Estimated, Failure> {
        let chosen = self.chosen()?.into_iter().next().unwrap_or_else(|| Trends::estimator(panel));
        let fit = chosen.fit(&Sample::new(panel, setting.executor))?;
        Ok(Estimated { chosen, fit })
    }

    /// The methods of its uncertainty: the one asked for, else the usual ones.
    fn methods(&self, panel: &Panel, of: Option<&Estimated>) -> Result<Vec<Method>, Failure> {
        match (self.inference.as_deref(), of) {
            (Some(text), _) => Ok(vec![Method::parse(text).map_err(Failure::BadFlag)?]),
            (None, Some(of)) => Ok(infer::defaults(&of.fit, panel)),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Its path before and after treatment, or why there is none.
    fn path(&self, panel: &Panel, of: &Estimated, setting: &Setting<'_>) -> Result<Path, Failure> {
        let method = self.inference.as_deref().map(Method::parse).transpose().map_err(Failure::BadFlag)?.unwrap_or_else(Trends::method);
        method.fits(&of.fit, panel)?;
        let trends = Asked::answer(Trends::of(&of.fit, &of.chosen, &method, setting))?;
        Ok(Path { chosen: of.chosen.clone(), method, trends })
    }
}

/// Whether a check looks at an estimate.
fn by_estimate(check: &Check) -> bool {
    matches!(check.look, Look::Trends(_) | Look::Fit(_) | Look::Estimate(_) | Look::Ground(_))
}

/// Whether it looks at its uncertainty by a method.
fn by_method(check: &Check) -> bool {
    matches!(check.look, Look::Trends(_)) || ["placebo", "power"].contains(&check.card.id)
}

/// Whether it draws at random.
fn by_chance(check: &Check) -> bool {
    ["placebo", "multiverse"].contains(&check.card.id)
}

/// Whether its table names clusters.
fn names_clusters(asked: &Asked) -> bool {
    matches!(asked.check.look, Look::Fit(_)) || asked.check.card.id == "smallest-set"
}

/// Whether it asks which cluster a unit lies in.
fn by_cluster(check: &Check) -> bool {
    by_estimate(check) || ["attrition", "sample"].contains(&check.card.id)
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
        let answer = Asked::answer(look(&trends, &asked.options, level).map_err(Faults::from)).map_err(Failure::BadFlag)?;
        answered.push(Answered { asked: asked.clone(), outcome: None, by: None, warnings: Vec::new(), answer });
    }
    Ok(answered)
}

fn shown(a: &Answered, common: &Common) -> String {
    let told = told(&a.asked, &a.answer);
    let of = a.outcome.as_ref().map_or(String::new(), |o| format!(", {o}"));
    let mut out = text::printable(&format!("{}{of}: {}", a.asked.label(), told.verdict.word()));
    out += &format!("\n\n  {}\n  do: {}\n", text::printable(&told.reason), text::printable(&told.remedy));
    if let Some(d) = &told.decided {
        let value = d
            .value
            .map_or("none".into(), |v| crate::render::number::number(v, crate::table::Digits::Auto, crate::render::number::Glyphs::Ascii));
        out += &format!("  decided by: {} = {value} ({})\n", d.name, d.rule);
    }
    if let Some((estimator, method)) = &a.by {
        let method = method.as_ref().map_or(String::new(), |m| format!(", {}", m.label()));
        out += &format!("  estimated by: {}{method}\n", estimator.label());
    }
    out += "\n";
    for table in told.summary.iter().chain([&told.table]).filter(|t| !t.rows.is_empty()) {
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
