//! The status page: what came to the org, what its limits are, what it holds. It is for a browser on this machine.

mod html;

use super::journal::{Entry, Journal};
use bytes::Bytes;
use html::{Figure, Refresh, Table, escape};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::Timestamp;
use okta_connector::catalogue::OBJECTS;
use okta_connector_cli::SimulatedOkta;
use okta_simulator::Collection;
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many records of a collection are shown.
const SHOWN: usize = 20;

/// The window of a rate limit.
const WINDOW_SECONDS: i64 = 60;

/// Everything that the status page shows.
pub(super) struct StatusPage {
    pub(super) okta: SimulatedOkta,
    pub(super) journal: Arc<Mutex<Journal>>,
    /// The address of the org.
    pub(super) org: String,
    /// The choices: pairs of a name and a value.
    pub(super) options: Vec<(&'static str, String)>,
    /// The counts of records, with the number of events in the log when they were made: changes leave events.
    pub(super) counts: Mutex<Option<(usize, Vec<usize>)>>,
}

impl StatusPage {
    /// Answers a browser.
    pub(super) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if !names_this_machine(request) {
            return text(StatusCode::FORBIDDEN, "text/plain", "Ask for 127.0.0.1 or localhost.\n");
        }
        if request.method() != Method::GET {
            return text(
                StatusCode::METHOD_NOT_ALLOWED,
                "text/plain",
                "The status page is read-only.\n",
            );
        }
        // Who reads a table, by ear say, may not want it to be another one in the middle.
        let path = request.uri().path();
        let refresh = match request.uri().query() {
            Some("refresh=off") => Refresh::Still,
            _ => Refresh::Live,
        };
        let page = match path {
            "/" => html::page("Overview", path, refresh, &self.overview()),
            "/requests" => html::page("Requests", path, refresh, &self.requests()),
            "/errors" => html::page("Errors", path, refresh, &self.errors()),
            "/style.css" => return text(StatusCode::OK, "text/css; charset=utf-8", html::STYLE),
            _ => match path.strip_prefix("/collections/").and_then(collection) {
                Some(collection) => {
                    let title = name(collection);
                    html::page(&title, path, refresh, &self.records(collection))
                }
                None => {
                    let page = html::page("Nothing here", path, Refresh::Still, "");
                    return text(StatusCode::NOT_FOUND, html::TYPE, page);
                }
            },
        };
        text(StatusCode::OK, html::TYPE, page)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn overview(&self) -> String {
        let (count, errors, statuses) = {
            let journal = self.journal();
            (journal.count, journal.errors(), journal.statuses.clone())
        };
        let mut figures = vec![
            Figure::new("Org", "org", &self.org),
            Figure::new("Requests", "requests", count),
            Figure::new("Errors", "errors", errors),
        ];
        let options = self.options.iter();
        figures.extend(
            options.map(|(name, value)| {
                Figure::new(name, &name.to_lowercase().replace(' ', "-"), value)
            }),
        );
        let mut answers = Table::new("Answers by status", "answers", &["Status", "Answers"]);
        for (status, count) in statuses {
            answers.row(vec![escape(&status.to_string()), count.to_string()]);
        }
        [
            html::figures(&figures),
            answers.write("There were no requests yet."),
            self.limits(),
            self.contents(),
        ]
        .concat()
    }

    fn limits(&self) -> String {
        let columns =
            ["Bucket", "Principal", "Limit", "Used", "Refused", "Left", "Resets in seconds"];
        let mut table = Table::new("Rate limits in use", "limits", &columns);
        let now = self.okta.now();
        let mut simulator = self.okta.simulator();
        simulator.set_time(now);
        for usage in simulator.current_usage() {
            let principal = if usage.principal.is_empty() { "anybody" } else { &usage.principal };
            let age = now.duration_since(usage.started).as_secs();
            table.row(vec![
                escape(usage.bucket),
                escape(principal),
                usage.limit.to_string(),
                usage.used.to_string(),
                usage.rejected.to_string(),
                usage.limit.saturating_sub(usage.used).to_string(),
                (WINDOW_SECONDS - age).max(0).to_string(),
            ]);
        }
        table.write("No window is running.")
    }

