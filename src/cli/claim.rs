//! `didact claim`: what a published claim is worth.

use super::failure::print;
use super::told::{By, Told, count, number, printed, two};
use super::{Common, Failure};
use crate::evidence::claim::{Assessment, Claim as Given, GrowthClaim, PValue, Printed, Scores, assess};
use crate::evidence::effect::{Proportions, Sizes};
use crate::evidence::standard::{Key, Standards};
use crate::render::text;
use crate::table::content::evidence as content;

/// Ways of telling an effect, below the flags.
const WAYS: &str = "\
An effect can be told in any of these ways:
  with its error     --effect .27 --se .06          (or --ci .15,.39, --t 4.5, --p <.001)
  its interval alone --ci .15,.39                   (its middle is then the effect)
  means and spread   --means 52.0,50.0 --sds 10.0,9.0 --students 200
  a statistic        --t 2.5 --treated-students 60 --comparison-students 40
  how many passed    --counts 60/100,50/100         (or --odds 1.5 --ci 0.9,2.6)
  percentiles        --percentiles 50,54 --students 3000
  percent growth     --percent-growth 23 --comparison-growth 6 --growth-sd 15 --students 3000
Numbers are read with the digits they are printed with, so that rounding is no contradiction.";

fn both(text: &str) -> Result<(Printed, Printed), String> {
    two(text, printed)
}

fn p_value(text: &str) -> Result<PValue, String> {
    PValue::parse(text).ok_or_else(|| "a p-value, such as .03, <.05 or n.s.".to_string())
}

/// Reads `60/100,50/100`.
fn counts(text: &str) -> Result<Proportions, String> {
    let arm = |text: &str| {
        let (reached, of) = text.split_once('/').ok_or_else(|| "how many of how many in each arm, such as 60/100,50/100".to_string())?;
        Ok((count(reached)?, count(of)?))
    };
    let (treated, comparison) = two(text, arm)?;
    Ok(Proportions { of: Sizes::new(treated.1, comparison.1), reached: Sizes::new(treated.0, comparison.0) })
}

/// What a published claim is worth.
#[derive(clap::Args, Debug)]
#[command(after_help = WAYS)]
pub struct Claim {
    /// The effect, in standard deviations of students
    #[arg(long, value_name = "SD", value_parser = printed, allow_hyphen_values = true)]
    effect: Option<Printed>,
    /// Its standard error, in standard deviations
    #[arg(long, value_name = "SD", value_parser = printed, allow_hyphen_values = true)]
    se: Option<Printed>,
    /// Its t (or z) statistic
    #[arg(long, value_name = "T", value_parser = printed, allow_hyphen_values = true)]
    t: Option<Printed>,
    /// Its F statistic with one numerator degree of freedom
    #[arg(long, value_name = "F", value_parser = printed, allow_hyphen_values = true)]
    f: Option<Printed>,
    /// Its two-sided p-value: n.s., .03 or <.05
    #[arg(long, value_name = "P", value_parser = p_value, allow_hyphen_values = true)]
    p: Option<PValue>,
    /// Its confidence interval; of the odds ratio with --odds
    #[arg(long, value_name = "LOW,HIGH", value_parser = both, allow_hyphen_values = true)]
    ci: Option<(Printed, Printed)>,
    /// The interval's level [default: 0.95]
    #[arg(long, value_parser = number, allow_hyphen_values = true)]
    level: Option<f64>,
    /// Mean scores of treated and comparison students, in points
    #[arg(long, value_name = "TREATED,COMPARISON", value_parser = both, allow_hyphen_values = true, requires = "sds")]
    means: Option<(Printed, Printed)>,
    /// Standard deviations of their scores, in points
    #[arg(long, value_name = "TREATED,COMPARISON", value_parser = both, allow_hyphen_values = true, requires = "means")]
    sds: Option<(Printed, Printed)>,
    /// Single scores are whole numbers, so that only some means can be
    #[arg(long, requires = "means")]
    whole_scores: bool,
    /// How many percent more the treated grew
    #[arg(long, value_name = "PERCENT", value_parser = printed, allow_hyphen_values = true)]
    percent_growth: Option<Printed>,
    /// How many points comparison students grew
    #[arg(long, value_name = "POINTS", value_parser = printed, allow_hyphen_values = true, requires = "percent_growth")]
    comparison_growth: Option<Printed>,
    /// The standard deviation of scores, in points
    #[arg(long, value_name = "POINTS", value_parser = printed, allow_hyphen_values = true, requires = "percent_growth")]
    growth_sd: Option<Printed>,
    /// From this percentile to that
    #[arg(long, value_name = "FROM,TO", value_parser = both, allow_hyphen_values = true)]
    percentiles: Option<(Printed, Printed)>,
    /// How many of how many reached the outcome, treated and comparison
    #[arg(long, value_name = "N/ALL,N/ALL", value_parser = counts)]
    counts: Option<Proportions>,
    /// The odds ratio
    #[arg(long, value_name = "RATIO", value_parser = printed, allow_hyphen_values = true)]
    odds: Option<Printed>,
    /// The effect is below zero, where only F or p is told
    #[arg(long)]
    negative: bool,
    /// Students analysed
    #[arg(long, value_name = "N", value_parser = count)]
    students: Option<u64>,
    /// Of those, treated
    #[arg(long, value_name = "N", value_parser = count)]
    treated_students: Option<u64>,
    /// Of those, not treated
    #[arg(long, value_name = "N", value_parser = count)]
    comparison_students: Option<u64>,
    /// Classrooms
    #[arg(long, value_name = "N", value_parser = count)]
    classrooms: Option<u64>,
    /// Schools
    #[arg(long, value_name = "N", value_parser = count)]
    schools: Option<u64>,
    /// Whether its standard errors allow for students sharing classrooms and schools
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    clusters_heeded: Option<String>,
    /// How alike students of one classroom or school are (intraclass correlation) [default: 0.20; 0.10 with --not-achievement]
    #[arg(long, value_name = "SHARE", value_parser = number, allow_hyphen_values = true)]
    icc: Option<f64>,
    /// The outcome is not achievement
    #[arg(long)]
    not_achievement: bool,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    by: By,
}

