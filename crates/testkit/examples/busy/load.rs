//! People who open pages: each in turn, with a pause, and the times that they wait.

use std::time::{Duration, Instant};

use exeat_testkit::site::Oops;

/// How many people, for how long, and how long each reads before the next page.
pub(crate) struct Load {
    pub(crate) users: u32,
    pub(crate) seconds: u64,
    pub(crate) pause: Duration,
}

/// Loads the pages, and prints how many were read, their bytes, and the middle, the 99th of a hundred and the longest
/// of the times, in milliseconds. A page is due when the pause is over, however late the one before it came, so that a
/// slow answer is not counted once for the many who would have waited behind it.
///
/// # Errors
/// A page that does not come as it should.
pub(crate) fn load(how: &Load, url: &str, cookie: &str, paths: &[&str]) -> Result<(), Oops> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .max_idle_connections(how.users as usize)
        .max_idle_connections_per_host(how.users as usize)
        .build()
        .into();
    let end = Instant::now() + Duration::from_secs(how.seconds);
    let read = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..how.users)
            .map(|user| {
                let agent = agent.clone();
                scope.spawn(move || reader(&agent, how, user, end, url, cookie, paths))
            })
            .collect();
        readers.into_iter().map(|reader| reader.join().map_err(|_| "a reader fell over")?).collect::<Vec<_>>()
    });
    let (mut times, mut bytes) = (vec![], 0);
    for one in read {
        let (took, read) = one?;
        times.extend(took);
        bytes += read;
    }
    times.sort_unstable();
    let at = |part: f64| {
        let last = times.len().saturating_sub(1);
        times.get((last as f64 * part).round() as usize).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    };
    println!("{} {bytes} {:.1} {:.1} {:.1}", times.len(), at(0.5), at(0.99), at(1.0));
    Ok(())
}

fn reader(
    agent: &ureq::Agent,
    how: &Load,
    user: u32,
    end: Instant,
    url: &str,
    cookie: &str,
    paths: &[&str],
) -> Result<(Vec<Duration>, u64), Oops> {
    let (mut times, mut bytes) = (vec![], 0);
    // They do not all begin at once.
    let mut due = Instant::now() + how.pause * user / how.users;
    for path in paths.iter().cycle().skip(user as usize) {
        if due >= end {
            break;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let from = if how.pause.is_zero() { Instant::now() } else { due };
        let mut answer = agent
            .get(format!("{url}{path}"))
            .header("cookie", cookie)
            .header("accept-encoding", "gzip")
            .call()?;
        let read = answer.body_mut().with_config().limit(1 << 30).read_to_vec()?;
        if answer.status() != 200 || read.is_empty() {
            return Err(format!("{path} answered {}", answer.status()).into());
        }
        times.push(from.elapsed());
        bytes += read.len() as u64;
        due = if how.pause.is_zero() { Instant::now() } else { due + how.pause };
    }
    Ok((times, bytes))
}
