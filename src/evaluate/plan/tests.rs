//! Formula against simulation, and what must hold of every design.

use super::*;
use crate::panel::Serial;

fn school(schools: u64, classrooms: Option<u64>, students: u64) -> Question {
    Question { schools: Some(schools), classrooms, students: Some(students), ..Question::new(Assign::School, Analysis::Post) }
}

/// One question for each row of the table of designs, without covariates, so that the simulated t test is exact.
fn questions() -> Vec<(&'static str, Question)> {
    let post = |assign| Question::new(assign, Analysis::Post);
    let inside = Question { schools: Some(14), classrooms: Some(4), students: Some(12), effect_sd: Some(0.2), ..post(Assign::Classroom) };
    vec![
        ("students", Question { students: Some(160), ..post(Assign::Student) }),
        ("two levels", school(24, None, 15)),
        ("classrooms alone", Question { classrooms: Some(30), students: Some(12), ..post(Assign::Classroom) }),
        ("three levels", school(20, Some(3), 10)),
        ("three levels, a third treated", Question { treated_share: Some(1.0 / 3.0), ..school(24, Some(2), 8) }),
        ("within random schools", inside.clone()),
        ("within fixed schools", Question { fixed_schools: true, effect_sd: None, ..inside }),
        ("gain", Question { analysis: Analysis::Gain, ..school(20, Some(3), 10) }),
        (
            "difference-in-differences",
            Question {
                analysis: Analysis::Did,
                periods_before: Some(3),
                periods_after: Some(2),
                carry_over: Some(0.4),
                ..school(20, Some(3), 10)
            },
        ),
    ]
}

/// The effect that a design finds half of the time: there a share tells most.
fn halfway(question: &Question) -> f64 {
    let design = resolve(question).expect("possible").design;
    2.0 * design.std_error()
}

#[test]
fn simulation_agrees_with_formula() {
    for (name, question) in questions() {
        let question = Question { effect: halfway(&question), replicates: 2000, wanted: vec![Wanted::Effect, Wanted::Power], ..question };
        let plan = answer(&question, &Serial).unwrap_or_else(|f| panic!("{name}: {f}"));
        for (what, both) in [("power", plan.power.unwrap()), ("effect", plan.detectable.unwrap())] {
            let (formula, simulated, error) = (both.formula.unwrap(), both.simulation.unwrap(), both.monte_carlo_error.unwrap());
            assert!((formula - simulated).abs() < 3.0 * error, "{name}, {what}: {formula} by formula, {simulated} ± {error} by simulation");
        }
    }
}

#[test]
fn covariates_cost_what_is_said() {
    let mut question = Question { r2_school: Some(0.8), r2_class: Some(0.5), r2_student: Some(0.6), ..school(14, Some(3), 10) };
    (question.covariates, question.replicates, question.wanted) = (Some(2), 4000, vec![Wanted::Effect]);
    let plan = answer(&question, &Serial).unwrap();
    let both = plan.detectable.unwrap();
    let (formula, simulated, error) = (both.formula.unwrap(), both.simulation.unwrap(), both.monte_carlo_error.unwrap());
    let told = formula * (1.0 + plan.design.covariate_loss());
    assert!(simulated > formula + 3.0 * error, "{simulated} ± {error} is not above {formula}");
    assert!((simulated / told - 1.0).abs() < 0.04, "{simulated} ± {error}, not about {told}");
    // With none counted, what covariates explain is taken off as known at the top, where the formula is exact.
    question.covariates = Some(0);
    (question.r2_class, question.r2_student) = (None, None);
    let both = answer(&question, &Serial).unwrap().detectable.unwrap();
    assert!((both.formula.unwrap() - both.simulation.unwrap()).abs() < 3.0 * both.monte_carlo_error.unwrap(), "{both:?}");
}

#[test]
fn the_pretrend_test_agrees_with_its_simulation() {
    let within = Question { schools: Some(12), classrooms: Some(4), students: Some(10), ..Question::new(Assign::Classroom, Analysis::Did) };
    let alone = |assign, n| Question { students: Some(n), ..Question::new(assign, Analysis::Did) };
    let all = [
        Question { analysis: Analysis::Did, carry_over: Some(0.3), ..school(24, Some(3), 10) },
        Question { analysis: Analysis::Did, ..school(24, None, 10) },
        Question { classrooms: Some(24), ..alone(Assign::Classroom, 10) },
        alone(Assign::Student, 80),
        Question { fixed_schools: true, ..within.clone() },
        within,
    ];
    for question in all {
        for periods in [2, 4] {
            let question = Question {
                periods_before: Some(periods),
                drift: Some(0.1),
                replicates: 1500,
                wanted: vec![Wanted::Power],
                ..question.clone()
            };
            let found = answer(&question, &Serial).unwrap().pretrend.unwrap();
            let (formula, simulated, error) =
                (found.power.formula.unwrap(), found.power.simulation.unwrap(), found.power.monte_carlo_error.unwrap());
            assert!(formula > 0.06, "a drift that nobody notices tests nothing: {formula}");
            assert!((formula - simulated).abs() < 3.0 * error, "{periods} {question:?}: {formula}, {simulated} ± {error}");
            let smallest = PretrendTest::of(&resolve(&question).unwrap(), &resolve(&question).unwrap().design, periods, 0.95).unwrap();
            assert!((smallest.power_at(found.detectable.unwrap()) - 0.8).abs() < 1e-9);
        }
    }
}

