//! Sums of scores with and without profiles, in whole tenths of a point, so that no order of adding changes them.

use super::Parameters;
use super::students::Student;
use super::truth::{Dose, DoseEffect, OtherEffect, OutcomeScale, TrueEffect, Violation};

/// Flags by which effects are told apart, in the order of their bits.
pub const SUBGROUPS: [&str; 4] = ["iep", "el", "frl", "female"];
const N_KINDS: usize = 16;
const DOSE_BINS: usize = 10;

/// What a row says of one outcome, in tenths of a point.
#[derive(Clone, Copy, Default)]
pub(super) struct Outcome {
    /// Nobody has profiles, whatever this student does.
    pub none: i32,
    /// The student is not assigned to profiles: who gets them anyway has them where the row is treated.
    pub without: i32,
    /// This student has, and uses them as the group does that is to have them.
    pub with: i32,
    /// As it was recorded.
    pub observed: i32,
    /// What the student would have scored without a profile, the others' profiles being what they are.
    pub beside: i32,
    /// The student has none, and the school's others have theirs.
    pub spilled: i32,
    /// As for everyone, with accommodations in testing.
    pub accommodated: i32,
    /// Used from the first year of take-up on, whoever the student is.
    pub everyone: i32,
    /// Whether the score was recorded.
    pub seen: bool,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    n: i64,
    effect: i64,
    untreated: i64,
    measured: i64,
    beside: i64,
}

#[derive(Clone, Copy, Default)]
struct Mean {
    n: i64,
    tenths: i64,
}

impl Mean {
    fn add(&mut self, tenths: i32) {
        self.n += 1;
        self.tenths += i64::from(tenths);
    }

    fn join(&mut self, other: &Mean) {
        self.n += other.n;
        self.tenths += other.tenths;
    }

    fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.tenths as f64 / (10.0 * self.n as f64))
    }
}

/// The sums of a block of schools.
#[derive(Clone)]
pub(super) struct Tally {
    outcomes: Vec<&'static str>,
    first_year: i64,
    first_group: i64,
    n_years: usize,
    n_groups: usize,
    /// Whether more is asked for than the effects on those treated.
    whole: bool,
    /// By outcome, group (never last), year and kind of student.
    cells: Vec<Cell>,
    /// Untreated scores of everyone, recorded or not, by outcome, group and year.
    all: Vec<Mean>,
    /// Squares of untreated scores of never-treated students in the first year, by outcome.
    squares: Vec<i64>,
    spilled: Vec<Mean>,
    /// By outcome and kind of student.
    compliers: Vec<Mean>,
    everyone: Vec<Mean>,
    /// By outcome and tenth of the dose: effects, and doses in thousandths.
    doses: Vec<(Mean, i64)>,
    /// By outcome and kind of student: doses of treated rows, in millionths.
    total_doses: Vec<i64>,
}

/// The subgroups whose effects are told, each as the place of its flag and the flag's value.
fn subgroups() -> impl Iterator<Item = (usize, usize)> {
    (0..SUBGROUPS.len()).flat_map(|bit| [(bit, 0), (bit, 1)])
}

/// The kinds of student that belong to a subgroup; all, where there is none.
fn kinds(subgroup: Option<(usize, usize)>) -> impl Iterator<Item = usize> {
    (0..N_KINDS).filter(move |kind| subgroup.is_none_or(|(bit, value)| kind >> bit & 1 == value))
}

/// A subgroup's column and value.
fn named((bit, value): (usize, usize)) -> (String, String) {
    (SUBGROUPS[bit].to_string(), value.to_string())
}

/// Which row it is.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub student: &'a Student,
    pub group: Option<i64>,
    pub year: i64,
    /// Would use profiles if assigned to them, and only then.
    pub complier: bool,
    /// Fidelity of the classroom or part of the full dose, 0 to 1.
    pub dose: f64,
}

