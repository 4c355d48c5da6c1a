//! Disclosure control of loaded data: planted values come out in no file, small counts cannot be computed from what is published, and
//! the gate opens only where the study says so.

use crate::didact;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

mod combined;
mod solve;
mod unfold;

use unfold::{Unfolded, folder};

/// A student's row with a value that nobody else has.
struct Planted {
    file: String,
    ids: Vec<String>,
    numbers: Vec<String>,
}

/// Four hundred students in fifteen schools: a cohort of five, two schools of three, six students with a plan. Outcomes and the
/// covariate lie in two bands with nothing between, where no mean, spread or effect of many falls; `k` makes another draw.
fn plant(k: usize) -> Planted {
    let mut out = Planted { file: "student,school,year,start,score,prior,plan\n".into(), ids: Vec::new(), numbers: Vec::new() };
    let mut state = 88_172_645_463_325_252_u64 ^ (k as u64 * 0x9E37_79B9);
    let mut draw = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let mut student = 0;
    for school in 0..15 {
        let (size, name) = match school {
            12 => (5, "Quibblethorpe".to_string()),
            13 | 14 => (3, format!("Zwickelmoor{school}")),
            _ => (30, format!("School {school}")),
        };
        if size < 10 {
            out.ids.push(name.clone());
        }
        let start = match school {
            0..=3 => "2104",
            4 | 5 => "2103",
            12 => "2105",
            _ => "0",
        };
        for _ in 0..size {
            student += 1;
            let id = format!("Vx{}q{k}", 700_000 + student * 7919 % 99_991);
            // In one of two bands: the mean of many lies between them, and their spread far below.
            let mut value = |scale: f64| {
                let band = if draw(2) == 0 { 4100 } else { 6100 };
                let number = (band + draw(800)) as f64 + (1 + draw(97)) as f64 / 97.0;
                format!("{:.4}", number * scale)
            };
            let prior = value(10.0);
            for year in 2101..2107 {
                let score = value(1.0);
                if student % 60 == 7 && year == 2102 {
                    out.file += &format!("{id},{name},{year},{start},,{prior},0\n");
                    continue;
                }
                out.file += &format!("{id},{name},{year},{start},{score},{prior},{}\n", u8::from(student % 61 == 3));
                out.numbers.push(score);
            }
            out.numbers.push(prior);
            out.ids.push(id);
        }
    }
    out
}

/// A number as it might be printed: at full length, and rounded to four significant digits or more.
fn printed(number: &str) -> Vec<String> {
    let value: f64 = number.parse().expect("a number");
    let whole = number.split('.').next().unwrap_or_default().len();
    let mut out: Vec<String> = (0..=4).filter(|d| whole + d >= 4).map(|d| format!("{value:.d$}")).collect();
    out.push(format!("{value}"));
    out
}

const STUDY: &str = "[study]\ntitle = \"t\"\n[data]\npath = \"data.csv\"\n[roles]\nstudent = \"student\"\nschool = \"school\"\nperiod = \"year\"\ncohort = \"start\"\ncluster = \"school\"\noutcomes = [\"score\"]\ncovariates = [\"prior\"]\nsubgroups = [\"plan\"]\n[calibration]\nreplicates = 0\n[[analysis]]\nestimators = [\"callaway-santanna\", \"imputation\", \"twfe\"]\ninference = [\"cluster:cr1\"]\n[output]\nformats = [\"csv\", \"markdown\", \"json\", \"latex\", \"html\", \"parquet\", \"xlsx\", \"docx\"]\nfigures = [\"svg\", \"pdf\", \"vega-lite\"]\n";

/// Everything the program writes of a study: the run, what is made of it, and what is printed.
fn written(place: &Path, planted: &Planted, study: &str) -> Unfolded {
    std::fs::create_dir_all(place).expect("a folder");
    std::fs::write(place.join("data.csv"), &planted.file).expect("a file");
    std::fs::write(place.join("study.toml"), study).expect("a file");
    let at = |name: &str| place.join(name).display().to_string();
    let mut said = String::new();
    let (run, study_file) = (at("run"), at("study.toml"));
    let mut calls = vec![format!("run {study_file} --out {run}")];
    calls.push(format!("report {run} --out {} --format csv --format docx --figure svg", at("report")));
    calls.push(format!("report {run} --only tables"));
    for to in ["ipynb", "qmd", "r", "stata"] {
        calls.push(format!("export {run} --to {to} --out {}/", at("exported")));
    }
    calls.push(format!("bundle {run} --out {}", at("bundle.zip")));
    calls.push(format!("compare {run} {run} --json"));
    for call in calls {
        let (code, out, err) = didact(&call);
        assert_eq!(code, 0, "{call}: {err}");
        said += &out;
        said += &err;
    }
    for given in ["data.csv", "study.toml"] {
        std::fs::remove_file(place.join(given)).expect("ours");
    }
    let mut all = folder(place);
    all.add("what was printed", said);
    all
}

