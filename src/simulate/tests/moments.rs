//! The moments of each world over 200 draws, beside what its parameters say they are.
//!
//! A moment is a function of sums over draws (a ratio of sums, a share of mean components of variance), each of them
//! unbiased, so that small schools bend nothing; its standard error is the jackknife over draws. Effects of profiles
//! and accommodations are set to nothing, as is what a pandemic and a norm do only to some: those are measured on
//! their own below. Large worlds are drawn with a dozen schools, the single school with a dozen like it.

use super::super::scores::Scores;
use super::super::variance;
use super::sums::{Case, FLAGS, PARTS, Sums};
use super::*;

const DRAWS: u64 = 200;
/// Standard errors that a moment may lie from what it should be.
const ERRORS: f64 = 4.0;
/// And beside them, for what the parameters leave out: scores are rounded, who stays stands a little higher, novices
/// do not carry over to the next year.
const ALLOWANCE: f64 = 0.002;

/// A moment: what it should be, and how it comes from sums.
struct Moment {
    name: String,
    expected: f64,
    of: Box<dyn Fn(&Sums) -> f64>,
}

fn ratio(name: impl Into<String>, expected: f64) -> Moment {
    let name = name.into();
    let (above, below) = (name.clone(), format!("of {name}"));
    Moment { name, expected, of: Box::new(move |s| s[&above] / s[&below]) }
}

impl Case {
    /// What the parameters say.
    fn moments(&self) -> Vec<Moment> {
        let p = &self.p;
        let (v, scores) = (|name: &str| p.value(name), Scores::read(p));
        let implied = self.world.draw_with(p, 0, Detail::Only(&["math".to_string()])).truth.implied;
        let left = 1.0 - (1.0 - v("leave_rate")) * (1.0 - v("move_rate"));
        let mut all = vec![
            ratio("share iep", v("iep_share")),
            ratio("share el", v("el_share")),
            ratio("share frl", v("poverty_share")),
            ratio("share female", 0.487),
            ratio("lost after the first year", left),
            ratio("moved, of those who did not leave", v("move_rate")),
            ratio("joined, a seat and year", v("join_rate")),
        ];
        for (k, outcome) in OUTCOMES.into_iter().enumerate() {
            let iep = v(["iep_shift_math", "iep_shift_reading"][k]);
            all.push(ratio(format!("{outcome} missed"), v("missing_rate")));
            all.push(ratio(format!("{outcome} start"), 0.0));
            // Of students with an IEP 65 % are boys, of all 51.3 %: girls score higher by what that makes.
            let girls = iep * v("iep_share") * (0.35 / 0.487 - 0.65 / 0.513);
            for (name, gap) in FLAGS.into_iter().zip([iep, v("el_shift"), v("poverty_shift"), girls]) {
                all.push(ratio(format!("{outcome} gap {name}"), gap));
            }
            if self.two_kinds() {
                let poorer = -libm::sqrt(v("school_variance")) * v("poverty_correlation") * v("poverty_gap");
                all.push(ratio(format!("{outcome} start of profile schools"), poorer));
            }
            // Where all schools are profile schools, all rise.
            let all_rise =
                if self.world.design().mechanism == Mechanism::ProfileSchools && !self.two_kinds() { v("trend_gap") } else { 0.0 };
            for (t, year) in self.calm().into_iter().enumerate().skip(1) {
                let growth = scores.growth(t as i64)[k] - scores.growth(t as i64 - 1)[k];
                all.push(ratio(format!("{outcome} growth {year}"), growth + all_rise));
                if self.two_kinds() {
                    all.push(ratio(format!("{outcome} growth {year} of profile schools"), growth + v("trend_gap")));
                }
                if self.world.design().twins != Twins::None && p.get("norm_comparison").is_none() {
                    all.push(ratio(format!("{outcome} growth {year} of twins"), growth + p.get("norm_shift").unwrap_or(0.0)));
                }
            }
            let total = |of: &str| {
                let names = PARTS.map(|part| format!("{outcome} {of} {part}"));
                move |s: &Sums| names.iter().map(|n| s[n]).sum::<f64>()
            };
            let mut add = |name: String, expected: f64, of: Box<dyn Fn(&Sums) -> f64>| all.push(Moment { name, expected, of });
            for (of, school, class, variance) in [
                ("level", implied.icc_school_level, implied.icc_class_level, variance::total(p)),
                ("gain", implied.icc_school_gain, implied.icc_class_gain, implied.gain_variance),
            ] {
                for (part, icc) in [("school", school), ("class", class)] {
                    let (name, total) = (format!("{outcome} {of} {part}"), total(of));
                    add(format!("ICC of {name}"), icc, Box::new(move |s| s[&name] / total(s)));
                }
                add(format!("variance of {outcome} {of}"), variance, Box::new(total(of)));
            }
            let (before, after, gain) = (total("before"), total("after"), total("gain"));
            let r = move |s: &Sums| 0.5 * (before(s) + after(s) - gain(s)) / libm::sqrt(before(s) * after(s));
            add(format!("{outcome} correlation of two years"), implied.year_to_year_correlation, Box::new(r));
        }
        all
    }

