//! Where the variance of scores lies in a draw: within classrooms, between classrooms of a school, between schools.
//!
//! Each part is unbiased whatever the sizes are: the means of a school's classrooms differ by their classrooms and by 1/n of their
//! students, those of schools by all three. One by one parts can come out below zero. Schools that differ because they bring profiles in are not set against the others.

use super::truth::Measured;

/// What is measured: of the first year, and from it to the next.
const KINDS: [&str; 2] = ["level", "gain"];

/// A classroom's sums, in tenths of a point.
#[derive(Clone, Copy, Default)]
struct Room {
    n: i64,
    sum: i64,
    squares: i64,
}

/// The sums of a school's classrooms, by outcome, for levels and gains.
#[derive(Default)]
pub(super) struct Rooms(Vec<[[Room; 2]; 2]>);

/// What a school adds to the sums of a draw, SD².
#[derive(Clone, Copy)]
pub(super) struct OfSchool {
    /// Whether it differs from other schools because it brings profiles in.
    apart: bool,
    n: i64,
    rooms: f64,
    within: f64,
    /// Squares of its classrooms' means around their own, and how often the variance within is in them.
    class: f64,
    class_within: f64,
    /// The mean of its classrooms' means, and how often the variance within is in its own.
    mean: f64,
    mean_within: f64,
}

/// A school's parts by outcome, of levels and gains; none where nobody was seen.
pub(super) type Parts = [[Option<OfSchool>; 2]; 2];

/// Schools of one kind.
#[derive(Clone, Copy, Default)]
struct Kind {
    n: f64,
    sum: f64,
    squares: f64,
    within: f64,
    class: f64,
}

/// Sums over schools, in their order.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    n: i64,
    rooms: f64,
    within: f64,
    class: f64,
    class_within: f64,
    kinds: [Kind; 2],
}

impl Rooms {
    /// Empties them, for a school of so many classrooms.
    pub(super) fn clear(&mut self, n: usize) {
        self.0.clear();
        self.0.resize(n, <[[Room; 2]; 2]>::default());
    }

    /// Adds a student's score of the first year (`gain` false), or gain to the next, in tenths of a point.
    pub(super) fn add(&mut self, room: usize, outcome: usize, gain: bool, tenths: i32) {
        let own = &mut self.0[room][outcome][usize::from(gain)];
        let x = i64::from(tenths);
        (own.n, own.sum, own.squares) = (own.n + 1, own.sum + x, own.squares + x * x);
    }

    /// What the school adds; `sd`: points to one SD.
    pub(super) fn parts(&self, apart: bool, sd: f64) -> Parts {
        std::array::from_fn(|k| std::array::from_fn(|gain| self.one(k, gain, apart, 10.0 * sd)))
    }

    fn one(&self, outcome: usize, gain: usize, apart: bool, unit: f64) -> Option<OfSchool> {
        let rooms: Vec<Room> = self.0.iter().map(|room| room[outcome][gain]).filter(|room| room.n > 0).collect();
        let n = rooms.len() as f64;
        if rooms.is_empty() {
            return None;
        }
        let means: Vec<f64> = rooms.iter().map(|r| r.sum as f64 / r.n as f64 / unit).collect();
        let mean = means.iter().sum::<f64>() / n;
        let shares: f64 = rooms.iter().map(|r| 1.0 / r.n as f64).sum();
        let within = rooms.iter().map(|r| (r.n * r.squares - r.sum * r.sum) as f64 / r.n as f64).sum::<f64>();
        Some(OfSchool {
            apart,
            n: rooms.iter().map(|r| r.n).sum(),
            rooms: n,
            within: within / (unit * unit),
            class: means.iter().map(|m| (m - mean) * (m - mean)).sum(),
            class_within: shares * (n - 1.0) / n,
            mean,
            mean_within: shares / (n * n),
        })
    }
}

impl Sums {
    /// Adds a school. One after another, so that it does not matter how the work was spread.
    pub(super) fn add(&mut self, school: &OfSchool) {
        self.n += school.n;
        self.rooms += school.rooms;
        self.within += school.within;
        self.class += school.class;
        self.class_within += school.class_within;
        let kind = &mut self.kinds[usize::from(school.apart)];
        kind.n += 1.0;
        kind.sum += school.mean;
        kind.squares += school.mean * school.mean;
        kind.within += school.mean_within;
        kind.class += 1.0 / school.rooms;
    }

    /// The parts of the variance, of the levels or gains of an outcome; none where no classroom has two students.
    pub(super) fn measured(&self, outcome: &str, gain: usize) -> Option<Measured> {
        let schools = self.kinds.iter().map(|k| k.n).sum::<f64>();
        let free = self.n as f64 - self.rooms;
        if free <= 0.0 {
            return None;
        }
        let within = self.within / free;
        let free = self.rooms - schools;
        let class = (free > 0.0).then(|| (self.class - within * self.class_within) / free);
        let (mut between, mut free) = (0.0, 0.0);
        for k in self.kinds.iter().filter(|k| k.n > 1.0) {
            let inside = within * k.within + class.unwrap_or(0.0) * k.class;
            between += k.squares - k.sum * k.sum / k.n - inside * (k.n - 1.0) / k.n;
            free += k.n - 1.0;
        }
        let school = (free > 0.0).then(|| between / free);
        let total = within + class.unwrap_or(0.0) + school.unwrap_or(0.0);
        let part = |x: Option<f64>| x.filter(|_| total > 0.0).map(|x| x / total);
        Some(Measured {
            outcome: outcome.into(),
            of: KINDS[gain].into(),
            variance: total,
            icc_school: part(school),
            icc_class: part(class),
            n_students: self.n as usize,
            n_classrooms: self.rooms as usize,
            n_schools: schools as usize,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two schools of two classrooms of two: every part by hand.
    #[test]
    fn parts_by_hand() {
        let mut sums = Sums::default();
        let mut rooms = Rooms::default();
        for school in [[[10, 30], [20, 40]], [[50, 70], [80, 100]]] {
            rooms.clear(2);
            for (room, students) in school.iter().enumerate() {
                students.iter().for_each(|x| rooms.add(room, 0, false, *x));
            }
            let parts = rooms.parts(false, 0.1);
            assert!(parts[1][0].is_none() && parts[0][1].is_none());
            sums.add(&parts[0][0].expect("seen"));
        }
        // Within 200 each; classrooms' means 20 and 30, 60 and 90; schools' 25 and 75.
        let found = sums.measured("math", 0).expect("measured");
        let (within, class) = (200.0, (50.0 + 450.0) / 2.0 - 100.0);
        let school = 1250.0 - within / 4.0 - class / 2.0;
        let total = within + class + school;
        let near = |a: Option<f64>, b: f64| (a.unwrap_or(f64::NAN) - b).abs() < 1e-12;
        assert!((found.variance - total).abs() < 1e-9, "{found:?}");
        assert!(near(found.icc_class, class / total) && near(found.icc_school, school / total), "{found:?}");
        assert_eq!((found.n_students, found.n_classrooms, found.n_schools), (8, 4, 2));
        assert!(Sums::default().measured("math", 1).is_none());
    }
}