#[test]
fn no_planted_value_comes_out() {
    let temporary = tempfile::tempdir().expect("a folder");
    let planted = plant(1);
    assert!(planted.numbers.len() + planted.ids.len() > 1000);
    let all = written(&temporary.path().join("a"), &planted, STUDY);
    // What is printed of other students as well is no leak: constants, years, coordinates.
    let other = written(&temporary.path().join("b"), &plant(2), STUDY);
    assert!(all.files() > 60, "{} files", all.files());
    for id in &planted.ids {
        let found = all.with_text(id);
        assert!(found.is_none(), "{id} stands in {found:?}");
    }
    let forms: BTreeSet<String> = planted.numbers.iter().flat_map(|n| printed(n)).collect();
    let leaked: Vec<(String, String)> =
        forms.iter().filter(|f| !other.has_number(f)).filter_map(|f| Some((f.clone(), all.with_number(f)?))).collect();
    assert!(leaked.is_empty(), "{leaked:?}");
}

/// The search finds what is there: in a text, in a figure, and inside the archives.
#[test]
fn a_planted_leak_is_found() {
    let temporary = tempfile::tempdir().expect("a folder");
    let mut planted = plant(1);
    let number = planted.numbers[17].clone();
    let rounded = printed(&number)[0].clone();
    let id = planted.ids[40].clone();
    planted.numbers.truncate(1);
    // The title, and the name of a column, are printed wherever they are told.
    let column = format!("{id} {number}");
    planted.file = planted.file.replacen("prior", &column, 1);
    let leaky = STUDY
        .replace("title = \"t\"", &format!("title = \"{id} scored {number}, or {rounded}\""))
        .replace("\"prior\"", &format!("\"{column}\""));
    let all = written(temporary.path(), &planted, &leaky);
    let places =
        ["report.html", "report.json", "README.md", "notebook.ipynb", "ro-crate-metadata.json", "bundle.zip", "tables.docx", "tables.xlsx"];
    for name in places.into_iter().chain([".parquet", ".tex", "what was printed"]) {
        assert!(all.file_has(name, &id, &number), "the leak in {name} is not found");
    }
    assert!(all.with_number(&rounded).is_some());
}

/// Twelve schools of twenty-five students each, three years, no covariate.
fn even(k: u64, smallest: usize) -> Planted {
    let mut out = Planted { file: "student,school,year,start,score\n".into(), ids: Vec::new(), numbers: Vec::new() };
    let mut state = 88_172_645_463_325_252_u64 ^ k.wrapping_mul(0x9E37_79B9);
    let mut draw = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    for school in 0..12 {
        out.ids.push(format!("Quibblethorpe{school}k{k}"));
        for student in 0..if school == 7 { smallest } else { 25 } {
            let id = format!("Vx{}q{k}", 700_000 + school * 100 + student);
            for year in 2101..2104 {
                let score = format!("{:.4}", (4100 + draw(2700)) as f64 + (1 + draw(97)) as f64 / 97.0);
                let start = if school % 3 == 0 { "2103" } else { "0" };
                out.file += &format!("{id},Quibblethorpe{school}k{k},{year},{start},{score}\n");
                out.numbers.push(score);
            }
            out.ids.push(id);
        }
    }
    out
}

const EVEN: &str = "[study]\ntitle = \"t\"\n[data]\npath = \"data.csv\"\n[roles]\nstudent = \"student\"\nschool = \"school\"\nperiod = \"year\"\ncohort = \"start\"\ncluster = \"school\"\noutcomes = [\"score\"]\n[calibration]\nreplicates = 0\n[[analysis]]\nestimators = [\"twfe\"]\ninference = [\"cluster:cr2\", \"wild-bootstrap:replicates=399\", \"pairs-bootstrap:replicates=199\"]\n";

/// What a page says of computing again.
fn again(page: &str) -> &str {
    let at = page.find("id=\"redo\"").expect("a heading");
    &page[at..page[at..].find("</section>").expect("an end") + at]
}

