//! The moments of each world over 200 draws, beside what its parameters say they are.
//!
//! A moment is a function of sums over draws (a ratio of sums, a share of mean components of variance), each of them
//! unbiased, so that small schools bend nothing; its standard error is the jackknife over draws. Effects of profiles
//! and accommodations are set to nothing, as is what a pandemic and a norm do only to some: those are measured on
//! their own below. Large worlds are drawn with a dozen schools, the single school with a dozen like it.

use super::super::scores::Scores;
use super::super::variance;
use super::components::Components;
use super::*;

const DRAWS: u64 = 200;
/// Standard errors that a moment may lie from what it should be.
const ERRORS: f64 = 4.0;
/// And beside them, for what the parameters leave out: scores are rounded, who stays stands a little higher, novices
/// do not carry over to the next year.
const ALLOWANCE: f64 = 0.002;
const FLAGS: [&str; 4] = ["iep", "el", "frl", "female"];
const PARTS: [&str; 3] = ["within", "class", "school"];
/// Schools without and with profiles, where these differ.
const KINDS: [&str; 2] = ["", " of profile schools"];

/// Sums of a draw by name.
type Sums = BTreeMap<String, f64>;

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

/// Adds to the two sums of a [`ratio`].
fn count(sums: &mut Sums, name: impl Into<String>, above: f64, below: f64) {
    let name = name.into();
    *sums.entry(format!("of {name}")).or_default() += below;
    *sums.entry(name).or_default() += above;
}

/// A world as it is drawn here.
struct Case {
    world: &'static dyn World,
    p: Parameters,
}

impl Case {
    fn of(world: &'static dyn World) -> Case {
        let mut p = few_schools(world.parameters());
        let schools = p.value("schools");
        for (name, value) in [("effect", 0.0), ("effect_sd", 0.0), ("accommodation_gain", 0.0), ("norm_comparison", 0.0)] {
            p = if p.get(name).is_some() { p.with(name, value) } else { p };
        }
        // Each school a district and a state of its own: what these add is then between schools.
        for name in ["states", "districts"] {
            p = if p.get(name).is_some() { p.with(name, schools) } else { p };
        }
        Case { world, p }
    }

    /// Whether profile schools differ from others of the same study.
    fn two_kinds(&self) -> bool {
        self.world.design().mechanism == Mechanism::ProfileSchools && !self.p.held("profile_schools")
    }

    /// Years in which nothing but growth moves the mean: before a pandemic.
    fn calm(&self) -> Vec<i64> {
        let last = self.p.get("pandemic_year").map_or(self.p.whole("last_year"), |year| year as i64 - 1);
        (self.p.whole("first_year")..=last).collect()
    }

