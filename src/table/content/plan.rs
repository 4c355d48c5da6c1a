//! What a plan says: the sentence, the tables and the curves.

use super::words::percent;
use crate::evaluate::plan::{Both, Design, Layout, Number, Plan, Tier};
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Digits, Figure, FigureKind, Series, Table};

/// The plan as JSON: its numbers at full precision, its sentences and notes.
pub fn document(plan: &Plan) -> serde_json::Value {
    let mut out = serde_json::to_value(plan).expect("a plan is always representable");
    out["sentences"] = sentences(plan).into();
    out["notes"] = notes(plan).into();
    out
}

/// What was asked, in plain words.
pub fn sentences(plan: &Plan) -> Vec<String> {
    let mut out = Vec::new();
    let top = plan.design.top;
    let wish = format!("{} SD with {} power", size(plan.effect), percent(plan.goal.power));
    for n in &plan.needed {
        let (noun, each) = (n.of.noun(), if n.of == top { "" } else { within(&plan.design, n.of) });
        let have = match (n.formula, plan.size_given || n.of != top) {
            (Some(k), true) => {
                let own = plan.design.size.of(n.of);
                format!("; you have {}{}", number::count(own), if own >= k { ", which is enough" } else { "" })
            }
            _ => String::new(),
        };
        out.push(match (n.formula, n.searched_to) {
            (Some(k), _) => format!("To see {wish} you need about {} {noun}{each}{have}.", number::count(k)),
            (None, most) => {
                let most = number::count(most.unwrap_or_default());
                format!("To see {wish} even {most} {noun}{each} are not enough: out of reach.")
            }
        });
    }
    let own = format!("{} {}", number::count(plan.design.n_top()), top.noun());
    match (number_of(&plan.detectable), number_of(&plan.power)) {
        (Some(effect), Some(power)) => out.push(format!(
            "With {own} the smallest effect you are likely to see is {} SD; an effect of {} SD would be found {} of the time.",
            three(effect),
            size(plan.effect),
            share(power)
        )),
        (Some(effect), None) => out.push(format!("With {own} the smallest effect you are likely to see is {} SD.", three(effect))),
        (None, Some(power)) => {
            out.push(format!("With {own} an effect of {} SD would be found {} of the time.", size(plan.effect), share(power)));
        }
        (None, None) => {}
    }
    if let Some(p) = &plan.pretrend {
        out.push(match p.power.formula {
            Some(power) => format!(
                "The test of {} periods before treatment notices a drift of {} SD a period {} of the time; unnoticed, it looks like an effect of {} SD.",
                p.periods,
                size(p.drift),
                share(power),
                three(p.looks_like)
            ),
            None => format!("There is no joint test of {} periods before treatment with so few units.", p.periods),
        });
    }
    out
}

fn number_of(both: &Option<Both>) -> Option<f64> {
    both.as_ref().and_then(|b| b.formula)
}

/// An effect as it was given, with two decimals at least.
fn size(x: f64) -> String {
    let two = format!("{x:.2}");
    if two.parse() == Ok(x) { two } else { number::number(x, Digits::Auto, Glyphs::Ascii) }
}

fn three(x: f64) -> String {
    let digits = if x < 0.01 { Digits::Auto } else { Digits::Decimals(3) };
    number::number(x, digits, Glyphs::Ascii)
}

fn share(x: f64) -> String {
    number::percent(x, Glyphs::Ascii).replace('%', " %")
}

/// What a lower level's number is counted in.
fn within(design: &Design, tier: Tier) -> &'static str {
    match (tier, design.top, design.layout) {
        (Tier::Students, _, Layout::Schools | Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools) => " in each classroom",
        (Tier::Students, Tier::Classrooms, _) => " in each classroom",
        (Tier::Students, _, _) if design.size.classrooms > 1 => " in each classroom",
        _ => " in each school",
    }
}

