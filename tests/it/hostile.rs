//! The real process against an org, a Secrets Manager and requests that mean it harm.
//!
//! Each row starts a function, asks it one thing in a world where somebody lies, and then one thing in a world where
//! all is well. The law is the same for every row: the memory of a 128 MB Lambda suffices, the answer comes in time
//! and fits, the log stays short, and the process lives on.

use crate::support::{API_TOKEN, part, query};
use flate2::{Compress, Compression, Crc, FlushCompress};
use jiff::Timestamp;
use okta_connector_cli::{HostedFunction, api_token_secret};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Lambda has 128 MB for the process and what runs beside it.
const MAX_PEAK_MIB: f64 = 100.0;

/// Lambda carries no more.
const MAX_ANSWER: usize = 6_291_556;

/// The log of one call, with room to spare.
const MAX_LOG: u64 = 64 * 1_024;

/// The time of a call: the least that AppFlow gives one.
const TIME: Duration = Duration::from_secs(10);

const MIB: usize = 1_024 * 1_024;

/// A harm that is tried.
struct Row {
    name: &'static str,
    event: fn() -> Value,
    /// Answers of the org; `number` counts its requests from 1.
    org: fn(&Asked) -> Reply,
    secret: fn() -> String,
}

/// A request to Okta.
struct Asked {
    /// Path and query.
    target: String,
    number: usize,
}

impl Asked {
    /// Returns the number of the user that is asked for, or of the first one of the page.
    fn first_user(&self) -> usize {
        if let Some((_, cursor)) = self.target.split_once("after=cursor") {
            let digits: String = cursor.chars().take_while(char::is_ascii_digit).collect();
            return digits.parse().unwrap();
        }
        if let Some((_, id)) = self.target.split_once("/api/v1/users/00u") {
            let digits: String = id.chars().take_while(char::is_ascii_digit).collect();
            return digits.parse().unwrap();
        }
        let target = self.target.replace("%3A", ":").replace("%22", "\"").replace(['+'], " ");
        let target = target.replace("%20", " ");
        let Some((_, since)) = target.split_once("created ge \"") else { return 0 };
        let since: Timestamp = since.split('"').next().unwrap().parse().unwrap();
        usize::try_from((since.as_second() - FIRST_CREATED).div_euclid(3_600) + 1).unwrap()
    }
}

/// An answer, as far as it is no matter of course.
struct Reply {
    status: u16,
    headers: String,
    /// Each part as often as the number says.
    body: Vec<(Vec<u8>, usize)>,
    is_compressed: bool,
    /// Passes before the answer.
    delay: Duration,
    /// Passes between the times of a part.
    pause: Duration,
}

impl Reply {
    fn new(status: u16, body: Vec<(Vec<u8>, usize)>) -> Self {
        Self {
            status,
            headers: String::new(),
            body,
            is_compressed: false,
            delay: Duration::ZERO,
            pause: Duration::ZERO,
        }
    }

    fn text(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, once(body))
    }

    fn compressed(self) -> Self {
        Self { is_compressed: true, ..self }
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        write!(self.headers, "{name}: {value}\r\n").unwrap();
        self
    }

    /// Says that another page follows.
    fn goes_on(self, number: usize) -> Self {
        let link = format!("</api/v1/users?after=cursor{number}>; rel=\"next\"");
        self.header("link", &link)
    }

    fn send(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        std::thread::sleep(self.delay);
        let compressed = self.is_compressed.then(|| vec![(gzip(&self.body), 1)]);
        let body = compressed.as_ref().unwrap_or(&self.body);
        let length: usize = body.iter().map(|(bytes, times)| bytes.len() * times).sum();
        let encoding = if self.is_compressed { "content-encoding: gzip\r\n" } else { "" };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        write!(
            stream,
            "HTTP/1.1 {} -\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{encoding}\
             x-rate-limit-limit: 10000\r\nx-rate-limit-remaining: 9999\r\nx-rate-limit-reset: {}\r\n{}\r\n",
            self.status,
            now + 60,
            self.headers
        )?;
        for (bytes, times) in body {
            for _ in 0..*times {
                stream.write_all(bytes)?;
                std::thread::sleep(self.pause);
            }
        }
        Ok(())
    }
}

fn once(text: impl Into<String>) -> Vec<(Vec<u8>, usize)> {
    vec![(text.into().into_bytes(), 1)]
}

