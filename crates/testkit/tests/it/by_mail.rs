//! The story by mail, over a real mailbox: three paths in a mail end as a reply in its thread that 7-Zip opens; what is not
//! understood is asked back; what is not trusted comes to nothing.

use std::sync::Arc;

use exeat_channels::mailbox::{Names, Passed, Unanswered};
use exeat_channels::{Opened, Sender, SmtpConfig, SmtpCourier, Tls};
use exeat_desk::ports::{Courier, Store as _};
use exeat_domain::ledger::Fact;
use exeat_domain::request::{Door, RequestId};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::post::{Post, SIGNED, mail};
use exeat_testkit::postfix::{KEY, Postfix, send};
use exeat_testkit::site::{PASSWORD, decide, run};

use crate::whole::REQUEST;

/// A desk with a mailbox.
struct House {
    _folder: tempfile::TempDir,
    post: Post,
}

impl std::ops::Deref for House {
    type Target = Post;

    fn deref(&self) -> &Post {
        &self.post
    }
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let post = Post::furnish(folder.path()).await.unwrap();
        Self { _folder: folder, post }
    }

    fn bring(&self, name: &str, answers: Option<&str>, body: &str) {
        self.bring_as(name, SIGNED, answers, body);
    }

    fn bring_as(&self, name: &str, results: &str, answers: Option<&str>, body: &str) {
        self.post.server.bring(name, &mail(name, results, answers, body)).unwrap();
    }

    async fn go(&self) -> Passed {
        let passed = self.inbox.pass().await.unwrap();
        assert_eq!(run(&self.desk).await.unwrap(), Vec::<String>::new());
        passed
    }

    async fn load(&self, id: RequestId) -> exeat_domain::request::Request {
        self.site.store().await.unwrap().load(id).await.unwrap()
    }
}

#[tokio::test]
async fn three_paths_in_a_mail_end_as_a_reply_in_its_thread_that_seven_zip_opens() {
    let post = House::new().await;
    std::fs::write(post.site.root.join("share/ann/ages and sexes.csv"), "age,patients\nyoung,410\nold,398\n")
        .unwrap();
    post.bring(
        "first",
        None,
        "Hello,\n\ncould you release these three, please?\n\n\
         - \\\\files.example.org\\results\\ann\\regions.csv\n\
         - \"\\\\files.example.org\\results\\ann\\ages and sexes.csv\"\n\
         - file://files.example.org/results/ann/sexes.csv\n\nKind regards,\nAnn",
    );
    assert_eq!(post.go().await, Passed { done: 1, parked: 0, later: 0 });
    let request = post.load(REQUEST).await;
    assert_eq!(
        (request.state, request.door, request.requester.as_str()),
        (State::Submitted, Door::Mail, "ann_P")
    );
    let mut files: Vec<&str> = request.current_files().map(|(_, file)| file.path.as_str()).collect();
    files.sort_unstable();
    assert_eq!(files, ["ann/ages and sexes.csv", "ann/regions.csv", "ann/sexes.csv"]);
    decide(&post.desk, REQUEST, Choice::Approve).await.unwrap();
    run(&post.desk).await.unwrap();
    let messages = post.site.messages().unwrap();
    let reply = messages.iter().find(|message| !message.attachments.is_empty()).unwrap();
    assert_eq!(reply.subject, "Re: tables for the paper");
    let package = post.site.root.join("as-received.zip");
    std::fs::write(&package, &reply.attachments[0].1).unwrap();
    let tested = std::process::Command::new("7z")
        .args(["t", &format!("-p{PASSWORD}")])
        .arg(&package)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tested.stdout);
    assert!(tested.status.success() && said.contains("Files: 3"), "{said}");
    // Put back, as after a server's repair, it is the same mail.
    std::fs::remove_file(&package).unwrap();
    assert_eq!(post.server.mails(".Exeat.Done").unwrap(), ["first"]);
}

#[tokio::test]
async fn what_is_not_there_is_asked_back_and_the_answer_goes_on_in_the_same_request() {
    let post = House::new().await;
    post.bring(
        "first",
        None,
        "Please release\n\\\\files.example.org\\results\\ann\\regions.csv\nand the file with the sexes, sexs.csv.\n\nAnn",
    );
    post.go().await;
    let receipt = post.site.messages().unwrap().pop().unwrap();
    assert!(receipt.text.contains("sexs.csv"), "{}", receipt.text);
    post.bring(
        "second",
        Some(&receipt.message_id),
        "It is \\\\files.example.org\\results\\ann\\sexes.csv\n\nAnn\n\nOn Monday the desk wrote:\n> What could not be taken up:\n> - \"sexs.csv\"",
    );
    assert_eq!(post.go().await.done, 1);
    let request = post.load(REQUEST).await;
    assert_eq!(request.rounds.len(), 2);
    assert!(request.current_files().any(|(_, file)| file.path.as_str() == "ann/sexes.csv"));
    post.bring("third", Some("first@mail.example.org"), "Please withdraw the whole request.\n\nAnn");
    assert_eq!(post.go().await.done, 1);
    assert_eq!(post.load(REQUEST).await.state, State::Withdrawn);
}

