//! The least process that does what the connector does: it asks Okta for pages and answers with their records. It
//! chooses no fields, tests no filter, watches no limit, and speaks to sockets of this machine without any library.
//!
//! An event names the `org`, the `path` of the first page and the `maxResults` that end a call.

use anyhow::Context as _;
use connector_bench::escape::Answer;
use okta_connector_cli::API_TOKEN;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// A connection, and the last answer that came over it.
struct Connection {
    stream: BufReader<TcpStream>,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> anyhow::Result<Self> {
        let stream = BufReader::with_capacity(64 * 1024, TcpStream::connect(address)?);
        stream.get_ref().set_nodelay(true)?;
        Ok(Self { stream, headers: Vec::new(), body: Vec::new() })
    }

    fn send(&mut self, head: &str, body: &[&[u8]]) -> anyhow::Result<()> {
        let length: usize = body.iter().map(|part| part.len()).sum();
        let head = format!("{head}host: localhost\r\ncontent-length: {length}\r\n\r\n");
        self.stream.get_mut().write_all(head.as_bytes())?;
        for part in body {
            self.stream.get_mut().write_all(part)?;
        }
        self.headers.clear();
        loop {
            let mut line = String::new();
            anyhow::ensure!(self.stream.read_line(&mut line)? > 0, "the other side hung up");
            if line.trim_end().is_empty() {
                break;
            }
            self.headers.push(line);
        }
        let length = self.header("content-length").context("no content-length")?.parse()?;
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|header| {
            let (found, value) = header.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// Returns the path of the next page, if there is one.
    fn next_page(&self) -> Option<String> {
        let links = self.headers.iter().filter(|header| header.contains("rel=\"next\""));
        let link = links.flat_map(|header| header.split_once('<')).next()?.1;
        let (url, _) = link.split_once('>')?;
        let path = url.splitn(4, '/').nth(3)?;
        Some(format!("/{path}"))
    }
}

fn main() -> anyhow::Result<()> {
    let mut lambda = Connection::open(&std::env::var("AWS_LAMBDA_RUNTIME_API")?)?;
    let (mut okta, mut answer) = (None, Answer::default());
    loop {
        lambda.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n", &[])?;
        let event: Value = serde_json::from_slice(&lambda.body)?;
        let text = |name: &str| event[name].as_str().map(str::to_owned);
        let most = event["maxResults"].as_u64().context("no maxResults")?;
        if okta.is_none() {
            let org = text("org").context("no org")?;
            okta = Some(Connection::open(org.trim_start_matches("http://"))?);
        }
        let okta = okta.as_mut().expect("it was just opened");
        let mut page = text("nextToken").or_else(|| text("path"));
        let mut count = 0;
        answer.clear();
        while let Some(path) = page.take_if(|_| count < most) {
            let head = format!("GET {path} HTTP/1.1\r\nauthorization: SSWS {API_TOKEN}\r\n");
            okta.send(&head, &[])?;
            count += answer.write_records(&okta.body) as u64;
            page = okta.next_page();
        }
        let records = answer.bytes().strip_suffix(b",").unwrap_or_default();
        let tail = format!(r#"],"nextToken":{},"isSuccess":true}}"#, Value::from(page));
        let head = "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\n";
        lambda.send(head, &[br#"{"records":["#, records, tail.as_bytes()])?;
    }
}
