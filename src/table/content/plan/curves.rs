//! Power and the smallest effect by the number of top units, as a table and as figures.

use super::super::words::percent;
use super::{both, sd, sentences, size};
use crate::evaluate::plan::{Both, Plan, Point};
use crate::table::number;
use crate::table::{Cell, Column, Figure, FigureKind, Series, Table};

pub(super) fn curve(plan: &Plan) -> Table {
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
    let title = format!(
        "By number of {noun}: power to see {} SD, and the smallest effect seen with {} power",
        size(plan.effect),
        percent(plan.goal.power)
    );
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

/// Power, and the smallest effect, by the number of top units.
pub fn figures(plan: &Plan) -> Vec<Figure> {
    let noun = plan.design.top.noun();
    let line = |name: &str, point: &dyn Fn(&Point) -> (Option<f64>, Option<f64>)| {
        let points = plan.curve.iter().filter_map(|p| {
            let (value, error) = point(p);
            let value = value?;
            Some((p.n as f64, value, error.map(|e| (value - 1.96 * e, value + 1.96 * e))))
        });
        Series { name: name.into(), points: points.collect() }
    };
    let lines = |of: &dyn Fn(&Point) -> Both, unit: f64| {
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
    let caption = format!(
        "Lines by formula and by simulation of {} studies; the band is the simulation's 95 % Monte Carlo interval.",
        plan.replicates
    );
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
