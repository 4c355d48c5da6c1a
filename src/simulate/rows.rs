//! A cohort's rows while they are drawn, and the columns they become.

use super::Parameters;
use super::batches::expected;
use super::classrooms::most;
use super::columns::{Id, Kind, Row};
use super::wanted::Wanted;
use crate::cohort::{Codebook, Cohort, Column, Data, Integers, MISSING_CODE, Texts, Wholes};

/// What stands for a missing whole number.
const MISSING: i32 = i32::MIN;

/// Rows in columns, in the order of what is wanted.
#[derive(Default)]
pub(super) struct Rows {
    n_rows: usize,
    columns: Vec<Store>,
}

enum Store {
    Codes(Vec<u32>),
    Wholes(Vec<i32>),
    Numbers(Vec<f64>),
}

impl Rows {
    /// None yet, with room for so many.
    pub(super) fn new(wanted: &Wanted, n: usize) -> Self {
        let empty = |kind| match kind {
            Kind::Id(_) | Kind::Words(_) => Store::Codes(Vec::with_capacity(n)),
            Kind::Whole => Store::Wholes(Vec::with_capacity(n)),
            Kind::Number => Store::Numbers(Vec::with_capacity(n)),
        };
        Rows { n_rows: 0, columns: wanted.columns.iter().map(|c| empty(c.kind)).collect() }
    }

    /// Adds a row.
    #[inline]
    pub(super) fn push(&mut self, wanted: &Wanted, row: &Row<'_>) {
        self.n_rows += 1;
        for (column, spec) in self.columns.iter_mut().zip(&wanted.columns) {
            let x = (spec.get)(row);
            match column {
                Store::Codes(v) => v.push(if x.is_nan() { MISSING_CODE } else { x as u32 }),
                Store::Wholes(v) => v.push(if x.is_nan() { MISSING } else { x as i32 }),
                Store::Numbers(v) => v.push(x),
            }
        }
    }

    /// Number of rows so far.
    pub(super) fn len(&self) -> usize {
        self.n_rows
    }

    /// Adds the rows of a later block, whose students are numbered from 0; `n` are to come in all.
    pub(super) fn append(&mut self, wanted: &Wanted, block: Rows, n_students: u32, n: usize) {
        if self.n_rows == 0 && n_students == 0 {
            // The first block is what there is.
            *self = block;
            let more = n - self.n_rows;
            self.columns.iter_mut().for_each(|column| match column {
                Store::Codes(v) => v.reserve_exact(more),
                Store::Wholes(v) => v.reserve_exact(more),
                Store::Numbers(v) => v.reserve_exact(more),
            });
            return;
        }
        self.n_rows += block.n_rows;
        for ((column, own), spec) in self.columns.iter_mut().zip(block.columns).zip(&wanted.columns) {
            match (column, own) {
                (Store::Codes(v), Store::Codes(w)) if spec.kind == Kind::Id(Id::Student) => v.extend(w.into_iter().map(|c| c + n_students)),
                (Store::Codes(v), Store::Codes(w)) => v.extend(w),
                (Store::Wholes(v), Store::Wholes(w)) => v.extend(w),
                (Store::Numbers(v), Store::Numbers(w)) => v.extend(w),
                _ => unreachable!("blocks have the same columns"),
            }
        }
    }

    /// The rows as a cohort without profiles. Student numbers begin with `first_student`.
    pub(super) fn into_cohort(self, wanted: &Wanted, first_student: u32, names: Names) -> Cohort {
        let mut cohort = Cohort { first_row: 1, codebook: Codebook::default(), ..Cohort::default() };
        for ((store, spec), source) in self.columns.into_iter().zip(&wanted.columns).zip(&wanted.sources) {
            let data = match (store, spec.kind) {
                (Store::Codes(codes), Kind::Id(id)) if !wanted.names => {
                    let first = if id == Id::Student { first_student as i32 } else { 0 };
                    let values = codes.into_iter().map(|c| first + c as i32 + 1).collect();
                    Data::Whole(Wholes { values: Integers::Narrow(values), missing: Vec::new() })
                }
                (Store::Codes(codes), Kind::Id(id)) => identifiers(codes, id, first_student, names),
                (Store::Codes(codes), Kind::Words(words)) => categories(codes, words),
                (Store::Wholes(values), _) => wholes(values),
                (Store::Numbers(values), _) => Data::Number(values),
                _ => unreachable!("a column is kept by its kind"),
            };
            cohort.push(Column { name: spec.name.into(), data });
            cohort.codebook.describe(spec.name, spec.meaning, spec.unit, source);
        }
        cohort
    }
}

