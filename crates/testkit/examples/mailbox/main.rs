//! How fast mails in a mailbox become requests: `mailbox FOLDER MAILS` prints the seconds for all of them.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures, and says what it measured")]

use std::path::Path;
use std::time::Instant;

use exeat_desk::ports::{Filter, Store as _};
use exeat_testkit::post::{Post, SIGNED, mail};
use exeat_testkit::site::Oops;

/// What each mail asks for.
const BODY: &str = "Hello,\n\nplease release these:\n\n\
    - \\\\files.example.org\\results\\ann\\regions.csv\n- \\\\files.example.org\\results\\ann\\sexes.csv\n\nAnn";

#[tokio::main]
async fn main() -> Result<(), Oops> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, mails] = arguments.as_slice() else { return Err("mailbox FOLDER MAILS".into()) };
    let mails: usize = mails.parse()?;
    let post = Post::furnish(Path::new(folder)).await?;
    for number in 0..mails {
        let name = format!("m{number}");
        post.server.bring(&name, &mail(&name, SIGNED, None, BODY))?;
    }
    let start = Instant::now();
    let passed = post.inbox.pass().await?;
    let taken = start.elapsed().as_secs_f64();
    let filter = Filter { limit: mails as u64 + 1, ..Filter::default() };
    let requests = post.site.store().await?.list(&filter).await?.len();
    if passed.done != mails || requests != mails {
        return Err(format!("{mails} mails became {requests} requests: {passed:?}").into());
    }
    println!("{taken:.3}");
    Ok(())
}
