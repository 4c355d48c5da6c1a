//! What the detectors of fallacies find in worlds that plant them and cry in worlds that do not, and what the verdict says of worlds whose
//! truth is known. Prints `benches/detectors.md`:
//!
//! ```text
//! cargo bench --bench detectors > benches/detectors.md
//! cargo bench --bench detectors -- --draws 20 --part fallacies      # or verdicts
//! ```

use didact::cli::Threads;
use didact::evidence::fallacy::DETECTORS;
use didact::panel::{Serial, spread};
use didact::provenance;
use didact::study::{ImplementationSection, Loaded, STUDIES, StudyFile, carry_out, draw, resolve};
use didact::table::content::{Provenance, publish, report};
use std::collections::BTreeMap;

/// Too large to be drawn hundreds of times.
const LEFT_OUT: &str = "forty-states";

/// The study that plants each fallacy.
const PLANTED: &[(&str, &[&str])] = &[
    ("no-comparison", &["norms", "dosage"]),
    ("norm-comparison", &["norms", "dosage"]),
    ("single-school", &["single-school"]),
    ("sector-confound", &["rand-charters"]),
    ("dosage-selection", &["dosage"]),
    ("regression-to-mean", &["adopt-after-dip"]),
    ("attrition", &["single-school"]),
    ("survivors-only", &["norms"]),
    ("simpson", &["iep-inclusion"]),
    ("pretrend", &["violated-trends"]),
    ("underpowered-pretrend", &["under-resourced"]),
    ("staggered-twfe", &["staggered-rollout", "belmont-cragin", "null", "pandemic", "violated-trends"]),
    ("pandemic-window", &["pandemic"]),
    ("novelty", &["fade-out"]),
    ("vendor-test", &["mastery"]),
    ("ceiling", &["mastery"]),
    ("proficiency-cut", &["mastery"]),
    ("growth-percent", &["norms"]),
    ("years-of-learning", &["dosage"]),
    ("unit-of-analysis", &["null"]),
    ("percentile-bootstrap-few-clusters", &["single-school"]),
    ("multiple-outcomes", &["null"]),
    ("subgroup-fishing", &["null"]),
    ("underpowered", &["single-school"]),
    ("sponsor", &["dosage", "norms", "mastery"]),
    ("declined-evaluation", &["dosage"]),
];

/// Of the draws of the detectors, the share for verdicts, whose runs are whole: of every study, and of those that ask how often a verdict errs.
const VERDICTS: [f64; 2] = [0.05, 0.4];

fn main() {
    let given = |flag: &str| std::env::args().skip_while(|a| a != flag).nth(1);
    let draws: usize = given("--draws").and_then(|n| n.parse().ok()).unwrap_or(500);
    let part = given("--part");
    let wanted = |name: &str| part.as_deref().is_none_or(|p| p == name);
    let only = given("--study");
    let threads = Threads::new(None);
    let studies: Vec<(String, StudyFile)> = STUDIES
        .iter()
        .filter(|s| s.id != LEFT_OUT && only.as_deref().is_none_or(|o| o == s.id))
        .map(|s| (s.id.to_string(), s.study()))
        .collect();
    println!("# Fallacies and verdicts in worlds with known truth\n");
    println!(
        "Made by `cargo bench --bench detectors`. The built-in study {LEFT_OUT} is too large to be drawn so often: it is left out, or drawn with fewer schools.\n"
    );
    if wanted("fallacies") {
        fallacies(draws, &draws_of_all(&studies, lean, draws, &threads));
    }
    if wanted("verdicts") {
        let mut studies = studies;
        for (name, id, effect) in [
            ("school-trial, 60 schools, effect 0", "school-trial", 0.0),
            ("school-trial, 60 schools, effect .20", "school-trial", 0.2),
            ("two-period, 60 schools, effect 0", "two-period", 0.0),
            ("two-period, 60 schools, effect .20", "two-period", 0.2),
        ] {
            let built_in = STUDIES.iter().find(|s| s.id == id).expect("a built-in study");
            if only.as_deref().is_none_or(|o| o == name) {
                let mut study = built_in.study();
                let values = [("effect", effect), ("schools", 60.0), ("profile_schools", 30.0)];
                study.data.world.extend(values.map(|(name, value)| (name.to_string(), value)));
                studies.push((name.to_string(), study));
            }
        }
        // The largest with fewer schools.
        let name = format!("{LEFT_OUT}, 240 schools");
        if only.as_deref().is_none_or(|o| o == name) {
            let mut study = STUDIES.iter().find(|s| s.id == LEFT_OUT).expect("a built-in study").study();
            let values = [("schools", 240.0), ("profile_schools", 80.0), ("districts", 40.0)];
            study.data.world.extend(values.map(|(name, value)| (name.to_string(), value)));
            studies.push((name, study));
        }
        let share = |part: f64| (draws as f64 * part).ceil() as usize;
        let (asked, others): (Vec<_>, Vec<_>) = studies.into_iter().partition(|(name, _)| name == "null" || name.contains("effect"));
        let mut found = draws_of_all(&asked, whole, share(VERDICTS[1]), &threads);
        found.extend(draws_of_all(&others, whole, share(VERDICTS[0]), &threads));
        verdicts(&found);
    }
}

