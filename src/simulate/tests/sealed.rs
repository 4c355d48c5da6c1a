//! The sealed file: what could have been scored, and what was.

use super::*;

fn words(cohort: &Cohort, name: &str) -> Vec<String> {
    let data = &cohort.column(name).unwrap().data;
    (0..data.len()).map(|i| data.display(i)).collect()
}

/// The rows of the sealed file by student and year, which are there once each.
fn by_student(sealed: &Cohort) -> BTreeMap<(String, i64), usize> {
    let (student, year) = (words(sealed, "student_id"), numbers(sealed, "year"));
    let rows: BTreeMap<(String, i64), usize> = (0..sealed.n_rows).map(|i| ((student[i].clone(), year[i] as i64), i)).collect();
    assert_eq!(rows.len(), sealed.n_rows, "one row a student and year");
    rows
}

#[test]
fn every_recorded_score_is_what_was_realised() {
    for world in small_worlds() {
        let d = draw(world.card().id, &[], 2, Detail::Sealed);
        let (c, sealed) = (&d.cohort, d.sealed.unwrap());
        let rows = by_student(&sealed);
        let (student, year, math, realised) =
            (words(c, "student_id"), numbers(c, "year"), numbers(c, "math"), numbers(&sealed, "math_realised"));
        for i in 0..c.n_rows {
            let row = rows[&(student[i].clone(), year[i] as i64)];
            assert!(math[i].is_nan() || math[i] == realised[row], "{}: row {i}", world.card().id);
        }
    }
}

#[test]
fn effects_follow_from_the_sealed_file() {
    let d = draw("spillover", &[], 2, Detail::Sealed);
    let sealed = d.sealed.unwrap();
    let rows = by_student(&sealed);
    let [with, without, beside] = ["with", "without", "beside"].map(|name| numbers(&sealed, &format!("math_{name}")));
    let c = &d.cohort;
    let (student, year, math, status) = (words(c, "student_id"), numbers(c, "year"), numbers(c, "math"), numbers(c, "profiles"));
    let of = |is: f64, f: &dyn Fn(usize) -> f64| {
        let own = (0..c.n_rows).filter(|&i| status[i] == is && !math[i].is_nan() && year[i] == 2019.0);
        mean(&own.map(|i| f(rows[&(student[i].clone(), 2019)])).collect::<Vec<_>>())
    };
    let effect = of(1.0, &|row| with[row] - without[row]);
    assert!((effect - d.truth.effect("math", "overall").unwrap().value).abs() < 1e-9);
    let spilled = d.truth.other_effects.iter().find(|o| o.outcome == "math" && o.estimand == "spillover").unwrap();
    assert!((of(0.0, &|row| beside[row] - without[row]) - spilled.value).abs() < 0.05 && spilled.value > 0.0);
}

#[test]
fn takers_and_accommodations_are_told() {
    let d = draw("lottery", &[], 2, Detail::Sealed);
    let sealed = d.sealed.unwrap();
    let taker = words(&sealed, "take_up");
    let share = |of: &str| taker.iter().filter(|t| *t == of).count() as f64 / taker.len() as f64;
    assert!((share("never-taker") - 0.15).abs() < 0.05 && (share("always-taker") - 0.03).abs() < 0.02, "{}", share("never-taker"));
    let [with, without, realised] = ["with", "without", "realised"].map(|name| numbers(&sealed, &format!("math_{name}")));
    let uses = numbers(&sealed, "uses");
    for i in 0..sealed.n_rows {
        assert_eq!(realised[i], if uses[i] == 1.0 { with[i] } else { without[i] }, "{} {}", taker[i], uses[i]);
        assert!(!(taker[i] == "never-taker" && uses[i] == 1.0));
    }
    let d = draw("iep-inclusion", &[], 2, Detail::Sealed);
    let (sealed, iep) = (d.sealed.unwrap(), numbers(&d.cohort, "iep"));
    let rows = by_student(&sealed);
    let [with, accommodated] = ["with", "accommodated"].map(|name| numbers(&sealed, &format!("math_{name}")));
    let (student, year, status) = (words(&d.cohort, "student_id"), numbers(&d.cohort, "year"), numbers(&d.cohort, "profiles"));
    let added: Vec<f64> = (0..d.cohort.n_rows)
        .filter(|&i| status[i] == 1.0)
        .map(|i| {
            let row = rows[&(student[i].clone(), year[i] as i64)];
            let added = accommodated[row] - with[row];
            assert!(iep[i] == 1.0 || added == 0.0);
            added
        })
        .collect();
    assert!(mean(&added) > 0.0);
}

#[test]
fn comparisons_and_those_left_out_are_in_it() {
    for (id, name) in [("norms", "norm"), ("rand-charters", "matched students"), ("dosage", "norm")] {
        let d = draw(id, &[("schools", "12")], 2, Detail::Sealed);
        let sealed = d.sealed.unwrap();
        let (record, taker, student) = (words(&sealed, "record"), words(&sealed, "take_up"), words(&sealed, "student_id"));
        let of_file = words(&d.cohort, "record").iter().filter(|r| *r == name).count();
        assert_eq!(record.iter().filter(|r| *r == name).count(), of_file, "{id}");
        assert!(of_file > 0 && (0..sealed.n_rows).all(|i| (record[i] == "student") != taker[i].is_empty()), "{id}");
        let left_out = student.iter().filter(|s| s.starts_with('x')).count();
        assert_eq!(left_out > 0, id == "dosage", "{id}");
    }
    // Batches give those left out the same names.
    let world = find("dosage").unwrap();
    let mut p = world.parameters();
    p.set("schools", "12").unwrap();
    let whole = draw("dosage", &[("schools", "12")], 2, Detail::Sealed).sealed.unwrap();
    let batches = world.batches(&p, 2, Detail::Sealed, 200, &crate::panel::Serial);
    let parts: Vec<String> = batches.flat_map(|batch| batch.sealed.map(|s| written(&s, s.n_rows)).unwrap_or_default()).collect();
    assert_eq!(parts, written(&whole, whole.n_rows));
}