    fn contents(&self) -> String {
        let columns = ["Collection", "Records", "Path", "Entities"];
        let mut table = Table::new("What the org holds", "contents", &columns);
        for (collection, count) in collections().zip(self.counts()) {
            let path = path(collection);
            let entities = OBJECTS.iter().filter(|object| object.endpoint.path == path);
            let entities: Vec<_> = entities.map(|object| object.name).collect();
            let stem = stem(collection);
            table.row(vec![
                format!(
                    "<a href=\"/collections/{}\">{}</a>",
                    escape(stem),
                    escape(&name(collection))
                ),
                count.to_string(),
                escape(path),
                escape(&entities.join(", ")),
            ]);
        }
        table.write("")
    }

    /// Counts the records of each collection.
    fn counts(&self) -> Vec<usize> {
        let mut known = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let events = self.okta.simulator().system_log().count();
        if let Some((at, counts)) = &*known
            && *at == events
        {
            return counts.clone();
        }
        // The org answers in between: each is counted by itself.
        let count = |collection| match collection == Collection::SystemLog {
            true => self.okta.simulator().system_log().count(),
            false => self.okta.simulator().org().count_shown(collection),
        };
        let counts: Vec<_> = collections().map(count).collect();
        *known = Some((events, counts.clone()));
        counts
    }

    fn requests(&self) -> String {
        let journal = self.journal();
        let table = entries("The last 100 requests", "requests", journal.latest.iter());
        table.write("There were no requests yet.")
    }

    fn errors(&self) -> String {
        let journal = self.journal();
        let table = entries("The last 100 errors and faults", "errors", journal.failed.iter());
        table.write("Nothing went wrong yet.")
    }

    fn records(&self, collection: Collection) -> String {
        let columns = ["Id", "Below", "Name", "Status", "Created", "Last updated"];
        let caption = format!("The first {SHOWN} records");
        let mut table = Table::new(&caption, "records", &columns);
        let mut row = |parent: &str, record: &Value| {
            let first = |pointers: &[&str]| {
                let found = pointers.iter().find_map(|pointer| record.pointer(pointer)?.as_str());
                escape(found.unwrap_or_default())
            };
            table.row(vec![
                first(&["/id", "/uuid"]),
                escape(parent),
                first(&NAMES),
                first(&["/status", "/outcome/result"]),
                first(&["/created", "/published"]),
                first(&["/lastUpdated"]),
            ]);
        };
        let simulator = self.okta.simulator();
        match collection == Collection::SystemLog {
            true => {
                let events = simulator.system_log().visible(self.okta.now());
                events.take(SHOWN).for_each(|event| row("", &event));
            }
            false => {
                let records = simulator.org().shown(collection);
                records.take(SHOWN).for_each(|(parent, record)| row(parent, &record));
            }
        }
        drop(simulator);
        let figures = [
            Figure::new("Path", "path", path(collection)),
            Figure::new("Scope", "scope", collection.scope()),
        ];
        html::figures(&figures) + &table.write("There are none.")
    }
}

/// The properties that a record may have its name in.
const NAMES: [&str; 9] = [
    "/profile/login",
    "/profile/displayName",
    "/profile/name",
    "/label",
    "/name",
    "/displayName",
    "/user/profile/login",
    "/scopeId",
    "/eventType",
];

fn entries<'a>(caption: &str, id: &str, entries: impl Iterator<Item = &'a Entry>) -> Table {
    let columns =
        ["Time (UTC)", "Method", "Path and query", "Status", "Left", "Milliseconds", "Faults"];
    let mut table = Table::new(caption, id, &columns);
    for entry in entries {
        let Entry { request, took } = entry;
        table.row(vec![
            time(request.time),
            escape(request.method.as_str()),
            escape(&entry.target()),
            request.status.as_u16().to_string(),
            entry.remaining(),
            took.as_millis().to_string(),
            escape(&request.faults.join(", ")),
        ]);
    }
    table
}

fn time(time: Timestamp) -> String {
    format!("<time datetime=\"{time:.3}\">{}</time>", time.strftime("%H:%M:%S%.3f"))
}

fn collections() -> impl Iterator<Item = Collection> {
    Collection::ALL.iter().copied().chain([Collection::SystemLog])
}