    /// Each moment with what it is and its standard error.
    fn found(&self, moments: &[Moment], draws: u64) -> Vec<(f64, f64)> {
        let each: Vec<Sums> = (0..draws).map(|seed| self.sums(seed)).collect();
        let mut whole = Sums::new();
        each.iter().flatten().for_each(|(name, x)| *whole.entry(name.clone()).or_default() += x / draws as f64);
        let n = draws as f64;
        let without: Vec<Sums> = each
            .iter()
            .map(|own| whole.iter().map(|(k, x)| (k.clone(), (x * n - own.get(k).unwrap_or(&0.0)) / (n - 1.0))).collect())
            .collect();
        let one = |m: &Moment| {
            let left: Vec<f64> = without.iter().map(|s| (m.of)(s)).collect();
            let middle = mean(&left);
            let error = libm::sqrt(left.iter().map(|x| (x - middle) * (x - middle)).sum::<f64>() * (n - 1.0) / n);
            ((m.of)(&whole), error)
        };
        moments.iter().map(one).collect()
    }

    /// The moments that are not what they should be.
    fn wrong(&self, draws: u64) -> Vec<String> {
        self.wrong_in(self, draws)
    }

    /// The moments of another case that are not what they should be in this one.
    fn wrong_in(&self, drawn: &Case, draws: u64) -> Vec<String> {
        let moments = self.moments();
        let off = |(m, (x, error)): (&Moment, (f64, f64))| {
            let near = (x - m.expected).abs() < ERRORS * error + ALLOWANCE;
            let said = || format!("{}: {} is {x:.4} ± {error:.4}, not {:.4}", self.world.card().id, m.name, m.expected);
            (!near).then(said)
        };
        moments.iter().zip(drawn.found(&moments, draws)).filter_map(off).collect()
    }
}