#[tokio::test]
async fn what_is_not_trusted_becomes_no_request_and_is_not_answered() {
    let post = House::new().await;
    let path = "\\\\files.example.org\\results\\ann\\regions.csv";
    post.bring_as("unsigned", "", None, path);
    let elsewhere = "Authentication-Results: mx.example.net; dkim=pass header.d=example.org; dmarc=pass\r\n";
    post.bring_as("elsewhere", elsewhere, None, path);
    let away = "Auto-Submitted: auto-replied\r\n";
    post.bring_as("away", away, None, path);
    assert_eq!(post.go().await, Passed { done: 2, parked: 1, later: 0 });
    assert_eq!(post.server.mails(".Exeat.Parked").unwrap(), ["away"]);
    assert_eq!(post.site.messages().unwrap(), []);
    let ledger = post.site.store().await.unwrap().ledger(None, 0, 100).await.unwrap();
    let refused = ledger.iter().filter(|entry| matches!(entry.event.fact, Fact::Refused { .. })).count();
    let parked: Vec<&Fact> = ledger
        .iter()
        .map(|entry| &entry.event.fact)
        .filter(|fact| matches!(fact, Fact::Parked { .. }))
        .collect();
    assert_eq!((refused, parked.len()), (2, 1), "{parked:?}");
    assert!(!ledger.iter().any(|entry| matches!(entry.event.fact, Fact::Requested { .. })));
}

/// A name service that knows one key.
struct OneKey(String);

#[async_trait::async_trait]
impl Names for OneKey {
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Unanswered> {
        let known = name.trim_end_matches('.').eq_ignore_ascii_case(KEY);
        Ok(known.then(|| self.0.clone().into_bytes()).into_iter().collect())
    }
}

/// Waits for a mail server to have done its part.
async fn by_and_by<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look() {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the mail server did not deliver");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_mail_program_over_postfix_and_back_in_the_same_thread() {
    let folder = tempfile::tempdir().unwrap();
    let mut post = Post::furnish(folder.path()).await.unwrap();
    let mut postfix = Postfix::start(&post.server.maildir()).unwrap();
    let courier = SmtpCourier::new(SmtpConfig {
        host: "127.0.0.1".into(),
        port: postfix.port,
        tls: Tls::None,
        login: None,
        from: Sender { name: "Release desk".into(), address: "desk@example.org".parse().unwrap() },
        timeout: std::time::Duration::from_secs(20),
        roots: None,
    });
    let courier: Arc<dyn Courier> = Arc::new(courier.unwrap());
    post.answer_by(courier, Arc::new(OneKey(postfix.record.clone()))).await.unwrap();
    std::fs::write(post.site.root.join("share/ann/ages and sexes.csv"), "age,patients\nyoung,410\nold,398\n")
        .unwrap();
    let body = folder.path().join("body");
    let text = "Hello,\n\ncould you release these three, please?\n\n\
                - \\\\files.example.org\\results\\ann\\regions.csv\n\
                - \"\\\\files.example.org\\results\\ann\\ages and sexes.csv\"\n\
                - file://files.example.org/results/ann/sexes.csv\n\nKind regards,\nAnn\n";
    std::fs::write(&body, text).unwrap();
    send(postfix.port, "tables for the paper", &body).unwrap();
    by_and_by(|| post.server.mails(".").unwrap().pop()).await;
    assert_eq!(post.inbox.pass().await.unwrap(), Passed { done: 1, parked: 0, later: 0 });
    run(&post.desk).await.unwrap();
    let request = post.site.store().await.unwrap().load(REQUEST).await.unwrap();
    assert_eq!(request.state, State::Submitted, "{:?}", request.reason);
    decide(&post.desk, REQUEST, Choice::Approve).await.unwrap();
    // A mail server that is away for a while holds the answer up, and loses none.
    postfix.stop().unwrap();
    assert!(!run(&post.desk).await.unwrap().is_empty());
    postfix.again().unwrap();
    assert_eq!(run(&post.desk).await.unwrap(), Vec::<String>::new());
    let mails = by_and_by(|| Some(postfix.to_ann().unwrap()).filter(|mails| mails.len() >= 2)).await;
    assert_eq!(mails.len(), 2, "a receipt and the answer");
    let asked = std::fs::read_to_string(mail_of(&post)).unwrap();
    let id = asked.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    let opened: Vec<Opened> = mails.iter().map(|mail| Opened::read(mail).unwrap()).collect();
    for (mail, opened) in mails.iter().zip(&opened) {
        let text = String::from_utf8_lossy(mail);
        assert!(text.lines().any(|line| line == format!("In-Reply-To: {id}")), "{id}: {text}");
        assert_eq!(opened.subject, "Re: tables for the paper");
    }
    let package = folder.path().join("as-received.zip");
    std::fs::write(&package, &opened[1].attachments[0].1).unwrap();
    let seven = std::process::Command::new("7z")
        .args(["t", &format!("-p{PASSWORD}")])
        .arg(&package)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&seven.stdout);
    assert!(seven.status.success() && said.contains("Files: 3"), "{said}");
}

/// Where the mail lies that was asked by.
fn mail_of(post: &Post) -> std::path::PathBuf {
    let done = post.server.maildir().join(".Exeat.Done");
    let files = |part: &str| exeat_testkit::site::files_under(&done.join(part)).unwrap();
    files("cur").into_iter().chain(files("new")).next().unwrap()
}