/// All tables, in the order in which they are shown.
pub fn tables(plan: &Plan) -> Vec<Table> {
    let mut out = vec![answers(plan)];
    out.extend(pretrend(plan));
    out.push(curve(plan));
    out.push(assumptions(plan));
    out.retain(|t| !t.rows.is_empty());
    out
}

fn columns(first: Column) -> Vec<Column> {
    vec![
        first,
        Column::new("formula", "Formula"),
        Column::new("simulation", "Simulation"),
        Column::new("monte_carlo_error", "Monte Carlo error").explain("Standard error of the simulated number."),
    ]
}

/// Both numbers and the Monte Carlo error, as cells of some kind.
fn both(b: &Both, cell: impl Fn(Option<f64>, &str) -> Cell) -> [Cell; 3] {
    let why = b.note.as_deref().unwrap_or("the replicates do not tell");
    [cell(b.formula, why), cell(b.simulation, why), cell(b.monte_carlo_error, why)]
}

fn sd(value: Option<f64>, why: &str) -> Cell {
    let digits = if value.is_some_and(|v| v < 0.01) { Digits::Auto } else { Digits::Decimals(3) };
    Cell::number_with(value, digits, why)
}

fn answers(plan: &Plan) -> Table {
    let mut table = Table::new("plan", "By formula and by simulation", columns(Column::new("quantity", "Quantity")));
    let mut add = |words: String, cells: [Cell; 3]| table.push(std::iter::once(Cell::Text(words)).chain(cells).collect());
    let wish = percent(plan.goal.power);
    if let Some(b) = &plan.detectable {
        add(format!("smallest effect seen with {wish} power (SD)"), both(b, sd));
    }
    if let Some(b) = &plan.power {
        add(format!("power to see {} SD", size(plan.effect)), both(b, Cell::percent));
    }
    for n in &plan.needed {
        let each = if n.of == plan.design.top { "" } else { within(&plan.design, n.of) };
        add(format!("{}{each} needed to see {} SD with {wish} power", n.of.noun(), size(plan.effect)), counts(n));
    }
    notes(plan).into_iter().for_each(|words| table.note(words));
    table
}

fn counts(n: &Number) -> [Cell; 3] {
    let why = n.note.as_deref().unwrap_or("the replicates do not tell");
    let count = |n: Option<u64>| n.map_or_else(|| Cell::undefined(why), Cell::Count);
    [count(n.formula), count(n.simulation), Cell::number_with(n.monte_carlo_error, Digits::Decimals(1), why)]
}

/// The design in words, and what a reader of the numbers must know.
fn notes(plan: &Plan) -> Vec<String> {
    let d = &plan.design;
    let mut out = Vec::new();
    if let (Some(error), Some(df)) = (plan.std_error, plan.df) {
        out.push(format!(
            "{}: {}; standard error {} SD, two-sided {} test with {} degrees of freedom.",
            sizes(d),
            assigned(d),
            three(error),
            percent(1.0 - plan.goal.level),
            number::count(df as u64)
        ));
        if plan.replicates > 0 {
            out.push(format!(
                "Simulation: {} studies drawn, assigned by lot and analysed by least squares (seed {}).",
                number::count(plan.replicates),
                plan.seed
            ));
        }
        let g = d.covariates as f64;
        let loss = libm::sqrt(1.0 + g / (df - 1.0)) - 1.0;
        if df > 1.0 && loss >= 0.005 && d.layout != Layout::ClassroomsRandomSchools {
            let loss = number::percent(loss, Glyphs::Ascii).replace('%', " %");
            out.push(format!("A lot leaves covariates a little uneven between the arms, which makes the standard error about {loss} larger; the simulation counts it, the formulas do not."));
        }
        let nested = matches!(d.layout, Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools);
        let (n, noun) = (d.n_lot(), d.assigned().noun());
        let exact = d.treated_share * n as f64;
        if plan.replicates > 0 && (exact - libm::round(exact)).abs() > 1e-9 {
            let share = d.treated_share;
            out.push(if nested {
                format!("{share} of {n} {noun} is no whole number: the simulation treats one more in some schools than in others, which is less precise than the formulas say.")
            } else {
                format!("{share} of {n} {noun} is no whole number: the simulation treats {}.", d.treated_of(n))
            });
        }
    }
    match (d.layout, d.top) {
        (Layout::Clusters, Tier::Schools) => {
            out.push("No classrooms are named, so what a class shares in a year is not counted; name --classrooms to count it.".into());
        }
        (Layout::ClassroomsFixedSchools, _) => {
            out.push("Effects are in SD within schools, and shares are of the variance within schools; what is found holds for these schools.".into());
        }
        _ => {}
    }
    out
}

