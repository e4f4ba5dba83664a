//! Every route, and who may use it: one table, from which the service is made. A route that is not here is not there.

use std::net::SocketAddr;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use exeat_desk::INSIGHTS;
use exeat_domain::roster::Role;
use serde_json::Value;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};
use tower_http::limit::RequestBodyLimitLayer;
use tower_sessions::Session;

use crate::api::problem::bare;
use crate::api::{Operation, ROOT};
use crate::app::App;
use crate::error::PageError;
use crate::pages::{
    self, Shell, account, admin, browse, check, comments, connections, decide, draft, enrol, file, insights,
    ledger, mine, pickup, queue, refuse, release, releases, request, sign_in,
};
use crate::visitor::{Reads, Visitor};
use crate::vouched::Vouched;
use crate::{assets, security, session};

pub use crate::api::Token;

/// The most that a page sends, in bytes.
const LARGEST: usize = 256 << 10;

mod api;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever comes.
    Anyone,
    /// Whoever is signed in, in any role.
    SignedIn,
    /// Whoever has this role.
    Has(Role),
    /// Whoever has one of these roles.
    HasOneOf(&'static [Role]),
    /// Whatever script has a token that fits.
    Token(Token),
}

/// One line of the table.
struct Route {
    method: Method,
    path: &'static str,
    who: Who,
    handler: MethodRouter<App>,
    /// Of a route of the API, what it does, takes and gives.
    operation: Option<Operation>,
}

fn line(method: Method, path: &'static str, who: Who, handler: MethodRouter<App>) -> Route {
    Route { method, path, who, handler, operation: None }
}

/// The table.
fn table() -> Vec<Route> {
    let mut table = pages();
    table.extend(asking());
    table.extend(picking_up());
    table.extend(api::routes());
    table
}

/// What people see.
fn pages() -> Vec<Route> {
    use Who::{Anyone, Has, HasOneOf, SignedIn};
    const CHECKER: Who = Has(Role::Checker);
    const REQUESTER: Who = Has(Role::Requester);
    const AUDITOR: Who = Has(Role::Auditor);
    const ADMIN: Who = Has(Role::Admin);
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        line(GET, "/assets/{*name}", Anyone, get(assets::asset)),
        line(GET, "/health", Anyone, get(pages::health)),
        line(GET, "/sign-in", Anyone, get(sign_in::page)),
        line(POST, "/sign-in", Anyone, post(sign_in::send)),
        line(GET, "/enrol", Anyone, get(enrol::page)),
        line(POST, "/enrol", Anyone, post(enrol::send)),
        line(POST, "/enrol/finish", Anyone, post(enrol::finish)),
        line(GET, "/", SignedIn, get(pages::home)),
        line(GET, "/account", SignedIn, get(account::page)),
        line(POST, "/account/tokens", SignedIn, post(account::make_token)),
        line(POST, "/account/tokens/{token}/revoke", SignedIn, post(account::revoke_token)),
        line(POST, "/sign-out", SignedIn, post(account::sign_out)),
        line(POST, "/sign-out-everywhere", SignedIn, post(account::sign_out_everywhere)),
        line(GET, "/queue", CHECKER, get(queue::page)),
        line(GET, "/requests/{id}", CHECKER, get(request::page)),
        line(GET, "/requests/{id}/rounds/{round}/files/{file}/rows", CHECKER, get(file::rows)),
        line(GET, "/requests/{id}/rounds/{round}/files/{file}/picture", CHECKER, get(file::png)),
        line(POST, "/requests/{id}/claim", CHECKER, post(decide::claim)),
        line(POST, "/requests/{id}/unclaim", CHECKER, post(decide::unclaim)),
        line(POST, "/requests/{id}/decide", CHECKER, post(decide::decide)),
        line(GET, "/requests/{id}/refuse", CHECKER, get(refuse::page)),
        line(POST, "/requests/{id}/refuse", CHECKER, post(refuse::send)),
        line(POST, "/requests/{id}/submit", CHECKER, post(decide::submit)),
        line(POST, "/requests/{id}/undo", CHECKER, post(decide::undo)),
        line(GET, "/requests/{id}/release", CHECKER, get(release::page)),
        line(POST, "/requests/{id}/comment", CHECKER, post(comments::checker)),
        line(GET, "/mine", REQUESTER, get(mine::list)),
        line(GET, "/mine/{id}", REQUESTER, get(mine::page)),
        line(POST, "/mine/{id}/comment", REQUESTER, post(comments::requester)),
        line(POST, "/mine/{id}/withdraw", REQUESTER, post(mine::withdraw)),
        line(POST, "/mine/{id}/take-back", REQUESTER, post(mine::take_back)),
        line(GET, "/ledger", AUDITOR, get(ledger::page)),
        line(POST, "/ledger/verify", AUDITOR, post(ledger::verify)),
        line(GET, "/ledger/export", AUDITOR, get(ledger::export)),
        line(GET, "/ledger/entries.csv", AUDITOR, get(ledger::entries_csv)),
        line(GET, "/ledger/entries.jsonl", AUDITOR, get(ledger::entries_jsonl)),
        line(GET, "/releases", AUDITOR, get(releases::page)),
        line(GET, "/releases/{id}/record.json", AUDITOR, get(releases::record)),
        line(GET, "/releases/{id}/crate.zip", AUDITOR, get(releases::research_object)),
        line(GET, "/insights", HasOneOf(&INSIGHTS), get(insights::page)),
        line(GET, "/insights/{what}", HasOneOf(&INSIGHTS), get(insights::file)),
        line(GET, "/admin", ADMIN, get(admin::page)),
        line(POST, "/admin/requests/{id}/retry", ADMIN, post(admin::retry)),
        line(POST, "/admin/connections", ADMIN, post(connections::examine)),
    ]
}

