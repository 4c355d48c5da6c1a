//! A grid of parameters: every combination of the values asked for.

use crate::cohort::{Fault, Faults, did_you_mean};
use crate::simulate::hint;
use std::fmt;

/// A parameter and the values it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The parameter.
    pub name: String,
    values: Values,
}

#[derive(Debug, Clone, PartialEq)]
enum Values {
    Listed(Vec<f64>),
    Stepped { from: f64, step: f64, n: u64 },
}

/// The values of the parameters at one point of a grid; parameters that no axis names keep their own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Point {
    /// Name and value, in the order of the axes.
    pub values: Vec<(String, f64)>,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.values.is_empty() {
            return write!(f, "as it is");
        }
        let all: Vec<String> = self.values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        write!(f, "{}", all.join(", "))
    }
}

impl Axis {
    /// Reads `name=a,b,c`, or `name=a..b:step` (both ends where the step leads there).
    ///
    /// # Errors
    /// What is not written so, a value that is no number, and a value that stands twice.
    pub fn parse(text: &str) -> Result<Axis, Faults> {
        let refused = |what: String, remedy: &str| -> Faults {
            Fault::new("CAL-002", what, format!("--grid {text}"), "it does not say which values to try", remedy).into()
        };
        let form = "write it as  --grid schools=20,40,80  or  --grid schools=20..80:20";
        let Some((name, list)) = text.split_once('=') else { return Err(refused("a grid needs a name and values".into(), form)) };
        let (name, list) = (name.trim().to_string(), list.trim());
        let number = |t: &str| {
            let value = t.trim().parse::<f64>().ok().filter(|v| v.is_finite());
            // No −0.
            value.map(|v| v + 0.0).ok_or_else(|| refused(format!("{:?} is not a number", t.trim()), form))
        };
        if name.is_empty() || list.is_empty() {
            return Err(refused("a grid needs a name and values".into(), form));
        }
        if let Some((from, rest)) = list.split_once("..") {
            let (to, step) = rest.split_once(':').unwrap_or((rest, "1"));
            let (from, to, step) = (number(from)?, number(to)?, number(step)?);
            if step <= 0.0 || to < from {
                return Err(refused("the range leads nowhere".into(), "begin with the lower end and take a step above zero"));
            }
            let steps = ((to - from) / step + 1e-9).floor();
            if !(0.0..9e15).contains(&steps) || from + step == from && steps > 0.0 {
                return Err(refused("the range has more values than can be counted".into(), "take a longer step"));
            }
            return Ok(Axis { name, values: Values::Stepped { from, step, n: steps as u64 + 1 } });
        }
        let values: Vec<f64> = list.split(',').map(number).collect::<Result<_, _>>()?;
        for (i, value) in values.iter().enumerate() {
            if values[..i].contains(value) {
                return Err(refused(format!("{value} stands there twice"), "name each value once"));
            }
        }
        Ok(Axis { name, values: Values::Listed(values) })
    }

    /// How many values it takes.
    pub fn len(&self) -> u64 {
        match &self.values {
            Values::Listed(list) => list.len() as u64,
            Values::Stepped { n, .. } => *n,
        }
    }

    /// Whether it takes none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a place.
    pub fn value(&self, place: u64) -> f64 {
        match &self.values {
            Values::Listed(list) => list[place as usize],
            Values::Stepped { from, step, .. } => {
                // A range in steps of 0.1 means 0.3, not 0.30000000000000004: twelve digits are what was written.
                let exact = from + step * place as f64;
                format!("{exact:.12e}").parse().unwrap_or(exact)
            }
        }
    }

    /// The values as they are written into the experiment's identity.
    pub(super) fn words(&self) -> String {
        match &self.values {
            Values::Listed(list) => list.iter().map(f64::to_string).collect::<Vec<_>>().join(","),
            Values::Stepped { from, step, n } => format!("{from}, {n} values in steps of {step}"),
        }
    }
}

/// Every combination of the values of several parameters, the last one named changing fastest; or one parameter at a time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    /// The parameters, in the order in which they were named.
    pub axes: Vec<Axis>,
    /// Whether only one parameter at a time leaves its first value.
    pub one_at_a_time: bool,
}

impl Grid {
    /// A grid over parameters that there are.
    ///
    /// # Errors
    /// Unknown names (with the nearest known one) and names given twice, all at once.
    pub fn new(axes: Vec<Axis>, known: &[String]) -> Result<Grid, Faults> {
        let mut faults = Faults::default();
        for (i, axis) in axes.iter().enumerate() {
            let place = format!("--grid {}", axis.name);
            if !known.contains(&axis.name) {
                let remedy = match hint(&axis.name) {
                    Some(hint) if known.iter().any(|k| k == "school_variance") => hint.to_string(),
                    _ => did_you_mean(&axis.name, known.iter().map(String::as_str)),
                };
                let (what, why) = (format!("there is no parameter {:?}", axis.name), "nothing would change along this grid");
                faults.push(Fault::new("CAL-003", what, place, why, remedy));
            } else if axes[..i].iter().any(|other| other.name == axis.name) {
                faults.push(Fault::new(
                    "CAL-003",
                    format!("the parameter {} stands in two grids", axis.name),
                    place,
                    "one point cannot have two values of it",
                    "put all its values into one --grid",
                ));
            }
        }
        faults.into_result().map(|()| Grid { axes, one_at_a_time: false })
    }

