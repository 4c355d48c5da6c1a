//! Learner profiles: goals set and met each year with profiles, and the words of the side table.

use super::Parameters;
use super::students::Student;
use super::words::{ACHIEVEMENTS, INTERESTS, STRENGTHS, goals};
use crate::cohort::{Goal, GoalKind, Profile, Quarter};
use crate::num::normal;
use crate::random::Stream;

/// A goal without its words.
pub(super) struct Set {
    kind: GoalKind,
    quarter: Quarter,
    met: Option<bool>,
}

/// Goals set by one student in one year, and how many of them were met.
pub(super) struct YearOfGoals {
    /// The goals, by quarter.
    pub goals: Vec<Set>,
    /// How many were met.
    pub met: i64,
}

/// What profiles are drawn from.
pub(super) struct Profiles {
    last_year: i64,
    student_sd: f64,
    /// Chances of one, two and three goals in a year.
    n_goals: [f64; 3],
    /// Chances of an academic, a behaviour and a social goal.
    kinds: [f64; 3],
    /// Chance of meeting a goal in probit units: constant and weight of conscientiousness.
    meeting: [f64; 2],
}

impl Profiles {
    pub(super) fn read(p: &Parameters) -> Self {
        Profiles {
            last_year: p.whole("last_year"),
            student_sd: libm::sqrt(p.value("student_variance")),
            n_goals: ["goals_one", "goals_two", "goals_three"].map(|name| p.value(name)),
            kinds: ["goals_academic", "goals_behaviour", "goals_social"].map(|name| p.value(name)),
            meeting: ["goals_met_intercept", "goals_met_conscientiousness"].map(|name| p.value(name)),
        }
    }

    /// Draws a year's goals. Those set in the last quarter of the study's last year are still open.
    pub(super) fn year(&self, stream: &mut Stream, student: &Student, year: i64) -> YearOfGoals {
        let [constant, weight] = self.meeting;
        let chance = normal::cdf(constant + weight * student.conscientious);
        let n = 1 + stream.choose_weighted(&self.n_goals);
        let mut goals: Vec<Set> = (0..n)
            .map(|_| {
                let kind = [GoalKind::Academic, GoalKind::Behaviour, GoalKind::Social][stream.choose_weighted(&self.kinds)];
                let quarter = Quarter { year: year as i32, quarter: 1 + stream.below(4) as u8 };
                let met = stream.bernoulli(chance);
                let open = year == self.last_year && quarter.quarter == 4;
                Set { kind, quarter, met: (!open).then_some(met) }
            })
            .collect();
        goals.sort_by_key(|g| g.quarter);
        let met = goals.iter().filter(|g| g.met == Some(true)).count() as i64;
        YearOfGoals { goals, met }
    }

    /// Writes a student's profile out in words.
    pub(super) fn write(&self, stream: &mut Stream, student: &Student, student_id: String, sets: Vec<Set>) -> Profile {
        let sd = if self.student_sd > 0.0 { self.student_sd } else { 1.0 };
        let seen = [student.standing[1] / sd, student.standing[0] / sd, 0.0, 0.0, student.conscientious];
        let strengths = STRENGTHS
            .iter()
            .zip(seen)
            .map(|(domain, z)| {
                let seen = 2.2 + 0.6 * z + 0.6 * stream.normal();
                ((*domain).to_string(), seen.round().clamp(0.0, 4.0) as u8)
            })
            .collect();
        let goals = sets.into_iter().map(|s| Goal { kind: s.kind, text: one(stream, goals(s.kind)), set: s.quarter, met: s.met }).collect();
        let n_interests = 2 + stream.below(3) as usize;
        let interests = several(stream, &INTERESTS, n_interests);
        let n_achievements = stream.below(4) as usize;
        let achievements = several(stream, &ACHIEVEMENTS, n_achievements);
        Profile { student_id, strengths, goals, interests, achievements }
    }
}

fn one(stream: &mut Stream, list: &[&str]) -> String {
    list[stream.below(list.len() as u32) as usize].to_string()
}

/// So many different words of a list, in the list's order.
fn several(stream: &mut Stream, list: &[&str], n: usize) -> Vec<String> {
    let mut picked: Vec<usize> = (0..list.len()).collect();
    stream.shuffle(&mut picked);
    picked.truncate(n);
    picked.sort_unstable();
    picked.into_iter().map(|i| list[i].to_string()).collect()
}
