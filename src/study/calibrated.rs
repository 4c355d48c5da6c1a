//! A finished calibration, and its JSON document.

use super::behind::Behind;
use super::calibration::Calibration;
use super::run::Loaded;
use crate::evaluate::{Experiment, Fact, Measured, Performance, Place, Point, Question, Ranking, Replicate, performances, rankings};
use crate::panel::Panel;
use serde_json::{Map, Value, json};

/// The data that a design was fitted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FittedTo {
    /// The file's name.
    pub name: String,
    /// BLAKE3 of the columns read, whatever the order of rows.
    pub blake3: String,
    /// Rows of the file; `None` where they would give away how few were left out.
    pub rows: Option<usize>,
}

/// What came of a calibration.
pub struct Calibrated {
    /// What it was made from.
    pub calibration: Calibration,
    /// BLAKE3 of everything its numbers depend on.
    pub fingerprint: String,
    /// The name of what was drawn from.
    pub source: String,
    /// What was found about the data, where a design was fitted to them.
    pub facts: Vec<Fact>,
    /// The data, where a design was fitted to them.
    pub input: Option<FittedTo>,
    /// How many stand behind each question in those data, where its sample can be built; nothing where students are simulated.
    pub behind: Vec<Option<Behind>>,
    /// How many effects by a method were left out, since they would tell of too few students.
    pub withheld: usize,
    /// The points of the grid.
    pub points: Vec<Point>,
    /// The analyses.
    pub questions: Vec<Question>,
    /// How each estimator and method did.
    pub performances: Vec<Performance>,
    /// The comparisons on the same draws.
    pub rankings: Vec<Ranking>,
}

impl Calibrated {
    /// Sums up the draws of an experiment, which come in any order. The data are those that its design was fitted to.
    pub fn new(calibration: Calibration, data: Option<&Loaded>, experiment: &Experiment<'_>, mut draws: Vec<Replicate>) -> Calibrated {
        let input = data.and_then(|d| {
            let (name, blake3) = d.input.clone()?;
            Some(FittedTo { name, blake3, rows: Some(d.cohort.n_rows) })
        });
        let behind = |q: &Question| data.and_then(|d| Panel::build(&d.cohort, &q.spec).ok()).map(|panel| Behind::of(&panel));
        draws.sort_by_key(|d| (d.point, d.number));
        let performances = performances(experiment, &draws);
        Calibrated {
            fingerprint: experiment.fingerprint(),
            source: experiment.source.name(),
            facts: experiment.source.facts(),
            input,
            behind: experiment.questions.iter().map(behind).collect(),
            withheld: 0,
            points: Calibration::points(&experiment.grid),
            questions: experiment.questions.clone(),
            rankings: rankings(&performances, &draws),
            performances,
            calibration,
        }
    }

    /// Whether it is about the design of data, not about a world.
    pub fn is_fitted(&self) -> bool {
        self.calibration.study.data.path.is_some()
    }

    /// The level of its intervals.
    pub fn level(&self) -> f64 {
        self.calibration.study.study.level
    }

    /// The name of an estimator.
    pub fn estimator(&self, question: usize, estimator: usize) -> String {
        self.questions[question].estimators[estimator].label()
    }

    /// The document of the interface.
    pub fn document(&self) -> Value {
        json!({
            "didact": env!("CARGO_PKG_VERSION"),
            "calibration": {
                "source": self.source,
                "fingerprint": self.fingerprint,
                "replicates": self.calibration.replicates,
                "level": self.level(),
                "seed": self.calibration.study.study.seed,
                "grid": self.calibration.grid,
                "one_at_a_time": self.calibration.one_at_a_time,
                "conditions": self.calibration.conditions.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>(),
                "design": self.facts.iter().map(|f| json!({"outcome": f.outcome, "what": f.what, "value": f.value})).collect::<Vec<_>>(),
                "withheld": self.withheld,
                "rule": "promise: broken or wider than promised where |coverage - level| > 3 sqrt(level (1 - level) / n)",
                "rows": self.performances.iter().map(|p| self.row(p)).collect::<Vec<_>>(),
                "rankings": self.rankings.iter().map(|r| self.ranking(r)).collect::<Vec<_>>(),
            },
        })
    }

    fn point(&self, point: usize) -> Value {
        Value::Object(self.points[point].values.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
    }

    fn row(&self, p: &Performance) -> Value {
        let question = &self.questions[p.question];
        let mut row = Map::new();
        let mut put = |name: &str, value: Value| row.insert(name.into(), value);
        put("point", self.point(p.point));
        put("analysis", json!(question.section));
        put("outcome", json!(question.spec.outcome));
        put("subgroup", json!(question.spec.subgroup.as_ref().map(|(column, value)| json!({"column": column, "value": value}))));
        put("estimator", json!(self.estimator(p.question, p.estimator)));
        put("inference", json!(p.method));
        put("estimand", json!(p.effect.map(|e| e.estimand.name())));
        put("group", json!(p.effect.and_then(|e| e.group)));
        put("period", json!(p.effect.and_then(|e| e.period)));
        put("event_time", json!(p.effect.and_then(|e| e.event_time)));
        put("dose_percent", json!(p.effect.and_then(|e| e.dose_percent)));
        put("n", json!(p.n));
        put("failures", json!(p.failures.iter().map(|(why, n)| json!({"reason": why, "n": n})).collect::<Vec<_>>()));
        put("truth", json!(p.truth));
        for (name, measure) in measures(p) {
            put(name, json!(measure.map(|m| m.value)));
            put(&format!("{name}_mc"), json!(measure.and_then(|m| m.mc_error)));
        }
        put("promise", json!(p.verdict.word()));
        Value::Object(row)
    }

    fn ranking(&self, r: &Ranking) -> Value {
        let place = |(i, p): (usize, &Place)| {
            let measure = |m: Option<Measured>| json!({"value": m.map(|m| m.value), "mc": m.and_then(|m| m.mc_error)});
            json!({
                "rank": i + 1, "estimator": self.estimator(r.question, p.estimator), "inference": p.method, "promise": p.verdict.word(),
                "rmse": measure(p.rmse), "n": p.n, "squared_error_versus_first": measure(p.squared_error),
                "coverage_versus_first": measure(p.coverage), "width_versus_first": measure(p.width),
            })
        };
        let spec = &self.questions[r.question].spec;
        json!({
            "point": self.point(r.point), "analysis": self.questions[r.question].section, "outcome": spec.outcome,
            "subgroup": spec.subgroup.as_ref().map(|(column, value)| json!({"column": column, "value": value})),
            "estimand": r.effect.estimand.name(), "places": r.places.iter().enumerate().map(place).collect::<Vec<_>>(),
        })
    }
}

/// The measures of a row by their names.
pub fn measures(p: &Performance) -> [(&'static str, Option<Measured>); 14] {
    [
        ("estimate", p.estimate),
        ("bias", p.bias),
        ("relative_bias", p.relative_bias),
        ("empirical_sd", p.empirical_sd),
        ("rmse", p.rmse),
        ("mean_std_error", p.mean_std_error),
        ("std_error_off", p.std_error_off),
        ("coverage", p.coverage),
        ("width", p.width),
        ("unbounded", p.unbounded),
        ("size", p.size),
        ("power", p.power),
        ("type_s", p.type_s),
        ("type_m", p.type_m),
    ]
}
