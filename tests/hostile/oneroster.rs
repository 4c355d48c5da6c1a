//! OneRoster folders: joined to one row a student and school year, with every broken reference named.

use crate::support::program::didact;
use didact::cohort::{Cohort, Faults};
use didact::ingest::{self, Codes, IngestError, Source};
use std::collections::BTreeMap;
use std::path::Path;

/// A folder's files by name.
type Files = BTreeMap<&'static str, String>;

fn good() -> Files {
    BTreeMap::from([
        ("manifest.csv", "\u{feff}propertyName,value\noneroster.version,1.1\nfile.users,bulk\nfile.results,bulk\n".into()),
        ("orgs.csv", "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nd1,,,District,district,,\ns1,,,North,school,,d1\ns2,,,South,school,,d1\n".into()),
        (
            "users.csv",
            "\u{feff}sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,grades\n\
             007,,,true,s1,student,u1,Ann,Able,04\n\
             008,,,true,\"s1,d1\",student,u2,Ben,Baker,04\n\
             009,,,true,s2,student,u3,Cem,Canary,05\n\
             010,tobedeleted,,true,s2,student,u4,Dee,Dale,05\n\
             t1,,,true,s1,teacher,u5,Tea,Cher,\n"
                .into(),
        ),
        (
            "classes.csv",
            "sourcedId,status,dateLastModified,title,classType,schoolSourcedId,termSourcedIds\n\
             c1,,,4A,homeroom,s1,y21\nc2,,,Math,scheduled,s1,y21\nc3,,,5B,homeroom,s2,y21\n"
                .into(),
        ),
        (
            "enrollments.csv",
            "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary\n\
             e1,,,c1,s1,007,student,\ne2,,,c2,s1,007,student,\ne3,,,c2,s1,008,student,\ne4,,,c3,s2,009,student,\n\
             e5,,,c3,s2,010,student,\ne6,,,c1,s1,t1,teacher,true\ne7,tobedeleted,,c1,s1,009,student,\n"
                .into(),
        ),
        ("demographics.csv", "sourcedId,status,dateLastModified,birthDate,sex,hispanicOrLatinoEthnicity\n007,,,2011-01-02,female,true\n009,,,2010-03-04,male,false\n".into()),
        ("academicSessions.csv", "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\ny21,,,Year,schoolYear,2020-08-01,2021-06-30,,2021\n".into()),
        (
            "lineItems.csv",
            "sourcedId,status,dateLastModified,title,classSourcedId,gradingPeriodSourcedId\nl1,,,math,c2,y21\nl2,,,reading,c1,\nl3,,,reading,c3,\n".into(),
        ),
        (
            "results.csv",
            "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate\n\
             r1,,,l1,007,fully graded,81.5,2021-05-01\nr2,,,l2,007,fully graded,70,2021-05-01\nr3,,,l1,008,exempt,0,2021-05-01\n\
             r4,,,l3,009,fully graded,64,2021-05-01\nr5,,,l3,010,fully graded,50,2021-05-01\n"
                .into(),
        ),
    ])
}

fn write(files: &Files, folder: &Path) {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("written");
    }
}

fn read(files: &Files, columns: Option<&[&str]>) -> Result<Cohort, IngestError> {
    let folder = tempfile::tempdir().expect("a folder");
    write(files, folder.path());
    ingest::read(&Source::open(&folder.path().display().to_string(), None, None)?, columns, &Codes::default())
}

fn refused(files: &Files) -> Faults {
    match read(files, None) {
        Err(IngestError::Faults(faults)) => faults,
        other => panic!("not refused: {other:?}"),
    }
}

fn cells(cohort: &Cohort, column: &str) -> Vec<String> {
    let data = &cohort.column(column).expect(column).data;
    (0..data.len()).map(|row| data.display(row)).collect()
}

#[test]
fn a_folder_is_joined_to_one_row_a_student_and_year() {
    let cohort = read(&good(), None).expect("read");
    assert_eq!(cells(&cohort, "student"), ["007", "008", "009"]);
    assert_eq!(cells(&cohort, "classroom"), ["c1", "c2", "c3"]);
    assert_eq!(cells(&cohort, "school"), ["s1", "s1", "s2"]);
    assert_eq!(cells(&cohort, "grade"), ["04", "04", "05"]);
    assert_eq!(cells(&cohort, "period"), ["2021"; 3]);
    assert_eq!(cells(&cohort, "sex"), ["female", "", "male"]);
    assert_eq!(cells(&cohort, "hispanicOrLatinoEthnicity"), ["1", "", "0"]);
    assert_eq!(cells(&cohort, "math"), ["81.5", "", ""], "an exempt result is no score of zero");
    assert_eq!(cells(&cohort, "reading"), ["70", "", "64"]);
    let said = &cohort.codebook.entries[0];
    assert!(said.notes.contains("1 of users.csv") && said.notes.contains("1 of enrollments.csv"), "{said:?}");
    assert!(said.source.contains("bulk"));
    assert!(cohort.codebook.entries.iter().any(|e| e.column == "math" && e.notes.contains("exempt: fewer than 10")));
    assert!(cohort.names.iter().all(|n| n != "givenName" && n != "familyName"));
    let few = read(&good(), Some(&["math", "student"])).expect("read");
    assert_eq!((few.columns.len(), few.names.len(), few.n_rows), (2, cohort.names.len(), 3));
}

