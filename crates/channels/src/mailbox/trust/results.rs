//! Authentication-Results (RFC 8601): what a server that took the mail in says it found.

use crate::mailbox::Why;
use crate::mailbox::arrived::{Arrived, domain};

/// One check, as the header has it; everything in small letters but the values.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Check {
    method: String,
    result: String,
    properties: Vec<(String, String)>,
}

impl Check {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The domain that signed: `header.d`, or the domain of `header.i`, which cannot lie above it.
    fn signer(&self) -> Option<String> {
        let signer = self.property("header.d").or_else(|| {
            let identity = self.property("header.i")?;
            identity.rsplit_once('@').map(|(_, domain)| domain)
        })?;
        Some(signer.to_ascii_lowercase())
    }
}

/// One header field, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Results {
    pub(super) server: String,
    checks: Vec<Check>,
}

/// What the site's own servers say of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing that counts.
    Nothing,
    /// It is from whom it says; by which server, and which domain signed.
    Pass {
        /// The server.
        server: String,
        /// The domain that signed.
        signer: String,
    },
    /// It is not.
    Fail,
    /// SPF passed, and nothing else.
    SpfAlone,
}

/// What the site's own servers say: fields above the topmost Received alone, under their own names alone.
pub(super) fn own(mail: &Arrived<'_>, servers: &[String]) -> Result<Said, Why> {
    let above = mail.head().above_received().iter().filter(|field| field.is("Authentication-Results"));
    let all: Vec<Results> = above
        .filter_map(|field| Results::read(&field.text()))
        .filter(|results| servers.iter().any(|own| own.eq_ignore_ascii_case(&results.server)))
        .collect();
    let Some(server) = all.first().map(|results| results.server.clone()) else { return Ok(Said::Nothing) };
    let together = Results { server, checks: all.into_iter().flat_map(|results| results.checks).collect() };
    together.say(&domain(mail.claimed()))
}

impl Results {
    /// The field's value in one line; none where it is not written as the standard has it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = pieces(text)?.into_iter();
        // A version may follow the server's name.
        let head = parts.next()?;
        let server = match head.as_slice() {
            [server] => server,
            [server, version] if version.bytes().all(|byte| byte.is_ascii_digit()) => server,
            _ => return None,
        };
        let mut checks = vec![];
        for part in parts {
            match part.as_slice() {
                [] => {}
                [none] if none.eq_ignore_ascii_case("none") => {}
                [check, properties @ ..] => checks.push(read_check(check, properties)?),
            }
        }
        Some(Self { server: server.to_ascii_lowercase(), checks })
    }

    /// Whether a `dmarc=pass` for the domain rests on a signature that is aligned with it.
    pub(super) fn say(&self, from: &str) -> Result<Said, Why> {
        if self.contradicts() {
            return Err(Why::Contradiction);
        }
        let of = |method: &'static str| self.checks.iter().filter(move |check| check.method == method);
        let dmarc = of("dmarc").find(|check| {
            check.property("header.from").is_none_or(|claimed| claimed.eq_ignore_ascii_case(from))
        });
        let signer = of("dkim")
            .filter(|check| check.result == "pass")
            .find_map(|check| check.signer().filter(|signer| lineage(signer, from)));
        let named = dmarc.is_some_and(|check| check.property("header.from").is_some());
        match (dmarc.map(|check| check.result.as_str()), signer) {
            (Some("pass"), Some(signer)) if named => Ok(Said::Pass { server: self.server.clone(), signer }),
            (Some("fail"), _) => Ok(Said::Fail),
            (_, None)
                if of("spf").any(|check| check.result == "pass")
                    && of("dkim").all(|c| c.result != "pass") =>
            {
                Ok(Said::SpfAlone)
            }
            _ => Ok(Said::Nothing),
        }
    }

    /// Two results for one thing: the policy of the domain, or one signature.
    fn contradicts(&self) -> bool {
        let same = |one: &Check, other: &Check| match one.method.as_str() {
            "dmarc" => true,
            "dkim" => {
                ["header.s", "header.b"].iter().all(|name| one.property(name) == other.property(name))
                    && one.signer() == other.signer()
            }
            _ => false,
        };
        self.checks.iter().enumerate().any(|(at, one)| {
            let others = self.checks.iter().skip(at + 1).filter(|other| other.method == one.method);
            others.into_iter().any(|other| same(one, other) && one.result != other.result)
        })
    }
}