fn sizes(d: &Design) -> String {
    let (k, j, n) = (d.size.schools, d.size.classrooms, d.size.students);
    let mut parts = Vec::new();
    if d.top == Tier::Schools {
        parts.push(format!("{} schools", number::count(k)));
    }
    if j > 1 || matches!(d.layout, Layout::Schools) || d.top == Tier::Classrooms {
        parts.push(format!("{} classrooms", number::count(j)));
    }
    parts.push(format!("{} students", number::count(n)));
    if parts.len() == 1 {
        return parts.remove(0);
    }
    format!("{} ({} students)", parts.join(" \u{d7} "), number::number(d.size.n_students(), Digits::Decimals(0), Glyphs::Ascii))
}

fn assigned(d: &Design) -> String {
    let who = match d.layout {
        Layout::Students => "students assigned by lot, one by one from one pool",
        Layout::Schools => "whole schools assigned by lot",
        Layout::Clusters if d.top == Tier::Schools => "whole schools assigned by lot",
        Layout::Clusters => "whole classrooms assigned by lot",
        Layout::ClassroomsRandomSchools => "classrooms assigned by lot within schools, schools drawn from many",
        Layout::ClassroomsFixedSchools => "classrooms assigned by lot within these schools",
    };
    format!("{who}, {} treated", percent(d.treated_share))
}

fn pretrend(plan: &Plan) -> Option<Table> {
    let p = plan.pretrend.as_ref()?;
    let title = format!("Test of trends before treatment, {} periods", p.periods);
    let mut table = Table::new("pretrend", title, columns(Column::new("quantity", "Quantity")));
    let row = |words: String, cells: [Cell; 3]| std::iter::once(Cell::Text(words)).chain(cells).collect::<Vec<_>>();
    table.push(row(format!("power to notice a drift of {} SD a period", size(p.drift)), both(&p.power, Cell::percent)));
    if p.detectable.is_some() {
        let blank = || Cell::text("");
        let words = format!("smallest drift noticed with {} power (SD a period)", percent(plan.goal.power));
        table.push(row(words, [sd(p.detectable, ""), blank(), blank()]));
        table.push(row("effect such a drift looks like in this difference-in-differences (SD)".into(), [sd(Some(p.looks_like), ""), blank(), blank()]));
    }
    if let (Some(df1), Some(df2), Some(lambda)) = (p.df1, p.df2, p.noncentrality) {
        table.note(format!(
            "Hotelling's test of {} differences from the last period before treatment: F with {} and {} degrees of freedom, noncentrality {} at this drift.",
            df1 as u64,
            df1 as u64,
            number::count(df2 as u64),
            number::number(lambda, Digits::Decimals(2), Glyphs::Ascii)
        ));
    }
    Some(table)
}