/// Sums over enough students leave with the page, and in them no name, no score and no replicate; sums over few do not leave.
#[test]
fn sums_leave_only_past_the_gate() {
    let temporary = tempfile::tempdir().expect("a folder");
    for estimator in ["twfe", "callaway-santanna"] {
        let study = EVEN.replace("\"twfe\"", &format!("{estimator:?}")).replace(", \"pairs-bootstrap:replicates=199\"", "");
        let study = if estimator == "twfe" { study } else { study.replace("cluster:cr2", "jackknife") };
        let planted = even(1, 25);
        let place = temporary.path().join(estimator);
        std::fs::create_dir_all(&place).expect("a folder");
        let (_, manifest) = run(&place, &planted.file, &study);
        assert_eq!(manifest["disclosure_control"], "on");
        std::fs::remove_file(place.join("data.csv")).expect("ours");
        let all = folder(&place);
        // In the page and in its content.
        assert_eq!(all.sums.len(), 2, "{estimator}");
        let carried = didact::infer::carried::read(&all.sums[0]).expect("readable");
        assert!(carried.fit.clusters.iter().all(|c| c.n_units >= 10));
        // Whatever eight bytes anywhere stand for: a few hundred numbers, not thousands of replicates.
        assert!(all.sums[0].len() < 60_000, "{estimator}: {} bytes", all.sums[0].len());
        for id in &planted.ids {
            assert!(!all.file_has_text("/sums", id), "{id} is in the sums");
        }
        for number in &planted.numbers {
            assert!(!all.file_has("/sums", "", number), "{number} is in the sums");
        }
    }
    let says = |name: &str, planted: &Planted, study: &str| {
        let place = temporary.path().join(name);
        run(&place, &planted.file, study);
        let page = std::fs::read_to_string(place.join("run/report.html")).expect("a page");
        let content: Value = serde_json::from_slice(&std::fs::read(place.join("run/report.json")).expect("content")).expect("JSON");
        (again(&page).to_string(), content["rerun"]["redo"].clone(), page.contains("data-sums"))
    };
    // Nine students of one school: one fewer than there must be.
    let (words, redo, sums) = says("few", &even(1, 9), EVEN);
    assert!(words.contains("to protect students") && words.contains("fewer than 10") && !sums, "{words}");
    assert_eq!(redo["not"]["few-in-a-cluster"]["least"], 10);
    let (.., sums) = says("enough", &even(1, 10), EVEN);
    assert!(sums);
    // A covariate that one student of a school has would be that student's score.
    let with_prior = EVEN.replace("outcomes = [\"score\"]", "outcomes = [\"score\"]\ncovariates = [\"prior\"]");
    let mut divided = even(1, 25);
    divided.file = divided
        .file
        .lines()
        .enumerate()
        .map(|(i, l)| if i == 0 { format!("{l},prior\n") } else { format!("{l},{}\n", i * 37 % 101) })
        .collect();
    let (words, redo, sums) = says("divided", &divided, &with_prior);
    assert!(words.contains("covariates") && redo["not"] == "divided-sums" && !sums, "{words} {redo}");
    // Opened on purpose, everything passes.
    let off = format!("{EVEN}[privacy]\non = false\n");
    let (words, _, sums) = says("off", &even(1, 9), &off);
    assert!(sums && words.contains("Compute again and compare"), "{words}");
}

/// The search looks into the sums as well.
#[test]
fn a_leak_in_the_sums_is_found() {
    let sums = [b"didact sums 1\n".as_slice(), &1234.5678_f64.to_le_bytes(), b"Zwickelmoor13", &4321.25_f64.to_le_bytes()].concat();
    let page = format!("<div id=\"redo-data\" data-program=\"AAAA\" data-sums=\"{}\"></div>", didact::table::base64::encode(&sums));
    let temporary = tempfile::tempdir().expect("a folder");
    std::fs::write(temporary.path().join("report.html"), page).expect("a file");
    let all = folder(temporary.path());
    assert!(all.file_has("/sums", "Zwickelmoor13", "1234.5678") && all.file_has("/sums", "", "4321.25") && !all.has_number("1111.5"));
}

fn results(place: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(place.join("run/results.json")).expect("results")).expect("JSON")
}

