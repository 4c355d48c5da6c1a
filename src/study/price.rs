//! What a question takes, told before it is answered.

use super::Question;
use crate::estimate::{Chosen, Price};
use crate::infer;
use crate::panel::Panel;

/// From this many seconds on it is worth a word.
const WORTH_A_WORD: f64 = 10.0;

/// What each estimator of a question takes on a panel, estimates and inference, where it is long: in words. Nothing is computed but
/// sizes.
pub fn prices(panel: &Panel, question: &Question) -> Vec<String> {
    let one = |chosen: &Chosen| {
        let size = chosen.size(panel)?;
        let fit = Price::of(&size);
        // A fit that is refused takes nothing.
        let price = fit.and(Price::around(&size)).and(infer::price(&size, &question.inference));
        let what = match size.terms {
            0 => format!("{} effects", size.targets),
            terms => format!("a regression of {terms} terms"),
        };
        let place = format!("{}: {what} and {} clusters", chosen.label(), size.clusters);
        (fit.bytes <= Price::MOST_BYTES && price.seconds > WORTH_A_WORD).then(|| {
            let (time, memory) = (duration(price.seconds), memory(price.bytes));
            format!("{place} will take about {time} of one processor and {memory} of memory (a rough estimate)")
        })
    };
    question.estimators.iter().filter_map(one).collect()
}

/// A time in words, with one unit: rough, as the price is.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{:.0} s", libm::ceil(s / 10.0) * 10.0),
        s if s < 6000.0 => format!("{:.0} min", libm::ceil(s / 60.0)),
        s if s < 48.0 * 3600.0 => format!("{:.0} h", libm::ceil(s / 3600.0)),
        s => format!("{:.0} days", libm::ceil(s / 86_400.0)),
    }
}

fn memory(bytes: f64) -> String {
    if bytes < 1e9 { format!("{:.0} MB", libm::ceil(bytes / 1e7) * 10.0) } else { format!("{:.1} GB", bytes / 1e9) }
}
