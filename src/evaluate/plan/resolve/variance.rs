//! Variances at each level, what covariates explain of them, and how effects vary.

use super::super::assumption::{self as known, GIVEN, Sourced};
use super::super::{Analysis, Layout, Levels, Measure, Tier};
use super::Resolver;
use crate::cohort::Fault;

impl Resolver<'_> {
    /// Variances of what is analysed, and of one period's shocks.
    pub(super) fn variances(&mut self, layout: Layout, top: Tier, correlation: f64, measure: &Measure) -> (Levels, Levels) {
        let q = self.q;
        let of = if q.analysis.of_changes() { "of the variance of gains" } else { "of the variance" };
        let school = if has_school(layout, top) {
            self.number("--icc-school", &format!("share {of} between schools"), q.icc_school, known::icc_school(q.analysis))
        } else {
            let why = match layout {
                Layout::Students => "students are drawn one by one from one pool",
                Layout::ClassroomsFixedSchools => "what differs between fixed schools cancels",
                _ => "no level of schools is in the design",
            };
            self.refuse("--icc-school", q.icc_school.is_some(), why, "leave it out");
            0.0
        };
        let class = if has_class(layout, top) {
            let within = if layout == Layout::ClassroomsFixedSchools { " within schools" } else { "" };
            let meaning = format!("share {of}{within} between classrooms");
            self.number("--icc-class", &meaning, q.icc_class, known::icc_class(q.analysis, layout))
        } else {
            let (why, remedy) = match layout {
                Layout::Students => ("students are drawn one by one from one pool", "leave it out"),
                _ => ("no level of classrooms is in the design", "leave it out, or name --classrooms"),
            };
            self.refuse("--icc-class", q.icc_class.is_some(), why, remedy);
            0.0
        };
        if school + class > 1.0 + 1e-12 {
            self.faults.push(Fault::new(
                "PLAN-002",
                format!("--icc-school {school} and --icc-class {class} add to more than 1"),
                "--icc-school, --icc-class",
                "both are shares of one variance, and students need some too",
                "give shares that add to 1 or less",
            ));
        }
        let student = f64::max(0.0, 1.0 - school - class);
        if !q.analysis.of_changes() {
            let levels = Levels { school, class, student };
            return (levels, levels);
        }
        // One period's shocks, so that a gain from one period to the next has variance 2(1 − r) and these shares.
        let part = 1.0 - correlation;
        let shock = Levels { school: school * part, class: class * part / (1.0 - measure.carry_over), student: student * part };
        let (flat, carried) = (measure.of_independent(), measure.of_carried());
        (Levels { school: shock.school * flat, class: shock.class * carried, student: shock.student * flat }, shock)
    }

    pub(super) fn effect_variance(&mut self, layout: Layout, school: f64) -> (f64, f64) {
        let q = self.q;
        if layout != Layout::ClassroomsRandomSchools {
            let why = "how effects vary between schools counts only where each school has both arms and schools are drawn from many";
            for (flag, given) in [("--effect-sd", q.effect_sd), ("--omega", q.omega), ("--r2-effect", q.r2_effect)] {
                self.refuse(flag, given.is_some(), why, "add  --assign classroom --schools K, or leave it out");
            }
            return (0.0, 0.0);
        }
        let variance = match q.omega {
            Some(omega) => {
                self.note("--omega", "variance of the effect between schools, over theirs", omega, GIVEN);
                omega * school
            }
            None => {
                let sd = self.number("--effect-sd", "SD of the effect between schools", q.effect_sd, known::EFFECT_SD);
                sd * sd
            }
        };
        let explained = self.number("--r2-effect", "R² for the effect, between schools", q.r2_effect, (0.0, "none is assumed"));
        (variance, explained)
    }

    pub(super) fn explained(&mut self, layout: Layout, top: Tier, correlation: f64) -> Levels {
        let q = self.q;
        let squared = (correlation * correlation, "pretest: the square of the correlation");
        let pretest = |published: Sourced| match (q.analysis, q.correlation) {
            (Analysis::Ancova, None) => published,
            (Analysis::Ancova, Some(_)) => squared,
            _ => (0.0, "no covariates assumed"),
        };
        let school = if has_school(layout, top) && layout != Layout::ClassroomsRandomSchools {
            self.number("--r2-school", "R² between schools", q.r2_school, pretest(known::R2_SCHOOL))
        } else {
            let why = "differences between schools do not enter this design's standard error";
            self.refuse(
                "--r2-school",
                q.r2_school.is_some(),
                why,
                "leave it out; what covariates of schools say of the effect is --r2-effect",
            );
            0.0
        };
        let class = if has_class(layout, top) {
            let published = if layout == Layout::Clusters { known::R2_CLUSTER_OF_CLASS } else { known::R2_CLASS };
            self.number("--r2-class", "R² between classrooms", q.r2_class, pretest(published))
        } else {
            self.refuse(
                "--r2-class",
                q.r2_class.is_some(),
                "no level of classrooms is in the design",
                "leave it out, or name --classrooms",
            );
            0.0
        };
        let published = if layout == Layout::Students {
            (squared.0, "pretest: the square of .77, the correlation in didact's worlds")
        } else {
            known::R2_STUDENT
        };
        let student = self.number("--r2-student", "R² between students", q.r2_student, pretest(published));
        Levels { school, class, student }
    }
}

/// Whether what differs between schools is a level of its own.
fn has_school(layout: Layout, top: Tier) -> bool {
    match layout {
        Layout::Schools | Layout::ClassroomsRandomSchools => true,
        Layout::Clusters => top == Tier::Schools,
        Layout::Students | Layout::ClassroomsFixedSchools => false,
    }
}

/// Whether what differs between classrooms is a level of its own.
pub(super) fn has_class(layout: Layout, top: Tier) -> bool {
    match layout {
        Layout::Schools | Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools => true,
        Layout::Clusters => top == Tier::Classrooms,
        Layout::Students => false,
    }
}