fn run(place: &Path, file: &str, study: &str) -> (Value, Value) {
    std::fs::create_dir_all(place).expect("a folder");
    std::fs::write(place.join("data.csv"), file).expect("a file");
    std::fs::write(place.join("study.toml"), study).expect("a file");
    let (code, _, err) = didact(&format!("run {} --out {}", place.join("study.toml").display(), place.join("run").display()));
    assert_eq!(code, 0, "{err}");
    let manifest = serde_json::from_slice(&std::fs::read(place.join("run/manifest.json")).expect("a manifest")).expect("JSON");
    (results(place), manifest)
}

const MARK: &str = "{\"suppressed\":true}";

#[test]
fn small_groups_are_marked_and_cannot_be_computed() {
    let temporary = tempfile::tempdir().expect("a folder");
    let (found, manifest) = run(&temporary.path().join("on"), &plant(1).file, STUDY);
    assert_eq!((manifest["disclosure_control"].as_str(), manifest["minimum_cell"].as_u64()), (Some("on"), Some(10)));
    let first = &found["results"][0];
    let effect = |estimand: &str, key: &str, value: i64| {
        let of = |e: &&Value| e["estimand"] == estimand && e[key] == value;
        first["effects"].as_array().expect("effects").iter().find(of).expect("an effect")["estimate"].clone()
    };
    // The cohort of five, and the next smallest: else it would be the mean of all less the others.
    assert_eq!(effect("group", "group", 2105).to_string(), MARK);
    assert_eq!(effect("group", "group", 2103).to_string(), MARK);
    assert!(first["effects"].as_array().expect("effects").iter().any(|e| e["estimand"] == "overall" && e["estimate"].is_f64()));
    // Fewer than ten rows were left out for one reason: neither they nor the rows read are told.
    assert_eq!(first["sample"]["rows"].to_string(), MARK);
    assert_eq!(first["sample"]["dropped"][0]["rows"].to_string(), MARK);
    assert_eq!(manifest["rows"].to_string(), MARK);
    // Six students with a plan: neither they nor the others, which would be all less them.
    for row in found["tables"]["subgroup-effects"]["rows"].as_array().expect("rows") {
        assert_eq!(row["n"].to_string(), MARK, "{row}");
    }
    // The codebook names what enough students have, and no score.
    let codebook = |found: &Value, column: &str| -> Value {
        let rows = found["tables"]["codebook"]["rows"].as_array().expect("rows").clone();
        rows.into_iter().find(|row| row["column"] == column).expect("a column")
    };
    assert_eq!(codebook(&found, "plan")["values"], "0; others of few units, withheld");
    assert_eq!(codebook(&found, "start")["values"], "0; 2103; 2104; others of few units, withheld");
    assert_eq!((&codebook(&found, "student")["values"], &codebook(&found, "student")["role"]), (&"not listed".into(), &"student".into()));
    assert_eq!(
        (&codebook(&found, "score")["values"], &codebook(&found, "score")["missing"]),
        (&"about 4,000 to 7,000".into(), &"less than 5 %".into())
    );
    assert_eq!((&codebook(&found, "score")["meaning"], &codebook(&found, "score")["unit"]), (&"not told".into(), &"not told".into()));
    let off = STUDY.replace("[output]", "[privacy]\non = false\n[output]");
    let (open, manifest) = run(&temporary.path().join("off"), &plant(1).file, &off);
    assert_eq!((manifest["disclosure_control"].as_str(), manifest["minimum_cell"].as_u64()), (Some("off: the study file says so"), None));
    assert!(open["results"][0]["sample"]["rows"].is_u64());
    assert!(codebook(&open, "score")["missing"].is_u64() && codebook(&open, "plan")["values"] == "0; 1");
    let page = std::fs::read_to_string(temporary.path().join("off/run/report.html")).expect("a page");
    assert!(page.contains("Disclosure control was turned off"));
    let readme = std::fs::read_to_string(temporary.path().join("off/run/README.md")).expect("a file");
    assert!(readme.contains("turned off"));
}

/// The effect on a handful of treated students is nobody's business.
#[test]
fn an_effect_on_few_is_withheld_in_words() {
    let temporary = tempfile::tempdir().expect("a folder");
    let planted = plant(1);
    // Of the treated only five in one school are left, and three in another.
    let kept = |l: &&str| l.split(',').nth(3).is_none_or(|start| start != "2104" && start != "2103");
    let started = |l: &str| if l.contains("Zwickelmoor13") { l.replacen(",0,", ",2105,", 1) } else { l.to_string() };
    let file: Vec<String> = planted.file.lines().filter(kept).map(started).collect();
    let place = temporary.path().join("few");
    let (found, _) = run(&place, &format!("{}\n", file.join("\n")), STUDY);
    for effect in found["results"].as_array().expect("results").iter().flat_map(|r| r["effects"].as_array().expect("effects")) {
        assert!(!effect["estimate"].is_number(), "{effect}");
    }
    let mut page = String::new();
    std::fs::File::open(place.join("run/report.html")).expect("a page").read_to_string(&mut page).expect("text");
    assert!(page.contains("the effect is withheld"));
}

