//! Whom it is compared with, and who says so.

use super::{Detector, Signs, Trigger, percent};
use crate::evidence::facts::{Comparison, Conductor};
use crate::evidence::standard::{Key, Standards};

/// Nobody who was not treated at the same time.
pub(super) static NO_COMPARISON: Detector = Detector {
    id: "no-comparison",
    title: "Nobody to compare with",
    why: "Students learn anyway; without students who were not treated nobody can say how much they would have learned.",
    remedy: "Find students without it over the same time, and compare how much each group changed.",
    source: "What Works Clearinghouse, Standards 4.1, group designs",
    look: |s, _| {
        if let Some(arms) = s.arms
            && arms.comparison == 0
            && arms.treated > 0
        {
            return Some(Trigger::told(format!("all {} units were treated.", arms.treated)));
        }
        match s.comparison? {
            Comparison::Nobody => Some(Trigger::told("there is nobody to compare with.")),
            Comparison::BeforeAfter => Some(Trigger::told("the treated are compared with themselves before.")),
            Comparison::Norm => Some(Trigger::told("no student without treatment is in the comparison: a norm stands in.")),
            _ => None,
        }
    },
};

/// A published norm as comparison.
pub(super) static NORM_COMPARISON: Detector = Detector {
    id: "norm-comparison",
    title: "Compared with a norm",
    why: "A norm is the growth of other students in other schools and years; whatever sets these schools apart counts as effect.",
    remedy: "Ask for students of similar schools, tested at the same time.",
    source: "Ready (2014) on Teach to One: growth against national norms is not causal",
    look: |s, _| (s.comparison? == Comparison::Norm).then(|| Trigger::told("growth is set against a published norm.")),
};

/// One school in an arm.
pub(super) static SINGLE_SCHOOL: Detector = Detector {
    id: "single-school",
    title: "One school",
    why: "What is special about that school, its head or its year cannot be told apart from the treatment.",
    remedy: "Take it as a story about one school; ask for at least two, better six, on each side.",
    source: "What Works Clearinghouse, Standards 4.1: confounding factors, n = 1",
    look: |s, _| {
        let of = s.schools?;
        let found = match (of.treated, of.comparison) {
            (1, 1) => "one school on each side",
            (1, _) => "one school with treated students",
            (_, 1) => "one school with comparison students",
            _ => return None,
        };
        Some(Trigger::by(format!("{found}."), 1.0, 2.0))
    },
};

/// Sectors that differ.
pub(super) static SECTOR_CONFOUND: Detector = Detector {
    id: "sector-confound",
    title: "Another kind of school",
    why: "The groups differ in what kind of schools they go to (charter or district, public or private), and that difference goes with the treatment.",
    remedy: "Compare schools of the same kind, or show the effect within each kind.",
    source: "NEPC review of RAND RR1365: 56 of 62 schools were charters",
    look: |s, standards| {
        if let Some(of) = &s.sector {
            let most = standards.number(Key::SectorGap);
            let gap = (of.treated - of.comparison).abs();
            if gap > most {
                let found =
                    format!("{}: {} of the treated, {} of the comparison group.", of.what, percent(of.treated), percent(of.comparison));
                return Some(Trigger::by(found, gap, most));
            }
        }
        s.confound.as_ref().map(|what| Trigger::told(format!("{what} goes with the treatment.")))
    },
};

/// Made, sold and evaluated by the same hands.
pub(super) static SPONSOR: Detector = Detector {
    id: "sponsor",
    title: "Evaluated by its seller",
    why: "Studies that developers run or pay for find about twice as much as independent ones.",
    remedy: "Ask for an independent evaluation, and for the plan that was written beforehand.",
    source: "Wolf, Morrison, Inns, Slavin and Risman (2020), 10.1080/19345747.2020.1726537",
    look: |s, _| (s.conductor? == Conductor::Developer).then(|| Trigger::told("the developer or seller ran the study, or paid for it.")),
};

/// An evaluation that was offered and refused.
pub(super) static DECLINED_EVALUATION: Detector = Detector {
    id: "declined-evaluation",
    title: "Declined an evaluation",
    why: "Where an independent evaluation was offered and declined, nothing but the maker's word remains.",
    remedy: "Ask why, and whether the offer still stands.",
    source: "Barnum, Chalkbeat (2019) on Summit Learning",
    look: |s: &Signs, _: &Standards| s.declined?.then(|| Trigger::told("an independent evaluation was declined.")),
};
