use super::conditions::Conditions;
use super::covariances::covariances;
use super::layout::Layout;
use super::level::Levels;
use super::*;
use crate::cohort::{Column, Data, Wholes};
use crate::panel::TreatmentRule;
use crate::random::Stream;

const UNIT: Process = Process { lasting: 1.0, fading: 0.0, persistence: 0.0, passing: 0.6 };
const SCHOOL: Process = Process { lasting: 0.4, fading: 0.0, persistence: 0.0, passing: 0.1 };
const PERIODS: i64 = 4;

fn whole(name: &str, values: Vec<i64>) -> Column {
    Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) }
}

/// Students in 12 schools of three cohorts (2003, 2004, never), drawn from known processes; every seventh row is missing.
fn data(seed: u64) -> Cohort {
    let (mut id, mut year, mut school, mut start, mut score) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let times: Vec<i64> = (1..=PERIODS).collect();
    for s in 0..12i64 {
        let mut shared = vec![0.0; times.len()];
        SCHOOL.add(&mut Stream::new(seed, &["school"], s as u64), &times, &mut shared);
        for u in 0..(6 + s) {
            let mut own = shared.clone();
            UNIT.add(&mut Stream::new(seed, &["unit"], (100 * s + u) as u64), &times, &mut own);
            for t in 0..times.len() {
                let missing = (7 * s + 3 * u + t as i64) % 7 == 0;
                id.push(100 * s + u);
                year.push(2000 + times[t]);
                school.push(s);
                start.push([2003, 2004, 0][s as usize % 3]);
                score.push(if missing { f64::NAN } else { own[t] + t as f64 });
            }
        }
    }
    let mut cohort = Cohort::default();
    for column in [whole("id", id), whole("year", year), whole("school", school), whole("start", start)] {
        cohort.push(column);
    }
    cohort.push(Column { name: "math".into(), data: Data::Number(score) });
    cohort
}

fn spec() -> PanelSpec {
    PanelSpec {
        unit: Some("id".into()),
        period: Some("year".into()),
        cluster: Some("school".into()),
        ..PanelSpec::new("math", TreatmentRule::Cohort("start".into()))
    }
}

fn given(cohort: &Cohort) -> Design<'_> {
    Design {
        name: "data".into(),
        outcomes: vec![spec()],
        school: None,
        classroom: None,
        levels: Vec::new(),
        covariates: Vec::new(),
        subgroups: Vec::new(),
        settings: Vec::new(),
        cohort,
    }
}

fn design(cohort: &Cohort, settings: &[(&str, f64)]) -> Result<Fitted, Faults> {
    Fitted::new(Design { settings: settings.iter().map(|(n, v)| ((*n).to_string(), *v)).collect(), ..given(cohort) })
}

fn number(cohort: &Cohort, name: &str, row: usize) -> i64 {
    cohort.column(name).and_then(|c| c.data.number(row)).unwrap_or(0.0) as i64
}

/// The same rows from last to first.
fn reversed(cohort: &Cohort) -> Cohort {
    let mut out = Cohort::default();
    for c in &cohort.columns {
        let rows = (0..cohort.n_rows).rev();
        let data = match &c.data {
            Data::Number(v) => Data::Number(v.iter().rev().copied().collect()),
            _ => Data::Whole(Wholes::complete(rows.map(|r| number(cohort, &c.name, r)).collect::<Vec<_>>())),
        };
        out.push(Column { name: c.name.clone(), data });
    }
    out
}

/// Whether they are the same to the last bit, missing ones alike.
fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
}

fn columns() -> Vec<String> {
    ["id", "year", "school", "start", "math"].map(String::from).to_vec()
}

fn outcomes(drawn: &Drawn) -> Vec<f64> {
    match &drawn.cohort.column("math").expect("drawn").data {
        Data::Number(v) => v.clone(),
        _ => Vec::new(),
    }
}

