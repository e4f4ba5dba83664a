//! The pages. Each turns what the desk says into words and a template, and a form into a call of the desk.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod browse;
mod changes;
pub(crate) mod check;
pub(crate) mod comments;
pub(crate) mod connections;
pub(crate) mod decide;
pub(crate) mod draft;
pub(crate) mod enrol;
pub(crate) mod file;
mod findings;
pub(crate) mod insights;
pub(crate) mod ledger;
pub(crate) mod mine;
pub(crate) mod pickup;
mod picture;
pub(crate) mod queue;
pub(crate) mod refuse;
pub(crate) mod release;
pub(crate) mod releases;
pub(crate) mod request;
pub(crate) mod sign_in;
pub(crate) mod table;

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use exeat_desk::INSIGHTS;
use exeat_domain::request::RequestId;
use exeat_domain::roster::Role;

use crate::app::App;
use crate::assets;
use crate::error::PageError;
use crate::moments::Moments;
use crate::visitor::Visitor;
use crate::words::Words;

/// What stands around every page.
pub(crate) struct Shell<'a> {
    pub(crate) w: &'static Words,
    pub(crate) title: String,
    pub(crate) desk: &'a str,
    pub(crate) visitor: Option<&'a Visitor>,
    pub(crate) here: &'static str,
    /// Whether the page takes the whole window, and its parts scroll by themselves.
    pub(crate) wide: bool,
    app: &'a App,
}

/// A way in the navigation.
pub(crate) struct Way {
    pub(crate) to: &'static str,
    pub(crate) word: &'static str,
    pub(crate) here: bool,
}

impl<'a> Shell<'a> {
    pub(crate) fn new(app: &'a App, w: &'static Words, visitor: Option<&'a Visitor>) -> Self {
        Self { w, title: String::new(), desk: &app.settings().name, visitor, here: "", wide: false, app }
    }

    pub(crate) fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    pub(crate) fn at(self, here: &'static str) -> Self {
        Self { here, ..self }
    }

    pub(crate) fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// The ways that are open to the visitor.
    pub(crate) fn ways(&self) -> Vec<Way> {
        let open = |role, to, word| {
            let may = self.visitor.is_some_and(|visitor| visitor.may(role));
            may.then_some(Way { to, word, here: self.here == to })
        };
        let common = self.w.common;
        [
            open(Role::Checker, "/queue", common.queue),
            open(Role::Requester, "/mine", common.mine),
            open(Role::Auditor, "/ledger", self.w.ledger.title),
            open(Role::Auditor, "/releases", self.w.ledger.releases),
            INSIGHTS.iter().find_map(|role| open(*role, "/insights", self.w.insights.title)),
            open(Role::Admin, "/admin", self.w.admin.title),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    pub(crate) fn moments(&self) -> Moments<'a> {
        Moments::new(self.app.settings(), self.w, self.app.now())
    }
}

/// Writes a page.
pub(crate) fn page(template: &impl Template) -> Result<Response, PageError> {
    Ok(Html(template.render()?).into_response())
}

/// The request that an address names.
pub(crate) fn request_id(text: &str) -> Result<RequestId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// A text within an address.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Where a visitor begins.
pub(crate) async fn home(visitor: Visitor) -> Redirect {
    let to = match () {
        () if visitor.may(Role::Checker) => "/queue",
        () if visitor.may(Role::Requester) => "/mine",
        () if visitor.may(Role::Auditor) => "/ledger",
        () if visitor.may(Role::Admin) => "/admin",
        () => "/account",
    };
    Redirect::to(to)
}

/// For whoever watches whether the desk is there.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}
