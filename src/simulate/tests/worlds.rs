//! What each world is for: its artefact, its mechanism, its truth computed two ways.

use super::*;
use crate::cohort::Column;
use crate::panel::Serial;

/// The mean of the change of a column from one year to the next, by whether the row's student is treated at some time.
fn difference_of_changes(cohort: &Cohort, outcome: &str, years: [f64; 2]) -> f64 {
    let (y, year, first) = (numbers(cohort, outcome), numbers(cohort, "year"), numbers(cohort, "profile_year"));
    let cell = |treated: bool, t: f64| {
        let rows: Vec<f64> =
            (0..cohort.n_rows).filter(|&i| year[i] == t && first[i].is_nan() != treated && !y[i].is_nan()).map(|i| y[i]).collect();
        mean(&rows)
    };
    (cell(true, years[1]) - cell(true, years[0])) - (cell(false, years[1]) - cell(false, years[0]))
}

/// Means over draws of the difference of changes and of the true effect, in SD.
fn found_and_true(id: &str, changes: &[(&str, &str)], years: [f64; 2], draws: u64) -> (f64, f64) {
    let (mut found, mut truth) = (0.0, 0.0);
    for seed in 0..draws {
        let d = draw(id, changes, seed, Detail::Analysis);
        found += difference_of_changes(&d.cohort, "math", years) / 15.0 / draws as f64;
        let at =
            |e: &&TrueEffect| e.outcome == "math" && e.estimand == "calendar" && e.period == Some(years[1] as i64) && e.subgroup.is_none();
        truth += d.truth.effects.iter().find(at).map_or(0.0, |e| e.value) / 15.0 / draws as f64;
    }
    (found, truth)
}

#[test]
fn dosage_makes_a_third_of_an_sd_out_of_less_than_a_tenth() {
    let (found, truth) = found_and_true("dosage", &[], [2018.0, 2019.0], 30);
    assert!((found - 0.36).abs() < 0.02, "{found}");
    assert!((0.08..0.09).contains(&truth), "{truth}");
    let (light, _) = found_and_true("dosage", &[("norm_comparison", "0")], [2018.0, 2019.0], 30);
    assert!((0.28..0.40).contains(&light), "{light}");
    // The effect at the use there is: about .03.
    let d = draw("dosage", &[("norm_comparison", "0"), ("schools", "300")], 1, Detail::Analysis);
    assert!(!d.truth.assignment.contains("norm"), "{}", d.truth.assignment);
    let (minutes, year) = (numbers(&d.cohort, "minutes"), numbers(&d.cohort, "year"));
    let used: Vec<f64> = (0..d.cohort.n_rows).filter(|&i| year[i] == 2019.0).map(|i| minutes[i]).collect();
    let actual = mean(&used.iter().map(|m| 0.085 * (m / 30.0).min(1.0)).collect::<Vec<_>>());
    assert!((0.026..0.034).contains(&actual), "{actual}");
    let heavy = used.iter().filter(|m| **m >= 30.0).count() as f64 / used.len() as f64;
    assert!((heavy - 0.09).abs() < 0.006, "{heavy}");
}

#[test]
fn a_bad_year_makes_a_gain_out_of_nothing() {
    let (found, truth) = found_and_true("adopt-after-dip", &[], [2018.0, 2019.0], 30);
    assert!((0.19..0.42).contains(&found) && truth == 0.0, "{found} {truth}");
}

#[test]
fn norms_and_virtual_comparisons_flatter() {
    let (found, truth) = found_and_true("norms", &[], [2012.0, 2013.0], 20);
    assert!((found - truth - 0.1).abs() < 0.04, "{found} {truth}");
    let (found, truth) = found_and_true("rand-charters", &[], [2013.0, 2015.0], 10);
    assert!((found - truth - 0.16).abs() < 0.04, "{found} {truth}");
    // Without a rise of their own the virtual comparison is fair.
    let (found, truth) = found_and_true("rand-charters", &[("trend_gap", "0")], [2013.0, 2015.0], 10);
    assert!((found - truth).abs() < 0.04, "{found} {truth}");
}

