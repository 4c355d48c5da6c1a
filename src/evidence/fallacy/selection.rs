//! Who was chosen, who stayed.

use super::{Assigned, Detector, Stratified, Trigger, percent, sd};
use crate::evidence::facts::{Comparison, SelectedLow};
use crate::evidence::standard::{Assumption, AttritionLevel, Key};

/// Treatment defined by use.
pub(super) static DOSAGE_SELECTION: Detector = Detector {
    id: "dosage-selection",
    title: "Heavy users against others",
    why: "Who reaches a dose differs in drive, attendance and support; that difference is counted as effect. In one product it made .36 SD out of .03 to .09.",
    remedy: "Compare everybody who was offered it with everybody who was not, whatever they used.",
    source: "Khan Academy: vendor 2023 against PNAS 123(1), 2026; Zearn: vendor 2023 against 10.1177/23328584241269825",
    look: |s, _| {
        if s.comparison == Some(Comparison::Dosage) {
            return Some(Trigger::told("those who used it more are compared with those who used it less."));
        }
        if s.assigned_by == Some(Assigned::Use) {
            return Some(Trigger::told("who counts as treated was decided by use seen after the start."));
        }
        // Some of the others used it too, and all of them less: the line between the groups is drawn through use.
        let of = s.uses.as_ref()?;
        let apart = of.highest_comparison > 0.0 && of.lowest_treated >= of.highest_comparison;
        // Not how much: each is one student's value.
        apart.then(|| {
            Trigger::told(format!(
                "by {}, every one of the treated used it more than any of the others, some of whom used it too.",
                of.column
            ))
        })
    },
};

/// Chosen at their worst.
pub(super) static REGRESSION_TO_MEAN: Detector = Detector {
    id: "regression-to-mean",
    title: "Chosen after a bad year",
    why: "Part of a bad score is bad luck, and bad luck does not repeat itself: such students do better next time without anything being done.",
    remedy: "Compare with students chosen by the same rule, or show several years before the start.",
    source: "Galton (1886); Ashenfelter (1978); expected fake gain (1 − r)·|gap|",
    look: |s, standards| {
        if s.assigned_by == Some(Assigned::Lot) || s.selected_low == Some(SelectedLow::BothAlike) {
            return None;
        }
        let fake = s.before.and_then(|b| Some((1.0 - b.correlation.filter(|r| (0.0..=1.0).contains(r))?) * b.gap.abs()));
        let gain = fake.map_or(String::new(), |f| format!(" Chance alone would make up about {} of the gap.", sd(f)));
        if s.selected_low == Some(SelectedLow::TreatedOnly) || s.assigned_by == Some(Assigned::LowScores) {
            return Some(Trigger::told(format!("the treated were chosen for low scores or a bad year, the others not.{gain}")));
        }
        let before = s.before?;
        let (gap, fall) = (standards.number(Key::LowGap), standards.number(Key::LowFall));
        if before.gap < -gap {
            return Some(Trigger::by(
                format!("before the start the treated stood {} below the others.{gain}", sd(-before.gap)),
                -before.gap,
                gap,
            ));
        }
        let change = before.change.filter(|c| *c < -fall && before.gap < 0.0)?;
        Some(Trigger::by(format!("just before the start the treated fell by {} against the others.{gain}", sd(-change)), -change, fall))
    },
};

/// Lost more than the boundary allows.
pub(super) static ATTRITION: Detector = Detector {
    id: "attrition",
    title: "Too many were lost",
    why: "Who leaves differs from who stays; where many leave, or more on one side, the groups that are left are not those that began.",
    remedy: "Ask where they went; show that those analysed were alike before the start, and what the loss could do to the effect.",
    source: "What Works Clearinghouse, Standards 4.1, table II.1",
    look: |s, _| {
        let lost = s.attrition?;
        let (overall, differential) = (lost.overall()?, lost.differential()?);
        let high = lost.level(Assumption::Optimistic)? == AttritionLevel::High;
        let words = format!(
            "{} were lost, and the groups differ in that by {:.1} percentage points: more than even the optimistic boundary allows.",
            percent(overall),
            100.0 * differential
        );
        high.then(|| Trigger::by(words, 100.0 * differential, lost.boundary(Assumption::Optimistic).unwrap_or(0.0)))
    },
};

/// A file of those who stayed.
pub(super) static SURVIVORS_ONLY: Detector = Detector {
    id: "survivors-only",
    title: "Only those who stayed",
    why: "In real schools some students leave and some come; a file of many without any of them was most likely cut to those who stayed, who often do better than the rest.",
    remedy: "Ask for all who were there at the start, and what became of them.",
    source: "New Classrooms (2019) on students with three years of Teach to One",
    look: |s, _| {
        const FEWEST: u64 = 100;
        let of = s.throughout.filter(|t| t.periods > 1 && t.units >= FEWEST && t.always == t.units)?;
        Some(Trigger::by(
            format!("each of {} students has a score in each of {} periods.", of.units, of.periods),
            of.always as f64,
            of.units as f64,
        ))
    },
};

/// The whole points one way, its parts the other.
pub(super) static SIMPSON: Detector = Detector {
    id: "simpson",
    title: "The whole against its parts",
    why: "The groups as they are differ one way, and within kinds of students the other way: an estimate that goes with the whole shows who is in the groups, not what was done.",
    remedy: "Compare changes, or like with like.",
    source: "Simpson (1951); Lord (1967); Bickel, Hammel and O'Connell (1975)",
    look: |s, standards| {
        // Where a lot decided, who is in the groups is chance, which the interval allows for.
        if s.assigned_by == Some(Assigned::Lot) {
            return None;
        }
        let least = standards.number(Key::Sesoi);
        let large = |x: f64| x.abs() >= least;
        let turned = |t: &&Stratified| t.whole * t.within < 0.0 && large(t.whole) && large(t.within);
        // Where every analysis found what like with like shows, nobody was misled.
        let misled = |t: &Stratified| s.overall.iter().find(|(_, effect)| large(*effect) && effect * t.within < 0.0).cloned();
        let (of, (analysis, effect)) = s.strata.iter().filter(turned).find_map(|t| Some((t, misled(t)?)))?;
        let words = format!(
            "after the start the groups as they are differ by {}, within {} by {}; {analysis} finds {}.",
            sd(of.whole),
            of.parts,
            sd(of.within),
            sd(effect)
        );
        Some(Trigger::by(words, of.whole, of.within))
    },
};
