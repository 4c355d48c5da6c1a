//! Roles that nothing asked for uses, where a study's own were written for other analyses.

use super::file::{Roles, StudyFile};
use super::run::uses;
use crate::estimate::{Chosen, Role};
use crate::infer::Method;

impl StudyFile {
    /// Leaves out the roles that none of the analyses uses: the study would be refused for them, though nobody wrote them for
    /// these analyses. Levels of loaded data stay: the design that is fitted to the data has them.
    pub fn leave_out_idle_roles(&mut self) {
        let asked = |role: Role| {
            let estimators = self.analysis.iter().flat_map(|section| &section.estimators);
            // An analysis without estimators is made with the default, which asks for none of them.
            estimators.filter_map(|text| Chosen::parse(text).ok()).any(|e| e.estimator.asks_for(role))
        };
        let used = |asks: fn(&Method) -> bool| self.analysis.iter().any(|section| uses(section, asks));
        let (dose, take_up, absorbed) = (asked(Role::Dose), asked(Role::TakeUp), asked(Role::FixedEffects));
        let (blocks, levels) = (used(Method::uses_blocks), asked(Role::Levels) || used(Method::uses_levels));
        let loaded = self.data.path.is_some();
        let Some(roles) = &mut self.roles else { return };
        let Roles { dose: own_dose, take_up: own_take_up, fixed_effects, block, levels: own_levels, .. } = roles;
        if !dose {
            *own_dose = None;
        }
        if !take_up {
            *own_take_up = None;
        }
        if !absorbed {
            fixed_effects.clear();
        }
        if !blocks {
            *block = None;
        }
        if !levels && !loaded {
            own_levels.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::STUDIES;
    use super::*;

    fn with(id: &str, estimator: &str) -> Option<Roles> {
        let mut study = STUDIES.iter().find(|s| s.id == id)?.study();
        study.analysis.truncate(1);
        study.analysis[0].estimators = vec![estimator.into()];
        study.leave_out_idle_roles();
        study.roles
    }

    #[test]
    fn what_is_used_stays() {
        let take_up = |estimator| with("lottery", estimator).and_then(|r| r.take_up);
        assert_eq!((take_up("did"), take_up("compliance").as_deref()), (None, Some("uses_profile")));
        let absorbed = |estimator| with("iep-inclusion", estimator).map(|r| r.fixed_effects.is_empty());
        assert_eq!((absorbed("triple-difference"), absorbed("twfe")), (Some(true), Some(false)));
    }
}
