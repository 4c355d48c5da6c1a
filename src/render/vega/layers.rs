//! What is drawn over what, for each kind of figure.

use serde_json::{Value, json};

use crate::table::{Against, EventPoint, Series};

/// A row of a forest plot by its words: term and detail.
pub const ROW: &str = "row";

pub(super) const BLUE: &str = "#0072b2";
pub(super) const GREY: &str = "#57606a";
pub(super) const BLACK: &str = "#1b1f24";
pub(super) const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];

/// Labels that an axis has room for.
const MOST: usize = 16;

/// The band, the zero line, the bars and the points.
pub fn event_study(points: &[EventPoint], x_title: &str, y_title: &str) -> Vec<Value> {
    let times: Vec<i64> = points.iter().map(|p| p.event_time).collect();
    let x = json!({
        "field": "event_time", "type": "quantitative", "title": x_title,
        "scale": { "padding": 24 }, "axis": { "values": times, "format": "d", "grid": false },
    });
    let y = |field: &str| json!({ "field": field, "type": "quantitative", "title": y_title });
    let mut layers = Vec::new();
    if points.iter().any(|p| p.band_low.is_some() && p.band_high.is_some()) {
        layers.push(json!({
            "mark": { "type": "area", "opacity": 0.16, "color": BLUE },
            "encoding": { "x": x, "y": y("band_low"), "y2": { "field": "band_high" } },
        }));
    }
    layers.push(json!({ "mark": { "type": "rule", "color": BLACK }, "encoding": { "y": { "datum": 0 } } }));
    layers.push(json!({ "mark": { "type": "rule", "color": GREY, "strokeDash": [4, 4] }, "encoding": { "x": { "datum": -0.5 } } }));
    layers.push(json!({
        "mark": { "type": "rule", "strokeWidth": 2.5, "color": BLUE },
        "encoding": { "x": x, "y": y("conf_low"), "y2": { "field": "conf_high" } },
    }));
    let role = json!({
        "field": "role", "type": "nominal", "title": "When",
        "scale": { "domain": ["before", "reference", "after"], "range": [GREY, BLACK, BLUE] },
    });
    let tooltip = tips(&["event_time", "estimate", "conf_low", "conf_high"], &["role"]);
    layers.push(json!({
        "mark": { "type": "point", "filled": true, "size": 70, "opacity": 1 },
        "encoding": { "x": x, "y": y("estimate"), "color": role, "tooltip": tooltip },
    }));
    layers
}

/// The horizontal axis of lines: a tick at each position where there is room for all.
pub(super) fn places(series: &[&Series], x_title: &str) -> Value {
    let mut places: Vec<f64> = series.iter().flat_map(|s| &s.points).map(|p| p.0).filter(|x| x.is_finite()).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let mut axis = json!({ "format": "~r", "grid": false });
    if places.len() <= MOST {
        axis["values"] = json!(places);
    }
    if places.iter().all(|x| *x as i64 as f64 == *x) {
        axis["format"] = json!("d");
    }
    json!({ "field": "x", "type": "quantitative", "title": x_title, "scale": { "zero": false, "padding": 24 }, "axis": axis })
}

