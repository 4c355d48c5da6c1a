//! Teachers, districts, sections, places and categories of disability: what each moves, and that it moves nothing by default.

use super::*;

/// All columns but these, as they are written.
fn without(cohort: &Cohort, names: &[&str]) -> Vec<String> {
    let kept: Vec<_> = cohort.columns.iter().filter(|c| !names.contains(&c.name.as_str())).collect();
    (0..cohort.n_rows).map(|i| kept.iter().map(|c| c.data.display(i)).collect::<Vec<_>>().join(",")).collect()
}

#[test]
fn a_teacher_who_loops_stays_with_the_section() {
    let teachers = |changes: &[(&str, &str)]| {
        let c = draw("belmont-cragin", changes, 5, Detail::Analysis).cohort;
        let [student, teacher] = ["student_id", "teacher_id"].map(|n| codes(&c, n));
        let [experience, new] = ["teacher_experience", "teacher_new"].map(|n| numbers(&c, n));
        let next: Vec<usize> = (1..c.n_rows).filter(|&i| student[i] == student[i - 1]).collect();
        let stayed: Vec<usize> = next.iter().copied().filter(|&i| teacher[i] == teacher[i - 1]).collect();
        assert!(stayed.iter().all(|&i| experience[i] == experience[i - 1] + 1.0 && new[i] == 0.0));
        stayed.len() as f64 / next.len() as f64
    };
    assert_eq!(teachers(&[]), 0.0);
    assert_eq!(teachers(&[("looping", "1"), ("teacher_turnover", "0")]), 1.0);
    let some = teachers(&[("looping", "0.5"), ("teacher_turnover", "0.2")]);
    assert!((some - 0.4).abs() < 0.06, "{some}");
    let c = draw("belmont-cragin", &[], 5, Detail::Analysis).cohort;
    let looping = draw("belmont-cragin", &[("looping", "1"), ("novice_shift", "0")], 5, Detail::Analysis).cohort;
    let plain = draw("belmont-cragin", &[("novice_shift", "0")], 5, Detail::Analysis).cohort;
    let own = ["teacher_id", "teacher_experience", "teacher_new"];
    assert_eq!(without(&plain, &own), without(&looping, &own), "who teaches moves nothing else");
    assert_eq!(c.column("teacher_id").unwrap().data.display(0), "s01c1t2014");
}

#[test]
fn a_new_teacher_lowers_scores_as_said() {
    let of = |shift: &str| {
        let changes = [("schools", "200"), ("profile_schools", "1"), ("effect", "0"), ("missing_rate", "0"), ("turnover_shift", shift)];
        draw("two-period", &changes, 2, Detail::Analysis).cohort
    };
    let (plain, lower) = (of("0"), of("-0.2"));
    let (new, before, after) = (numbers(&plain, "teacher_new"), numbers(&plain, "math"), numbers(&lower, "math"));
    let change = |is: f64| {
        let rows = (0..plain.n_rows).filter(|&i| new[i] == is);
        mean(&rows.map(|i| (after[i] - before[i]) / 15.0).collect::<Vec<_>>())
    };
    assert!((change(1.0) - change(0.0) + 0.2).abs() < 0.02, "{} {}", change(1.0), change(0.0));
    // The mean of all classrooms stays where it was.
    assert!((change(1.0) + 0.2 * 0.84).abs() < 0.02, "{}", change(1.0));
}

#[test]
fn districts_are_told_where_there_are_some() {
    let plain = draw("belmont-cragin", &[], 3, Detail::Analysis).cohort;
    assert!(plain.column("district_id").is_none());
    let told = draw("belmont-cragin", &[("districts", "6"), ("district_variance", "0")], 3, Detail::Analysis).cohort;
    let district = codes(&told, "district_id");
    assert_eq!(district.iter().collect::<std::collections::BTreeSet<_>>().len(), 6);
    assert_eq!(without(&told, &["district_id"]), without(&plain, &[]), "districts without a level of their own move nothing");
    let differ = draw("belmont-cragin", &[("districts", "6")], 3, Detail::Analysis);
    assert_ne!(numbers(&differ.cohort, "math"), numbers(&plain, "math"));
    let said = draw("belmont-cragin", &[], 3, Detail::Analysis).truth.implied;
    assert!(differ.truth.implied.icc_school_level > said.icc_school_level);
    let mut p = find("belmont-cragin").unwrap().parameters();
    p.set("districts", "43").unwrap();
    assert!(p.check().unwrap_err()[0].to_string().contains("each district needs a school"));
}