#[test]
fn covariances_are_unbiased_though_cells_have_few_schools() {
    let n = 400;
    let (mut sums, mut squares) = (vec![[0.0; PERIODS as usize]; 2], vec![[0.0; PERIODS as usize]; 2]);
    for seed in 0..n {
        let cohort = data(seed);
        let layout = Layout::new(&given(&cohort), &spec()).expect("sound");
        let levels = Levels::fit(&layout);
        for (j, lags) in covariances(&layout, &levels.left).iter().enumerate() {
            assert_eq!(lags.len(), PERIODS as usize);
            for lag in lags {
                sums[j][lag.time as usize] += lag.covariance / n as f64;
                squares[j][lag.time as usize] += lag.covariance * lag.covariance / n as f64;
            }
        }
    }
    for (j, process) in [UNIT, SCHOOL].iter().enumerate() {
        for time in 0..PERIODS as usize {
            let (mean, want) = (sums[j][time], process.covariance(time as i64));
            let error = ((squares[j][time] - mean * mean) / n as f64).sqrt();
            assert!((mean - want).abs() < 3.5 * error, "grouping {j}, {time} periods apart: {mean} +- {error}, not {want}");
        }
    }
}

#[test]
fn what_is_missing_stays_missing_and_the_order_of_rows_changes_nothing() {
    let cohort = data(1);
    let fitted = design(&cohort, &[("effect", 0.3)]).expect("fits");
    let drawn = fitted.draw(&Point::default(), 5, &columns()).expect("draws");
    let (was, is) = (outcomes(&Drawn { cohort: cohort.clone(), truths: Truths::default() }), outcomes(&drawn));
    assert!(was.iter().zip(&is).all(|(a, b)| a.is_nan() == b.is_nan()));
    let back = reversed(&cohort);
    let again = design(&back, &[("effect", 0.3)]).expect("fits").draw(&Point::default(), 5, &columns()).expect("draws");
    let other: Vec<f64> = outcomes(&again).into_iter().rev().collect();
    assert!(same(&is, &other));
}

#[test]
fn conditions_do_what_they_say() {
    let cohort = data(2);
    let plain = design(&cohort, &[]).expect("fits");
    let base = outcomes(&plain.draw(&Point::default(), 9, &columns()).expect("draws"));
    let sd = plain.fits[0].levels.sd;
    let number = |name: &str, row: usize| number(&cohort, name, row);
    let with = |settings: &[(&str, f64)]| {
        let drawn = design(&cohort, settings).expect("fits").draw(&Point::default(), 9, &columns()).expect("draws");
        (outcomes(&drawn), drawn.truths)
    };
    let (effect, truths) = with(&[("effect", 0.5)]);
    assert!(!truths.effects.is_empty() && truths.effects.iter().all(|t| (t.value - 0.5 * sd).abs() < 1e-12));
    let (drift, _) = with(&[("drift", 0.1)]);
    for r in (0..cohort.n_rows).filter(|&r| !base[r].is_nan()) {
        let (start, year) = (number("start", r), number("year", r));
        let treated = start > 0 && year >= start;
        assert!((effect[r] - base[r] - if treated { 0.5 * sd } else { 0.0 }).abs() < 1e-12);
        let drifted = if start > 0 { 0.1 * sd * (year - 2001) as f64 } else { 0.0 };
        assert!((drift[r] - base[r] - drifted).abs() < 1e-12);
    }
    let (everyone, _) = with(&[("effect", 0.5), ("contamination", 1.0)]);
    for r in (0..cohort.n_rows).filter(|&r| !base[r].is_nan()) {
        let reached = number("year", r) >= 2003;
        assert!((everyone[r] - base[r] - if reached { 0.5 * sd } else { 0.0 }).abs() < 1e-12);
    }
    let (left, _) = with(&[("attrition", 0.25)]);
    let after = |r: &usize| number("start", *r) > 0 && number("year", *r) >= number("start", *r) && !base[*r].is_nan();
    let rows: Vec<usize> = (0..cohort.n_rows).filter(after).collect();
    let stay: Vec<usize> = rows.iter().copied().filter(|&r| !left[r].is_nan()).collect();
    assert!((0.65..0.85).contains(&(stay.len() as f64 / rows.len() as f64)), "{} of {}", stay.len(), rows.len());
    let mean = |rows: &[usize]| rows.iter().map(|&r| base[r]).sum::<f64>() / rows.len() as f64;
    assert!(mean(&stay) > mean(&rows) + 0.1 * sd, "those with low scores leave");
    assert!((0..cohort.n_rows).filter(|r| !after(r)).all(|r| left[r].to_bits() == base[r].to_bits() || base[r].is_nan()));
}