/// The ribbons, the lines, their points, and where something began.
pub fn lines(series: &[Series], marks: &[(f64, String)], x_title: &str, y_title: &str) -> Vec<Value> {
    let x = places(&series.iter().collect::<Vec<_>>(), x_title);
    let y = |field: &str| json!({ "field": field, "type": "quantitative", "title": y_title, "scale": { "zero": false } });
    let mut names: Vec<&str> = Vec::new();
    for line in series {
        if !names.contains(&line.name.as_str()) {
            names.push(&line.name);
        }
    }
    let colour = json!({ "field": "series", "type": "nominal", "title": null, "legend": { "symbolOpacity": 1 }, "scale": { "domain": names, "range": COLOURS } });
    let mut layers = vec![
        json!({
            "mark": { "type": "area", "opacity": 0.13 },
            "encoding": { "x": x, "y": y("conf_low"), "y2": { "field": "conf_high" }, "color": colour },
        }),
        json!({ "mark": { "type": "line", "strokeWidth": 2.5 }, "encoding": { "x": x, "y": y("mean"), "color": colour } }),
        json!({
            "mark": { "type": "point", "filled": true, "size": 60, "opacity": 1 },
            "encoding": {
                "x": x, "y": y("mean"), "color": colour,
                "shape": { "field": "series", "type": "nominal", "title": null, "scale": { "domain": names } },
                "tooltip": tips(&["x", "mean", "conf_low", "conf_high"], &["series"]),
            },
        }),
    ];
    for (at, words) in marks.iter().filter(|(at, _)| at.is_finite()) {
        layers.push(json!({ "mark": { "type": "rule", "color": GREY, "strokeDash": [4, 4] }, "encoding": { "x": { "datum": at } } }));
        layers.push(json!({
            "data": { "values": [{}] },
            "mark": { "type": "text", "align": "left", "baseline": "top", "dx": 6, "color": GREY },
            "encoding": { "x": { "datum": at }, "y": { "value": 0 }, "text": { "value": words } },
        }));
    }
    layers
}

/// The line of the value they are held against, the bars and the points, a row each in the order of the data.
pub fn forest(against: &Against, x_title: &str) -> Vec<Value> {
    let scale = json!({ "zero": against.value == 0.0 });
    let x = |field: &str| json!({ "field": field, "type": "quantitative", "title": x_title, "scale": scale });
    let y = json!({ "field": ROW, "type": "nominal", "title": null, "sort": null, "axis": { "labelLimit": 260 } });
    let headline = json!({
        "field": "headline", "type": "nominal", "title": "The answer rests on it",
        "scale": { "domain": ["yes", "no"], "range": [BLUE, GREY] },
    });
    vec![
        json!({ "mark": { "type": "rule", "color": BLACK }, "encoding": { "x": { "datum": against.value } } }),
        json!({
            "mark": { "type": "rule", "strokeWidth": 2.5 },
            "encoding": { "y": y, "x": x("conf_low"), "x2": { "field": "conf_high" }, "color": headline },
        }),
        json!({
            "mark": { "type": "point", "filled": true, "size": 80, "opacity": 1 },
            "encoding": {
                "y": y, "x": x("estimate"), "color": headline,
                "tooltip": tips(&["estimate", "conf_low", "conf_high"], &["term", "detail"]),
            },
        }),
    ]
}

/// All specifications by estimate; the choices behind each are in the data.
pub fn specifications(y_title: &str) -> Vec<Value> {
    let x = json!({ "field": "place", "type": "quantitative", "title": "Specifications, from the smallest estimate to the largest" });
    let y = |field: &str| json!({ "field": field, "type": "quantitative", "title": y_title });
    let colour = json!({
        "field": "headline", "type": "nominal", "title": "The answer rests on it",
        "scale": { "domain": ["yes", "no"], "range": [BLUE, GREY] },
    });
    vec![
        json!({ "mark": { "type": "rule", "color": BLACK }, "encoding": { "y": { "datum": 0 } } }),
        json!({ "mark": { "type": "rule", "opacity": 0.5 }, "encoding": { "x": x, "y": y("conf_low"), "y2": { "field": "conf_high" }, "color": colour } }),
        json!({
            "mark": { "type": "point", "filled": true, "size": 30, "opacity": 1 },
            "encoding": {
                "x": x, "y": y("estimate"), "color": colour,
                "tooltip": tips(&["place", "estimate", "conf_low", "conf_high"], &["significant"]),
            },
        }),
    ]
}

/// What is said on hover.
pub(super) fn tips(numbers: &[&str], words: &[&str]) -> Value {
    let one = |field: &&str, kind: &str| json!({ "field": field, "type": kind });
    Value::Array(words.iter().map(|f| one(f, "nominal")).chain(numbers.iter().map(|f| one(f, "quantitative"))).collect())
}
