//! What one draw says of each effect, in memory and as a line of text that reads back to the same bits.

use crate::estimate::{Estimand, Target};
use crate::infer::Bound;

/// Which effect of a fit is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// The kind.
    pub estimand: Estimand,
    /// The first treated period.
    pub group: Option<i64>,
    /// The period.
    pub period: Option<i64>,
    /// Periods since the start.
    pub event_time: Option<i64>,
    /// The percentage of the treated that have less than the dose at which it is meant: the dose itself differs from draw to draw.
    pub dose_percent: Option<u8>,
}

impl From<&Target> for Effect {
    fn from(t: &Target) -> Effect {
        let dose_percent = t.dose.map(|place| place.percent);
        Effect { estimand: t.estimand, group: t.group, period: t.period, event_time: t.event_time, dose_percent }
    }
}

/// What was found of an effect by a method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The estimate, in the outcome's units.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Its degrees of freedom.
    pub df: Option<f64>,
    /// The two-sided p-value for no effect.
    pub p_value: Option<f64>,
    /// The lower end of the interval.
    pub low: Bound,
    /// The upper end.
    pub high: Bound,
    /// The true value in this draw.
    pub truth: Option<f64>,
}

/// Why nothing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed(pub String);

/// One effect by one estimator and method in one draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Which question of the experiment.
    pub question: usize,
    /// Which of its estimators.
    pub estimator: usize,
    /// The method, as it would be asked for; `None` where it did not come to that.
    pub method: Option<String>,
    /// The effect; `None`: all of them.
    pub effect: Option<Effect>,
    /// What was found.
    pub result: Result<Found, Failed>,
}

/// Everything one draw says.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicate {
    /// The point of the grid.
    pub point: usize,
    /// The replicate's number.
    pub number: usize,
    /// What was found, in the order of the questions, estimators, methods and targets.
    pub records: Vec<Record>,
}

/// The estimands by the names they are written with.
const ESTIMANDS: &[Estimand] = &[
    Estimand::Overall,
    Estimand::OverallDynamic,
    Estimand::OverallGroup,
    Estimand::OverallCalendar,
    Estimand::GroupTime,
    Estimand::Group,
    Estimand::Calendar,
    Estimand::Event,
    Estimand::Dose,
    Estimand::DoseSlope,
];

impl Replicate {
    /// The draw as one line, its check sum first. It ends with a line break, and has none before.
    pub fn line(&self) -> String {
        let mut body = format!("{}\t{}", self.point, self.number);
        for r in &self.records {
            body.push('\t');
            body.push_str(&r.words());
        }
        format!("{}\t{body}\n", sum(&body))
    }

    /// Reads a line; `None` when it is not one, whole.
    pub fn parse(line: &str) -> Option<Replicate> {
        let (check, body) = line.split_once('\t')?;
        if check != sum(body) {
            return None;
        }
        let mut fields = body.split('\t');
        let (point, number) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let records = fields.map(Record::parse).collect::<Option<Vec<_>>>()?;
        Some(Replicate { point, number, records })
    }
}

/// The first 32 bits of BLAKE3: enough to see that a disk has gone wrong.
fn sum(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..8].to_string()
}

impl Record {
    fn words(&self) -> String {
        let whole = |x: Option<i64>| x.map_or(String::new(), |x| x.to_string());
        let (kind, at) = match self.effect {
            Some(e) => (e.estimand.name(), [e.group, e.period, e.event_time, e.dose_percent.map(i64::from)].map(whole)),
            None => ("", [None; 4].map(whole)),
        };
        let method = self.method.as_deref().map_or(String::new(), escaped);
        let mut out = format!("{}|{}|{method}|{kind}|{}", self.question, self.estimator, at.join("|"));
        match &self.result {
            Ok(f) => {
                out.push_str(&format!("|{:e}", f.estimate));
                for x in [f.std_error, f.df, f.p_value] {
                    out.push_str(&format!("|{}", number(x)));
                }
                for end in [f.low, f.high] {
                    out.push_str(&match end {
                        Bound::At(x) => format!("|{x:e}"),
                        Bound::Unbounded => "|open".into(),
                        Bound::Undefined => "|".into(),
                    });
                }
                out.push_str(&format!("|{}", number(f.truth)));
            }
            Err(Failed(why)) => out.push_str(&format!("|!{}", escaped(why))),
        }
        out
    }

