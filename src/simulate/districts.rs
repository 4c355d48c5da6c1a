//! States and districts: where a school stands, and what it has in common with its neighbours.

use super::Parameters;
use super::shocks::pair;
use super::streams::{Part, Streams};

/// Districts, spread evenly over states, and schools, spread evenly over districts, both in the order of their numbers.
pub(super) struct Places {
    schools: u64,
    districts: u64,
    states: u64,
    district_sd: f64,
    state_sd: f64,
}

impl Places {
    pub(super) fn read(p: &Parameters) -> Self {
        let schools = p.whole("schools") as u64;
        let or = |name, neutral| p.get(name).unwrap_or(neutral);
        Places {
            schools,
            // Where no districts are told there is one.
            districts: (p.whole("districts") as u64).max(1),
            states: or("states", 1.0) as u64,
            district_sd: libm::sqrt(or("district_variance", 0.0)),
            state_sd: libm::sqrt(or("state_variance", 0.0)),
        }
    }

    /// The district and state of a school, and what they add to its level.
    pub(super) fn of(&self, streams: &Streams, school_ix: u32, correlation: f64) -> (u32, u32, [f64; 2]) {
        let district = (u64::from(school_ix) * self.districts / self.schools) as u32;
        let state = (u64::from(district) * self.states / self.districts) as u32;
        if self.districts == 1 {
            return (district, state, [0.0; 2]);
        }
        let of_district = pair(&mut streams.of(Part::Districts, district), correlation);
        let of_state = pair(&mut streams.of(Part::States, state), correlation);
        (district, state, std::array::from_fn(|k| self.district_sd * of_district[k] + self.state_sd * of_state[k]))
    }
}
