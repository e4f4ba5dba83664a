//! `exeat check` and `exeat rules`, run as a researcher and a script run them.

use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A number of the Belgian register with good check digits, of nobody.
const NUMBERS: [&str; 4] = ["85073003328", "17073003384", "98472899765", "01490700185"];

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
    command.current_dir(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits, but not for ever: what hangs is ended and fails the test.
fn within_a_minute(mut child: Child) -> i32 {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap();
        }
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn exeat(folder: &Path, args: &[&str]) -> Ran {
    let mut child = command(folder, args).spawn().unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = std::thread::spawn(move || {
        let mut out = String::new();
        stdout.read_to_string(&mut out).unwrap();
        out
    });
    let mut err = String::new();
    stderr.read_to_string(&mut err).unwrap();
    Ran { code: within_a_minute(child), out: out.join().unwrap(), err }
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {:?} {:?}", ran.out, ran.err))
}

/// The text of a run and its exit code, as it stands on a terminal of 80 columns.
fn shown(folder: &Path, args: &[&str]) -> String {
    let ran = exeat(folder, &[&["check"], args].concat());
    for line in ran.out.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
    format!("$ exeat check {}\n{}{}exit code {}\n", args.join(" "), ran.out, ran.err, ran.code)
}

const CLEAR: &str = "region,sex,n\nLeuven,F,210\nLeuven,M,190\nGent,F,305\nGent,M,287\n";
const SMALL: &str = "region,18-44,45-64,65+\nLeuven,210,87,3\nGent,199,75,41\nNamur,7,64,2\nMons,88,52,31\n";
const BROKEN: &str = "region,n\n\"Leuven,210\nGent,305\n";

/// A picture of one white pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 0x78, 0xda, 0x63, 0xf8,
    0xff, 0xff, 0x3f, 0, 0x05, 0xfe, 0x02, 0xfe, 0x33, 0x12, 0x95, 0x14, 0, 0, 0, 0, b'I', b'E', b'N', b'D',
    0xae, 0x42, 0x60, 0x82,
];

fn patients() -> String {
    let rows = (0..40).map(|at| {
        format!("{},{},{},{}\n", 1000 + at, 20 + at % 37, ["F", "M"][at % 2], 61.5 + (at * 7 % 40) as f64)
    });
    format!("patient_id,age,sex,weight\n{}", rows.collect::<String>())
}

#[test]
fn a_clear_file_is_one_heading() {
    let folder = folder(&[("counts.csv", CLEAR)]);
    insta::assert_snapshot!(shown(folder.path(), &["counts.csv"]));
}

#[test]
fn small_counts_are_marked_in_their_crosstab() {
    let folder = folder(&[("age_by_region.csv", SMALL)]);
    insta::assert_snapshot!(shown(folder.path(), &["age_by_region.csv"]));
}

#[test]
fn a_column_of_identifiers_is_marked() {
    let rows: String = NUMBERS.iter().cycle().take(24).map(|number| format!("{number},1\n")).collect();
    let folder = folder(&[("list.csv", &format!("insz,visits\n{rows}"))]);
    insta::assert_snapshot!(shown(folder.path(), &["list.csv"]));
}

#[test]
fn one_row_a_person_is_told() {
    let folder = folder(&[("cohort.csv", &patients())]);
    insta::assert_snapshot!(shown(folder.path(), &["cohort.csv"]));
}

#[test]
fn a_picture_is_described() {
    let folder = folder(&[]);
    fs::write(folder.path().join("figure.png"), PIXEL).unwrap();
    insta::assert_snapshot!(shown(folder.path(), &["figure.png"]));
}

#[test]
fn a_broken_file_is_undecided() {
    let folder =
        folder(&[("broken.csv", BROKEN), ("page.csv", "<!DOCTYPE html><html><body>no table</body></html>")]);
    insta::assert_snapshot!(shown(folder.path(), &["broken.csv", "page.csv"]));
}

#[test]
fn a_folder_is_walked_and_a_missing_path_is_told() {
    let folder = folder(&[("out/b.csv", CLEAR), ("out/a/small.csv", SMALL), ("out/note.docx", "no")]);
    symlink("b.csv", folder.path().join("out/link.csv")).unwrap();
    insta::assert_snapshot!(shown(folder.path(), &["out", "nowhere.csv"]));
}

