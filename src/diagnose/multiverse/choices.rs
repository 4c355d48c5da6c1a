//! The reasonable choices: declared by the options, or made of what the data offer.

use super::rule::Rule;
use super::scale::Scale;
use crate::cohort::{Fault, Faults};
use crate::diagnose::Ground;
use crate::estimate::{Chosen, Options};
use crate::infer::Method;
use crate::panel::Panel;

/// An estimator and its comparison group.
#[derive(Clone)]
pub(super) struct Way {
    pub chosen: Chosen,
    /// The estimator's name with its options but the comparison group.
    pub name: String,
    /// The comparison group, where the estimator has a choice of it.
    pub comparison: String,
}

/// All choices of each decision; the first of each is the headline's.
pub(super) struct Choices {
    /// Sample rules.
    pub samples: Vec<Rule>,
    /// Columns as cluster; `None`: the one that was named.
    pub clusters: Vec<Option<String>>,
    /// The panel's covariates.
    pub covariates: Vec<String>,
    /// Covariate sets, as places among them.
    pub sets: Vec<Vec<usize>>,
    pub ways: Vec<Way>,
    pub scales: Vec<Scale>,
    pub methods: Vec<Method>,
    /// How many random assignments.
    pub shuffles: usize,
    /// How many subsets of the covariates there are in all, where not all are taken.
    pub subsets_of: Option<f64>,
}

/// The words of a list; none for `auto`.
fn listed<'a>(options: &'a Options, key: &str) -> Option<Vec<&'a str>> {
    let text = options.get(key);
    (text != "auto").then(|| text.split('|').map(str::trim).collect())
}

/// The columns that the options name: of sample rules by value, and clusters.
pub(super) fn columns(options: &Options) -> Vec<String> {
    let of_value = |word: &&str| !matches!(*word, "all" | "balanced" | "no-joiners") && !word.starts_with("trim:");
    let samples = listed(options, "samples").unwrap_or_default();
    let filters = samples.iter().filter(|w| of_value(w)).filter_map(|w| Some(w.split_once(':')?.0.trim().to_string()));
    let clusters = listed(options, "clusters").unwrap_or_default();
    filters.chain(clusters.iter().filter(|w| **w != "named").map(|w| (*w).to_string())).collect()
}

impl Choices {
    /// Reads the options against the sample.
    pub(super) fn of(ground: &Ground<'_>, options: &Options) -> Result<Choices, Faults> {
        let panel = ground.panel;
        let mut faults = Faults::default();
        let mut keep = |f: Faults| faults.extend(f);
        let samples: Vec<Rule> = match listed(options, "samples") {
            Some(words) => words.iter().filter_map(|w| Rule::parse(w, panel).map_err(&mut keep).ok()).collect(),
            None => Rule::offered(panel),
        };
        let clusters = match listed(options, "clusters") {
            Some(words) => words.iter().map(|w| (*w != "named").then(|| (*w).to_string())).collect(),
            None => vec![None],
        };
        let scales = match listed(options, "scales") {
            Some(words) => words.iter().filter_map(|w| Scale::parse(w).map_err(&mut keep).ok()).collect(),
            None => vec![Scale::Raw, Scale::Standardized, Scale::Rank],
        };
        let methods = match listed(options, "inference") {
            Some(words) => words.iter().filter_map(|w| Method::parse(&w.replace(';', ",")).map_err(&mut keep).ok()).collect(),
            None => ["cluster:cr2", "cluster:cr1"].iter().map(|m| Method::parse(m).expect("a known method")).collect(),
        };
        let chosen: Vec<Chosen> = match listed(options, "estimators") {
            Some(words) => words.iter().filter_map(|w| Chosen::parse(&w.replace(';', ",")).map_err(&mut keep).ok()).collect(),
            None => ground.estimators(),
        };
        let ways = ways(panel, &chosen, options.get("comparison"));
        let bound = usize::try_from(options.whole("subsets")).unwrap_or(1);
        let (sets, subsets_of) = match listed(options, "covariates") {
            Some(words) => (words.iter().filter_map(|w| named_set(panel, w).map_err(|f| keep(f.into())).ok()).collect(), None),
            None => subsets(panel.covariates.len(), bound),
        };
        if faults.total == 0 && ways.is_empty() {
            faults.push(Fault::new(
                "DIAG-040",
                "no estimator has the comparison group asked for",
                format!("comparison={}", options.get("comparison")),
                "without an estimator there is nothing to compare",
                "name one with the option control, such as callaway-santanna, or leave comparison= out",
            ));
        }
        faults.into_result()?;
        let shuffles = usize::try_from(options.whole("shuffles")).unwrap_or(0);
        let covariates = panel.covariates.iter().map(|c| c.name.clone()).collect();
        Ok(Choices { samples, clusters, covariates, sets, ways, scales, methods, shuffles, subsets_of })
    }

