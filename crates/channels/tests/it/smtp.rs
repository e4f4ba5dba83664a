//! What the mail server's courier refuses before it speaks to anyone, and what it says when nobody is there.

use std::net::TcpListener;
use std::time::Duration;

use exeat_channels::{ConfigError, Login, SmtpConfig, SmtpCourier, Tls};
use exeat_desk::ports::{Courier, Health, Probe};
use exeat_domain::roster::Language;

use crate::sample;

fn config(host: &str, port: u16, tls: Tls) -> SmtpConfig {
    let login = Some(Login { user: "desk".into(), password: "not-in-any-log".into() });
    SmtpConfig {
        host: host.into(),
        port,
        tls,
        login,
        from: sample::sender(),
        timeout: Duration::from_millis(300),
        roots: None,
    }
}

#[test]
fn mail_never_crosses_a_network_in_plain_text() {
    for host in ["mail.example.org", "10.0.0.1", "localhost.example.org", "127.0.0.1.example.org"] {
        assert!(
            matches!(SmtpCourier::new(config(host, 25, Tls::None)), Err(ConfigError::PlainAcrossNetwork(_))),
            "{host}"
        );
    }
    for host in ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
        assert!(SmtpCourier::new(config(host, 25, Tls::None)).is_ok(), "{host}");
    }
}

#[test]
fn a_root_that_is_no_certificate_is_refused() {
    for pem in [&b""[..], b"hello", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
        let config = SmtpConfig { roots: Some(pem.to_vec()), ..config("mail.example.org", 465, Tls::Tls) };
        assert!(matches!(SmtpCourier::new(config), Err(ConfigError::BadRoot)), "{pem:?}");
    }
}

#[test]
fn the_password_is_in_no_debug_output() {
    assert!(!format!("{:?}", config("localhost", 25, Tls::None)).contains("not-in-any-log"));
}

#[tokio::test]
async fn a_server_that_is_gone_or_silent_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let courier = SmtpCourier::new(config("127.0.0.1", port, Tls::None)).unwrap();
    let letter = sample::letter(Language::En, sample::blocked());
    let silent = courier.send(&letter).await.unwrap_err();
    drop(listener);
    let gone = courier.send(&letter).await.unwrap_err();
    let tried = courier.probe().await;
    assert_eq!((tried.len(), tried[0].health), (1, Health::Broken));
    assert!(tried[0].saw.contains("check that it runs, and its name and port"), "{tried:?}");
    assert!(!format!("{tried:?}").contains("not-in-any-log"), "{tried:?}");
    for failure in [silent, gone] {
        assert_eq!(failure.code, "courier-down");
        assert!(
            failure.message.contains("127.0.0.1") && !failure.detail.contains("not-in-any-log"),
            "{failure:?}"
        );
    }
}
