//! What messages come to: each counts once, in the request of its thread, for its own requester alone.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use exeat_desk::ports::{Port, Store as _};
use exeat_desk::{Desk, Files, Message, Taken, Wish};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Fact;
use exeat_domain::message::{MOST_QUESTIONS, Posted};
use exeat_domain::request::{Asked, Door, Problem, Purpose, Request, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::gate::{Gate, Moment, gated};
use exeat_testkit::site::{Site, decide, run};

use crate::fault::Once;
use crate::whole::REQUEST;

fn asking(lines: &[&str]) -> Wish {
    let asked = |line: &&str| Asked { line: (*line).to_owned(), purpose: Purpose::Output };
    Wish::Files(Files { asked: lines.iter().map(asked).collect(), ..Files::default() })
}

fn unsure(asked: &str, offer: &[&str]) -> Wish {
    let problem = Problem {
        asked: asked.into(),
        code: "unsure".into(),
        message: "this may mean several files.".into(),
        offer: offer.iter().map(|line| (*line).to_owned()).collect(),
    };
    Wish::Files(Files { problems: vec![problem], ..Files::default() })
}

/// A mail under this Message-ID, in answer to another.
fn mail(id: &str, answers: Option<&str>, wish: Wish) -> Message {
    let mut digest = [0; 32];
    digest.iter_mut().zip(id.bytes()).for_each(|(digit, byte)| *digit = byte);
    Message {
        posted: Posted { door: Door::Mail, id: id.into(), sha256: Sha256(digest) },
        thread: Thread {
            message_id: Some(id.into()),
            references: answers.map(str::to_owned).into_iter().collect(),
            subject: Some("tables".into()),
            ticket: None,
        },
        text: "Could you look at the second table first?".into(),
        wish,
    }
}

struct House {
    _folder: tempfile::TempDir,
    site: Site,
    desk: Desk,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::furnish(folder.path()).await.unwrap();
        let desk = site.desk(|ports| ports).await.unwrap();
        Self { _folder: folder, site, desk }
    }

    async fn receive(&self, message: Message) -> Taken {
        let taken = self.desk.receive("ann_P", message).await.unwrap();
        assert_eq!(run(&self.desk).await.unwrap(), Vec::<String>::new());
        taken
    }

    async fn load(&self, id: RequestId) -> Request {
        self.site.store().await.unwrap().load(id).await.unwrap()
    }

    /// What the desk's messages about this say, in one line.
    fn told(&self, what: &str) -> String {
        let messages = self.site.messages().unwrap();
        let told = messages.iter().filter(|message| message.message_id.contains(what));
        let told: Vec<&str> = told.flat_map(|message| message.text.split_whitespace()).collect();
        told.join(" ")
    }

    async fn facts(&self) -> Vec<Fact> {
        let entries = self.site.store().await.unwrap().ledger(None, 0, 1000).await.unwrap();
        entries.into_iter().map(|entry| entry.event.fact).collect()
    }
}