/// The part of the table in which a requester asks.
fn asking() -> Vec<Route> {
    const REQUESTER: Who = Who::Has(Role::Requester);
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        line(POST, "/mine/{id}/again", REQUESTER, post(draft::again)),
        line(POST, "/mine/drafts", REQUESTER, post(draft::begin)),
        line(GET, "/mine/drafts/{draft}", REQUESTER, get(draft::page)),
        line(POST, "/mine/drafts/{draft}", REQUESTER, post(draft::save)),
        line(GET, "/mine/drafts/{draft}/events", REQUESTER, get(check::events)),
        line(GET, "/mine/drafts/{draft}/files", REQUESTER, get(browse::page)),
        line(POST, "/mine/drafts/{draft}/files", REQUESTER, post(browse::add)),
        line(POST, "/mine/drafts/{draft}/discard", REQUESTER, post(draft::discard)),
    ]
}

/// The part of the table that is about packages that are picked up. Whose a package is, the desk says.
fn picking_up() -> [Route; 4] {
    [
        line(Method::GET, "/pickup/{id}/{secret}", Who::SignedIn, get(pickup::page)),
        line(
            Method::GET,
            "/pickup/{id}/{secret}/package",
            Who::SignedIn,
            get(pickup::package).head(pickup::only_whole),
        ),
        line(Method::POST, "/mine/{id}/pickup", Who::Has(Role::Requester), post(pickup::renew)),
        line(Method::POST, "/requests/{id}/pickup", Who::Has(Role::Checker), post(pickup::renew_for)),
    ]
}

/// Every route with who may use it: method, path, who.
#[must_use]
pub fn permissions() -> Vec<(Method, &'static str, Who)> {
    table().into_iter().map(|route| (route.method, route.path, route.who)).collect()
}

/// The document that says what the API takes and gives, from the table (OpenAPI 3.1).
#[must_use]
pub fn openapi() -> &'static Value {
    // The table never changes while the program runs.
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        let table = table();
        let routes =
            table.iter().filter_map(|route| Some((&route.method, route.path, route.who, route.operation?)));
        crate::api::openapi(routes, env!("CARGO_PKG_VERSION"))
    });
    &DOCUMENT
}

