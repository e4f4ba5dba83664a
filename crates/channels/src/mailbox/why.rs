//! Why a mail did not become a request: a stable code for the ledger, and words for who looks after the desk.

use std::fmt;

/// What becomes of a mail for this reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is kept aside, unanswered, until a person has looked.
    Parked,
    /// It is kept on record as not trusted.
    Refused,
    /// It stays where it is and is tried again.
    Waiting,
}

macro_rules! reasons {
    ($($outcome:ident $name:ident $code:literal $words:literal;)+) => {
        /// Why a mail did not become a request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the words say it")]
        pub enum Why { $($name),+ }

        impl Why {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code that is kept; it never changes.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// What was seen, and what a person can do.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words),+ }
            }

            /// What becomes of the mail.
            #[must_use]
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$name => Outcome::$outcome),+ }
            }
        }
    };
}

reasons! {
    Parked TooLarge "too-large" "The mail is over 25 MB. Ask its sender to name the files instead of attaching them.";
    Parked HeaderTooLong "header-too-long" "A header field is over 64 KB, or the header is longer than any mail program writes.";
    Parked TooManyHops "too-many-hops" "The mail went through more than 50 servers: it may be going round in circles.";
    Parked TooManyParts "too-many-parts" "The mail has more than 100 parts.";
    Parked TooDeep "too-deep" "The parts of the mail lie in one another more than 20 deep.";
    Parked TooManySignatures "too-many-signatures" "The mail carries more or longer signatures than a mail server puts on.";
    Parked Malformed "malformed" "The header is not written as a mail's is. Look at the raw mail before anything else.";
    Parked ControlCharacters "control-characters" "A name, a subject or the mail holds characters that hide or change what is seen.";
    Parked BareLineEnds "bare-line-ends" "Lines end in ways that servers understand differently: two mails may be made to look like one.";
    Parked Smuggled "smuggled-commands" "The text holds commands of mail servers after a line with a lone dot: a smuggled mail may lie in it.";
    Parked HeaderRepeated "header-repeated" "A header field that may stand once stands twice: programs disagree on which counts.";
    Parked MessageId "message-id" "The mail has no Message-ID, several, or one that cannot stand in an answer.";
    Parked MessageIdReused "message-id-reused" "A mail with this Message-ID came before, and said something else.";
    Parked Dated "date" "The mail's date is missing, lies ahead, or is older than the desk takes: it may be an old mail sent again.";
    Parked ReturnPath "return-path" "The mail has no return path, an empty one or several, so it came neither from a person nor by the usual way.";
    Parked ReplyElsewhere "reply-to-elsewhere" "Answers are asked to go to another address than the mail came from.";
    Parked SenderElsewhere "sent-by-another" "The mail was sent or passed on by another than it is from.";
    Parked ReceiptElsewhere "receipt-elsewhere" "A receipt is asked for at another address than the mail came from.";
    Parked NotAddressed "not-addressed" "The desk stands neither under To nor under Cc: a mail meant for others may have been sent on.";
    Parked Loop "loop" "The mail is the desk's own, or came round to it again.";
    Parked AutomaticReply "automatic-reply" "A machine answered, such as a notice of absence.";
    Parked DeliveryReport "delivery-report" "The mail says that another mail was delivered, read or not delivered. See who was not reached.";
    Parked Bulk "bulk" "The mail went to a list.";
    Parked Encrypted "encrypted" "The mail is encrypted, and the desk has no key. Ask its sender to write it in the open; it names files only.";
    Parked Calendar "calendar" "The mail is an invitation or an answer to one.";
    Parked Unreadable "unreadable" "The mail is a fragment, or holds a mail in an encoding that none may have.";
    Refused FromMissing "from-missing" "The mail does not say who it is from.";
    Refused FromSeveral "from-several" "The mail says that it is from several people.";
    Refused FromUnclear "from-unclear" "The address that the mail is from can be read in more than one way.";
    Refused Unsigned "unsigned" "Nothing proves who sent the mail: it carries no signature, and the site's server says nothing.";
    Refused SpfOnly "spf-only" "The mail came from a server that may send for its domain, which is no proof of who wrote it: it carries no signature.";
    Refused Unaligned "unaligned" "The mail is signed, but by another domain than it is from.";
    Refused SignatureInvalid "signature-invalid" "The mail's signature does not hold: changed on the way, expired, too weak, or not over all that matters.";
    Refused ServerSaysFail "server-says-fail" "The site's own mail server found that the mail is not from whom it says.";
    Refused Contradiction "contradiction" "Two results about where the mail is from contradict each other.";
    Refused ArcUnlisted "arc-unlisted" "A server that the site does not list vouches for the mail (mailbox.trust.arc_sealers).";
    Refused ArcBroken "arc-broken" "The chain of servers that vouch for the mail is broken, or says nothing of a signature.";
    Refused NotOnRoster "not-on-roster" "The sender is proven, and is not on the roster.";
    Refused Inactive "inactive" "The sender's row on the roster is not active.";
    Refused AccountPattern "account-pattern" "The sender's account is not one of the secure desktop (requests.account_pattern).";
    Refused NotRequester "not-a-requester" "The sender may not ask for files: their row on the roster lacks the role.";
    Waiting Dns "dns" "The name service did not say by which key the mail is signed. It is tried again; see that the desk reaches its name servers.";
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code(), self.words())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_is_one_reason_and_every_reason_has_words() {
        let codes: BTreeSet<&str> = Why::ALL.iter().map(|why| why.code()).collect();
        assert_eq!(codes.len(), Why::ALL.len());
        for why in Why::ALL {
            assert!(why.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{why}");
            assert!(why.words().ends_with('.') || why.words().ends_with(')'), "{why}");
        }
    }
}
