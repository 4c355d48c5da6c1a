//! The table of published claims on personalized learning, `datasets/claims.csv`: figures as they were looked up, with their source.

use crate::cohort::{Fault, Faults, did_you_mean};
use serde::Serialize;

/// The table as it comes with this release.
pub const CLAIMS_CSV: &str = include_str!("../../datasets/claims.csv");

/// Raised whenever a row of the table changes.
pub const CLAIMS_VERSION: &str = "1";

/// What an effect is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectUnit {
    /// Standard deviations.
    Sd,
    /// Percentile points.
    PercentilePoints,
    /// Percent more growth.
    PercentGrowth,
    /// Points of the test.
    Points,
}

/// Who made the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// People without a stake in it.
    Independent,
    /// Researchers who developed the programme.
    Developer,
    /// Researchers paid by the seller.
    Commissioned,
    /// The seller.
    Vendor,
}

impl By {
    /// Whether the result stands among the independent ones when they are shown apart.
    pub fn is_independent(self) -> bool {
        self == By::Independent
    }
}

/// How sure a row's figures are. Only rows that were looked up are in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowStatus {
    /// The figures were looked up at the source.
    LookedUp,
}

/// One published claim. What was not told stays empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PublishedClaim {
    /// Its name in this table.
    pub id: String,
    /// The programme.
    pub programme: String,
    /// The outcome.
    pub outcome: String,
    /// The effect, where it is one number, and its unit.
    pub effect: Option<(f64, EffectUnit)>,
    /// Its standard error, in the same unit.
    pub std_error: Option<f64>,
    /// Its interval, in the same unit.
    pub interval: Option<(f64, f64)>,
    /// The figures as reported.
    pub reported: String,
    /// Students; where the source says "more than", that number.
    pub students: Option<u64>,
    /// How many sites.
    pub sites: Option<u64>,
    /// What the sites are.
    pub site_kind: String,
    /// The design, in a few words.
    pub design: String,
    /// Who made it.
    pub by: By,
    /// Where the figures were read.
    pub source: String,
    /// How sure they are.
    pub status: RowStatus,
}

const COLUMNS: [&str; 16] = [
    "id",
    "programme",
    "outcome",
    "effect",
    "unit",
    "std_error",
    "low",
    "high",
    "reported",
    "students",
    "sites",
    "site_kind",
    "design",
    "by",
    "source",
    "status",
];

const UNITS: [(&str, EffectUnit); 4] = [
    ("sd", EffectUnit::Sd),
    ("percentile points", EffectUnit::PercentilePoints),
    ("percent growth", EffectUnit::PercentGrowth),
    ("points", EffectUnit::Points),
];

const BY: [(&str, By); 4] =
    [("independent", By::Independent), ("developer", By::Developer), ("commissioned", By::Commissioned), ("vendor", By::Vendor)];

/// Reads a table of claims: comma-separated values as in RFC 4180, with exactly the columns of `datasets/claims.csv` in their order.
///
/// # Errors
/// `EVI-020` for each malformed line or value, with its line and column; all of them at once.
pub fn read(text: &str) -> Result<Vec<PublishedClaim>, Faults> {
    let mut faults = Faults::default();
    let records = match records(text) {
        Ok(records) => records,
        Err(line) => {
            return Err(fault(
                line,
                None,
                "a quote that does not end, or stands inside a value".into(),
                "double quotes inside a quoted value",
            )
            .into());
        }
    };
    let mut records = records.into_iter();
    let (_, header) = records.next().unwrap_or_default();
    if header != COLUMNS {
        return Err(fault(1, None, "other columns than the table has".into(), &format!("the first line is  {}", COLUMNS.join(","))).into());
    }
    let mut out: Vec<PublishedClaim> = Vec::new();
    for (line, values) in records {
        if values.len() != COLUMNS.len() {
            let what = format!("{} values where there are {} columns", values.len(), COLUMNS.len());
            faults.push(fault(line, None, what, "leave a value empty, with its comma; quote values that hold commas"));
            continue;
        }
        let row = Row { line, values: &values, faults: std::cell::RefCell::new(Faults::default()) };
        let claim = row.claim();
        faults.extend(row.faults.into_inner());
        if out.iter().any(|c| c.id == claim.id) {
            faults.push(fault(line, Some("id"), format!("the id {:?} a second time", claim.id), "give each row its own"));
        }
        out.push(claim);
    }
    faults.into_result().map(|()| out)
}

