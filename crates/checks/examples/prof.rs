#![allow(
    clippy::all,
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    unused
)]
use exeat_checks::{Input, Policy, Source, check};
fn walk(p: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
    if p.is_dir() {
        for e in std::fs::read_dir(p).unwrap() {
            walk(&e.unwrap().path(), out);
        }
    } else {
        out.push(p.to_owned());
    }
}
fn main() {
    let mut files = vec![];
    let mut json = false;
    for a in std::env::args().skip(1) {
        if a == "--json" {
            json = true;
            continue;
        }
        walk(a.as_ref(), &mut files);
    }
    files.sort();
    let t = std::time::Instant::now();
    let inputs = files
        .iter()
        .map(|f| Input {
            path: f.display().to_string(),
            supporting: false,
            source: Source::File(std::fs::File::open(f).unwrap()),
        })
        .collect();
    let policy = match std::env::var("POLICY") {
        Ok(p) => Policy::from_toml(&p).unwrap(),
        Err(_) => Policy::preset("be-default").unwrap(),
    };
    let c = check(inputs, &policy);
    eprintln!("{} files in {:.3} s", c.len(), t.elapsed().as_secs_f64());
    if json {
        let all: Vec<_> = c.iter().map(|c| &c.report).collect();
        println!("{}", serde_json::json!({"files": all}));
    }
}
