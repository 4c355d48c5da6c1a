//! What every world must hold to, and what the parameters promise.

use super::*;
use crate::cohort::Data;
use components::Components;
use std::collections::BTreeMap;

mod components;
mod moments;
mod people;
mod sealed;
mod sums;
mod worlds;

fn draw(id: &str, changes: &[(&str, &str)], seed: u64, detail: Detail) -> Draw {
    let world = find(id).unwrap();
    let mut p = world.parameters();
    for (name, value) in changes {
        p.set(name, value).unwrap();
    }
    p.check().unwrap();
    world.draw_with(&p, seed, detail)
}

/// All worlds but the one with a million students.
fn small_worlds() -> impl Iterator<Item = &'static &'static dyn World> {
    WORLDS.iter().filter(|w| w.card().id != "forty-states")
}

fn numbers(cohort: &Cohort, name: &str) -> Vec<f64> {
    let data = &cohort.column(name).unwrap_or_else(|| panic!("no column {name}")).data;
    (0..data.len()).map(|i| data.number(i).unwrap_or(f64::NAN)).collect()
}

fn codes(cohort: &Cohort, name: &str) -> Vec<u32> {
    let Data::Text(t) = &cohort.column(name).unwrap().data else { panic!("{name} is text") };
    t.codes.clone()
}

/// All rows as text, the profiles too.
fn written(cohort: &Cohort, rows: usize) -> Vec<String> {
    (0..rows).map(|i| cohort.columns.iter().map(|c| c.data.display(i)).collect::<Vec<_>>().join(",")).collect()
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    let product = |a: &[f64], ma: f64, b: &[f64], mb: f64| a.iter().zip(b).map(|(p, q)| (p - ma) * (q - mb)).sum::<f64>();
    product(x, mx, y, my) / libm::sqrt(product(x, mx, x, mx) * product(y, my, y, my))
}

#[test]
fn the_same_seed_gives_the_same_draw() {
    for world in small_worlds() {
        let id = world.card().id;
        let (a, b) = (draw(id, &[], 7, Detail::Full), draw(id, &[], 7, Detail::Full));
        assert_eq!(written(&a.cohort, a.cohort.n_rows), written(&b.cohort, b.cohort.n_rows));
        assert_eq!((&a.truth, &a.cohort.profiles), (&b.truth, &b.cohort.profiles));
        let c = draw(id, &[], 7, Detail::Analysis);
        assert_eq!(written(&a.cohort, a.cohort.n_rows), written(&c.cohort, c.cohort.n_rows));
        assert_eq!(a.truth, c.truth);
        assert!(c.cohort.profiles.is_empty() && !a.cohort.profiles.is_empty());
        assert_ne!(numbers(&a.cohort, "math"), numbers(&draw(id, &[], 8, Detail::Analysis).cohort, "math"));
    }
}

#[test]
fn one_more_school_changes_nothing_before_it() {
    let a = draw("belmont-cragin", &[], 3, Detail::Full).cohort;
    let b = draw("belmont-cragin", &[("schools", "43")], 3, Detail::Full).cohort;
    assert!(b.n_rows > a.n_rows);
    assert_eq!(written(&a, a.n_rows), written(&b, a.n_rows));
    assert_eq!(a.profiles, b.profiles);
}

#[test]
fn the_effect_changes_no_luck() {
    let none = draw("belmont-cragin", &[("effect", "0")], 3, Detail::Analysis).cohort;
    let some = draw("belmont-cragin", &[("effect", "0.3")], 3, Detail::Analysis).cohort;
    let status = numbers(&none, "profiles");
    let (x, y) = (numbers(&none, "math"), numbers(&some, "math"));
    let fidelity = numbers(&none, "fidelity");
    assert!((0..none.n_rows).all(|i| status[i] == 1.0 || x[i].to_bits() == y[i].to_bits()));
    assert!((0..none.n_rows).all(|i| status[i] == 0.0 || x[i].is_nan() || fidelity[i] < 0.1 || y[i] > x[i]));
    assert_eq!(numbers(&none, "gpa"), numbers(&some, "gpa"));
}

