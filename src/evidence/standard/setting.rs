//! The numbers that rules compare with: by name, with where they come from.

use serde::Serialize;

/// How sure a number of the standards is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Looked up in its source, or in public code that cites it.
    LookedUp,
    /// Quoted from memory: not checked against its source.
    Unverified,
    /// Fitted here to a published table.
    Fitted,
    /// This program's own proposal.
    Proposed,
}

impl Status {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Status::LookedUp => "looked up",
            Status::Unverified => "not checked against its source",
            Status::Fitted => "fitted to a published table",
            Status::Proposed => "a proposal of this program",
        }
    }
}

/// One setting, as printed with a verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it is, with its unit.
    pub meaning: &'static str,
    /// Its value; tables have several.
    pub values: Vec<f64>,
    /// How sure the built-in value is.
    pub status: Status,
    /// Where the built-in value comes from.
    pub source: &'static str,
    /// Whether the value is another than the built-in one.
    pub changed: bool,
}

pub(super) struct Row {
    pub(super) key: Key,
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) values: &'static [f64],
    pub(super) status: Status,
    pub(super) source: &'static str,
}

macro_rules! settings {
    ($($key:ident $name:literal $values:expr, $status:ident, $meaning:literal, $source:literal;)*) => {
        /// The settings by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Key { $(#[doc = $meaning] $key,)* }

        pub(super) static ROWS: &[Row] = &[$(Row {
            key: Key::$key, name: $name, meaning: $meaning, values: &$values, status: Status::$status, source: $source,
        },)*];
    };
}