#[test]
fn many_findings_are_summed_up_and_a_wide_table_is_cut() {
    let header: Vec<String> = (0..30).map(|at| format!("ward {at} (n)")).collect();
    let rows: String = (0..60)
        .map(|row| {
            let cells: Vec<String> =
                (0..30)
                    .map(|at| {
                        if at == 17 { (1 + row % 4).to_string() } else { (40 + (row * at) % 90).to_string() }
                    })
                    .collect();
            format!("diagnosis {row},{}\n", cells.join(","))
        })
        .collect();
    let folder = folder(&[("wide.csv", &format!("diagnosis,{}\n{rows}", header.join(",")))]);
    insta::assert_snapshot!(shown(folder.path(), &["wide.csv"]));
}

#[test]
fn the_document_keeps_its_contract() {
    let folder = folder(&[("a.csv", SMALL), ("b.csv", CLEAR), ("c.csv", CLEAR)]);
    let ran = exeat(folder.path(), &["check", "--format", "json", "a.csv", "b.csv", "--supporting", "c.csv"]);
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (1, "", 1));
    let document = json(&ran);
    assert_eq!((&document["schema"], &document["preset"]), (&"exeat.check/1".into(), &"be-default".into()));
    assert_eq!(document["totals"], serde_json::json!({ "files": 3, "clear": 2, "review": 0, "blocked": 1 }));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&document), ["files", "preset", "schema", "totals"]);
    let file = &document["files"][0];
    assert_eq!(keys(file), ["bytes", "findings", "kind", "path", "sha256", "table", "verdict"]);
    assert_eq!(
        (&file["path"], &file["kind"], &file["verdict"]),
        (&"a.csv".into(), &"csv".into(), &"blocked".into())
    );
    assert_eq!(file["bytes"], SMALL.len());
    assert_eq!(file["table"]["rows"], 4);
    assert_eq!(file["table"]["columns"][1]["name"], "18-44");
    let small = file["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["where"]["cell"] == serde_json::json!([0, 3]))
        .unwrap();
    assert_eq!(
        (&small["rule"], &small["severity"], &small["outcome"]),
        (&"CNT-MIN".into(), &"block".into(), &"found".into())
    );
    assert_eq!((&small["where"]["row"], &small["where"]["value"]), (&0.into(), &"3".into()));
    assert!(file.get("supporting").is_none() && document["files"][2]["supporting"] == true);
}