#[test]
fn truth_is_what_the_potential_outcomes_say() {
    for id in ["belmont-cragin", "two-period"] {
        let with = draw(id, &[], 11, Detail::Analysis);
        let without = draw(id, &[("effect", "0")], 11, Detail::Analysis).cohort;
        let c = &with.cohort;
        let (year, first) = (numbers(c, "year"), numbers(c, "profile_year"));
        let of: BTreeMap<String, Vec<f64>> = tally::SUBGROUPS.iter().map(|s| (s.to_string(), numbers(c, s))).collect();
        for outcome in OUTCOMES {
            let (y1, y0) = (numbers(c, outcome), numbers(&without, outcome));
            for effect in with.truth.effects.iter().filter(|e| e.outcome == outcome && e.estimand != "overall-dynamic") {
                let rows: Vec<f64> = (0..c.n_rows)
                    .filter(|&i| year[i] >= first[i] && !y1[i].is_nan())
                    .filter(|&i| effect.group.is_none_or(|g| first[i] == g as f64))
                    .filter(|&i| effect.period.is_none_or(|t| year[i] == t as f64))
                    .filter(|&i| effect.event_time.is_none_or(|e| year[i] - first[i] == e as f64))
                    .filter(|&i| effect.subgroup.as_ref().is_none_or(|(column, value)| of[column][i].to_string() == *value))
                    .map(|i| y1[i] - y0[i])
                    .collect();
                assert_eq!(rows.len(), effect.n);
                assert!((mean(&rows) - effect.value).abs() < 1e-9, "{effect:?}");
            }
            let events: Vec<f64> = with
                .truth
                .effects
                .iter()
                .filter(|e| e.estimand == "event" && e.outcome == outcome && e.subgroup.is_none())
                .map(|e| e.value)
                .collect();
            assert!((with.truth.effect(outcome, "overall-dynamic").unwrap().value - mean(&events)).abs() < 1e-12);
        }
    }
}

#[test]
fn null_has_no_effect_and_cannot_be_given_one() {
    let truth = draw("null", &[], 1, Detail::Analysis).truth;
    assert!(!truth.effects.is_empty() && truth.effects.iter().all(|e| e.value == 0.0 && e.n > 0));
    let said = find("null").unwrap().parameters().set("effect", "0.1").unwrap_err().to_string();
    assert!(said.contains("holds it at 0"), "{said}");
}

#[test]
fn effects_are_of_the_size_asked_for() {
    let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
    for seed in 0..12 {
        let truth = draw("belmont-cragin", &[("schools", "121"), ("profile_schools", "120")], seed, Detail::Analysis).truth;
        for e in truth.effects.iter().filter(|e| e.estimand == "event" && e.outcome == "math" && e.subgroup.is_none()) {
            *sums.entry(e.event_time.unwrap()).or_default() += e.value / 12.0;
        }
    }
    for (e, wanted) in [(0, 1.5), (1, 1.875), (2, 2.25), (3, 2.25)] {
        assert!((sums[&e] - wanted).abs() < 0.06 * wanted, "{sums:?}");
    }
}

#[test]
fn sizes_take_up_and_losses_are_as_designed() {
    let d = draw("belmont-cragin", &[], 20210126, Detail::Full);
    let (c, s, l) = (&d.cohort, &d.truth.sizes, &d.truth.losses);
    assert_eq!((s.n_schools, s.n_classrooms), (42, 168));
    assert!(s.n_treated_classrooms >= 42 && s.n_treated_classrooms <= 56, "{s:?}");
    assert!((10_000..20_000).contains(&c.n_rows), "{}", c.n_rows);
    assert_eq!((s.n_rows, s.n_treated_rows as f64), (c.n_rows, numbers(c, "profiles").iter().sum::<f64>()));
    assert!((l.left_rate - 0.07).abs() < 0.015 && (l.moved_rate - 0.02).abs() < 0.005, "{l:?}");
    assert!((l.missing_test_rate - 0.04).abs() < 0.006);
    let share = |name: &str| mean(&numbers(c, name));
    assert!((share("iep") - 0.15).abs() < 0.03 && (share("el") - 0.10).abs() < 0.05 && (share("frl") - 0.5).abs() < 0.08);
    let low = numbers(c, "attendance").iter().filter(|a| **a < 90.0).count() as f64 / c.n_rows as f64;
    assert!((low - 0.16).abs() < 0.02, "{low}");
    assert_eq!(c.columns.len(), c.codebook.entries.len());
    assert!(c.columns.iter().zip(&c.codebook.entries).all(|(x, e)| x.name == e.column));
    let t = draw("two-period", &[], 1, Detail::Analysis).truth;
    assert_eq!((t.sizes.n_treated_schools, t.sizes.n_treated_classrooms), (20, 80));
}

