//! Flags that say what is in the data: shared by `estimate` and `inspect`.

use super::Failure;
use crate::cohort::Cohort;
use crate::ingest::{self, Codes, Source};
use crate::panel::{CovariateTerm, Duplicates, FixedEffect, PanelSpec, Paths, TreatmentRule};

/// Where the data are and how to read them.
#[derive(clap::Args, Clone, Debug)]
pub struct Data {
    /// The data: CSV, TSV (also .gz, .zst), Parquet, Arrow IPC, Stata (.dta), SPSS (.sav, .zsav), Excel (.xlsx), a OneRoster folder;
    /// - reads CSV from standard input
    #[arg(value_name = "DATA")]
    pub data: String,
    /// The format, where the file's ending does not tell: csv, tsv, parquet, arrow, stata, spss, xlsx, oneroster
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// The sheet of an Excel workbook [default: its first]
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// A value that means missing, as CODE or COLUMN=CODE (repeatable); empty cells always do
    #[arg(long, value_name = "[COLUMN=]CODE", allow_hyphen_values = true)]
    pub missing: Vec<String>,
    /// A value that looks like a missing code and is real, as CODE or COLUMN=CODE (repeatable)
    #[arg(long, value_name = "[COLUMN=]CODE", allow_hyphen_values = true)]
    pub keep: Vec<String>,
}

impl Data {
    /// Reads the columns asked for (`None`: all).
    pub fn read(&self, columns: Option<&[&str]>) -> Result<Cohort, Failure> {
        let source = Source::open(&self.data, self.format.as_deref(), self.sheet.as_deref())?;
        Ok(ingest::read(&source, columns, &Codes::parse(&self.missing, &self.keep))?)
    }
}

/// Which columns play which part.
#[derive(clap::Args, Clone, Debug)]
pub struct Roles {
    /// The outcome, numeric (repeatable)
    #[arg(long, value_name = "COL", required = true, num_args = 1)]
    pub outcome: Vec<String>,
    /// The panel's unit: a student, a classroom, a school. Left out: repeated cross-sections
    #[arg(long, value_name = "COL")]
    pub unit: Option<String>,
    /// The period, a whole number
    #[arg(long, value_name = "COL")]
    pub period: Option<String>,
    /// The first treated period; 0, empty, NA, Inf: never treated
    #[arg(long, value_name = "COL", conflicts_with_all = ["arm", "treatment"])]
    pub cohort: Option<String>,
    /// Instead of --cohort: 0/1, whether a unit is in the treated arm
    #[arg(long, value_name = "COL", conflicts_with = "treatment")]
    pub arm: Option<String>,
    /// With --arm: 0/1, whether a row is after the start; may be left out where there are two periods
    #[arg(long, value_name = "COL", requires = "arm", conflicts_with_all = ["cohort", "treatment"])]
    pub post: Option<String>,
    /// Instead of --cohort: a 0/1 status that switches on over time; for chaisemartin-dhaultfoeuille alone it may switch off again,
    /// be on from the first period, or take other values
    #[arg(long, value_name = "COL")]
    pub treatment: Option<String>,
    /// Covariates, separated by commas; factor(COL) for categories, text always is
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub covariates: Vec<String>,
    /// Weights
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// The unit of assignment: rows within a cluster may depend on each other; two columns for two crossed clusterings
    #[arg(long, value_name = "COL[,COL]", value_delimiter = ',')]
    pub cluster: Vec<String>,
    /// Levels between cluster and unit, coarse to fine: classrooms within schools
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub levels: Vec<String>,
    /// Clusters were assigned within the values of this column (for the permutation test)
    #[arg(long, value_name = "COL")]
    pub block: Option<String>,
    /// The absorbed effects, exactly these (for twfe and event-study; by default unit and period): school,grade; school^year
    /// for each combination; `student[year]` for each student's own level and trend
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub fixed_effects: Vec<String>,
    /// Estimate also within each value of this column; triple-difference compares the effects in its two values
    #[arg(long, value_name = "COL")]
    pub subgroup: Option<String>,
    /// How much of the treatment each treated unit had: implementation fidelity, hours on the platform (for dose-response)
    #[arg(long, value_name = "COL")]
    pub dose: Option<String>,
    /// Who really used it, 0 or 1 or a share (for compliance)
    #[arg(long, value_name = "COL")]
    pub take_up: Option<String>,
    /// Keep only rows with COL=VALUE (repeatable)
    #[arg(long = "where", value_name = "COL=VALUE")]
    pub filter: Vec<String>,
    /// What to do with a unit seen twice in a period
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = ["refuse", "mean"])]
    pub duplicates: String,
}

impl Roles {
    /// The sample's specification for one outcome.
    pub fn spec(&self, outcome: &str) -> Result<PanelSpec, Failure> {
        let treatment = match (&self.cohort, &self.arm, &self.treatment) {
            (Some(c), None, None) => TreatmentRule::Cohort(c.clone()),
            (None, Some(arm), None) => TreatmentRule::Arm { arm: arm.clone(), post: self.post.clone() },
            (None, None, Some(t)) => TreatmentRule::Status(t.clone()),
            _ => {
                return Err(Failure::Usage(
                    "who is treated when? Give --cohort COL, or --arm COL with --post COL, or --treatment COL".into(),
                ));
            }
        };
        if self.cluster.len() > 2 {
            return Err(Failure::Usage("--cluster takes one column, or two that cross each other".into()));
        }
        let effects = self.fixed_effects.iter().map(|text| FixedEffect::parse(text)).collect::<Result<Vec<_>, _>>();
        let mut filter = Vec::new();
        for text in &self.filter {
            match text.split_once('=') {
                Some((c, v)) if !c.trim().is_empty() => filter.push((c.trim().to_string(), v.trim().to_string())),
                _ => return Err(Failure::Usage(format!("--where {text}: write it as COLUMN=VALUE"))),
            }
        }
        Ok(PanelSpec {
            marks: Vec::new(),
            outcome: outcome.to_string(),
            unit: self.unit.clone(),
            period: self.period.clone(),
            treatment,
            paths: Paths::StayOn(Vec::new()),
            covariates: self.covariates.iter().filter(|c| !c.trim().is_empty()).map(|c| CovariateTerm::parse(c)).collect(),
            weights: self.weights.clone(),
            cluster: self.cluster.first().cloned(),
            second_cluster: self.cluster.get(1).cloned(),
            levels: self.levels.iter().filter(|l| !l.trim().is_empty()).map(|l| l.trim().to_string()).collect(),
            block: self.block.clone(),
            third: None,
            dose: self.dose.clone(),
            take_up: self.take_up.clone(),
            fixed_effects: effects.map_err(|fault| Failure::BadFlag(fault.into()))?,
            filter,
            subgroup: None,
            duplicates: if self.duplicates == "mean" { Duplicates::Mean } else { Duplicates::Refuse },
        })
    }
}