/// The table that comes with this release.
pub fn published() -> Vec<PublishedClaim> {
    // Read by a test of this module: the included text is well-formed.
    read(CLAIMS_CSV).unwrap_or_default()
}

struct Row<'a> {
    line: usize,
    values: &'a [String],
    faults: std::cell::RefCell<Faults>,
}

impl Row<'_> {
    fn text(&self, column: &str) -> &str {
        COLUMNS.iter().position(|c| *c == column).and_then(|i| self.values.get(i)).map_or("", String::as_str)
    }

    fn refuse(&self, column: &str, what: String, remedy: &str) {
        self.faults.borrow_mut().push(fault(self.line, Some(column), what, remedy));
    }

    fn needed(&self, column: &str) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.refuse(column, format!("no {column}"), "each row has one");
        }
        text.to_string()
    }

    fn number(&self, column: &str) -> Option<f64> {
        let text = self.text(column);
        let value = text.parse::<f64>().ok().filter(|v| v.is_finite());
        if !text.is_empty() && value.is_none() {
            self.refuse(column, format!("{text:?} is not a number"), "a plain number, or empty; figures as reported go into  reported");
        }
        value
    }

    fn count(&self, column: &str) -> Option<u64> {
        let text = self.text(column);
        let value = text.parse::<u64>().ok();
        if !text.is_empty() && value.is_none() {
            self.refuse(column, format!("{text:?} is not a count"), "a whole number without commas, or empty");
        }
        value
    }

    fn named<T: Copy>(&self, column: &str, names: &'static [(&'static str, T)]) -> Option<T> {
        let text = self.text(column);
        let found = names.iter().find(|n| n.0 == text).map(|n| n.1);
        if found.is_none() {
            self.refuse(column, format!("there is no {column} {text:?}"), &did_you_mean(text, names.iter().map(|n| n.0)));
        }
        found
    }

    fn claim(&self) -> PublishedClaim {
        let effect = self.number("effect");
        let unit = match (effect, self.text("unit")) {
            (None, "") => None,
            (None, _) => {
                self.refuse("unit", "a unit without an effect".into(), "leave both empty, or give both");
                None
            }
            (Some(_), _) => self.named("unit", &UNITS),
        };
        let std_error = self.number("std_error");
        let ends = (self.number("low"), self.number("high"));
        if ends.0.is_some() != ends.1.is_some() || matches!(ends, (Some(low), Some(high)) if low > high) {
            self.refuse("low", "an interval with one end, or with its ends the wrong way round".into(), "give both ends, the lower first");
        }
        if effect.is_none() && (std_error.is_some() || ends.0.is_some()) {
            self.refuse("effect", "an uncertainty without an effect".into(), "leave both empty, or give both");
        }
        if std_error.is_some_and(|se| se <= 0.0) {
            self.refuse("std_error", "a standard error that is not above zero".into(), "look it up again");
        }
        PublishedClaim {
            id: self.needed("id"),
            programme: self.needed("programme"),
            outcome: self.text("outcome").to_string(),
            effect: effect.zip(unit),
            std_error,
            interval: ends.0.zip(ends.1),
            reported: self.needed("reported"),
            students: self.count("students"),
            sites: self.count("sites"),
            site_kind: self.text("site_kind").to_string(),
            design: self.needed("design"),
            by: self.named("by", &BY).unwrap_or(By::Vendor),
            source: self.needed("source"),
            status: self.named("status", &[("looked-up", RowStatus::LookedUp)]).unwrap_or(RowStatus::LookedUp),
        }
    }
}

fn fault(line: usize, column: Option<&str>, what: String, remedy: &str) -> Fault {
    let place = column.map_or(format!("claims table, line {line}"), |c| format!("claims table, line {line}, column {c}"));
    Fault::new("EVI-020", what, place, "a figure in the wrong place would be quoted as someone's claim", remedy)
}

