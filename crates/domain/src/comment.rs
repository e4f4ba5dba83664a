//! What people write to one another about a request or a file of it, and who may read it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::path::SharePath;
use crate::policy::Policy;
use crate::request::Request;
use crate::review::same;
use crate::state::State;

/// The longest comment, in characters.
pub const LONGEST: usize = 4000;

/// Who may read a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// The requester and the checkers.
    Public,
    /// The checkers alone.
    Checkers,
}

/// One comment. It stays with the request through all its rounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comment {
    /// Who wrote it; empty where that is not told.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The round that was open then.
    pub round: u32,
    /// The file it is about; none: the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<SharePath>,
    /// Who may read it.
    pub visibility: Visibility,
    /// What it says.
    pub text: String,
}

/// A comment cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum CommentError {
    #[error("the comment is empty: write what there is to say")]
    Empty,
    #[error("the comment is longer than {LONGEST} characters: shorten it")]
    TooLong,
    #[error("the request has no file {0}")]
    NoSuchFile(SharePath),
    #[error("the request is {0}: nothing is added to it any more")]
    Ended(State),
}

impl Request {
    /// Adds a comment to the open round.
    ///
    /// # Errors
    /// [`CommentError`] where it says nothing or too much, or there is nothing to say it of.
    pub fn comment(
        &mut self,
        by: &str,
        file: Option<SharePath>,
        visibility: Visibility,
        text: &str,
        at: DateTime<Utc>,
    ) -> Result<&Comment, CommentError> {
        let text = text.trim();
        if self.state.is_final() {
            return Err(CommentError::Ended(self.state));
        }
        if text.is_empty() {
            return Err(CommentError::Empty);
        }
        if text.chars().count() > LONGEST {
            return Err(CommentError::TooLong);
        }
        if let Some(path) =
            file.as_ref().filter(|path| self.rounds.iter().all(|one| one.file(path).is_none()))
        {
            return Err(CommentError::NoSuchFile(path.clone()));
        }
        let round = self.round().map_or(0, |round| round.number);
        let (by, text) = (by.to_owned(), text.to_owned());
        self.comments.push(Comment { by, at, round, file, visibility, text });
        self.comments.last().ok_or(CommentError::Empty)
    }

    /// What this checker may read. What another checker wrote in the open round may give away what they think of it: where
    /// several review, it is kept from them until the round is settled. Of one's own request only what is public is read.
    pub fn comments_for(&self, checker: &str, policy: &Policy) -> impl Iterator<Item = &Comment> {
        let own_request = same(checker, &self.requester);
        let blind = policy.reviewers > 1 && !self.is_open_to_view();
        let open = self.round().map_or(0, |round| round.number);
        self.comments.iter().filter(move |comment| {
            if same(&comment.by, checker) || same(&comment.by, &self.requester) {
                return true;
            }
            if own_request {
                return comment.visibility == Visibility::Public;
            }
            !(blind && comment.round == open)
        })
    }

    /// Leaves of the comments what the requester may read, without the checkers' names.
    pub fn keep_public_comments(&mut self) {
        let requester = self.requester.clone();
        self.comments.retain(|comment| comment.visibility == Visibility::Public);
        self.comments
            .iter_mut()
            .filter(|comment| !same(&comment.by, &requester))
            .for_each(|comment| comment.by.clear());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;
    use crate::review::tests::{file, request};

    #[test]
    fn what_cannot_be_a_comment_says_why() {
        let mut request = request(vec![file("a.csv", Verdict::Clear)]);
        let at = request.created_at;
        let mut say = |file: Option<&str>, text: &str| {
            let file = file.map(|path| SharePath::new(path).unwrap());
            request.comment("cleo", file, Visibility::Public, text, at).map(|comment| comment.text.clone())
        };
        assert_eq!(say(None, "  \n "), Err(CommentError::Empty));
        assert_eq!(say(None, &"é".repeat(LONGEST + 1)), Err(CommentError::TooLong));
        let gone = SharePath::new("b.csv").unwrap();
        assert_eq!(say(Some("b.csv"), "x"), Err(CommentError::NoSuchFile(gone)));
        assert_eq!(say(Some("a.csv"), " which years? "), Ok("which years?".to_owned()));
        request.state = State::Released;
        let ended = request.comment("cleo", None, Visibility::Public, "x", at);
        assert_eq!(ended.err(), Some(CommentError::Ended(State::Released)));
    }

    #[test]
    fn each_reads_what_is_theirs_to_read() {
        let four_eyes = Policy { reviewers: 2, ..Policy::default() };
        let mut request = request(vec![file("a.csv", Verdict::Clear)]);
        let at = request.created_at;
        for (by, visibility, text) in [
            ("cleo", Visibility::Checkers, "I doubt this"),
            ("cleo", Visibility::Public, "which years?"),
            ("ann_P", Visibility::Public, "2019 to 2023"),
        ] {
            request.comment(by, None, visibility, text, at).unwrap();
        }
        let read = |request: &Request, viewer: &str, policy: &Policy| {
            let texts = request.comments_for(viewer, policy).map(|comment| comment.text.clone());
            texts.collect::<Vec<_>>()
        };
        assert_eq!(read(&request, "cleo", &four_eyes).len(), 3);
        assert_eq!(read(&request, "dirk", &four_eyes), ["2019 to 2023"]);
        assert_eq!(read(&request, "dirk", &Policy::default()).len(), 3);
        assert_eq!(read(&request, "Ann_p", &Policy::default()), ["which years?", "2019 to 2023"]);
        request.state = State::Returned;
        assert_eq!(read(&request, "dirk", &four_eyes).len(), 3, "kept from nobody once the round is settled");
        request.keep_public_comments();
        let told: Vec<(&str, &str)> =
            request.comments.iter().map(|comment| (comment.by.as_str(), comment.text.as_str())).collect();
        assert_eq!(told, [("", "which years?"), ("ann_P", "2019 to 2023")]);
    }
}
