//! The story by mail, over a real mailbox: three paths in a mail end as a reply in its thread that 7-Zip opens; what is not
//! understood is asked back; what is not trusted comes to nothing.

use std::sync::Arc;

use chrono::Utc;
use exeat_channels::mailbox::{Clerk, Inbox, Judge, Names, Ours, Passed, TrustConfig, Unanswered, reading};
use exeat_desk::ports::Store as _;
use exeat_domain::ledger::Fact;
use exeat_domain::request::{Door, RequestId};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::site::{PASSWORD, Site, decide, run};

use crate::imap::Dovecot;
use crate::whole::REQUEST;

/// A name service that knows nothing: the site's own mail server says what it found.
struct NoNames;

#[async_trait::async_trait]
impl Names for NoNames {
    async fn txt(&self, _: &str) -> Result<Vec<Vec<u8>>, Unanswered> {
        Ok(vec![])
    }
}

struct Post {
    _folder: tempfile::TempDir,
    site: Site,
    desk: exeat_desk::Desk,
    server: Dovecot,
    inbox: Inbox,
}

impl Post {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut site = Site::furnish(folder.path()).await.unwrap();
        site.unc = vec![r"\\files.example.org\results".into()];
        let desk = site.desk(|ports| ports).await.unwrap();
        let ports = site.ports().await.unwrap();
        let ours = Ours { addresses: vec!["desk@example.org".parse().unwrap()], desk: "test".into() };
        let trust = TrustConfig { authserv_ids: vec!["mx.example.org".into()], ..TrustConfig::default() };
        let accounts = regex::Regex::new("_P$").unwrap();
        let clerk = Clerk {
            desk: desk.clone(),
            people: ports.people,
            clock: ports.clock,
            judge: Judge::new(trust, ours, accounts, Arc::new(NoNames)).unwrap(),
            settings: reading::Settings::new(&site.unc, &std::collections::BTreeMap::new(), None).unwrap(),
        };
        let server = Dovecot::with_password("");
        let inbox = Inbox::new(server.config(), Arc::new(clerk)).unwrap();
        Self { _folder: folder, site, desk, server, inbox }
    }

    /// A mail of ann's, as the site's mail server leaves it in the mailbox.
    fn bring(&self, name: &str, answers: Option<&str>, body: &str) {
        let results = "Authentication-Results: mx.example.org; dkim=pass header.d=example.org header.i=@example.org; \
                       dmarc=pass header.from=example.org\r\n";
        self.bring_as(name, results, answers, body);
    }

    fn bring_as(&self, name: &str, results: &str, answers: Option<&str>, body: &str) {
        let answers =
            answers.map(|id| format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n")).unwrap_or_default();
        let date = Utc::now().to_rfc2822();
        let mail = format!(
            "Return-Path: <ann_P@example.org>\r\n{results}\
             Received: from client.example.org by mx.example.org; {date}\r\n\
             From: Ann <ann_P@example.org>\r\nTo: desk@example.org\r\nSubject: tables for the paper\r\nDate: {date}\r\n\
             Message-ID: <{name}@mail.example.org>\r\n{answers}MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
            body.replace('\n', "\r\n")
        );
        self.server.bring_raw(name, &mail);
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
    let post = Post::new().await;
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
    assert_eq!(post.server.mails(".Exeat.Done"), ["first"]);
}

#[tokio::test]
async fn what_is_not_there_is_asked_back_and_the_answer_goes_on_in_the_same_request() {
    let post = Post::new().await;
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
    let post = Post::new().await;
    let path = "\\\\files.example.org\\results\\ann\\regions.csv";
    post.bring_as("unsigned", "", None, path);
    let elsewhere = "Authentication-Results: mx.example.net; dkim=pass header.d=example.org; dmarc=pass\r\n";
    post.bring_as("elsewhere", elsewhere, None, path);
    let away = "Auto-Submitted: auto-replied\r\n";
    post.bring_as("away", away, None, path);
    assert_eq!(post.go().await, Passed { done: 2, parked: 1, later: 0 });
    assert_eq!(post.server.mails(".Exeat.Parked"), ["away"]);
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