#[test]
fn lots_are_fair_and_shares_as_asked() {
    for (id, years) in [("lottery", [2018.0, 2019.0]), ("school-trial", [2018.0, 2019.0]), ("classroom-trial", [2018.0, 2019.0])] {
        let (found, truth) = found_and_true(id, &[("spillover", "0")], years, 30);
        assert!((found - truth).abs() < 0.03, "{id}: {found} {truth}");
    }
    let d = draw("school-trial", &[], 5, Detail::Analysis);
    assert_eq!((d.truth.sizes.n_treated_schools, d.truth.sizes.n_schools), (30, 60));
    let d = draw("classroom-trial", &[], 5, Detail::Analysis);
    assert_eq!((d.truth.sizes.n_treated_classrooms, d.truth.sizes.n_classrooms), (40, 80));
    let d = draw("lottery", &[], 5, Detail::Analysis);
    let (uses, status) = (numbers(&d.cohort, "uses_profile"), numbers(&d.cohort, "profiles"));
    let share = |s: f64| {
        let rows: Vec<f64> =
            (0..d.cohort.n_rows).filter(|&i| status[i] == s && numbers(&d.cohort, "year")[i] == 2019.0).map(|i| uses[i]).collect();
        mean(&rows)
    };
    assert!((share(1.0) - 0.85).abs() < 0.06 && (share(0.0) - 0.03).abs() < 0.03, "{} {}", share(1.0), share(0.0));
}

#[test]
fn the_truth_is_the_same_two_ways() {
    for world in small_worlds() {
        let p = world.parameters();
        let truth = world.draw_with(&p, 3, Detail::Analysis).truth;
        let population = world.population(&p, 3, 1_000_000, &Serial).compared_with(&truth.effects);
        assert!(population.draws >= 20 && population.n_students >= 999_999);
        let distances: Vec<f64> = population.effects.iter().filter_map(|e| e.distance).collect();
        assert!(distances.len() >= 2, "{}", world.card().id);
        assert!(distances.iter().all(|d| d.abs() < 3.0), "{}: {distances:?}", world.card().id);
        assert_eq!(population.largest_distance, distances.iter().map(|d| d.abs()).reduce(f64::max));
    }
}

#[test]
fn who_gains_and_what_is_left() {
    let of = |d: &Draw, event: i64| {
        let is = |e: &&TrueEffect| e.outcome == "math" && e.event_time == Some(event) && e.estimand == "event" && e.subgroup.is_none();
        d.truth.effects.iter().find(is).unwrap().value
    };
    let d = draw("fade-out", &[("schools", "300"), ("profile_schools", "200")], 1, Detail::Analysis);
    assert!((of(&d, 1) / of(&d, 0) - 0.43).abs() < 0.03 && (of(&d, 2) / of(&d, 0) - 0.37).abs() < 0.03);
    let d = draw("iep-inclusion", &[("schools", "300"), ("profile_schools", "200")], 1, Detail::Analysis);
    let iep = |value: &str| {
        let is = |e: &&TrueEffect| {
            e.outcome == "math" && e.estimand == "overall" && e.subgroup.as_ref().is_some_and(|(c, v)| c == "iep" && v == value)
        };
        d.truth.effects.iter().find(is).unwrap().value
    };
    assert!((iep("1") / iep("0") - 2.0).abs() < 0.1, "{} {}", iep("1"), iep("0"));
    let measured = d.truth.other_effects.iter().find(|o| o.outcome == "math" && o.estimand == "measured").unwrap().value;
    // A tenth of an SD for the fifth of students with an IEP.
    assert!((measured - d.truth.effect("math", "overall").unwrap().value - 0.3).abs() < 0.05);
    let d = draw("spillover", &[("schools", "300")], 1, Detail::Analysis);
    let other = |name: &str| d.truth.other_effects.iter().find(|o| o.outcome == "math" && o.estimand == name).unwrap().value;
    let effect = d.truth.effect("math", "overall").unwrap().value;
    assert!((other("spillover") / effect - 0.25 * 2.0 / 3.0).abs() < 0.03, "two of the three other classrooms have profiles");
    assert!((other("net-of-spillover") / effect - (1.0 - 0.25 / 3.0)).abs() < 0.03);
    let ordinary = draw("belmont-cragin", &[("schools", "300"), ("profile_schools", "200")], 1, Detail::Analysis).truth;
    let poor = draw("under-resourced", &[("schools", "300"), ("profile_schools", "200")], 1, Detail::Analysis).truth;
    assert!(poor.effect("math", "overall").unwrap().value < 0.5 * ordinary.effect("math", "overall").unwrap().value);
    assert!(poor.implied.mean_fidelity < 0.5 * ordinary.implied.mean_fidelity);
}

