//! Setting an account up: the code of an invitation, a password, a second factor.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::{Shell, page as write};
use crate::app::App;
use crate::error::PageError;
use crate::form::Form;
use crate::sign_in::{Enrolment, SHORTEST, SecondFactor, SignInError, WeakPassword};
use crate::visitor::{From, Reads};
use crate::words::{Words, fill};

/// Under what a session holds what is being set up.
const ENROLLING: &str = "enrolling";
/// What tries of codes are counted under.
const TRIES: &str = "an invitation";

/// What waits between the two pages. The code is not among it: who reads the store must not be able to use it.
#[derive(Serialize, Deserialize)]
struct Enrolling {
    account: String,
    secret: Vec<u8>,
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct CodePage<'a> {
    shell: Shell<'a>,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "enrol_finish.html")]
struct SetUpPage<'a> {
    shell: Shell<'a>,
    account: String,
    code: String,
    choose_hint: String,
    second_factor: Option<Shown>,
    wrong: Option<String>,
}

/// A second factor as it is shown once.
struct Shown {
    width: usize,
    path: String,
    typed: String,
}

/// The page that asks for the code.
pub(crate) async fn page(State(app): State<App>, Reads(w): Reads) -> Result<Response, PageError> {
    write(&CodePage { shell: Shell::new(&app, w, None).titled(w.sign_in.enrol_title), wrong: None })
}

#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
}

/// Takes the code, and shows what to set up.
pub(crate) async fn send(
    State(app): State<App>,
    Reads(w): Reads,
    From(from): From,
    session: Session,
    Form(Code { code }): Form<Code>,
) -> Result<Response, PageError> {
    let now = app.now();
    let invited = match app.inner.throttle.enter(from, TRIES, now) {
        Ok(()) => app.invited(&code).await,
        Err(seconds) => Err(SignInError::Wait(seconds)),
    };
    let wrong = match invited {
        Ok(account) => {
            app.inner.throttle.succeeded(from, TRIES);
            let secret = SecondFactor::generate()?.secret().to_vec();
            let enrolling = Enrolling { account: account.account, secret };
            session.cycle_id().await?;
            session.insert(ENROLLING, &enrolling).await?;
            return write(&set_up(&app, w, enrolling, code, None)?);
        }
        Err(SignInError::NoInvitation) => w.sign_in.no_invitation.to_owned(),
        Err(SignInError::Wait(seconds)) => fill(w.sign_in.wait, &[("n", &seconds.div_ceil(60))]),
        Err(other) => return Err(other.into()),
    };
    let shell = Shell::new(&app, w, None).titled(w.sign_in.enrol_title);
    refused(&CodePage { shell, wrong: Some(wrong) })
}

fn set_up<'a>(
    app: &'a App,
    w: &'static Words,
    enrolling: Enrolling,
    code: String,
    wrong: Option<String>,
) -> Result<SetUpPage<'a>, PageError> {
    let factor = SecondFactor::of(&enrolling.secret);
    let settings = app.settings();
    let second_factor = if settings.second_factor {
        let (width, path) = factor.picture(&settings.name, &enrolling.account)?;
        Some(Shown { width, path, typed: factor.typed() })
    } else {
        None
    };
    let title = fill(w.sign_in.set_up_for, &[("account", &enrolling.account)]);
    Ok(SetUpPage {
        shell: Shell::new(app, w, None).titled(title),
        account: enrolling.account,
        code,
        choose_hint: fill(w.sign_in.choose_hint, &[("n", &SHORTEST)]),
        second_factor,
        wrong,
    })
}

#[derive(Deserialize)]
pub(crate) struct SetUp {
    code: String,
    password: String,
    again: String,
    #[serde(default)]
    digits: String,
}

/// Sets it up.
pub(crate) async fn finish(
    State(app): State<App>,
    Reads(w): Reads,
    session: Session,
    Form(sent): Form<SetUp>,
) -> Result<Response, PageError> {
    let Some(enrolling) = session.get::<Enrolling>(ENROLLING).await? else {
        return Ok(Redirect::to("/enrol").into_response());
    };
    let factor = SecondFactor::of(&enrolling.secret);
    let second_factor = app.settings().second_factor.then_some((&factor, sent.digits.as_str()));
    let enrolment =
        Enrolment { code: &sent.code, password: &sent.password, again: &sent.again, second_factor };
    let s = w.sign_in;
    let wrong = match app.enrol(enrolment).await {
        Ok(_) => {
            session.flush().await?;
            return Ok(Redirect::to("/sign-in?done=enrolled").into_response());
        }
        Err(SignInError::NoInvitation) => {
            session.flush().await?;
            let shell = Shell::new(&app, w, None).titled(s.enrol_title);
            return refused(&CodePage { shell, wrong: Some(s.no_invitation.to_owned()) });
        }
        Err(SignInError::WrongCode) => s.wrong_code.to_owned(),
        Err(SignInError::Weak(weak)) => match weak {
            WeakPassword::Short => fill(s.short, &[("n", &SHORTEST)]),
            WeakPassword::Long => s.long.to_owned(),
            WeakPassword::Plain => s.plain.to_owned(),
            WeakPassword::Different => s.different.to_owned(),
        },
        Err(other) => return Err(other.into()),
    };
    refused(&set_up(&app, w, enrolling, sent.code, Some(wrong))?)
}

fn refused(page: &impl Template) -> Result<Response, PageError> {
    let mut response = write(page)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
