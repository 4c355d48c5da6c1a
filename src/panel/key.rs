//! Identifiers made dense: each distinct value gets an index, in sorted order.

use super::Sequence;
use crate::cohort::{Data, MISSING_CODE};

/// The distinct identifiers of a column, sorted.
#[derive(Debug, Clone, PartialEq)]
pub enum Keys {
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Real numbers used as identifiers.
    Number(Vec<f64>),
    /// Text.
    Text(Vec<String>),
    /// Rows numbered in order.
    Rows(usize),
}

impl Keys {
    /// Number of distinct identifiers.
    pub fn len(&self) -> usize {
        match self {
            Keys::Whole(v) => v.len(),
            Keys::Number(v) => v.len(),
            Keys::Text(v) => v.len(),
            Keys::Rows(n) => *n,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The identifier as the user wrote it.
    pub fn label(&self, ix: usize) -> String {
        match self {
            Keys::Whole(v) => v[ix].to_string(),
            Keys::Number(v) => v[ix].to_string(),
            Keys::Text(v) => v[ix].clone(),
            Keys::Rows(_) => (ix + 1).to_string(),
        }
    }

    /// Indexes the identifiers of the given rows (none of them missing): the sorted keys, and each row's index.
    pub fn index(data: &Data, rows: &Sequence) -> (Keys, Vec<u32>) {
        match data {
            Data::Whole(w) => {
                let value = |r: usize| w.values.at(r);
                if let Some((keys, codes)) = dense(rows.len(), || rows.iter().map(value)) {
                    return (Keys::Whole(keys), codes);
                }
                let (keys, codes) = by_sorting(rows, value, |a, b| a.cmp(b));
                (Keys::Whole(keys), codes)
            }
            Data::Flag(v) => {
                let present: Vec<i64> = [false, true].iter().filter(|&&f| rows.iter().any(|r| v[r] == f)).map(|&f| i64::from(f)).collect();
                let codes = rows.iter().map(|r| u32::from(v[r] && present.len() == 2)).collect();
                (Keys::Whole(present), codes)
            }
            Data::Number(v) => {
                let (keys, codes) = by_sorting(rows, |r| v[r] + 0.0, f64::total_cmp);
                (Keys::Number(keys), codes)
            }
            Data::Text(t) => {
                let mut rank = vec![u32::MAX; t.levels.len()];
                rows.iter().map(|r| t.codes[r]).filter(|&c| c != MISSING_CODE).for_each(|c| rank[c as usize] = 0);
                let mut keys = Vec::new();
                for (level, slot) in t.levels.iter().zip(rank.iter_mut()).filter(|(_, slot)| **slot == 0) {
                    *slot = keys.len() as u32;
                    keys.push(level.clone());
                }
                let codes = rows.iter().map(|r| rank[t.codes[r] as usize]).collect();
                (Keys::Text(keys), codes)
            }
        }
    }
}

/// The distinct whole numbers, sorted, and each one's index, by a table; `None` where they lie too far apart for one.
pub(super) fn dense<I: Iterator<Item = i64>>(n: usize, values: impl Fn() -> I) -> Option<(Vec<i64>, Vec<u32>)> {
    let low = values().min().unwrap_or(0);
    let high = values().max().unwrap_or(0);
    let span = high.abs_diff(low);
    if span >= 4 * n as u64 + 1024 {
        return None;
    }
    let mut rank = vec![u32::MAX; span as usize + 1];
    values().for_each(|v| rank[(v - low) as usize] = 0);
    let mut keys = Vec::new();
    for (offset, slot) in rank.iter_mut().enumerate() {
        if *slot == 0 {
            *slot = keys.len() as u32;
            keys.push(low + offset as i64);
        }
    }
    Some((keys, values().map(|v| rank[(v - low) as usize]).collect()))
}

fn by_sorting<T: Copy>(
    rows: &Sequence,
    value: impl Fn(usize) -> T,
    order: impl Fn(&T, &T) -> std::cmp::Ordering + Copy,
) -> (Vec<T>, Vec<u32>) {
    let mut keys: Vec<T> = rows.iter().map(&value).collect();
    keys.sort_unstable_by(order);
    keys.dedup_by(|a, b| order(a, b).is_eq());
    let find = |x: T| keys.binary_search_by(|k| order(k, &x)).expect("every value is a key") as u32;
    let codes = rows.iter().map(|r| find(value(r))).collect();
    (keys, codes)
}
