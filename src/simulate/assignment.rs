//! Who takes up learner profiles, and when.

use super::Parameters;
use crate::random::Stream;

/// Profile schools come first in the numbering; in them classrooms take up profiles in a year drawn at random.
pub(super) struct Assignment {
    profile_schools: usize,
    never_share: f64,
    first: i64,
    last: i64,
}

impl Assignment {
    pub(super) fn read(p: &Parameters) -> Self {
        Assignment {
            profile_schools: p.whole("profile_schools") as usize,
            never_share: p.value("never_share"),
            first: p.whole("first_take_up"),
            last: p.whole("last_take_up"),
        }
    }

    /// Whether classrooms of this school may take up profiles.
    pub(super) fn is_profile_school(&self, school_ix: usize) -> bool {
        school_ix < self.profile_schools
    }

    /// The first year with profiles of each of a school's classrooms; `None`: never.
    ///
    /// A systematic sample: the classrooms, in random order, stand at equal distances from a random start on the
    /// line from 0 to 1, the first part of which is "never" and the rest equal parts for each year. Every classroom
    /// has the same chances, and a school's classrooms are spread over the years.
    pub(super) fn draw(&self, stream: &mut Stream, school_ix: usize, n_classrooms: usize) -> Vec<Option<i64>> {
        if !self.is_profile_school(school_ix) {
            return vec![None; n_classrooms];
        }
        let start = stream.uniform();
        let years = (self.last - self.first + 1) as f64;
        let mut taken: Vec<Option<i64>> = (0..n_classrooms)
            .map(|i| {
                let place = (i as f64 + start) / n_classrooms as f64;
                let beyond = (place - self.never_share) / (1.0 - self.never_share);
                (beyond >= 0.0).then(|| (self.first + (beyond * years) as i64).min(self.last))
            })
            .collect();
        stream.shuffle(&mut taken);
        taken
    }

    /// The mechanism in words.
    pub(super) fn words(&self) -> String {
        let schools = self.profile_schools;
        let never = if self.never_share > 0.0 {
            format!(" A share of {} of the classrooms there never does.", self.never_share)
        } else {
            String::new()
        };
        let when = if self.first == self.last {
            format!("in {}", self.first)
        } else {
            format!("in a year drawn at random from {} to {}", self.first, self.last)
        };
        format!(
            "The first {schools} schools are profile schools: they differ from the others in their poverty, and through \
             it in the level of scores, not in its growth. Classrooms there take up learner profiles {when}.{never} \
             Take-up does not depend on any score or shock, so trends are parallel. The unit of assignment is the school."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::defaults::school_study;
    use super::*;

    #[test]
    fn one_in_five_never_and_the_years_share_the_rest() {
        let a = Assignment::read(&school_study().with("profile_schools", 5000.0));
        let mut counts = std::collections::BTreeMap::new();
        for school in 0..5000 {
            for year in a.draw(&mut Stream::new(1, &["test", "assignment"], school), school as usize, 4) {
                *counts.entry(year).or_insert(0) += 1;
            }
        }
        assert_eq!(counts.len(), 4);
        assert!((counts[&None] as f64 / 20_000.0 - 0.2).abs() < 0.01);
        assert!((2016..=2018).all(|y| (counts[&Some(y)] as f64 / 20_000.0 - 0.8 / 3.0).abs() < 0.01), "{counts:?}");
    }
}
