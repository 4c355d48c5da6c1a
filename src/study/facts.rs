//! What the results of a run tell of its evidence: no student's row is needed. What they do not tell stays unknown.

use super::effect_sizes::EffectSizes;
use super::file::StudyFile;
use crate::cohort::{Fault, Faults};
use crate::estimate::ALIKE_BEFORE;
use crate::evidence::effect::Sizes;
use crate::evidence::facts::{Clustering, Comparison, Coverage, Design, Effect, Facts, Plan, Specifications, Unit};
use crate::evidence::p_words;
use crate::evidence::standard::{Attrition, Baseline, Key, Standards};
use serde_json::Value;

/// One fact as it was read, or was not.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct KnownFact {
    /// The fact.
    pub fact: &'static str,
    /// What is told; none: nothing.
    pub value: Option<String>,
    /// Where it was read, or why it cannot be.
    pub from: String,
}

/// The facts of a run, each with where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFacts {
    /// The outcome of the headline.
    pub outcome: String,
    /// Its estimator.
    pub estimator: String,
    /// Its inference method.
    pub inference: String,
    /// The facts.
    pub facts: Facts,
    /// Where each was read.
    pub known: Vec<KnownFact>,
    /// Its effect sizes, where the tables tell means and spreads.
    pub sizes: Option<EffectSizes>,
}

/// Estimators that compare changes: what sets the groups apart for good is dealt with.
const CHANGES: &[&str] = &[
    "did",
    "twfe",
    "event-study",
    "callaway-santanna",
    "sun-abraham",
    "imputation",
    "two-stage",
    "wooldridge",
    "stacked",
    "chaisemartin-dhaultfoeuille",
    "roth-santanna",
    "synthetic-did",
    "synthetic-control",
    "triple-difference",
    "changes-in-changes",
    "compliance",
];

/// Reads the facts from a run's results (`results.json`) and its study (`study.toml`). The headline is the run's own: first outcome, first
/// estimator, first method, its overall effect.
///
/// # Errors
/// `RUN-001` when the results are not those of a run; `RUN-002` when they hold no overall effect.
pub fn run_facts(results: &Value, study: &StudyFile, standards: &Standards) -> Result<RunFacts, Faults> {
    let damaged = |what: &str, why: &str, remedy: &str, code| Fault::new(code, what, "results.json", why, remedy);
    let first = results["results"].get(0).filter(|r| r["effects"].is_array()).ok_or_else(|| {
        damaged("there are no results of a run in it", "there is nothing to grade", "name the folder that  didact run  wrote", "RUN-001")
    })?;
    let effect = overall(first, None).ok_or_else(|| {
        damaged(
            "there is no overall effect in the run's first result",
            "the first estimator is the headline, and a verdict is about one effect",
            "name an estimator first in the study that gives an overall effect; the report says why there is none",
            "RUN-002",
        )
    })?;
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    let mut read = Reading {
        first,
        results,
        study,
        outcome: text(&first["outcome"]),
        estimator: text(&first["estimator"]),
        inference: text(&effect["inference"]),
        known: Vec::new(),
        facts: Facts::default(),
    };
    read.effect(effect, standards);
    read.units();
    read.design();
    read.trends();
    read.checks();
    read.baseline();
    read.attrition();
    read.domain(effect);
    read.specifications();
    let told = study.context.tell(&mut read.facts);
    read.unknown(&told);
    let sizes = effect["estimate"].as_f64().and_then(|points| EffectSizes::read(results, study, &read.outcome, points, standards));
    let Reading { outcome, estimator, inference, facts, known, .. } = read;
    Ok(RunFacts { outcome, estimator, inference, facts, known, sizes })
}

/// The overall effect of a result: by a method, or the first.
fn overall<'a>(result: &'a Value, inference: Option<&str>) -> Option<&'a Value> {
    let find = |estimand: &str| {
        let fits = |e: &&Value| e["estimand"] == estimand && e["estimate"].is_f64() && inference.is_none_or(|i| e["inference"] == i);
        result["effects"].as_array()?.iter().find(fits)
    };
    find("overall").or_else(|| find("overall-dynamic"))
}

struct Reading<'a> {
    first: &'a Value,
    results: &'a Value,
    study: &'a StudyFile,
    outcome: String,
    estimator: String,
    inference: String,
    known: Vec<KnownFact>,
    facts: Facts,
}