#[test]
fn the_exit_code_says_how_bad_it_is() {
    let folder = folder(&[("clear.csv", CLEAR), ("review.csv", BROKEN), ("blocked.csv", SMALL)]);
    let code = |args: &[&str]| exeat(folder.path(), &[&["check"], args].concat()).code;
    assert_eq!(code(&["clear.csv"]), 0);
    assert_eq!(code(&["clear.csv", "--fail-on", "review"]), 0);
    assert_eq!(code(&["review.csv"]), 0);
    assert_eq!(code(&["review.csv", "--fail-on", "review"]), 1, "undecided counts as review");
    assert_eq!(code(&["clear.csv", "blocked.csv"]), 1);
    assert_eq!(code(&["blocked.csv", "missing.csv"]), 2, "2 wins over 1");
    assert_eq!(code(&["clear.csv", "--supporting", "blocked.csv"]), 1, "what lies under a figure counts");
    for usage in [
        &[][..],
        &["--preset", "intego", "clear.csv"],
        &["--policy", "none.toml", "clear.csv"],
        &["--preset", "acro", "--policy", "p.toml", "clear.csv"],
        &["--format", "xml", "clear.csv"],
        &["--baseline"],
    ] {
        let ran = exeat(folder.path(), &[&["check"], usage].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{usage:?}");
        assert!(!ran.err.is_empty(), "{usage:?}");
    }
}

#[test]
fn a_missing_path_leaves_the_others_in_the_document() {
    let folder = folder(&[("a.csv", CLEAR)]);
    let ran = exeat(folder.path(), &["check", "--format", "json", "none.csv", "a.csv"]);
    let document = json(&ran);
    assert_eq!(
        (ran.code, document["files"].as_array().unwrap().len(), &document["files"][0]["path"]),
        (2, 1, &"a.csv".into())
    );
    assert!(ran.err.contains("none.csv: there is no such file or folder"), "{}", ran.err);
}

#[test]
fn a_policy_sets_thresholds() {
    let folder = folder(&[
        ("a.csv", SMALL),
        ("p.toml", "preset = 'datashield'\n[rules.CNT-MIN]\nthreshold = 2\n"),
        ("q.toml", "presets = 'acro'"),
    ]);
    let ran = exeat(folder.path(), &["check", "--format", "json", "--policy", "p.toml", "a.csv"]);
    let document = json(&ran);
    assert_eq!(document["preset"], "datashield");
    assert!(!ran.out.contains("CNT-MIN"), "{}", ran.out);
    let refused = exeat(folder.path(), &["check", "--policy", "q.toml", "a.csv"]);
    assert!(refused.code == 2 && refused.err.contains("presets"), "{}", refused.err);
}

#[test]
fn what_is_no_file_is_listed_and_never_opened() {
    let folder = folder(&[("out/a.csv", CLEAR), ("elsewhere/secret.csv", SMALL)]);
    let out = folder.path().join("out");
    symlink("../elsewhere/secret.csv", out.join("link.csv")).unwrap();
    symlink("../elsewhere", out.join("linked")).unwrap();
    let (fifo, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600));
    rustix::fs::mknodat(rustix::fs::CWD, out.join("pipe.csv"), fifo, mode, 0).unwrap();
    for arguments in [&["out"][..], &["out/a.csv", "out/link.csv", "out/linked", "out/pipe.csv"]] {
        let ran = exeat(folder.path(), &[&["check", "--format", "json"], arguments].concat());
        let document = json(&ran);
        let paths: Vec<&str> =
            document["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["out/a.csv", "out/link.csv", "out/linked", "out/pipe.csv"]);
        for file in &document["files"].as_array().unwrap()[1..] {
            assert_eq!((&file["sha256"], &file["verdict"]), (&Value::Null, &"review".into()));
            assert_eq!(
                (file["findings"].as_array().unwrap().len(), &file["findings"][0]["outcome"]),
                (1, &"undecided".into())
            );
        }
        assert_eq!(ran.code, 0);
    }
    assert!(exeat(folder.path(), &["check", "out"]).out.contains("links are not followed"));
}

#[test]
fn a_folder_is_listed_in_the_order_of_its_names_below_the_argument_as_typed() {
    let folder = folder(&[("out/b.csv", CLEAR), ("out/a/z.csv", CLEAR), ("out/c.csv", CLEAR)]);
    let paths = |argument: &str| {
        let document = json(&exeat(folder.path(), &["check", "--format", "json", argument]));
        document["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["path"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths("out"), ["out/a/z.csv", "out/b.csv", "out/c.csv"]);
    assert_eq!(paths("out/"), ["out/a/z.csv", "out/b.csv", "out/c.csv"]);
    assert_eq!(paths("./out/a"), ["./out/a/z.csv"]);
}

#[test]
fn a_file_is_listed_once_and_supporting_wins() {
    let folder = folder(&[("out/a.csv", CLEAR), ("out/n.csv", CLEAR)]);
    let ran = exeat(
        folder.path(),
        &["check", "--format", "json", "out", "./out/a.csv", "--supporting", "out/n.csv"],
    );
    let document = json(&ran);
    let listed: Vec<_> = document["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["path"].as_str().unwrap(), file["supporting"] == true))
        .collect();
    assert_eq!(listed, [("out/a.csv", false), ("out/n.csv", true)]);
}

#[test]
fn nothing_of_a_file_or_its_name_controls_the_terminal() {
    let folder = folder(&[(
        "out/a\u{1b}[2J\u{9b}31m\u{202e}.csv",
        "re\u{1b}[31mgion,n\nLeu\u{9b}5mven,3\nGent,300\nMons,200\n",
    )]);
    fs::write(folder.path().join("out").join(std::ffi::OsStr::from_bytes(b"caf\xe9.csv")), CLEAR).unwrap();
    for format in ["text", "json", "sarif"] {
        let ran = exeat(folder.path(), &["check", "--format", format, "out", "no\u{1b}[2Jwhere"]);
        for text in [&ran.out, &ran.err] {
            let hidden = text.chars().find(|&c| c != '\n' && exeat_domain::path::hides(c));
            assert_eq!(hidden, None, "{format}: {text:?}");
        }
        assert!(ran.out.contains("caf\u{fffd}.csv") || ran.out.contains("caf%EF%BF%BD.csv"), "{}", ran.out);
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = folder(&[("a.csv", SMALL)]);
    for format in ["text", "json", "sarif"] {
        let mut child = command(folder.path(), &["check", "--format", format, "a.csv"]).spawn().unwrap();
        // Nobody reads, long before there is anything to read.
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((within_a_minute(child), err.as_str()), (1, ""), "{format}");
    }
}

#[test]
fn output_that_cannot_be_written_is_told() {
    let folder = folder(&[("a.csv", SMALL)]);
    for format in ["text", "json", "sarif"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let read_only = fs::File::open("/dev/null").unwrap();
        for unwritable in [full, read_only] {
            let ended = command(folder.path(), &["check", "--format", format, "a.csv"])
                .stdout(unwritable)
                .output()
                .unwrap();
            let err = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(2), "{format}: {err}");
            assert!(err.contains("the output cannot be written"), "{err}");
        }
    }
}

#[test]
fn sarif_says_what_found_what_where() {
    let folder = folder(&[("my tables/a.csv", SMALL), ("broken.csv", BROKEN)]);
    let ran = exeat(folder.path(), &["check", "--format", "sarif", "my tables", "broken.csv", "none"]);
    let log = json(&ran);
    assert_eq!((ran.code, &log["version"]), (2, &"2.1.0".into()));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
    }
    let results = run["results"].as_array().unwrap();
    let mut fingerprints = std::collections::BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let at = usize::try_from(artifact["index"].as_u64().unwrap()).unwrap();
        assert_eq!(run["artifacts"][at]["location"]["uri"], artifact["uri"]);
        assert!(fingerprints.insert(result["partialFingerprints"]["exeat/v1"].to_string()), "{result}");
    }
    assert_eq!(run["artifacts"][0]["location"]["uri"], "my%20tables/a.csv");
    let broken = results
        .iter()
        .find(|one| one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "broken.csv")
        .unwrap();
    assert_eq!(broken["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert!(
        run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
            .as_str()
            .unwrap()
            .contains("none")
    );
}

#[test]
fn help_tells_how_to_begin_and_what_the_exit_codes_mean() {
    let folder = folder(&[]);
    let ran = exeat(folder.path(), &["check", "--help"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn rules_are_listed_and_explained_from_their_declarations() {
    let folder = folder(&[]);
    let list = exeat(folder.path(), &["rules", "list", "--format", "json"]);
    let document = json(&list);
    assert_eq!(document["schema"], "exeat.rules/1");
    let text = exeat(folder.path(), &["rules", "list"]).out;
    for rule in document["rules"].as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        assert!(text.contains(id), "{id}");
        let explained = exeat(folder.path(), &["rules", "explain", id]);
        assert!(explained.code == 0 && explained.out.contains("Why it matters"), "{}", explained.out);
        assert!(explained.out.lines().all(|line| line.chars().count() <= 80), "{}", explained.out);
        let explained =
            json(&exeat(folder.path(), &["rules", "explain", &id.to_lowercase(), "--format", "json"]));
        assert_eq!((&explained["id"], explained["parameters"].is_object()), (&rule["id"], true));
    }
    insta::assert_snapshot!(exeat(folder.path(), &["rules", "explain", "CNT-MIN"]).out);
    let unknown = exeat(folder.path(), &["rules", "explain", "CNT-MAX"]);
    assert!(unknown.code == 2 && unknown.err.contains("rules list"), "{}", unknown.err);
}
