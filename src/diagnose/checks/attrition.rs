//! Who was there when treatment started and is missing from the result, by the boundaries of the What Works Clearinghouse.

use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::groups::Groups;
use crate::estimate::{Card, OptionSpec, Options, Values};
use crate::evidence::effect::Sizes;
use crate::evidence::standard::{Assumption, Attrition, AttritionLevel, Standards, implied_bias};
use crate::panel::{Kind, Panel};

/// Both boundaries, the one that decides by default first.
pub const ASSUMPTIONS: [Assumption; 2] = [Assumption::Cautious, Assumption::Optimistic];

/// How many units, or clusters, were lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    /// Assigned and analysed, by group.
    pub counts: Attrition,
    /// Low or high by the cautious and by the optimistic boundary.
    pub levels: [Option<AttritionLevel>; 2],
    /// The bias, in SD, that losses like these could leave, by the same two models.
    pub implied: [Option<f64>; 2],
}

impl Lost {
    fn of(assigned: Sizes, analysed: Sizes, standards: &Standards) -> Lost {
        let counts = Attrition { assigned, analysed };
        let implied = |a| counts.by_arm().and_then(|(i, c)| implied_bias(i, c, a, standards));
        Lost { counts, levels: ASSUMPTIONS.map(|a| counts.level(a)), implied: ASSUMPTIONS.map(implied) }
    }
}

/// Rows of a group in a period, and those with all that the analysis needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// The period.
    pub period: i64,
    /// Whether the group is treated.
    pub treated: bool,
    /// Rows.
    pub rows: usize,
    /// Those that are used.
    pub used: usize,
    /// Of the units assigned, those with a used row in this period; `None` where units are not followed.
    pub analysed: Option<usize>,
}

/// What was lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Attrited {
    /// Who is compared when.
    pub words: String,
    /// Units; `None` where nobody is seen twice.
    pub units: Option<Lost>,
    /// Clusters; `None` where none were named, or some hold units of both groups.
    pub clusters: Option<Lost>,
    /// Units that came after the start: treated, comparison.
    pub joiners: [usize; 2],
    /// By period and group.
    pub rows: Vec<Rows>,
    /// The boundary that must be kept.
    pub assumption: Assumption,
    /// The standard.
    pub standard: String,
}

impl Attrited {
    /// Units and clusters, those that exist.
    pub fn lost(&self) -> impl Iterator<Item = &Lost> {
        self.units.iter().chain(&self.clusters)
    }

    /// The verdict by the worse of units and clusters: ok within the boundary asked for; a caution within the optimistic one alone.
    pub fn verdict(&self) -> Verdict {
        let one = |lost: &Lost| match lost.levels {
            [Some(AttritionLevel::Low), _] => Verdict::Ok,
            [_, Some(AttritionLevel::Low)] if self.assumption == Assumption::Optimistic => Verdict::Ok,
            [_, Some(AttritionLevel::Low)] => Verdict::Caution,
            _ => Verdict::Fail,
        };
        self.lost().map(one).max().unwrap_or(Verdict::CannotTell)
    }
}

/// The check.
pub static ATTRITION: Check = Check {
    card: Card {
        id: "attrition",
        title: "attrition, overall and differential (What Works Clearinghouse)",
        estimand: "how many of the units and clusters that were there before the first start have no usable outcome after it, in all and in one group more than in the other, who joined later, and what is missing in which period",
        assumptions: "assigned is whoever has a row before the first start; analysed is who of them has a usable row both before and after it",
        when: "always; in a lottery it decides whether the groups are still those that were drawn",
        needs: "rows of students whose outcome is missing, too; units that are followed, or clusters",
        contrast: "It counts who is missing; balance says how alike those are who stayed.",
        options: &[OptionSpec {
            key: "assumption",
            values: Values::OneOf(&["cautious", "optimistic"]),
            meaning: "which boundary is enough: optimistic where the treatment is unlikely to affect who stays",
            positional: true,
        }],
        source: "WWC Standards 4.1, table II.1; Deke and Chiang (2016) for the bias that losses could leave",
        reference_call: "baselinr::attrition_boundary(overall, assumption)",
        version: 1,
    },
    look: Look::Roll(look),
};