/// The study as a run carries it out, but for the draws of its own design and what is written to the disk.
fn whole(mut study: StudyFile) -> StudyFile {
    study.calibration.replicates = Some(0);
    study.output.formats.clear();
    study.output.figures.clear();
    resolve(study).expect("a sound study")
}

/// The study with one method an estimator where it names none, without the wild bootstrap beside another, and the checks that detectors read.
fn lean(mut study: StudyFile) -> StudyFile {
    for section in study.analysis.iter_mut().filter(|s| s.inference.len() > 1) {
        section.inference.retain(|method| method != "wild-bootstrap");
    }
    for section in study.analysis.iter_mut().filter(|s| s.inference.is_empty()) {
        section.inference = vec!["cluster:cr2".into(), "jackknife".into()];
    }
    study.checks.off = ["overlap", "placebo", "bacon", "twfe-weights", "power", "multiverse", "smallest-set", "disagreement"]
        .iter()
        .filter(|id| didact::diagnose::CHECKS.iter().any(|c| c.card.id == **id))
        .map(|id| (*id).to_string())
        .collect();
    study.implementation = Some(ImplementationSection::default());
    whole(study)
}

fn draws_of_all(
    studies: &[(String, StudyFile)],
    made: fn(StudyFile) -> StudyFile,
    draws: usize,
    threads: &Threads,
) -> Vec<(String, Vec<Option<Shown>>)> {
    studies
        .iter()
        .map(|(name, study)| {
            let begun = std::time::Instant::now();
            let found = draws_of(&made(study.clone()), draws, threads);
            eprintln!("{name}: {:.1} s", begun.elapsed().as_secs_f64());
            (name.clone(), found)
        })
        .collect()
}

/// What one draw shows.
struct Shown {
    fallacies: Vec<&'static str>,
    word: String,
    truth: Option<f64>,
}

fn draws_of(study: &StudyFile, draws: usize, threads: &Threads) -> Vec<Option<Shown>> {
    spread(threads, draws, |i| {
        let mut own = study.clone();
        own.study.seed = 1000 + i as u64;
        let drawn = draw(&own).ok()?;
        let loaded = Loaded { cohort: drawn.cohort, truth: Some(drawn.truth), input: None };
        let run = publish(carry_out(own, loaded, &Serial, &|_| {}).ok()?);
        let mut report = report(&run, &Provenance { command: String::new(), items: Vec::new() });
        let (results, _) = provenance::results(&run, &mut report);
        let outcome = results["results"][0]["outcome"].as_str()?.to_string();
        let sd = run.descriptions.first()?.untreated_sd?;
        let truth = run.truth.as_ref()?.effects.iter().find(|t| t.outcome == outcome && t.estimand == "overall").map(|t| t.value / sd);
        let word = results["verdict"]["word"].as_str().unwrap_or("not judged").to_string();
        Some(Shown { fallacies: run.alarms().iter().map(|a| a.fallacy).collect(), word, truth })
    })
}

