//! Numbers of students, classrooms and schools with each other.

use super::fit::if_not;
use super::{Agreement, Notes};
use crate::evidence::claim::Claim;
use crate::evidence::effect::Sizes;
use crate::evidence::facts::Unit;
use crate::evidence::standard::Attrition;

/// Counts of the same students differ by so much where some lack one outcome, or where a source rounds.
const ABOUT: f64 = 0.1;

pub(super) fn check(claim: &Claim, notes: &mut Notes) {
    let (all, i, c) = (claim.students, claim.treated_students, claim.comparison_students);
    if let Some(all) = all {
        let parts = i.unwrap_or(0).saturating_add(c.unwrap_or(0));
        let fits = if i.is_some() && c.is_some() { parts == all } else { parts < all || parts == 0 };
        if parts > 0 {
            let found = format!("{all} students in all, {} treated and {} not", told(i), told(c));
            notes.add(&["students in all", "by arm"], if_not(fits, Agreement::Contradicts), found);
        }
    }
    if let (Some(rooms), Some(schools)) = (claim.classrooms, claim.schools) {
        let found = format!("{rooms} classrooms in {schools} schools");
        notes.add(&["classrooms", "schools"], if_not(rooms >= schools, Agreement::Contradicts), found);
    }
    let most = [claim.classrooms, claim.schools].into_iter().flatten().max();
    let students = all.or_else(|| Some(i?.saturating_add(c?)));
    if let (Some(clusters), Some(students)) = (most, students.or(claim.counts.map(|c| total(c.of)))) {
        let found = format!("{clusters} classrooms or schools and {students} students");
        notes.add(&["students", "clusters"], if_not(students >= clusters, Agreement::Contradicts), found);
    }
    if let Some(counts) = claim.counts {
        counted(claim, notes, "counts", counts.of, |a, b| if_not(a == b, Agreement::Contradicts));
    }
    if let Some(attrition) = claim.facts.attrition {
        counted(claim, notes, "students analysed", attrition.analysed, about);
    }
    units(claim, notes);
    if let Some(attrition) = claim.facts.cluster_attrition {
        clusters_analysed(claim, attrition, notes);
    }
}

/// Students of each arm by another number, against those told.
fn counted(claim: &Claim, notes: &mut Notes, name: &str, of: Sizes, fit: fn(u64, u64) -> Agreement) {
    let told = [
        ("in all", claim.students, total(of)),
        ("treated", claim.treated_students, of.treated),
        ("not treated", claim.comparison_students, of.comparison),
    ];
    let pairs: Vec<_> = told.into_iter().filter_map(|(which, told, counted)| Some((which, told?, counted))).collect();
    let Some(worst) = pairs.iter().map(|p| fit(p.1, p.2)).max() else { return };
    let found: Vec<String> =
        pairs.iter().map(|(which, told, counted)| format!("{told} students told {which}, and {counted} here")).collect();
    notes.add(&[name, "students"], worst, found.join(", "));
}

fn about(a: u64, b: u64) -> Agreement {
    let (a, b) = (a as f64, b as f64);
    match (a - b).abs() {
        0.0 => Agreement::Agrees,
        d if d <= ABOUT * a.max(b) => Agreement::Doubtful,
        _ => Agreement::Contradicts,
    }
}

/// Units assigned to both arms, against how many of them are told.
fn units(claim: &Claim, notes: &mut Notes) {
    let Some(units) = claim.facts.units else { return };
    let assigned = total(units);
    if claim.facts.unit == Some(Unit::Student) {
        // Fewer may be analysed than were assigned, never more.
        let arms = [(claim.treated_students, units.treated), (claim.comparison_students, units.comparison), (claim.students, assigned)];
        let Some(fits) = arms.iter().filter_map(|(told, of)| Some((*told)? <= *of)).reduce(|a, b| a && b) else { return };
        let analysed = claim.sizes().map_or(0, total);
        notes.add(
            &["units", "students"],
            if_not(fits, Agreement::Contradicts),
            format!("{assigned} students were assigned and {analysed} analysed"),
        );
        return;
    }
    let (counts, otherwise) = clusters(claim);
    let lost = claim.facts.cluster_attrition.map(|a| (total(a.assigned), total(a.analysed)));
    let fits = |n: u64| n == assigned || lost == Some((assigned, n)) || lost == Some((n, assigned));
    if !counts.is_empty() {
        let found = format!("{assigned} units were assigned, and {} are told", numbers(&counts));
        notes.add(&["units", "clusters"], if_not(counts.iter().any(|c| fits(c.1)), otherwise), found);
    }
}

/// Clusters analysed, against how many are told: those analysed, or those assigned.
fn clusters_analysed(claim: &Claim, lost: Attrition, notes: &mut Notes) {
    let (counts, otherwise) = clusters(claim);
    let (assigned, analysed) = (total(lost.assigned), total(lost.analysed));
    if !counts.is_empty() {
        let found = format!("{assigned} clusters were assigned and {analysed} analysed, and {} are told", numbers(&counts));
        let fits = counts.iter().any(|c| c.1 == assigned || c.1 == analysed);
        notes.add(&["clusters analysed", "clusters"], if_not(fits, otherwise), found);
    }
}

/// The clusters told that can be the units assigned, and what a different number of them means: where nobody tells what was assigned, doubt.
fn clusters(claim: &Claim) -> (Vec<(&'static str, u64)>, Agreement) {
    let all = [("classrooms", claim.classrooms, Unit::Classroom), ("schools", claim.schools, Unit::School)];
    let unit = claim.facts.unit;
    let counts = all.into_iter().filter(|c| unit.is_none_or(|u| u == c.2)).filter_map(|c| Some((c.0, c.1?))).collect();
    (counts, if unit.is_some() { Agreement::Contradicts } else { Agreement::Doubtful })
}

fn numbers(counts: &[(&str, u64)]) -> String {
    counts.iter().map(|(what, n)| format!("{n} {what}")).collect::<Vec<_>>().join(" and ")
}

fn total(of: Sizes) -> u64 {
    of.treated.saturating_add(of.comparison)
}

fn told(n: Option<u64>) -> String {
    n.map_or("an untold number".into(), |n| n.to_string())
}
