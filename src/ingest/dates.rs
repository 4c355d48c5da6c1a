//! Days and moments as ISO 8601 text, for formats that store them as numbers.

/// Seconds in a day.
const DAY: i64 = 86_400;

/// A day counted from 1970-01-01, as `YYYY-MM-DD`; `None` outside the years 1 to 9999.
///
/// Source: Hinnant, chrono-Compatible Low-Level Date Algorithms, `civil_from_days`.
pub(super) fn day(days: i64) -> Option<String> {
    if !(-719_162..=2_932_896).contains(&days) {
        return None;
    }
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// A moment counted in milliseconds from 1970-01-01T00:00, as `YYYY-MM-DDThh:mm:ss`, with milliseconds where there are any.
pub(super) fn moment(milliseconds: i64) -> Option<String> {
    let (seconds, rest) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:03}") };
    Some(format!("{}T{:02}:{:02}:{:02}{fraction}", day(days)?, second / 3600, second / 60 % 60, second % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(day(0).as_deref(), Some("1970-01-01"));
        assert_eq!(day(-3653).as_deref(), Some("1960-01-01"), "Stata's first day");
        assert_eq!(day(-141_428).as_deref(), Some("1582-10-14"), "SPSS's first day");
        assert_eq!(day(11_016).as_deref(), Some("2000-02-29"));
        assert_eq!(day(-719_162).as_deref(), Some("0001-01-01"));
        assert_eq!(day(2_932_896).as_deref(), Some("9999-12-31"));
        assert_eq!(day(2_932_897), None);
        assert_eq!(moment(-1).as_deref(), Some("1969-12-31T23:59:59.999"));
        assert_eq!(moment(86_400_000 + 3_661_000).as_deref(), Some("1970-01-02T01:01:01"));
        assert_eq!(moment(i64::MAX), None);
    }
}
