//! What a plan says: the sentence, the tables and the curves.

mod curves;

pub use curves::figures;

use super::words::percent;
use crate::evaluate::plan::{Both, Design, Layout, Number, Plan, Tier};
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Digits, Table};

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
    if two.parse() == Ok(x) { two } else { x.to_string() }
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
    out.push(curves::curve(plan));
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
    let error = match cell(b.monte_carlo_error, why) {
        Cell::Number { value, .. } => Cell::Number { value, digits: Digits::for_uncertainty(value) },
        percent => percent,
    };
    [cell(b.formula, why), cell(b.simulation, why), error]
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
        let loss = d.covariate_loss();
        if loss >= 0.005 {
            let loss = share(loss);
            out.push(format!(
                "A lot leaves covariates a little uneven between the arms, which makes the standard error about {loss} larger; the simulation counts it, the formulas do not."
            ));
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
            out.push(
                "Effects are in SD within schools, and shares are of the variance within schools; what is found holds for these schools."
                    .into(),
            );
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
        table.push(row(
            "effect such a drift looks like in this difference-in-differences (SD)".into(),
            [sd(Some(p.looks_like), ""), blank(), blank()],
        ));
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

fn assumptions(plan: &Plan) -> Table {
    let columns = vec![
        Column::new("flag", "Flag"),
        Column::new("meaning", "What it is"),
        Column::new("value", "Value"),
        Column::new("source", "Where it comes from"),
    ];
    let mut table = Table::new("assumptions", "What this rests on", columns);
    for a in &plan.assumptions {
        // As it would be typed: no more decimals than it has, six at most.
        let decimals = a.value.to_string().split_once('.').map_or(0, |(_, d)| d.len().min(6) as u8);
        let value = Cell::number_with(Some(a.value), Digits::Decimals(decimals), "");
        table.push(vec![Cell::text(a.flag), Cell::text(&a.meaning), value, Cell::text(&a.source)]);
    }
    table
}
