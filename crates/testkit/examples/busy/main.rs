//! A desk with very many requests, and many people who look at its pages at once: what `cargo xtask bench desk` measures.
#![allow(clippy::print_stdout, reason = "the measurement reads what it is told")]
#![allow(clippy::disallowed_methods, reason = "it makes a desk of its own, in a folder of its own")]

mod fill;
mod load;
mod serve;

use std::path::PathBuf;

use exeat_testkit::site::Oops;

#[tokio::main]
async fn main() -> Result<(), Oops> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", folder, requests] => serve::serve(&PathBuf::from(folder), requests.parse()?).await,
        ["load", url, cookie, users, seconds, pause, paths @ ..] if !paths.is_empty() => {
            let how = load::Load {
                users: users.parse()?,
                seconds: seconds.parse()?,
                pause: std::time::Duration::from_millis(pause.parse()?),
            };
            load::load(&how, url, cookie, paths)
        }
        _ => Err("serve FOLDER REQUESTS, or load URL COOKIE USERS SECONDS PAUSE-MS PATH...".into()),
    }
}
