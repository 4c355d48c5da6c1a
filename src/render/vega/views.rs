//! What stands beside or below other drawings, and drawings of counts and of balance.

use serde_json::{Value, json};

use super::layers::{BLACK, BLUE, COLOURS, GREY, ROW, places, tips};
use crate::table::{Sensitivity, Series};

/// A set for each size by which trends may have differed.
pub fn sensitivity(s: &Sensitivity, y_title: &str) -> Vec<Value> {
    let x =
        json!({ "field": "trends", "type": "ordinal", "title": s.x_title, "sort": null, "axis": { "labelAngle": 0, "labelLimit": 60 } });
    vec![
        json!({ "mark": { "type": "rule", "color": BLACK }, "encoding": { "y": { "datum": 0 } } }),
        json!({
            "mark": { "type": "rule", "strokeWidth": 3.5, "color": COLOURS[1] },
            "encoding": {
                "x": x, "y": { "field": "conf_low", "type": "quantitative", "title": y_title }, "y2": { "field": "conf_high" },
                "tooltip": tips(&["conf_low", "conf_high"], &["trends"]),
            },
        }),
    ]
}

/// The difference between two arms, with its interval and the line of none.
pub fn difference(of: &Series, x_title: &str) -> Vec<Value> {
    let x = places(&[of], x_title);
    let y = |field: &str| json!({ "field": field, "type": "quantitative", "title": "Difference" });
    vec![
        json!({ "mark": { "type": "rule", "color": BLACK }, "encoding": { "y": { "datum": 0 } } }),
        json!({
            "mark": { "type": "rule", "strokeWidth": 2.5, "color": COLOURS[2] },
            "encoding": { "x": x, "y": y("conf_low"), "y2": { "field": "conf_high" } },
        }),
        json!({
            "mark": { "type": "point", "filled": true, "size": 60, "opacity": 1, "color": COLOURS[2] },
            "encoding": { "x": x, "y": y("mean"), "tooltip": tips(&["x", "mean", "conf_low", "conf_high"], &["series"]) },
        }),
    ]
}

/// The sizes that divide small from large, the line of no difference, and the variables' marks.
pub fn balance(limits: [f64; 2], samples: &[String], x_title: &str) -> Vec<Value> {
    let mut layers = vec![json!({ "mark": { "type": "rule", "color": BLACK }, "encoding": { "x": { "datum": 0 } } })];
    for size in limits.iter().flat_map(|l| [-l, *l]).filter(|v| v.is_finite()) {
        layers.push(json!({ "mark": { "type": "rule", "color": GREY, "strokeDash": [4, 4] }, "encoding": { "x": { "datum": size } } }));
    }
    let mut names: Vec<&String> = Vec::new();
    samples.iter().for_each(|s| {
        if !names.contains(&s) {
            names.push(s)
        }
    });
    layers.push(json!({
        "mark": { "type": "point", "filled": true, "size": 80, "opacity": 1 },
        "encoding": {
            "y": { "field": "variable", "type": "nominal", "title": null, "sort": null, "axis": { "labelLimit": 260 } },
            "x": { "field": "difference", "type": "quantitative", "title": x_title },
            "color": { "field": "sample", "type": "nominal", "title": "Among", "legend": { "labelLimit": 340 }, "scale": { "domain": names, "range": [GREY, BLUE, COLOURS[1]] } },
            "shape": { "field": "sample", "type": "nominal", "title": "Among", "legend": { "labelLimit": 340 }, "scale": { "domain": names } },
            "tooltip": tips(&["difference"], &["variable", "sample", "detail"]),
        },
    }));
    layers
}

/// Points by two numbers, and the lines they are held against.
pub fn scatter(series: &[Series], held: &[(f64, String)], x_title: &str, y_title: &str) -> Vec<Value> {
    let mut names: Vec<&String> = Vec::new();
    series.iter().map(|s| &s.name).for_each(|name| {
        if !names.contains(&name) {
            names.push(name)
        }
    });
    let kind = json!({ "field": "series", "type": "nominal", "title": null, "scale": { "domain": names } });
    let mut layers = vec![json!({
        "mark": { "type": "point", "filled": true, "size": 60, "opacity": 1 },
        "encoding": {
            "x": places(&series.iter().collect::<Vec<_>>(), x_title),
            "y": { "field": "value", "type": "quantitative", "title": y_title, "scale": { "zero": false } },
            "color": { "field": "series", "type": "nominal", "title": null, "scale": { "domain": names, "range": COLOURS } },
            "shape": kind,
            "tooltip": tips(&["x", "value"], &["series"]),
        },
    })];
    for (value, words) in held.iter().filter(|(value, _)| value.is_finite()) {
        layers.push(json!({ "mark": { "type": "rule", "color": GREY, "strokeDash": [4, 4] }, "encoding": { "y": { "datum": value } } }));
        layers.push(json!({
            "data": { "values": [{}] },
            "mark": { "type": "text", "align": "right", "baseline": "bottom", "dx": -4, "color": GREY },
            "encoding": { "x": { "value": 560 }, "y": { "datum": value }, "text": { "value": words } },
        }));
    }
    layers
}

/// A bar a box of the flow, in its order.
pub fn flow() -> Vec<Value> {
    let y = json!({ "field": ROW, "type": "nominal", "title": null, "sort": null, "axis": { "labelLimit": 320 } });
    let x = json!({ "field": "count", "type": "quantitative", "title": "How many" });
    vec![
        json!({
            "mark": { "type": "bar" },
            "encoding": {
                "y": y, "x": x, "color": { "field": "group", "type": "nominal", "title": null, "sort": null },
                "tooltip": tips(&["count", "share_lost"], &["group", "step"]),
            },
        }),
        json!({
            "mark": { "type": "text", "align": "left", "dx": 4 },
            "encoding": { "y": y, "x": x, "text": { "field": "count", "type": "quantitative", "format": "," } },
        }),
    ]
}
