//! The table of published claims on personalized learning, `datasets/claims.csv`: figures as they were looked up, with their source.

mod records;
mod row;

use records::records;
use row::{COLUMNS, Row, fault};

use crate::cohort::Faults;
use serde::Serialize;

/// The table as it comes with this release.
pub const CLAIMS_CSV: &str = include_str!("../../../datasets/claims.csv");

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
