//! Explicit skills: each mastered or not, with a plan for each student who has a profile.

use super::Parameters;
use super::scores::Scores;
use crate::cohort::{Goal, GoalKind, Quarter};
use crate::random::Stream;

/// What skills are drawn from.
pub(super) struct Skills {
    /// Level at which half of the students master a skill, SD, the easiest first.
    difficulty: Vec<f64>,
    planned: usize,
    spread: f64,
    focus: f64,
}

/// A student's way through the skills, as it would go without and with a profile.
pub(super) struct Path {
    threshold: Vec<f64>,
    mastered: [Vec<bool>; 2],
}

/// A year's skills.
pub(super) struct SkillYear {
    /// Mastered by the end of the year, without and with a profile.
    pub mastered: [i32; 2],
    /// The skills planned for the year, and whether they were mastered by its end.
    pub plan: Vec<(usize, bool)>,
}

impl Skills {
    pub(super) fn read(p: &Parameters, scores: &Scores) -> Option<Self> {
        let n = p.get("skills")? as usize;
        let n_years = p.whole("last_year") - p.whole("first_year");
        let (easiest, hardest) = (-p.value("skills_below"), scores.growth(n_years)[0] + p.value("skills_above"));
        Some(Skills {
            difficulty: (0..n).map(|j| easiest + (hardest - easiest) * j as f64 / (n - 1) as f64).collect(),
            planned: p.whole("planned_skills") as usize,
            spread: p.value("skill_spread"),
            focus: p.value("plan_focus"),
        })
    }

    /// The goal of a profile that plans a skill for a year, mastered by its end or not.
    pub(super) fn goal(&self, (skill, mastered): (usize, bool), year: i64) -> Goal {
        Goal {
            kind: GoalKind::Academic,
            text: format!("master skill {} of {}", skill + 1, self.difficulty.len()),
            set: Quarter { year: year as i32, quarter: 1 },
            met: Some(mastered),
        }
    }

    /// Begins a student's way: for whom which skill is hard.
    pub(super) fn begin(&self, stream: &mut Stream) -> Path {
        let threshold: Vec<f64> = self.difficulty.iter().map(|d| d + self.spread * stream.normal()).collect();
        let none = vec![false; threshold.len()];
        Path { threshold, mastered: [none.clone(), none] }
    }

    /// A year: what is mastered stays; a plan takes the easiest skills not yet mastered and gives them more of the effect.
    pub(super) fn year(&self, path: &mut Path, level: f64, effect: f64, treated: bool) -> SkillYear {
        let plan: Vec<usize> =
            if treated { (0..path.threshold.len()).filter(|&j| !path.mastered[1][j]).take(self.planned).collect() } else { Vec::new() };
        for (j, threshold) in path.threshold.iter().enumerate() {
            path.mastered[0][j] |= level >= *threshold;
            let gain = if plan.contains(&j) { self.focus * effect } else { effect };
            path.mastered[1][j] |= level + gain >= *threshold;
        }
        let count = |state: &[bool]| state.iter().filter(|m| **m).count() as i32;
        SkillYear {
            mastered: [count(&path.mastered[0]), count(&path.mastered[1])],
            plan: plan.into_iter().map(|j| (j, path.mastered[1][j])).collect(),
        }
    }
}