#[test]
fn years_come_from_dates_where_no_session_tells_them() {
    let mut files = good();
    files.remove("academicSessions.csv");
    files.insert("results.csv", files["results.csv"].replace("70,2021-05-01", "70,2021-09-01"));
    let cohort = read(&files, None).expect("read");
    assert_eq!(cells(&cohort, "student"), ["007", "007", "008", "009"]);
    assert_eq!(cells(&cohort, "period"), ["2021", "2022", "2021", "2021"]);
    assert_eq!(cells(&cohort, "reading"), ["", "70", "", "64"]);
    files.insert("results.csv", files["results.csv"].replace("2021-05-01", ""));
    assert_eq!(refused(&files).shown[0].code, "INGEST-024");
}

/// Two school years: a homeroom each, and a class of both years whose enrolment's dates tell one.
fn two_years() -> Files {
    let mut files = good();
    let line = |files: &mut Files, file: &'static str, lines: &str| {
        let longer = format!("{}{lines}", files[file]);
        files.insert(file, longer);
    };
    line(&mut files, "academicSessions.csv", "y20,,,Year,schoolYear,2019-08-01,2020-06-30,,2020\n");
    line(&mut files, "classes.csv", "h7,,,3A,homeroom,s1,y20\nh8,,,3B,homeroom,s2,y20\nh9,,,Loop,homeroom,s2,\"y20,y21\"\n");
    let enrollments = files["enrollments.csv"].replace("role,primary\n", "role,primary,beginDate,endDate\n");
    let enrollments: Vec<String> = enrollments.lines().map(|l| if l.ends_with("Date") { l.into() } else { format!("{l},,") }).collect();
    files.insert("enrollments.csv", enrollments.join("\n") + "\n");
    line(
        &mut files,
        "enrollments.csv",
        "e8,,,h7,s1,007,student,,,\ne9,,,h8,s2,008,student,,,\ne10,,,h9,s2,009,student,,2019-08-15,2020-07-01\n",
    );
    line(&mut files, "lineItems.csv", "l4,,,math,h7,y20\nl5,,,math,h8,y20\n");
    line(&mut files, "results.csv", "r6,,,l4,007,fully graded,61,2020-05-01\nr7,,,l5,008,fully graded,62,2020-05-01\n");
    files
}

#[test]
fn each_school_year_has_its_own_classroom() {
    let mut files = two_years();
    let cohort = read(&files, None).expect("read");
    assert_eq!(cells(&cohort, "student"), ["007", "007", "008", "008", "009", "009"]);
    assert_eq!(cells(&cohort, "period"), ["2020", "2021", "2020", "2021", "2020", "2021"]);
    assert_eq!(cells(&cohort, "classroom"), ["h7", "c1", "h8", "c2", "h9", "c3"]);
    assert_eq!(cells(&cohort, "school"), ["s1", "s1", "s2", "s1", "s2", "s2"]);
    assert_eq!(cells(&cohort, "math"), ["61", "81.5", "62", "", "", ""]);
    let said = cohort.codebook.entries.iter().find(|e| e.column == "classroom").expect("described");
    assert!(said.notes.contains("of the school year; none for 0 students and school years"), "{said:?}");
    for gradebook in ["lineItems.csv", "results.csv"] {
        files.remove(gradebook);
    }
    let cohort = read(&files, None).expect("read");
    assert_eq!(cells(&cohort, "period"), ["2020", "2021", "2020", "2021", "2020", "2021"], "classes tell the years without a gradebook");
    assert_eq!(cells(&cohort, "classroom"), ["h7", "c1", "h8", "c2", "h9", "c3"]);
}

