//! Convex piecewise linear functions of one variable, known only by asking for their value and slope at a point.

/// t ↦ at_zero + slope · t.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub at_zero: f64,
    pub slope: f64,
}

impl Line {
    pub fn at(self, t: f64) -> f64 {
        self.at_zero + self.slope * t
    }

    pub fn negative(self) -> Line {
        Line { at_zero: -self.at_zero, slope: -self.slope }
    }
}

/// A stretch on which the function is one line, and what came with that line.
#[derive(Debug, Clone)]
pub(super) struct Piece<T> {
    pub low: f64,
    pub high: f64,
    pub line: Line,
    pub with: T,
}

/// Values that agree to this share of their size are the same.
const SAME: f64 = 1e-10;

fn reaches(line: Line, t: f64, value: f64) -> bool {
    line.at(t) >= value - SAME * (1.0 + value.abs())
}

/// All pieces of a convex function between `low` and `high`, in order. `ask` gives a line that touches the function from below at a
/// point; where two neighbouring lines meet and the function is no higher, that is a kink, else there is another line between them.
///
/// `None` when `ask` gives none somewhere.
pub(super) fn pieces<T: Clone>(ask: &mut impl FnMut(f64) -> Option<(Line, T)>, low: f64, high: f64) -> Option<Vec<Piece<T>>> {
    let (first, last) = (ask(low)?, ask(high)?);
    let mut out: Vec<Piece<T>> = Vec::new();
    let mut tell = |low: f64, high: f64, line: Line, with: T| match out.last_mut() {
        Some(last) if last.line == line => last.high = high,
        _ => out.push(Piece { low, high, line, with }),
    };
    let mut told = 0;
    // Stretches still to be told, the leftmost on top.
    let mut left = vec![(low, first, high, last)];
    while let Some((low, (line, with), high, (other, other_with))) = left.pop() {
        told += 1;
        if reaches(line, high, other.at(high)) || told > 10_000 {
            tell(low, high, line, with);
            continue;
        }
        if reaches(other, low, line.at(low)) {
            tell(low, high, other, other_with);
            continue;
        }
        let meet = ((line.at_zero - other.at_zero) / (other.slope - line.slope)).clamp(low, high);
        let (between, between_with) = ask(meet)?;
        if reaches(line, meet, between.at(meet)) || meet <= low || meet >= high {
            tell(low, meet, line, with);
            tell(meet, high, other, other_with);
        } else {
            left.push((meet, (between, between_with.clone()), high, (other, other_with)));
            left.push((low, (line, with), meet, (between, between_with)));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_an_envelope_is_found() {
        let lines: Vec<Line> = (-5..=5).map(|k| Line { at_zero: -f64::from(k * k), slope: 2.0 * f64::from(k) }).collect();
        let mut asked = 0;
        let mut ask = |t: f64| {
            asked += 1;
            lines.iter().copied().max_by(|a, b| a.at(t).total_cmp(&b.at(t))).map(|l| (l, l.slope))
        };
        let found = pieces(&mut ask, -100.0, 100.0).expect("lines");
        assert_eq!(found.iter().map(|p| p.with).collect::<Vec<_>>(), (-5..=5).map(|k| 2.0 * f64::from(k)).collect::<Vec<_>>());
        for pair in found.windows(2) {
            assert_eq!(pair[0].high, pair[1].low);
            // Neighbouring lines k and k+1 meet at k + 1/2.
            assert!((pair[0].high - (pair[0].with + 1.0) / 2.0).abs() < 1e-12);
        }
        assert!(asked < 40, "{asked} questions");
        assert_eq!(pieces(&mut |_| Some((lines[3], ())), 0.0, 1.0).expect("a line").len(), 1);
        assert!(pieces(&mut |_| None::<(Line, ())>, 0.0, 1.0).is_none());
    }
}
