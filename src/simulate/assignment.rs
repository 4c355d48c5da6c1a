//! Who takes up learner profiles, and when.

use super::Parameters;
use super::design::{Design, Mechanism, Twins};
use super::streams::{Part, Streams};
use super::students::Student;
use super::truth::Chance;
use crate::num::normal;
use crate::random::Stream;

/// Who takes up learner profiles, and when.
pub(super) struct Assignment {
    pub design: Design,
    schools: usize,
    /// Schools in which profiles come in, where that is decided by school.
    chosen: Vec<bool>,
    profile_schools: usize,
    /// Share of the units of a lot (or of a profile school's classrooms) that never get profiles.
    never: f64,
    first: i64,
    last: i64,
    dip: f64,
    /// The place on the line of drive from which on a student reaches the dose.
    heavy: f64,
    heavy_share: f64,
    spread: f64,
    full: f64,
}

impl Assignment {
    pub(super) fn read(design: Design, p: &Parameters, streams: &Streams) -> Self {
        let schools = p.whole("schools") as usize;
        let profile_schools = (p.whole("profile_schools") as usize).min(schools);
        let mut chosen = vec![false; schools];
        match design.mechanism {
            Mechanism::ProfileSchools => chosen[..profile_schools].fill(true),
            Mechanism::SchoolLottery => {
                chosen[..profile_schools].fill(true);
                streams.of(Part::Lottery, 0).shuffle(&mut chosen);
            }
            _ => {}
        }
        let heavy_share = p.get("heavy_share").unwrap_or(0.5);
        Assignment {
            design,
            schools,
            chosen,
            profile_schools,
            never: p.get("profile_share").map_or_else(|| p.value("never_share"), |share| 1.0 - share),
            first: p.whole("first_take_up"),
            last: p.last_take_up(),
            dip: p.get("dip_share").unwrap_or(0.5),
            heavy: normal::quantile(1.0 - heavy_share),
            heavy_share,
            spread: p.get("dose_spread").unwrap_or(0.0),
            full: p.get("dose_full").unwrap_or(1.0),
        }
    }

    /// Whether this school differs from the others because it brings profiles in: where a lot decides, none does.
    pub(super) fn differs(&self, school_ix: u32) -> bool {
        self.design.mechanism == Mechanism::ProfileSchools && self.chosen[school_ix as usize]
    }

    /// The first year with profiles of each of a school's classrooms; `None`: never, or not decided by classroom.
    pub(super) fn of_classrooms(&self, streams: &Streams, school_ix: u32, n_classrooms: usize) -> Vec<Option<i64>> {
        match self.design.mechanism {
            Mechanism::ProfileSchools | Mechanism::SchoolLottery if self.chosen[school_ix as usize] => {
                self.spread_over_years(&mut streams.of(Part::Assignment, school_ix), n_classrooms)
            }
            Mechanism::ClassroomLottery => self.spread_over_years(&mut streams.of(Part::Assignment, school_ix), n_classrooms),
            _ => vec![None; n_classrooms],
        }
    }

    /// The first year with profiles of each of a school's students, where that is decided by student before the study.
    /// Students who join later take part in no lot.
    pub(super) fn of_students(&self, streams: &Streams, school_ix: u32, students: &[Student]) -> Option<Vec<Option<i64>>> {
        match self.design.mechanism {
            Mechanism::StudentLottery => {
                let mut drawn = self
                    .spread_over_years(&mut streams.of(Part::Lottery, school_ix), students.iter().filter(|s| s.entry == 0).count())
                    .into_iter();
                Some(students.iter().map(|s| if s.entry == 0 { drawn.next().flatten() } else { None }).collect())
            }
            Mechanism::Dosage => Some(students.iter().map(|s| (s.drive >= self.heavy).then_some(self.first)).collect()),
            _ => None,
        }
    }

    /// The year after which students with a low score get profiles, and the part of the distribution that is low.
    pub(super) fn dip(&self) -> Option<(i64, f64)> {
        (self.design.mechanism == Mechanism::LowScores).then_some((self.first - 1, self.dip))
    }

    /// Minutes a week of software, where there is some: the dose, its logarithm linear in drive.
    pub(super) fn minutes(&self, student: &Student) -> Option<f64> {
        let dosage = self.design.mechanism == Mechanism::Dosage;
        dosage.then(|| self.full * libm::exp(self.spread * (student.drive - self.heavy)))
    }

    /// The part of the full effect that so many minutes have.
    pub(super) fn dose(&self, minutes: f64) -> f64 {
        (minutes / self.full).min(1.0)
    }

    /// A systematic sample: the units, in random order, stand at equal distances from a random start on the line from 0
    /// to 1, the first part of which is "never" and the rest equal parts for each year. Every unit has the same
    /// chances, and a school's units are spread over the years.
    fn spread_over_years(&self, stream: &mut Stream, n: usize) -> Vec<Option<i64>> {
        let start = stream.uniform();
        let years = (self.last - self.first + 1) as f64;
        let mut taken: Vec<Option<i64>> = (0..n)
            .map(|i| {
                let place = (i as f64 + start) / n as f64;
                let beyond = (place - self.never) / (1.0 - self.never);
                (beyond >= 0.0).then(|| (self.first + (beyond * years) as i64).min(self.last))
            })
            .collect();
        stream.shuffle(&mut taken);
        taken
    }

