//! What goes wrong for a script, as RFC 9457 has it: what happened, and what to do next.

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use exeat_desk::DeskError;
use exeat_desk::ports::StoreError;
use exeat_domain::roster::{Language, Role};
use exeat_domain::token::Reach;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::PageError;
use crate::words::Words;

/// What only a script can do wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// It came without a token.
    NoToken,
    /// The token is not, or no longer, good.
    BadToken,
    /// The token has none of these roles.
    Role(&'static [Role]),
    /// The token does not reach so far.
    TooShort(Reach),
    /// It asks too often, and may ask again after so many seconds.
    Wait(u64),
    /// What was sent is not understood.
    Malformed(String),
    /// What was sent is no JSON by its own word.
    NotJson,
}

impl ApiError {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::Role(_) | Self::TooShort(_) => StatusCode::FORBIDDEN,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::BadToken => "bad-token",
            Self::Role(_) => "not-allowed",
            Self::TooShort(_) => "reach",
            Self::Wait(_) => "too-often",
            Self::Malformed(_) => "malformed",
            Self::NotJson => "not-json",
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoToken => out.write_str("the request came without a token"),
            Self::BadToken => out.write_str(
                "the token is not known, was revoked, or is past its day; or its owner may not sign in",
            ),
            Self::Role(roles) => {
                let names: Vec<&str> = roles.iter().map(|role| role_name(*role)).collect();
                write!(out, "this takes a token with the role {}", names.join(" or "))
            }
            Self::TooShort(reach) => write!(out, "this takes a token that reaches to {}", reach.name()),
            Self::Wait(seconds) => write!(out, "too many requests; wait {seconds} seconds"),
            Self::Malformed(why) => write!(out, "what was sent is not understood: {why}"),
            Self::NotJson => out.write_str("the body is not said to be JSON"),
        }
    }
}

/// A role as scripts write it.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Requester => "requester",
        Role::Checker => "checker",
        Role::Auditor => "auditor",
        Role::Admin => "admin",
    }
}

/// A problem, as `application/problem+json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProblemDetails")]
pub(crate) struct Problem {
    /// Always `about:blank`: the status says the kind, and the code says more.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The kind, in words.
    title: String,
    /// The status of the answer.
    status: u16,
    /// What happened.
    detail: String,
    /// What to do next.
    next: &'static str,
    /// A stable code.
    code: String,
}

impl PageError {
    /// The answer to a script.
    pub(crate) fn problem(&self) -> Response {
        self.log();
        let status = self.status();
        let detail = match self {
            Self::Api(error) => error.to_string(),
            Self::Desk(error) if !status.is_server_error() => error.to_string(),
            Self::Desk(error) => match &**error {
                DeskError::Port(failure) | DeskError::Store(StoreError::Failure(failure)) => {
                    failure.to_string()
                }
                other => other.to_string(),
            },
            other => other.words(Words::of(Language::En)).1.text,
        };
        let mut response = problem(status, detail, next(self), self.code().to_owned());
        let headers = response.headers_mut();
        match self {
            Self::Api(ApiError::NoToken) => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"exeat\""));
            }
            Self::Api(ApiError::BadToken) => {
                let why = "Bearer realm=\"exeat\", error=\"invalid_token\"";
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(why));
            }
            Self::Api(ApiError::Wait(seconds)) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
            }
            _ => {}
        }
        response
    }
}

fn next(error: &PageError) -> &'static str {
    match error {
        PageError::Api(ApiError::NoToken) => {
            "Make a token on your account page or with `exeat account token`, and send it as `Authorization: Bearer …`."
        }
        PageError::Api(ApiError::BadToken) => "Make a new token on your account page.",
        PageError::Api(ApiError::Role(_) | ApiError::TooShort(_)) => {
            "Make a token that may do this on your account page, if the roster gives you the role."
        }
        PageError::Api(ApiError::Wait(_)) => "Wait, then go on more slowly.",
        PageError::Api(ApiError::NotJson) => "Send `Content-Type: application/json`.",
        PageError::Api(ApiError::Malformed(_)) => "Hold it against /api/v1/openapi.json, and mend it.",
        PageError::Desk(error) if matches!(**error, DeskError::Wiped) => {
            "Look at what was found in it: that is kept with the request."
        }
        other => for_status(other.status()),
    }
}

fn for_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Look whether the address is right and the thing is yours.",
        StatusCode::METHOD_NOT_ALLOWED => "See /api/v1/openapi.json for what can be done here.",
        StatusCode::CONFLICT => "Look at it again, then decide whether it still holds.",
        StatusCode::PAYLOAD_TOO_LARGE => "Send less at once.",
        StatusCode::SERVICE_UNAVAILABLE => "Try again in a moment; if it stays so, tell the administrator.",
        status if status.is_server_error() => "Tell the administrator; the log says more.",
        _ => "Mend what the detail names, and ask again.",
    }
}

fn problem(status: StatusCode, detail: String, next: &'static str, code: String) -> Response {
    let title = status.canonical_reason().unwrap_or("Problem").to_owned();
    let problem = Problem { kind: "about:blank", title, status: status.as_u16(), detail, next, code };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let json = HeaderValue::from_static("application/problem+json");
    (status, [(CONTENT_TYPE, json)], body).into_response()
}

/// A problem in place of what a layer said in its own words.
pub(crate) fn bare(response: &Response) -> Response {
    let status = response.status();
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => "this address does not take this method",
        StatusCode::PAYLOAD_TOO_LARGE => "what was sent is too large",
        status if status.is_server_error() => "something went wrong here",
        _ => "the request is not understood",
    };
    let code = status.canonical_reason().unwrap_or("problem").to_lowercase().replace(' ', "-");
    let mut told = problem(status, detail.to_owned(), for_status(status), code);
    if let Some(methods) = response.headers().get(ALLOW) {
        told.headers_mut().insert(ALLOW, methods.clone());
    }
    told
}
