//! One simulated study: schools, classrooms and students drawn from the design's variances.

use super::super::{Design, Layout, Measure};
use crate::random::Stream;

/// A classroom: means over its students, and their products within it.
pub(super) struct Room {
    /// Mean of the outcome.
    pub y: f64,
    /// Mean of the students' covariate.
    pub x: f64,
    /// Sum of squares of the students' covariate about its mean.
    pub xx: f64,
    /// Sum of products of covariate and outcome about their means.
    pub xy: f64,
    /// The classroom's own covariates.
    pub z: Vec<f64>,
}

/// A school, or whatever stands at the top.
pub(super) struct Unit {
    /// Its classrooms; one where there is no such level.
    pub rooms: Vec<Room>,
    /// Its covariates.
    pub z: Vec<f64>,
    /// How much its effect differs from the mean effect.
    pub effect: f64,
}

/// Draws units of a design, one after the other, so that the first k of many are a study of k.
pub(super) struct Drawer<'a> {
    design: &'a Design,
    flat: Part<'a>,
    carried: Part<'a>,
    /// Covariates of each unit, each classroom, each student that the analysis estimates a slope for.
    unit_z: usize,
    room_z: usize,
    student_x: bool,
}

/// How a shock of each period adds up to what is analysed.
struct Part<'a> {
    weights: &'a [f64],
    carry_over: f64,
    /// Variance of the sum over that of one shock.
    factor: f64,
}

impl Part<'_> {
    /// The weighted sum of the periods' shocks, of this variance.
    fn draw(&self, stream: &mut Stream, variance: f64) -> f64 {
        if variance <= 0.0 {
            return 0.0;
        }
        let fresh = libm::sqrt(1.0 - self.carry_over * self.carry_over);
        let (mut shock, mut sum) = (0.0, 0.0);
        for (t, w) in self.weights.iter().enumerate() {
            let new = stream.normal();
            shock = if t == 0 { new } else { self.carry_over * shock + fresh * new };
            sum += w * shock;
        }
        libm::sqrt(variance / self.factor) * sum
    }
}

impl<'a> Drawer<'a> {
    pub fn new(design: &'a Design, measure: &'a Measure) -> Drawer<'a> {
        let weights = measure.weights.as_slice();
        let g = design.covariates as usize;
        let (rooms, students) = (design.size.classrooms, design.size.students);
        // A slope is estimated where the level above holds several; where it cannot be, the part explained is taken off as known.
        let several = match design.layout {
            Layout::ClassroomsRandomSchools => rooms > 2,
            _ => rooms > 1,
        };
        let (unit_z, room_z) = match design.layout {
            Layout::Students => (0, 0),
            Layout::Clusters => (g, 0),
            Layout::Schools | Layout::ClassroomsRandomSchools => (g, usize::from(several && design.explained.class > 0.0)),
            Layout::ClassroomsFixedSchools => (0, g),
        };
        Drawer {
            design,
            flat: Part { weights, carry_over: 0.0, factor: measure.of_independent() },
            carried: Part { weights, carry_over: measure.carry_over, factor: measure.of_carried() },
            unit_z,
            room_z,
            student_x: students > 1 && design.explained.student > 0.0,
        }
    }

    /// How many normal numbers a unit of the top takes.
    pub fn cost(&self) -> f64 {
        let top = self.design.with(self.design.top, 1).size.n_students();
        let of_lot =
            if self.design.layout == Layout::Students { self.design.covariates as f64 } else { f64::from(u8::from(self.student_x)) };
        top * (self.flat.weights.len() as f64 + of_lot)
    }

    /// A value of some variance, of which covariates explain a part: the first carries it, the others are noise.
    fn explained(stream: &mut Stream, part: &Part<'_>, variance: f64, explained: f64, z: &[f64]) -> f64 {
        let signal = z.first().map_or(0.0, |z| libm::sqrt(variance * explained) * z);
        signal + part.draw(stream, variance * (1.0 - explained))
    }

    /// A student of one pool: outcome and covariates.
    pub fn student(&self, stream: &mut Stream) -> (f64, Vec<f64>) {
        let x: Vec<f64> = (0..self.design.covariates).map(|_| stream.normal()).collect();
        let y = Self::explained(stream, &self.flat, self.design.variance.student, self.design.explained.student, &x);
        (y, x)
    }

    /// The next unit of the top.
    pub fn unit(&self, stream: &mut Stream) -> Unit {
        let d = self.design;
        let z: Vec<f64> = (0..self.unit_z).map(|_| stream.normal()).collect();
        let random = d.layout == Layout::ClassroomsRandomSchools;
        // Covariates of randomly drawn schools explain the effect; what they say of the level cancels.
        let (level, effect) = if random { (&[][..], z.as_slice()) } else { (z.as_slice(), &[][..]) };
        let deviation = if random {
            let signal = effect.first().map_or(0.0, |z| libm::sqrt(d.effect_variance * d.effect_explained) * z);
            signal + libm::sqrt(d.effect_variance * (1.0 - d.effect_explained)) * stream.normal()
        } else {
            0.0
        };
        let school = Self::explained(stream, &self.flat, d.variance.school, d.explained.school, level);
        // Clusters that are classrooms have their covariates at the top.
        let above = if d.layout == Layout::Clusters { z.as_slice() } else { &[] };
        let n_rooms = if d.layout == Layout::Clusters { 1 } else { d.size.classrooms };
        let rooms = (0..n_rooms).map(|_| self.room(stream, school, above)).collect();
        Unit { rooms, z, effect: deviation }
    }

    fn room(&self, stream: &mut Stream, school: f64, above: &[f64]) -> Room {
        let d = self.design;
        let z: Vec<f64> = (0..self.room_z).map(|_| stream.normal()).collect();
        let covariates = if above.is_empty() { &z } else { above };
        let level = school + Self::explained(stream, &self.carried, d.variance.class, d.explained.class, covariates);
        let n = d.size.students as f64;
        let (mut y, mut x, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..d.size.students {
            let own = self.student_x.then(|| stream.normal());
            let score = Self::explained(stream, &self.flat, d.variance.student, d.explained.student, own.as_slice());
            let own = own.unwrap_or(0.0);
            y += score;
            x += own;
            xx += own * own;
            xy += own * score;
        }
        Room { y: level + y / n, x: x / n, xx: xx - x * x / n, xy: xy - x * y / n, z }
    }
}
