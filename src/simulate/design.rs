//! Who gets profiles, and with whom they are compared.

use super::Parameters;

/// The design of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Design {
    /// How it comes about who gets profiles.
    pub mechanism: Mechanism,
    /// Comparison rows that are no students of the study.
    pub twins: Twins,
}

/// How it comes about who gets profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// Some schools bring profiles in; their classrooms take them up in different years, some never.
    ProfileSchools,
    /// Whole schools by lot.
    SchoolLottery,
    /// Classrooms by lot, within each school.
    ClassroomLottery,
    /// Students by lot, within each school.
    StudentLottery,
    /// Students whose score in the year before lies in the lowest part.
    LowScores,
    /// Students who use the software for long enough, which is up to them.
    Dosage,
}

/// Comparison rows that are no students of the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twins {
    /// None: the comparison is with students of the study.
    None,
    /// For each treated student the growth that a national norm expects after the same score.
    Norm,
    /// For each treated student the mean of matched students elsewhere.
    Virtual,
}

impl Design {
    /// Profiles come in by school, compared with the study's other schools.
    pub const PROFILE_SCHOOLS: Design = Design::by(Mechanism::ProfileSchools);

    /// This mechanism, compared with the study's other students.
    pub const fn by(mechanism: Mechanism) -> Design {
        Design { mechanism, twins: Twins::None }
    }

    /// Who is treated, in words.
    pub fn treated(self) -> &'static str {
        match self.mechanism {
            Mechanism::ProfileSchools | Mechanism::SchoolLottery | Mechanism::ClassroomLottery => {
                "students in classrooms that took up learner profiles"
            }
            Mechanism::StudentLottery => "students drawn by lot for learner profiles",
            Mechanism::LowScores => "students who were given learner profiles for low scores",
            Mechanism::Dosage => "students who used the software long enough",
        }
    }

    /// What the comparison consists of, in words.
    pub fn compared(self) -> &'static str {
        match (self.twins, self.mechanism) {
            (Twins::Norm, _) => "norm",
            (Twins::Virtual, _) => "matched students elsewhere",
            (Twins::None, Mechanism::StudentLottery | Mechanism::LowScores | Mechanism::Dosage) => "the other students",
            (Twins::None, _) => "comparison classrooms",
        }
    }

    /// The same design with these parameters: without twins where they are switched off.
    pub(super) fn with(self, p: &Parameters) -> Design {
        if p.get("norm_comparison") == Some(0.0) { Design { twins: Twins::None, ..self } } else { self }
    }
}
