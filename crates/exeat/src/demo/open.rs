//! The demo that stays: months of history, two requests more, and the web desk open until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use tokio::net::TcpListener;

use super::house::{House, furnish};
use super::own_time::{self, OwnTime};
use super::sign_ins::{self, SignIn};
use super::story::{self, Told};
use super::{Place, history, report, say};
use crate::cli::{Ended, Format};
use crate::out::{self, Failed};
use crate::serve::{self, Stop};
use crate::web::{self, Open};
use crate::wiring::{self, Site};

/// Where the web desk of the demo is, if nothing else is there.
const PORT: u16 = 8417;

/// What `exeat demo --format json` prints once the web desk is open.
#[derive(Serialize)]
pub(super) struct Opened {
    /// Where everything lies.
    pub(super) folder: String,
    /// Where the web desk is.
    pub(super) address: String,
    /// Who may sign in.
    pub(super) sign_ins: Vec<SignIn>,
    /// How many requests the history has.
    pub(super) history: usize,
    /// The two requests that went through at last.
    #[serde(flatten)]
    pub(super) told: Told,
}

/// Sets the demo up, says where it is, and stays until it is told to stop.
pub(super) fn run(place: Place, second_factor: bool, format: Format) -> Ended {
    let listener = port()?;
    let folder = place.folder().to_owned();
    let (begins, time) = (history::begins(wiring::now()), Arc::new(OwnTime::default()));
    furnish(&folder, &House::large(listener.local_addr()?, second_factor, begins))?;
    let site = Site::changed(Some(folder.join("exeat.toml")), |ports| {
        own_time::ports(ports, &time, format == Format::Text)
    })?;
    let _lock = site.lock()?;
    time.set(begins);
    let stays = place.stays();
    let ended = site.block_on(async {
        let mut stop = Stop::new()?;
        let desk = async {
            let (web, opened) = set_up(&site, &time, &folder, (listener, second_factor, format)).await?;
            print(format, &opened, &folder, stays)?;
            Ok::<Open, Failed>(web)
        };
        let web = tokio::select! {
            biased;
            () = stop.told() => return Ok(()),
            web = desk => web?,
        };
        serve::work(&site, &mut stop, Some(web), false).await.map(|_| ())
    });
    // What still runs ends with the site; then the folder can go.
    drop(site);
    place.clear()?;
    say(format, if stays { "Ended." } else { "Ended, and removed." });
    ended
}

/// Tells the history and the two requests, and opens the web desk.
async fn set_up(
    site: &Site,
    time: &OwnTime,
    folder: &Path,
    (listener, second_factor, format): (std::net::TcpListener, bool, Format),
) -> Result<(Open, Opened), Failed> {
    let section = site.loaded.config.web.as_ref();
    let section = section.ok_or_else(|| Failed::refused("demo", "the demo has no web desk"))?;
    let app = web::app(site, section)?;
    let sign_ins = sign_ins::make(site, &app, second_factor).await?;
    say(format, "A few months of requests go through it first ...");
    let history = history::tell(site, time, folder).await?;
    let told = story::tell(site, folder, format).await?;
    let address = section.public_url.clone();
    let web = Open::on(app, address.clone(), TcpListener::from_std(listener)?);
    Ok((web, Opened { folder: crate::config::display(folder), address, sign_ins, history, told }))
}

fn print(format: Format, opened: &Opened, folder: &Path, stays: bool) -> Ended {
    match format {
        Format::Json => out::json(opened),
        Format::Text => out::text(&report::open(opened, folder, stays)),
    }
}

/// The usual port of this machine's own address, or any other that is free.
fn port() -> Result<std::net::TcpListener, Failed> {
    let at = |port| std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let listener = at(PORT).or_else(|_| at(0))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
