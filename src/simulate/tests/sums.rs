//! What is summed over a draw of a world to measure its moments.

use super::components::Components;
use super::*;

pub(super) const FLAGS: [&str; 4] = ["iep", "el", "frl", "female"];
pub(super) const PARTS: [&str; 3] = ["within", "class", "school"];
/// Schools without and with profiles, where these differ.
const KINDS: [&str; 2] = ["", " of profile schools"];

/// Sums of a draw by name.
pub(super) type Sums = BTreeMap<String, f64>;

/// Adds to the two sums whose ratio has this name.
fn count(sums: &mut Sums, name: impl Into<String>, above: f64, below: f64) {
    let name = name.into();
    *sums.entry(format!("of {name}")).or_default() += below;
    *sums.entry(name).or_default() += above;
}

/// A world as it is drawn here.
pub(super) struct Case {
    pub world: &'static dyn World,
    pub p: Parameters,
}

impl Case {
    pub(super) fn of(world: &'static dyn World) -> Case {
        let mut p = few_schools(world.parameters());
        let schools = p.value("schools");
        for (name, value) in [("effect", 0.0), ("effect_sd", 0.0), ("accommodation_gain", 0.0), ("norm_comparison", 0.0)] {
            p = if p.get(name).is_some() { p.with(name, value) } else { p };
        }
        // Each school a district and a state of its own: what these add is then between schools.
        if p.get("states").is_some() {
            p = p.with("states", schools).with("districts", schools);
        }
        Case { world, p }
    }

    /// Whether profile schools differ from others of the same study.
    pub(super) fn two_kinds(&self) -> bool {
        self.world.design().mechanism == Mechanism::ProfileSchools && !self.p.held("profile_schools")
    }

    /// Years in which nothing but growth moves the mean: before a pandemic.
    pub(super) fn calm(&self) -> Vec<i64> {
        let last = self.p.get("pandemic_year").map_or(self.p.whole("last_year"), |year| year as i64 - 1);
        (self.p.whole("first_year")..=last).collect()
    }

    pub(super) fn sums(&self, seed: u64) -> Sums {
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