/// The records of a text with the line each begins on; blank lines are skipped. The error is the line of a stray or open quote.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut out, mut values, mut value) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut first, mut quoted, mut was_quoted) = (1, 1, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => value.extend(chars.next()),
            '"' if quoted => quoted = false,
            '"' if value.is_empty() && !was_quoted => (quoted, was_quoted) = (true, true),
            '"' => return Err(line),
            '\n' if quoted => {
                line += 1;
                value.push(c);
            }
            ',' if !quoted => {
                values.push(std::mem::take(&mut value));
                was_quoted = false;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' => {
                values.push(std::mem::take(&mut value));
                was_quoted = false;
                line += 1;
                let record = std::mem::take(&mut values);
                if record != [""] {
                    out.push((first, record));
                }
                first = line;
            }
            _ if was_quoted && !quoted => return Err(line),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(first);
    }
    values.push(value);
    if values != [""] {
        out.push((first, values));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(line: &str) -> Result<Vec<PublishedClaim>, Faults> {
        read(&format!("{}\n{line}\n", COLUMNS.join(",")))
    }

    #[test]
    fn the_table_of_this_release_is_well_formed() {
        let all = read(CLAIMS_CSV).unwrap_or_else(|f| panic!("{f}"));
        assert_eq!(all.len(), published().len());
        let of = |id: &str| all.iter().find(|c| c.id == id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(of("zearn_vendor23").effect, Some((0.27, EffectUnit::Sd)));
        assert_eq!((of("zearn_la24").by, of("zearn_vendor23").by), (By::Independent, By::Vendor));
        assert_eq!((of("tutor_nickow24").std_error, of("tutor_nickow24").sites), (Some(0.029), Some(89)));
        assert_eq!(of("cog_tutor_wwc07").interval, Some((-1.0, 16.0)));
        // Figures that were recalled only are not in the table.
        assert!(all.iter().all(|c| c.id != "rand15"));
        let (independent, other) = all.iter().partition::<Vec<_>, _>(|c| c.by.is_independent());
        assert!(independent.len() > 10 && other.len() > 8);
    }

    #[test]
    fn quotes_and_line_ends_as_in_rfc_4180() {
        let row = "a,\"b, \"\"c\"\"\nd\",,0.1,sd,,,,0.1,,,,x,vendor,s,looked-up";
        let claims = read(&format!("\u{feff}{}\r\n{row}\r\n\r\n", COLUMNS.join(","))).unwrap();
        assert_eq!((claims.len(), claims[0].programme.as_str()), (1, "b, \"c\"\nd"));
    }

    #[test]
    fn malformed_tables_are_refused_with_their_place() {
        for (line, place) in [
            ("a,b,c,x,sd,,,,r,,,,d,vendor,s,looked-up", "line 2, column effect"),
            ("a,b,c,0.1,SD,,,,r,,,,d,vendor,s,looked-up", "line 2, column unit"),
            ("a,b,c,,sd,,,,r,,,,d,vendor,s,looked-up", "line 2, column unit"),
            ("a,b,c,0.1,sd,0,,,r,,,,d,vendor,s,looked-up", "line 2, column std_error"),
            ("a,b,c,0.1,sd,,2,1,r,,,,d,vendor,s,looked-up", "line 2, column low"),
            ("a,b,c,,,0.1,,,r,,,,d,vendor,s,looked-up", "line 2, column effect"),
            ("a,b,c,0.1,sd,,,,r,\"1,000\",,,d,vendor,s,looked-up", "line 2, column students"),
            ("a,b,c,0.1,sd,,,,r,,,,d,seller,s,looked-up", "line 2, column by"),
            ("a,b,c,0.1,sd,,,,r,,,,d,vendor,s,recalled", "line 2, column status"),
            (",b,c,0.1,sd,,,,r,,,,d,vendor,s,looked-up", "line 2, column id"),
            ("a,b", "line 2"),
            ("a,b\"c", "line 2"),
            ("a,\"b", "line 2"),
            ("a,\"b\"c,", "line 2"),
        ] {
            let faults = with(line).expect_err(line);
            assert!(faults.shown.iter().any(|f| f.code == "EVI-020" && f.place.ends_with(place)), "{line}: {faults}");
        }
        assert_eq!(read("").unwrap_err().shown[0].place, "claims table, line 1");
        let twice = "a,b,c,0.1,sd,,,,r,,,,d,vendor,s,looked-up";
        assert!(with(&format!("{twice}\n{twice}")).unwrap_err().to_string().contains("line 3, column id"));
    }
}
