//! Which columns play which part.

use super::FixedEffect;

/// A covariate as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CovariateTerm {
    /// The column.
    pub column: String,
    /// Whether its values are categories; text always is. Written `factor(column)`.
    pub factor: bool,
}

impl CovariateTerm {
    /// Reads `column` or `factor(column)`.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        match text.strip_prefix("factor(").and_then(|rest| rest.strip_suffix(')')) {
            Some(column) => CovariateTerm { column: column.trim().into(), factor: true },
            None => CovariateTerm { column: text.into(), factor: false },
        }
    }
}

/// How the sample says who is treated when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreatmentRule {
    /// A column with the first treated period; 0, empty, NA, Inf: never.
    Cohort(String),
    /// A 0/1 arm, and a 0/1 column that says which rows are after (left out: the later of two periods).
    Arm {
        /// The arm.
        arm: String,
        /// Whether a row is after the start.
        post: Option<String>,
    },
    /// A status in each row: 0 or 1 and switched on once, unless [`Paths`] allows more.
    Status(String),
}

/// Which paths a treatment status may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paths {
    /// Off, then on for good: all that these estimators can follow (none named: whoever asks).
    StayOn(Vec<String>),
    /// Any: on from the first period, off again, other numbers than 0 and 1.
    Any,
}

/// What to do with a unit seen twice in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// Refuse the data.
    #[default]
    Refuse,
    /// Average on purpose.
    Mean,
}

/// Which columns of a cohort make up the analytic sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelSpec {
    /// The outcome.
    pub outcome: String,
    /// The unit; `None`: repeated cross-sections.
    pub unit: Option<String>,
    /// The period; `None` only with an arm and a post column.
    pub period: Option<String>,
    /// Who is treated when.
    pub treatment: TreatmentRule,
    /// Which paths a treatment status may take.
    pub paths: Paths,
    /// Covariates.
    pub covariates: Vec<CovariateTerm>,
    /// Weights.
    pub weights: Option<String>,
    /// The unit of assignment; `None`: the unit itself, with a warning.
    pub cluster: Option<String>,
    /// A second way in which rows may depend on each other, crossed with the first (two-way clustering).
    pub second_cluster: Option<String>,
    /// Levels between cluster and unit, coarse to fine (classrooms within schools).
    pub levels: Vec<String>,
    /// Clusters were assigned within the values of this column.
    pub block: Option<String>,
    /// A column with two values whose effects are compared (the third difference).
    pub third: Option<String>,
    /// How much of the treatment each treated unit had.
    pub dose: Option<String>,
    /// Who really used it: 0 or 1, or a share.
    pub take_up: Option<String>,
    /// The absorbed effects; empty: the unit's and the period's.
    pub fixed_effects: Vec<FixedEffect>,
    /// Columns that go with the rows and that no estimator looks at; they may be missing.
    pub marks: Vec<String>,
    /// Keep only rows with these values.
    pub filter: Vec<(String, String)>,
    /// Keep only this subgroup (column, value).
    pub subgroup: Option<(String, String)>,
    /// What to do with a unit seen twice in a period.
    pub duplicates: Duplicates,
}

impl PanelSpec {
    /// The plainest specification: repeated cross-sections, each row a cluster of its own.
    pub fn new(outcome: &str, treatment: TreatmentRule) -> PanelSpec {
        PanelSpec {
            outcome: outcome.into(),
            unit: None,
            period: None,
            treatment,
            paths: Paths::StayOn(Vec::new()),
            covariates: Vec::new(),
            weights: None,
            cluster: None,
            second_cluster: None,
            levels: Vec::new(),
            block: None,
            third: None,
            dose: None,
            take_up: None,
            fixed_effects: Vec::new(),
            marks: Vec::new(),
            filter: Vec::new(),
            subgroup: None,
            duplicates: Duplicates::Refuse,
        }
    }

    /// The absorbed effects where they are not just the unit's and the period's, which are absorbed anyway.
    pub fn named_effects(&self) -> &[FixedEffect] {
        let period = match &self.treatment {
            TreatmentRule::Arm { post: Some(post), .. } => self.period.as_ref().or(Some(post)),
            _ => self.period.as_ref(),
        };
        let plain: Vec<FixedEffect> = [self.unit.as_ref(), period].into_iter().flatten().map(|c| FixedEffect::of(c)).collect();
        let named = &self.fixed_effects;
        let same = self.unit.is_some() && named.len() == plain.len() && plain.iter().all(|e| named.contains(e));
        if same { &[] } else { named }
    }

    /// All columns that the sample needs, each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut all: Vec<&str> = vec![&self.outcome];
        all.extend(self.unit.as_deref());
        all.extend(self.period.as_deref());
        match &self.treatment {
            TreatmentRule::Cohort(c) | TreatmentRule::Status(c) => all.push(c),
            TreatmentRule::Arm { arm, post } => {
                all.push(arm);
                all.extend(post.as_deref());
            }
        }
        all.extend(self.covariates.iter().map(|c| c.column.as_str()));
        all.extend(self.weights.as_deref());
        all.extend(self.cluster.as_deref());
        all.extend(self.second_cluster.as_deref());
        all.extend(self.levels.iter().map(String::as_str));
        all.extend(self.block.as_deref());
        all.extend([&self.third, &self.dose, &self.take_up].into_iter().flatten().map(String::as_str));
        all.extend(self.named_effects().iter().flat_map(FixedEffect::all_columns));
        all.extend(self.marks.iter().map(String::as_str));
        all.extend(self.filter.iter().map(|(c, _)| c.as_str()));
        all.extend(self.subgroup.as_ref().map(|(c, _)| c.as_str()));
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|c| seen.insert(*c));
        all
    }
}
