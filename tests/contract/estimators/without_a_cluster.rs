//! Effects without a cluster are those of the other clusters.

use super::{World, worlds};
use didact::estimate::{Chosen, Estimand, Sample};
use didact::panel::{Panel, Serial};

/// Without covariates the effects without a cluster come from sums less its own: they are those of a fit to the others.
#[test]
fn effects_without_a_cluster_are_those_of_the_others() {
    let all = |w: World| w;
    let gaps = |mut w: World| {
        let mut at = 0;
        w.rows.retain(|_| {
            at += 1;
            at % 17 != 3
        });
        w
    };
    let fitted = |world: &World| {
        let chosen = Chosen::parse("callaway-santanna").expect("known");
        let panel = Panel::build(&world.cohort(), &world.spec(chosen.estimator)).expect("a sound sample");
        let fit = chosen.estimator.fit(&Sample::new(&panel, &Serial), &chosen.options).expect("a fit");
        let left = fit.leave_one_out(&Serial);
        (fit, left)
    };
    let mut compared = 0;
    for world in worlds().into_iter().map(all).chain(worlds().into_iter().map(gaps)).filter(|w| !w.arms) {
        let school = world.at("school");
        let (fit, left) = fitted(&world);
        let mut schools: Vec<String> = world.rows.iter().map(|r| r[school].clone()).collect();
        schools.sort();
        schools.dedup();
        let t = fit.targets.iter().position(|t| t.estimand == Estimand::Overall).expect("an overall effect");
        let mut found: Vec<f64> = left.iter().filter_map(|l| l[t]).collect();
        let mut by_hand: Vec<f64> = schools
            .iter()
            .filter_map(|own| {
                let mut others = world.clone();
                others.rows.retain(|r| r[school] != *own);
                fitted(&others).0.estimates[t].as_ref().ok().copied()
            })
            .collect();
        found.sort_by(f64::total_cmp);
        by_hand.sort_by(f64::total_cmp);
        assert_eq!(found.len(), by_hand.len(), "{}", world.name);
        assert!(
            found.iter().zip(&by_hand).all(|(a, b)| (a - b).abs() <= 1e-10 * b.abs().max(1.0)),
            "{}: {found:?} {by_hand:?}",
            world.name
        );
        compared += found.len();
    }
    assert!(compared > 50, "{compared}");
}