    fn sums(&self, seed: u64) -> Sums {
        let names = ["student_id", "classroom_id", "school_id", "year", "math", "reading", "iep", "el", "frl", "female", "record"];
        let d = self.world.draw_with(&self.p, seed, Detail::Only(&names.map(String::from)));
        let c = &d.cohort;
        let [student, room, school, year] = ["student_id", "classroom_id", "school_id", "year"].map(|n| numbers(c, n));
        let flags = FLAGS.map(|name| (name, numbers(c, name)));
        let twin = twins(c);
        let (first, profile, two_kinds) = (self.p.value("first_year"), self.p.value("profile_schools"), self.two_kinds());
        let with = |school: f64| two_kinds && school <= profile;
        let mut sums = Sums::new();
        let start: Vec<usize> = (0..c.n_rows).filter(|&i| year[i] == first && !twin[i]).collect();
        let next: Vec<usize> = (0..c.n_rows - 1).filter(|&i| student[i] == student[i + 1]).collect();
        for (name, flag) in &flags {
            let values: Vec<f64> = start.iter().filter(|&&i| !with(school[i])).map(|&i| flag[i]).collect();
            count(&mut sums, format!("share {name}"), values.iter().sum(), values.len() as f64);
        }
        let stayed = next.iter().filter(|&&i| year[i] == first && !twin[i]).count();
        count(&mut sums, "lost after the first year", (start.len() - stayed) as f64, start.len() as f64);
        let (l, n_years) = (&d.truth.losses, self.p.value("last_year") - first);
        count(&mut sums, "moved, of those who did not leave", l.moved_rate, 1.0 - l.left_rate);
        let seats = (d.truth.sizes.n_students - l.joined) as f64;
        count(&mut sums, "joined, a seat and year", l.joined as f64, seats * n_years);
        let rows = twin.iter().filter(|twin| !**twin).count() as f64;
        for outcome in OUTCOMES {
            let y: Vec<f64> = numbers(c, outcome).iter().map(|y| (y - 200.0) / 15.0).collect();
            let missed = (0..c.n_rows).filter(|&i| !twin[i] && y[i].is_nan()).count() as f64;
            count(&mut sums, format!("{outcome} missed"), missed, rows);
            let pairs: Vec<usize> = next.iter().copied().filter(|&i| !y[i].is_nan() && !y[i + 1].is_nan()).collect();
            let mut growth: BTreeMap<(i64, &str), (f64, f64)> = BTreeMap::new();
            for &i in &pairs {
                let kind = if twin[i] { " of twins" } else { KINDS[usize::from(with(school[i]))] };
                let (sum, n) = growth.entry((year[i + 1] as i64, kind)).or_default();
                (*sum, *n) = (*sum + y[i + 1] - y[i], *n + 1.0);
            }
            growth.iter().for_each(|((year, kind), (sum, n))| count(&mut sums, format!("{outcome} growth {year}{kind}"), *sum, *n));
            let known: Vec<usize> = start.iter().copied().filter(|&i| !y[i].is_nan()).collect();
            for (kind, is) in KINDS.into_iter().zip([false, true]) {
                let values: Vec<f64> = known.iter().filter(|&&i| with(school[i]) == is).map(|&i| y[i]).collect();
                count(&mut sums, format!("{outcome} start{kind}"), values.iter().sum(), values.len() as f64);
            }
            for (name, flag) in &flags {
                let (above, below) = gap(known.iter().map(|&i| (school[i] as u32, flag[i] == 1.0, y[i])));
                count(&mut sums, format!("{outcome} gap {name}"), above, below);
            }
            let mut components = |name: &str, rows: &[usize], x: Vec<f64>| {
                let of = |codes: &[f64]| rows.iter().map(|&i| codes[i] as u32).collect::<Vec<_>>();
                let found = Components::of(&x, &of(&room), &of(&school), |s| with(f64::from(s)));
                for (part, value) in PARTS.into_iter().zip([found.within, found.class, found.school]) {
                    sums.insert(format!("{outcome} {name} {part}"), value);
                }
            };
            components("level", &known, known.iter().map(|&i| y[i]).collect());
            let both: Vec<usize> = pairs.into_iter().filter(|&i| year[i] == first && !twin[i]).collect();
            components("before", &both, both.iter().map(|&i| y[i]).collect());
            components("after", &both, both.iter().map(|&i| y[i + 1]).collect());
            components("gain", &both, both.iter().map(|&i| y[i + 1] - y[i]).collect());
        }
        sums
    }

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

/// The difference between students with and without a flag in the same school, as two sums.
fn gap(rows: impl Iterator<Item = (u32, bool, f64)>) -> (f64, f64) {
    let mut schools: BTreeMap<u32, [(f64, f64); 2]> = BTreeMap::new();
    for (school, flag, y) in rows {
        let (n, sum) = &mut schools.entry(school).or_default()[usize::from(flag)];
        (*n, *sum) = (*n + 1.0, *sum + y);
    }
    schools.into_values().filter(|s| s[0].0 > 0.0 && s[1].0 > 0.0).fold((0.0, 0.0), |(above, below), [(n0, s0), (n1, s1)]| {
        let weight = n0 * n1 / (n0 + n1);
        (above + weight * (s1 / n1 - s0 / n0), below + weight)
    })
}

/// Rows that are no students of the study.
fn twins(c: &Cohort) -> Vec<bool> {
    match c.column("record").map(|x| &x.data) {
        Some(Data::Text(t)) => t.codes.iter().map(|code| t.levels[*code as usize] != "student").collect(),
        _ => vec![false; c.n_rows],
    }
}

/// At most a dozen schools, six of them with profiles where schools decide, of three classrooms.
fn few_schools(p: Parameters) -> Parameters {
    let p = p.with("schools", 12.0).with("classrooms", 3.0);
    if p.held("profile_schools") { p } else { p.with("profile_schools", 6.0) }
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
        ("school_variance", 0.2, "ICC of math level school"),
        ("class_variance", 0.09, "ICC of reading level class"),
        ("class_carry_over", 0.6, "ICC of math gain class"),
        ("student_variance", 0.5, "correlation of two years"),
        ("poverty_shift", -0.35, "math gap frl"),
        ("leave_rate", 0.08, "lost after the first year"),
        ("missing_rate", 0.045, "reading missed"),
        ("entering_grade", 4.0, "math growth 2015"),
        ("trend_gap", 0.06, "math growth 2015 of profile schools"),
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
        let all: Vec<(u32, u32, f64)> = schools.into_values().map(|(d, s, y)| (d, s, mean(&y))).collect();
        let pairs = || all.iter().enumerate().flat_map(|(i, a)| all[..i].iter().map(move |b| (a, b)));
        let product = |is: &dyn Fn(&(u32, u32, f64), &(u32, u32, f64)) -> bool| {
            mean(&pairs().filter(|(a, b)| is(a, b)).map(|(a, b)| a.2 * b.2).collect::<Vec<_>>())
        };
        district.push(product(&|a, b| a.0 == b.0));
        state.push(product(&|a, b| a.0 != b.0 && a.1 == b.1));
    }
    for (found, expected) in [(district, p.value("district_variance") + p.value("state_variance")), (state, p.value("state_variance"))] {
        let middle = mean(&found);
        let error = libm::sqrt(found.iter().map(|x| (x - middle) * (x - middle)).sum::<f64>()) / DRAWS as f64;
        assert!((middle - expected).abs() < ERRORS * error && error < 0.25 * expected, "{middle} ± {error}, not {expected}");
    }
}

/// Rows that are no students of the study.
fn twins(c: &Cohort) -> Vec<bool> {
    match c.column("record").map(|x| &x.data) {
        Some(Data::Text(t)) => t.codes.iter().map(|code| t.levels[*code as usize] != "student").collect(),
        _ => vec![false; c.n_rows],
    }
}

/// At most a dozen schools, six of them with profiles where schools decide, of three classrooms.
fn few_schools(p: Parameters) -> Parameters {
    let p = p.with("schools", 12.0).with("classrooms", 3.0);
    if p.held("profile_schools") { p } else { p.with("profile_schools", 6.0) }
}
