//! The processes of the tests that take more than one: AWS's Lambda Runtime Interface Emulator around the
//! function, and the sandbox.

use bytes::Bytes;
use okta_client::{HttpService, Loopback, ReqwestTransport};
use okta_connector_cli::{Process, Sandbox};
use serde_json::Value;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

pub(crate) fn wait_for(port: u16) {
    let until = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(Instant::now() < until, "nothing listens on port {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The function under the emulator, which takes one call at a time.
pub(crate) struct Function {
    address: String,
    log: PathBuf,
    http: ReqwestTransport,
    _process: Process,
}

impl Function {
    pub(crate) fn start(
        bootstrap: &Path,
        venv: &Path,
        environment: &[(impl AsRef<str>, impl AsRef<str>)],
    ) -> Self {
        let (port, api_port) = (free_port(), free_port());
        let log = std::env::temp_dir().join(format!("okta-connector-it-{port}.log"));
        let output = File::create(&log).unwrap();
        let mut emulator = Command::new(emulator(venv));
        emulator
            .arg("--runtime-interface-emulator-address")
            .arg(format!("127.0.0.1:{port}"))
            .arg("--runtime-api-address")
            .arg(format!("127.0.0.1:{api_port}"))
            .args(["--log-level", "error"])
            .arg(bootstrap)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "canary-aws-secret-key")
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", "30")
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        for (name, value) in environment {
            emulator.env(name.as_ref(), value.as_ref());
        }
        let process = Process::start(&mut emulator).unwrap();
        wait_for(port);
        let address = format!("http://127.0.0.1:{port}/2015-03-31/functions/function/invocations");
        Self {
            address,
            log,
            http: ReqwestTransport::new(Loopback::Allowed).unwrap(),
            _process: process,
        }
    }

    pub(crate) async fn invoke(&self, payload: impl Into<Bytes>) -> Value {
        let request = http::Request::post(&self.address).body(payload.into()).unwrap();
        let answer = self.http.call(request, Duration::from_secs(60)).await.unwrap();
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// Returns what it has printed so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

/// Returns the path of the emulator, which ships inside the AWS SAM CLI.
fn emulator(venv: &Path) -> PathBuf {
    let lib = std::fs::read_dir(venv.join("lib")).unwrap().next().unwrap().unwrap().path();
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    lib.join(format!("site-packages/samcli/local/rapid/aws-lambda-rie-{architecture}"))
}

/// Starts the sandbox that was built beside `bootstrap`.
pub(crate) fn sandbox(bootstrap: &Path, options: &[&str]) -> Sandbox {
    Sandbox::start(&bootstrap.with_file_name("okta-connector"), options).unwrap()
}