/// Whether one domain is the other, or lies below it, with two labels at least in common.
pub(super) fn lineage(one: &str, other: &str) -> bool {
    let below = |low: &str, high: &str| {
        high.contains('.')
            && low.strip_suffix(high).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    below(one, other) || below(other, one)
}

fn read_check(check: &str, properties: &[String]) -> Option<Check> {
    let (method, result) = check.split_once('=')?;
    let method = method.split('/').next()?.to_ascii_lowercase();
    let pair = |text: &String| {
        let (key, value) = text.split_once('=')?;
        Some((key.to_ascii_lowercase(), value.to_owned()))
    };
    let properties = properties.iter().map(pair).collect::<Option<Vec<_>>>()?;
    Some(Check { method, result: result.to_ascii_lowercase(), properties })
}

/// The parts between semicolons, each as its words: comments gone, quotes opened, no space around an equals sign.
fn pieces(text: &str) -> Option<Vec<Vec<String>>> {
    let mut parts: Vec<Vec<String>> = vec![vec![]];
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    let end = |word: &mut Option<String>, parts: &mut Vec<Vec<String>>| {
        let (Some(word), Some(part)) = (word.take(), parts.last_mut()) else { return };
        match part.last_mut() {
            Some(last) if awaits(last) || word.starts_with('=') && !last.contains('=') => {
                last.push_str(&word);
            }
            _ => part.push(word),
        }
    };
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => end(&mut word, &mut parts),
            '(' => {
                end(&mut word, &mut parts);
                skip_comment(&mut chars)?;
            }
            ';' => {
                end(&mut word, &mut parts);
                parts.push(vec![]);
            }
            '"' => word.get_or_insert_default().push_str(&quoted(&mut chars)?),
            _ => word.get_or_insert_default().push(c),
        }
    }
    end(&mut word, &mut parts);
    Some(parts)
}

/// Whether the word is a name and an equals sign, with its value still to come.
fn awaits(word: &str) -> bool {
    word.strip_suffix('=').is_some_and(|name| !name.contains('='))
}

/// To the end of a comment; comments lie in one another. Nothing where it does not end.
fn skip_comment(chars: &mut std::str::Chars<'_>) -> Option<()> {
    let mut depth = 1_usize;
    while depth > 0 {
        match chars.next()? {
            '\\' => {
                chars.next()?;
            }
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    Some(())
}

fn quoted(chars: &mut std::str::Chars<'_>) -> Option<String> {
    let mut text = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(text),
            '\\' => text.push(chars.next()?),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &Option<Result<Said, Why>>) {
        assert_eq!(&Results::read(text).map(|results| results.say("example.org")), expected, "{text}");
    }

    fn pass(server: &str, signer: &str) -> Option<Result<Said, Why>> {
        Some(Ok(Said::Pass { server: server.into(), signer: signer.into() }))
    }

    #[test]
    fn results_are_read_however_they_are_spaced() {
        for text in [
            "mx.example.org; dkim=pass header.d=example.org; dmarc=pass header.from=example.org",
            "MX.Example.ORG 1;DKIM = Pass (2048 \\) ; dkim=fail) Header.D = EXAMPLE.org ; dmarc/1 =pass \
             (p=none (a) b) header.from= \"example.org\";",
            "mx.example.org; dkim=pass header.i=@example.org header.s=a header.b=\"a/b=\"; spf=pass (x) \
             smtp.mailfrom=bounce+a=b@example.net; dmarc=pass (p=NONE) header.from=example.org",
            "mx.example.org; dkim=fail header.d=example.org header.s=a; dkim=pass header.d=example.org \
             header.s=b; dmarc=pass header.from=example.org",
        ] {
            check(text, &pass("mx.example.org", "example.org"));
        }
    }

    #[test]
    fn a_pass_that_does_not_rest_on_an_aligned_signature_is_none() {
        let nothing = Some(Ok(Said::Nothing));
        check("mx.example.org; none", &nothing);
        check("mx.example.org; dkim=pass header.d=example.org", &nothing);
        check("mx.example.org; dkim=pass header.d=example.net; dmarc=pass header.from=example.org", &nothing);
        check("mx.example.org; dkim=pass header.d=org; dmarc=pass header.from=example.org", &nothing);
        check(
            "mx.example.org; dkim=pass header.d=badexample.org; dmarc=pass header.from=example.org",
            &nothing,
        );
        check("mx.example.org; dkim=pass header.d=example.org; dmarc=pass header.from=example.net", &nothing);
        check("mx.example.org; dkim=pass header.d=example.org; dmarc=pass", &nothing);
        check(
            "mx.example.org; dkim=pass header.d=example.org; dmarc=bestguesspass header.from=example.org",
            &nothing,
        );
        check(
            "mx.example.org; spf=pass smtp.mailfrom=example.org; dmarc=pass header.from=example.org",
            &Some(Ok(Said::SpfAlone)),
        );
        check(
            "mx.example.org; dkim=pass header.d=example.org; dmarc=fail header.from=example.org",
            &Some(Ok(Said::Fail)),
        );
    }

    #[test]
    fn what_contradicts_itself_or_cannot_be_read_is_no_pass() {
        let torn = Some(Err(Why::Contradiction));
        check(
            "mx.example.org; dkim=pass header.d=example.org; dkim=fail header.d=example.org; dmarc=pass \
               header.from=example.org",
            &torn,
        );
        check(
            "mx.example.org; dkim=pass header.d=example.org; dmarc=pass header.from=example.org; dmarc=fail \
               header.from=example.org",
            &torn,
        );
        for text in [
            "",
            "a b c; dkim=pass",
            "mx.example.org; dkim",
            "mx.example.org; dkim=pass (",
            "mx; \"a",
            "mx; a=b c",
        ] {
            let read = Results::read(text).filter(|results| !results.server.is_empty());
            assert_eq!(read, None, "{text}");
        }
    }
}