    /// Grids of one point each: where every axis is at its first, its middle and its last value. For trying what a draw takes
    /// where there are too many points to go through.
    pub fn diagonal(&self) -> [Grid; 3] {
        let at = |place: fn(u64) -> u64| {
            let one = |a: &Axis| Axis { name: a.name.clone(), values: Values::Listed(vec![a.value(place(a.len()))]) };
            Grid { axes: self.axes.iter().map(one).collect(), one_at_a_time: false }
        };
        [at(|_| 0), at(|n| n / 2), at(|n| n - 1)]
    }

    /// How many points there are, however many that is.
    pub fn n_points(&self) -> f64 {
        if self.one_at_a_time {
            return self.axes.iter().fold(1.0, |n, a| n + (a.len() - 1) as f64);
        }
        self.axes.iter().map(|a| a.len() as f64).product()
    }

    /// The number of points of a grid that can be gone through.
    pub fn len(&self) -> usize {
        if self.one_at_a_time {
            return self.axes.iter().fold(1, |n, a| n + a.len() as usize - 1);
        }
        self.axes.iter().map(|a| a.len() as usize).product()
    }

    /// Whether an axis takes no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values at a point, without building the others.
    pub fn point(&self, place: usize) -> Point {
        let mut left = place as u64;
        if self.one_at_a_time {
            let values = self.axes.iter().map(|axis| {
                // The points after the first belong to the axes in turn, each without its first value.
                let own = if (1..axis.len()).contains(&left) { left } else { 0 };
                left = if own > 0 { 0 } else { left.saturating_sub(axis.len() - 1) };
                (axis.name.clone(), axis.value(own))
            });
            return Point { values: values.collect() };
        }
        let mut values: Vec<(String, f64)> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let own = left % axis.len();
                left /= axis.len();
                (axis.name.clone(), axis.value(own))
            })
            .collect();
        values.reverse();
        Point { values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(texts: &[&str]) -> Result<Grid, Faults> {
        let known = ["schools".to_string(), "effect".to_string()];
        Grid::new(texts.iter().map(|t| Axis::parse(t)).collect::<Result<_, _>>()?, &known)
    }

    #[test]
    fn points_come_in_stated_order() {
        let grid = grid(&["schools=20,40", "effect=0..0.3:0.1"]).expect("sound");
        let all: Vec<String> = (0..grid.len()).map(|i| grid.point(i).to_string()).collect();
        assert_eq!(all.len(), 8);
        assert_eq!(all[1], "schools = 20, effect = 0.1");
        assert_eq!(all[3], "schools = 20, effect = 0.3");
        assert_eq!(all[4], "schools = 40, effect = 0");
        assert_eq!(Grid::default().point(0).to_string(), "as it is");
    }

    #[test]
    fn one_parameter_at_a_time() {
        let grid = Grid { one_at_a_time: true, ..grid(&["schools=20,40,80", "effect=0,0.1"]).expect("sound") };
        let all: Vec<String> = (0..grid.len()).map(|i| grid.point(i).to_string()).collect();
        let wanted = ["schools = 20, effect = 0", "schools = 40, effect = 0", "schools = 80, effect = 0", "schools = 20, effect = 0.1"];
        assert_eq!((all, grid.n_points()), (wanted.map(String::from).to_vec(), 4.0));
        let ends = grid.diagonal().map(|g| g.point(0).to_string());
        assert_eq!(ends, ["schools = 20, effect = 0", "schools = 40, effect = 0.1", "schools = 80, effect = 0.1"]);
    }

    #[test]
    fn a_grid_without_end_is_counted_not_built() {
        let grid = grid(&["schools=1..1000000:1", "effect=0..1:0.001"]).expect("sound");
        assert_eq!(grid.n_points(), 1e6 * 1001.0);
        assert!(Axis::parse("schools=0..1e300:1e-300").is_err());
        assert!(Axis::parse("schools=1e20..2e20:1").is_err());
    }

    #[test]
    fn faults_say_what_and_what_else() {
        let said = |texts: &[&str]| grid(texts).expect_err("a fault").to_string();
        assert!(said(&["schols=1,2"]).contains("did you mean  schools?"));
        assert!(said(&["schools=1,2", "schools=3"]).contains("two grids"));
        for text in [
            "schools",
            "schools=",
            "=1",
            "schools=a",
            "schools=1,,2",
            "schools=1,1",
            "schools=3..1",
            "schools=1..3:0",
            "schools=nan",
            "schools=1..3:-1",
            "schools=inf",
        ] {
            assert!(said(&[text]).contains("CAL-002"), "{text}");
        }
    }
}
