//! Every option of every estimator does something or is refused, and nonsense is refused.

use crate::estimators::{METHODS, World, run_by, text, worlds};
use didact::estimate::{Chosen, ESTIMATORS, Values};
use didact::panel::Serial;

/// The values of an option that are not its default; of a number or window several, of which one must do.
fn others(values: &Values) -> Vec<Vec<String>> {
    match values {
        Values::OneOf(words) => words[1..].iter().map(|w| vec![(*w).to_string()]).collect(),
        Values::Whole { low, high, default } => {
            let near = [default + 1, default + 2, default - 1, *low, *high];
            vec![near.into_iter().filter(|v| v != default && low <= v && v <= high).map(|v| v.to_string()).collect()]
        }
        Values::Draws { .. } => vec![vec!["333".into()]],
        Values::Window => vec![vec!["-2..1".into(), "0..1".into()]],
        Values::Name => vec![vec!["math".into()]],
        Values::Sizes { .. } => vec![vec!["0.5".into()]],
        Values::Words { .. } => Vec::new(),
        Values::Numbers { above, below, .. } => vec![vec![format!("{};{}", above + 0.3 * (below - above), above + 0.6 * (below - above))]],
    }
}

/// Each value by itself and beside every value of every other option, with and without covariates, by methods asked for and by the
/// estimator's own: at least once the answer must be another one.
#[test]
fn every_option_does_something_somewhere() {
    let mut all = worlds();
    all.push(all[0].clone().by_unit());
    all.extend(worlds().into_iter().map(World::with_covariates));
    all.extend(worlds().into_iter().take(2).map(World::weighted));
    all.extend(worlds().into_iter().take(1).map(World::changing));
    let mut silent = Vec::new();
    for estimator in ESTIMATORS {
        let card = estimator.card();
        for option in card.options {
            let mut contexts = vec![String::new()];
            for beside in card.options.iter().filter(|o| o.key != option.key) {
                contexts.extend(others(&beside.values).iter().flatten().map(|v| format!("{}={v},", beside.key)));
            }
            let differs = |world: &World, context: &str, value: &str, methods: &[&str]| {
                let with = run_by(world, &format!("{}:{context}{}={value}", card.id, option.key), methods, &Serial);
                let Ok(with) = with else { return false };
                let without = run_by(world, format!("{}:{context}", card.id).trim_end_matches([',', ':']), methods, &Serial);
                without.is_ok_and(|without| text(&with) != text(&without))
            };
            for values in others(&option.values) {
                let somewhere = |methods: &[&str]| {
                    values
                        .iter()
                        .any(|value| contexts.iter().any(|context| all.iter().any(|world| differs(world, context, value, methods))))
                };
                if !somewhere(&METHODS) && !somewhere(&[]) {
                    silent.push(format!("{}:{}={}", card.id, option.key, values.join(" or ")));
                }
            }
        }
    }
    assert!(silent.is_empty(), "these options change nothing: {silent:#?}");
}

/// What cannot be understood is refused, whatever the estimator.
#[test]
fn values_out_of_range_are_refused() {
    for estimator in ESTIMATORS {
        for option in estimator.card().options {
            let bad = match option.values {
                Values::Whole { low, high, .. } => vec![(low - 1).to_string(), (high + 1).to_string(), "1.5".into(), String::new()],
                Values::Numbers { above, below, .. } => {
                    [above.to_string(), below.to_string(), "30;30".into(), "x".into(), ";".into(), "nan".into(), String::new()].into()
                }
                Values::Window => vec!["3..1".into(), "a..b".into()],
                Values::Name => vec![String::new()],
                Values::Sizes { .. } => vec!["-1".into(), "none".into()],
                Values::Words { .. } => vec![String::new(), "a|a".into(), "auto|a".into()],
                Values::OneOf(_) | Values::Draws { .. } => vec!["nonsense".into(), String::new()],
            };
            for value in bad {
                let text = format!("{}:{}={value}", estimator.card().id, option.key);
                assert!(Chosen::parse(&text).is_err(), "{text}");
            }
        }
    }
}
