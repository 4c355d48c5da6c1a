//! Which categories of disability students with an IEP have, and where these stand.

use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

const DIGEST: &str = "NCES Digest 204.50 (2022–23), percent of students served under IDEA; only the ratios count";
const SPEECH: &str = "0: categories alike; in one state study speech or language impairment stood less than .25 SD below others, so about .9 above the mean of all IEPs";
const INTELLECTUAL: &str = "0: categories alike; in one state study intellectual disability stood more than 1.5 SD below others, so about .4 below the mean of all IEPs";

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let part = [0.0, 100.0];
    let gap = [-3.0, 3.0];
    #[rustfmt::skip]
    add(list, false, &[
        ("iep_learning_part", 32.0, part, "parts", "Part of the IEPs for specific learning disability.", DIGEST, Literature),
        ("iep_speech_part", 19.0, part, "parts", "Part of the IEPs for speech or language impairment.", DIGEST, Literature),
        ("iep_health_part", 15.3, part, "parts", "Part of the IEPs for other health impairment.", DIGEST, Literature),
        ("iep_autism_part", 13.0, part, "parts", "Part of the IEPs for autism.", DIGEST, Literature),
        ("iep_delay_part", 6.9, part, "parts", "Part of the IEPs for developmental delay.", DIGEST, Literature),
        ("iep_intellectual_part", 5.8, part, "parts", "Part of the IEPs for intellectual disability.", DIGEST, Literature),
        ("iep_emotional_part", 4.3, part, "parts", "Part of the IEPs for emotional disturbance.", DIGEST, Literature),
        ("iep_several_part", 1.7, part, "parts", "Part of the IEPs for multiple disabilities.", DIGEST, Literature),
        ("iep_hearing_part", 0.9, part, "parts", "Part of the IEPs for hearing impairment.", DIGEST, Literature),
        ("iep_orthopedic_part", 0.4, part, "parts", "Part of the IEPs for orthopedic impairment.", DIGEST, Literature),
        ("iep_injury_part", 0.3, part, "parts", "Part of the IEPs for traumatic brain injury.", DIGEST, Literature),
        ("iep_visual_part", 0.3, part, "parts", "Part of the IEPs for visual impairment.", DIGEST, Literature),
        ("iep_learning_gap", 0.0, gap, "SD", "Level of students with an IEP for specific learning disability against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_speech_gap", 0.0, gap, "SD", "Level of students with an IEP for speech or language impairment against other IEPs; the mean of all IEPs stays as it is.", SPEECH, Scenario),
        ("iep_health_gap", 0.0, gap, "SD", "Level of students with an IEP for other health impairment against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_autism_gap", 0.0, gap, "SD", "Level of students with an IEP for autism against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_delay_gap", 0.0, gap, "SD", "Level of students with an IEP for developmental delay against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_intellectual_gap", 0.0, gap, "SD", "Level of students with an IEP for intellectual disability against other IEPs; the mean of all IEPs stays as it is.", INTELLECTUAL, Scenario),
        ("iep_emotional_gap", 0.0, gap, "SD", "Level of students with an IEP for emotional disturbance against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_several_gap", 0.0, gap, "SD", "Level of students with an IEP for multiple disabilities against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_hearing_gap", 0.0, gap, "SD", "Level of students with an IEP for hearing impairment against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_orthopedic_gap", 0.0, gap, "SD", "Level of students with an IEP for orthopedic impairment against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_injury_gap", 0.0, gap, "SD", "Level of students with an IEP for traumatic brain injury against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
        ("iep_visual_gap", 0.0, gap, "SD", "Level of students with an IEP for visual impairment against other IEPs; the mean of all IEPs stays as it is.", CHOICE, Scenario),
    ]);
}
