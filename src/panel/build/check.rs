//! Is there anything to compare?

use crate::cohort::{Fault, Faults, Warning};
use crate::panel::{Panel, PanelSpec};

pub(super) fn check(panel: &Panel, spec: &PanelSpec) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let cells = &panel.cells;
    if panel.n_rows() == 0 {
        let reasons: Vec<String> = panel.ledger.dropped.iter().map(|(r, k)| format!("{k} {}", r.words())).collect();
        return Err(Fault::new(
            "PANEL-001",
            "no row is left to analyse",
            format!("{} rows read; left out: {}", panel.ledger.n_rows, reasons.join(", ")),
            "an estimate needs students",
            "check the roles and the rows",
        )
        .into());
    }
    let outcome = format!("column {}", spec.outcome);
    if panel.outcome.iter().all(|&y| y == panel.outcome[0]) {
        faults.push(Fault::new(
            "PANEL-011",
            "the outcome is the same in every row",
            &outcome,
            "a constant cannot show a difference",
            "name another outcome",
        ));
    }
    if cells.periods.len() < 2 {
        faults.push(Fault::new(
            "PANEL-015",
            "only one period",
            format!("period {}", cells.periods[0]),
            "the change over time cannot be seen",
            "include a period before the start",
        ));
        return faults.into_result();
    }
    let treated: Vec<(usize, i64)> = cells.treated_cohorts().collect();
    let first = cells.periods[0];
    let status = panel.extras.status.as_ref();
    if let Some(status) = status.filter(|_| treated.is_empty()) {
        faults.push(Fault::new(
            "PANEL-021",
            "nobody's treatment changes",
            format!("column {}, periods {first} to {}", status.name, cells.periods[cells.periods.len() - 1]),
            "the effect of a treatment is seen where it changes while that of others does not",
            "check the coding, or include periods before and after a change",
        ));
    } else if treated.is_empty() {
        faults.push(Fault::new(
            "PANEL-021",
            "nobody is treated",
            format!("periods {first} to {}", cells.periods[cells.periods.len() - 1]),
            "without treated units there is no effect to estimate",
            "check the coding: the first treated period must be one of the periods, the arm must have ones",
        ));
    } else if treated.iter().all(|&(_, g)| g <= first) {
        faults.push(Fault::new(
            "PANEL-009",
            "no period before treatment",
            format!("all treated units are treated from period {first} on, the first there is"),
            "their change cannot be seen",
            "include earlier periods",
        ));
    }
    if !cells.has_never() {
        let starts: std::collections::BTreeSet<i64> = treated.iter().map(|&(_, g)| g).collect();
        if starts.len() < 2 {
            let place = match status {
                Some(_) => "every unit's treatment changes in the same period",
                None => "every unit is treated from the same period on",
            };
            faults.push(Fault::new(
                "PANEL-008",
                "no comparison units",
                place,
                "without anyone untreated the change of the treated cannot be told from the passing of time",
                "add units that were never, or later, treated",
            ));
        }
    }
    structure(panel, spec, &mut faults);
    let (treated_clusters, other_clusters) = panel.clusters_by_arm();
    // Where treatments change in several ways, who can serve as comparison is for the estimator to say.
    if treated_clusters > 0 && cells.has_never() && other_clusters == 1 && status.is_none() {
        faults.push(panel.one_cluster("comparison", spec));
    }
    faults.into_result()
}

