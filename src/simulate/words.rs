//! The words learner profiles are written in. All of them are made up.

use crate::cohort::GoalKind;

/// Domains of strengths.
pub(super) const STRENGTHS: [&str; 5] = ["reading", "mathematics", "creativity", "working with others", "persistence"];

/// Interests.
pub(super) const INTERESTS: [&str; 12] = [
    "animals",
    "art",
    "building things",
    "cooking",
    "dance",
    "dinosaurs",
    "football",
    "games",
    "music",
    "reading comics",
    "science",
    "space",
];

/// Achievements teachers note.
pub(super) const ACHIEVEMENTS: [&str; 10] = [
    "finished a chapter book",
    "helped a new classmate settle in",
    "knows the multiplication tables to twelve",
    "led a group project",
    "perfect attendance for a quarter",
    "presented at the science fair",
    "read aloud at the school assembly",
    "revised a story three times",
    "solved the problem of the month",
    "spoke at the student-led conference",
];

/// Goals of a kind.
pub(super) fn goals(kind: GoalKind) -> &'static [&'static str] {
    match kind {
        GoalKind::Academic => &[
            "explain my steps when I solve a problem",
            "know my multiplication facts",
            "read for twenty minutes every evening",
            "read two levels higher by spring",
            "solve word problems with fractions",
            "use evidence from the text in my answers",
            "write a paragraph with a main idea",
            "write a story of two pages",
        ],
        GoalKind::Behaviour => &[
            "ask for a break when I need one",
            "come to class with my materials",
            "finish my homework on time",
            "start my work within two minutes",
        ],
        GoalKind::Social => &[
            "ask a classmate for help before giving up",
            "invite someone to join our game",
            "listen without interrupting",
            "say how I feel in words",
        ],
    }
}
