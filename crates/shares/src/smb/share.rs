//! A folder of a file server as the share.

use std::sync::Arc;

use async_trait::async_trait;
use exeat_desk::ports::{Failure, FileProblem, Found, Listing, Look, SealWriter, Share};
use exeat_domain::path::{SharePath, Wanted};
use exeat_domain::request::Seal;

use super::{Server, SmbPlace};
use crate::share::{PLACE, copy, find, look};

/// A folder of a file server as the share.
#[derive(Clone)]
pub struct SmbShare(pub(super) Arc<Server>);

impl SmbShare {
    /// The share at this place. Nothing is connected until it is needed.
    #[must_use]
    pub fn new(at: SmbPlace) -> Self {
        Self(Arc::new(Server::new(at, &PLACE)))
    }
}

#[async_trait]
impl Share for SmbShare {
    async fn find(&self, wanted: &Wanted, most: usize) -> Result<Found, Failure> {
        let wanted = wanted.clone();
        self.0.within(move |base| find(base, &wanted, most)).await
    }

    async fn look(
        &self,
        folder: Option<&SharePath>,
        window: &Look,
    ) -> Result<Result<Listing, FileProblem>, Failure> {
        let (folder, window) = (folder.cloned(), window.clone());
        self.0.within(move |base| look(base, folder.as_ref(), &window)).await
    }

    async fn copy(
        &self,
        path: &SharePath,
        limit: u64,
        into: Box<dyn SealWriter>,
    ) -> Result<Result<Seal, FileProblem>, Failure> {
        let path = path.clone();
        self.0.within(move |base| copy(base, &path, limit, into)).await
    }
}
