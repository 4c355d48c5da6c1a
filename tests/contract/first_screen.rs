//! What stands above the first number of a page can be read aloud.

use didact::evidence::verdict::{CARD_WORDS, count_words};
use didact::panel::Serial;
use didact::provenance::results;
use didact::study::{Loaded, STUDIES, carry_out, draw, resolve};
use didact::table::content::{Provenance, publish, report};

/// Those that are soon carried out.
const CHEAP: [&str; 6] = ["dosage", "norms", "lottery", "two-period", "single-school", "mastery"];

#[test]
fn at_most_so_many_words_stand_above_the_first_number() {
    for id in CHEAP {
        let mut study = STUDIES.iter().find(|s| s.id == id).expect("built in").study();
        study.calibration.replicates = Some(0);
        let study = resolve(study).expect("a sound study");
        let drawn = draw(&study).expect("a draw");
        let loaded = Loaded { cohort: drawn.cohort, truth: Some(drawn.truth), input: None };
        let run = publish(carry_out(study, loaded, &Serial, &|_| {}).unwrap_or_else(|f| panic!("{id}: {f}")));
        let mut page = report(&run, &Provenance { command: String::new(), items: Vec::new() });
        assert!(results(&run, &mut page).1.is_ok(), "{id} is judged");
        let answer = &page.answer;
        let above: Vec<&str> = answer.sentences.iter().chain([&answer.word]).map(String::as_str).collect();
        let words = count_words(&above.join(" "));
        assert!(words <= CARD_WORDS, "{id}: {words} words: {above:?}");
        // What was found, how sure, and why it is not worth more stay there.
        assert!(answer.sentences.len() >= 4, "{id}: {above:?}");
    }
}
