//! Listening, and ending well: what is being answered is answered to its end.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::app::App;
use crate::routes;

/// How often ended sessions are forgotten.
const SWEEP: Duration = Duration::from_secs(15 * 60);
/// How long open connections are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The web desk could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or not this machine's.
    #[error("the web desk cannot listen on {0}: {1}; choose another address under [web]")]
    Address(SocketAddr, std::io::Error),
    /// The public URL is none.
    #[error("web.public_url is {0:?}: it must be like https://exeat.example.org, without a path")]
    PublicUrl(String),
    /// Listening ended.
    #[error("the web desk stopped listening: {0}")]
    Io(#[from] std::io::Error),
}

/// Takes the address.
///
/// # Errors
/// [`ServeError`] where it cannot be had.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| ServeError::Address(address, error))
}

/// Serves the desk until `stop` is ready.
///
/// # Errors
/// [`ServeError`] where it cannot be opened.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let url = app.settings().public_url.clone();
    let router = routes::router(app.clone()).map_err(|_| ServeError::PublicUrl(url))?;
    let (told, mut hears) = tokio::sync::watch::channel(false);
    let stopping = async move {
        stop.await;
        // Nobody listens once the server has ended by itself.
        let _ = told.send(true);
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(stopping).into_future();
    let sweeper = async {
        loop {
            if let Err(error) = app.inner.accounts.sweep_sessions(app.now()).await {
                tracing::warn!(%error, "ended sessions could not be forgotten");
            }
            tokio::time::sleep(SWEEP).await;
        }
    };
    let late = async {
        // The sender lives as long as the server.
        drop(hears.wait_for(|told| *told).await);
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = server => Ok(ended?),
        () = sweeper => Ok(()),
        () = late => Ok(()),
    }
}