#[test]
fn two_homerooms_of_one_year_are_none() {
    let mut files = two_years();
    files.insert("classes.csv", files["classes.csv"].replace("homeroom,s1,y20", "homeroom,s1,y21"));
    files.insert("lineItems.csv", files["lineItems.csv"].replace("h7,y20", "h7,"));
    files.insert("results.csv", files["results.csv"].replace("fully graded,61,", "exempt,,"));
    files.insert("lineItems.csv", files["lineItems.csv"].replace("l4,,,math", "l4,,,science"));
    let cohort = read(&files, Some(&["student", "classroom"])).expect("read");
    assert_eq!(cells(&cohort, "student")[0], "007");
    assert_eq!(cells(&cohort, "classroom")[0], "", "c1 and h7 are both homerooms of 2021");
}

#[test]
fn broken_folders_are_refused_with_file_and_line() {
    let cases: [(&str, &str, &str, &str, &str); 9] = [
        ("manifest.csv", "file.users,bulk", "file.users,delta", "INGEST-026", "manifest.csv, line 3"),
        ("users.csv", "sourcedId", "sourcedID", "INGEST-021", "users.csv, line 1"),
        ("enrollments.csv", "e3,,,c2", "e3,,,c9", "INGEST-023", "enrollments.csv, line 4"),
        ("enrollments.csv", "009,student,\ne5", "099,student,\ne5", "INGEST-023", "enrollments.csv, line 5"),
        ("results.csv", "r4,,,l3,009", "r4,,,l9,009", "INGEST-023", "results.csv, line 5"),
        ("demographics.csv", "009,,,2010", "999,,,2010", "INGEST-023", "demographics.csv, line 3"),
        ("classes.csv", "homeroom,s2", "homeroom,s9", "INGEST-023", "classes.csv, line 4"),
        ("users.csv", "008,,,true", "007,,,true", "INGEST-022", "users.csv, lines 2 and 3"),
        ("results.csv", "r2,,,l2,007", "r2,,,l1,007", "INGEST-025", "results.csv, lines 2 and 3"),
    ];
    for (file, from, to, code, place) in cases {
        let mut files = good();
        let changed = files[file].replacen(from, to, 1);
        assert_ne!(changed, files[file], "{file} {from}");
        files.insert(file, changed);
        let faults = refused(&files);
        assert!(faults.shown.iter().any(|f| f.code == code && f.place == place), "{file}: {to}: {:?}", faults.shown);
    }
    for file in ["users.csv", "orgs.csv", "classes.csv", "enrollments.csv", "lineItems.csv", "results.csv"] {
        let mut files = good();
        files.remove(file);
        let faults = refused(&files);
        assert!(faults.shown.iter().any(|f| f.code == "INGEST-027" && f.what.contains(file)), "{file}: {:?}", faults.shown);
    }
    let mut files = good();
    files.insert("users.csv", files["users.csv"].replace("sourcedId", "sourcedID"));
    assert!(refused(&files).shown[0].remedy.contains("sourcedID"), "the nearest name is told");
}

#[test]
fn a_file_cut_off_anywhere_never_panics() {
    let files = good();
    for file in ["users.csv", "enrollments.csv", "results.csv", "manifest.csv"] {
        for cut in (0..files[file].len()).filter(|&c| files[file].is_char_boundary(c)) {
            let mut short = files.clone();
            short.insert(file, files[file][..cut].to_string());
            let _ = read(&short, None);
        }
    }
}

#[test]
fn the_program_takes_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&good(), folder.path());
    let path = folder.path().display().to_string();
    let ran = didact(["inspect", &path]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("What the source says (a OneRoster folder (bulk))") && !ran.stdout.contains("Canary"));
    let ran = didact(["inspect", &path, "--format", "csv"]);
    assert!(ran.code == 5 && ran.stderr.contains("is a folder"), "{} {}", ran.code, ran.stderr);
    let users = folder.path().join("users.csv").display().to_string();
    let ran = didact(["inspect", &users, "--format", "oneroster"]);
    assert!(ran.code == 5 && ran.stderr.contains("a folder is needed"), "{} {}", ran.code, ran.stderr);
}

#[test]
fn joined_rows_can_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&good(), folder.path());
    let roster = folder.path().display().to_string();
    let joined = read(&good(), None).expect("read");
    for name in ["rows.csv", "rows.parquet"] {
        let place = folder.path().join(name).display().to_string();
        let ran = didact(["inspect", &roster, "--rows", &place]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let source = Source::open(&place, None, None).unwrap_or_else(|_| panic!("{name} opens"));
        let again = ingest::read(&source, None, &Codes::default()).expect("read again");
        assert_eq!(again.names, joined.names, "{name}");
        for column in ["student", "period", "math", "sex"] {
            assert_eq!(cells(&again, column), cells(&joined, column), "{name}, {column}");
        }
    }
    let ran = didact(["inspect", &roster, "--rows", "rows.txt"]);
    assert!(ran.code == 2 && ran.stderr.contains(".csv or .parquet"), "{} {}", ran.code, ran.stderr);
}
