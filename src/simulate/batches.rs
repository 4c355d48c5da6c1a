//! A study in batches of whole schools.

use super::attrition;
use super::block::{Block, Counts};
use super::design::Design;
use super::rows::{Names, Rows};
use super::sealed::Sealed;
use super::study::Study;
use super::tally::Tally;
use super::truth::{CohortFidelity, Losses, Measured, SchoolChance, Sizes, Truth, implied};
use super::{Basis, Detail, OUTCOMES, Parameters, WorldCard, measured};
use crate::cohort::Cohort;
use crate::panel::{Executor, spread};
use std::collections::BTreeMap;

/// Students that one job draws.
const BLOCK: usize = 2000;

/// A study drawn batch by batch, in the order of schools. The batches together are the whole draw; nothing in them
/// depends on their size.
pub struct Batches<'a> {
    card: &'static str,
    version: u32,
    seed: u64,
    parameters: Parameters,
    study: Study,
    empty: Tally,
    executor: &'a dyn Executor,
    /// Schools of a block and of a batch.
    sizes: [u32; 2],
    names: Names,
    next_school: u32,
    n_students: u32,
    n_left_out: u32,
    tally: Tally,
    measured: [[measured::Sums; 2]; 2],
    schools: Vec<SchoolChance>,
    cohorts: BTreeMap<i64, (usize, [i64; 5])>,
    counted: Sizes,
    counts: Counts,
}

/// A batch of schools.
pub struct Batch {
    /// Their students, as a researcher would get them.
    pub cohort: Cohort,
    /// The sealed file, where it was asked for.
    pub sealed: Option<Cohort>,
}

impl<'a> Batches<'a> {
    pub(super) fn new(
        card: &'static WorldCard,
        design: Design,
        p: &Parameters,
        seed: u64,
        detail: Detail<'_>,
        n_students: usize,
        executor: &'a dyn Executor,
    ) -> Self {
        let study = Study::new(card, design, p, seed, detail);
        let empty = Tally::new(p, &study.outcomes, study.wanted.whole_truth);
        let in_school = expected(p) / p.value("schools");
        let schools = |students: usize| (students as f64 / in_school).ceil().clamp(1.0, f64::from(study.n_schools)) as u32;
        Batches {
            card: card.id,
            version: card.version,
            seed,
            parameters: p.clone(),
            executor,
            sizes: [schools(BLOCK), schools(n_students)],
            names: Names::read(p),
            next_school: 0,
            n_students: 0,
            n_left_out: 0,
            measured: Default::default(),
            schools: Vec::new(),
            tally: empty.clone(),
            empty,
            cohorts: BTreeMap::new(),
            counted: Sizes::default(),
            counts: Counts::default(),
            study,
        }
    }

    /// The truth about all batches drawn so far.
    pub fn truth(&self) -> Truth {
        let rate = |n: usize, of: usize| if of == 0 { 0.0 } else { n as f64 / of as f64 };
        let (p, counts) = (&self.parameters, &self.counts);
        let fidelity = self.cohorts.iter().map(|(&group, &(n_classrooms, sums))| {
            let [fidelity, staffing, training, family, technology_for_staff] = sums.map(|s| s as f64 / (1000.0 * n_classrooms as f64));
            CohortFidelity { group, n_classrooms, fidelity, staffing, training, family, technology_for_staff }
        });
        let whole = self.study.wanted.whole_truth;
        Truth {
            world: self.card.into(),
            version: self.version,
            seed: self.seed,
            parameters: p.iter().map(|p| (p.name.into(), p.value)).collect(),
            scenario: if whole { p.iter().filter(|p| p.basis == Basis::Scenario).map(|p| p.name.into()).collect() } else { Vec::new() },
            assignment: self.study.assignment.words(),
            chances: self.study.assignment.chances(),
            schools: self.schools.clone(),
            effects: self.tally.effects(),
            other_effects: self.tally.others(),
            doses: if whole { self.tally.doses() } else { Vec::new() },
            dose_effects: {
                let (column, full) = self.study.assignment.dose_column();
                self.tally.dose_effects(column, full)
            },
            violations: if whole { self.tally.violations() } else { Vec::new() },
            population: None,
            scales: self.tally.scales(),
            implied: implied(p, self.study.fidelity.mean()),
            measured: self.measured(),
            fidelity: fidelity.collect(),
            losses: Losses {
                mechanism: if whole { attrition::words(p) } else { String::new() },
                at_risk: counts.at_risk,
                left_rate: rate(counts.left, counts.at_risk),
                moved_rate: rate(counts.moved, counts.at_risk),
                joined: counts.joined,
                missing_test_rate: rate(counts.missed, counts.tests),
            },
            sizes: self.counted.clone(),
        }
    }

