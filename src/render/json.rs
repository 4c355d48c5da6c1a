//! Tables as JSON at full precision.

use serde_json::{Map, Number, Value, json};

use crate::table::content::diagnose::Checked;
use crate::table::{Cell, Table};

/// The table as a JSON value: `id`, `title`, `columns`, `rows` as objects by key, `undefined`, `notes`.
///
/// An undefined cell is `null`, and its reason stands under `undefined` with row and column. An interval is
/// `{"low", "high"}` with `null` for an unbounded end; a suppressed cell is `{"suppressed": true}`.
pub fn json(table: &Table) -> Value {
    let mut undefined = Vec::new();
    let rows = (0..table.rows.len()).map(|row| {
        let mut object = Map::new();
        for (ix, column) in table.columns.iter().enumerate() {
            let cell = table.cell(row, ix);
            if let Cell::Undefined(reason) = cell.as_ref() {
                undefined.push(json!({ "row": row, "column": column.key, "reason": reason }));
            }
            object.insert(column.key.clone(), value(&cell));
        }
        Value::Object(object)
    });
    let rows: Vec<Value> = rows.collect();
    let columns: Vec<Value> =
        table.columns.iter().map(|c| json!({ "key": c.key, "title": c.title, "unit": c.unit, "explain": c.explain })).collect();
    json!({
        "id": table.id, "title": table.title, "columns": columns, "rows": rows,
        "undefined": undefined, "notes": table.notes,
    })
}

/// The bare table: `columns` by key and `rows` of values, `null` where there is none.
pub fn plain(table: &Table) -> Value {
    let columns: Vec<&str> = table.columns.iter().map(|c| c.key.as_str()).collect();
    let rows: Vec<Vec<Value>> =
        (0..table.rows.len()).map(|row| (0..columns.len()).map(|ix| value(&table.cell(row, ix))).collect()).collect();
    json!({ "columns": columns, "rows": rows })
}

/// A check that was carried out, in the shape of the interface.
pub fn check(a: &Checked) -> Value {
    let number = |x: Option<f64>| x.filter(|x| x.is_finite()).map_or(Value::Null, |x| json!(if x == 0.0 { 0.0 } else { x }));
    let options: Map<String, Value> = a.options.iter().map(|(k, v)| ((*k).to_string(), json!(v))).collect();
    let numbers: Map<String, Value> = a.told.numbers.iter().map(|(k, v)| ((*k).to_string(), number(*v))).collect();
    json!({
        "check": a.check,
        "verdict": a.told.verdict.word(),
        "reason": a.told.reason,
        "remedy": a.told.remedy,
        "decided": a.told.decided.as_ref().map(|d| json!({ "name": d.name, "value": number(d.value), "rule": d.rule })),
        "numbers": numbers,
        "table": plain(&a.told.table),
        "summary": a.told.summary.as_ref().map(plain),
        "options": options,
        "outcome": a.outcome,
        "estimator": a.estimator,
        "inference": a.inference,
        "version": a.version,
        "warnings": a.warnings.iter().map(|(code, message)| json!({ "code": code, "message": message })).collect::<Vec<_>>(),
    })
}

/// A cell as a JSON value; `null` where it is undefined.
pub fn value(cell: &Cell) -> Value {
    let float = |v: f64| Number::from_f64(if v == 0.0 { 0.0 } else { v }).map_or(Value::Null, Value::Number);
    match cell.checked().as_ref() {
        Cell::Text(words) => Value::from(words.as_str()),
        Cell::Count(n) => Value::from(*n),
        Cell::Whole(n) => Value::from(*n),
        Cell::Number { value, .. }
        | Cell::Bracketed { value, .. }
        | Cell::Percent(value)
        | Cell::PValue(value)
        | Cell::PBelow { value, .. } => float(*value),
        Cell::Interval { low, high, .. } => {
            json!({ "low": low.map_or(Value::Null, float), "high": high.map_or(Value::Null, float) })
        }
        Cell::Undefined(_) => Value::Null,
        Cell::Suppressed => json!({ "suppressed": true }),
        Cell::ToFill(asked) => json!({ "to_fill": asked }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_table};

    #[test]
    fn the_hostile_table_reads_back() {
        let written = json(&hostile_table()).to_string();
        let back: Value = serde_json::from_str(&written).unwrap();
        let rows = back["rows"].as_array().unwrap();
        for (i, name) in NAMES.iter().enumerate() {
            assert_eq!(rows[i]["term"], *name);
            assert_eq!(rows[i]["estimate"].as_f64().unwrap(), -1.25 * i as f64 + 0.1);
        }
        assert!(rows[2]["conf"]["high"].is_null() && rows[2]["conf"]["low"].is_f64());
        let last = rows.last().unwrap();
        assert!(last["estimate"].is_null() && last["conf"].is_null());
        assert_eq!(last["n"], json!({ "suppressed": true }));
        assert_eq!(back["undefined"].as_array().unwrap().len(), 4);
    }
}