fn collection(name: &str) -> Option<Collection> {
    collections().find(|collection| stem(*collection) == name)
}

/// Returns the name of the file of a collection, without its ending.
fn stem(collection: Collection) -> &'static str {
    collection.file_name().trim_end_matches(".jsonl")
}

/// Returns the name of a collection in words, such as `Group Members`.
fn name(collection: Collection) -> String {
    let mut words = String::new();
    for c in format!("{collection:?}").chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c);
    }
    words.replace("Api ", "API ")
}

fn path(collection: Collection) -> &'static str {
    match collection == Collection::SystemLog {
        true => "/api/v1/logs",
        false => collection.path().unwrap_or_default(),
    }
}

/// Tells whether a browser asks for this machine. Another name may lead here too, if somebody means to read this page
/// from a page of theirs.
fn names_this_machine(request: &Request<Bytes>) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    matches!(name, Some("127.0.0.1" | "localhost"))
}

fn text(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    // Nothing but the style sheet is loaded, and nothing runs.
    let policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                  frame-ancestors 'none'";
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use okta_connector_cli::Clock;
    use okta_simulator::{Org, Simulator};
    use std::time::Duration;

    fn page() -> StatusPage {
        let okta = SimulatedOkta::new(Simulator::new(Org::generate(1, 30)), Clock::Wall);
        StatusPage {
            okta,
            journal: Arc::default(),
            org: "http://127.0.0.1:8700".to_owned(),
            options: vec![("Admin role", "<none>".to_owned())],
            counts: Mutex::default(),
        }
    }

    fn get(page: &StatusPage, path: &str, host: &str) -> (u16, String) {
        let request = Request::get(path).header(header::HOST, host).body(Bytes::new()).unwrap();
        let response = page.answer(&request);
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    #[test]
    fn every_page_is_there_and_links_to_pages_that_are() {
        let page = page();
        let mut waiting = vec!["/".to_owned()];
        let mut seen: Vec<String> = Vec::new();
        while let Some(path) = waiting.pop() {
            let (status, text) = get(&page, &path, "127.0.0.1:8702");
            assert_eq!(status, 200, "{path}");
            seen.push(path);
            for link in text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(link.starts_with('/'), "{link}");
                if !seen.iter().chain(&waiting).any(|known| known == link) {
                    waiting.push(link.to_owned());
                }
            }
        }
        assert!(seen.len() > Collection::ALL.len());
        assert_eq!(get(&page, "/collections/none", "localhost").0, 404);
    }

    #[test]
    fn other_names_and_methods_are_refused() {
        let page = page();
        for (host, expected) in [("127.0.0.1:1", 200), ("localhost", 200), ("evil.example:1", 403)]
        {
            assert_eq!(get(&page, "/", host).0, expected, "{host}");
        }
        let request = Request::post("/").header(header::HOST, "localhost").body(Bytes::new());
        assert_eq!(page.answer(&request.unwrap()).status(), 405);
    }

    #[test]
    fn what_came_is_shown_and_not_run() {
        let page = page();
        page.okta.simulator().accept_api_token("token");
        let request = Request::get("http://127.0.0.1/api/v1/users?q=%3Cb%3E&token=token&x=token");
        let request = request.header("authorization", "SSWS token").body(Bytes::new());
        page.okta.answer(request.unwrap());
        let logged = page.okta.simulator().requests().last().cloned().unwrap();
        page.journal().push(Entry { request: logged, took: Duration::ZERO });
        let (_, text) = get(&page, "/requests", "localhost");
        assert!(
            text.contains("/api/v1/users?q=%3Cb%3E&amp;token=(secret)&amp;x=(secret)"),
            "{text}"
        );
        let (_, text) = get(&page, "/", "localhost");
        assert!(text.contains("<dd id=\"requests\">1</dd>"), "{text}");
        assert!(text.contains("<dd id=\"admin-role\">&lt;none&gt;</dd>"), "{text}");
        assert!(text.contains("<meta http-equiv=\"refresh\""));
        assert!(!get(&page, "/?refresh=off", "localhost").1.contains("<meta http-equiv"));
    }
}