    /// Where the variance lies, of levels and gains of each test.
    fn measured(&self) -> Vec<Measured> {
        let of_outcome = |(sums, outcome): (&[measured::Sums; 2], &&str)| [0, 1].map(|gain| sums[gain].measured(outcome, gain));
        self.measured.iter().zip(&OUTCOMES).flat_map(of_outcome).flatten().collect()
    }

    /// The sums of all batches drawn so far.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let [of_block, of_batch] = self.sizes;
        let (from, to) = (self.next_school, (self.next_school + of_batch).min(self.study.n_schools));
        if from >= to {
            return None;
        }
        self.next_school = to;
        let (study, names) = (&self.study, self.names);
        let n_blocks = (to - from).div_ceil(of_block);
        let p = &self.parameters;
        let rows_of_school = expected(p) / p.value("schools") * study.n_years as f64;
        let blocks = spread(self.executor, n_blocks as usize, |b| {
            let mut block = Block::new(study, &self.empty, (rows_of_school * f64::from(of_block.min(to - from))) as usize);
            let first = from + b as u32 * of_block;
            (first..(first + of_block).min(to)).for_each(|school| block.school(study, school));
            block
        });
        let (mut rows, mut sealed) = (Rows::new(&study.wanted, 0), Sealed::new(study.wanted.sealed, &study.outcomes));
        let (first_student, mut n_students, mut profiles) = (self.n_students, 0, Vec::new());
        let (first_left_out, mut n_left_out) = (self.n_left_out, 0);
        let n_rows = blocks.iter().map(|block| block.rows.len()).sum();
        for block in blocks {
            self.counted.n_rows += block.rows.len();
            rows.append(&study.wanted, block.rows, n_students, n_rows);
            sealed.append(block.sealed, n_students, n_left_out);
            n_left_out += block.n_left_out;
            // School after school, so that sums do not depend on the blocks.
            for (sums, schools) in self.measured.iter_mut().flatten().zip(block.parts) {
                schools.iter().for_each(|school| sums.add(school));
            }
            self.schools.extend(block.chances.into_iter().map(|(ix, chance)| SchoolChance { school_id: names.school(ix), ..chance }));
            profiles.extend(block.profiles.into_iter().map(|(ix, mut profile)| {
                profile.student_id = names.student(first_student + n_students + ix);
                profile
            }));
            n_students += block.n_students;
            self.tally.join(&block.tally);
            self.counts.join(&block.counts);
            self.counted.join(&block.sizes);
            for (group, (n, sums)) in block.cohorts {
                let own = self.cohorts.entry(group).or_default();
                own.0 += n;
                own.1.iter_mut().zip(sums).for_each(|(s, x)| *s += x);
            }
        }
        self.n_students += n_students;
        self.n_left_out += n_left_out;
        let mut cohort = rows.into_cohort(&study.wanted, first_student, names);
        cohort.profiles = profiles;
        Some(Batch { cohort, sealed: sealed.into_cohort(first_student, first_left_out, names) })
    }
}

impl Counts {
    fn join(&mut self, other: &Counts) {
        self.at_risk += other.at_risk;
        self.left += other.left;
        self.moved += other.moved;
        self.joined += other.joined;
        self.missed += other.missed;
        self.tests += other.tests;
    }
}

impl Sizes {
    fn join(&mut self, other: &Sizes) {
        self.n_schools += other.n_schools;
        self.n_treated_schools += other.n_treated_schools;
        self.n_classrooms += other.n_classrooms;
        self.n_treated_classrooms += other.n_treated_classrooms;
        self.n_students += other.n_students;
        self.n_treated_students += other.n_treated_students;
        self.n_treated_rows += other.n_treated_rows;
    }
}

/// How many students these parameters make, about.
pub(super) fn expected(p: &Parameters) -> f64 {
    let later = p.value("last_year") - p.value("first_year");
    p.value("schools") * p.value("classrooms") * p.value("class_size") * (1.0 + p.value("join_rate") * later)
}
