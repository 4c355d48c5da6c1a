//! What a study's columns hold: their role, kind and values, and how many are missing.

use super::file::{Roles, StudyFile};
use crate::cohort::{Cohort, Data, MISSING_CODE};
use crate::panel::{CovariateTerm, Keys, Sequence};

/// More values than this are a range, or too many to name.
const LEVELS: usize = 12;

/// A column as the study has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// The column.
    pub column: String,
    /// What parts it plays; empty: none.
    pub roles: Vec<&'static str>,
    /// What kind of values it holds.
    pub kind: &'static str,
    /// The values.
    pub values: Values,
    /// Rows without a value, and all rows.
    pub missing: (usize, usize),
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// It names units, or holds more words than can be listed.
    Unlisted,
    /// A few values, sorted, each with the number of units that have it at some time.
    Levels(Vec<(String, usize)>),
    /// Numbers.
    Range {
        /// The smallest and the largest.
        ends: (f64, f64),
        /// Those that as many units reach as make a cell: the k-th smallest of the units' smallest, the k-th largest of their largest.
        reached: Option<(f64, f64)>,
    },
    /// There is none.
    Nothing,
}

/// Who stands behind a row: for counts of few units.
struct Units {
    of_row: Vec<u32>,
    n: usize,
}

impl Units {
    fn of(cohort: &Cohort, roles: &Roles) -> Units {
        let all = cohort.n_rows as u32;
        let data = roles.unit.as_ref().or(roles.student.as_ref()).and_then(|name| cohort.column(name)).map(|c| &c.data);
        let Some(data) = data.filter(|d| (0..d.len()).all(|row| !d.is_missing(row))) else {
            return Units { of_row: (0..all).collect(), n: cohort.n_rows };
        };
        let (keys, of_row) = Keys::index(data, &Sequence::All(all));
        Units { of_row, n: keys.len() }
    }
}

/// The columns that were read, in the source's order. `least`: units that make a cell; below 2 nobody is counted.
pub(super) fn variables(study: &StudyFile, cohort: &Cohort, least: u64) -> Vec<Variable> {
    let Some(roles) = &study.roles else { return Vec::new() };
    let units = (least > 1).then(|| Units::of(cohort, roles));
    let one = |column: &crate::cohort::Column| {
        let played = played(study, roles, &column.name);
        let missing = (0..cohort.n_rows).filter(|&row| column.data.is_missing(row)).count();
        let values = if missing == cohort.n_rows {
            Values::Nothing
        } else if played.iter().any(|role| NAMES_UNITS.contains(role)) {
            Values::Unlisted
        } else {
            values(&column.data, units.as_ref(), least as usize)
        };
        Variable { column: column.name.clone(), roles: played, kind: column.data.kind(), values, missing: (missing, cohort.n_rows) }
    };
    cohort.columns.iter().map(one).collect()
}

/// Roles of columns that name units.
const NAMES_UNITS: [&str; 7] = ["student", "unit", "classroom", "school", "cluster", "second cluster", "level"];

fn played(study: &StudyFile, roles: &Roles, column: &str) -> Vec<&'static str> {
    let single = [
        ("student", &roles.student),
        ("unit", &roles.unit),
        ("classroom", &roles.classroom),
        ("school", &roles.school),
        ("period", &roles.period),
        ("first treated period", &roles.cohort),
        ("arm", &roles.arm),
        ("after the start", &roles.post),
        ("treatment", &roles.treatment),
        ("cluster", &roles.cluster),
        ("second cluster", &roles.second_cluster),
        ("block", &roles.block),
        ("weights", &roles.weights),
        ("dose", &roles.dose),
        ("take-up", &roles.take_up),
        ("poverty", &study.context.poverty),
        ("sector", &study.context.sector),
        ("use", &study.context.uses),
    ];
    let mut out: Vec<&'static str> = single.iter().filter(|(_, named)| named.as_deref() == Some(column)).map(|(role, _)| *role).collect();
    let named = |all: &[String]| all.iter().any(|name| name == column);
    let covariate = |all: &[String]| all.iter().any(|text| CovariateTerm::parse(text).column == column);
    let covariates = covariate(&roles.covariates) || study.analysis.iter().filter_map(|a| a.covariates.as_deref()).any(covariate);
    let kept = study.data.filter.iter().filter_map(|text| text.split_once('=')).any(|(name, _)| name.trim() == column);
    let carried = study.implementation.as_ref();
    let more = [
        ("level", named(&roles.levels)),
        ("outcome", named(&roles.outcomes)),
        ("covariate", covariates),
        ("subgroup", named(&roles.subgroups)),
        ("fidelity", carried.is_some_and(|i| i.fidelity.as_deref() == Some(column))),
        ("driver", carried.is_some_and(|i| named(&i.drivers))),
        ("which rows are kept", kept),
    ];
    out.extend(more.iter().filter(|(_, is)| *is).map(|(role, _)| *role));
    out
}