#[test]
fn under_compound_symmetry_the_noncentrality_is_that_of_a_slope() {
    let question = Question { analysis: Analysis::Did, drift: Some(0.07), periods_before: Some(5), ..school(30, Some(4), 20) };
    let resolved = resolve(&question).unwrap();
    let test = PretrendTest::of(&resolved, &resolved.design, 5, 0.95).unwrap();
    let one_period = Design { variance: resolved.shock, ..resolved.design }.squared_error();
    let slope = 0.07 * 0.07 * 5.0 * 24.0 / 12.0 / one_period;
    assert!((test.noncentrality(0.07) / slope - 1.0).abs() < 1e-12);
}

#[test]
fn what_is_needed_is_enough_and_one_less_is_not() {
    for (name, question) in questions() {
        let resolved = resolve(&question).unwrap();
        let (design, goal) = (resolved.design, question.goal);
        for effect in [0.05, 0.2, 0.9, 4.0] {
            let Needed::Number(n) = needed(&design, design.top, &goal, effect) else { panic!("{name} {effect}") };
            assert!(goal.power_at(&design.with(design.top, n), effect) >= goal.power, "{name} {effect}");
            let fewer = design.with(design.top, n - 1);
            assert!(n == smallest(&design, design.top) || goal.power_at(&fewer, effect) < goal.power, "{name} {effect}: {n}");
        }
    }
    let design = resolve(&school(20, Some(4), 20)).unwrap().design;
    let goal = Goal { level: 0.95, power: 0.8 };
    assert_eq!(needed(&design, Tier::Schools, &goal, 1e-4), Needed::MoreThan(OUT_OF_REACH));
    // More students in each classroom do not help against what differs between schools.
    assert_eq!(needed(&design, Tier::Students, &goal, 0.1), Needed::MoreThan(OUT_OF_REACH));
}

#[test]
fn more_of_anything_is_more_precise() {
    for (name, question) in questions() {
        let design = resolve(&question).unwrap().design;
        let goal = question.goal;
        for tier in [Tier::Schools, Tier::Classrooms, Tier::Students] {
            let own = design.size.of(tier);
            if own == 1 {
                continue;
            }
            let larger = design.with(tier, own + 2);
            assert!(goal.detectable(&larger) < goal.detectable(&design), "{name} {tier:?}");
            assert!(goal.power_at(&larger, 0.2) > goal.power_at(&design, 0.2), "{name} {tier:?}");
        }
        let powers: Vec<f64> = (0..30).map(|i| goal.power_at(&design, 0.05 * f64::from(i))).collect();
        assert!((powers[0] - 0.05).abs() < 1e-12, "{name}: a test of nothing rejects as often as its level says: {}", powers[0]);
        assert!(powers.windows(2).all(|w| w[1] >= w[0]), "{name}");
    }
}

#[test]
fn gains_are_the_rows_on_gains_times_their_sd() {
    // 20 schools × 3 classes × 20 pupils: 0.30 σ with gain scores.
    let gain = Question { analysis: Analysis::Gain, ..school(20, Some(3), 20) };
    let post = Question { icc_school: Some(0.035), icc_class: Some(0.18), ..school(20, Some(3), 20) };
    let (gain, post) = (resolve(&gain).unwrap().design, resolve(&post).unwrap().design);
    let goal = Goal { level: 0.95, power: 0.8 };
    let sd = libm::sqrt(2.0 * (1.0 - 0.77));
    assert!((goal.detectable(&gain) / (sd * goal.detectable(&post)) - 1.0).abs() < 1e-14);
    assert_eq!((goal.detectable(&gain) * 100.0).round(), 30.0);
}

#[test]
fn draws_do_not_depend_on_how_work_is_spread() {
    struct Backwards;
    impl crate::panel::Executor for Backwards {
        fn run(&self, n: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..n).rev().for_each(job);
        }
        fn width(&self) -> usize {
            2
        }
    }
    let question = Question { replicates: 90, drift: Some(0.1), analysis: Analysis::Did, ..school(10, Some(2), 5) };
    assert_eq!(answer(&question, &Serial), answer(&question, &Backwards));
    let other = Question { seed: 1, ..question.clone() };
    assert_ne!(answer(&question, &Serial).unwrap().power, answer(&other, &Serial).unwrap().power);
}