/// The service.
///
/// # Errors
/// Where the public URL is no origin.
pub fn router(app: App) -> Result<Router, ConfigError> {
    let mut router = Router::new();
    for Route { path, who, handler, .. } in table() {
        let guard = from_fn_with_state((app.clone(), who), guard);
        router = router.route(path, handler.route_layer(guard));
    }
    let nowhere = from_fn_with_state((app.clone(), Who::Anyone), guard);
    let fallback = ServiceBuilder::new()
        .layer(nowhere)
        .service(get(nothing).post(nothing).with_state::<()>(app.clone()));
    let csrf = CsrfLayer::new().add_trusted_origin(&app.settings().public_url)?;
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), security::headers))
        .layer(from_fn_with_state(app.clone(), bare_errors))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            PageError::System("a handler panicked".to_owned()).into_response()
        }))
        .layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(NotForContentType::const_new("application/zip"))),
        )
        .layer(csrf)
        .layer(RequestBodyLimitLayer::new(LARGEST))
        .layer(session::layer(&app));
    Ok(router.fallback_service(fallback).with_state(app).layer(layers))
}

async fn nothing() -> PageError {
    PageError::NotFound
}

/// Lets in who may come in, and writes the page of what goes wrong behind it.
async fn guard(
    State((app, who)): State<(App, Who)>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    if let Who::Token(token) = who {
        return crate::api::guard(&app, token, request, next).await;
    }
    let of_api = request.uri().path().starts_with(ROOT);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let vouched = Vouched::of(app.settings().header.as_ref(), peer, request.headers());
    let visitor = match Visitor::there(&app, &session, (vouched, peer), who != Who::Anyone).await {
        Ok(visitor) => visitor,
        Err(error) => return error.page(Shell::new(&app, Reads::of(None, request.headers()).0, None)),
    };
    let words = Reads::of(visitor.as_ref(), request.headers()).0;
    let denied = match (who, &visitor) {
        (Who::Anyone, _) | (Who::SignedIn, Some(_)) => None,
        (Who::Has(role), Some(visitor)) => (!visitor.may(role)).then_some(PageError::Forbidden),
        (Who::HasOneOf(roles), Some(visitor)) => {
            (!roles.iter().any(|role| visitor.may(*role))).then_some(PageError::Forbidden)
        }
        (Who::SignedIn | Who::Has(_) | Who::HasOneOf(_), None) => return to_sign_in(&request),
        (Who::Token(_), _) => Some(PageError::Forbidden),
    };
    let mut response = match denied {
        Some(error) => error.into_response(),
        None => {
            if let Some(visitor) = visitor.clone() {
                request.extensions_mut().insert(visitor);
            }
            next.run(request).await
        }
    };
    match response.extensions_mut().remove::<PageError>() {
        Some(error) if of_api => error.problem(),
        Some(error) => error.page(Shell::new(&app, words, visitor.as_ref())),
        None => response,
    }
}

/// Whoever is not signed in signs in first, and comes back to what was asked for, if that was a page.
fn to_sign_in(request: &Request) -> Response {
    let page = request.method() == Method::GET && !request.headers().contains_key("hx-request");
    let to = request
        .uri()
        .path_and_query()
        .map(axum::http::uri::PathAndQuery::as_str)
        .filter(|to| page && *to != "/");
    let to = to.map_or_else(|| "/sign-in".to_owned(), |to| format!("/sign-in?to={}", pages::encoded(to)));
    if request.headers().contains_key("hx-request") {
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        if let Ok(to) = HeaderValue::from_str(&to) {
            response.headers_mut().insert("hx-redirect", to);
        }
        return response;
    }
    Redirect::to(&to).into_response()
}

/// Pages for what the layers refuse before a route is reached.
async fn bare_errors(State(app): State<App>, request: Request, next: Next) -> Response {
    let words = Reads::of(None, request.headers()).0;
    let of_api = request.uri().path().starts_with(ROOT);
    let response = next.run(request).await;
    let error = if response.extensions().get::<ProtectionError>().is_some() {
        Some(PageError::Foreign)
    } else if let Some(error) = response.extensions().get::<PageError>() {
        Some(error.clone())
    } else if response.headers().contains_key(header::CONTENT_TYPE)
        && response.status() == StatusCode::PAYLOAD_TOO_LARGE
    {
        Some(PageError::TooLarge)
    } else {
        None
    };
    let told = |response: &Response| {
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
    };
    let failed = |status: StatusCode| status.is_client_error() || status.is_server_error();
    match error {
        Some(error) if of_api => error.problem(),
        Some(error) => error.page(Shell::new(&app, words, None)),
        None if of_api && failed(response.status()) && !told(&response) => bare(&response),
        None => response,
    }
}
