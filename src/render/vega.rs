//! Figures as Vega-Lite specifications (version 5), their data inside: to draw again, and to change.

mod layers;

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
    let (layers, height) = match &figure.kind {
        FigureKind::EventStudy { points, x_title, y_title } => (layers::event_study(points, x_title, y_title), json!(300)),
        FigureKind::Lines { series, marks, x_title, y_title } => (layers::lines(series, marks, x_title, y_title), json!(300)),
        FigureKind::Forest { x_title, .. } => (layers::forest(x_title), json!({ "step": 34 })),
        FigureKind::Specifications { y_title, .. } => (layers::specifications(y_title), json!(300)),
    };
    let mut specification = json!({
        "$schema": SCHEMA,
        "title": { "text": figure.title, "anchor": "start", "limit": 640 },
        "description": figure.alt,
        "usermeta": { "caption": figure.caption },
        "width": 560,
        "height": height,
        "data": { "values": rows },
        "layer": layers,
        "config": { "view": { "stroke": null }, "font": "DejaVu Sans, Verdana, Geneva, sans-serif" },
    });
    if matches!(figure.kind, FigureKind::Forest { .. }) {
        let calculate = "datum.term + (datum.detail ? ' \u{b7} ' + datum.detail : '')";
        specification["transform"] = json!([{ "calculate": calculate, "as": layers::ROW }]);
    }
    specification
}

/// A cell as Vega-Lite knows values.
fn plain(cell: &Cell) -> Value {
    match cell {
        Cell::Suppressed => json!("suppressed"),
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
                let layers = read["layer"].as_array().unwrap();
                assert!(!layers.is_empty());
                layers.iter().for_each(|layer| check(layer, &named));
                let rows = read["data"]["values"].as_array().unwrap();
                assert_eq!(rows.len(), data.rows.len());
                for (r, row) in rows.iter().enumerate() {
                    for (c, field) in fields.iter().enumerate() {
                        match data.cell(r, c).as_ref() {
                            Cell::Number { value, .. } => assert_eq!(row[*field].as_f64(), Some(*value)),
                            Cell::Whole(n) => assert_eq!(row[*field].as_i64(), Some(*n)),
                            Cell::Count(n) => assert_eq!(row[*field].as_u64(), Some(*n)),
                            Cell::Text(words) => assert_eq!(row[*field], words.as_str()),
                            _ => assert!(row[*field].is_null()),
                        }
                    }
                }
            }
        }
    }
}