#[test]
fn moments_are_what_the_parameters_say() {
    let wrong: Vec<String> = WORLDS.iter().flat_map(|world| Case::of(*world).wrong(DRAWS)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The test above can fail: draws with one parameter moved are told from those without.
#[test]
fn a_moved_parameter_is_noticed() {
    let case = Case::of(find("violated-trends").unwrap());
    for (name, value, moment) in [
        ("school_variance", 0.26, "ICC of math level school"),
        ("class_variance", 0.12, "ICC of reading level class"),
        ("class_carry_over", 0.6, "ICC of math gain class"),
        ("student_variance", 0.45, "correlation of two years"),
        ("poverty_shift", -0.3, "math gap frl"),
        ("leave_rate", 0.1, "lost after the first year"),
        ("missing_rate", 0.055, "reading missed"),
        ("entering_grade", 1.0, "math growth 2015"),
        ("trend_gap", 0.2, "math growth 2015 of profile schools"),
    ] {
        let moved = Case { world: case.world, p: case.p.clone().with(name, value) };
        let wrong = case.wrong_in(&moved, 60);
        assert!(wrong.iter().any(|w| w.contains(moment)), "{name}: {wrong:?}");
    }
}

/// With what it does to poor schools left out, a pandemic takes away what it says, and gives back what it says.
#[test]
fn a_pandemic_takes_and_recovery_gives_back() {
    let mut case = Case::of(find("pandemic").unwrap());
    for name in ["pandemic_poverty", "recovery_poverty"] {
        case.p = case.p.with(name, 0.0);
    }
    let (scores, v) = (Scores::read(&case.p), |name: &str| case.p.value(name));
    let mut moments = Vec::new();
    for (k, outcome) in OUTCOMES.into_iter().enumerate() {
        let loss = v(["pandemic_math", "pandemic_reading"][k]);
        for (year, change) in [(2021, loss), (2022, -v("pandemic_recovery") * loss), (2023, -v("pandemic_recovery") * loss)] {
            let t = year - case.p.whole("first_year");
            let growth = scores.growth(t)[k] - scores.growth(t - 1)[k];
            moments.push(ratio(format!("{outcome} growth {year}"), growth + change));
        }
    }
    for (m, (x, error)) in moments.iter().zip(case.found(&moments, DRAWS)) {
        assert!((x - m.expected).abs() < ERRORS * error + ALLOWANCE && error < 0.01, "{}: {x} ± {error}, not {}", m.name, m.expected);
    }
}

/// A school's district and state, and its mean.
type Place = (u32, u32, f64);

/// Schools of a district have in common what district and state add, schools of other districts what the state adds.
#[test]
fn neighbours_share_what_districts_and_states_add() {
    let world = find("forty-states").unwrap();
    let mut p = world.parameters();
    for (name, value) in [("schools", 48.0), ("districts", 24.0), ("states", 8.0), ("profile_schools", 1.0), ("classrooms", 1.0)] {
        p = p.with(name, value);
    }
    let names = ["school_id", "district_id", "state_id", "year", "math"].map(String::from);
    let (mut district, mut state) = (Vec::new(), Vec::new());
    for seed in 0..DRAWS {
        let c = world.draw_with(&p, seed, Detail::Only(&names)).cohort;
        let [school, of_district, of_state, year, math] = names.each_ref().map(|name| numbers(&c, name));
        let mut schools: BTreeMap<u32, (u32, u32, Vec<f64>)> = BTreeMap::new();
        for i in (0..c.n_rows).filter(|&i| year[i] == 2016.0 && !math[i].is_nan()) {
            let own = schools.entry(school[i] as u32).or_insert((of_district[i] as u32, of_state[i] as u32, Vec::new()));
            own.2.push((math[i] - 200.0) / 15.0);
        }
        let all: Vec<Place> = schools.into_values().map(|(d, s, y)| (d, s, mean(&y))).collect();
        let pairs = || all.iter().enumerate().flat_map(|(i, a)| all[..i].iter().map(move |b| (a, b)));
        let product = |is: fn(&Place, &Place) -> bool| mean(&pairs().filter(|(a, b)| is(a, b)).map(|(a, b)| a.2 * b.2).collect::<Vec<_>>());
        district.push(product(|a, b| a.0 == b.0));
        state.push(product(|a, b| a.0 != b.0 && a.1 == b.1));
    }
    for (found, expected) in [(district, p.value("district_variance") + p.value("state_variance")), (state, p.value("state_variance"))] {
        let middle = mean(&found);
        let error = libm::sqrt(found.iter().map(|x| (x - middle) * (x - middle)).sum::<f64>()) / DRAWS as f64;
        assert!((middle - expected).abs() < ERRORS * error && error < 0.25 * expected, "{middle} ± {error}, not {expected}");
    }
}