#[tokio::test]
async fn a_message_becomes_one_request_whatever_its_door_does_again() {
    let house = House::new().await;
    let first = mail("one@example.org", None, asking(&["ann/regions.csv"]));
    assert_eq!(house.receive(first.clone()).await, Taken::Round(REQUEST, 1));
    assert_eq!(house.receive(first.clone()).await, Taken::Known(Some(REQUEST)));
    let mut other = first;
    other.posted.sha256 = Sha256([7; 32]);
    assert_eq!(house.receive(other).await, Taken::Parked("known-id"), "another mail under its name");
    assert_eq!(house.load(REQUEST).await.state, State::Submitted);
    assert_eq!(
        house.desk.requester(exeat_domain::ledger::Actor::person("ann_P")).list(None, 9).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_store_that_fails_takes_nothing_in_and_the_next_try_takes_it_once() {
    for moment in [Moment::Before, Moment::After] {
        let house = House::new().await;
        let once = Once { port: Port::Store, call: "insert", moment, done: AtomicBool::new(false) };
        let gate: Arc<dyn Gate> = Arc::new(once);
        let desk = house.site.desk(|ports| gated(ports, &gate)).await.unwrap();
        let message = mail("one@example.org", None, asking(&["ann/regions.csv"]));
        desk.receive("ann_P", message.clone()).await.unwrap_err();
        let taken = desk.receive("ann_P", message).await.unwrap();
        let done_before = moment == Moment::After;
        match (done_before, taken) {
            (true, Taken::Known(Some(_))) | (false, Taken::Round(_, 1)) => {}
            (_, other) => panic!("{moment:?}: {other:?}"),
        }
        let asked = house.facts().await.into_iter().filter(|fact| matches!(fact, Fact::Requested { .. }));
        assert_eq!(asked.count(), 1, "{moment:?}");
    }
}

#[tokio::test]
async fn an_answer_in_the_thread_opens_the_next_round_and_words_alone_reach_the_checkers() {
    let house = House::new().await;
    house.receive(mail("one@example.org", None, asking(&["ann/regions.csv"]))).await;
    // To the first mail, or to the desk's own receipt: both are the thread.
    let receipt = house.site.messages().unwrap().pop().unwrap().message_id;
    let next = mail("two@example.org", Some(&receipt), asking(&["ann/sexes.csv"]));
    assert_eq!(house.receive(next).await, Taken::Round(REQUEST, 2));
    let words = mail("three@example.org", Some("two@example.org"), asking(&[]));
    assert_eq!(house.receive(words.clone()).await, Taken::Commented(REQUEST));
    assert_eq!(house.receive(words).await, Taken::Known(Some(REQUEST)), "it is not said twice");
    let request = house.load(REQUEST).await;
    let files: Vec<&str> = request.current_files().map(|(_, file)| file.path.as_str()).collect();
    assert_eq!(files, ["ann/sexes.csv", "ann/regions.csv"]);
    assert_eq!(request.comments.len(), 1);
    assert_eq!(request.comments[0].text, "Could you look at the second table first?");
}

#[tokio::test]
async fn nobody_else_acts_in_a_thread() {
    let house = House::new().await;
    house.receive(mail("one@example.org", None, asking(&["ann/regions.csv"]))).await;
    for (id, wish) in [("a@example.org", Wish::Withdraw), ("b@example.org", asking(&["ann/sexes.csv"]))] {
        let taken = house.desk.receive("cleo", mail(id, Some("one@example.org"), wish)).await.unwrap();
        assert!(matches!(taken, Taken::Refused(..)), "{taken:?}: who checks is no requester");
    }
    assert_eq!(
        (house.load(REQUEST).await.state, house.load(REQUEST).await.rounds.len()),
        (State::Submitted, 1)
    );
}

#[tokio::test]
async fn what_is_not_understood_is_asked_back_and_a_plain_yes_takes_what_was_offered() {
    let house = House::new().await;
    let vague = mail("one@example.org", None, unsure("the tables", &["ann/regions.csv"]));
    assert_eq!(house.receive(vague).await, Taken::AskedBack(REQUEST));
    assert_eq!(house.load(REQUEST).await.state, State::Draft);
    let told = house.told("asked.0.1");
    assert!(
        told.contains("“the tables”") && told.contains("Answer “yes” to ask for “ann/regions.csv”."),
        "{told}"
    );
    let yes = mail("two@example.org", Some("ex-1.asked.0.1.test@example.org"), Wish::Yes);
    assert_eq!(house.receive(yes).await, Taken::Round(REQUEST, 1));
    let request = house.load(REQUEST).await;
    assert_eq!((request.state, request.rounds[0].files.len()), (State::Submitted, 1));
    assert_eq!(request.pending, None);
}

#[tokio::test]
async fn a_yes_to_a_receipt_opens_the_next_round_with_what_it_offered() {
    let house = House::new().await;
    let Wish::Files(mut files) = asking(&["ann/regions.csv"]) else { unreachable!() };
    let Wish::Files(open) = unsure("the sexes", &["ann/sexes.csv"]) else { unreachable!() };
    files.problems = open.problems;
    assert_eq!(
        house.receive(mail("one@example.org", None, Wish::Files(files))).await,
        Taken::Round(REQUEST, 1)
    );
    let told = house.told("received.1");
    assert!(told.contains("regions.csv") && told.contains("ask for “ann/sexes.csv”"), "{told}");
    let yes = mail("two@example.org", Some("one@example.org"), Wish::Yes);
    assert_eq!(house.receive(yes).await, Taken::Round(REQUEST, 2));
    assert!(
        house.load(REQUEST).await.rounds[1]
            .file(&exeat_domain::path::SharePath::new("ann/sexes.csv").unwrap())
            .is_some()
    );
    let again = mail("three@example.org", Some("one@example.org"), Wish::Yes);
    assert_eq!(house.receive(again).await, Taken::Commented(REQUEST), "nothing is offered any more");
}

#[tokio::test]
async fn what_is_not_understood_in_an_answer_is_asked_back_in_the_thread() {
    let house = House::new().await;
    house.receive(mail("one@example.org", None, asking(&["ann/regions.csv"]))).await;
    let vague = mail("two@example.org", Some("one@example.org"), unsure("the sexes too", &["ann/sexes.csv"]));
    assert_eq!(house.receive(vague).await, Taken::AskedBack(REQUEST));
    let told = house.told("asked.1.1");
    assert!(told.contains("“the sexes too”") && told.contains("ask for “ann/sexes.csv”"), "{told}");
    assert_eq!(house.load(REQUEST).await.state, State::Submitted, "the checkers do not wait for the answer");
    let yes = mail("three@example.org", Some("ex-1.asked.1.1.test@example.org"), Wish::Yes);
    assert_eq!(house.receive(yes).await, Taken::Round(REQUEST, 2));
    assert_eq!(house.load(REQUEST).await.pending, None);
}

#[tokio::test]
async fn asking_back_has_an_end() {
    let house = House::new().await;
    house.receive(mail("0@example.org", None, unsure("?", &[]))).await;
    for n in 1..MOST_QUESTIONS {
        let again = mail(&format!("{n}@example.org"), Some("0@example.org"), unsure("?", &[]));
        assert_eq!(house.receive(again).await, Taken::AskedBack(REQUEST));
    }
    let last = mail("last@example.org", Some("0@example.org"), unsure("?", &[]));
    assert_eq!(house.receive(last).await, Taken::Parked("too-many-questions"));
    assert_eq!(house.site.messages().unwrap().len(), MOST_QUESTIONS as usize);
    let facts = house.facts().await;
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Parked { why, .. } if why == "too-many-questions")));
}