settings! {
    Alpha "alpha" [0.05], LookedUp, "two-sided level of tests and intervals", "WWC Procedures 4.1";
    Sesoi "smallest-effect" [0.05], Proposed, "smallest effect of interest, SD", "below Kraft's median of 0.10";
    ClustersPerArm "clusters-per-arm" [6.0], Proposed, "fewest clusters in each arm", "false positives of cluster methods below it";
    PretrendP "pretrend-p" [0.10], Proposed, "a joint pre-trend test below this p counts against", "a weak test should not be read strictly";
    Breakdown "breakdown" [1.0], Proposed, "least HonestDiD breakdown value, multiples of the largest pre-trend", "Rambachan and Roth (2023)";
    PretrendPower "pretrend-power" [0.50], Proposed, "least power of the pre-trend test to see a bias as large as the estimate", "Roth (2022)";
    Specifications "specifications" [0.70], Proposed, "least share of defensible specifications with the sign of the headline", "specification curves";
    StrongStudents "strong-students" [350.0], LookedUp, "fewest students for strong evidence", "ies.ed.gov/ncee/wwc/essa";
    StrongSites "strong-sites" [2.0], LookedUp, "fewest sites for strong evidence", "ies.ed.gov/ncee/wwc/essa";
    EquivalenceSatisfied "equivalence-satisfied" [0.05], LookedUp, "largest baseline difference that needs no adjustment, SD", "WWC Document 256";
    EquivalenceLimit "equivalence-limit" [0.25], LookedUp, "largest baseline difference that adjustment can cure, SD", "WWC Document 256";
    IccAchievement "icc-achievement" [0.20], LookedUp, "intraclass correlation assumed for achievement", "WWC Procedures 4.1, appendix F";
    IccOther "icc-other" [0.10], LookedUp, "intraclass correlation assumed for other outcomes", "WWC Procedures 4.1, appendix F";
    GainCorrelation "gain-correlation" [0.5], LookedUp, "correlation before and after, assumed where it is not told", "WWC (2021), supplement to 4.1";
    GainAdjustment "gain-adjustment-correlation" [0.6], Unverified, "least correlation before and after for gains to count as adjustment", "WWC 4.x";
    Substantive "wwc-substantive" [0.25], LookedUp, "substantively important effect, SD; up to version 4.0", "WWC v2, appendix E";
    AttritionBias "attrition-bias" [0.05], LookedUp, "bias tolerated from attrition, SD", "Deke and Chiang (2016)";
    AlphasCautious "attrition-cautious" [0.4086, 0.3539], Fitted, "correlation of outcome and staying, treated and comparison arm, cautious", "fitted to WWC table II.1 from 8 % on";
    AlphasOptimistic "attrition-optimistic" [0.2496, 0.2037], Fitted, "correlation of outcome and staying, treated and comparison arm, optimistic", "fitted to WWC table II.1 from 8 % on";
    LooksIgnored "looks-ignored" [1.1], Proposed, "a claim's standard error up to this many times what independent students give is taken to ignore clusters", "clusters raise it several times, covariates lower it";
    Reliability "reliability" [0.50, 0.40, 0.50], Unverified, "least internal consistency, test-retest and inter-rater reliability", "WWC Standards 4.x";
    TypicalEffects "typical-effects" [0.05, 0.10], Proposed, "range of typical effects, SD", "around the mean of 0.06 of 141 large trials and Kraft's median of 0.10";
    PriorMean "prior-mean" [0.06], LookedUp, "mean effect of large trials, SD", "Lortie-Forgues and Inglis (2019), 141 trials";
    PriorSd "prior-sd" [0.10], Unverified, "spread of true effects among large trials, SD", "recalled; the source gives the mean only";
    MeasureMeans "measure-means" [0.10, 0.17, 0.38, 0.41], LookedUp, "mean effects on independent broad, independent narrow, researcher-made, developer-made measures, SD", "Wolf and Harbatkin, WWC database";
    KraftSize "kraft-size" [0.05, 0.20], LookedUp, "where medium and large effects begin, SD", "Kraft (2020)";
    KraftCost "kraft-cost" [500.0, 4000.0], Unverified, "where moderate and high costs begin, dollars a student", "Kraft (2020)";
    MonthsToolkit "months-toolkit" [0.01, 0.09, 0.18, 0.26, 0.35, 0.44, 0.52, 0.61, 0.69, 0.78, 0.87, 0.95, 1.00], LookedUp, "largest effect of 0, 1, … 12 months, Toolkit, SD", "EEF Toolkit";
    MonthsTrial "months-trial" [0.04, 0.09, 0.18, 0.26, 0.35, 0.44, 0.52, 0.61, 0.69, 0.78, 0.87, 0.95, 1.00], Unverified, "largest effect of 0, 1, … 12 months, trial reports, SD", "EEF trial reports; that they differ from the Toolkit is looked up";
    PadlockMdes "padlock-mdes" [0.2, 0.3, 0.4, 0.5, 0.6], Unverified, "minimum detectable effects below which 5, 4, … 1 padlocks stay, SD", "EEF security rating";
    PadlockAttrition "padlock-attrition" [10.0, 20.0, 30.0, 40.0, 50.0], Unverified, "most attrition for 5, 4, … 1 padlocks, percent", "EEF security rating";
    SectorGap "sector-gap" [0.50], Proposed, "largest difference of the groups in their kind of school, share", "beyond it the kind of school and the treatment go together";
    PovertyGap "poverty-gap" [0.10], Proposed, "largest difference of the groups in poverty across the pandemic, share", "losses differed by 0.10 to 0.20 SD between low and high poverty (Kuhfeld et al. 2022)";
    LowGap "low-gap" [0.50], Proposed, "how far below the others a group stands that looks chosen for low scores, SD", "half of it or less comes back by chance at usual correlations";
    LowFall "low-fall" [0.15], Proposed, "how far a group falls before the start that looks chosen after a bad year, SD", "Ashenfelter (1978)";
    EndShare "end-share" [0.10], Proposed, "largest share of a group at the highest or lowest score", "beyond it means are pulled in";
    NoveltyWeeks "novelty-weeks" [18.0], Proposed, "fewest weeks from start to last score", "one semester";
    BootstrapClusters "bootstrap-clusters" [40.0], Proposed, "fewest clusters for a percentile bootstrap", "6 to 9 of 100 false at 20 clusters, 5 to 7 at 40";
    OutcomesTested "outcomes-tested" [5.0], Proposed, "outcomes tested without adjusting from which chance alone makes one in four studies", "1 − 0.95⁵ = 0.23";
    SubgroupsTested "subgroups-tested" [10.0], Proposed, "tests in subgroups without adjusting from which chance alone makes two in five studies", "1 − 0.95¹⁰ = 0.40";
    LeastPower "least-power" [0.50], Proposed, "least power to see a large effect", "below it a significant result is more chance than finding";
    GrowthReading "growth-reading" [1.52, 0.97, 0.60, 0.36, 0.40, 0.32, 0.23, 0.26, 0.24, 0.19, 0.19, 0.06], Unverified, "growth from grade to grade, K-1 to 11-12, reading, SD", "Hill, Bloom, Black and Lipsey (2008)";
    GrowthMath "growth-math" [1.14, 1.03, 0.89, 0.52, 0.56, 0.41, 0.30, 0.32, 0.22, 0.25, 0.14, 0.01], Unverified, "growth from grade to grade, K-1 to 11-12, math, SD", "Hill, Bloom, Black and Lipsey (2008)";
}
