//! Variance within classrooms, between classrooms of a school, and between schools of a kind.

use std::collections::BTreeMap;

/// Components of variance. Each is unbiased whatever the sizes are, and so is their sum; one by one they can come out
/// below zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Components {
    pub within: f64,
    pub class: f64,
    pub school: f64,
}

/// One school's part of a sum: the mean of its classrooms' means, the variance of that mean given the school and the
/// classrooms, and the number of classrooms.
struct OfSchool {
    mean: f64,
    of_students: f64,
    rooms: f64,
}

impl Components {
    /// From values with their classroom (no two schools share a number) and school. Schools of different kinds are not
    /// set against each other.
    pub(super) fn of(x: &[f64], room: &[u32], school: &[u32], kind: impl Fn(u32) -> bool) -> Components {
        let mut by_school: BTreeMap<u32, BTreeMap<u32, (f64, f64, f64)>> = BTreeMap::new();
        for i in 0..x.len() {
            let (n, sum, squares) = by_school.entry(school[i]).or_default().entry(room[i]).or_default();
            (*n, *sum, *squares) = (*n + 1.0, *sum + x[i], *squares + x[i] * x[i]);
        }
        let rooms = || by_school.values().flat_map(BTreeMap::values);
        let within = rooms().map(|(n, sum, squares)| squares - sum * sum / n).sum::<f64>() / rooms().map(|(n, ..)| n - 1.0).sum::<f64>();
        // Means of a school's classrooms differ by the classroom and by 1/n of the students.
        let (mut class, mut free) = (0.0, 0.0);
        let mut kinds: [Vec<OfSchool>; 2] = [Vec::new(), Vec::new()];
        for (ix, rooms) in &by_school {
            let (n, means): (Vec<f64>, Vec<f64>) = rooms.values().map(|(n, sum, _)| (*n, sum / n)).unzip();
            let c = n.len() as f64;
            let (mean, of_students) = (super::mean(&means), n.iter().map(|n| within / n).sum::<f64>());
            class += means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() - of_students * (c - 1.0) / c;
            free += c - 1.0;
            kinds[usize::from(kind(*ix))].push(OfSchool { mean, of_students: of_students / (c * c), rooms: c });
        }
        let class = class / free;
        let (mut between, mut free) = (0.0, 0.0);
        for schools in kinds.iter().filter(|s| s.len() > 1) {
            let n = schools.len() as f64;
            let mean = schools.iter().map(|s| s.mean).sum::<f64>() / n;
            between += schools.iter().map(|s| (s.mean - mean) * (s.mean - mean)).sum::<f64>();
            between -= schools.iter().map(|s| s.of_students + class / s.rooms).sum::<f64>() * (n - 1.0) / n;
            free += n - 1.0;
        }
        Components { within, class, school: between / free }
    }

    pub(super) fn total(&self) -> f64 {
        self.within + self.class + self.school
    }
}