impl Tally {
    pub(super) fn new(p: &Parameters, outcomes: &[&'static str], whole: bool) -> Self {
        let n_years = (p.whole("last_year") - p.whole("first_year") + 1) as usize;
        let n_groups = (p.last_take_up() - p.whole("first_take_up") + 1) as usize + 1;
        let n = outcomes.len();
        Tally {
            outcomes: outcomes.to_vec(),
            first_year: p.whole("first_year"),
            first_group: p.whole("first_take_up"),
            n_years,
            n_groups,
            whole,
            cells: vec![Cell::default(); n * n_groups * n_years * N_KINDS],
            all: vec![Mean::default(); n * n_groups * n_years],
            squares: vec![0; n],
            spilled: vec![Mean::default(); n],
            compliers: vec![Mean::default(); n * N_KINDS],
            everyone: vec![Mean::default(); n],
            doses: vec![(Mean::default(), 0); n * DOSE_BINS],
            total_doses: vec![0; n * N_KINDS],
        }
    }

    /// Notes a row's outcomes.
    #[inline]
    pub(super) fn row(&mut self, at: At<'_>, outcomes: &[Outcome]) {
        let treated = at.group.is_some_and(|g| at.year >= g);
        let group = at.group.map_or(self.n_groups - 1, |g| (g - self.first_group) as usize);
        let t = (at.year - self.first_year) as usize;
        let s = at.student;
        let kind = [s.iep.is_some(), s.el, s.frl, s.female].iter().enumerate().fold(0, |k, (bit, is)| k | usize::from(*is) << bit);
        for (k, o) in outcomes.iter().enumerate() {
            let place = (k * self.n_groups + group) * self.n_years + t;
            if self.whole {
                self.more(&at, place, k, o, treated);
            }
            if !o.seen {
                continue;
            }
            let cell = &mut self.cells[place * N_KINDS + kind];
            cell.n += 1;
            cell.untreated += i64::from(o.without);
            if treated {
                cell.effect += i64::from(o.with - o.without);
                cell.measured += i64::from(o.observed - o.without);
                cell.beside += i64::from(o.with - o.beside);
                self.total_doses[k * N_KINDS + kind] += (at.dose * 1e6).round() as i64;
                if at.complier {
                    self.compliers[k * N_KINDS + kind].add(o.with - o.without);
                }
            } else if group == self.n_groups - 1 && t == 0 {
                self.squares[k] += i64::from(o.without) * i64::from(o.without);
            }
        }
    }

    /// Notes what only the whole truth needs.
    fn more(&mut self, at: &At<'_>, place: usize, k: usize, o: &Outcome, treated: bool) {
        self.all[place].add(o.without);
        if !o.seen {
            return;
        }
        if treated {
            let bin = ((at.dose * DOSE_BINS as f64) as usize).min(DOSE_BINS - 1);
            let (effects, doses) = &mut self.doses[k * DOSE_BINS + bin];
            effects.add(o.with - o.without);
            *doses += (at.dose * 1000.0) as i64;
        } else if o.beside != o.without {
            self.spilled[k].add(o.beside - o.without);
        }
        if at.year >= self.first_group {
            self.everyone[k].add(o.everyone - o.without);
        }
    }

    /// Notes a row of a comparison that is no student of the study: untreated in any year. Scores by outcome, where there are some.
    pub(super) fn comparison(&mut self, year: i64, scores: &[Option<i32>]) {
        let t = (year - self.first_year) as usize;
        for (k, score) in scores.iter().enumerate().filter_map(|(k, s)| Some((k, (*s)?))) {
            let place = (k * self.n_groups + self.n_groups - 1) * self.n_years + t;
            self.all[place].add(score);
            let cell = &mut self.cells[place * N_KINDS];
            cell.n += 1;
            cell.untreated += i64::from(score);
            if t == 0 {
                self.squares[k] += i64::from(score) * i64::from(score);
            }
        }
    }

    /// Adds another block's sums.
    pub(super) fn join(&mut self, other: &Tally) {
        for (a, b) in self.cells.iter_mut().zip(&other.cells) {
            *a = Cell {
                n: a.n + b.n,
                effect: a.effect + b.effect,
                untreated: a.untreated + b.untreated,
                measured: a.measured + b.measured,
                beside: a.beside + b.beside,
            };
        }
        self.squares.iter_mut().zip(&other.squares).for_each(|(a, b)| *a += b);
        let pairs = [
            (&mut self.all, &other.all),
            (&mut self.spilled, &other.spilled),
            (&mut self.compliers, &other.compliers),
            (&mut self.everyone, &other.everyone),
        ];
        pairs.into_iter().for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| a.join(b)));
        for (a, b) in self.doses.iter_mut().zip(&other.doses) {
            a.0.join(&b.0);
            a.1 += b.1;
        }
        self.total_doses.iter_mut().zip(&other.total_doses).for_each(|(a, b)| *a += b);
    }

    fn cells(&self, k: usize, group: usize, t: usize) -> &[Cell] {
        let from = ((k * self.n_groups + group) * self.n_years + t) * N_KINDS;
        &self.cells[from..from + N_KINDS]
    }

    /// The cells with profiles: first year with them, year, sums by kind of student.
    fn treated(&self, k: usize) -> impl Iterator<Item = (i64, i64, &[Cell])> + '_ {
        (0..self.n_groups - 1).flat_map(move |g| {
            (0..self.n_years).filter_map(move |t| {
                let (group, year) = (self.first_group + g as i64, self.first_year + t as i64);
                (year >= group).then(|| (group, year, self.cells(k, g, t)))
            })
        })
    }

    /// The scale of each outcome.
    pub(super) fn scales(&self) -> Vec<OutcomeScale> {
        let one = |(k, name): (usize, &&str)| {
            let cells = self.cells(k, self.n_groups - 1, 0);
            let n: i64 = cells.iter().map(|c| c.n).sum();
            let sum = i128::from(cells.iter().map(|c| c.untreated).sum::<i64>());
            let centred = i128::from(n) * i128::from(self.squares[k]) - sum * sum;
            let variance = if n < 2 { None } else { Some(centred as f64 / (i128::from(n) * i128::from(n - 1)) as f64) };
            OutcomeScale { outcome: (*name).into(), untreated_sd: variance.map(|v| libm::sqrt(v) / 10.0), n: n as usize }
        };
        self.outcomes.iter().enumerate().map(one).collect()
    }

    /// The true effects of each outcome, of everyone and of each subgroup.
    pub(super) fn effects(&self) -> Vec<TrueEffect> {
        let mut effects = Vec::new();
        for k in 0..self.outcomes.len() {
            self.of(&mut effects, k, None);
        }
        for k in 0..self.outcomes.len() {
            for subgroup in subgroups() {
                self.of(&mut effects, k, Some(subgroup));
            }
        }
        effects
    }

    /// Adds the effects on one outcome, of everyone or of one subgroup.
    fn of(&self, effects: &mut Vec<TrueEffect>, k: usize, subgroup: Option<(usize, usize)>) {
        self.push(effects, k, subgroup, "overall", |_, _| [None; 3]);
        self.events(effects, k, subgroup);
        self.push(effects, k, subgroup, "group", |g, _| [Some(g), None, None]);
        self.push(effects, k, subgroup, "calendar", |_, t| [None, Some(t), None]);
        self.push(effects, k, subgroup, "group-time", |g, t| [Some(g), Some(t), Some(t - g)]);
    }

    /// Effects by event time, and before them their plain mean.
    fn events(&self, effects: &mut Vec<TrueEffect>, k: usize, subgroup: Option<(usize, usize)>) {
        let before = effects.len();
        self.push(effects, k, subgroup, "event", |g, t| [None, None, Some(t - g)]);
        let events = &effects[before..];
        if let Some(first) = events.first() {
            let value = events.iter().map(|e| e.value).sum::<f64>() / events.len() as f64;
            let n = events.iter().map(|e| e.n).sum();
            let mean = TrueEffect { estimand: "overall-dynamic".into(), event_time: None, value, n, ..first.clone() };
            effects.insert(before, mean);
        }
    }

    /// Adds the effects of one estimand: the cells with the same key together.
    fn push(
        &self,
        into: &mut Vec<TrueEffect>,
        k: usize,
        subgroup: Option<(usize, usize)>,
        estimand: &str,
        key: impl Fn(i64, i64) -> [Option<i64>; 3],
    ) {
        let mut sums: std::collections::BTreeMap<[Option<i64>; 3], Mean> = std::collections::BTreeMap::new();
        for (g, t, cells) in self.treated(k) {
            let sum = kinds(subgroup).fold(Mean::default(), |s, i| Mean { n: s.n + cells[i].n, tenths: s.tenths + cells[i].effect });
            if sum.n > 0 {
                sums.entry(key(g, t)).or_default().join(&sum);
            }
        }
        into.extend(sums.into_iter().map(|([group, period, event_time], sum)| TrueEffect {
            outcome: self.outcomes[k].into(),
            estimand: estimand.into(),
            group,
            period,
            event_time,
            subgroup: subgroup.map(named),
            value: sum.tenths as f64 / (10.0 * sum.n as f64),
            n: sum.n as usize,
        }));
    }

    /// Effects of other kinds, where they differ from the effect on those treated.
    pub(super) fn others(&self) -> Vec<OtherEffect> {
        let mut others = Vec::new();
        for (k, outcome) in self.outcomes.iter().enumerate() {
            let mut within = |subgroup: Option<(usize, usize)>, estimand: &str, meaning: &str, mean: Mean| {
                if let Some(value) = mean.value() {
                    others.push(OtherEffect {
                        outcome: (*outcome).into(),
                        estimand: estimand.into(),
                        meaning: meaning.into(),
                        subgroup: subgroup.map(named),
                        value,
                        n: mean.n as usize,
                    });
                }
            };
            let sum = |f: fn(&Cell) -> i64| {
                self.treated(k).flat_map(|(_, _, cells)| cells).fold(Mean::default(), |s, c| Mean { n: s.n + c.n, tenths: s.tenths + f(c) })
            };
            let (effect, measured, net) = (sum(|c| c.effect), sum(|c| c.measured), sum(|c| c.beside));
            let compliers = |subgroup| {
                kinds(subgroup).fold(Mean::default(), |mut s, kind| {
                    s.join(&self.compliers[k * N_KINDS + kind]);
                    s
                })
            };
            if compliers(None).n != effect.n {
                let meaning = "the effect on those who use profiles when they are to, and only then";
                for subgroup in std::iter::once(None).chain(subgroups().map(Some)) {
                    within(subgroup, "compliers", meaning, compliers(subgroup));
                }
            }
            let mut add = |estimand: &str, meaning: &str, mean: Mean| within(None, estimand, meaning, mean);
            add(
                "everyone",
                "the effect on all students of all years from the first take-up on, had everyone had profiles since then",
                self.everyone[k],
            );
            if measured.tenths != effect.tenths {
                add(
                    "measured",
                    "the difference in recorded scores: the effect, with what accommodations in testing add, and without those who did not use profiles",
                    measured,
                );
            }
            if self.spilled[k].n > 0 {
                add("spillover", "the effect that others' profiles have on students without, where there is one", self.spilled[k]);
                add("net-of-spillover", "the effect on those treated beyond what others' profiles would have done for them", net);
            }
        }
        others
    }

    /// The effect by dose.
    pub(super) fn doses(&self) -> Vec<Dose> {
        let mut out = Vec::new();
        for (k, outcome) in self.outcomes.iter().enumerate() {
            for (effects, doses) in &self.doses[k * DOSE_BINS..(k + 1) * DOSE_BINS] {
                if let Some(value) = effects.value() {
                    let dose = *doses as f64 / (1000.0 * effects.n as f64);
                    out.push(Dose { outcome: (*outcome).into(), dose, value, n: effects.n as usize });
                }
            }
        }
        out
    }

    /// The effect of the full dose on each outcome that grows with it in proportion, of everyone and of each subgroup: the ratio of all
    /// effects to all doses. `column`, `full`: where the dose stands, and from which value on more has no more effect.
    pub(super) fn dose_effects(&self, column: &str, full: f64) -> Vec<DoseEffect> {
        let mut out = Vec::new();
        // Skills are mastered or not: their number does not grow in proportion.
        for (k, outcome) in self.outcomes.iter().enumerate().filter(|(_, outcome)| **outcome != "skills") {
            for subgroup in std::iter::once(None).chain(subgroups().map(Some)) {
                let (mut n, mut tenths) = (0, 0);
                for (_, _, cells) in self.treated(k) {
                    kinds(subgroup).for_each(|kind| (n, tenths) = (n + cells[kind].n, tenths + cells[kind].effect));
                }
                let doses: i64 = kinds(subgroup).map(|kind| self.total_doses[k * N_KINDS + kind]).sum();
                if doses > 0 {
                    out.push(DoseEffect {
                        outcome: (*outcome).into(),
                        column: column.into(),
                        full,
                        subgroup: subgroup.map(named),
                        value: tenths as f64 / 10.0 / (doses as f64 / 1e6),
                        n: n as usize,
                    });
                }
            }
        }
        out
    }

    fn untreated(&self, k: usize, group: usize, t: usize, everyone: bool) -> Option<f64> {
        if everyone {
            return self.all[(k * self.n_groups + group) * self.n_years + t].value();
        }
        let sum = self.cells(k, group, t).iter().fold(Mean::default(), |s, c| Mean { n: s.n + c.n, tenths: s.tenths + c.untreated });
        sum.value()
    }

    /// How far untreated scores of a group and of the never treated grow apart from the year before take-up on (and
    /// before it), of the recorded scores or of everyone.
    fn apart(&self, k: usize, group: usize, t: usize, everyone: bool) -> Option<f64> {
        let base = usize::try_from(self.first_group + group as i64 - 1 - self.first_year).ok()?;
        let change = |g: usize| Some(self.untreated(k, g, t, everyone)? - self.untreated(k, g, base, everyone)?);
        Some(change(group)? - change(self.n_groups - 1)?)
    }

    /// The violation of parallel trends in recorded scores, by group and year; the part that attrition makes is known where all of the
    /// truth was asked for.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let mut out = Vec::new();
        for (k, outcome) in self.outcomes.iter().enumerate() {
            for (g, t) in (0..self.n_groups - 1).flat_map(|g| (0..self.n_years).map(move |t| (g, t))) {
                let group = self.first_group + g as i64;
                let year = self.first_year + t as i64;
                if year == group - 1 {
                    continue;
                }
                if let Some(value) = self.apart(k, g, t, false) {
                    let by_attrition = self.apart(k, g, t, true).map(|everyone| value - everyone);
                    out.push(Violation { outcome: (*outcome).into(), group, period: year, value, by_attrition });
                }
            }
        }
        out
    }
}
