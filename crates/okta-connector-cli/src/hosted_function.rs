//! Lambda's side of a function: hands out events and takes answers, one at a time, over any number of connections.

use crate::process::Process;
use crate::usage::Usage;
use anyhow::Context as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time that Lambda leaves a function that is late, before it ends it.
const GRACE: Duration = Duration::from_secs(2);

/// The time that a function has to ask for its first event: it may run under a tool that measures it.
const FIRST_REQUEST: Duration = Duration::from_secs(60);

/// A function that runs, and the place where it asks for events.
#[derive(Debug)]
pub struct HostedFunction {
    requests: Receiver<anyhow::Result<Asked>>,
    process: Process,
    began: Instant,
    /// The connection of the last request, which waits for an answer.
    connection: Option<TcpStream>,
}

/// A request of the function: its first line, its body and the connection it came over.
#[derive(Debug)]
struct Asked {
    line: String,
    body: Vec<u8>,
    connection: TcpStream,
}

impl HostedFunction {
    /// Starts `program`, whose log goes to `log`. It has no environment but Lambda's and `environment`.
    ///
    /// # Errors
    ///
    /// The program cannot be started.
    pub fn start(program: &Path, environment: &[(&str, &str)], log: Stdio) -> anyhow::Result<Self> {
        Self::run(Command::new(program), environment, log)
    }

    /// Starts a command that becomes the function, such as valgrind with the function as its argument.
    ///
    /// # Errors
    ///
    /// The command cannot be started.
    pub fn run(
        mut command: Command,
        environment: &[(&str, &str)],
        log: Stdio,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_LAMBDA_LOG_LEVEL", "ERROR")
            .envs(environment.iter().copied())
            .stdout(log)
            .stderr(Stdio::null());
        let began = Instant::now();
        let process = Process::start(&mut command)?;
        let (asked, requests) = mpsc::channel();
        std::thread::spawn(move || listen(&listener, &asked));
        Ok(Self { requests, process, began, connection: None })
    }

    /// Waits until the function asks for its first event. Returns the time that took from its start.
    ///
    /// # Errors
    ///
    /// It asks for something else.
    pub fn first_request(&mut self) -> anyhow::Result<Duration> {
        let asked = self.next(FIRST_REQUEST)?;
        anyhow::ensure!(asked.line.contains("/invocation/next"), "{}", asked.line);
        Ok(self.began.elapsed())
    }

    /// Hands out an event to a function that has asked for one, and waits for the answer. The function is told that it
    /// has `time`. The answer may be an error of the function.
    ///
    /// # Errors
    ///
    /// The function has ended, or is late by two seconds.
    pub fn invoke(&mut self, event: &[u8], time: Duration) -> anyhow::Result<Vec<u8>> {
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + time;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nlambda-runtime-aws-request-id: 1\r\n\
             lambda-runtime-deadline-ms: {}\r\nlambda-runtime-invoked-function-arn: arn\r\n\
             content-length: {}\r\n\r\n",
            deadline.as_millis(),
            event.len()
        );
        self.write(&[head.as_bytes(), event].concat())?;
        let answer = self.next(time + GRACE)?;
        anyhow::ensure!(answer.line.contains("/invocation/1/"), "{}", answer.line);
        Ok(answer.body)
    }

    /// Takes note of an answer and waits until the function asks for the next event.
    ///
    /// # Errors
    ///
    /// It does not.
    pub fn accept(&mut self) -> anyhow::Result<()> {
        self.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
        let asked = self.next(GRACE)?;
        anyhow::ensure!(asked.line.contains("/invocation/next"), "{}", asked.line);
        Ok(())
    }

    /// Returns the time since it was started.
    pub fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// Returns the most memory that it ever had, in MiB.
    ///
    /// # Errors
    ///
    /// It has ended, or this is not Linux.
    pub fn peak_memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: f64 = line.context("no VmHWM")?.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// Returns what it has used up so far.
    ///
    /// # Errors
    ///
    /// It has ended, or this is not Linux.
    pub fn usage(&self) -> anyhow::Result<Usage> {
        Usage::of(self.process.id())
    }

    /// Hangs up, so that the function ends by itself, and waits until it has. It ends with an error: Lambda never
    /// hangs up.
    ///
    /// # Errors
    ///
    /// It cannot be waited for.
    pub fn end(self) -> anyhow::Result<()> {
        let Self { requests, mut process, connection, .. } = self;
        // With nobody to take them, later requests end with their connections.
        drop(requests);
        if let Some(connection) = connection {
            connection.shutdown(Shutdown::Both)?;
        }
        process.0.wait()?;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let connection = self.connection.as_mut().context("nobody has asked")?;
        Ok(connection.write_all(bytes)?)
    }

    /// Waits for the next request, which must come within `time`.
    fn next(&mut self, time: Duration) -> anyhow::Result<Asked> {
        let until = Instant::now() + time;
        loop {
            // A process that has ended is noticed soon, and one that is late when its time is over.
            let left = until.saturating_duration_since(Instant::now());
            if let Ok(asked) = self.requests.recv_timeout(left.min(Duration::from_millis(50))) {
                let asked = asked?;
                self.connection = Some(asked.connection.try_clone()?);
                return Ok(asked);
            }
            let end = self.process.0.try_wait()?;
            anyhow::ensure!(end.is_none(), "the function has ended with {end:?}");
            anyhow::ensure!(Instant::now() < until, "the function is late");
        }
    }
}

/// Accepts connections and passes on what comes over them. Ends with the program.
fn listen(listener: &TcpListener, asked: &Sender<anyhow::Result<Asked>>) {
    for connection in listener.incoming().flatten() {
        let asked = asked.clone();
        std::thread::spawn(move || {
            let mut connection = BufReader::new(connection);
            while let Some(request) = read(&mut connection).transpose() {
                if asked.send(request).is_err() {
                    return;
                }
            }
        });
    }
}

/// Reads one request; none if the connection was closed.
fn read(connection: &mut BufReader<TcpStream>) -> anyhow::Result<Option<Asked>> {
    let mut line = String::new();
    if connection.read_line(&mut line).unwrap_or_default() == 0 {
        return Ok(None);
    }
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        connection.read_line(&mut header)?;
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        chunked |= header == "transfer-encoding: chunked";
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    if chunked {
        read_chunks(connection, &mut body)?;
    }
    let connection = connection.get_ref().try_clone()?;
    Ok(Some(Asked { line, body, connection }))
}

fn read_chunks(connection: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> anyhow::Result<()> {
    loop {
        let mut size = String::new();
        connection.read_line(&mut size)?;
        let size = usize::from_str_radix(size.trim(), 16)?;
        let start = body.len();
        body.resize(start + size, 0);
        connection.read_exact(&mut body[start..])?;
        connection.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(());
        }
    }
}