/// Students of two groups with yes/no columns of which few say yes: 82 treated, one of whom leaves; 79 others, two of whom come after the
/// start and three of whom leave. `el`: five treated and one other. `pass`: an outcome with few ones.
fn yes_and_no() -> String {
    let mut out = "student,school,year,start,score,el,pass\n".to_string();
    let mut state = 88_172_645_463_325_252_u64;
    let mut draw = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    for (start, n) in [("2103", 82), ("0", 79)] {
        for i in 0..n {
            let (late, leaves) = (start == "0" && i >= 77, if start == "0" { (70..73).contains(&i) } else { i == 80 });
            let el = u8::from(if start == "0" { i == 0 } else { i < 5 });
            for year in 2101..2105 {
                if (late && year < 2103) || (leaves && year >= 2103) {
                    continue;
                }
                let score = (4100 + draw(2700)) as f64 + (1 + draw(97)) as f64 / 97.0;
                let pass = u8::from(i % if year < 2103 { 40 } else { 20 } == 0);
                out += &format!("Vx{start}n{i},School {start}{},{year},{start},{score:.4},{el},{pass}\n", i % 4);
            }
        }
    }
    out
}

const YES_AND_NO: &str = "[study]\ntitle = \"t\"\n[data]\npath = \"data.csv\"\n[roles]\nstudent = \"student\"\nschool = \"school\"\nperiod = \"year\"\ncohort = \"start\"\ncluster = \"student\"\noutcomes = [\"score\", \"pass\"]\ncovariates = [\"el\"]\n[calibration]\nreplicates = 0\n[[analysis]]\nestimators = [\"did\", \"twfe\"]\ninference = [\"cluster:cr1\"]\n[output]\nformats = [\"csv\", \"markdown\", \"json\", \"html\"]\nfigures = [\"svg\", \"vega-lite\"]\n";

/// The rows of a table of results in which some columns hold these words.
fn rows<'a>(found: &'a Value, table: &str, of: &[(&str, &str)]) -> Vec<&'a Value> {
    let all = found["tables"][table]["rows"].as_array().unwrap_or_else(|| panic!("no table {table}"));
    all.iter().filter(|r| of.iter().all(|(key, word)| r[*key] == *word)).collect()
}