fn values(data: &Data, units: Option<&Units>, least: usize) -> Values {
    let rows = data.len();
    if let Data::Text(texts) = data {
        let mut used = vec![false; texts.levels.len()];
        texts.codes.iter().filter(|code| **code != MISSING_CODE).for_each(|code| used[*code as usize] = true);
        let levels: Vec<usize> = (0..used.len()).filter(|&level| used[level]).collect();
        if levels.len() > LEVELS {
            return Values::Unlisted;
        }
        let level = |row: usize| levels.iter().position(|&l| l == texts.codes[row] as usize);
        let counts = counts(rows, levels.len(), &level, units);
        return Values::Levels(levels.iter().map(|&l| texts.levels[l].clone()).zip(counts).collect());
    }
    let mut found: Vec<f64> = Vec::new();
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for x in (0..rows).filter_map(|row| data.number(row)) {
        // 0 and -0 are one value.
        let x = x + 0.0;
        (low, high) = (low.min(x), high.max(x));
        if found.len() <= LEVELS && !found.contains(&x) {
            found.push(x);
        }
    }
    if found.len() > LEVELS {
        return Values::Range { ends: (low, high), reached: units.and_then(|u| reached(data, u, least)) };
    }
    found.sort_by(f64::total_cmp);
    let level = |row: usize| data.number(row).and_then(|x| found.iter().position(|known| *known == x));
    let counts = counts(rows, found.len(), &level, units);
    Values::Levels(found.iter().map(|x| x.to_string()).zip(counts).collect())
}

/// How many units have each level at some time; 0 where units are not counted.
fn counts(rows: usize, levels: usize, level: &dyn Fn(usize) -> Option<usize>, units: Option<&Units>) -> Vec<usize> {
    let Some(units) = units else { return vec![0; levels] };
    let mut seen = vec![vec![false; units.n]; levels];
    for row in 0..rows {
        if let Some(level) = level(row) {
            seen[level][units.of_row[row] as usize] = true;
        }
    }
    seen.iter().map(|of_level| of_level.iter().filter(|is| **is).count()).collect()
}

fn reached(data: &Data, units: &Units, least: usize) -> Option<(f64, f64)> {
    let mut ends = vec![(f64::INFINITY, f64::NEG_INFINITY); units.n];
    for (row, unit) in units.of_row.iter().enumerate() {
        if let Some(x) = data.number(row) {
            let end = &mut ends[*unit as usize];
            *end = (end.0.min(x), end.1.max(x));
        }
    }
    ends.retain(|(low, high)| low <= high);
    let place = least.checked_sub(1).filter(|place| 2 * place < ends.len())?;
    let (mut lows, mut highs): (Vec<f64>, Vec<f64>) = ends.into_iter().unzip();
    lows.sort_by(f64::total_cmp);
    highs.sort_by(f64::total_cmp);
    Some((lows[place], highs[highs.len() - 1 - place])).filter(|(low, high)| low < high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::{Column, Texts, Wholes};

    /// Thirty students seen twice: three of them of a kind, one with a score far above.
    fn cohort() -> Cohort {
        let mut out = Cohort::default();
        let ids: Vec<String> = (0..60).map(|row| format!("s{}", row / 2)).collect();
        let push = |out: &mut Cohort, name: &str, data: Data| out.push(Column { name: name.into(), data });
        push(&mut out, "id", Data::Text(Texts::encode(ids.iter().map(|id| Some(id.as_str())))));
        push(&mut out, "year", Data::whole(Wholes::complete((0..60).map(|row| 2019 + row % 2).collect::<Vec<i64>>())));
        push(&mut out, "kind", Data::whole(Wholes::complete((0..60).map(|row| i64::from(row < 6)).collect::<Vec<i64>>())));
        let score = |row: usize| {
            if row == 1 {
                9_999.0
            } else if row == 0 {
                f64::NAN
            } else {
                100.0 + row as f64
            }
        };
        push(&mut out, "score", Data::Number((0..60).map(score).collect()));
        out
    }

    fn study() -> StudyFile {
        let text = "[study]\ntitle = \"A study\"\n[data]\npath = \"x.csv\"\n[roles]\nstudent = \"id\"\nperiod = \"year\"\ncohort = \"start\"\noutcomes = [\"score\"]\nsubgroups = [\"kind\"]\ncovariates = [\"factor(kind)\"]\n";
        StudyFile::parse(text, "a study").expect("valid")
    }

    #[test]
    fn values_are_counted_by_unit() {
        let found = variables(&study(), &cohort(), 10);
        assert_eq!(found[0].values, Values::Unlisted);
        assert_eq!(found[1].values, Values::Levels(vec![("2019".into(), 30), ("2020".into(), 30)]));
        assert_eq!(found[2].values, Values::Levels(vec![("0".into(), 27), ("1".into(), 3)]));
        assert_eq!((found[2].roles.clone(), found[3].roles.clone()), (vec!["covariate", "subgroup"], vec!["outcome"]));
        let Values::Range { ends, reached } = &found[3].values else { panic!("{:?}", found[3]) };
        assert_eq!(*ends, (102.0, 9_999.0));
        let (low, high) = reached.expect("enough students");
        assert!(low > 102.0 && high < 159.0, "{low} {high}");
        assert_eq!(found[3].missing, (1, 60));
    }

    #[test]
    fn few_students_have_no_range() {
        let found = variables(&study(), &cohort(), 20);
        assert!(matches!(found[3].values, Values::Range { reached: None, .. }));
        let open = variables(&study(), &cohort(), 0);
        assert!(matches!(&open[2].values, Values::Levels(levels) if levels.iter().all(|(_, n)| *n == 0)));
    }
}