#[test]
fn ids_are_consistent_and_classrooms_do_not_change() {
    let c = draw("belmont-cragin", &[], 5, Detail::Full).cohort;
    let [student, room, school] = ["student_id", "classroom_id", "school_id"].map(|n| codes(&c, n));
    let year = numbers(&c, "year");
    for i in 1..c.n_rows {
        if student[i] == student[i - 1] {
            assert_eq!((room[i], school[i], year[i]), (room[i - 1], school[i - 1], year[i - 1] + 1.0));
        } else {
            assert_eq!(student[i], student[i - 1] + 1);
        }
    }
    assert_eq!(c.columns[0].data.display(0), "s000001");
    assert_eq!((c.columns[1].data.display(0), c.columns[2].data.display(0)), ("s01c1".into(), "s01".into()));
}

#[test]
fn variance_parts_come_out_as_implied() {
    let changes = [("schools", "600"), ("profile_schools", "1"), ("missing_rate", "0"), ("effect", "0")];
    let d = draw("belmont-cragin", &changes, 2, Detail::Analysis);
    let (c, implied) = (&d.cohort, &d.truth.implied);
    let (year, student, math) = (numbers(c, "year"), codes(c, "student_id"), numbers(c, "math"));
    let (room, school) = (codes(c, "classroom_id"), codes(c, "school_id"));
    let at = |y: f64| (0..c.n_rows).filter(|&i| year[i] == y).collect::<Vec<_>>();
    let start = at(2014.0);
    let next = (0..c.n_rows - 1).filter(|&i| year[i] == 2014.0 && student[i] == student[i + 1]).collect::<Vec<_>>();
    let before: Vec<f64> = next.iter().map(|&i| math[i]).collect();
    let after: Vec<f64> = next.iter().map(|&i| math[i + 1]).collect();
    let r = correlation(&before, &after);
    assert!((r - implied.year_to_year_correlation).abs() < 0.02, "{r}");
    let growth = (mean(&after) - mean(&before)) / 15.0;
    assert!((growth - 0.52).abs() < 0.03, "{growth}");
    let level: Vec<f64> = start.iter().map(|&i| math[i] / 15.0).collect();
    let pick = |codes: &[u32], rows: &[usize]| rows.iter().map(|&i| codes[i]).collect::<Vec<_>>();
    // Only the first school has profiles: it is poorer.
    let of = |x: &[f64], rows: &[usize]| Components::of(x, &pick(&room, rows), &pick(&school, rows), |s| s == 0);
    let parts = of(&level, &start);
    let (total, between_rooms, between_schools) = (parts.total(), parts.class, parts.school);
    assert!((total - 1.0).abs() < 0.04, "{total}");
    assert!((between_schools / total - implied.icc_school_level).abs() < 0.03, "{between_schools}");
    assert!((between_rooms / total - implied.icc_class_level).abs() < 0.015, "{between_rooms}");
    // What the truth says of the draw is what its rows say.
    let as_told = |of: &str, parts: &Components| {
        let told = d.truth.measured.iter().find(|m| m.outcome == "math" && m.of == of).unwrap();
        let near = |told: Option<f64>, part: f64| (told.unwrap() - part / parts.total()).abs() < 1e-9;
        assert!((told.variance - parts.total()).abs() < 1e-9, "{told:?}");
        assert!(near(told.icc_school, parts.school) && near(told.icc_class, parts.class), "{told:?}");
        assert_eq!(told.n_schools, 600);
    };
    as_told("level", &parts);
    let gain: Vec<f64> = before.iter().zip(&after).map(|(b, a)| (a - b) / 15.0).collect();
    let parts = of(&gain, &next);
    as_told("gain", &parts);
    let (total, between_rooms, between_schools) = (parts.total(), parts.class, parts.school);
    assert!((total - implied.gain_variance).abs() < 0.03, "{total}");
    assert!((between_schools / total - implied.icc_school_gain).abs() < 0.02, "{between_schools}");
    assert!((between_rooms / total - implied.icc_class_gain).abs() < 0.025, "{between_rooms}");
    let (m, rd) = (numbers(c, "math"), numbers(c, "reading"));
    let both = correlation(&start.iter().map(|&i| m[i]).collect::<Vec<_>>(), &start.iter().map(|&i| rd[i]).collect::<Vec<_>>());
    assert!((0.66..0.80).contains(&both), "{both}");
}

