//! The values of the target that the conditional test, alone or after a least favourable first stage, does not reject.
//!
//! At a value t the statistic η is γ'y at some vertex γ. Given what is independent of γ'y, that vertex is the largest as long as
//! γ'y lies between v_lo and v_up, so η is a normal variable cut off there, and the test rejects when η exceeds both 0 and
//! the 1 − α quantile of that variable with mean 0 (Andrews, Roth and Pakes 2023, section 5; Rambachan and Roth 2023, section 3.2). The hybrid
//! rejects first when η exceeds the least favourable critical value of size κ = α/10, else takes v_up no larger than it and
//! size (α − κ)/(1 − κ) (their section 3.3).
//!
//! η is convex and piecewise linear in t, and under one vertex so are v_lo and −v_up. Their kinks are found exactly by linear
//! programs; between kinks the test is a smooth function of t, and its crossings are found by bisection. What is reported is the
//! hull of the values not rejected, as HonestDiD reports the least and the largest such value of its grid.

use super::moments::{Functional, Moments};
use super::piecewise::{Line, pieces};
use crate::num::{dot, normal};

/// Beyond so many standard deviations from η a truncation point does not matter.
const BEYOND: f64 = 64.0;
/// Below this η counts as not positive.
const ZERO: f64 = 1e-10;

/// The size of the test, and the value above which η is rejected outright: the critical value of the hybrid's first stage, which also cuts
/// off v_up, or one of a size of 10⁻⁶. Without that, single values far away where two vertices tie would never be rejected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test {
    pub alpha: f64,
    pub cutoff: f64,
    pub hybrid: bool,
}

/// The size of the outright rejection when there is no first stage.
pub(super) const NEGLIGIBLE: f64 = 1e-6;

/// The hull of the values not rejected: its ends, infinite where the set has none; `None` when all are rejected.
pub(super) type Hull = Option<(f64, f64)>;

/// The outer `None` says that a program could not be solved.
pub(super) fn accepted(moments: &mut Moments, test: Test) -> Option<Hull> {
    let far = moments.far;
    let Some((low, high)) = within(moments, test.cutoff)? else { return Some(None) };
    // What lies in the estimated identified set is never rejected.
    let inner = within(moments, 0.0)?;
    let mut ask = |t: f64| moments.at(t).map(|f| (f.line, f));
    let known = match inner {
        Some((a, b)) => vec![(low, a), (b, high)],
        None => vec![(low, high)],
    };
    let mut stretches = Vec::new();
    for (from, to) in known.iter().filter(|(from, to)| from < to) {
        stretches.extend(pieces(&mut ask, *from, *to)?);
    }
    let mut hull: Hull = inner;
    let outermost = |moments: &mut Moments, right: bool| -> Option<Option<f64>> {
        let order: Box<dyn Iterator<Item = _>> = if right { Box::new(stretches.iter().rev()) } else { Box::new(stretches.iter()) };
        for piece in order {
            let segments = segments(moments, &piece.with, piece.low, piece.high, test)?;
            let order: Box<dyn Iterator<Item = _>> = if right { Box::new(segments.iter().rev()) } else { Box::new(segments.iter()) };
            for segment in order {
                if let Some(t) = segment.outermost(test, right) {
                    return Some(Some(t));
                }
            }
        }
        Some(None)
    };
    for right in [true, false] {
        if let Some(t) = outermost(moments, right)? {
            let (a, b) = hull.unwrap_or((t, t));
            hull = Some((a.min(t), b.max(t)));
        }
    }
    let open = |t: f64| if t.abs() >= far * (1.0 - 1e-9) { t.signum() * f64::INFINITY } else { t };
    Some(hull.map(|(a, b)| (open(a), open(b))))
}

/// The values at which η is at most `level`: by Newton's method from both sides, finite since η is convex and piecewise linear.
pub(super) fn within(moments: &mut Moments, level: f64) -> Option<Hull> {
    let far = moments.far;
    let mut ends = [0.0; 2];
    for (end, side) in ends.iter_mut().zip([-1.0, 1.0]) {
        let mut t = side * far;
        for _ in 0..1_000 {
            let line = moments.at(t)?.line;
            if line.at(t) <= level + 1e-12 * (1.0 + line.at_zero.abs()) {
                break;
            }
            // η rises in the wrong direction: it is above the level everywhere.
            if line.slope * side <= 0.0 {
                return Some(None);
            }
            let next = (level - line.at_zero) / line.slope;
            if (next - t) * side >= 0.0 {
                break;
            }
            t = next;
        }
        *end = t;
    }
    Some((ends[0] <= ends[1]).then_some((ends[0], ends[1])))
}