#[test]
fn impossible_conditions_are_refused_all_at_once() {
    let settings = [("effekt".to_string(), 0.1), ("attrition".into(), 2.0), ("contamination".into(), 0.1)];
    let Err(faults) = Conditions::at(&settings, &Point::default()) else { panic!("taken") };
    assert_eq!((faults.total, faults.shown.iter().all(|f| f.code == "CAL-001")), (3, true));
    assert!(faults.shown[0].remedy.contains("effect"), "{}", faults.shown[0].remedy);
}

#[test]
fn what_cannot_be_drawn_anew_is_refused_with_the_reason() {
    let code = |result: Result<Fitted, Faults>| result.err().map(|f| f.shown[0].code);
    let mut flat = data(3);
    flat.columns[4].data = Data::Number((0..flat.n_rows).map(|r| flat.columns[1].data.number(r).unwrap_or(0.0) / 3.0).collect());
    assert_eq!(code(design(&flat, &[])), Some("CAL-016"));
    let mut nobody = data(3);
    nobody.columns.remove(4);
    assert_eq!(code(design(&nobody, &[])), Some("DATA-001"));
}

fn with_whole(cohort: &Cohort, name: &str, value: impl Fn(usize) -> Option<i64>) -> Cohort {
    let mut out = cohort.clone();
    out.columns.retain(|c| c.name != name);
    out.push(Column { name: name.into(), data: Data::Whole(Wholes::from_options((0..cohort.n_rows).map(value))) });
    out
}

#[test]
fn the_same_name_in_two_schools_is_two_classrooms_and_none_is_nobodys() {
    let plain = data(4);
    let cohort = with_whole(&plain, "room", |r| (r > 0).then(|| number(&plain, "id", r) % 3));
    let fit = |school: Option<&str>, classroom: &str| {
        Fitted::new(Design { school: school.map(String::from), classroom: Some(classroom.into()), ..given(&cohort) })
    };
    let Ok(fitted) = fit(Some("school"), "room") else { panic!("fits") };
    let rooms = fitted.fits[0].layout.groupings.iter().find(|g| g.name == "room").expect("a grouping");
    let seen = usize::from(!outcomes(&Drawn { cohort: plain.clone(), truths: Truths::default() })[0].is_nan());
    assert_eq!((rooms.n, rooms.missing), (36 + seen, seen));
    assert_eq!(fit(None, "rom").err().map(|f| f.shown[0].code), Some("DATA-001"));
}

#[test]
fn a_school_for_each_start_and_a_drift_of_all_are_refused() {
    let plain = data(5);
    // Three schools, each with a start of its own: what a school does cannot be told from what its start does.
    let few = with_whole(&plain, "school", |r| Some(number(&plain, "school", r) % 3));
    let few = with_whole(&few, "start", |r| Some(2002 + number(&plain, "school", r) % 3));
    assert_eq!(design(&few, &[]).err().map(|f| f.shown[0].code), Some("CAL-017"));
    let all = with_whole(&plain, "start", |r| Some(if number(&plain, "start", r) == 0 { 2004 } else { number(&plain, "start", r) }));
    let fitted = design(&all, &[("drift", 0.1)]).expect("fits");
    assert_eq!(fitted.check(&Point::default()).err().map(|f| f.shown[0].code), Some("CAL-001"));
    let settings = [("attrition_by_outcome".to_string(), 0.5)];
    assert!(Conditions::at(&settings, &Point::default()).is_err(), "nobody leaves");
}

#[test]
fn rows_that_are_units_of_their_own_are_drawn_the_same_in_any_order() {
    let cohort = data(6);
    let draw = |cohort: &Cohort| {
        let rows = vec![PanelSpec { unit: None, ..spec() }];
        let fitted = Fitted::new(Design { outcomes: rows, ..given(cohort) }).expect("fits");
        outcomes(&fitted.draw(&Point::default(), 5, &columns()).expect("draws"))
    };
    let back: Vec<f64> = draw(&reversed(&cohort)).into_iter().rev().collect();
    assert!(same(&draw(&cohort), &back));
}