fn share(hits: usize, of: usize) -> String {
    if of == 0 {
        return "–".into();
    }
    let p = hits as f64 / of as f64;
    format!("{:.1} ({:.1})", 100.0 * p, 100.0 * (p * (1.0 - p) / of as f64).sqrt())
}

fn fallacies(draws: usize, found: &[(String, Vec<Option<Shown>>)]) {
    println!("## Detectors\n");
    println!(
        "Percent of {draws} draws of each study in which a detector speaks (Monte Carlo standard error): in the studies that plant its fallacy, in"
    );
    println!("the fair trial `school-trial`, and in all other studies together, with the one in which it speaks most.\n");
    println!("| fallacy | planted in | found | school-trial | elsewhere | most in |\n| :-- | :-- | --: | --: | --: | :-- |");
    for d in DETECTORS {
        let planted = PLANTED.iter().find(|(id, _)| *id == d.id).map_or(&[][..], |p| p.1);
        let count = |name: &str| {
            let of: Vec<&Shown> = found.iter().filter(|(n, _)| n == name).flat_map(|(_, all)| all.iter().flatten()).collect();
            (of.iter().filter(|s| s.fallacies.contains(&d.id)).count(), of.len())
        };
        let add = |names: &[&str]| names.iter().map(|n| count(n)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let others: Vec<&str> = found.iter().map(|(n, _)| n.as_str()).filter(|n| !planted.contains(n)).collect();
        let most = others.iter().map(|n| (count(n), *n)).filter(|((hits, _), _)| *hits > 0).max_by_key(|((hits, _), _)| *hits);
        let (there, trial, elsewhere) = (add(planted), count("school-trial"), add(&others));
        let most = most.map_or("–".to_string(), |((hits, of), n)| format!("{n}: {}", share(hits, of)));
        let names = if planted.is_empty() { "–".to_string() } else { planted.join(", ") };
        println!(
            "| {} | {names} | {} | {} | {} | {most} |",
            d.id,
            share(there.0, there.1),
            share(trial.0, trial.1),
            share(elsewhere.0, elsewhere.1)
        );
    }
    println!();
}

fn verdicts(found: &[(String, Vec<Option<Shown>>)]) {
    println!("## Verdicts\n");
    println!(
        "The true effect (mean over draws, SD), and in what percent of draws the verdict of a whole run says which word: first where the truth is"
    );
    println!("no effect, or .20 in 60 schools; then of every built-in study.\n");
    println!("| study | draws | true effect | strong or promising | each word |\n| :-- | --: | --: | --: | :-- |");
    for (name, all) in found {
        let known: Vec<&Shown> = all.iter().flatten().collect();
        let truths: Vec<f64> = known.iter().filter_map(|s| s.truth).collect();
        let truth =
            if truths.is_empty() { "–".to_string() } else { format!("{:.3}", truths.iter().sum::<f64>() / truths.len() as f64 + 0.0) };
        let mut words: BTreeMap<&str, usize> = BTreeMap::new();
        known.iter().for_each(|s| *words.entry(s.word.as_str()).or_default() += 1);
        let good = words.iter().filter(|(w, _)| w.contains("strong") || w.contains("promising")).map(|(_, n)| n).sum::<usize>();
        let said: Vec<String> = words.iter().map(|(w, n)| format!("{w} {}", share(*n, known.len()))).collect();
        println!("| {name} | {} | {truth} | {} | {} |", known.len(), share(good, known.len()), said.join("; "));
    }
    println!();
}
