//! Between the domain's values and the columns'.

use chrono::{DateTime, Utc};
use exeat_desk::ports::Failure;
use exeat_domain::finding::Verdict;
use exeat_domain::request::RequestId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{corrupt, failure};

pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

pub(crate) fn time(micros: i64) -> Result<DateTime<Utc>, Failure> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt("A time", micros))
}

/// A whole number as the database holds it.
pub(crate) fn signed(number: impl TryInto<i64>) -> Result<i64, Failure> {
    number.try_into().map_err(|_| {
        failure(
            "store-failed",
            "A number is too large for the store. This is a fault of the program: report it.",
            "beyond i64",
        )
    })
}

/// A whole number as the domain has it.
pub(crate) fn unsigned<N: TryFrom<i64>>(number: i64) -> Result<N, Failure> {
    number.try_into().map_err(|_| corrupt("A number", number))
}

/// A request's key in the tables. A number beyond what they hold is of no request.
pub(crate) fn key(id: RequestId) -> Result<i64, Failure> {
    signed(id.0)
}

pub(crate) fn request_id(key: i64) -> Result<RequestId, Failure> {
    unsigned(key).map(RequestId)
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| {
        failure(
            "store-failed",
            "A value cannot be written. This is a fault of the program: report it.",
            error,
        )
    })
}

pub(crate) fn from_json<T: DeserializeOwned>(what: impl std::fmt::Display, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| corrupt(what, error))
}

/// Accounts compare without case.
pub(crate) fn account_key(account: &str) -> String {
    account.to_lowercase()
}

pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "clear",
        Verdict::Review => "review",
        Verdict::Blocked => "blocked",
    }
}

pub(crate) fn verdict(name: &str) -> Result<Verdict, Failure> {
    [Verdict::Clear, Verdict::Review, Verdict::Blocked]
        .into_iter()
        .find(|verdict| verdict_name(*verdict) == name)
        .ok_or_else(|| corrupt("A verdict", name))
}