#[test]
fn trends_part_where_a_world_says_so() {
    let d = draw("violated-trends", &[("schools", "400"), ("profile_schools", "200")], 1, Detail::Analysis);
    let at = |g: i64, t: i64| d.truth.violations.iter().find(|v| v.outcome == "math" && v.group == g && v.period == t).unwrap().value;
    for (t, years) in [(2014, -1.0), (2016, 1.0), (2018, 3.0)] {
        assert!((at(2016, t) - 0.04 * 15.0 * years).abs() < 1.0, "{t}: {}", at(2016, t));
    }
    let d = draw(
        "school-trial",
        &[("schools", "400"), ("profile_schools", "200"), ("leave_treated", "0.8"), ("leave_score", "0.8")],
        1,
        Detail::Analysis,
    );
    assert!(d.truth.violations.iter().any(|v| v.by_attrition.is_some_and(|x| x.abs() > 0.01)));
}

#[test]
fn skills_are_kept_and_plans_take_the_next_ones() {
    let d = draw("mastery", &[], 1, Detail::Full);
    let (student, year) = (codes(&d.cohort, "student_id"), numbers(&d.cohort, "year"));
    let [skills, planned, met] = ["skills", "skills_planned", "skills_of_plan"].map(|n| numbers(&d.cohort, n));
    let status = numbers(&d.cohort, "profiles");
    for i in 0..d.cohort.n_rows {
        assert!(met[i] <= planned[i] && (status[i] == 1.0 || planned[i] == 0.0));
        if i > 0 && student[i] == student[i - 1] {
            assert!(skills[i] >= skills[i - 1] && year[i] > year[i - 1]);
        }
    }
    assert!(d.cohort.profiles.iter().any(|p| p.goals.iter().any(|g| g.text.contains("master skill"))));
    // Counted in skills of the plan the effect is larger than on the broad test, each in its own SD.
    let sd = |o: &str| d.truth.scales.iter().find(|s| s.outcome == o).unwrap().untreated_sd.unwrap();
    let size = |o: &str| d.truth.effect(o, "overall").unwrap().value / sd(o);
    assert!(size("skills") > 1.3 * size("math"), "{} {}", size("skills"), size("math"));
}

#[test]
fn states_districts_and_batches() {
    let small = [("schools", "60"), ("profile_schools", "20"), ("districts", "12"), ("states", "4")];
    let whole = draw("forty-states", &small, 3, Detail::Sealed);
    let district = codes(&whole.cohort, "district_id");
    assert_eq!(district.iter().collect::<std::collections::BTreeSet<_>>().len(), 12);
    let world = find("forty-states").unwrap();
    let mut p = world.parameters();
    small.iter().for_each(|(name, value)| p.set(name, value).unwrap());
    let mut batches = world.batches(&p, 3, Detail::Sealed, 700, &Serial);
    let (mut rows, mut sealed, mut profiles, mut n) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for batch in &mut batches {
        rows.extend(written(&batch.cohort, batch.cohort.n_rows));
        let s = batch.sealed.unwrap();
        sealed.extend(written(&s, s.n_rows));
        profiles.extend(batch.cohort.profiles);
        n += 1;
    }
    assert!(n > 3);
    assert_eq!(rows, written(&whole.cohort, whole.cohort.n_rows));
    let s = whole.sealed.unwrap();
    assert_eq!(sealed, written(&s, s.n_rows));
    assert_eq!((profiles, batches.truth()), (whole.cohort.profiles, whole.truth));
    assert!(s.n_rows > whole.cohort.n_rows, "those who left are in the sealed file");
}

#[test]
fn fewer_columns_change_nothing_in_those_that_are_left() {
    for world in small_worlds() {
        let p = world.parameters();
        let all = world.draw_with(&p, 2, Detail::Analysis);
        for wanted in
            [vec!["math", "year"], vec!["reading", "iep"], vec!["goals_set", "school_id"], vec!["gpa", "prior_math", "attendance"]]
        {
            let names: Vec<String> = wanted.iter().map(|n| n.to_string()).collect();
            let some = world.draw_with(&p, 2, Detail::Only(&names));
            for column in some.cohort.columns.iter().filter(|c| !c.name.ends_with("_id")) {
                let same = numbers(&all.cohort, &column.name);
                let own = numbers(&some.cohort, &column.name);
                assert!(
                    own.iter().zip(&same).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()),
                    "{} {}",
                    world.card().id,
                    column.name
                );
            }
            for effect in &some.truth.effects {
                assert!(all.truth.effects.contains(effect), "{}: {effect:?}", world.card().id);
            }
        }
    }
}

/// Parameters that shape an effect.
const OF_EFFECT: [&str; 17] = [
    "reading_ratio",
    "second_year_multiple",
    "later_years_multiple",
    "iep_multiple",
    "poverty_multiple",
    "rural_multiple",
    "standing_slope",
    "cohort_step",
    "novelty",
    "novelty_weeks",
    "kept_first_year",
    "kept_later",
    "use_years",
    "spillover",
    "alignment",
    "fidelity_intercept",
    "accommodation_gain",
];

