//! The worlds, one a file.

mod adopt_after_dip;
mod belmont_cragin;
mod classroom_trial;
mod dosage;
mod fade_out;
mod forty_states;
mod iep_inclusion;
mod lottery;
mod mastery;
mod norms;
mod null;
mod pandemic;
mod rand_charters;
mod school_trial;
mod single_school;
mod spillover;
mod staggered_rollout;
mod two_period;
mod under_resourced;
mod violated_trends;

use super::World;

/// All worlds, in the order in which they are listed.
pub static WORLDS: &[&dyn World] = &[
    &belmont_cragin::BelmontCragin,
    &single_school::SingleSchool,
    &lottery::Lottery,
    &school_trial::SchoolTrial,
    &classroom_trial::ClassroomTrial,
    &rand_charters::RandCharters,
    &dosage::Dosage,
    &norms::Norms,
    &adopt_after_dip::AdoptAfterDip,
    &pandemic::PandemicYears,
    &staggered_rollout::StaggeredRollout,
    &fade_out::FadeOut,
    &spillover::Spillover,
    &under_resourced::UnderResourced,
    &iep_inclusion::IepInclusion,
    &mastery::Mastery,
    &null::Null,
    &two_period::TwoPeriod,
    &violated_trends::ViolatedTrends,
    &forty_states::FortyStates,
];
