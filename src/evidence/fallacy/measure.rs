//! What was measured, and the words it is told in.

use super::{Detector, Signs, Trigger, percent};
use crate::evidence::standard::Key;

/// A test made by those who gain.
pub(super) static VENDOR_TEST: Detector = Detector {
    id: "vendor-test",
    title: "A test made to measure",
    why: "Tests made by developers or researchers test what was taught: they show about four times the effect that independent tests show.",
    remedy: "Ask for the result on a state test or another test that neither side made.",
    source: "Wolf and Harbatkin (2022), What Works Clearinghouse database: .41 and .38 against .10",
    look: |s, standards| {
        let measure = s.measure.filter(|m| m.has_a_stake())?;
        let means = standards.numbers(Key::MeasureMeans);
        let (own, independent) = (means[measure.index()], means[0]);
        let words =
            format!("the test was made by those with a stake; such tests show {own:.2} SD on average, independent ones {independent:.2}.");
        Some(Trigger::by(words, own, independent))
    },
};

/// Scores at the end of the scale.
pub(super) static CEILING: Detector = Detector {
    id: "ceiling",
    title: "The test ends too soon",
    why: "Students at the highest or lowest score cannot show gain or loss, and the group with more of them looks as if it stood still.",
    remedy: "Use a test that goes further, or a model for such ends; do not compare groups that stand at different heights.",
    source: "Koedel and Betts (2010), 10.1162/edfp.2009.5.1.5104",
    look: |s, standards| {
        let most = standards.number(Key::EndShare);
        let one = s.extremes.iter().find(|e| e.share > most)?;
        let end = if one.highest { "highest" } else { "lowest" };
        Some(Trigger::by(format!("{}: {} of one group have the {end} score there is.", one.outcome, percent(one.share)), one.share, most))
    },
};

/// A line passed or not.
pub(super) static PROFICIENCY_CUT: Detector = Detector {
    id: "proficiency-cut",
    title: "Where the line is drawn",
    why: "A share above a line changes with where the line is: groups that start nearer to it gain more passes from the same gain in scores, and gaps can change their sign.",
    remedy: "Look at scores, not at the share that passes.",
    source: "Ho (2008), 10.3102/0013189X08323842",
    look: |s, _| (!s.cuts.is_empty()).then(|| Trigger::told(format!("{} only says whether a line was passed.", s.cuts.join(", ")))),
};

/// Percent of growth.
pub(super) static GROWTH_PERCENT: Detector = Detector {
    id: "growth-percent",
    title: "Percent more growth",
    why: "Percent of growth depends on how much others grew: where growth is small, as in high grades, next to nothing looks large.",
    remedy: "Ask for points and standard deviations: how many points more, and how far apart do students' scores lie?",
    source: "Baird and Pane (2019), 10.3102/0013189X19848729",
    look: |s, _| {
        said(
            s,
            &[
                "% more growth",
                "% more gain",
                "% greater growth",
                "% above projected",
                "% more progress",
                "% faster",
                "times the growth",
                "times more growth",
                "percent more growth",
            ],
        )
    },
};

/// Years, months, days of learning.
pub(super) static YEARS_OF_LEARNING: Detector = Detector {
    id: "years-of-learning",
    title: "Years of learning",
    why: "A year of learning is a different number of points in each grade and test; of all translations it misleads most.",
    remedy: "Ask for percentile points and standard deviations.",
    source: "Baird and Pane (2019), 10.3102/0013189X19848729",
    look: |s, _| {
        said(
            s,
            &[
                "years of learning",
                "year of learning",
                "months of learning",
                "days of learning",
                "weeks of learning",
                "months of progress",
                "months' progress",
                "months’ progress",
                "years of growth",
                "months of growth",
                "years ahead",
                "months ahead",
            ],
        )
    },
};

/// A phrase in what is said, whatever its spaces.
fn said(s: &Signs, phrases: &[&str]) -> Option<Trigger> {
    let plain =
        |text: &str| text.to_lowercase().replace(" percent", "%").replace(" %", "%").split_whitespace().collect::<Vec<_>>().join(" ");
    let found = s.said.iter().find(|text| {
        let text = plain(text);
        phrases.iter().any(|p| text.contains(&plain(p)))
    })?;
    Some(Trigger::told(format!("it is told so: “{}”.", found.trim().trim_end_matches('.'))))
}