/// How many digits identifiers have, so that their order as text is that of their numbers.
#[derive(Clone, Copy)]
pub(super) struct Names {
    /// The largest number of classrooms of a school, and of years with a teacher.
    n_classrooms: u32,
    n_years: u32,
    first_year: i64,
    student: usize,
    school: usize,
    classroom: usize,
    district: usize,
    state: usize,
}

impl Names {
    pub(super) fn read(p: &Parameters) -> Self {
        let digits = |n: f64, least: usize| (n as u64).to_string().len().max(least);
        Names {
            n_classrooms: most(p),
            n_years: (p.whole("last_year") - p.whole("first_year") + 2) as u32,
            first_year: p.whole("first_year"),
            // Twins double the number, and classes may come out larger than they are on average.
            student: digits(2.5 * expected(p), 6),
            school: digits(p.value("schools"), 2),
            classroom: digits(f64::from(most(p)), 1),
            district: digits(p.value("districts"), 3),
            state: digits(p.get("states").unwrap_or(1.0), 2),
        }
    }

    /// The identifier of the student of this number.
    pub(super) fn student(&self, ix: u32) -> String {
        format!("s{:0w$}", ix + 1, w = self.student)
    }

    /// The identifier of the student of this number among those whom the file leaves out.
    pub(super) fn left_out(&self, ix: u32) -> String {
        format!("x{:0w$}", ix + 1, w = self.student)
    }

    /// The identifier of the school of this number.
    pub(super) fn school(&self, ix: u32) -> String {
        self.of(Id::School, ix)
    }

    fn of(&self, id: Id, ix: u32) -> String {
        match id {
            Id::Student => self.student(ix),
            Id::Classroom => {
                let (school, room) = (ix / self.n_classrooms, ix % self.n_classrooms + 1);
                format!("{}c{room:0w$}", self.of(Id::School, school), w = self.classroom)
            }
            // The section, and the year in which the teacher took it over.
            Id::Teacher => {
                let since = self.first_year - 1 + i64::from(ix % self.n_years);
                format!("{}t{since}", self.of(Id::Classroom, ix / self.n_years))
            }
            Id::School => format!("s{:0w$}", ix + 1, w = self.school),
            Id::District => format!("d{:0w$}", ix + 1, w = self.district),
            Id::State => format!("state{:0w$}", ix + 1, w = self.state),
        }
    }
}

/// Identifiers by name. Codes come in ascending runs; those that do not occur are no levels.
fn identifiers(mut codes: Vec<u32>, id: Id, first_student: u32, names: Names) -> Data {
    let first = if id == Id::Student { first_student } else { 0 };
    let (low, high) = codes.iter().fold((u32::MAX, 0), |(low, high), c| (low.min(*c), high.max(*c)));
    if codes.is_empty() {
        return Data::Text(Texts { codes, levels: Vec::new() });
    }
    let mut occurs = vec![false; (high - low + 1) as usize];
    codes.iter().for_each(|c| occurs[(c - low) as usize] = true);
    let mut place = vec![0; occurs.len()];
    let mut levels = Vec::with_capacity(occurs.len());
    for (i, _) in occurs.iter().enumerate().filter(|(_, o)| **o) {
        place[i] = levels.len() as u32;
        levels.push(names.of(id, first + low + i as u32));
    }
    codes.iter_mut().for_each(|c| *c = place[(*c - low) as usize]);
    let mut texts = Texts { codes, levels };
    texts.sort_levels();
    Data::Text(texts)
}

fn wholes(mut values: Vec<i32>) -> Data {
    let missing = if values.contains(&MISSING) { values.iter().map(|v| *v == MISSING).collect() } else { Vec::new() };
    values.iter_mut().filter(|v| **v == MISSING).for_each(|v| *v = 0);
    Data::Whole(Wholes { values: Integers::Narrow(values), missing })
}

/// The words that occur; those that do not are no levels.
pub(super) fn categories(mut codes: Vec<u32>, words: &[&str]) -> Data {
    let mut occurs = vec![false; words.len()];
    codes.iter().filter(|c| **c != MISSING_CODE).for_each(|c| occurs[*c as usize] = true);
    let (mut levels, mut place) = (Vec::new(), vec![MISSING_CODE; words.len()]);
    for (i, word) in words.iter().enumerate().filter(|(i, _)| occurs[*i]) {
        place[i] = levels.len() as u32;
        levels.push((*word).to_string());
    }
    codes.iter_mut().filter(|c| **c != MISSING_CODE).for_each(|c| *c = place[*c as usize]);
    let mut texts = Texts { codes, levels };
    texts.sort_levels();
    Data::Text(texts)
}