fn look(roll: &Panel, options: &Options) -> Result<Finding, Fault> {
    let groups = Groups::of(roll)?;
    let standards = Standards::default();
    let followed = roll.kind == Kind::Panel;
    let period = |r: usize| roll.cells.period_ix(roll.cell[r]);
    let used = |r: usize| roll.outcome[r] > 0.0;
    let early = |r: &usize| period(*r) <= groups.before;
    let late = |r: &usize| period(*r) > groups.before;
    let mut rows: Vec<Rows> = [true, false]
        .into_iter()
        .flat_map(|treated| {
            let analysed = followed.then_some(0);
            roll.cells.periods.iter().map(move |&period| Rows { period, treated, rows: 0, used: 0, analysed })
        })
        .collect();
    let n_periods = roll.cells.periods.len();
    let (mut assigned, mut analysed, mut joiners) = ([0u64; 2], [0u64; 2], [0usize; 2]);
    // By cluster and group: units assigned and analysed, or rows before and used rows on both sides.
    let mut clusters = vec![[[0u64; 2]; 2]; roll.n_clusters()];
    for (g, of_cluster) in clusters.iter_mut().enumerate() {
        let mut both = [[false; 2]; 2];
        for u in roll.units_of(g) {
            let Some(treated) = groups.side(roll, roll.rows_of(u).start) else { continue };
            let s = usize::from(!treated);
            let there = roll.rows_of(u).any(|r| early(&r));
            let (before, after) = (roll.rows_of(u).filter(early).any(used), roll.rows_of(u).filter(late).any(used));
            (both[s][0], both[s][1]) = (both[s][0] || before, both[s][1] || after);
            assigned[s] += u64::from(there);
            analysed[s] += u64::from(before && after);
            joiners[s] += usize::from(!there);
            of_cluster[s][0] += u64::from(there);
            of_cluster[s][1] += u64::from(before && after);
            for r in roll.rows_of(u) {
                let cell = &mut rows[s * n_periods + period(r)];
                cell.rows += 1;
                cell.used += usize::from(used(r));
                if let Some(n) = cell.analysed.as_mut().filter(|_| there && used(r)) {
                    *n += 1;
                }
            }
        }
        if !followed {
            (0..2).for_each(|s| of_cluster[s][1] = u64::from(both[s][0] && both[s][1]));
        }
    }
    let sizes = |of: [u64; 2]| Sizes::new(of[0], of[1]);
    let named = !roll.warnings.iter().any(|w| ["cluster-is-unit", "cluster-is-row"].contains(&w.code));
    let apart = clusters.iter().all(|c| c[0][0] == 0 || c[1][0] == 0);
    let count = |what: usize| [0, 1].map(|s| clusters.iter().filter(|c| c[s][0] > 0 && c[s][what] > 0).count() as u64);
    let of_units = followed.then(|| Lost::of(sizes(assigned), sizes(analysed), &standards));
    let of_clusters = (named && apart).then(|| Lost::of(sizes(count(0)), sizes(count(1)), &standards));
    if assigned.contains(&0) {
        return Err(Fault::new(
            "DIAG-021",
            "there are no two groups to look at before treatment",
            groups.words(roll),
            "one of the groups was not there then",
            "include earlier periods and units that are not treated",
        ));
    }
    Ok(Finding::Attrition(Attrited {
        words: groups.words(roll),
        units: of_units,
        clusters: of_clusters,
        joiners: if followed { joiners } else { [0; 2] },
        rows,
        assumption: if options.get("assumption") == "optimistic" { Assumption::Optimistic } else { Assumption::Cautious },
        standard: standards.label(),
    }))
}