#[test]
fn profiles_agree_with_the_counts() {
    let c = draw("belmont-cragin", &[], 9, Detail::Full).cohort;
    let id = &c.column("student_id").unwrap().data;
    let [year, set, met, status] = ["year", "goals_set", "goals_met", "profiles"].map(|n| numbers(&c, n));
    let profiles: BTreeMap<&str, _> = c.profiles.iter().map(|p| (p.student_id.as_str(), p)).collect();
    assert_eq!(profiles.len(), c.profiles.len());
    let mut seen = 0;
    for i in 0..c.n_rows {
        if status[i] == 0.0 {
            assert_eq!((set[i], met[i]), (0.0, 0.0));
            continue;
        }
        let goals = || profiles[id.display(i).as_str()].goals.iter().filter(|g| f64::from(g.set.year) == year[i]);
        assert_eq!(set[i], goals().count() as f64);
        assert_eq!(met[i], goals().filter(|g| g.met == Some(true)).count() as f64);
        seen += goals().count();
    }
    assert_eq!(seen, c.profiles.iter().map(|p| p.goals.len()).sum::<usize>());
    assert!(c.profiles.iter().all(|p| p.strengths.len() == 5 && p.strengths.iter().all(|s| s.1 <= 4)));
    assert!(c.profiles.iter().any(|p| p.goals.iter().any(|g| g.met.is_none())));
}

#[test]
fn extreme_but_allowed_parameters_draw() {
    let zero = ["school_variance", "class_variance", "transient_variance", "occasion_variance", "error_variance"];
    let mut changes: Vec<(&str, &str)> = zero.map(|z| (z, "0")).to_vec();
    changes.extend([
        ("leave_rate", "0"),
        ("move_rate", "0"),
        ("join_rate", "0"),
        ("missing_rate", "0"),
        ("iep_share", "0"),
        ("el_share", "0"),
    ]);
    changes.extend([("schools", "2"), ("profile_schools", "1"), ("entering_grade", "0"), ("never_share", "0")]);
    let d = draw("belmont-cragin", &changes, 1, Detail::Full);
    assert_eq!(d.cohort.n_rows, d.truth.sizes.n_students * 6);
    assert!(numbers(&d.cohort, "math").iter().all(|x| x.is_finite()));
    let rare = draw("two-period", &[("missing_rate", "0.9"), ("schools", "2"), ("profile_schools", "1")], 1, Detail::Full);
    assert!(rare.truth.losses.missing_test_rate > 0.8);
}

#[test]
fn worlds_are_found_by_name_and_described() {
    assert!(find("belmont-cragin").is_some() && find("nowhere").is_none());
    let mut ids: Vec<_> = WORLDS.iter().map(|w| w.card().id).collect();
    ids.dedup();
    assert_eq!(ids.len(), WORLDS.len());
    assert!(WORLDS.iter().all(|w| !w.card().teaches.contains('\n') && w.card().version > 0));
}

#[test]
fn numbers_are_pinned() {
    // A change here is a change of the world: raise its version.
    let first = |id: &str| {
        let d = draw(id, &[], 20210126, Detail::Analysis);
        let overall = |outcome: &str| d.truth.effect(outcome, "overall").unwrap().value;
        (d.cohort.n_rows, overall("math"), overall("reading"), written(&d.cohort, 1).remove(0))
    };
    let found = ["belmont-cragin", "two-period", "null"].map(first);
    let pinned = [
        (18474, 1.8189304306672978, 1.815503512880562, "s000001,s01c1,s01,2014,3,2016,0,159.5,,0,2.7,96.9,5,0,,0,1,0,151.2,58.3,50.6,rural,s01c1t2014,5,0,-1.38,0,-0.38,-1.27,0.532,0,0,0.855".to_string()),
        (6455, 1.9172619047619048, 1.9065659881812214, "s000001,s01c1,s01,2018,3,2019,0,193.8,205.4,0,4,97.2,3.9,0,,0,1,1,183.3,57.3,51.4,town,s01c1t2018,19,0,-0.98,0.38,1.23,1.18,0.379,0,0,0.598".to_string()),
        (18530, 0.0, 0.0, "s000001,s01c1,s01,2014,3,,0,191.1,181.9,0,2.1,97.2,3.3,0,,0,1,0,164.2,44.7,78.3,city,s01c1t2014,0,0,-1.39,-0.28,-2.01,1.27,,0,0,0.699".to_string()),
    ];
    assert_eq!(found, pinned);
}