/// What a claim rests on beside what every verdict does.
const USED: &[Key] = &[
    Key::IccAchievement,
    Key::IccOther,
    Key::LooksIgnored,
    Key::PriorMean,
    Key::PriorSd,
    Key::KraftSize,
    Key::MonthsToolkit,
    Key::MonthsTrial,
];

impl Claim {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let standards = self.by.standards()?;
        let assessment = self.assessed(&standards)?;
        let judged = content::Judged {
            facts: &assessment.facts,
            verdict: &assessment.verdict,
            standards: &standards,
            shrunk: Some(assessment.shrunk),
            questions: &assessment.questions,
            caution: assessment.footing.caution(),
            effect: Some(assessment.footing.g),
            settings: content::with_settings(&assessment.verdict, &assessment.facts, &standards, USED),
        };
        if common.json {
            let mut document = judged.document();
            for (key, value) in [
                ("footing", serde_json::json!(assessment.footing)),
                ("checks", serde_json::json!(assessment.checks)),
                ("assumptions", serde_json::json!(assessment.assumptions)),
                ("independent_expectation", serde_json::json!(assessment.independent)),
            ] {
                document[key] = value;
            }
            return print(&format!("{document:#}\n"));
        }
        let mut tables = vec![content::footing(&assessment)];
        if !common.quiet {
            tables.extend([content::checks(&assessment)]);
            tables.extend(verdict_tables(&judged, common));
        }
        tell(&judged, &tables)
    }

    /// The claim assessed; its own p-value then stands first among those of the outcomes tested, where these are told.
    fn assessed(&self, standards: &Standards) -> Result<Assessment, Failure> {
        let mut claim = self.given()?;
        let first = assess(&claim, standards)?;
        let Some(others) = self.told.other_outcomes()? else { return Ok(first) };
        claim.facts.domain = Some(std::iter::once(first.footing.corrected.p_value).chain(others).collect());
        Ok(assess(&claim, standards)?)
    }

    fn given(&self) -> Result<Given, Failure> {
        let scores = |mean: Option<Printed>, sd: Option<Printed>| mean.zip(sd).map(|(mean, sd)| Scores { mean, sd });
        let growth = |percent| GrowthClaim { percent, comparison_growth: self.comparison_growth, sd: self.growth_sd };
        let mut claim = Given {
            effect: self.effect,
            std_error: self.se,
            t: self.t,
            f: self.f,
            p_value: self.p,
            interval: self.ci,
            level: self.level,
            treated: scores(self.means.map(|m| m.0), self.sds.map(|s| s.0)),
            comparison: scores(self.means.map(|m| m.1), self.sds.map(|s| s.1)),
            whole_scores: self.whole_scores,
            growth: self.percent_growth.map(growth),
            percentiles: self.percentiles,
            counts: self.counts,
            odds_ratio: self.odds,
            negative: self.negative,
            students: self.students,
            treated_students: self.treated_students,
            comparison_students: self.comparison_students,
            classrooms: self.classrooms,
            schools: self.schools,
            heeded: self.clusters_heeded.as_deref().map(|h| h == "yes"),
            icc: self.icc,
            not_achievement: self.not_achievement,
            ..Given::default()
        };
        self.told.apply(&mut claim.facts)?;
        Ok(claim)
    }
}

/// The tables of a verdict, in the order in which they are shown.
pub(super) fn verdict_tables(judged: &content::Judged<'_>, common: &Common) -> Vec<crate::table::Table> {
    let mut out = vec![content::ratings(judged), content::caps(judged), content::conditions(judged), content::unknown(judged)];
    out.push(content::settings(judged));
    if common.verbose > 0 {
        out.push(content::glossary());
    }
    out
}

/// Prints the card, then the tables.
pub(super) fn tell(judged: &content::Judged<'_>, tables: &[crate::table::Table]) -> Result<(), Failure> {
    let lines: Vec<String> = content::card(judged).iter().map(|line| text::printable(line)).collect();
    let mut out = lines.join("\n") + "\n";
    for table in tables.iter().filter(|t| !t.rows.is_empty()) {
        out.push_str(&format!("\n{}", text::text(table)));
    }
    print(&out)
}