/// At most a dozen schools, a third of them with profiles where schools decide.
fn few_schools(p: Parameters) -> Parameters {
    let p = if p.value("schools") > 12.0 { p.with("schools", 12.0) } else { p };
    if p.held("profile_schools") { p } else { p.with("profile_schools", 4.0) }
}

/// Every parameter that can be changed changes something in its world, some of them only beside others: what is left
/// of an effect matters where profiles are given up, growth over years where there are years.
#[test]
fn no_parameter_does_nothing() {
    const BESIDE: [&[(&str, f64)]; 8] = [
        &[("use_years", 3.0), ("novelty", 0.5)],
        &[],
        &[("first_year", -1.0)],
        &[("novelty", 0.5)],
        &[("novelty", 0.5), ("last_year", 2.0)],
        &[("last_year", 2.0), ("last_take_up", 1.0)],
        &[("use_years", 1.0), ("last_year", 2.0)],
        &[("schools", 5.0), ("districts", 4.0), ("rural_part", 73.0)],
    ];
    for world in small_worlds() {
        let told = |p: &Parameters| {
            let d = world.draw_with(p, 4, Detail::Full);
            let losses = Losses { mechanism: String::new(), ..d.truth.losses };
            let truth = Truth { parameters: Vec::new(), losses, ..d.truth };
            let mut bits: Vec<u64> =
                d.cohort.columns.iter().flat_map(|c| (0..c.data.len()).map(|i| c.data.number(i).map_or(0, f64::to_bits))).collect();
            bits.extend(d.cohort.profiles.iter().flat_map(|profile| &profile.goals).map(|goal| goal.kind as u64));
            let text = |c: Column| if let Data::Text(t) = c.data { Some((t.codes, t.levels)) } else { None };
            let texts: Vec<(Vec<u32>, Vec<String>)> = d.cohort.columns.into_iter().filter_map(text).collect();
            (d.cohort.n_rows, bits, texts, format!("{truth:?}"))
        };
        let settings: Vec<Parameters> = BESIDE
            .iter()
            .map(|beside| {
                let add = |p: Parameters, (name, step): &(&str, f64)| match p.get(name) {
                    Some(value) if !p.held(name) => p.with(name, value + step),
                    _ => p,
                };
                beside.iter().fold(add(few_schools(world.parameters()), &("effect", 0.1)), add)
            })
            .filter(|p| p.check().is_ok())
            .collect();
        let before: Vec<_> = settings.iter().map(told).collect();
        // Growth to a grade matters where students come to it.
        let come_to = |name: &str| {
            let grade: f64 = name.strip_prefix("growth_")?.rsplit('_').next()?.parse().ok()?;
            let p = few_schools(world.parameters());
            let years = p.value("last_year") - p.value("first_year");
            Some(vec![p.with("entering_grade", (grade - 1.0).min(12.0 - years))])
        };
        for parameter in world.parameters().iter().filter(|p| p.lowest < p.highest) {
            let name = parameter.name;
            // Where the effect is held at nothing, its shape has nothing to work on.
            if world.parameters().held("effect") && OF_EFFECT.contains(&name) {
                continue;
            }
            // One school stands in one place, which other parts of places need not move.
            if world.parameters().value("schools") == 1.0 && ["city_part", "suburb_part", "town_part", "rural_part"].contains(&name) {
                continue;
            }
            let own = come_to(name);
            let own_before: Option<Vec<_>> = own.as_ref().map(|own| own.iter().map(told).collect());
            let (settings, before) = (own.as_ref().unwrap_or(&settings), own_before.as_ref().unwrap_or(&before));
            let matters = settings.iter().zip(before).any(|(p, before)| {
                let (now, half) = (p.value(name), 0.5 * (parameter.lowest + parameter.highest));
                let step = if parameter.whole { 1.0 } else { 0.1 };
                // Limits of class size matter where they come near it.
                [
                    p.value("class_size"),
                    now + step,
                    now - step,
                    now + 8.9 * step,
                    now - 8.9 * step,
                    half,
                    parameter.lowest,
                    parameter.highest,
                ]
                .into_iter()
                .any(|value| {
                    let mut q = p.clone();
                    let large = ["schools", "profile_schools"].contains(&name) && value > 300.0;
                    let refused = large || value == now || q.set(name, &value.to_string()).is_err() || q.check().is_err();
                    !refused && told(&q) != *before
                })
            });
            assert!(matters, "{}: {name} does nothing in {} settings", world.card().id, settings.len());
        }
    }
}
