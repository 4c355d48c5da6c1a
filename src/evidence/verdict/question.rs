//! What to ask where a rule triggered because something is not known.

use super::Verdict;
use crate::evidence::claim::Question;
use crate::evidence::facts::{Facts, Unit};

/// Rule, what is missing, how to ask for it; in the order in which an answer could change most.
const ASK: &[(&str, &str, &str)] = &[
    (
        "no-comparison",
        "comparison",
        "Whom were these students compared with: other students at the same time, a norm, or those who used it less?",
    ),
    ("design", "design", "Who decided which students, classrooms or schools got it, and how?"),
    ("baseline-gap", "baseline", "How far apart were the scores of the analysed groups before, in standard deviations?"),
    ("attrition", "attrition", "How many students started in each group, and how many are missing from the result?"),
    ("unit-of-analysis", "clustering", "Do the standard errors allow for students sharing classrooms and schools?"),
    ("few-clusters", "units", "How many classrooms or schools were assigned to each group?"),
    ("pre-trend", "power of the test of trends", "Would the test of earlier trends have seen a drift as large as the effect?"),
    ("pre-periods", "periods before", "How many periods were seen before it began?"),
    ("history", "years", "Which years do treated and comparison students come from?"),
    ("confound", "confound", "What else did the treated get: money, staff, extra time?"),
    ("regression-to-mean", "selection", "Were students or schools chosen because of low scores or a bad year?"),
    ("measure", "measure", "Who made the test, and does it go beyond what the product teaches?"),
    ("developer-run", "conductor", "Who ran the study, who paid for it, and was there a plan dated before the results?"),
    ("outcomes", "outcomes", "How many outcomes and subgroups were tested, and what were all their results?"),
    ("one-school", "one school", "Does the result hold without the best school?"),
    ("specifications", "other analyses", "What do other reasonable analyses of the same data show?"),
    ("sites", "sites", "How many schools took part?"),
];

/// What is asked instead where students were assigned one by one, within schools or without: by a lot, or otherwise.
const OF_STUDENTS: &[(&str, &str, &str)] = &[
    ("few-clusters", "How many students were drawn for it, and how many were not?", "How many students were assigned to each group?"),
    ("sites", "In how many schools were students drawn by lot?", "In how many schools were these students?"),
];

/// What is asked instead of who ran the study and by which plan, where one of the two is known.
fn of_conduct(facts: &Facts) -> Option<&'static str> {
    match (facts.conductor, facts.plan) {
        (None, Some(_)) => Some("Who ran the study, and who paid for it?"),
        (Some(_), None) => Some("Was there a plan of the analysis, with a date before the results?"),
        _ => None,
    }
}

/// The questions whose answers could lift a cap that rests on something not known, fitting what was assigned.
pub fn open_questions(verdict: &Verdict, facts: &Facts) -> Vec<Question> {
    let open = |rule: &str| verdict.caps.iter().any(|c| c.unknown && c.rule == rule);
    let of_students = |rule: &str| OF_STUDENTS.iter().find(|(own, ..)| facts.unit == Some(Unit::Student) && *own == rule);
    let ask = |rule: &str, usual: &'static str| match of_students(rule) {
        Some((_, drawn, _)) if facts.is_trial() => *drawn,
        Some((.., chosen)) => *chosen,
        None if rule == "developer-run" => of_conduct(facts).unwrap_or(usual),
        None => usual,
    };
    ASK.iter().filter(|(rule, ..)| open(rule)).map(|(rule, missing, usual)| Question { missing, ask: ask(rule, usual) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::facts::{Design, Plan};
    use crate::evidence::standard::Standards;
    use crate::evidence::verdict::RULES;

    #[test]
    fn every_rule_that_triggers_on_ignorance_has_its_question() {
        let verdict = Verdict::of(&Facts::default(), &Standards::default());
        let open = verdict.caps.iter().filter(|c| c.unknown).count();
        assert!(open > 8);
        assert_eq!(
            open_questions(&verdict, &Facts::default()).len(),
            open,
            "{:?}",
            verdict.caps.iter().map(|c| c.rule).collect::<Vec<_>>()
        );
        let sites = |facts: &Facts| open_questions(&verdict, facts).iter().find(|q| q.missing == "sites").map(|q| q.ask);
        assert_eq!(sites(&Facts::default()), Some("How many schools took part?"));
        let one_by_one = Facts { unit: Some(Unit::Student), ..Facts::default() };
        assert_eq!(sites(&one_by_one), Some("In how many schools were these students?"));
        let drawn = Facts { design: Some(Design::Randomised), ..one_by_one };
        assert_eq!(sites(&drawn), Some("In how many schools were students drawn by lot?"));
        let conduct = |facts: &Facts| open_questions(&verdict, facts).iter().find(|q| q.missing == "conductor").map(|q| q.ask);
        assert!(conduct(&Facts::default()).is_some_and(|ask| ask.contains("plan")));
        for plan in [Plan::Kept, Plan::Deviated, Plan::Absent] {
            let told = Facts { plan: Some(plan), ..Facts::default() };
            assert_eq!(conduct(&told), Some("Who ran the study, and who paid for it?"));
            assert!(Verdict::of(&told, &Standards::default()).caps.iter().all(|c| !c.found.contains("nor that it kept to a plan")));
        }
        assert!(OF_STUDENTS.iter().all(|(rule, ..)| ASK.iter().any(|(own, ..)| own == rule)));
        assert!(ASK.iter().all(|(rule, _, ask)| RULES.iter().any(|r| r.0 == *rule) && ask.ends_with('?')));
    }
}
