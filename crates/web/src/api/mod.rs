//! The API: everything a page does, as JSON, for scripts that come with a token. The routes stand in the one table, each
//! with what it takes and gives, from which the OpenAPI document is written.

pub(crate) mod auditing;
pub(crate) mod drafts;
mod guard;
pub(crate) mod house;
mod operation;
pub(crate) mod problem;
pub(crate) mod requests;
pub(crate) mod reviews;
pub(crate) mod tables;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::PageError;
pub use guard::Token;
pub(crate) use guard::guard;
pub(crate) use operation::{Operation, does, openapi};
pub(crate) use problem::ApiError;

/// Where the API is.
pub(crate) const ROOT: &str = "/api/";
/// Lines of a list, if nothing is said, and the most.
const LINES: u64 = 50;
const MOST_LINES: u64 = 500;

/// How many lines are given.
fn lines(asked: Option<u64>) -> u64 {
    asked.unwrap_or(LINES).clamp(1, MOST_LINES)
}

/// A JSON document, sent or answered.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
            }
            Err(error) => PageError::System(error.to_string()).into_response(),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::NotJson.into());
        }
        let body = Bytes::from_request(request, state).await.map_err(|wrong| match wrong.status() {
            StatusCode::PAYLOAD_TOO_LARGE => PageError::TooLarge,
            _ => ApiError::Malformed("the body could not be read".to_owned()).into(),
        })?;
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(ApiError::Malformed("the body is no JSON object".to_owned()).into());
        }
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| ApiError::Malformed(exeat_domain::path::shown(&error.to_string())).into())
    }
}

/// What stands behind the question mark.
pub(crate) struct Asks<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asks<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|query| Self(query.0))
            .map_err(|wrong| ApiError::Malformed(exeat_domain::path::shown(&wrong.body_text())).into())
    }
}

/// Something that was made, and where it is.
fn made<T: Serialize>(address: &str, document: T) -> Response {
    let mut response = (StatusCode::CREATED, Json(document)).into_response();
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}