    /// The number of combinations.
    pub(super) fn combinations(&self) -> f64 {
        [self.samples.len(), self.clusters.len(), self.sets.len(), self.ways.len(), self.scales.len(), self.methods.len()]
            .iter()
            .map(|n| *n as f64)
            .product()
    }
}

/// Each estimator with each comparison group that it knows.
fn ways(panel: &Panel, chosen: &[Chosen], comparison: &str) -> Vec<Way> {
    let several = panel.cells.treated_cohorts().count() > 1 && panel.cells.has_never();
    let wanted: &[&str] = match comparison {
        "not-yet" => &["not-yet"],
        "never" => &["never"],
        "both" => &["not-yet", "never"],
        _ if several => &["not-yet", "never"],
        _ => &[],
    };
    let mut out: Vec<Way> = Vec::new();
    for c in chosen {
        let card = c.estimator.card();
        let knows = |word: &str| card.options.iter().any(|o| o.key == "control" && o.values.words().split('|').any(|w| w == word));
        let own = c.options.iter().find(|(key, _)| *key == "control").map(|(_, value)| value.to_string());
        let words: Vec<&str> = wanted.iter().copied().filter(|w| knows(w)).collect();
        if words.is_empty() || c.options.was_given("control") {
            let fits = wanted.len() != 1 || own.as_deref() == Some(wanted[0]);
            if fits {
                out.push(Way { chosen: c.clone(), name: without_control(c), comparison: own.unwrap_or("its own".into()) });
            }
            continue;
        }
        for word in words {
            let label = without_control(c);
            let joint = if label.contains(':') { "," } else { ":" };
            if let Ok(chosen) = Chosen::parse(&format!("{label}{joint}control={word}")) {
                out.push(Way { chosen, name: label.clone(), comparison: word.to_string() });
            }
        }
    }
    out
}

fn without_control(c: &Chosen) -> String {
    let label = c.label();
    let Some((id, rest)) = label.split_once(':') else { return label };
    let kept: Vec<&str> = rest.split(',').filter(|part| !part.starts_with("control=")).collect();
    if kept.is_empty() { id.to_string() } else { format!("{id}:{}", kept.join(",")) }
}

/// `none`, `all`, or names joined by `+`; a categorical covariate stands for all its levels.
fn named_set(panel: &Panel, text: &str) -> Result<Vec<usize>, Fault> {
    let all = 0..panel.covariates.len();
    if text == "all" {
        return Ok(all.collect());
    }
    let mut set = Vec::new();
    for name in text.split('+').map(str::trim).filter(|n| *n != "none") {
        let of = |i: &usize| {
            let own = panel.covariates[*i].name.as_str();
            own == name || own.split_once('=').is_some_and(|(of, _)| of == name || format!("factor({of})") == name)
        };
        let found: Vec<usize> = all.clone().filter(of).collect();
        if found.is_empty() {
            let known: Vec<&str> = panel.covariates.iter().map(|c| c.name.as_str()).collect();
            return Err(Fault::new(
                "DIAG-041",
                format!("{name:?} is no covariate of this sample"),
                format!("covariates={text}"),
                "a set of covariates is made of those that were named with the data",
                if known.is_empty() { "name them: --covariates A,B".into() } else { format!("known: {}", known.join(", ")) },
            ));
        }
        set.extend(found);
    }
    set.sort_unstable();
    set.dedup();
    Ok(set)
}

/// All subsets where they are no more than `bound`, all covariates first; else those without few and with few, alternately, up to
/// the bound, and how many there are in all.
fn subsets(n: usize, bound: usize) -> (Vec<Vec<usize>>, Option<f64>) {
    let all = (0..n).fold(1.0, |p: f64, _| p * 2.0);
    let mut out: Vec<Vec<usize>> = Vec::new();
    for step in 0..=n {
        // n, 0, n − 1, 1, …
        let size = if step % 2 == 0 { n - step / 2 } else { step / 2 };
        let mut set: Vec<usize> = (0..size).collect();
        loop {
            if out.len() == bound {
                return (out, (all > bound as f64).then_some(all));
            }
            out.push(set.clone());
            // The next set of that size in lexical order.
            let Some(i) = (0..size).rev().find(|&i| set[i] < n - size + i) else { break };
            set[i] += 1;
            (i + 1..size).for_each(|j| set[j] = set[j - 1] + 1);
        }
    }
    (out, None)
}

#[cfg(test)]
mod tests {
    use super::subsets;

    #[test]
    fn every_subset_once_up_to_the_bound() {
        for n in 0..8usize {
            let (mut all, cut) = subsets(n, 1000);
            assert_eq!((all.len(), cut), (1 << n, None));
            assert_eq!(all[0], (0..n).collect::<Vec<_>>());
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 1 << n);
        }
        let (some, cut) = subsets(30, 64);
        assert_eq!((some.len(), cut), (64, Some(1_073_741_824.0)));
        assert_eq!((some[0].len(), some[1].len(), some[2].len(), some[32].len()), (30, 0, 29, 1));
    }
}
