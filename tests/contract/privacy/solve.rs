//! What a reader with a pencil can solve for: sums of effects of a small cohort from all averages that are told.

use serde_json::Value;

/// A cohort's start and its units.
pub type Sizes<'a> = &'a [(i64, f64)];

/// Whether some weighted sum of the effects on cohort `of` alone follows from an analysis's told effects and from the means of both groups by
/// period. Effects before the start are each from the period before, those after it from the last before the start.
pub fn solves(result: &Value, sizes: Sizes, periods: std::ops::RangeInclusive<i64>, of: i64) -> bool {
    let first = *periods.start();
    let cells: Vec<(i64, i64, f64)> =
        sizes.iter().flat_map(|&(g, n)| periods.clone().filter(move |t| *t > first).map(move |t| (g, t, n))).collect();
    let row = |w: &dyn Fn(i64, i64, f64) -> f64| -> Vec<f64> { cells.iter().map(|&(g, t, n)| w(g, t, n)).collect() };
    let total = |on: &dyn Fn(i64, i64) -> bool| cells.iter().filter(|(g, t, _)| on(*g, *t)).map(|c| c.2).sum::<f64>();
    let last = *periods.end();
    let told: Vec<Vec<f64>> = result["effects"]
        .as_array()
        .expect("effects")
        .iter()
        .filter(|e| e["estimate"].is_number())
        .filter_map(|e| {
            let of = |key: &str| e[key].as_i64();
            Some(match (e["estimand"].as_str()?, of("group"), of("period"), of("event_time")) {
                ("group-time", Some(a), Some(b), _) => row(&|g, t, _| f64::from(u8::from((g, t) == (a, b)))),
                ("group", Some(a), ..) => row(&|g, t, _| f64::from(u8::from(g == a && t >= g))),
                ("calendar", _, Some(b), _) => row(&|g, t, n| if t == b && t >= g { n } else { 0.0 }),
                ("event", .., Some(s)) => row(&|g, t, n| if t - g == s { n } else { 0.0 }),
                ("overall", ..) => row(&|g, t, n| if t >= g { n } else { 0.0 }),
                ("overall-dynamic", ..) => row(&|g, t, n| if t >= g { n / total(&|h, u| u - h == t - g) } else { 0.0 }),
                ("overall-calendar", ..) => row(&|g, t, n| if t >= g { n / total(&|h, u| u == t && u >= h) } else { 0.0 }),
                ("overall-group", ..) => row(&|g, t, n| if t >= g { n / (last - g + 1) as f64 } else { 0.0 }),
                _ => return None,
            })
        })
        .chain(periods.clone().skip(1).map(|t| {
            row(&|g, u, n| match u {
                u if u == t => n,
                u if u == t - 1 && u >= g => -n,
                _ => 0.0,
            })
        }))
        .collect();
    let others: Vec<Vec<f64>> = told.iter().map(|r| r.iter().zip(&cells).filter(|(_, c)| c.0 != of).map(|(x, _)| *x).collect()).collect();
    rank(told) > rank(others)
}

/// By elimination, row after row.
fn rank(rows: Vec<Vec<f64>>) -> usize {
    let mut basis: Vec<(usize, Vec<f64>)> = Vec::new();
    for mut row in rows {
        let size = row.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        for (c, known) in &basis {
            let by = row[*c] / known[*c];
            row.iter_mut().zip(known).for_each(|(x, k)| *x -= by * k);
        }
        let (c, most) = row.iter().enumerate().fold((0, 0.0f64), |best, (i, x)| if x.abs() > best.1 { (i, x.abs()) } else { best });
        if most > 1e-9 * size {
            basis.push((c, row));
        }
    }
    basis.len()
}
