//! A few draws of a calibration as text that shows every bit, for a processor and for WebAssembly alike.

use didact::estimate::Chosen;
use didact::evaluate::{Effects, Experiment, Grid, Question, Simulated, replicate};
use didact::infer::Method;
use didact::panel::{PanelSpec, TreatmentRule};
use didact::simulate::find;

/// The draws, one a line.
pub fn text() -> String {
    let world = find("two-period").expect("known");
    let mut parameters = world.parameters();
    parameters.set("schools", "12").expect("in range");
    parameters.set("profile_schools", "6").expect("in range");
    let source = Simulated { world, parameters };
    let spec = PanelSpec {
        unit: Some("student_id".into()),
        period: Some("year".into()),
        cluster: Some("school_id".into()),
        ..PanelSpec::new("math", TreatmentRule::Cohort("profile_year".into()))
    };
    let question = Question {
        section: "main".into(),
        spec,
        estimators: ["did", "callaway-santanna", "sun-abraham"].map(|n| Chosen::parse(n).expect("known")).to_vec(),
        inference: ["cluster:cr1", "wild-bootstrap"].map(|n| Method::parse(n).expect("known")).to_vec(),
    };
    let experiment = Experiment {
        source: &source,
        grid: Grid::default(),
        questions: vec![question],
        effects: Effects::parse(["overall"]).expect("known"),
        replicates: 10,
        level: 0.95,
        seed: 7,
    };
    (0..experiment.replicates).map(|number| replicate(&experiment, 0, number).line()).collect()
}

/// Where the text stands in memory, with a zero at its end.
#[unsafe(no_mangle)]
pub extern "C" fn draws() -> *const u8 {
    (text() + "\0").leak().as_ptr()
}
