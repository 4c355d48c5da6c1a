//! Figures as Vega-Lite specifications (version 5), their data inside: to draw again, and to change.

mod layers;
mod views;

use serde_json::{Map, Value, json};

use super::json::value;
use crate::table::{Cell, Figure, FigureKind};

/// The schema the specification follows.
pub const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";

/// The figure as a Vega-Lite specification. Its data are those of the CSV beside it, under the same names, at full precision;
/// a value that does not exist is `null`.
pub fn vega_lite(figure: &Figure) -> Value {
    let data = figure.data();
    let rows: Vec<Value> = (0..data.rows.len())
        .map(|row| {
            let mut object = Map::new();
            for (ix, column) in data.columns.iter().enumerate() {
                object.insert(column.key.clone(), plain(&data.cell(row, ix)));
            }
            Value::Object(object)
        })
        .collect();
    let mut specification = json!({
        "$schema": SCHEMA,
        "title": { "text": figure.title, "anchor": "start", "limit": 640 },
        "description": figure.alt,
        "usermeta": { "caption": figure.caption },
        "data": { "values": rows },
        "config": { "view": { "stroke": null }, "font": "DejaVu Sans, Verdana, Geneva, sans-serif" },
    });
    let drawn = drawing(&figure.kind);
    if let (Value::Object(all), Value::Object(own)) = (&mut specification, drawn) {
        all.extend(own);
    }
    specification
}

/// Layers with their size, or views side by side or below one another.
fn drawing(kind: &FigureKind) -> Value {
    let view = |layers: Vec<Value>, height: Value| json!({ "width": 560, "height": height, "layer": layers });
    match kind {
        FigureKind::EventStudy { points, sensitivity: None, x_title, y_title } => {
            view(layers::event_study(points, x_title, y_title), json!(300))
        }
        FigureKind::EventStudy { points, sensitivity: Some(beside), x_title, y_title } => json!({ "hconcat": [
            { "transform": panel("effects"), "width": 380, "height": 300, "layer": layers::event_study(points, x_title, y_title) },
            { "transform": panel("sensitivity"), "width": 220, "height": 300, "title": { "text": beside.title.split(": ").collect::<Vec<_>>(), "fontSize": 11, "limit": 320 },
              "layer": views::sensitivity(beside, y_title) },
        ], "resolve": { "scale": { "y": "shared", "x": "independent", "color": "independent" } } }),
        FigureKind::Lines { series, marks, x_title, y_title } => view(layers::lines(series, marks, x_title, y_title), json!(300)),
        FigureKind::Means { arms, difference, marks, x_title, y_title } => json!({ "vconcat": [
            { "transform": panel("arm"), "width": 560, "height": 260, "layer": layers::lines(arms, marks, x_title, y_title) },
            { "transform": panel("difference"), "width": 560, "height": 130, "layer": views::difference(difference, x_title) },
        ], "resolve": { "scale": { "color": "independent", "shape": "independent" } } }),
        FigureKind::Balance { limits, samples, x_title, .. } => view(views::balance(*limits, samples, x_title), json!({ "step": 34 })),
        FigureKind::Flow { .. } => {
            let mut out = view(views::flow(), json!({ "step": 26 }));
            out["transform"] = json!([{ "calculate": "datum.group + ': ' + datum.step", "as": layers::ROW }]);
            out
        }
        FigureKind::Scatter { series, held, x_title, y_title } => view(views::scatter(series, held, x_title, y_title), json!(300)),
        FigureKind::Forest { against, x_title, .. } => {
            let mut out = view(layers::forest(against, x_title), json!({ "step": 34 }));
            let calculate = "datum.term + (datum.detail ? ' \u{b7} ' + datum.detail : '')";
            out["transform"] = json!([{ "calculate": calculate, "as": layers::ROW }]);
            out
        }
        FigureKind::Specifications { y_title, .. } => view(layers::specifications(y_title), json!(300)),
    }
}

/// Only the rows of a panel.
fn panel(name: &str) -> Value {
    json!([{ "filter": { "field": "panel", "equal": name } }])
}

/// A cell as Vega-Lite knows values.
fn plain(cell: &Cell) -> Value {
    match cell {
        Cell::Suppressed => json!("suppressed"),
        Cell::ToFill(_) => Value::Null,
        other => value(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_figures};

    /// Every mark is one of Vega-Lite's, every field a column, every channel one that exists.
    fn check(layer: &Value, fields: &[&str]) {
        let mark = layer["mark"]["type"].as_str().unwrap();
        assert!(["area", "line", "point", "rule", "text", "bar", "tick"].contains(&mark), "{mark}");
        let encoding = layer["encoding"].as_object().unwrap();
        for (channel, definition) in encoding {
            assert!(
                ["x", "x2", "y", "y2", "color", "shape", "strokeDash", "text", "tooltip", "size", "opacity"].contains(&channel.as_str())
            );
            for one in definition.as_array().cloned().unwrap_or_else(|| vec![definition.clone()]) {
                match (&one["field"], &one["datum"], &one["value"]) {
                    (Value::String(field), ..) => assert!(fields.contains(&field.as_str()), "{field}"),
                    (_, datum, value) => assert!(!datum.is_null() || !value.is_null(), "{one}"),
                }
                if !channel.ends_with('2') && one["value"].is_null() {
                    let kind = one["type"].as_str();
                    assert!(matches!(kind, Some("quantitative" | "nominal" | "ordinal")) || !one["datum"].is_null(), "{one}");
                }
            }
        }
    }

    #[test]
    fn specifications_have_the_shape_and_the_numbers_of_the_data() {
        for name in NAMES {
            for figure in hostile_figures(name) {
                let written = vega_lite(&figure).to_string();
                let read: Value = serde_json::from_str(&written).unwrap();
                assert_eq!(read["$schema"], SCHEMA);
                assert_eq!(read["title"]["text"], name);
                let data = figure.data();
                let fields: Vec<&str> = data.columns.iter().map(|c| c.key.as_str()).collect();
                let named: Vec<&str> = fields.iter().copied().chain(read["transform"][0]["as"].as_str()).collect();
                let views = ["hconcat", "vconcat"].iter().find_map(|k| read[*k].as_array().cloned()).unwrap_or_else(|| vec![read.clone()]);
                for view in &views {
                    let layers = view["layer"].as_array().unwrap();
                    assert!(!layers.is_empty());
                    layers.iter().for_each(|layer| check(layer, &named));
                    assert!(views.len() == 1 || fields.contains(&view["transform"][0]["filter"]["field"].as_str().unwrap()));
                }
                let rows = read["data"]["values"].as_array().unwrap();
                assert_eq!(rows.len(), data.rows.len());
                for (r, row) in rows.iter().enumerate() {
                    for (c, field) in fields.iter().enumerate() {
                        match data.cell(r, c).as_ref() {
                            Cell::Number { value, .. } | Cell::Percent(value) => assert_eq!(row[*field].as_f64(), Some(*value)),
                            Cell::Whole(n) => assert_eq!(row[*field].as_i64(), Some(*n)),
                            Cell::Count(n) => assert_eq!(row[*field].as_u64(), Some(*n)),
                            Cell::Text(words) => assert_eq!(row[*field], words.as_str()),
                            Cell::Suppressed => assert_eq!(row[*field], "suppressed"),
                            _ => assert!(row[*field].is_null()),
                        }
                    }
                }
            }
        }
    }
}