#[tokio::test]
async fn withdrawing_takes_the_request_or_a_file_back_and_says_so() {
    let house = House::new().await;
    house.receive(mail("one@example.org", None, asking(&["ann"]))).await;
    let part = mail("two@example.org", Some("one@example.org"), Wish::TakeBack(vec!["ann/sexes.csv".into()]));
    assert_eq!(house.receive(part).await, Taken::TakenBack(REQUEST));
    assert!(house.told("answer").contains("ann/sexes.csv"));
    let all = mail("three@example.org", Some("one@example.org"), Wish::Withdraw);
    assert_eq!(house.receive(all).await, Taken::TakenBack(REQUEST));
    assert_eq!(house.load(REQUEST).await.state, State::Withdrawn);
    assert!(house.told("answer").contains("is taken back. Nothing of it leaves."));
    let late = mail("four@example.org", Some("one@example.org"), Wish::Withdraw);
    assert_eq!(house.receive(late).await, Taken::TooLate(REQUEST));
    assert!(house.told("answer").contains("it was taken back before"));
    let lost = mail("five@example.org", None, Wish::Withdraw);
    assert_eq!(house.receive(lost).await, Taken::AskedBack(RequestId(2)), "of which request is asked");
}

#[tokio::test]
async fn after_the_release_more_files_are_a_request_of_their_own_and_words_are_for_a_person() {
    let house = House::new().await;
    house.receive(mail("one@example.org", None, asking(&["ann/regions.csv"]))).await;
    decide(&house.desk, REQUEST, Choice::Approve).await.unwrap();
    run(&house.desk).await.unwrap();
    assert_eq!(house.load(REQUEST).await.state, State::Released);
    let more = mail("two@example.org", Some("one@example.org"), asking(&["ann/sexes.csv"]));
    assert_eq!(house.receive(more).await, Taken::Round(RequestId(2), 1));
    let late = mail("three@example.org", Some("ex-1.released.1.test@example.org"), Wish::Withdraw);
    assert_eq!(house.receive(late).await, Taken::TooLate(REQUEST));
    assert!(house.told("answer").contains("tell the output checkers at once"));
    let thanks = mail("four@example.org", Some("ex-1.released.1.test@example.org"), asking(&[]));
    assert_eq!(house.receive(thanks).await, Taken::Parked("nothing-to-do"));
}

#[tokio::test]
async fn who_may_not_ask_is_refused_once_and_told_only_where_it_is_proved() {
    let house = House::new().await;
    let message = mail("one@example.org", None, asking(&["ann/regions.csv"]));
    let refuse = |proved| {
        let Message { posted, thread, .. } = message.clone();
        house.desk.refuse_message(posted, thread, ("ann_P", proved), "the mail is not signed")
    };
    assert!(matches!(refuse(false).await.unwrap(), Taken::Refused(REQUEST, _)));
    assert_eq!(refuse(false).await.unwrap(), Taken::Known(Some(REQUEST)));
    run(&house.desk).await.unwrap();
    assert_eq!(house.site.messages().unwrap(), [], "a mail that anyone can have sent is not answered");
    assert_eq!(house.load(REQUEST).await.state, State::Refused);
    let parked =
        house.desk.park(mail("two@example.org", None, Wish::Yes).posted, "reply-elsewhere").await.unwrap();
    assert_eq!(parked, Taken::Parked("reply-elsewhere"));
}