fn curve(plan: &Plan) -> Table {
    let noun = plan.design.top.noun();
    let capital = heading(noun);
    let columns = vec![
        Column::new(noun, capital),
        Column::new("power", "Power"),
        Column::new("power_simulated", "Simulated"),
        Column::new("power_monte_carlo_error", "Its error").explain("Monte Carlo standard error of the simulated power."),
        Column::new("smallest_effect", "Smallest effect").unit("SD"),
        Column::new("smallest_effect_simulated", "Simulated").unit("SD"),
        Column::new("smallest_effect_monte_carlo_error", "Its error").unit("SD"),
    ];
    let title = format!("By number of {noun}: power to see {} SD, and the smallest effect seen with {} power", size(plan.effect), percent(plan.goal.power));
    let mut table = Table::new("plan-curve", title, columns);
    for p in &plan.curve {
        let cells = both(&p.power, Cell::percent).into_iter().chain(both(&p.detectable, sd));
        table.push(std::iter::once(Cell::Count(p.n)).chain(cells).collect());
    }
    table
}

fn heading(noun: &str) -> String {
    let mut letters = noun.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn assumptions(plan: &Plan) -> Table {
    let columns = vec![
        Column::new("flag", "Flag"),
        Column::new("meaning", "What it is"),
        Column::new("value", "Value"),
        Column::new("source", "Where it comes from"),
    ];
    let mut table = Table::new("assumptions", "What this rests on", columns);
    for a in &plan.assumptions {
        let whole = a.value as u64;
        let value = if whole as f64 == a.value && a.value >= 1.0 { Cell::Count(whole) } else { Cell::number(Some(a.value), "") };
        table.push(vec![Cell::text(a.flag), Cell::text(&a.meaning), value, Cell::text(&a.source)]);
    }
    table
}

/// Power, and the smallest effect, by the number of top units.
pub fn figures(plan: &Plan) -> Vec<Figure> {
    let noun = plan.design.top.noun();
    let line = |name: &str, point: &dyn Fn(&crate::evaluate::plan::Point) -> (Option<f64>, Option<f64>)| {
        let points = plan.curve.iter().filter_map(|p| {
            let (value, error) = point(p);
            let value = value?;
            Some((p.n as f64, value, error.map(|e| (value - 1.96 * e, value + 1.96 * e))))
        });
        Series { name: name.into(), points: points.collect() }
    };
    let lines = |of: &dyn Fn(&crate::evaluate::plan::Point) -> Both, unit: f64| {
        let scaled = |v: Option<f64>| v.map(|v| unit * v);
        let mut out = vec![line("formula", &|p| (scaled(of(p).formula), None))];
        let simulated = line("simulation", &|p| (scaled(of(p).simulation), scaled(of(p).monte_carlo_error)));
        out.extend((!simulated.points.is_empty()).then_some(simulated));
        out
    };
    let mut marks = Vec::new();
    if plan.size_given {
        marks.push((plan.design.n_top() as f64, format!("you have {}", number::count(plan.design.n_top()))));
    }
    if let Some(k) = plan.needed.iter().find(|n| n.of == plan.design.top).and_then(|n| n.formula) {
        marks.push((k as f64, format!("needed: {}", number::count(k))));
    }
    let wish = percent(plan.goal.power);
    let caption = format!("Lines by formula and by simulation of {} studies; the band is the simulation's 95 % Monte Carlo interval.", plan.replicates);
    let figure = |id: &str, title: String, series: Vec<Series>, y_title: String| Figure {
        id: id.into(),
        alt: format!("{title}, by formula and by simulation. {}", sentences(plan).join(" ")),
        title,
        caption: caption.clone(),
        kind: FigureKind::Lines { series, marks: marks.clone(), x_title: heading(noun), y_title },
    };
    if plan.curve.is_empty() {
        return Vec::new();
    }
    vec![
        figure(
            "power-curve",
            format!("Power to see {} SD by number of {noun}", size(plan.effect)),
            lines(&|p| p.power.clone(), 100.0),
            "Power (%)".into(),
        ),
        figure(
            "smallest-effect-curve",
            format!("Smallest effect seen with {wish} power by number of {noun}"),
            lines(&|p| p.detectable.clone(), 1.0),
            "Smallest effect (SD)".into(),
        ),
    ]
}
