//! Calibrations that cannot be: told before anything is drawn.

use crate::support::program::didact;

#[test]
fn what_cannot_be_calibrated_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = folder.path().display().to_string();
    let loaded = format!("{taken}/loaded.toml");
    let study = "[study]\ntitle = \"t\"\n[data]\npath = \"x.csv\"\n[roles]\nperiod = \"y\"\ncohort = \"c\"\noutcomes = [\"m\"]\n";
    std::fs::write(&loaded, study).expect("a file can be written");
    let out = format!("{taken}/out");
    let cases: &[(&str, i32, &[&str])] = &[
        ("two-period", 2, &["--replicates"]),
        ("two-period --replicates 1", 2, &["--replicates"]),
        ("two-period --replicates 0", 2, &["--replicates"]),
        ("two-period --replicates many", 2, &["--replicates"]),
        ("two-perod --replicates 5", 3, &["STUDY-004", "two-period"]),
        ("LOADED --replicates 5", 5, &["x.csv", "--data"]),
        ("LOADED --replicates 5 --data nowhere.csv", 5, &["nowhere.csv"]),
        ("two-period --replicates 5 --data x.csv", 2, &["--data"]),
        ("two-period --replicates 5 --grid schols=1,2", 2, &["CAL-003", "did you mean  schools?"]),
        ("two-period --replicates 5 --grid schools", 2, &["CAL-002"]),
        ("two-period --replicates 5 --grid schools=", 2, &["CAL-002"]),
        ("two-period --replicates 5 --grid schools=nan", 2, &["CAL-002"]),
        ("two-period --replicates 5 --grid schools=40,40", 2, &["CAL-002", "twice"]),
        ("two-period --replicates 5 --grid schools=40 --grid schools=50", 2, &["CAL-003", "two grids"]),
        ("two-period --replicates 5 --grid schools=30..10", 2, &["CAL-002"]),
        ("two-period --replicates 5 --grid schools=1..1e300:1e-300", 2, &["CAL-002"]),
        ("two-period --replicates 5 --grid schools=0,10,30", 3, &["CAL-001", "schools = 0 is outside", "must be less than schools = 10"]),
        ("two-period --replicates 5 --grid school_variance=-1", 3, &["CAL-001", "school_variance"]),
        ("two-period --replicates 5 --set schools=1", 3, &["STUDY-002"]),
        ("two-period --replicates 5 --set schools", 2, &["NAME=VALUE"]),
        (
            "two-period --replicates 1000 --grid profile_schools=1..39:1 --grid effect=0..1:0.000001",
            3,
            &["CAL-009", "39 million points", "draws", "of memory", "thread", "name fewer values with --grid"],
        ),
        (
            "two-period --replicates 10 --grid schools=1..1000:1 --grid effect=0..1:0.000001 --shard 1/1000000",
            3,
            &["CAL-009", "1 billion points", "(a shard has fewer replicates, but all points)"],
        ),
        ("two-period --replicates 1000000000 --grid effect=0,1", 3, &["CAL-009", "2 billion draws at 2 points", "fewer replicates"]),
        ("two-period --replicates 5 --set schols=9", 3, &["STUDY-002", "--set schols=9", "didact list worlds two-period"]),
        ("two-period --replicates 5 --set icc=1.2", 3, &["STUDY-002", "--set icc=1.2", "school_variance", "class_variance"]),
        ("two-period --replicates 5 --grid icc=0.1,0.2", 2, &["CAL-003", "school_variance"]),
        ("two-period --replicates 5 --subgroup ieps", 2, &["CAL-006", "did you mean  iep?"]),
        ("two-period --replicates 5 --as-it-is", 2, &["--as-it-is"]),
        ("dosage --replicates 5 --effect subgroup", 3, &["CAL-006", "--subgroup"]),
        ("two-period --replicates 5 --effect evnt", 2, &["CAL-004", "event"]),
        ("two-period --replicates 5 --estimator dd", 2, &["EST-001"]),
        ("two-period --replicates 5 --inference clutser", 2, &["INF-001", "cluster"]),
        ("two-period --replicates 5 --outcome mat", 2, &["CAL-008", "math"]),
        ("two-period --replicates 5 --level 95", 2, &["--level"]),
        ("two-period --replicates 5 --shard 0/3", 2, &["--shard"]),
        ("two-period --replicates 5 --shard 4/3", 2, &["--shard"]),
        ("two-period --replicates 5 --shard 1", 2, &["--shard"]),
        ("two-period --replicates 5 --out TAKEN", 5, &["exists already"]),
    ];
    let mut wrong = Vec::new();
    for (flags, code, fragments) in cases {
        let flags = flags.replace("LOADED", &loaded).replace("TAKEN", &taken);
        let place = if flags.contains("--out") { String::new() } else { format!("--out {out}") };
        let ran = didact(format!("calibrate {flags} {place}").split_whitespace());
        let said = fragments.iter().all(|f| ran.stderr.contains(f)) && !ran.stderr.contains("panicked");
        if ran.code != *code || !said || !ran.stdout.is_empty() {
            wrong.push(format!("{flags}: {} {}", ran.code, ran.stderr));
        }
        let journal = std::path::Path::new(&out).with_extension("journal");
        if std::path::Path::new(&out).exists() || journal.exists() {
            wrong.push(format!("{flags}: something was left behind"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