/// A text with `times` times `middle` in it.
fn around(before: &str, middle: &str, times: usize, after: &str) -> Vec<(Vec<u8>, usize)> {
    vec![(before.into(), 1), (middle.into(), times), (after.into(), 1)]
}

/// A text with `mib` MiB of letters in it.
fn swollen(before: &str, mib: usize, after: &str) -> Vec<(Vec<u8>, usize)> {
    around(before, &"x".repeat(MIB), mib, after)
}

/// Compresses. A part is compressed once, however often it stands there, so a gigabyte takes no time.
fn gzip(parts: &[(Vec<u8>, usize)]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut sum = Crc::new();
    for (bytes, times) in parts {
        let mut block = Vec::with_capacity(bytes.len() + 1_024);
        let mut compress = Compress::new(Compression::fast(), false);
        compress.compress_vec(bytes, &mut block, FlushCompress::Full).unwrap();
        assert_eq!(compress.total_in(), bytes.len() as u64);
        let mut sum_of_block = Crc::new();
        sum_of_block.update(bytes);
        for _ in 0..*times {
            file.extend_from_slice(&block);
            sum.combine(&sum_of_block);
        }
    }
    file.extend_from_slice(&[3, 0]); // An empty block ends it.
    file.extend_from_slice(&sum.sum().to_le_bytes());
    file.extend_from_slice(&sum.amount().to_le_bytes());
    file
}

/// The first user was created then, and another one in each hour since.
const FIRST_CREATED: i64 = 1_577_836_800; // 2020-01-01T00:00:00Z