    /// The chances of getting profiles at some time.
    pub(super) fn chances(&self) -> Vec<Chance> {
        let chance = |who: &str, probability: f64| Chance { who: who.into(), probability };
        match self.design.mechanism {
            Mechanism::ProfileSchools if self.profile_schools == self.schools => {
                vec![chance("classrooms", 1.0 - self.never)]
            }
            Mechanism::ProfileSchools => {
                vec![chance("classrooms of profile schools", 1.0 - self.never), chance("classrooms of other schools", 0.0)]
            }
            Mechanism::SchoolLottery => vec![
                chance("schools", self.profile_schools as f64 / self.schools as f64),
                chance("classrooms of a school that is drawn", 1.0 - self.never),
            ],
            Mechanism::ClassroomLottery => vec![chance("classrooms", 1.0 - self.never)],
            Mechanism::StudentLottery => vec![chance("students of the first year", 1.0 - self.never)],
            Mechanism::LowScores => vec![chance("students, on average; it depends on the score of the year before", self.dip)],
            Mechanism::Dosage => vec![chance("students, on average; it depends on drive, which nobody records", self.heavy_share)],
        }
    }

    /// The probability, before any lot is drawn, that a classroom of this school (a student of the first year, where students are
    /// assigned) gets profiles at some time; none where it depends on scores.
    pub(super) fn chance(&self, school_ix: u32) -> Option<f64> {
        match self.design.mechanism {
            Mechanism::ProfileSchools if self.chosen[school_ix as usize] => Some(1.0 - self.never),
            Mechanism::ProfileSchools => Some(0.0),
            Mechanism::SchoolLottery => Some(self.profile_schools as f64 / self.schools as f64 * (1.0 - self.never)),
            Mechanism::ClassroomLottery | Mechanism::StudentLottery => Some(1.0 - self.never),
            Mechanism::LowScores => None,
            Mechanism::Dosage => Some(self.heavy_share),
        }
    }

    /// The column in which a student's dose stands, and from which dose on more has no more effect.
    pub(super) fn dose_column(&self) -> (&'static str, f64) {
        if self.design.mechanism == Mechanism::Dosage { ("minutes", self.full) } else { ("fidelity", 1.0) }
    }

    /// The mechanism in words.
    pub(super) fn words(&self) -> String {
        let when = if self.first == self.last {
            format!("in {}", self.first)
        } else {
            format!("in a year drawn at random from {} to {}", self.first, self.last)
        };
        let share = per_cent(1.0 - self.never);
        let mut said = match self.design.mechanism {
            Mechanism::ProfileSchools if self.profile_schools == self.schools => {
                format!("All schools are profile schools. {share} of the classrooms take up learner profiles {when}.")
            }
            Mechanism::ProfileSchools => format!(
                "The first {} schools are profile schools: they differ from the others in their poverty, and through it in \
                 the level of scores (and in its growth by trend_gap). {share} of the classrooms there take up learner \
                 profiles {when}, by lot. The unit of assignment is the school.",
                self.profile_schools
            ),
            Mechanism::SchoolLottery => format!(
                "{} of {} schools are drawn by lot; {share} of their classrooms get learner profiles {when}. The unit of \
                 assignment is the school.",
                self.profile_schools, self.schools
            ),
            Mechanism::ClassroomLottery => format!(
                "In each school a lot gives learner profiles to {share} of the classrooms, {when}. The unit of assignment is \
                 the classroom."
            ),
            Mechanism::StudentLottery => format!(
                "In each school a lot gives learner profiles to {share} of the students of the first year, {when}. The unit of \
                 assignment is the student."
            ),
            Mechanism::LowScores => format!(
                "Students whose score in math in {} lay in the lowest {} get learner profiles in {}. Part of a low score is bad \
                 luck, which does not come again.",
                self.first - 1,
                per_cent(self.dip),
                self.first
            ),
            Mechanism::Dosage => format!(
                "Everyone may use the software from {} on. {} reach the recommended dose: those with most drive, who grow \
                 faster anyway. Nobody records drive.",
                self.first,
                per_cent(self.heavy_share)
            ),
        };
        said += match self.design.twins {
            Twins::None => "",
            Twins::Norm => " Each is compared with the growth that a national norm expects after the same score.",
            Twins::Virtual => " Each is compared with the mean of matched students elsewhere.",
        };
        said
    }
}

/// A share as per cent, at most one decimal.
fn per_cent(share: f64) -> String {
    format!("{} %", (share * 1000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::super::defaults::school_study;
    use super::*;

    #[test]
    fn one_in_five_never_and_the_years_share_the_rest() {
        let p = school_study().with("schools", 5001.0).with("profile_schools", 5000.0);
        let streams = Streams::new("test", 1);
        let a = Assignment::read(Design::PROFILE_SCHOOLS, &p, &streams);
        let mut counts = std::collections::BTreeMap::new();
        for school in 0..5000 {
            for year in a.of_classrooms(&streams, school, 4) {
                *counts.entry(year).or_insert(0) += 1;
            }
        }
        assert_eq!(counts.len(), 4);
        assert!((f64::from(counts[&None]) / 20_000.0 - 0.2).abs() < 0.01);
        assert!((2016..=2018).all(|y| (f64::from(counts[&Some(y)]) / 20_000.0 - 0.8 / 3.0).abs() < 0.01), "{counts:?}");
    }
}
