//! One column of a cohort: numbers, whole numbers or text, with missing values.

/// The code of a missing text value.
pub const MISSING_CODE: u32 = u32::MAX;

/// A named column.
#[derive(Debug, Clone)]
pub struct Column {
    /// The name as the source writes it.
    pub name: String,
    /// The values.
    pub data: Data,
}

/// The values of a column. Missing values exist only in the three forms named here, and nowhere downstream.
#[derive(Debug, Clone)]
pub enum Data {
    /// Real numbers; a missing one is NaN (the only place in didact where NaN has a meaning).
    Number(Vec<f64>),
    /// Yes or no, none missing: whole numbers that are 0 and 1 only, in an eighth of the memory.
    Flag(Vec<bool>),
    /// Whole numbers, up to 64 bits.
    Whole(Wholes),
    /// Text, as codes into a sorted list of distinct values.
    Text(Texts),
}

/// Whole numbers with a mask of missing ones.
#[derive(Debug, Clone, Default)]
pub struct Wholes {
    /// The values; 0 where missing.
    pub values: Integers,
    /// `true` where the value is missing; empty when none is.
    pub missing: Vec<bool>,
}

/// Whole numbers in as little memory as they need.
#[derive(Debug, Clone)]
pub enum Integers {
    /// All of them fit in 32 bits.
    Narrow(Vec<i32>),
    /// Up to 64 bits.
    Wide(Vec<i64>),
}

impl Default for Integers {
    fn default() -> Self {
        Integers::Narrow(Vec::new())
    }
}

impl From<Vec<i64>> for Integers {
    fn from(values: Vec<i64>) -> Self {
        Integers::of(values.iter().copied())
    }
}

impl Integers {
    /// These values.
    pub fn of(values: impl Iterator<Item = i64> + Clone) -> Self {
        if values.clone().all(|v| i32::try_from(v).is_ok()) {
            Integers::Narrow(values.map(|v| v as i32).collect())
        } else {
            Integers::Wide(values.collect())
        }
    }

    /// The value in a row.
    #[inline]
    pub fn at(&self, row: usize) -> i64 {
        match self {
            Integers::Narrow(v) => i64::from(v[row]),
            Integers::Wide(v) => v[row],
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Integers::Narrow(v) => v.len(),
            Integers::Wide(v) => v.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All values, in order.
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.len()).map(|row| self.at(row))
    }
}

/// Text coded by a sorted dictionary.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// For each row an index into `levels`, or [`MISSING_CODE`].
    pub codes: Vec<u32>,
    /// The distinct values, sorted.
    pub levels: Vec<String>,
}

impl Wholes {
    /// Values without missing ones.
    pub fn complete(values: impl Into<Integers>) -> Self {
        Wholes { values: values.into(), missing: Vec::new() }
    }

    /// From optional values.
    pub fn from_options(options: impl IntoIterator<Item = Option<i64>>) -> Self {
        let (mut values, mut missing, mut any) = (Vec::new(), Vec::new(), false);
        for o in options {
            values.push(o.unwrap_or(0));
            missing.push(o.is_none());
            any |= o.is_none();
        }
        Wholes { values: values.into(), missing: if any { missing } else { Vec::new() } }
    }

    /// The value in a row, if it is there.
    pub fn get(&self, row: usize) -> Option<i64> {
        if !self.missing.is_empty() && self.missing[row] { None } else { Some(self.values.at(row)) }
    }
}

impl Texts {
    /// Codes the given values (`None`: missing) by their sorted distinct values.
    pub fn encode<'a>(values: impl Iterator<Item = Option<&'a str>> + Clone) -> Self {
        let mut levels: Vec<String> = Vec::new();
        let mut seen: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
        let mut codes = Vec::new();
        for v in values {
            codes.push(match v {
                None => MISSING_CODE,
                Some(s) => *seen.entry(s).or_insert_with(|| {
                    levels.push(s.to_string());
                    levels.len() as u32 - 1
                }),
            });
        }
        let mut texts = Texts { codes, levels };
        texts.sort_levels();
        texts
    }

    /// Brings `levels` into sorted order and recodes the rows, so that codes do not depend on the order of rows.
    pub fn sort_levels(&mut self) {
        let mut order: Vec<u32> = (0..self.levels.len() as u32).collect();
        order.sort_by(|a, b| self.levels[*a as usize].cmp(&self.levels[*b as usize]));
        let mut rank = vec![0u32; order.len()];
        for (new, old) in order.iter().enumerate() {
            rank[*old as usize] = new as u32;
        }
        self.levels = order.iter().map(|o| std::mem::take(&mut self.levels[*o as usize])).collect();
        for c in &mut self.codes {
            if *c != MISSING_CODE {
                *c = rank[*c as usize];
            }
        }
    }

    /// The value in a row, if it is there.
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = self.codes[row];
        if code == MISSING_CODE { None } else { Some(&self.levels[code as usize]) }
    }
}

impl Data {
    /// Whole numbers, as flags where they are 0 and 1 only.
    pub fn whole(wholes: Wholes) -> Data {
        if wholes.missing.is_empty() && wholes.values.iter().all(|v| v == 0 || v == 1) {
            Data::Flag(wholes.values.iter().map(|v| v == 1).collect())
        } else {
            Data::Whole(wholes)
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Data::Number(v) => v.len(),
            Data::Flag(v) => v.len(),
            Data::Whole(w) => w.values.len(),
            Data::Text(t) => t.codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value in a row is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Data::Number(v) => v[row].is_nan(),
            Data::Flag(_) => false,
            Data::Whole(w) => w.get(row).is_none(),
            Data::Text(t) => t.codes[row] == MISSING_CODE,
        }
    }

    /// The value as a number, if it is one and not missing.
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Data::Number(v) => Some(v[row]).filter(|x| !x.is_nan()),
            Data::Flag(v) => Some(f64::from(u8::from(v[row]))),
            Data::Whole(w) => w.get(row).map(|v| v as f64),
            Data::Text(_) => None,
        }
    }

    /// What kind of values these are, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Data::Number(_) => "number",
            Data::Flag(_) | Data::Whole(_) => "whole number",
            Data::Text(_) => "text",
        }
    }

    /// The value as a person would write it; empty when missing.
    pub fn display(&self, row: usize) -> String {
        match self {
            Data::Number(v) => {
                if v[row].is_nan() {
                    String::new()
                } else {
                    format!("{}", v[row])
                }
            }
            Data::Flag(v) => u8::from(v[row]).to_string(),
            Data::Whole(w) => w.get(row).map(|v| v.to_string()).unwrap_or_default(),
            Data::Text(t) => t.get(row).unwrap_or_default().to_string(),
        }
    }
}
