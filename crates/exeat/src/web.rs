//! The web desk beside the worker: opened and closed with it.

use std::sync::Arc;

use exeat_desk::ports::Accounts;
use exeat_store::SqliteStore;
use exeat_web::{App, ServeError, listen, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::WebSection;
use crate::out::Failed;
use crate::wiring::Site;

/// A web desk that is open.
pub(crate) struct Open {
    url: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), ServeError>>,
}

/// The web desk of a site, as its section has it.
///
/// # Errors
/// [`Failed`] where the section is wrong.
pub(crate) fn app(site: &Site, web: &WebSection) -> Result<App, Failed> {
    let settings = web.settings(&site.loaded.config.mail.name).map_err(|why| Failed::usage("config", why))?;
    let accounts: Arc<dyn Accounts> = Arc::<SqliteStore>::clone(&site.store);
    let (people, clock) = (Arc::clone(&site.ports.people), Arc::clone(&site.ports.clock));
    App::new(site.desk.clone(), accounts, people, clock, settings)
        .map_err(|error| Failed::refused("web", error))
}

impl Open {
    /// Opens the web desk, if the configuration has one.
    ///
    /// # Errors
    /// [`Failed`] where its section is wrong, or its address cannot be had.
    pub(crate) async fn of(site: &Site) -> Result<Option<Self>, Failed> {
        let Some(web) = &site.loaded.config.web else { return Ok(None) };
        let app = app(site, web)?;
        let listener = listen(web.address).await.map_err(|error| Failed::refused("web", error))?;
        Ok(Some(Self::on(app, web.public_url.clone(), listener)))
    }

    /// Opens a web desk on an address that was taken.
    pub(crate) fn on(app: App, url: String, listener: TcpListener) -> Self {
        let (stop, told) = oneshot::channel();
        let serving = tokio::spawn(serve(app, listener, async {
            // A sender that is gone says the same.
            drop(told.await);
        }));
        Self { url, stop, serving }
    }

    /// Where people find it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether it still serves.
    pub(crate) fn is_open(&self) -> bool {
        !self.serving.is_finished()
    }

    /// Closes it: what is being answered is answered to its end.
    ///
    /// # Errors
    /// [`Failed`] where it had ended by itself.
    pub(crate) async fn close(self) -> Result<(), Failed> {
        // If it has ended already, nobody listens.
        let _ = self.stop.send(());
        let ended = self.serving.await.map_err(|error| Failed::refused("web", error))?;
        ended.map_err(|error| Failed::refused("web", error))
    }
}
