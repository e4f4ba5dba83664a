//! The part of the table that scripts use: each route with what a token must have for it, and what it does.

use axum::http::Method;
use axum::routing::{MethodFilter, get, on};
use exeat_desk::document::{DecidedDocument, RequestDocument, Requests, ReviewDocument, Window};
use exeat_desk::{INSIGHTS, ReleaseRecord};
use exeat_domain::roster::Role;
use exeat_domain::token::Reach::{self, Decide, Read, Write};

use super::{Route, Who};
use crate::api::{Token, auditing, does, drafts, house, requests, reviews, tables};
use crate::pages::{file, ledger, releases};

/// What a route takes of a token: one of these roles, and how far it reaches.
type Takes = (&'static [Role], Reach);

const ANY: &[Role] = &[];
const ADMIN: &[Role] = &[Role::Admin];
const AUDITOR: &[Role] = &[Role::Auditor];
const CHECKER: &[Role] = &[Role::Checker];
const REQUESTER: &[Role] = &[Role::Requester];

/// Lines of the table: method, address, what the route takes of a token, handler, what it does, understands and gives.
macro_rules! lines {
    ($($method:ident $path:literal, $takes:expr, $handler:path, $says:literal
        $(.$how:ident($what:ty))* $(file $kind:literal)?;)*) => {
        vec![$({
            let (roles, reach): Takes = $takes;
            Route {
                method: Method::$method,
                path: $path,
                who: Who::Token(Token { roles, reach }),
                handler: on(MethodFilter::$method, $handler),
                operation: Some(does($says)$(.$how::<$what>())*$(.file($kind))?),
            }
        },)*]
    };
}

/// The table.
pub(super) fn routes() -> Vec<Route> {
    let openapi = Route {
        method: Method::GET,
        path: "/api/v1/openapi.json",
        who: Who::Anyone,
        handler: get(house::openapi),
        operation: Some(does("This document.").gives::<serde_json::Value>()),
    };
    let parts = [asked(), drafted(), reviewed(), decided(), audited(), run()];
    std::iter::once(openapi).chain(parts.into_iter().flatten()).collect()
}

/// What a requester asked for.
fn asked() -> Vec<Route> {
    const LOOK: Takes = (REQUESTER, Read);
    const ACT: Takes = (REQUESTER, Write);
    lines! {
        GET "/api/v1/requests", LOOK, requests::list,
            "Your requests, oldest first." .asks(requests::Part) .gives(Requests);
        POST "/api/v1/requests", ACT, requests::ask,
            "Ask for files." .takes(requests::NewRequest) .makes(RequestDocument);
        GET "/api/v1/requests/{id}", LOOK, requests::show,
            "One request: files, verdicts, findings, what waits." .gives(RequestDocument);
        POST "/api/v1/requests/{id}/rounds", ACT, requests::round,
            "Send corrected files: open the next round." .takes(requests::NewRound) .gives(RequestDocument);
        POST "/api/v1/requests/{id}/withdraw", ACT, requests::withdraw,
            "Take the request back, or files of it." .takes(requests::TakenBack) .gives(RequestDocument);
        POST "/api/v1/requests/{id}/comments", ACT, requests::comment,
            "Write to the checkers." .takes(requests::Answer) .gives(RequestDocument);
        POST "/api/v1/requests/{id}/draft", ACT, drafts::again,
            "The draft of the next round: what came back is named in it." .gives(drafts::DraftDocument);
    }
}

/// What a requester does before asking.
fn drafted() -> Vec<Route> {
    const LOOK: Takes = (REQUESTER, Read);
    const ACT: Takes = (REQUESTER, Write);
    lines! {
        GET "/api/v1/share", LOOK, drafts::share,
            "A folder of the share, as far as you may ask from it." .asks(drafts::Place) .gives(drafts::Folder);
        GET "/api/v1/drafts", LOOK, drafts::list,
            "Your drafts, the one changed last first." .gives(drafts::Drafts);
        POST "/api/v1/drafts", ACT, drafts::begin,
            "Begin a draft." .takes(drafts::NewDraft) .makes(drafts::DraftDocument);
        GET "/api/v1/drafts/{draft}", LOOK, drafts::show,
            "One draft, and what is missing in it." .gives(drafts::DraftDocument);
        PUT "/api/v1/drafts/{draft}", ACT, drafts::change,
            "Change a draft." .takes(drafts::NewDraft) .gives(drafts::DraftDocument);
        DELETE "/api/v1/drafts/{draft}", ACT, drafts::discard,
            "Throw a draft away.";
        POST "/api/v1/drafts/{draft}/send", ACT, drafts::send,
            "Send a draft: it becomes a request, or the next round of one." .gives(RequestDocument);
        POST "/api/v1/drafts/{draft}/check", ACT, drafts::check,
            "Check the files before asking; nothing is kept." .gives(drafts::CheckDocument);
        GET "/api/v1/drafts/{draft}/check", LOOK, drafts::checked,
            "How far that check is, and what it found." .gives(drafts::CheckDocument);
    }
}

/// What a checker looks at, and does beside deciding.
fn reviewed() -> Vec<Route> {
    const LOOK: Takes = (CHECKER, Read);
    const ACT: Takes = (CHECKER, Write);
    lines! {
        GET "/api/v1/queue", LOOK, reviews::queue,
            "What waits for a checker, longest first." .asks(reviews::Wanted) .gives(reviews::Waiters);
        GET "/api/v1/reviews", LOOK, reviews::list,
            "Every request, oldest first." .asks(reviews::Listed) .gives(Requests);
        GET "/api/v1/reviews/next", LOOK, reviews::next,
            "The oldest request that you may decide on." .gives(reviews::Next);
        GET "/api/v1/reviews/{id}", LOOK, reviews::show,
            "One request, as far as you may see it." .gives(ReviewDocument);
        GET "/api/v1/reviews/{id}/rounds/{round}/files/{file}/rows", LOOK, tables::rows,
            "Rows of a table, as text that the checks wrote." .asks(tables::Asked) .gives(Window);
        GET "/api/v1/reviews/{id}/rounds/{round}/files/{file}/picture", LOOK, file::png,
            "A picture, encoded anew as it would leave." file "image/png";
        GET "/api/v1/reviews/{id}/release", LOOK, reviews::release,
            "What left, and what the ledger says of it." .gives(reviews::ReleaseDocument);
        POST "/api/v1/reviews/{id}/letter", LOOK, reviews::letter,
            "The letter that your decisions would bring about, with this one among them; nothing is decided."
            .takes(reviews::Refusal) .gives(reviews::Letter);
        POST "/api/v1/reviews/{id}/claim", ACT, reviews::claim,
            "Say that you look at it." .gives(ReviewDocument);
        DELETE "/api/v1/reviews/{id}/claim", ACT, reviews::unclaim,
            "Take that back." .gives(ReviewDocument);
        POST "/api/v1/reviews/{id}/comments", ACT, reviews::comment,
            "Write to the requester, or to the checkers." .takes(reviews::Written) .gives(ReviewDocument);
        POST "/api/v1/reviews/{id}/retry", ACT, reviews::retry,
            "Try again now what waits after a failure." .gives(ReviewDocument);
    }
}

/// What a checker decides.
fn decided() -> Vec<Route> {
    const DECIDE: Takes = (CHECKER, Decide);
    lines! {
        POST "/api/v1/reviews/{id}/decisions", DECIDE, reviews::decide,
            "Decide on files; the review is submitted once all are decided, unless it is held."
            .takes(reviews::Deciding) .gives(DecidedDocument);
        DELETE "/api/v1/reviews/{id}/decisions", DECIDE, reviews::undecide,
            "Take one decision back while the review is open." .asks(reviews::OfFile) .gives(ReviewDocument);
        POST "/api/v1/reviews/{id}/refusals", DECIDE, reviews::refuse,
            "Send a file back or reject it, saying what is told of it; the review stays open."
            .takes(reviews::Refusal) .gives(DecidedDocument);
        POST "/api/v1/reviews/{id}/submit", DECIDE, reviews::submit,
            "Submit the review; it can be taken back for a moment." .gives(ReviewDocument);
        POST "/api/v1/reviews/{id}/undo", DECIDE, reviews::undo,
            "Take the submitted review back." .gives(ReviewDocument);
    }
}

/// What an auditor looks at.
fn audited() -> Vec<Route> {
    const LOOK: Takes = (AUDITOR, Read);
    lines! {
        GET "/api/v1/ledger", LOOK, auditing::search,
            "Entries of the ledger, the newest first." .asks(auditing::Wanted) .gives(auditing::Entries);
        GET "/api/v1/ledger/verification", LOOK, auditing::verification,
            "How far the ledger is verified." .gives(auditing::Verification);
        POST "/api/v1/ledger/verification", LOOK, auditing::verify,
            "Verify the ledger anew, from its first entry." .gives(auditing::Verification);
        GET "/api/v1/ledger/export", LOOK, ledger::export,
            "The whole ledger, as lines that anyone can verify with the public key." file "application/jsonl";
        GET "/api/v1/releases", LOOK, auditing::releases,
            "Requests that were released, the newest first." .asks(auditing::Released) .gives(Requests);
        GET "/api/v1/releases/{id}", LOOK, auditing::record,
            "The record of a release." .gives(ReleaseRecord);
        GET "/api/v1/releases/{id}/crate", LOOK, releases::research_object,
            "The same, as an RO-Crate." file "application/zip";
    }
}

/// The desk itself: whose token it is, how the desk does, and running it.
fn run() -> Vec<Route> {
    const LOOK: Takes = (ADMIN, Read);
    lines! {
        GET "/api/v1/account", (ANY, Read), house::account,
            "Whose token it is, and what it may do." .gives(house::Account);
        GET "/api/v1/insights", (&INSIGHTS, Read), house::insights,
            "How the desk does." .asks(house::Of) .gives(house::Figures);
        GET "/api/v1/admin/people", LOOK, house::people,
            "Who is on the roster, how far each is trusted, and the permits." .gives(house::People);
        GET "/api/v1/admin/policy", LOOK, house::policy,
            "What is in force." .gives(house::InForce);
        GET "/api/v1/admin/jobs", LOOK, house::jobs,
            "Jobs that wait, the stuck ones with their causes." .gives(house::Jobs);
        GET "/api/v1/admin/connections", LOOK, house::connections,
            "How the connections did when they were tried last." .gives(house::Connections);
        POST "/api/v1/admin/connections", (ADMIN, Write), house::examine,
            "Try every connection now." .gives(house::Connections);
        POST "/api/v1/admin/requests/{id}/retry", (ADMIN, Write), house::retry,
            "Try again now what waits for a request." .gives(house::Roused);
    }
}
