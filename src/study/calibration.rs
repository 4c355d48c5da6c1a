//! How far a study's methods can be trusted on its own design: what is tried, and on which draws.

use super::file::StudyFile;
use super::run::{columns, parameters, questions};
use super::subgroup::{subgroups, within};
use crate::cohort::{Cohort, Fault, Faults};
use crate::estimate::{Chosen, Role};
use crate::evaluate::fitted::{Design, Fitted};
use crate::evaluate::{Axis, Drawn, Effects, Experiment, Grid, Point, Question, Simulated, Source, seed_of};
use crate::panel::PanelSpec;
use crate::simulate;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a calibration is made from; with the program's version it says everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The resolved study: world, roles, analyses, level, seed.
    pub study: StudyFile,
    /// The grid, each parameter as `name=a,b,c`.
    pub grid: Vec<String>,
    /// The kinds of effect that are looked at; empty: overall, by time since the start, and by subgroup where the world tells the
    /// truth in them.
    pub effects: Vec<String>,
    /// Draws at each point.
    pub replicates: usize,
    /// Conditions put on a design that is fitted to data (`effect`, `drift` …); a world has parameters of its own, in the study.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<(String, f64)>,
    /// Whether every estimator and method of the first analysis is tried in subgroups too, not only the first of each.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_in_subgroups: bool,
    /// Whether only one parameter of the grid at a time leaves its first value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_at_a_time: bool,
}

/// What is tried of a design fitted to data where nobody says what to try: name, size, and in words. What-if, not estimates.
pub const USUAL: [(&str, f64, &str); 3] = [
    ("drift", 0.05, "those treated gain 0.05 SD more for each unit of the period column, treatment or not"),
    ("attrition", 0.1, "a tenth of those treated leave, those with the lowest outcomes first"),
    ("contamination", 0.1, "a tenth of the untreated have the effect too"),
];

impl Calibration {
    /// The overall effects of a resolved study as it is, drawn twice.
    pub fn of_headlines(study: StudyFile) -> Calibration {
        Calibration {
            study,
            grid: Vec::new(),
            effects: vec!["overall".into()],
            replicates: 2,
            conditions: Vec::new(),
            all_in_subgroups: false,
            one_at_a_time: false,
        }
    }

    /// What is drawn from: the study's world, or a design fitted to its data, which are then given.
    ///
    /// # Errors
    /// What cannot be fitted or drawn anew; a study of data without them.
    pub fn source(&self, data: Option<&Cohort>) -> Result<Box<dyn Source>, Faults> {
        if let Some(world) = self.study.data.simulate.as_deref().and_then(simulate::find) {
            return Ok(Box::new(Simulated { world, parameters: parameters(&self.study, world)? }));
        }
        let Some(cohort) = data else {
            return Err(Fault::new(
                "CAL-005",
                "the data of the study are not there",
                "[data] path, in the study file",
                "there is no design to fit",
                "name the file with --data",
            )
            .into());
        };
        let all = questions(&self.study)?;
        let mut outcomes: Vec<PanelSpec> = Vec::new();
        let mut covariates = Vec::new();
        for (_, question) in &all {
            if !outcomes.iter().any(|known| known.outcome == question.spec.outcome) {
                outcomes.push(question.spec.clone());
            }
            covariates.extend(question.spec.covariates.iter().filter(|c| !covariates.contains(*c)).cloned().collect::<Vec<_>>());
        }
        let roles = self.study.roles.clone().unwrap_or_default();
        let name = self.study.data.path.as_deref().and_then(|p| Path::new(p).file_stem()).map(|n| n.to_string_lossy().into_owned());
        Ok(Box::new(Fitted::new(Design {
            name: name.unwrap_or_else(|| "data".into()),
            outcomes,
            school: roles.school.clone(),
            classroom: roles.classroom.clone(),
            levels: roles.levels.clone(),
            covariates,
            subgroups: roles.subgroups.clone(),
            settings: self.conditions.clone(),
            cohort,
        })?))
    }

