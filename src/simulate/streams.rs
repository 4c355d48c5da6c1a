//! The streams of random numbers: one a part of the world and a school.

use crate::random::Stream;

/// The parts that draw. What one part draws changes no other part, so parts that nobody asked for can be left out.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Schools,
    Places,
    Districts,
    States,
    Classrooms,
    Teachers,
    Assignment,
    Lottery,
    Fidelity,
    Sites,
    Students,
    Reading,
    Joining,
    Traits,
    Growth,
    Attending,
    Drive,
    Compliance,
    Attrition,
    Prior,
    Math,
    ReadingScores,
    Records,
    Goals,
    Words,
    Twins,
    ReadingTwins,
    Skills,
    Looping,
    Sections,
}

const NAMES: [&str; 30] = [
    "schools",
    "places",
    "districts",
    "states",
    "classrooms",
    "teachers",
    "assignment",
    "lottery",
    "fidelity",
    "sites",
    "students",
    "reading",
    "joining",
    "traits",
    "growth",
    "attending",
    "drive",
    "compliance",
    "attrition",
    "prior",
    "math",
    "reading scores",
    "records",
    "goals",
    "words",
    "twins",
    "reading twins",
    "skills",
    "looping",
    "sections",
];

/// All streams of a draw.
pub(super) struct Streams(Vec<Stream>);

impl Streams {
    pub(super) fn new(world: &str, seed: u64) -> Self {
        Streams(NAMES.iter().map(|part| Stream::new(seed, &["simulate", world, part], 0)).collect())
    }

    /// The stream of a part and a school (or district, or state).
    pub(super) fn of(&self, part: Part, ix: u32) -> Stream {
        self.0[part as usize].at(u64::from(ix))
    }
}