/// A mean of zeros and ones times the number of students is a count: it is a bound, or stays, and so does what would give it back.
#[test]
fn a_share_of_few_in_a_column_of_zeros_and_ones_stays() {
    let temporary = tempfile::tempdir().expect("a folder");
    let place = temporary.path().join("on");
    let (found, _) = run(&place, &yes_and_no(), YES_AND_NO);
    let mut seen = 0;
    for (table, key) in [("baseline-balance", "variable"), ("check-balance", "measure"), ("wwc-6-descriptives", "measure")] {
        for row in rows(&found, table, &[(key, "el")]) {
            seen += 1;
            // Those analysed are the others but for few: how many, and their means, stay.
            let near = table == "check-balance";
            // Five of 82 are above the bound, one of 77 below it.
            assert_eq!(
                (row["treated_mean"].to_string().as_str(), row["comparison_mean"].as_str()),
                (MARK, Some("5 % or less").filter(|_| !near)),
                "{table} {row}"
            );
            for key in ["treated_sd", "comparison_sd", "difference_sd", "category", "p_value"] {
                assert!(row.get(key).is_none_or(|v| *v == serde_json::json!({"suppressed": true})), "{table} {key} {row}");
            }
            // How many were seen in the first period stays, too, as few of them are not seen later.
            assert!(!row["treated_n"].is_u64() && !row["comparison_n"].is_u64(), "{table} {row}");
        }
    }
    assert!(seen >= 4, "{seen} rows");
    // Of the score before only a difference is told that says little of one student: with 74 and 81 of them in steps of 0.05 SD.
    for row in rows(&found, "check-balance", &[("measure", "score")]) {
        for key in ["treated_n", "treated_mean", "treated_sd", "comparison_n", "comparison_mean", "comparison_sd", "p_value"] {
            assert_eq!(row[key].to_string(), MARK, "{key} {row}");
        }
        let steps = row["difference_sd"].as_f64().expect("a difference") / 0.05;
        assert!((steps - steps.round()).abs() < 1e-9, "{row}");
    }
    // The other measures are told.
    assert!(rows(&found, "baseline-balance", &[("variable", "score"), ("outcome", "score")])[0]["difference_sd"].is_f64());
    let balance = found["checks"].as_array().expect("checks").iter().find(|c| c["check"] == "balance").expect("a check");
    assert!(!balance["reason"].as_str().expect("words").contains("el"), "{balance}");
    // The effect on an outcome of two values is computed from four such means.
    for result in found["results"].as_array().expect("results") {
        let told = result["effects"].as_array().expect("effects").iter().any(|e| e["estimate"].is_number());
        assert_eq!(told, result["outcome"] == "score", "{result}");
    }
    for row in rows(&found, "descriptives", &[("outcome", "pass")]) {
        assert!(!row["mean"].is_number() && row["sd"] == serde_json::json!({"suppressed": true}), "{row}");
    }
    // No mean of it may be told, so there is no figure of them.
    let figure = |name: &str| place.join("run/figures").join(name);
    assert!(figure("means-score.csv").exists() && !figure("means-pass.csv").exists());
    let love = std::fs::read_to_string(figure("balance.csv")).expect("a figure");
    let own: Vec<&str> = love.lines().filter(|l| l.starts_with("el,")).collect();
    assert!(!own.is_empty() && own.iter().all(|l| l.contains(",,")), "{own:?}");
    std::fs::remove_file(place.join("data.csv")).expect("ours");
    let all = folder(&place);
    for (part, whole) in [(5, 82), (1, 77), (5, 81), (1, 74), (3, 82), (2, 77)] {
        let share = format!("{}", f64::from(part) / f64::from(whole));
        assert!(!all.has_number(&share), "{part} of {whole} stands in {:?}", all.with_number(&share));
    }
    let off = YES_AND_NO.replace("[output]", "[privacy]\non = false\n[output]");
    let (open, _) = run(&temporary.path().join("off"), &yes_and_no(), &off);
    assert!(rows(&open, "baseline-balance", &[("variable", "el")])[0]["difference_sd"].is_f64());
}

/// Who came late, and who was lost, follows neither from the words of a check nor from clusters that are students.
#[test]
fn latecomers_and_lost_students_are_counted_nowhere() {
    let temporary = tempfile::tempdir().expect("a folder");
    let place = temporary.path().join("students");
    let (found, _) = run(&place, &yes_and_no(), YES_AND_NO);
    for table in ["check-attrition-overall", "wwc-8-attrition"] {
        for level in ["units", "clusters"] {
            for row in rows(&found, table, &[("level", level)]).iter().filter(|r| r["treated_n"].get("to_fill").is_none()) {
                for key in ["treated_n", "treated_analysed_n", "comparison_n", "comparison_analysed_n", "differential"] {
                    assert_eq!(row[key].to_string(), MARK, "{table} {row}");
                }
            }
        }
    }
    // Of those there at first three are no longer seen, and of those seen two were not there.
    for row in rows(&found, "check-attrition", &[("group", "comparison")]).iter().filter(|r| r["period"].as_i64() > Some(2102)) {
        assert_eq!(row["analysed_n"].to_string(), MARK, "{row}");
    }
    let flow = std::fs::read_to_string(place.join("run/figures/flow.csv")).expect("a figure");
    let there: Vec<&str> = flow.lines().filter(|l| l.contains("there before the start") || l.contains("came after the start")).collect();
    assert!(there.len() == 3 && there.iter().all(|l| l.contains("<suppressed>")), "{there:?}");
    std::fs::remove_file(place.join("data.csv")).expect("ours");
    let all = folder(&place);
    assert_eq!(all.with_text("units came after the start"), None);
    // Whole schools of many tell of no single student.
    let schools = YES_AND_NO.replace("cluster = \"student\"", "cluster = \"school\"");
    let (found, _) = run(&temporary.path().join("schools"), &yes_and_no(), &schools);
    let row = rows(&found, "check-attrition-overall", &[("level", "clusters")])[0];
    assert_eq!((row["treated_n"].as_u64(), row["comparison_analysed_n"].as_u64()), (Some(4), Some(4)), "{row}");
}