/// A stretch on which η, v_lo and v_up are lines.
#[derive(Debug, Clone)]
struct Segment {
    low: f64,
    high: f64,
    eta: Line,
    floor: Line,
    ceiling: Line,
    sd: f64,
}

fn segments(moments: &mut Moments, v: &Functional, low: f64, high: f64, test: Test) -> Option<Vec<Segment>> {
    let single = |floor, ceiling| Segment { low, high, eta: v.line, floor, ceiling, sd: v.sd };
    if v.sd <= ZERO {
        return Some(vec![single(v.line, v.line)]);
    }
    let floors = pieces(&mut |t| truncation(moments, v, t, -1.0, None).map(|line| (line, ())), low, high)?;
    let ceilings =
        pieces(&mut |t| truncation(moments, v, t, 1.0, test.hybrid.then_some(test.cutoff)).map(|line| (line.negative(), ())), low, high)?;
    let mut out = Vec::new();
    let (mut i, mut j, mut from) = (0, 0, low);
    while i < floors.len() && j < ceilings.len() {
        let to = floors[i].high.min(ceilings[j].high);
        out.push(Segment { low: from, high: to, ..single(floors[i].line, ceilings[j].line.negative()) });
        from = to;
        let (next_floor, next_ceiling) = (floors[i].high <= to, ceilings[j].high <= to);
        i += usize::from(next_floor);
        j += usize::from(next_ceiling);
    }
    Some(out)
}

/// v_lo (side −1) or v_up (side 1) of a vertex at t, as the line it lies on: Newton's method on the largest value of any vertex as a
/// function of γ'y (the shortcut of Andrews, Roth and Pakes's Algorithm 1).
fn truncation(moments: &mut Moments, v: &Functional, t: f64, side: f64, cap: Option<f64>) -> Option<Line> {
    let beyond = Line { at_zero: v.line.at_zero + side * BEYOND * v.sd, slope: v.line.slope };
    let mut line = match cap {
        Some(level) if level < beyond.at(t) => Line { at_zero: level, slope: 0.0 },
        _ => beyond,
    };
    let eta = v.line.at(t);
    let mut c = line.at(t);
    for _ in 0..1_000 {
        if (c - eta) * side <= 0.0 {
            break;
        }
        let u = moments.along(t, v, c)?;
        let rho = dot(&u.loading, &v.loading) / (v.sd * v.sd);
        let value = u.line.at(t) + rho * (c - eta);
        if value <= c + 1e-11 * (1.0 + c.abs()) || (rho - 1.0) * side <= 0.0 {
            break;
        }
        let of = |u: f64, v: f64| (u - rho * v) / (1.0 - rho);
        line = Line { at_zero: of(u.line.at_zero, v.line.at_zero), slope: of(u.line.slope, v.line.slope) };
        let next = line.at(t);
        if (c - next) * side <= 0.0 {
            break;
        }
        c = next;
    }
    Some(line)
}

impl Segment {
    fn accepts(&self, test: Test, t: f64) -> bool {
        let eta = self.eta.at(t);
        if eta <= ZERO {
            return true;
        }
        if self.sd <= ZERO {
            return false;
        }
        let (x, floor, ceiling) = (eta / self.sd, self.floor.at(t).min(eta) / self.sd, self.ceiling.at(t) / self.sd);
        normal::ln_between(x, ceiling) >= libm::log(test.alpha) + normal::ln_between(floor, ceiling)
    }

    /// The value farthest to one side that is not rejected, if any is not.
    fn outermost(&self, test: Test, right: bool) -> Option<f64> {
        let width = self.high - self.low;
        let mut at: Vec<f64> = Vec::new();
        // Dense at both ends, where the truncation comes close to the statistic.
        let mut share = 0.5;
        for _ in 0..44 {
            at.extend([self.low + share * width, self.high - share * width]);
            share *= 0.5;
        }
        at.extend((1..32).map(|k| self.low + width * f64::from(k) / 32.0));
        at.extend([self.low, self.high]);
        at.sort_by(f64::total_cmp);
        if right {
            at.reverse();
        }
        let first = at.iter().position(|&t| self.accepts(test, t))?;
        if first == 0 {
            return Some(at[0]);
        }
        let (mut inside, mut outside) = (at[first], at[first - 1]);
        for _ in 0..200 {
            let middle = 0.5 * (inside + outside);
            if middle == inside || middle == outside {
                break;
            }
            if self.accepts(test, middle) { inside = middle } else { outside = middle }
        }
        Some(inside)
    }
}