    /// Adds to a calibration without a grid what is usually tried, one at a time: each of [`USUAL`] that this design can have
    /// and that is not set already. Says in words what was added.
    pub fn try_the_usual(&mut self, source: &dyn Source) -> Vec<&'static str> {
        if !self.grid.is_empty() || !source.parameters().iter().any(|p| p == USUAL[0].0) {
            return Vec::new();
        }
        let mut told = Vec::new();
        for (name, size, words) in USUAL {
            let set = self.conditions.iter().any(|(own, _)| own == name);
            let possible = |value: f64| source.check(&Point { values: vec![(name.to_string(), value)] }).is_ok();
            if !set && possible(0.0) && possible(size) {
                self.grid.push(format!("{name}=0,{size}"));
                told.push(words);
            }
        }
        self.one_at_a_time = !told.is_empty();
        told
    }

    /// The grid.
    ///
    /// # Errors
    /// All faults of all axes.
    pub fn grid(&self, source: &dyn Source) -> Result<Grid, Faults> {
        let (mut axes, mut faults) = (Vec::new(), Faults::default());
        for text in &self.grid {
            match Axis::parse(text) {
                Ok(axis) => axes.push(axis),
                Err(f) => faults.extend(f),
            }
        }
        match Grid::new(axes, &source.parameters()) {
            Ok(grid) => faults.into_result().map(|()| Grid { one_at_a_time: self.one_at_a_time, ..grid }),
            Err(f) => {
                faults.extend(f);
                Err(faults)
            }
        }
    }

    /// Estimators fitted to each draw, at least: without those for subgroups.
    pub fn fits_a_draw(&self) -> usize {
        let outcomes = self.study.roles.as_ref().map_or(0, |r| r.outcomes.len());
        self.study.analysis.iter().map(|a| a.estimators.len()).sum::<usize>() * outcomes
    }

    /// The experiment, and the draw at its first point by which its subgroups were found.
    ///
    /// # Errors
    /// Points of the grid that cannot be drawn; effects that are not known.
    pub fn experiment<'a>(&self, source: &'a dyn Source, grid: Grid) -> Result<(Experiment<'a>, Drawn), Faults> {
        let named: Vec<&str> = self.effects.iter().map(String::as_str).filter(|e| *e != "subgroup").collect();
        let by_default = self.effects.is_empty();
        let mut usual = vec!["overall", "event"];
        usual.extend(self.asks_for_doses().then_some("dose"));
        let effects = Effects::parse(if by_default { usual } else { named })?;
        let seed = self.study.study.seed;
        let mut experiment =
            Experiment { source, grid, questions: Vec::new(), effects, replicates: self.replicates, level: self.study.study.level, seed };
        experiment.check()?;
        let pilot = source.draw(&experiment.grid.point(0), seed_of(seed, 0), &columns(&self.study)?)?;
        let asked = self.effects.iter().any(|e| e == "subgroup");
        let all = questions(&self.study)?;
        let first = self.study.analysis.first().map(|a| a.name.clone()).unwrap_or_default();
        for (section, question) in &all {
            experiment.questions.push(plain(section, question));
        }
        for (section, question) in all.iter().filter(|(section, _)| *section == first && (by_default || asked)) {
            for column in self.study.roles.iter().flat_map(|r| &r.subgroups) {
                let one = if self.all_in_subgroups { question.clone() } else { question.alone() };
                for value in subgroups(&pilot.cohort, column)? {
                    let own = within(&one, column, &value);
                    let mut told = pilot.truths.effects.iter().filter(|t| t.outcome == own.spec.outcome && t.subgroup == own.spec.subgroup);
                    // Of loaded data, groups of a few students are not even named.
                    let least =
                        if self.study.data.path.is_some() && self.study.privacy.on { self.study.privacy.minimum_cell as usize } else { 0 };
                    let known = told.clone().next().is_some() && told.all(|t| t.n >= least);
                    if known && !own.estimators.is_empty() {
                        experiment.questions.push(plain(section, &own));
                    }
                }
            }
        }
        if asked && !experiment.questions.iter().any(|q| q.spec.subgroup.is_some()) {
            return Err(Fault::new(
                "CAL-006",
                "no effect in a subgroup is known here",
                "--effect subgroup",
                "there would be nothing to compare the estimates with",
                "name columns whose true effects are known, with --subgroup or under [roles] (in a world: iep, el, frl, female), or leave it out",
            )
            .into());
        }
        Ok((experiment, pilot))
    }

    /// Whether an estimator tells effects by dose.
    fn asks_for_doses(&self) -> bool {
        let estimators = self.study.analysis.iter().flat_map(|section| &section.estimators);
        estimators.filter_map(|text| Chosen::parse(text).ok()).any(|e| e.estimator.asks_for(Role::Dose))
    }

    /// The points of the grid.
    pub fn points(grid: &Grid) -> Vec<Point> {
        (0..grid.len()).map(|p| grid.point(p)).collect()
    }
}

fn plain(section: &str, question: &super::Question) -> Question {
    Question {
        section: section.to_string(),
        spec: question.spec.clone(),
        estimators: question.estimators.clone(),
        inference: question.inference.clone(),
    }
}