/// The record of a user, with some member.
fn user(number: usize, member: &str) -> String {
    let created = FIRST_CREATED + 3_600 * i64::try_from(number).unwrap();
    let created = Timestamp::from_second(created).unwrap();
    format!(r#"{{"id":"00u{number:017}","status":"ACTIVE","created":"{created}",{member}}}"#)
}

fn users(extra: &Value) -> Value {
    let mut event = query("User", &json!({ "maxResults": 1_000 }));
    for (key, value) in extra.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

fn all_users() -> Value {
    users(&json!({}))
}

fn retrieve(ids: usize) -> Value {
    let ids: Vec<_> = (0..ids).map(|number| format!("00u{number:017}")).collect();
    let mut event =
        query("User", &json!({ "ids": ids, "selectedFieldNames": ["id", "firstName"] }));
    event["type"] = "RetrieveDataRequest".into();
    event
}

fn applications(filter: &str) -> Value {
    query("Application", &json!({ "filterExpression": filter, "maxResults": 1_000 }))
}

fn validate() -> Value {
    let context = &all_users()["connectorContext"];
    json!({
        "type": "ValidateCredentialsRequest",
        "credentials": context["credentials"],
        "connectorRuntimeSettings": context["connectorRuntimeSettings"],
    })
}

/// A request that names something by six million letters.
fn with_long(pointer: &str) -> Value {
    let mut event = all_users();
    *event.pointer_mut(pointer).unwrap() = "x".repeat(6_000_000).into();
    event
}

fn api_token() -> String {
    api_token_secret(API_TOKEN)
}

fn service_app() -> String {
    let keys: Value = serde_json::from_str(include_str!("../data/keys.json")).unwrap();
    json!({
        "customAuthenticationType": "Okta_Service_App",
        "clientId": "0oaserviceapp1234567",
        "keyId": "rsa-key",
        "privateKey": keys["private"]["RSA in PKCS#8, DER"],
    })
    .to_string()
}

/// The record of whatever user is asked for, or a page with one.
fn good(asked: &Asked) -> Reply {
    let path = asked.target.split('?').next().unwrap();
    let record = user(asked.first_user(), r#""profile":{"login":"jane@example.com"}"#);
    if path.ends_with("/token") {
        let token = json!({ "access_token": "good", "token_type": "Bearer", "expires_in": 3600 });
        Reply::text(200, token.to_string())
    } else if path.starts_with("/api/v1/users/") {
        Reply::text(200, record)
    } else {
        Reply::text(200, format!("[{record}]"))
    }
}

/// An error of Okta with a member that has another value.
fn refusal(status: u16, member: &str, value: Vec<(Vec<u8>, usize)>) -> Reply {
    let mut error = json!({
        "errorCode": "E0000001", "errorSummary": "No", "errorId": "oae1", "errorCauses": [],
    });
    error.as_object_mut().unwrap().remove(member);
    let error = error.to_string();
    let before = format!("{},\"{member}\":", error.strip_suffix('}').unwrap());
    Reply::new(status, [once(before), value, once("}")].concat())
}

fn gigabyte_of_blanks() -> Vec<(Vec<u8>, usize)> {
    vec![(vec![b' '; MIB], 1_024), (b"[]".to_vec(), 1)]
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// A page of one user who is this large.
fn large_user(mib: usize) -> Reply {
    let before = user(1, r#""profile":{"firstName":""#);
    let before = format!("[{}", before.strip_suffix('}').unwrap());
    Reply::new(200, swollen(&before, mib, "\"}}]"))
}

/// A page of a listing that goes on for years. The first one is small and slow, so that lanes pay; the others are large.
fn page_of_large_users(asked: &Asked, mib: usize) -> Reply {
    let first = asked.first_user();
    let (count, letters) = if first == 0 { (200, 1) } else { (100, mib * MIB / 100) };
    let mut page = vec![(b"[".to_vec(), 1)];
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        let before = user(first + number, r#""profile":{"firstName":""#);
        let before = before.strip_suffix('}').unwrap();
        page.push((format!("{comma}{before}").into_bytes(), 1));
        page.push((vec![b'x'; letters], 1));
        page.push((b"\"}}".to_vec(), 1));
    }
    page.push((b"]".to_vec(), 1));
    Reply { delay: Duration::from_millis(500), ..Reply::new(200, page) }.goes_on(first + count)
}

fn describe(entity: &str) -> Value {
    let mut event = query(entity, &json!({}));
    event["type"] = "DescribeEntityRequest".into();
    event
}

/// An org of ten user types, whose schemas define these attributes.
fn schemas(asked: &Asked, attributes: impl Fn() -> Vec<(Vec<u8>, usize)>) -> Reply {
    let path = asked.target.split('?').next().unwrap();
    if path.ends_with("/meta/types/user") {
        let user_type = |number: usize| {
            let id = format!("osc{number}1234567890abcde");
            let href = format!("https://acme.okta.com/api/v1/meta/schemas/user/{id}");
            json!({ "id": format!("oty{number}"), "_links": { "schema": { "href": href } } })
        };
        return Reply::text(200, Value::from_iter((0..10).map(user_type)).to_string());
    }
    if !path.contains("/meta/schemas/user/") {
        return good(asked);
    }
    let head = once("{\"definitions\":{\"custom\":{\"properties\":{");
    Reply::new(200, [head, attributes(), once("}}}}")].concat())
}

fn many_attributes(asked: &Asked) -> Reply {
    let schema = asked.target.clone();
    schemas(asked, || {
        let own: String = schema.chars().filter(char::is_ascii_digit).take(2).collect();
        let attributes = (0..100_000).map(|number| format!("\"a{own}_{number}\":{{}}"));
        once(attributes.collect::<Vec<_>>().join(","))
    })
}

/// A filter that is long in each direction: a long list, and many conditions.
fn long_filter() -> Value {
    let mut filter = String::from("city in (");
    for number in 0..50_000 {
        write!(filter, "{}'c{number}'", if number == 0 { "" } else { "," }).unwrap();
    }
    filter.push(')');
    while filter.len() < MIB {
        filter.push_str(" and not city contains \"i\"");
    }
    users(&json!({ "filterExpression": filter }))
}

const ROWS: &[Row] = &[
    Row {
        name: "400 with an errorSummary of 31 MB in 30 kB",
        event: all_users,
        org: |_| refusal(400, "errorSummary", swollen("\"", 31, "\"")).compressed(),
        secret: api_token,
    },
    Row {
        name: "400 with an errorSummary of 31 MB",
        event: all_users,
        org: |_| refusal(400, "errorSummary", swollen("\"", 31, "\"")),
        secret: api_token,
    },
    Row {
        name: "400 with an errorCode of 31 MB",
        event: all_users,
        org: |_| refusal(400, "errorCode", swollen("\"", 31, "\"")).compressed(),
        secret: api_token,
    },
    Row {
        name: "400 with an errorId of 31 MB",
        event: all_users,
        org: |_| refusal(400, "errorId", swollen("\"", 31, "\"")).compressed(),
        secret: api_token,
    },
    Row {
        name: "400 with one cause of 31 MB",
        event: all_users,
        org: |_| {
            refusal(400, "errorCauses", swollen("[{\"errorSummary\":\"", 31, "\"}]")).compressed()
        },
        secret: api_token,
    },
    Row {
        name: "400 with a million causes",
        event: all_users,
        org: |_| {
            let causes = around("[{}", ",{\"errorSummary\":\"No\"}", 1_000_000, "]");
            refusal(400, "errorCauses", causes)
        },
        secret: api_token,
    },
    Row {
        name: "503 with a gigabyte of blanks in 1 MB",
        event: all_users,
        org: |_| Reply::new(503, gigabyte_of_blanks()).compressed(),
        secret: api_token,
    },
    Row {
        name: "400 nested 100,000 deep",
        event: all_users,
        org: |_| refusal(400, "errorCauses", once(nested(100_000))),
        secret: api_token,
    },
    Row {
        name: "a request id of 60 kB with each page",
        event: all_users,
        org: |asked| {
            let page = format!("[{}]", user(asked.number, r#""profile":{}"#));
            let reply = Reply::text(200, page).header("x-okta-request-id", &"x".repeat(60_000));
            if asked.number < 100 { reply.goes_on(asked.number) } else { reply }
        },
        secret: api_token,
    },
    Row {
        name: "a request id of 60 kB with each of many refusals",
        event: all_users,
        org: |_| {
            refusal(503, "errorCauses", once("[]")).header("x-okta-request-id", &"x".repeat(60_000))
        },
        secret: api_token,
    },
    Row {
        name: "5,000 headers",
        event: all_users,
        org: |asked| (0..5_000).fold(good(asked), |reply, n| reply.header(&format!("x-{n}"), "x")),
        secret: api_token,
    },
    Row {
        name: "a link of 100 kB",
        event: all_users,
        org: |asked| {
            let link = format!("</api/v1/users?after={}>; rel=\"next\"", "x".repeat(100_000));
            good(asked).header("link", &link)
        },
        secret: api_token,
    },
    Row { name: "a record of 31 MB", event: all_users, org: |_| large_user(31), secret: api_token },
    Row {
        name: "a record of 7 MB that no answer can hold",
        event: all_users,
        org: |_| large_user(7),
        secret: api_token,
    },
    Row {
        name: "pages of 30 MB, several at once",
        event: all_users,
        org: |asked| page_of_large_users(asked, 30),
        secret: api_token,
    },
    Row {
        name: "pages of 7 MB, several at once",
        event: all_users,
        org: |asked| page_of_large_users(asked, 7),
        secret: api_token,
    },
    Row {
        name: "a gigabyte of blanks in 1 MB",
        event: all_users,
        org: |_| Reply::new(200, gigabyte_of_blanks()).compressed(),
        secret: api_token,
    },
    Row {
        name: "a page without an end",
        event: all_users,
        org: |_| Reply::new(200, vec![(vec![b' '; MIB], 1 << 30)]),
        secret: api_token,
    },
    Row {
        name: "a page that comes byte by byte",
        event: all_users,
        org: |_| Reply {
            pause: Duration::from_millis(50),
            ..Reply::new(200, vec![(vec![b' '], 1 << 30)])
        },
        secret: api_token,
    },
    Row {
        name: "a record nested 100,000 deep",
        event: all_users,
        org: |_| {
            Reply::text(200, format!("[{}]", user(1, &format!("\"profile\":{}", nested(100_000)))))
        },
        secret: api_token,
    },
    Row {
        name: "a page of 400,000 records",
        event: || users(&json!({ "maxResults": 1_000_000 })),
        org: |_| {
            let ids = (0..400_000).map(|id| format!("{{\"id\":\"{id}\"}}"));
            Reply::text(200, format!("[{}]", ids.collect::<Vec<_>>().join(",")))
        },
        secret: api_token,
    },
    Row {
        name: "a page of a million records of which one field is asked for",
        event: || {
            let fields = ["id"];
            users(&json!({ "maxResults": 1_000_000, "selectedFieldNames": fields }))
        },
        org: |_| Reply::new(200, around("[{\"id\":1}", ",{}", 999_999, "]")),
        secret: api_token,
    },
    Row {
        name: "a record with a million members",
        event: all_users,
        org: |_| Reply::new(200, around("[{\"id\":\"00u1\"", ",\"a\":1", 1_000_000, "}]")),
        secret: api_token,
    },
    Row {
        name: "a record of a million escapes",
        event: all_users,
        org: |_| {
            let before = user(1, r#""profile":{"firstName":""#);
            let before = format!("[{}", before.strip_suffix('}').unwrap());
            Reply::new(200, around(&before, "\\\"", 1_000_000, "\"}}]"))
        },
        secret: api_token,
    },
    Row {
        name: "assignments of 200,000 applications a page",
        event: || applications("groupId = '00g1' and userId = '00u1'"),
        org: |asked| {
            let page =
                around("[{\"id\":\"0oa1\"}", ",{\"id\":\"0oa00000000000000\"}", 200_000, "]");
            Reply::new(200, page).goes_on(asked.number)
        },
        secret: api_token,
    },
    Row {
        name: "100,000 links to applications of a user",
        event: || applications("userId = '00u1'"),
        org: |asked| {
            if asked.target.contains("/appLinks") {
                let link = ",{\"appInstanceId\":\"0oa00000000000000\"}";
                Reply::new(200, around("[{\"appInstanceId\":\"0oa1\"}", link, 100_000, "]"))
            } else if asked.target.contains("filter=") {
                refusal(400, "errorCode", once("\"E0000031\""))
            } else {
                good(asked)
            }
        },
        secret: api_token,
    },
    Row {
        name: "4 records by id of 30 MB each",
        event: || retrieve(4),
        org: |asked| {
            let before = user(asked.first_user(), r#""profile":{"firstName":""#);
            Reply::new(200, swollen(before.strip_suffix('}').unwrap(), 30, "\"}}"))
        },
        secret: api_token,
    },
    Row {
        name: "100 records by id of 6 MB each",
        event: || retrieve(100),
        org: |asked| {
            let before = user(asked.first_user(), r#""profile":{"firstName":""#);
            let body = around(before.strip_suffix('}').unwrap(), &"x".repeat(6_000_000), 1, "\"}}");
            Reply::new(200, body)
        },
        secret: api_token,
    },
    Row { name: "3,000 ids", event: || retrieve(3_000), org: good, secret: api_token },
    Row { name: "200,000 ids", event: || retrieve(200_000), org: good, secret: api_token },
    Row { name: "a filter of 1 MiB", event: long_filter, org: good, secret: api_token },
    Row {
        name: "ten schemas of 100,000 attributes each",
        event: || describe("User"),
        org: many_attributes,
        secret: api_token,
    },
    Row {
        name: "ten schemas with a description of 7 MB",
        event: || describe("User"),
        org: |asked| {
            schemas(asked, || swollen("\"a\":{\"type\":\"string\",\"description\":\"", 7, "\"}"))
        },
        secret: api_token,
    },
    Row {
        name: "the attributes of ten schemas of 100,000 each",
        event: || query("UserSchemaAttribute", &json!({ "maxResults": 1_000_000 })),
        org: many_attributes,
        secret: api_token,
    },
    Row {
        name: "an event with 30,000 groups and 30,000 users",
        event: || query("GroupMembershipChange", &json!({ "maxResults": 1_000_000 })),
        org: |_| {
            let target = |kind: &str, id: &str, number: usize| {
                format!("{{\"type\":\"{kind}\",\"id\":\"{id}{number}\"}}")
            };
            let targets = (0..30_000).flat_map(|number| {
                [target("UserGroup", "00g", number), target("User", "00u", number)]
            });
            let targets = targets.collect::<Vec<_>>().join(",");
            Reply::text(
                200,
                format!(
                    "[{{\"uuid\":\"e1\",\"published\":\"2026-11-01T00:00:00.000Z\",\
                     \"eventType\":\"group.user_membership.add\",\
                     \"outcome\":{{\"result\":\"SUCCESS\"}},\"target\":[{targets}]}}]"
                ),
            )
        },
        secret: api_token,
    },
    Row {
        name: "a filter of 1 MiB of parentheses",
        event: || users(&json!({ "filterExpression": "(".repeat(MIB) })),
        org: good,
        secret: api_token,
    },
    Row {
        name: "a page token of 6 MB",
        event: || users(&json!({ "nextToken": "A".repeat(6_000_000) })),
        org: good,
        secret: api_token,
    },
    Row {
        name: "half a million names of fields",
        event: || users(&json!({ "selectedFieldNames": vec!["x"; 500_000] })),
        org: good,
        secret: api_token,
    },
    Row { name: "a type of 6 MB", event: || with_long("/type"), org: good, secret: api_token },
    Row {
        name: "an entity of 6 MB",
        event: || with_long("/entityIdentifier"),
        org: good,
        secret: api_token,
    },
    Row {
        name: "an instanceUrl of 6 MB",
        event: || with_long("/connectorContext/connectorRuntimeSettings/instanceUrl"),
        org: good,
        secret: api_token,
    },
    Row {
        name: "a secretArn of 6 MB",
        event: || with_long("/connectorContext/credentials/secretArn"),
        org: good,
        secret: api_token,
    },
    Row {
        name: "a secret of 60 kB of garbage",
        event: all_users,
        org: good,
        secret: || "\u{1}{\"'\\".repeat(12_000),
    },
    Row {
        name: "a secret with an API token of 60 kB",
        event: all_users,
        org: good,
        secret: || api_token_secret(&"x".repeat(60_000)),
    },
    Row {
        name: "an access token of 6 MB",
        event: all_users,
        org: |asked| {
            if asked.target.starts_with("/oauth2/") {
                Reply::new(200, swollen("{\"token_type\":\"Bearer\",\"access_token\":\"", 6, "\"}"))
            } else {
                good(asked)
            }
        },
        secret: service_app,
    },
    Row {
        name: "a token endpoint with a gigabyte of blanks",
        event: all_users,
        org: |_| Reply::new(200, gigabyte_of_blanks()).compressed(),
        secret: service_app,
    },
    Row {
        name: "a token endpoint with an error of 31 MB",
        event: all_users,
        org: |_| {
            let error =
                swollen("{\"error\":\"invalid_client\",\"error_description\":\"", 31, "\"}");
            Reply::new(400, error).compressed()
        },
        secret: service_app,
    },
    Row {
        name: "a nonce of 60 kB",
        event: all_users,
        org: |_| {
            Reply::text(400, r#"{"error":"use_dpop_nonce"}"#)
                .header("dpop-nonce", &"x".repeat(60_000))
        },
        secret: service_app,
    },
    Row {
        name: "a challenge of 60 kB",
        event: all_users,
        org: |_| {
            let challenge =
                format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", "x".repeat(60_000));
            Reply::text(403, "").header("www-authenticate", &challenge)
        },
        secret: api_token,
    },
    Row {
        name: "ValidateCredentials with an errorSummary of 31 MB for each object",
        event: validate,
        org: |_| refusal(403, "errorSummary", swollen("\"", 31, "\"")).compressed(),
        secret: api_token,
    },
];

/// A listener that turns to the good when it is told.
struct Liar {
    url: String,
    is_good: Arc<AtomicBool>,
}

impl Liar {
    /// Answers with `bad` until it turns, then with `good`.
    fn start(
        bad: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
        good: fn(&Asked) -> Reply,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let is_good = Arc::new(AtomicBool::new(false));
        let (turned, count, bad) = (is_good.clone(), Arc::new(AtomicUsize::new(0)), Arc::new(bad));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (turned, count, bad) = (turned.clone(), count.clone(), bad.clone());
                std::thread::spawn(move || {
                    let mut connection = BufReader::new(stream.unwrap());
                    while let Some(target) = read_request(&mut connection) {
                        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                        let asked = Asked { target, number };
                        let is_good = turned.load(Ordering::Relaxed);
                        let reply = if is_good { good(&asked) } else { bad(&asked) };
                        // A client that has had enough goes away.
                        if reply.send(connection.get_mut()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, is_good }
    }

    fn turn(&self) {
        self.is_good.store(true, Ordering::Relaxed);
    }
}

/// Reads a request, and returns its target; none if the connection has ended.
fn read_request(connection: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    connection.read_line(&mut line).ok()?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        connection.read_line(&mut header).ok()?;
        let header = header.trim_end().to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if header.is_empty() {
            connection.read_exact(&mut vec![0; length]).ok()?;
            return Some(target);
        }
    }
}

fn secret_answer(secret: &str) -> Reply {
    Reply::text(200, json!({ "ARN": "arn", "SecretString": secret }).to_string())
}

/// Points an event at the org, unless it names another.
fn pointed(mut event: Value, org: &str) -> Vec<u8> {
    for settings in ["/connectorRuntimeSettings", "/connectorContext/connectorRuntimeSettings"] {
        if let Some(url) = event.pointer_mut(&format!("{settings}/instanceUrl"))
            && *url == "https://acme.okta.com"
        {
            *url = org.into();
        }
    }
    event.to_string().into_bytes()
}

/// What a row came to.
struct Outcome {
    name: &'static str,
    peak: f64,
    elapsed: Duration,
    /// The code of the failure, if it is one.
    code: String,
    answer: usize,
    log: u64,
    problems: Vec<String>,
}

fn try_row(bootstrap: &Path, row: &Row) -> Outcome {
    let org = Liar::start(row.org, good);
    let secret = (row.secret)();
    let secrets = Liar::start(move |_| secret_answer(&secret), |_| secret_answer(&api_token()));
    let path = std::env::temp_dir()
        .join(format!("okta-connector-hostile-{}.log", org.url.rsplit(':').next().unwrap()));
    let environment = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
        ("OKTA_CONNECTOR_ALLOW_LOOPBACK", "true"),
        ("OKTA_CONNECTOR_ENTITIES", "*"),
        ("OKTA_CONNECTOR_SECRETS_MANAGER_URL", secrets.url.as_str()),
    ];
    let log = File::create(&path).unwrap();
    let mut function = HostedFunction::start(bootstrap, &environment, log.into()).unwrap();
    function.first_request().unwrap();

    let mut problems = Vec::new();
    let event = pointed((row.event)(), &org.url);
    let began = Instant::now();
    let answered = function.invoke(&event, TIME);
    let elapsed = began.elapsed();
    let (mut answer, mut code) = (0, String::new());
    match answered.and_then(|body| function.accept().map(|()| body)) {
        Ok(body) => {
            answer = body.len();
            match serde_json::from_slice::<Value>(&body) {
                Ok(answer) => {
                    code =
                        answer["errorDetails"]["errorCode"].as_str().unwrap_or_default().to_owned()
                }
                Err(error) => problems.push(format!("the answer is not JSON: {error}")),
            }
            org.turn();
            secrets.turn();
            let event = users(&json!({ "maxResults": 5, "selectedFieldNames": ["id"] }));
            let began = Instant::now();
            match function.invoke(&pointed(event, &org.url), TIME) {
                Ok(body) if String::from_utf8_lossy(&body).contains("\"isSuccess\":true") => {}
                Ok(body) => {
                    let text = String::from_utf8_lossy(&body).into_owned();
                    problems.push(format!("a good request is answered with {text:.300}"));
                }
                Err(error) => problems.push(format!("a good request afterwards: {error:#}")),
            }
            if began.elapsed() > TIME {
                problems.push(format!("a good request takes {:?}", began.elapsed()));
            }
        }
        Err(error) => problems.push(format!("no answer: {error:#}")),
    }
    let peak = function.peak_memory().unwrap_or(f64::INFINITY);
    let log = std::fs::metadata(&path).unwrap().len();
    std::fs::remove_file(&path).unwrap();
    let laws = [
        (peak > MAX_PEAK_MIB, "too much memory"),
        (elapsed > TIME, "too late"),
        (answer > MAX_ANSWER, "too large an answer"),
        (log > MAX_LOG, "too long a log"),
    ];
    problems.extend(laws.iter().filter(|law| law.0).map(|law| law.1.to_owned()));
    Outcome { name: row.name, peak, elapsed, code, answer, log, problems }
}

/// One test, so that the table is one.
#[test]
fn the_function_survives_whatever_it_is_told() {
    let Some(bootstrap) = part("BOOTSTRAP") else { return };
    // To look at some rows alone.
    let wanted = std::env::var("HOSTILE").unwrap_or_default();
    let rows = ROWS.iter().filter(|row| row.name.contains(&wanted));
    let mut outcomes: Vec<_> = rows.map(|row| try_row(&bootstrap, row)).collect();
    outcomes.sort_by(|a, b| b.peak.total_cmp(&a.peak));
    println!("{:>9} {:>8} {:>9} {:>9} {:>21}  row", "peak MiB", "seconds", "answer", "log", "code");
    for Outcome { name, peak, elapsed, code, answer, log, problems } in &outcomes {
        let seconds = elapsed.as_secs_f64();
        let problems: String = problems.iter().map(|problem| format!(" *** {problem}")).collect();
        println!("{peak:>9.1} {seconds:>8.2} {answer:>9} {log:>9} {code:>21}  {name}{problems}");
    }
    let broken = outcomes.iter().filter(|outcome| !outcome.problems.is_empty());
    let broken: Vec<_> = broken.map(|outcome| outcome.name).collect();
    assert!(broken.is_empty(), "{} rows break the law: {broken:#?}", broken.len());
}