    fn parse(text: &str) -> Option<Record> {
        let mut fields = text.split('|');
        let question = fields.next()?.parse().ok()?;
        let estimator = fields.next()?.parse().ok()?;
        let method = Some(fields.next()?).filter(|m| !m.is_empty()).map(plain);
        let kind = fields.next()?;
        let mut whole = || -> Option<Option<i64>> {
            match fields.next()? {
                "" => Some(None),
                text => text.parse().ok().map(Some),
            }
        };
        let [group, period, event_time, percent] = [whole()?, whole()?, whole()?, whole()?];
        let dose_percent = match percent {
            None => None,
            Some(percent) => Some(u8::try_from(percent).ok()?),
        };
        let effect = match kind {
            "" => None,
            name => {
                let estimand = *ESTIMANDS.iter().find(|e| e.name() == name)?;
                Some(Effect { estimand, group, period, event_time, dose_percent })
            }
        };
        let first = fields.next()?;
        if let Some(why) = first.strip_prefix('!') {
            return fields.next().is_none().then(|| Record { question, estimator, method, effect, result: Err(Failed(plain(why))) });
        }
        let some = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<f64>().ok().map(Some) };
        let end = |text: &str| match text {
            "" => Some(Bound::Undefined),
            "open" => Some(Bound::Unbounded),
            text => text.parse().ok().map(Bound::At),
        };
        let found = Found {
            estimate: first.parse().ok()?,
            std_error: some(fields.next()?)?,
            df: some(fields.next()?)?,
            p_value: some(fields.next()?)?,
            low: end(fields.next()?)?,
            high: end(fields.next()?)?,
            truth: some(fields.next()?)?,
        };
        fields.next().is_none().then_some(Record { question, estimator, method, effect, result: Ok(found) })
    }
}

fn number(x: Option<f64>) -> String {
    x.map_or(String::new(), |x| format!("{x:e}"))
}

/// Words without the marks that separate fields and lines.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '%' => out.push_str("%25"),
            '|' => out.push_str("%7c"),
            '\t' => out.push_str("%09"),
            '\n' => out.push_str("%0a"),
            '\r' => out.push_str("%0d"),
            c => out.push(c),
        }
    }
    out
}

fn plain(words: &str) -> String {
    words.replace("%7c", "|").replace("%09", "\t").replace("%0a", "\n").replace("%0d", "\r").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Replicate {
        let effect =
            Effect { estimand: Estimand::GroupTime, group: Some(2019), period: Some(2018), event_time: Some(-1), dose_percent: None };
        let found = Found {
            estimate: 0.1 + 0.2,
            std_error: Some(f64::MIN_POSITIVE / 8.0),
            df: None,
            p_value: Some(1.0 / 3.0),
            low: Bound::At(-1.234_567_890_123_456_7e-300),
            high: Bound::Unbounded,
            truth: Some(-0.0),
        };
        let failed = Failed("50 % of\tcells | none\r\nleft %7c".into());
        Replicate {
            point: 3,
            number: 41,
            records: vec![
                Record {
                    question: 0,
                    estimator: 1,
                    method: Some("wild-bootstrap:null=free|x".into()),
                    effect: Some(effect),
                    result: Ok(found),
                },
                Record { question: 1, estimator: 0, method: None, effect: None, result: Err(failed) },
            ],
        }
    }

    #[test]
    fn a_line_reads_back_to_the_same_bits() {
        let own = sample();
        let line = own.line();
        assert_eq!(line.matches('\n').count(), 1);
        let read = Replicate::parse(line.trim_end_matches('\n')).expect("a line");
        assert_eq!(read, own);
        let bits = |r: &Replicate| r.records[0].result.as_ref().map(|f| f.truth.map(f64::to_bits)).ok();
        assert_eq!(bits(&read), bits(&own), "the sign of zero too");
    }

    #[test]
    fn a_line_that_was_cut_or_changed_is_none() {
        let line = sample().line();
        let line = line.trim_end_matches('\n');
        for cut in (0..line.len()).filter(|&c| line.is_char_boundary(c)) {
            assert_eq!(Replicate::parse(&line[..cut]), None, "{cut}");
        }
        assert_eq!(Replicate::parse(&line.replace("41", "42")), None);
    }
}
