//! Bounds when parallel trends hold only about, in words.

use super::{Decided, Told, column, constant, effect, number, sentence};
use crate::diagnose::honest::{Bound, Breakdown, ConfidenceSet, Method, Shape};
use crate::diagnose::{Bounded, RATIO, Verdict};
use crate::table::{Cell, Digits, Table};

pub(super) fn told(found: &Bounded) -> Told {
    let verdict = found.verdict();
    let (at, beyond) = match found.breakdown {
        Breakdown::At(size) => (size, false),
        Breakdown::Beyond(size) => (size, true),
    };
    Told {
        verdict,
        reason: sentence(&reason(found, verdict, at, beyond)),
        remedy: remedy(verdict).into(),
        decided: Some(Decided { name: "breakdown value", value: Some(at), rule: rule(found) }),
        numbers: vec![
            ("estimate", Some(found.estimate)),
            ("breakdown", Some(at)),
            ("largest_tried", beyond.then_some(at)),
            ("smoothness_lower", found.smoothness.and_then(|s| s.lower)),
            ("smoothness_upper", found.smoothness.map(|s| s.upper)),
            ("level", Some(found.level)),
        ],
        table: table(found),
        summary: None,
    }
}

fn measure(bound: Bound) -> &'static str {
    match bound {
        Bound::RelativeMagnitudes => "times the largest change of the difference between two neighbouring periods before it",
        Bound::RelativeSmoothness => "times the largest change of its slope before it",
        Bound::Smoothness => "(in units of the outcome) from one period to the next",
    }
}

fn reason(found: &Bounded, verdict: Verdict, at: f64, beyond: bool) -> String {
    let what = effect(found.aim);
    if verdict == Verdict::CannotTell {
        let ends = interval(found.original);
        return format!(
            "{what} cannot be told from none even if trends are exactly parallel ({} % interval {ends}), so there is nothing that a difference in trends could undo",
            constant(100.0 * found.level)
        );
    }
    let bound = found.restriction.bound;
    if found.turned {
        return format!("{what} has the opposite sign if the trends before treatment go on in a straight line");
    }
    if at == 0.0 {
        let still = match bound {
            Bound::RelativeMagnitudes => "even without any difference in trends after treatment",
            _ => "as soon as trends may differ by a straight line",
        };
        return format!("{what} cannot be told from none {still}");
    }
    let held = match (bound, beyond) {
        (_, true) => format!("at every size tried, up to {} {}", number(at), measure(bound)),
        (Bound::Smoothness, _) => {
            format!("as long as the slope of the difference in trends changes by less than {} {}", number(at), measure(bound))
        }
        _ => format!("as long as trends differ after treatment by less than {} {}", number(at), measure(bound)),
    };
    let beside = match (bound, found.smoothness) {
        (Bound::Smoothness, Some(s)) => match s.lower {
            Some(low) => format!("; before treatment it changed by between {} and {}", number(low), number(s.upper)),
            None => format!("; before treatment it changed by up to {}, as far as the data say", number(s.upper)),
        },
        (Bound::Smoothness, None) => "; with one period before treatment there is nothing to compare that with".into(),
        _ => String::new(),
    };
    format!("{what} stays apart from none {held}{beside}")
}

fn rule(found: &Bounded) -> String {
    match (found.restriction.bound, found.smoothness) {
        (Bound::Smoothness, Some(s)) => format!(
            "ok from {} (the largest change of slope that the periods before treatment allow), fail below {}",
            number(s.upper),
            s.lower.map_or("anything above 0".into(), number)
        ),
        (Bound::Smoothness, None) => "never ok without two periods before treatment, fail at 0".into(),
        _ => format!(
            "ok from {}, caution from {}, else fail; cannot-tell without an effect to begin with",
            constant(RATIO[0]),
            constant(RATIO[1])
        ),
    }
}

fn remedy(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "Report the breakdown value beside the estimate.",
        Verdict::Caution => {
            "Report the breakdown value beside the estimate, and say what could have made the groups drift apart after treatment and not before."
        }
        Verdict::Fail => {
            "Do not rest a conclusion on this effect: look for comparison units that moved like the treated ones before, or for earlier periods, and report the bounds in place of the interval."
        }
        Verdict::CannotTell => "Read the interval as it is: it holds no effect. More clusters or periods would narrow it.",
    }
}

fn interval(set: ConfidenceSet) -> String {
    let end = |x: Option<f64>| x.map_or("no end".to_string(), number);
    match set {
        ConfidenceSet::Interval { low, high } => format!("{} to {}", end(low), end(high)),
        ConfidenceSet::Empty => "empty".into(),
    }
}

fn table(found: &Bounded) -> Table {
    let bound = found.restriction.bound;
    let (key, title, meaning) = match bound {
        Bound::Smoothness => {
            ("m", "M", "how much the slope of the difference in trends may change from one period to the next, in units of the outcome")
        }
        Bound::RelativeMagnitudes => (
            "mbar",
            "Mbar",
            "how much trends may differ after treatment, as a multiple of the largest change between two periods before it",
        ),
        Bound::RelativeSmoothness => {
            ("mbar", "Mbar", "how much slopes may change after treatment, as a multiple of the largest change before it")
        }
    };
    let name = match bound {
        Bound::Smoothness => "smoothness",
        Bound::RelativeMagnitudes => "relative magnitudes",
        Bound::RelativeSmoothness => "relative smoothness",
    };
    let mut table = Table::new(
        "honest",
        format!("Bounds of {}", effect(found.aim)),
        vec![
            column("trends", "Trends", "what is assumed of the trends"),
            column(key, title, meaning),
            column("conf_low", "Low", "lower end of the confidence set"),
            column("conf_high", "High", "upper end of the confidence set"),
            column("excludes_zero", "Apart from none", "whether the set leaves out 0"),
        ],
    );
    let end = |x: Option<f64>, set: &ConfidenceSet| {
        let why = if *set == ConfidenceSet::Empty {
            "the set is empty: trends of this kind do not fit the periods before treatment"
        } else {
            "the set has no end"
        };
        Cell::number_with(x, Digits::Auto, why)
    };
    let row = |words: &str, size: Cell, set: &ConfidenceSet| {
        let (low, high) = match *set {
            ConfidenceSet::Interval { low, high } => (low, high),
            ConfidenceSet::Empty => (None, None),
        };
        let excludes = if set.contains(0.0) { "no" } else { "yes" };
        vec![Cell::text(words), size, end(low, set), end(high, set), Cell::text(excludes)]
    };
    table.push(row("parallel", Cell::undefined("parallel trends have no size"), &found.original));
    found.bounds.iter().for_each(|b| table.push(row(name, Cell::number(Some(b.size), ""), &b.set)));
    let method = match found.method {
        Method::Hybrid => "the conditional test after a least favourable first stage (C-LF)",
        Method::Conditional => "the conditional test",
        Method::FixedLength => "the shortest interval of fixed length (FLCI)",
    };
    table.note(format!("{} % confidence sets by {method}; the first row is the usual interval.", constant(100.0 * found.level)));
    let shape = match found.restriction.shape {
        Shape::Any => None,
        Shape::PositiveBias => Some("the difference in trends after treatment is not negative"),
        Shape::NegativeBias => Some("the difference in trends after treatment is not positive"),
        Shape::Increasing => Some("the difference in trends never falls"),
        Shape::Decreasing => Some("the difference in trends never rises"),
    };
    shape.into_iter().for_each(|words| table.note(format!("Assumed besides: {words}.")));
    table
}