/// Levels that do not cut the clusters, or cut nothing but units; a second clustering that does not cross the first.
fn structure(panel: &Panel, spec: &PanelSpec, faults: &mut Faults) {
    let mut coarser = (0..panel.n_clusters()).filter(|&g| !panel.units_of(g).is_empty()).count();
    for level in &panel.levels {
        let groups = level.start.len() - 1;
        let (what, why) = if groups == coarser {
            ("cuts nothing: each group is the whole of the one above", "drawing such groups is drawing the larger ones")
        } else if groups == panel.n_units() {
            ("is the unit: each group holds one", "units are drawn anyway")
        } else {
            coarser = groups;
            continue;
        };
        faults.push(Fault::new(
            "PANEL-025",
            format!("the level {} {what}", level.name),
            format!("column {}", level.name),
            why,
            "name a level between cluster and unit, such as the classroom within the school, or leave it out",
        ));
    }
    if let Some(second) = &panel.second {
        let first_name = spec.cluster.as_deref().unwrap_or_default();
        // The first cluster that each group of the second clustering is met in.
        let mut met = vec![u32::MAX; second.n];
        let (mut several_groups, mut several_clusters) = (false, false);
        for g in 0..panel.n_clusters() {
            let mut own = None;
            for r in panel.units_of(g).flat_map(|u| panel.rows_of(u)) {
                let code = second.codes[r];
                several_groups |= *own.get_or_insert(code) != code;
                let slot = &mut met[code as usize];
                if *slot == u32::MAX {
                    *slot = g as u32;
                }
                several_clusters |= *slot != g as u32;
            }
            if several_groups && several_clusters {
                break;
            }
        }
        if !(several_groups && several_clusters) {
            let (inner, outer) = if several_groups { (second.name.as_str(), first_name) } else { (first_name, second.name.as_str()) };
            faults.push(Fault::new(
                "PANEL-026",
                "the two clusterings do not cross",
                format!("columns {first_name} and {}", second.name),
                format!("each {inner} lies within one {outer}, so the smaller clustering adds nothing"),
                format!("name the larger one alone:  --cluster {outer}"),
            ));
        }
    }
}

impl Panel {
    /// The fault of a sample with a single cluster in an arm, `treated` or `comparison`: no interval that compares clusters within
    /// arms exists.
    pub fn one_cluster(&self, arm: &str, spec: &PanelSpec) -> Fault {
        let remedy = if arm == "treated" && self.clusters_by_arm().1 > 1 {
            "add treated clusters; if classrooms took up profiles one by one, name the classroom as cluster; or ask for  few-treated  (--inference few-treated), which learns from the comparison clusters how much a single one varies by itself, and rests on assumptions that it states"
        } else {
            "add clusters to this arm; if classrooms took up profiles one by one, name the classroom as cluster"
        };
        Fault::new(
            "PANEL-010",
            format!("one cluster in the {arm} arm"),
            format!("cluster = {}", spec.cluster.as_deref().or(spec.unit.as_deref()).unwrap_or("row")),
            "whatever else happened in that one cluster cannot be told from the effect, and no interval that compares clusters within arms exists",
            remedy,
        )
    }
}

/// What the reader of any estimate from this sample should know.
pub(super) fn cautions(panel: &Panel) -> Vec<Warning> {
    let mut warnings = panel.warnings.clone();
    let (treated, comparison) = panel.clusters_by_arm();
    let g = panel.n_clusters();
    if g < 15 {
        warnings.push(Warning::new(
            "few-clusters",
            format!("only {g} clusters: intervals lean on few independent units; prefer methods made for few (cluster:cr2 for regressions, jackknife, wild-bootstrap), and read them with care"),
        ));
    }
    let (of, others) =
        if panel.extras.status.is_some() { ("clusters with a treatment that changes,", "other") } else { ("treated", "comparison") };
    if treated.min(comparison) < 6 && treated > 0 && comparison > 0 {
        warnings.push(Warning::new(
            "few-clusters-in-an-arm",
            format!("{treated} {of} and {comparison} {others} clusters: with fewer than six in an arm no interval is reliable; the null-imposed wild bootstrap tends to reject too rarely, the free one too often"),
        ));
    }
    let sizes = (0..g).map(|c| panel.units_of(c).len() as f64).filter(|n| *n > 0.0);
    let (count, sum, squares) = sizes.fold((0usize, 0.0, 0.0), |(n, sum, squares), m| (n + 1, sum + m, squares + m * m));
    let effective = sum * sum / squares;
    if effective < 0.6 * count as f64 && effective < 100.0 {
        warnings.push(Warning::new(
            "unequal-clusters",
            format!("clusters are very unequal in size: {count} of them count like {effective:.0} alike; among such clusters cluster:cr2, jackknife and wild-bootstrap were measured to reject a true null in 5 to 8 % of studies instead of 5 %, cr0, cr1, pairs and multiplier bootstrap far more often; permutation stays exact"),
        ));
    }
    let always: Vec<String> = panel.cells.always_treated().map(|(_, g)| g.to_string()).collect();
    if !always.is_empty() {
        warnings.push(Warning::new(
            "always-treated",
            format!(
                "units first treated in {} are treated in every period of the sample: they show no change of their own",
                always.join(", ")
            ),
        ));
    }
    warnings
}
