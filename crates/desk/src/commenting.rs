//! What people write to one another about a request: the checkers and the requester.

use exeat_domain::comment::{Comment, Visibility};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::message::Posted;
use exeat_domain::path::SharePath;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::ReviewError;
use sha2::Digest as _;

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Effects, StoreError};
use crate::reviewing::Checker;

/// How often a comment is tried again when someone else changed the request meanwhile: it goes beside any change.
const AGAIN: usize = 3;

/// What is said, of what, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The file it is about; none: the request.
    pub file: Option<SharePath>,
    /// Who may read it.
    pub visibility: Visibility,
    /// What it says.
    pub text: String,
}

impl Checker<'_> {
    /// Writes a comment on a request or a file of it.
    ///
    /// # Errors
    /// [`DeskError::Comment`] where it says nothing or too much; [`DeskError::Review`] for one's own request.
    pub async fn comment(&self, id: RequestId, remark: &Remark) -> Result<Request, DeskError> {
        let request = self.desk.ports.store.load(id).await?;
        self.not_their_own(&request)?;
        if self.actor.account.to_lowercase() == request.requester.to_lowercase() {
            return Err(ReviewError::Own(request.requester).into());
        }
        self.desk.comment(&self.actor, request, remark, None).await
    }

    /// The comments that this checker may read, oldest first.
    pub fn comments<'r>(&self, request: &'r Request) -> impl Iterator<Item = &'r Comment> {
        request.comments_for(&self.actor.account, self.desk.policy())
    }
}

impl Desk {
    /// Keeps a comment, beside whatever else happens to the request, and the message that it came in, if it did.
    pub(crate) async fn comment(
        &self,
        actor: &Actor,
        mut request: Request,
        remark: &Remark,
        posted: Option<&Posted>,
    ) -> Result<Request, DeskError> {
        let id = request.id;
        for _ in 0..AGAIN {
            match self.try_comment(actor, request, remark, posted).await {
                Err(DeskError::Store(StoreError::Conflict(_))) => {
                    request = self.ports.store.load(id).await?;
                }
                done => return done,
            }
        }
        self.try_comment(actor, request, remark, posted).await
    }

    async fn try_comment(
        &self,
        actor: &Actor,
        mut request: Request,
        remark: &Remark,
        posted: Option<&Posted>,
    ) -> Result<Request, DeskError> {
        let from = request.state;
        let Remark { file, visibility, text } = remark;
        let kept = request.comment(&actor.account, file.clone(), *visibility, text, self.now())?;
        let fact = Fact::Commented {
            round: kept.round,
            file: kept.file.clone(),
            visibility: kept.visibility,
            text_sha256: Sha256(sha2::Sha256::digest(&kept.text).into()),
        };
        let event = self.event(actor, Some(request.id), fact);
        self.commit(from, request, Effects::of(event).taking(posted.cloned())).await
    }
}
