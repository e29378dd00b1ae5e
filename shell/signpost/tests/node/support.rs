//! What the tests of the real binary share: a directory with a configuration, and the process that runs over it.
//!
//! Every address is chosen by the system and asked for over the control socket. Dropping a process kills it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const SIGNPOST: &str = env!("CARGO_BIN_EXE_signpost");
pub(crate) const WAIT: Duration = Duration::from_secs(60);

/// The example's folder, or another file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A directory with `signpost.toml` and one tenant.
pub(crate) struct Place {
    pub(crate) directory: tempfile::TempDir,
}

impl Place {
    /// The example tenant, returning to `smart_host`, names resolved by `resolver`.
    pub(crate) fn new(smart_host: SocketAddr, resolver: SocketAddr) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = std::fs::read_to_string(repository("docs/example/signpost.toml")).unwrap();
        let file = file
            .replace("127.0.0.1:2525", "127.0.0.1:0")
            .replace("127.0.0.1:8025", "127.0.0.1:0")
            .replace("127.0.0.1:8026", "127.0.0.1:0")
            .replace("servers = []  ", &format!("servers = [\"{resolver}\"]  "))
            .replace("retry_return   = [\"5s\"", "retry_return   = [\"1s\"");
        std::fs::write(directory.path().join("signpost.toml"), file).unwrap();
        copy(&repository("docs/example/acme"), &directory.path().join("acme"));
        let place = Self { directory };
        place.edit(
            "acme/tenant.toml",
            "acme-example.mail.protection.outlook.com:25",
            &smart_host.to_string(),
        );
        place.edit("acme/tenant.toml", "\"verify\"", "\"opportunistic\"");
        place
    }

    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.directory.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {file}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("signpost-data")
    }

    /// Starts a node and waits until it answers.
    pub(crate) fn up(&self, options: &[&str]) -> Node {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.directory.path().join("log"))
            .unwrap();
        let mut child = Command::new(SIGNPOST)
            .args(["up", "--config"])
            .arg(self.directory.path().join("signpost.toml"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let began = Instant::now();
        loop {
            if let Some(status) = self.ask("{\"request\":\"status\"}") {
                let status = &status["done"];
                let address = |value: &serde_json::Value| value.as_str().unwrap().parse().unwrap();
                return Node {
                    child,
                    smtp: address(&status["listeners"][0]),
                    console: address(&status["console"]),
                };
            }
            if let Some(status) = child.try_wait().unwrap() {
                panic!("signpost ended with {status}:\n{}", self.log());
            }
            assert!(began.elapsed() < WAIT, "signpost does not answer:\n{}", self.log());
            pause();
        }
    }

    /// One request over the control socket; nothing while nobody answers.
    pub(crate) fn ask(&self, request: &str) -> Option<serde_json::Value> {
        let mut stream = UnixStream::connect(self.data().join("control.sock")).ok()?;
        stream.write_all(format!("{request}\n").as_bytes()).ok()?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).ok()?;
        serde_json::from_str(&answer).ok()
    }

    /// What is in the queue.
    pub(crate) fn queue(&self) -> Vec<serde_json::Value> {
        let answer = self.ask("{\"request\":\"queue_list\",\"limit\":100000}").unwrap();
        let queue = answer["done"].as_array().unwrap_or_else(|| panic!("{answer}\n{}", self.log()));
        queue.clone()
    }

    /// Waits until `holds`.
    pub(crate) fn wait(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < WAIT, "{what}\n{}", self.log());
            pause();
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// A command over this node's data.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        output(Command::new(SIGNPOST).args(arguments).env("SIGNPOST_DATA", self.data()), b"")
    }
}

/// Between two looks: the processors are the node's.
fn pause() {
    std::thread::sleep(Duration::from_millis(3));
}

/// A running node.
pub(crate) struct Node {
    child: Child,
    pub(crate) smtp: SocketAddr,
    pub(crate) console: SocketAddr,
}

impl Node {
    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and the way it ends.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        self.signal("-TERM");
        self.child.wait().unwrap()
    }

    /// A figure of `/metrics`.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let answer = self.get("/metrics");
        let line = answer.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("{name} is not in {answer}")).parse().unwrap()
    }

    /// What the console answers.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut stream = std::net::TcpStream::connect(self.console).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        answer
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may be dead already: that is what was wanted.
        let _dead = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// What a command printed.
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Output {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

/// Runs a command with input.
pub(crate) fn output(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // One that ends without reading breaks the pipe, and its error says why.
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output().unwrap()
    });
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Output { code: output.status.code().unwrap_or(-1), out: output.stdout, err }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Hands one message of the example's tenant in.
pub(crate) fn send(place: &Place, name: &str) {
    let mail = place.directory.path().join("mail.eml");
    let text = format!("From: anna.berg@acme.example\nTo: kim@customer.example\nSubject: {name}\n\nHello\n");
    std::fs::write(&mail, text).unwrap();
    let sent = place.command(&["send", &mail.display().to_string()]);
    assert_eq!(sent.code, 0, "{}{}", sent.text(), sent.err);
}