#[test]
fn schools_may_have_unequally_many_sections() {
    let d = draw("belmont-cragin", &[("classroom_spread", "1.5")], 3, Detail::Full);
    let (room, school) = (codes(&d.cohort, "classroom_id"), codes(&d.cohort, "school_id"));
    let mut rooms: BTreeMap<u32, std::collections::BTreeSet<u32>> = BTreeMap::new();
    (0..d.cohort.n_rows).for_each(|i| {
        rooms.entry(school[i]).or_default().insert(room[i]);
    });
    let sizes: Vec<usize> = rooms.values().map(std::collections::BTreeSet::len).collect();
    assert!(sizes.iter().all(|n| (1..=8).contains(n)) && sizes.iter().any(|n| *n != sizes[0]), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), d.truth.sizes.n_classrooms);
    assert_eq!(d.truth.schools.iter().map(|s| s.n_classrooms).collect::<Vec<_>>(), sizes);
    assert!((mean(&sizes.iter().map(|n| *n as f64).collect::<Vec<_>>()) - 4.0).abs() < 1.0);
    // No section belongs to two schools.
    assert_eq!(rooms.values().flatten().collect::<std::collections::BTreeSet<_>>().len(), d.truth.sizes.n_classrooms);
}

#[test]
fn places_and_categories_stand_where_they_are_put() {
    let large =
        [("schools", "400"), ("profile_schools", "1"), ("effect", "0"), ("missing_rate", "0"), ("leave_rate", "0"), ("move_rate", "0")];
    let with = |more: &[(&str, &str)]| draw("two-period", &[&large[..], more].concat(), 2, Detail::Analysis).cohort;
    let column = |c: &Cohort, name: &str| {
        let data = c.column(name).unwrap().data.clone();
        (0..c.n_rows).map(|i| data.display(i)).collect::<Vec<_>>()
    };
    let (plain, rural) = (with(&[]), with(&[("rural_gap", "-0.3")]));
    let (place, a, b) = (column(&plain, "urbanicity"), numbers(&plain, "math"), numbers(&rural, "math"));
    let change =
        |is: bool| mean(&(0..plain.n_rows).filter(|&i| (place[i] == "rural") == is).map(|i| (b[i] - a[i]) / 15.0).collect::<Vec<_>>());
    // 27 % are rural: these lose .3 · .73, the others gain .3 · .27. Errors grow with the distance from the mean.
    assert!((change(true) + 0.219).abs() < 0.02 && (change(false) - 0.081).abs() < 0.02, "{} {}", change(true), change(false));
    let speech = with(&[("iep_speech_gap", "0.8")]);
    let (category, b) = (column(&plain, "iep_category"), numbers(&speech, "math"));
    let of = |is: &dyn Fn(&str) -> bool, y: &[f64]| {
        mean(&(0..plain.n_rows).filter(|&i| is(&category[i])).map(|i| y[i] / 15.0).collect::<Vec<_>>())
    };
    let (is_speech, is_other) = (|c: &str| c.starts_with("speech"), |c: &str| !c.is_empty() && !c.starts_with("speech"));
    let gained = of(&is_speech, &b) - of(&is_speech, &a) - (of(&is_other, &b) - of(&is_other, &a));
    assert!((gained - 0.8).abs() < 0.05, "{gained}");
}

#[test]
fn chances_are_told_by_school() {
    for (id, wanted) in
        [("belmont-cragin", Some(0.8)), ("school-trial", Some(0.5)), ("classroom-trial", Some(0.5)), ("adopt-after-dip", None)]
    {
        let truth = draw(id, &[], 1, Detail::Analysis).truth;
        assert_eq!(truth.schools.len(), truth.sizes.n_schools, "{id}");
        assert_eq!(truth.schools[0].school_id, "s01", "{id}");
        let near = match (truth.schools[0].probability, wanted) {
            (Some(found), Some(wanted)) => (found - wanted).abs() < 1e-12,
            (found, wanted) => found == wanted,
        };
        assert!(near, "{id}: {:?}", truth.schools[0]);
        let sum = |of: fn(&SchoolChance) -> usize| truth.schools.iter().map(of).sum::<usize>();
        assert_eq!(sum(|s| s.n_students), truth.sizes.n_students, "{id}");
        assert_eq!(sum(|s| s.n_treated_students), truth.sizes.n_treated_students, "{id}");
        assert_eq!(sum(|s| s.n_treated_classrooms), truth.sizes.n_treated_classrooms, "{id}");
    }
    assert_eq!(draw("belmont-cragin", &[], 1, Detail::Analysis).truth.schools.last().unwrap().probability, Some(0.0));
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let refused = |changes: &[(&str, &str)], said: &str| {
        let mut p = find("belmont-cragin").unwrap().parameters();
        changes.iter().for_each(|(name, value)| p.set(name, value).unwrap());
        let faults = p.check().expect_err(said);
        assert!(faults.iter().any(|f| f.to_string().contains(said)), "{faults:?}");
    };
    refused(&[("goals_one", "0"), ("goals_two", "0"), ("goals_three", "0")], "of how many goals are set");
    refused(&[("city_part", "0"), ("suburb_part", "0"), ("town_part", "0"), ("rural_part", "0")], "of where schools stand");
    refused(&[("smallest_class", "22")], "must lie within smallest_class");
    refused(&[("survey_classroom_share", "0.8")], "cannot exceed survey_reliability");
    refused(&[("iep_share", "0.5"), ("female_share", "0.9")], "more than there are");
}