impl Reading<'_> {
    fn note(&mut self, fact: &'static str, value: Option<String>, from: impl Into<String>) {
        self.known.push(KnownFact { fact, value, from: from.into() });
    }

    fn sample(&self, what: &str) -> Option<u64> {
        self.first["sample"][what].as_u64()
    }

    /// The rows of the baseline table that belong to the headline's outcome.
    fn balance(&self) -> Vec<&Value> {
        let rows = self.results["tables"]["baseline-balance"]["rows"].as_array();
        rows.into_iter().flatten().filter(|r| r["outcome"] == self.outcome.as_str()).collect()
    }

    fn effect(&mut self, effect: &Value, standards: &Standards) {
        let number = |key: &str| effect[key].as_f64();
        let points = number("estimate").unwrap_or_default();
        if self.first["sample"]["switching_units"].is_u64() {
            self.note("effect", None, "treatments do not simply stay on: the spread of untreated scores stands in no table");
            return;
        }
        let own = self.balance().into_iter().find(|r| r["variable"] == self.outcome.as_str());
        let Some(sd) = own.and_then(|r| r["comparison_sd"].as_f64()).filter(|sd| *sd > 0.0 && (points / sd).is_finite()) else {
            self.note("effect", None, "the spread of comparison students' scores stands in no table, or was suppressed");
            return;
        };
        let in_sd = |x: Option<f64>| x.map(|x| x / sd);
        let level = self.study.study.level;
        let same_level = (level - (1.0 - standards.number(Key::Alpha))).abs() < 1e-9;
        let end = |key: &str| in_sd(number(key)).filter(|_| same_level);
        let told = Effect {
            estimate: points / sd,
            std_error: in_sd(number("std_error")),
            df: number("df"),
            p_value: number("p_value"),
            draws: effect["replicates"].as_u64(),
            low: end("conf_low"),
            high: end("conf_high"),
        };
        self.facts.effect = Some(told);
        let said = format!("{:.3} SD ({points:.2} points; one SD is {sd:.2})", told.estimate);
        let from = format!(
            "{} of {}, {}; SD of {} in the first period, as in the report",
            self.estimator,
            self.outcome,
            self.inference,
            if self.study.context.is_against_norm() { "the scores that the norm gives" } else { "comparison students" }
        );
        self.note("effect", Some(said), from);
    }

    fn units(&mut self) {
        let roles = self.study.roles.clone().unwrap_or_default();
        let (cluster, clusters) = (roles.cluster.as_deref(), self.sample("clusters"));
        self.facts.unit = match cluster {
            Some(c) if roles.school.as_deref() == Some(c) => Some(Unit::School),
            Some(c) if roles.classroom.as_deref() == Some(c) => Some(Unit::Classroom),
            Some(c) if roles.student.as_deref() == Some(c) => Some(Unit::Student),
            _ => None,
        };
        let from = match cluster {
            Some(c) => format!("roles.cluster = {c:?} in study.toml"),
            None => "study.toml names no cluster".into(),
        };
        let arms = self.sample("treated_clusters").zip(self.sample("comparison_clusters"));
        let apart = arms.filter(|(t, c)| cluster.is_some() && *t > 0 && *c > 0 && clusters == t.checked_add(*c));
        self.facts.units = apart.map(|(t, c)| Sizes::new(t, c));
        // What was assigned is then smaller than a cluster, and in each cluster that holds students of an arm there is at least one.
        let mixed = arms.zip(clusters).filter(|((t, c), all)| apart.is_none() && cluster.is_some() && t.saturating_add(*c) > *all);
        self.facts.units_at_least = mixed.map(|((t, c), _)| Sizes::new(t, c));
        // Rows of a norm are no students.
        let norm = self.study.context.is_against_norm();
        let smaller = mixed.is_some() && !norm;
        let said = self.facts.unit.map(|u| if smaller { format!("smaller than {}", u.plural()) } else { u.plural().to_string() });
        self.note("what was assigned", said, from);
        let of = self.facts.unit.map_or("clusters", Unit::plural);
        let (said, from) = match (apart, mixed) {
            (Some((t, c)), _) => (Some(format!("{t} treated, {c} comparison")), "clusters of each arm in results.json".to_string()),
            (None, Some(((t, _), all))) if norm => {
                (Some(format!("{t} treated")), format!("{of} with treated students in results.json, of {all}: a norm was assigned nothing"))
            }
            (None, Some(((t, c), all))) => (
                Some(format!("at least {t} treated, {c} comparison")),
                format!(
                    "{} of {all} {of} in results.json hold students of both arms, so what was assigned is smaller and cannot be counted; each of them with students of an arm holds at least one",
                    t.saturating_add(c) - all
                ),
            ),
            (None, None) => (None, "results.json does not tell the arms' clusters apart".into()),
        };
        self.note("units in each arm", said, from);
        let students = roles.unit.is_none() && roles.student.is_some();
        let count = if norm { "treated_units" } else { "units" };
        self.facts.students = self.sample(count).filter(|_| students);
        let said = self.facts.students.map(|n| n.to_string());
        self.note(
            "students analysed",
            said,
            match (students, norm) {
                (true, false) => "units in results.json",
                (true, true) => "treated units in results.json: the others are rows of a norm",
                (false, _) => "study.toml does not say that the units are students",
            },
        );
        let alone = self.results["fallacies"].as_array().is_some_and(|all| all.iter().any(|a| a["fallacy"] == "single-school"));
        self.facts.sites = if alone { Some(1) } else { clusters.filter(|_| self.facts.unit == Some(Unit::School)) };
        let said = self.facts.sites.map(|n| if n == 1 { "1 school".into() } else { format!("{n} schools") });
        let from = if alone { "the sign single-school in results.json" } else { "clusters in results.json, where they are schools" };
        self.note("sites", said, from);
        self.facts.clustering = match (cluster, self.inference.starts_with("robust")) {
            (None, _) => None,
            (Some(_), true) if self.facts.unit == Some(Unit::Student) => Some(Clustering::Heeded),
            (Some(_), true) => Some(Clustering::Ignored),
            (Some(_), false) => Some(Clustering::Heeded),
        };
        let said = self.facts.clustering.map(|c| if c == Clustering::Heeded { "heeded" } else { "ignored" }.to_string());
        self.note("clusters in the standard error", said, format!("the method {}, and roles.cluster", self.inference));
        let tried = &self.results["headline_calibration"];
        let broken = tried["promise"] == "broken";
        self.facts.coverage = tried["coverage"].as_f64().map(|share| Coverage { share, broken });
        let said = self.facts.coverage.map(|c| format!("{:.1} % of draws on this design", 100.0 * c.share));
        self.note("how often such an interval holds the truth", said, "headline_calibration in results.json");
    }

    fn design(&mut self) {
        let changes = CHANGES.contains(&self.estimator.as_str());
        self.facts.design = match self.estimator.as_str() {
            _ if changes => Some(Design::DifferenceInDifferences),
            "ancova" => Some(Design::Controlled),
            _ => None,
        };
        let said = self.facts.design.map(|d| d.name().to_string());
        self.note("design", said, format!("the estimator {}; that a lot decided, or what else did, stands in no file", self.estimator));
        let some = |count: &str| self.sample(count).is_some_and(|n| n > 0);
        let untreated = self.sample("treated_units").zip(self.sample("units")).is_some_and(|(t, n)| t < n);
        let group = some("comparison_clusters") || untreated;
        self.facts.comparison = group.then_some(Comparison::Concurrent);
        let from = "units not treated in the same periods; whether use seen later decided who counts as treated, no file tells";
        self.note("comparison", group.then(|| "others at the same time".to_string()), from);
    }

    fn trends(&mut self) {
        let tests = self.first["tests"].as_array();
        let before = |t: &&Value| t["hypothesis"] == ALIKE_BEFORE && t["p_value"].is_f64();
        let own = |t: &&Value| before(t) && t["inference"] == self.inference.as_str();
        let find = tests.and_then(|all| all.iter().find(own).or_else(|| all.iter().find(before)));
        self.facts.trends.p_value = find.and_then(|t| t["p_value"].as_f64());
        self.facts.trends.draws = find.and_then(|t| t["draws"].as_u64());
        let said = self.facts.trends.p_value.map(|p| p_words(p, self.facts.trends.draws));
        self.note("test of trends before", said, "joint test in results.json, where the estimator has periods before");
        let times = self.first["effects"].as_array().into_iter().flatten().filter_map(|e| e["event_time"].as_i64());
        let earliest = times.min().filter(|t| *t < 0);
        let two = (self.sample("periods") == Some(2)).then_some(1);
        self.facts.trends.periods = earliest.and_then(|t| u32::try_from(t.unsigned_abs()).ok()).or(two);
        let said = self.facts.trends.periods.map(|n| format!("at least {n}"));
        self.note("periods before", said, "event times, or the number of periods, in results.json");
    }

    /// What the run's checks found of trends, and of leaving out a cluster.
    fn checks(&mut self) {
        let power = self.check("pretrends-power", |c| c["numbers"]["power"].as_f64());
        self.facts.trends.power = power.as_ref().ok().copied();
        self.told(
            "power of the test of trends",
            power.map(|p| format!("{:.0} % against a drift as large as the effect", 100.0 * p)),
            "pretrends-power",
        );
        let relative = |c: &Value| {
            c["numbers"]["breakdown"].as_f64().filter(|_| c["options"]["type"] == "relative-magnitudes" && c["verdict"] != "cannot-tell")
        };
        let breakdown = self.check("honest", relative);
        self.facts.trends.breakdown = breakdown.as_ref().ok().copied();
        self.told("breakdown value", breakdown.map(|m| format!("{m:.2} times the largest difference in trends before")), "honest");
        let hangs = self.check("leave-one-out", |c| match c["verdict"].as_str()? {
            "ok" => Some(false),
            "caution" | "fail" => Some(true),
            _ => None,
        });
        self.facts.hangs_on_one_school = hangs.as_ref().ok().copied();
        let words = |turns: bool| if turns { "leaving one out turns the result" } else { "no one of them turns the result" };
        self.told("leaving out one cluster", hangs.map(|turns| words(turns).to_string()), "leave-one-out");
    }

    /// What a check found; the reason where it did not answer, or was not carried out.
    fn check<T>(&self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T, String> {
        let of = |c: &&Value| c["check"] == name && c["outcome"] == self.outcome.as_str();
        let all: Vec<&Value> = self.results["checks"].as_array().into_iter().flatten().filter(of).collect();
        all.iter().find_map(|c| read(c)).ok_or_else(|| match all.first().and_then(|c| c["reason"].as_str()) {
            Some(reason) => format!("the check {name} in results.json does not tell: {reason}"),
            None => format!("the run did not carry out the check {name}"),
        })
    }

    fn told(&mut self, fact: &'static str, found: Result<String, String>, check: &str) {
        match found {
            Ok(said) => self.note(fact, Some(said), format!("the check {check} in results.json")),
            Err(why) => self.note(fact, None, why),
        }
    }

    /// Baseline differences of the units analysed, by the check of balance.
    fn baseline(&mut self) {
        let found = self.check("balance", |c| {
            let columns = c["table"]["columns"].as_array()?;
            let at = |key: &str| columns.iter().position(|column| column == key);
            let (measure, difference, adjusted) = (at("measure")?, at("difference_sd")?, at("adjusted")?);
            let row = |r: &Value| {
                let adjusted = r[adjusted].as_str().map(|word| word == "yes");
                // A number that was suppressed is an object, and not known.
                Some(Baseline { measure: r[measure].as_str()?.to_string(), difference: r[difference].as_f64(), adjusted })
            };
            let rows: Vec<Baseline> = c["table"]["rows"].as_array()?.iter().filter_map(row).collect();
            (!rows.is_empty()).then_some(rows)
        });
        if let Ok(rows) = &found {
            self.facts.baseline.clone_from(rows);
        }
        let words = |b: &Baseline| {
            let adjusted = match b.adjusted {
                Some(true) => ", adjusted for",
                Some(false) => ", not adjusted for",
                None => "",
            };
            format!("{} {}{adjusted}", b.measure, b.difference.map_or("–".into(), |d| format!("{d:.3} SD")))
        };
        let said = found.map(|rows| rows.iter().map(words).collect::<Vec<_>>().join("; "));
        self.told("baseline differences", said, "balance");
    }

    /// Who was assigned and who was analysed, by the check of attrition.
    fn attrition(&mut self) {
        let of = |c: &Value, keys: [&str; 4]| -> Option<Attrition> {
            let [a, b, c, d] = keys.map(|key| c["numbers"][key].as_f64());
            let whole = |x: Option<f64>| x.map(|x| x as u64);
            Some(Attrition { assigned: Sizes::new(whole(a)?, whole(b)?), analysed: Sizes::new(whole(c)?, whole(d)?) })
        };
        let units =
            self.check("attrition", |c| of(c, ["assigned_treated", "assigned_comparison", "analysed_treated", "analysed_comparison"]));
        let keys =
            ["clusters_assigned_treated", "clusters_assigned_comparison", "clusters_analysed_treated", "clusters_analysed_comparison"];
        let clusters = self.check("attrition", |c| of(c, keys));
        let words = |a: &Attrition| {
            let lost = a
                .overall()
                .zip(a.differential())
                .map_or(String::new(), |(all, more)| format!(": {:.1} % lost, {:.1} points more in one arm", 100.0 * all, 100.0 * more));
            let (before, after) = (a.assigned, a.analysed);
            format!(
                "{} of {} treated, {} of {} comparison analysed{lost}",
                after.treated, before.treated, after.comparison, before.comparison
            )
        };
        let students = self.facts.students.is_some();
        self.facts.attrition = units.as_ref().ok().copied().filter(|_| students);
        let told = if students { units.map(|a| words(&a)) } else { Err("study.toml does not say that the units are students".into()) };
        self.told("attrition by arm", told, "attrition");
        self.facts.cluster_attrition = clusters.as_ref().ok().copied();
        self.told("attrition of clusters by arm", clusters.map(|a| words(&a)), "attrition");
    }

    fn domain(&mut self, effect: &Value) {
        let domains = self.study.roles.as_ref().map(|r| r.domains.clone()).unwrap_or_default();
        let same = |outcome: &str| domains.get(outcome) == domains.get(&self.outcome);
        let of_first = |r: &&Value| {
            let another = r["outcome"].as_str().is_some_and(|o| o != self.outcome && same(o));
            another
                && r["estimator"] == self.first["estimator"]
                && r["options"] == self.first["options"]
                && r["analysis"] == self.first["analysis"]
        };
        let others = self.results["results"].as_array().into_iter().flatten().filter(of_first);
        let tested = |e: &Value| e["p_value"].as_f64().map(|p| (p, e["replicates"].as_u64()));
        let others: Option<Vec<(f64, Option<u64>)>> = others.map(|r| tested(overall(r, Some(&self.inference))?)).collect();
        let all = tested(effect).zip(others).map(|(own, others)| std::iter::once(own).chain(others).collect::<Vec<_>>());
        let said = all.as_ref().map(|all| all.iter().map(|(p, draws)| p_words(*p, *draws)).collect::<Vec<_>>().join(", "));
        let all = all.map(|all| all.into_iter().map(|(p, _)| p).collect());
        self.note(
            "p-values of the outcomes of its domain",
            said,
            format!("outcomes of this run by {}; others may have been tested elsewhere", self.estimator),
        );
        self.facts.domain = all;
    }

    fn plan(&mut self) {
        let deviations = self.results["plan"]["deviations"].as_array().map(Vec::len);
        self.facts.plan = deviations.map(|n| if n == 0 { Plan::Kept } else { Plan::Deviated });
        let said = deviations.map(|n| if n == 0 { "kept".to_string() } else { format!("{n} deviations") });
        self.note(
            "plan before outcomes were read",
            said,
            "plan in results.json; [plan] in study.toml names one that  didact plan --lock  wrote",
        );
    }

    /// The specification curve, where the study asked for one.
    fn specifications(&mut self) {
        let curve = &self.results["multiverse"];
        let share = curve["same_sign"].as_f64().filter(|s| (0.0..=1.0).contains(s));
        self.facts.specifications = share
            .zip(curve["median_excludes_zero"].as_bool())
            .map(|(same_sign, median_excludes_zero)| Specifications { same_sign, median_excludes_zero });
        let said = self.facts.specifications.map(|s| {
            let middle = if s.median_excludes_zero { "leaves zero out" } else { "holds zero" };
            format!("{:.0} % have the sign of the headline; the interval of the median one {middle}", 100.0 * s.same_sign)
        });
        let from = match (&said, curve["not_drawn"].as_str()) {
            (Some(_), _) => "the specification curve in results.json".to_string(),
            (None, Some(why)) => format!("there is no curve: {why}"),
            (None, None) => "no specification curve was drawn".to_string(),
        };
        self.note("other reasonable analyses", said, from);
    }

    /// What the study's author tells, and what nobody does.
    fn unknown(&mut self, told: &[(&'static str, String)]) {
        for (fact, value) in told {
            self.known.retain(|k| k.fact != *fact);
            self.note(fact, Some(value.clone()), "[context] in study.toml");
        }
        for fact in ["who made the test", "who ran the study"] {
            if !told.iter().any(|t| t.0 == fact) {
                self.note(fact, None, "measure and conductor under [context] in study.toml would tell");
            }
        }
        self.plan();
    }
}
